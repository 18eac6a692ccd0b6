"""Character.AI chats as tools took them from its web API: histories of a character (2022 to 2024), turns (since 2023).

    {"info": {"character": {"name": "Mira"}}, "histories": {"histories": [{"external_id": "h", "created": "2023-…",
      "msgs": [{"src": {"is_human": false, "name": "Mira"}, "text": "Hello.", "is_alternative": false}]}]}}

    {"turns": [{"turn_key": {"chat_id": "c", "turn_id": "t"}, "create_time": "2024-03-01T10:00:02.1Z",
      "author": {"author_id": "m", "name": "Mira"}, "primary_candidate_id": "1", "candidates": [
       {"candidate_id": "1", "raw_content": "Hello.", "is_final": true}, {"candidate_id": "2", "raw_content": "Hi."}]}]}

The service's own export is not known. Candidates are what the person swiped through; in the older shape they are
messages of their own, marked is_alternative, beside the one that the chat went on from. Turns are newest first, and
pages of one chat that follow one another in a file are one chat. Only what is true stands in JSON of this service's
making: an author without is_human is a character. Where a tool has blacked out names, replies with such a mark are
context only, for nobody says them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    MEDIA_ONLY,
    OTHER_BRANCH,
    SUPERSEDED,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds, oldest_first
from identity.formats.tree import linearize
from identity.formats.values import objects
from identity.records import Alternative, Role
from identity.sources import Document

_BLACKED_OUT = re.compile(r"\[[A-Z_]*REDACTED\]")  # of CharacterAI Dumper


def matches(peek: Peek) -> bool:
    histories = (("histories", "histories", "[]", "msgs"), ("histories", "[]", "msgs"), ("msgs", "[]", "src"))
    turns = (("turns", "[]", "primary_candidate_id"), ("turns", "[]", "candidates", "[]", "raw_content"))
    return any(peek.has(*path) for path in histories + turns)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every history, and every chat of turns. A dump is one object, so it is in memory as a whole."""
    chats: dict[str, list[Any]] = {}
    for value in objects(document):
        if isinstance(value, Reading):
            yield value
        elif isinstance(value.get("turns"), list):
            turns = list_at(value, "turns")
            chats.setdefault(_chat_of(turns), []).extend(turns)
        else:
            yield from _histories(value, options)
    for chat, turns in chats.items():
        yield linearize(_thread_of_turns(chat, turns), options)


def _histories(value: dict[str, Any], options: Options) -> Iterator[Reading]:
    character = text_at(object_at(object_at(value, "info"), "character"), "name", "participant__name").strip()
    histories = value.get("histories")
    if isinstance(histories, dict):
        histories = histories.get("histories")
    for history in histories if isinstance(histories, list) else [value]:
        if isinstance(history, dict) and isinstance(history.get("msgs"), list):
            yield linearize(_thread_of_history(history, character), options)
        else:
            yield skipped(NOT_A_CONVERSATION)


# --- histories --------------------------------------------------------------------------------------------------


def _thread_of_history(history: dict[str, Any], character: str) -> Thread:
    """The messages in order. Alternatives hang where the reply does that was chosen: the next one, else the last."""
    thread = Thread(
        source=FORMAT.name,
        id=text_at(history, "external_id"),
        created=epoch_seconds(history.get("created")),
        updated=epoch_seconds(history.get("last_interaction")),
        gpt=character or None,
    )
    messages = [_node_of_message(message, number) for number, message in enumerate(list_at(history, "msgs"), start=1)]
    for role, stretch in groupby(messages, lambda said: said[0].role):
        _add_stretch(thread, role, list(stretch))
    return thread


def _add_stretch(thread: Thread, role: Role, stretch: list[tuple[Node, bool]]) -> None:
    """Messages of one side, each with whether it is an alternative."""
    is_any_chosen = any(not is_alternative for _, is_alternative in stretch)
    waiting: list[Node] = []
    parent = thread.leaf
    for node, is_alternative in stretch:
        if is_alternative and role == "assistant" and is_any_chosen:
            waiting.append(node)
            continue
        if is_alternative:  # an edited question, or replies of which none is what the chat went on from
            node.left_out = node.left_out or (SUPERSEDED if role == "user" else OTHER_BRANCH)
        parent = thread.leaf
        for alternative in waiting:
            alternative.parent = parent
            thread.add(alternative)
        waiting = []
        node.parent = parent
        thread.leaf = thread.leaf if node.id in thread.nodes else node.id
        thread.add(node)
    for alternative in waiting:
        alternative.parent = parent
        thread.add(alternative)


