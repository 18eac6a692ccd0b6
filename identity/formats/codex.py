"""Sessions of the Codex CLI: "rollouts", one file each under ~/.codex/sessions, a line for everything that happened.

    {"timestamp": "2026-01-27T12:34:56.000Z", "type": "session_meta", "payload": {"id": "019e", "cwd": "/home/ann"}}
    {"timestamp": "2026-01-27T12:35:01.000Z", "type": "turn_context", "payload": {"model": "gpt-5.3-codex"}}
    {"timestamp": "2026-01-27T12:35:02.000Z", "type": "response_item", "payload": {"type": "message", "role": "user",
     "content": [{"type": "input_text", "text": "When is low tide?"}]}}

Shape of September 2025 to 2026; before that the items stood there without an envelope, beside {"record_type": "state"}.
The same words stand in event_msg lines again, which are not read but for turns that the person took back. Much of what
has the role user nobody typed: instructions, the environment, notices. What the model says before it calls a tool is
talk on the way to its answer. A session that was forked or resumed may repeat the lines of another file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    HIDDEN,
    MEDIA_ONLY,
    SUB_AGENT,
    SYSTEM,
    THINKING,
    TOOL,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import decoded_lines
from identity.sources import DamagedFile, Document

_NAME = "codex"
# How pieces of user messages begin that the program wrote: the person's standing instructions, and all the rest.
_INSTRUCTIONS = re.compile(r"\s*(?:<user_instructions>|<INSTRUCTIONS>|# AGENTS\.md instructions)")
_NOT_TYPED = re.compile(
    r"\s*<(?:environment_context|turn_aborted|user_shell_command|skill|subagent_notification|recommended_plugins"
    r"|permissions instructions|collaboration_mode|personality_spec|model_switch|tool_context|user_action)[\s>]",
    re.IGNORECASE,
)
_ABORTED = "<turn_aborted>"
_REQUEST = "## My request for Codex:"  # editors put what is open and selected before it


def matches(peek: Peek) -> bool:
    is_wrapped = (
        peek.has("timestamp") and peek.has("type") and (peek.has("payload", "type") or peek.has("payload", "cwd"))
    )
    return is_wrapped or (peek.has("record_type") and peek.has("type"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The one conversation of a file."""
    rollout = Rollout(options)
    damage: DamagedFile | None = None
    try:
        for line in decoded_lines(document):
            rollout.take(line)
    except DamagedFile as error:
        damage = error
    if rollout.thread.read:
        yield linearize(rollout.thread, options)
    if damage:
        raise damage


@dataclass
class Rollout:
    """The lines of a rollout on their way to the nodes of one thread, each after the one before it."""

    options: Options
    thread: Thread = field(default_factory=lambda: Thread(source=_NAME, may_repeat=True))
    model: str | None = None
    is_begun: bool = False
    is_sub_agent: bool = False
    said: Node | None = None  # the last words of the model since the person spoke
    turns: list[str | None] = field(default_factory=list)  # for each prompt the node that it followed

    def take(self, line: Any) -> None:
        """One line of the file."""
        if not isinstance(line, dict):
            self._add(Node("", None, "user", left_out=DAMAGED_MESSAGE))
            return
        time = epoch_seconds(line.get("timestamp"))
        self.thread.updated = time or self.thread.updated
        payload, kind = object_at(line, "payload"), line.get("type")
        if kind == "session_meta" or (kind is None and "instructions" in line):
            self._begin(payload or line)
        elif kind == "turn_context":
            self.model = text_at(payload, "model") or self.model
        elif kind == "event_msg":
            self._take_back(payload)
        elif kind == "response_item":
            self._take_item(payload, time)
        elif not payload:
            self._take_item(line, time)

    def _begin(self, meta: dict[str, Any]) -> None:
        """Only the first line of this kind is the session's own; a fork copies those of the session before it too."""
        if self.is_begun:
            return
        self.is_begun = True
        self.thread.id = text_at(meta, "id", "session_id")
        self.thread.created = epoch_seconds(meta.get("timestamp"))
        self.thread.project = re.split(r"[\\/]", text_at(meta, "cwd").rstrip("\\/"))[-1] or None
        is_spawned = bool(object_at(meta, "source").get("subagent"))
        self.is_sub_agent = is_spawned or meta.get("thread_source") == "subagent"

    def _take_back(self, event: dict[str, Any]) -> None:
        """Turns that the person took back stay beside the path on which the session went on."""
        count = event.get("num_turns")
        if event.get("type") != "thread_rolled_back" or not isinstance(count, int) or count < 1 or not self.turns:
            return
        self.said = None
        self.thread.leaf = self.turns[-count] if count <= len(self.turns) else self.turns[0]
        del self.turns[-count:]

    def _take_item(self, item: dict[str, Any], time: float | None) -> None:
        kind = text_at(item, "type")
        if kind == "message":
            node = self._message(item)
        elif kind == "reasoning":
            node = Node("", None, "assistant", left_out=THINKING)
        elif kind.endswith(("_call", "_call_output")):
            node = Node("", None, "assistant", left_out=TOOL)
            if self.said:
                self.said.is_progress_talk = True
        else:
            return  # snapshots, compacted history, what may come
        node.time = time
        if self.is_sub_agent:
            self.thread.drop(SUB_AGENT)
        else:
            self._add(node)

    def _message(self, item: dict[str, Any]) -> Node:
        role = text_at(item, "role")
        pieces = [part for part in list_at(item, "content") if isinstance(part, dict)]
        texts = [clean_typed(text) for part in pieces if (text := text_at(part, "text"))]
        if role == "assistant":
            text = clean_reply("\n\n".join(texts)).strip()
            node = Node("", None, "assistant", text, None if text else EMPTY, model=self.model)
            node.is_progress_talk = item.get("phase") == "commentary"
            return node
        if role in ("developer", "system"):
            return Node("", None, "system", "\n\n".join(texts), None if self.options.keep_system else SYSTEM)
        if role != "user":
            return Node("", None, "user", left_out=UNKNOWN_ROLE)
        instructions = [text for text in texts if _INSTRUCTIONS.match(text)]
        typed = [_request(text) for text in texts if text not in instructions and not _NOT_TYPED.match(text)]
        text = "\n\n".join(piece for piece in typed if piece)
        if text:
            return Node("", None, "user", text)
        if instructions:
            return Node("", None, "system", "\n\n".join(instructions), None if self.options.keep_system else SYSTEM)
        if self.said and any(text.lstrip().startswith(_ABORTED) for text in texts):
            self.said.is_cut_off = True
        return Node("", None, "user", left_out=HIDDEN if texts else MEDIA_ONLY if pieces else EMPTY)

    def _add(self, node: Node) -> None:
        node.id = f"m{self.thread.read + 1}"
        node.parent = self.thread.leaf
        if node.role == "user" and node.left_out in (None, MEDIA_ONLY):
            self.turns.append(node.parent)
        if node.left_out is None:
            self.said = node if node.role == "assistant" else None
        self.thread.add(node)
        self.thread.leaf = node.id


def _request(text: str) -> str:
    """What the person typed, without what an editor told before it."""
    return text.partition(_REQUEST)[2].strip() if _REQUEST in text else text.strip()


FORMAT = Format(
    name=_NAME,
    label="Codex CLI sessions",
    how_to_export="Codex CLI keeps every session: give the folder ~/.codex/sessions, or one rollout-….jsonl in it",
    shape_age="2025 to October 2026",
    matches=matches,
    read=read,
)
