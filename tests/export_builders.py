"""Builders for exports in the shapes that the services write, for tests that need many small variants."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import conversation_parser
from identity.formats import by_name
from identity.formats.format import Options
from identity.formats.selection import selection
from identity.importing import Collection, import_all
from identity.limits import DEFAULT_LIMITS
from identity.records import Conversation

Json = dict[str, Any]
# What the slim exports of July 2026 no longer have.
_NOT_SLIM = ("recipient", "weight", "status", "end_turn", "channel", "update_time")


def node(name: str, parent: str | None, role: str, *parts: Any, **fields: Any) -> Json:
    """A node of ChatGPT's mapping with the message fields of 2023 to early 2026; `fields` replace or add some."""
    message: Json = {
        "id": name,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": 1718000000.0 + sum(name.encode()),
        "update_time": None,
        "content": {"content_type": "text", "parts": list(parts)},
        "status": "finished_successfully",
        "end_turn": role == "assistant" or None,
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        "recipient": "all",
        "channel": None,
    }
    return {"id": name, "message": message | fields, "parent": parent}


def chatgpt(*nodes: Json, current: str | None = None, **fields: Any) -> Json:
    """A conversation of ChatGPT's export; a root without a message is put before the nodes that have no parent."""
    root: Json = {"id": "client-created-root", "message": None, "parent": None}
    placed = [{**entry, "parent": entry["parent"] or root["id"]} for entry in nodes]
    mapping = {entry["id"]: entry for entry in [root, *placed]}
    for entry in mapping.values():
        entry["children"] = [child["id"] for child in placed if child["parent"] == entry["id"]]
    conversation: Json = {
        "title": "Rain words",
        "create_time": 1718000000.51,
        "update_time": 1718000400.0,
        "mapping": mapping,
        "moderation_results": [],
        "current_node": current or nodes[-1]["id"] if nodes else None,
        "plugin_ids": None,
        "conversation_id": "c-1",
        "conversation_template_id": None,
        "gizmo_id": None,
        "is_archived": False,
        "default_model_slug": "gpt-4o",
        "id": "c-1",
    }
    return conversation | fields


def slim(conversation: Json) -> Json:
    """The same conversation as the exports since July 2026 have it: keys in order, no children, short messages."""
    mapping = {}
    for name, entry in conversation["mapping"].items():
        message = entry["message"] and {k: v for k, v in sorted(entry["message"].items()) if k not in _NOT_SLIM}
        if message:
            message["author"] = {"role": message["author"]["role"]}
        mapping[name] = {"id": name, "message": message, "parent": entry["parent"]}
    return dict(sorted((conversation | {"mapping": mapping}).items()))


def said(name: str, sender: str, text: str, parent: str | None = None, **fields: Any) -> Json:
    """A message of Claude's export of 2026."""
    block: Json = {
        "start_timestamp": None,
        "stop_timestamp": None,
        "flags": None,
        "type": "text",
        "text": text,
        "citations": [],
    }
    message: Json = {
        "uuid": name,
        "text": text,
        "content": [block],
        "sender": sender,
        "created_at": "2026-03-01T10:00:01.000000Z",
        "updated_at": "2026-03-01T10:00:01.000000Z",
        "attachments": [],
        "files": [],
        "parent_message_uuid": parent,
    }
    return message | fields


def claude(*messages: Json, **fields: Any) -> Json:
    """A conversation of Claude's export."""
    conversation: Json = {
        "uuid": "k-1",
        "name": "",
        "summary": "",
        "created_at": "2026-03-01T10:00:00.000001Z",
        "updated_at": "2026-03-01T10:05:00.000000Z",
        "account": {"uuid": "acc"},
        "chat_messages": list(messages),
    }
    return conversation | fields


def write(path: Path, value: Any) -> Path:
    """Put a value into a file as one line of JSON, as the services do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


def parse(*paths: Path, source: str = "auto", **options: Any) -> Collection:
    """Everything under the paths, with the parser's options by name."""
    limits = options.pop("limits", DEFAULT_LIMITS)
    selecting = inspect.signature(selection).parameters
    wanted = selection(**{key: options.pop(key) for key in tuple(options) if key in selecting})
    return import_all(paths, Options(**options), wanted, by_name(source), limits=limits)


def texts(conversation: Conversation) -> list[tuple[str, str]]:
    """(role, content) of every message."""
    return [(message.role, message.content) for message in conversation.messages]


def links(conversation: Conversation) -> list[tuple[str, str | None]]:
    """(id, parent) of every message."""
    return [(message.id, message.parent) for message in conversation.messages]


def only(collection: Collection) -> Conversation:
    (conversation,) = collection
    return conversation


def read(tmp_path: Path, *conversations: Any, **options: Any) -> Collection:
    return parse(write(tmp_path / "conversations.json", list(conversations)), **options)


def assert_reconciles(collection: Collection) -> None:
    account = collection.account
    assert account.conversations_read == account.conversations_kept + account.conversations_left_out.total()
    assert account.messages_read == account.messages_kept + account.messages_left_out.total()
    written = sum(len(conversation.messages) for conversation in collection)
    assert written == account.messages_kept + account.messages_repeated


def call(*arguments: object) -> int:
    """The exit code of the parser called with these arguments."""
    try:
        return conversation_parser.main([str(argument) for argument in arguments])
    except SystemExit as ended:  # argparse
        return int(ended.code or 0)
