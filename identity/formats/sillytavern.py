"""SillyTavern's chats, one file each, and the files of Agnai, RisuAI and Chub that SillyTavern imports.

    {"user_name": "unused", "character_name": "unused", "create_date": "2026-01-02T10:00:00.000Z",
     "chat_metadata": {"integrity": "0f"}}
    {"name": "Mira", "is_user": false, "is_system": false, "send_date": "2024-6-5 @14h 56m 50s 682ms",
     "mes": "*waves* Hi, {{user}}.", "extra": {"model": "gpt-4o"}, "swipes": ["Hello.", "*waves* Hi, {{user}}."],
     "swipe_id": 1, "swipe_info": [{"extra": {"model": "gpt-4o"}}]}

Shapes of 2023 to 2026. The header may be missing (group chats), and its names may be the word "unused": the messages
tell the names. `mes` is what stands there, an edit may have left its swipe as it was. The swipes of what a character
says before the person said anything are its card's greetings. `is_system` hides a message from the model: the
program's own lines, notes, and what the person hid. A branch is a file of its own that repeats the beginning and even
the id of the chat that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.macros import with_names
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, HIDDEN, MEDIA_ONLY, SET_ASIDE, SYSTEM, TOOL, Node, Thread
from identity.formats.peek import Peek
from identity.formats.sillytavern_dates import seconds_of
from identity.formats.tree import linearize
from identity.formats.values import decoded_lines
from identity.records import Alternative
from identity.sources import DamagedFile, Document

_MEDIA_KEYS = ("image", "media", "file", "files", "video", "audio")
_NO_NAMES = ("", "unused")


def matches(peek: Peek) -> bool:
    """Messages with mes and is_user, a header, or one of the three foreign shapes."""
    is_chat = peek.has("mes") and peek.has("is_user")
    is_header = peek.has("chat_metadata") or (peek.has("user_name") and peek.has("character_name"))
    return is_chat or is_header or _is_agnai(peek) or _is_risu(peek)


def _is_agnai(peek: Peek) -> bool:
    return peek.has("messages", "[]", "msg") and (
        peek.has("messages", "[]", "userId") or peek.has("messages", "[]", "characterId")
    )


def _is_risu(peek: Peek) -> bool:
    return peek.has("data", "message", "[]", "data") and peek.has("data", "message", "[]", "role")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading a chat."""
    return (linearize(thread_of(header, lines, options), options) for header, lines in _chats(document))


def _chats(document: Document) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Header and messages of each chat. A file is one chat; a further header begins another."""
    header: dict[str, Any] = {}
    lines: list[Any] = []
    damage: DamagedFile | None = None
    try:
        for value in decoded_lines(document):
            foreign = _foreign_lines(value)
            begins = bool(foreign) or _is_header(value)
            if begins and (header or lines):
                yield header, lines
                header, lines = {}, []
            if begins:
                header, lines = value, foreign
            else:
                lines.append(value)
    except DamagedFile as error:
        damage = error
    if header or lines:
        yield header, lines
    if damage:
        raise damage


def _is_header(value: Any) -> bool:
    keys = value.keys() if isinstance(value, dict) and "mes" not in value else set()
    return bool(keys & {"chat_metadata", "user_name", "character_name"})


def _foreign_lines(value: Any) -> list[Any]:
    """The messages of an Agnai or RisuAI file in SillyTavern's keys, as its own import makes them."""
    if not isinstance(value, dict) or "mes" in value:
        return []
    if found := list_at(value, "messages"):
        return [_from_agnai(message) for message in found]
    return [_from_risu(message) for message in list_at(object_at(value, "data"), "message")]


