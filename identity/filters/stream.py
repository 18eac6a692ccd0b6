"""One run over a stream of conversations: judge each batch, and keep, cut or drop its messages in order.

Where a batch is judged is the engine's choice (identity.filters.engines); what depends on what came before, in the
order of the input, happens here: copies are counted, decisions by hand applied, everything is put on the account.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, TypeVar

import msgspec

from identity.console import UserError
from identity.filters.account import Account, with_flagged_as_context, with_marks, without_flagged
from identity.filters.privacy import Placeholders, Redactor
from identity.filters.verdicts import Batch, Settings, Verdict
from identity.records import Conversation

if TYPE_CHECKING:
    from identity.filters.difference import Difference
    from identity.filters.duplicates import Duplicates
    from identity.filters.engines import Engine
    from identity.filters.overrides import Overrides
    from identity.filters.report_data import ReportData
    from identity.filters.screen import Screen

Found = TypeVar("Found")

# A batch is the unit of judgement. Rules alone are a third faster on batches that stay in a core's cache; with toxicity
# (some messages a second on a small CPU) it is small enough for the progress bar to move, and large enough to sort by
# length.
BATCH = (512, 100_000)  # conversations, characters
BATCH_TOXICITY = (32, 8_000_000)


@dataclass
class Run:
    """What one run of the filter works with; `account` is what it tells afterwards."""

    engine: Engine
    settings: Settings
    mode: str = "drop"
    account: Account = field(default_factory=Account)
    rejects: IO[bytes] | None = None
    duplicates: Duplicates | None = None
    overrides: Overrides | None = None
    difference: Difference | None = None
    redactor: Redactor | None = None
    report: ReportData | None = None
    screen: Screen | None = None
    placeholders: Placeholders = field(default_factory=Placeholders)

    def filtered(self, conversations: Iterable[Conversation]) -> Generator[Conversation, None, None]:
        """What remains of each conversation, in order; those without a message left are only counted."""
        # Closed here, so that an engine's processes end with whatever ends the run.
        with contextlib.closing(self.engine.judgements(self._batches(conversations))) as judged:
            for batch, judgement in judged:
                self.account.timeouts.update(judgement.timeouts)
                marks, scores = by_conversation(judgement.marks), by_conversation(judgement.scores)
                for number, (conversation, verdicts) in enumerate(
                    zip(batch.conversations, judgement.verdicts, strict=True)
                ):
                    remaining = self._remaining(conversation, verdicts, marks.get(number, {}), scores.get(number, {}))
                    if remaining.messages:
                        yield remaining
                    else:
                        self.account.emptied += 1

    def _batches(self, conversations: Iterable[Conversation]) -> Iterator[Batch]:
        """Redacted first of all: what is private is in no verdict, no reject and no report either."""
        for held in in_batches(conversations, *(BATCH_TOXICITY if self.settings.toxicity else BATCH)):
            suspects = [self.screen.suspects(each) for each in held] if self.screen else None
            if self.redactor:
                for number, conversation in enumerate(held):
                    redact(conversation, self.redactor, self.placeholders, suspects[number] if suspects else None)
            yield Batch(held, suspects)

    def _remaining(
        self,
        conversation: Conversation,
        verdicts: list[Verdict | None],
        marks: Mapping[int, tuple[Verdict, ...]],
        scores: Mapping[int, Mapping[str, float]],
    ) -> Conversation:
        if self.duplicates:
            verdicts = without_surplus(self.duplicates, conversation, verdicts)
        judged = verdicts
        if self.overrides:
            verdicts = self.overrides.applied(conversation, verdicts)
        if self.difference:
            self.difference.add(conversation, verdicts)
        self.account.add(conversation, verdicts, self.settings.roles)
        marks = {position: found for position, found in marks.items() if verdicts[position] is None}
        if self.rejects is not None:
            self.rejects.writelines(reject_lines(conversation, verdicts, marks, scores))
        if self.report:
            self.report.add(conversation, judged, verdicts, marks, scores)
        if marks:
            conversation = with_marks(conversation, marks, self.account)
        return (without_flagged if self.mode == "drop" else with_flagged_as_context)(conversation, verdicts)

    def notes(self) -> list[str]:
        """What the table does not say."""
        account = self.account
        lines: list[str] = []
        flagged = sum(account.flagged.values())
        if self.mode == "mask" and flagged:
            lines.append(
                f"Nothing was removed: {account.masked} filtered messages of the assistant stay as context with weight"
                f" 0, {flagged - account.masked} of the user stay as they are."
            )
        if account.system:
            lines.append(f"Kept includes {account.system} system messages, which are never judged.")
        if account.other_side:
            judged = " ".join(self.settings.roles)
            lines.append(
                f"Kept includes {account.other_side} messages of the other side, not judged with --roles {judged}."
            )
        if account.emptied:
            lines.append(
                f"{account.emptied} of {account.conversations} conversations had no message left and are gone."
            )
        if account.trimmed:
            lines.append(f"{account.trimmed} messages are kept without a sentence that a pack trims.")
        if account.marks:
            lines.append(
                "Trimmed and noted: " + ", ".join(f"{name} {count}" for name, count in account.marks.most_common())
            )
        for pattern, count in sorted(account.timeouts.items()):
            lines.append(f"{pattern} ran out of time in {count} messages, which it did not take; simplify it.")
        if self.placeholders.counts:
            found = ", ".join(f"{kind} {count}" for kind, count in self.placeholders.counts.most_common())
            lines.append(f"Redacted: {found}.")
        if self.overrides and self.overrides.missed:
            lines.append(
                f"{self.overrides.missed} of {len(self.overrides.decisions)} overrides name messages that are not here."
            )
        return lines


class NothingLeft(UserError):
    """Every message was filtered."""


def some_left(kept: Iterable[Conversation], account: Account) -> Iterator[Conversation]:
    """Pass conversations through; NothingLeft at their end if there was none, and then nothing is written."""
    is_empty = True
    for conversation in kept:
        is_empty = False
        yield conversation
    if is_empty:
        raise NothingLeft(
            f"nothing is left: all {sum(account.flagged.values())} messages were filtered; "
            "lower --min-length, take patterns out, or use --mode mask"
        )


def in_batches(conversations: Iterable[Conversation], most: int, characters: int) -> Iterator[list[Conversation]]:
    """As many at a time as have so many characters together, but not more than `most`."""
    batch: list[Conversation] = []
    held = 0
    for conversation in conversations:
        batch.append(conversation)
        held += sum(len(message.content) for message in conversation.messages)
        if len(batch) >= most or held >= characters:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def redact(
    conversation: Conversation, redactor: Redactor, placeholders: Placeholders, suspects: Container[int] | None = None
) -> None:
    """Put placeholders for what is private in its title, its messages and their alternatives.

    `suspects` are the messages that a screen points at; without one all are read.
    """

    def clean(text: str) -> str:
        found = redactor.find(text)
        return placeholders.replace(text, found) if found else text

    if redactor.further:  # quicker together than one by one
        others = [each.content for message in conversation.messages for each in message.alternatives]
        redactor.further.read([conversation.title, *(message.content for message in conversation.messages), *others])
    if conversation.title:
        conversation.title = clean(conversation.title)
    for position, message in enumerate(conversation.messages):
        if suspects is None or position in suspects:
            message.content = clean(message.content)
        for alternative in message.alternatives:
            alternative.content = clean(alternative.content)


def redacted(conversations: Iterable[Conversation], redactor: Redactor) -> Iterator[Conversation]:
    """The conversations with placeholders, as `redact` puts them, numbered through."""
    placeholders = Placeholders()
    for conversation in conversations:
        redact(conversation, redactor, placeholders)
        yield conversation


def without_surplus(
    duplicates: Duplicates, conversation: Conversation, verdicts: Sequence[Verdict | None]
) -> list[Verdict | None]:
    """The verdicts, and one more for each reply that says once too often what an earlier one says.

    Only what the voice says, and only what would stay: a copy that goes anyway fills no place.
    """
    judged: list[Verdict | None] = []
    for message, verdict in zip(conversation.messages, verdicts, strict=True):
        if verdict is None and message.role == "assistant" and message.weight:
            copy = duplicates.surplus(conversation.id, message.id, message.content)
            if copy:
                first = f"as {copy.message_id} of {copy.conversation_id}"
                verdict = Verdict("duplicate", first, (0, len(message.content)), round(copy.score, 3))
        judged.append(verdict)
    return judged


def by_conversation(found: Mapping[tuple[int, int], Found]) -> dict[int, dict[int, Found]]:
    """By number of the conversation and then of the message, instead of by both."""
    sorted_out: dict[int, dict[int, Found]] = {}
    for (number, position), each in found.items():
        sorted_out.setdefault(number, {})[position] = each
    return sorted_out


def reject_lines(
    conversation: Conversation,
    verdicts: Sequence[Verdict | None],
    marks: Mapping[int, Sequence[Verdict]],
    scores: Mapping[int, Mapping[str, float]],
) -> Iterator[bytes]:
    """One JSON line per flagged message, per trimmed sentence and per note, in the order of the messages."""
    for position, verdict in enumerate(verdicts):
        for found in (verdict,) if verdict else marks.get(position, ()):
            yield reject_line(conversation, position, found, scores.get(position))


def reject_line(
    conversation: Conversation, position: int, verdict: Verdict, scores: Mapping[str, float] | None
) -> bytes:
    """The verdict on one message with its evidence and the ids of its neighbours, as a line of JSON."""
    messages = conversation.messages
    message = messages[position]
    start, end = verdict.span
    line: dict[str, Any] = {
        "conversation_id": conversation.id,
        "message_id": message.id,
        "role": message.role,
        "rule": verdict.rule,
        "name": verdict.name,
        "action": verdict.action,
        "pattern": verdict.pattern,
        "span": verdict.span,
        "score": verdict.score,
        "match": message.content[start:end] if verdict.rule == "blacklist" else None,
        "content": message.content,
        "before": messages[position - 1].id if position else None,
        "after": messages[position + 1].id if position + 1 < len(messages) else None,
    }
    if scores:
        line["scores"] = {label: round(score, 4) for label, score in scores.items()}
    return msgspec.json.encode(line) + b"\n"
