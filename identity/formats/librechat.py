"""LibreChat's export of a conversation (2024 to 2026): a tree of messages, or with other settings a flat list.

    {"conversationId": "l1", "endpoint": "openAI", "title": "Bees", "options": {"promptPrefix": "Be short."},
     "messagesTree": [{"messageId": "a", "parentMessageId": "00000000-0000-0000-0000-000000000000",
       "isCreatedByUser": true, "sender": "User", "text": "Bees?", "createdAt": "2025-01-01T00:00:00.000Z",
       "children": [{"messageId": "b", "parentMessageId": "a", "isCreatedByUser": false, "sender": "GPT-4o",
         "text": "", "content": [{"type": "think", "think": "hm"}, {"type": "text", "text": "Buzz."}],
         "model": "gpt-4o", "feedback": {"rating": "thumbsUp"}, "children": []}]}]}

Newer messages have their words in `content` only. A flat list may name children before their parents. No message is
marked as the current one: the newest leaf is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import CUT_OFF_FILE, DAMAGED, NOT_A_CONVERSATION, Format, Options, Reading, skipped
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
from identity.formats.unnested import unnested
from identity.json_stream import decode_value, split_values
from identity.records import Role
from identity.sources import Document

_LISTS = (b"messagesTree", b"messages")
_NO_PARENT = "00000000-0000-0000-0000-000000000000"
_RATING = {"thumbsup": 1, "thumbsdown": -1}
_SYSTEM_NAME = "system"  # of the node that holds the instructions, which are no message in the file


def matches(peek: Peek) -> bool:
    """A conversation id with a tree, or with messages that have LibreChat's names."""
    message = ("messages", "[]")
    return peek.has("conversationId") and (
        peek.has("messagesTree") or peek.has(*message, "messageId") or peek.has(*message, "isCreatedByUser")
    )


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each conversation object."""
    with document.open() as stream:
        for value in split_values(stream):
            if not value.complete:
                yield skipped(CUT_OFF_FILE)
            elif not value.raw.startswith(b"{"):
                yield skipped(NOT_A_CONVERSATION)
            else:
                yield _read_one(value.raw, options)


def _read_one(raw: bytes, options: Options) -> Reading:
    try:
        pieces = unnested(raw, _LISTS)
        head = decode_value(pieces[0].raw)
    except ValueError:
        return skipped(DAMAGED)
    thread, root = _thread_of(head, options)
    for name in ("messagesTree", "messages"):
        _drop_strays(list_at(head, name), thread)
    names: list[str] = [""]  # ids by piece; the first piece is the conversation itself
    for position, piece in enumerate(pieces[1:], start=1):
        owner = names[piece.owner] if piece.owner else ""
        try:
            message = decode_value(piece.raw)
        except ValueError:
            message = None
        node = _node(message, f"m{position}", owner)
        node.parent = node.parent or root
        names.append(node.id)
        thread.add(node)
        if message:
            _drop_strays(list_at(message, "children"), thread)
    return linearize(thread, options)


def _thread_of(head: dict[str, Any], options: Options) -> tuple[Thread, str | None]:
    """The conversation without its messages, and the id of the node that these stand under."""
    settings = object_at(head, "options")
    thread = Thread(
        source=FORMAT.name,
        id=text_at(head, "conversationId"),
        title=clean_typed(text_at(head, "title")),
        created=epoch_seconds(head.get("createdAt")),
        updated=epoch_seconds(head.get("updatedAt")),
        gpt=text_at(settings, "modelLabel", "chatGptLabel", "agent_id", "assistant_id") or None,
    )
    system = text_at(settings, "promptPrefix", "system", "instructions")
    if not system:
        return thread, None
    thread.add(Node(_SYSTEM_NAME, None, "system", clean_typed(system), None if options.keep_system else SYSTEM))
    return thread, _SYSTEM_NAME


def _drop_strays(entries: list[Any], thread: Thread) -> None:
    """Count what stands in a list of messages and is none; objects became nodes, strings are ids of messages."""
    for entry in entries:
        if not isinstance(entry, dict | str):
            thread.drop(DAMAGED_MESSAGE)


def _node(message: Any, name: str, owner: str) -> Node:
    if not isinstance(message, dict):
        return Node(name, owner or None, "user", left_out=DAMAGED_MESSAGE)
    name = text_at(message, "messageId") or name
    parent = owner or text_at(message, "parentMessageId").replace(_NO_PARENT, "") or None
    by_user = message.get("isCreatedByUser")
    if not isinstance(by_user, bool):
        return Node(name, parent, "user", left_out=UNKNOWN_ROLE)
    role: Role = "user" if by_user else "assistant"
    node = Node(name, parent, role, time=epoch_seconds(message.get("createdAt")))
    spoken = _spoken_text(message)
    if role == "user":
        node.text = clean_typed(text_at(message, "text") or spoken)
    else:
        node.text = clean_reply(spoken if spoken.strip() else text_at(message, "text"))
        node.model = text_at(message, "model") or None
        node.author = text_at(message, "sender") or None
        node.rating = _RATING.get(text_at(object_at(message, "feedback"), "rating").lower().replace("_", ""))
        node.is_cut_off = message.get("unfinished") is True or message.get("finish_reason") == "length"
    if message.get("error") is True or (not node.text.strip() and "error" in _part_types(message)):
        node.left_out = FAILED
    elif not node.text.strip():
        node.left_out = _reason(message)
    return node


def _spoken_text(message: dict[str, Any]) -> str:
    """The text parts of `content`; what a text part holds is a string or an object with a value."""
    spoken: list[str] = []
    for part in list_at(message, "content"):
        if isinstance(part, dict) and part.get("type") == "text":
            words = text_at(part, "text") or text_at(object_at(part, "text"), "value")
            if words.strip():
                spoken.append(words)
    return "\n\n".join(spoken)


def _part_types(message: dict[str, Any]) -> set[str]:
    return {text_at(part, "type") for part in list_at(message, "content") if isinstance(part, dict)}


def _reason(message: dict[str, Any]) -> str:
    """Why a message without words has none."""
    types = _part_types(message)
    if "tool_call" in types:
        return TOOL
    if "think" in types or text_at(message, "text").strip():
        return THINKING
    return MEDIA_ONLY if list_at(message, "files") or types - {"text", ""} else EMPTY


FORMAT = Format(
    name="librechat",
    label="LibreChat conversation",
    how_to_export="LibreChat: a conversation's Share & Export menu, Export, type json, with all branches",
    shape_age="2024 to November 2026",
    matches=matches,
    read=read,
)
