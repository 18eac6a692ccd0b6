"""Redaction with Presidio: names and ids become placeholders, what was found by form stands, no network is touched.

No published model is at hand in a test, so a tiny one is trained here: it knows a few sentences and that is enough,
because what is tested is what becomes of a model's findings, not how good they are.
"""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest

import conversation_filter
from identity.filters import presidio, presidio_model
from identity.filters.privacy import Finding, Placeholders, Redactor
from identity.records import Alternative, Conversation, Message, write_conversations

NEEDED = "needs Presidio and spaCy: pip install -r requirements/presidio.txt"

PEOPLE = ["Mara Lindqvist", "Tobias", "José Ferreira", "Zoe\u0308 Quinn", "Ines O'Dell", "Oskar", "Priya Raman"]
PLACES = ["Lisbon", "Port Ellen", "Aarhus", "Thornwick"]
SENTENCES = [
    "yesterday {0} came by with a cake",
    "my friend {0} lives in {1} now",
    "I told {0} about the boat and the rain",
    "{0}'s boat lies in {1} until spring",
    "we left {1} with {0} on a windy morning",
    "a letter for {0} 😀 came today",
]
PLAIN = [
    "the boat leaks a little",
    "circle back with the tide at six",
    "rain again, tea and a book",
    "Windy today. Yes!",
]
# spaCy's own architecture, a third as wide as it is by default: trained in a second.
SMALL_MODEL = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    **{"hidden_width": 32, "maxout_pieces": 2, "use_upper": True},
    "tok2vec": {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        **{"width": 32, "depth": 2, "embed_size": 500, "window_size": 1, "maxout_pieces": 3, "subword_features": True},
    },
}


def examples(language: Any) -> list[Any]:
    from spacy.training import Example

    made = [Example.from_dict(language.make_doc(text), {"entities": []}) for text in PLAIN]
    for sentence in SENTENCES:
        for number, person in enumerate(PEOPLE):
            place = PLACES[number % len(PLACES)]
            text = sentence.format(person, place)
            spans = [(text.index(person), text.index(person) + len(person), "PERSON")]
            if place in text:
                spans.append((text.index(place), text.index(place) + len(place), "GPE"))
            made.append(Example.from_dict(language.make_doc(text), {"entities": spans}))
    return made


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a pipeline that finds the people and places above in the sentences above."""
    pytest.importorskip("presidio_analyzer", reason=NEEDED)
    spacy = pytest.importorskip("spacy", reason=NEEDED)
    spacy.util.fix_random_seed(1)
    language = spacy.blank("en")
    language.add_pipe("ner", config={"model": SMALL_MODEL})
    made = examples(language)
    optimizer = language.initialize(lambda: made)
    shuffled = random.Random(1)
    for _ in range(12):
        shuffled.shuffle(made)
        for batch in spacy.util.minibatch(made, 8):
            language.update(batch, sgd=optimizer, drop=0.1)
    folder = tmp_path_factory.mktemp("pipeline") / "tiny"
    language.to_disk(folder)
    return str(folder)


@pytest.fixture
def redactor(model: str) -> Redactor:
    return Redactor("pii", [["Uncle Bo", "Bo"]], presidio.load(model))


def redacted(text: str, redactor: Redactor) -> str:
    return Placeholders().replace(text, redactor.find(text))


@pytest.mark.parametrize("person", PEOPLE)
def test_a_person_and_a_place_become_placeholders(redactor: Redactor, person: str) -> None:
    assert (
        redacted(f"my friend {person} lives in Aarhus now", redactor) == "my friend [PERSON_1] lives in [PLACE_1] now"
    )


def test_a_possessive_stays_outside(redactor: Redactor) -> None:
    assert redacted("Tobias's boat lies in Lisbon until spring", redactor).startswith("[PERSON_1]'s boat")


def test_places_are_told_in_characters_also_behind_astral_ones_and_accents_of_their_own(redactor: Redactor) -> None:
    before = "😀 👩‍👩‍👧 e\u0301 𝕏 "
    text = f"{before}yesterday Zoe\u0308 Quinn came by with a cake"
    assert redacted(text, redactor) == f"{before}yesterday [PERSON_1] came by with a cake"


def test_half_a_surrogate_pair_is_no_obstacle(redactor: Redactor) -> None:
    text = "\ud83d I told Oskar about the boat and the rain"
    assert redacted(text, redactor) == "\ud83d I told [PERSON_1] about the boat and the rain"


def test_the_same_name_has_the_same_number(redactor: Redactor) -> None:
    placeholders = Placeholders()
    texts = [f"yesterday {person} came by with a cake" for person in ("Priya Raman", "Oskar", "Priya Raman")]
    numbers = [placeholders.replace(text, redactor.find(text)).split()[1] for text in texts]
    assert numbers == ["[PERSON_1]", "[PERSON_2]", "[PERSON_1]"]


def test_a_name_is_the_same_in_any_case_and_encoding() -> None:
    spelled = ["Zoë Quinn", "ZOE\u0308  QUINN", "Zoe\u0308 Quinn's"]
    values = {named.value for name in spelled if (named := presidio._named(name, 0, len(name), "PERSON"))}
    assert values == {"zoë quinn"}


def test_what_is_found_by_form_wins(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a name that a model stretches over it the rest is redacted too."""
    text = "Write to Mara anna@example.org Lindqvist"
    finder = presidio.Presidio(model)
    monkeypatch.setitem(finder._known, presidio._key(text), (Finding(9, len(text), "PERSON", ""),))
    assert redacted(text, Redactor("pii", (), finder)) == "Write to [PERSON_1] [EMAIL_1] [PERSON_2]"


