"""Exports of local front ends: what the samples cannot show, and hostile values in each of their shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from export_builders import Json, call, links, only, parse, texts, write

from identity.formats import koboldlite
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    FAILED,
    KEPT_AS_ALTERNATIVE,
    MEDIA_ONLY,
    OTHER_BRANCH,
    SUPERSEDED,
    SYSTEM,
    THINKING,
    TOOL,
)
from identity.formats.tree import NO_MESSAGES

EXPORTS = Path(__file__).parent / "exports"


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """What went to stderr, without the line breaks of the console."""
    return " ".join(capsys.readouterr().err.split())


def write_lines(path: Path, *values: Any) -> Path:
    """Put values into a JSON Lines file; text is written as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


# --- Open WebUI -------------------------------------------------------------------------------------------------


def webui(*messages: Json, current: str | None = None, **chat: Any) -> Json:
    """A row of Open WebUI's export; messages as (id, parentId, role, content) with further fields."""
    history = {"messages": {message["id"]: message for message in messages}, "currentId": current or messages[-1]["id"]}
    return {"id": "w", "title": "Bees", "chat": {"history": history, "messages": []} | chat, "created_at": 1761900000}


def said(name: str, parent: str | None, role: str, content: Any, **fields: Any) -> Json:
    return {"id": name, "parentId": parent, "childrenIds": [], "role": role, "content": content} | fields


QUESTION = said("q", None, "user", "Bees?")


def test_openwebui_keeps_the_system_prompt_of_either_place_when_asked(tmp_path: Path) -> None:
    for chat in ({"system": "Be short."}, {"params": {"system": "Be short."}}):
        row = webui(QUESTION, said("a", "q", "assistant", "Buzz."), **chat)
        kept = only(parse(write(tmp_path / "x.json", [row]), keep_system=True))
        assert texts(kept) == [("system", "Be short."), ("user", "Bees?"), ("assistant", "Buzz.")]
        dropped = parse(write(tmp_path / "x.json", [row]))
        assert dropped.account.messages_left_out == {SYSTEM: 1}


def test_openwebui_falls_back_to_the_linear_copy_for_where_the_chat_stood(tmp_path: Path) -> None:
    row = webui(
        QUESTION,
        said("a", "q", "assistant", "Buzz.", timestamp=1761900009),
        said("b", "q", "assistant", "Hum.", timestamp=1761900001),
        current="gone",
        messages=[{"id": "q"}, {"id": "b"}],
    )
    assert texts(only(parse(write(tmp_path / "x.json", [row]))))[1] == ("assistant", "Hum.")


def test_openwebui_goes_on_from_the_answer_that_merged_those_of_several_models(tmp_path: Path) -> None:
    merged = {"status": True, "content": "Buzz and hum."}
    row = webui(
        QUESTION,
        said("a", "q", "assistant", "Buzz.", model="one"),
        said("b", "q", "assistant", "Hum.", model="two", merged=merged),
    )
    reply = only(parse(write(tmp_path / "x.json", [row]))).messages[1]
    assert reply.content == "Buzz and hum."
    assert [(other.content, other.model) for other in reply.alternatives] == [("Hum.", "two"), ("Buzz.", "one")]


def test_openwebui_source_numbers_go_only_where_there_are_sources(tmp_path: Path) -> None:
    text = "They hum [1, 2]. See `bees[1]` and [1](https://example.org)."
    with_sources = webui(QUESTION, said("a", "q", "assistant", text, sources=[{"source": {}}]))
    without = webui(QUESTION, said("a", "q", "assistant", text))
    found = [only(parse(write(tmp_path / "x.json", [row]))).messages[1].content for row in (with_sources, without)]
    assert found == ["They hum. See `bees[1]` and [1](https://example.org).", text]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"content": "Buz", "error": True}, FAILED),
        ({"content": '<details type="tool_calls" done="true">\nx\n</details>'}, TOOL),
        ({"content": "<think>hm</think>"}, THINKING),
        ({"content": None, "output": [{"type": "function_call"}, {"type": []}]}, TOOL),
        ({"content": "", "files": [{"type": "image"}]}, MEDIA_ONLY),
    ],
)
def test_openwebui_says_why_a_reply_is_left_out(tmp_path: Path, fields: Json, reason: str) -> None:
    row = webui(QUESTION, said("a", "q", "assistant", "") | fields)
    assert parse(write(tmp_path / "x.json", [row])).account.messages_left_out == {reason: 1}


