"""Reading and writing files so that nothing is half-written, lost or left readable to others.

Outputs are built beside their final name and renamed, with mode 0600 because they hold private chats. An existing
output that this tool did not write is never replaced without --force.
"""

from __future__ import annotations

import contextlib
import glob
import gzip
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from identity.console import UsageError, UserError

# How our own outputs begin: records, or training rows and rejects, whose first line names its conversation as well.
# (The key alone is no mark: ChatGPT's own export has it, and that must never be overwritten.)
OWN_RECORDS = (b'{"schema":', b'[\n{"schema":')
OWN_ROWS = (
    b'{"instruction":',
    b'{"messages":[{"role":',
    b'{"conversations":[{"from":',
    b'{"prompt":[{"role":',
    b'{"conversation_id":',
)
OWN_ROW_KEY = b'"conversation_id":'
OWN_REPORT_KEY = b'"written_by":'
FIRST_LINE = 4 << 20  # bytes; a longer first row is not recognized
STANDARD = "-"
LEFTOVER_SECONDS = 3600  # nothing is written for so long without a byte reaching the disk


@contextlib.contextmanager
def open_input(path: str | Path) -> Iterator[IO[bytes]]:
    """A file for reading bytes; "-" is stdin; gzip is unpacked, known by its first bytes, not its name."""
    if str(path) == STANDARD:
        yield sys.stdin.buffer
        return
    file = Path(path)
    if not file.exists():
        raise UsageError(f"{file}: no such file; check the name")
    if file.is_dir():
        raise UsageError(f"{file}: this is a folder; name a file in it")
    with file.open("rb") as stream:
        magic = stream.peek(4)
        if magic[:4] == b"PK\x03\x04":
            raise UserError(f"{file}: this is a zip; conversation_parser.py reads exports, run that first")
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(stream) as unpacked:
                try:
                    yield cast(IO[bytes], unpacked)
                except (EOFError, gzip.BadGzipFile):
                    raise UserError(f"{file}: the gzip file is damaged; get it again") from None
        else:
            yield stream


@contextlib.contextmanager
def read_twice(path: str | Path) -> Iterator[str | Path]:
    """A path that can be opened again and again: stdin is kept in a file for its owner only while the block lasts."""
    if str(path) != STANDARD:
        yield path
        return
    handle, name = tempfile.mkstemp(prefix="identity.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        yield name
    finally:
        Path(name).unlink()


@contextlib.contextmanager
def open_output(path: str | Path, force: bool = False) -> Iterator[IO[bytes]]:
    """A file for writing bytes that appears under its name only when the block ends well; "-" is stdout.

    A name ending in .gz is compressed (without a clock in its header, so that equal input gives equal bytes).
    """
    if str(path) == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    check_output(target, force)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(target)
    # mkstemp creates with mode 0600 on POSIX; on Windows the user's profile folder rights apply.
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent)
    try:
        with os.fdopen(handle, "wb", buffering=1 << 18) as raw:
            if target.suffix == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _remove_leftovers(target: Path) -> None:
    """What runs that were killed while writing `target` left beside it; they hold chats. Not those of a live run."""
    for leftover in target.parent.glob(f".{glob.escape(target.name)}.*.partial"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                leftover.unlink()


def check_output(path: str | Path, force: bool = False) -> None:
    """Raise UsageError if writing to `path` would replace a folder or a file that this tool did not write."""
    target = Path(path)
    if str(path) == STANDARD or not target.exists():
        return
    if target.is_dir():
        raise UsageError(f"{target}: this is a folder; name a file for the output")
    if not force and not is_own_output(target):
        raise UsageError(f"{target}: exists and was not written by this tool; choose another name or add --force")


def is_own_output(path: Path) -> bool:
    """True if the file is empty or begins as an output of this tool does."""
    try:
        with open_input(path) as stream:
            head = stream.read(4096)
            first_line = head.partition(b"\n")[0]
            if first_line == head:  # a long row
                first_line += stream.readline(FIRST_LINE)
    except UserError:  # a zip, a damaged gzip file
        return False
    if head in (b"", b"[]\n") or head.startswith(OWN_RECORDS) or OWN_REPORT_KEY in head:
        return True
    return first_line.startswith(OWN_ROWS) and OWN_ROW_KEY in first_line


def write_text(path: str | Path, text: str, force: bool = False) -> None:
    """Write a small text file as open_output does."""
    with open_output(path, force=force) as stream:
        stream.write(text.encode("utf-8"))


def sha256_of(path: str | Path) -> str:
    """Hex digest of a file's content, or of a folder's names and contents in sorted order."""
    digest = hashlib.sha256()
    root = Path(path)
    members = sorted(file for file in root.rglob("*") if file.is_file()) if root.is_dir() else [root]
    for member in members:
        if member != root:
            digest.update(member.relative_to(root).as_posix().encode() + b"\0")
        with member.open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    return digest.hexdigest()
