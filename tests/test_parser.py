"""conversation_parser.py as it is called: the guide's commands, pipes, selection, statistics, and wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, call, chatgpt, claude, node, parse, said, write

import conversation_parser
from identity.console import UserError
from identity.records import read_conversations
from identity.statistics import estimated_tokens

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = Path(__file__).parent / "exports"

RAIN = chatgpt(
    node("u1", None, "user", "Rain?", create_time=1.718e9),
    node("a1", "u1", "assistant", "Mizzle.", create_time=1.718e9),
    node("b1", "u1", "assistant", "Drizzle.", create_time=1.718e9),
    node("u2", "a1", "user", "Another?", create_time=1.7205e9),
    node("a2", "u2", "assistant", "Smirr.", create_time=1.7205e9, metadata={"model_slug": "gpt-5"}),
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    tides = claude(said("m1", "human", "Tides?"), said("m2", "assistant", "Two a day.", "m1"), name="Tides")
    write(tmp_path / "export" / "chatgpt.json", [RAIN])
    write(tmp_path / "export" / "claude.json", [tides])
    return tmp_path / "export"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- the guide's commands ---------------------------------------------------------------------------------------


def test_the_guides_commands(tmp_path: Path, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parsed, training = tmp_path / "parsed.json", tmp_path / "training_data.jsonl"
    assert call(export, "--output", parsed, "--stats") == 0
    assert call(parsed, "--export", training, "--format", "jsonl") == 0
    assert rows(training) == [
        {"instruction": "Rain?", "response": "Mizzle.", "conversation_id": "c-1"},
        {"instruction": "Another?", "response": "Smirr.", "conversation_id": "c-1"},
        {"instruction": "Tides?", "response": "Two a day.", "conversation_id": "k-1"},
    ]
    said_to_people = capsys.readouterr().out
    assert f"2 conversations written to {parsed} (6 messages kept, 1 left out: --stats shows why)" in said_to_people
    assert f"next: python conversation_filter.py {parsed} --output filtered.json" in said_to_people
    assert f"3 rows (jsonl) with 3 replies written to {training}; none left out" in said_to_people


def test_own_output_comes_through_unchanged(tmp_path: Path, export: Path) -> None:
    first, second = tmp_path / "parsed.json", tmp_path / "again.jsonl"
    assert call(export, "--output", first, "--quiet") == 0
    assert call(first, "--output", second, "--quiet") == 0
    assert list(read_conversations(first)) == list(read_conversations(second))


@pytest.mark.parametrize("row_format", conversation_parser.ROW_FORMATS)
def test_every_row_format_is_written(tmp_path: Path, export: Path, row_format: str) -> None:
    feedback = [{"id": "a2", "conversation_id": "c-1", "rating": "thumbs_up"}]
    write(export / "message_feedback.json", feedback)
    assert call(export, "--export", tmp_path / "rows.jsonl", "--format", row_format) == 0
    from_them = {row["conversation_id"] for row in rows(tmp_path / "rows.jsonl")}
    assert from_them == ({"c-1"} if row_format in conversation_parser.PREFERENCE_FORMATS else {"c-1", "k-1"})


def test_output_and_export_together(tmp_path: Path, export: Path) -> None:
    assert call(export, "--output", tmp_path / "p.jsonl", "--export", tmp_path / "r.jsonl") == 0
    assert (len(rows(tmp_path / "p.jsonl")), len(rows(tmp_path / "r.jsonl"))) == (2, 3)


def test_replies_that_are_not_exported_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One reply whose question was a picture, and one of another model."""
    picture = {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}]}
    asked = chatgpt(
        node("u1", None, "user", content=picture),
        node("a1", "u1", "assistant", "A jackdaw."),
        node("u2", "a1", "user", "And this?"),
        node("a2", "u2", "assistant", "A rook.", metadata={"model_slug": "gpt-5"}),
        node("u3", "a2", "user", "Sure?"),
        node("a3", "u3", "assistant", "Yes."),
    )
    file = write(tmp_path / "c.json", [asked])
    assert call(file, "--export", tmp_path / "r.jsonl", "--model", "gpt-4*") == 0
    assert "1 rows (jsonl) with 1 replies" in (said_to_people := capsys.readouterr().out)
    assert "1 replies left out: no question before them" in said_to_people
    assert "1 replies not learned: context only (weight 0)" in said_to_people


def test_system_messages_that_a_row_format_cannot_hold_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}]
    file = tmp_path / "chat.json"
    file.write_text(json.dumps([*turns, {"role": "assistant", "content": "Hello!"}]))
    assert call(file, "--system", "keep", "--export", tmp_path / "r.jsonl") == 0
    assert "1 system messages left out: jsonl has no place for them, --format chat has" in capsys.readouterr().out
    assert call(file, "--system", "keep", "--export", tmp_path / "c.jsonl", "--format", "chat") == 0
    assert "none left out" in capsys.readouterr().out


def test_a_pipe_gives_the_same_rows_as_files(tmp_path: Path, export: Path) -> None:
    command = [sys.executable, str(ROOT / "conversation_parser.py")]
    assert call(export, "--output", tmp_path / "p.json", "--quiet") == 0
    assert call(tmp_path / "p.json", "--export", tmp_path / "r.jsonl", "--quiet") == 0
    parsed = subprocess.run([*command, str(export), "--output", "-"], capture_output=True, check=True)
    exported = subprocess.run([*command, "-", "--export", "-"], input=parsed.stdout, capture_output=True, check=True)
    assert exported.stdout == (tmp_path / "r.jsonl").read_bytes()
    assert b"3 rows" in exported.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("what", ["--stats", "--output -"])
