"""Wrong, damaged and hostile input to the parser: what can be read, with a count of the rest, or one line of error.

Never a crash, a hang or a silent zero. What is covered where:

    wrong files, empty ones, side files                     WRONG and FOLDERS here
    chains, circles, roots; size and depth; characters;     CONTENT here
      keys, ids and types; wrappings; what ends early
    terminal escapes, markup, directions                    at the end of this file
    damage anywhere, wrong types anywhere                   the hypothesis tests here
    zip bombs, names, links, encryption, packing, checksums test_archives.py (depth, encryption: test_sources.py)
    zips that end early                                     test_archives.py
    links, pipes, devices, rights, files that change        test_sources.py
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, call, chatgpt, claude, node, parse, said, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.console import UserError, progress, progress_over_many
from identity.formats import FORMATS
from identity.formats.format import TOO_LONG, Options
from identity.formats.nodes import Node, Thread
from identity.formats.tree import MOST_ALTERNATIVES, MOST_PATHS, linearize
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
    ("a truncated zip", {"x.zip": _zip(json.dumps([RAIN]).encode())[:40]}, "the zip is cut off or damaged; download"),
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
    ("a number", {"x.json": b"12"}, f"none of the {len(FORMATS)} formats known here"),
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


# --- content: what each costs, exactly --------------------------------------------------------------------------

GOOD = chatgpt(
    node("g1", None, "user", "Snow?"), node("g2", "g1", "assistant", "Graupel."), id="good", conversation_id="good"
)
CLAUDE = claude(said("m1", "human", "Tides?"), said("m2", "assistant", "Two a day.", "m1"))
DEEP = "[" * 100_000 + "]" * 100_000
DEEP_OBJECTS = '{"mapping":' * 100_000 + "1" + "}" * 100_000
NULLS = [None, {}, chatgpt(), GOOD | {"mapping": None, "id": "x", "conversation_id": "x"}]


def text_of(*conversations: Any) -> str:
    return json.dumps(list(conversations))


def chain(length: int) -> dict[str, Any]:
    sides = ("user", "assistant")
    return chatgpt(*(node(f"n{i}", f"n{i - 1}" if i else None, sides[i % 2], f"{i}") for i in range(length)))


def claude_chain(length: int) -> dict[str, Any]:
    sides = ("human", "assistant")
    return claude(*(said(f"n{i}", sides[i % 2], f"{i}", f"n{i - 1}" if i else None) for i in range(length)))


# What is in the file: the messages of each conversation that comes out, then the reasons for what does not
# (conversations, messages). Or the one line of error.
Outcome = tuple[dict[str, int], dict[str, int], dict[str, int]]
CONTENT: list[tuple[str, str | bytes, Outcome | str]] = [
    # links
    ("ChatGPT, 10,000 nodes in a row", text_of(chain(10_000)), ({"c-1": 10_000}, {}, {})),
    ("Claude, 10,000 messages in a row", text_of(claude_chain(10_000)), ({"k-1": 10_000}, {}, {})),
    (
        "ChatGPT, parents in a circle",
        text_of(chatgpt(node("a", "c", "user", "1"), node("b", "a", "assistant", "2"), node("c", "b", "user", "3"))),
        ({"c-1": 3}, {}, {}),
    ),
    (
        "Claude, parents in a circle",
        text_of(claude(said("a", "human", "1", "b"), said("b", "assistant", "2", "a"))),
        ({"k-1": 2}, {}, {}),
    ),
    (
        "a message that is its own parent",
        text_of(claude(said("a", "human", "1", "a"), said("b", "assistant", "2", "a"))),
        ({"k-1": 2}, {}, {}),
    ),
    (
        "ChatGPT, two roots",
        text_of(
            chatgpt(
                *(
                    node(f"{n}{r[0]}", f"{n}u" if r[0] == "a" else None, r, r)
                    for n in "xy"
                    for r in ("user", "assistant")
                )
            )
        ),
        ({"c-1": 2}, {}, {"other branch": 2}),
    ),
    (
        "Claude, two roots",
        text_of(
            claude(
                *(
                    said(f"{n}{r[0]}", r, r, f"{n}h" if r[0] == "a" else None)
                    for n in "xy"
                    for r in ("human", "assistant")
                )
            )
        ),
        ({"k-1": 2}, {}, {"other branch": 2}),
    ),
    # size and depth
    (
        "a message of 300,000 characters",
        text_of(claude(said("m1", "human", "q"), said("m2", "assistant", "x" * 300_000, "m1"))),
        ({"k-1": 2}, {}, {}),
    ),
    ("arrays 100,000 deep", DEEP, "an empty export, there is no conversation in it; export again"),
    ("objects 100,000 deep", DEEP_OBJECTS, "formats known here; name it with --source"),
    (
        "one conversation 100,000 deep among good ones",
        f"[{json.dumps(RAIN)},{DEEP},{DEEP_OBJECTS},{json.dumps(GOOD)}]",
        ({"c-1": 2, "good": 2}, {"damaged: not JSON": 2}, {}),
    ),
    (
        "a message field 100,000 deep",
        f"[{json.dumps(RAIN).replace(json.dumps('Mizzle.'), DEEP)},{json.dumps(GOOD)}]",
        ({"good": 2}, {"damaged: not JSON": 1}, {}),
    ),
    (
        "300,000 spaces before the only conversation",
        "[" + " " * 300_000 + text_of(RAIN)[1:],
        "formats known here; name it with --source",
    ),
    ("a string without an end", '["' + "\\" * 500_001, "formats known here"),
    (
        "a number of 5,000 digits",
        text_of(GOOD, RAIN).replace("1718000000.51", "9" * 5000, 1),
        ({"c-1": 2}, {"damaged: not JSON": 1}, {}),
    ),
    ("numbers beyond all bounds", text_of(RAIN).replace("1718000000.51", "1e999"), ({"c-1": 2}, {}, {})),
    # characters
    ("half of a surrogate pair", text_of(RAIN).replace("Mizzle", "Miz\\ud83d"), ({"c-1": 2}, {}, {})),
    ("half of a surrogate pair in ids", text_of(RAIN).replace("a1", "a\\udc00"), ({"c-1": 2}, {}, {})),
    ("an escaped NUL in a text", text_of(RAIN).replace("Mizzle", "Miz\\u0000zle"), ({"c-1": 2}, {}, {})),
    (
        "a bare NUL in a text",
        text_of(RAIN, GOOD).replace("Mizzle", "Miz\0zle"),
        ({"c-1": 2, "good": 2}, {}, {}),
    ),
    ("NUL bytes after the end", text_of(RAIN) + "\0" * 512, ({"c-1": 2}, {"damaged: not JSON": 1}, {})),
    ("NUL bytes before the beginning", "\0" * 512 + text_of(RAIN), "this is no text; give the export's zip"),
    ("UTF-16 LE with its mark", ("\ufeff" + text_of(RAIN)).encode("utf-16-le"), ({"c-1": 2}, {}, {})),
    ("UTF-16 BE with its mark", ("\ufeff" + text_of(RAIN)).encode("utf-16-be"), ({"c-1": 2}, {}, {})),
    ("UTF-16 without a mark", text_of(RAIN).encode("utf-16-le"), "this is no text; give the export's zip"),
    ("UTF-8 with a mark", ("\ufeff" + text_of(RAIN)).encode(), ({"c-1": 2}, {}, {})),
    ("bytes that are no UTF-8", text_of(RAIN).encode().replace(b"Mizzle", b"Miz\xff\xfezle"), ({"c-1": 2}, {}, {})),
    # keys, ids and types
    ("a key twice", text_of(RAIN).replace('"title": ', '"title": "Other", "title": '), ({"c-1": 2}, {}, {})),
    (
        "a conversation three times",
        text_of(RAIN, RAIN, RAIN | {"update_time": 1.8e9}),
        ({"c-1": 2}, {"duplicate: same conversation found twice": 2}, {"duplicate: same conversation found twice": 4}),
    ),
    (
        "a message id twice",
        text_of(
            claude(said("m1", "human", "A"), said("m1", "assistant", "B", "m1"), said("m2", "assistant", "C", "m1"))
        ),
        ({"k-1": 2}, {}, {"message id found twice": 1}),
    ),
    (
        "null for every object in turn",
        text_of(*NULLS, GOOD),
        ({"good": 2}, {"not a conversation": 1, "no messages": 3}, {}),
    ),
    (
        "null for a message",
        text_of(claude(said("a", "human", "A"), None, said("b", "assistant", "B", "a"))),  # type: ignore[arg-type]
        ({"k-1": 2}, {}, {"damaged: not a message": 1}),
    ),
    (
        "null for every field",
        text_of(claude(dict.fromkeys(said("m1", "human", "A"))), CLAUDE),
        ({"k-1": 2}, {"nothing visible in it": 1}, {"unknown role": 1}),
    ),
    (
        "numbers where strings belong",
        text_of(chatgpt(node("u1", None, "user", 5), node("a1", "u1", "assistant", 1.5), id=7, title=7), GOOD),
        ({"good": 2}, {"nothing visible in it": 1}, {"empty": 2}),
    ),
    # wrappings
    ("nothing between the brackets", "[]", "an empty export, there is no conversation in it; export again"),
    ("nothing between the braces", "{}", "an empty export, there is no conversation in it; export again"),
    ("a comma at the end", f"[{json.dumps(RAIN)},]", ({"c-1": 2}, {}, {})),
    ("arrays one after another", text_of(RAIN) + text_of(GOOD), ({"c-1": 2, "good": 2}, {}, {})),
    ("objects one after another", json.dumps(RAIN) + json.dumps(GOOD), ({"c-1": 2, "good": 2}, {}, {})),
    ("lines that end in CRLF", f"{json.dumps(RAIN)}\r\n{json.dumps(GOOD)}\r\n", ({"c-1": 2, "good": 2}, {}, {})),
    ("an array in one of the lines", f"{json.dumps(RAIN)}\n{text_of(GOOD)}\n", ({"c-1": 2, "good": 2}, {}, {})),
    (
        "a file that ends early",
        text_of(RAIN, GOOD)[:-300],
        ({"c-1": 2}, {"cut off at the end of the file": 1}, {}),
    ),
    ("a file that ends in its first conversation", text_of(RAIN)[:300], "1 cut off at the end of the file; check"),
]


@pytest.mark.parametrize(("content", "outcome"), [case[1:] for case in CONTENT], ids=[case[0] for case in CONTENT])
def test_hostile_content_is_read_counted_or_told(
    tmp_path: Path, content: str | bytes, outcome: Outcome | str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    if isinstance(outcome, str):
        assert call(file, "--output", tmp_path / "o.json", "--quiet") == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert outcome in line
        return
    collection = parse(file)
    assert_reconciles(collection)
    account = collection.account
    kept = {conversation.id: len(conversation.messages) for conversation in collection}
    assert (kept, account.conversations_left_out, account.messages_left_out) == outcome
    assert call(file, "--output", tmp_path / "o.json", "--stats") == 0


HOSTILE_TEXT = (
    "[/] [bold red]x[/red] [link=http://x]y[/link] {task} %s "
    "\x1b]0;owned\x07\x1b[2J \x9b31m \u202eesrever\u2066 \u2028z"
)
UNSAFE = {"\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u2028"}


def test_hostile_words_act_nowhere_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In titles, texts, names of speakers, models and ids: --preview, --stats and the lists show them as they are."""
    reply = node("a1", "u1", "assistant", HOSTILE_TEXT, metadata={"model_slug": HOSTILE_TEXT})
    hostile = chatgpt(
        node("u1", None, "user", HOSTILE_TEXT), reply, title=HOSTILE_TEXT, id=HOSTILE_TEXT, conversation_id=HOSTILE_TEXT
    )
    assert call(write(tmp_path / "c.json", [hostile]), "--preview", "--stats", "--output", tmp_path / "o.json") == 0
    shown = "".join(capsys.readouterr())
    assert shown.count("[/] [bold red]x[/red]") >= 4
    assert not set(shown) & UNSAFE


