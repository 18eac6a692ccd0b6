"""Opening what people give: a file, a folder, the zip as downloaded, a zip in a zip, gzip, stdin.

`documents` yields every file that could hold conversations, one at a time, and says of every other one why it was
passed over. Archive members are read as streams one by one and nothing is unpacked to disk but a zip in a zip. What a
file is, its first bytes decide; names only save opening the pictures and sounds of an export of gigabytes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TypeVar, cast

from identity.archives import Archive, is_unsafe, path_of
from identity.console import UsageError, UserError
from identity.files import STANDARD
from identity.limits import DEFAULT_LIMITS, Budget, LimitReached, Limits, Meter, Unreadable, too_much
from identity.png import CARD_KEYWORDS, SIGNATURE, keywords
from identity.streams import GZIP, CarefulStream, careful, translated, ungzipped

PREFIX = 256 * 1024  # bytes that decide what a document is
DEPTH = 3  # zips inside zips that are opened
SIBLING_LIMIT = 64 * 1024 * 1024  # bytes of a side file such as message_feedback.json
LONGEST_NAME = 200  # characters of a member's name that are shown

_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")  # the second one is empty
_BLOCK = 1 << 20
NOT_A_FILE = "a pipe, a socket or a device; only files are read"
LINK, LINK_OUT = "a link, which is not followed", "a link out of the folder, which is not followed; give its target"
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
        except Unreadable as error:
            raise DamagedFile(f"{self.name}: {error}") from None

    def damage(self) -> str | None:
        """What is wrong with the bytes, which are read to their end for it; None if nothing is."""
        try:
            with self.opener() as stream:
                while stream.read(_BLOCK):
                    pass
        except Unreadable as error:
            return str(error)
        return None

    def sibling(self, name: str) -> bytes | None:
        """The content of a file of this name beside this one, None if there is none that can be read."""
        if is_unsafe(name.replace("\\", "/")):
            return None
        try:
            with translated():
                return self.siblings(name)
        except Unreadable:
            return None


Found = Document | Skipped


def documents(paths: Iterable[str | Path], limits: Limits = DEFAULT_LIMITS) -> Iterator[Found]:
    """Every document under the given files, folders and zips in a fixed order; "-" is stdin."""
    for path in paths:
        if str(path) == STANDARD:
            yield from _from_stdin(limits)
            continue
        if not Path(path).exists():
            raise UsageError(f"{path}: no such file or folder; check the name")
        if Path(path).is_dir():
            yield from _from_folder(Path(path), limits)
        elif Path(path).is_file():
            yield from _from_file(Path(path), limits, is_named=True)
        else:
            raise UsageError(f"{path}: {NOT_A_FILE}; send what comes out of it through stdin and give -")


# --- files and folders ------------------------------------------------------------------------------------------


def _from_folder(folder: Path, limits: Limits) -> Iterator[Found]:
    files: list[Path] = []
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=closed.append):  # goes into no linked folder
        files += [Path(root) / name for name in names]
        files += [Path(root) / name for name in folders if _is_link(Path(root) / name)]
    for error in closed:
        yield Skipped(str(error.filename), f"{error.strerror}; check the rights of the folder", is_damaged=True)
    for file in _in_order(files, lambda file: file.relative_to(folder).as_posix()):
        reason = _known_useless(file.relative_to(folder).as_posix())
        if reason and not (reason == MEDIA and _is_card(file)):
            yield Skipped(str(file), reason)
        elif _is_link(file):
            is_inside = Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)) and file.exists()
            yield Skipped(str(file), LINK if is_inside else LINK_OUT, is_damaged=not is_inside)
        elif _is_special(file):
            yield Skipped(str(file), NOT_A_FILE)
        else:
            yield from _from_file(file, limits, is_named=False)


def _is_card(file: Path) -> bool:
    """True for a picture that bears a character card. Only the headers of its chunks are read."""
    if file.suffix.lower() != ".png" or _is_special(file):
        return False
    try:
        with file.open("rb") as stream:
            return any(keyword in CARD_KEYWORDS for keyword in keywords(stream))
    except OSError:
        return False


def _is_link(path: Path) -> bool:
    with contextlib.suppress(OSError):  # a folder that may be listed but not entered
        return path.is_symlink()
    return False


def _is_special(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return not stat.S_ISREG(path.lstat().st_mode)
    return False  # opening it will tell what is wrong


def _from_file(file: Path, limits: Limits, is_named: bool) -> Iterator[Found]:
    with contextlib.ExitStack() as opened:
        try:
            with translated():
                stream = opened.enter_context(file.open("rb"))
                is_zip = stream.read(4) in _ZIPS
                budget = Budget(limits, os.fstat(stream.fileno()).st_size)
        except Unreadable as error:
            yield Skipped(str(file), str(error), is_damaged=True)
            return
        if is_zip:
            yield from _from_zip(str(file), stream, 1, budget)
            return
    opener = partial(_open_file, file, Meter(budget, lambda: budget.packed))
    yield from _document(str(file), str(file.parent), opener, partial(_beside_file, file), is_named)


@contextlib.contextmanager
def _open_file(file: Path, meter: Meter) -> Iterator[IO[bytes]]:
    with contextlib.ExitStack() as opened:
        with translated():
            stream = opened.enter_context(file.open("rb"))
        if stream.peek(len(GZIP))[: len(GZIP)] == GZIP:
            yield opened.enter_context(ungzipped(careful(stream), meter))
        else:
            yield cast(IO[bytes], CarefulStream(stream, step=_BLOCK))


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
    except Unreadable as error:
        yield Skipped(name, str(error), is_damaged=True)
    else:
        yield Document(name, folder, prefix, is_named, opener, siblings)


# --- stdin ------------------------------------------------------------------------------------------------------


def _from_stdin(limits: Limits) -> Iterator[Found]:
    pipe = CarefulStream(sys.stdin.buffer)
    try:
        head = pipe.read(PREFIX)
        if not head:
            raise UserError("stdin: nothing came through the pipe; look at what the command before it said")
        whole = careful(cast(IO[bytes], pipe), head=head)
        if head.startswith((*_ZIPS, SIGNATURE)):
            with tempfile.TemporaryFile() as spool:
                _copy(whole, spool, limits)
                if head.startswith(SIGNATURE):
                    yield from _from_spool(head, spool)
                else:
                    yield from _from_zip("stdin", spool, 1, Budget(limits, spool.tell()))
            return
        with ungzipped(whole, Meter(Budget(limits), lambda: pipe.position)) as unpacked:
            prefix = unpacked.read(PREFIX)
            rest = careful(unpacked, head=prefix)
            yield Document("stdin", "stdin", prefix, True, lambda: contextlib.nullcontext(rest), lambda name: None)
    except Unreadable as error:
        yield Skipped("stdin", str(error), is_damaged=True)


def _copy(pipe: IO[bytes], spool: IO[bytes], limits: Limits) -> None:
    while block := pipe.read(_BLOCK):
        spool.write(block)
        if spool.tell() > limits.total_size:
            raise too_much(limits)


def _from_spool(head: bytes, spool: IO[bytes]) -> Iterator[Found]:
    """A picture from stdin, which is looked at before it is read."""

    @contextlib.contextmanager
    def from_its_start() -> Iterator[IO[bytes]]:
        spool.seek(0)
        yield spool

    yield Document("stdin", "stdin", head, True, from_its_start, lambda name: None)


# --- zip archives -----------------------------------------------------------------------------------------------


def _from_zip(name: str, stream: IO[bytes], depth: int, budget: Budget) -> Iterator[Found]:
    try:
        archive = Archive(stream, budget)
    except Unreadable as error:
        yield Skipped(name, str(error), is_damaged=True)
        return
    if archive.note:
        yield Skipped(name, archive.note, is_damaged=True)
    members = _in_order(archive.members, path_of)
    for index, member in enumerate(members):
        if budget.spent:
            yield Skipped(name, f"its last {len(members) - index:,} files not read: {budget.spent}", is_damaged=True)
            return
        reason = _known_useless(path_of(member))
        if reason:
            yield Skipped(_member_name(name, member), reason)
        else:
            yield from _from_member(name, archive, member, depth)


def _from_member(archive_name: str, archive: Archive, member: zipfile.ZipInfo, depth: int) -> Iterator[Found]:
    name = _member_name(archive_name, member)
    if refusal := archive.refusal(member):
        yield Skipped(name, refusal, is_damaged=True)
        return
    try:
        with archive.open(member) as stream:
            is_zip = stream.read(4) in _ZIPS
    except Unreadable as error:
        yield Skipped(name, str(error), is_damaged=True)
        return
    if is_zip:
        yield from _from_zip_in_zip(name, archive, member, depth)
        return
    folder = f"{archive_name}!{path_of(member).rpartition('/')[0]}"
    opener = partial(_open_member, archive, member, archive.meter_inside(member))
    yield from _document(name, folder, opener, partial(_beside_member, archive, member), is_named=False)


def _from_zip_in_zip(name: str, archive: Archive, member: zipfile.ZipInfo, depth: int) -> Iterator[Found]:
    """A member that is an archive itself: copied to a temporary file, for zips are read from their end."""
    if depth >= DEPTH:
        yield Skipped(name, f"a zip inside {DEPTH} others; unpack the outer ones", is_damaged=True)
        return
    with tempfile.TemporaryFile() as spool:
        try:
            with archive.open(member) as stream, translated():
                shutil.copyfileobj(stream, spool, _BLOCK)
        except LimitReached as error:
            yield Skipped(name, str(error), is_damaged=True)
            return
        except Unreadable as error:  # what was copied may still hold whole files
            yield Skipped(name, str(error), is_damaged=True)
        yield from _from_zip(name, spool, depth + 1, archive.budget)


@contextlib.contextmanager
def _open_member(archive: Archive, member: zipfile.ZipInfo, inside: Meter) -> Iterator[IO[bytes]]:
    with archive.open(member) as stream, ungzipped(stream, inside) as unpacked:
        yield unpacked


def _beside_member(archive: Archive, member: zipfile.ZipInfo, name: str) -> bytes | None:
    folder = path_of(member).rpartition("/")[0]
    sibling = archive.paths.get(f"{folder}/{name}" if folder else name)
    if sibling is None or sibling.file_size > SIBLING_LIMIT or archive.refusal(sibling):
        return None
    with archive.open(sibling) as stream:
        content = stream.read()
    archive.budget.add(len(content))  # again for every file beside it
    return content


def _member_name(archive_name: str, member: zipfile.ZipInfo) -> str:
    path = path_of(member)
    if len(path) > LONGEST_NAME:
        path = f"{path[: LONGEST_NAME // 2]}…{path[-LONGEST_NAME // 2 :]}"
    return f"{archive_name}!{path}"


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
