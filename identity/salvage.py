"""The files of a zip that ends early, as broken-off downloads do: found one after another by their own headers.

The directory of a zip stands at its end, and without it no program opens the rest. But before each file's bytes stand
its name and mostly its size. Where the size comes after the bytes (in a "data descriptor", as programs write that
pack while they send), deflated data shows its own end, and stored data is measured by finding that descriptor.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import IO

from identity.limits import Budget, LimitReached, Meter, too_many
from identity.streams import FOREIGN, STEP

LOCAL, _DESCRIPTOR, _DIRECTORY = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02"
_HEADER = struct.Struct("<4s5H3L2H")
_SIZE_AFTER, _UTF8, _IN_ZIP64 = 0x08, 0x800, 0xFFFFFFFF
_EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def salvage(stream: IO[bytes], budget: Budget, most: int) -> tuple[zipfile.ZipFile, LimitReached | None]:
    """A ZipFile over the stream that lists the files found from its start on, and the limit that ended the search.

    The last file may be cut off: then it ends where the stream does.
    """
    archive = zipfile.ZipFile(io.BytesIO(_EMPTY_ZIP))
    archive.fp = stream
    archive.start_dir = size = stream.seek(0, io.SEEK_END)
    budget = Budget(budget.limits, size)  # what is measured here is counted again when it is read
    position = 0
    try:
        while (found := _file_at(stream, position, size, budget)) is not None:
            info, position = found
            if len(archive.filelist) == most:
                raise too_many(budget.limits)
            archive.filelist.append(info)
    except LimitReached as error:
        return archive, error
    except FOREIGN:
        pass  # what follows cannot be found
    return archive, None


def _file_at(stream: IO[bytes], position: int, size: int, budget: Budget) -> tuple[zipfile.ZipInfo, int] | None:
    """The file whose header stands here, and where the next one's should; None if there is no header."""
    stream.seek(position)
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(LOCAL):
        return None
    _, _, flags, method, _, _, crc, packed, unpacked, name_length, extra_length = _HEADER.unpack(header)
    name, extra = stream.read(name_length), stream.read(extra_length)
    start = position + _HEADER.size + name_length + extra_length
    if start >= size:
        return None
    info = zipfile.ZipInfo(name.decode("utf-8" if flags & _UTF8 else "cp437", "replace"))
    info.header_offset, info.flag_bits, info.compress_type = position, flags, method
    info.CRC, info.compress_size, info.file_size = crc, *_sizes(packed, unpacked, extra)
    if flags & _SIZE_AFTER and not info.compress_size:
        if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return None  # nothing shows where it ends
        _measure(info, stream, start, size, budget)
    elif start + info.compress_size > size:
        info.compress_size = size - start
        _measure(info, stream, start, size, budget)
    end = start + info.compress_size
    return info, end + (_descriptor_length(stream, end) if flags & _SIZE_AFTER else 0)


def _sizes(packed: int, unpacked: int, extra: bytes) -> tuple[int, int]:
    """Both sizes; beyond 4 GiB they stand in the extra field of type 1, the unpacked one first."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 1 and length >= 16 and len(extra) >= 20 and _IN_ZIP64 in (packed, unpacked):
            unpacked, packed = struct.unpack_from("<QQ", extra, 4)
        extra = extra[4 + length :]
    return packed, unpacked


def _measure(info: zipfile.ZipInfo, stream: IO[bytes], start: int, size: int, budget: Budget) -> None:
    """Set sizes and checksum to those of what is there, to the end of the file or of the stream."""
    stream.seek(start)
    if info.compress_type == zipfile.ZIP_STORED:
        info.compress_size = info.compress_size or _stored_length(stream, size - start)
        info.file_size, info.CRC = info.compress_size, 0
        stream.seek(start)
        for offset in range(0, info.file_size, STEP):
            info.CRC = zlib.crc32(stream.read(min(STEP, info.file_size - offset)), info.CRC)
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        meter = Meter(budget, lambda: size)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        info.file_size = info.CRC = 0
        try:
            while not inflater.eof and (block := inflater.unconsumed_tail or stream.read(STEP)):
                piece = inflater.decompress(block, STEP)
                info.file_size, info.CRC = info.file_size + len(piece), zlib.crc32(piece, info.CRC)
                meter.reach(info.file_size)
            info.compress_size = stream.tell() - len(inflater.unused_data) - start
            if not inflater.eof:
                piece = inflater.flush()
                info.file_size, info.CRC = info.file_size + len(piece), zlib.crc32(piece, info.CRC)
        except zlib.error:
            info.compress_size = size - start  # damaged: nothing after it can be found


def _stored_length(stream: IO[bytes], most: int) -> int:
    """How many bytes stand before the descriptor that names just this number; all if none does."""
    offset, held = 0, b""
    while block := stream.read(STEP):
        held += block
        at = held.find(_DESCRIPTOR)
        while 0 <= at <= len(held) - 16:
            if offset + at in (struct.unpack_from("<L", held, at + 8)[0], *struct.unpack_from("<Q", held, at + 8)):
                return offset + at
            at = held.find(_DESCRIPTOR, at + 1)
        kept = at if at >= 0 else max(len(held) - 3, 0)
        offset, held = offset + kept, held[kept:]
    return most


def _descriptor_length(stream: IO[bytes], end: int) -> int:
    """How long the descriptor after a file's bytes is: 4 bytes more with a mark, 8 more for sizes beyond 4 GiB."""
    stream.seek(end)
    after = stream.read(28)
    return next((n for n in (16, 12, 24, 20, 0) if after[n : n + 4] in (LOCAL, _DIRECTORY)), 16)
