"""What a format is, what it is asked, and what it answers: the contract between the parser and every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from identity.formats.peek import Peek
from identity.records import Conversation
from identity.sources import Document


@dataclass(frozen=True)
class Options:
    """What the person asked for that changes how a conversation is read."""

    voices: tuple[str, ...] = ("assistant",)  # who is learned: assistant, user, or the names that a speaker goes by
    all_branches: bool = False
    keep_system: bool | None = None  # None: left out of exports, kept where our own record already has it


@dataclass
class Reading:
    """What became of one conversation of an export.

    Every message that was read is kept or counted: read == kept + left_out.total(). With all branches a message
    may stand in several conversations; `repeated` counts the copies.
    """

    key: str  # the same conversation found again has the same key
    conversations: list[Conversation] = field(default_factory=list)
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    skipped: str | None = None  # why the conversation as a whole is not there
    updated: float | None = None  # seconds since 1970; of two copies the later one is kept
    speakers: Counter[str] = field(default_factory=Counter)  # visible messages by author, else by role
    may_repeat: bool = False  # other files may begin with the same messages, see importing.py

    @property
    def kept(self) -> int:
        """Messages of the export that stand in at least one of the conversations."""
        return sum(len(conversation.messages) for conversation in self.conversations) - self.repeated


# A conversation between people has no side that is learned unless a person is named.
VOICE_NOT_CHOSEN = "between people, and --voice names none of them"
VOICE_ABSENT = "nobody of the name in --voice speaks in it"

DAMAGED = "damaged: not JSON"
CUT_OFF_FILE = "cut off at the end of the file"
TOO_LONG = "longer than a conversation can be; the rest of the file is not read"
NOT_A_CONVERSATION = "not a conversation"


def skipped(reason: str, key: str = "") -> Reading:
    """A conversation that could not be read at all."""
    return Reading(key=key, skipped=reason)


@dataclass(frozen=True)
class Format:
    """One kind of export: how it is known by its inner keys, and how it is read."""

    name: str  # what --source takes and what stands in a record's `source`
    label: str
    how_to_export: str
    shape_age: str  # when exports of the shapes that are read here were seen, as "2023 to September 2026"
    matches: Callable[[Peek], bool]
    read: Callable[[Document, Options], Iterator[Reading]]
    last_resort: bool = False  # a page, read only where the same service's data beside it gave nothing better

    @property
    def service(self) -> str:
        """The name that a page's format shares with the data it shows: "chatgpt" for chatgpt and chatgpt-html."""
        return self.name.partition("-")[0]
