"""Opening what people give: a file, a folder, the zip as downloaded, a zip in a zip, gzip, stdin.

`documents` yields every file that could hold conversations, one at a time, and says of every other one why it was
passed over. Archive members are read as streams one by one and nothing is unpacked to disk but a zip in a zip. What a
file is, its first bytes decide; names only save opening the pictures and sounds of an export of gigabytes.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeVar, cast

from identity.console import UsageError, UserError
from identity.files import STANDARD
from identity.png import CARD_KEYWORDS, SIGNATURE, keywords

PREFIX = 256 * 1024  # bytes that decide what a document is
_STEP = 16 * 1024  # bytes read at a time from what may be damaged further on
DEPTH = 3  # zips inside zips that are opened
MEMBER_RATIO, MEMBER_LIMIT = 200, 256 * 1024 * 1024  # a larger member packed tighter than this is a zip bomb
SIBLING_LIMIT = 64 * 1024 * 1024  # bytes of a side file such as message_feedback.json

_ZIP, _EMPTY_ZIP, _GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"
Item = TypeVar("Item")

MEDIA = "media or attachment"
# Endings of files that hold no conversations; those of an export are thousands of pictures and sounds. A PNG in a
# folder may yet be a character card; those in archives are not opened for it (a CHARX has its card in card.json).
_MEDIA = re.compile(
    r"\.(aac|avi|bmp|dat|docx?|flac|gif|heic|ico|jpe?g|m4a|mkv|mov|mp[34]|mpga|ogg|opus|pdf|png|pptx|svg|tiff?|wav"
    r"|web[amp]|xlsx|css|js|py|bin|gguf|safetensors|pth?)$",
    re.IGNORECASE,
)
# Files beside the conversations of an export which never hold any (shown under this reason, not silently passed).
_SIDE_NAME = re.compile(
    r"(^|/)((users?|user_settings|shopping|sora|library_files|message_feedback|model_comparisons|shared_conversations"
    r"|conversation_asset_file_names|export_manifest|memories|projects)\.json|report\.html)$",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\._|\.[^/.])|(^|/)(Thumbs\.db|desktop\.ini)$")
_ATTACHED = re.compile(r"(^|/)projects/[0-9a-f-]{36}\.json$|(^|/)Files_[^/]*\.zip$|(^|/)chat-[0-9a-f-]+-files/")
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile)
_UNREADABLE = (*_DAMAGED, NotImplementedError)  # the last one: a method of packing that zipfile does not know


class DamagedFile(UserError):
    """A file or an archive member that cannot be read to its end."""


@dataclass(frozen=True)
class Skipped:
    """A file that was not read, and why; `is_damaged` tells a loss from what holds no conversations anyway."""

    name: str
    reason: str
    is_damaged: bool = False


@dataclass(frozen=True)
class Document:
    """A file that may hold conversations. It can be opened until the next one is asked for."""

    name: str  # for people: "export.zip!conversations-000.json"
    folder: str  # the folder or archive that it stands in; equal for siblings
    prefix: bytes
    is_named: bool  # given by the person, not found in a folder or an archive
    opener: Callable[[], contextlib.AbstractContextManager[IO[bytes]]]
    siblings: Callable[[str], bytes | None]

    @contextlib.contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes, unpacked; DamagedFile where they cannot be read on."""
        try:
            with self.opener() as stream:
                yield stream
        except _DAMAGED as error:
            raise DamagedFile(f"{self.name}: {_reason(error)}") from None

    def sibling(self, name: str) -> bytes | None:
        """The content of a file of this name beside this one, None if there is none that can be read."""
        try:
            return self.siblings(name)
        except (*_UNREADABLE, OSError):
            return None


Found = Document | Skipped


def documents(paths: Iterable[str | Path]) -> Iterator[Found]:
    """Every document under the given files, folders and zips in a fixed order; "-" is stdin."""
    for path in paths:
        if str(path) == STANDARD:
            yield from _from_stdin()
            continue
        if not Path(path).exists():
            raise UsageError(f"{path}: no such file or folder; check the name")
        if Path(path).is_dir():
            yield from _from_folder(Path(path))
        else:
            yield from _from_file(Path(path), is_named=True)


# --- files and folders ------------------------------------------------------------------------------------------


