"""ChatGPT's data export, all generations: one conversations.json (2023-2026), shards of 100 (2026), slim (July 2026).

    [{"id": "c-1", "title": "Rain", "current_node": "a1", "default_model_slug": "gpt-4o", "mapping": {
      "r": {"id": "r", "message": null, "parent": null},
      "u1": {"id": "u1", "parent": "r", "message": {"author": {"role": "user"},
             "content": {"content_type": "text", "parts": ["A soft word for rain?"]}}},
      "a1": {"id": "a1", "parent": "u1", "message": {"author": {"role": "assistant"},
             "content": {"content_type": "text", "parts": ["Mizzle."]}, "metadata": {"model_slug": "gpt-4o"}}}}}]

The generations mix within one file, so no version is guessed: every field is optional, for every message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from identity.formats.chatgpt_gizmo import project_and_gpt
from identity.formats.chatgpt_message import (
    custom_instructions,
    ending_of,
    model_of,
    reason_to_leave_out,
    role_of,
    text_of_message,
)
from identity.formats.cleaning import clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import DAMAGED_MESSAGE, SYSTEM, Node, Thread
from identity.formats.peek import ANY, Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import objects, read_each
from identity.json_stream import decode_value
from identity.records import Role
from identity.sources import Document

# (conversation id, message id) -> 1 or -1. Message ids alone repeat over branched copies of a conversation.
Ratings = dict[tuple[str, str], int]
_RATING = {"thumbsup": 1, "thumbsdown": -1}
_SIDES: dict[str, Role] = {"user": "user", "assistant": "assistant", "tool": "assistant"}


def matches(peek: Peek) -> bool:
    """A mapping of nodes whose messages have authors; DeepSeek's has fragments instead."""
    return any(_has_mapping(peek, inside) for inside in ((), ("conversations", "[]")))


def _has_mapping(peek: Peek, inside: tuple[str, ...]) -> bool:
    if not peek.has(*inside, "mapping"):
        return False
    message = (*inside, "mapping", ANY, "message")
    if peek.has(*message, "fragments") or peek.has(*inside, "inserted_at"):
        return False
    return peek.has(*message, "author") or peek.has(*message, "content") or peek.has(*inside, "current_node")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation of a conversations*.json, of a wrapped list, or of one object."""
    yield from read_values(objects(document, "conversations"), document, options)


def read_values(values: Iterable[dict[str, Any] | Reading], document: Document, options: Options) -> Iterator[Reading]:
    """Readings of conversation objects, with the ratings that lie beside their document."""
    ratings = ratings_beside(document)
    return read_each(values, lambda value: linearize(thread_of(value, ratings, options), options))


def ratings_beside(document: Document) -> Ratings:
    """The thumbs of message_feedback.json in the same folder; none if it is missing or something else."""
    raw = document.sibling("message_feedback.json")
    try:
        rows = decode_value(raw) if raw else []
    except ValueError:
        return {}
    ratings: Ratings = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            rating = _RATING.get(text_at(row, "rating").lower().replace("_", ""))
            if rating:
                ratings[text_at(row, "conversation_id"), text_at(row, "id")] = rating
    return ratings


def thread_of(value: dict[str, Any], ratings: Ratings, options: Options) -> Thread:
    """The nodes of one conversation object. Links go by node ids; what is reported are message ids."""
    thread = Thread(
        source=FORMAT.name,
        id=text_at(value, "conversation_id", "id"),
        title=clean_typed(text_at(value, "title")),
        created=epoch_seconds(value.get("create_time")),
        updated=epoch_seconds(value.get("update_time")),
    )
    thread.project, thread.gpt = project_and_gpt(value)
    mapping = object_at(value, "mapping")
    names = _message_ids(mapping)
    parents = _parents(mapping)
    thread.leaf = names.get(text_at(value, "current_node"))
    keeps_system = bool(options.keep_system)
    for node_id, node in mapping.items():
        message = node.get("message") if isinstance(node, dict) else node
        parent = parents.get(node_id)
        made = _node(
            names[node_id], names.get(parent, parent) if parent else None, message, text_at(value, "default_model_slug")
        )
        made.rating = ratings.get((thread.id, made.id), ratings.get(("", made.id)))
        if made.picked:
            made.picked = names.get(made.picked, made.picked)
        if keeps_system and made.left_out == SYSTEM and (text := custom_instructions(message or {})):
            made.role, made.text, made.left_out = "system", text, None
            keeps_system = False  # the same in every message of a conversation; once is enough
        thread.add(made)
    return thread


def _message_ids(mapping: dict[str, Any]) -> dict[str, str]:
    """The id to report for each node: its message's own, unless that is missing or taken."""
    names: dict[str, str] = {}
    taken = set(mapping)
    for node_id, node in mapping.items():
        message_id = text_at(object_at(node, "message"), "id") if isinstance(node, dict) else ""
        names[node_id] = message_id if message_id and message_id not in taken else node_id
        taken.add(names[node_id])
    return names


def _parents(mapping: dict[str, Any]) -> dict[str, str]:
    """The parent of each node: as it says itself, else as its parent's children say. A file with neither (as tools
    write it) is in order."""
    stated: dict[str, str] = {}
    listed: dict[str, str] = {}
    for node_id, node in mapping.items():
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("parent"), str):
            stated[node_id] = node["parent"]
        for child in list_at(node, "children"):
            if isinstance(child, str):
                listed.setdefault(child, node_id)
    if stated or listed:
        return listed | stated
    return {after: before for before, after in pairwise(mapping)}


def _node(name: str, parent: str | None, message: Any, default_model: str) -> Node:
    if message is None:
        return Node(name, parent, "system", is_message=False)
    if not isinstance(message, dict):
        return Node(name, parent, "user", left_out=DAMAGED_MESSAGE)
    role = role_of(message)
    text = text_of_message(message)
    node = Node(
        name,
        parent,
        _SIDES.get(role, "user"),
        text,
        reason_to_leave_out(message, text),
        time=epoch_seconds(message.get("create_time")),
    )
    if role == "assistant":
        ending = ending_of(message)
        node.model = model_of(message, default_model)
        node.is_progress_talk = message.get("channel") == "commentary"
        node.is_continued = ending == "max_tokens"
        node.is_cut_off = ending in ("max_tokens", "interrupted")
    elif role == "user":
        node.picked = text_at(object_at(message, "metadata"), "paragen_variant_choice") or None
    return node


FORMAT = Format(
    name="chatgpt",
    label="ChatGPT data export",
    how_to_export="ChatGPT: Settings, Data controls, Export data; give the zip from the e-mail as it is",
    shape_age="2023 to September 2026, all generations",
    matches=matches,
    read=read,
)
