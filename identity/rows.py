"""Conversations to training rows and back: who answered what, by links, in every row format.

A row is a run of turns that alternate user and assistant (a system turn may lead), begins before a reply and ends
with one. Links decide, never positions: a message follows the one that its `parent` names, and where that one is
gone there is a gap which no row crosses. Several user messages answered by one reply are one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from identity.console import UserError
from identity.files import open_input
from identity.json_stream import decode_value, split_values
from identity.preferences import Judgement, labelled, turned_down
from identity.records import Conversation, Message, Role

JOINT = "\n\n"  # between pieces of one turn


class RowMessage(msgspec.Struct, omit_defaults=True):
    """One turn of a row; weight 0 on an assistant turn means that no loss falls on it."""

    role: Role
    content: str
    weight: int = 1


class Row(msgspec.Struct):
    """A training example: turns in order, and the conversation that they came from (for a split by conversation)."""

    messages: list[RowMessage]
    conversation_id: str | None = None


# --- conversations -> rows --------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """One question and its answer; `system` is the system turn of their conversation, "" if there is none."""

    question: str
    reply: str
    system: str


def dialogues(conversation: Conversation) -> Iterator[list[RowMessage]]:
    """The runs of unbroken links, as alternating turns that begin with system or user and end with assistant.

    A leading assistant message (a greeting) and a trailing user message belong to no answer and are left out.
    """
    for run in _unbroken_runs(_with_speakers(conversation.messages)):
        turns: list[RowMessage] = []
        for message in run:
            _add_turn(turns, message)
        turns = _from_first_question(turns)
        while turns and turns[-1].role != "assistant":
            turns.pop()
        if turns:
            yield turns


def pairs(conversation: Conversation) -> Iterator[Pair]:
    """Every reply that is to be learned and whose question is still there, with that question."""
    for turns in dialogues(conversation):
        system = turns[0].content if turns[0].role == "system" else ""
        for question, reply in pairwise(turns):
            if question.role == "user" and reply.weight:
                yield Pair(question.content, reply.content, system)


def judged_replies(conversation: Conversation) -> Iterator[tuple[Message, list[RowMessage]]]:
    """Every reply with thumbs or other answers, and the turns before it in its run, as `dialogues` makes them.

    The turns are none where the reply answers no question: it opens its run, or goes on after another's reply.
    """
    for run in _unbroken_runs(_with_speakers(conversation.messages)):
        turns: list[RowMessage] = []
        for message in run:
            if message.role == "assistant" and (message.rating or message.alternatives):
                is_asked = bool(turns) and turns[-1].role == "user"
                yield message, _from_first_question(turns) if is_asked else []
            _add_turn(turns, message)


def _with_speakers(messages: list[Message]) -> list[Message]:
    """The messages with "Name: " before those of the user's side, if that side is several people or characters."""
    speakers = {message.author for message in messages if message.role == "user" and message.author}
    if len(speakers) < 2:
        return messages
    return [
        msgspec.structs.replace(message, content=f"{message.author}: {message.content}")
        if message.role == "user" and message.author
        else message
        for message in messages
    ]


def _unbroken_runs(messages: list[Message]) -> Iterator[list[Message]]:
    """Stretches in which each message follows the one before it; a system message begins a new stretch."""
    run: list[Message] = []
    for message in messages:
        if run and (message.parent != run[-1].id or (message.role == "system" != run[-1].role)):
            yield run
            run = []
        run.append(message)
    if run:
        yield run


def _add_turn(turns: list[RowMessage], message: Message) -> None:
    """Put a message at the end, joined to what the same side said right before it."""
    weight = message.weight if message.role == "assistant" else 1
    turn = RowMessage(message.role, message.content, weight)
    if turns and turns[-1].role == turn.role:
        turns[-1] = _joined(turns[-1], turn)
    else:
        turns.append(turn)


def _joined(first: RowMessage, second: RowMessage) -> RowMessage:
    """Two pieces of one turn. A reply of which one piece must not be learned is not learned at all."""
    content = first.content + JOINT + second.content
    return RowMessage(first.role, content, min(first.weight, second.weight))


def _from_first_question(turns: list[RowMessage]) -> list[RowMessage]:
    """Drop what comes before the first user turn, but keep a system turn that leads."""
    system = [turn for turn in turns[:1] if turn.role == "system"]
    for position, turn in enumerate(turns):
        if turn.role == "user":
            return system + turns[position:]
    return []


# --- row formats, written ---------------------------------------------------------------------------------------


def _jsonl_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    for pair in pairs(conversation):
        yield {
            "instruction": pair.question,
            "response": pair.reply,
            "conversation_id": conversation.id,
        }


