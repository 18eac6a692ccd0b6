"""The text chunks of a PNG, in which character cards travel. Nothing of the picture is decoded.

A chunk is a length, a type of four letters, so many bytes, a checksum. Cards that were saved again by other programs
have wrong checksums, and editors write the text before or after the picture, so all chunk headers are walked and no
checksum is looked at. A damaged file ends where it makes no sense any more.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import IO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CARD_KEYWORDS = ("ccv3", "chara")  # the more complete card first
TEXT_LIMIT = 64 * 1024 * 1024  # bytes of one text chunk, packed and unpacked

_TEXT_TYPES = (b"tEXt", b"zTXt", b"iTXt")
_KEYWORD_LIMIT = 80  # bytes, with the zero that ends it
_STEP = 1 << 20


def keywords(stream: IO[bytes]) -> Iterator[str]:
    """The keywords of all text chunks, in lower case."""
    for _, size in _text_chunks(stream):
        head = stream.read(min(size, _KEYWORD_LIMIT))
        _go_on(stream, size - len(head) + 4)
        yield _keyword(head)


def texts(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """(keyword in lower case, text) of all text chunks that can be unpacked and are not beyond the limit."""
    for kind, size in _text_chunks(stream):
        if size > TEXT_LIMIT:
            _go_on(stream, size + 4)
            continue
        content = stream.read(size)
        _go_on(stream, 4)
        text = _text(kind, content.partition(b"\0")[2])
        if text is not None:
            yield _keyword(content[:_KEYWORD_LIMIT]), text


def _text_chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """(type, size) of each text chunk, the stream standing at its content; the caller goes on past its checksum."""
    if stream.read(len(SIGNATURE)) != SIGNATURE:
        return
    while len(header := stream.read(8)) == 8:
        size, kind = int.from_bytes(header[:4], "big"), header[4:]
        if kind in _TEXT_TYPES:
            yield kind, size
        elif kind == b"IEND" or not kind.isalpha():
            return
        else:
            _go_on(stream, size + 4)


def _go_on(stream: IO[bytes], count: int) -> None:
    if stream.seekable():
        stream.seek(count, os.SEEK_CUR)
        return
    while count > 0 and (piece := stream.read(min(count, _STEP))):
        count -= len(piece)


def _keyword(head: bytes) -> str:
    return head.partition(b"\0")[0].decode("latin-1").lower()


def _text(kind: bytes, content: bytes) -> bytes | None:
    """What a text chunk says after its keyword; None if it cannot be unpacked."""
    if kind == b"tEXt":
        return content
    if kind == b"zTXt":
        return _unpacked(content[1:])
    is_packed, rest = content[:1] == b"\x01", content[2:]  # iTXt: flag, method, language, translated keyword, text
    text = rest.partition(b"\0")[2].partition(b"\0")[2]
    return _unpacked(text) if is_packed else text


def _unpacked(packed: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(packed, TEXT_LIMIT)
    except zlib.error:
        return None
