"""Wrong, damaged and hostile input to the parser: one line that says what to do, nothing written, never a crash."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, call, chatgpt, claude, node, parse, said, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.console import UserError
from identity.records import Conversation

EXPORTS = Path(__file__).parent / "exports"
RAIN = chatgpt(node("u1", None, "user", "Rain?"), node("a1", "u1", "assistant", "Mizzle."))


def _zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("conversations.json", content)
    return packed.getvalue()


def _encrypted() -> bytes:
    raw = bytearray(_zip(json.dumps([RAIN]).encode()))
    raw[raw.index(b"PK\x03\x04") + 6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


MEMORIES = b'[{"account_uuid": "a", "conversations_memory": "**Work**", "project_memories": {}}]'
MANIFEST = b'{"files": [{"name": "conversations-000.zip", "url": "https://example.org/conversations-000.zip"}]}'
WRONG: list[tuple[str, dict[str, bytes], str]] = [
    ("an empty file", {"x.json": b""}, "the file is empty; export or download it again"),
    ("a web page", {"x.html": b"<!doctype html><html><body>[]</body></html>"}, "this is a web page, not an export"),
    ("a picture", {"x.png": b"\x89PNG\r\n\x1a\n" + bytes(64)}, "this is a picture (PNG), not an export"),
    ("a truncated zip", {"x.zip": _zip(json.dumps([RAIN]).encode())[:-30]}, "the zip is cut off or damaged; download"),
    ("an encrypted zip", {"x.zip": _encrypted()}, "encrypted; unpack the zip with its password and give the folder"),
    (
        "a zip with nothing in it",
        {"x.zip": b"PK\x05\x06" + bytes(18)},
        "give the export's zip or its conversations.json",
    ),
    ("an empty object", {"x.json": b"{}"}, "an empty export, there is no conversation in it"),
    ("an empty list", {"x.json": b" [ ]\n"}, "an empty export, there is no conversation in it"),
    ("an empty export in a zip", {"x.zip": _zip(b"[]")}, "an empty export, there is no conversation in it"),
    (
        "memories alone",
        {"memories.json": MEMORIES},
        "this is Claude's memories, which holds no conversations; give the zip",
    ),
    ("a manifest of links", {"manifest-1.json": MANIFEST}, "download the zips that it lists and give those"),
    (
        "account data",
        {"user.json": b'{"id": "u", "email": "a@b.c", "chatgpt_plus_user": true}'},
        "ChatGPT's account data",
    ),
    ("a number", {"x.json": b"12"}, "formats known here; name it with --source"),
    (
        "JSON of another kind",
        {"x.json": b'{"name": "x", "version": 1}'},
        'or write [{"role": "user", "content": "..."}',
    ),
    ("a database", {"x.db": b"SQLite format 3\x00" + bytes(64)}, "a program's database (SQLite)"),
    ("conversations without messages", {"x.json": b'[{"uuid": "a", "chat_messages": []}]'}, "1 no messages"),
    (
        "only damaged conversations",
        {"x.json": b'[{"mapping": {"a": {"message": {"author": 1}}} 1}]'},
        "1 damaged: not JSON",
    ),
    ("no JSON at all", {"x.json": b"\x00\x01\x02\xff"}, "this is no text"),
]


@pytest.mark.parametrize(("files", "told"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_trap_23_wrong_input_is_told_in_one_line_and_nothing_is_written(
    tmp_path: Path, files: dict[str, bytes], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never a success with nothing in it: exit 1, one line that says what to do, no output."""
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert (
        call(*(tmp_path / name for name in files), "--output", tmp_path / "out.json", "--export", tmp_path / "o.jsonl")
        == 1
    )
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


FOLDERS: list[tuple[str, dict[str, bytes], str]] = [
    ("a folder without anything", {}, "no files in what was given"),
    ("a folder without exports", {"a.txt": b"Dear diary", "b.png": b"\x89PNG"}, "no conversations in what was given"),
    (
        "an adapter folder",
        {"adapter_config.json": b'{"peft_type": "LORA", "r": 16}', "adapter_model.safetensors": b"x"},
        "this is the settings of a LoRA adapter, which holds no conversations; the parser reads chat exports; try",
    ),
]