def test_a_reader_that_goes_away_is_no_error(what: str) -> None:
    command = f'"{sys.executable}" conversation_parser.py examples/chatgpt-export.zip {what} | head -c 10'
    script = f"set -o pipefail; {command}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr, len(done.stdout)) == (0, False, 10)


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    voices = ("--voice", "assistant", "--voice", "Mira")  # some of the samples are chats between people
    for name in ("one", "two"):
        wanted = ("--branches", "all", "--system", "keep", *voices)
        assert call(EXPORTS, "--output", tmp_path / f"{name}.json", "--quiet", *wanted) == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


# --- merging and selecting --------------------------------------------------------------------------------------


def test_the_later_update_of_a_conversation_is_kept_in_its_first_place(tmp_path: Path) -> None:
    other = RAIN | {"id": "c-2", "conversation_id": "c-2"}
    shorter = chatgpt(node("u1", None, "user", "Rain?"), update_time=1.0e9)
    write(tmp_path / "a.json", [shorter, other])
    write(tmp_path / "b.json", [RAIN])
    for order in (("a.json", "b.json"), ("b.json", "a.json")):
        collection = parse(*(tmp_path / name for name in order))
        found = {conversation.id: len(conversation.messages) for conversation in collection}
        assert found == {"c-1": 4, "c-2": 4}
        assert list(found) == ["c-1", "c-2"]
        assert collection.account.conversations_left_out == {"duplicate: same conversation found twice": 1}
        assert_reconciles(collection)


def test_rows_with_equal_ids_and_other_words_are_both_kept(tmp_path: Path) -> None:
    """Ids of rows are numbers in a file; two files have a row 0 each."""
    for name in ("a", "b"):
        write(tmp_path / f"{name}.json", [{"id": 0, "conversations": [{"from": "human", "value": name}]}])
    assert [conversation.id for conversation in parse(tmp_path)] == ["0", "0~2"]


def test_model_makes_other_models_context_and_leaves_out_chats_without_it(tmp_path: Path, export: Path) -> None:
    collection = parse(export, models=["GPT-5*"])
    (conversation,) = collection
    assert [(message.model, message.weight) for message in conversation.messages if message.role == "assistant"] == [
        ("gpt-4o", 0),
        ("gpt-5", 1),
    ]
    assert collection.account.conversations_left_out == {"no reply by the --model asked for": 1}
    assert_reconciles(collection)


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        ({"since": "2024-06-11"}, ["k-1"]),
        ({"since": "2024-06-10"}, ["c-1", "k-1"]),
        ({"until": "2024-06-10"}, ["c-1"]),
        ({"until": "2024-06-10T01:00"}, []),
        ({"titles": ["^Rain"]}, ["c-1"]),
        ({"titles": ["(?i)tide|rain"]}, ["c-1", "k-1"]),
    ],
    ids=str,
)
def test_conversations_by_date_and_title(export: Path, flags: dict[str, str], kept: list[str]) -> None:
    if kept:
        assert [conversation.id for conversation in parse(export, **flags)] == kept
    else:
        with pytest.raises(UserError, match="no conversation is left of 2 read"):
            parse(export, **flags)


def test_a_conversation_without_a_date_of_its_own_goes_by_its_messages(tmp_path: Path) -> None:
    file = write(tmp_path / "c.json", [RAIN | {"create_time": None, "update_time": None}])
    assert len(parse(file, since="2024-06-10", until="2024-06-10")) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--title", "Rain ("], "missing ): Rain (, at character 6"),
        (["--title", "a(?=b)"], "invalid perl operator: (?=, at character 2"),
        (["--since", "last week"], "--since last week: not a date"),
        (["--source", "whatsup"], "--source whatsup: unknown; one of auto, records, chatgpt"),
        (["--voice", "Bob"], "nobody of that name speaks; the speakers and their messages: assistant (4), user (3)"),
        (["--output", "-", "--export", "-"], "cannot both go to stdout"),
        (["--output", "x.json", "--export", "x.json"], "name two files"),
        (["--preview", "0"], "is not a number from 1 up"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    export: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(export, *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_an_export_is_never_overwritten(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (export / "chatgpt.json").read_bytes()
    assert call(export, "--output", export / "chatgpt.json") == 2
    assert "add --force" in capsys.readouterr().err
    assert (export / "chatgpt.json").read_bytes() == before


# --- what people read -------------------------------------------------------------------------------------------


def test_statistics_show_counts_months_models_and_losses(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(export) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert {"Conversations 2", "Messages 6", "user 3", "assistant 3"} <= set(lines)
    assert {"chatgpt 1 4 2024-06-10 to 2024-07-09", "claude 1 2 2026-03-01 to 2026-03-01"} <= set(lines)
    assert {"Dates 2024-06-10 to 2026-03-01", "Other answers kept beside replies 1"} <= set(lines)
    assert {"Messages read 7", "kept 6", "left out: kept as alternative 1"} <= set(lines)
    bar = "█" * 40
    assert {f"2024-06 {bar} 2", "2024-08 0", f"2026-03 {bar} 2", f"gpt-4o {bar} 1", f"unknown {bar} 1"} <= set(lines)


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("abcd", 1), ("abcde", 2), ("こんにちは", 5), ("雨 rain", 3)])
def test_estimated_tokens(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


def test_text_of_chats_never_acts_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "[bold red]x[/] \x1b]0;owned\x07 \x9b31m [link=http://x]y[/link] \u202ereversed"
    file = write(
        tmp_path / "c.json",
        [chatgpt(node("u1", None, "user", hostile), node("a1", "u1", "assistant", hostile), title=hostile)],
    )
    assert call(file, "--preview", "--stats") == 0
    shown = capsys.readouterr().out
    assert "[bold red]x[/]" in shown
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e"}
