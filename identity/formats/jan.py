"""Jan's threads (2024 to 2026): threads/<id>/messages.jsonl, with the title and the instructions in thread.json.

    {"id": "01", "object": "thread.message", "thread_id": "jan_1", "role": "user", "status": "ready",
     "content": [{"type": "text", "text": {"value": "Bees?", "annotations": []}}], "created_at": 1730000000000}
    {"id": "02", "object": "thread.message", "thread_id": "jan_1", "role": "assistant", "status": "ready", ...}

    thread.json: {"id": "jan_1", "object": "thread", "title": "Bees", "assistants": [{"assistant_name": "Jan",
                  "instructions": "Be short.", "model": {"id": "llama-3"}}]}

The shape is that of OpenAI's Assistants, whose messages are read as well. Times are seconds or milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    FAILED,
    MEDIA_ONLY,
    SYSTEM,
    THINKING,
    TOOL,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import decoded_lines
from identity.json_stream import decode_value
from identity.rows import ROLE_NAMES, TOOL_NAMES
from identity.sources import Document

_OWN_NAME = "Jan"  # of the assistant that everybody has


def matches(peek: Peek) -> bool:
    return all(peek.has(key) for key in ("object", "thread_id", "role", "content"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each thread that the lines belong to; one file is one thread as a rule."""
    threads: dict[str, list[Any]] = {}
    name = ""
    for message in decoded_lines(document):
        # A line that cannot be read is a lost message of the thread that it stands in.
        name = (name_of(message.get("thread_id")) or name) if isinstance(message, dict) else name
        threads.setdefault(name, []).append(message)
    settings = _settings_beside(document)
    for name, messages in threads.items():
        belongs = len(threads) == 1 or text_at(settings, "id") == name
        yield linearize(_thread_of(name, messages, settings if belongs else {}, options), options)


def _settings_beside(document: Document) -> dict[str, Any]:
    """The thread.json in the same folder, empty if there is none."""
    raw = document.sibling("thread.json")
    try:
        value = decode_value(raw) if raw else {}
    except ValueError:
        value = {}
    return value if isinstance(value, dict) else {}


def _thread_of(name: str, messages: list[Any], settings: dict[str, Any], options: Options) -> Thread:
    assistants = list_at(settings, "assistants")
    assistant = assistants[0] if assistants and isinstance(assistants[0], dict) else {}
    called = text_at(assistant, "assistant_name", "name")
    project = object_at(object_at(settings, "metadata"), "project")
    thread = Thread(
        source=FORMAT.name,
        id=name,
        title=clean_typed(text_at(settings, "title")),
        created=epoch_seconds(settings.get("created")) or epoch_seconds(settings.get("created_at")),
        updated=epoch_seconds(settings.get("updated")) or epoch_seconds(settings.get("updated_at")),
        gpt=called if called and called != _OWN_NAME else None,
        project=text_at(project, "name", "id") or None,
    )
    before: str | None = None
    if system := text_at(assistant, "instructions").strip():
        before = "system"
        thread.add(Node(before, None, "system", clean_typed(system), None if options.keep_system else SYSTEM))
    model = text_at(object_at(assistant, "model"), "id")
    for position, message in enumerate(_oldest_first(messages), start=1):
        node = _node(message, f"m{position}", model, options)
        while node.id in thread.nodes:
            node.id += "'"  # the order is what links messages, so a repeated id loses none
        node.parent = before
        thread.add(node)
        before = thread.leaf = node.id
    return thread


def _oldest_first(messages: list[Any]) -> list[Any]:
    """The order of the file, turned around where every message is older than the one before it (lists of the API)."""
    times = [epoch_seconds(message.get("created_at")) if isinstance(message, dict) else None for message in messages]
    known = [time for time in times if time is not None]
    is_reversed = len(known) > 1 and known[0] > known[-1] and all(early >= late for early, late in pairwise(known))
    return messages[::-1] if is_reversed else messages


def _node(message: Any, name: str, model: str, options: Options) -> Node:
    if not isinstance(message, dict):
        return Node(name, None, "user", left_out=DAMAGED_MESSAGE)
    name = name_of(message.get("id")) or name
    speaker = text_at(message, "role").lower()
    role = ROLE_NAMES.get(speaker)
    if role is None:
        is_tool = speaker in TOOL_NAMES
        return Node(name, None, "assistant" if is_tool else "user", left_out=TOOL if is_tool else UNKNOWN_ROLE)
    text = _text(message)
    node = Node(name, None, role, clean_reply(text) if role == "assistant" else clean_typed(text))
    node.time = epoch_seconds(message.get("created_at"))
    metadata = object_at(message, "metadata")
    if role == "assistant":
        node.model = text_at(metadata, "model", "modelId") or model or None
        node.is_cut_off = text_at(message, "status") in ("stopped", "incomplete")
    if text_at(message, "status") == "error":
        node.left_out = FAILED
    elif not node.text.strip():
        node.left_out = _reason(message, text)
    elif role == "system" and not options.keep_system:
        node.left_out = SYSTEM
    return node


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in list_at(message, "content") if isinstance(part, dict)]


def _text(message: dict[str, Any]) -> str:
    """The text parts, each a string or an object with a value; `content` may be plain text."""
    spoken = [
        text_at(part, "text") or text_at(object_at(part, "text"), "value")
        for part in _parts(message)
        if part.get("type") == "text"
    ]
    return "\n\n".join(words for words in spoken if words.strip()) or text_at(message, "content")


def _reason(message: dict[str, Any], text: str) -> str:
    """Why a message without words has none."""
    types = {text_at(part, "type") for part in _parts(message)}
    if list_at(object_at(message, "metadata"), "tool_calls") or "tool_call" in types:
        return TOOL
    if "reasoning" in types or text.strip():
        return THINKING
    return MEDIA_ONLY if types - {"text", ""} or list_at(message, "attachments") else EMPTY


FORMAT = Format(
    name="jan",
    label="Jan threads",
    how_to_export="Jan: Settings, General, open the data folder; give its folder threads",
    shape_age="2024 to November 2026",
    matches=matches,
    read=read,
)
