"""The lines of WhatsApp's text export: which begin a message, when it was sent, by whom.

[01.02.26, 10:00:00] Anna: Hi          iPhone: brackets, seconds
2/1/26, 10:00\u202fAM - Anna: Hi           Android: a dash, no seconds; in every language another order of the date
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise

_MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_SPACE = "[ \u00a0\u202f\u2009]"
_DATE = (
    rf"(?P<a>\d{{1,4}}){_MARKS}(?P<separator>[./-]|년|年){_SPACE}?{_MARKS}(?P<b>\d{{1,2}})"
    rf"{_MARKS}(?:[./-]|월|月){_SPACE}?{_MARKS}(?P<c>\d{{1,4}})(?:\.|일|日)?"
)
# Between date and clock a comma, a word ("at", "um"), or which half of the day it is; after the clock the half.
_CLOCK = (
    rf"{_MARKS}[,،]?{_SPACE}*(?P<before>[^\W\d_]{{1,6}}\.?)?{_SPACE}*(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)"
    rf"(?:[:.](?P<second>\d\d))?(?:{_SPACE}*(?P<after>[^\W\d_][^\W\d_. \u00a0\u202f]{{0,5}}\.?(?:{_SPACE}?m\.?)?))?"
)
_IPHONE = re.compile(rf"{_MARKS}\[{_MARKS}{_DATE}{_CLOCK}{_MARKS}\]{_SPACE}?", re.IGNORECASE)
_ANDROID = re.compile(rf"{_MARKS}{_DATE}{_CLOCK}{_MARKS}{_SPACE}[-–]{_SPACE}", re.IGNORECASE)
_HALF_BEFORE = {
    **dict.fromkeys(("오전", "上午", "午前", "凌晨", "早上", "清晨"), 0),
    **dict.fromkeys(("오후", "下午", "午後", "晚上", "中午", "傍晚"), 12),
}
_HALF_AFTER = {"am": 0, "a": 0, "vorm": 0, "πμ": 0, "ص": 0, "pm": 12, "p": 12, "nachm": 12, "μμ": 12, "م": 12}
_SENDER = re.compile(r"([^:\n]{1,100}): ?")
_NOT_IN_NAMES = re.compile('["“”„«»]')  # 'Anna changed the subject to "Trip: Rome"'
_AROUND_NAMES = "~ \u00a0\u202f\u2009\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass
class Line:
    """A message as it stands in the file; `sender` is "" for a line of the service."""

    numbers: tuple[int, int, int]
    seconds: int  # since midnight
    sender: str
    text: str
    is_american: bool  # slashes and a clock of twelve hours


def header(line: str) -> Line | None:
    """The message that a line begins, or None for a line that goes on with one."""
    found = _IPHONE.match(line) or _ANDROID.match(line)
    if found is None:
        return None
    rest = line[found.end() :]
    sender = _SENDER.match(rest)
    is_sender = sender is not None and not _NOT_IN_NAMES.search(sender.group(1))
    half = _half(found["before"], found["after"])
    hour = int(found["hour"]) if half is None else int(found["hour"]) % 12 + half
    return Line(
        numbers=(int(found["a"]), int(found["b"]), int(found["c"])),
        seconds=hour * 3600 + int(found["minute"]) * 60 + int(found["second"] or 0),
        sender=sender.group(1).strip(_AROUND_NAMES) if sender and is_sender else "",
        text=rest[sender.end() :] if sender and is_sender else rest,
        is_american=half is not None and found["separator"] == "/",
    )


def _half(before: str | None, after: str | None) -> int | None:
    """0 in the morning, 12 in the afternoon, None on a clock of 24 hours."""
    if before in _HALF_BEFORE:
        return _HALF_BEFORE[before]
    return _HALF_AFTER.get(re.sub(rf"{_SPACE}|\.", "", after or "").lower())


def messages(lines: Iterable[str]) -> Iterator[Line | str]:
    """Every message with all of its lines; as text what stands before the first one."""
    current: Line | None = None
    further: list[str] = []
    for line in lines:
        begun = header(line)
        if begun is None:
            further.append(line)
            continue
        yield from _ended(current, further)
        current, further = begun, []
    yield from _ended(current, further)


def _ended(line: Line | None, further: list[str]) -> Iterator[Line | str]:
    if line is None:
        yield from (text for text in further if text.strip())
    else:
        line.text = "\n".join([line.text, *further])
        yield line


def times(lines: Sequence[Line]) -> list[float | None]:
    """Seconds since 1970 of each message, as if local time were UTC; None for a day that is none."""
    is_day_first = day_first(lines)
    return [_seconds(line, is_day_first) for line in lines]


def day_first(lines: Sequence[Line]) -> bool:
    """Whether the day stands before the month, which depends on the phone's region and is the same in a whole file.

    A number over 12 is a day. Where there is none, the order in which time runs backwards less often is taken, then
    the American one for slashes with a clock of twelve hours, and else the day first as in most of the world.
    """
    days_first = sum(line.numbers[0] > 12 for line in lines)
    months_first = sum(line.numbers[1] > 12 for line in lines)
    if days_first != months_first:
        return days_first > months_first
    backwards = [_steps_back(lines, order) for order in (True, False)]
    if backwards[0] != backwards[1]:
        return backwards[0] < backwards[1]
    return not any(line.is_american for line in lines)


def _steps_back(lines: Sequence[Line], is_day_first: bool) -> int:
    known = [seconds for line in lines if (seconds := _seconds(line, is_day_first)) is not None]
    return sum(later < earlier for earlier, later in pairwise(known))


def _seconds(line: Line, is_day_first: bool) -> float | None:
    first, second, third = line.numbers
    if first > 31:
        year, month, day = first, second, third
    elif is_day_first:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    try:
        midnight = datetime(year if year > 99 else 2000 + year, month, day, tzinfo=timezone.utc)
        return (midnight + timedelta(seconds=line.seconds)).timestamp()
    except (ValueError, OverflowError):
        return None