def _alpaca_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    for pair in pairs(conversation):
        row = {"instruction": pair.question, "input": "", "output": pair.reply}
        if pair.system:
            row["system"] = pair.system
        yield row | {"conversation_id": conversation.id}


def _chat_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    for turns in dialogues(conversation):
        if has_lesson(turns):
            messages = [msgspec.to_builtins(turn) for turn in turns]
            yield {"messages": messages, "conversation_id": conversation.id}


def _sharegpt_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    """ShareGPT cannot say "do not learn this", so a reply of weight 0 is a gap, as if it had been removed.

    A system text is a turn: as a key of some rows only, axolotl 0.19 puts a system turn "None" before all the others.
    """
    for turns in dialogues(conversation):
        system = [turn for turn in turns[:1] if turn.role == "system"]
        for stretch in _without_masked(turns):
            spoken = [{"from": SHAREGPT_NAMES[turn.role], "value": turn.content} for turn in system + stretch]
            yield {"conversations": spoken, "conversation_id": conversation.id}


def _without_masked(turns: list[RowMessage]) -> Iterator[list[RowMessage]]:
    stretch: list[RowMessage] = []
    for question, reply in pairwise(turns):
        if question.role != "user":
            continue
        if reply.weight:
            stretch += [question, reply]
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


class Judged(NamedTuple):
    """One answer of which something is known, and its row; None where the judgement names a reason against one."""

    judgement: Judgement
    row: dict[str, Any] | None


def judged_pairs(conversation: Conversation) -> Iterator[Judged]:
    """Every other answer to a turn, as the rejected side of TRL's preference rows (DPO and its kin)."""
    for reply, prompt in judged_replies(conversation):
        for judgement in turned_down(reply, bool(prompt)):
            answers = {"chosen": [_said(reply.content)], "rejected": [_said(judgement.text)]}
            yield Judged(judgement, _preference_row(conversation, prompt, answers, judgement))


def judged_labels(conversation: Conversation) -> Iterator[Judged]:
    """Every answer of which something is known by itself, as TRL's rows with a label (KTO)."""
    for reply, prompt in judged_replies(conversation):
        for judgement in labelled(reply, bool(prompt)):
            answers = {"completion": [_said(judgement.text)], "label": judgement.is_wanted}
            yield Judged(judgement, _preference_row(conversation, prompt, answers, judgement))


def _preference_row(
    conversation: Conversation, prompt: list[RowMessage], answers: dict[str, Any], judgement: Judgement
) -> dict[str, Any] | None:
    if judgement.reason:
        return None
    asked = [{"role": turn.role, "content": turn.content} for turn in prompt]
    return {"prompt": asked, **answers, "conversation_id": conversation.id, "source": judgement.strength}


def _said(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _preference_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    return (judged.row for judged in judged_pairs(conversation) if judged.row)


def _kto_rows(conversation: Conversation) -> Iterator[dict[str, Any]]:
    return (judged.row for judged in judged_labels(conversation) if judged.row)


SHAREGPT_NAMES = {"system": "system", "user": "human", "assistant": "gpt"}

ROW_FORMATS: dict[str, Callable[[Conversation], Iterator[dict[str, Any]]]] = {
    "jsonl": _jsonl_rows,
    "chat": _chat_rows,
    "sharegpt": _sharegpt_rows,
    "alpaca": _alpaca_rows,
    "preference": _preference_rows,
    "kto": _kto_rows,
}

# The two that weigh answers against each other, with what they leave out.
JUDGED_FORMATS: dict[str, Callable[[Conversation], Iterator[Judged]]] = {
    "preference": judged_pairs,
    "kto": judged_labels,
}


def has_lesson(turns: Iterable[RowMessage]) -> bool:
    """True if at least one reply is to be learned."""
    return any(turn.role == "assistant" and turn.weight for turn in turns)


# --- row formats, read ------------------------------------------------------------------------------------------

# Speaker names of training files, lower-cased, after axolotl's and LLaMA-Factory's role maps.
ROLE_NAMES: dict[str, Role] = {
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "bot", "ai", "chatgpt", "bing", "bard", "claude"), "assistant"),
}
# Speakers whose words are neither asked nor answered: results and calls of tools.
TOOL_NAMES = ("tool", "function", "observation", "ipython", "function_call", "tool_call")

