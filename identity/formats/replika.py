"""Replika's chat history as third-party backup tools write it (replika_backup, 2021 to 2023): a table, newest first.

    Timestamp,From,Text,Reaction,ID
    2022-11-02T08:00:05.120Z,Rep,Fog again\\nlike wool.,Upvote,6362a2
    2022-11-02T08:00:01.004Z,Me,What do you see?,None,6362a1

Line breaks stand as the two characters backslash and n, so a backslash before an n that somebody typed is lost.
Reactions are the person's. Replika knows one endless chat, which is cut where both were silent for long. Its name is
not in the file, and neither are pictures: the tools write an empty text for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.csv_rows import Row, columns_of, table_of
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.ratings import rating_of
from identity.formats.sessions import MESSENGER_GAP, sessions
from identity.formats.times import epoch_seconds, oldest_first
from identity.formats.tree import linearize
from identity.records import Role
from identity.sources import Document

_COLUMNS = frozenset({"timestamp", "from", "text", "reaction", "id"})
_SPEAKERS: dict[str, Role] = {"me": "user", "rep": "assistant"}
# Reactions of Replika's own; the others are thumbs and a heart. A laugh is taken as praise.
_REACTIONS = {"funny": 1, "meaningless": -1, "offensive": -1}


def matches(peek: Peek) -> bool:
    return columns_of(peek) >= _COLUMNS


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Stretches of the chat."""
    table = table_of(document)
    if not {"from", "text"} <= set(table.columns):
        yield skipped(NOT_A_CONVERSATION)
        return
    rows = oldest_first(table.rows, _time)
    for stretch in sessions(((_time(row), row) for row in rows), MESSENGER_GAP):
        yield linearize(_thread_of(stretch), options)
    if table.damage:
        raise table.damage


def _time(row: Row | None) -> float | None:
    return epoch_seconds(row.get("timestamp")) if row else None


def _thread_of(rows: list[Row | None]) -> Thread:
    thread = Thread(source=FORMAT.name)
    for position, row in enumerate(rows, start=1):
        node = _node(row, position, thread.leaf)
        thread.leaf = thread.leaf if node.id in thread.nodes else node.id
        thread.add(node)
        thread.updated = node.time or thread.updated
        thread.id = thread.id or (row.get("id", "") if row else "")
    return thread


def _node(row: Row | None, position: int, before: str | None) -> Node:
    if row is None:
        return Node(f"m{position}", before, "user", left_out=DAMAGED_MESSAGE)
    name = row.get("id") or f"m{position}"
    role = _SPEAKERS.get(row.get("from", "").strip().lower())
    if role is None:
        return Node(name, before, "user", left_out=UNKNOWN_ROLE)
    text = row.get("text", "").replace("\\n", "\n")
    node = Node(name, before, role, clean_reply(text) if role == "assistant" else clean_typed(text), time=_time(row))
    node.left_out = None if node.text.strip() else EMPTY
    if role == "assistant":
        reaction = row.get("reaction", "")
        node.rating = _REACTIONS.get(reaction.strip().lower()) or rating_of(reaction)
    return node


FORMAT = Format(
    name="replika",
    label="Replika (CSV of a backup tool)",
    how_to_export="replika_backup or its Colab edition; give chat_backup.csv",
    shape_age="2021 to 2023",
    matches=matches,
    read=read,
)
