"""Sessions of Claude Code: one file each under ~/.claude/projects, a line for everything that happened.

    {"type": "user", "uuid": "l1", "parentUuid": null, "sessionId": "s", "timestamp": "2026-05-02T08:00:00.000Z",
     "cwd": "/home/ann/tides", "isSidechain": false, "message": {"role": "user", "content": "When is low tide?"}}
    {"type": "assistant", "uuid": "l2", "parentUuid": "l1", "sessionId": "s", "isSidechain": false,
     "message": {"id": "msg_1", "role": "assistant", "content": [{"type": "text", "text": "At six."}]}}

Shapes of 2025 and 2026. An answer is written as several lines with one message.id; what the model said before it
called a tool is talk on the way to its answer. User lines may hold tool results, commands and reminders that nobody
typed. Lines without a message stand between those with one. A session that was resumed or forked may be a new file
that repeats the lines of the old one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed, without_elements
from identity.formats.fields import list_at, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    DUPLICATE_MESSAGE,
    EMPTY,
    HIDDEN,
    MEDIA_ONLY,
    MERGED,
    SUB_AGENT,
    THINKING,
    TOOL,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import decoded_lines
from identity.sources import DamagedFile, Document

_NAME = "claude-code"
# What the program puts into a person's message or writes there in the person's name.
_NOT_TYPED = re.compile(
    r"<(command-name|command-message|command-args|command-contents|local-command-[a-z]+|system-reminder"
    r"|bash-(?:input|stdout|stderr)|task-notification|teammate-message|user-prompt-submit-hook|ide_[a-z_]+"
    r"|new-diagnostics)(?:\s[^<>]*)?>"
)
_INTERRUPTED = "[Request interrupted by user"
_SYNTHETIC = "<synthetic>"  # the model of errors that the program writes as if they were answers


def matches(peek: Peek) -> bool:
    """Lines with a session and links (uuid stands behind the message), or the summary of how a session ended."""
    is_line = peek.has("sessionId") and peek.has("type") and (peek.has("parentUuid") or peek.has("uuid"))
    return is_line or (peek.has("leafUuid") and peek.has("summary"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The one conversation of a file; a file that holds nothing but titles has none."""
    session = Session()
    damage: DamagedFile | None = None
    try:
        for line in decoded_lines(document):
            session.take(line)
    except DamagedFile as error:
        damage = error
    if session.thread.read:
        yield linearize(session.finished(), options)
    if damage:
        raise damage


