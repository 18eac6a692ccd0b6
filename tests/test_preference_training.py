"""Rows of --format preference and kto as TRL's own trainers take them: loaded, tokenised, and two steps trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from export_builders import call, chatgpt, node, write
from tiny_models import QWEN_25, make_model_folder

WORDS = ("mizzle", "smirr", "haar", "dreich")


def chat(number: int, word: str) -> dict[str, Any]:
    """Two questions; the answer to the second was asked for again."""
    first = [node("u1", None, "user", f"A word for rain, number {number}?"), node("a1", "u1", "assistant", "Rain.")]
    second = [
        node("u2", "a1", "user", "A softer one?"),
        node("b2", "u2", "assistant", f"Rain number {number}, perhaps."),
        node("a2", "u2", "assistant", f"Then {word}, my dear."),
    ]
    name = f"c-{number}"
    return chatgpt(*first, *second, id=name, conversation_id=name)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model_folder(QWEN_25, tmp_path_factory.mktemp("base") / "base")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Of every chat the answer that was not gone on with has thumbs down, the other one thumbs up."""
    folder = tmp_path / "export"
    write(folder / "conversations.json", [chat(number, word) for number, word in enumerate(WORDS)])
    thumbs = (("a2", "thumbs_up"), ("b2", "thumbs_down"))
    write(
        folder / "message_feedback.json",
        [
            {"id": name, "conversation_id": f"c-{number}", "rating": rating}
            for number in range(len(WORDS))
            for name, rating in thumbs
        ],
    )
    return folder


# what both trainers are told; a batch of two, for KTO compares the answers within one
SETTINGS: dict[str, Any] = {
    "max_steps": 2,
    "per_device_train_batch_size": 2,
    "learning_rate": 1e-2,
    "lr_scheduler_type": "constant",
    "max_length": 256,
    "logging_steps": 1,
    "save_strategy": "no",
    "report_to": "none",
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "disable_tqdm": True,
}


def trained(kind: str, base: Path, rows: Path, folder: Path) -> Any:
    """TRL's trainer after two steps, with the rows read from the file as anybody would."""
    import trl
    from datasets import load_dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed

    set_seed(7)
    trainer = getattr(trl, f"{kind}Trainer")(
        model=AutoModelForCausalLM.from_pretrained(base),
        args=getattr(trl, f"{kind}Config")(output_dir=str(folder), **SETTINGS),
        train_dataset=load_dataset("json", data_files=str(rows), split="train", cache_dir=str(folder / "cache")),
        processing_class=AutoTokenizer.from_pretrained(base),
        peft_config=LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
    )
    trainer.train()
    return trainer


def assert_trained(trainer: Any) -> None:
    """Finite losses; the reference is the base under a switched-off adapter; only that adapter has moved."""
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 2
    assert all(0 < loss < 10 for loss in losses)
    assert trainer.ref_model is None
    moved = {name for name, weight in trainer.model.named_parameters() if "lora_B" in name and weight.abs().sum() > 0}
    assert len(moved) == 4  # q and v of two layers; B begins as nothing
    assert all("lora" in name for name, weight in trainer.model.named_parameters() if weight.requires_grad)


@pytest.mark.slow
def test_preference_rows_train_with_dpo(base: Path, export: Path, tmp_path: Path) -> None:
    rows = tmp_path / "pairs.jsonl"
    assert call(export, "--export", rows, "--format", "preference") == 0
    trainer = trained("DPO", base, rows, tmp_path / "dpo")
    assert_trained(trainer)
    decode = trainer.processing_class.decode
    seen = [
        tuple(decode(row[f"{key}_ids"]) for key in ("prompt", "chosen", "rejected")) for row in trainer.train_dataset
    ]
    assert len(seen) == len(WORDS)
    for number, (prompt, chosen, rejected) in enumerate(seen):
        assert f"number {number}?<|im_end|>\n<|im_start|>assistant\nRain.<|im_end|>" in prompt
        assert prompt.endswith("A softer one?<|im_end|>\n<|im_start|>assistant\n")
        assert chosen == f"Then {WORDS[number]}, my dear.<|im_end|>\n"
        assert rejected == f"Rain number {number}, perhaps.<|im_end|>\n"


@pytest.mark.slow
def test_kto_rows_train_with_kto(base: Path, export: Path, tmp_path: Path) -> None:
    rows = tmp_path / "labels.jsonl"
    assert call(export, "--export", rows, "--format", "kto") == 0
    trainer = trained("KTO", base, rows, tmp_path / "kto")
    assert_trained(trainer)
    decode = trainer.processing_class.decode
    seen = {(decode(row["completion_ids"]), row["label"]) for row in trainer.train_dataset}
    good = {(f"Then {word}, my dear.<|im_end|>\n", True) for word in WORDS}
    bad = {(f"Rain number {number}, perhaps.<|im_end|>\n", False) for number in range(len(WORDS))}
    assert seen == good | bad
