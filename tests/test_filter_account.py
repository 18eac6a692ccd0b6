"""The account of a run: what it tells programs, what it compares, and decisions by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import conversation_filter
from identity.records import Conversation, Message, read_conversations, write_conversations

TALK = (
    ("user", "Could you help me name my boat, please?"),
    ("assistant", "Let's circle back to that once we know her colour."),
    ("user", "ok"),
    ("assistant", "Heron. Because she stands still and then she doesn't."),
)


@pytest.fixture
def parsed(tmp_path: Path) -> Path:
    messages = [
        Message(id=f"m{n}", parent=f"m{n - 1}" if n else None, role=role, content=content)  # type: ignore[arg-type]
        for n, (role, content) in enumerate(TALK)
    ]
    path = tmp_path / "parsed.json"
    write_conversations(path, [Conversation(id="c1", messages=messages)])
    return path


def run(parsed: Path, *flags: str) -> int:
    return conversation_filter.main([str(parsed), "--toxicity", "off", *flags])


def filtered(parsed: Path, *flags: str) -> list[str]:
    """The ids of the messages that are left."""
    output = parsed.with_name("filtered.json")
    assert run(parsed, "--output", str(output), *flags) == 0
    return [message.id for conversation in read_conversations(output) for message in conversation.messages]


def overrides(parsed: Path, **decisions: str) -> str:
    path = parsed.with_name("overrides.json")
    listed = [{"conversation_id": "c1", "message_id": name, "decision": said} for name, said in decisions.items()]
    path.write_text(json.dumps({"schema": 1, "overrides": listed}), encoding="utf-8")
    return str(path)


def test_a_dry_run_writes_the_account_and_no_output(parsed: Path, tmp_path: Path) -> None:
    assert run(parsed, "--dry-run", "--output", str(tmp_path / "out.json"), "--rejects", str(tmp_path / "r.jsonl")) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parsed.json", "r.jsonl"]


def test_without_output_the_call_is_wrong_unless_it_is_a_dry_run(
    parsed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(parsed) == 2
    assert "--output FILE is missing" in capsys.readouterr().err
    assert run(parsed, "--dry-run") == 0


def test_statistics_for_programs_add_up(parsed: Path, tmp_path: Path) -> None:
    assert run(parsed, "--dry-run", "--stats-json", str(tmp_path / "stats.json")) == 0
    stats = json.loads((tmp_path / "stats.json").read_text(encoding="utf-8"))
    assert stats["messages"]["total"] == 4
    assert stats["messages"]["filtered"] == {
        "blacklist": 1,
        "toxicity": 0,
        "low_quality": 1,
        "too_short": 0,
        "quality": 0,
        "duplicate": 0,
        "override": 0,
    }
    assert stats["messages"]["kept"] + sum(stats["messages"]["filtered"].values()) == stats["messages"]["total"]
    assert stats["patterns"] == {r"\bcircle back\b": 1}


def test_overrides_stand_above_the_rules(parsed: Path) -> None:
    assert filtered(parsed) == ["m0", "m3"]
    assert filtered(parsed, "--overrides", overrides(parsed, m1="keep", m3="drop")) == ["m0", "m1"]


def test_a_message_dropped_by_hand_is_in_the_table_and_the_rejects(
    parsed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = tmp_path / "r.jsonl"
    filtered(parsed, "--overrides", overrides(parsed, m3="drop"), "--rejects", str(rejects))
    assert "Filtered - By Hand       1        25.0%" in capsys.readouterr().out
    assert [json.loads(line)["rule"] for line in rejects.open(encoding="utf-8")] == [
        "blacklist",
        "low_quality",
        "override",
    ]


def test_overrides_that_met_no_message_are_told(parsed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filtered(parsed, "--overrides", overrides(parsed, m1="keep", m9="drop"))
    assert "1 of 2 overrides name messages that are not here." in capsys.readouterr().out


@pytest.mark.parametrize(
    "text, told",
    [
        ("[]", "Expected `object`, got `array`"),
        ('{"schema": 2, "overrides": []}', "$.schema"),
        ('{"schema": 1, "overrides": [{"conversation_id": "c", "message_id": "m", "decision": "maybe"}]}', "decision"),
        (
            '{"schema": 1, "overrides": [{"conversation_id": "c", "message_id": "m", "decision": "keep"},'
            ' {"conversation_id": "c", "message_id": "m", "decision": "drop"}]}',
            "override 2: its message is both kept and dropped",
        ),
    ],
)
def test_a_wrong_file_of_overrides_is_one_line(
    parsed: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    path = parsed.with_name("wrong.json")
    path.write_text(text, encoding="utf-8")
    assert run(parsed, "--dry-run", "--overrides", str(path)) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_a_difference_counts_what_is_judged_otherwise(
    parsed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejects = tmp_path / "r.jsonl"
    assert run(parsed, "--dry-run", "--rejects", str(rejects)) == 0
    capsys.readouterr()
    assert run(parsed, "--dry-run", "--no-corporate", "--blacklist", "heron", "--diff", str(rejects)) == 0
    told = capsys.readouterr().out.partition("Filtered as before")[2].splitlines()
    assert told == [
        ": 1",
        "Newly filtered: 1",
        "  • blacklist, heron: 1",
        "    conversation c1, message m3",
        "No longer filtered: 1",
        r"  • blacklist, \bcircle back\b: 1",
        "    conversation c1, message m1",
        "Filtered for another reason: 0",
    ]


def test_a_difference_from_something_else_is_one_line(parsed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed, "--dry-run", "--diff", str(parsed)) == 2
    assert "line 1" in capsys.readouterr().err


def test_rejects_name_the_neighbours(parsed: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "r.jsonl"
    assert run(parsed, "--dry-run", "--rejects", str(rejects)) == 0
    lines = [json.loads(line) for line in rejects.open(encoding="utf-8")]
    assert [(line["before"], line["message_id"], line["after"]) for line in lines] == [
        ("m0", "m1", "m2"),
        ("m1", "m2", "m3"),
    ]


def test_a_stock_reply_is_capped_and_a_catch_phrase_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stock, catch = "The harbour is closed on Sundays; come back on Monday, please.", "Mind the third step!"
    messages = [
        Message(id=f"m{n}", parent=f"m{n - 1}" if n else None, role="assistant", content=(stock, catch)[n % 2])
        for n in range(8)
    ]
    parsed = tmp_path / "parsed.json"
    write_conversations(parsed, [Conversation(id="c1", messages=messages)])
    rejects = tmp_path / "r.jsonl"
    left = filtered(parsed, "--dedupe", "exact", "--dedupe-keep", "2", "--rejects", str(rejects))
    assert left == ["m0", "m1", "m2", "m3", "m5", "m7"]
    assert "Filtered - Duplicate     2        25.0%" in capsys.readouterr().out
    lines = [json.loads(line) for line in rejects.open(encoding="utf-8")]
    assert [(line["message_id"], line["pattern"]) for line in lines] == [("m4", "as m0 of c1"), ("m6", "as m0 of c1")]


BROKEN = " ".join(["spam"] * 60)


def poor_and_good(tmp_path: Path) -> Path:
    messages = [
        Message(id="m0", parent=None, role="user", content="What is the tide doing tonight?"),
        Message(id="m1", parent="m0", role="assistant", content=BROKEN),
        Message(id="m2", parent="m1", role="assistant", content="It turns at six, and not a minute before."),
    ]
    path = tmp_path / "parsed.json"
    write_conversations(path, [Conversation(id="c1", messages=messages)])
    return path


def test_min_quality_takes_what_scores_below_it_and_says_why(tmp_path: Path) -> None:
    rejects = tmp_path / "r.jsonl"
    assert filtered(poor_and_good(tmp_path)) == ["m0", "m1", "m2"]
    assert filtered(poor_and_good(tmp_path), "--min-quality", "0.5", "--rejects", str(rejects)) == ["m0", "m2"]
    [line] = [json.loads(line) for line in rejects.open(encoding="utf-8")]
    assert (line["rule"], line["pattern"]) == ("quality", "repetition")
    assert line["score"] < 0.5


def test_a_pipe_is_read_twice_where_that_is_needed(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = poor_and_good(tmp_path)
    with source.open("rb") as stream:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
        flags = ["-", "--output", str(tmp_path / "piped.json"), "--min-quality", "0.5", "--toxicity", "off"]
        assert conversation_filter.main(flags) == 0
    filtered(source, "--min-quality", "0.5")
    assert (tmp_path / "piped.json").read_bytes() == (tmp_path / "filtered.json").read_bytes()


def test_suggested_patterns_are_a_blacklist_file_to_choose_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talks = [
        Conversation(
            id=f"c{n}",
            messages=[
                Message(id="a", parent=None, role="user", content=f"Where is boat number {n} moored today?"),
                Message(id="b", parent="a", role="assistant", content=f"Oh my stars, that's berth {n}, by the wall."),
            ],
        )
        for n in range(12)
    ]
    source = tmp_path / "parsed.json"
    write_conversations(source, talks)
    assert conversation_filter.main([str(source), "--suggest-blacklist"]) == 0
    suggested = tmp_path / "words.txt"
    suggested.write_text(capsys.readouterr().out, encoding="utf-8")
    assert r"\boh\s+my\s+stars" in suggested.read_text(encoding="utf-8")
    assert run(source, "--dry-run", "--blacklist-file", str(suggested), "--roles", "assistant") == 0
    assert "Filtered - Blacklist     12       50.0%" in capsys.readouterr().out
