"""The blacklist rule: the person's own patterns first, then the phrase packs."""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from collections.abc import Sequence

from identity.filters.phrases import PhraseMatcher, gate_of
from identity.filters.spoken_text import INVISIBLE, folded
from identity.filters.user_patterns import UserPatterns
from identity.filters.verdicts import Candidate, Evaluate, Findings, Habit, Settings, UserPattern, Verdict


def prepare(settings: Settings) -> Evaluate | None:
    """None when there is nothing to search for; UsageError for a pattern that does not compile."""
    if not (settings.patterns or settings.packs):
        return None
    own, phrases = _searches(settings.patterns, settings.packs, settings.habits)
    wide = wanted(settings)
    gate = None if wide is None else gate_of(wide)

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        timeouts: Counter[str] = Counter()
        verdicts: list[Verdict | None] = [None] * len(candidates)
        marks: dict[int, tuple[Verdict, ...]] = {}
        for index, candidate in enumerate(candidates):
            if candidate.screened:
                continue
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


@functools.lru_cache(maxsize=1)
def _searches(
    patterns: tuple[UserPattern, ...], packs: tuple[str, ...], habits: tuple[tuple[str, Habit], ...]
) -> tuple[UserPatterns, PhraseMatcher]:
    return UserPatterns(patterns), PhraseMatcher(packs, dict(habits))


def wanted(settings: Settings) -> list[str] | None:
    """Patterns of which one matches wherever there may be a verdict, or None if there is one that RE2 cannot have.

    Characters without width count as a hit, so that a text without one that is in normal form reads as it is written
    (see folded).
    """
    own, phrases = _searches(settings.patterns, settings.packs, settings.habits)
    wide = own.supersets()
    if wide is None:
        return None
    return [*wide, *(phrase.trigger for phrase in phrases.phrases), INVISIBLE]
