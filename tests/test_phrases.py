"""Phrases in context: three hundred sentences as people write them, each labelled by hand, and how text is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.console import UserError
from identity.filters import spoken_text
from identity.filters.phrases import PhraseMatcher, compile_phrase
from identity.filters.spoken_text import FILLER, INVISIBLE, folded, own_words
from identity.filters.verdicts import Candidate, Verdict
from identity.records import Message
from presets import AI_SLOP_PHRASES, CORPORATE_PHRASES

SENTENCES = sorted((Path(__file__).parent / "sentences").glob("*.tsv"))


@pytest.fixture(scope="module")
def matcher() -> PhraseMatcher:
    return PhraseMatcher(("corporate", "ai_slop"))


def find(matcher: PhraseMatcher, content: str, *heard: str) -> Verdict | None:
    messages = [Message(id="u", parent=None, role="user", content=said) for said in heard]
    messages.append(Message(id="m", parent=None, role="assistant", content=content))
    return matcher.first(Candidate(messages[-1], messages, len(heard)))


def labelled(path: Path) -> list[tuple[str, str, str]]:
    """(verdict, heard, sentence) of every line; comments begin with #."""
    lines = path.read_text("utf-8").replace("\\n", "\f").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(verdict, heard.replace("\f", "\n"), text.replace("\f", "\n")) for verdict, heard, text in rows]


# --- truth ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SENTENCES, ids=lambda path: path.stem)
def test_every_sentence_is_judged_as_labelled(matcher: PhraseMatcher, path: Path) -> None:
    rows = labelled(path)
    wrong = [row for row in rows if (find(matcher, row[2], *filter(None, [row[1]])) is not None) != (row[0] == "take")]
    assert wrong == []
    assert len(rows) >= 60
    assert {verdict for verdict, _, _ in rows} == {"take", "keep"}


def test_there_is_a_group_for_each_phrase_judged_in_context() -> None:
    groups = [path.stem for path in SENTENCES]
    assert groups == ["corporate_literal", "here_for_you", "in_this_space", "leverage", "slop_literal"]


def test_there_are_a_thousand_labelled_sentences_in_all() -> None:
    files = SENTENCES + list((SENTENCES[0].parent / "packs").glob("*.tsv"))
    lines = [line for path in files for line in path.read_text("utf-8").split("\n") if line]
    assert len([line for line in lines if not line.startswith("#")]) >= 1000


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "‘"])
def test_all_apostrophes_are_one(matcher: PhraseMatcher, apostrophe: str) -> None:
    assert find(matcher, f"Of course! I{apostrophe}m here for you.") is not None


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ"])
def test_the_labels_hold_with_every_apostrophe(matcher: PhraseMatcher, apostrophe: str) -> None:
    for path in SENTENCES:
        for verdict, heard, text in labelled(path):
            said = [heard.replace("'", apostrophe)] if heard else []
            found = find(matcher, text.replace("'", apostrophe).replace("’", apostrophe), *said)
            assert (found is not None) == (verdict == "take"), text


# Each phrase of the guide's two lists, in a sentence that means it.
GUIDE_PHRASES = {
    "not nothing": "Well, that is not nothing.",
    "hold space": "I will hold space for you.",
    "holding space": "We are holding space for that.",
    "unpack that": "Let's unpack that.",
    "circle back": "We can circle back tomorrow.",
    "touch base": "Let's touch base soon.",
    "synergize": "The teams should synergize.",
    "leverage": "We should leverage our strengths.",
    "think outside the box": "Try to think outside the box.",
    "low-hanging fruit": "Start with the low-hanging fruit.",
    "move the needle": "This will move the needle.",
    "paradigm shift": "It is a paradigm shift for us.",
    "I appreciate you": "I appreciate you.",
    "I hear you": "I hear you.",
    "that resonates": "Oh, that resonates.",
    "I'm here for you": "Remember, I'm here for you.",
    "validate your feelings": "I want to validate your feelings.",
    "in this space": "There are many players in this space.",
}


@pytest.mark.parametrize("phrase", GUIDE_PHRASES)
def test_every_phrase_of_the_guide_is_found_in_any_dress(matcher: PhraseMatcher, phrase: str) -> None:
    sentence = GUIDE_PHRASES[phrase]
    start = sentence.index(phrase)
    found = find(matcher, sentence)
    assert found is not None
    assert found.span == (start, start + len(phrase))
    wide = "".join(chr(ord(char) + 0xFEE0) if "a" <= char <= "z" else char for char in phrase)
    for dress in (
        phrase.upper(),
        phrase.replace(" ", "\n"),
        phrase.replace(" ", "\u00a0"),
        phrase.replace(" ", " **"),
        phrase[:3] + "\u200b" + phrase[3:],
        phrase[:3] + "\u00ad" + phrase[3:],
        wide,
    ):
        text = sentence.replace(phrase, dress)
        found = find(matcher, text)
        assert found is not None, text
        assert text[slice(*found.span)] == dress


