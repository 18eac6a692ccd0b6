"""Perplexity: its data export (since August 2026), threads saved by browser exporters, and dumps of its web API.

    {"conversations": [{"context_uuid": "p1", "context_title": null, "created_at": "2026-01-01T00:00:00", "entries": [
      {"entry_uuid": "e1", "query": "A word?", "answer": "Mizzle[1].", "query_status": "COMPLETED"}]}]}

    {"metadata": {"thread_id": "p1", "thread_title": "Rain"}, "conversations": [
      {"uuid": "e1", "query": "A word?", "answer": "Mizzle[1].", "model": "sonar", "sources": []}]}

    {"entries": [{"uuid": "e1", "query_str": "A word?", "display_model": "sonar", "context_uuid": "p1", "blocks": [
      {"intended_usage": "ask_text", "markdown_block": {"answer": "Mizzle[1].", "chunks": ["Miz", "zle[1]."]}}]}]}

An entry is a question and its answer. Numbers of sources at the ends of clauses are left out, for the export does
not say what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.citations import without_numbers
from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.nodes import DAMAGED_MESSAGE, EMPTY, NOT_STORED, Node, Thread
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds, in_time_order
from identity.formats.tree import linearize
from identity.formats.values import objects
from identity.sources import Document

_IDS = ("entry_uuid", "uuid", "backend_uuid")
_TIMES = ("created_at", "timestamp", "entry_created_datetime", "entry_updated_datetime", "updated_datetime")
_MODELS = ("model", "display_model", "user_selected_model")
_UNFINISHED = ("FAILED", "PENDING", "BLOCKED", "CANCELLED", "CANCELED", "STOPPED", "RESUMING", "IN_PROGRESS")


def matches(peek: Peek) -> bool:
    inside = ("conversations", "[]")
    is_export = peek.has(*inside, "entries") and (peek.has(*inside, "context_uuid") or _has_pair(peek, inside))
    is_thread = peek.has(*inside, "query") and peek.has(*inside, "answer")
    return is_export or is_thread or peek.has("entries", "[]", "query_str") or _has_pair(peek, ())


def _has_pair(peek: Peek, inside: tuple[str, ...]) -> bool:
    return peek.has(*inside, "entries", "[]", "query") and peek.has(*inside, "entries", "[]", "answer")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """Every thread. An export is one object, so it is in memory as a whole."""
    for value in objects(document):
        if isinstance(value, Reading):
            yield value
            continue
        for about, entries in _threads(value):
            yield linearize(thread_of(about, entries), options) if entries is not None else skipped(NOT_A_CONVERSATION)


def _threads(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[Any] | None]]:
    """What is told of each thread of a value, and its entries; None where it has none."""
    found = value.get("conversations")
    if not isinstance(found, list):
        entries = value.get("entries")
        yield _about_dump(value), entries if isinstance(entries, list) else None
    elif any(isinstance(item, dict) and "query" in item for item in found):
        yield object_at(value, "metadata"), found
    else:
        for item in found:
            entries = item.get("entries") if isinstance(item, dict) else None
            yield (item, entries) if isinstance(entries, list) else ({}, None)


def _about_dump(value: dict[str, Any]) -> dict[str, Any]:
    """A dump tells of its thread in `thread_metadata` and in every entry."""
    first = next((entry for entry in list_at(value, "entries") if isinstance(entry, dict)), {})
    return {
        "context_uuid": text_at(value, "context_uuid") or text_at(first, "context_uuid"),
        "thread_title": text_at(first, "thread_title"),
        **object_at(value, "thread_metadata"),
    }


def thread_of(about: dict[str, Any], entries: list[Any]) -> Thread:
    """The entries by time."""
    thread = Thread(
        source=FORMAT.name,
        id=text_at(about, "context_uuid", "thread_id"),
        title=clean_typed(text_at(about, "context_title", "thread_title", "title")),
        created=_time(about, "created_at", "thread_created_at"),
        updated=_time(about, "updated_at", "thread_updated_at"),
        project=name_of(about.get("collection_uuid")),
    )
    told = [entry for entry in entries if isinstance(entry, dict)]
    for _ in range(len(entries) - len(told)):
        thread.drop(DAMAGED_MESSAGE)
    told = in_time_order(told, lambda entry: _time(entry, *_TIMES))
    before: str | None = None
    for position, entry in enumerate(told, start=1):
        question, answer = _nodes(entry, position, before)
        thread.add(question)
        thread.add(answer)
        before = answer.id
    thread.leaf = before
    return thread


def _nodes(entry: dict[str, Any], position: int, before: str | None) -> tuple[Node, Node]:
    name = text_at(entry, *_IDS) or f"e{position}"
    time = _time(entry, *_TIMES)
    typed = clean_typed(text_at(entry, "query", "query_str"))
    reply = clean_reply(without_numbers(_answer(entry)))
    question = Node(name, before, "user", typed, None if typed.strip() else EMPTY, time)
    answer = Node(
        f"{name}-answer",
        name,
        "assistant",
        reply,
        None if reply.strip() else NOT_STORED,
        time,
        model=text_at(entry, *_MODELS) or None,
        is_cut_off=text_at(entry, "query_status", "status").upper() in _UNFINISHED,
    )
    return question, answer


def _answer(entry: dict[str, Any]) -> str:
    """The answer itself, or the first block of a dump that holds one."""
    if answer := text_at(entry, "answer"):
        return answer
    for block in list_at(entry, "blocks"):
        markdown = object_at(block, "markdown_block") if isinstance(block, dict) else {}
        chunks = (chunk for chunk in list_at(markdown, "chunks") if isinstance(chunk, str))
        if answer := text_at(markdown, "answer") or "".join(chunks):
            return answer
    return ""


def _time(value: dict[str, Any], *keys: str) -> float | None:
    return next((seconds for key in keys if (seconds := epoch_seconds(value.get(key))) is not None), None)


FORMAT = Format(
    name="perplexity",
    label="Perplexity",
    how_to_export="perplexity.ai: Settings, Account, System, Export my data; give the zip or its conversations.json",
    shape_age="2025 to September 2026",
    matches=matches,
    read=read,
)
