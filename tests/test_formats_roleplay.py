"""Chats with characters, their cards, coding sessions and preference rows: what their samples cannot show."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from export_builders import assert_reconciles, call, links, only, parse, texts, write

from identity.formats import detect
from identity.formats.nodes import SYSTEM
from identity.formats.peek import peek_at
from identity.formats.sillytavern_dates import seconds_of
from identity.formats.times import iso_text
from identity.records import Conversation, Message
from identity.sources import Document

EXPORTS = Path(__file__).parent / "exports"


def write_lines(path: Path, *rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def weights(conversation: Conversation) -> list[int]:
    return [message.weight for message in conversation.messages if message.role == "assistant"]


# --- SillyTavern ------------------------------------------------------------------------------------------------

HEADER = {"user_name": "unused", "character_name": "unused", "chat_metadata": {"integrity": "0f"}}


def person(text: str, **fields: Any) -> dict[str, Any]:
    return {"name": "Ann", "is_user": True, "mes": text, **fields}


def character(text: str, name: str = "Mira", **fields: Any) -> dict[str, Any]:
    return {"name": name, "is_user": False, "mes": text, **fields}


def reply_of(tmp_path: Path, line: dict[str, Any]) -> Message:
    return only(parse(write_lines(tmp_path / "chat.jsonl", HEADER, person("Hi"), line))).messages[1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("June 19, 2023 2:20pm", "2023-06-19T14:20:00Z"),
        ("June 19, 2023 12:20am", "2023-06-19T00:20:00Z"),
        ("2024-7-12@01h31m37s", "2024-07-12T01:31:37Z"),
        ("2024-6-5 @14h 56m 50s 682ms", "2024-06-05T14:56:50Z"),
        (1717599410682, "2024-06-05T14:56:50Z"),
        ("1717599410682", "2024-06-05T14:56:50Z"),
        ("2025-11-20T08:00:00.000Z", "2025-11-20T08:00:00Z"),
        ("2024-13-45@99h99m99s", None),
        ("Brumaire 19, 2023 2:20pm", None),
        ("yesterday", None),
        (None, None),
        ([], None),
    ],
)
def test_every_form_of_send_date(written: Any, meant: str | None) -> None:
    assert iso_text(seconds_of(written)) == meant


def test_an_edited_reply_has_its_old_text_not_as_an_alternative(tmp_path: Path) -> None:
    reply = reply_of(tmp_path, character("Mizzle!", swipes=["Mizzle.", "Rain."], swipe_id=0))
    assert [alternative.content for alternative in reply.alternatives] == ["Rain."]


def test_a_swipe_that_goes_on_where_the_kept_one_ends_is_no_alternative(tmp_path: Path) -> None:
    reply = reply_of(tmp_path, character("Mizzle", swipes=["Mizzle", "Mizzle, or", "Rain."], swipe_id=0))
    assert [alternative.content for alternative in reply.alternatives] == ["Rain."]


def test_a_line_that_was_cut_off_in_the_middle_costs_itself_only(tmp_path: Path) -> None:
    file = write_lines(
        tmp_path / "chat.jsonl", person("One?"), '{"name": "Mira", "mes": "On', person("Two?"), character("Two.")
    )
    collection = parse(file)
    assert texts(only(collection)) == [("user", "One?"), ("user", "Two?"), ("assistant", "Two.")]
    assert links(only(collection))[1] == ("m3", "m2")
    assert_reconciles(collection)


def test_a_packed_chat_that_is_cut_off_gives_what_could_be_read(tmp_path: Path) -> None:
    rows = [json.dumps(row) for row in (person("One?"), character("One."), *[character(f"{n}") for n in range(999)])]
    (tmp_path / "chat.jsonl.gz").write_bytes(gzip.compress("\n".join(rows).encode())[:-200])
    collection = parse(tmp_path)
    assert only(collection).messages[1].content.startswith("One.")
    assert "damaged or cut off" in collection.account.problems[0]


def test_several_characters_are_learned_together_with_a_note_that_names_them(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", person("Hi"), character("Hm.", "Tom"), person("So?"), character("No.", "Tom"))
    write_lines(tmp_path / "b.jsonl", person("Hi"), character("Hello."))
    note = "2 different voices are learned together: Tom (2), Mira (1); learn one with --voice NAME"
    assert parse(tmp_path).account.problems == [note]
    assert parse(tmp_path, voices=("Tom",)).account.problems == []


def test_one_character_of_a_group_is_learned_and_the_others_are_who_they_speak_to(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "g.jsonl", person("Who?"), character("Not me.", "Tom"), character("Me."))
    conversation = only(parse(file, voices=("Mira",)))
    assert texts(conversation) == [("user", "Who?"), ("user", "Not me."), ("assistant", "Me.")]


def test_a_shared_beginning_is_learned_once_and_every_link_stays(tmp_path: Path) -> None:
    start = [HEADER, character("Hello."), person("Tea?"), character("Tea.")]
    write_lines(tmp_path / "chat.jsonl", *start, person("Milk?"), character("Yes."))
    write_lines(tmp_path / "checkpoint.jsonl", *start)
    write_lines(tmp_path / "later.jsonl", *start, person("Milk?"), character("Yes."), person("More?"), character("No."))
    collection = parse(tmp_path)
    whole, checkpoint, later = collection
    assert [weights(whole), weights(checkpoint), weights(later)] == [[1, 1, 1], [1, 0], [1, 0, 0, 1]]
    assert [len(links(conversation)) for conversation in collection] == [5, 3, 7]
    assert list(collection) == [whole, checkpoint, later]  # the same each time it is read


def test_rows_of_training_files_that_begin_alike_are_left_as_they_are(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Tea?"}, {"role": "assistant", "content": "Tea."}]
    rows = [{"messages": turns}, {"messages": [*turns, *turns]}]
    assert [weights(conversation) for conversation in parse(write_lines(tmp_path / "x.jsonl", *rows))] == [[1], [1, 1]]


# --- character cards --------------------------------------------------------------------------------------------

CARD = {"name": "Mira", "description": "{{char}} keeps bees.", "first_mes": "Honey?", "mes_example": ""}


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def picture(*chunks: bytes) -> bytes:
    """A PNG with a picture larger than what is looked at of other files, and chunks after it."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", bytes(300_000)) + b"".join(chunks)


