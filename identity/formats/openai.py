"""OpenAI's fine-tuning files: lines of chat messages, or of a prompt with a preferred and a non-preferred answer.

    {"messages": [{"role": "developer", "content": "Be kind."}, {"role": "user", "content": "Hi"},
     {"role": "assistant", "content": "Hello!", "weight": 1}], "tools": [], "parallel_tool_calls": false}
    {"input": {"messages": [{"role": "user", "content": "Hi"}]}, "preferred_output": [{"role": "assistant", ...}],
     "non_preferred_output": [{"role": "assistant", ...}]}

What tells these files from any others with messages are weight, tools, functions and parallel_tool_calls. One that has
none of them anywhere is read as `generic`, which does exactly the same with it. Rows of our own --export may have a
weight, and a conversation_id that OpenAI's have not; they are generic.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.fields import list_at, object_at
from identity.formats.format import Format, Options, Reading
from identity.formats.peek import Peek
from identity.formats.preference import KEYS as PREFERENCE_KEYS
from identity.formats.preference import read_pair
from identity.formats.tree import linearize
from identity.formats.turns import thread_of_turns
from identity.formats.values import objects, read_each
from identity.sources import Document

_TELLING = (("tools",), ("functions",), ("parallel_tool_calls",), ("messages", "[]", "weight"))
# Beside messages these make the file another's: our own records and rows, preference rows.
_ELSEWHERE = ("schema", "conversation_id", *PREFERENCE_KEYS)


def matches(peek: Peek) -> bool:
    if peek.has("preferred_output") and peek.has("non_preferred_output"):
        return True
    is_chat = peek.has("messages", "[]", "role") and peek.has("messages", "[]", "content")
    is_told = any(peek.has(*key) for key in _TELLING)
    return is_chat and is_told and not any(peek.has(key) for key in _ELSEWHERE)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each line."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    if "preferred_output" in value or "non_preferred_output" in value:
        prompt = list_at(object_at(value, "input"), "messages") or list_at(value, "input")
        better, worse = list_at(value, "preferred_output"), list_at(value, "non_preferred_output")
        return read_pair(prompt, better, worse, value, FORMAT.name, options)
    return linearize(thread_of_turns(list_at(value, "messages"), value, FORMAT.name, options), options)


FORMAT = Format(
    name="openai",
    label="OpenAI fine-tuning files",
    how_to_export="the .jsonl file that was made for OpenAI's fine-tuning, or downloaded from its file list",
    shape_age="2023 to August 2026",
    matches=matches,
    read=read,
)