def test_hostile_names_of_files_in_an_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are shown in notes, errors and the progress bar."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(HOSTILE_TEXT.replace("/", ""), json.dumps([RAIN]))
        archive.writestr("../" + HOSTILE_TEXT, b"")
    (tmp_path / "x.zip").write_bytes(packed.getvalue())
    assert call(tmp_path / "x.zip", "--output", tmp_path / "o.json", "--stats") == 0
    shown = "".join(capsys.readouterr())
    assert "[bold red]x" in shown and not set(shown) & UNSAFE


def test_a_progress_bar_takes_no_markup_from_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, rich would end the run over "[/]" with an error of its own."""
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", screen)
    name = "reading [/] [/bold] [link=x] \\"
    assert list(progress([1, 2], name)) == [1, 2]
    with progress_over_many("conversations") as passing:
        assert list(passing([1, 2], name)) == [1, 2]


def test_no_more_notes_than_a_person_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("c.json", json.dumps([RAIN]))
        for number in range(1000):
            archive.writestr(f"../{number}.json", b"[]")
    (tmp_path / "x.zip").write_bytes(packed.getvalue())
    assert call(tmp_path / "x.zip", "--output", tmp_path / "o.json") == 0
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 21
    assert notes[-1] == "note: 980 more files could not be read; --stats counts them by reason"


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_half_a_surrogate_pair_deep_inside_costs_its_conversation_only(tmp_path: Path, depth: int) -> None:
    deep = "[" * depth + '"\\ud83d"' + "]" * depth
    good = json.dumps(RAIN | {"id": "good", "conversation_id": "good"})
    (tmp_path / "x.json").write_text(f"[{json.dumps(RAIN).replace(json.dumps('Mizzle.'), deep)},{good}]")
    assert "good" in {conversation.id for conversation in parse(tmp_path / "x.json")}


def test_a_raw_control_character_in_a_string_is_taken_out(tmp_path: Path) -> None:
    """JSON forbids it and some tools write it: the character goes, the conversation stays."""
    (tmp_path / "x.json").write_bytes(json.dumps([RAIN]).encode().replace(b"Mizzle.", b"Miz\x00zle\x1b."))
    (conversation,) = parse(tmp_path / "x.json")
    assert conversation.messages[1].content == "Mizzle."


def test_a_value_without_an_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.json_window.LONGEST", 3 << 20)
    monkeypatch.setattr("identity.formats.values.LONGEST", 3 << 20)
    (tmp_path / "x.json").write_text(f'[{json.dumps(RAIN)},{{"mapping": "{"endless " * (1 << 20)}')
    collection = parse(tmp_path / "x.json")
    assert len(collection) == 1
    assert collection.account.conversations_left_out == {TOO_LONG: 1}


def forked_chain(length: int) -> Thread:
    """One reply in very many pieces, with another way out of each of them."""
    thread = Thread(source="test", id="c")
    thread.add(Node("u", None, "user", "Rain?"))
    for number in range(length):
        before = f"a{number - 1}" if number else "u"
        thread.add(Node(f"a{number}", before, "assistant", f"text {number}", time=2e9 + number))
        thread.add(Node(f"b{number}", before, "assistant", f"other {number}", time=1e9 + number))
    return thread


def test_forks_at_every_piece_of_a_reply_are_bounded() -> None:
    """Unbounded, this is quadratic: ten seconds. What is not looked at counts as another branch."""
    thread = forked_chain(2000)
    reading = linearize(thread, Options())
    assert len(reading.conversations[0].messages[1].alternatives) == MOST_ALTERNATIVES
    assert reading.read == reading.kept + reading.left_out.total()
    assert len(linearize(thread, Options(all_branches=True)).conversations) == MOST_PATHS
