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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

import msgspec

BLOCK = 1 << 20  # bytes read at a time
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
_BETWEEN = re.compile(rb"[\s,]*")
_COLON = re.compile(rb"[\s:]*")
_SEPARATORS = (b" ", b",", b"\n", b"\r", b"\t")
_OPENING = re.compile(rb'\{\s{0,64}"[^"\\]{1,64}"')
_FIRST_VALUE = rb'\s*:\s*(?:"[^"\\]{0,2000}(?:\\.[^"\\]{0,2000}){0,64}"|[^\s,"\[\]{}]{1,64})\s*,\s*'
_SECOND_KEY = re.compile(_FIRST_VALUE + rb'("[^"\\]{1,64}")', re.DOTALL)


Decoded = TypeVar("Decoded")


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
    for root, in_array in _starts(reader, ""):
        yield RawValue(*_one_value(reader, root, in_array))


def decode_values(
    stream: IO[bytes], decode: Callable[[bytes], Decoded], inside: str = ""
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    """As split_values, each value with what `decode` makes of it, or the ValueError that it raises.

    Several times as fast, because the ends of values are guessed from how the first one begins and the decoder tells
    a wrong guess. `inside` is a key: of a file that is one object, the elements of the array under it are the values.
    """
    reader = _Reader(as_utf8(stream))
    return _decoded(reader, _starts(reader, inside), decode)


def decode_listed(
    stream: IO[bytes], decode: Callable[[bytes], Decoded], keys: frozenset[str], inner: str
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    """As decode_values, of a file that is one object: what is in the arrays {key: {inner: [...]}}, of all the keys."""
    reader = _Reader(as_utf8(stream))
    return _decoded(reader, _listed_starts(reader, {b'"%s"' % key.encode() for key in keys}, inner), decode)


def _decoded(
    reader: _Reader, starts: Iterator[tuple[int, bool]], decode: Callable[[bytes], Decoded]
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    guess = _Guess()
    for root, in_array in starts:
        found = guess.cut(reader, decode)
        if found:
            yield RawValue(found[0], root, in_array), found[1]
            continue
        value = RawValue(*_one_value(reader, root, in_array))
        guess.learn(value.raw)
        try:
            yield value, decode(value.raw)
        except ValueError as error:
            yield value, error


def _starts(reader: _Reader, inside: str) -> Iterator[tuple[int, bool]]:
    """(number of the top-level value, whether in an array) for each value; the caller takes it before asking on."""
    root = -1
    in_array = in_object = False
    while reader.skip(_BETWEEN):
        char = reader.peek()
        if in_array and char == b"]":
            reader.take(1)
            in_array = False
            if in_object:
                _leave(reader)
        elif in_array:
            yield root, True
        else:
            root += 1
            in_object = char == b"{" and root == 0 and inside != "" and _enter(reader, inside)
            if in_object or char == b"[":
                reader.take(1)
                in_array = True
            else:
                yield root, False


def _listed_starts(reader: _Reader, keys: set[bytes], inner: str) -> Iterator[tuple[int, bool]]:
    """As _starts, for the elements of {key: {inner: [...]}}; all else is passed over."""
    if not reader.skip(_BETWEEN) or reader.peek() != b"{":
        return
    reader.take(1)
    wanted = b'"%s"' % inner.encode()
    is_inside = False  # an object under one of the keys
    while reader.skip(_BETWEEN):
        if reader.peek() == b"}" and is_inside:
            reader.take(1)
            is_inside = False
            continue
        name = reader.take(_extent(reader, 0)[0])
        reader.skip(_COLON)
        opening = reader.peek()
        if not is_inside and name in keys and opening == b"{":
            reader.take(1)
            is_inside = True
        elif is_inside and name == wanted and opening == b"[":
            reader.take(1)
            while reader.skip(_BETWEEN) and reader.peek() != b"]":
                yield 0, True
            reader.take(1)
        else:
            reader.take(_extent(reader, 0)[0])


def _enter(reader: _Reader, key: str) -> bool:
    """Move to the array under a key of the object that the reader stands at; False, without moving, if none is there.

    What stands before the key is held in memory.
    """
    wanted = b'"%s"' % key.encode()
    position = reader.beyond(_BETWEEN, 1)
    while reader.char_at(position) == b'"':
        size, _ = _extent(reader, position)
        name = reader.piece(position, size)
        position = reader.beyond(_COLON, position + size)
        if name == wanted and reader.char_at(position) == b"[":
            reader.take(position)
            return True
        size, is_complete = _extent(reader, position)
        if not is_complete:
            return False
        position = reader.beyond(_BETWEEN, position + size)
    return False


def _leave(reader: _Reader) -> None:
    """Move past the other keys of an object whose array was read, and past its end."""
    while reader.skip(_BETWEEN) and reader.peek() not in b"}]":
        for part in (_BETWEEN, _COLON):  # a key, its value
            reader.skip(part)
            reader.take(_extent(reader, 0)[0])
    reader.take(1)


class _Guess:
    """Where values end, guessed from how the last exactly cut one began: `{"title": …, "mapping":` after a `}`.

    Sound on valid JSON: quotes inside a string are escaped, so such a place is never in one, and if it is in a deeper
    object, then the piece cut off there has more opening brackets than closing ones and does not decode. That the
    second key is looked at too saves such tries: Claude's conversations and messages both begin with "uuid".
    """

    TRIES = 3  # places that are tried before a value is cut exactly
    WINDOW = 16 << 20  # bytes that are searched for a place
    PATIENCE = 16  # values without luck after which guessing ends, if there were not more with
    NEAR = 4096  # bytes in which the second key begins

    def __init__(self) -> None:
        self.opening = b""  # the first key with the bracket before it
        self.rest: re.Pattern[bytes] | None = None  # from there to the second key, if the first value is no container
        self.hits = self.misses = 0

    def learn(self, raw: bytes) -> None:
        """Take the beginning of an exactly cut value for that of the next ones, unless guessing does not pay here."""
        if self.misses > max(self.PATIENCE, self.hits):
            self.opening = b""
            return
        opening = _OPENING.match(raw)
        self.opening = opening.group() if opening else b""
        second = _SECOND_KEY.match(raw, opening.end()) if opening else None
        self.rest = re.compile(_FIRST_VALUE + re.escape(second.group(1)), re.DOTALL) if second else None

    def cut(self, reader: _Reader, decode: Callable[[bytes], Decoded]) -> tuple[bytes, Decoded] | None:
        """The value at the reader's position and what it decodes to; None, without moving, if no guess was right."""
        if not self.opening or reader.peek() != b"{":
            return None
        place = 1
        for _ in range(self.TRIES):
            end, place = self._next_end(reader, place)
            if not end:
                break
            raw = reader.piece(0, end)
            try:
                value = decode(raw)
            except ValueError:
                continue
            reader.take(end)
            self.hits += 1
            return raw, value
        self.misses += 1
        return None

    def _next_end(self, reader: _Reader, place: int) -> tuple[int, int]:
        """Offsets from the reader's position: the end of a possible value, and where to look on; (0, …) if none."""
        while True:
            found = reader.buffer.find(self.opening, reader.start + place) - reader.start
            held = len(reader.buffer) - reader.start
            if found >= 0 and (held - found > self.NEAR or not reader.more()):
                place = found + len(self.opening)
                end = found
                while reader.char_at(end - 1) in _SEPARATORS and found - end < 64:
                    end -= 1
                is_alike = self.rest is None or self.rest.match(reader.buffer, reader.start + place)
                if is_alike and reader.char_at(end - 1) == b"}":
                    return end, place
                continue
            if found < 0:
                place = max(place, held - len(self.opening))
                if held > self.WINDOW or not reader.more():
                    return 0, place


def _one_value(reader: _Reader, root: int, in_array: bool) -> tuple[bytes, int, bool, bool]:
    """Cut the value that starts at the reader's position."""
    size, complete = _extent(reader, 0)
    return reader.take(size), root, in_array, complete


def _extent(reader: _Reader, start: int) -> tuple[int, bool]:
    """Bytes of the value that starts so many bytes after the reader's position, and whether it came to its end."""
    opening = reader.char_at(start)
    if opening in (b"}", b"]"):  # a stray closer: a value that will not parse
        return 1, True
    if opening not in (b"{", b"[", b'"'):
        return _scalar_extent(reader, start), True
    in_string = opening == b'"'
    depth = 0 if in_string else 1
    position = start + 1
    while True:
        pattern = _STRING_STEP if in_string else _STEP
        position = reader.match_end(pattern, position)
        stopped_at = reader.char_at(position)
        if stopped_at == b"\\" and len(reader.buffer) - reader.start - position >= 2:
            continue  # a string of very many escapes
        if stopped_at in (b"", b"\\"):
            if not reader.more():
                return len(reader.buffer) - reader.start - start, False
            continue
        position += 1
        if stopped_at == b'"':
            in_string = not in_string
        else:
            depth += 1 if stopped_at in b"{[" else -1
        if depth == 0 and not in_string:
            return position - start, True


def _scalar_extent(reader: _Reader, start: int) -> int:
    position = start
    while True:
        end = _SCALAR_END.search(reader.buffer, reader.start + position)
        if end and end.start() > reader.start + start:
            return end.start() - reader.start - start
        position = len(reader.buffer) - reader.start
        if not reader.more():
            return max(position - start, 1)


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
        pass  # msgspec refuses lone surrogates, bad UTF-8 and raw control characters; the standard library takes them
    except RecursionError:
        raise ValueError("nested too deeply") from None
    try:
        return _without_surrogates(json.loads(raw.decode("utf-8", "replace"), strict=False))
    except RecursionError:
        raise ValueError("nested too deeply") from None


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
