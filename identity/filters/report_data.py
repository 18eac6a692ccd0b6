"""What the report page shows of a run: collected as the run goes, bounded, and free of what was redacted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from identity.filters.account import Account, statistics
from identity.filters.contrast import ranked
from identity.filters.quality import readable_length
from identity.filters.quality_score import score
from identity.filters.survey import Survey
from identity.filters.verdicts import Verdict, noted
from identity.records import Conversation

MOST_VERDICTS = 50_000  # listed one by one; the counts are of all
MOST_SCORED = 20_000  # messages whose quality is in the distribution; 50 microseconds each
TEXT_BEFORE, TEXT_AFTER = 300, 700  # characters around a match that are shown
PHRASES = 40  # of the portrait

SIDES = {"assistant": "voice", "user": "other"}
TENTHS = [number / 20 for number in range(21)]
LENGTHS = [0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240]  # readable characters; the last is open


@dataclass
class Histogram:
    """Counts between edges, for either side; the last bin takes what lies beyond."""

    edges: Sequence[float]
    counts: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = {side: [0] * (len(self.edges) - 1) for side in SIDES.values()}

    def add(self, side: str, value: float) -> None:
        """Count one value."""
        self.counts[side][min(bisect_right(self.edges, value), len(self.edges) - 1) - 1] += 1

    def shown(self) -> dict[str, Any] | None:
        """The bins for the page; None if nothing was counted."""
        return {"edges": list(self.edges), **self.counts} if any(map(any, self.counts.values())) else None


class ReportData:
    """Fed with every judged conversation; `shown` gives what identity.report.page writes."""

    def __init__(self, usual: Survey) -> None:
        self.usual = usual
        messages = sum(profile.count for role, profile in usual.lengths.items() if role in SIDES)
        self._every = max(1, -(-messages // MOST_SCORED))  # every so manieth message is scored
        self._seen = 0
        self.quality, self.toxicity, self.length = Histogram(TENTHS), Histogram(TENTHS), Histogram(LENGTHS)
        self.verdicts: list[dict[str, Any]] = []
        self.left_off = 0

    def add(
        self,
        conversation: Conversation,
        judged: Sequence[Verdict | None],
        decided: Sequence[Verdict | None],
        marks: Mapping[int, Sequence[Verdict]],
        toxicity: Mapping[int, Mapping[str, float]],
    ) -> None:
        """`judged` is what the rules said, `decided` what holds after decisions by hand."""
        for position, message in enumerate(conversation.messages):
            side = SIDES.get(message.role)
            if side is None:
                continue
            self.length.add(side, readable_length(message.content))
            if position in toxicity:
                self.toxicity.add(side, max(toxicity[position].values(), default=0.0))
            if self._seen % self._every == 0:
                notes = noted(marks.get(position, ()))
                quality = score(message.content, self.usual.lengths.get(message.role), notes)
                self.quality.add(side, quality.score)
            self._seen += 1
        for position, (before, after) in enumerate(zip(judged, decided, strict=True)):
            if after:
                self._list(conversation, position, after, after.action)
            elif before:
                self._list(conversation, position, before, "keep")
            for mark in marks.get(position, ()):
                self._list(conversation, position, mark, mark.action)

    def _list(self, conversation: Conversation, position: int, verdict: Verdict, action: str) -> None:
        if len(self.verdicts) >= MOST_VERDICTS:
            self.left_off += 1
            return
        messages = conversation.messages
        message = messages[position]
        offset = max(0, verdict.span[0] - TEXT_BEFORE)
        self.verdicts.append(
            {
                "c": conversation.id,
                "m": message.id,
                "t": conversation.title,
                "role": message.role,
                "rule": verdict.rule,
                "name": verdict.name,
                "pattern": verdict.pattern,
                "span": verdict.span,
                "score": verdict.score,
                "action": action,
                "text": message.content[offset : verdict.span[0] + TEXT_AFTER],
                "offset": offset,
                "before": messages[position - 1].id if position else None,
                "after": messages[position + 1].id if position + 1 < len(messages) else None,
            }
        )

    def shown(self, name: str, account: Account, mode: str, redacted: Mapping[str, int]) -> dict[str, Any]:
        """Everything that the page shows, as plain values."""
        counts = statistics(account, mode)
        return {
            "written_by": "conversation_filter",
            "input": name,
            "mode": mode,
            "totals": counts["messages"],
            "conversations": counts["conversations"],
            "trimmed": account.trimmed,
            "patterns": list(counts["patterns"].items()),
            "redacted": dict(redacted),
            "distributions": {
                "quality": self.quality.shown(),
                "toxicity": self.toxicity.shown(),
                "length": self.length.shown(),
            },
            "portrait": self._portrait(),
            "verdicts": self.verdicts,
            "left_off": self.left_off,
        }

    def _portrait(self) -> dict[str, Any]:
        found = ranked(self.usual.phrases, 20 * PHRASES) if self.usual.phrases else []
        # Turns of phrase tell more than single words, which would fill the list: "and" is nobody's own.
        own = [phrase for phrase in found if (len(phrase.text) > 1 and " " in phrase.text) or not phrase.text.isascii()]
        own = own[:PHRASES] + [phrase for phrase in found if phrase not in own][: PHRASES // 4]
        said = sorted(self.usual.rules.items(), key=lambda item: (-item[1].voice, item[0]))
        return {
            "own": [phrase._asdict() for phrase in own],
            "assistant": [
                {"text": name, "voice": uses.voice, "other": uses.other, "conversations": uses.conversations}
                for name, uses in said[:PHRASES]
            ],
        }
