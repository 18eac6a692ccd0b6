"""Opening what people give: zips of every condition, folders, gzip, pipes, and what is passed over by name."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import socket
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import IO, cast

import pytest
from export_builders import assert_reconciles, chatgpt, claude, node, only, parse, said, write

from identity import sources
from identity.console import UsageError, UserError
from identity.importing import SAME_AS_JSON
from identity.json_stream import split_values
from identity.sources import (
    DEPTH,
    LINK,
    LINK_OUT,
    NOT_A_FILE,
    DamagedFile,
    Document,
    Found,
    Skipped,
    documents,
)
from identity.streams import CarefulStream

RAIN = chatgpt(node("u1", None, "user", "Rain?"), node("a1", "u1", "assistant", "Mizzle."))


def rain(name: str) -> str:
    return json.dumps([RAIN | {"id": name, "conversation_id": name}])


def make_zip(path: Path, members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return path


def names(found: list[Found], kind: type) -> list[str]:
    return [item.name.split("/")[-1] for item in found if isinstance(item, kind)]


def damaged(found: list[Found]) -> list[str]:
    return [item.reason for item in found if isinstance(item, Skipped) and item.is_damaged]


def test_members_of_a_zip_are_read_one_by_one_whatever_folder_they_are_in(tmp_path: Path) -> None:
    archive = make_zip(
        tmp_path / "export.zip",
        {
            "export/conversations-001.json": rain("c1"),
            "export/conversations-000.json": rain("c0"),
            "export/ünï/さくら.json": rain("c2"),
        },
    )
    assert [conversation.id for conversation in parse(archive)] == ["c0", "c1", "c2"]


def test_media_and_system_files_are_passed_over_by_name_and_counted(tmp_path: Path) -> None:
    """Their content is not even looked at: here it would be taken for an export."""
    members = dict.fromkeys(
        (
            "__MACOSX/._conversations.json",
            "._conversations.json",
            ".DS_Store",
            "audio/1.wav",
            "file-1.PNG",
            "user.json",
        ),
        rain("wrong"),
    )
    archive = make_zip(tmp_path / "export.zip", {**members, "conversations.json": rain("right")})
    collection = parse(archive)
    assert only(collection).id == "right"
    assert collection.account.files_skipped == {
        "system file": 3,
        "media or attachment": 2,
        "side file without conversations": 1,
    }


def test_a_folder_is_read_in_a_fixed_order_as_an_unpacked_zip(tmp_path: Path) -> None:
    for name in ("b/conversations-000.json", "a/conversations.json", "a/audio/x.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(rain(name))
    assert [conversation.id for conversation in parse(tmp_path)] == ["a/conversations.json", "b/conversations-000.json"]


def test_a_zip_in_a_zip(tmp_path: Path) -> None:
    """The privacy portal packs Conversations_….zip beside Files_….zip into one archive."""
    inner = make_zip(tmp_path / "inner", {"conversations.json": rain("c")}).read_bytes()
    archive = make_zip(
        tmp_path / "portal.zip",
        {
            "User Online Activity/Conversations_1-chatgpt-0001.zip": inner,
            "User Online Activity/Files_1-files-0001.zip": b"not even looked at",
            "report.html": "<html>",
        },
    )
    collection = parse(archive)
    assert only(collection).id == "c"
    assert collection.account.files_read[0][0].endswith(
        "portal.zip!User Online Activity/Conversations_1-chatgpt-0001.zip!conversations.json"
    )


def test_zips_are_opened_to_a_fixed_depth(tmp_path: Path) -> None:
    content: bytes = rain("c").encode()
    name = "conversations.json"
    for level in range(DEPTH + 1):
        content = make_zip(tmp_path / f"{level}", {name: content}).read_bytes()
        name = f"{level}.zip"
    (tmp_path / "all.zip").write_bytes(content)
    found = list(documents([tmp_path / "all.zip"]))
    assert damaged(found) == [f"a zip inside {DEPTH} others; unpack the outer ones"]


def test_trap_22_a_damaged_member_costs_itself_only(tmp_path: Path) -> None:
    """A wrong checksum in one shard: the others are read, and the loss is named."""
    shards: dict[str, str | bytes] = {f"conversations-{n:03}.json": rain(f"c{n}") for n in range(3)}
    archive = make_zip(tmp_path / "export.zip", shards, zipfile.ZIP_STORED)
    broken = archive.read_bytes().replace(b'"c1"', b'"cX"', 1)
    archive.write_bytes(broken)
    collection = parse(archive)
    assert {"c0", "c2"} <= {conversation.id for conversation in collection}
    assert collection.account.problems == [
        f"{archive}!conversations-001.json: damaged, its checksum is wrong; get it again"
    ]


def test_an_encrypted_member_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    archive = make_zip(
        tmp_path / "export.zip", {"conversations-000.json": rain("c0"), "conversations-001.json": rain("c1")}
    )
    raw = bytearray(archive.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.index(signature)
        raw[start + flags] |= 1
    archive.write_bytes(raw)
    collection = parse(archive)
    assert only(collection).id == "c1"
    assert "conversations-000.json: encrypted; unpack the zip with its password" in collection.account.problems[0]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A member of 300 MB of zeros packed to 300 kB; the directory says so before anything is read."""
    archive = make_zip(tmp_path / "bomb.zip", {"conversations.json": rain("c"), "bomb.json": "0" * 1000})
    raw = bytearray(archive.read_bytes())
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = struct.pack("<I", 300 * 1024 * 1024)
    archive.write_bytes(raw)
    found = list(documents([archive]))
    assert damaged(found) == ["packed tighter than 200:1 (a zip bomb?); --max-ratio lifts this limit"]
    assert names(found, Document) == ["bomb.zip!conversations.json"]


