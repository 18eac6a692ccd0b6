"""The conversations of a document as decoded JSON values, whatever they are wrapped in; bad ones become reasons."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from identity.formats.fields import list_at
from identity.formats.format import CUT_OFF_FILE, DAMAGED, NOT_A_CONVERSATION, Reading, skipped
from identity.json_stream import RawValue, as_utf8, decode_value, split_values
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


def line_values(document: Document) -> Iterator[Any]:
    """What each line of a log holds, None for one that is damaged: a line cut off by a crash costs only itself.

    An array, or values over several lines, are cut out as everywhere else.
    """
    with document.open() as stream:
        if _is_in_lines(document.prefix):
            for line in _lines(stream):
                if stripped := line.strip(b" \t\r,"):
                    yield _decoded_or_none(stripped)
        else:
            yield from (_decoded_or_none(value.raw) for value in split_values(stream))


def _decoded_or_none(raw: bytes) -> Any:
    try:
        return decode_value(raw)
    except ValueError:
        return None


def _is_in_lines(prefix: bytes) -> bool:
    text = b"".join(as_utf8(io.BytesIO(prefix))).lstrip()
    first, line_break, _ = text.partition(b"\n")
    return not text.startswith(b"[") and (not line_break or _decoded_or_none(first.strip(b" \t\r,")) is not None)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a stream, one at a time in memory, whatever its encoding."""
    pending: list[bytes] = []
    for block in as_utf8(stream):
        first, *others = block.split(b"\n")
        pending.append(first)
        if others:
            yield b"".join(pending)
            yield from others[:-1]
            pending = [others[-1]]
    yield b"".join(pending)
