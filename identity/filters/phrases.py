"""The phrase packs of identity/packs, compiled: which phrase a message uses, where, and what follows from it.

One pass of an RE2 set over the message tells which phrases occur at all; that is the whole cost of a clean message.
Only on a hit are quotes and code blanked, the spans searched and the context patterns asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from identity.console import UserError
from identity.filters.quality import low_quality_reason, readable_length
from identity.filters.spoken_text import as_read, folded, own_words
from identity.filters.verdicts import ACTIONS, Candidate, Habit, Verdict
from presets import PACKS, PHRASE_MENTIONED

WINDOW = 100  # characters on either side that count as near, where a phrase does not say
HABIT_WORDS = 20  # a message of fewer says nothing about how often something is used
UNUSUAL = 2.0  # standard deviations above the mean
_MENTION_REACH = 40  # characters before a phrase in which "the word" is looked for

_CONTEXTS = ("need", "veto", "sure", "earned_by", "earned_here", "harmless", "idle_after", "idle_here")
_WHERE = ("role", "position", "within", "action", "least", "distinct", "per_words", "habit")
_EXAMPLES = ("hits", "misses")
_FIELDS = frozenset(("name", "pattern", "forms", "window", "mention", *_CONTEXTS, *_WHERE, *_EXAMPLES))
_CHOICES = {"role": ("any", "assistant", "user"), "position": ("anywhere", "start", "end"), "action": ACTIONS}
_WITHIN = {"anywhere": 0, "start": 60, "end": 200}  # characters, where a phrase does not say

_SENTENCE_END = re.compile(r"[.!?…。！？][\"”'’)\]*_]*(?=\s|$)|\n|$")

_BLANK = r"[*_~]{0,3}[\s\x{a0}\x{2000}-\x{200a}\x{202f}\x{3000}]+[*_~]{0,3}"
_APOSTROPHE = r"['’ʼ‘´′＇]"
_HYPHEN = r"[-\x{2010}-\x{2014}]"
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(?<=[a-z])-(?=[a-z(])|[ ']", re.DOTALL)


def expanded(pattern: str) -> str:
    """A pattern of the packs as RE2 gets it: blanks, apostrophes and hyphens outside [...] stand for all kinds."""
    stands_for = {" ": _BLANK, "'": _APOSTROPHE, "-": _HYPHEN}
    return _TOKEN.sub(lambda token: stands_for.get(token.group(), token.group()), pattern)


def re2_options() -> Any:
    """Case is ignored; errors are raised, not printed; 64 MiB for the automaton of a set."""
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


def gate_of(patterns: Iterable[str]) -> Any:
    """An RE2 set of the patterns, without regard to case."""
    import re2

    gate = re2.Set.SearchSet(re2_options())
    for pattern in patterns:
        gate.Add(pattern)
    gate.Compile()
    return gate


@dataclass(frozen=True)
class Phrase:
    """One compiled entry of the lists; absent patterns are None."""

    name: str
    pattern: str  # as shown
    trigger: str  # as searched
    search: Any
    window: int
    mention: bool
    role: str = "any"
    position: str = "anywhere"
    within: int = 0
    action: str = "drop"
    least: int = 1
    distinct: bool = False
    per_words: int = 0
    habit: bool = False
    need: Any = None
    veto: Any = None
    sure: Any = None
    earned_by: Any = None
    earned_here: Any = None
    harmless: Any = None
    idle_after: Any = None
    idle_here: Any = None


def compile_phrase(entry: Mapping[str, Any], pack: str = "custom") -> Phrase:
    """UserError names the entry and what RE2 says, if someone's edit does not compile."""
    import re2

    name = str(entry.get("name", "?"))
    where_it_is = f"phrase '{pack}/{name}' (identity/packs)"
    unknown = set(entry) - _FIELDS
    if unknown or "pattern" not in entry:
        problem = f"unknown field {sorted(unknown)[0]}" if unknown else "it has no pattern"
        raise UserError(f"{where_it_is}: {problem}; the fields are {', '.join(sorted(_FIELDS))}")
    for field, allowed in _CHOICES.items():
        if entry.get(field, allowed[0]) not in allowed:
            raise UserError(f"{where_it_is}: {field} is {entry[field]!r}; it must be one of {', '.join(allowed)}")
    trigger = expanded("|".join(filter(None, (entry["pattern"], entry.get("forms")))))
    compiled: dict[str, Any] = {}
    try:
        compiled["search"] = re2.compile(trigger, re2_options())
        for field in _CONTEXTS:
            if field in entry:
                choices = [entry[field]] if isinstance(entry[field], str) else entry[field]
                compiled[field] = re2.compile(expanded("|".join(choices)), re2_options())
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise UserError(
            f"{where_it_is}: {reason.split(':')[0]}; correct its patterns (RE2 syntax, no lookaround)"
        ) from None
    where = {field: entry[field] for field in _WHERE if field in entry}
    where.setdefault("within", _WITHIN[where.get("position", "anywhere")])
    window, mention = int(entry.get("window", WINDOW)), bool(entry.get("mention", True))
    return Phrase(f"{pack}/{name}", entry["pattern"], trigger, window=window, mention=mention, **where, **compiled)


