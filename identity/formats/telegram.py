"""Telegram Desktop's export as JSON, result.json: one chat, or the whole account with all its chats.

    {"name": "Mira", "type": "personal_chat", "id": 4711, "messages": [
      {"id": 1, "type": "service", "date": "…", "date_unixtime": "…", "actor": "Anna", "action": "phone_call"},
      {"id": 2, "type": "message", "date": "2026-01-01T10:00:00", "date_unixtime": "1767258000", "from": "Anna",
       "from_id": "user1", "text": ["see ", {"type": "link", "text": "a.example"}], "text_entities": […]}]}
    {"about": "…", "personal_information": {…}, "contacts": {…}, "chats": {"about": "…", "list": [<chats as above>]}}

Shape of 2019 to 2026; `date_unixtime` is there since 2021, `date` is local time. Accounts that were deleted have no
name but an id. What was forwarded or made by an inline bot is nobody's own words and left out, and so is a gap to
what follows. In a `bot_chat` the bot is the assistant. One chat is read message by message, an account chat by chat.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import name_of, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.html_inline import Span, longest_run
from identity.formats.messenger import Chat, Entry, Speakers, conversations, head_of
from identity.formats.nodes import CALL, DAMAGED_MESSAGE, EMPTY, FORWARDED, MEDIA_ONLY, NOTICE, Node
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.values import listed_objects, objects
from identity.json_keys import key_paths
from identity.json_window import as_utf8
from identity.sources import Document

_LISTS = frozenset({"chats", "left_chats"})
# Keys of which a message without text has at least one.
_MEDIA = (
    *("photo", "file", "media_type", "sticker_emoji", "contact_information", "location_information"),
    *("poll", "todo_list", "game_title", "invoice_information", "dice", "giveaway_information", "paid_media"),
)
_CALLS = frozenset({"phone_call", "group_call", "conference_call"})
_TAGS = {"bold": "strong", "italic": "em", "strikethrough": "del", "code": "code", "text_link": "a"}


def matches(peek: Peek) -> bool:
    """Messages with Telegram's times or senders, or the beginning of an account's export, which may be long."""
    places: tuple[tuple[str, ...], ...] = (("messages", "[]"), ("chats", "list", "[]", "messages", "[]"))
    if any(peek.has(*place, "date_unixtime") or peek.has(*place, "from_id") for place in places):
        return True
    if peek.has("personal_information", "user_id") or peek.has("chats", "list", "[]", "messages"):
        return True
    return peek.has("messages", "[]", "actor_id") and peek.has("type")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each stretch of a chat without a long silence."""
    speakers = Speakers()
    keys = {path[0] for path in key_paths(b"".join(as_utf8(io.BytesIO(document.prefix)))) if len(path) == 1}
    if "messages" in keys:
        chat = head_of(document, "messages")
        yield from _read_chat(chat, objects(document, "messages"), speakers, options)
        return
    is_account = not keys.isdisjoint((*_LISTS, "personal_information"))
    for value in listed_objects(document, _LISTS, "list") if is_account else objects(document):
        if isinstance(value, Reading):
            yield value
        elif isinstance(value.get("messages"), list):
            yield from _read_chat(value, value["messages"], speakers, options)
        else:
            yield skipped(NOT_A_CONVERSATION)


def _read_chat(
    value: dict[str, Any], messages: Iterable[Any], speakers: Speakers, options: Options
) -> Iterator[Reading]:
    bots = {f"user{value.get('id')}", text_at(value, "name")} if value.get("type") == "bot_chat" else set()
    chat = Chat(
        source=FORMAT.name,
        id=name_of(value.get("id")) or "",
        title=clean_typed(text_at(value, "name")),
        is_with_bot=bool(bots),
    )
    entries = (_entry(message, position, bots, speakers) for position, message in enumerate(messages))
    return conversations(chat, entries, options)


def _entry(message: Any, position: int, bots: set[str], speakers: Speakers) -> Entry:
    if not isinstance(message, dict):
        reason = message.skipped if isinstance(message, Reading) else None
        return Node(f"damaged {position}", None, "user", left_out=reason or DAMAGED_MESSAGE)
    name = name_of(message.get("id")) or f"m{position}"
    time = epoch_seconds(message.get("date_unixtime")) or epoch_seconds(message.get("date"))
    if message.get("type") != "message":
        is_call = message.get("action") in _CALLS if isinstance(message.get("action"), str) else False
        return Node(name, None, "user", left_out=CALL, time=time) if is_call else NOTICE
    account, shown = message.get("from_id"), clean_typed(text_at(message, "from"))
    is_bot = bool(bots.intersection((account if isinstance(account, str) else "", shown)) - {""})
    text = _text(message.get("text"))
    node = Node(name, None, "assistant" if is_bot else "user", clean_reply(text) if is_bot else clean_typed(text))
    node.author = speakers.name(account, shown)
    node.time = time
    if any(message.get(key) for key in ("forwarded_from", "forwarded_from_id", "via_bot")):
        node.left_out = FORWARDED
    elif not node.text.strip():
        node.left_out = MEDIA_ONLY if any(message.get(key) for key in _MEDIA) else EMPTY
    elif node.author is None:
        node.left_out = DAMAGED_MESSAGE
    return node


def _text(text: Any) -> str:
    """The text with its marks as Markdown, in which they are typed into Telegram."""
    written: list[str] = []
    is_after_block = False
    for piece in text if isinstance(text, list) else [text]:
        is_block = isinstance(piece, dict) and piece.get("type") in ("pre", "blockquote")
        marked = piece if isinstance(piece, str) else _marked(piece)
        if marked and written and is_block | is_after_block and not written[-1].endswith("\n") and marked[0] != "\n":
            written.append("\n")
        if marked:
            written.append(marked)
            is_after_block = is_block
    return "".join(written)


def _marked(piece: Any) -> str:
    if not isinstance(piece, dict):
        return ""
    kind, text = text_at(piece, "type"), text_at(piece, "text")
    if kind == "pre" and text.strip():
        fence = "`" * max(3, longest_run(text) + 1)
        body = text.strip("\n")
        return f"{fence}{text_at(piece, 'language')}\n{body}\n{fence}"
    if kind == "blockquote":
        return "\n".join(f"> {line}" for line in text.strip("\n").split("\n"))
    return Span(_TAGS[kind], text_at(piece, "href"), [text]).markdown() if kind in _TAGS else text


FORMAT = Format(
    name="telegram",
    label="Telegram Desktop (JSON)",
    how_to_export=(
        "Telegram Desktop: a chat's menu, Export chat history, or Settings, Advanced, Export Telegram data; "
        "format: machine-readable JSON; give result.json, with --voice and your name in it"
    ),
    shape_age="2019 to August 2026",
    matches=matches,
    read=read,
)
