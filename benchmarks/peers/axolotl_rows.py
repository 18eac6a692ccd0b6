"""Our rows through axolotl's own loading and tokenisation, beside our masks; how to run it: README.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("AXOLOTL_DO_NOT_TRACK", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from comparison import NO_LIMIT, main

from identity.training.masks import TrainingSequence

TURNS: dict[str, Any] = {
    "type": "chat_template",
    "chat_template": "tokenizer_default",
    "roles_to_train": ["assistant"],
    "train_on_eos": "turn",
}
# how axolotl's YAML would name the files
DATASETS: dict[str, dict[str, Any]] = {
    # our weight 0 is its "do not train this turn"; a turn without the key goes by its role
    "chat": {**TURNS, "field_messages": "messages", "message_field_training": "weight"},
    "sharegpt": {
        **TURNS,
        "field_messages": "conversations",
        "message_property_mappings": {"role": "from", "content": "value"},
    },
    # its own "Below is an instruction" prompt, no chat template; answers end with the end-of-sequence token
    "alpaca": {"type": "alpaca"},
}


def sequences(file: Path, row_format: str, tokenizer: Any, work: Path) -> list[TrainingSequence]:
    """Tokens and labels of every row as axolotl prepares them for training."""
    from axolotl.utils.data import prepare_datasets
    from axolotl.utils.dict import DictDefault

    config = DictDefault(
        {
            "datasets": [{**DATASETS[row_format], "path": str(file), "ds_type": "json", "split": "train"}],
            "dataset_prepared_path": str(work / "prepared" / row_format),
            "sequence_len": NO_LIMIT,
            "val_set_size": 0,
            "train_on_inputs": False,
            "shuffle_merged_datasets": False,
            "shuffle_before_merging_datasets": False,
            "eot_tokens": ["<|eot_id|>"],
            "seed": 7,
            "max_steps": 1,
            "micro_batch_size": 1,
            "gradient_accumulation_steps": 1,
            "num_epochs": 1,
            "batch_size": 1,
            "dataset_num_proc": 1,
            "dataset_processes": 1,
        }
    )
    train, *_ = prepare_datasets(config, tokenizer)
    return [TrainingSequence(list(row["input_ids"]), list(row["labels"])) for row in train]


if __name__ == "__main__":
    raise SystemExit(main("axolotl", __doc__ or "", sequences, ("<|eot_id|>", "<|end_of_text|>")))
