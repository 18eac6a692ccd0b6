"""Rows of one question and one answer: instruction/output, instruction/response, prompt/completion, question/answer.

    {"instruction": "Rephrase", "input": "It rains.", "output": "Rain falls.", "history": [["Hi", "Hello!"]]}

One row is one conversation. Our own `--export` rows of the formats jsonl and alpaca are of this format too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from identity.formats import preference
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.turns import thread_of_turns
from identity.formats.values import objects, read_each
from identity.rows import PAIR_KEYS, row_from
from identity.sources import Document

# Rows with these say which answer is better, or hold whole conversations: other formats.
_ELSEWHERE = (*preference.KEYS, "label", "messages", "conversations", "schema", "mapping")


def matches(peek: Peek) -> bool:
    if any(peek.has(key) for key in _ELSEWHERE):
        return False
    return any(peek.has(question) and peek.has(answer) for question, answer in PAIR_KEYS)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each row."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    try:
        row = row_from(value)
    except ValueError:
        return skipped(NOT_A_CONVERSATION)
    turns = [msgspec.to_builtins(message) for message in row.messages]
    around: dict[str, Any] = {
        key: value[key] for key in ("id", "conversation_id", "created_at", "model", "title") if key in value
    }
    return linearize(thread_of_turns(turns, around, FORMAT.name, options), options)


FORMAT = Format(
    name="alpaca",
    label="instruction rows (Alpaca and the like)",
    how_to_export="a training file with instruction and output, or prompt and completion, question and answer",
    shape_age="since 2023",
    matches=matches,
    read=read,
)
