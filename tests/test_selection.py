"""Which conversations are kept: by model, project, custom GPT, turns and language; and the statistics as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, call, chatgpt, claude, node, only, parse, read, said, write

from identity.console import UserError, progress_over_many
from identity.languages import known_codes, language_of
from identity.records import Conversation, Message
from identity.statistics import Statistics, as_json, measure
from identity.statistics_view import show

ROOT = Path(__file__).resolve().parent.parent

GERMAN = "Der Kessel singt schon, komm herein und setz dich an den Ofen."
ENGLISH = "The kettle is singing already, come in and sit by the stove."
JAPANESE = "やかんがもう鳴っています。どうぞお入りください。"
CODE = "```python\nfor name in names:\n    print(name, end=' and ')\n```\n"


def chat(name: str, *replies: str, model: str = "gpt-4o", **fields: Any) -> dict[str, Any]:
    """A conversation of ChatGPT's with a question before every reply."""
    nodes, last = [], None
    for number, reply in enumerate(replies, start=1):
        nodes.append(node(f"u{number}", last, "user", "And now?"))
        last = f"a{number}"
        nodes.append(node(last, f"u{number}", "assistant", reply, metadata={"model_slug": model}))
    return chatgpt(*nodes, id=name, conversation_id=name, **fields)


def kept(tmp_path: Path, *conversations: Any, **options: Any) -> tuple[list[str], dict[str, int]]:
    """The ids of what is kept, and the reasons for the others."""
    collection = read(tmp_path, *conversations, **options)
    assert_reconciles(collection)
    return [conversation.id for conversation in collection], dict(collection.account.conversations_left_out)


# --- project and custom GPT -------------------------------------------------------------------------------------

GARDEN = claude(said("m1", "human", "Beans?"), said("m2", "assistant", "Now.", "m1"), project={"name": "My garden"})
WORKS = chat("works", "Yes.", gizmo_id="g-p-77", conversation_template_id="g-p-77")
POET = chat("poet", "Mizzle.", gizmo_id="g-poet", conversation_template_id="g-poet")
PLAIN = chat("plain", "Hello.")


def test_project_is_a_glob_over_names_and_ids_in_any_case(tmp_path: Path) -> None:
    write(tmp_path / "claude.json", [GARDEN])
    write(tmp_path / "chatgpt.json", [WORKS, POET, PLAIN])
    collection = parse(tmp_path, projects=["*GARDEN"])
    assert only(collection).id == "k-1"
    assert collection.account.conversations_left_out == {
        "in another project than --project": 1,
        "in no project, and --project asks for one": 2,
    }
    assert_reconciles(collection)


def test_several_globs_ask_for_any_of_them(tmp_path: Path) -> None:
    write(tmp_path / "claude.json", [GARDEN])
    write(tmp_path / "chatgpt.json", [WORKS, POET, PLAIN])
    assert [found.id for found in parse(tmp_path, projects=["*garden", "g-p-7?"])] == ["works", "k-1"]


def test_gpt_is_the_custom_one_and_no_project(tmp_path: Path) -> None:
    ids, left_out = kept(tmp_path, WORKS, POET, PLAIN, gpts=["g-*"])
    assert ids == ["poet"]
    assert left_out == {"with no custom GPT, and --gpt asks for one": 2}


def test_a_gpt_that_does_not_match_has_a_reason_of_its_own(tmp_path: Path) -> None:
    other = chat("other", "Smirr.", gizmo_id="g-painter")
    assert kept(tmp_path, POET, other, gpts=["g-poet"])[1] == {"with another GPT than --gpt": 1}


def test_project_and_gpt_stay_through_our_own_file(tmp_path: Path) -> None:
    export = write(tmp_path / "c.json", [WORKS, POET])
    assert call(export, "--output", tmp_path / "parsed.json", "--quiet") == 0
    assert only(parse(tmp_path / "parsed.json", projects=["g-p-*"])).id == "works"
    assert only(parse(tmp_path / "parsed.json", gpts=["g-poet"])).id == "poet"


def test_where_no_project_matches_the_projects_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--project passed over g-p-77 \(1\); name one of these"):
        read(tmp_path, WORKS, PLAIN, projects=["gardn"])


# --- models -----------------------------------------------------------------------------------------------------


def test_several_models_are_learned_and_all_others_are_context(tmp_path: Path) -> None:
    both = chat("both", "Mizzle.")
    later = chat("later", "Smirr.", model="gpt-5")
    old = chat("old", "Rain.", model="text-davinci-002")
    ids, left_out = kept(tmp_path, both, later, old, models=["gpt-4*", "gpt-5*"])
    assert (ids, left_out) == (["both", "later"], {"no reply by the --model asked for": 1})


