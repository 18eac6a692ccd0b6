"""The record that all stages share: one conversation, its messages, and streams of them.

    {"schema": 1, "id": "c1", "title": "Rain", "source": "chatgpt", "created_at": "2026-01-02T03:04:05Z",
     "updated_at": null, "messages": [
      {"id": "m1", "parent": null, "role": "user", "content": "A soft word for rain?"},
      {"id": "m2", "parent": "m1", "role": "assistant", "content": "Mizzle.", "model": "gpt-4o", "rating": 1}]}

`assistant` is always the voice being learned. `parent` is the message that this one followed in the conversation
as it was held; it may name a message that is no longer there, which is how a gap is known (see rows.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Annotated, Final, Literal

import msgspec

from identity.console import UserError
from identity.files import open_input, open_output
from identity.json_stream import decode_values

SCHEMA: Final = 1

Role = Literal["user", "assistant", "system"]


Rating = Annotated[int, msgspec.Meta(ge=-1, le=1)]  # thumbs down, none, up


class Alternative(msgspec.Struct, omit_defaults=True):
    """Another answer that was given to the same turn and not continued from."""

    content: str
    model: str | None = None
    kind: str = "regenerated"
    rating: Rating | None = None


class Message(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One turn's text by one speaker. Times are ISO 8601 UTC; `weight` 0 means context only, do not learn this."""

    id: str
    parent: str | None
    role: Role
    content: str
    author: str | None = None
    created_at: str | None = None
    model: str | None = None
    rating: Rating | None = None
    weight: Annotated[int, msgspec.Meta(ge=0, le=1)] = 1
    alternatives: list[Alternative] = []


class Conversation(msgspec.Struct, kw_only=True):
    """A conversation as one linear path of messages, in the order in which it was held."""

    schema: Literal[1] = SCHEMA
    id: str
    title: str = ""
    source: str = ""
    created_at: str | None = None
    updated_at: str | None = None
    messages: list[Message]
    project: str | msgspec.UnsetType | None = msgspec.UNSET  # where the person had filed it, by name or id
    gpt: str | msgspec.UnsetType | None = msgspec.UNSET  # the custom GPT, Gem or character that answered


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)


def encode(conversation: Conversation) -> bytes:
    """One line of JSON, without the line break."""
    return _encoder.encode(conversation)


def decode(raw: bytes) -> Conversation:
    """A Conversation from one JSON value; ValueError names the field if it is not one."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def read_conversations(path: str | Path) -> Iterator[Conversation]:
    """Stream conversations from a .json array or .jsonl file ("-" is stdin, .gz is unpacked).

    Memory is bounded by the largest conversation. Errors name file and record, and the field by its path.
    """
    with open_input(path) as stream:
        yield from read_conversation_stream(stream, str(path))


def read_conversation_stream(stream: IO[bytes], name: str) -> Iterator[Conversation]:
    """As read_conversations, from an open binary stream."""
    for number, (_, found) in enumerate(decode_values(stream, decode), start=1):
        if isinstance(found, ValueError):
            raise UserError(
                f"{name}: record {number}: {found}; "
                "this stage reads what conversation_parser.py --output writes, run that first"
            )
        yield found


def write_conversations(path: str | Path, conversations: Iterable[Conversation], force: bool = False) -> int:
    """Write a .jsonl file, or a .json array with one conversation per line; returns how many.

    "-" writes JSON Lines to stdout. Nothing appears under the final name until everything is written.
    """
    return write_encoded(path, map(encode, conversations), force)


def write_encoded(path: str | Path, records: Iterable[bytes], force: bool = False) -> int:
    """As write_conversations, from records that are encoded already."""
    count = 0
    as_array = str(path).removesuffix(".gz").endswith(".json")
    with open_output(path, force=force) as stream:
        for count, record in enumerate(records, start=1):
            if as_array:
                stream.write(b"[\n" if count == 1 else b",\n")
            stream.write(record)
            if not as_array:
                stream.write(b"\n")
        if as_array:
            stream.write(b"\n]\n" if count else b"[]\n")
    return count
