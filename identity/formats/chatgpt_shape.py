"""The fields of a ChatGPT export that are read, with their types, and decoding into them from any condition of a file.

Typed decoding passes over everything else (search results, citations, layout: half of an export) without making
objects of it. Where a field is of another type than here, which decoding refuses, it is taken out and the rest is
decoded again: one wrong field costs itself.
"""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec

from identity.formats.cleaning import ANYTHING, Traits, traits_of
from identity.json_stream import decode_value


class AuthorMetadata(msgspec.Struct, gc=False):
    real_author: str | None = None  # "tool:web" where a tool's output is shown as the assistant's


class Author(msgspec.Struct, gc=False):
    role: str | None = None
    metadata: AuthorMetadata | None = None


class Content(msgspec.Struct, gc=False):
    content_type: str | None = None
    parts: list[Any] | None = None  # strings, null, and objects for pictures and voice
    text: str | None = None
    user_profile: str | None = None
    user_instructions: str | None = None


class FinishDetails(msgspec.Struct, gc=False):
    type: str | None = None


class InstructionData(msgspec.Struct, gc=False):
    about_user_message: str | None = None
    about_model_message: str | None = None


class Metadata(msgspec.Struct, gc=False):
    model_slug: str | None = None
    default_model_slug: str | None = None
    finish_details: FinishDetails | None = None
    is_visually_hidden_from_conversation: Any = None
    rebase_system_message: Any = None
    rebase_developer_message: Any = None
    command: Any = None  # names a tool call, also where `recipient` is missing
    attachments: list[Any] | None = None
    targeted_reply: str | None = None  # the passage of an earlier answer that the person replied to
    paragen_variant_choice: str | None = None  # the node that the person picked of two shown side by side
    user_context_message_data: InstructionData | None = None


class ChatMessage(msgspec.Struct, gc=False):
    id: str | None = None
    author: Author | None = None
    content: Content | None = None
    metadata: Metadata | None = None
    create_time: float | str | None = None
    recipient: str | None = None
    channel: str | None = None
    status: str | None = None
    weight: float | None = None


Other = str | float | bool | list[Any]  # what stands where an object belongs


class ChatNode(msgspec.Struct, gc=False):
    message: ChatMessage | Other | None = None
    parent: str | None = None
    children: msgspec.Raw = msgspec.Raw(b"null")  # looked into only where nodes do not name their parents


Mapping = dict[str, ChatNode | Other | None]


class Chat(msgspec.Struct, gc=False):
    id: str | None = None
    conversation_id: str | None = None
    title: str | None = None
    create_time: float | str | None = None
    update_time: float | str | None = None
    current_node: str | None = None
    default_model_slug: str | None = None
    gizmo_id: str | None = None  # g-p-… is a project, any other a custom GPT
    conversation_template_id: str | None = None
    mapping: Mapping | None = None


_decoder = msgspec.json.Decoder(Chat)


def decode_chat(raw: bytes) -> tuple[Chat, Traits] | None:
    """The conversation in one JSON value and what its texts may hold; None if the value is no object.

    ValueError if it is no JSON.
    """
    try:
        return _decoder.decode(raw), traits_of(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # a wrong type, half of a surrogate pair, or damage
    value = decode_value(raw)
    if not isinstance(value, dict):
        return None
    try:
        return _decoder.decode(msgspec.json.encode(_without_wrong_types(Chat, value))), ANYTHING
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise ValueError("not decodable") from None


def _without_wrong_types(kind: type[msgspec.Struct], value: dict[str, Any]) -> dict[str, Any]:
    """The object with its known fields only, and of these only what has the field's type."""
    right: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in value:
            continue
        found = value[field.name]
        inner = _struct_in(field.type)
        if isinstance(found, dict) and inner is not None:
            right[field.name] = _without_wrong_types(inner, found)
        elif isinstance(found, dict) and field.name == "mapping":
            right[field.name] = {
                str(name): _without_wrong_types(ChatNode, node) if isinstance(node, dict) else _plain(node)
                for name, node in found.items()
            }
        elif _is_of(found, field.type):
            right[field.name] = found
    return right


def _plain(value: Any) -> Any:
    """A value that stands where an object belongs; a number too great for JSON's types is none."""
    return value if _is_of(value, Other) else None


def _is_of(value: Any, kind: Any) -> bool:
    if kind is msgspec.Raw:
        return True
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError):
        return False
    return True


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The Struct of a field that may hold one."""
    options = typing.get_args(kind) if isinstance(kind, types.UnionType) or typing.get_origin(kind) else (kind,)
    for option in options:
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return option
    return None
