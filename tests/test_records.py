"""Records and streams: what goes in comes out, memory stays bounded, a bad value is named with its place."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.console import UsageError, UserError
from identity.files import open_input, open_output, sha256_of
from identity.json_keys import key_paths
from identity.json_stream import decode_value, split_values
from identity.json_window import BLOCK
from identity.records import Alternative, Conversation, Message, encode, read_conversations, write_conversations

SAMPLE = Conversation(
    id="c1",
    title="Rain",
    source="chatgpt",
    created_at="2026-01-02T03:04:05Z",
    messages=[
        Message(id="m1", parent=None, role="user", content="A soft word for rain?"),
        Message(
            id="m2",
            parent="m1",
            role="assistant",
            content="Mizzle.",
            model="gpt-4o",
            rating=1,
            alternatives=[Alternative("Drizzle.", "gpt-4o")],
        ),
    ],
)

SAMPLE_LINE = (
    '{"schema":1,"id":"c1","title":"Rain","source":"chatgpt","created_at":"2026-01-02T03:04:05Z","updated_at":null,'
    '"messages":[{"id":"m1","parent":null,"role":"user","content":"A soft word for rain?"},'
    '{"id":"m2","parent":"m1","role":"assistant","content":"Mizzle.","model":"gpt-4o","rating":1,'
    '"alternatives":[{"content":"Drizzle.","model":"gpt-4o"}]}]}'
)


def test_a_record_is_one_line_with_schema_first_and_empty_keys_left_out() -> None:
    assert encode(SAMPLE).decode() == SAMPLE_LINE


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz", "a.jsonl.gz"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_files_of_records_are_read_as_written(tmp_path: Path, name: str, count: int) -> None:
    path = tmp_path / name
    conversations = [Conversation(id=f"c{n}", messages=SAMPLE.messages) for n in range(count)]
    assert write_conversations(path, conversations) == count
    assert list(read_conversations(path)) == conversations


def test_json_output_is_an_array_with_one_conversation_per_line(tmp_path: Path) -> None:
    write_conversations(tmp_path / "a.json", [SAMPLE, SAMPLE])
    text = (tmp_path / "a.json").read_text()
    assert text == f"[\n{SAMPLE_LINE},\n{SAMPLE_LINE}\n]\n"
    assert len(json.loads(text)) == 2


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"schema":1,"id":"c","mood":"calm","messages":[]}')
    assert [c.id for c in read_conversations(path)] == ["c"]


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (
            '{"schema":1,"id":"c","messages":[{"id":"m","parent":null,"role":"narrator","content":""}]}',
            "$.messages[0].role",
        ),
        ('{"schema":1,"id":"c","messages":[{"id":"m","role":"user","content":""}]}', "missing required field `parent`"),
        ('{"schema":1,"id":7,"messages":[]}', "$.id"),
        ('{"schema":2,"id":"c","messages":[]}', "$.schema"),
        (
            '{"schema":1,"id":"c","messages":[{"id":"m","parent":null,"role":"assistant","content":"","weight":3}]}',
            "$.messages[0].weight",
        ),
        ('{"schema":1,"id":"c","mess', "record 2"),
        ("[[[", "record 2"),
    ],
)
def test_a_bad_record_is_named_by_file_record_and_field(tmp_path: Path, record: str, place: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(SAMPLE_LINE + "\n" + record + "\n")
    with pytest.raises(UserError) as caught:
        list(read_conversations(path))
    assert str(caught.value).startswith(f"{path}: record 2: ")
    assert place in str(caught.value)


# --- json_stream ---


def values(data: bytes) -> list[Any]:
    return [json.loads(value.raw) for value in split_values(io.BytesIO(data))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'[{"a":1},{"b":[1,{"c":"]}"}]}]', [{"a": 1}, {"b": [1, {"c": "]}"}]}]),
        (b'{"a":1}\n{"b":2}\n', [{"a": 1}, {"b": 2}]),
        (b'\xef\xbb\xbf{"a":1}\r\n\r\n{"b":2},\r\n', [{"a": 1}, {"b": 2}]),  # BOM, CRLF, blank line, trailing comma
        (b'[{"a":1},\n{"b":2},\n]', [{"a": 1}, {"b": 2}]),
        (b'{"a":1}{"b":2}', [{"a": 1}, {"b": 2}]),  # concatenated
        (b'[{"a":1}]\n[{"b":2}]', [{"a": 1}, {"b": 2}]),  # JSON Lines of arrays
        (b'{\n "a": {\n  "b": 1\n }\n}', [{"a": {"b": 1}}]),  # one object over many lines
        (b'["x", null, 3, {"q":"\\"}{"}]', ["x", None, 3, {"q": '"}{'}]),
        ('[{"a":"é"}]'.encode("utf-16"), [{"a": "é"}]),
        (b"[]", []),
        (b"  ", []),
        (b"", []),
    ],
)
def test_values_are_cut_out_whatever_the_line_breaks(data: bytes, expected: list[Any]) -> None:
    assert values(data) == expected


def test_roots_tell_a_list_of_messages_from_lines_of_lists() -> None:
    cut = list(split_values(io.BytesIO(b'[{"a":1},{"b":2}]\n[{"c":3}]\n{"d":4}')))
    assert [(value.root, value.in_array) for value in cut] == [(0, True), (0, True), (1, True), (2, False)]


def test_a_value_that_the_file_cuts_off_is_marked() -> None:
    cut = list(split_values(io.BytesIO(b'[{"a":1},{"b":"unfinis')))
    assert [value.complete for value in cut] == [True, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), max_size=5),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_any_array_of_objects_is_split_into_its_elements(
    items: list[Any], indent: int | None, ascii_only: bool
) -> None:
    assert values(json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")) == items


@given(st.binary(max_size=300))
def test_any_bytes_end_without_an_exception(data: bytes) -> None:
    for value in split_values(io.BytesIO(data)):
        assert value.raw


def test_strings_longer_than_a_block_and_escapes_at_its_edge() -> None:
    for shift in range(4):
        long = "x" * (BLOCK - 12 - shift) + '\\"' * 4 + "é{" * 10
        assert values(json.dumps([{"a": long}, {"b": 1}]).encode()) == [{"a": long}, {"b": 1}]


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert decode_value(b'{"a":"cut \\ud83d"}') == {"a": "cut \ufffd"}
    assert decode_value(b'{"a":"whole \\ud83d\\ude00"}') == {"a": "whole \U0001f600"}


def test_deep_nesting_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        decode_value(b"[" * 100_000)


def test_keys_quoted_inside_a_text_are_not_keys_of_the_file() -> None:
    paths = key_paths(b'[{"mapping":{"n1":{"text":"{\\"chat_messages\\": [1]}","x":[{"y":1}]')
    assert ("[]", "mapping", "n1", "x", "[]", "y") in paths
    assert not any("chat_messages" in path for path in paths)


# --- files ---


def test_nothing_appears_under_the_final_name_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_bytes(b'{"schema":1} old')

    def failing() -> Any:
        yield SAMPLE
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError):
        write_conversations(path, failing())
    assert path.read_bytes() == b'{"schema":1} old'
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_what_a_killed_run_left_is_removed_by_a_later_one(tmp_path: Path) -> None:
    for name, age in ((".out.json.abc.partial", 7200), (".out.json.def.partial", 0), (".other.json.abc.partial", 7200)):
        (tmp_path / name).write_text("chats")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    write_conversations(tmp_path / "out.json", [SAMPLE])
    left = sorted(file.name for file in tmp_path.iterdir())
    assert left == [".other.json.abc.partial", ".out.json.def.partial", "out.json"]  # the second may still be written


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no POSIX modes")
def test_outputs_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    write_conversations(tmp_path / "a.json", [SAMPLE])
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"Dear Noor", b"PK\x03\x04 a zip", gzip.compress(b"x" * 99)[:-9], b"[]x"])
def test_a_foreign_file_is_not_overwritten_without_force(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="add --force"):
        write_conversations(path, [SAMPLE])
    assert path.read_bytes() == content
    write_conversations(path, [SAMPLE], force=True)
    write_conversations(path, [SAMPLE])  # ours now


def test_gzip_is_known_by_its_bytes_and_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        with open_output(tmp_path / name) as stream:
            stream.write(b"rain")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    (tmp_path / "renamed.json").write_bytes(gzip.compress(b"rain"))
    with open_input(tmp_path / "renamed.json") as stream:
        assert stream.read() == b"rain"


def test_a_cut_off_gzip_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(encode(SAMPLE) * 100)[:-20])
    with pytest.raises(UserError, match="damaged"):
        list(read_conversations(tmp_path / "a.json.gz"))


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_missing_file_and_a_folder_are_wrong_calls(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        list(read_conversations(tmp_path / name))


def test_a_folder_has_a_hash_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = sha256_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert sha256_of(tmp_path) != first
