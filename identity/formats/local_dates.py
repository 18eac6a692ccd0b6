"""Dates as Google writes them for people, in the language of the account: "Apr 12, 2026, 3:34:31 PM EDT".

Seen or documented: English of both orders, German and Russian with dots, French, Spanish, Italian, Portuguese, Dutch,
Polish, Turkish, the Nordic languages, Chinese, Japanese and Korean. Spaces may be no-break or narrow. What cannot be
read is None: the order of the records stays.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_LONGEST = 80  # characters of a line that is a date
_SPACES = re.compile("[\\s\u00a0\u202f\u2009\u200e\u200f]+")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d\d)[:.](\d\d)(?!\d)")
_YEAR = re.compile(r"\d{4}")
_AFTERNOON = re.compile(r"(?<![^\W\d])(?:pm|p\. ?m\.?)(?![^\W\d])|오후|下午|午後|晚上", re.IGNORECASE)
_MORNING = re.compile(r"(?<![^\W\d])(?:am|a\. ?m\.?)(?![^\W\d])|오전|上午|午前|凌晨|早上", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)\s*([+\u2212-])\s*(\d{1,2})(?::?(\d\d))?")
_ZONE = re.compile(r"\b[A-Z]{2,5}\b")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[年년./-]\s*(\d{1,2})\s*[月월./-]\s*(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_NUMBERS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")

# The beginnings of the months' names; those of other languages with the same letters agree but where noted.
_MONTHS: dict[str, int] = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan ene gen sty oca янв",
            "feb fév fev lut şub фев",
            "mar mär maa mrt мар",
            "apr avr abr kwi nis апр",
            "may mai maj mag mei май мая",
            "jun juin giu cze haz июн",
            "jul juil lug lip tem июл",
            "aug ago aoû sie ağu авг",
            "sep set wrz eyl сен",
            "oct okt out ott paź eki окт",
            "nov lis kas ноя",
            "dec déc dez dic des gru ara дек",
        ),
        start=1,
    )
    for beginning in beginnings.split()
}
# Hours from UTC. CST and IST name several zones; the American and the Indian one are the likeliest.
_ZONES: dict[str, float] = {
    **dict.fromkeys(("UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("BST", "CET", "MEZ", "WEST"), 1),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("IST",), 5.5),
    **dict.fromkeys(("SGT", "HKT", "AWST", "PHT"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    **dict.fromkeys(("AEST",), 10),
    **dict.fromkeys(("AEDT",), 11),
    **dict.fromkeys(("NZST",), 12),
    **dict.fromkeys(("NZDT",), 13),
    **dict.fromkeys(("BRT", "ART"), -3),
    **dict.fromkeys(("EDT", "AST"), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
}


def is_local_date(line: str) -> bool:
    """True for a line that is a date with a time to the second, in whatever language."""
    return len(line) <= _LONGEST and _CLOCK.search(line) is not None and _YEAR.search(line) is not None


def local_seconds(line: str) -> float | None:
    """Seconds since 1970 of such a line; without a zone that is known, as if it were UTC."""
    text = _SPACES.sub(" ", line)
    clock = _CLOCK.search(text)
    day = _day(text[: clock.start()] + " " + text[clock.end() :]) if clock else None
    if clock is None or day is None:
        return None
    hour = int(clock.group(1))
    if _AFTERNOON.search(text):
        hour = hour % 12 + 12
    elif _MORNING.search(text):
        hour %= 12
    try:
        moment = datetime(*day, hour, int(clock.group(2)), int(clock.group(3)), tzinfo=timezone.utc)
    except ValueError:
        return None
    return (moment - timedelta(hours=_hours_from_utc(text))).timestamp()


def _day(text: str) -> tuple[int, int, int] | None:
    """Year, month, day."""
    if found := _YEAR_FIRST.search(text):
        year, month, day = (int(number) for number in found.groups())
        return year, month, day
    if found := _YEAR_LAST.search(text):  # day first: who writes the month first writes its name
        day, month, year = (int(number) for number in found.groups())
        return year, month, day
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    year = next((number for number in numbers if 2000 <= number < 2100), 0)
    day = next((number for number in numbers if 1 <= number <= 31), 0)
    month = next((number for word in _WORD.findall(text.lower()) if (number := _month(word))), 0)
    return (year, month, day) if year and month and day else None


def _month(word: str) -> int:
    return _MONTHS.get(word[:4]) or _MONTHS.get(word[:3]) or 0


def _hours_from_utc(text: str) -> float:
    if found := _OFFSET.search(text):
        hours = int(found.group(2)) + int(found.group(3) or 0) / 60
        return hours if found.group(1) == "+" else -hours
    return next((_ZONES[name] for name in _ZONE.findall(text) if name in _ZONES), 0.0)