@pytest.mark.parametrize(
    "form",
    ["synergise", "synergies", "synergy", "synergizing", "leveraging", "leveraged", "leverages"],
)
def test_word_forms_are_found(matcher: PhraseMatcher, form: str) -> None:
    assert find(matcher, f"In the plan it is said that we {form} our strengths a lot.") is not None


# --- what is not the speaker's own ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("so `circle back` it is", "so _____________ it is"),
        ("a ``b ` c`` d", "a _________ d"),
        ("one ` lone tick", "one ` lone tick"),
        ("tick ` here\n\nand ` there", "tick ` here\n\nand ` there"),
        ("x\n```py\ncode\n```\ny", "x\n_____\n____\n___\ny"),
        ("x\n~~~\ncode\n~~~~\ny", "x\n___\n____\n____\ny"),
        ("x\n```\nnever closed", "x\n___\n____________"),
        ("> quoted line\nmine", "_____________\nmine"),
        ("a > b and c", "a > b and c"),
        ("see https://a.b/c-d?e=f, and", "see " + "_" * 20 + " and"),
        ("[text](https://a.b/c)", "[text](_____________)"),
        ('he said "so be it" and left', "he said __________ and left"),
        ("he said “so be it” and left", "he said __________ and left"),
        ("er sagte „so sei es“ und ging", "er sagte ___________ und ging"),
        ("il dit « ainsi soit » et part", "il dit ______________ et part"),
        ('he said "so be it and left', 'he said "so be it and left'),
        ("he said “so be it and left", "he said “so be it and left"),
        ('a "quote\n\nthat" spans paragraphs', 'a "quote\n\nthat" spans paragraphs'),
        ("don't 'do' the dogs' thing", "don't 'do' the dogs' thing"),
        ('a 27" screen and a 5\'10" man', 'a 27" screen and a 5\'10" man'),
        ('"so be it"', '"so be it"'),
        ('*smiles* "so be it, love"', '*smiles* "so be it, love"'),
    ],
)
def test_code_quotes_and_links_are_not_the_speakers_own_words(text: str, own: str) -> None:
    assert own_words(text).replace(FILLER, "_") == own


@given(st.text(alphabet="ab `~\n\"“”„«»>'*.:/htp", max_size=60))
@settings(max_examples=300, deadline=None)
def test_blanking_keeps_every_position(text: str) -> None:
    own = own_words(text)
    assert len(own) == len(text)
    assert all(mine in (theirs, FILLER) for mine, theirs in zip(own, text, strict=True))
    assert [i for i, char in enumerate(own) if char == "\n"] == [i for i, char in enumerate(text) if char == "\n"]


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_positions_survive_folding(text: str) -> None:
    reading = folded(text)
    if reading is not None:
        spans = [reading.span_in_original(start, start + 1) for start in range(len(reading.text))]
        assert all(0 <= first < last <= len(text) for first, last in spans)
        assert spans == sorted(spans)


# --- lists that people edit -------------------------------------------------------------------------------------


def test_an_edit_that_does_not_compile_names_the_phrase() -> None:
    with pytest.raises(UserError, match="custom/my phrase"):
        compile_phrase({"name": "my phrase", "pattern": "foo(?=bar)"})
    with pytest.raises(UserError, match="unknown field vetoo"):
        compile_phrase({"name": "my phrase", "pattern": "foo", "vetoo": "bar"})


def test_every_pattern_is_bounded_by_words_on_both_sides() -> None:
    for entry in CORPORATE_PHRASES + AI_SLOP_PHRASES:
        assert entry["pattern"].startswith(r"\b")
        assert entry["pattern"].endswith(r"\b") or entry["pattern"].endswith(")")


@pytest.mark.parametrize(
    "hostile", ["`" * 40_000, '"a ' * 20_000, "“" * 40_000, "> " * 20_000, "*a" * 20_000, "a" * 200_000]
)
def test_a_hostile_message_is_read_in_linear_time(matcher: PhraseMatcher, hostile: str) -> None:
    import time

    started = time.perf_counter()
    find(matcher, hostile + " not nothing")
    assert time.perf_counter() - started < 1.0


def test_characters_without_width_are_the_same_in_both_engines() -> None:
    import re2

    invisible = re2.compile(INVISIBLE)
    assert [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and invisible.search(chr(code))] == [
        chr(code) for code in range(0x110000) if spoken_text._INVISIBLE.match(chr(code))
    ]
