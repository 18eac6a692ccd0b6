"""Training itself: TRL's SFTTrainer on our own token sequences, for both backends, with checkpoints to resume from."""

from __future__ import annotations

import json
import logging
import math
import time
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.console import UserError
from identity.training.devices import Device
from identity.training.masks import IGNORED, TrainingSequence
from identity.training.progress import StepRecord, TrainingWatch
from identity.training.settings import Settings

SAVE_SECONDS = 60.0  # between two checkpoints: what a kill costs at most
SAVE_SHARE = 0.05  # of the time may go into saving; a checkpoint of a large base takes seconds
CHECKPOINTS_KEPT = 2
COMPLETE = "complete.json"  # written last into a checkpoint; names its files with their sizes


@dataclass(frozen=True)
class FitResult:
    """What a run came to: optimiser steps, seconds of training (with those before a resume), a record per step."""

    steps: int
    seconds: float
    records: list[StepRecord]


def quiet_libraries() -> None:
    """Silence progress bars and chatter of the libraries; errors still come as exceptions."""
    import datasets
    import transformers

    for category in (UserWarning, FutureWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", category=category)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    datasets.utils.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    for name in ("trl", "peft", "accelerate", "bitsandbytes", "torch", "huggingface_hub", "httpx"):
        logging.getLogger(name).setLevel(logging.ERROR)


def as_dataset(sequences: Iterable[TrainingSequence]) -> Any:
    """A datasets.Dataset in memory (nothing of the chats goes to a cache on disk), 4 bytes a token and label."""
    import numpy
    from datasets import Dataset

    ids, labels = [], []
    for sequence in sequences:
        ids.append(numpy.asarray(sequence.input_ids, dtype=numpy.int32))
        labels.append(numpy.asarray(sequence.labels, dtype=numpy.int32))
    return Dataset.from_dict({"input_ids": ids, "labels": labels})


class Collator:
    """Pads sequences on the right to the longest of the batch, and counts the tokens that go by."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id
        self.tokens = 0
        self.trained_tokens = 0

    def __call__(self, examples: list[dict[str, list[int]]]) -> dict[str, Any]:
        import torch

        longest = max(len(example["input_ids"]) for example in examples)
        shape = (len(examples), longest)
        batch = {
            "input_ids": torch.full(shape, self.pad_token_id, dtype=torch.long),
            "attention_mask": torch.zeros(shape, dtype=torch.long),
            "labels": torch.full(shape, IGNORED, dtype=torch.long),
        }
        for row, example in enumerate(examples):
            length = len(example["input_ids"])
            batch["input_ids"][row, :length] = torch.as_tensor(example["input_ids"])
            batch["attention_mask"][row, :length] = 1
            batch["labels"][row, :length] = torch.as_tensor(example["labels"])
        self.tokens += int(batch["attention_mask"].sum())
        self.trained_tokens += int((batch["labels"] != IGNORED).sum())
        return batch


def fit(
    model: Any,
    tokenizer: Any,
    dataset: Any,
    settings: Settings,
    device: Device,
    folder: Path,
    watch: TrainingWatch,
    save_steps: int | None,
    backend_arguments: Mapping[str, Any],
    checkpoint: Path | None = None,
) -> FitResult:
    """Train the LoRA of `model` in place, with checkpoints in `folder`, from `checkpoint` on if one is given.

    Checkpoints come every `save_steps`, or by the clock if it is None.

    The caller has seeded the random numbers before building the model. UserError if the loss is no number.
    """
    import torch
    from trl import SFTConfig, SFTTrainer

    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    collator = Collator(pad)
    watch.collator = collator
    arguments = SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=settings.batch_size,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=settings.warmup_share,  # below 1 it is a share of all steps
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        optim="adamw_torch",
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=device.kind == "cpu",
        bf16=device.kind == "cuda" and device.weights == "bfloat16",
        fp16=device.kind == "cuda" and device.weights == "float16",
        max_length=settings.max_seq_length,
        packing=False,
        dataset_kwargs={"skip_prepare_dataset": True},  # the rows are tokens and labels already
        remove_unused_columns=False,
        dataloader_pin_memory=device.kind == "cuda",
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps" if save_steps else "no",
        save_steps=save_steps or 0,
        save_total_limit=CHECKPOINTS_KEPT,
        disable_tqdm=True,
        report_to="none",
        **backend_arguments,
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # of several cards one is used; the trainer would split batches else
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        data_collator=collator,
        train_dataset=dataset,
        processing_class=tokenizer,
        callbacks=[_callback(watch, by_clock=save_steps is None)],
    )
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    for parameter in trainer.model.parameters():
        if parameter.requires_grad:
            # TRL makes the LoRA of a quantised base bfloat16, in which small steps of the optimiser are lost.
            parameter.data = parameter.data.to(torch.float32)
    with watch:
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return FitResult(trainer.state.global_step, watch.seconds, watch.records)


def _callback(watch: TrainingWatch, by_clock: bool) -> Any:
    """The watch as a TrainerCallback; made here, because transformers must not be imported before it is needed."""
    from transformers import TrainerCallback

    class Watching(TrainerCallback):  # type: ignore[misc]  # transformers is not typed here
        saved_at = asked_at = cost = 0.0  # seconds

        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            self.saved_at = time.monotonic()
            watch.begin(state.global_step, state.max_steps)

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            now = time.monotonic()
            if by_clock and now - self.saved_at >= max(SAVE_SECONDS, self.cost / SAVE_SHARE):
                self.asked_at = now
                control.should_save = True

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any) -> None:
            if "loss" not in logs:  # the summary at the end
                return
            if not math.isfinite(logs["loss"]):
                raise UserError(
                    f"the loss is not a number at step {state.global_step}; lower --learning-rate (a tenth), "
                    "then train again"
                )
            watch.step(state.global_step, state.epoch or 0.0, logs)

        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            complete_checkpoint(Path(args.output_dir) / f"checkpoint-{state.global_step}", watch.seconds)
            self.saved_at = time.monotonic()
            self.cost = self.saved_at - self.asked_at

    return Watching()


# --- checkpoints ------------------------------------------------------------------------------------------------


def complete_checkpoint(folder: Path, seconds: float) -> None:
    """Mark a checkpoint as whole: its files and their sizes, and the seconds trained so far."""
    sizes = {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.name != COMPLETE}
    aside = folder / (COMPLETE + ".new")
    aside.write_text(json.dumps({"files": sizes, "seconds": seconds}), encoding="utf-8")
    aside.replace(folder / COMPLETE)


def last_checkpoint(folder: Path) -> tuple[Path, int, float] | None:
    """The newest whole checkpoint in `folder` with its step and the seconds before it; half-written ones are
    passed over."""
    found: list[tuple[int, Path]] = []
    for candidate in folder.glob("checkpoint-*"):
        number = candidate.name.removeprefix("checkpoint-")
        if number.isdigit():
            found.append((int(number), candidate))
    for step, candidate in sorted(found, reverse=True):
        try:
            mark = json.loads((candidate / COMPLETE).read_text(encoding="utf-8"))
            if all((candidate / name).stat().st_size == size for name, size in mark["files"].items()):
                return candidate, step, float(mark["seconds"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None
