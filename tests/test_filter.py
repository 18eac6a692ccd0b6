"""The filter as a person runs it: what goes, what stays, and that the account of it adds up."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conversation_filter
from identity.filters import RULES, judge, prepare, stream
from identity.filters.account import Account, statistics_lines, with_flagged_as_context, without_flagged
from identity.filters.engines import InThisProcess
from identity.filters.phrases import re2_options
from identity.filters.quality import low_quality_reason, readable_length
from identity.filters.user_patterns import UserPatterns, as_superset, costly_patterns
from identity.filters.verdicts import Settings, UserPattern, Verdict
from identity.records import Conversation, Message, encode, read_conversations, write_conversations
from identity.rows import pairs

ROOT = Path(conversation_filter.__file__).parent

TALK = (
    ("user", "Could you help me name my boat, please?"),
    ("assistant", "Let's circle back to that once we know her colour."),
    ("user", "ok"),
    ("assistant", "Heron. Because she stands still and then she doesn't."),
    ("user", "hm, why"),
    ("assistant", "Three letters too few for a hurry, that is not nothing."),
    ("user", "I love it, thank you so much!"),
    ("assistant", "Paint it small. Good names don't shout."),
)


def talk(*turns: tuple[str, str], id: str = "c1") -> Conversation:
    """A conversation in which every message follows the one before it: m0, m1, ..."""
    messages = [
        Message(id=f"m{n}", parent=f"m{n - 1}" if n else None, role=role, content=content)  # type: ignore[arg-type]
        for n, (role, content) in enumerate(turns)
    ]
    return Conversation(id=id, messages=messages)


@pytest.fixture
def parsed(tmp_path: Path) -> Path:
    path = tmp_path / "parsed.json"
    write_conversations(path, [talk(*TALK)])
    return path


def run(source: Path | str, *flags: str, output: str = "filtered.json") -> tuple[int, Path]:
    """The script on a file, without toxicity; exit code and output."""
    target = Path(source).parent / output
    return conversation_filter.main([str(source), "--output", str(target), "--toxicity", "off", *flags]), target


def contents(path: Path) -> list[str]:
    return [message.content for conversation in read_conversations(path) for message in conversation.messages]


def verdicts(conversation: Conversation, **choices: object) -> list[tuple[str, str] | None]:
    chosen = Settings(**choices)  # type: ignore[arg-type]
    [found] = judge([conversation], prepare(chosen), chosen).verdicts
    return [(verdict.rule, verdict.pattern) if verdict else None for verdict in found]


# --- statistics -------------------------------------------------------------------------------------------------

# As the guide prints it, to the letter.
GUIDE = """\
╭─────────────────────────────────────╮
│   Filtering Statistics              │
╰─────────────────────────────────────╯

Category                 Count    %
─────────────────────────────────────
Total Messages           1000     100%
Kept                     850      85.0%

Filtered - Blacklist     80       8.0%
Filtered - Toxicity      20       2.0%
Filtered - Low Quality   30       3.0%
Filtered - Too Short     20       2.0%

