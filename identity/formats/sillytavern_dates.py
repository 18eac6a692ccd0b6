"""The forms in which SillyTavern has written `send_date` from 2023 on. What has no zone is taken as UTC."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from identity.formats.times import epoch_seconds

# "2024-7-12@01h31m37s", "2024-6-5 @14h 56m 50s 682ms"
_WITH_LETTERS = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m\s*(?:(\d{1,2})s\s*(?:(\d{1,3})ms)?)?"
)
# "June 19, 2023 2:20pm"
_IN_WORDS = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2})\s*([ap])m", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def seconds_of(value: Any) -> float | None:
    """Seconds since 1970: Unix milliseconds, ISO 8601, or one of the two local forms; None for anything else."""
    if (seconds := epoch_seconds(value)) is not None or not isinstance(value, str):
        return seconds
    text = value.strip()
    if found := _WITH_LETTERS.fullmatch(text):
        year, month, day, hour, minute, second, milli = (int(part or 0) for part in found.groups())
        return _moment(year, month, day, hour, minute, second, milli)
    if found := _IN_WORDS.fullmatch(text):
        name, day_text, year_text, hour_text, minute_text, half = found.groups()
        if name[:3].lower() not in _MONTHS:
            return None
        hour = int(hour_text) % 12 + (12 if half.lower() == "p" else 0)
        return _moment(int(year_text), _MONTHS.index(name[:3].lower()) + 1, int(day_text), hour, int(minute_text))
    return None


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int = 0, milli: int = 0) -> float | None:
    try:
        moment = datetime(year, month, day, hour, minute, second, milli * 1000, tzinfo=timezone.utc)
    except ValueError:
        return None
    return epoch_seconds(moment.timestamp())
