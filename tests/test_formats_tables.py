"""Exports that are tables (CSV): what their samples cannot show."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from export_builders import assert_reconciles, only, parse, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.console import UserError
from identity.formats import by_name
from identity.formats.csv_rows import Row, table_of
from identity.formats.format import Options
from identity.formats.nodes import DAMAGED_MESSAGE, DUPLICATE_MESSAGE, EMPTY, UNKNOWN_ROLE
from identity.importing import Collection
from identity.sources import Document, documents

EXPORTS = Path(__file__).parent / "exports"


def table(rows: Iterable[Iterable[str]], ending: str = "\r\n", delimiter: str = ",") -> str:
    """Not by csv.writer, which before Python 3.11 refuses NUL."""
    return "".join(delimiter.join(map(quoted, row)) + ending for row in rows)


def quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"' if set(field) & set('",;\t\r\n') else field


def document_of(path: Path, content: bytes) -> Document:
    path.write_bytes(content)
    (document,) = documents([path])
    assert isinstance(document, Document)
    return document


def rows_of(tmp_path: Path, content: bytes) -> list[Row | None]:
    return table_of(document_of(tmp_path / "x.csv", content)).rows


# --- tables -----------------------------------------------------------------------------------------------------

WRITTEN = [["Name", "Text"], ["mizzle", 'one, "two"\nthree\nfour'], ["fog", "\u2028x"]]
READ = [dict(zip(("name", "text"), row, strict=True)) for row in WRITTEN[1:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_every_dress(tmp_path: Path, encoding: str, ending: str, delimiter: str) -> None:
    assert rows_of(tmp_path, table(WRITTEN, ending, delimiter).encode(encoding)) == READ


def test_a_short_row_has_fewer_fields_and_a_long_one_is_damaged(tmp_path: Path) -> None:
    assert rows_of(tmp_path, b"\n a ,B\n1\n\n1,2,3\n1,2\n") == [{"a": "1"}, None, {"a": "1", "b": "2"}]


def test_a_field_may_be_long_and_hold_nul(tmp_path: Path) -> None:
    long = "rain " * 100_000
    assert rows_of(tmp_path, f'a,b\nx,"{long}"\n\0y,z\n'.encode()) == [{"a": "x", "b": long}, {"a": "y", "b": "z"}]


def test_bytes_that_are_no_text_cost_themselves_only(tmp_path: Path) -> None:
    assert rows_of(tmp_path, b"a,b\nx,caf\xe9\n") == [{"a": "x", "b": "caf\ufffd"}]


def test_a_quote_that_is_never_closed_ends_with_the_file(tmp_path: Path) -> None:
    assert len(rows_of(tmp_path, b'a,b\n"x' + b"y\n" * 1_000_000)) == 1


# --- Replika ----------------------------------------------------------------------------------------------------

REPLIKA = ["Timestamp", "From", "Text", "Reaction", "ID"]


def replika(tmp_path: Path, *rows: list[str]) -> Collection:
    (tmp_path / "x.csv").write_bytes(table([REPLIKA, *rows]).encode())
    return parse(tmp_path / "x.csv")


def test_replika_rows_may_stand_oldest_first(tmp_path: Path) -> None:
    asked = ["2022-11-02T08:00:00Z", "Me", "Rain?", "None", "1"]
    told = ["2022-11-02T08:00:01Z", "Rep", "Mizzle.", "None", "2"]
    for rows in ((asked, told), (told, asked)):
        assert texts(only(replika(tmp_path, *rows))) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_replika_rows_without_times_are_newest_first(tmp_path: Path) -> None:
    collection = replika(tmp_path, ["", "Rep", "Mizzle.", "None", ""], ["", "Me", "Rain?", "None", ""])
    assert texts(only(collection)) == [("user", "Rain?"), ("assistant", "Mizzle.")]


def test_replika_reactions_are_ratings_of_replies(tmp_path: Path) -> None:
    reactions = ["Upvote", "Love", "Funny", "None", "", "Downvote", "Meaningless", "Offensive", "Blorp"]
    rows = []
    for number, reaction in enumerate(reactions):
        rows.append([f"2022-11-02T08:{number:02}:00Z", "Me", "Rain?", "Upvote", f"q{number}"])
        rows.append([f"2022-11-02T08:{number:02}:01Z", "Rep", "Mizzle.", reaction, f"a{number}"])
    ratings = [message.rating for message in only(replika(tmp_path, *rows)).messages]
    assert ratings[0::2] == [None] * 9
    assert ratings[1::2] == [1, 1, 1, None, None, -1, -1, -1, None]


def test_replika_says_what_it_leaves_out(tmp_path: Path) -> None:
    collection = replika(
        tmp_path,
        ["2022-11-02T08:00:00Z", "Me", "Rain?", "None", "1"],
        ["2022-11-02T08:00:00Z", "Me", "Rain?", "None", "1"],
        ["2022-11-02T08:00:01Z", "Rep", "", "None", "2"],
        ["2022-11-02T08:00:02Z", "System", "x", "None", "3"],
        ["2022-11-02T08:00:03Z", "Me", "x", "None", "4", "more"],
        ["2022-11-02T08:00:04Z", "Me", "Fog?", "None", "5"],
    )
    left_out = {DUPLICATE_MESSAGE: 1, EMPTY: 1, UNKNOWN_ROLE: 1, DAMAGED_MESSAGE: 1}
    assert collection.account.messages_left_out == left_out
    assert texts(only(collection)) == [("user", "Rain?"), ("user", "Fog?")]
    assert only(collection).messages[1].parent != "1"


def test_replika_of_two_backups_the_longer_one_of_a_stretch_is_kept(tmp_path: Path) -> None:
    rows = [
        ["2022-11-02T08:00:01Z", "Rep", "Mizzle.", "None", "2"],
        ["2022-11-02T08:00:00Z", "Me", "Rain?", "None", "1"],
    ]
    later = [["2022-11-02T08:01:00Z", "Me", "Fog?", "None", "3"], *rows]
    for name, found in (("a.csv", later), ("b.csv", rows)):
        (tmp_path / name).write_bytes(table([REPLIKA, *found]).encode())
    assert len(only(parse(tmp_path)).messages) == 3


# --- Copilot ----------------------------------------------------------------------------------------------------

COPILOT = ["Conversation", "Time", "Author", "Message"]


def copilot(tmp_path: Path, *rows: tuple[str, str, str, str]) -> list[list[tuple[str, str]]]:
    (tmp_path / "x.csv").write_bytes(table([COPILOT, *rows]).encode("utf-8-sig"))
    return [texts(conversation) for conversation in parse(tmp_path / "x.csv")]


RAIN = [
    ("Rain", "2026-01-01T10:00:00", "Human", "Rain?"),
    ("Rain", "2026-01-01T10:00:00", "AI", "Mizzle."),
    ("Rain", "2026-01-01T10:01:00", "Human", "Fog?"),
    ("Rain", "2026-01-01T10:01:00", "AI", "Haar."),
]
RAIN_TOLD = [("user", "Rain?"), ("assistant", "Mizzle."), ("user", "Fog?"), ("assistant", "Haar.")]


def test_copilot_questions_stand_before_answers_of_the_same_second_whichever_way_the_table_runs(tmp_path: Path) -> None:
    for rows in (RAIN, RAIN[::-1]):
        assert copilot(tmp_path, *rows) == [RAIN_TOLD]
    assert copilot(tmp_path, *RAIN[:2]) == [RAIN_TOLD[:2]]
    assert copilot(tmp_path, *RAIN[1::-1]) == [RAIN_TOLD[:2]]


def test_copilot_conversations_may_stand_newest_first_and_be_told_oldest_first(tmp_path: Path) -> None:
    sea = [("Sea", time.replace("10:", "12:"), author, text) for _, time, author, text in RAIN]
    assert copilot(tmp_path, *sea, *RAIN) == [RAIN_TOLD, RAIN_TOLD]


def test_copilot_rows_of_two_conversations_may_be_mixed(tmp_path: Path) -> None:
    sea = [("Sea", *row[1:]) for row in RAIN]
    mixed = [row for pair in zip(RAIN, sea, strict=True) for row in pair]
    assert copilot(tmp_path, *mixed[::-1]) == [RAIN_TOLD, RAIN_TOLD]


def test_copilot_one_title_is_two_conversations_where_another_stands_between_and_hours_went_by(tmp_path: Path) -> None:
    later = [("Rain", "2026-01-02T10:00:00", "Human", "Hail?")]
    between = [("Sea", "2026-01-01T22:00:00", "Human", "Tide?")]
    assert copilot(tmp_path, *RAIN, *later) == [[*RAIN_TOLD, ("user", "Hail?")]]
    assert copilot(tmp_path, *RAIN, *between, *later) == [RAIN_TOLD, [("user", "Hail?")], [("user", "Tide?")]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("7/26/2026 23:20:57 +00:00", "2026-07-26T23:20:57Z"),
        ("12/1/2025 1:02:03 -05:30", "2025-12-01T06:32:03Z"),
        ("12/1/2025 12:02:03 AM +00:00", "2025-12-01T00:02:03Z"),
        ("12/1/2025 12:02:03 PM", "2025-12-01T12:02:03Z"),
        ("26/7/2026 23:20:57 +00:00", None),
        ("1/1/0001 0:00:00 +14:00", None),
    ],
)
def test_copilot_times_of_chats_have_the_month_first(tmp_path: Path, written: str, read: str | None) -> None:
    rows = [["CreatedAt", "MessageContent", "Author", "ChatName"], [written, "Rain?", "user", "Rain"]]
    (tmp_path / "x.csv").write_bytes(table(rows).encode())
    assert only(parse(tmp_path / "x.csv")).messages[0].created_at == read


def test_copilot_conversation_that_went_on_is_found_again_in_a_later_export(tmp_path: Path) -> None:
    for name, rows in (("a.csv", RAIN), ("b.csv", RAIN[:2])):
        (tmp_path / name).write_bytes(table([COPILOT, *rows[::-1]]).encode())
    assert texts(only(parse(tmp_path))) == RAIN_TOLD


def test_copilot_prompts_without_answers_are_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Timestamp,ClientApp,Prompt\n2026-01-01T10:00:00,Notepad,Shorten\n")
    with pytest.raises(UserError, match="without their answers, which holds no conversations; give copilot-activity"):
        parse(tmp_path / "x.csv")


# --- hostile values ---------------------------------------------------------------------------------------------

SAMPLES = sorted(
    path
    for name in ("replika", "copilot")
    for path in (EXPORTS / name).glob("*/input*/*")
    if len(path.read_bytes().splitlines()) > 1  # one of Copilot's tables is nearly always empty
)
HOSTILE = st.sampled_from(["", " ", "x", '"', "None", "-1", "1e300", "9999-99-99", "\0", "\r", "\u200e", "a,b", "\n\n"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.relative_to(EXPORTS).as_posix())
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_hostile_fields_cost_themselves_only(sample: Path, data: st.DataObject) -> None:
    """Anything may stand in any field and a row may be short or long: no exception, and every row is counted."""
    rows = list(csv.reader(io.StringIO(sample.read_text(encoding="utf-8-sig"), newline="")))
    for _ in range(data.draw(st.integers(1, 6))):
        row = rows[data.draw(st.integers(1, len(rows) - 1))]
        place = data.draw(st.integers(0, len(row)))
        row[place : place + data.draw(st.integers(0, 1))] = [data.draw(HOSTILE)]
    content = table(rows).encode()
    with tempfile.TemporaryDirectory() as folder:
        document = document_of(Path(folder) / sample.name, content[: data.draw(st.integers(1, len(content)))])
        known = by_name(sample.relative_to(EXPORTS).parts[0])
        assert known
        collection = Collection()
        for reading in known.read(document, Options()):
            collection.add(reading)
    assert_reconciles(collection)
