"""The blacklist rule: the person's own patterns first, then the phrase packs of presets.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from identity.filters.phrases import PhraseMatcher
from identity.filters.user_patterns import UserPatterns
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings, Verdict


def prepare(settings: Settings) -> Evaluate | None:
    """None when there is nothing to search for; UsageError for a pattern that does not compile."""
    if not (settings.patterns or settings.packs):
        return None
    own = UserPatterns(settings.patterns)
    phrases = PhraseMatcher(settings.packs)

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        timeouts: Counter[str] = Counter()
        verdicts: list[Verdict | None] = []
        marks: dict[int, tuple[Verdict, ...]] = {}
        for index, candidate in enumerate(candidates):
            verdict = own.first(candidate.message.content, timeouts)
            if verdict is None:
                verdict, found = phrases.judged(candidate, settings.min_length)
                if found:
                    marks[index] = found
            verdicts.append(verdict)
        return Findings(verdicts, timeouts, marks)

    return evaluate