def packed(card: Any) -> bytes:
    return base64.b64encode(json.dumps(card).encode())


TEXT_CHUNKS = [
    ("tEXt", chunk(b"tEXt", b"chara\0" + packed(CARD))),
    ("zTXt", chunk(b"zTXt", b"chara\0\0" + zlib.compress(packed(CARD)))),
    ("iTXt", chunk(b"iTXt", b"chara\0\0\0\0\0" + packed(CARD))),
    ("packed iTXt", chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(packed(CARD)))),
    ("without padding", chunk(b"tEXt", b"Chara\0" + packed(CARD).rstrip(b"="))),
    ("a wrong checksum", chunk(b"tEXt", b"chara\0" + packed(CARD))[:-4] + b"oops"),
    (
        "a ccv3 that is damaged",
        chunk(b"tEXt", b"chara\0" + packed(CARD)) + chunk(b"tEXt", b"ccv3\0" + packed(CARD)[:9]),
    ),
]


@pytest.mark.parametrize("text_chunk", [case[1] for case in TEXT_CHUNKS], ids=[case[0] for case in TEXT_CHUNKS])
def test_a_card_is_found_in_every_kind_of_text_chunk(tmp_path: Path, text_chunk: bytes) -> None:
    (tmp_path / "x.png").write_bytes(picture(text_chunk))
    assert texts(only(parse(tmp_path / "x.png"))) == [("assistant", "Honey?")]


DAMAGED_PICTURES = [
    ("the signature alone", b"\x89PNG\r\n\x1a\n"),
    ("a chunk longer than the file", picture(b"\xff\xff\xff\xfftEXtchara\0abc")),
    ("a chunk of no kind", picture(b"\0\0\0\4\1\2\3\4")),
    ("text that unpacks to nothing", picture(chunk(b"zTXt", b"chara\0\0nonsense"))),
    ("JSON that is none", picture(chunk(b"tEXt", b"chara\0" + base64.b64encode(b"{")))),
    ("a list", picture(chunk(b"tEXt", b"chara\0" + packed([CARD])))),
    ("no bytes of text", picture(chunk(b"tEXt", b"chara"))),
]


@pytest.mark.parametrize("content", [case[1] for case in DAMAGED_PICTURES], ids=[case[0] for case in DAMAGED_PICTURES])
def test_a_damaged_picture_is_told_in_one_line(tmp_path: Path, content: bytes, capsys: Any) -> None:
    (tmp_path / "x.png").write_bytes(content)
    assert call(tmp_path / "x.png") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "this is a picture (PNG)" in line or "damaged" in line


