"""The blacklist rule: the person's own patterns first, then the phrase packs of presets.py."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from identity.filters.phrases import PhraseMatcher, re2_options
from identity.filters.spoken_text import INVISIBLE, folded
from identity.filters.user_patterns import UserPatterns
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings, Verdict


def prepare(settings: Settings) -> Evaluate | None:
    """None when there is nothing to search for; UsageError for a pattern that does not compile."""
    if not (settings.patterns or settings.packs):
        return None
    own = UserPatterns(settings.patterns)
    phrases = PhraseMatcher(settings.packs)
    gate = _gate(own, phrases)

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        timeouts: Counter[str] = Counter()
        verdicts: list[Verdict | None] = [None] * len(candidates)
        marks: dict[int, tuple[Verdict, ...]] = {}
        for index, candidate in enumerate(candidates):
            content = candidate.message.content
            if gate and not gate.Match(content.encode()):
                if content.isascii() or unicodedata.is_normalized("NFKC", content):
                    continue
                reading = folded(content)
                if reading and not gate.Match(reading.text.encode()):
                    continue
            verdict = own.first(content, timeouts)
            if verdict is None:
                verdict, found = phrases.judged(candidate, settings.min_length)
                if found:
                    marks[index] = found
            verdicts[index] = verdict
        return Findings(verdicts, timeouts, marks)

    return evaluate


def _gate(own: UserPatterns, phrases: PhraseMatcher) -> Any:
    """One RE2 set that matches wherever any pattern may, or None if there is a pattern that no such set can hold.

    Nearly every message has no hit at all, and is seen once instead of once by either side. Characters without width
    count as a hit, so that a text without one that is in normal form reads as it is written (see folded).
    """
    import re2

    wide = own.supersets()
    if wide is None:
        return None
    gate = re2.Set.SearchSet(re2_options())
    for pattern in (*wide, *(phrase.trigger for phrase in phrases.phrases), INVISIBLE):
        gate.Add(pattern)
    gate.Compile()
    return gate
