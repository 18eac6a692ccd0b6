"""Decisions by hand: a file that says of single messages that they stay or go, whatever the rules say.

    {"schema": 1, "overrides": [{"conversation_id": "c1", "message_id": "m4", "decision": "keep"}]}

The report page saves such a file. A message is named by its conversation's id and its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from identity.console import UsageError
from identity.files import open_input
from identity.filters.verdicts import Verdict
from identity.records import Conversation

RULE = "override"  # the verdict of a message that was dropped by hand
REASON = "dropped by hand"


class Override(msgspec.Struct, frozen=True):
    """One decision."""

    conversation_id: str
    message_id: str
    decision: Literal["keep", "drop"]


class _File(msgspec.Struct):
    schema: Literal[1]
    overrides: list[Override]


@dataclass
class Overrides:
    """The decisions of a file, and which of them found their message."""

    decisions: dict[tuple[str, str], str] = field(default_factory=dict)
    met: set[tuple[str, str]] = field(default_factory=set)

    def applied(self, conversation: Conversation, verdicts: Sequence[Verdict | None]) -> list[Verdict | None]:
        """The verdicts with the decisions in place of the rules' own."""
        decided: list[Verdict | None] = []
        for message, verdict in zip(conversation.messages, verdicts, strict=True):
            key = (conversation.id, message.id)
            decision = self.decisions.get(key)
            if decision:
                self.met.add(key)
            if decision == "keep":
                verdict = None
            elif decision == "drop" and verdict is None:
                verdict = Verdict(RULE, REASON, (0, len(message.content)))
            decided.append(verdict)
        return decided

    @property
    def missed(self) -> int:
        """Decisions whose message was not seen."""
        return len(self.decisions) - len(self.met)


def read_overrides(path: str | Path) -> Overrides:
    """UsageError names the field if the file is not one of overrides, or decides a message both ways."""
    with open_input(path) as stream:
        raw = stream.read()
    try:
        found = msgspec.json.decode(raw, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; give a file that the report saved") from None
    decisions: dict[tuple[str, str], str] = {}
    for number, override in enumerate(found.overrides, start=1):
        key = (override.conversation_id, override.message_id)
        if decisions.setdefault(key, override.decision) != override.decision:
            raise UsageError(f"{path}: override {number}: its message is both kept and dropped; take one of them out")
    return Overrides(decisions)
