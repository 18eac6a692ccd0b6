"""ChatGPT's chat.html: the page of the export, whose script holds the conversations as `var jsonData = [...]`.

The same data as conversations.json, so it is read only where the JSON beside it is missing or damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import IO, cast

from identity.formats import chatgpt
from identity.formats.chatgpt_shape import decode_chat
from identity.formats.format import Format, Options, Reading
from identity.formats.peek import Peek
from identity.json_stream import decode_values
from identity.sources import Document

_MARK = b"jsonData"
_BLOCK = 64 * 1024


def matches(peek: Peek) -> bool:
    """A page whose script begins the array within the prefix."""
    return peek.kind == "html" and "jsonData" in peek.prefix


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The conversations of the page's array; the script after it is not looked at."""
    with document.open() as page:
        decoded = decode_values(_from_array(page), decode_chat)
        values = takewhile(lambda item: item[0].in_array and item[0].root == 0, decoded)
        yield from chatgpt.read_values(values, document, options)


def _from_array(page: IO[bytes]) -> IO[bytes]:
    """The page from the array's opening bracket on."""
    seen = b""
    while block := page.read(_BLOCK):
        seen += block
        mark = seen.find(_MARK)
        bracket = seen.find(b"[", mark) if mark >= 0 else -1
        if bracket >= 0:
            return cast(IO[bytes], _Rest(seen[bracket:], page))
        seen = seen[mark if mark >= 0 else -len(_MARK) :]
    return cast(IO[bytes], _Rest(b"", page))


class _Rest:
    """What was read beyond the mark, and then the page."""

    def __init__(self, head: bytes, page: IO[bytes]) -> None:
        self.head = head
        self.page = page

    def read(self, size: int) -> bytes:
        head, self.head = self.head, b""
        return head or self.page.read(size)


FORMAT = Format(
    name="chatgpt-html",
    label="ChatGPT chat.html",
    how_to_export="part of ChatGPT's data export; give the zip or conversations.json instead where you have it",
    shape_age="2023 to 2026",
    matches=matches,
    read=read,
    last_resort=True,
)
