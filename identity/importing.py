"""From inputs to one stream of conversations: detection, the same conversation found twice, and the account.

Conversations are written to a temporary file as they are read and come out of it again at the end, when it is known
which copy of each is the later one. What stays in memory is one entry per conversation, not the conversations.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from identity.console import UsageError, UserError, plain
from identity.formats import AmbiguousFormat, detect
from identity.formats.format import VOICE_NOT_CHOSEN, Format, Options, Reading
from identity.formats.peek import Peek, peek_at
from identity.formats.selection import Selection
from identity.formats.side_files import side_file
from identity.limits import DEFAULT_LIMITS, Limits
from identity.records import Conversation, decode, encode
from identity.sources import DamagedFile, Document, Skipped, documents, has_side_name

MOST_NAMES = 12  # of speakers that a line tells
DUPLICATE = "duplicate: same conversation found twice"
SAME_AS_JSON = "the same chats as the JSON beside it"
UNKNOWN_FILE = "not a known export"
OTHER_SOURCE = "not what --source names"
SIDE_FILE = "side file without conversations"


@dataclass
class Account:
    """What was read and what became of it. For conversations and for messages: read == kept + left out."""

    files_read: list[tuple[str, str]] = field(default_factory=list)  # (name, label of its format)
    files_skipped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)  # one line each: what could not be read
    side_files: list[str] = field(default_factory=list)  # one line each: what was found instead of conversations
    conversations_read: int = 0
    conversations_kept: int = 0
    conversations_left_out: Counter[str] = field(default_factory=Counter)
    messages_read: int = 0
    messages_kept: int = 0
    messages_left_out: Counter[str] = field(default_factory=Counter)
    messages_repeated: int = 0  # copies of kept messages in further branches
    speakers: Counter[str] = field(default_factory=Counter)
    learned: Counter[str] = field(default_factory=Counter)  # kept messages of the learned side, by author

    def add(self, entry: Entry, sign: int = 1) -> None:
        """Count an entry, or with sign -1 take it out again."""
        for author, count in entry.learned:
            self.learned[author] += sign * count
        self.conversations_kept += sign
        self.messages_kept += sign * entry.kept
        self.messages_repeated += sign * entry.repeated
        for reason, count in entry.left_out:
            self.messages_left_out[reason] += sign * count

    def leave_out(self, reason: str, messages: int) -> None:
        """Count a whole conversation, with its messages, under one reason."""
        self.conversations_left_out[reason] += 1
        if messages:
            self.messages_left_out[reason] += messages


class Entry(NamedTuple):
    """What is remembered of one kept conversation (with all branches: of its paths)."""

    places: tuple[tuple[int, int], ...]  # offset and length of each record in the spool
    updated: float
    read: int
    kept: int
    repeated: int
    left_out: tuple[tuple[str, int], ...]
    learned: tuple[tuple[str, int], ...]
    may_repeat: bool


class Collection:
    """The kept conversations, each once, in the order in which they were first found. May be iterated again.

    Branches, checkpoints and resumed sessions are files that begin with what another file holds already. Both stay
    whole, for the links, but the beginning that they share is learned from the first one only: weight 0 in others.
    """

    def __init__(self) -> None:
        self.account = Account()
        self._spool = tempfile.TemporaryFile(buffering=1 << 20)  # noqa: SIM115  lives as long as the collection; no name, mode 0600
        self._end = 0
        self._entries: dict[tuple[str, str], Entry] = {}
        self._refused: dict[tuple[str, str], float] = {}  # conversations that were not wanted, and their update
        self._names: dict[str, tuple[str, str]] = {}  # id of a record -> key of the conversation that has it

    def __iter__(self) -> Iterator[Conversation]:
        for raw in self.encoded():
            yield decode(raw)

    def encoded(self) -> Iterator[bytes]:
        """The conversations as they are written: one JSON record each, without the line break."""
        beginnings: set[bytes] = set()  # of what was given out already, up to each reply
        at = -1
        for entry in self._entries.values():
            for offset, length in entry.places:
                if offset != at:  # seeking empties the buffer
                    self._spool.seek(offset)
                raw = self._spool.read(length)
                at = offset + length
                if entry.may_repeat:
                    conversation = decode(raw)
                    _mark_known_beginning(conversation, beginnings)
                    raw = encode(conversation)
                yield raw

    def __len__(self) -> int:
        return sum(len(entry.places) for entry in self._entries.values())

    def add(self, reading: Reading, refusal: str | None = None) -> None:
        """Take a reading in, unless the same conversation is there already with a later update.

        `refusal` says why it is not wanted. Then an earlier copy is not wanted either: it is the same conversation.
        """
        account = self.account
        account.conversations_read += 1
        account.messages_read += reading.read
        account.speakers.update(reading.speakers)
        if reading.skipped:
            account.conversations_left_out[reading.skipped] += 1
            account.messages_left_out.update(reading.left_out)
            return
        key = (reading.conversations[0].source, reading.key)
        earlier = self._entries.get(key)
        updated = reading.updated or 0.0
        is_old = earlier is not None and (earlier.updated, earlier.kept) >= (updated, reading.kept)
        if is_old or self._refused.get(key, -1.0) >= updated:
            account.leave_out(DUPLICATE, reading.read)
            return
        if earlier:
            account.add(earlier, sign=-1)
            account.leave_out(DUPLICATE, earlier.read)
        if refusal:
            account.leave_out(refusal, reading.read)
            self._refused[key] = updated
            self._entries.pop(key, None)
            return
        entry = Entry(
            places=tuple(self._write(conversation, key) for conversation in reading.conversations),
            updated=updated,
            read=reading.read,
            kept=reading.kept,
            repeated=reading.repeated,
            left_out=tuple(reading.left_out.items()),
            learned=tuple(_learned_authors(reading).items()),
            may_repeat=reading.may_repeat,
        )
        self._entries[key] = entry
        account.add(entry)

    def _write(self, conversation: Conversation, key: tuple[str, str]) -> tuple[int, int]:
        """Put a record at the end of the spool; a name that another conversation has already gets a number."""
        name, number = conversation.id, 2
        while self._names.setdefault(conversation.id, key) != key:
            conversation.id = f"{name}~{number}"
            number += 1
        raw = encode(conversation)
        if self._spool.tell() != self._end:
            self._spool.seek(self._end)
        self._spool.write(raw)
        place = (self._end, len(raw))
        self._end += len(raw)
        return place


def _mark_known_beginning(conversation: Conversation, beginnings: set[bytes]) -> None:
    """Replies that another conversation gave after the very same messages are context here.

    What comes before the first question teaches nothing and stays as it is: all chats with a character begin alike.
    """
    beginning = hashlib.blake2b(digest_size=16)
    is_asked = False
    for message in conversation.messages:
        beginning.update(f"{message.role}\0{message.content}\0".encode())
        is_asked = is_asked or message.role == "user"
        if message.role != "assistant" or not is_asked:
            continue
        if beginning.digest() in beginnings:
            message.weight = 0
        beginnings.add(beginning.digest())


def _learned_authors(reading: Reading) -> Counter[str]:
    return Counter(
        message.author
        for conversation in reading.conversations
        for message in conversation.messages
        if message.role == "assistant" and message.author
    )


def import_all(
    paths: Iterable[str | Path],
    options: Options,
    wanted: Selection,
    source: Format | None = None,
    watch: Callable[[Iterable[Reading], str], Iterable[Reading]] = lambda readings, name: readings,
    limits: Limits = DEFAULT_LIMITS,
) -> Collection:
    """Read every conversation under the paths. UserError if none is left, with the reasons.

    `watch` sees the readings of each document pass (for a progress bar).
    """
    collection = Collection()
    account = collection.account
    # (folder, service) -> whether its JSON left something to look for in its page
    given_up: dict[tuple[str, str], bool] = {}
    for found in documents(paths, limits):
        if isinstance(found, Skipped):
            account.files_skipped[found.reason] += 1
            if found.is_damaged:
                account.problems.append(f"{found.name}: {found.reason}")
            continue
        chosen = _format_of(found, peek_at(found), source, account)
        if chosen is None:
            continue
        place = (found.folder, chosen.service)
        if chosen.last_resort and not given_up.get(place, True):
            account.files_skipped[SAME_AS_JSON] += 1
            continue
        is_whole = _read(found, chosen, options, wanted, collection, watch)
        if not chosen.last_resort:
            given_up[place] = given_up.get(place, False) or not is_whole
    _check_voices(options.voices, account)
    if not account.conversations_kept:
        raise UserError(_why_nothing(account, wanted.hint()))
    _tell_several_voices(options.voices, account)
    return collection


def _format_of(document: Document, peek: Peek, source: Format | None, account: Account) -> Format | None:
    """The format to read a document with; None if it is passed over, which is counted.

    A file that the person named must be an export; one that was found in a folder or an archive need not be.
    """
    if source:
        if document.is_named or source.matches(peek):
            return source
        account.files_skipped[OTHER_SOURCE] += 1
        return None
    try:
        return detect(peek)
    except AmbiguousFormat:
        raise
    except UserError as error:
        known = side_file(peek) is not None or has_side_name(document.name)
        if document.is_named and not known and not peek.is_empty_value:
            raise
        if not known and peek.kind in ("json", "text", "binary") and (damage := document.damage()):
            account.files_skipped[damage] += 1  # perhaps an export whose beginning cannot be made out for that
            account.problems.append(f"{document.name}: {damage}")
            return None
        account.files_skipped[SIDE_FILE if known else UNKNOWN_FILE] += 1
        if document.is_named or peek.is_empty_value:
            account.problems.append(str(error))
        elif known or peek.kind == "sqlite":
            account.side_files.append(str(error))
        return None


def _read(
    document: Document,
    chosen: Format,
    options: Options,
    wanted: Selection,
    collection: Collection,
    watch: Callable[[Iterable[Reading], str], Iterable[Reading]],
) -> bool:
    """Add all conversations of a document; False if some of it could not be read."""
    account = collection.account
    is_whole, count = True, 0
    try:
        for reading in watch(chosen.read(document, options), document.name):
            count += 1
            is_whole = is_whole and not (reading.skipped or "").startswith(("damaged", "cut off"))
            collection.add(reading, _refusal(reading, wanted))
    except DamagedFile as error:
        account.problems.append(str(error))
        is_whole = False
    account.files_read.append((document.name, chosen.label))
    return is_whole and count > 0


def _refusal(reading: Reading, wanted: Selection) -> str | None:
    """Why none of a reading's conversations was asked for; None if one was."""
    refusals = [wanted.refuses(conversation) for conversation in reading.conversations]
    return refusals[0] if refusals and None not in refusals else None


