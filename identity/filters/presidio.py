"""The strongest redaction, optional: persons, places and national ids that Microsoft Presidio finds.

A person's name has no form, so a language model (a spaCy pipeline) has to say what in a text is one. It says so without
a score (Presidio gives all its findings 0.85) and is the weakest part: it misses names in short or lower-case messages
and takes other words for names. Published for English news and conversations: 86 % of the names and places found, 85 %
of what is found right (en_core_web_lg 3.8). Names that must not slip through are better listed (--names).

Not asked for: dates, links, nationalities, religions, opinions and organisations (what is left of a voice without?),
and what personal_data.py and secrets.py find by check digits or narrower forms than Presidio's.

A model reads in context, so that another run over redacted text may find what the first one did not.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from identity.filters.presidio_model import DEFAULT_MODEL, analyzer, pipeline
from identity.filters.privacy import SURROGATE, Finding, one_spelling
from identity.filters.secrets import stands_alone

KINDS = {"PERSON": "PERSON", "LOCATION": "PLACE"}  # as they stand in placeholders; all others are ID
# Presidio's score of a weak form with a word for it nearby; without one only a strong form or a check digit has it.
THRESHOLD = 0.4

_LONGEST = 20_000  # characters read at once: spaCy needs about 1 GB for 100,000, and refuses a million
_BATCH = 64
_REMEMBERED = 300_000  # texts whose findings are kept, for the second pass over the input and for what is said often

# All ids hold four digits close together.
_NUMBER = re.compile(r"[0-9](?:[^0-9\n]{0,3}[0-9]){3}")
_POSSESSIVE = re.compile(r"['’ʼ]s$")
_LINE_BREAKS = re.compile(r"\s*[\r\n]\s*")


@functools.lru_cache(maxsize=1)
def load(model: str | None = None) -> Presidio:
    """The finder with the spaCy pipeline of that name or folder, loaded once for all passes.

    Without one it is the pipeline that Presidio takes by default.

    UserError if packages are missing; UsageError if the pipeline is not here, or does not know persons.
    """
    return Presidio(model or DEFAULT_MODEL)


class Presidio:
    """A privacy.Finder. Texts that were read are remembered by their hash."""

    def __init__(self, model: str) -> None:
        self._pipeline = pipeline(model)
        self._language = str(self._pipeline.lang)
        self._analyzer = analyzer(self._pipeline, self._language, tuple(KINDS))
        self._known: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()

    def read(self, texts: Sequence[str]) -> None:
        """Find what is in many texts at once, which is quicker than one by one."""
        new = {key: text for text in texts if (key := _key(text)) not in self._known}
        pieces = [(key, *piece) for key, text in new.items() for piece in _pieces(SURROGATE.sub("\ufffd", text))]
        numbered = [bool(_NUMBER.search(text)) for _, _, text in pieces]
        found: dict[bytes, list[Finding]] = {}
        with self._pipeline.memory_zone():  # words met in these texts are forgotten after them
            # Most messages hold no number, and need none of the patterns for ids.
            for entities, has_number in ((None, True), (list(KINDS), False)):
                chosen = [piece for piece, here in zip(pieces, numbered, strict=True) if here is has_number]
                for key, finding in self._analyzed(chosen, entities):
                    found.setdefault(key, []).append(finding)
        for key in new:
            self._known[key] = tuple(found.get(key, ()))
        while len(self._known) > max(_REMEMBERED, len(texts)):
            self._known.popitem(last=False)

    def _analyzed(
        self, pieces: Sequence[tuple[bytes, int, str]], entities: list[str] | None
    ) -> Iterator[tuple[bytes, Finding]]:
        results = self._analyzer.analyze_iterator(
            [text for _, _, text in pieces],
            self._language,
            batch_size=_BATCH,
            entities=entities,
            score_threshold=THRESHOLD,
            return_decision_process=True,  # which says whether there was a word for a number
        )
        for (key, offset, text), here in zip(pieces, results, strict=True):
            for result in here:
                if finding := _finding(text, result):
                    yield key, finding._replace(start=finding.start + offset, end=finding.end + offset)

    def find(self, text: str, taken: Sequence[tuple[int, int]]) -> list[Finding]:
        """What is found outside of what is taken; of a name that reaches into it, the rest. No name is two lines."""
        key = _key(text)
        if key not in self._known:
            self.read([text])
        candidates = sorted(self._known[key], key=_ids_first_then_longer)
        if not candidates:
            return []
        spans = _joined([*taken, *(match.span() for match in _LINE_BREAKS.finditer(text))])
        found: list[Finding] = []
        for candidate in candidates:
            for start, end in _outside(candidate.start, candidate.end, spans):
                if rest := _named(text, start, end, candidate.kind):
                    found.append(rest)
                    insort(spans, (rest.start, rest.end))
        return sorted([*found, *_again(text, found, spans)])


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in parts of bearable length with their places; cut at the end of a line or word where there is one."""
    start = 0
    while len(text) - start > _LONGEST:
        end = start + _LONGEST
        cut = max(text.rfind("\n", start, end), text.rfind(" ", end - 1000, end))
        end = cut + 1 if cut > start else end
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _finding(text: str, result: Any) -> Finding | None:
    """One result of Presidio, unless it is a number that one in ten passes for.

    Half of the check digits are a single one, which a count or a time stamp has by chance. So digits alone need a word
    for them nearby, and so do lower-case letters, which Presidio takes as well: codes are not written so.
    """
    start, end, kind = result.start, result.end, KINDS.get(result.entity_type, "ID")
    if kind == "ID":
        written = text[start:end]
        formed = any(letter.isupper() for letter in written) and written.upper() == written
        if not (formed or result.analysis_explanation.supportive_context_word) or not stands_alone(text, start, end):
            return None
    return Finding(start, end, kind, "")


