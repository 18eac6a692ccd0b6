"""The packs of presets.py: every rule finds its own hits and none of its misses, and each action does what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import conversation_filter
from identity.filters import judge, prepare
from identity.filters.account import Account, with_marks
from identity.filters.phrases import PhraseMatcher
from identity.filters.survey import survey
from identity.filters.verdicts import Candidate, Settings, Verdict
from identity.records import Conversation, Message, read_conversations, write_conversations
from presets import PACKS

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))

from filter_truth import SENTENCES, judged_as, lone_rules, read_sentences

# Precision and recall on the sentences of tests/sentences/packs, rounded down: an edit that harms a pack is seen.
REACHED = {
    "corporate": (0.88, 1.00),
    "ai_slop": (0.95, 0.95),
    "ai_identity": (0.96, 0.94),
    "refusal": (0.97, 0.89),
    "service_close": (0.91, 0.91),
    "sycophant_open": (1.00, 0.96),
    "contrast": (1.00, 0.92),
    "vocab": (1.00, 1.00),
    "format": (1.00, 1.00),
}

RULES_WITH_EXAMPLES = [
    pytest.param(pack, entry, id=f"{pack}/{entry['name']}")
    for pack, entries in PACKS.items()
    for entry in entries
    if "hits" in entry
]


def found(packs: tuple[str, ...], content: str, role: str = "assistant") -> list[Verdict]:
    message = Message(id="m", parent=None, role=role, content=content)  # type: ignore[arg-type]
    verdict, marks = PhraseMatcher(packs).judged(Candidate(message))
    return [verdict] if verdict else list(marks)


def after(packs: tuple[str, ...], content: str) -> str | None:
    """What is left of a reply: its content, or None if it was taken."""
    settings = Settings(packs=packs, min_length=10)
    conversation = Conversation(id="c", messages=[Message(id="m", parent=None, role="assistant", content=content)])
    judgement = judge([conversation], prepare(settings), settings)
    if judgement.verdicts[0][0]:
        return None
    marks = {position: marks for (_, position), marks in judgement.marks.items()}
    return with_marks(conversation, marks, Account()).messages[0].content


@pytest.mark.parametrize("pack, entry", RULES_WITH_EXAMPLES)
def test_every_rule_finds_its_hits_and_not_its_misses(pack: str, entry: dict[str, Any]) -> None:
    name = f"{pack}/{entry['name']}"
    for sentence in entry["hits"]:
        for apostrophe in ("'", "’"):
            names = [verdict.name for verdict in found((pack,), sentence.replace("'", apostrophe))]
            assert name in names, sentence
    for sentence in entry["misses"]:
        assert name not in [verdict.name for verdict in found((pack,), sentence)], sentence


@pytest.mark.parametrize("pack", PACKS)
def test_every_pack_is_as_right_on_the_labelled_sentences_as_it_was(pack: str) -> None:
    sentences = read_sentences(SENTENCES / "packs" / f"{pack}.tsv")
    _, (tally, _, _), _ = judged_as(sentences, lone_rules((pack,)))
    precision, recall = REACHED[pack]
    assert (tally.precision or 0) >= precision
    assert (tally.recall or 0) >= recall


def test_every_sentence_to_take_names_a_rule_of_its_pack() -> None:
    for pack, entries in PACKS.items():
        rules = {entry["name"] for entry in entries}
        for sentence in read_sentences(SENTENCES / "packs" / f"{pack}.tsv"):
            assert sentence.rule in rules if sentence.take else not sentence.rule, (pack, sentence.line)


def test_a_rule_of_the_voice_does_not_judge_the_other_side() -> None:
    assert found(("ai_identity",), "As an AI, I cannot.") != []
    assert found(("ai_identity",), "As an AI, I cannot.", role="user") == []


def test_trimming_takes_the_sentence_and_leaves_the_rest_to_the_letter() -> None:
    packs = ("service_close", "sycophant_open")
    assert after(packs, "Great question! Herons  stand\non one leg. Let me know if you need more!") == (
        "Herons  stand\non one leg."
    )


def test_a_message_of_which_nothing_would_be_left_is_taken() -> None:
    assert after(("service_close",), "Let me know if you need anything else!") is None
    assert after(("service_close",), "Yes. Let me know if you need anything else!") is None


def test_trimmed_spans_of_a_disguised_text_are_those_of_the_original() -> None:
    assert after(("service_close",), "It opens at nine. Feel\u200b free to reach out\u200b!") == "It opens at nine."


def test_a_note_changes_nothing() -> None:
    text = "We delve into the intricate tapestry of tides, a testament to patience."
    assert after(("vocab",), text) == text
    [note] = found(("vocab",), text)
    assert (note.action, note.score) == ("score", 4.0)


# Nine replies of a voice with its dashes, and one with three times as many.
DASHES = [
    f"{'The tide — so it goes — is late again, and the boats wait by the quay for the rain to end. ' * 2}{n}"
    for n in range(9)
]
MORE = "The tide — slow — came in — grey — and the boats — all nine — rose, by the quay in the long rain of a wet June."


def reply(content: str) -> Conversation:
    return Conversation(id="c", messages=[Message(id="m", parent=None, role="assistant", content=content)])


def noted_with(voice: list[str], content: str) -> list[str | None]:
    habits = survey(map(reply, voice), packs=("format",)).habits
    chosen = Settings(packs=("format",), habits=tuple((name, spread.habit()) for name, spread in habits.items()))
    return [mark.name for marks in judge([reply(content)], prepare(chosen), chosen).marks.values() for mark in marks]


def test_formatting_is_noted_where_it_is_unusual_for_the_voice() -> None:
    assert noted_with(
        ["The tide is late again, and the boats wait by the quay for the rain to end now."] * 9, MORE
    ) == ["format/em dashes"]


def test_who_loves_dashes_is_not_noted_for_them() -> None:
    assert noted_with(DASHES, DASHES[0]) == []
    assert noted_with([*DASHES, MORE], MORE) == ["format/em dashes"]


def test_notes_lower_the_quality_score() -> None:
    lively = Settings(packs=("vocab",), min_quality=0.9)
    words = "We delve into the intricate tapestry of tides, a testament to patience, by the harbour."
    assert [verdict and verdict.pattern for verdict in judge([reply(words)], prepare(lively), lively).verdicts[0]] == [
        "wording"
    ]
    plain = Settings(packs=(), min_quality=0.9)
    assert judge([reply(words)], prepare(plain), plain).verdicts == [[None]]


def test_quotations_and_code_are_not_searched() -> None:
    assert found(("ai_identity",), 'It said "As an AI, I cannot" and went to sleep.') == []
    assert found(("ai_identity",), "```\nAs an AI, I cannot\n```") == []


def test_all_but_the_first_two_packs_are_off() -> None:
    assert Settings().packs == ("corporate", "ai_slop") == tuple(PACKS)[:2]


def test_the_list_of_rules_names_every_phrase_and_what_is_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert conversation_filter.main(["--list-rules", "--packs", "refusal"]) == 0
    told = capsys.readouterr().out
    assert "corporate (on)" in told and "refusal (on)" in told and "vocab (off; --packs vocab)" in told
    assert all(f"  {entry['name']}: " in told for entries in PACKS.values() for entry in entries)


def test_a_pack_that_is_not_there_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "parsed.json"
    source.write_text("[]", encoding="utf-8")
    assert conversation_filter.main([str(source), "--dry-run", "--packs", "nonsense"]) == 2
    assert "there are corporate, ai_slop" in capsys.readouterr().err


def test_trims_and_notes_are_in_the_rejects_and_the_statistics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output, rejects = tmp_path / "parsed.json", tmp_path / "out.json", tmp_path / "r.jsonl"
    text = "It opens at nine, by the quay. I hope this helps!"
    write_conversations(
        source, [Conversation(id="c", messages=[Message(id="m", parent=None, role="assistant", content=text)])]
    )
    flags = ["--output", str(output), "--rejects", str(rejects), "--packs", "service_close", "--toxicity", "off"]
    assert conversation_filter.main([str(source), *flags]) == 0
    assert [m.content for c in read_conversations(output) for m in c.messages] == ["It opens at nine, by the quay."]
    [line] = [json.loads(line) for line in rejects.open(encoding="utf-8")]
    assert (line["action"], line["name"], line["match"]) == (
        "trim",
        "service_close/I hope this helps",
        " I hope this helps!",
    )
    assert "1 messages are kept without a sentence" in capsys.readouterr().out
