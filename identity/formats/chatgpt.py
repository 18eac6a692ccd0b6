"""ChatGPT's data export, all generations: one conversations.json (2023-2026), shards of 100 (2026), slim (July 2026).

    [{"id": "c-1", "title": "Rain", "current_node": "a1", "default_model_slug": "gpt-4o", "mapping": {
      "r": {"id": "r", "message": null, "parent": null},
      "u1": {"id": "u1", "parent": "r", "message": {"author": {"role": "user"},
             "content": {"content_type": "text", "parts": ["A soft word for rain?"]}}},
      "a1": {"id": "a1", "parent": "u1", "message": {"author": {"role": "assistant"},
             "content": {"content_type": "text", "parts": ["Mizzle."]}, "metadata": {"model_slug": "gpt-4o"}}}}}]

The generations mix within one file, so no version is guessed: every field is optional, for every message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from identity.formats.chatgpt_message import custom_instructions, node_of
from identity.formats.chatgpt_shape import Chat, ChatMessage, ChatNode, Mapping, decode_chat
from identity.formats.cleaning import Traits, clean_typed
from identity.formats.fields import text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, SYSTEM, Node, Thread
from identity.formats.peek import ANY, Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import reason_of
from identity.json_stream import RawValue, decode_value, decode_values
from identity.sources import Document

# (conversation id, message id) -> 1 or -1. Message ids alone repeat over branched copies of a conversation.
Ratings = dict[tuple[str, str], int]
_RATING = {"thumbsup": 1, "thumbsdown": -1}


def matches(peek: Peek) -> bool:
    """A mapping of nodes whose messages have authors; DeepSeek's has fragments instead."""
    return any(_has_mapping(peek, inside) for inside in ((), ("conversations", "[]")))


def _has_mapping(peek: Peek, inside: tuple[str, ...]) -> bool:
    if not peek.has(*inside, "mapping"):
        return False
    message = (*inside, "mapping", ANY, "message")
    if peek.has(*message, "fragments") or peek.has(*inside, "inserted_at"):
        return False
    return peek.has(*message, "author") or peek.has(*message, "content") or peek.has(*inside, "current_node")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation of a conversations*.json, of a wrapped list, or of one object."""
    with document.open() as stream:
        yield from read_values(decode_values(stream, decode_chat, "conversations"), document, options)


def read_values(
    values: Iterable[tuple[RawValue, tuple[Chat, Traits] | ValueError | None]], document: Document, options: Options
) -> Iterator[Reading]:
    """Readings of decoded conversations, with the ratings that lie beside their document."""
    ratings = ratings_beside(document)
    for value, found in values:
        if isinstance(found, tuple):
            yield linearize(thread_of(*found, ratings, options), options)
        else:
            yield skipped(reason_of(value) if isinstance(found, ValueError) else NOT_A_CONVERSATION)


def ratings_beside(document: Document) -> Ratings:
    """The thumbs of message_feedback.json in the same folder; none if it is missing or something else."""
    raw = document.sibling("message_feedback.json")
    try:
        rows = decode_value(raw) if raw else []
    except ValueError:
        return {}
    ratings: Ratings = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            rating = _RATING.get(text_at(row, "rating").lower().replace("_", ""))
            if rating:
                ratings[text_at(row, "conversation_id"), text_at(row, "id")] = rating
    return ratings


def thread_of(chat: Chat, may_hold: Traits, ratings: Ratings, options: Options) -> Thread:
    """The nodes of one conversation. Links go by node ids; what is reported are message ids."""
    gizmos = [name for name in (chat.gizmo_id, chat.conversation_template_id) if name and name.startswith("g-")]
    thread = Thread(
        source=FORMAT.name,
        id=chat.conversation_id or chat.id or "",
        title=clean_typed(chat.title or ""),
        created=epoch_seconds(chat.create_time),
        updated=epoch_seconds(chat.update_time),
        project=next((name for name in gizmos if name.startswith("g-p-")), None),
        gpt=next((name for name in gizmos if not name.startswith("g-p-")), None),
    )
    mapping = chat.mapping or {}
    renamed = _renamed(mapping)
    parents = _parents_by_children(mapping) if _unlinked(mapping) > 1 else {}
    thread.leaf = renamed.get(chat.current_node or "", chat.current_node)
    keeps_system = bool(options.keep_system)
    for name, node in mapping.items():
        if isinstance(node, ChatNode):
            message, before = node.message, node.parent or parents.get(name)
        else:
            message, before = node, parents.get(name)
        if renamed:
            name, before = renamed.get(name, name), renamed.get(before or "", before)
        if isinstance(message, ChatMessage):
            made = node_of(name, before, message, may_hold, chat.default_model_slug)
        elif message is None:
            made = Node(name, before, "system", is_message=False)
        else:
            made = Node(name, before, "user", left_out=DAMAGED_MESSAGE)
        if made.picked:
            made.picked = renamed.get(made.picked, made.picked)
        if ratings:
            made.rating = ratings.get((thread.id, made.id), ratings.get(("", made.id)))
        if keeps_system and isinstance(message, ChatMessage) and made.left_out == SYSTEM:
            made.text = custom_instructions(message)
            if made.text:
                made.role, made.left_out = "system", None
                keeps_system = False  # the same in every message of a conversation; once is enough
        thread.add(made)
    return thread


def _renamed(mapping: Mapping) -> dict[str, str]:
    """Node ids that are not what is reported: a message has an id of its own, unless that is missing or taken."""
    own = {
        name: node.message.id
        for name, node in mapping.items()
        if isinstance(node, ChatNode) and isinstance(node.message, ChatMessage) and node.message.id != name
    }
    if not own:
        return {}
    taken = set(mapping)
    renamed: dict[str, str] = {}
    for name, message_id in own.items():
        if message_id and message_id not in taken:
            renamed[name] = message_id
            taken.add(message_id)
    return renamed


def _unlinked(mapping: Mapping) -> int:
    """How many nodes name no parent; of a whole conversation it is the root alone."""
    return len(mapping) - sum([isinstance(node, ChatNode) and bool(node.parent) for node in mapping.values()])


def _parents_by_children(mapping: Mapping) -> dict[str, str]:
    """The parent of each node as its parent's children say. Where nodes say neither (as tools write it) the file is in
    order."""
    listed: dict[str, str] = {}
    for name, node in mapping.items():
        children = decode_value(bytes(node.children)) if isinstance(node, ChatNode) else None
        for child in children if isinstance(children, list) else ():
            if isinstance(child, str):
                listed.setdefault(child, name)
    if listed or _unlinked(mapping) < len(mapping):
        return listed
    return {after: before for before, after in pairwise(mapping)}


FORMAT = Format(
    name="chatgpt",
    label="ChatGPT data export",
    how_to_export="ChatGPT: Settings, Data controls, Export data; give the zip from the e-mail as it is",
    shape_age="2023 to September 2026, all generations",
    matches=matches,
    read=read,
)
