"""From the nodes of one exported conversation to records: which path was held, what was visible, who answered whom.

Every format fills a Thread with Nodes and hands it to `linearize`. Links, not positions, decide later what is a
question and what its answer, and this is where they are set:

- system, hidden and superseded nodes were never part of the dialogue; links pass over them, but for a hidden
  prompt to which the model replied: that reply answers nothing that was asked;
- several visible pieces of one turn are one reply, which bears the id of its last piece;
- where a turn that somebody saw is lost (a user message that was only a picture, a reply that was only tool
  calls), the next message names the lost node as its parent, so nothing is ever joined over the gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from identity.formats.format import VOICE_ABSENT, VOICE_NOT_CHOSEN, Options, Reading
from identity.formats.nodes import (
    HIDDEN,
    KEPT_AS_ALTERNATIVE,
    MERGED,
    NEVER_IN_DIALOGUE,
    OTHER_BRANCH,
    PROGRESS_TALK,
    Node,
    Thread,
)
from identity.formats.times import iso_text
from identity.records import Alternative, Conversation, Message, Role

JOINT = "\n\n"  # between the pieces of one reply
MOST_PATHS = 500  # of one conversation that --branches all gives; each of them repeats what it shares with others
MOST_ALTERNATIVES = 50  # other answers that are looked at for one reply; further ones count as other branches
NO_MESSAGES = "no messages"
NOTHING_VISIBLE = "nothing visible in it"


def linearize(thread: Thread, options: Options) -> Reading:
    """The conversation (with all branches: the conversations) of a thread, and the account of its messages."""
    reading = Reading(key=_key_of(thread), read=thread.read, left_out=thread.left_out.copy(), updated=thread.updated)
    reading.may_repeat = thread.may_repeat
    visible = [node for node in thread.nodes.values() if node.is_message and node.left_out is None]
    reading.speakers.update([node.author or node.role for node in visible])
    voices = _Voices(options.voices, thread.is_between_people)
    if visible and (reason := voices.refusal(visible)):
        reading.skipped = reason
        reading.left_out = Counter({reason: reading.read})
        return reading
    fates = _Fates()
    name = thread.id or thread.digest()
    children, paths = _paths(thread)
    for path in paths:
        is_first = not reading.conversations
        walk = _Walk(thread, path, children, voices, fates)
        messages = list(walk.messages(with_alternatives=is_first))
        if messages and messages[-1].id not in fates.kept and messages[-1].id not in fates.merged:
            _mark_repeated(messages, fates, reading)
            number = f"#{len(reading.conversations) + 1}" if reading.conversations else ""
            reading.conversations.append(_conversation(thread, name + number, messages))
        if not options.all_branches:
            break
    reading.left_out.update(fates.reasons(thread))
    if not reading.conversations:
        reading.skipped = NOTHING_VISIBLE if reading.read else NO_MESSAGES
    return reading


def _paths(thread: Thread) -> tuple[dict[str | None, list[Node]], Iterable[list[Node]]]:
    """The children of each node, and the path to every leaf, the current one first; no children if nothing forks."""
    if thread.leaf in thread.nodes:
        path = thread.path_to(thread.leaf)
        if len(path) == len(thread.nodes):
            return {}, [path]
    children = thread.children()
    return children, map(thread.path_to, islice(thread.leaves(children), MOST_PATHS))


def _key_of(thread: Thread) -> str:
    if thread.id and thread.has_unique_id:
        return thread.id
    return f"{thread.id} {thread.digest()}" if thread.id else thread.digest()


def _conversation(thread: Thread, name: str, messages: list[Message]) -> Conversation:
    created = iso_text(thread.created) or min(
        (message.created_at for message in messages if message.created_at), default=iso_text(thread.updated)
    )
    return Conversation(
        id=name,
        title=thread.title,
        source=thread.source,
        created_at=created,
        updated_at=iso_text(thread.updated),
        messages=messages,
        project=thread.project or msgspec.UNSET,
        gpt=thread.gpt or msgspec.UNSET,
    )


@dataclass(frozen=True)
class _Voices:
    """Who is learned, and by that the role of every node."""

    names: tuple[str, ...]
    is_between_people: bool

    def refusal(self, visible: list[Node]) -> str | None:
        """Why nothing can be learned from these nodes under the chosen voice; None if something can."""
        if self.is_between_people and not set(self.names) - {"assistant", "user"}:
            return VOICE_NOT_CHOSEN
        if not self.is_between_people and {"assistant", "user"} & set(self.names):
            return None  # an AI chat: either side is there or the conversation is empty on that side
        return None if any(node.author in self.names for node in visible) else VOICE_ABSENT

    def role_of(self, node: Node) -> Role:
        if node.role == "system":
            return "system"
        if not self.is_between_people:
            if "assistant" in self.names:
                return node.role
            if "user" in self.names:
                return "assistant" if node.role == "user" else "user"
        return "assistant" if node.author in self.names else "user"


@dataclass
class _Fates:
    """Node ids by what became of them, over all paths of a thread."""

    kept: set[str] = field(default_factory=set)
    merged: set[str] = field(default_factory=set)
    progress_talk: set[str] = field(default_factory=set)
    alternatives: set[str] = field(default_factory=set)

    def reasons(self, thread: Thread) -> Counter[str]:
        """One reason for each message that is not kept."""
        reasons: Counter[str] = Counter()
        for node in thread.nodes.values():
            if not node.is_message or node.id in self.kept:
                continue
            if node.id in self.merged:
                reasons[MERGED] += 1
            elif node.id in self.alternatives:
                reasons[KEPT_AS_ALTERNATIVE] += 1
            elif node.left_out:
                reasons[node.left_out] += 1
            else:
                reasons[PROGRESS_TALK if node.id in self.progress_talk else OTHER_BRANCH] += 1
        return reasons


def _mark_repeated(messages: list[Message], fates: _Fates, reading: Reading) -> None:
    """What an earlier path taught already is context here."""
    for message in messages:
        if message.id in fates.kept:
            reading.repeated += 1
            if message.role == "assistant":
                message.weight = 0
        fates.kept.add(message.id)


@dataclass
class _Walk:
    """One path from root to leaf on its way to messages."""

    thread: Thread
    path: list[Node]
    children: dict[str | None, list[Node]]
    voices: _Voices
    fates: _Fates

    def __post_init__(self) -> None:
        self.forks: list[bool] = []
        if self.children:
            self.position = {node.id: index for index, node in enumerate(self.path)}
            self.forks = [node.id in self.children and len(self.children[node.id]) > 1 for node in self.path]

    def messages(self, with_alternatives: bool) -> Iterator[Message]:
        last: str | None = None  # what the next message follows: a kept message, or a turn that is lost
        question: Node | None = None
        with_alternatives = with_alternatives and any(self.forks)
        for role, turn in self.turns():
            pieces = turn if len(turn) == 1 and turn[0].left_out is None else self._visible_pieces(turn)
            if not pieces:
                last = turn[-1].id
                question = turn[-1] if role == "user" else None
                continue
            message = _message(role, pieces, last)
            if len(pieces) > 1:
                self.fates.merged.update(node.id for node in pieces[:-1])
            if role == "assistant":
                if pieces[0].alternatives:
                    message.alternatives = _variants(pieces, message.content)
                # Alternatives are a model's other answers; a person's edits of a question are none.
                if with_alternatives and question is not None and pieces[-1].role == "assistant":
                    message.alternatives += self._alternatives(question, pieces[-1], message.content)
            yield message
            last = message.id
            question = pieces[-1] if role == "user" else None

    def turns(self) -> Iterator[tuple[Role, list[Node]]]:
        """The nodes of the dialogue in groups that make one message each, visible or lost.

        All nodes of the learned side between two of the other are one turn, and so are the pieces of a model's reply
        on either side. Messages of people who are not learned stay single, rows.py joins them where a row needs it.
        """
        role: Role = "system"
        turn: list[Node] = []
        author: str | None = None
        unseen: Node | None = None  # a prompt of the service in the user's name, such as that of a scheduled task
        role_of = self.voices.role_of
        for node in self.path:
            if not node.is_message or node.left_out in NEVER_IN_DIALOGUE:
                unseen = node if node.left_out == HIDDEN and node.role == "user" else unseen
                continue
            if unseen and turn and turn[-1].role == node.role == "assistant":
                # What the model says now answers the prompt, which nobody saw, and not what was asked before it.
                yield role, turn
                yield self.voices.role_of(unseen), [unseen]
                turn, author = [], None
            unseen = None
            speaks = role_of(node)
            if turn:
                is_other = node.author is not None and author is not None and node.author != author
                is_one_turn = speaks == "assistant" or (speaks == "user" and turn[-1].role == node.role != "user")
                if speaks != role or not is_one_turn or is_other:
                    yield role, turn
                    turn, author = [], None
            role = speaks
            author = node.author or author
            turn.append(node)
        if turn:
            yield role, turn

    def _visible_pieces(self, turn: list[Node]) -> list[Node]:
        pieces = [node for node in turn if node.left_out is None]
        if len(pieces) < 2:
            return pieces
        final = max((index for index, node in enumerate(pieces) if not node.is_progress_talk), default=0)
        self.fates.progress_talk.update(node.id for node in pieces[:final] if node.is_progress_talk)
        return [node for index, node in enumerate(pieces) if index >= final or not node.is_progress_talk]

    def _alternatives(self, question: Node, reply: Node, content: str) -> list[Alternative]:
        """Other answers that were given to the same turn: forks between the question and the end of the reply."""
        start, end = self.position[question.id], self.position[reply.id]
        if not any(self.forks[start:end]):
            return []
        found: list[Alternative] = []
        seen = {content}
        for position, branch in islice(self._branches_between(start, end), MOST_ALTERNATIVES):
            shared = self.path[start + 1 : position + 1]
            pieces = self._visible_pieces([node for node in [*shared, *branch] if node.is_in_dialogue])
            text = joined(pieces)
            if not text or text in seen or pieces[-1].is_cut_off:
                continue
            seen.add(text)
            found.append(Alternative(content=text, model=_model_of(pieces), rating=_rating_of(pieces)))
            self.fates.alternatives.update(node.id for node in pieces)
        return _told_apart(found, question, self.position)

    def _branches_between(self, start: int, end: int) -> Iterator[tuple[int, list[Node]]]:
        """(position of the fork on the path, its nodes) of each branch that leaves the path in a reply."""
        for position in range(start, end):
            if self.forks[position]:
                for child in self.children[self.path[position].id]:
                    if child.id not in self.position:
                        yield from ((position, branch) for branch in self._reply_branches(child))

    def _reply_branches(self, first: Node) -> Iterator[list[Node]]:
        """Every way down from a node on which the user does not speak, as lists of nodes."""
        seen: set[str] = set()
        stack = [first]
        while stack:
            node = stack.pop()
            if node.id in seen or (node.role == "user" and node.is_in_dialogue):
                continue
            seen.add(node.id)
            further = [
                child
                for child in self.children.get(node.id, [])
                if child.id not in seen and not (child.role == "user" and child.is_in_dialogue)
            ]
            stack.extend(reversed(further))
            if not further:
                branch = [node]
                while branch[-1] is not first:
                    branch.append(self.thread.nodes[branch[-1].parent or ""])
                yield branch[::-1]


def _told_apart(found: list[Alternative], question: Node, on_path: dict[str, int]) -> list[Alternative]:
    """Where the person picked the reply out of two shown side by side, the other one was turned down outright."""
    if question.picked in on_path and len(found) == 1:
        found[0].kind = "side by side"
    return found


def _message(role: Role, pieces: list[Node], parent: str | None) -> Message:
    last = pieces[-1]
    if len(pieces) == 1:  # nearly every message
        return Message(
            id=last.id,
            parent=parent,
            role=role,
            content=last.text.strip(),
            author=last.author,
            created_at=iso_text(last.time),
            model=last.model,
            rating=last.rating,
            weight=0 if role == "assistant" and (last.is_cut_off or not last.weight) else 1,
        )
    is_to_learn = not last.is_cut_off and all(node.weight for node in pieces)
    return Message(
        id=last.id,
        parent=parent,
        role=role,
        content=joined(pieces),
        author=last.author,
        created_at=iso_text(last.time),
        model=_model_of(pieces),
        rating=_rating_of(pieces),
        weight=1 if is_to_learn or role != "assistant" else 0,
    )


def _variants(pieces: list[Node], content: str) -> list[Alternative]:
    """The alternatives that a reply's only piece brought along, each text once; none fits a reply of several pieces."""
    if len(pieces) > 1:
        return []
    unlike: dict[str, Alternative] = {}
    for alternative in pieces[0].alternatives:
        if alternative.content.strip() and alternative.content != content:
            unlike.setdefault(alternative.content, alternative)
    return list(unlike.values())


def _rating_of(pieces: list[Node]) -> int | None:
    return next((node.rating for node in reversed(pieces) if node.rating is not None), None)


def _model_of(pieces: list[Node]) -> str | None:
    return next((node.model for node in reversed(pieces) if node.model), None)


def joined(pieces: list[Node]) -> str:
    """The text of a turn: pieces apart by a blank line, or without anything where one goes on in mid sentence."""
    text = ""
    is_continued = False
    for node in pieces:
        if is_continued:
            text += node.text
        else:
            text = text.rstrip() + JOINT + node.text.lstrip() if text else node.text
        is_continued = node.is_continued
    return text.strip()
