"""Kindroid chats as the browser extension KinLog logs them: pairs of a name and what was said, or records.

    {"about": ["Kindroid chat log downloaded with KinLog v1.0 …"], "meta": {"source": "KinLog"}, "chat": [
      ["Anna", "Is it <br>late?"], ["Mira", "*yawns* Past ten &amp; dark."]]}

    [{"username": "Anna", "content": "Is it late?", "timestamp": "2025-03-01T22:00:00.000Z", "signature": "9f…"}]

Which of the speakers is the Kindroid the file does not say. KinLog names it after the chat (Mira_20250301221500.json),
so where only two speak and the file bears the name of one, that one is the assistant. Otherwise (a renamed file, a
group) it is read as a chat between people: --voice names who is learned. The text is taken from the page, where <, >
and & are escaped; actions stand in asterisks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.sessions import MESSENGER_GAP, sessions
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import values_in
from identity.records import Role
from identity.sources import Document

_FILE = re.compile(r"([^/\\!]+)_\d{14}[^/\\!]*$")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_ESCAPED = re.compile("&(amp|lt|gt|nbsp);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "nbsp": " "}
_RECORD = ("username", "content", "timestamp", "signature")


@dataclass(frozen=True, slots=True)
class _Said:
    """One message; without a name, one that is damaged."""

    name: str = ""
    text: str = ""
    time: float | None = None
    is_damaged: bool = False


def matches(peek: Peek) -> bool:
    is_log = peek.has("about") and peek.has("chat") and "KinLog" in peek.prefix
    return is_log or all(peek.has(key) for key in _RECORD)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The chat of a log, cut where it has times and both were silent for long."""
    file = _FILE.search(document.name)
    chat = clean_typed(file.group(1).strip()) if file else ""
    records: list[Any] = []
    for item in values_in(document):
        if isinstance(item, Reading):
            yield item
        elif isinstance(item[1], dict) and isinstance(item[1].get("chat"), list):
            yield from _conversations(chat, item[1]["chat"], options)
        elif isinstance(item[1], dict) and "username" in item[1]:
            records.append(item[1])
        else:
            yield skipped(NOT_A_CONVERSATION)
    if records:
        yield from _conversations(chat, records, options)


def _conversations(chat: str, messages: list[Any], options: Options) -> Iterator[Reading]:
    spoken = [_said(message) for message in messages]
    speakers = {said.name for said in spoken if said.name}
    kindroid = chat if chat in speakers and len(speakers) <= 2 else None
    for stretch in sessions(((said.time, said) for said in spoken), MESSENGER_GAP) if spoken else [[]]:
        yield linearize(_thread_of(stretch, kindroid), options)


def _said(message: Any) -> _Said:
    if isinstance(message, dict):
        name, text = text_at(message, "username"), text_at(message, "content")
        return _Said(clean_typed(name.strip()), text, epoch_seconds(message.get("timestamp")))
    is_pair = isinstance(message, list) and len(message) == 2 and all(isinstance(words, str) for words in message)
    return _Said(clean_typed(message[0].strip()), message[1]) if is_pair else _Said(is_damaged=True)


def _thread_of(stretch: list[_Said], kindroid: str | None) -> Thread:
    # The log has no id and grows from one download to the next.
    thread = Thread(source=FORMAT.name, gpt=kindroid, is_between_people=kindroid is None, may_repeat=True)
    for number, said in enumerate(stretch, start=1):
        node = _node(said, f"m{number}", kindroid)
        node.parent = thread.leaf
        thread.add(node)
        thread.leaf = node.id
        thread.updated = node.time or thread.updated
    return thread


def _node(said: _Said, name: str, kindroid: str | None) -> Node:
    if not said.name:
        return Node(name, None, "user", left_out=DAMAGED_MESSAGE if said.is_damaged else UNKNOWN_ROLE)
    role: Role = "assistant" if said.name == kindroid else "user"
    text = _ESCAPED.sub(lambda found: _CHARACTERS[found.group(1)], _BREAK.sub("\n", said.text))
    node = Node(name, None, role, clean_reply(text) if role == "assistant" else clean_typed(text))
    node.left_out = None if node.text.strip() else EMPTY
    node.author = said.name
    node.time = said.time
    return node


FORMAT = Format(
    name="kindroid",
    label="Kindroid (log of the KinLog extension)",
    how_to_export="KinLog, a browser extension: download the chat as JSON, and keep the file's name",
    shape_age="April 2024 (KinLog 1.0 and 1.1), and records of a later one",
    matches=matches,
    read=read,
)
