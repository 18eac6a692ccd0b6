"""Preference rows: a reply and the one that it was preferred to (DPO), or a reply and whether it is wanted (KTO).

    {"prompt": "A word for rain?", "chosen": "Mizzle.", "rejected": "Water."}
    {"chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}], "rejected": [...]}
    {"conversations": [{"from": "human", "value": "Hi"}], "chosen": {"from": "gpt", "value": "Hello!"}, "rejected": ...}
    {"prompt": "A word for rain?", "completion": "Mizzle.", "label": true}

Shapes of TRL, LLaMA-Factory (`kto_tag`), ms-swift (`rejected_response`), Anthropic's hh-rlhf (both sides whole
dialogues in one string) and of our own --export. The reply that was turned down is an alternative, which nobody
learns; a label is a rating. Where the two sides part, is found by comparing them: what they share is the prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from identity.formats.fields import list_at, text_at
from identity.formats.format import NOT_A_CONVERSATION, Format, Options, Reading, skipped
from identity.formats.peek import Peek
from identity.formats.tree import linearize
from identity.formats.turns import node_of_turn, thread_of_turns
from identity.formats.values import objects, read_each
from identity.rows import ROLE_NAMES, text_of
from identity.sources import Document

KEYS = ("chosen", "rejected", "kto_tag", "rejected_response")  # rows with one of these are of no other format

_HH = re.compile(r"(?:\A\s*|\n\n)(Human|Assistant):")
_HH_BEGINS = re.compile(r"\s*Human:")
_LABELS = {"true": 1, "1": 1, "false": -1, "0": -1}


def matches(peek: Peek) -> bool:
    is_pair = peek.has("chosen") and peek.has("rejected")
    is_labelled = peek.has("prompt") and peek.has("completion") and peek.has("label")
    return is_pair or is_labelled or peek.has("kto_tag") or (peek.has("messages") and peek.has("rejected_response"))


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each row."""
    return read_each(objects(document), lambda value: _read_one(value, options))


def _read_one(value: dict[str, Any], options: Options) -> Reading:
    if "chosen" in value or "rejected" in value:
        chosen, rejected = _turns(value.get("chosen"), "assistant"), _turns(value.get("rejected"), "assistant")
        return read_pair(_prompt(value), chosen, rejected, value, FORMAT.name, options)
    if "rejected_response" in value:
        turns = list_at(value, "messages")
        rejected = _turns(value.get("rejected_response"), "assistant")
        return read_pair(turns[:-1], turns[-1:], rejected, value, FORMAT.name, options)
    return _read_labelled(value, options)


def _read_labelled(value: dict[str, Any], options: Options) -> Reading:
    answer = next((value[key] for key in ("completion", "output", "response") if value.get(key)), None)
    turns = [*_prompt(value), *_turns(answer, "assistant")]
    if not turns:
        return skipped(NOT_A_CONVERSATION)
    thread = thread_of_turns(turns, value, FORMAT.name, options)
    label = value.get("kto_tag", value.get("label"))
    last = thread.nodes.get(thread.leaf or "")
    if last and last.role == "assistant":
        last.rating = _LABELS.get(str(label).strip().lower())
    return linearize(thread, options)


def _prompt(value: dict[str, Any]) -> list[Any]:
    """The turns before the answer, under whichever key they are."""
    for key in ("prompt", "messages", "conversations"):
        if turns := _turns(value.get(key), "user"):
            return turns
    question = text_at(value, "instruction", "question")
    if question and (further := text_at(value, "input")):
        question += "\n" + further
    return _turns(question or value.get("input"), "user")


def _turns(side: Any, role: str) -> list[Any]:
    """One side of a row as a list of turns: from a list, a single turn, or text."""
    if isinstance(side, dict):
        return list_at(side, "messages") or [side]
    if isinstance(side, list):
        return side
    if not isinstance(side, str) or not side:
        return []
    return _hh_turns(side) if _HH_BEGINS.match(side) else [{"role": role, "content": side}]


def _hh_turns(dialogue: str) -> list[Any]:
    """The turns of a dialogue written as one string, each after its speaker's name."""
    pieces = _HH.split(dialogue)
    return [
        {"role": speaker.lower(), "content": said.strip()}
        for speaker, said in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


def read_pair(
    prompt: list[Any], chosen: list[Any], rejected: list[Any], value: dict[str, Any], source: str, options: Options
) -> Reading:
    """The conversation that goes on with the chosen side and has the rejected one beside it."""
    if any(_role(turn) not in ("assistant", None) for turn in chosen[:1]):
        prompt = []  # the sides hold it themselves; a prompt beside them repeats it
    shared = len(list(takewhile(lambda pair: _said(pair[0]) == _said(pair[1]), zip(chosen, rejected, strict=False))))
    shared = min(shared, max(len(chosen) - 1, 0))
    thread = thread_of_turns([*prompt, *chosen], value, source, options)
    if not thread.nodes:
        return skipped(NOT_A_CONVERSATION)
    path = list(thread.nodes.values())
    first = len(path) - len(chosen) + shared  # where the sides part
    parent = path[first - 1].id if first > 0 else None
    # What says how sure a preference is stands in our own rows; in all others somebody chose.
    if first > 0 and value.get("source") != "regenerated" and first < len(path):
        path[first - 1].picked = path[first].id
    for position, turn in enumerate(rejected[shared:], start=1):
        node = node_of_turn(turn, f"rejected{position}", parent, "", options)
        node.id = f"rejected{position}"
        node.weight = 0
        thread.add(node)
        parent = node.id
    return linearize(thread, options)


def _role(turn: Any) -> str | None:
    return ROLE_NAMES.get(text_at(turn, "role", "from").lower()) if isinstance(turn, dict) else None


def _said(turn: Any) -> tuple[str | None, str | None]:
    content = turn.get("content", turn.get("value")) if isinstance(turn, dict) else None
    return _role(turn), text_of(content)


FORMAT = Format(
    name="preference",
    label="preference rows (DPO, KTO)",
    how_to_export="a training file with chosen and rejected, or with a prompt, a completion and a label",
    shape_age="2023 to August 2026",
    matches=matches,
    read=read,
)
