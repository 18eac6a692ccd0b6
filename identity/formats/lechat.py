"""Mistral's Le Chat (2025 and 2026): a zip with one chat-<uuid>.json for each chat, an array of messages in no order.

    [{"id": "m2", "version": 0, "chatId": "ch", "role": "assistant", "content": "Mizzle.",
      "contentChunks": [{"type": "text", "text": "Mizzle."}, {"type": "reference", "referenceIds": [0]}],
      "createdAt": "2026-01-01T00:00:05.000Z", "reaction": "neutral", "preference": null, "preferenceOver": null,
      "canvas": [], "quotes": [], "files": []},
     {"id": "m1", "version": 0, "chatId": "ch", "role": "user", "content": "A word?", "contentChunks": null, ...}]

A reaction is a thumb. An answer that names another one in `preferenceOver` was picked by the person where both were
shown; a later one to the same question with a higher `version` is a retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, MEDIA_ONLY, TOOL, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.ratings import rating_of
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import values_in
from identity.records import Role
from identity.sources import Document

_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}
_TELLING = ("contentChunks", "canvas", "reaction", "preferenceOver")
_TITLE_LENGTH = 80


def matches(peek: Peek) -> bool:
    return peek.has("chatId") and any(peek.has(key) for key in _TELLING)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The chat of a file. Its messages are in no order, so all of them are held."""
    chats: dict[str, list[Any]] = {}
    chat = ""
    for item in values_in(document):
        if isinstance(item, Reading):
            yield item
            continue
        message = item[1]
        chat = text_at(message, "chatId") if isinstance(message, dict) else chat
        chats.setdefault(chat, []).append(message)
    for chat, messages in chats.items():
        yield linearize(thread_of(chat, messages), options)


def thread_of(chat: str, messages: list[Any]) -> Thread:
    """The messages of one chat by time, a question before what has the same time."""
    thread = Thread(source=FORMAT.name, id=chat)
    found: list[tuple[Node, dict[str, Any]]] = []
    for position, message in enumerate(messages, start=1):
        if isinstance(message, dict):
            found.append((_node(message, position), message))
        else:
            thread.drop(DAMAGED_MESSAGE)
    found.sort(key=lambda item: (item[0].time is None, item[0].time or 0.0, item[0].role != "user"))
    thread.leaf = _link(found)
    for node, _ in found:
        thread.add(node)
    questions = (node.text for node, _ in found if node.role == "user" and node.text.strip())
    thread.title = next((text.strip().splitlines()[0][:_TITLE_LENGTH] for text in questions), "")
    times = [node.time for node, _ in found if node.time is not None]
    thread.created, thread.updated = min(times, default=None), max(times, default=None)
    return thread


def _link(found: list[tuple[Node, dict[str, Any]]]) -> str | None:
    """Set the links; returns where the chat stood last."""
    picked = _picked(found)
    winners = set(picked.values())
    question: Node | None = None
    versions: dict[str, int] = {}  # of the answers to the question so far
    tip: str | None = None
    for node, message in found:
        if node.role == "user":
            node.parent, tip, question, versions = tip, node.id, node, {}
            continue
        version = message.get("version")
        version = version if isinstance(version, int) else 0
        is_retry = any(version > earlier for earlier in versions.values())
        is_beside = is_retry or node.id in picked or node.id in winners
        node.parent = question.id if question and is_beside else tip
        if picked.get(node.id) not in versions:  # not turned down for an answer that is there already
            tip = node.id
        if question and node.id in winners:
            question.picked = node.id
        versions[node.id] = version
    return tip


def _picked(found: list[tuple[Node, dict[str, Any]]]) -> dict[str, str]:
    """Answer that was turned down -> the one that was picked instead."""
    answers = {node.id for node, _ in found if node.role == "assistant"}
    picked: dict[str, str] = {}
    for node, message in found:
        over, better = name_of(message.get("preferenceOver")), name_of(message.get("preference"))
        if node.id in answers and over in answers and over and over != node.id:
            picked[over] = node.id
        elif node.id in answers and better in answers and better and better != node.id:
            picked[node.id] = better
    return picked


def _node(message: dict[str, Any], position: int) -> Node:
    name = name_of(message.get("id")) or f"m{position}"
    role = _ROLES.get(text_at(message, "role").lower())
    time = epoch_seconds(message.get("createdAt"))
    if role is None:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE, time=time)
    text = _text(message)
    text = clean_typed(text) if role == "user" else clean_reply(text)
    left_out = None if text.strip() else _reason(message)
    rating = rating_of(message.get("reaction")) if role == "assistant" else None
    return Node(name, None, role, text, left_out, time, rating=rating)


def _chunks(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [chunk for chunk in list_at(message, "contentChunks") if isinstance(chunk, dict)]


def _text(message: dict[str, Any]) -> str:
    """The text chunks without what stands between them; `content` repeats them, with the spaces of the whole."""
    content = text_at(message, "content")
    text = "".join(text_at(chunk, "text") for chunk in _chunks(message) if chunk.get("type") == "text")
    return content if not text.strip() or "".join(text.split()) == "".join(content.split()) else text


def _reason(message: dict[str, Any]) -> str:
    """Why a message without words has none."""
    kinds = {text_at(chunk, "type") for chunk in _chunks(message)}
    if kinds & {"image_url", "file_reference"} or list_at(message, "files"):
        return MEDIA_ONLY
    return TOOL if "tool_call" in kinds or list_at(message, "canvas") else EMPTY


FORMAT = Format(
    name="lechat",
    label="Mistral Le Chat",
    how_to_export="chat.mistral.ai: the account's settings, Export data; give the zip",
    shape_age="2025 to August 2026",
    matches=matches,
    read=read,
)
