"""One message of a ChatGPT export: what it says, and why it is not shown if it is not.

Values as in exports from 2023 to 2026; every field may be missing (see chatgpt_shape.py).
"""

from __future__ import annotations

from typing import Any

from identity.formats.chatgpt_shape import ChatMessage, Content, Metadata
from identity.formats.cleaning import Traits, clean_reply, clean_typed
from identity.formats.nodes import EMPTY, HIDDEN, MEDIA_ONLY, SYSTEM, THINKING, TOOL, UNKNOWN_ROLE, Node
from identity.formats.times import epoch_seconds
from identity.records import Role

SIDES: dict[str, Role] = {"user": "user", "assistant": "assistant", "tool": "assistant", "system": "user"}
# Content types that never hold what one side said to the other, and the reason under which they are counted.
_CONTEXT = frozenset({"user_editable_context", "model_editable_context", "app_pairing_content"})
_THINKING = frozenset({"thoughts", "reasoning_recap"})
_TOOL = frozenset(
    {"code", "execution_output", "computer_output", "system_error", "citable_code_output", "tool_output", "media"}
    | {"tether_quote", "tether_browsing_display", "tether_browsing_code", "sonic_webpage", "citation"}
)
_TO_ALL = frozenset({None, "", "all"})
_NO_CONTENT, _NO_METADATA = Content(), Metadata()


def node_of(name: str, parent: str | None, message: ChatMessage, may_hold: Traits, default_model: str | None) -> Node:
    """The node for a message, with what it says or the reason why it is no part of what the person read."""
    role = (message.author.role if message.author else None) or "system"  # without an author: the service's own
    metadata = message.metadata or _NO_METADATA
    content = message.content or _NO_CONTENT
    text = ""
    reason = _reason_to_leave_out(message, role, content.content_type, metadata)
    if reason is None:
        text = _text_of(content)
        if role != "user":
            text = clean_reply(text, may_hold)
        else:
            text = clean_typed(
                _with_quote(text, metadata.targeted_reply) if metadata.targeted_reply else text, may_hold
            )
        if not text or text.isspace():
            text, reason = "", MEDIA_ONLY if _has_media(content, metadata) else EMPTY
    node = Node(name, parent, SIDES.get(role, "user"), text, reason, epoch_seconds(message.create_time))
    if role == "assistant":
        ending = _ending_of(message, metadata)
        node.model = _model_of(metadata, default_model)
        node.is_progress_talk = message.channel == "commentary"
        if ending is not None:
            node.is_continued = ending == "max_tokens"
            node.is_cut_off = ending in ("max_tokens", "interrupted")
    elif role == "user":
        node.picked = metadata.paragen_variant_choice
    return node


def _reason_to_leave_out(message: ChatMessage, role: str, kind: str | None, metadata: Metadata) -> str | None:
    """Why a message is not shown, whatever its text; None if it is shown."""
    if role not in SIDES:
        return UNKNOWN_ROLE
    if role == "system" or kind in _CONTEXT:
        return SYSTEM
    if role == "tool" or (role == "assistant" and _is_tool_use(message, metadata)):
        return TOOL
    if kind in _THINKING or message.channel == "analysis":
        return THINKING
    if (
        metadata.is_visually_hidden_from_conversation is True
        or message.weight == 0
        or metadata.rebase_system_message
        or metadata.rebase_developer_message
    ):
        return HIDDEN
    return TOOL if kind in _TOOL else None


def _is_tool_use(message: ChatMessage, metadata: Metadata) -> bool:
    """A call is addressed to a tool or names a command; an output shown as assistant names its real author."""
    if message.recipient not in _TO_ALL or metadata.command:
        return True
    shown = message.author.metadata if message.author else None
    return shown is not None and shown.real_author is not None and shown.real_author.startswith("tool:")


def _text_of(content: Content) -> str:
    """Text parts and voice transcripts; pictures and unknown parts have none."""
    parts = content.parts
    if parts and len(parts) == 1 and isinstance(parts[0], str):
        return parts[0] or content.text or ""
    pieces = [_text_of_part(part) for part in parts or ()]
    return "\n".join(piece for piece in pieces if piece) or content.text or ""


def _text_of_part(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    return text if isinstance(text, str) else ""


def _with_quote(text: str, quoted: str) -> str:
    """The passage of an earlier answer that the person replied to is not repeated in the text."""
    if not quoted.strip() or not text.strip():
        return text
    quote = "\n".join(f"> {line}" for line in clean_reply(quoted).strip().splitlines())
    return f"{quote}\n\n{text}"


def _has_media(content: Content, metadata: Metadata) -> bool:
    return any(isinstance(part, dict) for part in content.parts or ()) or bool(metadata.attachments)


def custom_instructions(message: ChatMessage) -> str:
    """The person's own instructions in a hidden message, of either generation; "" if it holds none."""
    content = message.content or _NO_CONTENT
    if content.content_type == "user_editable_context":
        pieces = [content.user_profile, content.user_instructions]
    else:
        data = (message.metadata or _NO_METADATA).user_context_message_data
        pieces = [data.about_user_message, data.about_model_message] if data else []
    return clean_typed("\n\n".join(piece.strip() for piece in pieces if piece and piece.strip()))


def _model_of(metadata: Metadata, default: str | None) -> str | None:
    """The model that wrote a reply; "auto" names none if anything better is known."""
    slug = metadata.model_slug
    if slug and slug != "auto":
        return slug
    known = [name for name in (slug, metadata.default_model_slug, default) if name]
    return next((name for name in known if name != "auto"), known[0] if known else None)


def _ending_of(message: ChatMessage, metadata: Metadata) -> str | None:
    """How a reply ended: "stop", "max_tokens", "interrupted", or None if the export does not say."""
    ending = metadata.finish_details.type if metadata.finish_details else None
    if ending in ("max_tokens", "interrupted"):
        return ending
    return "interrupted" if message.status in ("in_progress", "finished_partial_completion") else ending
