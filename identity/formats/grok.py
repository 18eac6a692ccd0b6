"""Grok's data export, prod-grok-backend.json (2025 and 2026).

    {"conversations": [{"conversation": {"id": "g1", "title": "Rain", "create_time": "2026-01-01T00:00:00Z"},
      "responses": [
        {"response": {"_id": "r1", "sender": "human", "message": "A word?",
                      "create_time": {"$date": {"$numberLong": "1767225600000"}}}, "share_link": null},
        {"response": {"_id": "r2", "parent_response_id": "r1", "sender": "ASSISTANT", "model": "grok-4",
                      "message": "Mizzle.<grok:render card_id=\\"1\\">...</grok:render>"}}]}],
     "projects": [{"id": "p1", "name": "Weather", "custom_personality": "Be brief."}], "tasks": []}

The sender is "human" or something else: "assistant" in capitals or not, or the model's name. Of what is asked or
answered again the parents tell; a response without one where others have it begins the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.citations import without_elements
from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    MEDIA_ONLY,
    SYSTEM,
    THINKING,
    TOOL,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds, in_time_order
from identity.formats.tree import linearize
from identity.formats.values import objects
from identity.sources import Document

# Cards of tools and of sources. An artifact is something else: a text or a program that was written for the person.
_CARD = re.compile(r"<(?P<close>/?)(?P<name>(?:xai|grok):[\w-]+)\b[^<>]*?(?P<empty>/?)>")
_ARTIFACT = re.compile(r"\s?<(/?)xaiArtifact\b([^<>]*)>\s?")
_CONTENT_TYPE = re.compile(r"contentType=\"(?:text|application)/(?:x-)?([\w+#-]+)\"")
_PROSE_TYPES = ("markdown", "plain")
_PROJECT_KEYS = ("project_id", "projectId", "workspace_id", "workspaceId")


def matches(peek: Peek) -> bool:
    return any(_has_responses(peek, inside) for inside in (("conversations", "[]"), ()))


def _has_responses(peek: Peek, inside: tuple[str, ...]) -> bool:
    responses = (*inside, "responses", "[]")
    is_flat = peek.has(*responses, "sender") and peek.has(*responses, "message")
    return peek.has(*responses, "response") or is_flat


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every conversation; the file is one object, so it is in memory as a whole."""
    for value in objects(document):
        if isinstance(value, Reading):
            yield value
            continue
        projects = _projects(value)
        is_root = isinstance(value.get("conversations"), list)
        for entry in value["conversations"] if is_root else [value]:
            if isinstance(entry, dict) and isinstance(entry.get("responses"), list):
                yield linearize(thread_of(entry, projects, options), options)
            else:
                yield skipped(NOT_A_CONVERSATION)


def _projects(value: dict[str, Any]) -> dict[str, dict[str, Any]]:
    projects = (project for project in list_at(value, "projects") if isinstance(project, dict))
    return {name: project for project in projects if (name := _id_of(project))}


def _id_of(value: dict[str, Any]) -> str:
    return next((name for key in ("id", "_id", "project_id") if (name := name_of(value.get(key)))), "")


def thread_of(entry: dict[str, Any], projects: dict[str, dict[str, Any]], options: Options) -> Thread:
    """The responses of one conversation, linked by their parents or by time."""
    about = object_at(entry, "conversation") or entry
    thread = Thread(
        source=FORMAT.name,
        id=text_at(about, "id", "conversation_id"),
        title=clean_typed(text_at(about, "title")),
        created=_seconds(about.get("create_time")),
        updated=_seconds(about.get("modify_time")),
    )
    project_id = next((name for key in _PROJECT_KEYS if (name := name_of(about.get(key)))), "")
    project = projects.get(project_id, {})
    thread.project = text_at(project, "name") or project_id or None
    responses = [_response(item) for item in list_at(entry, "responses")]
    nodes = [_node(response, position) for position, response in enumerate(responses, start=1)]
    nodes = _linked(nodes, [text_at(response, "parent_response_id") for response in responses])
    if personality := clean_typed(text_at(project, "custom_personality")):
        thread.add(Node("system", None, "system", personality, None if options.keep_system else SYSTEM))
        for node in nodes:
            node.parent = node.parent or "system"
    for node in nodes:
        thread.add(node)
    return thread