Top Blacklist Matches:
  • \\bnot nothing\\b: 35
  • \\bhold(?:ing)? space\\b: 25
  • \\bcircle back\\b: 15"""


def test_the_statistics_are_drawn_as_in_the_guide() -> None:
    account = Account(total=1000, kept=850)
    account.flagged.update(blacklist=80, toxicity=20, low_quality=30, too_short=20)
    account.patterns.update({r"\bnot nothing\b": 35, r"\bhold(?:ing)? space\b": 25, r"\bcircle back\b": 15})
    assert "\n".join(statistics_lines(account)) == GUIDE


def test_the_phrases_of_the_guide_example_are_shown_under_the_patterns_it_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["That’s not nothing, my dear.", "I am holding space for it.", "Shall we circle back to it?"]
    write_conversations(tmp_path / "parsed.json", [talk(*(("assistant", text) for text in texts))])
    run(tmp_path / "parsed.json")
    shown = capsys.readouterr().out
    for pattern in (r"\bnot nothing\b", r"\bhold(?:ing)? space\b", r"\bcircle back\b"):
        assert f"  • {pattern}: 1\n" in shown


def test_a_run_prints_the_table_and_what_the_table_does_not_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_conversations(tmp_path / "parsed.json", [talk(("system", "Be kind."), *TALK), talk(("user", "ok"), id="c2")])
    code, _ = run(tmp_path / "parsed.json")
    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[6:13] == [
        "Total Messages           10       100%",
        "Kept                     5        50.0%",
        "",
        "Filtered - Blacklist     2        20.0%",
        "Filtered - Toxicity      0        0.0%",
        "Filtered - Low Quality   2        20.0%",
        "Filtered - Too Short     1        10.0%",
    ]
    assert lines[-2:] == [
        "Kept includes 1 system messages, which are never judged.",
        "1 of 2 conversations had no message left and are gone.",
    ]


conversations = st.builds(
    lambda turns: talk(*turns),
    st.lists(
        st.tuples(
            st.sampled_from(["user", "assistant", "system"]),
            st.one_of(
                st.text(max_size=40),
                st.sampled_from(
                    ["ok", "", "…", "Let's circle back later.", "今天天气很好", 'He said "not nothing" to me']
                ),
            ),
        ),
        max_size=8,
    ),
)


@given(st.lists(conversations, max_size=4), st.sampled_from([("user", "assistant"), ("assistant",), ("user",)]))
@settings(max_examples=150, deadline=None)
def test_the_numbers_add_up_and_mask_keeps_everything_for_every_input(
    batch: list[Conversation], roles: tuple[str, ...]
) -> None:
    chosen = Settings(roles=roles, patterns=(UserPattern("e{3,}|ß"),))
    account = Account()
    dropped = masked = 0
    for conversation, found in zip(batch, judge(batch, prepare(chosen), chosen).verdicts, strict=True):
        account.add(conversation, found, roles)
        rest = without_flagged(conversation, found).messages
        dropped += len(conversation.messages) - len(rest)
        # What is left is what was there, links and all.
        assert [message for message in conversation.messages if message in rest] == rest
        context = with_flagged_as_context(conversation, found).messages
        assert [message.content for message in context] == [message.content for message in conversation.messages]
        masked += sum(message.weight == 0 for message in context)
        for message, verdict in zip(conversation.messages, found, strict=True):
            assert verdict is None or (message.role in roles and message.role != "system")
            if verdict:
                assert 0 <= verdict.span[0] <= verdict.span[1] <= len(message.content)
    assert account.total == sum(len(conversation.messages) for conversation in batch)
    assert account.total == account.kept + sum(account.flagged.values())
    assert dropped == sum(account.flagged.values())
    assert masked == account.masked
    assert sum(account.patterns.values()) == account.flagged["blacklist"]


# --- one verdict per message ------------------------------------------------------------------------------------


def test_the_rules_judge_in_the_order_of_the_tuple() -> None:
    assert [rule.name for rule in RULES] == ["blacklist", "low_quality", "too_short", "quality", "toxicity"]


def test_the_first_rule_that_takes_a_message_decides() -> None:
    chat = talk(("user", "synergy"), ("assistant", "ok"), ("user", "hm, why"), ("assistant", "A long and quiet day."))
    assert verdicts(chat) == [
        ("blacklist", r"\bsynergi[sz]e\b"),  # also a single word and too short
        ("low_quality", "single word"),  # also too short
        ("too_short", "fewer than 10 characters"),
        None,
    ]


def test_a_verdict_depends_on_the_message_not_on_its_batch() -> None:
    chosen = Settings()
    rules = prepare(chosen)
    batch = [talk(*TALK, id=f"c{number}") for number in range(5)] + [talk(("user", "..."))]
    together = judge(batch, rules, chosen).verdicts
    assert together == [judge([conversation], rules, chosen).verdicts[0] for conversation in batch]


# --- drop and mask ----------------------------------------------------------------------------------------------


def test_drop_removes_messages_and_leaves_the_links_of_the_others(parsed: Path) -> None:
    _, output = run(parsed)
    [conversation] = read_conversations(output)
    assert [(message.id, message.parent) for message in conversation.messages] == [
        ("m0", None),
        ("m3", "m2"),
        ("m6", "m5"),
        ("m7", "m6"),
    ]
    # m3 answered m2, which is gone: it must not become the answer to m0.
    assert [(pair.question, pair.reply) for pair in pairs(conversation)] == [(TALK[6][1], TALK[7][1])]


def test_mask_keeps_all_and_takes_the_weight_of_flagged_replies(
    parsed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, output = run(parsed, "--mode", "mask")
    [conversation] = read_conversations(output)
    assert [message.weight for message in conversation.messages] == [1, 0, 1, 1, 1, 0, 1, 1]
    # m2 ("ok") is flagged and stays as it is, so the reply to it is still learned.
    assert [pair.reply for pair in pairs(conversation)] == [TALK[3][1], TALK[7][1]]
    shown = capsys.readouterr().out
    assert "2 filtered messages of the assistant stay as context with weight 0, 2 of the user stay as they are" in shown
    assert "Filtered - Blacklist     2 " in shown


def test_weight_0_of_the_input_stays(tmp_path: Path) -> None:
    chat = talk(("user", "What colour is she?"), ("assistant", "Green, like old bottles."))
    chat.messages[1].weight = 0
    write_conversations(tmp_path / "parsed.json", [chat])
    for mode in ("drop", "mask"):
        _, output = run(tmp_path / "parsed.json", "--mode", mode)
        assert [message.weight for message in next(read_conversations(output)).messages] == [1, 0]


def test_a_run_without_matches_gives_the_input_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "parsed.json"
    write_conversations(source, [talk(TALK[0], TALK[3]), talk(TALK[6], TALK[7], id="c2")])
    _, output = run(source)
    assert output.read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("roles", "left"),
    [("all", [0, 3, 6, 7]), ("assistant", [0, 2, 3, 4, 6, 7]), ("user", [0, 1, 3, 5, 6, 7])],
)
def test_roles_says_whose_messages_are_judged(parsed: Path, roles: str, left: list[int]) -> None:
    _, output = run(parsed, "--roles", roles)
    assert contents(output) == [TALK[number][1] for number in left]


# --- rejects, files, pipes --------------------------------------------------------------------------------------


def test_rejects_hold_the_evidence_of_every_flagged_message(parsed: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.jsonl"
    run(parsed, "--rejects", str(rejects))
    lines = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert lines[0] == {
        "conversation_id": "c1",
        "message_id": "m1",
        "role": "assistant",
        "rule": "blacklist",
        "name": "corporate/circle back",
        "action": "drop",
        "pattern": r"\bcircle back\b",
        "span": [6, 17],
        "score": None,
        "match": "circle back",
        "content": TALK[1][1],
        "before": "m0",
        "after": "m2",
    }
    assert [(line["message_id"], line["rule"], line["score"]) for line in lines[1:]] == [
        ("m2", "low_quality", None),
        ("m4", "too_short", 7.0),
        ("m5", "blacklist", None),
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_outputs_are_readable_by_their_owner_alone(parsed: Path, tmp_path: Path) -> None:
    _, output = run(parsed, "--rejects", str(tmp_path / "rejects.jsonl"))
    assert [path.stat().st_mode & 0o777 for path in (output, tmp_path / "rejects.jsonl")] == [0o600, 0o600]


def test_a_pipe_carries_data_on_stdout_and_the_statistics_on_stderr(parsed: Path) -> None:
    command = [sys.executable, str(ROOT / "conversation_filter.py"), "-", "--output", "-", "--toxicity", "off"]
    done = subprocess.run(command, input=parsed.read_bytes(), capture_output=True)
    assert done.returncode == 0
    _, output = run(parsed, output="filtered.jsonl")
    assert done.stdout == output.read_bytes()
    assert "Filtering Statistics" in done.stderr.decode()


def test_nothing_left_is_an_error_after_the_statistics_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_conversations(tmp_path / "parsed.json", [talk(("user", "ok"), ("assistant", "thanks"))])
    code, output = run(tmp_path / "parsed.json")
    said = capsys.readouterr()
    assert code == 1 and not output.exists()
    assert "Filtered - Low Quality   2        100.0%" in said.out
    assert "nothing is left: all 2 messages were filtered; lower --min-length" in said.err


def test_quiet_prints_nothing(parsed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed, "--quiet")[0] == 0
    assert capsys.readouterr() == ("", "")


def test_bars_and_escapes_of_a_pattern_do_not_act_on_the_terminal(
    parsed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(parsed, "--blacklist", "heron|[bold]\x1b[1;31m]")
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "heron|[bold] [1;31m]: 1" in out


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.json", b"", "no conversations"),
        ("array.json", b"[]", "no conversations"),
        ("object.json", b"{}", "record 1"),
        ("page.html", b"<!DOCTYPE html><html></html>", "record 1"),
        ("image.png", b"\x89PNG\r\n\x1a\n\x00\x00", "record 1"),
        ("other.json", b'[{"role": "user", "content": "Hello there"}]', "conversation_parser.py"),
    ],
)
def test_wrong_input_is_one_line_and_writes_nothing(
    tmp_path: Path, name: str, data: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / name
    source.write_bytes(data)
    code, _ = run(source, "--rejects", str(tmp_path / "rejects.jsonl"))
    error = capsys.readouterr().err.splitlines()
    assert code == 1
    assert len(error) == 1
    assert said in error[0]
    assert "Traceback" not in error[0]
    assert sorted(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--min-length", "-3"], "negative"),
        (["--toxicity-threshold", "7"], "between 0 and 1"),
        (["--blacklist-file", "nowhere.txt"], "no such file"),
        (["--blacklist", "a(b"], "missing ) at character 4"),
        (["--blacklist", "x*"], "matches every message"),
        (["--rejects", "SAME"], "both"),
    ],
)
def test_a_wrong_call_exits_2_and_writes_nothing(
    parsed: Path, flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = parsed.parent / "filtered.json"
    flags = [str(target) if flag == "SAME" else flag for flag in flags]
    try:
        code, _ = run(parsed, *flags)
    except SystemExit as stop:  # argparse
        code = int(stop.code or 0)
    assert code == 2
    assert said in capsys.readouterr().err
    assert not target.exists()


def test_a_foreign_file_is_not_overwritten_without_force(parsed: Path) -> None:
    target = parsed.parent / "filtered.json"
    target.write_text("my novel")
    assert run(parsed)[0] == 2
    assert target.read_text() == "my novel"
    assert run(parsed, "--force")[0] == 0


@pytest.mark.parametrize(
    "flags",
    [
        [],
        ["--blacklist", "pattern1", "pattern2", "--toxicity-threshold", "0.7"],
        ["--no-ai-slop"],
        ["--blacklist", "my_pattern", "another_pattern"],
        ["--toxicity-threshold", "0.5"],
    ],
)
def test_the_commands_of_the_guide_work_as_printed(parsed: Path, flags: list[str]) -> None:
    assert run(parsed, *flags)[0] == 0


def test_no_corporate_and_no_ai_slop_leave_their_phrases(parsed: Path, tmp_path: Path) -> None:
    chat = talk(("assistant", "Let's circle back to it later."), ("assistant", "Oh, I hear you. Green it is."))
    write_conversations(tmp_path / "two.json", [chat])
    assert contents(run(tmp_path / "two.json", "--no-corporate")[1]) == ["Let's circle back to it later."]
    assert contents(run(tmp_path / "two.json", "--no-ai-slop")[1]) == ["Oh, I hear you. Green it is."]
    assert len(contents(run(tmp_path / "two.json", "--no-ai-slop", "--no-corporate")[1])) == 2


def test_memory_is_bounded_by_a_batch_not_by_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH", (10, 1000))
    read = 0

    def endless() -> object:
        nonlocal read
        while True:
            read += 1
            yield talk(*TALK, id=f"c{read}")

    chosen = Settings()
    kept = stream.Run(InThisProcess(prepare(chosen), chosen), chosen, rejects=io.BytesIO()).filtered(endless())  # type: ignore[arg-type]
    assert [next(kept).id for _ in range(25)] == [f"c{number}" for number in range(1, 26)]
    assert read <= 31


# --- quality and length -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\ufeff", "empty"),
        ("ok", "single word"),
        ("Thanks!", "single word"),
        ("yes.", "single word"),
        ("*nods*", "single word"),
        ("42", "single word"),
        ("3.14", "single word"),
        ("https://example.org/a/b?c=d", "single word"),
        ("`ls`", "single word"),
        ("👍 ok", "single word"),
        ("don't", "single word"),
        ("Спасибо!", "single word"),
        ("धन्यवाद", "single word"),
        ("고마워", "single word"),
        ("はい。", "single word"),
        ("谢谢！", "single word"),
        ("ครับ", "single word"),
        ("...", "no words"),
        ("…", "no words"),
        ("?!", "no words"),
        ("❤️❤️❤️", "no words"),
        ("👨‍👩‍👧", "no words"),
        ("oh well", None),
        ("What?!Really?", None),
        ("明天见，别忘了带伞", None),
        ("雨です", None),
        ("ไปกันเถอะ", None),
        ("```sh\nls\n```", None),
    ],
)
def test_low_quality_is_nothing_no_words_or_one_word(content: str, reason: str | None) -> None:
    assert low_quality_reason(content) == reason


@pytest.mark.parametrize(
    "content", ["x" * 200_000, "x " + " " * 200_000, "…" * 200_000, "好" * 200_000, "://" * 60_000]
)
def test_a_hostile_message_is_measured_in_linear_time(content: str) -> None:
    started = time.perf_counter()
    low_quality_reason(content)
    readable_length(content)
    assert time.perf_counter() - started < 2.0


# Article 1 of the Universal Declaration of Human Rights: the same thought in four languages.
ARTICLE_1 = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience"
    " and should act towards one another in a spirit of brotherhood.",
    "zh": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "ja": "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。"
    "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "
    "인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
}


@pytest.mark.parametrize("language", ["zh", "ja", "ko"])
def test_the_same_thought_has_about_the_same_length_in_every_script(language: str) -> None:
    english = readable_length(ARTICLE_1["en"])
    assert 0.7 * english <= readable_length(ARTICLE_1[language]) <= 1.3 * english


@pytest.mark.parametrize(
    ("content", "length"),
    [
        ("hm, why", 7),
        ("  a \n\n  b  ", 3),
        ("明天见", 9),
        ("雨です", 7),
        ("비가 와", 7),
        ("ｏｋ", 2),
        ("a\u200bb", 2),
        ("über", 4),
    ],
)
def test_length_counts_characters_by_what_they_carry(content: str, length: int) -> None:
    assert readable_length(content) == length


def test_min_length_is_configurable_and_0_turns_it_off() -> None:
    chat = talk(("user", "hm, why"), ("assistant", "Because of the light."))
    assert verdicts(chat, min_length=0) == [None, None]
    assert verdicts(chat, min_length=7) == [None, None]
    assert verdicts(chat, min_length=30)[1] == ("too_short", "fewer than 30 characters")


# --- patterns of one's own --------------------------------------------------------------------------------------


def own(content: str, *patterns: str) -> tuple[str, str] | None:
    typed = tuple(UserPattern(pattern) for pattern in patterns)
    [verdict] = verdicts(talk(("assistant", content)), patterns=typed, packs=(), min_length=0)
    return verdict if verdict and verdict[0] == "blacklist" else None


@pytest.mark.parametrize(
    ("pattern", "content", "found"),
    [
        ("harb(o|ou)r", "Down at the HARBOR again", True),
        (r"\bber\b", "zwei Berge über dem Tal", False),
        (r"\bber", "wir gehen über den Berg, nicht drüber", True),
        (r"\bber", "wir gehen drüber und rüber", False),  # RE2 alone would see a boundary after ü
        (r"\bübel\b", "das ist mir übel genommen", True),
        (r"\bübel\b", "das ist ein grübeln ohne Ende", False),
        (r"na\w+ve", "how naïve of me to think so", True),
        (r"caf\u00e9", "meet me at the Café tonight", True),
        (r"goodnight\Z", "and so, goodnight", True),
        (r"goodnight\Z", "goodnight is what he said", False),
        (r"boat(?! house)", "the boat is green and old", True),
        (r"boat(?! house)", "the boat house is green", False),
        (r"(\w+) \1", "that that is all there is", True),
        (r"https?://", "see https://example.org for it", True),
        (r"secret", "run `cat secret.txt` in there", True),
        (r"secret", "the s\u200becret is out, he said", True),
        ("\u2026", "well\u2026 if you say so", True),
    ],
)
def test_a_pattern_of_ones_own_is_a_regular_expression_on_the_whole_message(
    pattern: str, content: str, found: bool
) -> None:
    assert own(content, pattern) == (("blacklist", pattern) if found else None)


def test_the_span_of_a_disguised_match_is_that_of_the_original() -> None:
    chosen = Settings(patterns=(UserPattern("secret"),))
    text = "it is the s\u200becret of ﬁshing"
    [[verdict]] = judge([talk(("user", text))], prepare(chosen), chosen).verdicts
    assert verdict is not None
    assert text[slice(*verdict.span)] == "s\u200becret"


def test_a_pattern_file_has_one_pattern_a_line_and_comments(parsed: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("# birds\nheron\n\n  paint it  \n", encoding="utf-8-sig")
    _, output = run(parsed, "--blacklist-file", str(words), "--no-corporate")
    assert TALK[3][1] not in contents(output)
    assert TALK[7][1] not in contents(output)
    words.write_text("heron\nfine\n[z-a]\n")
    assert run(parsed, "--blacklist-file", str(words))[0] == 2


def test_a_pattern_that_runs_away_is_stopped_counted_and_does_not_filter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "parsed.json"
    hostile = "a" * 60 + "!" + " it is fine"
    write_conversations(source, [talk(("user", hostile), ("assistant", "A calm reply to that."))])
    pattern = r"(?:(a|aa)+)+\1\1(?=b)$"
    _, output = run(source, "--blacklist", pattern)
    said = capsys.readouterr()
    assert contents(output) == [hostile, "A calm reply to that."]
    assert said.err.count("slower engine") == 1
    assert f"{pattern} ran out of time in 1 messages" in said.out


def test_output_is_the_same_every_time(parsed: Path) -> None:
    first = run(parsed)[1].read_bytes()
    assert run(parsed)[1].read_bytes() == first
    assert first.startswith(b"[\n" + encode(next(read_conversations(parsed)))[:20])


PIECES = ["a", "ü", "е", "_", "-", " ", "’", "'", "9", "٣", "\u00a0", "A", "Ü", "."]
PATTERN_PIECES = [
    *(
        r"\b",
        r"\B",
        r"\w",
        r"\W",
        r"\d",
        r"\D",
        r"\s",
        r"\S",
        "a",
        "ü",
        "['’]",
        r"[\w-]",
        r"[^\w]",
        r"[^\s-]",
        r"[\Wa]",
    ),
    "a+",
]


@given(
    st.lists(st.sampled_from(PATTERN_PIECES), min_size=1, max_size=5), st.lists(st.sampled_from(PIECES), max_size=12)
)
def test_the_quick_look_for_a_pattern_misses_nothing(pieces: list[str], text: list[str]) -> None:
    """What RE2 reads as ASCII is searched exactly only where a wider pattern matches; so that has to match as well."""
    import re2
    import regex

    pattern, content = "".join(pieces), "".join(text)
    wider = as_superset(pattern)
    if wider is not None and regex.search(pattern, content, regex.IGNORECASE):
        assert re2.search(wider, content, re2_options())


def test_a_negated_class_of_complements_has_no_quick_look() -> None:
    assert as_superset(r"[^\W]") is None


# The patterns that made other filters hang, with a text that makes each of them try everything.
CATASTROPHES = [
    (r"(a+)+$", "a" * 29 + "!"),
    (r"^(?:\w+\s?)*$", "word " * 9 + "é!"),
    (r".*.*=.*;", "x" * 4000),
    (r"\s+$", " " * 20_000 + "é"),
]


@pytest.mark.parametrize("pattern, text", CATASTROPHES)
def test_a_classic_catastrophe_ends_and_the_next_message_is_judged(pattern: str, text: str) -> None:
    patterns, timeouts = UserPatterns([UserPattern(pattern), UserPattern("tea")]), Counter[str]()
    patterns.first(text + " é", timeouts)
    assert set(timeouts) <= {pattern}
    assert patterns.first("green tea", timeouts) is not None


def test_all_patterns_together_have_a_limit_for_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.filters.user_patterns.MESSAGE_LIMIT", 0.0)
    timeouts: Counter[str] = Counter()
    patterns = UserPatterns([UserPattern(r"(?=tea)tea"), UserPattern(r"(?<=x)y"), UserPattern("tea")])
    assert patterns.first("green tea", timeouts) == Verdict("blacklist", "tea", (6, 9))
    assert timeouts == {r"(?=tea)tea": 1, r"(?<=x)y": 1}


def test_a_costly_pattern_is_told_before_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.filters.user_patterns.COSTLY", 0.0)
    [(pattern, seconds)] = costly_patterns([UserPattern("tea")], ["green tea"] * 5)
    assert pattern == "tea" and seconds > 0
    monkeypatch.setattr("identity.filters.user_patterns.COSTLY", 60.0)
    assert costly_patterns([UserPattern("tea")], ["green tea"] * 5) == []