# --- turns ------------------------------------------------------------------------------------------------------


def test_a_turn_is_a_reply_to_be_learned_and_what_it_answers(tmp_path: Path) -> None:
    ids, left_out = kept(tmp_path, chat("one", "A."), chat("two", "A.", "B."), min_turns=2)
    assert (ids, left_out) == (["two"], {"fewer turns than --min-turns": 1})


def test_a_reply_whose_question_is_lost_is_no_turn(tmp_path: Path) -> None:
    picture = {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}]}
    seen = chatgpt(node("u1", None, "user", content=picture), node("a1", "u1", "assistant", "A jackdaw."), id="seen")
    assert kept(tmp_path, chat("one", "A."), seen, min_turns=1)[0] == ["one"]


def test_a_reply_of_another_model_is_no_turn(tmp_path: Path) -> None:
    mixed = chat("mixed", "A.", "B.")
    mixed["mapping"]["a2"]["message"]["metadata"] = {"model_slug": "gpt-5"}
    two = chat("two", "A.", "B.")
    assert kept(tmp_path, mixed, two, models=["gpt-4o"], min_turns=2)[0] == ["two"]


# --- languages --------------------------------------------------------------------------------------------------


def spoken(*replies: str, **fields: Any) -> Conversation:
    return Conversation(
        id="c",
        messages=[
            Message(id=f"m{number}", parent=None, role="assistant", content=reply, **fields)
            for number, reply in enumerate(replies)
        ],
    )


@pytest.mark.parametrize(("text", "code"), [(GERMAN, "de"), (ENGLISH, "en"), (JAPANESE, "ja")])
def test_the_language_of_a_single_sentence(text: str, code: str) -> None:
    assert language_of(spoken(text)) == code


def test_short_messages_are_judged_together() -> None:
    assert language_of(spoken("haha ja")) is None
    assert language_of(spoken("haha ja", "kun je dit korter maken?", "geen idee, misschien morgen")) == "nl"


@pytest.mark.parametrize("text", ["", "ok", "?", "12345 67890", "🙂🙂🙂", "http://example.org/a/long/path/to/nothing"])
def test_what_is_too_short_has_no_language(text: str) -> None:
    assert language_of(spoken(text)) is None


def test_code_has_no_language() -> None:
    assert language_of(spoken(CODE * 20)) is None
    assert language_of(spoken(CODE * 20 + GERMAN)) == "de"


def test_of_two_languages_the_one_of_most_of_the_text_counts() -> None:
    assert language_of(spoken(ENGLISH, *[GERMAN] * 20)) == "de"
    assert language_of(spoken(GERMAN, *[ENGLISH] * 20)) == "en"


def test_a_long_conversation_is_looked_at_from_end_to_end() -> None:
    assert language_of(spoken(*[ENGLISH] * 200, *[GERMAN] * 800)) == "de"


def test_context_and_the_other_side_have_no_say() -> None:
    conversation = spoken(GERMAN)
    conversation.messages.append(Message(id="x", parent=None, role="assistant", content=ENGLISH * 9, weight=0))
    conversation.messages.append(Message(id="y", parent=None, role="user", content=ENGLISH * 9))
    assert language_of(conversation) == "de"


def test_language_keeps_those_of_any_named(tmp_path: Path) -> None:
    chats = [chat("g", GERMAN), chat("e", ENGLISH), chat("j", JAPANESE), chat("s", "Ok.")]
    ids, left_out = kept(tmp_path, *chats, languages=["de, EN"])
    assert ids == ["g", "e"]
    assert left_out == {"in another language than --language": 1, "too short to tell its language": 1}
    assert kept(tmp_path, *chats, languages=["de", "ja"])[0] == ["g", "j"]


def test_language_is_that_of_the_voice_that_is_learned(tmp_path: Path) -> None:
    turns = chatgpt(node("u1", None, "user", GERMAN), node("a1", "u1", "assistant", ENGLISH))
    assert kept(tmp_path, turns, voices=("user",), languages=["de"])[0] == ["c-1"]
    assert kept(tmp_path, turns, languages=["en"])[0] == ["c-1"]