def test_a_name_is_found_again_in_the_same_message(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Mara? Mara Lindqvist, mara and Maras. And Mara!"
    finder = presidio.Presidio(model)
    monkeypatch.setitem(finder._known, presidio._key(text), (Finding(0, 4, "PERSON", ""),))
    assert redacted(text, Redactor("pii", (), finder)) == (
        "[PERSON_1]? [PERSON_1] Lindqvist, mara and Maras. And [PERSON_1]!"
    )


def test_no_name_goes_over_two_lines(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "- Mara\n- Tobias\n"
    finder = presidio.Presidio(model)
    monkeypatch.setitem(finder._known, presidio._key(text), (Finding(2, len(text), "PERSON", ""),))
    assert redacted(text, Redactor("pii", (), finder)) == "- [PERSON_1]\n- [PERSON_2]\n"


def test_what_is_forgotten_is_read_again(redactor: Redactor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presidio, "_REMEMBERED", 1)
    for _ in range(2):
        for person in ("Oskar", "Tobias"):
            assert redacted(f"I told {person} about it", redactor) == "I told [PERSON_1] about it"


@pytest.mark.parametrize("listens", [True, False])
def test_shared_vectors_stay_only_where_the_names_are_found_by_them(listens: bool) -> None:
    pytest.importorskip("presidio_analyzer", reason=NEEDED)
    spacy = pytest.importorskip("spacy", reason=NEEDED)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("tok2vec")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    pipeline.add_pipe("ner", config={"model": {**SMALL_MODEL, "tok2vec": listener}} if listens else {})
    presidio_model._leave_out_vectors_nobody_listens_to(pipeline)
    assert ("tok2vec" in pipeline.pipe_names) is listens


def test_a_listed_name_is_the_listed_persons(redactor: Redactor) -> None:
    assert redacted("yesterday Bo came by with a cake", redactor) == "yesterday [NAME_1] came by with a cake"


def test_placeholders_of_an_earlier_run_stay(redactor: Redactor) -> None:
    text = "yesterday [PERSON_4] came by, and [PLACE_2] was far"
    assert redacted(text, redactor) == text


IDS = [
    ("it says AB123456C", "AB123456C"),  # British national insurance: a form with letters, written as such
    ("my DNI is 12345678Z", "12345678Z"),  # a letter that checks the digits
    ("my nhs number: 943 476 5919", "943 476 5919"),  # a check digit, and the word for it
    ("the passport, 912345678 I think", "912345678"),
    ("my taxpayer itin 912-70-1234", "912-70-1234"),
]
LOOK_ALIKES = [
    "seen 943 476 5919 times",  # passes the check digit of the NHS, as one in eleven does
    "at 1732531200 or 1732531200000",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 and nab123456c",
    "using 046 454 286 points in the meeting",  # passes Canada's check digit, whose word "sin" is in "using"
    "on 2026-11-25 at 12:30:45, see https://example.org/12345678z",
]


@pytest.mark.parametrize(("text", "number"), [*IDS, *((text, None) for text in LOOK_ALIKES)])
def test_a_national_id_has_a_telling_form_or_a_word_for_it(model: str, text: str, number: str | None) -> None:
    found = [text[one.start : one.end] for one in presidio.load(model).find(text, ()) if one.kind == "ID"]
    assert found == ([number] if number else [])


def test_a_long_message_is_read_in_parts(redactor: Redactor) -> None:
    line = "the boat leaks a little and my friend Tobias lives in Lisbon now\n"
    text = line * 700
    assert redacted(text, redactor).count("[PERSON_1]") == 700


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        *((name, True) for name in ("Anna", "王伟", "Ludwig van Beethoven", "José", "Q. Ortiz")),
        *((other, False) for other in ("-0.96", "lol", "A", "der auch nichts von Ihm", "...")),
    ],
)
def test_a_name_is_written_like_one(written: str, kept: bool) -> None:
    assert bool(presidio._named(written, 0, len(written), "PERSON")) is kept


