"""The conversations of a document as decoded JSON values, whatever they are wrapped in; bad ones become reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from identity.formats.fields import list_at
from identity.formats.format import CUT_OFF_FILE, DAMAGED, NOT_A_CONVERSATION, Reading, skipped
from identity.json_stream import RawValue, decode_value, split_values
from identity.sources import Document


def decoded(values: Iterable[RawValue]) -> Iterator[tuple[RawValue, Any] | Reading]:
    """Each value with what it decodes to, or the Reading that says why it does not."""
    for value in values:
        try:
            yield value, decode_value(value.raw)
        except ValueError:
            yield skipped(DAMAGED if value.complete else CUT_OFF_FILE)


def objects(document: Document, wrapper: str = "") -> Iterator[dict[str, Any] | Reading]:
    """The JSON objects of a document: array elements, lines, a single one, or those in a list under `wrapper`."""
    with document.open() as stream:
        yield from objects_of(split_values(stream), wrapper)


def objects_of(values: Iterable[RawValue], wrapper: str = "") -> Iterator[dict[str, Any] | Reading]:
    """As objects, from values that were cut out already."""
    for item in decoded(values):
        if isinstance(item, Reading):
            yield item
            continue
        value = item[1]
        found = list_at(value, wrapper) if isinstance(value, dict) and wrapper else []
        for entry in found or [value]:
            yield entry if isinstance(entry, dict) else skipped(NOT_A_CONVERSATION)


def read_each(
    items: Iterable[dict[str, Any] | Reading], read_one: Callable[[dict[str, Any]], Reading]
) -> Iterator[Reading]:
    """Readings of all items; what was skipped passes through."""
    for item in items:
        yield item if isinstance(item, Reading) else read_one(item)
