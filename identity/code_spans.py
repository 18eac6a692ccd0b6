"""Where code is in a Markdown text. Cleaning must not change it, and the filter does not search it."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A fence may stand in a block quote or a list; one of backticks has none in what follows on its line (CommonMark).
_FENCE = re.compile(r"^[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}(?![^\n]*`)|~{3,})", re.MULTILINE)
_TICKS = re.compile(r"`+")


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every fenced block and inline code span, in order and without overlap."""
    position = 0
    while fence := _FENCE.search(text, position):
        yield from _inline_spans(text, position, fence.start())
        marks = fence.group(1)
        closing = re.compile(rf"^[ \t>]*{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$", re.MULTILINE)
        after = text.find("\n", fence.end())
        closer = closing.search(text, after) if after >= 0 else None
        end = closer.end() if closer else len(text)
        yield fence.start(), end
        position = end
    yield from _inline_spans(text, position, len(text))


def _inline_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Runs of backticks closed by a run of the same length in the same paragraph, as in CommonMark."""
    runs = [(run.start(), run.end()) for run in _TICKS.finditer(text, start, end)]
    following: dict[int, list[int]] = {}  # length of a run -> where such runs are, last first
    for index in range(len(runs) - 1, -1, -1):
        following.setdefault(runs[index][1] - runs[index][0], []).append(index)
    index = 0
    while index < len(runs):
        opens, length = runs[index][0], runs[index][1] - runs[index][0]
        same = following[length]
        while same and same[-1] <= index:
            same.pop()
        if same and "\n\n" not in text[opens : runs[same[-1]][0]]:
            index = same[-1]
            yield opens, runs[index][1]
        index += 1
