"""Open WebUI's chat export (2024 to 2026), and that of z.ai, which is built on it: rows of the database, or one chat.

    [{"id": "w1", "title": "Bees", "folder_id": null, "created_at": 1730000000, "updated_at": 1730000004, "chat": {
      "params": {"system": "Be short."}, "history": {"currentId": "b", "messages": {
        "a": {"id": "a", "parentId": null, "role": "user", "content": "Bees?", "timestamp": 1730000000},
        "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "Buzz.", "model": "llama",
              "annotation": {"rating": 1}},
        "c": {"id": "c", "parentId": "a", "role": "assistant", "content": "No.", "model": "llama"}}},
      "messages": [], "timestamp": 1730000000123}}]

Siblings are regenerations, or answers that several models gave at once: both are alternatives, whose `model` tells
them apart. `messages` is a linear copy which may be stale; it is read only where the history is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed, split_code
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
from identity.formats.values import objects, read_each
from identity.records import Alternative
from identity.rows import ROLE_NAMES, TOOL_NAMES, text_of
from identity.sources import Document

_SYSTEM_NAME = "system"  # of the node that holds the custom instructions, which are no message in the file
_SOURCE_NUMBER = re.compile(r" ?\[\d{1,3}(?:, ?\d{1,3})*\](?![(:\[])")  # "[1]" or "[1, 3]" behind what a source says


def matches(peek: Peek) -> bool:
    """A history of messages in the row's chat or in the chat itself."""
    return (
        peek.has("chat", "history", "messages")
        or peek.has("chat", "messages", "[]", "role")
        or (peek.has("history", "messages") and (peek.has("history", "currentId") or peek.has("models")))
    )


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every chat of an array of rows, of a single row, or of an inner chat alone."""
    return read_each(objects(document), lambda value: linearize(thread_of(value, options), options))


def thread_of(row: dict[str, Any], options: Options) -> Thread:
    """The messages of one chat by their parents, under the custom instructions if there are any."""
    chat = object_at(row, "chat") or row
    thread = Thread(
        source=FORMAT.name,
        id=text_at(row, "id"),
        title=clean_typed(text_at(row, "title") or text_at(chat, "title")),
        created=epoch_seconds(row.get("created_at")) or epoch_seconds(chat.get("timestamp")),
        updated=epoch_seconds(row.get("updated_at")),
        project=text_at(row, "folder_id") or None,
    )
    system = text_at(chat, "system") or text_at(object_at(chat, "params"), "system")
    root = None
    if system:
        root = _SYSTEM_NAME
        thread.add(Node(root, None, "system", clean_typed(system), None if options.keep_system else SYSTEM))
    history = object_at(chat, "history")
    linear = list_at(chat, "messages")
    if messages := object_at(history, "messages"):
        for name, message in messages.items():
            thread.add(_node(message, name, root, options))
        thread.leaf = _leaf(text_at(history, "currentId"), linear, thread)
    else:
        _add_in_order(linear, root, thread, options)
    return thread


def _leaf(current: str, linear: list[Any], thread: Thread) -> str | None:
    """Where the chat stood: as the history says, else the end of the linear copy."""
    last = linear[-1] if linear and isinstance(linear[-1], dict) else {}
    return next((name for name in (current, text_at(last, "id")) if name in thread.nodes), None)


def _add_in_order(messages: list[Any], before: str | None, thread: Thread, options: Options) -> None:
    for position, message in enumerate(messages, start=1):
        name = text_at(message, "id") if isinstance(message, dict) else ""
        node = _node(message, name or f"m{position}", None, options)
        node.parent = before
        thread.add(node)
        before = thread.leaf = node.id


def _node(message: Any, name: str, root: str | None, options: Options) -> Node:
    if not isinstance(message, dict):
        return Node(name, root, "user", left_out=DAMAGED_MESSAGE)
    parent = name_of(message.get("parentId")) or root
    speaker = text_at(message, "role").lower()
    role = ROLE_NAMES.get(speaker)
    if role is None:
        is_tool = speaker in TOOL_NAMES
        return Node(name, parent, "assistant" if is_tool else "user", left_out=TOOL if is_tool else UNKNOWN_ROLE)
    node = Node(name, parent, role, time=epoch_seconds(message.get("timestamp")))
    if role == "assistant":
        _fill_reply(node, message)
    else:
        node.text = clean_typed(text_of(message.get("content")) or "")
        node.left_out = SYSTEM if role == "system" and not options.keep_system else None
    if not node.text.strip() and not node.left_out:
        node.left_out = _reason(message)
    return node


def _fill_reply(node: Node, message: dict[str, Any]) -> None:
    node.text = _reply_text(message)
    node.model = text_at(message, "model", "modelName") or None
    node.is_cut_off = message.get("done") is False
    rating = object_at(message, "annotation").get("rating")
    if rating in (1, -1) and not isinstance(rating, bool):
        node.rating = int(rating)
    if message.get("error"):
        node.left_out = FAILED
    if merged := clean_reply(text_at(object_at(message, "merged"), "content")).strip():
        # One answer made of those of several models: the chat went on from it and not from the model's own.
        node.alternatives.append(Alternative(content=node.text.strip(), model=node.model, rating=node.rating))
        node.text, node.rating = merged, None


def _reply_text(message: dict[str, Any]) -> str:
    """The reply as it stood on the screen; `output` repeats it and is read where `content` is empty."""
    text = text_of(message.get("content")) or ""
    if not text.strip():
        spoken = [
            item for item in list_at(message, "output") if isinstance(item, dict) and item.get("type") == "message"
        ]
        text = "\n\n".join(words for item in spoken if (words := text_of(item.get("content"))))
    text = clean_reply(text)
    if not list_at(message, "sources") and not list_at(message, "citations"):
        return text
    return "".join(piece if is_code else _SOURCE_NUMBER.sub("", piece) for is_code, piece in split_code(text))


def _reason(message: dict[str, Any]) -> str:
    """Why a message without words has none."""
    text = text_of(message.get("content")) or ""
    kinds = {text_at(item, "type") for item in list_at(message, "output") if isinstance(item, dict)}
    if "function_call" in kinds or "tool_calls" in text or "code_interpreter" in text:
        return TOOL
    if "reasoning" in kinds or text.strip():
        return THINKING
    return MEDIA_ONLY if list_at(message, "files") or isinstance(message.get("content"), list) else EMPTY


FORMAT = Format(
    name="openwebui",
    label="Open WebUI chats",
    how_to_export="Open WebUI: Settings, Data Controls, Export Chats (or a chat's menu, Download, JSON)",
    shape_age="2024 to November 2026",
    matches=matches,
    read=read,
)
