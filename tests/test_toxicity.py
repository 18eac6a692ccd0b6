"""Toxicity: what detoxify says about short texts, and what it would not see in long ones."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import conversation_filter
from identity import filter_flags
from identity.console import UsageError, UserError
from identity.filters import judge, prepare
from identity.filters import toxicity as toxicity_rule
from identity.filters.toxicity import Window, batches, in_precision, parse_thresholds, scores, windows_of
from identity.filters.toxicity import prepare as prepare_toxicity
from identity.filters.toxicity_model import MODEL_NAMES, ToxicityUnavailable, load
from identity.filters.verdicts import Candidate, Settings
from identity.records import Conversation, Message, read_conversations, write_conversations

LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "the",
    "rain",
    "is",
    "lovely",
    "today",
    "you",
    "are",
    "a",
    "vile",
    "idiot",
    "tea",
    "and",
    "bread",
    "with",
    "honey",
    ".",
]


def conversation(*contents: str) -> Conversation:
    messages = [
        Message(id=f"m{n}", parent=f"m{n - 1}" if n else None, role="assistant" if n % 2 else "user", content=content)
        for n, content in enumerate(contents)
    ]
    return Conversation(id="c", messages=messages)


# --- without a model --------------------------------------------------------------------------------------------


def window(length: int) -> Window:
    return Window(0, {"input_ids": [1] * length})


def test_a_batch_padded_to_its_longest_window_stays_within_the_token_budget() -> None:
    windows = sorted([window(length) for length in (512, 512, 40, 300, 7, *[100] * 60)], key=len, reverse=True)
    groups = list(batches(windows, 4096))
    assert all(len(group) * len(group[0]) <= 4096 for group in groups)
    assert [len(item) for group in groups for item in group] == [len(item) for item in windows]
    assert len(groups) == 3


def test_thresholds_of_single_labels_are_read_from_text() -> None:
    assert parse_thresholds([]) == ()
    assert parse_thresholds(["insult=0.95", " sexual_explicit = 2 "]) == (("insult", 0.95), ("sexual_explicit", 2.0))


@pytest.mark.parametrize(
    "text", ["insult", "insult=", "insult=high", "insult=-1", "insult=nan", "rudeness=0.5", "=1", ""]
)
def test_a_threshold_that_cannot_be_read_is_told_with_the_labels_there_are(text: str) -> None:
    with pytest.raises(UsageError, match=r"severe_toxicity.*sexual_explicit"):
        parse_thresholds([text])


def test_two_thresholds_for_one_label_are_a_wrong_call() -> None:
    with pytest.raises(UsageError, match=r"insult.*two"):
        parse_thresholds(["insult=0.5", "insult=0.6"])


def test_a_label_is_held_to_its_own_threshold_and_the_others_to_the_common_one() -> None:
    found = {"toxicity": 0.9, "obscene": 0.85, "insult": 0.6, "sexual_explicit": 0.99}

    def label(common: float, **single: float) -> str | None:
        thresholds = dict.fromkeys(LABELS, common) | single
        verdict = toxicity_rule._verdict("text", found, thresholds)
        return verdict.pattern if verdict else None

    assert label(0.8) == "toxicity"  # the highest of those that reach theirs
    assert label(0.8, toxicity=1.01) == "obscene"  # above 1: never
    assert label(0.95) is None
    assert label(0.95, insult=0.6) == "insult"
    assert label(0.95, sexual_explicit=0.9) == "sexual_explicit"  # judged only where it is named


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Empty caches and no network; returns the addresses that were tried."""
    tried: list[str] = []

    def unreachable(request: urllib.request.Request, timeout: float) -> None:
        assert timeout <= 5
        tried.append(request.full_url)
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", unreachable)
    return tried


def run_filter(tmp_path: Path, *flags: str) -> int:
    source = tmp_path / "parsed.json"
    write_conversations(source, [conversation("Is it still raining?", "It stopped an hour ago.")], force=True)
    return conversation_filter.main([str(source), "--output", str(tmp_path / "filtered.json"), *flags])


