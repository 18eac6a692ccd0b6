"""One run over a stream of conversations: judge each batch, and keep, cut or drop its messages in order.

The judgement of a batch is a pure function (identity.filters.judge); what depends on what came before, in the order
of the input, happens here: copies are counted, decisions by hand applied, everything is put on the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import msgspec

from identity.filters import judge
from identity.filters.account import Account, with_flagged_as_context, with_marks, without_flagged
from identity.filters.difference import Difference
from identity.filters.duplicates import Duplicates
from identity.filters.overrides import Overrides
from identity.filters.privacy import Placeholders, Redactor
from identity.filters.verdicts import Evaluate, Settings, Verdict
from identity.records import Conversation

# A batch is the unit of judgement: small enough to hold in memory, and with toxicity (some messages a second on a
# small CPU) small enough for the progress bar to move, large enough to sort by length.
BATCH_CONVERSATIONS = 512
BATCH_CONVERSATIONS_TOXICITY = 32
BATCH_CHARACTERS = 8_000_000


@dataclass
class Run:
    """What one run of the filter works with; `account` is what it tells afterwards."""

    rules: Sequence[Evaluate]
    settings: Settings
    mode: str = "drop"
    account: Account = field(default_factory=Account)
    rejects: IO[bytes] | None = None
    duplicates: Duplicates | None = None
    overrides: Overrides | None = None
    difference: Difference | None = None
    redactor: Redactor | None = None
    placeholders: Placeholders = field(default_factory=Placeholders)

    def filtered(self, conversations: Iterable[Conversation]) -> Iterator[Conversation]:
        """What remains of each conversation, in order; those without a message left are only counted."""
        if self.redactor:  # first of all: what is private is in no verdict, no reject and no report either
            conversations = (redacted(each, self.redactor, self.placeholders) for each in conversations)
        size = BATCH_CONVERSATIONS_TOXICITY if self.settings.toxicity else BATCH_CONVERSATIONS
        for batch in in_batches(conversations, size):
            judgement = judge(batch, self.rules, self.settings)
            self.account.timeouts.update(judgement.timeouts)
            marks: dict[int, dict[int, tuple[Verdict, ...]]] = {}
            for (number, position), found in judgement.marks.items():
                marks.setdefault(number, {})[position] = found
            for number, (conversation, verdicts) in enumerate(zip(batch, judgement.verdicts, strict=True)):
                remaining = self._remaining(conversation, verdicts, marks.get(number, {}))
                if remaining.messages:
                    yield remaining
                else:
                    self.account.emptied += 1

    def _remaining(
        self,
        conversation: Conversation,
        verdicts: list[Verdict | None],
        marks: Mapping[int, tuple[Verdict, ...]],
    ) -> Conversation:
        if self.duplicates:
            verdicts = without_surplus(self.duplicates, conversation, verdicts)
        if self.overrides:
            verdicts = self.overrides.applied(conversation, verdicts)
        if self.difference:
            self.difference.add(conversation, verdicts)
        self.account.add(conversation, verdicts, self.settings.roles)
        marks = {position: found for position, found in marks.items() if verdicts[position] is None}
        if self.rejects is not None:
            self.rejects.writelines(reject_lines(conversation, verdicts, marks))
        if marks:
            conversation = with_marks(conversation, marks, self.account)
        return (without_flagged if self.mode == "drop" else with_flagged_as_context)(conversation, verdicts)


def in_batches(conversations: Iterable[Conversation], size: int) -> Iterator[list[Conversation]]:
    """Up to `size` at a time, fewer when they are long."""
    batch: list[Conversation] = []
    characters = 0
    for conversation in conversations:
        batch.append(conversation)
        characters += sum(len(message.content) for message in conversation.messages)
        if len(batch) >= size or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def redacted(conversation: Conversation, redactor: Redactor, placeholders: Placeholders) -> Conversation:
    """The conversation with placeholders for what is private, in its title, its messages and their alternatives."""
    texts = [conversation.title, *(message.content for message in conversation.messages)]
    texts += [other.content for message in conversation.messages for other in message.alternatives]
    if not redactor.may_find(texts):
        return conversation

    def clean(text: str) -> str:
        found = redactor.find(text)
        return placeholders.replace(text, found) if found else text

    conversation.title = clean(conversation.title)
    for message in conversation.messages:
        message.content = clean(message.content)
        for alternative in message.alternatives:
            alternative.content = clean(alternative.content)
    return conversation


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


def reject_lines(
    conversation: Conversation, verdicts: Sequence[Verdict | None], marks: Mapping[int, Sequence[Verdict]]
) -> Iterator[bytes]:
    """One JSON line per flagged message, per trimmed sentence and per note, in the order of the messages."""
    for position, verdict in enumerate(verdicts):
        for found in (verdict,) if verdict else marks.get(position, ()):
            yield reject_line(conversation, position, found)


def reject_line(conversation: Conversation, position: int, verdict: Verdict) -> bytes:
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
    return msgspec.json.encode(line) + b"\n"
