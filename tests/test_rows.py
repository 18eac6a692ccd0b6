"""Links, not positions: which reply belongs to which question, and which rows follow from it."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.console import UserError
from identity.records import Conversation, Message
from identity.rows import JUDGED_FORMATS, ROW_FORMATS, RowMessage, dialogues, pairs, read_rows, row_from

ROLES = {"s": "system", "u": "user", "a": "assistant"}


def held(*names: str, masked: tuple[str, ...] = ()) -> Conversation:
    """A conversation as it was held: each message follows the one before it. "u1" is a user message "u1"."""
    messages = [
        Message(
            id=name,
            parent=names[i - 1] if i else None,
            role=ROLES[name[0]],  # type: ignore[arg-type]  # the table above holds only roles
            content=name,
            weight=0 if name in masked else 1,
        )
        for i, name in enumerate(names)
    ]
    return Conversation(id="c", messages=messages)


def without(conversation: Conversation, *names: str) -> Conversation:
    """The same conversation after a filter removed messages; links of the others stay as they were."""
    kept = [message for message in conversation.messages if message.id not in names]
    return Conversation(id=conversation.id, messages=kept)


def pair_names(conversation: Conversation) -> list[tuple[str, str]]:
    return [(pair.question, pair.reply) for pair in pairs(conversation)]


def row_names(conversation: Conversation) -> list[list[str]]:
    return [[turn.content for turn in turns] for turns in dialogues(conversation)]


FULL = held("u1", "a1", "u2", "a2")

# (what, conversation, its pairs, its multi-turn rows); "u1\n\nu2" is one turn of two messages
TABLE: list[tuple[str, Conversation, list[tuple[str, str]], list[list[str]]]] = [
    ("nothing removed", FULL, [("u1", "a1"), ("u2", "a2")], [["u1", "a1", "u2", "a2"]]),
    ("first question removed", without(FULL, "u1"), [("u2", "a2")], [["u2", "a2"]]),
    ("first reply removed", without(FULL, "a1"), [("u2", "a2")], [["u2", "a2"]]),
    ("second question removed", without(FULL, "u2"), [("u1", "a1")], [["u1", "a1"]]),
    ("second reply removed", without(FULL, "a2"), [("u1", "a1")], [["u1", "a1"]]),
    ("both replies removed", without(FULL, "a1", "a2"), [], []),
    ("both questions removed", without(FULL, "u1", "u2"), [], []),
    ("reply and next question removed", without(FULL, "a1", "u2"), [], []),
    ("user run is one turn", held("u1", "u2", "a1"), [("u1\n\nu2", "a1")], [["u1\n\nu2", "a1"]]),
    ("user run, its first removed", without(held("u1", "u2", "a1"), "u1"), [("u2", "a1")], [["u2", "a1"]]),
    ("user run, its last removed", without(held("u1", "u2", "a1"), "u2"), [], []),
    ("assistant run is one reply", held("u1", "a1", "a2"), [("u1", "a1\n\na2")], [["u1", "a1\n\na2"]]),
    ("assistant run, its first removed", without(held("u1", "a1", "a2"), "a1"), [], []),
    ("assistant run, its last removed", without(held("u1", "a1", "a2"), "a2"), [("u1", "a1")], [["u1", "a1"]]),
    ("first message from the assistant", held("a0", "u1", "a1"), [("u1", "a1")], [["u1", "a1"]]),
    ("only a greeting", held("a0"), [], []),
    ("ends with the user", held("u1", "a1", "u2"), [("u1", "a1")], [["u1", "a1"]]),
    ("only the user", held("u1", "u2"), [], []),
    ("system leads", held("s0", "u1", "a1"), [("u1", "a1")], [["s0", "u1", "a1"]]),
    ("system, then a greeting", held("s0", "a0", "u1", "a1"), [("u1", "a1")], [["s0", "u1", "a1"]]),
    (
        "a system message in the middle begins a new row",
        held("u1", "a1", "s1", "u2", "a2"),
        [("u1", "a1"), ("u2", "a2")],
        [["u1", "a1"], ["s1", "u2", "a2"]],
    ),
    (
        "masked reply is context only",
        held("u1", "a1", "u2", "a2", masked=("a1",)),
        [("u2", "a2")],
        [["u1", "a1", "u2", "a2"]],
    ),
    ("no message at all", Conversation(id="c", messages=[]), [], []),
]


@pytest.mark.parametrize(("conversation", "want_pairs", "want_rows"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE])
def test_pairs_and_rows_follow_links(
    conversation: Conversation, want_pairs: list[tuple[str, str]], want_rows: list[list[str]]
) -> None:
    assert pair_names(conversation) == want_pairs
    assert row_names(conversation) == want_rows


@given(st.data())
def test_no_pair_joins_a_reply_to_a_question_that_it_did_not_answer(data: st.DataObject) -> None:
    """Random dialogues, random removals: what a pair joins was one turn and its reply before the removals."""
    letters = data.draw(st.lists(st.sampled_from("uuaas"), max_size=14))
    names = [f"{letter}{number}" for number, letter in enumerate(letters)]
    full = held(*names)
    removed = data.draw(st.sets(st.sampled_from(names))) if names else set()
    turns = [list(group) for _, group in itertools.groupby(names, key=lambda name: name[0])]
    answered = {
        reply: question for question, reply_turn in itertools.pairwise(turns) for reply in reply_turn if reply[0] == "a"
    }
    for question, reply in pair_names(without(full, *removed)):
        for piece in reply.split("\n\n"):
            assert set(question.split("\n\n")) <= set(answered[piece])


@given(st.lists(st.sampled_from("uuaas"), max_size=14), st.randoms())
def test_rows_alternate_begin_with_a_question_and_end_with_a_reply(letters: list[str], random: Any) -> None:
    names = [f"{letter}{number}" for number, letter in enumerate(letters)]
    removed = [name for name in names if random.random() < 0.3]
    for turns in dialogues(without(held(*names), *removed)):
        roles = [turn.role for turn in turns]
        roles = roles[1:] if roles[0] == "system" else roles
        assert roles == ["user", "assistant"] * (len(roles) // 2)
        assert roles


def spoken_by(*authors: str | None) -> Conversation:
    """u1 to u3 and the reply to them, the questions by these speakers."""
    conversation = held("u1", "u2", "u3", "a1")
    for message, author in zip(conversation.messages, [*authors, "Anna"], strict=True):
        message.author = author
    return conversation


@pytest.mark.parametrize(
    ("authors", "question"),
    [
        (("Mira", "Mira", "Mira"), "u1\n\nu2\n\nu3"),
        (("Mira", "Mira", None), "u1\n\nu2\n\nu3"),
        (("Mira", "Mira", "Tom"), "Mira: u1\n\nMira: u2\n\nTom: u3"),
        (("Mira", None, "Tom"), "Mira: u1\n\nu2\n\nTom: u3"),
    ],
)
def test_where_several_speak_on_the_side_that_is_not_learned_a_row_says_who(
    authors: tuple[str | None, ...], question: str
) -> None:
    conversation = spoken_by(*authors)
    assert pair_names(conversation) == [(question, "a1")]
    assert [message.content for message in conversation.messages] == ["u1", "u2", "u3", "a1"]


def test_who_speaks_is_counted_over_the_whole_conversation_and_not_in_one_row() -> None:
    conversation = held("u1", "a1", "u2", "a2")
    conversation.messages[0].author, conversation.messages[2].author = "Mira", "Tom"
    assert pair_names(without(conversation, "a1")) == [("Tom: u2", "a2")]


def test_a_reply_with_one_masked_piece_is_not_learned() -> None:
    assert pair_names(held("u1", "a1", "a2", masked=("a2",))) == []


FORMAT_CASE = held("s0", "u1", "a1", "u2", "a2", "u3", "a3", masked=("a2",))

ROW_CASES: dict[str, list[dict[str, Any]]] = {
    # exactly the guide's keys
    "jsonl": [
        {"instruction": "u1", "response": "a1", "conversation_id": "c"},
        {"instruction": "u3", "response": "a3", "conversation_id": "c"},
    ],
    "chat": [
        {
            "messages": [
                {"role": "system", "content": "s0"},
                {"role": "user", "content": "u1"},
                {"role": "assistant", "content": "a1"},
                {"role": "user", "content": "u2"},
                {"role": "assistant", "content": "a2", "weight": 0},
                {"role": "user", "content": "u3"},
                {"role": "assistant", "content": "a3"},
            ],
            "conversation_id": "c",
        }
    ],
    # no weights in ShareGPT: the masked reply and its question are left out, and no row crosses the gap
    "sharegpt": [
        {
            "conversations": [
                {"from": "system", "value": "s0"},
                {"from": "human", "value": f"u{n}"},
                {"from": "gpt", "value": f"a{n}"},
            ],
            "conversation_id": "c",
        }
        for n in (1, 3)
    ],
    "alpaca": [
        {"instruction": f"u{n}", "input": "", "output": f"a{n}", "system": "s0", "conversation_id": "c"} for n in (1, 3)
    ],
}


TAUGHT = [name for name in ROW_FORMATS if name not in JUDGED_FORMATS]  # the others: test_preferences.py


@pytest.mark.parametrize("name", TAUGHT)
def test_row_format(name: str) -> None:
    assert list(ROW_FORMATS[name](FORMAT_CASE)) == ROW_CASES[name]


def test_a_chat_row_without_anything_to_learn_is_not_written() -> None:
    assert list(ROW_FORMATS["chat"](held("u1", "a1", masked=("a1",)))) == []


@pytest.mark.parametrize("name", TAUGHT)
def test_every_format_is_read_back_as_it_was_written(name: str) -> None:
    conversation = held("u1", "a1", "u2", "a2")
    read = [row_from(row).messages for row in ROW_FORMATS[name](conversation)]
    turns = next(dialogues(conversation))
    assert read == ([turns] if name in ("chat", "sharegpt") else [turns[:2], turns[2:]])


USER, REPLY = RowMessage("user", "Hi"), RowMessage("assistant", "Hello!")


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ({"messages": [{"role": "human", "content": "Hi"}, {"role": "model", "content": "Hello!"}]}, [USER, REPLY]),
        ([{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url"}]}], [USER]),
        (
            {"messages": [{"role": "assistant", "content": "Hello!", "weight": 0}]},
            [RowMessage("assistant", "Hello!", 0)],
        ),
        (
            {"messages": [{"role": "assistant", "content": "Hello!", "train": False}]},
            [RowMessage("assistant", "Hello!", 0)],
        ),
        ({"messages": [{"role": "tool", "content": "42"}, {"role": "assistant", "content": None}]}, []),
        ({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}]}, [USER, REPLY]),
        ({"instruction": "Hi", "output": "Hello!"}, [USER, REPLY]),
        ({"instruction": "Say", "input": "Hi", "output": "Hello!"}, [RowMessage("user", "Say\nHi"), REPLY]),
        (
            {"instruction": "Hi", "output": "Hello!", "history": [["a", "b"]]},
            [RowMessage("user", "a"), RowMessage("assistant", "b"), USER, REPLY],
        ),
        ({"prompt": "Hi", "completion": "Hello!"}, [USER, REPLY]),
        ({"question": "Hi", "answer": "Hello!"}, [USER, REPLY]),
    ],
)
def test_rows_of_other_tools_are_read(value: Any, messages: list[RowMessage]) -> None:
    assert row_from(value).messages == messages


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"schema":1,"id":"c","messages":[]}', "row 1: this is a conversation, not a training row; make rows first"),
        ('{"mapping":{}}', "row 1: this is a conversation"),
        ('{"text":"x"}', 'row 1: no "messages"'),
        ('{"messages":[{"role":"narrator","content":"x"}]}', "messages[0].role is 'narrator'"),
        ('{"instruction":"a","response":"b"}\n{"instruct', "row 2: not JSON"),
        ('{"instruction":1,"response":"b"}', "instruction and response must be text"),
        ('{"prompt":[],"chosen":[],"rejected":[]}', "row 1: this row says which answer is better (DPO, KTO)"),
        ('{"prompt":[],"completion":[],"label":true}', "row 1: this row says which answer is better (DPO, KTO)"),
        ('{"messages":[],"kto_tag":false}', "for this stage choose --format chat"),
    ],
)
def test_a_wrong_row_is_named_with_its_file_and_number(tmp_path: Any, text: str, problem: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    with pytest.raises(UserError, match=r"rows\.jsonl") as caught:
        list(read_rows(path))
    assert problem in str(caught.value)


def test_a_row_is_plain_json() -> None:
    assert (
        msgspec.json.encode(next(ROW_FORMATS["jsonl"](FULL)))
        == b'{"instruction":"u1","response":"a1","conversation_id":"c"}'
    )
