"""Byte streams that may be damaged or lie about their size: read to the last good byte, then one clear error."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from identity.limits import Meter, Unreadable

deflate: Any
try:  # unpacks half as fast again, where it is installed
    from zlib_ng import zlib_ng as deflate
except ImportError:
    deflate = zlib

GZIP = b"\x1f\x8b"
# Bytes read at a time from what may be damaged or a bomb further on. bzip2 and LZMA members have no bound on what
# zipfile unpacks from one step, so it is small: 4 KiB of bzip2 are 80 MB at worst.
_PACKED_STEP = 16 * 1024
STEP, SMALL_STEP, LARGE_STEP = 16 * 1024, 4 * 1024, 64 * 1024

WRONG_CHECKSUM = "damaged, its checksum is wrong; get it again"

# What zipfile, gzip, zlib, lzma and bz2 raise over damaged bytes; all of these were seen.
FOREIGN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,  # a disk, a network or a right that fails, and bz2
    ValueError,  # a name that is not UTF-8, an offset before the file's start
    OverflowError,
    RuntimeError,  # also NotImplementedError: a method of packing that zipfile does not know
    MemoryError,  # an LZMA header that asks for gigabytes
)


def told(error: BaseException) -> str:
    """What is wrong with a file in words for people, from the libraries' exceptions."""
    if isinstance(error, NotImplementedError):
        return "packed by a method that cannot be read here; unpack it and give the folder"
    if isinstance(error, OSError) and error.errno and error.strerror:
        return f"{error.strerror}; check the file, its rights and the disk"
    if isinstance(error, MemoryError):
        return "needs more memory to unpack than there is; unpack it and give the folder"
    if "CRC" in str(error):  # of gzip
        return WRONG_CHECKSUM
    return "damaged or cut off; get it again"


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn whatever the libraries raise inside into Unreadable. Only for their calls, never around other work."""
    try:
        yield
    except FOREIGN as error:
        raise Unreadable(told(error)) from None


class Inflated:
    """What a stream of deflated bytes unpacks to, up to the size that is said of it.

    Raises zlib's errors where the stream is damaged, and EOFError where it is cut off.
    """

    def __init__(self, packed: IO[bytes], size: int) -> None:
        self.packed = packed
        self.left = size
        self.inflater = deflate.decompressobj(-zlib.MAX_WBITS)

    def read(self, size: int) -> bytes:
        """Up to so many bytes; nothing at the end."""
        while self.left and not self.inflater.eof:
            packed = self.inflater.unconsumed_tail or self.packed.read(_PACKED_STEP)
            try:
                piece: bytes = self.inflater.decompress(packed, min(size, self.left))
            except deflate.error as error:  # not zlib's own class in zlib-ng
                raise zlib.error(str(error)) from None
            self.left -= len(piece)
            if piece:
                return piece
            if not packed and not self.inflater.eof:
                raise EOFError
        return b""


class CarefulStream:
    """Bytes already read from a stream, and then the rest of it, counted by a meter if there is one.

    Where the rest is damaged, what could be read before is given out first and Unreadable raised on the next call;
    so it is at the end if that is not what the `checksum` was made of.
    """

    def __init__(
        self,
        stream: IO[bytes],
        meter: Meter | None = None,
        head: bytes = b"",
        step: int = STEP,
        checksum: int | None = None,
    ) -> None:
        self.pieces = [head]
        self.held = len(head)
        self.position = len(head)  # of the stream
        self.stream = stream
        self.meter = meter
        self.step = step
        self.checksum = checksum
        self.found = 0  # the checksum of what was read so far
        self.error: Unreadable | None = None

    def seekable(self) -> bool:
        return self.meter is None and self.checksum is None and self.stream.seekable()

    def seek(self, offset: int, whence: int = os.SEEK_CUR) -> int:
        """Only on from here, which is all that a walk over headers needs."""
        if whence != os.SEEK_CUR:
            raise io.UnsupportedOperation("only on from here")
        held = min(offset, self.held)
        self.read(held)
        return self.stream.seek(offset - held, os.SEEK_CUR)

    def unread(self, head: bytes) -> None:
        """Put bytes that were just read back in front."""
        self.pieces.insert(0, head)
        self.held += len(head)

    def read(self, size: int = -1) -> bytes:
        while self.error is None and (size < 0 or self.held < size):
            try:
                piece = self.stream.read(self.step)
                self.position += len(piece)
                if self.meter:
                    self.meter.reach(self.position)
                if self.checksum is not None:
                    self.found = deflate.crc32(piece, self.found)
                    if not piece and self.found != self.checksum:
                        raise Unreadable(WRONG_CHECKSUM)
            except (*FOREIGN, Unreadable) as error:
                self.error = error if isinstance(error, Unreadable) else Unreadable(told(error))
                break
            if not piece:
                break
            self.pieces.append(piece)
            self.held += len(piece)
        if self.error is not None and not self.held and size != 0:
            raise self.error
        whole = b"".join(self.pieces)
        if size < 0 or self.held <= size:
            self.pieces, self.held = [], 0
            return whole
        self.pieces, self.held = [whole[size:]], self.held - size
        return whole[:size]


def careful(stream: IO[bytes], meter: Meter | None = None, head: bytes = b"") -> IO[bytes]:
    """A CarefulStream where a stream is asked for."""
    return cast(IO[bytes], CarefulStream(stream, meter, head))


@contextlib.contextmanager
def ungzipped(stream: IO[bytes], meter: Meter) -> Iterator[IO[bytes]]:
    """The careful stream itself or, counted by the meter, what is packed in it by gzip."""
    head = stream.read(len(GZIP))
    whole = stream if isinstance(stream, CarefulStream) else CarefulStream(stream)
    whole.unread(head)
    if head != GZIP:
        yield cast(IO[bytes], whole)
        return
    with gzip.GzipFile(fileobj=cast(IO[bytes], whole)) as unpacked:
        yield careful(cast(IO[bytes], unpacked), meter)
