"""Histories of messengers: a chat without an end becomes the conversations between its long silences."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from identity.formats.fields import name_of
from identity.formats.format import Options, Reading
from identity.formats.nodes import Node, Thread
from identity.formats.sessions import MESSENGER_GAP, sessions
from identity.formats.tree import linearize
from identity.json_stream import decode_value
from identity.json_window import as_utf8
from identity.sources import Document

# A message, or the reason why one is left out that was no turn of anybody: links pass over it.
Entry = Node | str


@dataclass
class Chat:
    """What is known of a chat before its messages are."""

    source: str
    id: str = ""  # with it and the ids of its first messages a conversation is known again in a later export
    told_by: int = 1  # how many of the first messages that takes
    title: str = ""
    is_with_bot: bool = False  # one side is a program's even where it says nothing
    project: str | None = None


class Speakers:
    """One name for each account of an export; of two accounts with one name the second shows what tells it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] = {}

    def name(self, account: Any, *names: str) -> str | None:
        """The first name that is there for an account; its id if there is none (a deleted account)."""
        shown = [name for name in names if name]
        owner = name_of(account) or next(iter(shown), "")
        if not owner:
            return None
        if owner not in self._names:
            wanted = next(iter(shown), owner)
            if self._owners.setdefault(wanted, owner) != owner:
                wanted = f"{wanted} ({next((name for name in shown[1:] if name != wanted), owner)})"
                self._owners.setdefault(wanted, owner)
            self._names[owner] = wanted
        return self._names[owner]


def conversations(chat: Chat, entries: Iterable[Entry], options: Options) -> Iterator[Reading]:
    """One Reading for each stretch of messages, oldest first, without a long silence in it."""
    timed = ((entry.time if isinstance(entry, Node) else None, entry) for entry in entries)
    for stretch in sessions(timed, MESSENGER_GAP):
        yield linearize(_thread(chat, stretch), options)


def _thread(chat: Chat, stretch: list[Entry]) -> Thread:
    """Each message follows the one before it; who was replied to is not told apart."""
    thread = Thread(source=chat.source, title=chat.title, project=chat.project)
    nodes = [entry for entry in stretch if isinstance(entry, Node)]
    thread.is_between_people = not chat.is_with_bot and all(node.role != "assistant" for node in nodes)
    for entry in stretch:
        if isinstance(entry, str):
            thread.drop(entry)
            continue
        entry.parent = thread.leaf
        thread.add(entry)
        thread.leaf = entry.id if thread.nodes[entry.id] is entry else thread.leaf
    if chat.id and nodes:
        thread.id = "-".join([chat.id, *(node.id for node in nodes[: chat.told_by])])
    thread.updated = max((node.time for node in nodes if node.time is not None), default=None)
    return thread


def oldest_first(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries as they stand, or turned round where the first two times run backwards."""
    rest = iter(entries)
    head: list[Entry] = []
    earliest: float | None = None
    for entry in rest:
        head.append(entry)
        time = entry.time if isinstance(entry, Node) else None
        if time is None or time == earliest:
            continue
        if earliest is not None:
            return reversed([*head, *rest]) if time < earliest else chain(head, rest)
        earliest = time
    return iter(head)


def head_of(document: Document, key: str) -> dict[str, Any]:
    """What stands before a key of a document that is one object, as far as the document's beginning shows it."""
    text = b"".join(as_utf8(io.BytesIO(document.prefix)))
    found = re.search(rb'"%s"\s*:' % key.encode(), text)
    if not found:
        return {}
    try:
        head = decode_value(text[: found.start()].rstrip().removesuffix(b",") + b"}")
    except ValueError:
        return {}
    return head if isinstance(head, dict) else {}
