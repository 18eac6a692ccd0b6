"""Claude's data export (2024 to the batches of 2026), Claude Desktop, and what browser exporters of claude.ai write.

    [{"uuid": "k-1", "name": "Tides", "created_at": "2026-03-01T10:00:00.000001Z", "chat_messages": [
      {"uuid": "m1", "sender": "human", "text": "How many?", "content": [{"type": "text", "text": "How many?"}],
       "attachments": [], "parent_message_uuid": null},
      {"uuid": "m2", "sender": "assistant", "text": "", "content": [{"type": "thinking", "thinking": "Two."},
       {"type": "text", "text": "Two a day."}], "parent_message_uuid": "m1"}]}]

`text` is not the reply: it may repeat thinking prose and placeholders for tools. Question and answer often carry the
same time, so nothing is ever sorted by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import Traits, clean_reply, clean_typed, traits_of, without_placeholders
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    MEDIA_ONLY,
    SUPERSEDED,
    THINKING,
    TOOL,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import values_in
from identity.records import Role
from identity.sources import Document

_SENDERS: dict[str, Role] = {"human": "user", "user": "user", "assistant": "assistant"}
_SPOKEN = ("text", "voice_note")  # block types that hold words; all others are thinking, tools or new
_TOOL_BLOCKS = ("tool_use", "tool_result")
_NOT_UNDERSTOOD = {DAMAGED_MESSAGE, UNKNOWN_ROLE}


def matches(peek: Peek) -> bool:
    return peek.has("chat_messages") and not peek.has("chat_session")  # that is DeepSeek's


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation of an array, of lines, or of a single object."""
    for item in values_in(document):
        if isinstance(item, Reading):
            yield item
        elif isinstance(item[1], dict):
            yield linearize(thread_of(item[1], traits_of(item[0].raw)), options)
        else:
            yield skipped(NOT_A_CONVERSATION)


def thread_of(value: dict[str, Any], may_hold: Traits) -> Thread:
    """The messages of one conversation, linked by their parents or, in older files, by their order."""
    thread = Thread(
        source=FORMAT.name,
        id=text_at(value, "uuid"),
        title=clean_typed(text_at(value, "name")),
        created=epoch_seconds(value.get("created_at")),
        updated=epoch_seconds(value.get("updated_at")),
        leaf=text_at(value, "current_leaf_message_uuid") or None,
        project=_project_of(value) or None,
    )
    messages = list_at(value, "chat_messages")
    model = text_at(value, "model") or None
    nodes = [_node(message, position, model, may_hold) for position, message in enumerate(messages, start=1)]
    if not _link_by_parents(nodes, messages):
        _link_in_order(nodes)
    for node in nodes:
        thread.add(node)
    if thread.leaf not in thread.nodes and nodes:
        thread.leaf = nodes[-1].id
    return thread


def _project_of(value: dict[str, Any]) -> str:
    """The project as claude.ai's own interface names it; the data export says nothing about it."""
    return clean_typed(text_at(object_at(value, "project"), "name", "uuid") or text_at(value, "project_uuid"))


def _link_by_parents(nodes: list[Node], messages: list[Any]) -> bool:
    """Set the links from the messages' parents; False if the file has none.

    Conversations begun before the field existed have it only in their later part. There even replies have no
    parent, and what has none follows the message before it; otherwise it is a root (an edited first question).
    """
    parents = [text_at(message, "parent_message_uuid") if isinstance(message, dict) else "" for message in messages]
    if not any(parents):
        return False
    is_partial = any(not parent and node.role == "assistant" for node, parent in zip(nodes, parents, strict=True))
    before: str | None = None
    for node, parent in zip(nodes, parents, strict=True):
        node.parent = parent or (before if is_partial or node.left_out == DAMAGED_MESSAGE else None)
        before = node.id
    return True


def _link_in_order(nodes: list[Node]) -> None:
    """A flat file keeps every edit of a question in a row and only the last one's answer."""
    before: Node | None = None
    for node in nodes:
        node.parent = before.id if before else None
        if before and before.role == node.role == "user" and not {before.left_out, node.left_out} & _NOT_UNDERSTOOD:
            before.left_out = SUPERSEDED
        before = node


def _node(message: Any, position: int, model: str | None, may_hold: Traits) -> Node:
    if not isinstance(message, dict):
        return Node(f"damaged-{position}", None, "user", left_out=DAMAGED_MESSAGE)
    name = text_at(message, "uuid") or f"m{position}"
    role = _SENDERS.get(text_at(message, "sender").lower())
    if role is None:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE)
    if role == "user":
        text = clean_typed(_typed_text(message), may_hold)
    else:
        text = clean_reply(_spoken_text(message), may_hold)
    return Node(
        name,
        None,
        role,
        text,
        None if text.strip() else _reason(message),
        time=epoch_seconds(message.get("created_at")),
        model=(text_at(message, "model") or model) if role == "assistant" else None,
        is_cut_off=role == "assistant" and message.get("stop_reason") == "max_tokens",
    )


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in list_at(message, "content") if isinstance(block, dict)]


def _spoken_text(message: dict[str, Any]) -> str:
    """The text blocks; where there is no text in them, `text` without what it repeats of the other blocks."""
    spoken = [text_at(block, "text") for block in _blocks(message) if block.get("type") in _SPOKEN]
    if any(piece.strip() for piece in spoken):
        return "\n\n".join(piece for piece in spoken if piece.strip())
    text = without_placeholders(text_at(message, "text") or text_at(message, "content"))
    for block in _blocks(message):
        if thinking := text_at(block, "thinking").strip():
            text = text.replace(thinking, "")
    return text


def _typed_text(message: dict[str, Any]) -> str:
    """What the person wrote, and the text of what was pasted or attached under a line with its name."""
    pieces = [_spoken_text(message).strip()]
    for attachment in list_at(message, "attachments"):
        if isinstance(attachment, dict) and (content := text_at(attachment, "extracted_content").strip()):
            pieces.append(f"[{text_at(attachment, 'file_name') or 'pasted text'}]\n{content}")
    return "\n\n".join(piece for piece in pieces if piece)


def _reason(message: dict[str, Any]) -> str:
    """Why a message without words has none."""
    kinds = {block.get("type") for block in _blocks(message) if isinstance(block.get("type"), str)}
    if kinds.intersection(_TOOL_BLOCKS):
        return TOOL
    if "thinking" in kinds or "redacted_thinking" in kinds:
        return THINKING
    has_files = any(list_at(message, key) for key in ("attachments", "files", "files_v2"))
    return MEDIA_ONLY if has_files or kinds.intersection(("image", "document")) else EMPTY


FORMAT = Format(
    name="claude",
    label="Claude data export or Claude Desktop",
    how_to_export="Claude: Settings, Privacy, Export data; give the zip, or every zip that the manifest lists",
    shape_age="2024 to August 2026",
    matches=matches,
    read=read,
)
