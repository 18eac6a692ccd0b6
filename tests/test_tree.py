"""Paths, links, branches and voices: who answered whom in the records that come out of an export."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from export_builders import (
    Json,
    assert_reconciles,
    chatgpt,
    claude,
    links,
    node,
    only,
    parse,
    read,
    said,
    slim,
    texts,
    write,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from identity.formats.format import Options
from identity.formats.nodes import Node, Thread
from identity.formats.tree import linearize
from identity.records import Role
from identity.rows import pairs

# --- links over what is lost ------------------------------------------------------------------------------------

PICTURE = {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer", "asset_pointer": "x"}]}
RECAP = {"content_type": "reasoning_recap", "content": "Thought for 12s"}
HIDDEN = {"is_visually_hidden_from_conversation": True}

LINK_CASES: list[tuple[str, list[Json], list[tuple[str, str | None]], list[tuple[str, str]]]] = [
    (
        "a picture's answer is not married to an earlier question",
        [
            node("u1", None, "user", "q1"),
            node("a1", "u1", "assistant", "r1"),
            node("u2", "a1", "user", content=PICTURE),
            node("a2", "u2", "assistant", "r2"),
        ],
        [("u1", None), ("a1", "u1"), ("a2", "u2")],
        [("q1", "r1")],
    ),
    (
        "nor where no reply stands between",
        [
            node("u1", None, "user", "q1"),
            node("u2", "u1", "user", content=PICTURE),
            node("a2", "u2", "assistant", "r2"),
        ],
        [("u1", None), ("a2", "u2")],
        [],
    ),
    (
        "two user messages around a reply that was only a tool call are two turns",
        [
            node("u1", None, "user", "q1"),
            node("t1", "u1", "assistant", "draw()", recipient="dalle.text2im"),
            node("t2", "t1", "tool", content=PICTURE),
            node("u2", "t2", "user", "q2"),
            node("a2", "u2", "assistant", "r2"),
        ],
        [("u1", None), ("u2", "t2"), ("a2", "u2")],
        [("q2", "r2")],
    ),
    (
        "two user messages in a row are one turn",
        [node("u1", None, "user", "q1"), node("u2", "u1", "user", "q2"), node("a2", "u2", "assistant", "r2")],
        [("u1", None), ("u2", "u1"), ("a2", "u2")],
        [("q1\n\nq2", "r2")],
    ),
    (
        "links pass over hidden and system nodes",
        [
            node("s1", None, "system", ""),
            node("u1", "s1", "user", "q1"),
            node("s2", "u1", "user", "context", metadata=HIDDEN),
            node("s3", "s2", "system", "rules"),
            node("u2", "s3", "user", "q2"),
            node("a2", "u2", "assistant", "r2"),
        ],
        [("u1", None), ("u2", "u1"), ("a2", "u2")],
        [("q1\n\nq2", "r2")],
    ),
    (
        "what answers a hidden prompt (a scheduled task) is no more of the reply before it",
        [
            node("u1", None, "user", "q1"),
            node("a1", "u1", "assistant", "r1"),
            node("h1", "a1", "user", "remind the user", metadata=HIDDEN),
            node("a2", "h1", "assistant", "r2"),
            node("u2", "a2", "user", "q2"),
            node("a3", "u2", "assistant", "r3"),
        ],
        [("u1", None), ("a1", "u1"), ("a2", "h1"), ("u2", "a2"), ("a3", "u2")],
        [("q1", "r1"), ("q2", "r3")],
    ),
    (
        "thinking beside visible text breaks nothing",
        [
            node("u1", None, "user", "q1"),
            node("k1", "u1", "assistant", content=RECAP),
            node("a1", "k1", "assistant", "r1"),
            node("k2", "a1", "assistant", content=RECAP),
            node("u2", "k2", "user", "q2"),
            node("a2", "u2", "assistant", "r2"),
        ],
        [("u1", None), ("a1", "u1"), ("u2", "a1"), ("a2", "u2")],
        [("q1", "r1"), ("q2", "r2")],
    ),
    (
        "a message that cannot be understood breaks the link",
        [
            node("u1", None, "user", "q1"),
            node("a1", "u1", "assistant", "r1"),
            {"id": "x", "message": "not an object", "parent": "a1"},
            node("a2", "x", "assistant", "r2"),
        ],
        [("u1", None), ("a1", "u1"), ("a2", "x")],
        [("q1", "r1")],
    ),
]


@pytest.mark.parametrize(
    ("nodes", "expected", "questions"), [case[1:] for case in LINK_CASES], ids=[c[0] for c in LINK_CASES]
)
def test_links(
    tmp_path: Path, nodes: list[Json], expected: list[tuple[str, str | None]], questions: list[tuple[str, str]]
) -> None:
    collection = read(tmp_path, chatgpt(*nodes))
    assert links(only(collection)) == expected
    assert [(pair.question, pair.reply) for pair in pairs(only(collection))] == questions
    assert_reconciles(collection)


def test_parents_decide_where_children_disagree_and_children_where_there_are_no_parents(tmp_path: Path) -> None:
    right = chatgpt(node("u1", None, "user", "q1"), node("a1", "u1", "assistant", "r1"), node("u2", "a1", "user", "q2"))
    wrong = json.loads(json.dumps(right))
    wrong["mapping"]["u1"]["children"] = ["u2", "a1"]
    only_children = json.loads(json.dumps(right))
    for entry in only_children["mapping"].values():
        del entry["parent"]
    for exported in (wrong, only_children):
        assert links(only(read(tmp_path, exported))) == [("u1", None), ("a1", "u1"), ("u2", "a1")]


def test_an_output_of_a_tool_that_is_shown_as_a_reply_is_none(tmp_path: Path) -> None:
    author = {"role": "assistant", "name": None, "metadata": {"real_author": "tool:web"}}
    exported = chatgpt(node("u1", None, "user", "q1"), node("a1", "u1", "assistant", "Results", author=author))
    assert texts(only(read(tmp_path, exported))) == [("user", "q1")]


def test_progress_talk_is_kept_only_where_no_answer_follows(tmp_path: Path) -> None:
    talk = node("a1", "u1", "assistant", "Looking it up …", channel="commentary")
    final = node("a2", "a1", "assistant", "Mizzle.", channel="final")
    alone = only(read(tmp_path, chatgpt(node("u1", None, "user", "Rain?"), talk)))
    answered = read(tmp_path, chatgpt(node("u1", None, "user", "Rain?"), talk, final))
    assert alone.messages[1].content == "Looking it up …"
    assert only(answered).messages[1].content == "Mizzle."
    assert answered.account.messages_left_out == {"progress talk before the answer": 1}


def test_a_reply_that_was_stopped_is_context_only(tmp_path: Path) -> None:
    stopped = {"model_slug": "gpt-4o", "finish_details": {"type": "interrupted"}}
    conversation = only(
        read(
            tmp_path, chatgpt(node("u1", None, "user", "Rain?"), node("a1", "u1", "assistant", "Miz", metadata=stopped))
        )
    )
    assert conversation.messages[1].weight == 0


def test_the_quoted_passage_stands_before_the_reply_to_it(tmp_path: Path) -> None:
    quoting = {"targeted_reply": "Mizzle,\nor smirr."}
    conversation = only(read(tmp_path, chatgpt(node("u1", None, "user", "What is that?", metadata=quoting))))
    assert conversation.messages[0].content == "> Mizzle,\n> or smirr.\n\nWhat is that?"


def test_message_ids_are_reported_where_they_differ_from_node_ids(tmp_path: Path) -> None:
    nodes = [node("n1", None, "user", "q1"), node("n2", "n1", "assistant", "r1")]
    for entry in nodes:
        entry["message"]["id"] = "message-" + entry["id"]
    assert links(only(read(tmp_path, chatgpt(*nodes)))) == [("message-n1", None), ("message-n2", "message-n1")]


# --- branches, alternatives, ratings, voices --------------------------------------------------------------------

FORKED = chatgpt(
    node("u1", None, "user", "A word for rain?"),
    node("t1", "u1", "assistant", "search()", recipient="web"),
    node("a1", "t1", "assistant", "Mizzle."),
    node("b1", "t1", "assistant", "Drizzle.", metadata={"model_slug": "gpt-5"}),
    node("c1", "u1", "assistant", "Mizzle."),
    node("d1", "u1", "assistant", ""),
    node("u2", "a1", "user", "Another?"),
    node("u2-edited", "a1", "user", "One more?"),
    node("a2", "u2", "assistant", "Smirr."),
    node("b2", "u2-edited", "assistant", "Haar."),
    current="a2",
)


def test_regenerated_answers_are_alternatives_and_edited_questions_are_not(tmp_path: Path) -> None:
    """A fork below a tool call counts; equal and empty answers do not; the answer to another question does not."""
    collection = read(tmp_path, FORKED)
    first, second = (m for m in only(collection).messages if m.role == "assistant")
    assert [(a.content, a.model, a.kind) for a in first.alternatives] == [("Drizzle.", "gpt-5", "regenerated")]
    assert second.alternatives == []
    assert collection.account.messages_left_out == {
        "kept as alternative": 1,
        "other branch": 3,
        "empty": 1,
        "tool call or result": 1,
    }
    assert_reconciles(collection)


def test_an_alternative_is_a_whole_reply_and_a_stopped_one_is_none(tmp_path: Path) -> None:
    """The fork is behind a first visible piece, which both replies share."""
    stopped = {"model_slug": "gpt-4o", "finish_details": {"type": "interrupted"}}
    forked = chatgpt(
        node("u1", None, "user", "Rain?"),
        node("a0", "u1", "assistant", "Let me look."),
        node("b1", "a0", "assistant", "Drizzle."),
        node("c1", "a0", "assistant", "Driz", metadata=stopped),
        node("a1", "a0", "assistant", "Mizzle."),
    )
    (reply,) = (message for message in only(read(tmp_path, forked)).messages if message.role == "assistant")
    assert reply.content == "Let me look.\n\nMizzle."
    assert [alternative.content for alternative in reply.alternatives] == ["Let me look.\n\nDrizzle."]


def test_a_choice_between_two_answers_side_by_side_is_told_from_a_regeneration(tmp_path: Path) -> None:
    shown = {"paragen_variants_info": {"type": "num_variants_in_stream"}, "paragen_variant_choice": "a2"}
    conversation = only(
        read(
            tmp_path,
            chatgpt(
                node("u1", None, "user", "Rain?", metadata=shown),
                node("a1", "u1", "assistant", "Drizzle."),
                node("a2", "u1", "assistant", "Mizzle."),
            ),
        )
    )
    assert [(a.content, a.kind) for a in conversation.messages[1].alternatives] == [("Drizzle.", "side by side")]


def test_all_branches_are_conversations_whose_shared_beginning_is_context(tmp_path: Path) -> None:
    collection = read(tmp_path, FORKED, all_branches=True)
    found = {conversation.id: conversation for conversation in collection}
    assert list(found) == ["c-1", "c-1#2", "c-1#3", "c-1#4"]
    edited = next(c for c in found.values() if texts(c)[-1] == ("assistant", "Haar."))
    assert [(m.id, m.weight) for m in edited.messages] == [("u1", 1), ("a1", 0), ("u2-edited", 1), ("b2", 1)]
    learned = [pair.reply for conversation in collection for pair in pairs(conversation)]
    assert sorted(learned) == ["Drizzle.", "Haar.", "Mizzle.", "Mizzle.", "Smirr."]
    assert not any(message.alternatives for message in edited.messages)
    assert_reconciles(collection)


def test_voice_user_makes_the_person_the_one_to_learn(tmp_path: Path) -> None:
    """Roles are swapped before pieces are joined: the person's messages in a row are one reply."""
    conversation = only(
        read(
            tmp_path,
            chatgpt(
                node("u1", None, "user", "Hi"),
                node("a1", "u1", "assistant", "Let me look."),
                node("t1", "a1", "assistant", "search()", recipient="web"),
                node("a2", "t1", "assistant", "Hello!"),
                node("u2", "a2", "user", "How"),
                node("u3", "u2", "user", "are you?"),
            ),
            voices=("user",),
        )
    )
    assert texts(conversation) == [
        ("assistant", "Hi"),
        ("user", "Let me look.\n\nHello!"),
        ("assistant", "How\n\nare you?"),
    ]
    assert links(conversation) == [("u1", None), ("a2", "u1"), ("u3", "a2")]