# (question key, answer key) of the one-pair-a-row formats, the more telling ones first.
PAIR_KEYS = (
    ("instruction", "output"),
    ("instruction", "response"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("question", "answer"),
)


def text_of(content: Any) -> str | None:
    """Text of a message's content: a string, or a list of parts of which the text ones count; None if neither."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [p if isinstance(p, str) else p.get("text") for p in content if isinstance(p, str | dict)]
        return JOINT.join(part for part in parts if isinstance(part, str) and part)
    return None


def row_from(value: Any) -> Row:
    """A Row from one decoded JSON object of any row format; ValueError says what is missing.

    Messages: OpenAI's {"messages"}, ShareGPT's {"conversations"}, a bare list. Pairs: see PAIR_KEYS, with Alpaca's
    optional "input", "system" and "history". Tool turns are left out.
    """
    if isinstance(value, list):
        return Row(_turns(value))
    if not isinstance(value, dict):
        raise ValueError("a row is a JSON object")
    if _is_preference(value):
        raise ValueError(
            "this row says which answer is better (DPO, KTO) and is not learned from here; give it to TRL's "
            "DPOTrainer or KTOTrainer, and for this stage choose --format chat"
        )
    conversation_id = value.get("conversation_id") or value.get("id")
    conversation_id = conversation_id if isinstance(conversation_id, str) else None
    for key in ("messages", "conversations"):
        if isinstance(value.get(key), list):
            turns = _turns(value[key])
            if isinstance(value.get("system"), str) and value["system"]:
                turns.insert(0, RowMessage("system", value["system"]))
            return Row(turns, conversation_id)
    for question_key, answer_key in PAIR_KEYS:
        if question_key in value and answer_key in value:
            return Row(_pair_turns(value, question_key, answer_key), conversation_id)
    raise ValueError('no "messages", "conversations" or "instruction" and "response" in it')


def _is_preference(value: dict[str, Any]) -> bool:
    is_labelled = "kto_tag" in value or ("completion" in value and isinstance(value.get("label"), bool))
    return is_labelled or "chosen" in value or "rejected" in value


def _turns(values: list[Any]) -> list[RowMessage]:
    turns: list[RowMessage] = []
    for position, value in enumerate(values):
        if not isinstance(value, dict):
            raise ValueError(f"messages[{position}] is not an object")
        name = str(value.get("role", value.get("from", ""))).lower()
        if name in TOOL_NAMES:
            continue
        if name not in ROLE_NAMES:
            raise ValueError(f"messages[{position}].role is {name!r}")
        text = text_of(value.get("content", value.get("value")))
        if text:
            weight = 0 if value.get("weight") == 0 or value.get("train") is False else 1
            turns.append(RowMessage(ROLE_NAMES[name], text, weight))
    return turns


def _pair_turns(value: dict[str, Any], question_key: str, answer_key: str) -> list[RowMessage]:
    turns = []
    if isinstance(value.get("system"), str) and value["system"]:
        turns.append(RowMessage("system", value["system"]))
    history = value.get("history")
    for exchange in history if isinstance(history, list) else []:
        if isinstance(exchange, list) and len(exchange) == 2:
            turns += [
                RowMessage("user", str(exchange[0])),
                RowMessage("assistant", str(exchange[1])),
            ]
    question, answer = text_of(value[question_key]), text_of(value[answer_key])
    if question is None or answer is None:
        raise ValueError(f"{question_key} and {answer_key} must be text")
    if isinstance(value.get("input"), str) and value["input"]:
        question += "\n" + value["input"]
    return [*turns, RowMessage("user", question), RowMessage("assistant", answer)]


def read_rows(path: str | Path) -> Iterator[Row]:
    """Stream rows of any format from a .jsonl or .json file ("-" is stdin); UserError names file and row."""
    with open_input(path) as stream:
        yield from read_row_stream(stream, str(path))


def read_row_stream(stream: IO[bytes], name: str) -> Iterator[Row]:
    """As read_rows, from an open binary stream."""
    for number, value in enumerate(split_values(stream), start=1):
        where = f"{name}: row {number}"
        try:
            decoded = decode_value(value.raw)
        except ValueError as error:
            raise UserError(f"{where}: not JSON ({error}); write rows with conversation_parser.py --export") from None
        if isinstance(decoded, dict) and ({"mapping", "chat_messages"} & decoded.keys() or _is_record(decoded)):
            raise UserError(
                f"{where}: this is a conversation, not a training row; make rows first: "
                "conversation_parser.py FILE --export rows.jsonl --format chat"
            )
        try:
            yield row_from(decoded)
        except ValueError as error:
            raise UserError(f"{where}: {error}; write rows with conversation_parser.py --export") from None


def _is_record(value: dict[str, Any]) -> bool:
    return "schema" in value and "messages" in value
