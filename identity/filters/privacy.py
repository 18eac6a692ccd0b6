"""Redaction: secrets, and on request personal data, become numbered placeholders such as [EMAIL_1].

A text is searched with one pass of an RE2 Set; only what the Set reports is looked at closely, and most texts hold
nothing. The same address or number, however it is spelled, gets the same placeholder, so that a conversation stays
understandable. Unlike the phrase rules this reads the whole message, code and quotations included.

Personal data has no check digits, so the forms are narrow and what reads as a date, a version or an ISBN is left
alone. It finds what is written in a usual form, not everything: names are only found when they are listed, or when a
further finder (presidio.py) takes them for names.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from identity.filters.personal_data import PERSONAL_DATA
from identity.filters.secrets import SECRETS
from identity.filters.user_patterns import read_pattern_file

PLACEHOLDER = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[0-9]+\]")
SURROGATE = re.compile(r"[\ud800-\udfff]")


class Finding(NamedTuple):
    """Where something stands (characters), what it is, and its value in one spelling."""

    start: int
    end: int
    kind: str
    value: str


class Finder(Protocol):
    """What finds more than fixed forms show; what was found by form is taken and stands."""

    def read(self, texts: Sequence[str]) -> None:
        """Look at texts together, before each of them is asked for."""

    def find(self, text: str, taken: Sequence[tuple[int, int]]) -> list[Finding]:
        """Sorted and not overlapping, neither with each other nor with what is taken."""


class Redactor:
    """Finds what a level asks for: "secrets", or "pii" for personal data and the listed names as well.

    A further finder is asked about every text.
    """

    def __init__(self, level: str, names: Sequence[Sequence[str]] = (), further: Finder | None = None) -> None:
        import re2

        if level not in ("secrets", "pii"):
            raise ValueError(f"no such level of redaction: {level}")
        self.detectors = (*SECRETS, *PERSONAL_DATA) if level == "pii" else SECRETS
        self.further = further
        self.names = (
            Names(names) if level == "pii" and any(name.strip() for called in names for name in called) else None
        )
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 64 << 20
        self.patterns = [re2.compile(detector.pattern, options) for detector in self.detectors]
        self.wanted = [detector.gate for detector in self.detectors]  # there is nothing where none of them matches
        if self.names:
            self.wanted.append(self.names.gate)
        self.gates = re2.Set.SearchSet(options)
        for gate in self.wanted:
            self.gates.Add(gate)
        self.gates.Compile()

    def find(self, text: str) -> list[Finding]:
        """Sorted and not overlapping. Placeholders are left alone."""
        found = self._find_by_form(text)
        if self.further:
            placeholders = [match.span() for match in PLACEHOLDER.finditer(text)]
            found = sorted(found + self.further.find(text, [*placeholders, *((one.start, one.end) for one in found)]))
        return found

    def _find_by_form(self, text: str) -> list[Finding]:
        """What has a form; text that was redacted has nothing more.

        What stands between two findings is searched again on its own, as a later run would see it: that makes the
        second run find nothing by construction.
        """
        try:
            hit = self.gates.Match(text)
        except UnicodeEncodeError:  # half a surrogate pair, which RE2 cannot be given; one character for one
            text = SURROGATE.sub("\ufffd", text)
            hit = self.gates.Match(text)
        if not hit:
            return []
        found: list[Finding] = []
        waiting = _gaps(0, len(text), [match.span() for match in PLACEHOLDER.finditer(text)])
        while waiting:
            start, end = waiting.pop()
            here = self._search(text[start:end])
            if here:
                moved = [one._replace(start=one.start + start, end=one.end + start) for one in here]
                found += moved
                waiting += _gaps(start, end, [(one.start, one.end) for one in moved])
        return sorted(found)

    def _search(self, text: str) -> list[Finding]:
        """Where two findings overlap, a secret goes before personal data, then the longer, then the first kind."""
        candidates: list[tuple[bool, int, int, Finding]] = []
        for index in self.gates.Match(text) or ():
            if index == len(self.detectors):
                assert self.names is not None
                parts, kind = self.names.find(text), "NAME"
            else:
                parts, kind = self._parts(index, text), self.detectors[index].kind
            personal = index >= len(SECRETS)
            candidates += [
                (personal, start - end, index, Finding(start, end, kind, value)) for start, end, value in parts
            ]
        taken: list[Finding] = []
        for *_, finding in sorted(candidates):
            place = bisect_left(taken, finding)
            free_before = place == 0 or taken[place - 1].end <= finding.start
            if free_before and (place == len(taken) or finding.end <= taken[place].start):
                taken.insert(place, finding)
        return taken

    def _parts(self, index: int, text: str) -> Iterator[tuple[int, int, str]]:
        for match in self.patterns[index].finditer(text):
            yield from self.detectors[index].check(text, match.start(1), match.end(1))


def _gaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    edges = [start, *(edge for span in spans for edge in span), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


# Scripts without spaces between words: a name there has no boundary that could be asked for.
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"


class Names:
    """The listed names: whole words in any case, however accents and apostrophes are encoded.

    An underscore ends a word, so that the handle "anna_92" loses the name.
    """

    def __init__(self, people: Sequence[Sequence[str]]) -> None:
        import re2
        import regex

        self.value: dict[str, str] = {}
        for person in people:
            called = [one_spelling(name) for name in person if name.strip()]
            for name in called:
                self.value.setdefault(name.lower(), called[0])
        forms = {form for name in self.value for form in (name, unicodedata.normalize("NFD", name))}
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self.gate = "(?i)" + "|".join(re2.escape(form.split(" ")[0].split("'")[0]) for form in ordered)
        self.pattern = regex.compile("|".join(_bounded(form) for form in ordered), regex.IGNORECASE)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """A possessive ("Anna's") stays outside, and so do Korean particles."""
        for match in self.pattern.finditer(text):
            key = one_spelling(match.group()).lower()
            yield match.start(), match.end(), self.value.get(key, key)


def _bounded(name: str) -> str:
    import regex

    spelled: str = regex.escape(name, literal_spaces=True).replace(" ", r"\s+").replace("'", "['’ʼ]")
    before = "" if regex.match(rf"[{_UNSPACED}]", name[0]) else r"(?<![\p{L}\p{N}\p{M}])"
    # Korean writes particles onto the name.
    open_end = regex.match(rf"[{_UNSPACED}\p{{Hangul}}]", name[-1])
    return before + spelled + ("" if open_end else r"(?![\p{L}\p{N}\p{M}])")


def one_spelling(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).replace("’", "'").replace("ʼ", "'").split())


class Placeholders:
    """Numbers of one run, by kind and in order of first appearance."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()  # replacements by kind
        self._numbers: dict[tuple[str, str], int] = {}
        self._last: Counter[str] = Counter()

    def replace(self, text: str, findings: Sequence[Finding]) -> str:
        """The text with its findings, as Redactor.find gave them for it, written as placeholders."""
        pieces, position = [], 0
        for start, end, kind, value in findings:
            if (kind, value) not in self._numbers:
                self._last[kind] += 1
                self._numbers[kind, value] = self._last[kind]
            self.counts[kind] += 1
            pieces += [text[position:start], f"[{kind}_{self._numbers[kind, value]}]"]
            position = end
        return "".join(pieces) + text[position:]


def read_names(path: str | Path) -> list[list[str]]:
    """One person per line, further names after commas; # begins a comment line. UsageError if not UTF-8 text."""
    people = ([name.strip() for name in line.text.split(",")] for line in read_pattern_file(path))
    return [named for person in people if (named := [name for name in person if name])]