def judged_by_habit(packs: Sequence[str]) -> bool:
    """Whether there is a phrase in the packs that is judged by how often the voice uses it."""
    return any(entry.get("habit") for name in packs for entry in PACKS[name])


class PhraseMatcher:
    """All phrases of the chosen packs."""

    def __init__(self, packs: Sequence[str], habits: Mapping[str, Habit] | None = None) -> None:
        import re2

        self.habits = habits or {}
        self.phrases = [compile_phrase(entry, pack) for pack in packs for entry in PACKS[pack]]
        self.mentioned = re2.compile(expanded(PHRASE_MENTIONED), re2_options())
        self.set = re2.Set.SearchSet(re2_options())
        for phrase in self.phrases:
            self.set.Add(phrase.trigger)
        if self.phrases:
            self.set.Compile()

    def first(self, candidate: Candidate) -> Verdict | None:
        """The first phrase, in the order of the packs, that takes the message; None for none."""
        return self.judged(candidate)[0]

    def judged(self, candidate: Candidate, shortest: int = 1) -> tuple[Verdict | None, tuple[Verdict, ...]]:
        """The phrase that takes the message, or else the sentences to trim and the notes.

        A message of which trimming would leave fewer than `shortest` readable characters, or less than two words, is
        taken by the first phrase that wanted to trim it.
        """
        content = candidate.message.content
        hits = self._triggered(content)
        reading = folded(content)
        if reading is not None:
            hits = self._triggered(reading.text)
        if not hits:
            return None, ()
        found = self._judge(reading.text if reading else content, hits, candidate)
        if reading is not None:
            found = [msgspec.structs.replace(each, span=reading.span_in_original(*each.span)) for each in found]
        if found and found[-1].action in ("drop", "mask"):
            return found[-1], ()
        trims = [each for each in found if each.action == "trim"]
        if trims:
            rest = trimmed(content, trims)
            if readable_length(rest) < max(shortest, 1) or low_quality_reason(rest):
                return msgspec.structs.replace(trims[0], action="drop"), ()
        return None, tuple(found)

    def names(self, candidate: Candidate) -> list[str]:
        """All phrases that a message uses, whatever follows from them; those of one side are looked for in both."""
        text = as_read(candidate.message.content)
        hits = self._triggered(text)
        return [each.name or "" for each in self._judge(text, hits, candidate, everything=True)] if hits else []

    def _triggered(self, text: str) -> list[Phrase]:
        if not self.phrases:
            return []
        return [self.phrases[index] for index in sorted(self.set.Match(text) or ())]

    def _judge(
        self, text: str, hits: Sequence[Phrase], candidate: Candidate, everything: bool = False
    ) -> list[Verdict]:
        """What the phrases find, in their order; unless everything is asked, ends with the first that takes it."""
        own = own_words(text)
        found = []
        for phrase in hits:
            if not everything and phrase.role not in ("any", candidate.message.role):
                continue
            spans = self._spans(phrase, text, own, candidate)
            count = len({own[start:end].lower() for start, end in spans}) if phrase.distinct else len(spans)
            if not count or not _enough(count, phrase, own, self.habits.get(phrase.name)):
                continue
            span = _sentence(own, *spans[0]) if phrase.action == "trim" else spans[0]
            score = float(count) if phrase.least > 1 else None
            found.append(Verdict("blacklist", phrase.pattern, span, score, phrase.name, phrase.action))
            if phrase.action in ("drop", "mask") and not everything:
                break
        return found

    def _spans(self, phrase: Phrase, text: str, own: str, candidate: Candidate) -> list[tuple[int, int]]:
        """Where it is used; of a phrase of which one use is enough only the first."""
        spans = []
        for match in phrase.search.finditer(own):
            start, end = match.span()
            if (
                _in_place(phrase, own, start, end)
                and self._meant(phrase, text, own, start, end)
                and not _earned(phrase, text, candidate.heard)
            ):
                spans.append((start, end))
                if phrase.least <= 1:
                    break
        return spans

    def rates(self, candidate: Candidate) -> dict[str, float]:
        """How often a message uses each phrase that is judged by habit, per 100 words; {} if it has too few words."""
        text = as_read(candidate.message.content)
        own = own_words(text)
        words = len(own.split())
        if words < HABIT_WORDS:
            return {}
        hits = self._triggered(text)
        return {
            phrase.name: 100 * len(self._spans(phrase, text, own, candidate)) / words if phrase in hits else 0.0
            for phrase in self.phrases
            if phrase.habit
        }

    def _meant(self, phrase: Phrase, text: str, own: str, start: int, end: int) -> bool:
        """Whether the context says that the phrase is used, and not meant literally or only mentioned."""
        near = slice(max(0, start - phrase.window), end + phrase.window)
        if phrase.need and not phrase.need.search(own[near]):
            return False
        if phrase.veto and phrase.veto.search(text[near]) and not (phrase.sure and phrase.sure.search(own[near])):
            return False
        return not (phrase.mention and self.mentioned.search(own[max(0, start - _MENTION_REACH) : start]))