def test_openwebui_feedback_says_that_the_thumbs_are_in_the_chats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"id": "f", "type": "rating", "data": {"rating": 1}, "meta": {"chat_id": "w"}, "snapshot": {"chat": {}}}
    assert call(write(tmp_path / "feedback.json", [row])) == 1
    assert "their thumbs are in them" in told(capsys)


# --- LibreChat --------------------------------------------------------------------------------------------------


def nested(depth: int) -> str:
    """A LibreChat tree of this many messages, each the only child of the one before."""
    opens = "".join(
        json.dumps({"messageId": f"m{number}", "isCreatedByUser": number % 2 == 0, "text": f"line {number}"})[:-1]
        + ', "children": ['
        for number in range(depth)
    )
    return '{"conversationId": "deep", "messagesTree": [' + opens + "]}" * depth + "]}"


def test_librechat_reads_a_tree_of_ten_thousand_levels(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(nested(10_000))
    conversation = only(parse(tmp_path / "x.json"))
    assert len(conversation.messages) == 10_000
    assert links(conversation)[-1] == ("m9999", "m9998")


def test_librechat_messages_keep_lists_of_children_that_are_no_messages(tmp_path: Path) -> None:
    """Only a message's own children are taken out of it, not those that a tool's answer speaks of."""
    part = {"type": "tool_call", "tool_call": {"output": {"children": [{"text": "no message"}]}}}
    reply = {"messageId": "b", "isCreatedByUser": False, "text": "Buzz.", "content": [part], "children": [None, 5]}
    question = {"messageId": "a", "isCreatedByUser": True, "text": 'a "quoted\\" { [', "children": [reply]}
    collection = parse(write(tmp_path / "x.json", {"conversationId": "l", "messagesTree": [question]}))
    assert texts(only(collection)) == [("user", 'a "quoted\\" { ['), ("assistant", "Buzz.")]
    assert collection.account.messages_left_out == {DAMAGED_MESSAGE: 2}


@pytest.mark.parametrize(
    "raw",
    [
        '{"conversationId": "l", "messagesTree": [{"messageId": "a"]}}',
        '{"conversationId": "l", "messagesTree": [{"messageId": "a", "text": "',
        '{"conversationId": "l" 1, "messagesTree": []}',
    ],
)
def test_librechat_tells_a_damaged_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: str) -> None:
    (tmp_path / "x.json").write_text(raw)
    assert call(tmp_path / "x.json", "--source", "librechat") == 1
    assert "1 damaged" in (found := told(capsys)) or "1 cut off" in found


# --- LM Studio --------------------------------------------------------------------------------------------------


def versions(*texts_: str, role: str, selected: int = 0) -> Json:
    made = [{"type": "singleStep", "role": role, "content": [{"type": "text", "text": text}]} for text in texts_]
    return {"versions": made, "currentlySelected": selected}


def test_lmstudio_system_prompt_of_the_chats_own_settings_wins(tmp_path: Path) -> None:
    fields = [{"key": "llm.prediction.systemPrompt", "value": "Be short."}]
    chat = {
        "createdAt": 1754000000123,
        "systemPrompt": "Be long.",
        "messages": [versions("Bees?", role="user"), versions("Buzz.", role="assistant")],
        "perChatPredictionConfig": {"fields": fields},
    }
    prompts = []
    for value in (chat, chat | {"perChatPredictionConfig": {"fields": [None]}}):
        prompts.append(only(parse(write(tmp_path / "x.json", value), keep_system=True)).messages[0].content)
    assert prompts == ["Be short.", "Be long."]


def test_lmstudio_edits_of_a_question_are_counted_and_regenerations_are_alternatives(tmp_path: Path) -> None:
    messages = [
        versions("Bee", "Bees?", role="user", selected=1),
        versions("Buzz.", "Hum.", "", role="assistant", selected=1),
    ]
    collection = parse(write(tmp_path / "x.json", {"createdAt": 1754000000123, "messages": messages}))
    reply = only(collection).messages[1]
    assert (reply.content, [other.content for other in reply.alternatives]) == ("Hum.", ["Buzz."])
    assert collection.account.messages_left_out == {SUPERSEDED: 1, OTHER_BRANCH: 1}