def test_voice_by_name_learns_one_speaker_of_several(tmp_path: Path) -> None:
    told = [("Anna", "Hi"), ("Mira", "Hello"), ("Mira", "you"), ("Ben", "Hey")]
    messages = [{"role": "user", "name": name, "content": text} for name, text in told]
    conversation = only(parse(write(tmp_path / "chat.json", {"messages": messages}), voices=("Mira",)))
    assert texts(conversation) == [("user", "Hi"), ("assistant", "Hello\n\nyou"), ("user", "Hey")]


def test_replies_of_two_characters_are_two_messages(tmp_path: Path) -> None:
    roles = {"Anna": "user", "Mira": "assistant", "Tom": "assistant"}
    told = [("Anna", "Hi"), ("Mira", "Hello"), ("Tom", "Hey"), ("Tom", "you")]
    messages = [{"role": roles[name], "name": name, "content": text} for name, text in told]
    conversation = only(parse(write(tmp_path / "chat.json", {"messages": messages})))
    assert texts(conversation) == [("user", "Hi"), ("assistant", "Hello"), ("assistant", "Hey\n\nyou")]
    assert [message.author for message in conversation.messages] == ["Anna", "Mira", "Tom"]


def test_ratings_are_joined_by_message_whatever_their_spelling(tmp_path: Path) -> None:
    feedback = [
        {"id": "a1", "conversation_id": "c-1", "rating": "thumbs_up", "content": "{}"},
        {"id": "a2", "conversation_id": "c-1", "rating": "thumbsDown"},
        {"id": "a1", "conversation_id": "other", "rating": "thumbsDown"},
        {"id": "b1", "conversation_id": "c-1", "rating": "thumbsDown"},
        None,
    ]
    write(tmp_path / "message_feedback.json", feedback)
    conversation = only(read(tmp_path, FORKED))
    assert [message.rating for message in conversation.messages] == [None, 1, None, -1]
    assert [other.rating for other in conversation.messages[1].alternatives] == [-1]  # the one not continued from


