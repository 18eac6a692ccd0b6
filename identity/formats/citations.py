"""Marks that assistants put into their answers for sources which the export does not have; code is left alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from identity.code_spans import code_spans
from identity.formats.cleaning import split_code

# [1], [2][3] before a mark, the end of a line or of a table's cell, or right behind a mark. No link's label, nothing
# counted from 0, and no index of what has a name that no word has: a[1], rain_days[2], row2[3], call(x)[4].
_MARK = ".,;:!?…。，、；：！？"
_NUMBERS = r"(?:\[[1-9]\d{0,2}\]){1,20}(?![\[(])"
_BEFORE_END = rf"(?=[*_~\"'”’»)]{{0,3}}(?:[{_MARK})](?!\w)|[ \t]*(?:\||$)))"
_NUMBERED = re.compile(
    rf"(?<=[^\s\[\]])(?:(?<=[{_MARK}])[ \t]?{_NUMBERS}(?=\s)|[ \t]?{_NUMBERS}{_BEFORE_END})", re.MULTILINE
)
_INDEXED = re.compile(r"(?:(?<![^\W_])[a-z]|[a-z]\w*_\w+|[a-z]+\d+|\w\([^()]{0,40}\))$")
_NAME_LENGTH = 60


def in_prose(text: str, change: Callable[[str], str]) -> str:
    """The text with everything but code changed."""
    return "".join(piece if is_code else change(piece) for is_code, piece in split_code(text))


def without_numbers(text: str) -> str:
    """Without the numbers of sources at the ends of clauses."""
    return in_prose(text, lambda prose: _NUMBERED.sub(_unless_index, prose)) if "[" in text else text


def _unless_index(match: re.Match[str]) -> str:
    before = match.string[max(match.start() - _NAME_LENGTH, 0) : match.start()]
    is_index = match.group()[0] == "[" and _INDEXED.search(before)
    return match.group() if is_index else ""


def without_elements(text: str, tag: re.Pattern[str]) -> str:
    """Without the elements of a markup that a service writes into its answers, with all that stands in them.

    `tag` finds their opening and closing tags and has the groups `close` ("/" in a closing one), `name`, and `empty`
    ("/" in one that closes itself). What is never closed costs its tag only.
    """
    tags = list(tag.finditer(text))
    if not tags:
        return text
    code = list(code_spans(text))
    starts = [start for start, _ in code]
    last = {found.group("name"): found.start() for found in tags if found.group("close")}
    pieces: list[str] = []
    position = 0
    inside = ""  # the element that is being left out
    for found in tags:
        before = bisect_right(starts, found.start()) - 1
        if not inside and before >= 0 and found.start() < code[before][1]:
            continue  # code that shows the markup
        if not inside:
            pieces.append(text[position : found.start()])
            position = found.end()
            name = found.group("name")
            is_opening = not found.group("close") and not found.group("empty")
            inside = name if is_opening and last.get(name, -1) > found.start() else ""
        elif found.group("close") and found.group("name") == inside:
            position = found.end()
            inside = ""
    return "".join([*pieces, text[position:]])