def test_pictures_in_a_folder_are_passed_over_unless_they_bear_a_card(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture(chunk(b"tEXt", b"prompt\0a hill")))
    (tmp_path / "b.png").write_bytes(picture(TEXT_CHUNKS[0][1]))
    collection = parse(tmp_path)
    assert only(collection).gpt == "Mira"
    assert dict(collection.account.files_skipped) == {"media or attachment": 1}


def test_pictures_in_an_archive_are_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.charx", "w") as archive:
        archive.writestr("card.json", json.dumps({"spec": "chara_card_v3", "data": CARD}))
        archive.writestr("assets/main.png", picture(TEXT_CHUNKS[0][1]))
    collection = parse(tmp_path / "x.charx")
    assert len(collection) == 1
    assert collection.account.files_skipped["media or attachment"] == 1


def test_a_card_comes_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe:
        buffer = io.BytesIO(picture(TEXT_CHUNKS[0][1]))

    monkeypatch.setattr(sys, "stdin", Pipe)
    assert texts(only(parse(Path("-")))) == [("assistant", "Honey?")]


def test_the_persona_is_a_system_message_where_those_are_kept(tmp_path: Path) -> None:
    card = CARD | {"mes_example": "<START>\n{{user}}: Hi\n{{char}}: Hello.\nSit.", "personality": "calm"}
    file = write(tmp_path / "x.json", card)
    greeting, example = parse(file, keep_system=True)
    persona = ("system", "Mira keeps bees.\n\ncalm")
    assert texts(greeting) == [persona, ("assistant", "Honey?")]
    assert texts(example) == [persona, ("user", "Hi"), ("assistant", "Hello.\nSit.")]
    assert parse(file).account.messages_left_out == {SYSTEM: 1}


# --- Claude Code ------------------------------------------------------------------------------------------------


def line(name: str, parent: str | None, kind: str, content: Any, **fields: Any) -> dict[str, Any]:
    """A line of a session; what the assistant says has a message id of its own."""
    message = {"id": f"msg {name}", "role": kind, "content": content}
    return {"type": kind, "uuid": name, "parentUuid": parent, "sessionId": "s", "message": message, **fields}


def test_a_damaged_line_in_the_middle_of_a_session_does_not_cost_what_is_before_it(tmp_path: Path) -> None:
    file = write_lines(
        tmp_path / "s.jsonl",
        line("u1", None, "user", "One?"),
        line("a1", "u1", "assistant", [{"type": "text", "text": "One."}]),
        '{"type": "user", "uuid": "u2", "parentUuid": "a1", "mess',
        line("a2", "u2", "assistant", [{"type": "text", "text": "Two."}]),
    )
    collection = parse(file)
    assert texts(only(collection)) == [("user", "One?"), ("assistant", "One."), ("assistant", "Two.")]
    assert links(only(collection))[2][1] == "damaged 3"
    assert_reconciles(collection)


def test_what_was_typed_while_the_model_worked_is_the_persons(tmp_path: Path) -> None:
    queued = {"type": "queued_command", "prompt": "In metres, please.", "commandMode": "prompt"}
    file = write_lines(
        tmp_path / "s.jsonl",
        line("u1", None, "user", "How deep?"),
        line("a1", "u1", "assistant", [{"type": "tool_use", "id": "t", "name": "Read", "input": {}}]),
        line("r1", "a1", "user", [{"type": "tool_result", "tool_use_id": "t", "content": "4 ft"}]),
        {"type": "attachment", "uuid": "q1", "parentUuid": "r1", "sessionId": "s", "attachment": queued},
        line("a2", "q1", "assistant", [{"type": "text", "text": "1.2 m."}]),
    )
    assert texts(only(parse(file)))[1:] == [("user", "In metres, please."), ("assistant", "1.2 m.")]


def test_lines_that_come_before_the_ones_they_follow_are_linked_all_the_same(tmp_path: Path) -> None:
    rows = [
        line("u1", None, "user", "One?"),
        line("a1", "x1", "assistant", [{"type": "text", "text": "One."}]),
        {"type": "system", "uuid": "x1", "parentUuid": "u1", "sessionId": "s"},
    ]
    assert links(only(parse(write_lines(tmp_path / "s.jsonl", *rows)))) == [("u1", None), ("a1", "u1")]


