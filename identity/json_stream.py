"""JSON values out of a byte stream, one at a time, and a bounded look at the keys of a file.

`split_values` cuts a stream into the raw bytes of its values: the elements of a top-level array, the lines of a JSON
Lines file, values written one after another, or one single object, whatever the line breaks. Memory is bounded by
one value plus one block, so a file of gigabytes on a single line (as ChatGPT writes it) needs little more than its
largest conversation.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec

BLOCK = 1 << 20  # bytes read at a time

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
_BETWEEN = re.compile(rb"[\s,]*")


@dataclass(frozen=True)
class RawValue:
    """The bytes of one JSON value; `root` counts top-level values, `in_array` tells elements from lone values."""

    raw: bytes
    root: int
    in_array: bool
    complete: bool = True  # False: the file ended inside this value


def split_values(stream: IO[bytes]) -> Iterator[RawValue]:
    """Yield the values of a JSON or JSON Lines stream in order, with array elements one by one.

    The bytes are cut out, not parsed: a value may still be malformed. A file that ends too early yields its last,
    incomplete value with complete=False. UTF-16 and byte order marks are understood.
    """
    reader = _Reader(as_utf8(stream))
    root = -1
    in_array = False
    while reader.skip(_BETWEEN):
        char = reader.peek()
        if in_array and char == b"]":
            reader.take(1)
            in_array = False
        elif not in_array:
            root += 1
            if char == b"[":
                reader.take(1)
                in_array = True
            else:
                yield RawValue(*_one_value(reader, root, in_array))
        else:
            yield RawValue(*_one_value(reader, root, in_array))


def _one_value(reader: _Reader, root: int, in_array: bool) -> tuple[bytes, int, bool, bool]:
    """Cut the value that starts at the reader's position."""
    opening = reader.peek()
    if opening in b"}]":  # a stray closer: hand it on as a value that will not parse
        return reader.take(1), root, in_array, True
    if opening not in b'{["':
        return _scalar(reader), root, in_array, True
    in_string = opening == b'"'
    depth = 0 if in_string else 1
    position = 1
    while True:
        pattern = _STRING_STEP if in_string else _STEP
        step = pattern.match(reader.buffer, reader.start + position)
        position = step.end() - reader.start if step else position
        stopped_at = reader.buffer[reader.start + position : reader.start + position + 1]
        if stopped_at == b"\\" and len(reader.buffer) - reader.start - position >= 2:
            continue  # a string of very many escapes
        if stopped_at in (b"", b"\\"):
            if not reader.more():
                return reader.take(len(reader.buffer) - reader.start), root, in_array, False
            continue
        position += 1
        if stopped_at == b'"':
            in_string = not in_string
        else:
            depth += 1 if stopped_at in b"{[" else -1
        if depth == 0 and not in_string:
            return reader.take(position), root, in_array, True


def _scalar(reader: _Reader) -> bytes:
    position = 0
    while True:
        end = _SCALAR_END.search(reader.buffer, reader.start + position)
        if end and end.start() > reader.start:
            return reader.take(end.start() - reader.start)
        position = len(reader.buffer) - reader.start
        if not reader.more():
            return reader.take(max(position, 1))


class _Reader:
    """A window over a stream: `buffer` from `start` on is what is still to be read."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self.stream = stream
        self.buffer = b""
        self.start = 0

    def more(self) -> bool:
        """Drop what was taken and read on, by at least half of what is held, so that a long value is not
        scanned again and again; False at the end of the stream."""
        kept = len(self.buffer) - self.start
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

    def skip(self, pattern: re.Pattern[bytes]) -> bool:
        """Move past what the pattern matches; False at the end of the stream."""
        while True:
            match = pattern.match(self.buffer, self.start)
            if match:
                self.start = match.end()
            if self.start < len(self.buffer):
                return True
            if not self.more():
                return False

    def take(self, count: int) -> bytes:
        value = self.buffer[self.start : self.start + count]
        self.start += count
        return value


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


def decode_value(raw: bytes) -> Any:
    """The Python value of one JSON text; ValueError if it is none.

    Half of a surrogate pair, which chats cut at a length limit contain, becomes U+FFFD.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # msgspec refuses lone surrogates and bad UTF-8; the standard library takes them
    except RecursionError:
        raise ValueError("nested too deeply") from None
    try:
        value = json.loads(raw.decode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _without_surrogates(value)


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


# --- which keys a file has -------------------------------------------------------------------------------------

KeyPath = tuple[str, ...]

# The string that the prefix cuts off matches too, without its end: what it quotes is not looked into.
_KEY_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)(?:("\s*:)|")?|[\[\]{},]', re.DOTALL)
_MAX_DEPTH = 64  # deeper than any format puts a key that tells it


def key_paths(prefix: bytes) -> frozenset[KeyPath]:
    """The path of every key in a JSON prefix, arrays as "[]": ("[]", "mapping", "id1", "message", "author").

    Only structure counts: JSON that is quoted inside a chat's text is one string and yields nothing.
    """
    text = prefix.decode("utf-8", "replace")
    paths: set[KeyPath] = set()
    stack: list[str] = []  # "[]" for an open array, "{}" or the key being read for an open object
    for token in _KEY_TOKEN.finditer(text):
        char = token.group()[0]
        if char == '"':
            if token.group(2) and stack and stack[-1] != "[]" and len(stack) <= _MAX_DEPTH:
                stack[-1] = token.group(1)
                paths.add(tuple(stack))
        elif char == "[":
            stack.append("[]")
        elif char == "{":
            stack.append("{}")
        elif char in "]}" and stack:
            stack.pop()
    return frozenset(paths)