# --- the command ----------------------------------------------------------------------------------------------------


def run(folder: Path, *flags: str) -> int:
    reply = Message(
        id="b",
        parent="a",
        role="assistant",
        content="a letter for Tobias 😀 came today, and I will circle back with anna@example.org later.",
        alternatives=[Alternative(content="my friend Tobias lives in Lisbon now")],
    )
    first = Message(id="a", parent=None, role="user", content="yesterday Priya Raman came by with a cake")
    source = folder / "parsed.json"
    write_conversations(source, [Conversation(id="c", title="a letter for Tobias came today", messages=[first, reply])])
    named = [f"--{name}={folder / file}" for name, file in (("output", "out.json"), ("rejects", "rejects.jsonl"))]
    flags = ("--report", str(folder / "report.html"), "--mode", "mask", "--toxicity", "off", "--force", *flags)
    return conversation_filter.main([str(source), *named, *flags])


def written(folder: Path) -> str:
    return "".join((folder / name).read_text(encoding="utf-8") for name in ("out.json", "rejects.jsonl", "report.html"))


def test_no_name_is_in_output_rejects_or_report_and_no_network_is_touched(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert run(tmp_path, "--redact", "presidio", "--presidio-model", model) == 0
    told = capsys.readouterr()
    for name in ("Tobias", "Priya", "Raman", "Lisbon", "anna@example.org"):
        assert name not in written(tmp_path) + told.out + told.err
    content = json.loads((tmp_path / "rejects.jsonl").read_text(encoding="utf-8"))["content"]
    assert content == "a letter for [PERSON_1] 😀 came today, and I will circle back with [EMAIL_1] later."
    assert "PERSON 4" in told.out


def test_pii_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "presidio_analyzer", None)
    assert run(tmp_path, "--redact", "pii") == 0
    assert "Tobias" in written(tmp_path) and "anna@example.org" not in written(tmp_path)


def test_missing_packages_are_told_with_the_way_to_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(tmp_path, "--redact", "presidio") == 1
    told = capsys.readouterr().err
    assert "pip install -r requirements/presidio.txt" in told and "python -m spacy download en_core_web_lg" in told


def test_a_missing_model_is_told_and_not_downloaded(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import spacy.cli

    monkeypatch.setattr(spacy.cli, "download", lambda *_: pytest.fail("a download was begun"))
    assert run(tmp_path, "--redact", "presidio", "--presidio-model", "xx_no_such_sm") == 2
    assert "python -m spacy download xx_no_such_sm" in capsys.readouterr().err


def test_a_pipeline_that_knows_no_persons_is_a_wrong_call(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")
    assert run(tmp_path, "--redact", "presidio", "--presidio-model", str(tmp_path / "blank")) == 2
    assert "does not know persons" in capsys.readouterr().err


def test_a_model_without_presidio_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--presidio-model", "en_core_web_sm") == 2
    assert "--redact presidio" in capsys.readouterr().err
