"""The blacklist rule: the person's own patterns first, then the phrase lists of presets.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from identity.filters.phrases import PhraseMatcher
from identity.filters.user_patterns import UserPatterns
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings


def prepare(settings: Settings) -> Evaluate | None:
    """None when there is nothing to search for; UsageError for a pattern that does not compile."""
    if not (settings.patterns or settings.corporate or settings.ai_slop):
        return None
    own = UserPatterns(settings.patterns)
    phrases = PhraseMatcher(settings.corporate, settings.ai_slop)

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        timeouts: Counter[str] = Counter()
        verdicts = [
            own.first(candidate.message.content, timeouts) or phrases.first(candidate) for candidate in candidates
        ]
        return Findings(verdicts, timeouts)

    return evaluate
