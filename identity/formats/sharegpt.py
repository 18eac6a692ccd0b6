"""ShareGPT: {"conversations": [{"from": "human", "value": "..."}, {"from": "gpt", "value": "..."}]}, array or lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats import preference
from identity.formats.fields import list_at
from identity.formats.format import Format, Options, Reading
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.turns import thread_of_turns
from identity.formats.values import objects, read_each
from identity.sources import Document


def matches(peek: Peek) -> bool:
    """Turns with from and value (or role and content) under `conversations`; preference rows are no conversations."""
    turn = ("conversations", "[]")
    if any(peek.has(key) for key in preference.KEYS):
        return False
    return (peek.has(*turn, "from") and peek.has(*turn, "value")) or (
        peek.has(*turn, "role") and peek.has(*turn, "content")
    )


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each row."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    return linearize(thread_of_turns(list_at(value, "conversations"), value, FORMAT.name, options), options)


FORMAT = Format(
    name="sharegpt",
    label="ShareGPT rows",
    how_to_export="a training file with conversations of from and value",
    shape_age="since 2023",
    matches=matches,
    read=read,
)
