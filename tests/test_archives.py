"""Zips made to do harm and zips that broke: bombs, names that lead out, links, odd packing, and ones that end early."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import stat
import struct
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any, cast

import pytest
from export_builders import assert_reconciles, call, chatgpt, node, only, parse

from identity import limits
from identity.archives import LINK, OVERLAPPING, UNSAFE_NAME
from identity.console import UserError
from identity.importing import Collection
from identity.limits import Limits, shown_size, size_of

RAIN = chatgpt(node("u1", None, "user", "Rain?"), node("a1", "u1", "assistant", "Mizzle."))
MIB = 1 << 20


def rain(name: str, padding: int = 0) -> bytes:
    """An export of one conversation with that many spaces after it."""
    return b"[" + json.dumps(RAIN | {"id": name, "conversation_id": name}).encode() + b" " * padding + b"]"


class Pipe(io.RawIOBase):
    """What a program writes to that packs while it sends: sizes can only come after the bytes."""

    def __init__(self) -> None:
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.content += data
        return len(data)


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, is_sent: bool = False) -> bytes:
    pipe, file = Pipe(), io.BytesIO()
    with zipfile.ZipFile(cast(IO[bytes], pipe if is_sent else file), "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return bytes(pipe.content) if is_sent else file.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def kept(collection: Collection) -> list[str]:
    assert_reconciles(collection)
    return sorted(conversation.id for conversation in collection)


def problems(collection: Collection) -> list[str]:
    """What could not be read, without the folders."""
    return [problem.rpartition("/")[2] for problem in collection.account.problems]


# --- sizes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"), [("500M", 500 * MIB), ("4G", 4 << 30), ("1.5k", 1536), ("4096", 4096), ("2GiB", 2 << 30)]
)
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert size_of(text) == size
    assert size_of(shown_size(size).removesuffix(" bytes").replace(",", "")) == size


@pytest.mark.parametrize("text", ["", "G", "-1", "4X", "0", "1e9", "٣G", "9" * 16])
def test_what_is_no_size_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("x.zip", f"--max-total-size={text}") == 2
    assert "is not a size such as 500M or 4G" in capsys.readouterr().err


def test_what_is_declared_too_large_is_not_even_begun(tmp_path: Path) -> None:
    file = put(tmp_path / "e.zip", packed({"a.json": rain("a"), "b.json": rain("b", 2 * MIB)}))
    collection = parse(file, limits=Limits(member_size=MIB))
    assert kept(collection) == ["a"]
    assert problems(collection) == ["e.zip!b.json: larger than 1M unpacked; --max-member-size lifts this limit"]


def test_a_flag_lifts_the_limit_that_the_message_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = put(tmp_path / "e.zip", packed({"b.json": rain("b", MIB)}))
    assert call(file, "--output", tmp_path / "o.json", "--max-member-size", "1M") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("e.zip!b.json: larger than 1M unpacked; --max-member-size lifts this limit")
    assert call(file, "--output", tmp_path / "o.json", "--max-member-size", "2M") == 0


def test_all_files_of_an_archive_together_have_a_limit(tmp_path: Path) -> None:
    """What comes before it is kept, and the rest is told in one line."""
    members = {f"{name}.json": rain(name, MIB) for name in "abcdefgh"}
    file = put(tmp_path / "e.zip", packed(members))
    collection = parse(file, limits=Limits(total_size=3 * MIB))
    assert kept(collection) == ["a", "b", "c"]
    over = "unpacks to more than 3M; --max-total-size lifts this limit"
    assert problems(collection) == [f"e.zip!c.json: {over}", f"e.zip: its last 5 files not read: {over}"]


def test_archives_in_archives_share_the_limits_of_the_outermost(tmp_path: Path) -> None:
    """A tree of zips that each stay below a limit would unpack to any size."""
    inner = {f"{name}.zip": packed({f"{name}.json": rain(name, MIB)}) for name in "abcdefgh"}
    collection = parse(put(tmp_path / "e.zip", packed(inner)), limits=Limits(total_size=3 * MIB))
    assert kept(collection) == ["a", "b", "c"]
    assert problems(collection)[-1].startswith("e.zip: its last 5 files not read: unpacks to more than 3M")


@pytest.mark.parametrize("depth", [1, 2])
def test_the_number_of_files_has_a_limit(tmp_path: Path, depth: int) -> None:
    content = packed({f"{number}.json": rain(f"{number}") for number in range(40)})
    file = put(tmp_path / "e.zip", content if depth == 1 else packed({"in.zip": content}))
    with pytest.raises(UserError, match="holds more than 39 files; --max-members lifts this limit"):
        parse(file, limits=Limits(members=39))
    assert len(parse(file, limits=Limits(members=41))) == 40


def test_a_directory_of_very_many_files_is_not_taken_into_memory(tmp_path: Path) -> None:
    """The end record claims a directory of 4 GB, which a sparse file really has."""
    content = bytearray(packed({"a.json": rain("a")}))
    end = content.rindex(b"PK\x05\x06")
    content[end + 12 : end + 16] = struct.pack("<L", 0xFFFFFFF0)
    file = tmp_path / "e.zip"
    with file.open("wb") as stream:
        stream.write(content[:end])
        stream.seek(0xFFFFFFF0 + end)
        stream.write(content[end:])
    with pytest.raises(UserError, match="holds more than 200,000 files"):
        parse(file)


def test_a_zip_in_a_zip_that_is_too_large_is_not_looked_into(tmp_path: Path) -> None:
    """Even where the outer directory declares a small size for it, in this case none."""
    content = bytearray(
        packed({"a.json": rain("a"), "in.zip": packed({"i.json": rain("i", 2 * MIB)}, 0)}, is_sent=True)
    )
    content = content[: content.index(b"PK\x01\x02")]
    collection = parse(put(tmp_path / "e.zip", bytes(content)), limits=Limits(member_size=MIB))
    assert kept(collection) == ["a"]
    assert problems(collection)[0].endswith(
        "not the others: larger than 1M unpacked; --max-member-size lifts this limit"
    )


# --- bombs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def one_free_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bombs of 2 MB do for a test; by default they begin at 256 MB."""
    monkeypatch.setattr(limits, "FREE", MIB)


