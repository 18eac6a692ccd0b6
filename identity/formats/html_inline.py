"""Inline elements of HTML as Markdown: emphasis, code, links, powers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
INLINE = frozenset({*_MARKS, "code", "a", "sup"})
_LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_PLAIN_POWER = re.compile(r"[+-]?\w+")


@dataclass
class Span:
    """An inline element, and what stands in it."""

    tag: str
    href: str = ""
    pieces: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Spaces at the ends go outside, where Markdown wants them."""
        text = "".join(self.pieces)
        core = text.strip()
        if not core:
            return text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return before + self._marked(core) + after

    def _marked(self, text: str) -> str:
        if self.tag == "code":
            ticks = "`" * (longest_run(text) + 1)
            return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"
        if self.tag == "a":
            is_link = _LINK.match(self.href) and text != self.href
            return f"[{text}]({self.href.replace(' ', '%20')})" if is_link else text
        if self.tag == "sup":
            return f"^{text}" if _PLAIN_POWER.fullmatch(text) else text if text[0] in "[(^" else f"^({text})"
        mark = _MARKS[self.tag]
        return text if "\n" in text or text.startswith(mark) else mark + text + mark


def longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