def test_custom_instructions_come_once_and_only_when_asked_for(tmp_path: Path) -> None:
    older = {
        "is_user_system_message": True,
        "user_context_message_data": {"about_user_message": "I write.", "about_model_message": "Be brief."},
    }
    newer = {"content_type": "user_editable_context", "user_profile": "I write.", "user_instructions": "Be brief."}
    exported = chatgpt(
        node("s1", None, "system", "", metadata=older),
        node("s2", "s1", "user", content=newer, weight=0),
        node("u1", "s2", "user", "q1"),
        node("a1", "u1", "assistant", "r1"),
    )
    assert texts(only(read(tmp_path, exported))) == [("user", "q1"), ("assistant", "r1")]
    kept = only(read(tmp_path, exported, keep_system=True))
    assert texts(kept) == [("system", "I write.\n\nBe brief."), ("user", "q1"), ("assistant", "r1")]
    assert links(kept) == [("s1", None), ("u1", "s1"), ("a1", "u1")]


def test_claude_flat_files_keep_the_last_of_the_edits_of_a_question(tmp_path: Path) -> None:
    flat = [said("m1", "human", "Tide?"), said("m2", "human", "Tides?"), said("m3", "assistant", "Two.")]
    for message in flat:
        del message["parent_message_uuid"]
    collection = read(tmp_path, claude(*flat))
    assert links(only(collection)) == [("m2", None), ("m3", "m2")]
    assert collection.account.messages_left_out == {"superseded edit": 1}


