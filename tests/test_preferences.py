"""What was picked, rated or regenerated, as preference and kto rows: what is a pair, how sure it is, what is none."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from export_builders import call, chatgpt, node, parse, write
from hypothesis import given, settings
from hypothesis import strategies as st

import conversation_filter
import conversation_parser
from identity import preferences
from identity.exporting import DEFAULT_CHOICES, Export, export_rows
from identity.preferences import CHOICES, same_words
from identity.records import Alternative, Conversation, Message, write_conversations
from identity.rows import JUDGED_FORMATS, ROW_FORMATS, dialogues


def other(content: str = "Drizzle.", rating: int | None = None, kind: str = "regenerated") -> Alternative:
    return Alternative(content=content, rating=rating, kind=kind)


def side_by_side(content: str = "Drizzle.", rating: int | None = None) -> Alternative:
    return other(content, rating, "side by side")


def asked(*others: Alternative, reply: str = "Mizzle.", rating: int | None = None, weight: int = 1) -> Conversation:
    """One question, the reply that was kept, and the other answers to it."""
    return talk(
        Message(id="u1", parent=None, role="user", content="A soft word for rain?"),
        Message(
            id="a1", parent="u1", role="assistant", content=reply, rating=rating, weight=weight, alternatives=[*others]
        ),
    )


def talk(*messages: Message, name: str = "c") -> Conversation:
    return Conversation(id=name, messages=[*messages])


def held(*names: str, others: dict[str, list[Alternative]] | None = None) -> Conversation:
    """As in test_rows.py: each message follows the one before it; "u1" is a user message "u1"."""
    roles: dict[str, Any] = {"s": "system", "u": "user", "a": "assistant"}
    return talk(
        *(
            Message(
                id=name,
                parent=names[i - 1] if i else None,
                role=roles[name[0]],
                content=name,
                alternatives=(others or {}).get(name, []),
            )
            for i, name in enumerate(names)
        )
    )


def pairs(conversation: Conversation) -> list[tuple[str, str, str]]:
    """(chosen, rejected, strength) of every pair."""
    rows = ROW_FORMATS["preference"](conversation)
    return [(row["chosen"][0]["content"], row["rejected"][0]["content"], row["source"]) for row in rows]


def labels(conversation: Conversation) -> list[tuple[str, bool, str]]:
    """(completion, label, strength) of every kto row."""
    rows = ROW_FORMATS["kto"](conversation)
    return [(row["completion"][0]["content"], row["label"], row["source"]) for row in rows]


def reasons(conversation: Conversation, row_format: str = "preference") -> list[str]:
    return [judged.judgement.reason for judged in JUDGED_FORMATS[row_format](conversation) if judged.row is None]


def contents(turns: list[dict[str, str]]) -> list[str]:
    return [turn["content"] for turn in turns]


# --- the rows, as TRL's conversational forms --------------------------------------------------------------------

PROMPT = [{"role": "user", "content": "A soft word for rain?"}]


def test_a_preference_row() -> None:
    assert list(ROW_FORMATS["preference"](asked(other()))) == [
        {
            "prompt": PROMPT,
            "chosen": [{"role": "assistant", "content": "Mizzle."}],
            "rejected": [{"role": "assistant", "content": "Drizzle."}],
            "conversation_id": "c",
            "source": "regenerated",
        }
    ]


def test_a_kto_row() -> None:
    assert list(ROW_FORMATS["kto"](asked(rating=-1))) == [
        {
            "prompt": PROMPT,
            "completion": [{"role": "assistant", "content": "Mizzle."}],
            "label": False,
            "conversation_id": "c",
            "source": "rated",
        }
    ]


# --- how sure ---------------------------------------------------------------------------------------------------

UP, DOWN = 1, -1
KEPT_RATED_DOWN, RATED_UP = preferences.KEPT_RATED_DOWN, preferences.RATED_UP

# (the kept reply's thumbs, the other answer, the pair's strength or why there is none)
STRENGTHS: list[tuple[int | None, Alternative, str]] = [
    (None, other(), "regenerated"),
    (UP, other(), "regenerated"),  # nobody said a word against the other one
    (None, other(rating=DOWN), "rated"),
    (UP, other(rating=DOWN), "rated"),
    (0, other(rating=0), "regenerated"),
    (DOWN, other(), KEPT_RATED_DOWN),
    (DOWN, other(rating=DOWN), KEPT_RATED_DOWN),
    (DOWN, other(rating=UP), RATED_UP),  # nor is that one chosen: no filter has seen it
    (None, other(rating=UP), RATED_UP),
    (UP, other(rating=UP), RATED_UP),
    (None, side_by_side(), "side by side"),
    (UP, side_by_side(rating=DOWN), "side by side"),
    (DOWN, side_by_side(), KEPT_RATED_DOWN),
    (None, side_by_side(rating=UP), RATED_UP),
    (None, other(kind="greeting"), preferences.GREETING),
    (None, other(kind="translated"), preferences.UNKNOWN_KIND),
]


@pytest.mark.parametrize(("rating", "alternative", "expected"), STRENGTHS, ids=str)
def test_what_is_a_pair_and_how_sure(rating: int | None, alternative: Alternative, expected: str) -> None:
    conversation = asked(alternative, rating=rating)
    if expected in preferences.STRENGTHS:
        assert pairs(conversation) == [("Mizzle.", "Drizzle.", expected)]
    else:
        assert (pairs(conversation), reasons(conversation)) == ([], [expected])


def test_the_surest_pair_of_a_reply_comes_first() -> None:
    found = pairs(asked(other("Spit."), other("Fog.", DOWN), side_by_side("Drops.")))
    assert [(rejected, strength) for _, rejected, strength in found] == [
        ("Drops.", "side by side"),
        ("Fog.", "rated"),
        ("Spit.", "regenerated"),
    ]


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (asked(), []),
        (asked(rating=UP), [("Mizzle.", True, "rated")]),
        (asked(rating=DOWN), [("Mizzle.", False, "rated")]),
        (asked(other()), [("Mizzle.", True, "regenerated"), ("Drizzle.", False, "regenerated")]),
        # thumbs down for one answer are none up for the other
        (asked(other(rating=DOWN)), [("Mizzle.", True, "regenerated"), ("Drizzle.", False, "rated")]),
        (asked(other(), rating=UP), [("Mizzle.", True, "rated"), ("Drizzle.", False, "regenerated")]),
        # of two that were shown the kept one is bad too, and nothing is known about one merely asked for again
        (asked(other(), rating=DOWN), [("Mizzle.", False, "rated")]),
        (asked(other(rating=DOWN), rating=DOWN), [("Mizzle.", False, "rated"), ("Drizzle.", False, "rated")]),
        (asked(side_by_side()), [("Mizzle.", True, "side by side"), ("Drizzle.", False, "side by side")]),
        (asked(side_by_side(), rating=DOWN), [("Mizzle.", False, "rated"), ("Drizzle.", False, "side by side")]),
        (asked(other(rating=UP)), []),
        (asked(other(kind="greeting")), []),
    ],
    ids=str,
)
def test_what_is_labelled_good_or_bad(conversation: Conversation, expected: list[tuple[str, bool, str]]) -> None:
    assert labels(conversation) == expected


# --- what is no preference --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "turned_away", "reason"),
    [
        ("Mizzle.", "Mizzle.", preferences.SAME_TEXT),
        ("Mizzle,\n\n  a soft word.", "Mizzle, a soft word. ", preferences.SAME_TEXT),
        ("Mizzle, or perhaps smirr.", "Mizzle, or per", preferences.BEGINNING),  # was interrupted
        ("Mizzle.", "Mizzle. Shall I go on?", preferences.BEGINNING),
        ("Mizzle.", " \n", preferences.EMPTY),
        (" ", "Drizzle.", preferences.EMPTY),
    ],
)
def test_texts_that_are_no_two_answers(kept: str, turned_away: str, reason: str) -> None:
    conversation = asked(other(turned_away), reply=kept)
    assert (pairs(conversation), reasons(conversation)) == ([], [reason])
    assert (labels(conversation), reasons(conversation, "kto")) == ([], [reason])


@pytest.mark.parametrize("row_format", JUDGED_FORMATS)
def test_a_masked_reply_gives_nothing(row_format: str) -> None:
    """Weight 0: a filter flagged it, it was cut off, another model wrote it, or another branch teaches it."""
    conversation = asked(other(), rating=UP, weight=0)
    assert list(ROW_FORMATS[row_format](conversation)) == []
    assert set(reasons(conversation, row_format)) == {preferences.CONTEXT_ONLY}


def test_other_questions_make_no_pair(tmp_path: Path) -> None:
    """An edited question has answers of its own, beside the first question's."""
    edited = chatgpt(
        node("u1", None, "user", "Rain?"),
        node("a1", "u1", "assistant", "Mizzle."),
        node("u2", None, "user", "Snow?"),
        node("a2", "u2", "assistant", "Flakes."),
    )
    (conversation,) = parse(write(tmp_path / "c.json", [edited]))
    assert pairs(conversation) == []


