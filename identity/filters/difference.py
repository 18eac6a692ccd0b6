"""What a change of settings changes: the verdicts of this run against those of an earlier rejects file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from identity.console import UsageError
from identity.files import open_input
from identity.filters.verdicts import Verdict
from identity.records import Conversation

EXAMPLES = 5  # of each kind of change, by ids: what was said is for the rejects file


class _Line(msgspec.Struct):
    conversation_id: str
    message_id: str
    rule: str
    pattern: str
    action: str = "drop"


class Change(NamedTuple):
    """A message whose verdict is another one now; None is "kept"."""

    conversation_id: str
    message_id: str
    before: str | None  # rule and pattern
    now: str | None


class Difference:
    """Compare as the run goes; a message that is no longer in the input counts as not compared."""

    def __init__(self, path: str | Path) -> None:
        """UsageError names the line of a file that is not one of rejects."""
        self.before: dict[tuple[str, str], str] = {}
        self.changes: list[Change] = []
        self.same = 0
        with open_input(path) as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    found = msgspec.json.decode(line, type=_Line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise UsageError(f"{path} line {number}: {error}; give a file that --rejects wrote") from None
                if found.action in ("drop", "mask"):  # the others are marks on messages that stayed
                    self.before[found.conversation_id, found.message_id] = _reason(found.rule, found.pattern)

    def add(self, conversation: Conversation, verdicts: Sequence[Verdict | None]) -> None:
        """Compare one judged conversation."""
        for message, verdict in zip(conversation.messages, verdicts, strict=True):
            before = self.before.pop((conversation.id, message.id), None)
            now = _reason(verdict.rule, verdict.pattern) if verdict else None
            if before != now:
                self.changes.append(Change(conversation.id, message.id, before, now))
            elif now:
                self.same += 1

    def lines(self) -> list[str]:
        """The comparison for people: counts by reason, and a few messages of each kind by their ids."""
        kinds = (
            ("Newly filtered", [change for change in self.changes if change.before is None]),
            ("No longer filtered", [change for change in self.changes if change.now is None]),
            ("Filtered for another reason", [change for change in self.changes if change.before and change.now]),
        )
        lines = [f"Filtered as before: {self.same}"]
        for title, changes in kinds:
            lines.append(f"{title}: {len(changes)}")
            reasons = Counter(change.now or change.before for change in changes)
            lines += [f"  • {reason}: {count}" for reason, count in sorted(reasons.items(), key=_most_first)]
            lines += [
                f"    conversation {change.conversation_id}, message {change.message_id}"
                for change in changes[:EXAMPLES]
            ]
        if self.before:
            lines.append(f"Not in this input: {len(self.before)}")
        return lines


def _reason(rule: str, pattern: str) -> str:
    return f"{rule}, {pattern}"


def _most_first(item: tuple[str | None, int]) -> tuple[int, str]:
    return -item[1], item[0] or ""