def _from_folder(folder: Path) -> Iterator[Found]:
    files = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    for file in _in_order(files, lambda file: file.relative_to(folder).as_posix()):
        if not file.is_file():
            continue  # a socket, a pipe, a link to nothing
        reason = _known_useless(file.relative_to(folder).as_posix())
        if reason and not (reason == MEDIA and _is_card(file)):
            yield Skipped(str(file), reason)
        else:
            yield from _from_file(file, is_named=False)


def _is_card(file: Path) -> bool:
    """True for a picture that bears a character card. Only the headers of its chunks are read."""
    if file.suffix.lower() != ".png":
        return False
    try:
        with file.open("rb") as stream:
            return any(keyword in CARD_KEYWORDS for keyword in keywords(stream))
    except OSError:
        return False


def _from_file(file: Path, is_named: bool) -> Iterator[Found]:
    with file.open("rb") as stream:
        magic = stream.read(4)
    if magic in (_ZIP, _EMPTY_ZIP):
        yield from _from_zip(str(file), file, 1)
        return
    opener = partial(_open_file, file)
    yield from _document(str(file), str(file.parent), opener, partial(_beside_file, file), is_named)


@contextlib.contextmanager
def _open_file(file: Path) -> Iterator[IO[bytes]]:
    with file.open("rb") as stream:
        if stream.peek(2)[:2] == _GZIP:
            with _ungzipped(stream) as unpacked:
                yield unpacked
        else:
            yield stream


@contextlib.contextmanager
def _ungzipped(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """The stream itself, or what is packed in it; read to the last byte before any damage."""
    head = stream.read(2)
    whole = _Rejoined(head, stream)
    if head == _GZIP:
        with gzip.GzipFile(fileobj=cast(IO[bytes], whole)) as unpacked:
            yield cast(IO[bytes], _Rejoined(b"", cast(IO[bytes], unpacked)))
    else:
        yield cast(IO[bytes], whole)


class _Rejoined:
    """Bytes already read from a stream, and then the rest of it.

    Where the rest is damaged, what could be read before is given out first and the error raised on the next call.
    """

    def __init__(self, head: bytes, stream: IO[bytes]) -> None:
        self.pieces = [head]
        self.size = len(head)
        self.stream = stream
        self.error: BaseException | None = None

    def seekable(self) -> bool:
        return self.stream.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_CUR) -> int:
        """Only on from here, which is all that a walk over headers needs."""
        if whence != os.SEEK_CUR:
            raise io.UnsupportedOperation("only on from here")
        buffered = min(offset, self.size)
        self.read(buffered)
        return self.stream.seek(offset - buffered, os.SEEK_CUR)

    def read(self, size: int = -1) -> bytes:
        while self.error is None and (size < 0 or self.size < size):
            try:
                piece = self.stream.read(_STEP)
            except _DAMAGED as error:
                self.error = error
                break
            if not piece:
                break
            self.pieces.append(piece)
            self.size += len(piece)
        if self.error is not None and not self.size:
            raise self.error
        whole = b"".join(self.pieces)
        count = len(whole) if size < 0 else size
        self.pieces, self.size = [whole[count:]], max(len(whole) - count, 0)
        return whole[:count]


def _beside_file(file: Path, name: str) -> bytes | None:
    sibling = file.parent / name
    if not sibling.is_file() or sibling.stat().st_size > SIBLING_LIMIT:
        return None
    return sibling.read_bytes()


def _document(
    name: str,
    folder: str,
    opener: Callable[[], contextlib.AbstractContextManager[IO[bytes]]],
    siblings: Callable[[str], bytes | None],
    is_named: bool,
) -> Iterator[Found]:
    """The document if its beginning can be read."""
    try:
        with opener() as stream:
            prefix = stream.read(PREFIX)
    except _UNREADABLE as error:
        yield Skipped(name, _reason(error), is_damaged=True)
    else:
        yield Document(name, folder, prefix, is_named, opener, siblings)


# --- stdin ------------------------------------------------------------------------------------------------------


def _from_stdin() -> Iterator[Found]:
    head = sys.stdin.buffer.read(PREFIX)
    if not head:
        raise UserError("stdin: nothing came through the pipe; look at what the command before it said")
    whole = cast(IO[bytes], _Rejoined(head, sys.stdin.buffer))
    if head.startswith((_ZIP, SIGNATURE)):
        with tempfile.TemporaryFile() as spool:
            shutil.copyfileobj(whole, spool)
            yield from _from_zip("stdin", spool, 1) if head.startswith(_ZIP) else _from_spool(head, spool)
        return
    with _ungzipped(whole) as unpacked:
        try:
            prefix = unpacked.read(PREFIX)
        except _DAMAGED as error:
            yield Skipped("stdin", _reason(error), is_damaged=True)
            return
        rest = cast(IO[bytes], _Rejoined(prefix, unpacked))
        yield Document("stdin", "stdin", prefix, True, lambda: contextlib.nullcontext(rest), lambda name: None)


