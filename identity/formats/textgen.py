"""Chats of text-generation-webui (oobabooga, 2023 to 2026), and the copy of its shape that CAI Tools writes.

    {"internal": [["<|BEGIN-VISIBLE-CHAT|>", "Hello!"], ["Bees?", "Buzz & hum."]],
     "visible": [["", "Hello!"], ["Bees?", "Buzz &amp; hum."]],
     "metadata": {"assistant_1": {"timestamp": "Jan 02, 2026 10:00", "model_name": "llama-3",
       "versions": [{"content": "No."}, {"content": "Buzz & hum."}], "current_version_index": 1}}}

Rows are pairs of a question and its answer. `internal` is the text itself, `visible` the same made ready for a page;
`metadata` came in 2025; the oldest files call the two data and data_visible. CAI Tools, for Character.AI, writes all
four, has dropped the first message and joined messages that followed one another. There is no id and no name in
the file, so only equal chats are known as the same; the character is the name of the folder.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import DAMAGED_MESSAGE, THINKING, Node, Thread
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.values import objects, read_each
from identity.records import Alternative, Role
from identity.sources import Document

_GREETS = "<|BEGIN-VISIBLE-CHAT|>"  # stands where a question would, before a character's first words
_CHARACTER = re.compile(r"(?:^|[/\\!])chat[/\\]([^/\\]+)[/\\][^/\\]+$")  # logs/chat/<character>/<time>.json
_TIME = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) (\d{1,2}):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# gpt-oss writes its thinking as a message on a channel of its own; `internal` keeps that as the model said it.
_FINAL_CHANNEL = "<|channel|>final<|message|>"
_CHANNEL_END = re.compile(r"<\|(?:end|return)\|>")


def matches(peek: Peek) -> bool:
    return (peek.has("internal") and peek.has("visible")) or (peek.has("data") and peek.has("data_visible"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The chat of a file; several, where somebody put them into an array."""
    folder = _CHARACTER.search(document.name)
    character = folder.group(1) if folder else None
    return read_each(objects(document), lambda value: linearize(_thread_of(value, character), options))


def _thread_of(value: dict[str, Any], character: str | None) -> Thread:
    thread = Thread(source=FORMAT.name, gpt=character)
    rows = list_at(value, "internal") or list_at(value, "data")
    if not rows:
        rows = [_unescaped(row) for row in list_at(value, "visible") or list_at(value, "data_visible")]
    metadata = object_at(value, "metadata")
    before: str | None = None
    for number, row in enumerate(rows):
        for node in _nodes_of(row, number, metadata):
            node.parent = before
            thread.add(node)
            before = thread.leaf = node.id
    times = [node.time for node in thread.nodes.values() if node.time]
    thread.updated = max(times, default=None)
    return thread


def _unescaped(row: Any) -> Any:
    """A row made ready for a page, as it was before."""
    if not isinstance(row, list):
        return row
    return [html.unescape(words) if isinstance(words, str) else words for words in row]


def _nodes_of(row: Any, number: int, metadata: dict[str, Any]) -> Iterator[Node]:
    """The question and the answer of a row. An empty side is no message: somebody spoke twice, or nobody answered."""
    if not isinstance(row, list) or len(row) != 2:
        yield Node(f"row_{number}", None, "user", left_out=DAMAGED_MESSAGE)
        return
    sides: tuple[tuple[Role, Any], ...] = (("user", row[0]), ("assistant", row[1]))
    for role, words in sides:
        name = f"{role}_{number}"
        about = object_at(metadata, name)
        if words is None or words == "" or (role == "user" and words == _GREETS):
            continue
        if not isinstance(words, str):
            yield Node(name, None, role, left_out=DAMAGED_MESSAGE)
            continue
        node = Node(name, None, role, clean_typed(words), time=_local_time(text_at(about, "timestamp")))
        if role == "assistant":
            node.text = _reply(words)
            node.model = text_at(about, "model_name") or None
            node.alternatives = list(_versions(about, "greeting" if row[0] == _GREETS else "regenerated"))
            node.left_out = None if node.text.strip() or not words.strip() else THINKING
        if node.text.strip() or node.left_out:
            yield node


def _versions(about: dict[str, Any], kind: str) -> Iterator[Alternative]:
    """All that was said in a reply's place; the one that the row shows is dropped later, for it equals the reply."""
    for version in list_at(about, "versions"):
        if isinstance(version, dict) and (text := _reply(text_at(version, "content")).strip()):
            yield Alternative(content=text, model=text_at(version, "model_name") or None, kind=kind)


def _reply(text: str) -> str:
    if "<|channel|>" in text:
        _, found, final = text.rpartition(_FINAL_CHANNEL)
        text = _CHANNEL_END.sub("", final) if found else ""
    return clean_reply(text)


def _local_time(text: str) -> float | None:
    """Seconds since 1970 of "Jan 02, 2026 10:00". The file names no zone; it is taken as UTC."""
    found = _TIME.fullmatch(text.strip())
    if not found or found.group(1) not in _MONTHS:
        return None
    month, (day, year, hour, minute) = _MONTHS.index(found.group(1)) + 1, map(int, found.groups()[1:])
    try:
        return datetime(year, month, day, hour, minute, tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


FORMAT = Format(
    name="textgen",
    label="text-generation-webui chat",
    how_to_export="give the folder user_data/logs of text-generation-webui (older: logs); CAI Tools: Oobabooga chat",
    shape_age="2023 to November 2026",
    matches=matches,
    read=read,
)