def _ids_first_then_longer(finding: Finding) -> tuple[bool, int, int]:
    return finding.kind != "ID", finding.start - finding.end, finding.start


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, and those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _outside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of start to end is in none of the spans, which are in order and apart."""
    free = []
    for place in range(max(0, bisect_left(spans, (start, start)) - 1), len(spans)):
        before, after = spans[place]
        if before >= end:
            break
        if start < before:
            free.append((start, before))
        start = max(start, after)
    return [*free, (start, end)] if start < end else free


def _named(text: str, start: int, end: int, kind: str) -> Finding | None:
    """The finding without what is not part of a name at its edges, with its value in one spelling.

    A name has two letters or digits, and at least half of its words have a letter that is not lower case: models took
    "-0.96" and "lol" for persons, and English ones take half a sentence in another language for one.
    """
    while start < end and not text[start].isalnum():
        start += 1
    while end < len(text) and start < end and _is_mark(text[end]):  # an accent of its own stays with its letter
        end += 1
    if possessive := _POSSESSIVE.search(text, start, end):
        end = possessive.start()
    while end > start and not (text[end - 1].isalnum() or _is_mark(text[end - 1])):
        end -= 1
    written = text[start:end]
    if sum(character.isalnum() for character in written) < 2:
        return None
    if kind == "ID":
        return Finding(start, end, kind, "".join(filter(str.isalnum, written)).upper())
    words = written.split()
    if 2 * sum(any(letter.isalpha() and not letter.islower() for letter in word) for word in words) < len(words):
        return None
    return Finding(start, end, kind, one_spelling(written).casefold())


def _again(text: str, found: Sequence[Finding], spans: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """The same names where they stand once more in the same text: a model does not see each of them."""
    persons = {text[one.start : one.end]: one for one in found if one.kind == "PERSON"}
    if persons:
        names = "|".join(re.escape(name) for name in sorted(persons, key=len, reverse=True))
        for match in re.finditer(rf"(?<!\w)(?:{names})(?!\w)", text):
            if _outside(*match.span(), spans) == [match.span()]:
                yield persons[match[0]]._replace(start=match.start(), end=match.end())


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"