def _node_of_message(message: Any, number: int) -> tuple[Node, bool]:
    """A message without its link, and whether it is an alternative."""
    if not isinstance(message, dict):
        return Node(f"m{number}", None, "user", left_out=DAMAGED_MESSAGE), False
    name = text_at(message, "uuid") or name_of(message.get("id")) or f"m{number}"
    source = object_at(message, "src")
    is_human = source.get("is_human", message.get("src__is_human"))
    if not isinstance(is_human, bool):
        return Node(name, None, "user", left_out=UNKNOWN_ROLE), False
    role: Role = "user" if is_human else "assistant"
    speaker = text_at(source, "name") or text_at(message, "src__name")
    has_picture = bool(text_at(message, "image_rel_path"))
    return _node(name, role, text_at(message, "text"), speaker, has_picture), message.get("is_alternative") is True


def _node(name: str, role: Role, text: str, speaker: str, has_picture: bool) -> Node:
    node = Node(name, None, role, clean_reply(text) if role == "assistant" else clean_typed(text))
    if not node.text.strip():
        node.left_out = MEDIA_ONLY if has_picture else EMPTY
    node.author = speaker if speaker.strip() and not _BLACKED_OUT.search(speaker) else None
    node.weight = 0 if role == "assistant" and _BLACKED_OUT.search(text) else 1
    return node


# --- turns ------------------------------------------------------------------------------------------------------


def _chat_of(turns: list[Any]) -> str:
    """The chat that a page of turns is of."""
    return next((name for turn in turns if (name := _key_of(turn, "chat_id"))), "")


def _key_of(turn: Any, key: str) -> str:
    return text_at(object_at(turn, "turn_key"), key) or text_at(turn, key) if isinstance(turn, dict) else ""


def _thread_of_turns(chat: str, turns: list[Any]) -> Thread:
    """Turns of one chat, oldest first."""
    thread = Thread(source=FORMAT.name, id=chat)
    is_opening = True  # nobody has spoken yet: what was swiped through are greetings
    for number, turn in enumerate(oldest_first(turns, _time), start=1):
        node = _node_of_turn(turn, number, "greeting" if is_opening else "regenerated")
        node.parent = thread.leaf
        thread.leaf = thread.leaf if node.id in thread.nodes else node.id
        thread.add(node)
        thread.updated = max(node.time or 0.0, thread.updated or 0.0) or None
        if node.role == "assistant":
            thread.gpt = thread.gpt or node.author
        is_opening = is_opening and node.role == "assistant"
    return thread


def _time(turn: Any) -> float | None:
    return epoch_seconds(turn.get("create_time")) if isinstance(turn, dict) else None


def _node_of_turn(turn: Any, number: int, kind: str) -> Node:
    """A turn by the candidate that is shown, without its link."""
    if not isinstance(turn, dict):
        return Node(f"t{number}", None, "user", left_out=DAMAGED_MESSAGE)
    name = _key_of(turn, "turn_id") or f"t{number}"
    author = object_at(turn, "author")
    if not author:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE, time=_time(turn))
    role: Role = "user" if author.get("is_human") is True else "assistant"
    candidates = [candidate for candidate in list_at(turn, "candidates") if isinstance(candidate, dict)]
    primary = text_at(turn, "primary_candidate_id")
    shown = next((one for one in candidates if primary and text_at(one, "candidate_id") == primary), None)
    shown = shown or (candidates[0] if candidates else {})
    has_picture = bool(text_at(shown, "tti_image_rel_path"))
    node = _node(name, role, text_at(shown, "raw_content"), text_at(author, "name"), has_picture)
    node.time = _time(turn)
    node.is_cut_off = role == "assistant" and _is_cut_off(shown)
    if role == "assistant":
        others = [one for one in candidates if one is not shown and not _is_cut_off(one)]
        node.alternatives = [one for one in (_alternative(candidate, kind) for candidate in others) if one]
    return node


def _is_cut_off(candidate: dict[str, Any]) -> bool:
    """Stopped by the person, or by the service's filter."""
    return candidate.get("is_final") is False or candidate.get("safety_truncated") is True


def _alternative(candidate: dict[str, Any], kind: str) -> Alternative | None:
    text = clean_reply(text_at(candidate, "raw_content")).strip()
    return Alternative(content=text, kind=kind) if text and not _BLACKED_OUT.search(text) else None


FORMAT = Format(
    name="characterai",
    label="Character.AI histories and chats (JSON of its web API)",
    how_to_export="give the JSON that a tool saved from the web API; no export of character.ai's own is known",
    shape_age="2022 to 2026",
    matches=matches,
    read=read,
)
