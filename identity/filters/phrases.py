"""The phrase lists of presets.py, compiled: which phrase a message uses, and where.

One pass of an RE2 set over the message tells which phrases occur at all; that is the whole cost of a clean message.
Only on a hit are quotes and code blanked, the spans searched and the context patterns asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from identity.console import UserError
from identity.filters.spoken_text import folded, own_words
from identity.filters.verdicts import Candidate, Verdict
from presets import AI_SLOP_PHRASES, CORPORATE_PHRASES, PHRASE_MENTIONED

WINDOW = 100  # characters on either side that count as near, where a phrase does not say
_MENTION_REACH = 40  # characters before a phrase in which "the word" is looked for

_CONTEXTS = ("need", "veto", "sure", "earned_by", "earned_here", "harmless", "idle_after", "idle_here")
_FIELDS = frozenset(("name", "pattern", "forms", "window", "mention", *_CONTEXTS))

_BLANK = r"[*_~]{0,3}[\s\x{a0}\x{2000}-\x{200a}\x{202f}\x{3000}]+[*_~]{0,3}"
_APOSTROPHE = r"['’ʼ‘´′＇]"
_HYPHEN = r"[-\x{2010}-\x{2014}]"
_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(?<=[a-z])-(?=[a-z(])|[ ']", re.DOTALL)


def expanded(pattern: str) -> str:
    """A pattern of presets.py as RE2 gets it: blanks, apostrophes and hyphens outside [...] stand for all kinds."""
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


@dataclass(frozen=True)
class Phrase:
    """One compiled entry of the lists; absent patterns are None."""

    name: str
    pattern: str  # as shown
    trigger: str  # as searched
    search: Any
    window: int
    mention: bool
    need: Any = None
    veto: Any = None
    sure: Any = None
    earned_by: Any = None
    earned_here: Any = None
    harmless: Any = None
    idle_after: Any = None
    idle_here: Any = None


def compile_phrase(entry: Mapping[str, Any]) -> Phrase:
    """UserError names the entry and what RE2 says, if someone's edit does not compile."""
    import re2

    name = str(entry.get("name", "?"))
    unknown = set(entry) - _FIELDS
    if unknown or "pattern" not in entry:
        problem = f"unknown field {sorted(unknown)[0]}" if unknown else "it has no pattern"
        raise UserError(f"presets.py: phrase '{name}': {problem}; the fields are {', '.join(sorted(_FIELDS))}")
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
            f"presets.py: phrase '{name}': {reason.split(':')[0]}; correct its patterns (RE2 syntax, no lookaround)"
        ) from None
    window, mention = int(entry.get("window", WINDOW)), bool(entry.get("mention", True))
    return Phrase(name, entry["pattern"], trigger, window=window, mention=mention, **compiled)


class PhraseMatcher:
    """All phrases of the chosen lists."""

    def __init__(self, corporate: bool, ai_slop: bool) -> None:
        import re2

        entries = (CORPORATE_PHRASES if corporate else []) + (AI_SLOP_PHRASES if ai_slop else [])
        self.phrases = [compile_phrase(entry) for entry in entries]
        self.mentioned = re2.compile(expanded(PHRASE_MENTIONED), re2_options())
        self.set = re2.Set.SearchSet(re2_options())
        for phrase in self.phrases:
            self.set.Add(phrase.trigger)
        if self.phrases:
            self.set.Compile()

    def first(self, candidate: Candidate) -> Verdict | None:
        """The first phrase, in the order of the lists, that the message uses in its own words; None for none."""
        content = candidate.message.content
        hits = self._triggered(content)
        reading = folded(content)
        if reading is None:
            return self._judge(content, hits, candidate.heard) if hits else None
        hits = self._triggered(reading.text)
        verdict = self._judge(reading.text, hits, candidate.heard) if hits else None
        if verdict is None:
            return None
        return Verdict(verdict.rule, verdict.pattern, reading.span_in_original(*verdict.span))

    def _triggered(self, text: str) -> list[Phrase]:
        if not self.phrases:
            return []
        return [self.phrases[index] for index in sorted(self.set.Match(text) or ())]

    def _judge(self, text: str, hits: Sequence[Phrase], heard: Sequence[str]) -> Verdict | None:
        own = own_words(text)
        for phrase in hits:
            for match in phrase.search.finditer(own):
                start, end = match.span()
                if self._meant(phrase, text, own, start, end) and not _earned(phrase, text, heard):
                    return Verdict("blacklist", phrase.pattern, (start, end))
        return None

    def _meant(self, phrase: Phrase, text: str, own: str, start: int, end: int) -> bool:
        """Whether the context says that the phrase is used, and not meant literally or only mentioned."""
        near = slice(max(0, start - phrase.window), end + phrase.window)
        if phrase.need and not phrase.need.search(own[near]):
            return False
        if phrase.veto and phrase.veto.search(text[near]) and not (phrase.sure and phrase.sure.search(own[near])):
            return False
        return not (phrase.mention and self.mentioned.search(own[max(0, start - _MENTION_REACH) : start]))


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
