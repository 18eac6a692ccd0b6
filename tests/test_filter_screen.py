"""The screen: one look at a message for everything; what it lets pass has nothing for anyone."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.filters import judge, prepare, screen
from identity.filters.privacy import Placeholders, Redactor
from identity.filters.stream import redact
from identity.filters.verdicts import Settings, UserPattern
from identity.records import Conversation, Message
from presets import PACKS

CHOSEN = Settings(patterns=(UserPattern(r"\brain\b"), UserPattern("käse")), packs=tuple(PACKS))
RULES = prepare(CHOSEN)
PERSONAL = Redactor("pii", [["Anna Berg", "Anni"]])
SCREEN = screen.prepare(CHOSEN, PERSONAL)

# What the searches look for, what only resembles it, and what disguises it.
PIECES = st.sampled_from(
    [
        *("rain", "Käse", "KÄSE", "leverage our data", "As an AI, I", "circle back", "Great question!", "— so — it —"),
        *("anna berg", "ANNI", "a@x.org", "sk-ant-abcdefghij0123456789", "4111 1111 1111 1111", "https://a:b9@x.org"),
        *("DE89 3704 0044 0532 0130 00", "+44 20 7946 0958", "-----BEGIN PRIVATE KEY-----", "192.0.2.7"),
        *(
            "\u200b",
            "\u00ad",
            "ﬁ",
            "ｒａｉｎ",
            "２",
            " ",
            "\n",
            "’",
            "`",
            '"',
            "> ",
            "é",
            "天気",
            "x",
            "7",
            ".",
            "brain",
        ),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=4))
def test_it_changes_no_verdict_and_no_placeholder(contents: list[str]) -> None:
    messages = [Message(id=str(at), parent=None, role="assistant", content=text) for at, text in enumerate(contents)]
    screened, plain = Conversation(id="c", messages=messages), Conversation(id="c", messages=copy.deepcopy(messages))
    assert SCREEN is not None
    suspects = SCREEN.suspects(screened)
    redact(screened, PERSONAL, Placeholders(), suspects)
    redact(plain, PERSONAL, Placeholders())
    assert screened == plain
    assert judge([screened], RULES, CHOSEN, [suspects]) == judge([plain], RULES, CHOSEN)


@pytest.mark.parametrize("content", ["The tide turns at six.", "Käsekuchen und Tee", "Windy, 7.25 — and that is all"])
def test_it_lets_most_pass(content: str) -> None:
    chosen = Settings(patterns=(UserPattern(r"\brain\b"),))
    looked = screen.prepare(chosen, Redactor("secrets"))
    assert looked is not None
    assert (
        looked.suspects(Conversation(id="c", messages=[Message(id="m", parent=None, role="user", content=content)]))
        == frozenset()
    )


def test_there_is_none_where_a_pattern_is_beyond_re2() -> None:
    assert screen.prepare(Settings(patterns=(UserPattern(r"(?<=a)b"),)), None) is None
