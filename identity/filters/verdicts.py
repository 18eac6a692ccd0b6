"""What a rule is given and what it answers: settings, candidates, verdicts.

A rule is prepared once from the settings (patterns compiled, a model loaded) and then called with batches of
candidates. It keeps no state between calls, so the same batch gets the same verdicts in any process.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from identity.records import Conversation, Message

if TYPE_CHECKING:
    from identity.filters.quality_score import LengthProfile


class Habit(NamedTuple):
    """How often a voice uses something, in hits per 100 words of a message: the mean and the standard deviation."""

    mean: float = 0.0
    deviation: float = 0.0


@dataclass(frozen=True)
class UserPattern:
    """A pattern as the person typed it, and where ("--blacklist", "words.txt line 3")."""

    text: str
    origin: str = "--blacklist"


@dataclass(frozen=True)
class Settings:
    """What the flags of conversation_filter.py say; plain values, so that they travel between processes."""

    patterns: tuple[UserPattern, ...] = ()
    packs: tuple[str, ...] = ("corporate", "ai_slop")  # of presets.PACKS
    min_length: int = 10  # characters as quality.readable_length counts them
    min_quality: float = 0.0
    lengths: tuple[tuple[str, LengthProfile], ...] = ()  # by role, of the whole collection; for the quality score
    habits: tuple[tuple[str, Habit], ...] = ()  # by phrase, of the voice in the whole collection
    toxicity: bool = False
    toxicity_threshold: float = 0.8
    toxicity_thresholds: tuple[tuple[str, float], ...] = ()  # of single labels, instead; above 1 is never
    toxicity_model: str = "original"
    toxicity_precision: str = "auto"  # or fp32, bf16, int8
    toxicity_cache: str | None = None  # file in which scores are kept between runs
    roles: tuple[str, ...] = ("user", "assistant")


# What happens to a message: it goes; it stays but is not learned; the sentence goes; it is only noted.
ACTIONS = ("drop", "mask", "trim", "score")


class Candidate(msgspec.Struct, gc=False):
    """A message to judge, and where it stands in its conversation."""

    message: Message
    messages: Sequence[Message] = ()  # of the conversation
    position: int = 0  # in them
    number: int = 0  # of the conversation in its batch
    notes: int = 0  # of packs that only score; the quality score counts them
    screened: bool = False  # it was looked at already: the blacklist has nothing in it (see screen.py)

    @property
    def heard(self) -> tuple[str, ...]:
        """What the other side had said shortly before, newest last."""
        before = self.messages[max(0, self.position - HEARD_MESSAGES) : self.position]
        return tuple(other.content for other in before if other.role not in (self.message.role, "system"))


class Verdict(msgspec.Struct, frozen=True):
    """Why a message is flagged: the rule, what matched, where in the content (characters), and how strongly."""

    rule: str
    pattern: str
    span: tuple[int, int]
    score: float | None = None
    name: str | None = None  # of a phrase: its pack and its name there
    action: str = "drop"  # one of ACTIONS


class Findings(NamedTuple):
    """One verdict or None per candidate, and how often a pattern ran out of time (its messages pass).

    `marks` has, by number of the candidate, what takes no message by itself: sentences to trim, and notes.
    A rule that scores also gives the scores of each candidate by label, those of unflagged ones included.
    """

    verdicts: list[Verdict | None]
    timeouts: Mapping[str, int] = {}
    marks: Mapping[int, tuple[Verdict, ...]] = {}
    scores: Sequence[Mapping[str, float] | None] = ()


Evaluate = Callable[[Sequence[Candidate]], Findings]


@dataclass(frozen=True)
class Rule:
    """One kind of reason. `prepare` gives None when the settings switch the rule off."""

    name: str
    category: str  # as the statistics table calls it
    prepare: Callable[[Settings], Evaluate | None]


@dataclass
class Judgement:
    """Verdicts of a batch: for each conversation one entry per message, None where the message passes.

    `marks` of the messages that pass, and scores by label of those that were scored, by numbers of conversation and
    message.
    """

    verdicts: list[list[Verdict | None]]
    marks: dict[tuple[int, int], tuple[Verdict, ...]] = field(default_factory=dict)
    timeouts: dict[str, int] = field(default_factory=dict)
    scores: dict[tuple[int, int], Mapping[str, float]] = field(default_factory=dict)


class Batch(msgspec.Struct):
    """The unit of judgement: conversations, and for each the messages that a screen points at (None: all)."""

    conversations: list[Conversation]
    suspects: list[frozenset[int]] | None = None


def noted(marks: Iterable[Verdict]) -> int:
    """How many of them are only noted, and lower the quality score."""
    return sum(mark.action == "score" for mark in marks)


HEARD_MESSAGES = 4  # how far back `heard` looks: two exchanges


def candidates_of(
    conversations: Sequence[Conversation], roles: Sequence[str], suspects: Sequence[Container[int]] | None = None
) -> list[Candidate]:
    """The messages to judge. System messages are never judged, whatever `roles` says.

    `suspects` are, for each conversation, the numbers of the messages that a screen points at; without one all are.
    """
    judged = frozenset(roles) - {"system"}
    return [
        Candidate(
            message,
            conversation.messages,
            position,
            number,
            0,
            suspects is not None and position not in suspects[number],
        )
        for number, conversation in enumerate(conversations)
        for position, message in enumerate(conversation.messages)
        if message.role in judged
    ]