@pytest.mark.parametrize(("files", "told"), [case[1:] for case in FOLDERS], ids=[case[0] for case in FOLDERS])
def test_a_folder_without_exports(
    tmp_path: Path, files: dict[str, bytes], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert call(folder, "--output", tmp_path / "out.json") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not (tmp_path / "out.json").exists()


def test_a_side_file_beside_an_export_is_noted_and_the_export_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = write(tmp_path / "claude.json", [claude(said("m1", "human", "Tides?"))])
    (tmp_path / "memories.json").write_bytes(MEMORIES)
    assert call(tmp_path / "memories.json", export, "--output", tmp_path / "p.json") == 0
    assert "note: " in (told := capsys.readouterr().err) and "Claude's memories" in told


def test_all_files_of_an_unpacked_export_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `*.json` names them in the shell: what lies beside the conversations is noted and passed over."""
    files = {"conversations-000.json": [RAIN], "user_settings.json": {"x": 1}, "message_feedback.json": []}
    paths = [write(tmp_path / name, value) for name, value in files.items()]
    assert call(*paths, "--output", tmp_path / "out" / "p.json") == 0
    assert capsys.readouterr().err.count("note: ") == 2


def test_no_export_without_a_single_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "c.json", [chatgpt(node("a1", None, "assistant", "Hello."))])
    assert call(file, "--export", tmp_path / "r.jsonl") == 1
    assert "no row to write: 1 replies answer no question" in capsys.readouterr().err
    assert not (tmp_path / "r.jsonl").exists()


SAMPLES = sorted(path for path in EXPORTS.glob("*/*/input*") if path.is_file())


INSERTED = [b"null", b"[", b"}", b'"', b"\\ud83d", b"1e999", b"[[[[", b"-", b"\x00"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=st.sampled_from(SAMPLES), seed=st.integers(0, 10**9), is_named=st.booleans())
def test_broken_bytes_never_raise_anything_but_an_error_for_people(
    tmp_path: Path, sample: Path, seed: int, is_named: bool
) -> None:
    choice = random.Random(seed)
    raw = bytearray(sample.read_bytes())
    for _ in range(choice.randrange(1, 6)):
        place = choice.randrange(len(raw))
        match choice.randrange(4):
            case 0:
                raw[place] = choice.randrange(256)
            case 1:
                del raw[place : place + choice.randrange(40)]
            case 2:
                raw[place:place] = choice.choice(INSERTED)
            case _:
                del raw[place:]
        if not raw:
            break
    (tmp_path / "sample").write_bytes(raw)
    try:
        name = sample.relative_to(EXPORTS).parts[0] if is_named else "auto"
        collection = parse(tmp_path / "sample", source=name, all_branches=True)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert_reconciles(collection)


def _wrong_types(value: Any, choice: random.Random) -> Any:
    """The same JSON with a few values replaced by ones of another type."""
    if choice.random() < 0.04:
        return choice.choice([None, 7, -1.5, True, "text", "", [], {}, [None], {"a": {}}, 10**30, [[1]]])
    if isinstance(value, dict):
        return {key: _wrong_types(item, choice) for key, item in value.items()}
    return [_wrong_types(item, choice) for item in value] if isinstance(value, list) else value


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=st.sampled_from([path for path in SAMPLES if path.suffix == ".json"]), seed=st.integers(0, 10**9))
def test_wrong_types_anywhere_cost_what_they_touch_only(tmp_path: Path, sample: Path, seed: int) -> None:
    wrong = _wrong_types(json.loads(sample.read_text(encoding="utf-8")), random.Random(seed))
    try:
        name = sample.relative_to(EXPORTS).parts[0]
        for options in ({}, {"all_branches": True, "keep_system": True}, {"voices": ("user",)}):
            assert_reconciles(parse(write(tmp_path / "sample.json", wrong), source=name, **options))
    except UserError as error:
        assert "\n" not in str(error)


def test_deep_nesting_is_counted(tmp_path: Path) -> None:
    good = json.dumps(RAIN)
    deep = '{"mapping":' * 100_000 + "1" + "}" * 100_000
    (tmp_path / "c.json").write_text(f"[{good},{deep}]")
    collection = parse(tmp_path / "c.json")
    assert [type(conversation) for conversation in collection] == [Conversation]
    assert collection.account.conversations_left_out == {"damaged: not JSON": 1}


def test_a_damaged_key_or_field_costs_its_record_only(tmp_path: Path) -> None:
    """Invalid UTF-8 in a key, which the decoder reports in another way than everywhere else; a number as history."""
    good = '{"schema":1,"id":"c1","messages":[{"id":"m1","parent":null,"role":"user","content":"q"}]}'
    (tmp_path / "records.jsonl").write_bytes(good.encode() + b"\n" + good.replace("role", "r\xfcle").encode("latin-1"))
    collection = parse(tmp_path / "records.jsonl")
    assert len(collection) == 1
    assert collection.account.conversations_left_out == {"damaged: not a record": 1}
    rows = [{"instruction": "q", "output": "a", "history": 5}, {"instruction": "q", "output": None}]
    assert len(parse(write(tmp_path / "rows.json", rows))) == 1


def test_a_string_longer_than_the_prefix_is_looked_at_once(tmp_path: Path) -> None:
    """A pasted file of quotes and brackets fills the bounded look; it costs no quadratic time and shows no keys."""
    pasted = json.dumps([claude(said("m1", "human", "Hi"))]) * 500
    told = [said("m1", "human", pasted, content=[]), said("m2", "assistant", "Ok.", "m1")]
    assert len(parse(write(tmp_path / "c.json", [claude(*told)]))) == 1
