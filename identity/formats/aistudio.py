"""Google AI Studio: the prompts that it keeps in the Drive folder "Google AI Studio", files without an ending.

    {"runSettings": {"model": "models/gemini-2.5-pro"}, "systemInstruction": {"text": "Be short."}, "chunkedPrompt": {
      "chunks": [{"role": "user", "text": "Bees?", "tokenCount": 2},
                 {"role": "model", "text": "hm", "isThought": true, "parts": [{"text": "hm", "thought": true}]},
                 {"role": "model", "text": "Buzz.", "finishReason": "STOP", "parts": [{"text": "Bu"}, ...]}],
      "pendingInputs": [{"text": "", "role": "user"}]}}

Shape of 2024 to 2026. The title is the file's name. Chunks in a row by one side are one turn. Pictures stand in the
file as base64 and are not read; what was typed and not sent (pendingInputs) neither. A branch is a file that begins
with a copy of another one: answers that the file beside it has as well are context there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
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
from identity.formats.values import objects, read_each
from identity.json_stream import decode_value
from identity.records import Role
from identity.sources import Document

_ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "assistant": "assistant"}
_MEDIA = re.compile(r"(?:drive|inline)[A-Z]\w*|youtubeVideo")
_TOOLS = ("executableCode", "codeExecutionResult", "functionCall", "functionResponse")
# Ends that the model did not choose; STOP, and whatever is new, is one.
_CUT_OFF = ("MAX_TOKENS", "SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "OTHER")
_FOLDERS = re.compile(r"[/\\]")
_ARCHIVE = re.compile(r"^.*\.zip!", re.IGNORECASE)


def matches(peek: Peek) -> bool:
    """Chunks; or, behind a system instruction longer than the prefix, the settings that stand before them."""
    return peek.has("chunkedPrompt") or (peek.has("runSettings") and peek.has("systemInstruction"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One file is one conversation."""
    title = "" if document.name == "stdin" else _ARCHIVE.sub("", _FOLDERS.split(document.name)[-1])
    title = title.removesuffix(".json")
    return read_each(objects(document), lambda value: linearize(thread_of(value, title, document, options), options))


def thread_of(value: dict[str, Any], title: str, document: Document, options: Options) -> Thread:
    """The chunks in their order."""
    chunks = list_at(object_at(value, "chunkedPrompt"), "chunks")
    thread = Thread(source=FORMAT.name, title=clean_typed(title))
    before: str | None = None
    if instruction := _instruction(value):
        before = "system"
        thread.add(Node(before, None, "system", instruction, None if options.keep_system else SYSTEM))
    model = text_at(object_at(value, "runSettings"), "model").removeprefix("models/") or None
    copied = _said_in(_parent(chunks, document))
    for _, turn in groupby(enumerate(chunks, start=1), key=lambda item: _role(item[1])):
        nodes = [_node(chunk, f"m{number}", model) for number, chunk in turn]
        is_said = any(node.role == "user" and node.left_out is None for node in nodes)
        for node in nodes:
            if is_said and node.left_out == MEDIA_ONLY:
                thread.drop(MEDIA_ONLY)  # part of a turn whose words are there: no turn is lost
                continue
            node.parent = before
            node.weight = 0 if (node.role, node.text) in copied else 1
            thread.add(node)
            before = node.id
    thread.leaf = before
    times = [node.time for node in thread.nodes.values() if node.time is not None]
    thread.created, thread.updated = min(times, default=None), max(times, default=None)
    return thread


def _role(chunk: Any) -> Role | None:
    return _ROLES.get(text_at(chunk, "role").lower()) if isinstance(chunk, dict) else None


def _node(chunk: Any, name: str, model: str | None) -> Node:
    role = _role(chunk)
    if role is None:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE if isinstance(chunk, dict) else DAMAGED_MESSAGE)
    text = _text(chunk)
    is_thought = chunk.get("isThought") is True or chunk.get("thought") is True
    return Node(
        name,
        None,
        role,
        clean_typed(text) if role == "user" else clean_reply(text),
        THINKING if is_thought else None if text.strip() else _reason(chunk),
        time=epoch_seconds(chunk.get("createTime")),
        model=model if role == "assistant" else None,
        is_cut_off=role == "assistant" and text_at(chunk, "finishReason") in _CUT_OFF,
    )


def _text(chunk: dict[str, Any]) -> str:
    """The whole text; where it is missing, the pieces in which it came, without thoughts."""
    parts = (part for part in list_at(chunk, "parts") if isinstance(part, dict) and part.get("thought") is not True)
    return text_at(chunk, "text") or "".join(text_at(part, "text") for part in parts)


def _reason(chunk: dict[str, Any]) -> str:
    """Why a chunk without words has none."""
    if any(key in chunk for key in _TOOLS):
        return TOOL
    return MEDIA_ONLY if any(_MEDIA.fullmatch(key) for key in chunk) else EMPTY


def _instruction(value: dict[str, Any]) -> str:
    found = value.get("systemInstruction")
    if isinstance(found, str):
        return clean_typed(found)
    return clean_typed(_text(found)) if isinstance(found, dict) else ""


def _parent(chunks: list[Any], document: Document) -> Any:
    """The prompt that this one is a branch of, if its file lies beside this one; None if not."""
    branches = (object_at(chunk, "branchParent") for chunk in chunks if isinstance(chunk, dict))
    name = next((name for branch in branches if (name := text_at(branch, "displayName"))), "")
    if not name or _FOLDERS.search(name) or "\0" in name:
        return None
    raw = document.sibling(name)
    try:
        return decode_value(raw) if raw else None
    except ValueError:
        return None


def _said_in(value: Any) -> frozenset[tuple[str, str]]:
    """Who said what in a prompt."""
    chunks = list_at(object_at(value, "chunkedPrompt"), "chunks") if isinstance(value, dict) else []
    nodes = (_node(chunk, "", None) for chunk in chunks)
    return frozenset((node.role, node.text) for node in nodes if node.text.strip())


FORMAT = Format(
    name="aistudio",
    label="Google AI Studio",
    how_to_export='drive.google.com: download the folder "Google AI Studio" (or take it with Takeout) and give the zip',
    shape_age="2024 to September 2026",
    matches=matches,
    read=read,
)
