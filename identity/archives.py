"""The files in a zip, of whatever condition it is: what each is called, why it must not be opened, and its bytes.

Nothing is ever written under a member's name. Names that lead out of the archive and links are refused all the same:
no export has them, so such an archive was made to do harm, or is not what it seems.
"""

from __future__ import annotations

import contextlib
import copy
import re
import stat
import zipfile
from collections.abc import Iterator
from typing import IO, cast

from identity.limits import Budget, LimitReached, Meter, Unreadable, too_many
from identity.salvage import LOCAL, salvage
from identity.streams import FOREIGN, LARGE_STEP, SMALL_STEP, STEP, CarefulStream, Inflated, translated

CUT_OFF = "the zip is cut off or damaged; download it again"
ENCRYPTED = "encrypted; unpack the zip with its password and give the folder"
UNSAFE_NAME = "its name leads out of the archive, as no export's does; unpack it yourself and give the file"
OVERLAPPING = "shares its bytes with another file of the zip (a zip bomb?); download it again"
LINK = "a link, which is not followed in an archive; unpack it yourself and give the file"

_DIRECTORY_ENTRY = b"PK\x01\x02"
_LONG_ENTRY = 1024  # bytes of a directory entry with a long name; the average of no real archive comes near


class Archive:
    """An open zip. A zip that ends early has no directory; its files are then found by their own headers."""

    def __init__(self, stream: IO[bytes], budget: Budget) -> None:
        """Unreadable if there is nothing to be got out of it, LimitReached if there is too much."""
        self.budget = budget
        self.note: str | None = None  # what is to be told if the zip is not whole
        self._zip = self._open_zip(stream)
        self.members = [info for info in self._zip.infolist() if info.file_size or not path_of(info).endswith("/")]
        budget.members += len(self.members)
        self.paths = {path_of(info): info for info in self.members}
        self._overlapping = _overlapping(self.members, self._zip.start_dir)
        self._meters = {id(info): self.meter_inside(info) for info in self.members}

    def _open_zip(self, stream: IO[bytes]) -> zipfile.ZipFile:
        """By the zip's directory if that is whole, else by the headers of the files."""
        most = self.budget.limits.members - self.budget.members
        directory = _Directory(stream, most, too_many(self.budget.limits))
        found: zipfile.ZipFile | None = None
        with contextlib.suppress(*FOREIGN):
            found = zipfile.ZipFile(cast(IO[bytes], directory))
            found.fp = stream
        # Where the last bytes are those of a zip inside a zip that is cut off, its directory is found instead of the
        # outer one's; and some programs write wrong offsets beyond 4 GiB. Then the first file stands elsewhere.
        is_elsewhere = found is not None and _begins_with_a_file(stream) and _first_offset(found) > 0
        if found is not None and not is_elsewhere and len(found.infolist()) >= directory.entries:
            return found
        salvaged, reason = salvage(stream, self.budget, most)
        if found is None or is_elsewhere or len(salvaged.infolist()) > len(found.infolist()):
            found = salvaged
        if not found.infolist():
            raise reason or Unreadable(CUT_OFF)
        rest = f", not the others: {reason}" if reason else "; download it again for the rest"
        self.note = f"the zip is cut off or damaged; {len(found.infolist()):,} of its files could be opened{rest}"
        return found

    def refusal(self, info: zipfile.ZipInfo) -> str | None:
        """Why a member must not be opened; None: open it."""
        if is_unsafe(path_of(info)) or is_unsafe(info.orig_filename):
            return UNSAFE_NAME
        if stat.S_ISLNK(info.external_attr >> 16):
            return LINK
        if info.flag_bits & 1:
            return ENCRYPTED
        if id(info) in self._overlapping:
            return OVERLAPPING
        try:
            self._meters[id(info)].check(info.file_size)
        except LimitReached as error:
            return str(error)
        return None

    @contextlib.contextmanager
    def open(self, info: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
        """The bytes of a member, as they are in it."""
        unchecked = copy.copy(info)
        del unchecked.CRC  # zipfile would keep back the last bytes before a wrong checksum
        is_deflated = info.compress_type == zipfile.ZIP_DEFLATED
        if is_deflated:  # taken as it is and unpacked here, in larger steps than zipfile's
            unchecked.compress_type, unchecked.file_size = zipfile.ZIP_STORED, info.compress_size
        step = LARGE_STEP if is_deflated else STEP if info.compress_type == zipfile.ZIP_STORED else SMALL_STEP
        with contextlib.ExitStack() as opened:
            with translated():
                stream = opened.enter_context(self._zip.open(unchecked))
            if is_deflated:
                stream = cast(IO[bytes], Inflated(stream, info.file_size))
            yield cast(IO[bytes], CarefulStream(stream, self._meters[id(info)], step=step, checksum=info.CRC))

    def meter_inside(self, info: zipfile.ZipInfo) -> Meter:
        """A meter for what is packed in a member once more."""
        return Meter(self.budget, lambda: info.compress_size)


def _begins_with_a_file(stream: IO[bytes]) -> bool:
    stream.seek(0)
    return stream.read(len(LOCAL)) == LOCAL


def _first_offset(archive: zipfile.ZipFile) -> int:
    return min((info.header_offset for info in archive.infolist()), default=0)


def _overlapping(infos: list[zipfile.ZipInfo], end: int) -> set[int]:
    """The members (by id) that reach into the next one: the same bytes unpacked again and again make a bomb."""
    found: set[int] = set()
    for info in sorted(infos, key=lambda info: info.header_offset, reverse=True):
        if info.header_offset + 30 + info.compress_size > end:  # 30: the shortest header
            found.add(id(info))
        end = info.header_offset
    return found


def path_of(info: zipfile.ZipInfo) -> str:
    """The name with "/" between its parts; some zips made on Windows have the other slash."""
    return info.filename.replace("\\", "/")


def is_unsafe(path: str) -> bool:
    """True for a name that is absolute or leads upwards, or holds a NUL."""
    return path.startswith("/") or ".." in path.split("/") or "\0" in path or bool(re.match("[A-Za-z]:/", path))


class _Directory:
    """A zip while zipfile reads its directory: refused before objects are made of it if it has too many entries."""

    def __init__(self, stream: IO[bytes], most: int, error: LimitReached) -> None:
        self.stream = stream
        self.most = most
        self.error = error
        self.entries = 0  # in what was read last, which is the directory
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        if size > max(self.most * _LONG_ENTRY, 1 << 20):
            raise self.error
        block = self.stream.read(size)
        self.entries = block.count(_DIRECTORY_ENTRY)
        if self.entries > self.most:
            raise self.error
        return block
