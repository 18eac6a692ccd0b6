"""JSON values out of a byte stream, one at a time.

`split_values` cuts a stream into the raw bytes of its values: the elements of a top-level array, the lines of a JSON
Lines file, values written one after another, or one single object, whatever the line breaks. Memory is bounded by
one value plus one block, so a file of gigabytes on a single line (as ChatGPT writes it) needs little more than its
largest conversation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

import msgspec

from identity.json_window import BETWEEN, COLON, Window, as_utf8, extent

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
    window = Window(as_utf8(stream))
    for root, in_array in _starts(window, ""):
        yield RawValue(*_one_value(window, root, in_array))


def decode_values(
    stream: IO[bytes], decode: Callable[[bytes], Decoded], inside: str = ""
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    """As split_values, each value with what `decode` makes of it, or the ValueError that it raises.

    Several times as fast, because the ends of values are guessed from how the first one begins and the decoder tells
    a wrong guess. `inside` is a key: of a file that is one object, the elements of the array under it are the values.
    """
    window = Window(as_utf8(stream))
    return _decoded(window, _starts(window, inside), decode)


def decode_listed(
    stream: IO[bytes], decode: Callable[[bytes], Decoded], keys: frozenset[str], inner: str
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    """As decode_values, of a file that is one object: what is in the arrays {key: {inner: [...]}}, of all the keys."""
    window = Window(as_utf8(stream))
    return _decoded(window, _listed_starts(window, {b'"%s"' % key.encode() for key in keys}, inner), decode)


def _decoded(
    window: Window, starts: Iterator[tuple[int, bool]], decode: Callable[[bytes], Decoded]
) -> Iterator[tuple[RawValue, Decoded | ValueError]]:
    guess = _Guess()
    for root, in_array in starts:
        found = guess.cut(window, decode)
        if found:
            yield RawValue(found[0], root, in_array), found[1]
            continue
        value = RawValue(*_one_value(window, root, in_array))
        guess.learn(value.raw)
        try:
            yield value, decode(value.raw)
        except ValueError as error:
            yield value, error


def _starts(window: Window, inside: str) -> Iterator[tuple[int, bool]]:
    """(number of the top-level value, whether in an array) for each value; the caller takes it before asking on."""
    root = -1
    in_array = in_object = False
    while window.skip(BETWEEN):
        char = window.peek()
        if in_array and char == b"]":
            window.take(1)
            in_array = False
            if in_object:
                _leave(window)
        elif in_array:
            yield root, True
        else:
            root += 1
            in_object = char == b"{" and root == 0 and inside != "" and _enter(window, inside)
            if in_object or char == b"[":
                window.take(1)
                in_array = True
            else:
                yield root, False


def _listed_starts(window: Window, keys: set[bytes], inner: str) -> Iterator[tuple[int, bool]]:
    """As _starts, for the elements of {key: {inner: [...]}}; all else is passed over."""
    if not window.skip(BETWEEN) or window.peek() != b"{":
        return
    window.take(1)
    wanted = b'"%s"' % inner.encode()
    is_inside = False  # an object under one of the keys
    while window.skip(BETWEEN):
        if window.peek() == b"}" and is_inside:
            window.take(1)
            is_inside = False
            continue
        name = window.take(extent(window, 0)[0])
        window.skip(COLON)
        opening = window.peek()
        if not is_inside and name in keys and opening == b"{":
            window.take(1)
            is_inside = True
        elif is_inside and name == wanted and opening == b"[":
            window.take(1)
            while window.skip(BETWEEN) and window.peek() != b"]":
                yield 0, True
            window.take(1)
        else:
            window.take(extent(window, 0)[0])


def _enter(window: Window, key: str) -> bool:
    """Move to the array under a key of the object that the reader stands at; False, without moving, if none is there.

    What stands before the key is held in memory.
    """
    wanted = b'"%s"' % key.encode()
    position = window.beyond(BETWEEN, 1)
    while window.char_at(position) == b'"':
        size, _ = extent(window, position)
        name = window.piece(position, size)
        position = window.beyond(COLON, position + size)
        if name == wanted and window.char_at(position) == b"[":
            window.take(position)
            return True
        size, is_complete = extent(window, position)
        if not is_complete:
            return False
        position = window.beyond(BETWEEN, position + size)
    return False


def _leave(window: Window) -> None:
    """Move past the other keys of an object whose array was read, and past its end."""
    while window.skip(BETWEEN) and window.peek() not in b"}]":
        for part in (BETWEEN, COLON):  # a key, its value
            window.skip(part)
            window.take(extent(window, 0)[0])
    window.take(1)


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

    def cut(self, window: Window, decode: Callable[[bytes], Decoded]) -> tuple[bytes, Decoded] | None:
        """The value at the reader's position and what it decodes to; None, without moving, if no guess was right."""
        if not self.opening or window.peek() != b"{":
            return None
        place = 1
        for _ in range(self.TRIES):
            end, place = self._next_end(window, place)
            if not end:
                break
            raw = window.piece(0, end)
            try:
                value = decode(raw)
            except ValueError:
                continue
            window.take(end)
            self.hits += 1
            return raw, value
        self.misses += 1
        return None

    def _next_end(self, window: Window, place: int) -> tuple[int, int]:
        """Offsets from the reader's position: the end of a possible value, and where to look on; (0, …) if none."""
        while True:
            found = window.buffer.find(self.opening, window.start + place) - window.start
            held = len(window.buffer) - window.start
            if found >= 0 and (held - found > self.NEAR or not window.more()):
                place = found + len(self.opening)
                end = found
                while window.char_at(end - 1) in _SEPARATORS and found - end < 64:
                    end -= 1
                is_alike = self.rest is None or self.rest.match(window.buffer, window.start + place)
                if is_alike and window.char_at(end - 1) == b"}":
                    return end, place
                continue
            if found < 0:
                place = max(place, held - len(self.opening))
                if held > self.WINDOW or not window.more():
                    return 0, place


def _one_value(window: Window, root: int, in_array: bool) -> tuple[bytes, int, bool, bool]:
    """Cut the value that starts at the reader's position."""
    size, complete = extent(window, 0)
    return window.take(size), root, in_array, complete


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
