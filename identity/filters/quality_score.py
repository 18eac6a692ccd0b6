"""How good a message is to learn from, from 0 to 1, and why: six named components, each 1 for an ordinary message.

length        1 inside the band of the role's own lengths (5 to 95 %), falling with the root of the distance outside:
              four times too long or too short is 1/2. Only a voice's own habit says what is too long.
repetition    the share of repeated lines or n-grams, after the repetition filters of Gopher (Rae et al. 2021, table
              A1, arXiv:2112.11446), which are for web pages; the limits here are wider, since a refrain is no fault.
characters    the share of letters, digits, usual punctuation and emoji against symbols; replacement and control
              characters and mojibake count far heavier, because they are damage and no taste.
completeness  whether a long message stops in the middle of a sentence, or in a block of code.
template      leftovers of chat templates and forms: <|im_start|>, [INST], {{char}}, [Your Name].
wording       what the packs that only score have noted (vocab, format): each note takes 0.15, down to a half at most.
              They are weak signs: not one of them is a fault, and three make a doubt.

The score is the product. A single fault spoils a message, which a mean over five components would hide (one of 0
among five of 1 has a mean of 0.83), and doubts that are independent should add up. Code is left out of everything but
the length: it repeats itself, is made of symbols and may talk of templates. All of it is linear in the text.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from identity.code_spans import code_spans
from identity.filters.quality import UNSPACED, readable_length


class Quality(NamedTuple):
    """The product, and the components that explain it."""

    score: float
    components: dict[str, float]


class LengthProfile:
    """How long the messages of one role are: a histogram with eight bins per doubling, exact below 16.

    The bins are those of HdrHistogram, found with integers only, so that every platform fills the same ones.
    """

    LONGEST = 1 << 40  # bounds the number of bins

    def __init__(self) -> None:
        self.bins: Counter[int] = Counter()
        self._band: tuple[int, float, float] | None = None  # for which count, and the band

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LengthProfile) and self.bins == other.bins

    @property
    def count(self) -> int:
        """How many messages were added."""
        return sum(self.bins.values())

    def add(self, length: int) -> None:
        """Count one message of this readable length."""
        self.bins[_bin(length)] += 1
        self._band = None

    def merge(self, other: LengthProfile) -> None:
        """Count all that the other profile has counted."""
        self.bins.update(other.bins)
        self._band = None

    def quantile(self, q: float) -> float:
        """The length that a share q of the messages does not exceed, as the middle of its bin; 0 without any."""
        wanted, seen, middle = q * self.count, 0, 0.0
        for number, messages in sorted(self.bins.items()):
            seen += messages
            middle = _middle(number)
            if seen >= wanted:
                break
        return middle

    def band(self) -> tuple[int, float, float]:
        """The count and the 5 and 95 % quantiles, kept until something is added."""
        if self._band is None:
            self._band = (self.count, self.quantile(0.05), self.quantile(0.95))
        return self._band


def _bin(length: int) -> int:
    length = min(max(length, 0), LengthProfile.LONGEST)
    shift = max(length.bit_length() - 4, 0)
    return (shift << 3) + (length >> shift)


def _middle(number: int) -> float:
    if number < 16:
        return float(number)
    shift = (number >> 3) - 1
    return ((number - (shift << 3)) << shift) + ((1 << shift) - 1) / 2


NOTE, WORST_WORDING = 0.15, 0.5


def score(content: str, lengths: LengthProfile | None, notes: int = 0) -> Quality:
    """The quality of one message.

    `lengths` are those of all messages of its role, None if they are not known; `notes` how many phrases of packs that
    only score were found in it.
    """
    prose, left_open = _without_code(content)
    length = readable_length(content)
    components = {
        "length": _length(length, lengths),
        "repetition": _repetition(prose),
        "characters": _characters(prose) if length else 0.0,
        "completeness": OPEN_FENCE if left_open else _completeness(prose, length),
        "template": _template(prose),
        "wording": max(WORST_WORDING, 1 - NOTE * notes),
    }
    return Quality(math.prod(components.values()), components)


def _falling(share: float, good: float, bad: float) -> float:
    """1 up to `good`, 0 from `bad` on, and a straight line between."""
    return min(1.0, max(0.0, (bad - share) / (bad - good)))


_CODE_END = "\ufffc"  # stands for a block or span of code in the prose; a complete end
_OPENING = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?(`{3,}|~{3,})")


def _without_code(content: str) -> tuple[str, bool]:
    """The text with one mark for each piece of code, and whether the last block was never closed."""
    if "`" not in content and "~~~" not in content:
        return content, False
    pieces, done, last = [], 0, ""
    for start, end in code_spans(content):
        pieces += [content[done:start], _CODE_END]
        done, last = end, content[start:end]
    opening = _OPENING.match(last) if done == len(content) else None
    marks = opening.group(1) if opening else ""
    left_open = bool(opening) and not (last.rstrip().endswith(marks) and len(last.strip()) > len(marks))
    return "".join([*pieces, content[done:]]), left_open


# --- length -----------------------------------------------------------------------------------------------------

KNOWN_ENOUGH = 20  # messages, below which a band is chance


def _length(length: int, lengths: LengthProfile | None) -> float:
    if lengths is None:
        return 1.0
    count, low, high = lengths.band()
    if count < KNOWN_ENOUGH:
        return 1.0
    here = _middle(_bin(length))  # so that what is in the bin of a quantile is inside
    ratio = here / low if here < low else high / here if here > high else 1.0
    return math.sqrt(ratio)


# --- repetition -------------------------------------------------------------------------------------------------

REPEATED_GOOD, REPEATED_BAD = 0.4, 0.9  # a villanelle repeats 6 of its 19 lines, a song with chorus about half
ENOUGH_UNITS = 24  # words or unspaced characters; "no no no" is speech
RUN_ALLOWED = 40  # characters of "hahaha", "sooooo" or "-----"
_UNIT = re.compile(rf"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\S)+")
_RUN = re.compile(r"(\S{1,4}?)\1{9,}")


def _repetition(prose: str) -> float:
    unspaced = not prose.isascii() and UNSPACED.search(prose) is not None
    pieces = prose.split()
    long_piece = max(map(len, pieces), default=0) > RUN_ALLOWED
    share = _share_of_runs(prose) if long_piece else 0.0
    units = _UNIT.findall(prose) if unspaced else pieces
    if len(units) >= ENOUGH_UNITS:
        share = max(share, _share_of_repeats(units, unspaced), _share_of_lines(prose))
    return _falling(share, REPEATED_GOOD, REPEATED_BAD)


def _share_of_repeats(units: list[str], unspaced: bool) -> float:
    """Of the n-grams, those that were there before: of four words, or of eight characters, about as much text.

    Gopher's share of the most frequent n-gram is a part of this: it misses a loop over a whole paragraph.
    """
    units = [unit.lower() for unit in units]
    size = 8 if unspaced and sum(len(unit) == 1 for unit in units) * 2 > len(units) else 4
    total = len(units) - size + 1
    return 1 - len(set(zip(*(units[start:] for start in range(size)), strict=False))) / total


def _share_of_lines(prose: str) -> float:
    """Of the characters, those in lines that were there before."""
    lines = [line for line in map(str.strip, prose.split("\n")) if line]
    different = set(lines)
    return 1 - sum(map(len, different)) / sum(map(len, lines)) if len(different) < len(lines) else 0.0


def _share_of_runs(prose: str) -> float:
    """Of the characters, those in runs of the same one to four, beyond what is usual for each run."""
    beyond = sum(max(0, run.end() - run.start() - RUN_ALLOWED) for run in _RUN.finditer(prose))
    return beyond / len(prose)


# --- characters -------------------------------------------------------------------------------------------------

SYMBOLS_ALLOWED = 10  # <3, :-), ¯\_(ツ)_/¯
SYMBOLS_GOOD, SYMBOLS_BAD = 0.25, 0.75  # shares of what is visible
DAMAGE_BAD = 0.1  # one broken character in ten is unreadable

_NOT_USUAL = re.compile(r"[^\w \t\n\r.,;:!?'\"()\-]")
_SYMBOLS = frozenset("#%&*+/<=>@[\\]^`{|}~")
_EMOJI = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")

# UTF-8 read as Windows-1252: a lead byte and its continuations, as characters. A capital with tilde or circumflex
# may stand before a closing mark in Portuguese or French ("MANHÃ”"), so those prove nothing after a single one.
_CONTINUED = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_CONTINUED_SURE = "\u0080-\u009f\u00a1-\u00ba\u00bc-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ‘“•˜™šœžŸ"
_MOJIBAKE = re.compile(
    rf"[ÂÃ][{_CONTINUED_SURE}]|â€[{_CONTINUED}]?|ðŸ[{_CONTINUED}]*"
    rf"|(?:[Â-ß][{_CONTINUED}]){{2,}}|(?:[à-ï][{_CONTINUED}]{{1,2}}){{2,}}"
)
_LEAD = re.compile("[Â-ð]")


def _characters(prose: str) -> float:
    visible = len(prose) - prose.count(" ") - prose.count("\n")
    odd = _NOT_USUAL.findall(prose)
    if not odd or not visible:
        return 1.0
    kinds: Counter[str] = Counter()
    for char, times in Counter(odd).items():
        kinds[_kind(char)] += times
    damaged = kinds["damage"]
    if not prose.isascii() and _LEAD.search(prose):
        damaged += sum(found.end() - found.start() for found in _MOJIBAKE.finditer(prose))
    share = max(0, kinds["symbol"] - SYMBOLS_ALLOWED) / visible
    return _falling(share, SYMBOLS_GOOD, SYMBOLS_BAD) * _falling(damaged / visible, 0.0, DAMAGE_BAD)


@functools.lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    if char in _SYMBOLS:
        return "symbol"
    category = unicodedata.category(char)
    if char == "\ufffd" or category in ("Cc", "Cs", "Co"):
        return "damage"
    if char == _CODE_END or _EMOJI.match(char) or category[0] in "LMNPZ" or category in ("Cf", "Sc"):
        return "usual"
    return "symbol"


# --- completeness -----------------------------------------------------------------------------------------------

LONG = 200  # readable characters; shorter messages in a chat need no full stop
OPEN_FENCE, GOES_ON, MIDDLE, TRAILS_OFF = 0.3, 0.3, 0.5, 0.8
SHORT_LINE = 50  # a signature, a line of verse, an item

_ENDS = ".!?…。！？؟۔।॥։።។။༎｡．‽"
_SENTENCE_END = re.compile(rf"[{_ENDS}](?=[\s\"”’»」』)）*_]|$)|[。！？｡]")
_CLOSING = frozenset("\"'”’»›」』】》）)]}>*_~")
_ITEM = re.compile(r"[ \t>]*(?:[-*+•|#]|\d{1,9}[.)])")


def _completeness(prose: str, length: int) -> float:
    """Less than 1 where a voice that ends its sentences did not end the last one."""
    if length < LONG:
        return 1.0
    text = prose.rstrip()
    last = text[-1:]
    if text.endswith(("...", "…")):
        return TRAILS_OFF
    if last in _ENDS or last in _CLOSING or last == _CODE_END:
        return 1.0
    if last in ",;،、，；-–—":
        return GOES_ON
    if not last.isalnum() and unicodedata.category(last)[0] not in "ML":  # emoji and their modifiers, a colon
        return GOES_ON if last in ":：" else 1.0
    above, line = text[: text.rfind("\n") + 1], text[text.rfind("\n") + 1 :]
    if above and (len(line) <= SHORT_LINE or _ITEM.match(line)):
        return 1.0
    if "://" in line.rsplit(None, 1)[-1]:
        return 1.0
    ended = sum(1 for _ in _SENTENCE_END.finditer(text))
    return MIDDLE if ended >= 2 else 1.0  # some write, and Thai is written, without full stops


# --- template ---------------------------------------------------------------------------------------------------

TOKEN, UNFILLED, LABEL = 0.1, 0.3, 0.5
_TOKENS = re.compile(
    r"<[|｜][\w▁ ]{2,40}[|｜]>|</?(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|\A\s*<s>|</s>\s*\Z"
    r"|^###[ ]?(?:Instructions?|Response|Input|Human|Assistant|User)[ ]?:",
    re.MULTILINE,
)
_UNFILLED = re.compile(
    r"\{\{[ ]?[a-z_.]{2,30}[ ]?\}\}"
    r"|\[(?:your|my|insert|recipient(?:'s)?|company|customer)[ ][a-z ]{2,30}\](?!\()",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^[*_]{0,3}(?:User|Assistant|Human|AI|System)[*_]{0,3}:", re.MULTILINE)


def _template(prose: str) -> float:
    if ("<" in prose or "[" in prose or "###" in prose) and _TOKENS.search(prose):
        return TOKEN
    if ("{{" in prose or "[" in prose) and _UNFILLED.search(prose):
        return UNFILLED
    return LABEL if ":" in prose and _LABEL.search(prose) else 1.0