def _from_spool(head: bytes, spool: IO[bytes]) -> Iterator[Found]:
    """A picture from stdin, which is looked at before it is read."""

    @contextlib.contextmanager
    def from_its_start() -> Iterator[IO[bytes]]:
        spool.seek(0)
        yield spool

    yield Document("stdin", "stdin", head, True, from_its_start, lambda name: None)


# --- zip archives -----------------------------------------------------------------------------------------------


def _from_zip(name: str, file: Path | IO[bytes], depth: int) -> Iterator[Found]:
    try:
        archive = zipfile.ZipFile(file)
    except _UNREADABLE:
        yield Skipped(name, "the zip is cut off or damaged; download it again", is_damaged=True)
        return
    with archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in _in_order(members, lambda member: member.filename):
            reason = _known_useless(member.filename)
            if reason:
                yield Skipped(f"{name}!{member.filename}", reason)
            else:
                yield from _from_member(name, archive, member, depth)


def _from_member(archive_name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> Iterator[Found]:
    name = f"{archive_name}!{member.filename}"
    if member.flag_bits & 1:
        yield Skipped(name, "encrypted; unpack the zip with its password and give the folder", is_damaged=True)
        return
    if member.file_size > MEMBER_LIMIT and member.file_size > MEMBER_RATIO * max(member.compress_size, 1):
        yield Skipped(name, "packed tighter than text can be (a zip bomb?)", is_damaged=True)
        return
    opener = partial(_open_member, archive, member)
    try:
        with archive.open(member) as stream:
            is_zip = stream.read(4) == _ZIP
    except _UNREADABLE as error:
        yield Skipped(name, _reason(error), is_damaged=True)
        return
    if is_zip:
        yield from _from_zip_in_zip(name, archive, member, depth)
        return
    folder = f"{archive_name}!{member.filename.rpartition('/')[0]}"
    yield from _document(name, folder, opener, partial(_beside_member, archive, member), is_named=False)


def _from_zip_in_zip(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, depth: int) -> Iterator[Found]:
    """A member that is an archive itself: copied to a temporary file, for zips are read from their end."""
    if depth >= DEPTH:
        yield Skipped(name, f"a zip inside {DEPTH} others; unpack the outer ones", is_damaged=True)
        return
    with tempfile.TemporaryFile() as spool:
        try:
            with archive.open(member) as stream:
                shutil.copyfileobj(stream, spool)
        except _UNREADABLE as error:
            yield Skipped(name, _reason(error), is_damaged=True)
            return
        yield from _from_zip(name, spool, depth + 1)


@contextlib.contextmanager
def _open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    with archive.open(member) as stream, _ungzipped(stream) as unpacked:
        yield unpacked


def _beside_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes | None:
    folder = member.filename.rpartition("/")[0]
    path = f"{folder}/{name}" if folder else name
    if path not in archive.NameToInfo or archive.getinfo(path).file_size > SIBLING_LIMIT:
        return None
    return archive.read(path)


# --- shared -----------------------------------------------------------------------------------------------------


def _in_order(items: list[Item], name: Callable[[Item], str]) -> list[Item]:
    """By name; pages last, because a chat.html is read only where the JSON beside it gave nothing."""
    return sorted(items, key=lambda item: (name(item).lower().endswith((".html", ".htm")), name(item)))


def _known_useless(path: str) -> str | None:
    """Why a file in a folder or an archive need not be opened, judged by its path in it; None: open it."""
    if _SYSTEM.search(path):
        return "system file"
    if _MEDIA.search(path):
        return MEDIA
    if has_side_name(path) or _ATTACHED.search(path):
        return "side file without conversations"
    return None


def has_side_name(path: str) -> bool:
    """True for the names of files that lie beside the conversations of an export and hold none."""
    return _SIDE_NAME.search(path.replace("\\", "/")) is not None


def _reason(error: BaseException) -> str:
    """What is wrong with a file in words for people, from the libraries' exceptions."""
    text = str(error)
    if isinstance(error, NotImplementedError):
        return "packed by a method that cannot be read here; unpack it and give the folder"
    if "CRC" in text:
        return "damaged, its checksum is wrong; get it again"
    return "damaged or cut off; get it again"
