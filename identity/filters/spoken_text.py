"""Which characters of a message are its speaker's own words, and how to read disguised ones.

Code, block quotes, links and quoted speech are not the speaker's words: a voice that quotes a buzzword does not use
it. `own_words` blanks them out character for character, so that positions stay those of the message.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NamedTuple

from identity.code_spans import code_spans

# Neither a letter nor a space, so that no phrase matches across a blanked stretch.
FILLER = "\ufffc"

_BLOCK_QUOTE = re.compile(r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?>.*$", re.MULTILINE)
_LINK = re.compile(r"\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"”)\]]+", re.IGNORECASE)

# Pairs of quotation marks; what is inside may break the line but not the paragraph, and an opening mark without its
# closing one quotes nothing. Apostrophes and single quotes are no pair: "don't" would open one. A straight mark
# opens only before and closes only after a character, and never after a digit (5'10", 27" screen).
_IN_PARAGRAPH = r"(?:[^{marks}\n]|\n(?![ \t]*(?:\n|$)))"
_QUOTED = re.compile(
    "|".join(
        opening + _IN_PARAGRAPH.replace("{marks}", marks) + "+" + closing
        for opening, marks, closing in (
            ("„", "„“”", "[“”]"),
            ("“", "“”", "”"),
            ("«", "«»", "»"),
            ("»", "«»", "«"),
            ("「", "「」", "」"),
            (r'(?<![\w"])"(?=[^\s"])', '"', r'"(?!\w)'),
        )
    )
)
_QUOTATION_MARK = re.compile('[„“«»「"]')
_STAGE_DIRECTION = re.compile(r"\*[^*\n]+\*")
_LETTER = re.compile(r"[^\W\d_]")
_VISIBLE = re.compile(r"[^\n]")


def own_words(text: str) -> str:
    """The text with code, block quotes, links and quoted speech replaced by fillers of the same length.

    Where nothing but quoted speech and *stage directions* is there (role-play), the speech is the speaker's own.
    """
    text = _blank_code(text)
    if ">" in text:
        text = _BLOCK_QUOTE.sub(_fill, text)
    if "://" in text or "www." in text.lower():
        text = _LINK.sub(_fill, text)
    if not _QUOTATION_MARK.search(text):
        return text
    unquoted = _QUOTED.sub(_fill, text)
    if not _LETTER.search(_STAGE_DIRECTION.sub("", unquoted)):
        return text
    return unquoted


def _fill(match: re.Match[str]) -> str:
    return _VISIBLE.sub(FILLER, match.group())


def _blank_code(text: str) -> str:
    pieces, done = [], 0
    for start, end in code_spans(text):
        pieces += [text[done:start], _VISIBLE.sub(FILLER, text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


# Characters without width that can hide a word from a search: soft hyphen, zero-width space and joiners, word
# joiner, direction marks, byte order mark.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
INVISIBLE = (
    r"[\x{ad}\x{34f}\x{61c}\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{feff}]"  # as RE2 has it
)
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


class Folded(NamedTuple):
    """A text as it reads to the eye, and the one that it was made from."""

    text: str
    original: str

    def span_in_original(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end] stood, for a span that is not empty."""
        offsets: list[int] = []  # for each character of the folded text
        for position, char in enumerate(self.original):
            offsets.extend([position] * len(_fold(char)))
            if len(offsets) >= end:
                break
        return offsets[start], offsets[end - 1] + 1


def folded(text: str) -> Folded | None:
    """The text without invisible characters and with full-width or styled letters as plain ones (NFKC).

    None when it reads as it is written, which is the case for nearly every message.
    """
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text)):
        return None
    return Folded(_BEYOND_ASCII.sub(lambda char: _fold(char.group()), text), text)


def as_read(text: str) -> str:
    """The text as it reads to the eye (see folded)."""
    reading = folded(text)
    return reading.text if reading else text


@functools.lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    return "" if _INVISIBLE.match(char) else unicodedata.normalize("NFKC", char)
