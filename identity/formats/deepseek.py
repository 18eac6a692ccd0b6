"""DeepSeek's data export (2025 and 2026), and what browser exporters keep of its web API.

    [{"id": "d1", "title": "Rain", "inserted_at": "2026-01-01T08:00:00.000000+08:00", "mapping": {
      "root": {"id": "root", "parent": null, "children": ["1"], "message": null},
      "1": {"id": "1", "parent": "root", "children": ["2"], "message": {"model": "deepseek-chat", "files": [],
            "inserted_at": "2026-01-01T08:00:01+08:00", "fragments": [{"type": "REQUEST", "content": "A word?"}]}},
      "2": {"id": "2", "parent": "1", "children": [], "message": {"model": "deepseek-chat", "fragments": [
            {"type": "THINK", "content": "hm"}, {"type": "RESPONSE", "content": "Mizzle[citation:1]."}]}}}}]

    {"data": {"biz_data": {"chat_session": {"id": "d1", "current_message_id": 2}, "chat_messages": [
      {"message_id": 1, "parent_id": null, "role": "USER", "fragments": [...], "inserted_at": 1767225601.5}]}}}

The mapping looks like ChatGPT's but says neither who speaks (the fragments do) nor where the conversation stood: at
the last child of the last child. An answer's time may lie before its question's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.citations import in_prose
from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, MEDIA_ONLY, THINKING, TOOL, Node, Thread
from identity.formats.peek import ANY, Peek
from identity.formats.ratings import rating_of
from identity.formats.times import epoch_seconds
from identity.formats.tree import JOINT, linearize
from identity.formats.values import objects, read_each
from identity.records import Role
from identity.sources import Document

_CITATION = re.compile(r"[ \t]?\[citation:\d+(?:[,-]\d+)*\]")
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}


def matches(peek: Peek) -> bool:
    """Nodes of fragments, or of a time that ChatGPT does not know; or the answer of the web API."""
    is_export = peek.has("mapping") and peek.has("inserted_at")
    session = any(peek.has(*inside, "chat_session") for inside in ((), ("data", "biz_data"), ("biz_data",)))
    return is_export or peek.has("mapping", ANY, "message", "fragments") or session


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation of the array, or the one of the web API."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    if isinstance(value.get("mapping"), dict):
        return linearize(thread_of_mapping(value), options)
    inside = object_at(value, "data") or value
    inside = object_at(inside, "biz_data") or inside
    if isinstance(inside.get("chat_messages"), list):
        return linearize(thread_of_messages(inside), options)
    return skipped(NOT_A_CONVERSATION)


def _thread(about: dict[str, Any]) -> Thread:
    return Thread(
        source=FORMAT.name,
        id=name_of(about.get("id")) or "",
        title=clean_typed(text_at(about, "title")),
        created=epoch_seconds(about.get("inserted_at")),
        updated=epoch_seconds(about.get("updated_at")),
    )


def thread_of_mapping(value: dict[str, Any]) -> Thread:
    """The tree of the export."""
    thread = _thread(value)
    mapping = value["mapping"]
    for name, entry in mapping.items():
        if not isinstance(entry, dict):
            thread.drop(DAMAGED_MESSAGE)
            continue
        parent = name_of(entry.get("parent"))
        before = thread.nodes.get(parent or "")
        message = entry.get("message")
        if message is None:
            thread.add(Node(name, parent, "system", is_message=False))
        elif isinstance(message, dict):
            thread.add(_node(name, parent, message, before))
        else:
            thread.add(Node(name, parent, "user", left_out=DAMAGED_MESSAGE))
    thread.leaf = _last_leaf(thread, mapping)
    return thread


def _last_leaf(thread: Thread, mapping: dict[str, Any]) -> str | None:
    """The last child of the last child, from the first root on."""
    children: dict[str | None, list[str]] = {}
    for node in thread.nodes.values():
        parent = node.parent if node.parent in thread.nodes else None
        children.setdefault(parent, []).append(node.id)
    for name in thread.nodes:
        told = [child for child in map(name_of, list_at(mapping[name], "children")) if child in thread.nodes]
        if told and set(told) == set(children.get(name, ())):
            children[name] = [child for child in told if child]
    leaf: str | None = next(iter(children.get(None, ())), None)
    seen: set[str] = set()
    while leaf is not None and leaf not in seen and children.get(leaf):
        seen.add(leaf)
        leaf = children[leaf][-1]
    return leaf


def thread_of_messages(value: dict[str, Any]) -> Thread:
    """The list of the web API, a tree by `parent_id`."""
    about = object_at(value, "chat_session")
    thread = _thread(about)
    for message in list_at(value, "chat_messages"):
        name = name_of(message.get("message_id")) if isinstance(message, dict) else None
        if name is None:
            thread.drop(DAMAGED_MESSAGE)
            continue
        parent = name_of(message.get("parent_id"))
        thread.add(_node(name, parent, message, thread.nodes.get(parent or "")))
    thread.leaf = name_of(about.get("current_message_id"))
    return thread


def _node(name: str, parent: str | None, message: dict[str, Any], before: Node | None) -> Node:
    fragments = [fragment for fragment in list_at(message, "fragments") if isinstance(fragment, dict)]
    kinds = {text_at(fragment, "type").upper() for fragment in fragments}
    role = _role(message, kinds, before)
    text = _text(message, fragments, "REQUEST" if role == "user" else "RESPONSE")
    text = clean_typed(text) if role == "user" else clean_reply(in_prose(text, lambda prose: _CITATION.sub("", prose)))
    status = text_at(message, "status").upper()
    return Node(
        name,
        parent,
        role,
        text,
        None if text.strip() else _reason(message, kinds),
        time=epoch_seconds(message.get("inserted_at")),
        model=(text_at(message, "model") or None) if role == "assistant" else None,
        rating=rating_of(message.get("feedback")) if role == "assistant" else None,
        is_cut_off=role == "assistant" and status not in ("", "FINISHED"),
    )


def _role(message: dict[str, Any], kinds: set[str], before: Node | None) -> Role:
    """As the message says; else by its fragments; else the other side than the message before."""
    if told := _ROLES.get(text_at(message, "role").lower()):
        return told
    if kinds:
        return "user" if "REQUEST" in kinds else "assistant"
    return "assistant" if before and before.is_message and before.role == "user" else "user"


def _text(message: dict[str, Any], fragments: list[dict[str, Any]], wanted: str) -> str:
    pieces = [text_at(fragment, "content") for fragment in fragments if text_at(fragment, "type").upper() == wanted]
    return JOINT.join(piece for piece in pieces if piece.strip()) or ("" if fragments else text_at(message, "content"))


def _reason(message: dict[str, Any], kinds: set[str]) -> str:
    """Why a message without words has none."""
    if list_at(message, "files") or "FILE" in kinds:
        return MEDIA_ONLY
    if "THINK" in kinds or text_at(message, "thinking_content"):
        return THINKING
    return TOOL if kinds - {"REQUEST", "RESPONSE", ""} else EMPTY


FORMAT = Format(
    name="deepseek",
    label="DeepSeek data export",
    how_to_export="chat.deepseek.com: Settings, Data, Export data; give the zip",
    shape_age="2025 to September 2026",
    matches=matches,
    read=read,
)
