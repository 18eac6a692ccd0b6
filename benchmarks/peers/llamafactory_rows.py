"""Our rows through LLaMA-Factory's own loading and tokenisation, beside our masks; how to run it: README.md."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

from comparison import NO_LIMIT, main

from identity.training.masks import TrainingSequence

# how its dataset_info.json would name the files; it has no key for our weight 0
DATASETS: dict[str, dict[str, Any]] = {
    "chat": {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        },
    },
    "sharegpt": {"formatting": "sharegpt", "columns": {"messages": "conversations"}},
    "alpaca": {"columns": {"prompt": "instruction", "query": "input", "response": "output", "system": "system"}},
}
TEMPLATE = "llama3"  # its own words for Llama 3's chat template


def sequences(file: Path, row_format: str, tokenizer: Any, work: Path) -> list[TrainingSequence]:
    """Tokens and labels of every row as LLaMA-Factory prepares them for supervised training."""
    stand_in_for_torchaudio()
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments, ModelArguments
    from transformers import Seq2SeqTrainingArguments

    work.mkdir(parents=True, exist_ok=True)
    entry = {**DATASETS[row_format], "file_name": str(file.resolve())}
    (work / "dataset_info.json").write_text(json.dumps({row_format: entry}), encoding="utf-8")
    data = DataArguments(template=TEMPLATE, dataset=row_format, dataset_dir=str(work), cutoff_len=NO_LIMIT)
    model = ModelArguments(model_name_or_path=str(work / "tokenizer"), cache_dir=str(work / "cache"))
    training = Seq2SeqTrainingArguments(output_dir=str(work / "out"), use_cpu=True, report_to=[])
    template = get_template_and_fix_tokenizer(tokenizer, data)
    train = get_dataset(template, model, data, training, stage="sft", tokenizer=tokenizer)["train_dataset"]
    return [TrainingSequence(list(row["input_ids"]), list(row["labels"])) for row in train]


def stand_in_for_torchaudio() -> None:
    """It imports torchaudio for sound, which text has none of, and which does not load beside every torch."""
    if importlib.util.find_spec("torchaudio") is None:
        module = ModuleType("torchaudio")
        module.__spec__ = ModuleSpec("torchaudio", loader=None)
        sys.modules["torchaudio"] = module


if __name__ == "__main__":
    raise SystemExit(main("llamafactory", __doc__ or "", sequences, ("<|eot_id|>",)))
