"""Rows of a CSV document by the names of its columns, as services and spreadsheet programs write them.

A byte order mark, UTF-16, line breaks and quotes in fields, any line ending; commas, or the semicolons and tabs that a
spreadsheet program puts in their place. Names of columns are compared in lower case.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from identity.formats.peek import Peek
from identity.json_window import BLOCK, as_utf8
from identity.sources import DamagedFile, Document

_DELIMITERS = ",;\t"
_LINE = re.compile(r"[^\r\n]*")
# Python's own limit is 128 KiB, less than a pasted page; larger numbers overflow on Windows. It holds for all readers
# of the process, and there are no others.
_FIELD_LIMIT = 2**31 - 1

Row = dict[str, str]


@dataclass
class Table:
    """What could be read of a document; `damage` says why there is no more."""

    columns: tuple[str, ...] = ()
    rows: list[Row | None] = field(default_factory=list)  # None: a row with more fields than there are columns
    damage: DamagedFile | None = None


def columns_of(peek: Peek) -> frozenset[str]:
    """The names of the columns, if the document is a table; the first line as one name if it is other text."""
    line = _LINE.match(peek.prefix) if peek.kind == "text" else None
    return frozenset(_names(line.group())) if line else frozenset()


def table_of(document: Document) -> Table:
    """The whole table. Rows of a conversation may stand anywhere in it, so it is in memory as a whole."""
    table = Table()
    try:
        with document.open() as stream:
            lines = _lines(as_utf8(stream))
            header = next((line for line in lines if line.strip()), "")
            table.columns = _names(header)
            for fields in _reader(lines, _delimiter(header)):
                if fields:
                    is_whole = len(fields) <= len(table.columns)
                    table.rows.append(dict(zip(table.columns, fields, strict=False)) if is_whole else None)
    except DamagedFile as error:
        table.damage = error
    return table


def _names(header: str) -> tuple[str, ...]:
    names = next(_reader([header], _delimiter(header)), [])
    return tuple(name.strip().lower() for name in names)


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _reader(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_FIELD_LIMIT)
    # Python 3.10 refuses NUL.
    return csv.reader((line.replace("\0", "") for line in lines), delimiter=delimiter)


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    raw = io.BufferedReader(_Blocks(blocks), BLOCK)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="replace")  # every line ending becomes "\n", in fields too


class _Blocks(io.RawIOBase):
    """Blocks of bytes as a file, for TextIOWrapper, which knows all line endings."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks = blocks
        self.rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self.rest:
            block = next(self.blocks, None)
            if block is None:
                return 0
            self.rest = memoryview(block)
        count = min(len(buffer), len(self.rest))
        buffer[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count
