"""Copies of what was said before: which of them are too many, and what is no copy."""

from __future__ import annotations

import pytest

from identity.filters.duplicates import Copy, Duplicates

STOCK = (
    "The harbour office opens at nine on weekdays and at ten on Saturdays; bring the papers of the boat, a pencil,"
    " some patience and a coat, because the hall is cold and the line is long before the ferry leaves at noon for the"
    " island."
)


def surplus(kind: str, *contents: str, keep: int = 1) -> list[Copy | None]:
    seen = Duplicates(kind, keep)
    return [seen.surplus("c", f"m{number}", content) for number, content in enumerate(contents)]


def test_the_first_copies_stay_and_the_rest_name_the_first() -> None:
    assert surplus("exact", STOCK, STOCK, STOCK, keep=2) == [None, None, Copy("c", "m0", 1.0)]


def test_case_white_space_and_styled_letters_make_no_difference() -> None:
    disguised = STOCK.upper().replace(" ", "  \n").replace("H", "\uff28")
    assert surplus("exact", STOCK, disguised) == [None, Copy("c", "m0", 1.0)]


def test_a_changed_word_is_a_near_copy_and_no_exact_one() -> None:
    pytest.importorskip("rensa", reason="near copies need rensa")
    changed = STOCK.replace("pencil", "lantern")
    assert surplus("exact", STOCK, changed) == [None, None]
    [first, second] = surplus("near", STOCK, changed)
    assert first is None
    assert second is not None and second[:2] == ("c", "m0") and 0.8 <= second.score < 1


def test_the_same_matter_in_other_words_is_no_copy() -> None:
    pytest.importorskip("rensa", reason="near copies need rensa")
    retold = (
        "On weekdays you can go to the harbour office from nine, on Saturdays from ten. Take a coat since it is cold in"
        " there, and go early: before the noon ferry to the island everybody queues, with papers and pencils in hand."
    )
    assert surplus("near", STOCK, retold) == [None, None]


@pytest.mark.parametrize("kind", ["exact", "near"])
def test_a_short_catch_phrase_is_never_too_many(kind: str) -> None:
    pytest.importorskip("rensa", reason="near copies need rensa")
    assert surplus(kind, *["Mind the third step, love!"] * 20) == [None] * 20


def test_a_sentence_in_chinese_counts_as_long_as_it_is() -> None:
    sentence = "水开了，快进来坐吧。新家怎么样？你上次说窗户朝南。"
    assert surplus("exact", sentence, sentence)[1] == Copy("c", "m0", 1.0)
