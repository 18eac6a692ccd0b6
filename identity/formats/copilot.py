"""Microsoft Copilot's activity from the privacy dashboard (2025 to July 2026): tables of two kinds, newest first.

    Conversation,Time,Author,Message
    "Words for Rain",2026-07-26T23:20:56,AI,"**Mizzle**, perhaps."
    "Words for Rain",2026-07-26T23:20:56,Human,"A soft word?"

    CreatedAt,MessageContent,Author,ChatName
    7/26/2026 23:20:57 +00:00,"**Mizzle**, perhaps.",bot,Words for Rain

There are no ids. A conversation is known by its title alone, and two may have one: where other rows stand between and
six hours went by, another one begins. A question and its answer bear the same second, so it is the order of the rows
that tells which came first, and which way the table runs is told by its times. Times without a zone are taken as UTC.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.csv_rows import Row, columns_of, table_of
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.sessions import MESSENGER_GAP
from identity.formats.times import epoch_seconds, in_time_order, iso_text
from identity.formats.tree import linearize
from identity.records import Role
from identity.sources import Document

# Title, time, author, text. The second kind is that of chats and of Copilot in the programs of Microsoft 365.
_KINDS = (("conversation", "time", "author", "message"), ("chatname", "createdat", "author", "messagecontent"))
_SPEAKERS: dict[str, Role] = {
    **dict.fromkeys(("human", "user"), "user"),
    **dict.fromkeys(("ai", "bot", "assistant", "copilot"), "assistant"),
}
_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d)(?: ([AP]M))?(?: ([+-])(\d\d):(\d\d))?")


@dataclass(frozen=True, slots=True)
class _Said:
    """One row."""

    position: int
    title: str = ""
    time: float | None = None
    role: Role | None = None
    text: str = ""
    is_damaged: bool = False


def matches(peek: Peek) -> bool:
    columns = columns_of(peek)
    return any(columns.issuperset(kind) for kind in _KINDS)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation, in the order in which their titles come up."""
    table = table_of(document)
    kind = next((kind for kind in _KINDS if set(kind) <= set(table.columns)), None)
    if kind is None:
        yield skipped(NOT_A_CONVERSATION)
        return
    by_title: dict[str, list[_Said]] = {}
    title = ""
    for position, row in enumerate(table.rows):
        said = _said(position, row, kind, title)
        title = said.title
        by_title.setdefault(title, []).append(said)
    is_turned = _is_newest_first(by_title.values())
    for rows in by_title.values():
        ordered = in_time_order(reversed(rows) if is_turned else rows, lambda said: said.time)
        for conversation in _apart(ordered):
            yield linearize(_thread_of(conversation), options)
    if table.damage:
        raise table.damage


def _said(position: int, row: Row | None, kind: tuple[str, ...], title_before: str) -> _Said:
    """A row; a damaged one is counted with the conversation that it stands in."""
    if row is None:
        return _Said(position, title_before, is_damaged=True)
    title, time, author, text = (row.get(column, "") for column in kind)
    role = _SPEAKERS.get(author.strip().lower())
    return _Said(position, clean_typed(title.strip()), epoch_seconds(time) or _local_time(time), role, text)


def _local_time(text: str) -> float | None:
    """Seconds since 1970 of "7/26/2026 23:20:57 +00:00"; the month stands first."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    month, day, year, hour, minute, second = map(int, found.groups()[:6])
    half, sign, hours, minutes = found.groups()[6:]
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        return epoch_seconds((moment - offset if sign != "-" else moment + offset).timestamp())
    except (ValueError, OverflowError):
        return None


def _is_newest_first(conversations: Iterable[list[_Said]]) -> bool:
    """Which way the table runs, by what follows what in it under one title; without a sign, as the service writes."""
    signs = 0
    for rows in conversations:
        for above, below in pairwise(rows):
            if above.time is None or below.time is None:
                continue
            if above.time != below.time:
                signs += 1 if above.time > below.time else -1
            elif above.role and below.role and above.role != below.role:
                signs += 1 if above.role == "assistant" else -1
    return signs >= 0


def _apart(rows: list[_Said]) -> Iterator[list[_Said]]:
    """Rows of one title, oldest first, cut where other rows stand between two and both were silent for long."""
    conversation: list[_Said] = []
    last: float | None = None
    for said in rows:
        is_next = not conversation or abs(said.position - conversation[-1].position) == 1
        if not is_next and said.time is not None and last is not None and said.time - last >= MESSENGER_GAP:
            yield conversation
            conversation = []
        conversation.append(said)
        last = last if said.time is None else said.time
    if conversation:
        yield conversation


def _thread_of(rows: list[_Said]) -> Thread:
    times = [said.time for said in rows if said.time is not None]
    title = rows[0].title
    thread = Thread(
        source=FORMAT.name,
        title=title,
        created=min(times, default=None),
        updated=max(times, default=None),
    )
    if thread.created is not None:  # the same in a later export, in which the conversation went on
        begun = f"{title}\n{iso_text(thread.created)}"
        thread.id = hashlib.sha256(begun.encode("utf-8", "replace")).hexdigest()[:16]
    for number, said in enumerate(rows, start=1):
        node = Node(f"m{number}", thread.leaf, said.role or "user", time=said.time)
        if said.role is None:
            node.left_out = DAMAGED_MESSAGE if said.is_damaged else UNKNOWN_ROLE
        else:
            node.text = clean_reply(said.text) if said.role == "assistant" else clean_typed(said.text)
            node.left_out = None if node.text.strip() else EMPTY
        thread.add(node)
        thread.leaf = node.id
    return thread


FORMAT = Format(
    name="copilot",
    label="Microsoft Copilot (CSV of the privacy dashboard)",
    how_to_export="account.microsoft.com/privacy: Copilot, Export all activity history; give the CSV",
    shape_age="2025 to July 2026",
    matches=matches,
    read=read,
)
