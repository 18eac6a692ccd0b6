"""Chats with companion services in JSON: what their samples cannot show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from export_builders import Json, only, parse, texts, write

from identity.console import UserError
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    DUPLICATE_MESSAGE,
    EMPTY,
    KEPT_AS_ALTERNATIVE,
    SUPERSEDED,
    UNKNOWN_ROLE,
)
from identity.importing import Collection
from identity.records import Conversation

EXPORTS = Path(__file__).parent / "exports"

# --- Character.AI -----------------------------------------------------------------------------------------------


def message(is_human: bool, text: str, is_alternative: bool = False, **fields: Any) -> Json:
    source = {"is_human": is_human, "name": "Anna" if is_human else "Mira"}
    return {"src": source, "text": text, "is_alternative": is_alternative} | fields


def history(tmp_path: Path, *messages: Any) -> Collection:
    dump = {"histories": {"histories": [{"external_id": "h", "msgs": list(messages)}]}}
    return parse(write(tmp_path / "x.json", dump))


def told(conversation: Conversation) -> list[tuple[str, list[str]]]:
    return [(message.content, [other.content for other in message.alternatives]) for message in conversation.messages]


@pytest.mark.parametrize("place", [1, 2])
def test_characterai_alternatives_may_stand_on_either_side_of_the_reply(tmp_path: Path, place: int) -> None:
    messages = [message(True, "Rain?"), message(False, "Mizzle."), message(True, "Fog?")]
    messages.insert(place, message(False, "Drizzle.", is_alternative=True))
    collection = history(tmp_path, *messages)
    assert told(only(collection)) == [("Rain?", []), ("Mizzle.", ["Drizzle."]), ("Fog?", [])]
    assert collection.account.messages_left_out == {KEPT_AS_ALTERNATIVE: 1}


def test_characterai_an_edited_question_is_passed_over(tmp_path: Path) -> None:
    collection = history(
        tmp_path, message(True, "Rian?", is_alternative=True), message(True, "Rain?"), message(False, "Mizzle.")
    )
    assert texts(only(collection)) == [("user", "Rain?"), ("assistant", "Mizzle.")]
    assert only(collection).messages[0].parent is None
    assert collection.account.messages_left_out == {SUPERSEDED: 1}


@pytest.mark.parametrize("wrap", [lambda one: {"histories": [one]}, lambda one: [one], lambda one: one])
def test_characterai_histories_may_stand_without_the_dump_around_them(tmp_path: Path, wrap: Any) -> None:
    one = {"external_id": "h", "msgs": [message(True, "Rain?"), message(False, "Mizzle.")]}
    conversation = only(parse(write(tmp_path / "x.json", wrap(one))))
    assert (conversation.id, texts(conversation)) == ("h", [("user", "Rain?"), ("assistant", "Mizzle.")])


def turn(name: str, second: int | None, is_human: bool, *contents: str, **fields: Any) -> Json:
    candidates = [{"candidate_id": f"{name}{number}", "raw_content": text} for number, text in enumerate(contents)]
    author = {"author_id": "1", "name": "Anna", "is_human": True} if is_human else {"author_id": "2", "name": "Mira"}
    time = None if second is None else f"2024-03-01T10:00:{second:02}.123456789Z"
    made: Json = {"turn_key": {"chat_id": "c", "turn_id": name}, "create_time": time, "author": author}
    return made | {"candidates": candidates, "primary_candidate_id": f"{name}0"} | fields


@pytest.mark.parametrize("times", [(2, 1), (None, None), (1, 1)])
def test_characterai_turns_are_newest_first(tmp_path: Path, times: tuple[int | None, int | None]) -> None:
    turns = [turn("a", times[0], False, "Mizzle."), turn("q", times[1], True, "Rain?")]
    conversation = only(parse(write(tmp_path / "x.json", {"turns": turns})))
    assert texts(conversation) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_characterai_turns_that_a_tool_turned_round_are_read_as_they_were_said(tmp_path: Path) -> None:
    turns = [turn("q", 1, True, "Rain?"), turn("a", 2, False, "Mizzle.")]
    conversation = only(parse(write(tmp_path / "x.json", {"turns": turns})))
    assert texts(conversation) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_characterai_a_reply_that_the_person_stopped_teaches_nothing(tmp_path: Path) -> None:
    cut = {"candidate_id": "x", "raw_content": "Mizz", "is_final": False}
    whole = {"candidate_id": "y", "raw_content": "Mizzle."}
    cases: list[tuple[list[Json], tuple[str, int, list[str]]]] = [
        ([cut, whole], ("Mizz", 0, ["Mizzle."])),
        ([whole, cut], ("Mizzle.", 1, [])),
    ]
    for candidates, expected in cases:
        reply = turn("a", 2, False) | {"candidates": candidates, "primary_candidate_id": candidates[0]["candidate_id"]}
        found = only(parse(write(tmp_path / "x.json", {"turns": [reply, turn("q", 1, True, "Rain?")]}))).messages[1]
        assert (found.content, found.weight, [other.content for other in found.alternatives]) == expected


def test_characterai_says_what_it_leaves_out_of_turns(tmp_path: Path) -> None:
    turns = [
        turn("a", 9, False, "Mizzle."),
        turn("a", 9, False, "Mizzle."),
        turn("b", 8, False),
        turn("c", 7, False, "x", author=None),
        7,
        turn("q", 1, True, "Rain?"),
    ]
    collection = parse(write(tmp_path / "x.json", {"turns": turns}))
    left_out = {DUPLICATE_MESSAGE: 1, EMPTY: 1, UNKNOWN_ROLE: 1, DAMAGED_MESSAGE: 1}
    assert collection.account.messages_left_out == left_out


# --- Kindroid ---------------------------------------------------------------------------------------------------


def kinlog(*pairs: Any) -> Json:
    return {"about": ["Kindroid chat log downloaded with KinLog v1"], "chat": list(pairs)}


def test_kindroid_the_file_is_named_after_the_kindroid(tmp_path: Path) -> None:
    log = kinlog(["Anna", "Rain?"], ["Mira", "Mizzle."])
    for name, roles in (("Mira", ["user", "assistant"]), ("Anna", ["assistant", "user"])):
        conversation = only(parse(write(tmp_path / f"{name}_20250301221500 (1).json", log)))
        assert [message.role for message in conversation.messages] == roles


def test_kindroid_a_file_of_another_name_needs_a_voice(tmp_path: Path) -> None:
    file = write(tmp_path / "log.json", kinlog(["Anna", "Rain?"], ["Mira", "Mizzle."]))
    with pytest.raises(UserError, match="--voice"):
        parse(file)
    assert texts(only(parse(file, voices=("Mira",)))) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_kindroid_only_what_a_page_escapes_is_unescaped(tmp_path: Path) -> None:
    log = kinlog(["Anna", "1 &lt; 2 &amp;amp; &eacute;<br>x"], ["Mira", "Mizzle."])
    assert (
        only(parse(write(tmp_path / "Mira_20250301221500.json", log))).messages[0].content == "1 < 2 &amp; &eacute;\nx"
    )