def _in_place(phrase: Phrase, own: str, start: int, end: int) -> bool:
    """Whether the phrase stands where it counts: near the beginning or the end of what is said."""
    if phrase.position == "start":
        return start - (len(own) - len(own.lstrip())) < phrase.within
    return phrase.position == "anywhere" or len(own.rstrip()) - end < phrase.within


def _enough(count: int, phrase: Phrase, own: str, habit: Habit | None) -> bool:
    """Whether so many hits count in a text of this length; `per_words` asks for more in texts longer than that.

    Where the voice's own habit is known, it asks for more than is usual for it instead.
    """
    if phrase.habit and habit:
        usual = (habit.mean + UNUSUAL * habit.deviation) * len(own.split()) / 100
        return count >= phrase.least and count > usual
    if not phrase.per_words:
        return count >= phrase.least
    return count >= phrase.least * max(1.0, len(own.split()) / phrase.per_words)


def _sentence(own: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a match, with the white space that follows it (or, at the end, comes before)."""
    begins = 0
    for mark in _SENTENCE_END.finditer(own, 0, start):
        if mark.end() < start and mark.group():
            begins = mark.end()
    while begins < start and own[begins].isspace():
        begins += 1
    closing = _SENTENCE_END.search(own, max(start, end - 1))
    ends = closing.end() if closing else len(own)
    if not own[ends:].strip():
        return len(own[:begins].rstrip()), len(own)
    while ends < len(own) and own[ends].isspace():
        ends += 1
    return begins, ends


def trimmed(content: str, trims: Sequence[Verdict]) -> str:
    """The content without the spans of the trims, which may overlap."""
    pieces, position = [], 0
    for start, end in sorted(trim.span for trim in trims):
        pieces.append(content[position : max(start, position)])
        position = max(end, position)
    return "".join([*pieces, content[position:]])


def _earned(phrase: Phrase, text: str, heard: Sequence[str]) -> bool:
    """Whether what was said before, or in the message itself, makes the phrase appropriate."""
    for pattern, texts in ((phrase.earned_here, (text,)), (phrase.earned_by, heard)):
        for said in texts if pattern else ():
            if pattern.search(phrase.harmless.sub(" ", said) if phrase.harmless else said):
                return True
    if not phrase.idle_after or not heard:
        return False
    idle = phrase.idle_after.search(heard[-1]) or (phrase.harmless and phrase.harmless.search(heard[-1]))
    return not (idle or (phrase.idle_here and phrase.idle_here.search(text)))