@dataclass
class Session:
    """The lines of a session on their way to the nodes of one thread. Links are set when all lines are known."""

    thread: Thread = field(default_factory=lambda: Thread(source=_NAME, may_repeat=True))
    follows: dict[str, str] = field(default_factory=dict)  # line that is no node -> the line that it follows
    lines: set[str] = field(default_factory=set)  # the uuids so far
    answers: dict[str, Node] = field(default_factory=dict)  # by message.id
    damaged: str | None = None  # the last line that could not be read
    after_damage: dict[str, str] = field(default_factory=dict)  # node -> the damaged line before it
    interrupted: list[Node] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)  # by the key that the line had it under
    summaries: dict[str, str] = field(default_factory=dict)  # by the uuid of the line that they end with

    def take(self, line: Any) -> None:
        """One line of the file."""
        if not isinstance(line, dict):
            self.damaged = f"damaged {self.thread.read + 1}"
            self._add(Node(self.damaged, self.thread.leaf, "user", left_out=DAMAGED_MESSAGE))
            return
        self._take_titles(line)
        name = text_at(line, "uuid")
        if not name:
            return  # bookkeeping: titles, snapshots of files, queues
        is_said = line.get("type") in ("user", "assistant") or _is_queued(line)
        if name in self.lines:
            self.thread.read += is_said
            self.thread.left_out[DUPLICATE_MESSAGE] += is_said
            return
        self.lines.add(name)
        before = text_at(line, "logicalParentUuid", "parentUuid")
        if line.get("isSidechain") is True and is_said:
            self.thread.drop(SUB_AGENT)
        elif is_said:
            self._describe(line)
            take = self._take_answer if line["type"] == "assistant" else self._take_prompt
            take(Node(name, before or None, "user", time=epoch_seconds(line.get("timestamp"))), line)
        if name not in self.thread.nodes:
            self.follows[name] = before

    def _take_titles(self, line: dict[str, Any]) -> None:
        for key in ("customTitle", "aiTitle"):
            if title := text_at(line, key):
                self.titles[key] = title
        if summary := text_at(line, "summary"):
            self.summaries[text_at(line, "leafUuid")] = summary

    def _describe(self, line: dict[str, Any]) -> None:
        """The session is the last that a line names: those copied from an earlier one come first."""
        self.thread.id = text_at(line, "sessionId") or self.thread.id
        self.thread.project = self.thread.project or re.split(r"[\\/]", text_at(line, "cwd").rstrip("\\/"))[-1] or None
        self.thread.updated = epoch_seconds(line.get("timestamp")) or self.thread.updated
        self.thread.created = self.thread.created or self.thread.updated
        self.thread.leaf = text_at(line, "uuid")

    def _take_prompt(self, node: Node, line: dict[str, Any]) -> None:
        content = object_at(line, "message").get("content") or object_at(line, "attachment").get("prompt")
        blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
        kinds = _kinds(blocks)
        if "tool_result" in kinds:
            self.thread.drop(TOOL)
            return
        spoken = content if isinstance(content, str) else "\n\n".join(filter(None, _texts(blocks)))
        node.text = without_elements(clean_typed(spoken), _NOT_TYPED).strip()
        if node.text.startswith(_INTERRUPTED):
            node.left_out = HIDDEN
            self.interrupted.append(node)
        elif any(line.get(key) is True for key in ("isMeta", "isCompactSummary", "isVisibleInTranscriptOnly")):
            node.left_out = HIDDEN
        elif not node.text:
            node.left_out = MEDIA_ONLY if kinds & {"image", "document"} else HIDDEN if spoken else EMPTY
        self._add(node)

    def _take_answer(self, piece: Node, line: dict[str, Any]) -> None:
        """A piece of an answer: the first one makes the node, the others go into it."""
        message = object_at(line, "message")
        blocks = [block for block in list_at(message, "content") if isinstance(block, dict)]
        said = clean_reply("\n\n".join(filter(None, _texts(blocks)))).strip()
        reason = None if said else _reason(_kinds(blocks))
        node = self.answers.setdefault(text_at(message, "id") or piece.id, piece)
        if node is piece:
            node.role, node.left_out = "assistant", reason
            node.model = text_at(message, "model") or None
            self._add(node)
        else:
            self.follows[piece.id] = node.id
            self.thread.drop(reason or node.left_out or MERGED)
            node.left_out = None if said else node.left_out
        node.text = f"{node.text}\n\n{said}".strip()
        node.is_progress_talk = node.is_progress_talk or "tool_use" in _kinds(blocks)
        node.is_cut_off = node.is_cut_off or message.get("stop_reason") == "max_tokens"
        if node.model == _SYNTHETIC or line.get("isApiErrorMessage") is True:
            node.left_out = HIDDEN

    def _add(self, node: Node) -> None:
        if self.damaged:
            self.after_damage[node.id] = self.damaged
        self.thread.add(node)
        self.thread.leaf = node.id

    def finished(self) -> Thread:
        """The thread with its links and its title."""
        nodes = self.thread.nodes
        for node in nodes.values():
            node.parent = self._node_at(node.parent)
            if node.parent not in nodes and node.parent and self.after_damage.get(node.id) != node.id:
                node.parent = self.after_damage.get(node.id)
        self.thread.leaf = self._node_at(self.thread.leaf)
        for node in self.interrupted:
            if node.parent in nodes and nodes[node.parent].role == "assistant":
                nodes[node.parent].is_cut_off = True
        # The person's title, the program's, or the summary of how this very session ended; others lie in the file too.
        ended = [text for end, text in self.summaries.items() if end in self.lines]
        titles = [self.titles.get("customTitle"), self.titles.get("aiTitle"), *reversed(ended)]
        self.thread.title = clean_typed(next((title for title in titles if title), ""))
        return self.thread

    def _node_at(self, name: str | None) -> str | None:
        """The line itself if it is a node, else the nearest node that it follows."""
        passed: list[str] = []
        seen: set[str] = set()
        while name and name not in self.thread.nodes and name in self.follows and name not in seen:
            seen.add(name)
            passed.append(name)
            name = self.follows[name]
        for link in passed:  # a long run of such lines is walked once
            self.follows[link] = name or ""
        return name or None


def _is_queued(line: dict[str, Any]) -> bool:
    """True for what the person typed while the model was at work: it stands in an attachment."""
    attachment = object_at(line, "attachment")
    return attachment.get("type") == "queued_command" and attachment.get("commandMode", "prompt") == "prompt"


def _kinds(blocks: list[dict[str, Any]]) -> set[str]:
    return {text_at(block, "type") for block in blocks}


def _texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [text_at(block, "text") for block in blocks if block.get("type") == "text"]


def _reason(kinds: set[str]) -> str:
    if "tool_use" in kinds:
        return TOOL
    return THINKING if kinds & {"thinking", "redacted_thinking"} else EMPTY


FORMAT = Format(
    name=_NAME,
    label="Claude Code sessions",
    how_to_export="Claude Code keeps every session: give the folder ~/.claude/projects, or one folder or file in it",
    shape_age="2025 to August 2026",
    matches=matches,
    read=read,
)