def _response(item: Any) -> dict[str, Any]:
    """The response in its wrapper, or as it stands in flat files; empty if it is neither."""
    if not isinstance(item, dict):
        return {}
    return object_at(item, "response") if "response" in item else item


def _linked(nodes: list[Node], parents: list[str]) -> list[Node]:
    """The nodes with their links set. Where no response has a parent they are a row, by time."""
    if not any(parents):
        nodes = in_time_order(nodes, lambda node: node.time)
    # Where answers have no parent either, it is not that conversations begin there: the field is not filled.
    is_in_row = any(not parent and node.role == "assistant" for node, parent in zip(nodes, parents, strict=True))
    before: str | None = None
    for node, parent in zip(nodes, parents, strict=True):
        node.parent = parent or (before if is_in_row or not any(parents) else None)
        before = node.id
    return nodes


def _node(response: dict[str, Any], position: int) -> Node:
    name = text_at(response, "_id", "id") or f"m{position}"
    if not response:
        return Node(name, None, "user", left_out=DAMAGED_MESSAGE)
    sender = text_at(response, "sender").lower()
    time = _seconds(response.get("create_time"))
    if not sender:
        return Node(name, None, "user", left_out=UNKNOWN_ROLE, time=time)
    message = text_at(response, "message")
    if sender in ("human", "user"):
        return Node(name, None, "user", clean_typed(message), None if message.strip() else _reason(response), time)
    text = clean_reply(_with_artifacts(without_elements(message, _CARD)))
    return Node(
        name,
        None,
        "assistant",
        text,
        None if text.strip() else _reason(response),
        time,
        model=text_at(response, "model") or None,
        is_cut_off=bool(response.get("error")) or response.get("partial") is True,
    )


def _with_artifacts(text: str) -> str:
    """Artifacts as paragraphs of the answer, programs among them in a fence."""
    fence = "````" if "```" in text else "```"
    is_fenced = False

    def shown(tag: re.Match[str]) -> str:
        nonlocal is_fenced
        was_fenced, is_fenced = is_fenced, False
        if tag.group(1):
            return f"\n{fence}\n\n" if was_fenced else "\n\n"
        kind = _CONTENT_TYPE.search(tag.group(2))
        is_fenced = kind is not None and kind.group(1) not in _PROSE_TYPES
        return f"\n\n{fence}{kind.group(1)}\n" if kind and is_fenced else "\n\n"

    return _ARTIFACT.sub(shown, text)


def _reason(response: dict[str, Any]) -> str:
    """Why a response without words has none."""
    if any(response.get(key) for key in ("generated_image_urls", "file_attachments", "image_attachments")):
        return MEDIA_ONLY
    if any(response.get(key) for key in ("steps", "web_search_results", "card_attachments_json")):
        return TOOL
    return THINKING if response.get("thinking_trace") or response.get("agent_thinking_traces") else EMPTY


def _seconds(value: Any) -> float | None:
    """Times are ISO, numbers, or MongoDB's {"$date": {"$numberLong": "1767225600000"}}."""
    if isinstance(value, dict):
        value = value.get("$date")
    if isinstance(value, dict):
        value = value.get("$numberLong")
    return epoch_seconds(value)


FORMAT = Format(
    name="grok",
    label="Grok data export",
    how_to_export="accounts.x.ai (or grok.com: Settings, Data controls): download the account's data and give the zip",
    shape_age="2025 to September 2026",
    matches=matches,
    read=read,
)