def test_an_answer_to_a_prompt_of_the_program_is_none_to_the_person(tmp_path: Path) -> None:
    file = write_lines(
        tmp_path / "s.jsonl",
        line("u1", None, "user", "One?"),
        line("a1", "u1", "assistant", [{"type": "text", "text": "One."}]),
        line("h1", "a1", "user", "Stop hook feedback: run the tests", isMeta=True),
        line("a2", "h1", "assistant", [{"type": "text", "text": "They pass."}]),
    )
    assert links(only(parse(file))) == [("u1", None), ("a1", "u1"), ("a2", "h1")]


def test_a_long_run_of_lines_without_messages_is_walked_once(tmp_path: Path) -> None:
    links_only = [
        {"type": "progress", "uuid": f"p{n}", "parentUuid": f"p{n - 1}" if n else "u1", "sessionId": "s"}
        for n in range(20_000)
    ]
    answers = [line(f"a{n}", "p19999", "assistant", [{"type": "text", "text": f"{n}"}]) for n in range(500)]
    file = write_lines(tmp_path / "s.jsonl", line("u1", None, "user", "Count."), *links_only, *answers)
    assert len(only(parse(file)).messages) == 2


# --- Codex CLI --------------------------------------------------------------------------------------------------


def rollout(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-01-27T12:00:00Z", "type": kind, "payload": payload}


def spoken(role: str, text: str) -> dict[str, Any]:
    return rollout("response_item", type="message", role=role, content=[{"type": "text", "text": text}])


def test_a_session_of_a_sub_agent_is_left_out_whole(tmp_path: Path) -> None:
    spawned = rollout("session_meta", id="child", source={"subagent": {"thread_spawn": {"depth": 1}}})
    write_lines(tmp_path / "a.jsonl", spawned, spoken("user", "Review."), spoken("assistant", "Fine."))
    write_lines(tmp_path / "b.jsonl", rollout("session_meta", id="b"), spoken("user", "Hi"), spoken("assistant", "Ho"))
    collection = parse(tmp_path)
    assert only(collection).id == "b"
    assert collection.account.messages_left_out == {"talk with a sub-agent": 2}


def test_a_fork_repeats_the_session_before_it_and_teaches_only_what_is_new(tmp_path: Path) -> None:
    start = [rollout("session_meta", id="a"), spoken("user", "One?"), spoken("assistant", "One.")]
    write_lines(tmp_path / "a.jsonl", *start)
    fork = rollout("session_meta", id="b", forked_from_id="a")
    write_lines(tmp_path / "b.jsonl", fork, *start, spoken("user", "Two?"), spoken("assistant", "Two."))
    assert [(found.id, weights(found)) for found in parse(tmp_path)] == [("a", [1]), ("b", [0, 1])]


# --- preference rows and OpenAI's files -------------------------------------------------------------------------


def test_a_reply_that_was_turned_down_is_never_learned_on_any_branch(tmp_path: Path) -> None:
    row = {"prompt": "A word for rain?", "chosen": "Mizzle.", "rejected": "Water."}
    found = list(parse(write(tmp_path / "x.json", [row]), all_branches=True))
    assert [(message.content, message.weight) for message in found[1].messages if message.role == "assistant"] == [
        ("Water.", 0)
    ]


def test_without_a_question_there_is_nothing_that_one_reply_was_preferred_for(tmp_path: Path) -> None:
    collection = parse(write(tmp_path / "x.json", [{"chosen": "Mizzle.", "rejected": "Water."}]))
    assert only(collection).messages[0].alternatives == []
    assert_reconciles(collection)


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ({}, "generic"),
        ({"tools": []}, "openai"),
        ({"parallel_tool_calls": True}, "openai"),
        ({"tools": [], "conversation_id": "c"}, "generic"),
        ({"kto_tag": True}, "preference"),
    ],
)
def test_which_keys_tell_openai_files_from_other_messages(tmp_path: Path, extra: dict[str, Any], name: str) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    document = in_memory(json.dumps({"messages": turns} | extra).encode())
    assert detect(peek_at(document)).name == name


# --- hostile values ---------------------------------------------------------------------------------------------


def in_memory(content: bytes) -> Document:
    @contextlib.contextmanager
    def opener() -> Iterator[IO[bytes]]:
        yield io.BytesIO(content)

    return Document("x", "x", content[: 256 * 1024], True, opener, lambda name: None)