def bomb(name: str = "b") -> bytes:
    return rain(name, 3 * MIB)


TIGHT = "packed tighter than 200:1 (a zip bomb?); --max-ratio lifts this limit"


def test_repetitive_exports_are_no_bombs(tmp_path: Path) -> None:
    """The same answer a thousand times over, beyond what is judged by no ratio: about 100:1."""
    line = json.dumps(RAIN | {"id": "ID", "conversation_id": "ID"})
    shard = ",".join(line.replace("ID", f"c{number % 50}") for number in range(300_000))
    archive = packed({"conversations.json": f"[{shard}]".encode()})
    assert len(shard) > limits.FREE and len(shard) / len(archive) > 50
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        info = found.infolist()[0]
    assert not limits.is_too_tight(info.file_size, info.compress_size, Limits())


@pytest.mark.usefixtures("one_free_megabyte")
def test_a_bomb_that_says_so(tmp_path: Path) -> None:
    collection = parse(put(tmp_path / "e.zip", packed({"a.json": rain("a"), "b.json": bomb()})))
    assert kept(collection) == ["a"]
    assert problems(collection) == [f"e.zip!b.json: {TIGHT}"]
    assert kept(parse(tmp_path / "e.zip", limits=Limits(ratio=2000))) == ["a", "b"]


