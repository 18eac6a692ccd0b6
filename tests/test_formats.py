"""Every kind of export: the traps that lose data, and samples that only their own format may claim."""

from __future__ import annotations

import json
from pathlib import Path

from export_builders import assert_reconciles, chatgpt, claude, links, node, only, parse, read, said, slim, texts, write

from identity.formats.nodes import TOOL

# --- the traps of real exports ----------------------------------------------------------------------------------

RAIN = chatgpt(node("u1", None, "user", "A soft word for rain?"), node("a1", "u1", "assistant", "Mizzle."))
RAIN_TEXTS = [("user", "A soft word for rain?"), ("assistant", "Mizzle.")]


def test_trap_01_names_are_no_evidence(tmp_path: Path) -> None:
    """`conversations.json` is used by several services; only the keys inside tell them apart."""
    first = parse(write(tmp_path / "a" / "conversations.json", [RAIN]))
    second = parse(write(tmp_path / "b" / "conversations.json", [claude(said("m1", "human", "Hi"))]))
    swapped = parse(write(tmp_path / "c" / "conversations-000.json", [claude(said("m1", "human", "Hi"))]))
    assert [only(found).source for found in (first, second, swapped)] == ["chatgpt", "claude", "claude"]


def test_trap_02_shards_without_a_conversations_json(tmp_path: Path) -> None:
    """Exports since February 2026 hold conversations-000.json and on, and a manifest, but no conversations.json."""
    for number in range(3):
        write(
            tmp_path / f"conversations-{number:03}.json", [RAIN | {"id": f"c{number}", "conversation_id": f"c{number}"}]
        )
    logical = {"conversations.json": {"files": [f"conversations-{number:03}.json" for number in range(3)]}}
    write(tmp_path / "export_manifest.json", {"version": 1, "logical_files": logical})
    assert [conversation.id for conversation in parse(tmp_path)] == ["c0", "c1", "c2"]


def test_trap_03_slim_exports_have_no_children_and_no_recipient(tmp_path: Path) -> None:
    """Since July 2026 nodes have no children and messages no recipient, weight, status or channel."""
    both = chatgpt(
        node("u1", None, "user", "A soft word for rain?"),
        node("a1", "u1", "assistant", "Drizzle."),
        node("a2", "u1", "assistant", "Mizzle."),
    )
    assert "children" not in json.dumps(slim(both))
    full, short = only(read(tmp_path, both)), only(read(tmp_path, slim(both)))
    assert full == short
    assert [alternative.content for alternative in short.messages[1].alternatives] == ["Drizzle."]


def test_trap_04_the_path_of_current_node_not_the_order_of_the_file(tmp_path: Path) -> None:
    """The conversation is current_node and its parents; the mapping's order and times say nothing."""
    nodes = [
        node("a2", "u2", "assistant", "second answer", create_time=3.0e8),
        node("u2", "a1", "user", "second question", create_time=1.9e9),
        node("x", "u1", "assistant", "not continued from", create_time=2.0e9),
        node("a1", "u1", "assistant", "first answer", create_time=5.0e8),
        node("u1", None, "user", "first question", create_time=1.8e9),
    ]
    conversation = only(read(tmp_path, chatgpt(*nodes, current="a2")))
    assert links(conversation) == [("u1", None), ("a1", "u1"), ("u2", "a1"), ("a2", "u2")]


def test_trap_05_message_ids_repeat_over_conversations(tmp_path: Path) -> None:
    """A branched chat repeats the message ids of the one it came from; both are whole."""
    longer = chatgpt(
        node("u1", None, "user", "A soft word for rain?"),
        node("a1", "u1", "assistant", "Mizzle."),
        node("u2", "a1", "user", "Another?"),
        node("a2", "u2", "assistant", "Smirr."),
        id="c-2",
        conversation_id="c-2",
    )
    write(
        tmp_path / "message_feedback.json",
        [{"id": "a1", "conversation_id": "c-2", "rating": "thumbsUp"}],
    )
    first, second = read(tmp_path, RAIN, longer)
    assert [len(first.messages), len(second.messages)] == [2, 4]
    assert [first.messages[1].rating, second.messages[1].rating] == [None, 1]


