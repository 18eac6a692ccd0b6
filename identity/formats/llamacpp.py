"""The chats of llama.cpp's own web page: JSON Lines (2026), and before that JSON of {conv, messages} (2025).

    {"type": "session", "harness": "llama.app", "id": "c", "name": "Bees", "lastModified": 1781000001000,
                                    "currNode": "m2"}
    {"type": "message", "message": {"convId": "c", "id": "m0", "type": "root", "role": "system", "content": "",
                                    "parent": null}}
    {"type": "message", "message": {"convId": "c", "id": "m1", "type": "text", "role": "user", "content": "Bees?",
                                    "parent": "m0", "timestamp": 1781000000000}}
    {"type": "message", "message": {"convId": "c", "id": "m2", "type": "text", "role": "assistant", "content": "Buzz.",
                                    "parent": "m1", "timestamp": 1781000001000, "reasoningContent": "hm"}}

A session's messages follow its line; a file may hold several, and an export of all chats is a zip of such files. The
lines are in order of time, branches mixed. Texts that are pasted become files in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import DAMAGED, NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
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
from identity.rows import ROLE_NAMES, TOOL_NAMES
from identity.sources import Document

# Kinds of files in `extra` that hold words of the person: pasted texts and documents, as 2025 and 2026 name them.
_TEXT_FILES = ("textfile", "text", "context", "pdffile", "pdf")
# What the page of winter 2025/26 wrote into the text of a reply.
_REASONING = re.compile(r"<<<reasoning_content_start>>>(.*?)(?:<<<reasoning_content_end>>>|\Z)", re.DOTALL)
_TOOL_CALL = re.compile(r"<<<AGENTIC_TOOL_CALL_START>>>(.*?)(?:<<<AGENTIC_TOOL_CALL_END>>>|\Z)", re.DOTALL)


def matches(peek: Peek) -> bool:
    """Lines with a session or with messages of a conversation id; or a conversation with its messages beside it."""
    return (
        (peek.has("harness") and peek.has("type"))
        or peek.has("message", "convId")
        or (peek.has("conv") and peek.has("messages"))
    )


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each session of the lines, and for each object of the older JSON."""
    session: dict[str, Any] | None = None
    messages: list[Any] = []
    for value in decoded_lines(document):
        if isinstance(value, dict) and isinstance(value.get("messages"), list):
            yield linearize(_thread_of(object_at(value, "conv"), value["messages"], options), options)
        elif isinstance(value, dict) and value.get("type") == "session":
            if session is not None or messages:
                yield linearize(_thread_of(session or {}, messages, options), options)
            session, messages = value, []
        elif isinstance(value, dict) and "message" in value:
            messages.append(value["message"])
        elif session is not None or messages:
            messages.append(None)  # a damaged line, or one of a kind that is not known, in a session
        else:
            yield skipped(DAMAGED if value is None else NOT_A_CONVERSATION)
    if session is not None or messages:
        yield linearize(_thread_of(session or {}, messages, options), options)


def _thread_of(conversation: dict[str, Any], messages: list[Any], options: Options) -> Thread:
    """The messages of a session by their parents."""
    first = next((message for message in messages if isinstance(message, dict)), {})
    thread = Thread(
        source=FORMAT.name,
        id=name_of(conversation.get("id")) or name_of(first.get("convId")) or "",
        title=clean_typed(text_at(conversation, "name")),
        updated=epoch_seconds(conversation.get("lastModified")),
        leaf=name_of(conversation.get("currNode")),
    )
    before: str | None = None
    for position, message in enumerate(messages, start=1):
        if not isinstance(message, dict):
            thread.drop(DAMAGED_MESSAGE)
            continue
        node = _node(message, f"m{position}", before, options)
        thread.add(node)
        before = node.id
    return thread


def _node(message: dict[str, Any], name: str, before: str | None, options: Options) -> Node:
    """A message under its parent; one that names none at all follows the message before it."""
    name = name_of(message.get("id")) or name
    parent = name_of(message.get("parent")) if "parent" in message else before
    kind = text_at(message, "type")
    if kind == "root":
        return Node(name, parent, "system", is_message=False)
    speaker = text_at(message, "role").lower()
    role = ROLE_NAMES.get(speaker)
    if role is None:
        is_tool = speaker in TOOL_NAMES
        return Node(name, parent, "assistant" if is_tool else "user", left_out=TOOL if is_tool else UNKNOWN_ROLE)
    written = text_at(message, "content")
    node = Node(name, parent, role, time=epoch_seconds(message.get("timestamp")))
    if role == "assistant":
        node.text = clean_reply(_TOOL_CALL.sub("", _REASONING.sub("", written)))
        node.model = text_at(message, "model") or None
    else:
        node.text = clean_typed(_with_files(written, message) if role == "user" else written)
    if kind == "think":
        node.left_out = THINKING
    elif not node.text.strip():
        node.left_out = _reason(message, written)
    elif role == "system" and not options.keep_system:
        node.left_out = SYSTEM
    return node


def _files(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [file for file in list_at(message, "extra") if isinstance(file, dict)]


def _with_files(written: str, message: dict[str, Any]) -> str:
    """What the person wrote, and the text of what was pasted or attached under a line with its name."""
    pieces = [written.strip()]
    for file in _files(message):
        if text_at(file, "type").lower() in _TEXT_FILES and (content := text_at(file, "content").strip()):
            pieces.append(f"[{text_at(file, 'name') or 'pasted text'}]\n{content}")
    return "\n\n".join(piece for piece in pieces if piece)


def _reason(message: dict[str, Any], written: str) -> str:
    """Why a message without words has none."""
    if message.get("toolCalls") or _TOOL_CALL.search(written):
        return TOOL
    if text_at(message, "reasoningContent", "thinking") or written.strip():
        return THINKING
    return MEDIA_ONLY if _files(message) else EMPTY


FORMAT = Format(
    name="llamacpp",
    label="llama.cpp web page chats",
    how_to_export="llama.cpp's web page: Settings, Import/Export, Export conversations; give the zip or its files",
    shape_age="2025 to November 2026",
    matches=matches,
    read=read,
)
