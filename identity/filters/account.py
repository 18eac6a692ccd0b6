"""What became of every message: the counts behind the statistics table, and what remains of a conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from identity.filters.phrases import trimmed
from identity.filters.verdicts import Verdict
from identity.records import Conversation, Message

Mode = Literal["drop", "mask"]
TOP_PATTERNS = 10
# The order of the guide's table, which is not the order of judgement.
TABLE = (
    ("Blacklist", "blacklist"),
    ("Toxicity", "toxicity"),
    ("Low Quality", "low_quality"),
    ("Too Short", "too_short"),
)
# Rules that only act when asked for have a row when they took something.
ON_REQUEST = (("Quality Score", "quality"), ("Duplicate", "duplicate"), ("By Hand", "override"))


@dataclass
class Account:
    """Counts of messages; total == kept + sum(flagged.values()) always."""

    conversations: int = 0
    emptied: int = 0  # conversations of which no message was left
    total: int = 0
    kept: int = 0
    system: int = 0  # kept without being judged
    other_side: int = 0  # kept without being judged because of --roles
    masked: int = 0  # flagged assistant messages kept with weight 0
    trimmed: int = 0  # kept messages that lost a sentence
    marks: Counter[str] = field(default_factory=Counter)  # "trim pack/name", "score pack/name" -> kept messages
    flagged: Counter[str] = field(default_factory=Counter)  # by rule
    patterns: Counter[str] = field(default_factory=Counter)  # blacklist verdicts by pattern
    timeouts: Counter[str] = field(default_factory=Counter)  # messages a pattern had no time for

    def add(self, conversation: Conversation, verdicts: Sequence[Verdict | None], roles: Sequence[str]) -> None:
        """Count one judged conversation."""
        self.conversations += 1
        kept: list[str] = []
        for message, verdict in zip(conversation.messages, verdicts, strict=True):
            if verdict is None:
                kept.append(message.role)
                continue
            self.flagged[verdict.rule] += 1
            self.masked += message.role == "assistant"
            if verdict.rule == "blacklist":
                self.patterns[verdict.pattern] += 1
        self.total += len(verdicts)
        self.kept += len(kept)
        self.system += kept.count("system")
        self.other_side += len(kept) - sum(map(kept.count, {"system", *roles}))


def without_flagged(conversation: Conversation, verdicts: Sequence[Verdict | None]) -> Conversation:
    """The conversation with the flagged messages gone. Links stay, so that a gap remains a gap."""
    if not any(verdicts):
        return conversation
    kept = [
        _as_context(message) if verdict else message
        for message, verdict in zip(conversation.messages, verdicts, strict=True)
        if verdict is None or verdict.action == "mask"
    ]
    return msgspec.structs.replace(conversation, messages=kept)


def with_flagged_as_context(conversation: Conversation, verdicts: Sequence[Verdict | None]) -> Conversation:
    """The conversation with all its messages; flagged replies are not learned, flagged questions stay as they are."""
    if not any(verdicts):
        return conversation
    messages = [
        _as_context(message) if verdict else message
        for message, verdict in zip(conversation.messages, verdicts, strict=True)
    ]
    return msgspec.structs.replace(conversation, messages=messages)


def with_marks(conversation: Conversation, marks: Mapping[int, Sequence[Verdict]], account: Account) -> Conversation:
    """The conversation without the sentences to trim; counts them and what is only noted. Marks go by message."""
    messages = list(conversation.messages)
    for position, found in marks.items():
        trims = [mark for mark in found if mark.action == "trim"]
        account.marks.update(f"{mark.action} {mark.name}" for mark in found)
        if trims:
            account.trimmed += 1
            message = messages[position]
            messages[position] = msgspec.structs.replace(message, content=trimmed(message.content, trims))
    return msgspec.structs.replace(conversation, messages=messages)


def _as_context(message: Message) -> Message:
    return msgspec.structs.replace(message, weight=0) if message.role == "assistant" else message


def statistics_lines(account: Account) -> list[str]:
    """The panel, the table and the most frequent patterns, line by line, as the guide draws them."""
    rows = [f"{'Total Messages':<25}{account.total:<9}100%", _row("Kept", account.kept, account.total), ""]
    rows += [_row(f"Filtered - {name}", account.flagged[rule], account.total) for name, rule in TABLE]
    rows += [
        _row(f"Filtered - {name}", account.flagged[rule], account.total)
        for name, rule in ON_REQUEST
        if account.flagged[rule]
    ]
    lines = [
        "╭" + "─" * 37 + "╮",
        "│" + "   Filtering Statistics".ljust(37) + "│",
        "╰" + "─" * 37 + "╯",
        "",
        f"{'Category':<25}{'Count':<9}%",
        "─" * 37,
        *rows,
    ]
    if account.patterns:
        top = sorted(account.patterns.items(), key=lambda item: (-item[1], item[0]))[:TOP_PATTERNS]
        lines += ["", "Top Blacklist Matches:", *(f"  • {pattern}: {count}" for pattern, count in top)]
    return lines


def statistics(account: Account, mode: str) -> dict[str, Any]:
    """The account for programs: counts of messages by rule and by pattern, conversations, and what is not a verdict."""
    return {
        "written_by": "conversation_filter",
        "messages": {
            "total": account.total,
            "kept": account.kept,
            "filtered": {rule: account.flagged[rule] for _, rule in (*TABLE, *ON_REQUEST)},
            "masked": account.masked if mode == "mask" else 0,
            "system": account.system,
            "other_side": account.other_side,
        },
        "trimmed": account.trimmed,
        "marks": dict(sorted(account.marks.items())),
        "conversations": {"total": account.conversations, "emptied": account.emptied},
        "patterns": dict(sorted(account.patterns.items(), key=lambda item: (-item[1], item[0]))),
        "timeouts": dict(sorted(account.timeouts.items())),
    }


def _row(name: str, count: int, total: int) -> str:
    share = 100 * count / total if total else 0.0
    return f"{name:<25}{count:<9}{share:.1f}%"