# --- the prompt -------------------------------------------------------------------------------------------------


def test_the_prompt_is_all_that_led_to_the_reply() -> None:
    (row,) = ROW_FORMATS["preference"](held("s0", "u1", "a1", "u2", "u3", "a2", "u4", others={"a2": [other()]}))
    assert [(turn["role"], turn["content"]) for turn in row["prompt"]] == [
        ("system", "s0"),
        ("user", "u1"),
        ("assistant", "a1"),
        ("user", "u2\n\nu3"),
    ]


def test_the_prompt_does_not_reach_over_a_gap() -> None:
    conversation = held("u1", "a1", "u2", "a2", others={"a2": [other()]})
    del conversation.messages[1]
    (row,) = ROW_FORMATS["preference"](conversation)
    assert contents(row["prompt"]) == ["u2"]


def test_a_reply_whose_question_is_gone_gives_nothing() -> None:
    conversation = held("u1", "a1", "u2", "a2", others={"a2": [other()]})
    del conversation.messages[2]
    assert (pairs(conversation), reasons(conversation)) == ([], [preferences.NO_QUESTION])


def test_a_greeting_before_the_first_question_is_no_part_of_the_prompt() -> None:
    """As in every other row format; its alternatives are other greetings."""
    conversation = held("a0", "u1", "a1", others={"a0": [other(kind="greeting")], "a1": [other()]})
    (row,) = ROW_FORMATS["preference"](conversation)
    assert contents(row["prompt"]) == ["u1"]
    assert reasons(conversation) == [preferences.GREETING]


