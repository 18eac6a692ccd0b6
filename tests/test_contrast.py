"""The voice's own phrases: those that it says, in several conversations, and the other side does not."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.filters.contrast import Phrase, PhraseCounts, phrases, ranked
from identity.records import Conversation, Message


def chat(*turns: tuple[str, str], weight: int = 1) -> Conversation:
    """A conversation of (question, answer) pairs."""
    messages = []
    for number, (question, answer) in enumerate(turns):
        messages.append(Message(id=f"u{number}", parent=None, role="user", content=question))
        messages.append(Message(id=f"a{number}", parent=None, role="assistant", content=answer, weight=weight))
    return Conversation(id="c", messages=messages)


def counted(*conversations: Conversation, limit: int = 300_000) -> PhraseCounts:
    counts = PhraseCounts(limit)
    for conversation in conversations:
        counts.add(conversation)
    return counts


def own(*conversations: Conversation, minimum: int = 2) -> dict[str, Phrase]:
    return {phrase.text: phrase for phrase in ranked(counted(*conversations), limit=1000, minimum=minimum)}


# --- phrases ----------------------------------------------------------------------------------------------------


def test_phrases_are_one_to_four_words() -> None:
    assert set(phrases("Oh, bless your heart")) == {
        *("oh", "bless", "your", "heart"),
        *("oh bless", "bless your", "your heart"),
        *("oh bless your", "bless your heart"),
        "oh bless your heart",
    }


def test_no_phrase_goes_over_the_end_of_a_sentence_or_line() -> None:
    assert set(phrases("Yes. No\nWell")) == {"yes", "no", "well"}


def test_case_and_curly_apostrophes_make_no_difference() -> None:
    assert list(phrases("DON’T")) == list(phrases("don't")) == ["don't"]


def test_only_own_words_count() -> None:
    assert set(phrases('She said "never mind" to `x = 1`\n> quoted line\nhttps://example.org/a')) == {
        *("she", "said", "to", "she said"),
    }


@pytest.mark.parametrize("text", ["你好吗", "ありが", "สวั"])
def test_scripts_without_spaces_give_two_to_four_characters(text: str) -> None:
    assert set(phrases(text)) == {text[:2], text[1:], text}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Чайник уже", {"чайник", "уже"}),
        ("केतली सीटी", {"केतली", "सीटी"}),
        ("안녕 친구", {"안녕", "친구"}),
        ("يا قلبي", {"يا", "قلبي"}),
    ],
)
def test_scripts_with_spaces_give_words(text: str, words: set[str]) -> None:
    assert {phrase for phrase in phrases(text) if " " not in phrase} == words


def test_mixed_text_gives_both_and_nothing_across() -> None:
    assert set(phrases("use Python吧朋友")) == {"use", "python", "use python", "吧朋", "朋友", "吧朋友"}


# --- ranking ----------------------------------------------------------------------------------------------------


def test_what_the_voice_says_and_the_other_does_not_comes_first() -> None:
    conversation = chat(
        ("the rain is here again", "mizzle, i say, and the rain is here"), ("is the rain", "mizzle again")
    )
    assert next(iter(own(conversation, conversation))) == "mizzle"
    assert "rain" not in own(conversation, conversation)


def test_z_is_that_of_the_paper() -> None:
    found = own(chat(("rain", "mizzle rain")), chat(("rain", "mizzle. rain")))["mizzle"]
    # mizzle: 2 of the voice's 4 words, 0 of the other's 2; the prior is 0.2 of 0.6
    delta = math.log(2.2 / (4.6 - 2.2)) - math.log(0.2 / (2.6 - 0.2))
    assert found.z == pytest.approx(delta / math.sqrt(1 / 2.2 + 1 / 0.2))
    assert found[2:] == (2, 0, 2)


def test_a_phrase_of_one_conversation_is_its_topic() -> None:
    talk = chat(*[("and then", "the lighthouse, darling")] * 5)
    assert set(own(talk, chat(("so", "darling")))) == {"darling"}


def test_a_phrase_that_is_part_of_a_longer_one_is_left_to_that() -> None:
    talk = chat(("what a day it is", "bless your heart. so it is"), ("is it so", "bless your heart"))
    assert "your heart" not in own(talk, talk)
    assert "bless" not in own(talk, talk)


def test_unless_it_is_said_on_its_own_as_well() -> None:
    talk = chat(("hello is it so", "bless your heart. it is so"), ("so is it", "bless. bless you. it is so"))
    assert "bless" in own(talk, talk)


def test_fewer_than_the_minimum_are_not_shown() -> None:
    talk = chat(("the rain", "mizzle. the rain"))
    assert "mizzle" in own(talk, talk, minimum=2)
    assert "mizzle" not in own(talk, talk, minimum=3)


def test_context_is_not_the_voice() -> None:
    talk = chat(("the rain", "mizzle"), weight=0)
    assert not counted(talk, talk).totals["voice"]


def test_the_system_is_nobody() -> None:
    talk = Conversation(id="c", messages=[Message(id="s", parent=None, role="system", content="be kind")])
    assert not counted(talk).uses


def test_without_another_side_there_is_no_contrast() -> None:
    talk = chat(("", "mizzle, i say"))
    assert own(talk, talk) == {}


def test_chinese_and_japanese_habits_are_found() -> None:
    talk = chat(("今天下雨了", "亲爱的，下雨了"), ("今日は雨です", "そうだね、雨です"))
    found = own(talk, talk)
    assert {"亲爱的", "そうだね"} <= set(found)
    assert "下雨" not in found


def test_no_more_than_the_limit_and_always_in_the_same_order() -> None:
    talks = [chat(("the rain", "mizzle smirr. haar")), chat(("the rain", "haar. mizzle smirr"))]
    assert ranked(counted(*talks), 1, 1) == ranked(counted(*reversed(talks)), 3, 1)[:1]


# --- counts -----------------------------------------------------------------------------------------------------

TEXTS = st.lists(st.sampled_from(["mizzle", "rain", "the", "don’t", "下雨", "。", ".", "\n"]), max_size=8).map(" ".join)
CHATS = st.lists(st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(lambda turns: chat(*turns)), max_size=4)


@given(CHATS, CHATS)
def test_merged_counts_are_those_of_all_conversations(some: list[Conversation], more: list[Conversation]) -> None:
    merged = counted(*some)
    merged.merge(pickle.loads(pickle.dumps(counted(*more))))
    together = counted(*some, *more)
    assert (merged.uses, merged.totals) == (together.uses, together.totals)
    assert ranked(merged, minimum=1) == ranked(together, minimum=1)


def test_beyond_the_limit_the_rarest_are_forgotten() -> None:
    habits = [chat((f"other{number}", f"mizzle. word{number}")) for number in range(50)]
    counts = counted(*habits, limit=20)
    assert len(counts.uses) <= 20
    assert counts.uses["mizzle"].as_tuple() == (50, 0, 50)
    assert counts.totals["voice"][1] == 100  # the totals stay those of all that was said


def test_what_is_forgotten_does_not_depend_on_the_order_of_words() -> None:
    one, two = chat(("", "a. b. c. d. a")), chat(("", "d. c. b. a. a"))
    assert counted(one, limit=3).uses == counted(two, limit=3).uses