def test_trap_06_parts_are_strings_objects_and_null(tmp_path: Path) -> None:
    """Words of a voice chat are in objects; pictures and nulls stand between."""
    spoken = {
        "content_type": "audio_transcription",
        "text": "Good morning, you.",
        "direction": "in",
        "decoding_id": None,
    }
    audio = {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://file_00"}
    voice = {"content_type": "multimodal_text", "parts": [audio, spoken]}
    reply = {
        "content_type": "multimodal_text",
        "parts": ["Morning!", None, {"content_type": "image_asset_pointer"}, ""],
    }
    conversation = only(
        read(
            tmp_path,
            chatgpt(node("u1", None, "user", content=voice), node("a1", "u1", "assistant", content=reply)),
        )
    )
    assert texts(conversation) == [("user", "Good morning, you."), ("assistant", "Morning!")]


def test_trap_07_tool_calls_are_not_replies(tmp_path: Path) -> None:
    """An assistant node with a recipient other than all, or with a command, is a call."""
    code = {"content_type": "code", "language": "unknown", "text": 'search("words for rain")'}
    collection = read(
        tmp_path,
        chatgpt(
            node("u1", None, "user", "A soft word for rain?"),
            node("t1", "u1", "assistant", content=code, recipient="browser"),
            node("t2", "t1", "tool", "10 results", author={"role": "tool", "name": "browser", "metadata": {}}),
            node("t3", "t2", "assistant", '{"updates": []}', recipient="canmore.update_textdoc"),
            node("t4", "t3", "assistant", "remembers rain", metadata={"command": "add", "args": []}),
            node("a1", "t4", "assistant", "Mizzle."),
        ),
    )
    assert texts(only(collection)) == RAIN_TEXTS
    assert links(only(collection)) == [("u1", None), ("a1", "u1")]
    assert collection.account.messages_left_out == {TOOL: 4}


def test_trap_08_one_reply_in_several_nodes(tmp_path: Path) -> None:
    """Text before and after a tool call is one reply; one that the length limit cut goes on without a break."""
    cut = {"model_slug": "gpt-4o", "finish_details": {"type": "max_tokens"}}
    collection = read(
        tmp_path,
        chatgpt(
            node("u1", None, "user", "Rain?"),
            node("a1", "u1", "assistant", "Let me look."),
            node("t1", "a1", "assistant", "search()", recipient="web"),
            node("a2", "t1", "assistant", "It is called miz", metadata=cut),
            node("a3", "a2", "assistant", "zle."),
            node("u2", "a3", "user", "Thanks"),
        ),
    )
    assert texts(only(collection))[1] == ("assistant", "Let me look.\n\nIt is called mizzle.")
    assert links(only(collection)) == [("u1", None), ("a3", "u1"), ("u2", "a3")]


def test_trap_09_citation_spans_go_as_a_whole(tmp_path: Path) -> None:
    """U+E200 to U+E201 is removed with what stands between, not only the marks."""
    text = "Mizzle \ue200cite\ue202turn0search0\ue202turn0search3\ue201 is lovely \ue200cite\ue202turn0search1\ue201."
    conversation = only(read(tmp_path, chatgpt(node("u1", None, "user", "?"), node("a1", "u1", "assistant", text))))
    assert conversation.messages[1].content == "Mizzle is lovely."


PLACEHOLDER = "```\nThis block is not supported on your current device yet.\n```"


def test_trap_10_claudes_text_is_not_the_reply(tmp_path: Path) -> None:
    """`text` repeats the thinking and holds a fence for every tool block; the blocks of type text are the reply."""
    thinking = {"type": "thinking", "thinking": "They ask about tides.", "summaries": [], "cut_off": False}
    reply = said(
        "m2",
        "assistant",
        f"They ask about tides.\n{PLACEHOLDER}\nTwo a day.",
        "m1",
        content=[
            thinking,
            {"type": "tool_use", "name": "web_search", "input": {}},
            {"type": "tool_result", "name": "web_search", "content": [{"type": "text", "text": "results"}]},
            {"type": "text", "text": "Two a day.", "citations": []},
        ],
    )
    only_thinking = said(
        "m4", "assistant", f"Hm, tides.\n{PLACEHOLDER}", "m3", content=[thinking | {"thinking": "Hm, tides."}]
    )
    collection = read(
        tmp_path, claude(said("m1", "human", "Tides?"), reply, said("m3", "human", "And?", "m2"), only_thinking)
    )
    assert texts(only(collection)) == [("user", "Tides?"), ("assistant", "Two a day."), ("user", "And?")]


def test_trap_11_equal_times_do_not_swap_question_and_answer(tmp_path: Path) -> None:
    """Question and answer carry the same created_at; order and parents decide."""
    earlier = said("m2", "assistant", "Two a day.", "m1", created_at="2026-03-01T09:00:00Z")
    with_parents = only(read(tmp_path, claude(said("m1", "human", "Tides?"), earlier)))
    flat = [
        {k: v for k, v in one.items() if k != "parent_message_uuid"} for one in (said("m1", "human", "Tides?"), earlier)
    ]
    without = only(read(tmp_path, claude(*flat)))
    assert texts(with_parents) == texts(without) == [("user", "Tides?"), ("assistant", "Two a day.")]


def test_trap_12_text_or_content_may_be_empty_or_null(tmp_path: Path) -> None:
    """Either of the two may hold the words, and a text block's text may be null."""
    conversation = only(
        read(
            tmp_path,
            claude(
                said("m1", "human", "Tides?", content=[]),
                said("m2", "assistant", "", "m1", content=[{"type": "text", "text": "Two a day."}]) | {"text": None},
                said("m3", "human", "Sure?", "m2", content=[{"type": "text", "text": None}]),
                said("m4", "assistant", "Yes.", "m3", content=None),
            ),
        )
    )
    assert [text for _, text in texts(conversation)] == ["Tides?", "Two a day.", "Sure?", "Yes."]


def test_trap_13_unknown_claude_blocks_are_ignored(tmp_path: Path) -> None:
    """New block types appear all the time; a voice note has words."""
    blocks = [
        {"type": "token_budget"},
        {"type": "flag", "flag": "x"},
        {"type": "never_seen_before", "text": "not for people"},
        "not even an object",
        {"type": "voice_note", "title": "Note", "text": "Two a day."},
    ]
    conversation = only(
        read(tmp_path, claude(said("m1", "human", "Tides?"), said("m2", "assistant", "", "m1", content=blocks)))
    )
    assert texts(conversation)[1] == ("assistant", "Two a day.")


def test_trap_14_pasted_texts_are_in_the_attachments(tmp_path: Path) -> None:
    """What the person pasted is not in the message; the question makes no sense without it."""
    pasted = [
        {"file_name": "paste.txt", "file_size": 21, "file_type": "txt", "extracted_content": "The tide comes twice."}
    ]
    conversation = only(
        read(
            tmp_path,
            claude(said("m1", "human", "Summarise this", attachments=pasted), said("m2", "assistant", "Ok.", "m1")),
        )
    )
    assert conversation.messages[0].content == "Summarise this\n\n[paste.txt]\nThe tide comes twice."


def test_trap_21_any_field_may_be_null_or_missing(tmp_path: Path) -> None:
    """Title, times, ids, metadata and authors are each null somewhere; the conversation survives."""
    bare = chatgpt(
        node("u1", None, "user", "Rain?", create_time=None, metadata=None, status=None, recipient=None, weight=None),
        node("x", "u1", "user", "?", author=None),
        node("a1", "x", "assistant", "Mizzle.", create_time=0, metadata=None),
        title=None,
        create_time=None,
        update_time=None,
        default_model_slug=None,
    )
    del bare["id"], bare["conversation_id"]
    collection = read(tmp_path, bare, {"id": "c-3", "title": None, "mapping": None}, None, {"mapping": {"r": None}})
    conversation = only(collection)
    assert texts(conversation) == [("user", "Rain?"), ("assistant", "Mizzle.")]
    assert (conversation.title, conversation.created_at, conversation.messages[1].model) == ("", None, None)
    assert len(conversation.id) == 16
    assert collection.account.conversations_left_out == {"no messages": 2, "not a conversation": 1}
    assert_reconciles(collection)


def test_trap_23_one_bad_conversation_does_not_fail_the_file(tmp_path: Path) -> None:
    """The rest is read, and the bad one is counted under a reason."""
    good = json.dumps(RAIN)
    (tmp_path / "conversations.json").write_text(f'[{good}, {{"mapping": {{"a" 1}}}}, [[[1]]], {good[:-40]}')
    collection = parse(tmp_path / "conversations.json")
    assert texts(only(collection)) == RAIN_TEXTS
    assert collection.account.conversations_left_out == {
        "damaged: not JSON": 1,
        "not a conversation": 1,
        "cut off at the end of the file": 1,
    }
