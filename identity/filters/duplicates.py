"""Messages said over and over: the first few copies stay, the surplus goes.

How often someone repeats a stock reply is part of the voice, so copies are capped, not reduced to one, and short
messages (a greeting, a catch-phrase) never take part. A pasted text that returns fifty times would be learned by
heart: repetition is what makes language models recite their training data (Lee et al., "Deduplicating Training Data
Makes Language Models Better", 2022, arXiv:2107.06499).

"exact" compares the texts without regard to case, white space and styled letters. "near" compares them by their
shingles, the overlapping runs of three words, with MinHash and locality-sensitive hashing (Broder 1997; Leskovec,
Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). One changed word is in three shingles, so a text of n
words keeps a likeness of (n - 5) / (n + 1): at least 0.8 from 29 words on. Below that, near finds little more than
exact does, as it should: short texts that differ in a word mostly mean to.

A near copy is compared with the first message of each group only. Otherwise a text that is edited a little each
time would draw everything it ever was into one group.
"""

from __future__ import annotations

import hashlib
from array import array
from typing import Any, NamedTuple, Protocol

from identity.filters.quality import UNSPACED, readable_length
from identity.filters.spoken_text import as_read

SHORTEST = 40  # characters as quality.readable_length counts them: about eight words
KEPT = 3

# 16 bytes: no two texts of any collection meet by chance (the odds at a billion texts are 1 in 10^21).
DIGEST_BYTES = 16

# 128 hashes estimate a likeness of 0.8 with a standard error of 0.035, the square root of 0.8 x 0.2 / 128. 16 bands of
# 8 show a pair of likeness s to that estimate with the chance 1 - (1 - s^8)^16: 95 % at 0.8, 99.99 % at 0.9, 6 % at
# 0.5. Measured: all of 1000 one-word edits of messages over 200 characters were found, among 20,000 others, of which
# none was taken.
THRESHOLD = 0.8
HASHES = 128
BANDS = 16
SEED = 1  # any number, as long as it is the same in every run

WORDS = 3
CHARACTERS = 5  # two or three words of Chinese, which writes most with two characters


class Copy(NamedTuple):
    """The earlier message that a message repeats, and how alike the two are: 1.0, or the estimate for a near copy."""

    conversation_id: str
    message_id: str
    score: float


class Duplicates:
    """Counts copies as messages come by; which of them stay depends on their order, and on nothing else.

    It sees every message of a collection, so it remembers no texts: a digest for exact, 128 numbers for near, and of
    messages that are copies only their count.
    """

    def __init__(self, kind: str, keep: int = KEPT) -> None:
        if kind not in ("exact", "near"):
            raise ValueError(f"{kind}: neither exact nor near")
        if keep < 1:
            raise ValueError(f"{keep}: at least one copy is kept")
        self._index: _Index = _Exact() if kind == "exact" else _Near()
        self._keep = keep
        self._firsts: list[tuple[str, str]] = []
        self._counts = array("Q")

    def surplus(self, conversation_id: str, message_id: str, content: str) -> Copy | None:
        """The first message of this kind if `keep` of them have been before, otherwise None. Call it in order."""
        if readable_length(content) < SHORTEST:
            return None
        group, score = self._index.place(_normalized(content))
        if group == len(self._firsts):
            self._firsts.append((conversation_id, message_id))
            self._counts.append(0)
        self._counts[group] += 1
        return Copy(*self._firsts[group], score) if self._counts[group] > self._keep else None


class _Index(Protocol):
    def place(self, text: str) -> tuple[int, float]:
        """The number of the group that the text belongs to, and its likeness to the first of it.

        A text like none before opens the next group; groups are numbered from 0.
        """


class _Exact:
    def __init__(self) -> None:
        self._groups: dict[bytes, int] = {}

    def place(self, text: str) -> tuple[int, float]:
        digest = hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
        return self._groups.setdefault(digest, len(self._groups)), 1.0


class _Near:
    def __init__(self) -> None:
        from rensa import RMinHash, RMinHashLSH

        self._sketch = RMinHash
        self._bands = RMinHashLSH(THRESHOLD, HASHES, BANDS)
        self._sketches: list[Any] = []  # of the first of each group, by its number

    def place(self, text: str) -> tuple[int, float]:
        sketch = self._sketch(HASHES, SEED)
        sketch.update(shingles(text))
        # Bands propose, the estimate decides; of equals the earliest, whatever order they are proposed in.
        likeness, group = max(
            ((sketch.jaccard(self._sketches[group]), -group) for group in self._bands.query(sketch)), default=(0.0, 0)
        )
        if likeness >= THRESHOLD:
            return -group, likeness
        self._bands.insert(len(self._sketches), sketch)
        self._sketches.append(sketch)
        return len(self._sketches) - 1, 1.0


def _normalized(content: str) -> str:
    return " ".join(as_read(content).casefold().split())


def shingles(text: str) -> list[str]:
    """Runs of three words, or of five characters where most characters are of a script without spaces.

    A text shorter than that is one shingle. Repetitions are listed; MinHash sees a set.
    """
    if 2 * len(UNSPACED.findall(text)) > len(text):
        return [text[start : start + CHARACTERS] for start in range(max(1, len(text) - CHARACTERS + 1))]
    words = text.split()
    return [" ".join(words[start : start + WORDS]) for start in range(max(1, len(words) - WORDS + 1))]