def test_a_masked_reply_in_the_prompt_is_context() -> None:
    conversation = held("u1", "a1", "u2", "a2", others={"a2": [other()]})
    conversation.messages[1].weight = 0
    (row,) = ROW_FORMATS["preference"](conversation)
    assert row["prompt"][1] == {"role": "assistant", "content": "a1"}


def test_the_second_of_two_replies_in_a_row_answers_no_question() -> None:
    """Of two speakers in a group: the prompt would have to end with a reply."""
    conversation = held("u1", "a1", "a2", others={"a1": [other("x")], "a2": [other("y")]})
    assert pairs(conversation) == [("a1", "x", "regenerated")]
    assert reasons(conversation) == [preferences.NO_QUESTION]


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from("uuaaas"),
        st.sampled_from(["Mizzle.", "Drizzle", "Drizzle.", "", " Mizzle. ", "Fog"]),
        st.sampled_from([None, -1, 0, 1]),
        st.sampled_from([0, 1, 1]),
        st.lists(
            st.tuples(
                st.sampled_from(["Mizzle.", "Drizzle", "Spit.", " "]),
                st.sampled_from([None, -1, 0, 1]),
                st.sampled_from(["regenerated", "side by side", "greeting"]),
            ),
            max_size=3,
        ),
        st.booleans(),  # removed
    ),
    max_size=9,
)


@settings(max_examples=200, deadline=None)
@given(MESSAGES)
def test_every_row_is_one_that_the_record_bears_out(drawn: list[tuple[Any, ...]]) -> None:
    roles: dict[str, Any] = {"s": "system", "u": "user", "a": "assistant"}
    messages = [
        Message(
            id=str(number),
            parent=str(number - 1) if number else None,
            role=roles[letter],
            content=content,
            rating=rating,
            weight=weight if letter == "a" else 1,
            alternatives=[other(*fields) for fields in others] if letter == "a" else [],
        )
        for number, (letter, content, rating, weight, others, _) in enumerate(drawn)
    ]
    conversation = talk(*(message for message, fields in zip(messages, drawn, strict=True) if not fields[-1]))
    beginnings = [
        [(turn.role, turn.content) for turn in turns[:end]]
        for turns in dialogues(conversation)
        for end in range(len(turns))
    ]
    replies = [message for message in conversation.messages if message.role == "assistant" and message.weight]
    for row_format in JUDGED_FORMATS:
        answers = Counter(bool(judged.row) for judged in JUDGED_FORMATS[row_format](conversation))
        rows = list(ROW_FORMATS[row_format](conversation))
        assert answers[True] == len(rows)
        for row in rows:
            prompt = [(turn["role"], turn["content"]) for turn in row["prompt"]]
            assert prompt in beginnings
            assert prompt[-1][0] == "user"
            assert row["source"] in preferences.STRENGTHS
            if row_format == "kto":
                ((completion,), label) = (contents(row["completion"]), row["label"])
                assert not label or any(m.content == completion and m.rating != -1 for m in replies)
                continue
            ((chosen,), (rejected,)) = (contents(row["chosen"]), contents(row["rejected"]))
            assert same_words(chosen) != same_words(rejected)
            assert chosen.strip()
            assert any(
                message.content == chosen
                and message.rating != -1
                and any(o.content == rejected and o.rating != 1 for o in message.alternatives)
                for message in replies
            )


