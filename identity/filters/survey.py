"""The first of two passes: what is usual in a collection, which some rules judge by."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from identity.filters.contrast import Phrase, PhraseCounts, Uses, ranked
from identity.filters.phrases import PhraseMatcher, judged_by_habit
from identity.filters.quality import readable_length
from identity.filters.quality_score import LengthProfile
from identity.filters.verdicts import Candidate, Habit
from identity.records import Conversation
from presets import PACKS

SUGGESTED = 40  # phrases, more than anyone wants to read


@dataclass
class Spread:
    """Mean and standard deviation of numbers as they come (Welford 1962)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """Count one number."""
        self.count += 1
        away = value - self.mean
        self.mean += away / self.count
        self.squares += away * (value - self.mean)

    def habit(self) -> Habit:
        """What the filter judges by."""
        return Habit(self.mean, math.sqrt(self.squares / self.count))


@dataclass
class Survey:
    """How long the messages of each role are; for a portrait also which phrases either side uses, its own and others'.

    `rules` counts by pack and name what the packs find, switched on or not: what any assistant says.
    """

    lengths: dict[str, LengthProfile] = field(default_factory=dict)
    phrases: PhraseCounts | None = None
    rules: dict[str, Uses] = field(default_factory=dict)
    matcher: PhraseMatcher | None = None
    habits: dict[str, Spread] = field(default_factory=dict)
    habit_matcher: PhraseMatcher | None = None

    def add(self, conversation: Conversation) -> None:
        """Count one conversation."""
        for message in conversation.messages:
            self.lengths.setdefault(message.role, LengthProfile()).add(readable_length(message.content))
        if self.phrases:
            self.phrases.add(conversation)
        if self.matcher:
            self._count_rules(self.matcher, conversation)
        if self.habit_matcher:
            for position, message in enumerate(conversation.messages):
                if message.role == "assistant":
                    rates = self.habit_matcher.rates(Candidate(message, conversation.messages, position))
                    for name, rate in rates.items():
                        self.habits.setdefault(name, Spread()).add(rate)

    def _count_rules(self, matcher: PhraseMatcher, conversation: Conversation) -> None:
        said_here = set()
        for position, message in enumerate(conversation.messages):
            for name in matcher.names(Candidate(message, conversation.messages, position)):
                uses = self.rules.setdefault(name, Uses())
                if message.role == "assistant":
                    uses.voice += 1
                    uses.conversations += name not in said_here
                    said_here.add(name)
                else:
                    uses.other += 1


def survey(conversations: Iterable[Conversation], portrait: bool = False, packs: Sequence[str] = ()) -> Survey:
    """One pass over all conversations, in bounded memory; habits are those that the packs judge by."""
    found = Survey(
        phrases=PhraseCounts() if portrait else None,
        matcher=PhraseMatcher(tuple(PACKS)) if portrait else None,
        habit_matcher=PhraseMatcher(packs) if judged_by_habit(packs) else None,
    )
    for conversation in conversations:
        found.add(conversation)
    return found


def suggestion_lines(found: Survey) -> list[str]:
    """What the voice says far more often than the other side, as lines of a --blacklist-file, to be chosen from."""
    lines = ["# What the voice says far more often than the other side of the same chats. Most of it is the voice"]
    lines.append("# itself: keep the lines that you never want to hear again, and give them as --blacklist-file.")
    for phrase in ranked(found.phrases, SUGGESTED) if found.phrases else ():
        lines += ["", f"# {_evidence(phrase)}", pattern_of(phrase.text)]
    return lines


def _evidence(phrase: Phrase) -> str:
    return (
        f"z {phrase.z:.1f}: {phrase.voice} times in {phrase.conversations} conversations, the other side {phrase.other}"
    )


def pattern_of(text: str) -> str:
    """A phrase as a pattern: any white space between its words, whole words only where it has such edges."""
    words = r"\s+".join(re.escape(word).replace("'", "['’]") for word in text.split())
    before, after = (r"\b" if re.match(r"[a-z0-9_]", edge) else "" for edge in (text[:1], text[-1:]))
    return f"{before}{words}{after}"
