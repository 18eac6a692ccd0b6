"""Patterns that a person gives with --blacklist: regular expressions, matched as written and without regard to case.

They run on RE2, which cannot backtrack. What RE2 does not have (lookaround, backreferences) and what it reads as
ASCII only (\\b and \\w beside letters such as ü) runs on the `regex` module with a time limit per message. Unlike the
phrase lists they are searched in the whole message, code, links and quotations included: who types a name or an
address wants it gone.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.console import UsageError
from identity.files import open_input
from identity.filters.phrases import re2_options
from identity.filters.spoken_text import folded
from identity.filters.verdicts import UserPattern, Verdict

# Seconds on the engine that can backtrack: for a pattern on a message, and for all patterns on it.
TIME_LIMIT = 0.25
MESSAGE_LIMIT = 0.4
SAMPLE = 200  # messages on which patterns are timed before a run
SAMPLE_SECONDS = 1.0  # after which a pattern's cost is known well enough
COSTLY = 0.002  # seconds a message, from which a pattern is spoken of: half an hour for a million messages

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(Z)|.)", re.DOTALL)
# Classes that RE2 defines for ASCII only.
_ASCII_CLASS = re.compile(r"\\[bBwWdDsS]")


def read_pattern_file(path: str | Path) -> list[UserPattern]:
    """One pattern per line; empty lines and lines that begin with # are left out. UsageError if not UTF-8 text."""
    with open_input(path) as stream:
        try:
            lines = stream.read().decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: not UTF-8 text at byte {error.start}; save it as UTF-8") from None
    return [
        UserPattern(line.strip(), f"{path} line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.strip().startswith("#")
    ]


def as_re2(pattern: str) -> str:
    """Python's \\uXXXX, \\UXXXXXXXX and \\Z in RE2's spelling."""

    def spelled(escape: re.Match[str]) -> str:
        code = escape[1] or escape[2]
        if code:
            return rf"\x{{{code}}}"
        return r"\z" if escape[3] else escape.group()

    return _ESCAPE.sub(spelled, pattern)


# A token of a pattern: an escape, the beginning or end of a class, or any one character.
_PATTERN_TOKEN = re.compile(r"\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|.)|\[\^?\]?|\]|.", re.DOTALL)
_WIDER = {r"\w": r"\pL\pN\pM\p{Pc}", r"\d": r"\pN", r"\s": r"\s\pZ\x{85}\x1c-\x1f\v"}


def as_superset(pattern: str) -> str | None:
    """A pattern for RE2 that matches at least wherever `pattern`, read as Unicode, does; None where that is not clear.

    Word boundaries are left out and ASCII classes made wider. The complements of RE2's ASCII classes are wide already.
    """
    pieces = []
    inside = ""  # the mark that opened the class that this stands in
    for token in _PATTERN_TOKEN.findall(as_re2(pattern)):
        if not inside:
            inside = token if token[0] == "[" else ""
            wider = _WIDER.get(token)
            pieces.append("(?:)" if token in (r"\b", r"\B") else f"[{wider}]" if wider else token)
            continue
        if token == "]":
            inside = ""
        elif inside.startswith("[^") and token in (r"\W", r"\D", r"\S"):
            return None
        elif not inside.startswith("[^"):
            token = _WIDER.get(token, token)
        pieces.append(token)
    return "".join(pieces)


@dataclass(frozen=True)
class CompiledPattern:
    """A pattern on both engines; `fast` is None where RE2 does not take it."""

    text: str
    fast: Any
    exact: Any
    wide: str | None  # for RE2, matches at least wherever this does
    ascii_only: bool  # RE2 reads it differently than written once a message holds letters beyond ASCII


def compile_pattern(pattern: UserPattern) -> CompiledPattern:
    """UsageError that points at the character, if neither engine takes the pattern or it would match everything."""
    import re2
    import regex

    try:
        exact = regex.compile(pattern.text, regex.IGNORECASE)
    except regex.error as error:
        at = min(error.pos or 0, len(pattern.text))
        shown = f"{pattern.text[:at]} >>>{pattern.text[at:]}"
        raise UsageError(
            f"{pattern.origin}: {error.msg} at character {at + 1} of {pattern.text!r}, here: {shown};"
            " correct it, or put a backslash before a sign that is meant literally"
        ) from None
    if exact.search("") and exact.search("\0"):
        raise UsageError(f"{pattern.origin}: {pattern.text!r} matches every message; make it more specific")
    classes = bool(_ASCII_CLASS.search(pattern.text))
    wide = as_superset(pattern.text) if classes else as_re2(pattern.text)
    try:
        fast = re2.compile(as_re2(pattern.text), re2_options())
        if wide:
            re2.compile(wide, re2_options())
    except re2.error:
        fast = wide = None
    return CompiledPattern(pattern.text, fast, exact, wide, ascii_only=classes)


def slow_patterns(patterns: Sequence[UserPattern]) -> list[str]:
    """The patterns that need the engine with a time limit for every message; UsageError as compile_pattern."""
    return [pattern.text for pattern in patterns if compile_pattern(pattern).fast is None]


def costly_patterns(patterns: Sequence[UserPattern], texts: Sequence[str]) -> list[tuple[str, float]]:
    """The patterns that take more than COSTLY on these messages, and how many seconds one takes in the mean."""
    costly = []
    for pattern in patterns:
        alone = UserPatterns([pattern])
        began = time.perf_counter()
        read, seconds = 0, 0.0
        for text in texts:
            alone.first(text, Counter())
            read, seconds = read + 1, time.perf_counter() - began
            if seconds > SAMPLE_SECONDS:
                break
        if read and seconds / read > COSTLY:
            costly.append((pattern.text, seconds / read))
    return costly


class UserPatterns:
    """All patterns of a run, in the order given."""

    def __init__(self, patterns: Sequence[UserPattern]) -> None:
        import re2

        self.patterns = [compile_pattern(pattern) for pattern in patterns]
        self.beyond_ascii = re2.compile(r"[^\x00-\x7f\pP\pS]", re2_options())
        self.in_set = [index for index, pattern in enumerate(self.patterns) if pattern.fast]
        self.set = re2.Set.SearchSet(re2_options())
        for index in self.in_set:
            self.set.Add(as_re2(self.patterns[index].text))
        if self.in_set:
            self.set.Compile()
        self.not_in_set = [index for index, pattern in enumerate(self.patterns) if not pattern.fast]
        self.unsure = [index for index, pattern in enumerate(self.patterns) if not pattern.fast or pattern.ascii_only]
        # What RE2 reads as ASCII is first looked for more widely, so that few messages see the slower engine.
        self.wide = re2.Set.SearchSet(re2_options())
        self.in_wide = [index for index in self.in_set if self.patterns[index].wide]
        for index in self.in_wide:
            self.wide.Add(self.patterns[index].wide)
        if self.in_wide:
            self.wide.Compile()

    def supersets(self) -> list[str] | None:
        """For each pattern one for RE2 that matches at least where it does; None if there is none for one of them."""
        wide = [pattern.wide for pattern in self.patterns if pattern.wide]
        return wide if len(wide) == len(self.patterns) else None

    def in_order(self, hits: set[int], ascii_text: bool) -> list[int]:
        """The patterns to search for where the set saw `hits`: those, and all that it cannot tell of."""
        if ascii_text:
            return sorted(hits.union(self.not_in_set)) if self.not_in_set else sorted(hits)
        return sorted(hits.union(self.unsure))

    def first(self, content: str, timeouts: Counter[str]) -> Verdict | None:
        """The first pattern that matches the content as written, or as it reads once disguises are undone."""
        if not self.patterns:
            return None
        deadline = time.monotonic() + MESSAGE_LIMIT
        verdict = self._search(content, timeouts, deadline)
        if verdict:
            return verdict
        reading = folded(content)
        verdict = self._search(reading.text, timeouts, deadline) if reading else None
        if verdict is None or reading is None:
            return None
        start, end = verdict.span
        span = reading.span_in_original(start, end) if end > start else (0, len(content))
        return Verdict(verdict.rule, verdict.pattern, span)

    def _search(self, text: str, timeouts: Counter[str], deadline: float) -> Verdict | None:
        hits = {self.in_set[index] for index in self.set.Match(text) or ()} if self.in_set else set()
        ascii_text = text.isascii() or not self.beyond_ascii.search(text)
        unlikely: set[int] = set()
        if not ascii_text and self.in_wide:
            unlikely = set(self.in_wide).difference(self.in_wide[found] for found in self.wide.Match(text) or ())
        for index in self.in_order(hits, ascii_text):
            pattern = self.patterns[index]
            if index in unlikely:
                continue
            if pattern.fast and (ascii_text or not pattern.ascii_only):
                match = pattern.fast.search(text)
            else:
                match = _search_in_time(pattern, text, timeouts, deadline)
            if match:
                return Verdict("blacklist", pattern.text, match.span())
        return None


def _search_in_time(pattern: CompiledPattern, text: str, timeouts: Counter[str], deadline: float) -> Any:
    try:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return pattern.exact.search(text, timeout=min(left, TIME_LIMIT))
    except TimeoutError:
        timeouts[pattern.text] += 1
        return None
