"""What the voice says and the other side of the same chats does not: its own phrases, ranked.

Log-odds with an informative Dirichlet prior (Monroe, Colaresi, Quinn: "Fightin' Words", Political Analysis 16, 2008,
section 3.3). For a phrase w said y times by the voice (v) and by the other side (o), of n phrases of its length:

    delta = log((y_v + a_w) / (n_v + a_0 - y_v - a_w)) - log((y_o + a_w) / (n_o + a_0 - y_o - a_w))
    z     = delta / sqrt(1 / (y_v + a_w) + 1 / (y_o + a_w))

The prior a_w is a tenth of how often both sides together say w, and a_0 the sum of those, so that a phrase counts as
the voice's own only where it departs from what is usual in these very chats; above 1.96 the difference is unlikely
to be chance. Phrases of one, two, three and four words are counted apart, each length having its own totals.
Where words are not separated by spaces (Chinese, Japanese, Thai), phrases are two to four characters.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from identity.filters.quality import MARKS, UNSPACED
from identity.filters.spoken_text import as_read, own_words
from identity.records import Conversation

LONGEST = 4
PRIOR = 0.1  # of the counts of both sides
COVERED = 0.8  # a longer phrase with this share of the uses stands for the shorter

_U = UNSPACED.pattern
_TOKEN = re.compile(
    rf"(?P<run>{_U}+)"
    rf"|(?P<word>(?!{_U})[^\W_](?:(?!{_U})[\w{MARKS}]|['\-](?!{_U})(?=[^\W_]))*)"
    r"|(?P<stop>[^\s,،])"
)
_APOSTROPHES = str.maketrans("’ʼ‘′＇", "'''''")

Side = Literal["voice", "other"]


class Uses:
    """How often a phrase was said by either side, and in how many conversations by the voice."""

    __slots__ = ("conversations", "other", "voice")

    def __init__(self, voice: int = 0, other: int = 0, conversations: int = 0) -> None:
        self.voice, self.other, self.conversations = voice, other, conversations

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uses) and self.as_tuple() == other.as_tuple()

    def as_tuple(self) -> tuple[int, int, int]:
        return self.voice, self.other, self.conversations


class PhraseCounts:
    """Phrases of both sides. Each conversation is added once, to one of the counts that are merged later.

    Beyond `limit` different phrases the rarest are forgotten, those said once first, so memory is bounded by the limit
    and the largest conversation. Until then, merged counts equal those of adding everything to one.
    """

    def __init__(self, limit: int = 300_000) -> None:
        self.limit = limit
        self.uses: dict[str, Uses] = {}
        self.totals: dict[Side, Counter[int]] = {"voice": Counter(), "other": Counter()}

    def add(self, conversation: Conversation) -> None:
        """Count the own words of both sides; replies of weight 0 are not the voice, nor is the system anyone."""
        said: dict[Side, Counter[str]] = {"voice": Counter(), "other": Counter()}
        for message in conversation.messages:
            if message.role == "user":
                said["other"].update(phrases(message.content))
            elif message.role == "assistant" and message.weight:
                said["voice"].update(phrases(message.content))
        for phrase, times in said["voice"].items():
            uses = self.uses.setdefault(phrase, Uses())
            uses.voice += times
            uses.conversations += 1
            self.totals["voice"][_kind(phrase)] += times
        for phrase, times in said["other"].items():
            self.uses.setdefault(phrase, Uses()).other += times
            self.totals["other"][_kind(phrase)] += times
        self._prune()

    def merge(self, other: PhraseCounts) -> None:
        """Count all that the other has counted."""
        for phrase, more in other.uses.items():
            uses = self.uses.setdefault(phrase, Uses())
            uses.voice += more.voice
            uses.other += more.other
            uses.conversations += more.conversations
        for side, totals in other.totals.items():
            self.totals[side].update(totals)
        self._prune()

    def _prune(self) -> None:
        """Forget by count alone, so that the order of phrases has no say; to three quarters, so that it is rare."""
        if len(self.uses) <= self.limit:
            return
        least = 1
        while len(self.uses) > self.limit * 3 // 4:
            least += 1
            self.uses = {phrase: uses for phrase, uses in self.uses.items() if uses.voice + uses.other >= least}


class Phrase(NamedTuple):
    """A phrase of the voice's own: how far from chance, how often said by whom, in how many conversations."""

    text: str
    z: float
    voice: int
    other: int
    conversations: int


def phrases(content: str) -> Iterator[str]:
    """All phrases of a message; none goes across a punctuation mark other than the comma, or over a line break."""
    text = own_words(as_read(content)).lower().translate(_APOSTROPHES)
    for line in text.split("\n"):
        words: list[str] = []
        for token in _TOKEN.finditer(line):
            if token.lastgroup == "word":
                words.append(token.group())
                for size in range(1, min(LONGEST, len(words)) + 1):
                    yield " ".join(words[-size:])
                del words[: -LONGEST + 1]
                continue
            words.clear()
            if token.lastgroup == "run":
                run = token.group()
                for size in range(2, LONGEST + 1):
                    for start in range(len(run) - size + 1):
                        yield run[start : start + size]


def _kind(phrase: str) -> int:
    """Which phrases are counted together: those of as many words, or (negative) of as many characters."""
    return -len(phrase) if UNSPACED.match(phrase) else phrase.count(" ") + 1


def ranked(counts: PhraseCounts, limit: int = 50, minimum: int = 5) -> list[Phrase]:
    """The voice's own phrases, the surest first; none where the other side said nothing to compare with.

    What is said in one conversation only is its topic and no habit. A phrase that is nearly always a part of a longer
    one is left to that.
    """
    found = {}
    for text, uses in counts.uses.items():
        if uses.voice >= minimum and uses.conversations > 1:
            z = _z(uses, _kind(text), counts.totals)
            if z > 0:
                found[text] = Phrase(text, z, *uses.as_tuple())
    covered = {
        part
        for text, phrase in found.items()
        for part in _parts(text)
        if part in found and phrase.voice >= COVERED * found[part].voice
    }
    kept = (phrase for text, phrase in found.items() if text not in covered)
    return sorted(kept, key=lambda phrase: (-phrase.z, phrase.text))[:limit]


def _z(uses: Uses, kind: int, totals: dict[Side, Counter[int]]) -> float:
    voices, others = totals["voice"][kind], totals["other"][kind]
    if not others:
        return 0.0
    prior, prior_of_all = PRIOR * (uses.voice + uses.other), PRIOR * (voices + others)

    def log_odds(said: int, total: int) -> float:
        rest = total + prior_of_all - said - prior
        return math.log((said + prior) / max(rest, PRIOR))  # nothing else is said in a chat of one word

    variance = 1 / (uses.voice + prior) + 1 / (uses.other + prior)
    return (log_odds(uses.voice, voices) - log_odds(uses.other, others)) / math.sqrt(variance)


def _parts(text: str) -> Iterator[str]:
    """The shorter phrases in a phrase."""
    if _kind(text) < 0:
        units, joint = list(text), ""
    else:
        units, joint = text.split(" "), " "
    for size in range(1, len(units)):
        for start in range(len(units) - size + 1):
            yield joint.join(units[start : start + size])
