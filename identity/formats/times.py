"""Times as exports write them: seconds, milli-, micro- and nanoseconds, digits in a string, ISO 8601 text."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeVar

Item = TypeVar("Item")

_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?\s*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\s*(\d{9,20}(?:\.\d+)?)\s*")
_PLAIN_LENGTHS = (20, 24, 27)  # 2026-03-01T10:00:01Z, with milli-, with microseconds
_NAIVE_EPOCH = datetime(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_MINUTES = tuple(f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60))
_SECONDS = tuple(f"{second:02}Z" for second in range(60))

# Smallest plausible value (1973) and the bounds between the units; no chat is older than the services.
EARLIEST = 1e8
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
_LATEST = 253402300800.0  # the year 10000, which no calendar of ours can write


def epoch_seconds(value: Any) -> float | None:
    """Seconds since 1970 from any form of time that an export uses; None if it is none. No zone means UTC."""
    if type(value) is float and EARLIEST <= value < _UNITS[-1][0]:  # by far the most of them
        return value
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_number(float(value)) if abs(value) < 1e20 else None
    if not isinstance(value, str):
        return None
    if len(value) in _PLAIN_LENGTHS and value[4] == value[7] == "-" and value[10] == "T" and value[-1] == "Z":
        with contextlib.suppress(ValueError):  # several times as fast as the pattern, where it fits
            return _plausible((datetime.fromisoformat(value[:-1]) - _NAIVE_EPOCH).total_seconds())
    if digits := _DIGITS.fullmatch(value):
        return _from_number(float(digits.group(1)))
    if iso := _ISO.fullmatch(value):
        return _from_iso(iso)
    return None


def _from_number(number: float) -> float | None:
    if not math.isfinite(number):
        return None
    for bound, divisor in _UNITS:
        if number > bound:
            number /= divisor
            break
    return number if EARLIEST <= number < _LATEST else None


def _from_iso(match: re.Match[str]) -> float | None:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=timezone.utc
        )
    except ValueError:
        return None
    seconds = (moment - _EPOCH).total_seconds() + float("0." + (fraction or "0"))
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)).total_seconds()
        seconds -= offset if zone[0] == "+" else -offset
    return _plausible(seconds)


def _plausible(seconds: float) -> float | None:
    return seconds if EARLIEST <= seconds < _LATEST else None


@lru_cache(maxsize=4096)  # messages of one day stand together
def _date_text(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).strftime("%Y-%m-%d")


def iso_text(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, whole seconds: "2026-01-02T03:04:05Z"."""
    if seconds is None:
        return None
    day, second = divmod(int(seconds), 86400)
    return f"{_date_text(day)}T{_MINUTES[second // 60]}{_SECONDS[second % 60]}"


def iso_time(value: Any) -> str | None:
    """Any form of time as ISO 8601 in UTC; None if it is none."""
    return iso_text(epoch_seconds(value))


def in_time_order(items: Iterable[Item], time_of: Callable[[Item], float | None]) -> list[Item]:
    """Sorted by time; equal times stay as they stood, and what has no time stays behind what it stood behind."""
    last = float("-inf")
    timed: list[tuple[float, Item]] = []
    for item in items:
        time = time_of(item)
        last = last if time is None else time
        timed.append((last, item))
    timed.sort(key=lambda pair: pair[0])
    return [item for _, item in timed]


def oldest_first(items: Iterable[Item], time_of: Callable[[Item], float | None]) -> list[Item]:
    """In order of time, from a list that may be newest first, as it is taken to be where no time says otherwise.

    Such a list is turned round before it is sorted: of a question and its answer that bear one time, the answer stands
    first in it.
    """
    given = list(items)
    times = [time for time in map(time_of, given) if time is not None]
    steps = [(later > earlier) - (later < earlier) for earlier, later in pairwise(times)]
    return in_time_order(given if sum(steps) > 0 else reversed(given), time_of)
