"""The nodes of one exported conversation, and the paths through them.

No recursion and no trust: real files hold chains of ten thousand nodes, cycles, several roots and orphans.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from identity.records import Alternative, Role

# Why a message is not in the result. These are what the account shows, so they are words for people.
SYSTEM = "system or custom instructions"
HIDDEN = "hidden by the service"
TOOL = "tool call or result"
SUB_AGENT = "talk with a sub-agent"
THINKING = "thinking"
SET_ASIDE = "hidden from the model by the person"
EMPTY = "empty"
MEDIA_ONLY = "image or file only"
PROGRESS_TALK = "progress talk before the answer"
MERGED = "merged into one reply"
OTHER_BRANCH = "other branch"
KEPT_AS_ALTERNATIVE = "kept as alternative"
SUPERSEDED = "superseded edit"
UNKNOWN_ROLE = "unknown role"
DAMAGED_MESSAGE = "damaged: not a message"
DUPLICATE_MESSAGE = "message id found twice"
NOT_STORED = "answer that the export does not have"
FEEDBACK = "feedback without the message it is about"
NOT_A_PROMPT = "activity that is no prompt"
FAILED = "error instead of a reply"
FORWARDED = "forwarded, or written by an inline bot"
DELETED = "deleted by who wrote it"
CALL = "voice or video call"
NOTICE = "notice of the service (joined, pinned, renamed)"

# Not part of the dialogue that the two sides held: links pass over these. Everything else that is left out was a
# turn, or a piece of one, that somebody saw or made. What cannot be understood counts as a lost user turn, because
# a reply that loses its question is better than one that is given a wrong one.
NEVER_IN_DIALOGUE = frozenset({SYSTEM, HIDDEN, SUPERSEDED})


class Node(msgspec.Struct):
    """One node of a conversation; `left_out` names why it is no visible message, None if it is one.

    A tool's node has role assistant (it stands on that side of the dialogue) and a reason. `time` is in seconds
    since 1970.
    """

    id: str
    parent: str | None
    role: Role
    text: str = ""
    left_out: str | None = None
    time: float | None = None
    model: str | None = None
    author: str | None = None
    rating: int | None = None
    weight: int = 1
    is_message: bool = True  # False: a root or a link without a message, which nothing counts
    is_progress_talk: bool = False  # left out if an answer follows in the same turn
    is_continued: bool = False  # the length limit cut it and the next piece goes on in mid sentence
    is_cut_off: bool = False  # stopped before its end: context, nothing to learn an ending from
    picked: str | None = None  # on a user node: the child that the person chose of several shown side by side
    alternatives: list[Alternative] = []  # variants that are not nodes of their own (swipes)

    @property
    def is_in_dialogue(self) -> bool:
        return self.is_message and self.left_out not in NEVER_IN_DIALOGUE


@dataclass
class Thread:
    """One conversation of an export before anything is decided about it."""

    source: str
    id: str = ""
    title: str = ""
    created: float | None = None  # seconds since 1970
    updated: float | None = None
    leaf: str | None = None  # where the conversation stood last, if the export says so
    nodes: dict[str, Node] = field(default_factory=dict)
    read: int = 0
    left_out: Counter[str] = field(default_factory=Counter)  # messages that did not even become nodes
    has_unique_id: bool = True  # False: ids are numbers of rows, so the content decides what is the same
    may_repeat: bool = False  # other files may begin with the same messages: branches, checkpoints, resumed sessions
    is_between_people: bool = False  # no side is an assistant's: all nodes are users with an author, --voice names one
    project: str | None = None  # the project or folder that the person had put the conversation in, by name or id
    gpt: str | None = None  # the custom GPT, Gem or character that answered, by name or id

    def add(self, node: Node) -> None:
        """Take a node in; of two with one id the first stays."""
        self.read += node.is_message
        if node.id in self.nodes:
            self.left_out[DUPLICATE_MESSAGE] += node.is_message
        else:
            self.nodes[node.id] = node

    def drop(self, reason: str) -> None:
        """Count a message that cannot be a node."""
        self.read += 1
        self.left_out[reason] += 1

    def digest(self) -> str:
        """A name made of the content, for conversations that have none."""
        content = [self.title, [[node.role, node.text] for node in self.nodes.values()]]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]

    def children(self) -> dict[str | None, list[Node]]:
        """Children by parent id, None for roots, in the order in which they were made (time, then id).

        The order of nodes in the file is no help: two exports of one chat differ in it.
        """
        children: dict[str | None, list[Node]] = {}
        nodes = self.nodes
        for node in nodes.values():
            parent = node.parent if node.parent in nodes and node.parent != node.id else None
            if parent in children:
                children[parent].append(node)
            else:
                children[parent] = [node]
        for siblings in children.values():
            if len(siblings) > 1:
                siblings.sort(key=lambda node: (node.time is None, node.time or 0.0, node.id))
        return children

    def path_to(self, leaf: str | None) -> list[Node]:
        """The nodes from the root to the leaf; a cycle ends where it closes."""
        path: dict[str, Node] = {}
        node = self.nodes.get(leaf or "")
        while node is not None and node.id not in path:
            path[node.id] = node
            node = self.nodes.get(node.parent or "")
        return list(reversed(path.values()))

    def current_leaf(self, children: dict[str | None, list[Node]]) -> str | None:
        """Where the conversation stood last: as the export says, else the newest leaf, of equal ones the deepest."""
        if self.leaf in self.nodes:
            return self.leaf
        depth = self._depths(children)
        leaves = [node for node in self.nodes.values() if node.id not in children] or list(self.nodes.values())
        if not leaves:
            return None
        newest = max(
            enumerate(leaves),
            key=lambda item: (item[1].time or float("-inf"), depth.get(item[1].id, 0), item[0]),
        )
        return newest[1].id

    def leaves(self, children: dict[str | None, list[Node]]) -> Iterator[str]:
        """Every leaf, the current one first."""
        current = self.current_leaf(children)
        if current is not None:
            yield current
        yield from (node.id for node in self.nodes.values() if node.id not in children and node.id != current)

    @staticmethod
    def _depths(children: dict[str | None, list[Node]]) -> dict[str, int]:
        depth: dict[str, int] = {}
        level = children.get(None, [])
        while level:
            for node in level:
                depth[node.id] = depth[node.parent] + 1 if node.parent in depth else 0
            level = [child for node in level for child in children.get(node.id, [])]
        return depth
