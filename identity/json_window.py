"""A window over a byte stream of JSON, and how far the value at a place in it reaches."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

BLOCK = 1 << 18  # bytes read at a time: what follows happens in a core's cache
LONGEST = 512 << 20  # bytes of one value: far more than any conversation has, and what a file cannot take more of

# Inside a value only strings and brackets matter. One step goes over what does not change the depth: plain characters,
# whole strings, and objects and arrays that hold no others. It is unrolled and never fails, so it cannot search in
# circles; the counts bound the memory that the engine needs, and what exceeds them is walked in smaller steps.
_PLAIN = rb'[^"\[\]{}]*'
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*){0,256}"'
_INSIDE = _PLAIN + rb"(?:" + _STRING + _PLAIN + rb"){0,64}"
_LEAF = rb"\{" + _INSIDE + rb"\}|\[" + _INSIDE + rb"\]"
_STEP = re.compile(_PLAIN + rb"(?:(?:" + _STRING + rb"|" + _LEAF + rb")" + _PLAIN + rb"){0,256}", re.DOTALL)
_STRING_STEP = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,4096}', re.DOTALL)
_SCALAR_END = re.compile(rb"[\s,\[\]{}]")
BETWEEN = re.compile(rb"[\s,]*")
COLON = re.compile(rb"[\s:]*")


class Window:
    """What is held of a stream: `buffer` from `start` on is what is still to be read."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self.stream = stream
        self.buffer = b""
        self.start = 0

    def more(self) -> bool:
        """Drop what was taken and read on, by at least half of what is held, so that a long value is not
        scanned again and again; False at the end of the stream."""
        kept = len(self.buffer) - self.start
        if kept > LONGEST:
            self.stream = iter(())  # what follows is inside this value, if it has an end
            return False
        blocks: list[bytes] = []
        grown = 0
        for block in self.stream:
            blocks.append(block)
            grown += len(block)
            if grown >= kept // 2:
                break
        if grown:
            self.buffer = b"".join([self.buffer[self.start :], *blocks])
            self.start = 0
        return bool(grown)

    def peek(self) -> bytes:
        return self.buffer[self.start : self.start + 1]

    def char_at(self, offset: int) -> bytes:
        """One byte by its distance from the position; empty beyond what is held."""
        return self.buffer[self.start + offset : self.start + offset + 1]

    def piece(self, offset: int, size: int) -> bytes:
        return self.buffer[self.start + offset : self.start + offset + size]

    def match_end(self, pattern: re.Pattern[bytes], offset: int) -> int:
        """The offset up to which the pattern matches in what is held."""
        match = pattern.match(self.buffer, self.start + offset)
        return match.end() - self.start if match else offset

    def beyond(self, pattern: re.Pattern[bytes], offset: int) -> int:
        """The offset of the first byte that the pattern does not match, read on for as far as needed."""
        while True:
            offset = self.match_end(pattern, offset)
            if self.start + offset < len(self.buffer) or not self.more():
                return offset

    def skip(self, pattern: re.Pattern[bytes]) -> bool:
        """Move past what the pattern matches; False at the end of the stream."""
        while True:
            self.start += self.match_end(pattern, 0)
            if self.start < len(self.buffer):
                return True
            if not self.more():
                return False

    def take(self, count: int) -> bytes:
        value = self.buffer[self.start : self.start + count]
        self.start += count
        return value


def extent(window: Window, start: int) -> tuple[int, bool]:
    """Bytes of the value that starts so many bytes after the reader's position, and whether it came to its end."""
    opening = window.char_at(start)
    if opening in (b"}", b"]"):  # a stray closer: a value that will not parse
        return 1, True
    if opening not in (b"{", b"[", b'"'):
        return _scalar_extent(window, start), True
    in_string = opening == b'"'
    depth = 0 if in_string else 1
    position = start + 1
    while True:
        pattern = _STRING_STEP if in_string else _STEP
        position = window.match_end(pattern, position)
        stopped_at = window.char_at(position)
        if stopped_at == b"\\" and len(window.buffer) - window.start - position >= 2:
            continue  # a string of very many escapes
        if stopped_at in (b"", b"\\"):
            if not window.more():
                return len(window.buffer) - window.start - start, False
            continue
        position += 1
        if stopped_at == b'"':
            in_string = not in_string
        else:
            depth += 1 if stopped_at in b"{[" else -1
        if depth == 0 and not in_string:
            return position - start, True


def _scalar_extent(window: Window, start: int) -> int:
    position = start
    while True:
        end = _SCALAR_END.search(window.buffer, window.start + position)
        if end and end.start() > window.start + start:
            return end.start() - window.start - start
        position = len(window.buffer) - window.start
        if not window.more():
            return max(position - start, 1)


def as_utf8(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks of UTF-8 bytes from a stream, with a byte order mark removed and UTF-16 (by its mark) recoded."""
    first = stream.read(BLOCK)
    if first.startswith(codecs.BOM_UTF8):
        first = first[len(codecs.BOM_UTF8) :]
    elif first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
        while first:
            yield decoder.decode(first).encode("utf-8", "replace")
            first = stream.read(BLOCK)
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")
        return
    while first:
        yield first
        first = stream.read(BLOCK)