def test_a_file_larger_than_it_says_ends_where_it_says(tmp_path: Path) -> None:
    """The directory declares 5,000 bytes for 3 million; no more than those come out, and the checksum is wrong."""
    content = bytearray(packed({"a.json": rain("a"), "b.json": b"[" + rain("b")[1:-1] + b"," + b" " * 3 * MIB + b"]"}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<L", 5000)
    collection = parse(put(tmp_path / "e.zip", bytes(content)))
    assert "a" in kept(collection)
    assert problems(collection) == ["e.zip!b.json: damaged, its checksum is wrong; get it again"]


@pytest.mark.usefixtures("one_free_megabyte")
@pytest.mark.parametrize("place", ["file", "zip", "stdin"])
def test_a_gzip_bomb_is_known_by_what_comes_out(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gzip file declares no size that could be trusted."""
    packed_bomb = gzip.compress(b"[" + rain("a")[1:-1] + b"," + b" " * 30 * MIB + rain("b")[1:])
    if place == "stdin":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed_bomb)))
    file = put(tmp_path / "e.gz", packed({"x.gz": packed_bomb}, 0) if place == "zip" else packed_bomb)
    collection = parse(Path("-") if place == "stdin" else file)
    assert kept(collection) == ["a"]
    name = {"file": "e.gz", "zip": "e.gz!x.gz", "stdin": "stdin"}[place]
    assert problems(collection) == [f"{name}: {TIGHT}"]


@pytest.mark.usefixtures("one_free_megabyte")
def test_many_files_each_too_small_to_be_a_bomb_are_one_together(tmp_path: Path) -> None:
    members = {f"{number:02}.json": rain(f"{number:02}", MIB - 5000) for number in range(20)}
    collection = parse(put(tmp_path / "e.zip", packed(members)), limits=Limits(ratio=100))
    assert 1 <= len(kept(collection)) < 20
    assert "files not read: packed tighter than 100:1" in problems(collection)[-1]


def overlapping() -> bytes:
    """Three names for the same bytes: each directory entry of a small zip points to the first file."""
    content = bytearray(packed({f"{name}.json": rain("same") for name in "abc"}))
    entry = content.index(b"PK\x01\x02")
    while entry >= 0:
        content[entry + 42 : entry + 46] = struct.pack("<L", 0)
        content[entry + 46] = ord("a")
        entry = content.find(b"PK\x01\x02", entry + 1)
    return bytes(content)


def test_files_that_share_their_bytes_are_read_once(tmp_path: Path) -> None:
    """The densest bombs have one kernel of bytes for thousands of files (Fifield 2019)."""
    collection = parse(put(tmp_path / "e.zip", overlapping()))
    assert kept(collection) == ["same"]
    assert problems(collection) == [f"e.zip!a.json: {OVERLAPPING}"] * 2


def test_an_endless_pipe_does_not_fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = b"PK\x03\x04" + bytes(3 * MIB)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(endless)))
    with pytest.raises(UserError, match="stdin: unpacks to more than 2M; --max-total-size lifts this limit"):
        parse(Path("-"), limits=Limits(total_size=2 * MIB))


# --- names and links --------------------------------------------------------------------------------------------


def renamed(old: bytes, new: bytes, mode: int = 0) -> bytes:
    """A zip with a good file and one whose name is replaced, in both places, after it was written."""
    assert len(old) == len(new)
    content = bytearray(packed({"a.json": rain("a"), old.decode(): rain("b")}).replace(old, new))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 5] = 3  # made on Unix: the upper half of the attributes is a file mode
    content[entry + 38 : entry + 42] = struct.pack("<L", mode << 16)
    return bytes(content)


@pytest.mark.parametrize(
    "name",
    [
        b"/etc/b.json",
        b"../../b.json",
        b"x/../b.json",
        b"..\\..\\b.json",
        b"C:\\b\\b.json",
        b"\\\\host\\b.json",
        b"b.json\0.txt",
    ],
)
def test_a_name_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: bytes) -> None:
    file = put(tmp_path / "folder.zip", renamed(b"x" * len(name), name))
    before = sorted(tmp_path.parent.rglob("*"))
    collection = parse(file)
    assert kept(collection) == ["a"]
    assert collection.account.files_skipped == {UNSAFE_NAME: 1}
    assert collection.account.problems[0].endswith(UNSAFE_NAME)
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_a_zip_made_on_windows_has_the_other_slash(tmp_path: Path) -> None:
    file = put(tmp_path / "e.zip", renamed(b"export-b.json", b"export\\b.json"))
    collection = parse(file)
    assert kept(collection) == ["a", "b"]
    assert [name.rpartition("!")[2] for name, _ in collection.account.files_read] == ["a.json", "export/b.json"]


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    collection = parse(put(tmp_path / "e.zip", renamed(b"b.json", b"l.json", stat.S_IFLNK | 0o777)))
    assert kept(collection) == ["a"]
    assert problems(collection) == [f"e.zip!l.json: {LINK}"]


def test_a_name_without_an_end_is_shortened(tmp_path: Path) -> None:
    name = "x" * 60_000 + "\x1b[2J"
    collection = parse(put(tmp_path / "e.zip", packed({name: b"\x00", "a.json": rain("a")})))
    file = put(tmp_path / "e.zip", packed({name: gzip.compress(rain("b"))[:40], "a.json": rain("a")}))
    (problem,) = problems(parse(file))
    assert kept(collection) == ["a"] and len(problem) < 300


# --- packing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_that_python_knows(tmp_path: Path, method: int) -> None:
    assert kept(parse(put(tmp_path / "e.zip", packed({"a.json": rain("a")}, method)))) == ["a"]


def test_an_unknown_method_is_named_and_the_rest_read(tmp_path: Path) -> None:
    """Windows packs files beyond 2 GB with Deflate64, which is method 9."""
    content = bytearray(packed({"a.json": rain("a"), "b.json": rain("b")}))
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.rindex(signature) + place] = 9
    collection = parse(put(tmp_path / "e.zip", bytes(content)))
    assert kept(collection) == ["a"]
    assert problems(collection) == [
        "e.zip!b.json: packed by a method that cannot be read here; unpack it and give the folder"
    ]


def test_a_zip_in_a_zip_with_a_wrong_checksum_still_gives_its_files(tmp_path: Path) -> None:
    inner = packed({"a.json": rain("a"), "b.json": rain("b")}, zipfile.ZIP_STORED)
    content = packed({"in.zip": inner}, zipfile.ZIP_STORED).replace(b"Mizzle", b"Dizzle", 1)
    collection = parse(put(tmp_path / "e.zip", content))
    assert {"b"} <= set(kept(collection))
    assert problems(collection) == [
        "e.zip!in.zip: damaged, its checksum is wrong; get it again",
        "e.zip!in.zip!a.json: damaged, its checksum is wrong; get it again",
    ]


def test_an_unreadable_entry_in_the_directory_does_not_cost_the_other_files(tmp_path: Path) -> None:
    """A name that is not the UTF-8 that it says makes zipfile refuse the whole archive."""
    content = bytearray(packed({"a.json": rain("a"), "ü.json": rain("b"), "c.json": rain("c")}))
    entry = content.rindex("ü".encode())
    content[entry : entry + 2] = b"\xff\xff"
    collection = parse(put(tmp_path / "e.zip", bytes(content)))
    assert kept(collection) == ["a", "b", "c"]
    assert problems(collection)[0].startswith("e.zip: the zip is cut off or damaged; 3 of its files could be opened")


def test_an_entry_that_swallows_the_next_ones_does_not_hide_their_files(tmp_path: Path) -> None:
    """A wrong comment length, which zipfile believes: it lists one file of three."""
    content = bytearray(packed({f"{name}.json": rain(name) for name in "abc"}))
    entry = content.index(b"PK\x01\x02")
    content[entry + 32 : entry + 34] = struct.pack("<H", 2 * (46 + len("a.json")))
    collection = parse(put(tmp_path / "e.zip", bytes(content)))
    assert kept(collection) == ["a", "b", "c"]
    assert len(problems(collection)) == 1


def test_a_file_damaged_where_it_would_be_recognized_is_no_unknown_file(tmp_path: Path) -> None:
    content = packed({"a.json": rain("a"), "b.json": rain("b")}, zipfile.ZIP_STORED)
    start = content.rindex(b'[{"title')
    collection = parse(put(tmp_path / "e.zip", content[:start] + b"#" + content[start + 1 :]))
    assert kept(collection) == ["a"]
    assert problems(collection) == ["e.zip!b.json: damaged, its checksum is wrong; get it again"]


# --- zips that end early ----------------------------------------------------------------------------------------

SENT = [pytest.param(False, id="sizes first"), pytest.param(True, id="sizes after the bytes")]
INNER = {"in.zip": packed({"i.json": rain("i")})}


@pytest.mark.parametrize("is_sent", SENT)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_a_broken_off_download_gives_every_file_before_the_break(tmp_path: Path, method: int, is_sent: bool) -> None:
    """Wherever it breaks: what lies before is read whole, and one line says that there was more."""
    names = ["a", "b", "c"]
    whole = packed({f"{name}.json": rain(name) for name in names} | INNER, method, is_sent)
    starts = [whole.index(f"{name}.json".encode()) - 30 for name in names] + [whole.index(b"in.zip") - 30]
    for cut in range(starts[1], len(whole), 23):
        found: list[str] = []
        with contextlib.suppress(UserError):
            collection = parse(put(tmp_path / "e.zip", whole[:cut]))
            found = kept(collection)
            assert problems(collection)[0].startswith("e.zip: the zip is cut off or damaged; ")
        before = [name for name, end in zip(names, starts[1:], strict=True) if end <= cut]
        assert set(before) <= set(found) <= {*before, *names[: len(before) + 1], "i"}, cut


@pytest.mark.parametrize("is_sent", SENT)
def test_a_file_that_the_break_goes_through_is_read_up_to_it(tmp_path: Path, is_sent: bool) -> None:
    many = b"[" + b",".join(rain(f"c{number}")[1:-1] for number in range(2000)) + b"]"
    whole = packed({"conversations.json": many}, is_sent=is_sent)
    collection = parse(put(tmp_path / "e.zip", whole[: len(whole) // 2]))
    assert 500 < len(kept(collection)) < 1500
    assert collection.account.conversations_left_out == {"cut off at the end of the file": 1}
    assert problems(collection) == [
        "e.zip: the zip is cut off or damaged; 1 of its files could be opened; download it again for the rest"
    ]


def test_a_break_after_a_zip_in_the_zip_does_not_hide_the_files_before_it(tmp_path: Path) -> None:
    """The inner directory is now the last one of the file, and zipfile takes it for the outer one."""
    whole = packed({"a.json": rain("a"), "b.json": rain("b")} | INNER, zipfile.ZIP_STORED)
    collection = parse(put(tmp_path / "e.zip", whole[: whole.index(b"PK\x05\x06") + 22]))
    assert kept(collection) == ["a", "b", "i"]
    assert len(problems(collection)) == 1


@pytest.mark.usefixtures("one_free_megabyte")
def test_a_bomb_in_a_zip_that_ends_early(tmp_path: Path) -> None:
    whole = packed({"a.json": rain("a"), "b.json": rain("b", 20 * MIB)}, is_sent=True)
    collection = parse(put(tmp_path / "e.zip", whole[: whole.index(b"PK\x01\x02")]))
    assert kept(collection) == ["a"]
    assert problems(collection) == [
        f"e.zip: the zip is cut off or damaged; 1 of its files could be opened, not the others: {TIGHT}"
    ]


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    assert only(parse(put(tmp_path / "e.zip", packed(INNER)))).id == "i"
    assert not list((tmp_path / "t").iterdir())
