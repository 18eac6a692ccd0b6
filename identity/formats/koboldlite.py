"""Kobold Lite's save files (KoboldCpp, KoboldAI; 2023 to 2026): one text, in which marks or names begin the turns.

    {"gamestarted": true, "prompt": "\\n{{[INPUT]}}\\nBees?\\n{{[OUTPUT]}}\\n", "memory": "Mira keeps bees.",
     "actions": ["Buzz.", "\\n{{[INPUT]}}\\nMore.\\n{{[OUTPUT]}}\\n", "Hum."],
     "savedsettings": {"chatname": "Anna", "chatopponent": "Mira||$||Bo", "opmode": 4,
                       "instruct_starttag": "\\\\n### Instruction:\\\\n", "instruct_endtag": "\\\\n### Response:\\\\n"}}

The text is the prompt and the actions without anything between; an action is what one step of generation gave, not a
turn. opmode 1 is a story, 2 an adventure, 3 a chat (lines that begin with a name), 4 instructions (marks, or with raw
tags those of the settings). There is no id, no time and no model in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, MEDIA_ONLY, SYSTEM, THINKING, UNKNOWN_ROLE, Node, Thread
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.values import objects, read_each
from identity.records import Role
from identity.sources import Document

STORY = "a story or an adventure, which has no turns"
_CHAT, _INSTRUCT = "3", "4"  # values of opmode
_PLACEHOLDERS: dict[str, Role | None] = {
    "{{[INPUT]}}": "user",
    "{{[OUTPUT]}}": "assistant",
    "{{[SYSTEM]}}": "system",
    "{{[INPUT_END]}}": None,
    "{{[OUTPUT_END]}}": None,
    "{{[SYSTEM_END]}}": None,
}
# Settings that hold the raw tags, and what stands in them unless a person changes it.
_TAGS: tuple[tuple[str, str, Role | None], ...] = (
    ("instruct_starttag", "### Instruction:", "user"),
    ("instruct_endtag", "### Response:", "assistant"),
    ("instruct_systag", "", "system"),
    ("instruct_starttag_end", "", None),
    ("instruct_endtag_end", "", None),
    ("instruct_systag_end", "", None),
)
_ANY_NAME = r"[^\s:][^:\n]{0,40}"
_PICTURE = re.compile(r"\[<\|([pdh])\|[^|]{0,200}\|\1\|>\]")  # where a picture stands in the text


class Turn(NamedTuple):
    """A stretch of the text; no role: it stands outside of any turn."""

    role: Role | None
    author: str | None
    text: str


def matches(peek: Peek) -> bool:
    """A text in actions with Lite's settings; KoboldAI's own saves have no settings and are stories."""
    return peek.has("actions") and (peek.has("savedsettings") or (peek.has("gamestarted") and peek.has("prompt")))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The chat of a save file; several, where somebody put them into an array."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    settings = object_at(value, "savedsettings")
    actions = list_at(value, "actions")
    user = text_at(settings, "chatname") or "User"
    others = [name for part in text_at(settings, "chatopponent").split("||$||") if (name := part.strip())]
    text = text_at(value, "prompt") + "".join(action for action in actions if isinstance(action, str))
    shown = partial(_with_names, user=user, others=others)
    mode = name_of(settings.get("opmode"))
    turns = [
        turn for turn in _turns(shown(text), mode, settings, user, others) if turn.role != "system" or turn.text.strip()
    ]
    if text.strip() and not any(turn.role in ("user", "assistant") for turn in turns):
        return skipped(STORY)
    thread = Thread(source=FORMAT.name, title=clean_typed(text_at(value, "title")))
    thread.gpt = ", ".join(others) if any(turn.author for turn in turns) and others else None
    for action in actions:
        if not isinstance(action, str):
            thread.drop(DAMAGED_MESSAGE)
    before: str | None = None
    if memory := shown(text_at(value, "memory")).strip():
        turns.insert(0, Turn("system", None, memory))
    for position, turn in enumerate(turns, start=1):
        node = _node(turn, f"m{position}", settings, options)
        node.parent = before
        thread.add(node)
        before = thread.leaf = node.id
    return linearize(thread, options)


def _with_names(text: str, user: str, others: list[str]) -> str:
    """The text as Lite shows it: with the names that its two placeholders stand for."""
    return text.replace("{{user}}", user).replace("{{char}}", others[0] if others else "{{char}}")


def _turns(text: str, mode: str | None, settings: dict[str, Any], user: str, others: list[str]) -> Iterator[Turn]:
    """The turns by what the text has in it: the marks, else what the mode says."""
    if any(mark in text for mark in _PLACEHOLDERS):
        yield from _marked(text, _PLACEHOLDERS)
        return
    tags = {tag: role for key, default, role in _TAGS if (tag := _tag(settings, key, default))}
    if mode == _INSTRUCT or (mode is None and any(tag in text for tag in tags)):
        yield from _marked(text, tags)
    elif mode in (_CHAT, None):
        yield from _named(text, user, others)


def _tag(settings: dict[str, Any], key: str, default: str) -> str:
    """A tag as it stands in the text; the settings write line breaks as two characters."""
    return text_at(settings, key).replace("\\n", "\n").strip() or default


def _marked(text: str, marks: dict[str, Role | None]) -> Iterator[Turn]:
    """Stretches between marks; what precedes the first mark sets the scene, as the memory does."""
    pattern = re.compile("|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True)))
    role: Role | None = "system"
    position = 0
    for mark in pattern.finditer(text):
        if role or text[position : mark.start()].strip():
            yield Turn(role, None, text[position : mark.start()])
        role, position = marks[mark.group()], mark.end()
    if position and (role or text[position:].strip()):
        yield Turn(role, None, text[position:])


def _named(text: str, user: str, others: list[str]) -> Iterator[Turn]:
    """Stretches that begin with a name at the start of a line; what precedes the first one sets the scene."""
    named = "|".join(re.escape(name) for name in sorted(others, key=len, reverse=True)) or _ANY_NAME
    pattern = re.compile(rf"(?:\A|\n)[ \t]*(?:({re.escape(user)})|({named})):", re.MULTILINE)
    role: Role = "system"
    author: str | None = None
    position = 0
    for name in pattern.finditer(text):
        yield Turn(role, author, text[position : name.start()])
        role, author = ("user", user) if name.group(1) else ("assistant", name.group(2).strip())
        position = name.end()
    if position:
        yield Turn(role, author, text[position:])


def _node(turn: Turn, name: str, settings: dict[str, Any], options: Options) -> Node:
    if turn.role is None:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE)
    text = _PICTURE.sub("", turn.text)
    words = _reply(text, settings) if turn.role == "assistant" else clean_typed(text)
    node = Node(name, None, turn.role, words.strip(), author=turn.author)
    if turn.role == "system" and not options.keep_system:
        node.left_out = SYSTEM
    elif not node.text:
        node.left_out = THINKING if text.strip() else MEDIA_ONLY if turn.text.strip() else EMPTY
    return node


def _reply(text: str, settings: dict[str, Any]) -> str:
    """A reply without its thinking, whose first tag may have been given to the model and not be in the text."""
    opens = text_at(settings, "start_thinking_tag").strip() or "<think>"
    closes = text_at(settings, "stop_thinking_tag").strip() or "</think>"
    text = text.replace(opens, "<think>").replace(closes, "</think>")
    before, found, _ = text.partition("</think>")
    return clean_reply("<think>" + text if found and "<think>" not in before else text)


FORMAT = Format(
    name="koboldlite",
    label="Kobold Lite save",
    how_to_export="KoboldCpp or Kobold Lite: Save / Load, Download to file (JSON)",
    shape_age="2023 to November 2026",
    matches=matches,
    read=read,
)