def test_claude_with_parents_is_a_tree(tmp_path: Path) -> None:
    """The zero uuid is a root; the path ends at the last message, or where the web API says."""
    zero = "00000000-0000-4000-8000-000000000000"
    told = [
        said("m1", "human", "Tides?", zero),
        said("m2", "assistant", "Three.", "m1"),
        said("m3", "assistant", "Two.", "m1"),
        said("m4", "human", "Sure?", "m3"),
    ]
    conversation = only(read(tmp_path, claude(*told)))
    assert links(conversation) == [("m1", None), ("m3", "m1"), ("m4", "m3")]
    assert [alternative.content for alternative in conversation.messages[1].alternatives] == ["Three."]
    from_web = claude(*told, current_leaf_message_uuid="m2", model="claude-x", settings={})
    conversation = only(read(tmp_path, from_web))
    assert [(m.id, m.model) for m in conversation.messages] == [("m1", None), ("m2", "claude-x")]


def test_claude_conversations_that_got_parents_only_later_are_whole(tmp_path: Path) -> None:
    told = [
        said("m1", "human", "a"),
        said("m2", "assistant", "b"),
        said("m3", "human", "c"),
        said("m4", "assistant", "d", "m3"),
    ]
    assert links(only(read(tmp_path, claude(*told)))) == [("m1", None), ("m2", "m1"), ("m3", "m2"), ("m4", "m3")]


