"""One message of a ChatGPT export: what it says, and why it is not shown if it is not.

Field names and values as in exports from 2023 to 2026; every one may be missing, null or of another type.
"""

from __future__ import annotations

from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.nodes import EMPTY, HIDDEN, MEDIA_ONLY, SYSTEM, THINKING, TOOL, UNKNOWN_ROLE

ROLES = ("user", "assistant", "system", "tool")
_CONTEXT = frozenset({"user_editable_context", "model_editable_context", "app_pairing_content"})
_THINKING = frozenset({"thoughts", "reasoning_recap"})
_TOOL = frozenset(
    {"code", "execution_output", "computer_output", "system_error", "citable_code_output", "tool_output", "media"}
    | {"tether_quote", "tether_browsing_display", "tether_browsing_code", "sonic_webpage", "citation"}
)


def role_of(message: dict[str, Any]) -> str:
    """The author's role; a message without an author is the service's own."""
    return text_at(object_at(message, "author"), "role") or "system"


def content_type(message: dict[str, Any]) -> str:
    return text_at(object_at(message, "content"), "content_type")


def text_of_message(message: dict[str, Any]) -> str:
    """The words of a message, cleaned: text parts and voice transcripts; pictures and unknown parts have none."""
    content = object_at(message, "content")
    pieces = [_text_of_part(part) for part in list_at(content, "parts")]
    text = "\n".join(piece for piece in pieces if piece) or text_at(content, "text")
    if role_of(message) != "user":
        return clean_reply(text)
    quoted = object_at(message, "metadata").get("targeted_reply")
    if isinstance(quoted, str) and quoted.strip() and text.strip():
        # The passage of an earlier answer that the person replied to is not repeated in the text.
        quote = "\n".join(f"> {line}" for line in clean_reply(quoted).strip().splitlines())
        text = f"{quote}\n\n{text}"
    return clean_typed(text)


def _text_of_part(part: Any) -> str:
    if isinstance(part, str):
        return part
    return text_at(part, "text") if isinstance(part, dict) else ""


def reason_to_leave_out(message: dict[str, Any], text: str) -> str | None:
    """Why this message is not part of what the person read; None if it is."""
    role = role_of(message)
    metadata = object_at(message, "metadata")
    kind = content_type(message)
    if role not in ROLES:
        return UNKNOWN_ROLE
    if role == "system" or kind in _CONTEXT:
        return SYSTEM
    if role == "tool" or (role == "assistant" and _is_tool_use(message, metadata)):
        return TOOL
    if kind in _THINKING or message.get("channel") == "analysis":
        return THINKING
    if _is_hidden(message, metadata):
        return HIDDEN
    if kind in _TOOL:
        return TOOL
    if text.strip():
        return None
    return MEDIA_ONLY if _has_media(message, metadata) else EMPTY


def _is_tool_use(message: dict[str, Any], metadata: dict[str, Any]) -> bool:
    """A call is addressed to a tool or names a command; an output shown as assistant names its real author."""
    author = object_at(object_at(message, "author"), "metadata")
    return (
        message.get("recipient") not in (None, "", "all")
        or bool(metadata.get("command"))
        or text_at(author, "real_author").startswith("tool:")
    )


def _is_hidden(message: dict[str, Any], metadata: dict[str, Any]) -> bool:
    weight = message.get("weight")
    return (
        metadata.get("is_visually_hidden_from_conversation") is True
        or (isinstance(weight, int | float) and weight == 0)
        or bool(metadata.get("rebase_system_message"))
        or bool(metadata.get("rebase_developer_message"))
    )


def _has_media(message: dict[str, Any], metadata: dict[str, Any]) -> bool:
    parts = list_at(object_at(message, "content"), "parts")
    return any(isinstance(part, dict) for part in parts) or bool(list_at(metadata, "attachments"))


def custom_instructions(message: dict[str, Any]) -> str:
    """The person's own instructions in a hidden message, of either generation; "" if it holds none."""
    content = object_at(message, "content")
    if content_type(message) == "user_editable_context":
        pieces = [text_at(content, "user_profile"), text_at(content, "user_instructions")]
    else:
        data = object_at(object_at(message, "metadata"), "user_context_message_data")
        pieces = [text_at(data, "about_user_message"), text_at(data, "about_model_message")]
    return clean_typed("\n\n".join(piece.strip() for piece in pieces if piece.strip()))


def model_of(message: dict[str, Any], default: str) -> str | None:
    """The model that wrote a reply; "auto" names none if anything better is known."""
    metadata = object_at(message, "metadata")
    named = [text_at(metadata, "model_slug"), text_at(metadata, "default_model_slug"), default]
    known = [name for name in named if name]
    return next((name for name in known if name != "auto"), known[0] if known else None)


def ending_of(message: dict[str, Any]) -> str:
    """How a reply ended: "stop", "max_tokens", "interrupted", or "" if the export does not say."""
    ending = text_at(object_at(object_at(message, "metadata"), "finish_details"), "type")
    if ending in ("max_tokens", "interrupted"):
        return ending
    return "interrupted" if message.get("status") in ("in_progress", "finished_partial_completion") else ending
