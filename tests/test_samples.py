"""Each sample under exports/<format>/<case>/ is claimed by its own format alone and becomes what stands beside it.

`input…` is a file or a folder in the shape of a real export, `expected.jsonl` the records and, as its last line, the
account. After a change that is meant, write them anew with IDENTITY_REFRESH=1 and read the difference.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from export_builders import assert_reconciles, parse, write

from identity.console import UserError
from identity.formats import FORMATS, by_name, detect
from identity.formats.peek import peek_at
from identity.importing import Collection
from identity.records import encode
from identity.sources import Document, documents

EXPORTS = Path(__file__).parent / "exports"
CASES = sorted(path for path in EXPORTS.glob("*/*") if path.is_dir())
NAMES = [case.relative_to(EXPORTS).as_posix() for case in CASES]


def input_of(case: Path) -> Path:
    (found,) = case.glob("input*")
    return found


def voices_of(case: Path) -> tuple[str, ...]:
    """Chats between people need to be told whose voice is learned: the names in voice.txt, one a line."""
    file = case / "voice.txt"
    return tuple(file.read_text(encoding="utf-8").splitlines()) if file.exists() else ("assistant",)


def told(collection: Collection) -> list[str]:
    account = collection.account
    left_out = {
        "conversations left out": dict(sorted(account.conversations_left_out.items())),
        "messages read": account.messages_read,
        "messages left out": dict(sorted(account.messages_left_out.items())),
    }
    return [encode(conversation).decode() for conversation in collection] + [json.dumps(left_out)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_sample_becomes_what_is_expected(case: Path) -> None:
    collection = parse(input_of(case), voices=voices_of(case))
    expected = case / "expected.jsonl"
    if os.environ.get("IDENTITY_REFRESH"):
        expected.write_text("\n".join(told(collection)) + "\n", encoding="utf-8")
    assert told(collection) == expected.read_text(encoding="utf-8").splitlines()
    assert_reconciles(collection)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_sample_is_claimed_by_its_own_format_alone(case: Path) -> None:
    claims = []
    for found in documents([input_of(case)]):
        if isinstance(found, Document):
            peek = peek_at(found)
            claims += [known.name for known in FORMATS if known.matches(peek)]
    assert claims
    assert set(claims) == {case.parent.name}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_a_sample_reads_the_same_when_its_format_is_named(case: Path) -> None:
    voices = voices_of(case)
    assert told(parse(input_of(case), source=case.parent.name, voices=voices)) == told(
        parse(input_of(case), voices=voices)
    )


def test_every_format_has_a_sample() -> None:
    assert {case.parent.name for case in CASES} == {known.name for known in FORMATS}
    assert [by_name(known.name) for known in FORMATS] == list(FORMATS)


def test_two_formats_that_claim_one_file_are_an_error_that_names_both(tmp_path: Path) -> None:
    file = tmp_path / "both.json"
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    file.write_text(json.dumps([{"chat_messages": [], "conversations": turns}]))
    (document,) = documents([file])
    assert isinstance(document, Document)
    with pytest.raises(UserError, match="looks like claude and sharegpt; say which with --source claude"):
        detect(peek_at(document))


# Near relatives of the formats here, which must not be taken for them.
RELATIVES = {
    "activity in another Google product": [
        {"header": "Search", "title": "Searched for rain", "time": "2026-01-01T10:00:00Z", "products": ["Search"]}
    ],
    "Claude design chats": {"project": {"uuid": "p"}, "messages": [{"role": "user", "content": {"content": "q"}}]},
}


@pytest.mark.parametrize("value", RELATIVES.values(), ids=RELATIVES.keys())
def test_a_relative_of_a_format_is_not_taken_for_it(tmp_path: Path, value: object) -> None:
    (document,) = documents([write(tmp_path / "x.json", value)])
    assert isinstance(document, Document)
    assert [known.name for known in FORMATS if known.matches(peek_at(document))] == []