def test_lmstudio_the_same_chat_of_two_backups_is_one_whatever_the_files_are_called(tmp_path: Path) -> None:
    turns = [versions("Bees?", role="user"), versions("Buzz.", role="assistant"), versions("More.", role="user")]
    for name, count, moment in (("a", 2, 1754000100000), ("b", 3, 1754000200000)):
        chat = {"createdAt": 1754000000123, "userLastMessagedAt": moment, "messages": turns[:count]}
        write(tmp_path / f"{name}.conversation.json", chat)
    assert len(only(parse(tmp_path)).messages) == 3


# --- Jan --------------------------------------------------------------------------------------------------------


def line(name: Any, role: str, text: Any, created: Any = 1754000000, **fields: Any) -> Json:
    content = [{"type": "text", "text": {"value": text, "annotations": []}}]
    kept = {"id": name, "object": "thread.message", "thread_id": "t", "role": role, "content": content}
    return kept | {"status": "ready", "created_at": created} | fields


def test_jan_a_thread_json_alone_says_where_the_messages_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "thread.json", {"id": "t", "object": "thread", "title": "Bees", "assistants": []})
    assert call(file) == 1
    assert "the messages.jsonl beside it" in told(capsys)
    assert call(tmp_path) == 1
    assert "the messages.jsonl beside it" in told(capsys)


def test_jan_settings_of_another_thread_are_not_taken_for_those_of_a_mixed_file(tmp_path: Path) -> None:
    write(tmp_path / "thread.json", {"id": "t", "object": "thread", "title": "Bees", "assistants": [None]})
    lines = [line("1", "user", "Bees?"), line("2", "user", "Hum?", thread_id="u")]
    write_lines(tmp_path / "messages.jsonl", *lines)
    assert [(found.id, found.title) for found in parse(tmp_path)] == [("t", "Bees"), ("u", "")]


def test_jan_lists_that_are_newest_first_are_turned_around(tmp_path: Path) -> None:
    rows = [line("2", "assistant", "Buzz.", 1754000009), line("1", "user", "Bees?", 1754000000)]
    assert links(only(parse(write(tmp_path / "x.json", rows)))) == [("1", None), ("2", "1")]


def test_jan_repeated_ids_lose_no_message(tmp_path: Path) -> None:
    lines = [line(1, "user", "Bees?"), line(1, "assistant", "Buzz.")]
    assert len(only(parse(write_lines(tmp_path / "messages.jsonl", *lines))).messages) == 2


# --- text-generation-webui --------------------------------------------------------------------------------------


def test_textgen_reads_what_is_visible_where_there_is_nothing_else(tmp_path: Path) -> None:
    file = write(tmp_path / "x.json", {"internal": [], "visible": [["Bees?", "Buzz &amp; hum."]]})
    assert texts(only(parse(file))) == [("user", "Bees?"), ("assistant", "Buzz & hum.")]


def test_textgen_the_character_is_the_folder_under_chat(tmp_path: Path) -> None:
    for place, words in (("chat/Mira", "Buzz."), ("instruct", "Hum.")):
        write(tmp_path / "logs" / place / "x.json", {"internal": [["Bees?", words]], "visible": []})
    assert [found.gpt for found in parse(tmp_path / "logs")] == ["Mira", msgspec.UNSET]


# --- Kobold Lite ------------------------------------------------------------------------------------------------


def lite(prompt: str, *actions: Any, **options: Any) -> Json:
    return {"gamestarted": True, "prompt": prompt, "memory": "", "actions": list(actions), "savedsettings": options}


def test_koboldlite_a_story_is_skipped_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for mode in (1, "2", 4):
        file = write(tmp_path / "x.json", lite("The road was long,", " and dark.", opmode=mode))
        assert call(file) == 1
        assert koboldlite.STORY in told(capsys)


def test_koboldlite_tags_of_the_settings_are_used_without_an_opmode(tmp_path: Path) -> None:
    save = lite("\n### Instruction:\nBees?\n### Response:\n", "Buzz.", instruct_starttag="\\n### Instruction:\\n")
    assert texts(only(parse(write(tmp_path / "x.json", save)))) == [("user", "Bees?"), ("assistant", "Buzz.")]


def test_koboldlite_without_names_of_others_any_name_speaks(tmp_path: Path) -> None:
    save = lite("", "\nAnna: Bees?\nOld Tom:", " Buzz: often.", opmode=3, chatname="Anna", chatopponent="")
    conversation = only(parse(write(tmp_path / "x.json", save)))
    assert [(message.author, message.content) for message in conversation.messages] == [
        ("Anna", "Bees?"),
        ("Old Tom", "Buzz: often."),
    ]


