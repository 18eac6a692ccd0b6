"""The conversations of a document as decoded JSON values, whatever they are wrapped in; bad ones become reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from identity.formats.format import CUT_OFF_FILE, DAMAGED, NOT_A_CONVERSATION, TOO_LONG, Reading, skipped
from identity.json_stream import RawValue, decode_listed, decode_value, decode_values
from identity.json_window import LONGEST
from identity.sources import Document


def values_in(document: Document, inside: str = "") -> Iterator[tuple[RawValue, Any] | Reading]:
    """Each value of a document with what it decodes to, or the Reading that says why it does not."""
    with document.open() as stream:
        for value, found in decode_values(stream, decode_value, inside):
            if not isinstance(found, ValueError):
                yield value, found
                continue
            lines = list(_lines_again(value))
            is_lines = any(not isinstance(line, Reading) for line in lines)
            yield from lines if is_lines else [skipped(reason_of(value))]


def _lines_again(value: RawValue) -> Iterator[tuple[RawValue, Any] | Reading]:
    """The objects on the lines of a value that does not decode.

    A line of a JSON Lines file that breaks off leaves a bracket or a string open, and what is cut out then reaches over
    the lines after it. A damaged value that is written over several lines has none that is an object of its own.
    """
    for line in filter(bytes.strip, () if value.in_array else value.raw.split(b"\n")):
        try:
            found = decode_value(line)
        except ValueError:
            found = None
        yield (RawValue(line, value.root, False), found) if isinstance(found, dict) else skipped(DAMAGED)


def decoded_lines(document: Document) -> Iterator[Any]:
    """What each value of a document decodes to; None for one that cannot be read, as a place where something was."""
    for item in values_in(document):
        yield None if isinstance(item, Reading) else item[1]


def objects(document: Document, wrapper: str = "") -> Iterator[dict[str, Any] | Reading]:
    """The JSON objects of a document: array elements, lines, a single one, or those in a list under `wrapper`."""
    for item in values_in(document, wrapper):
        if isinstance(item, Reading) or isinstance(item[1], dict):
            yield item if isinstance(item, Reading) else item[1]
        else:
            yield skipped(NOT_A_CONVERSATION)


def listed_objects(document: Document, keys: frozenset[str], inner: str) -> Iterator[dict[str, Any] | Reading]:
    """The JSON objects in the arrays {key: {inner: [...]}} of a document that is one object."""
    with document.open() as stream:
        for value, found in decode_listed(stream, decode_value, keys, inner):
            if isinstance(found, ValueError):
                yield skipped(reason_of(value))
            else:
                yield found if isinstance(found, dict) else skipped(NOT_A_CONVERSATION)


def reason_of(value: RawValue) -> str:
    """Why a value that does not decode is not there."""
    if len(value.raw) > LONGEST:
        return TOO_LONG
    return DAMAGED if value.complete else CUT_OFF_FILE


def read_each(
    items: Iterable[dict[str, Any] | Reading], read_one: Callable[[dict[str, Any]], Reading]
) -> Iterator[Reading]:
    """Readings of all items; what was skipped passes through."""
    for item in items:
        yield item if isinstance(item, Reading) else read_one(item)