def _from_agnai(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    return {
        "name": text_at(message, "handle", "name"),
        "is_user": bool(message.get("userId")),
        "send_date": message.get("createdAt"),
        "mes": message.get("msg"),
    }


def _from_risu(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    return {
        "name": text_at(message, "name"),
        "is_user": message.get("role") == "user",
        "send_date": message.get("time"),
        "mes": message.get("data"),
    }


def thread_of(header: dict[str, Any], lines: list[Any], options: Options) -> Thread:
    """The messages of one chat in their order."""
    characters = _names(lines, is_user=False)
    character = _name_in(header, "character_name") or (characters[0] if characters else "")
    user = _name_in(header, "user_name") or next(iter(_names(lines, is_user=True)), "")
    thread = Thread(
        source=FORMAT.name,
        id=text_at(object_at(header, "chat_metadata"), "integrity"),
        created=seconds_of(header.get("create_date")),
        has_unique_id=False,  # branches and checkpoints keep the id of the chat that they were made from
        may_repeat=True,
        gpt=(character or None) if len(characters) < 2 else None,
    )
    is_answered = False  # the person has said something
    for position, line in enumerate(lines, start=1):
        node = _node(line, position, (user, character), options)
        node.parent = thread.leaf
        if not is_answered:
            for alternative in node.alternatives:
                alternative.kind = "greeting"
        is_answered = is_answered or node.role == "user"
        thread.add(node)
        thread.leaf = node.id
        thread.updated = node.time or thread.updated
    return thread


def _name_in(header: dict[str, Any], key: str) -> str:
    name = text_at(header, key).strip()
    return "" if name in _NO_NAMES else name


def _names(lines: list[Any], is_user: bool) -> list[str]:
    """Who speaks on one side, each once, in order."""
    found = {
        text_at(line, "name").strip(): None
        for line in lines
        if isinstance(line, dict)
        and bool(line.get("is_user")) == is_user
        and not line.get("is_system")
        and not text_at(object_at(line, "extra"), "type")
    }
    return [name for name in found if name not in _NO_NAMES]


def _node(line: Any, position: int, names: tuple[str, str], options: Options) -> Node:
    name = f"m{position}"
    if not isinstance(line, dict) or not {"mes", "name", "is_user"} & line.keys():
        return Node(name, None, "user", left_out=DAMAGED_MESSAGE)
    extra = object_at(line, "extra")
    is_user = line.get("is_user") is True
    if list_at(extra, "tool_invocations"):
        return Node(name, None, "assistant", left_out=TOOL)
    author = text_at(line, "name").strip()
    author = "" if author in _NO_NAMES else author
    user, character = (author or names[0], names[1]) if is_user else (names[0], author or names[1])
    text = clean_typed(with_names(_text_of(line.get("mes")), user, character))
    kind = text_at(extra, "type")
    if line.get("is_system") is True:
        if kind:  # help, a note to oneself: never seen by the model
            return Node(name, None, "system", left_out=HIDDEN)
        return Node(name, None, "user" if is_user else "assistant", left_out=SET_ASIDE)
    if kind == "narrator":  # the scene, set with /sys, which the model is given as a system message
        return Node(name, None, "system", text, None if options.keep_system else SYSTEM)
    node = Node(name, None, "user" if is_user else "assistant", text, author=author or None)
    node.time = seconds_of(line.get("send_date"))
    if not is_user:
        node.text = clean_reply(text)
        node.model = text_at(extra, "model") or None
        node.alternatives = _swipes(line, node, (user, character))
    if not node.text.strip():
        node.left_out = MEDIA_ONLY if any(extra.get(key) for key in _MEDIA_KEYS) else EMPTY
    return node


def _text_of(value: Any) -> str:
    """A message or a swipe; Chub puts each into an object."""
    if isinstance(value, dict):
        value = value.get("message")
    return value if isinstance(value, str) else ""


def _swipes(line: dict[str, Any], node: Node, names: tuple[str, str]) -> list[Alternative]:
    """The swipes that were not gone on with; of two of which one begins the other, one was interrupted: no choice."""
    swipes, details = list_at(line, "swipes"), list_at(line, "swipe_info")
    shown = line.get("swipe_id")
    texts: dict[str, int] = {}
    for position, swipe in enumerate(swipes):
        text = clean_reply(clean_typed(with_names(_text_of(swipe), *names))).strip()
        if text and (position != shown or isinstance(shown, bool)):
            texts.setdefault(text, position)
    kept = node.text.strip()
    interrupted = _beginnings([*texts, kept])
    return [
        Alternative(content=text, model=_model_of(details, position))
        for text, position in texts.items()
        if text not in interrupted and not (kept and text.startswith(kept))
    ]


def _beginnings(texts: list[str]) -> set[str]:
    """Those texts that others begin with. In sorted order such a text stands right before one that it begins."""
    ordered = sorted(set(texts))
    return {text for text, following in pairwise(ordered) if following.startswith(text)}


def _model_of(details: list[Any], position: int) -> str | None:
    detail = details[position] if position < len(details) else None
    return text_at(object_at(detail, "extra"), "model") or None if isinstance(detail, dict) else None


FORMAT = Format(
    name="sillytavern",
    label="SillyTavern chats (also Agnai, RisuAI, Chub)",
    how_to_export="SillyTavern: give the folder data/<user>/chats (group chats lie beside it), or one chat's .jsonl",
    shape_age="2023 to August 2026",
    matches=matches,
    read=read,
)