# --- trees of any form ------------------------------------------------------------------------------------------

KINDS = ("user", "assistant", "picture", "tool", "hidden", "thinking", "system", "empty")


def random_thread(choice: random.Random, size: int) -> Thread:
    """A tree whose texts name their nodes; a few nodes have parents that make orphans and cycles."""
    thread = Thread(source="test", id="t")
    names = [f"n{number}" for number in range(size)]
    for number, name in enumerate(names):
        kind = choice.choice(KINDS)
        parent = names[max(number - choice.choice((1, 1, 1, 2, 3)), 0)] if number else None
        if choice.random() < 0.03:
            parent = choice.choice([*names, "nowhere"])
        is_spoken = kind in ("user", "assistant")
        role: Role = "system" if kind == "system" else "user" if kind in ("user", "picture") else "assistant"
        reason = {
            "picture": "image or file only",
            "hidden": "hidden by the service",
            "system": "system or custom instructions",
        }
        left_out = None if is_spoken else reason.get(kind, kind)
        thread.add(Node(name, parent, role, f"<{name}>" if is_spoken else "", left_out, time=2e8 + choice.randrange(9)))
    thread.leaf = choice.choice([*names, None])
    return thread


def turn_before(thread: Thread, name: str) -> set[str]:
    """The user nodes that the reply with this node answered: walk up past the speaker's own side, then collect."""
    found: set[str] = set()
    seen = {name}
    current = thread.nodes[name].parent
    while current in thread.nodes and current not in seen:
        seen.add(current)
        node = thread.nodes[current]
        if node.is_in_dialogue:
            if node.role == "user":
                found.add(node.id)
            elif found:
                break
        current = node.parent
    return found


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    size=st.integers(1, 40),
    everything=st.booleans(),
    voice=st.sampled_from(["assistant", "user"]),
)
def test_no_reply_is_joined_to_a_question_it_did_not_answer(seed: int, size: int, everything: bool, voice: str) -> None:
    randomly = random.Random(seed)
    thread = random_thread(randomly, size)
    reading = linearize(thread, Options(voices=(voice,), all_branches=everything))
    assert reading.read == reading.kept + reading.left_out.total() == size
    for conversation in reading.conversations:
        ids = [message.id for message in conversation.messages]
        assert len(set(ids)) == len(ids)
        if voice == "user":
            continue
        for message in conversation.messages:
            for other in message.alternatives:
                answered = [turn_before(thread, piece.strip("<>")) for piece in other.content.split("\n\n")]
                assert all(turn == turn_before(thread, message.id) for turn in answered)
        kept = [message for message in conversation.messages if randomly.random() < 0.7]
        for held in (conversation, structs.replace(conversation, messages=kept)):  # as read, and after a filter
            for pair in pairs(held):
                asked = {piece.strip("<>") for piece in pair.question.split("\n\n")}
                pieces = [piece.strip("<>") for piece in pair.reply.split("\n\n")]
                assert asked <= turn_before(thread, pieces[-1])
                assert all(turn_before(thread, piece) == turn_before(thread, pieces[-1]) for piece in pieces)


def test_a_chain_of_ten_thousand_nodes(tmp_path: Path) -> None:
    roles = ("user", "assistant")
    nodes = [node(f"n{i}", f"n{i - 1}" if i else None, roles[i % 2], f"text {i}") for i in range(10_000)]
    long = slim(chatgpt(nodes[0])) | {"mapping": {entry["id"]: entry for entry in nodes}, "current_node": "n9999"}
    assert len(only(read(tmp_path, long)).messages) == 10_000


@pytest.mark.parametrize("current", ["n3", "gone", None, 7])
def test_cycles_orphans_and_unknown_leaves_do_no_harm(tmp_path: Path, current: Any) -> None:
    nodes = [
        node("n1", "n3", "user", "q1"),
        node("n2", "n1", "assistant", "r1"),
        node("n3", "n2", "user", "q2"),
        node("o1", "lost", "user", "orphan", create_time=1e8),
    ]
    conversation = chatgpt(node("x", None, "user", "?")) | {
        "mapping": {n["id"]: n for n in nodes},
        "current_node": current,
    }
    collection = read(tmp_path, conversation)
    assert only(collection).messages
    assert_reconciles(collection)
