"""Junk of the services out of replies, code and Markdown to the letter, times of every unit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.formats.cleaning import clean_reply, clean_typed, split_code, traits_of
from identity.formats.times import iso_time

PLACEHOLDER = "```\nThis block is not supported on your current device yet.\n```"

CLEANED = [
    ("a span in the middle", "Mizzle \ue200cite\ue202turn0search2\ue201 is lovely.", "Mizzle is lovely."),
    (
        "an entity keeps its name",
        'In \ue200entity\ue202["city","Paris","capital"]\ue201 it rains.',
        "In Paris it rains.",
    ),
    (
        "marks around cited words go, the words stay",
        "\ue203It rains\ue204 \ue200cite\ue202turn0news1\ue201.",
        "It rains.",
    ),
    ("the naked rest of a citation", "It rains.citeturn0search0turn1news2 Often.", "It rains. Often."),
    ("daggered sources", "It rains【12†source】 often【4:0†file.pdf】.", "It rains often."),
    ("oaicite", "It rains :contentReference[oaicite:3]{index=3}.", "It rains."),
    ("a dead link keeps its label", "Get [the file](sandbox:/mnt/data/rain.csv) now.", "Get the file now."),
    ("pictures in the text", "Look ![rain](data:image/png;base64,iVBORw0KGgo=)!", "Look rain!"),
    ("a writing block keeps its inside", ':::writing{variant="email" id="12345"}\nDear rain\n:::\n', "Dear rain"),
    ("thinking", "<think>They ask.\n```py\nx\n```\n</think>\n\nMizzle.", "Mizzle."),
    ("unclosed thinking at the start", "<think>They ask and", ""),
    ("thinking of old Claude", "<antThinking>Hm.</antThinking>Mizzle.", "Mizzle."),
    ("reasoning in details", '<details type="reasoning" done="true">\nHm.\n</details>\nMizzle.', "Mizzle."),
    ("other details stay", "<details><summary>a</summary>b</details>", "<details><summary>a</summary>b</details>"),
    ("Claude's placeholder", f"Two.\n{PLACEHOLDER}\nThree.", "Two.\nThree."),
    ("zero width and NUL", "\ufeffMiz\u200bzle\u2060\x00.", "Mizzle."),
    ("emoji stay joined", "👩‍👩‍👧 ❤️ \u00a0x", "👩‍👩‍👧 ❤️ \u00a0x"),
    (
        "inline code stays",
        "Use `<think>` and `[a](sandbox:/b)`, see 【1†s】",
        "Use `<think>` and `[a](sandbox:/b)`, see",
    ),
    ("a fence stays", "```\n:::writing\n【1†s】\u200b\n```", "```\n:::writing\n【1†s】\u200b\n```"),
    ("Markdown stays", "# A\n\n* b\n  * c\n\n|d|e|\n|-|-|\n", "# A\n\n* b\n  * c\n\n|d|e|\n|-|-|"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CLEANED], ids=[case[0] for case in CLEANED])
def test_replies_lose_junk_and_nothing_else(text: str, expected: str) -> None:
    assert clean_reply(text).strip() == expected


def test_what_a_person_typed_is_kept_to_the_letter_but_for_control_characters() -> None:
    assert clean_typed("\x1b[31mred\x07 【1†s】 \ue000 \ud83d") == "[31mred 【1†s】 \ue000 \ufffd"


PROSE = st.sampled_from(
    ["Rain.", "【1†s】", "turn0search1", "<think>", "</think>", ":::", "a\u200bb", "`", "![x](sandbox:/y)"]
)
CODE = st.text(st.sampled_from("ab `<>:【†】turn0search1\u200b\n"), max_size=30).filter(lambda text: "```" not in text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.lists(PROSE, max_size=3), CODE), max_size=4))
def test_cleaning_never_changes_a_code_fence(pieces: list[tuple[list[str], str]]) -> None:
    """Fences come out as they went in, unless a reasoning block around them is cut out as a whole."""
    text = "".join(f"{' '.join(prose)}\n```py\n{code}\n```\n" for prose, code in pieces)
    fences = [piece for is_code, piece in split_code(text) if is_code and piece.startswith("```")]
    cleaned = clean_reply(text)
    assert len(fences) == len(pieces)
    if "<think>" not in "".join(word for prose, _ in pieces for word in prose):
        assert all(fence in cleaned for fence in fences)


@given(st.text(max_size=200))
def test_pieces_of_code_and_prose_join_to_the_text(text: str) -> None:
    assert "".join(piece for _, piece in split_code(text)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "\ue200",
        "[",
        "`",
        "x<think>",
        "<think>a</think>",
        "【",
        "``` ",
        "`a``b",
        "x```\n",
        "data:",
        ":::writing\n",
        "![](sandbox:",
    ],
)
def test_cleaning_takes_no_quadratic_time(piece: str) -> None:
    """A hundred thousand unclosed openers; a quadratic search would take minutes."""
    clean_reply(piece * 100_000 + "\u200b")


NO_TIMES: list[Any] = [0, -1, None, True, "", "yesterday", "2024-13-40", 1e300, float("nan"), [], {}]
TIMES: list[tuple[Any, str | None]] = [
    (1718000000.51, "2024-06-10T06:13:20Z"),
    (1718000000510, "2024-06-10T06:13:20Z"),
    (1718000000510000, "2024-06-10T06:13:20Z"),
    (1718000000510000000, "2024-06-10T06:13:20Z"),
    ("1718000000", "2024-06-10T06:13:20Z"),
    ("2026-03-01T10:00:00.000001Z", "2026-03-01T10:00:00Z"),
    ("2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00Z"),
    ("2024-06-10T06:20:00.123456789", "2024-06-10T06:20:00Z"),
    ("2024-06-10", "2024-06-10T00:00:00Z"),
    *[(value, None) for value in NO_TIMES],
]


@pytest.mark.parametrize(("value", "expected"), TIMES, ids=repr)
def test_times_of_every_unit(value: Any, expected: str | None) -> None:
    assert iso_time(value) == expected


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped to ASCII", "UTF-8"])
def test_what_a_conversation_may_hold_is_told_from_its_json(escaped: bool) -> None:
    """Every character that cleaning acts on is told, in both forms, and no other one but the backslash."""
    for code in (*range(0x20, 0x7F), *range(0x80, 0x2100), *range(10), *range(0xE1F0, 0xE210), 0xFEFF, 0x1F600):
        raw = json.dumps({"text": f"a{chr(code)}b"}, ensure_ascii=escaped).encode()
        acts = clean_reply(f"a{chr(code)}b") != f"a{chr(code)}b" or chr(code) == "†"  # which needs its brackets
        assert any(traits_of(raw)) == acts or chr(code) == "\\", hex(code)
