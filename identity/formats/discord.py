"""DiscordChatExporter's JSON: one channel, direct chat or thread a file, or several files with parts of one.

    {"guild": {"id": "0", "name": "Direct Messages"}, "channel": {"id": "1", "type": "DirectTextChat", "name": "Mira"},
     "dateRange": {"after": null, "before": null}, "exportedAt": "…", "messages": [
       {"id": "10", "type": "Default", "timestamp": "2025-12-31T23:00:00.12+00:00", "content": "Hi", "attachments": [],
        "author": {"id": "7", "name": "anna", "nickname": "Anna", "isBot": false}, "embeds": [], "stickers": []}],
     "messageCount": 1}

Shape of 2020 to 2026. Where a bot speaks it is the assistant (companions are bots, and so are the characters that
speak through webhooks), and its embeds are read where its message is nothing else. Everybody else is a person, known
by the id and shown by nickname or name. Each file is read by itself, message by message: of a channel in parts nothing
is lost or read twice, but what was said over the end of a part becomes two conversations. Newest first is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.messenger import Chat, Entry, Speakers, conversations, head_of, oldest_first
from identity.formats.nodes import CALL, DAMAGED_MESSAGE, EMPTY, FORWARDED, MEDIA_ONLY, NOTICE, TOOL, Node
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.values import objects
from identity.sources import Document

_SAID = frozenset({"Default", "Reply"})
# Answers to a command, by the number of their kind, which the exporter has no name for: the question is not there.
_COMMANDS = frozenset({"20", "23", "ChatInputCommand", "ContextMenuCommand"})
_MEDIA = ("attachments", "stickers", "embeds")
_BOT = re.compile(rb'"isBot"\s*:\s*true')
_DIRECT_CHATS = "0"  # the id of the guild that stands for none


def matches(peek: Peek) -> bool:
    is_channel = peek.has("guild", "id") and peek.has("channel", "id")
    return is_channel and (peek.has("messages") or peek.has("exportedAt"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each stretch of the channel without a long silence."""
    head = head_of(document, "messages")
    if not head:
        yield skipped(NOT_A_CONVERSATION)
        return
    guild, channel = object_at(head, "guild"), object_at(head, "channel")
    is_direct = text_at(channel, "type").startswith("Direct")
    chat = Chat(
        source=FORMAT.name,
        id=name_of(channel.get("id")) or "",
        title=clean_typed(text_at(channel, "name")),
        is_with_bot=is_direct and _BOT.search(document.prefix) is not None,
        project=None if name_of(guild.get("id")) == _DIRECT_CHATS else clean_typed(text_at(guild, "name")) or None,
    )
    speakers = Speakers()
    entries = (_entry(item, position, speakers) for position, item in enumerate(objects(document, "messages")))
    yield from conversations(chat, oldest_first(entries), options)


def _entry(message: dict[str, Any] | Reading, position: int, speakers: Speakers) -> Entry:
    if isinstance(message, Reading):
        return Node(f"damaged {position}", None, "user", left_out=message.skipped or DAMAGED_MESSAGE)
    author = object_at(message, "author")
    is_bot = author.get("isBot") is True
    kind = message.get("type")
    text = text_at(message, "content")
    if is_bot and not text.strip():
        text = "\n\n".join(_embedded(embed) for embed in list_at(message, "embeds")).strip()
    node = Node(
        name_of(message.get("id")) or f"m{position}",
        None,
        "assistant" if is_bot else "user",
        clean_reply(text) if is_bot else clean_typed(text),
        time=epoch_seconds(message.get("timestamp")),
    )
    node.author = speakers.name(
        author.get("id"), clean_typed(text_at(author, "nickname")), clean_typed(text_at(author, "name"))
    )
    if kind not in _SAID if isinstance(kind, str) else True:
        node.left_out = CALL if kind == "Call" else TOOL if isinstance(kind, str) and kind in _COMMANDS else None
        return node if node.left_out else NOTICE
    if not node.text.strip():
        node.left_out = _reason(message)
    elif node.author is None:
        node.left_out = DAMAGED_MESSAGE
    return node


def _embedded(embed: Any) -> str:
    """What stands in a box below a bot's message."""
    if not isinstance(embed, dict):
        return ""
    return "\n\n".join(text for key in ("title", "description") if (text := text_at(embed, key).strip()))


def _reason(message: dict[str, Any]) -> str:
    """Why a message without words has none."""
    if object_at(message, "forwardedMessage"):
        return FORWARDED
    return MEDIA_ONLY if any(list_at(message, key) for key in _MEDIA) else EMPTY


FORMAT = Format(
    name="discord",
    label="Discord (DiscordChatExporter, JSON)",
    how_to_export=(
        "DiscordChatExporter: choose the chats, format JSON; give the files or their folder, with --voice and your "
        "name in it unless a bot is to be learned"
    ),
    shape_age="2020 to August 2026",
    matches=matches,
    read=read,
)
