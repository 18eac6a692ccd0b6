"""A bounded look at a document: what kind of file it is and which keys it has. Names are no evidence."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from identity.json_keys import KeyPath, key_paths
from identity.json_stream import split_values
from identity.json_window import as_utf8
from identity.png import keywords
from identity.sources import PREFIX, DamagedFile, Document

Kind = Literal["json", "html", "png", "picture", "pdf", "sqlite", "safetensors", "text", "binary", "empty"]
Shape = Literal["array", "object", "lines", "none"]

# First bytes of the files that people give by mistake.
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"RIFF", "picture"),
    (b"%PDF", "pdf"),
    (b"SQLite format 3\x00", "sqlite"),
)
# What follows the first bracket of JSON. A number must end as one: "[01.02.26, 10:00:00] Anna: Hi" is a chat's text.
_NUMBER_GOES_ON = r"(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]*)?\s*(?:[,\]]|$)"
_JSON_GOES_ON = re.compile(rf'\s*(?:$|[\[\]{{}}"tfn]|-?{_NUMBER_GOES_ON}|-$)')
ANY = "*"  # in a pattern: one key of whatever name (the ids of a mapping)


@dataclass(frozen=True)
class Peek:
    """What the first 256 KiB of a document show.

    `keys` are the key paths of the elements: of a top-level array its elements', else of the object or the lines. Of
    a PNG they are the keywords of its text chunks, wherever in the file those stand: ("chara",).
    """

    name: str
    kind: Kind
    shape: Shape
    keys: frozenset[KeyPath]
    prefix: str

    def has(self, *pattern: str) -> bool:
        """True if a key path of an element equals the pattern; ANY stands for one key, "[]" for an array."""
        if ANY not in pattern:
            return pattern in self.keys
        return any(
            len(path) == len(pattern) and all(want in (ANY, key) for want, key in zip(pattern, path, strict=True))
            for path in self.keys
        )

    @property
    def is_empty_value(self) -> bool:
        """True for [] and {}: an export without anything in it, which ends within the prefix."""
        is_whole = len(self.prefix) < PREFIX
        return is_whole and self.kind == "json" and self.prefix.translate(_BRACKETS_AND_SPACE) == ""


_BRACKETS_AND_SPACE = str.maketrans("", "", "[]{}, \t\r\n")


def peek_at(document: Document) -> Peek:
    """Look at the beginning of a document."""
    head = document.prefix
    text_bytes = b"".join(as_utf8(io.BytesIO(head)))
    text = text_bytes.decode("utf-8", "replace").lstrip()
    kind = _kind_of(head, text)
    if kind == "png":
        return Peek(document.name, kind, "none", _keywords(document), "")
    if kind != "json":
        return Peek(document.name, kind, "none", frozenset(), text)
    shape = _shape_of(text)
    paths = key_paths(text_bytes)
    if shape == "array":
        paths = frozenset(path[1:] for path in paths if path[0] == "[]")
    return Peek(document.name, kind, shape, paths, text)


def _keywords(document: Document) -> frozenset[KeyPath]:
    try:
        with document.open() as stream:
            return frozenset((keyword,) for keyword in keywords(stream))
    except (DamagedFile, OSError):
        return frozenset()


def _kind_of(head: bytes, text: str) -> Kind:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if not text:
        return "empty"
    if head[8:9] == b"{" and head[:8].endswith(b"\x00\x00"):  # an 8-byte length, then a JSON header
        return "safetensors"
    if text[0] == "<":
        return "html"
    if text[0] in "[{" and _JSON_GOES_ON.match(text, 1):
        return "json"
    return "binary" if "\x00" in text else "text"


def _shape_of(text: str) -> Shape:
    values = islice(_first_values(text), 2)
    first = next(values, None)
    if first is None or text[0] == "[":
        return "array"
    return "lines" if next(values, None) is not None else "object"


def _first_values(text: str) -> Iterator[bytes]:
    for value in split_values(io.BytesIO(text.encode("utf-8", "replace"))):
        yield value.raw
