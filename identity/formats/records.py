"""Our own record: what --output and the filter write, read again as it stands; links, weights and ratings stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from identity.formats.format import CUT_OFF_FILE, VOICE_ABSENT, Format, Options, Reading, skipped
from identity.formats.nodes import SYSTEM
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import NO_MESSAGES
from identity.json_stream import decode_values
from identity.records import Conversation, Role, decode
from identity.sources import Document

_SWAPPED: dict[Role, Role] = {"user": "assistant", "assistant": "user", "system": "system"}


def matches(peek: Peek) -> bool:
    return peek.has("schema") and peek.has("messages")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each record."""
    with document.open() as stream:
        for value, found in decode_values(stream, decode):
            if isinstance(found, ValueError):
                yield skipped(DAMAGED_RECORD if value.complete else CUT_OFF_FILE)
            else:
                yield _read_one(found, options)


DAMAGED_RECORD = "damaged: not a record"


def _read_one(conversation: Conversation, options: Options) -> Reading:
    messages = conversation.messages
    reading = Reading(
        key=conversation.id,
        conversations=[conversation],
        read=len(messages),
        updated=epoch_seconds(conversation.updated_at),
        speakers=Counter(message.author or message.role for message in messages if message.role != "system"),
    )
    if options.keep_system is False:
        _drop_system(conversation, reading)
    if "assistant" not in options.voices:
        _change_voice(conversation, options.voices)
        if not any(message.role == "assistant" for message in conversation.messages):
            reading.skipped = VOICE_ABSENT
            reading.left_out = Counter({VOICE_ABSENT: reading.read})
            reading.conversations = []
            return reading
    if not conversation.messages:
        reading.conversations = []
        reading.skipped = NO_MESSAGES
    return reading


def _drop_system(conversation: Conversation, reading: Reading) -> None:
    """Take system messages out and let what followed them follow what they followed."""
    before = {message.id: message.parent for message in conversation.messages if message.role == "system"}
    kept = [message for message in conversation.messages if message.role != "system"]
    for message in kept:
        while message.parent in before:
            message.parent = before.pop(message.parent)
    if reading.read > len(kept):
        reading.left_out[SYSTEM] += reading.read - len(kept)
    conversation.messages = kept


def _change_voice(conversation: Conversation, voices: tuple[str, ...]) -> None:
    """Swap who is learned; the messages stay as they were cut, and ratings and alternatives were of the other voice."""
    for message in conversation.messages:
        if message.role == "system":
            continue
        if message.author in voices:
            message.role = "assistant"
        else:
            message.role = _SWAPPED[message.role] if "user" in voices else "user"
        message.alternatives, message.rating, message.weight = [], None, 1


FORMAT = Format(
    name="records",
    label="this tool's own output (parsed.json, filtered.json)",
    how_to_export="conversation_parser.py INPUT --output parsed.json",
    shape_age="of this version",
    matches=matches,
    read=read,
)