def _check_voices(voices: tuple[str, ...], account: Account) -> None:
    """UsageError, with the speakers, if a name is nobody's or if people talked and none of them was named."""
    known = _names(account.speakers.most_common())
    if count := account.conversations_left_out[VOICE_NOT_CHOSEN]:
        raise UsageError(
            f"{count:,} conversations are between people; say with --voice NAME whose voice is to be learned; "
            f"the speakers and their messages: {known}"
        )
    for voice in voices:
        if voice not in ("assistant", "user") and voice not in account.speakers and account.speakers:
            raise UsageError(f"--voice {voice}: nobody of that name speaks; the speakers and their messages: {known}")


def _tell_several_voices(voices: tuple[str, ...], account: Account) -> None:
    """A note where a side of the chats, chosen as the voice, is in truth several characters or people."""
    names = [(name, count) for name, count in account.learned.most_common() if count > 0]
    if len(names) < 2 or not set(voices) & {"assistant", "user"}:
        return
    account.problems.append(
        f"{len(names):,} different voices are learned together: {_names(names)}; learn one with --voice NAME"
    )


def _names(counted: list[tuple[str, int]]) -> str:
    """The first names with their counts, on one line whatever is in them."""
    known = ", ".join(f"{plain(name, 40)} ({count:,})" for name, count in counted[:MOST_NAMES])
    return known + (f" and {len(counted) - MOST_NAMES:,} more" if len(counted) > MOST_NAMES else "")


def _why_nothing(account: Account, hint: str) -> str:
    """One line: why no conversation came out, and what to do."""
    reasons = [f"{count:,} {reason}" for reason, count in account.conversations_left_out.most_common(4)]
    if reasons:
        messages = [f"{count:,} {reason}" for reason, count in account.messages_left_out.most_common(4)]
        told = f" (messages: {', '.join(messages)})" if messages else ""
        more = f"; {account.problems[0]}" if account.problems else ""
        return f"no conversation is left of {account.conversations_read:,} read: {', '.join(reasons)}{told}{more}; " + (
            hint or "check the file, --source and the flags that select"
        )
    if account.problems:
        rest = f" (and {len(account.problems) - 1} more files)" if len(account.problems) > 1 else ""
        return account.problems[0] + rest
    if account.side_files:
        return account.side_files[0]
    if account.files_skipped:
        files = ", ".join(f"{count:,} {reason}" for reason, count in account.files_skipped.most_common(4))
        return f"no conversations in what was given (files: {files}); give the export's zip or its conversations.json"
    if account.files_read:
        return f"{account.files_read[0][0]}: an empty export, there is no conversation in it; export again"
    return "no files in what was given; give the export's zip or its conversations.json"
