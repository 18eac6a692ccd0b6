"""The rules of the filter, in the order in which they judge, and the pure function that applies them to a batch.

The first rule that takes a message decides; the later ones do not see it. Toxicity is last because it is dear: it
only reads what all others let pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from identity.filters import blacklist, quality, toxicity
from identity.filters.verdicts import Evaluate, Judgement, Rule, Settings, Verdict, candidates_of, noted
from identity.records import Conversation

RULES: tuple[Rule, ...] = (
    Rule("blacklist", "Blacklist", blacklist.prepare),
    Rule("low_quality", "Low Quality", quality.prepare_low_quality),
    Rule("too_short", "Too Short", quality.prepare_too_short),
    Rule("quality", "Quality Score", quality.prepare_quality),
    Rule("toxicity", "Toxicity", toxicity.prepare),
)


def prepare(settings: Settings) -> list[Evaluate]:
    """Compile patterns and load models, once per process; UsageError for a bad pattern, ToxicityUnavailable."""
    prepared = (rule.prepare(settings) for rule in RULES)
    return [evaluate for evaluate in prepared if evaluate is not None]


def judge(
    conversations: Sequence[Conversation],
    rules: Sequence[Evaluate],
    settings: Settings,
    suspects: Sequence[Container[int]] | None = None,
) -> Judgement:
    """One verdict or None for every message of a batch; changes nothing, and depends on nothing but its arguments.

    What a screen saw in the batch (`suspects`, see candidates_of) saves time and changes no verdict.
    """
    verdicts: list[list[Verdict | None]] = [[None] * len(conversation.messages) for conversation in conversations]
    timeouts: Counter[str] = Counter()
    marks: dict[tuple[int, int], tuple[Verdict, ...]] = {}
    scores: dict[tuple[int, int], Mapping[str, float]] = {}
    waiting = candidates_of(conversations, settings.roles, suspects)
    for evaluate in rules:
        findings = evaluate(waiting)
        timeouts.update(findings.timeouts)
        for candidate, by_label in zip(waiting, findings.scores, strict=False):
            if by_label is not None:
                scores[candidate.number, candidate.position] = by_label
        for index, found in findings.marks.items():
            marks[waiting[index].number, waiting[index].position] = found
            waiting[index].notes = noted(found)
        if any(findings.verdicts):
            passed = []
            for candidate, verdict in zip(waiting, findings.verdicts, strict=True):
                if verdict is None:
                    passed.append(candidate)
                else:
                    verdicts[candidate.number][candidate.position] = verdict
                    marks.pop((candidate.number, candidate.position), None)
            waiting = passed
    return Judgement(verdicts, marks, dict(timeouts), scores)