def test_auto_says_in_one_line_that_the_weights_are_missing_and_goes_on(
    tmp_path: Path, no_weights: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_filter(tmp_path) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("note: toxicity is not checked: the weights of 'original' are not here")
    assert len(no_weights) == 1  # one attempt, no retries
    assert len(list(read_conversations(tmp_path / "filtered.json"))) == 1


def test_on_makes_missing_weights_an_error_and_writes_nothing(tmp_path: Path, no_weights: list[str]) -> None:
    assert run_filter(tmp_path, "--toxicity", "on") == 1
    assert not (tmp_path / "filtered.json").exists()


def test_hub_offline_mode_is_believed_without_an_attempt(
    tmp_path: Path, no_weights: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run_filter(tmp_path, "--toxicity", "on") == 1
    assert no_weights == []


def test_without_the_package_auto_says_how_to_get_it_and_on_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "detoxify", None)  # import detoxify raises ImportError
    assert run_filter(tmp_path) == 0
    said = capsys.readouterr().err.splitlines()
    assert said == ["note: toxicity is not checked: detoxify not available; get it with: pip install detoxify"]
    assert run_filter(tmp_path, "--toxicity", "on") == 1


def test_off_asks_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "detoxify", None)
    assert run_filter(tmp_path, "--toxicity", "off") == 0
    assert capsys.readouterr().err == ""


def test_a_model_that_is_neither_name_nor_folder_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="original, unbiased"):
        load("orginal")


def test_one_process_without_torch_can_filter(tmp_path: Path) -> None:
    run_filter(tmp_path, "--toxicity", "off")
    program = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = sys.modules['detoxify'] = None\n"
        "import conversation_filter; sys.exit(conversation_filter.main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "parsed.json"), "--output", str(tmp_path / "again.json")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(conversation_filter.__file__).parent)
    assert done.returncode == 0
    assert "pip install detoxify" in done.stderr


# --- with tiny models -------------------------------------------------------------------------------------------


def save_checkpoint(folder: Path, network: Any) -> Path:
    """A folder as people keep a downloaded detoxify checkpoint: configuration, tokenizer and m.ckpt."""
    import torch
    from transformers import BertTokenizer

    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=512).save_pretrained(folder)
    network.config.save_pretrained(folder)
    architecture = {
        "num_classes": len(LABELS),
        "model_type": str(folder),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
    }
    # The published checkpoints call some labels by older names.
    classes = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]
    config = {"arch": {"args": architecture}, "dataset": {"args": {"classes": classes}}}
    torch.save({"config": config, "state_dict": network.state_dict()}, folder / "m.ckpt")
    return folder


def bert(hidden: int, layers: int) -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * hidden,
        max_position_embeddings=512,
        num_labels=len(LABELS),
    )
    return BertForSequenceClassification(config)


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    torch.manual_seed(0)
    return save_checkpoint(tmp_path_factory.mktemp("models") / "random", bert(32, 2))