def test_koboldlite_one_of_several_characters_may_be_the_voice(tmp_path: Path) -> None:
    save = lite("\nAnna: Hi\nMira: Hello.\nBo: Hm.", opmode=3, chatname="Anna", chatopponent="Mira||$||Bo")
    conversation = only(parse(write(tmp_path / "x.json", save), voices=("Bo",)))
    assert texts(conversation) == [("user", "Hi"), ("user", "Hello."), ("assistant", "Hm.")]


def test_koboldlite_long_saves_are_read_to_their_end(tmp_path: Path) -> None:
    """Anything quadratic in its length would take very long here."""
    save = lite("", *["\nAnna: hm\nMira: " + "<think> {{[" * 50] * 3000, opmode=3, chatname="Anna", chatopponent="Mira")
    assert len(only(parse(write(tmp_path / "x.json", save))).messages) >= 3000


# --- llama.cpp --------------------------------------------------------------------------------------------------


def page_line(name: str, parent: str | None, role: str, content: Any, **fields: Any) -> Json:
    message = {"convId": "c", "id": name, "type": "text", "role": role, "content": content, "parent": parent}
    return {"type": "message", "message": message | fields}


def test_llamacpp_messages_before_any_session_are_a_conversation_of_their_own(tmp_path: Path) -> None:
    lines = [page_line("u", None, "user", "Bees?"), page_line("a", "u", "assistant", "Buzz.")]
    session = {"type": "session", "harness": "llama.app", "id": "d", "name": "Empty", "currNode": None}
    collection = parse(write_lines(tmp_path / "x.jsonl", *lines, session))
    assert only(collection).id == "c"
    assert collection.account.conversations_left_out == {NO_MESSAGES: 1}


def test_llamacpp_tool_calls_inside_old_texts_are_taken_out(tmp_path: Path) -> None:
    text = "Look:\n\n<<<AGENTIC_TOOL_CALL_START>>>\n<<<TOOL_NAME:x>>>\n{}\n<<<AGENTIC_TOOL_CALL_END>>>Buzz."
    lines = [page_line("u", None, "user", "Bees?"), page_line("a", "u", "assistant", text)]
    assert texts(only(parse(write_lines(tmp_path / "x.jsonl", *lines))))[1] == ("assistant", "Look:\n\nBuzz.")


def test_llamacpp_siblings_are_alternatives_and_the_current_node_says_which_is_held(tmp_path: Path) -> None:
    session = {"type": "session", "harness": "llama.app", "id": "c", "currNode": "a"}
    lines = [
        page_line("u", None, "user", "Bees?", timestamp=1781000000000),
        page_line("a", "u", "assistant", "Buzz.", timestamp=1781000001000),
        page_line("b", "u", "assistant", "Hum.", timestamp=1781000002000),
    ]
    collection = parse(write_lines(tmp_path / "x.jsonl", session, *lines))
    assert texts(only(collection))[1] == ("assistant", "Buzz.")
    assert collection.account.messages_left_out == {KEPT_AS_ALTERNATIVE: 1}


def test_llamacpp_a_line_that_breaks_off_costs_itself_only(tmp_path: Path) -> None:
    session = {"type": "session", "harness": "llama.app", "id": "c", "currNode": "a"}
    broken = json.dumps(page_line("x", None, "user", "Bees and"))[:-6]
    lines = [page_line("u", None, "user", "Bees?"), page_line("a", "u", "assistant", "Buzz.")]
    collection = parse(write_lines(tmp_path / "x.jsonl", session, broken, *lines))
    assert len(only(collection).messages) == 2
    assert collection.account.messages_left_out == {DAMAGED_MESSAGE: 1}


def test_llamacpp_a_cut_off_older_file_is_one_damaged_conversation(tmp_path: Path) -> None:
    value = {"conv": {"id": "c"}, "messages": [page_line("u", None, "user", "Bees?")["message"]]}
    (tmp_path / "x.json").write_text(json.dumps(value, indent=2)[:-12])
    write(tmp_path / "y.json", [value])
    assert parse(tmp_path).account.conversations_left_out.total() == 1


# --- databases and hostile values -------------------------------------------------------------------------------


def test_a_programs_database_says_how_to_export_alone_and_in_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "webui.db"
    file.write_bytes(b"SQLite format 3\x00" + bytes(4080))
    for given_path in (file, tmp_path):
        assert call(given_path) == 1
        assert "Settings, Data Controls, Export Chats" in told(capsys)