# --- the file of rows -------------------------------------------------------------------------------------------


def exported(
    tmp_path: Path, row_format: str, *conversations: Conversation, choice: str | None = None
) -> tuple[list[dict[str, Any]], Export]:
    path = tmp_path / "rows.jsonl"
    export = export_rows(conversations, str(path), row_format, preferences=choice)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()], export


def test_a_pair_that_stands_in_two_chats_is_written_once(tmp_path: Path) -> None:
    """ChatGPT's "branch in new chat" copies what came before, with its regenerations."""
    copy = asked(other(" Drizzle."))
    copy.id = "branched"
    rows, export = exported(tmp_path, "preference", asked(other()), copy)
    assert [row["conversation_id"] for row in rows] == ["c"]
    assert export.answers_left_out == {preferences.REPEATED: 1}


def test_the_account_adds_up(tmp_path: Path) -> None:
    conversations = [asked(alternative, rating=rating) for rating, alternative, _ in STRENGTHS]
    for row_format in JUDGED_FORMATS:
        rows, export = exported(tmp_path, row_format, *conversations)
        candidates = sum(1 for one in conversations for _ in JUDGED_FORMATS[row_format](one))
        assert len(rows) == export.rows == export.strengths.total()
        assert export.rows + export.answers_left_out.total() == candidates


ALL_STRENGTHS = asked(other("Spit."), other("Fog.", DOWN), side_by_side("Drops."))


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        ("explicit", {"side by side": 1}),
        ("rated", {"side by side": 1, "rated": 1}),
        ("all", {"side by side": 1, "rated": 1, "regenerated": 1}),
    ],
)
def test_preferences_choose_by_strength(tmp_path: Path, choice: str, written: dict[str, int]) -> None:
    rows, export = exported(tmp_path, "preference", ALL_STRENGTHS, choice=choice)
    assert Counter(row["source"] for row in rows) == export.strengths == written
    assert export.answers_left_out.total() == 3 - len(rows)


def test_weak_pairs_are_written_by_default_and_weak_labels_are_not(tmp_path: Path) -> None:
    assert DEFAULT_CHOICES == {"preference": "all", "kto": "rated"}
    assert [row["source"] for row in exported(tmp_path, "preference", asked(other()))[0]] == ["regenerated"]
    kto = exported(tmp_path, "kto", asked(other("Fog.", DOWN), other("Spit.")), asked(rating=UP))[0]
    assert [(row["completion"][0]["content"], row["label"]) for row in kto] == [("Fog.", False), ("Mizzle.", True)]


# --- as it is called --------------------------------------------------------------------------------------------

PICKED = {"paragen_variant_choice": "a1", "paragen_variants_info": {"type": "num_variants_in_stream"}}
CHOSEN = chatgpt(
    node("u1", None, "user", "A word for rain?", metadata=PICKED),
    node("a1", "u1", "assistant", "Mizzle, my dear."),
    node("b1", "u1", "assistant", "Drizzle, I suppose."),
    node("u2", "a1", "user", "And another one?"),
    node("b2", "u2", "assistant", "Spit, if you like."),
    node("c2", "u2", "assistant", "Smirr, th"),
    node("a2", "u2", "assistant", "Smirr, the Scottish one."),
    node("u3", "a2", "user", "One more of them?"),
    node("b3", "u3", "assistant", "Fog is one."),
    node("a3", "u3", "assistant", "Haar, off the sea."),
    current="a3",
)
FEEDBACK = [{"id": name, "conversation_id": "c-1", "rating": rating} for name, rating in
            (("b3", "thumbs_down"), ("a3", "thumbsUp"))]  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    write(tmp_path / "export" / "conversations.json", [CHOSEN])
    write(tmp_path / "export" / "message_feedback.json", FEEDBACK)
    return tmp_path / "export"


