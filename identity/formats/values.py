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


def decoded_lines(values: Iterable[RawValue]) -> Iterator[Any]:
    """What each line of a JSON Lines file decodes to; None for one that cannot be read.

    A line that breaks off leaves a bracket or a string open, and what is cut out then reaches over the lines after
    it: those are taken up again one by one.
    """
    for value in values:
        whole = _decoded_or_none(value.raw)
        lines = [whole] if whole is not None else [_decoded_or_none(line) for line in _lines_of(value.raw)]
        # A damaged value that is written over several lines has no line that is an object of its own.
        yield from lines if any(line and isinstance(line, dict) for line in lines) else [whole]


def _lines_of(raw: bytes) -> Iterator[bytes]:
    return filter(bytes.strip, raw.split(b"\n"))


def _decoded_or_none(raw: bytes) -> Any:
    try:
        return decode_value(raw)
    except ValueError:
        return None


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