@pytest.fixture(scope="module")
def idiot_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT whose weights are set so that "idiot" anywhere in its window is toxicity 1 and anything else 0.

    All words share one embedding, "idiot" has another; attention averages them into [CLS]; the first output reads
    off how much of "idiot" is in the average.
    """
    import torch

    network = bert(8, 1)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "LayerNorm" not in name:
                weight.zero_()
        base = network.bert
        base.embeddings.word_embeddings.weight[:, 0:2] = torch.tensor([2.0, -2.0])
        base.embeddings.word_embeddings.weight[WORDS.index("idiot")] = torch.tensor([0.0, 0, 2, -2, 0, 0, 0, 0])
        layer = base.encoder.layer[0]
        for dense in (layer.attention.self.value, layer.attention.output.dense, base.pooler.dense):
            dense.weight.copy_(torch.eye(8))
        network.classifier.weight[0, 2] = 20_000.0
        network.classifier.bias.fill_(-20.0)
    return save_checkpoint(tmp_path_factory.mktemp("models") / "idiot", network)


@pytest.mark.slow
def test_short_texts_score_as_detoxify_predict_scores_them(random_model: Path) -> None:
    from detoxify import Detoxify

    texts = ["the rain is lovely today .", "you are a vile idiot", "tea", "", "bread and honey " * 60, "zzz qqq"]
    ours = scores(load(str(random_model)), texts)
    theirs = Detoxify(checkpoint=str(random_model / "m.ckpt"))
    theirs.class_names = LABELS
    for text, found in zip(texts, ours, strict=True):
        expected = theirs.predict(text)
        assert found == pytest.approx(expected, abs=1e-5), text
    assert list(ours[0]) == LABELS


@pytest.mark.slow
def test_the_text_is_covered_by_windows_of_512_tokens_that_overlap(random_model: Path) -> None:
    model = load(str(random_model))
    words = ("the rain is lovely today you are a vile idiot tea and bread with honey " * 100).split()
    cut = list(windows_of(model, [" ".join(words), "tea"]))
    bodies = [window.inputs["input_ids"][1:-1] for window in cut if window.text == 0]
    rebuilt = list(bodies[0])
    for body in bodies[1:]:
        assert rebuilt[-toxicity_rule.OVERLAP_TOKENS :] == body[: toxicity_rule.OVERLAP_TOKENS]
        rebuilt += body[toxicity_rule.OVERLAP_TOKENS :]
    assert rebuilt == [WORDS.index(word) for word in words]
    assert max(map(len, cut)) == 512


@pytest.mark.slow
def test_an_insult_after_token_512_is_seen_though_detoxify_alone_does_not_see_it(idiot_model: Path) -> None:
    from detoxify import Detoxify

    late = "the rain is lovely today . " * 400 + "you idiot . " + "tea and bread . " * 50
    model = load(str(idiot_model))
    clean, short, long = scores(model, ["the rain is lovely", "you idiot", late])
    assert Detoxify(checkpoint=str(idiot_model / "m.ckpt")).predict(late)["toxicity"] < 0.01
    assert clean["toxicity"] < 0.01
    assert short["toxicity"] > 0.99
    assert long["toxicity"] > 0.99


@pytest.mark.slow
def test_a_toxic_message_is_counted_with_its_label_and_score(
    idiot_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = conversation(
        "Is the rain over?", "the rain is lovely today", "you vile idiot you", "tea and bread and honey"
    )
    write_conversations(tmp_path / "parsed.json", [chat])
    more = ["--toxicity-model", str(idiot_model), "--rejects", str(tmp_path / "rejects.jsonl")]
    code = conversation_filter.main(
        [str(tmp_path / "parsed.json"), "--output", str(tmp_path / "filtered.json"), "--toxicity", "on", *more]
    )
    assert code == 0
    assert "Filtered - Toxicity      1        25.0%" in capsys.readouterr().out
    [reject] = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert (reject["message_id"], reject["rule"], reject["pattern"]) == ("m2", "toxicity", "toxicity")
    assert reject["score"] > 0.99


@pytest.mark.slow
def test_the_threshold_is_reached_by_equality(idiot_model: Path) -> None:
    settings = Settings(toxicity=True, toxicity_model=str(idiot_model), toxicity_threshold=1.0, min_length=0)
    model_score = scores(load(str(idiot_model)), ["you idiot"])[0]["toxicity"]
    assert model_score == 1.0
    assert judge([conversation("you idiot")], prepare(settings), settings).verdicts[0][0] is not None


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_fewer_bits_change_a_score_by_a_hundredth_at_most(random_model: Path, precision: str) -> None:
    texts = ["tea", "you are a vile idiot " * 30, "the rain", "bread and honey . " * 9]
    exact = scores(load(str(random_model)), texts)
    rounded = scores(in_precision(load(str(random_model)), precision), texts)
    for one, two in zip(exact, rounded, strict=True):
        assert one == pytest.approx(two, abs=0.01)
    assert exact != rounded


@pytest.mark.slow
@pytest.mark.parametrize(
    ("avx512", "amx", "dtype"), [(True, None, "bf16"), (False, True, "bf16"), (None, None, "fp32")]
)
def test_auto_is_bf16_on_a_cpu_that_multiplies_it_and_fp32_where_torch_does_not_know(
    random_model: Path, monkeypatch: pytest.MonkeyPatch, avx512: bool | None, amx: bool | None, dtype: str
) -> None:
    import torch

    for name, answer in (("_is_avx512_bf16_supported", avx512), ("_is_amx_tile_supported", amx)):
        if answer is None:
            monkeypatch.delattr(torch.cpu, name, raising=False)
        else:
            monkeypatch.setattr(torch.cpu, name, lambda answer=answer: answer, raising=False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    model = in_precision(replace(load(str(random_model)), device="cpu"), "auto")
    assert model.network.dtype == {"bf16": torch.bfloat16, "fp32": torch.float32}[dtype]
    assert in_precision(replace(load(str(random_model)), device="cuda"), "auto").network.dtype == torch.float32


@pytest.mark.slow
def test_a_torch_that_cannot_quantise_is_told_with_what_to_choose(
    random_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.delattr(torch.ao.quantization, "quantize_dynamic")
    with pytest.raises(UserError, match="choose auto, fp32 or bf16"):
        in_precision(load(str(random_model)), "int8")


def test_a_precision_that_does_not_exist_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="auto, fp32, bf16, int8"):
        prepare_toxicity(Settings(toxicity=True, toxicity_precision="fp64"))


@pytest.mark.slow
def test_every_message_has_the_scores_of_all_labels_flagged_or_not(idiot_model: Path) -> None:
    rule = prepare_toxicity(Settings(toxicity=True, toxicity_model=str(idiot_model)))
    assert rule is not None
    findings = rule([Candidate(message) for message in conversation("tea", "you idiot").messages])
    assert [verdict is not None for verdict in findings.verdicts] == [False, True]
    assert [list(found or ()) for found in findings.scores] == [LABELS, LABELS]


@pytest.mark.slow
def test_a_threshold_for_a_label_that_the_model_does_not_have_is_a_wrong_call(idiot_model: Path) -> None:
    thresholds = (("sexual_explicit", 0.5),)
    with pytest.raises(UsageError, match="no label sexual_explicit; it has toxicity"):
        prepare_toxicity(Settings(toxicity=True, toxicity_model=str(idiot_model), toxicity_thresholds=thresholds))


@pytest.mark.slow
def test_order_and_neighbours_do_not_change_a_score(random_model: Path) -> None:
    model = load(str(random_model))
    texts = ["tea", "you are a vile idiot " * 30, "the rain", "bread and honey . " * 9]
    forward, backward = scores(model, texts), scores(model, texts[::-1])[::-1]
    for text, one, two in zip(texts, forward, backward, strict=True):
        assert one == pytest.approx(two, abs=1e-5), text


@pytest.mark.slow
def test_a_transformers_folder_is_read_with_the_labels_of_its_configuration(tmp_path: Path, idiot_model: Path) -> None:
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    checkpoint = torch.load(idiot_model / "m.ckpt", weights_only=True)
    network = bert(8, 1)
    network.load_state_dict(checkpoint["state_dict"])
    network.config.id2label = dict(enumerate(["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]))
    assert isinstance(network, BertForSequenceClassification)
    network.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(idiot_model).save_pretrained(tmp_path)
    [found] = scores(load(str(tmp_path)), ["you idiot"])
    assert found["toxicity"] > 0.99
    assert list(found) == LABELS

    network.config.id2label = {index: f"LABEL_{index}" for index in range(6)}
    network.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="id2label"):
        load(str(tmp_path))


@pytest.mark.slow
def test_a_checkpoint_that_would_run_code_is_not_opened(tmp_path: Path, idiot_model: Path) -> None:
    import shutil

    import torch

    folder = tmp_path / "hostile"
    shutil.copytree(idiot_model, folder)
    torch.save({"config": Path("x"), "state_dict": {}, "payload": Touch(tmp_path / "ran")}, folder / "m.ckpt")
    with pytest.raises(UserError, match="more than weights"):
        load(str(folder))
    assert not (tmp_path / "ran").exists()


class Touch:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (open, (str(self.path), "w"))  # type: ignore[return-value]  # what pickle calls when it loads this


def test_toxicity_is_prepared_only_when_it_is_asked_for(no_weights: list[str]) -> None:
    assert prepare_toxicity(Settings(toxicity=False)) is None
    with pytest.raises(ToxicityUnavailable):
        prepare_toxicity(Settings(toxicity=True))


@pytest.mark.slow
def test_what_is_cached_is_loaded_by_name_without_any_network(
    idiot_model: Path, no_weights: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    import torch

    from identity.filters import toxicity_model

    cache = Path(torch.hub.get_dir()) / "checkpoints"
    cache.mkdir(parents=True)
    shutil.copy(idiot_model / "m.ckpt", cache / toxicity_model.MODELS["original"].weights.split("/")[-1])
    monkeypatch.setattr(toxicity_model, "_hub_has", lambda base: True)
    assert scores(load("original"), ["you idiot"])[0]["toxicity"] > 0.99
    assert no_weights == []


@pytest.mark.slow
def test_the_addresses_are_those_of_the_installed_detoxify() -> None:
    from detoxify.detoxify import MODEL_URLS

    from identity.filters.toxicity_model import MODELS, RELEASES

    assert {name: RELEASES + model.weights for name, model in MODELS.items()} == MODEL_URLS


def test_the_help_names_every_model_that_can_be_loaded() -> None:
    assert filter_flags.TOXICITY_MODELS == MODEL_NAMES
