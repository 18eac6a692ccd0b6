"""Which language a conversation's learned side is written in, found offline by eld (60 languages, model in the wheel).

Measured in November 2026 on 200 chat messages of 5 to 50 characters in 20 languages: right were eld 190, py3langid 189
(needs numpy), lingua 188 (1.1 GB of memory, 7 s to load), fastText's lid.176.ftz 181, cld2 178, langdetect 169,
cld3 160, whatlang 149. eld is pure Python, 5 MB with its model, needs only regex, and is loaded in 0.1 s.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from identity.code_spans import code_spans
from identity.records import Conversation

PIECE = 300  # characters looked at together: eld reads no more than the first 350 bytes of what it is given
PIECES = 8  # of a conversation, evenly spread; each costs about 0.1 ms
LEAST_BYTES = 24  # of letters, below which one guess in twenty is wrong (eight characters of Chinese are 24)
_NO_LETTERS = re.compile(r"[\W\d_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


@cache
def _detector() -> Any:
    from eld import LanguageDetector

    return LanguageDetector()


@cache
def is_installed() -> bool:
    """True if languages can be told apart here; eld needs regex as well."""
    return all(importlib.util.find_spec(name) for name in ("eld", "regex"))


def known_codes() -> list[str]:
    """The ISO 639-1 codes of the languages that can be told apart."""
    from eld.languageData import languageData

    _detector()  # which fills the table
    return sorted(languageData.lang_codes.values())


def language_of(conversation: Conversation) -> str | None:
    """The language of most of what is to be learned, code left aside; None if that is too short to tell."""
    votes: Counter[str] = Counter()
    for piece in _pieces(learned_text(conversation)):
        letters = len(_NO_LETTERS.sub("", piece).encode("utf-8", "replace"))
        if letters < LEAST_BYTES:
            continue
        found = _detector().detect(piece)
        if found.is_reliable():
            votes[found.language] += letters
    return votes.most_common(1)[0][0] if votes else None


def learned_text(conversation: Conversation) -> str:
    """The replies that are to be learned, one after the other, without code and addresses.

    They are judged together because a single "haha ja" could be of many languages.
    """
    return "\n".join(
        _ADDRESS.sub(" ", _without_code(message.content))
        for message in conversation.messages
        if message.role == "assistant" and message.weight
    )


def _without_code(text: str) -> str:
    if "`" not in text and "~~~" not in text:
        return text
    kept, position = [], 0
    for start, end in code_spans(text):
        kept.append(text[position:start])
        position = end
    return " ".join([*kept, text[position:]])


def _pieces(text: str) -> Iterator[str]:
    """The whole text in pieces, or as many of them as are looked at."""
    starts = range(0, len(text), PIECE)
    step = max(-(-len(starts) // PIECES), 1)
    for start in starts[::step]:
        yield text[start : start + PIECE]
