"""How much an archive may unpack to, so that a zip bomb costs a moment and one named line, not the disk or a day.

What an archive declares may be a lie, so bytes are counted as they come out; a declared size only saves the start.
Exports of 6 GB with 2 GB of JSON exist, chats pack up to 30:1 and repetitive JSON up to 100:1 (deflate can 1032:1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

GIB = 1 << 30
FREE = 256 << 20  # unpacked bytes up to which no ratio is judged: a small file of one repeated word is no bomb
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": GIB, "T": 1 << 40}


@dataclass(frozen=True)
class Limits:
    """What one archive may hold, the archives inside it included. Plain files are as large as they are."""

    member_size: int = 8 * GIB
    total_size: int = 32 * GIB
    members: int = 200_000
    ratio: int = 200


DEFAULT_LIMITS = Limits()


class Unreadable(Exception):
    """Bytes that cannot be read, or not on from here; the text says why in words for people."""


class LimitReached(Unreadable):
    """More than a limit allows; the text names the flag that lifts it."""


def too_large(limits: Limits) -> LimitReached:
    return LimitReached(f"larger than {shown_size(limits.member_size)} unpacked; --max-member-size lifts this limit")


def too_tight(limits: Limits) -> LimitReached:
    return LimitReached(f"packed tighter than {limits.ratio}:1 (a zip bomb?); --max-ratio lifts this limit")


def too_much(limits: Limits) -> LimitReached:
    return LimitReached(f"unpacks to more than {shown_size(limits.total_size)}; --max-total-size lifts this limit")


def too_many(limits: Limits) -> LimitReached:
    return LimitReached(f"holds more than {limits.members:,} files; --max-members lifts this limit")


@dataclass
class Budget:
    """What has come out of one input so far, however deeply it was packed."""

    limits: Limits
    packed: int = 0  # bytes of the input itself; 0: not known
    unpacked: int = 0
    members: int = 0
    spent: LimitReached | None = None  # why nothing more of this input is read

    def add(self, count: int) -> None:
        """Count unpacked bytes; LimitReached if they are too many."""
        self.unpacked += count
        if self.unpacked > self.limits.total_size:
            self.spent = too_much(self.limits)
        elif self.packed and is_too_tight(self.unpacked, self.packed, self.limits):
            self.spent = too_tight(self.limits)
        if self.spent:
            raise self.spent


@dataclass
class Meter:
    """What has come out of one packed file. It may be opened several times; its bytes count once."""

    budget: Budget
    packed: Callable[[], int]  # bytes that it was unpacked from
    seen: int = 0

    def reach(self, position: int) -> None:
        """Count the bytes up to a position; LimitReached if they are too many."""
        if position <= self.seen:
            return
        new, self.seen = position - self.seen, position
        self.check(position)
        self.budget.add(new)

    def check(self, size: int) -> None:
        """LimitReached if the file may not be of this size."""
        limits = self.budget.limits
        if size > limits.member_size:
            raise too_large(limits)
        if is_too_tight(size, self.packed(), limits):
            raise too_tight(limits)


def is_too_tight(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > FREE and unpacked > limits.ratio * max(packed, 1)


def size_of(text: str) -> int:
    """Bytes from a size as people write it: 500M, 4G, 1.5T, 4096. ValueError if it is none."""
    match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if not match or not float(match[1]):
        raise ValueError(text)
    return int(float(match[1]) * _UNITS[match[2].upper()])


def shown_size(size: int) -> str:
    """The shortest way to write a size so that size_of gives it back."""
    for unit in ("T", "G", "M", "K"):
        if size % _UNITS[unit] == 0:
            return f"{size // _UNITS[unit]}{unit}"
    return f"{size:,} bytes"
