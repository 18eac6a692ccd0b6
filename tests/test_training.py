"""Training on three architectures: the loss falls, only the LoRA changes, the folder loads, a killed run resumes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_models import FAMILIES, QWEN_25, Family, make_model_folder

from identity.console import UserError
from identity.files import sha256_of
from identity.training import output
from identity.training.run import Request, train_lora
from identity.training.settings import QUANTIZATIONS, Settings, resolve

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "text_lora_train.py"

QUESTIONS = ("How was your day?", "What is rain?", "Tell me about tea.", "Do you sleep?")
REPLIES = (
    "Well, well, the kettle sings again.",
    "Rain is the sky's slow letter.",
    "Tea first, then words.",
    "I doze between your lines.",
)


def write_rows(file: Path, count: int) -> Path:
    rows = (
        {"instruction": QUESTIONS[n % 4], "response": REPLIES[n % 4], "conversation_id": str(n)} for n in range(count)
    )
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def short_settings(base: Path | str, **changes: Any) -> Settings:
    flags = {"base_model": str(base), "epochs": 3, "max_seq_length": 128, "learning_rate": 1e-2, "batch_size": 4}
    return resolve("tiny", {**flags, **changes})


def ignore(line: str) -> None:
    """What a run says is not of interest here."""


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.name)
def family_and_base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Family, Path]:
    family: Family = request.param
    return family, make_model_folder(family, tmp_path_factory.mktemp(family.name) / "base")


@pytest.mark.slow
@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_lora_trains_loads_and_changes_the_output(
    family_and_base: tuple[Family, Path], quantization: str, tmp_path: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    _, base = family_and_base
    before = sha256_of(base)
    rows = write_rows(tmp_path / "rows.jsonl", 32)
    folder = tmp_path / "lora"
    config = train_lora(Request(str(rows), folder, short_settings(base), quantization, quiet=True), ignore)

    assert config["result"]["last_loss"] < 0.7 * config["result"]["first_loss"]
    assert sha256_of(base) == before
    adapter_config = json.loads((folder / "adapter_config.json").read_text())
    assert adapter_config["base_model_name_or_path"] == str(base)
    assert not (folder / "config.json").exists()
    assert [file.name for file in folder.glob("*.safetensors")] == ["adapter_model.safetensors"]

    # PEFT's own way of loading; disabled and unloaded it is the base to the last bit.
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = torch.tensor([tokenizer("What is rain?")["input_ids"]])
    plain = AutoModelForCausalLM.from_pretrained(base)
    with torch.inference_mode():
        of_base = plain(input_ids=ids).logits
        model = PeftModel.from_pretrained(plain, folder)
        assert {tensor.dtype for name, tensor in model.named_parameters() if "lora_" in name} == {torch.float32}
        assert not torch.equal(model(input_ids=ids).logits, of_base)
        with model.disable_adapter():
            assert torch.equal(model(input_ids=ids).logits, of_base)
        assert torch.equal(model.unload()(input_ids=ids).logits, of_base)


@pytest.mark.slow
@pytest.mark.parametrize("quantization", QUANTIZATIONS)
def test_only_lora_weights_change(quantization: str, tmp_path: Path) -> None:
    from identity.rows import read_rows
    from identity.training import fit, peft_backend
    from identity.training.bases import locate
    from identity.training.devices import Device
    from identity.training.masks import LessonMaker
    from identity.training.progress import TrainingWatch
    from identity.training.run import load_tokenizer

    base = locate(str(make_model_folder(QWEN_25, tmp_path / "base")))
    settings = short_settings("tiny", epochs=3)  # A moves only once B has
    device = Device("cpu", "CPU", "float32")
    tokenizer, template = load_tokenizer(base, settings, ignore)
    rows = write_rows(tmp_path / "rows.jsonl", 8)
    dataset = fit.as_dataset(LessonMaker(template, settings.max_seq_length).sequences(read_rows(rows)))
    model = peft_backend.load(base, settings, quantization, device)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    watch = TrainingWatch(tmp_path / "metrics.jsonl", [], 0.0, quiet=True)
    fit.fit(model, tokenizer, dataset, settings, device, tmp_path / "checkpoints", watch, 100, {})
    changed = {name for name, parameter in model.named_parameters() if not parameter.equal(before[name])}
    assert changed == {name for name in before if "lora_" in name}
    assert len(changed) == 2 * 7 * 2  # A and B of seven projections in two layers


@pytest.mark.slow
def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", 24)
    made = []
    for number, seed in enumerate((1, 1, 2)):
        settings = resolve("tiny", {"lora_dropout": 0.1}, seed=seed)
        train_lora(Request(str(rows), tmp_path / f"lora{number}", settings, quiet=True), ignore)
        made.append((tmp_path / f"lora{number}" / output.ADAPTER).read_bytes())
    assert made[0] == made[1] != made[2]


# --- interrupted runs -------------------------------------------------------------------------------------------

LONG_RUN = ("--preset", "tiny", "--epochs", "6", "--lora-dropout", "0.1", "--save-steps", "3")  # 60 steps


def train_command(rows: Path, folder: Path, *more: str) -> list[str]:
    return [sys.executable, str(SCRIPT), str(rows), "--output", str(folder), *LONG_RUN, *more]


def kill_after(command: list[str], mark: Path, how: signal.Signals) -> tuple[int, str]:
    """Start the command, send the signal once `mark` exists; exit status and what it said on stderr."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background of a shell ignore interrupts, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 90
    while not mark.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Rows, and the folder of a run on them that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    rows = write_rows(folder / "rows.jsonl", 40)
    subprocess.run(train_command(rows, folder / "lora", "--quiet"), check=True)
    yield rows, folder / "lora"


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "share", "saved"), [(0.0, 1e9, 6), (1e9, 1e9, 0), (0.0, 1e-9, 1)])
def test_checkpoints_come_by_the_clock_and_cost_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, share: float, saved: int
) -> None:
    """Six steps: every one is due; none yet; after the first one, saving has had its share of the time."""
    from identity.training import fit

    made: list[Path] = []
    complete = fit.complete_checkpoint
    monkeypatch.setattr(fit, "SAVE_SECONDS", seconds)
    monkeypatch.setattr(fit, "SAVE_SHARE", share)

    def counted(folder: Path, spent: float) -> None:
        made.append(folder)
        complete(folder, spent)

    monkeypatch.setattr(fit, "complete_checkpoint", counted)
    rows = write_rows(tmp_path / "rows.jsonl", 24)
    config = train_lora(Request(str(rows), tmp_path / "lora", resolve("tiny", {}), quiet=True), ignore)
    assert config["result"]["steps"] == 6
    assert len(made) == saved


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_run_resumes_to_the_same_bytes(uninterrupted: tuple[Path, Path], tmp_path: Path) -> None:
    rows, whole = uninterrupted
    folder = tmp_path / "lora"
    checkpoints = tmp_path / "lora.partial" / "checkpoints"
    status, _ = kill_after(train_command(rows, folder), checkpoints / "checkpoint-9" / "complete.json", signal.SIGKILL)
    assert status == -signal.SIGKILL and not folder.exists()
    newest = max(checkpoints.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    (newest / "optimizer.pt").write_bytes(b"cut off in the middle")  # as a kill or a full disk leaves it

    said = subprocess.run(train_command(rows, folder, "--resume"), check=True, capture_output=True, text=True).stdout
    assert "continuing after step" in said
    assert f"continuing after step {newest.name.rpartition('-')[2]}" not in said
    assert (folder / output.ADAPTER).read_bytes() == (whole / output.ADAPTER).read_bytes()
    steps = [json.loads(line).get("step") for line in (folder / output.METRICS).read_text().splitlines()]
    assert steps == [None, *range(1, 61)]
    losses = [
        [json.loads(line)["loss"] for line in (path / output.METRICS).read_text().splitlines()[1:]]
        for path in (folder, whole)
    ]
    assert losses[0][1:] and losses[0] == losses[1]
    assert not checkpoints.exists()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals to a process work otherwise on Windows")
def test_interrupted_run_says_how_to_resume_and_refuses_other_settings(
    uninterrupted: tuple[Path, Path], tmp_path: Path
) -> None:
    rows, _ = uninterrupted
    folder = tmp_path / "lora"
    mark = tmp_path / "lora.partial" / "checkpoints" / "checkpoint-6" / "complete.json"
    status, said = kill_after(train_command(rows, folder), mark, signal.SIGINT)
    assert status == 130
    assert said.strip().splitlines()[-1].endswith("--resume to continue from the last checkpoint")

    settings = resolve("tiny", {"epochs": 6, "lora_dropout": 0.1, "lora_r": 8})
    with pytest.raises(UserError, match="the interrupted run had other settings"):
        train_lora(Request(str(rows), folder, settings, resume=True, quiet=True), ignore)
    other_rows = write_rows(tmp_path / "rows.jsonl", 39)
    settings = resolve("tiny", {"epochs": 6, "lora_dropout": 0.1})
    with pytest.raises(UserError, match="the interrupted run had other rows"):
        train_lora(Request(str(other_rows), folder, settings, resume=True, quiet=True), ignore)

    lines: list[str] = []
    train_lora(Request(str(other_rows), folder, resolve("tiny", {}), quiet=True), lines.append)
    assert any("is replaced; --resume would have continued it" in line for line in lines)
    assert folder.is_dir() and not output.partial_of(folder).exists()


@pytest.mark.slow
def test_loss_that_is_no_number_ends_the_run_with_a_remedy(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    base = make_model_folder(QWEN_25, tmp_path / "base")
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"] = torch.full_like(weights["model.norm.weight"], float("nan"))
    save_file(weights, base / "model.safetensors", metadata={"format": "pt"})
    rows = write_rows(tmp_path / "rows.jsonl", 8)
    with pytest.raises(UserError, match="loss is not a number at step 1; lower --learning-rate"):
        train_lora(Request(str(rows), tmp_path / "lora", short_settings(base), quiet=True), ignore)
    assert not (tmp_path / "lora").exists() and not (tmp_path / "lora.partial").exists()


@pytest.mark.slow
def test_layer_that_the_base_lacks_is_named(tmp_path: Path) -> None:
    base = make_model_folder(QWEN_25, tmp_path / "base")
    rows = write_rows(tmp_path / "rows.jsonl", 4)
    settings = short_settings(base, target_modules=["q_proj", "qkv_proj"])
    with pytest.raises(UserError, match=r"has no qkv_proj; name some of down_proj, .*q_proj"):
        train_lora(Request(str(rows), tmp_path / "lora", settings, quiet=True), ignore)


# --- the tiny base ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tiny_base_is_the_same_in_every_process(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from identity.training.bases import tiny_folder; from identity.files import sha256_of\n"
        "print(sha256_of(tiny_folder()))"
    )
    # Two at once in one empty cache, as two trainings started together.
    caches = [tmp_path / "shared", tmp_path / "shared", tmp_path / "other"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(ROOT)],
            env=os.environ | {"XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache), "HOME": str(cache)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for cache in caches
    ]
    digests = {process.communicate(timeout=120)[0].split()[-1] for process in running}
    assert len(digests) == 1
    names = {path.name for path in (tmp_path / "shared").rglob("*") if path.is_dir()}
    assert not [name for name in names if name.startswith(".tiny")]


@pytest.mark.slow
def test_tiny_base_has_a_million_parameters_and_llamas_template() -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from identity.training.bases import tiny_folder

    model = AutoModelForCausalLM.from_pretrained(tiny_folder())
    assert model.config.model_type == "llama"
    assert 1e6 <= model.num_parameters() <= 4e6
    shown = AutoTokenizer.from_pretrained(tiny_folder()).apply_chat_template(
        [{"role": "user", "content": "Rain?"}], tokenize=False, add_generation_prompt=True
    )
    assert shown.startswith("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nRain?<|eot_id|>")