# --- wrong calls ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--project", ""], 'error: --project "": nothing can match it'),
        (["--gpt", "g-[ab"], "error: --gpt g-[ab: the bracket is not closed"),
        (["--model", "[[]x["], "error: --model [[]x[: the bracket is not closed"),
        (["--min-turns", "0"], "'0' is not a number from 1 up"),
        (["--language", "english"], "error: --language english: unknown; one or more of am, ar, az"),
        (["--language", "en,"], 'error: --language "": unknown; one or more of'),
        (["--stats-json", "-", "--output", "-"], "--output and --stats-json cannot both go to stdout"),
        (["--stats-json", "x.json", "--export", "x.json"], "--export and --stats-json both name x.json"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    tmp_path: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(write(tmp_path / "c.json", [PLAIN]), *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_all_codes_are_named_where_one_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(write(tmp_path / "c.json", [PLAIN]), "--language", "xx") == 2
    assert capsys.readouterr().err.strip().endswith(", ".join(known_codes()))


def test_brackets_in_a_glob_match_as_in_a_shell(tmp_path: Path) -> None:
    draft = claude(said("m1", "human", "Beans?"), said("m2", "assistant", "Now.", "m1"), project={"name": "[draft] x"})
    assert kept(tmp_path, draft, projects=["[[]draft]*"])[0] == ["k-1"]


# --- statistics -------------------------------------------------------------------------------------------------


def statistics_of(*arguments: object, to: Path) -> dict[str, Any]:
    assert call(*arguments, "--stats-json", to, "--quiet") == 0
    found: dict[str, Any] = json.loads(to.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """Two exports of ChatGPT that overlap, one of Claude, and something that is none."""
    folder = tmp_path / "exports"
    write(folder / "a.json", [WORKS, POET, chat("german", GERMAN, GERMAN)])
    write(folder / "b.json", [WORKS, PLAIN, {"id": "empty", "mapping": {}, "current_node": None}])
    write(
        folder / "claude.json", [GARDEN | {"chat_messages": [*GARDEN["chat_messages"], said("m3", "tool", "", "m2")]}]
    )
    write(folder / "list.json", {"shopping": ["beans"]})
    return folder


@pytest.mark.parametrize("flags", [[], ["--branches", "all"], ["--project", "*"], ["--since", "2026-01-01"]], ids=str)
def test_the_sums_of_the_json_add_up(tmp_path: Path, exports: Path, flags: list[str]) -> None:
    found = statistics_of(exports, *flags, to=tmp_path / "s.json")
    conversations, messages, account = found["conversations"], sum(found["messages"].values()), found["account"]
    assert sum(row["conversations"] for row in found["sources"]) == conversations
    assert sum(row["messages"] for row in found["sources"]) == messages
    assert sum(found["months"].values()) + found["messages_without_date"] == messages
    assert sum(found["models"].values()) == found["messages"]["assistant"]
    assert sum(found["projects"].values()) + found["conversations_without_project"] == conversations
    assert sum(found["gpts"].values()) + found["conversations_without_gpt"] == conversations
    languages = found["languages"]
    assert languages["looked_at"] == conversations
    assert sum(languages["conversations"].values()) + languages["too_short_to_tell"] == conversations
    for part in (account["conversations"], account["messages"]):
        assert part["read"] == part["kept"] + sum(part["left_out"].values())
    assert account["messages"]["kept"] + account["messages"]["repeated"] == messages
    assert account["files"] == {"read": 3, "skipped": {"not a known export": 1}}


def test_the_json_of_several_documents(tmp_path: Path, exports: Path) -> None:
    found = statistics_of(exports, to=tmp_path / "s.json")
    assert next(iter(found)) == "written_by"
    assert found["written_by"] == "conversation_parser.py"
    assert found["account"]["conversations"] == {
        "read": 7,
        "kept": 5,
        "left_out": {"duplicate: same conversation found twice": 1, "no messages": 1},
    }
    assert {row["source"]: (row["conversations"], row["messages"]) for row in found["sources"]} == {
        "chatgpt": (4, 10),
        "claude": (1, 2),
    }
    assert found["projects"] == {"My garden": 1, "g-p-77": 1}
    assert found["gpts"] == {"g-poet": 1}
    assert found["languages"] == {"looked_at": 5, "conversations": {"de": 1}, "too_short_to_tell": 4}


def test_no_text_and_no_title_is_in_the_json(tmp_path: Path) -> None:
    secret = chat("c-1", "Zanzibar.", title="Quagmire")
    secret["mapping"]["u1"]["message"]["content"]["parts"] = ["Xylophone?"]
    file = write(tmp_path / "c.json", [secret, chat("c-2", "B.", title="Other")])
    statistics_of(file, "--title", "Quag", to=tmp_path / "s.json")
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    assert not [word for word in ("Zanzibar", "Xylophone", "Quagmire", "Quag", "Other", "c-1") if word in text]


def test_the_json_replaces_its_like_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, target = write(tmp_path / "c.json", [PLAIN]), tmp_path / "s.json"
    assert statistics_of(file, to=target) == statistics_of(file, to=target)
    assert call(file, "--stats-json", file) == 2
    assert "was not written by this tool" in capsys.readouterr().err


def test_the_json_alone_shows_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "c.json", [PLAIN])
    assert call(file, "--stats-json", tmp_path / "s.json") == 0
    assert capsys.readouterr().out == f"statistics written to {tmp_path / 's.json'}\n"


def test_the_json_on_stdout_leaves_tables_to_stderr(tmp_path: Path) -> None:
    file = write(tmp_path / "c.json", [PLAIN])
    command = [sys.executable, "conversation_parser.py", str(file), "--stats", "--stats-json", "-"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    assert json.loads(done.stdout)["conversations"] == 1
    assert "By source" in done.stderr


def test_our_statistics_are_no_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "c.json", [PLAIN])
    statistics_of(file, to=tmp_path / "s.json")
    assert call(tmp_path / "s.json") == 1
    assert "none of the" in capsys.readouterr().err


def test_a_record_with_an_odd_date_is_counted_without_one(tmp_path: Path) -> None:
    record = {"schema": 1, "id": "r", "created_at": "yesterday", "messages": []}
    record["messages"] = [{"id": "m", "parent": None, "role": "user", "content": "Hi"}]
    file = tmp_path / "parsed.json"
    file.write_text(json.dumps(record) + "\n")
    found = statistics_of(file, "--stats", to=tmp_path / "s.json")
    assert (found["months"], found["messages_without_date"]) == ({}, 1)


def test_the_languages_of_very_many_are_of_an_even_sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("identity.statistics.LANGUAGES_OF", 3)
    collection = read(tmp_path, *(chat(f"c{number}", GERMAN) for number in range(7)))
    found = measure(collection)
    assert (found.languages, found.languages_of_every) == ({"de": 3}, 3)
    assert json.loads(as_json(found, collection.account))["languages"]["looked_at"] == 3
    assert "one in 3 looked at" in shown(found, collection)


def test_without_eld_there_are_no_languages_and_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("identity.languages.is_installed", lambda: False)
    collection = read(tmp_path, PLAIN)
    found = measure(collection)
    assert json.loads(as_json(found, collection.account))["languages"] is None
    assert "eld is not installed (pip install eld)" in shown(found, collection)


def shown(found: Statistics, collection: Any) -> str:
    import io

    from rich.console import Console

    file = io.StringIO()
    show(found, collection.account, Console(file=file, width=80))
    return file.getvalue()


def test_an_id_of_a_project_can_be_read_whole_at_80_columns(tmp_path: Path) -> None:
    project = "g-p-" + "6810c0ffee5c8191a0b1c2d3e4f50617"
    collection = read(tmp_path, chat("c", GERMAN, gizmo_id=project))
    lines = shown(measure(collection), collection).splitlines()
    (line,) = (line for line in lines if project in line)
    assert len(line) <= 80


# --- progress ---------------------------------------------------------------------------------------------------


def test_progress_over_many_documents_counts_on(capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand files of a moment each are a long run; the count and the clock go on from file to file."""
    with progress_over_many("conversations", every_seconds=0.0) as passing:
        assert [list(passing([1, 2], "reading a")), list(passing([3], "reading b"))] == [[1, 2], [3]]
    assert capsys.readouterr().err.splitlines() == [
        "reading a: 1 conversations so far",
        "reading a: 2 conversations so far",
        "reading b: 3 conversations so far",
    ]


@pytest.mark.parametrize("newer_first", [False, True])
def test_a_conversation_is_judged_by_its_later_copy(tmp_path: Path, newer_first: bool) -> None:
    """Renamed since: the old copy under the old title is the same conversation, and it is not asked for any more."""
    turns = (node("u1", None, "user", "Rain?"), node("a1", "u1", "assistant", "Mizzle."))
    older = write(tmp_path / "older.json", [chatgpt(*turns, title="Garden", update_time=1.718e9)])
    newer = write(tmp_path / "newer.json", [chatgpt(*turns, title="Weather", update_time=1.719e9)])
    other = write(tmp_path / "other.json", [chatgpt(*turns, title="Garden", id="c-2", conversation_id="c-2")])
    files = (newer, older, other) if newer_first else (older, newer, other)
    collection = parse(*files, titles=["Garden"])
    assert [conversation.id for conversation in collection] == ["c-2"]
    assert collection.account.conversations_left_out.total() == 2
    assert_reconciles(collection)