def written(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_pairs_of_a_chatgpt_export(tmp_path: Path, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pairs.jsonl"
    assert call(export, "--export", path, "--format", "preference") == 0
    rows = [(contents(r["prompt"])[-1], *contents(r["chosen"] + r["rejected"]), r["source"]) for r in written(path)]
    assert rows == [
        ("A word for rain?", "Mizzle, my dear.", "Drizzle, I suppose.", "side by side"),
        ("And another one?", "Smirr, the Scottish one.", "Spit, if you like.", "regenerated"),
        ("One more of them?", "Haar, off the sea.", "Fog is one.", "rated"),
    ]
    told = capsys.readouterr().out
    assert "3 rows (preference) (1 side by side, 1 rated, 1 regenerated) written to" in told
    assert "; 1 answers left out: 1 of which one is the beginning of the other\n" in told
    assert "next: TRL's DPOTrainer reads" in told


def test_labels_of_a_chatgpt_export(tmp_path: Path, export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "labels.jsonl"
    assert call(export, "--export", path, "--format", "kto") == 0
    assert [(*contents(row["completion"]), row["label"]) for row in written(path)] == [
        ("Mizzle, my dear.", True),
        ("Drizzle, I suppose.", False),
        ("Haar, off the sea.", True),
        ("Fog is one.", False),
    ]
    told = capsys.readouterr().out
    assert "4 rows (kto) (2 side by side, 2 rated; 2 labelled true, 2 false)" in told
    assert "2 only regenerated (--preferences all takes them)" in told


def test_records_export_as_the_export_does(tmp_path: Path, export: Path) -> None:
    parsed, first, second = tmp_path / "parsed.json", tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert call(export, "--output", parsed, "--export", first, "--format", "preference") == 0
    assert call(parsed, "--export", second, "--format", "preference") == 0
    assert first.read_bytes() == second.read_bytes()
    assert call(parsed, "--export", second, "--format", "kto") == 0  # its own output is written over


@pytest.mark.parametrize("mode", ["mask", "drop"])
def test_a_reply_that_the_filter_took_is_not_chosen(tmp_path: Path, export: Path, mode: str) -> None:
    parsed, filtered, path = tmp_path / "parsed.json", tmp_path / "filtered.json", tmp_path / "pairs.jsonl"
    assert call(export, "--output", parsed) == 0
    flags = ("--toxicity", "off", "--min-length", "1", "--blacklist", "Smirr", "--mode", mode)
    assert conversation_filter.main([str(parsed), "--output", str(filtered), *flags]) == 0
    assert call(filtered, "--export", path, "--format", "preference") == 0
    prompts = {contents(row["chosen"])[0]: contents(row["prompt"]) for row in written(path)}
    assert list(prompts) == ["Mizzle, my dear.", "Haar, off the sea."]
    reached = (
        ["A word for rain?", "Mizzle, my dear.", "And another one?", "Smirr, the Scottish one.", "One more of them?"]
        if mode == "mask"
        else ["One more of them?"]
    )
    assert prompts["Haar, off the sea."] == reached


def test_a_file_of_labels_that_are_all_the_same_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_conversations(tmp_path / "parsed.json", [asked(rating=UP)])
    assert call(tmp_path / "parsed.json", "--export", tmp_path / "r.jsonl", "--format", "kto") == 0
    assert "every row is labelled true, and KTO learns from the difference" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("conversation", "flags", "told"),
    [
        (asked(other()), ["--preferences", "rated"], "1 only regenerated (--preferences all takes them)"),
        (asked(), [], "no reply has thumbs or other answers beside it"),
    ],
)
def test_no_row_at_all_is_an_error_that_says_why(
    tmp_path: Path, conversation: Conversation, flags: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_conversations(tmp_path / "parsed.json", [conversation])
    path = tmp_path / "r.jsonl"
    assert call(tmp_path / "parsed.json", "--export", path, "--format", "preference", *flags) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not path.exists()


@pytest.mark.parametrize("flags", [["--format", "chat", "--export", "r.jsonl"], ["--format", "kto"]], ids=str)
def test_preferences_without_such_rows_are_a_wrong_call(
    export: Path, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(export, "--preferences", "all", *flags) == 2
    assert "--preferences goes with --export FILE --format preference or kto" in capsys.readouterr().err


def test_the_scripts_own_tables_name_what_there_is() -> None:
    """The script has copies of the names so that --help imports nothing."""
    assert tuple(ROW_FORMATS) == conversation_parser.ROW_FORMATS
    assert tuple(JUDGED_FORMATS) == conversation_parser.PREFERENCE_FORMATS
    (choices,) = (a.choices for a in conversation_parser.build_parser()._actions if a.dest == "preferences")
    assert tuple(choices or ()) == tuple(CHOICES)


def test_rows_of_another_tool_are_not_written_over(tmp_path: Path, export: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"prompt":"Rain?","chosen":"Mizzle.","rejected":"Drizzle.","conversation_id":7}' + "\n")
    assert call(export, "--export", path, "--format", "preference") == 2
