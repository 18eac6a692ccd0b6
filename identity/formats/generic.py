"""Generic JSON: a bare list of messages, {"messages": [...]}, lines of either, an array of either, a list of lists.

    [{"role": "user", "content": "A soft word for rain?"}, {"role": "assistant", "content": "Mizzle."}]
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}, {"role": "assistant", ...}]}

Lines that hold one message each are one conversation. OpenAI's fine-tuning files are of this shape too; those that
can be told from others are of the format openai, which reads them alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats import openai, preference
from identity.formats.fields import list_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.turns import thread_of_turns
from identity.formats.values import values_in
from identity.sources import Document

# Keys that tell a more particular format with messages in it: our own record, preference data and others.
_ELSEWHERE = (
    *("schema", "mapping", "chat_messages", "conversations", *preference.KEYS),
    *("project", "chatId", "conv", "record_type"),
)
_ELSEWHERE_TOGETHER = (("object", "thread_id"),)


def matches(peek: Peek) -> bool:
    if any(peek.has(key) for key in _ELSEWHERE) or openai.matches(peek):
        return False
    if any(all(peek.has(key) for key in keys) for keys in _ELSEWHERE_TOGETHER):
        return False
    lists: tuple[tuple[str, ...], ...] = ((), ("messages", "[]"), ("[]",))
    return any(peek.has(*inside, "role") and peek.has(*inside, "content") for inside in lists)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each list of messages; bare messages that follow one another are one list."""
    bare: list[Any] = []
    belongs_to: object = None
    for item in values_in(document):
        if isinstance(item, Reading):
            yield item
            continue
        value = item[1]
        array = item[0].root if item[0].in_array else None
        place = (array, value.get("conversation_id")) if isinstance(value, dict) else None
        if bare and (not _is_message(value) or place != belongs_to):
            yield _read_one(bare, {}, options)
            bare = []
        if _is_message(value):
            bare.append(value)
            belongs_to = place
        else:
            yield _read_value(value, options)
    if bare:
        yield _read_one(bare, {}, options)


def _is_message(value: Any) -> bool:
    return isinstance(value, dict) and "role" in value and "messages" not in value


def _read_value(value: Any, options: Options) -> Reading:
    if isinstance(value, list):
        return _read_one(value, {}, options)
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        return _read_one(list_at(value, "messages"), value, options)
    return skipped(NOT_A_CONVERSATION)


def _read_one(turns: list[Any], around: dict[str, Any], options: Options) -> Reading:
    if not around and turns and isinstance(turns[0], dict):
        around = {"id": text_at(turns[0], "conversation_id")}
    return linearize(thread_of_turns(turns, around, FORMAT.name, options), options)


FORMAT = Format(
    name="generic",
    label="generic JSON (role and content)",
    how_to_export='any tool; write [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]',
    shape_age="any",
    matches=matches,
    read=read,
)
