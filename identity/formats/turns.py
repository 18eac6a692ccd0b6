"""Plain lists of turns, as training files and small tools write them: role or from, content or value, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, text_at
from identity.formats.format import Options
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, MEDIA_ONLY, SYSTEM, TOOL, UNKNOWN_ROLE, Node, Thread
from identity.formats.times import epoch_seconds
from identity.rows import ROLE_NAMES, TOOL_NAMES, text_of

_TIMES = ("created_at", "timestamp", "create_time", "createdAt", "time", "date")
_UPDATES = ("updated_at", "update_time", "updatedAt")


def thread_of_turns(turns: Iterable[Any], around: dict[str, Any], source: str, options: Options) -> Thread:
    """A thread in the order of the list; `around` is the object that the list stands in (id, title, times)."""
    thread = Thread(
        source=source,
        id=conversation_id_of(around),
        title=clean_typed(text_at(around, "title", "name")),
        created=_time_of(around, _TIMES),
        updated=_time_of(around, _UPDATES),
        has_unique_id=False,
    )
    system = text_at(around, "system", "system_prompt")
    if system:
        thread.add(_system_node("system", None, system, options))
    before = "system" if system else None
    for position, turn in enumerate(turns, start=1):
        node = node_of_turn(turn, f"m{position}", before, text_at(around, "model"), options)
        while node.id in thread.nodes:
            node.id = f"{node.id}'"  # ids of rows are not always unique; the order is what links them
        thread.add(node)
        before = node.id
    thread.leaf = before
    return thread


def conversation_id_of(value: dict[str, Any]) -> str:
    """The id that a row gives itself, "" if none. It need not be unique: rows cut from one conversation share it."""
    return next((name for key in ("id", "uuid", "conversation_id") if (name := name_of(value.get(key)))), "")


def _time_of(value: dict[str, Any], keys: tuple[str, ...]) -> float | None:
    return next((seconds for key in keys if (seconds := epoch_seconds(value.get(key))) is not None), None)


def _system_node(name: str, parent: str | None, text: str, options: Options) -> Node:
    return Node(name, parent, "system", clean_typed(text), None if options.keep_system else SYSTEM)


def node_of_turn(turn: Any, default_name: str, parent: str | None, model: str, options: Options) -> Node:
    """One turn as a node, whatever its keys are called."""
    if not isinstance(turn, dict):
        return Node(default_name, parent, "user", left_out=DAMAGED_MESSAGE)
    name = name_of(turn.get("id")) or name_of(turn.get("uuid")) or default_name
    speaker = text_at(turn, "role", "from", "sender", "speaker").lower()
    if speaker in TOOL_NAMES:
        return Node(name, parent, "assistant", left_out=TOOL)
    role = ROLE_NAMES.get(speaker)
    if role is None:
        return Node(name, parent, "user", left_out=UNKNOWN_ROLE)
    content = next((turn[key] for key in ("content", "value", "text", "message") if turn.get(key)), None)
    text = text_of(content) or ""
    if role == "system":
        return _system_node(name, parent, text, options)
    node = Node(name, parent, role, clean_reply(text) if role == "assistant" else clean_typed(text))
    if not node.text.strip():
        is_call = list_at(turn, "tool_calls") or turn.get("function_call")
        node.left_out = TOOL if is_call else MEDIA_ONLY if isinstance(content, list) else EMPTY
    node.time = _time_of(turn, _TIMES)
    node.author = text_at(turn, "name", "author") or None
    if role == "assistant":
        node.model = text_at(turn, "model") or model or None
        node.weight = 0 if turn.get("weight") == 0 or turn.get("train") is False else 1
    return node