def test_gzip_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_bytes(gzip.compress(rain("c").encode()))
    assert only(parse(tmp_path / "conversations")).id == "c"


def test_a_cut_off_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    shards = json.dumps([claude(said("m", "human", f"{n} {hash(str(n))}"), uuid=f"k{n}") for n in range(2000)])
    packed = gzip.compress(shards.encode())
    (tmp_path / "conversations.json.gz").write_bytes(packed[: len(packed) // 2])
    collection = parse(tmp_path / "conversations.json.gz")
    assert len(collection) > 100
    assert "damaged or cut off; get it again" in collection.account.problems[0]
    assert_reconciles(collection)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_stdin(monkeypatch: pytest.MonkeyPatch, pack: type[bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(rain("c").encode()))))
    assert only(parse(Path("-"))).id == "c"


def test_a_zip_through_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = make_zip(tmp_path / "x.zip", {"conversations.json": rain("c")}).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    assert only(parse(Path("-"))).id == "c"


def test_an_empty_pipe_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(UserError, match="nothing came through the pipe"):
        parse(Path("-"))


def test_a_missing_file_is_an_error_of_the_call() -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        list(documents(["nowhere.json"]))


# --- chat.html, the last resort ---------------------------------------------------------------------------------


def page(*names: str) -> str:
    conversations = [RAIN | {"id": name, "conversation_id": name} for name in names]
    return f"<html><script>var jsonData = {json.dumps(conversations)};\nvar x = [1];</script></html>"


def test_chat_html_is_not_read_where_the_json_is_whole(tmp_path: Path) -> None:
    collection = parse(make_zip(tmp_path / "e.zip", {"chat.html": page("c0"), "conversations.json": rain("c0")}))
    assert only(collection).id == "c0"
    assert collection.account.files_skipped == {SAME_AS_JSON: 1}


def test_chat_html_fills_in_where_there_is_no_json(tmp_path: Path) -> None:
    collection = parse(make_zip(tmp_path / "e.zip", {"chat.html": page("c0", "c1"), "user.json": "{}"}))
    assert [conversation.id for conversation in collection] == ["c0", "c1"]


def test_chat_html_fills_in_where_the_json_is_damaged(tmp_path: Path) -> None:
    cut = rain("c0")[:-30]
    collection = parse(make_zip(tmp_path / "e.zip", {"chat.html": page("c0", "c1"), "conversations-000.json": cut}))
    assert [conversation.id for conversation in collection] == ["c0", "c1"]
    assert collection.account.conversations_left_out == {"cut off at the end of the file": 1}


# --- text of every kind -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
def test_byte_order_marks(tmp_path: Path, encoding: str) -> None:
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    (tmp_path / "chat.json").write_bytes((mark + json.dumps([{"role": "user", "content": "ü"}])).encode(encoding))
    assert only(parse(tmp_path / "chat.json")).messages[0].content == "ü"


FIRST, SECOND = (json.dumps({"messages": [{"role": "user", "content": word}]}) for word in "ab")
LOOSE = {
    "lines with CRLF and blank lines": f"{FIRST}\r\n\r\n{SECOND}\r\n",
    "a trailing comma": f"[{FIRST},{SECOND},]",
    "values one after another": FIRST + SECOND,
    "an object over many lines": FIRST.replace(":", ":\n") + "\n" + SECOND,
}


@pytest.mark.parametrize("text", LOOSE.values(), ids=LOOSE.keys())
def test_loose_json(tmp_path: Path, text: str) -> None:
    (tmp_path / "chats").write_bytes(text.encode())
    assert [conversation.messages[0].content for conversation in parse(tmp_path / "chats")] == ["a", "b"]


def test_half_of_a_surrogate_pair_becomes_the_replacement_character(tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text('[{"role": "user", "content": "cut \\ud83d here \\ud83d\\ude00"}]')
    assert only(parse(tmp_path / "chat.json")).messages[0].content == "cut \ufffd here 😀"


# --- size -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_trap_22_memory_is_bounded_by_a_conversation_not_by_the_file(tmp_path: Path) -> None:
    """60 MB on one line, as ChatGPT writes it, of 600 conversations of 100 kB."""
    file = tmp_path / "conversations.json"
    text = "rain and again rain " * 250
    nodes = [node(f"n{i}", f"n{i - 1}" if i else None, ("user", "assistant")[i % 2], text) for i in range(20)]
    body = json.dumps(chatgpt(*nodes, id="ID", conversation_id="ID"))
    with file.open("w") as stream:
        stream.write("[")
        for number in range(600):
            stream.write(("," if number else "") + body.replace('"ID"', f'"c{number}"'))
        stream.write("]")
    assert file.stat().st_size > 60_000_000
    tracemalloc.start()
    try:
        collection = parse(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(collection) == 600
    assert peak < 16_000_000


def test_one_part_of_300000_characters(tmp_path: Path) -> None:
    long = chatgpt(node("u1", None, "user", "q"), node("a1", "u1", "assistant", "rain [" * 50_000 + "."))
    assert len(only(parse(write(tmp_path / "c.json", [long]))).messages[1].content) == 300_001


MANY = {
    "objects": '{"role":"user","content":"a"},',
    "strings": '"a",',
    "escapes": '"' + '\\"' * 40 + '",',
}


@pytest.mark.parametrize("piece", MANY.values(), ids=MANY.keys())
def test_cutting_values_needs_little_more_than_the_value(piece: str) -> None:
    """Two million bytes of one kind of JSON; a search that keeps every step would take a hundred times that."""
    raw = b"[[" + piece.encode() * (2_000_000 // len(piece))
    tracemalloc.start()
    try:
        (value,) = split_values(io.BytesIO(raw))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not value.complete
    assert peak < 12_000_000


# --- folders, and what lies in them that is no file -------------------------------------------------------------

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there, and there are no pipes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good export."""
    write(tmp_path / "folder" / "good.json", [RAIN])
    return tmp_path / "folder"


@needs_posix
def test_links_that_lead_out_are_not_followed_but_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "other.json").write_text(rain("other"))
    (folder / "file.json").symlink_to(tmp_path / "outside" / "other.json")
    (folder / "linked").symlink_to(tmp_path / "outside")
    (folder / "nothing.json").symlink_to("gone.json")
    collection = parse(folder)
    assert only(collection).id == "c-1"
    assert collection.account.files_skipped == {LINK_OUT: 3}
    assert collection.account.problems == [
        f"{folder / name}: {LINK_OUT}" for name in ("file.json", "linked", "nothing.json")
    ]


@needs_posix
def test_links_in_circles_end(folder: Path) -> None:
    """What a link inside the folder leads to is read where it lies."""
    (folder / "again").symlink_to(folder)
    (folder / "self.json").symlink_to("self.json")
    (folder / "twin.json").symlink_to("good.json")
    collection = parse(folder)
    assert only(collection).id == "c-1"
    assert collection.account.files_skipped == {LINK: 2, LINK_OUT: 1}


@needs_posix
def test_a_linked_folder_that_is_given_is_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder)
    assert only(parse(tmp_path / "linked")).id == "c-1"


@needs_posix
def test_pipes_sockets_and_devices_in_a_folder_are_counted_not_opened(folder: Path) -> None:
    """Opening the pipe would wait for a writer for ever, and the device has no end."""
    os.mkfifo(folder / "pipe.json")
    (folder / "zero.json").symlink_to("/dev/zero")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        place = os.open(folder, os.O_RDONLY)  # a socket's path may be no longer than about 100 characters
        here = Path.cwd()
        os.fchdir(place)
        server.bind("socket.json")
        os.chdir(here)
        os.close(place)
        collection = parse(folder)
    assert only(collection).id == "c-1"
    assert collection.account.files_skipped == {NOT_A_FILE: 2, LINK_OUT: 1}


@needs_posix
def test_a_pipe_given_by_name_is_told_how_to_be_given(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="send what comes out of it through stdin and give -"):
        parse(tmp_path / "pipe")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_costs_itself_only(folder: Path) -> None:
    write(folder / "closed.json", [RAIN]).chmod(0)
    (folder / "locked").mkdir(mode=0)
    collection = parse(folder)
    assert len(collection) == 1
    assert sorted(collection.account.problems) == [
        f"{folder / 'closed.json'}: Permission denied; check the file, its rights and the disk",
        f"{folder / 'locked'}: Permission denied; check the rights of the folder",
    ]


def refuse(*arguments: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_named_file_that_cannot_be_opened_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match=r"good\.json: Permission denied; check the file, its rights and the disk$"):
        parse(folder / "good.json")


def test_a_file_that_vanishes_while_the_folder_is_read(folder: Path) -> None:
    """After it was found, and after its beginning was looked at."""
    write(folder / "later.json", [RAIN | {"id": "later", "conversation_id": "later"}])
    found = documents([folder])
    first = next(found)
    assert isinstance(first, Document)
    (folder / "later.json").unlink()
    (last,) = found
    assert (
        isinstance(last, Skipped)
        and last.reason == "No such file or directory; check the file, its rights and the disk"
    )
    (folder / "good.json").unlink()
    with pytest.raises(DamagedFile, match=r"good\.json: No such file or directory"), first.open():
        pass


def test_a_disk_that_fails_while_a_file_is_read_keeps_what_came_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 600_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    many = b"[" + b",".join(rain(f"c{number}").encode()[1:-1] for number in range(2000)) + b"]"
    assert len(many) > 1_000_000

    def failing(stream: IO[bytes], step: int) -> CarefulStream:
        return CarefulStream(cast(IO[bytes], Failing(many)), step=600_001)

    monkeypatch.setattr(sources, "CarefulStream", failing)
    collection = parse(folder)
    assert 100 < len(collection) < 2000
    assert collection.account.problems == [
        f"{folder / 'good.json'}: Input/output error; check the file, its rights and the disk"
    ]


def test_a_file_that_grows_while_it_is_read(folder: Path) -> None:
    found = next(documents([folder]))
    assert isinstance(found, Document)
    with found.open() as stream, (folder / "good.json").open("a") as more:
        whole = stream.read(10)
        more.write("\n" * 100)
        more.flush()
        whole += stream.read()
    assert whole == (folder / "good.json").read_bytes()


def test_a_folder_may_be_called_as_a_file(tmp_path: Path) -> None:
    write(tmp_path / "conversations.json" / "conversations.json" / "x.zip", [RAIN])
    assert only(parse(tmp_path)).id == "c-1"
    assert only(parse(tmp_path / "conversations.json")).id == "c-1"


def test_a_sibling_is_never_sought_outside(tmp_path: Path) -> None:
    write(tmp_path / "folder" / "c.json", [RAIN])
    write(tmp_path / "outside.json", [])
    (document,) = documents([tmp_path / "folder"])
    assert isinstance(document, Document)
    for name in ("../outside.json", "..\\outside.json", str(tmp_path / "outside.json"), "a/../../outside.json"):
        assert document.sibling(name) is None
    assert document.sibling("c.json")
