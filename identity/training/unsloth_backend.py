"""The Unsloth backend: faster and smaller on an NVIDIA card. It is imported only where one is found.

Unsloth changes transformers, peft and trl as it is imported, so `unavailable` must be asked before any of those is
imported. Rows, labels and output folder are those of the other backend.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
from typing import Any

from identity.training.bases import Base, cache_folder
from identity.training.devices import Device
from identity.training.peft_backend import check_targets
from identity.training.settings import Settings

NAME = "unsloth"


def unavailable(device: Device) -> str | None:
    """Why Unsloth cannot be used here, with what to do, or None after it has been imported."""
    if not device.is_nvidia:
        return f"no NVIDIA GPU ({device.name})"
    if importlib.util.find_spec("unsloth") is None:
        return "it is not installed: pip install unsloth"
    # What it compiles goes to our cache folder, not into the folder that the user happens to be in.
    os.environ.setdefault("UNSLOTH_COMPILE_LOCATION", str(cache_folder() / "unsloth_compiled_cache"))
    os.environ.setdefault("UNSLOTH_DISABLE_STATISTICS", "1")
    try:
        # Its banner and its tips go to stdout, which is not theirs.
        with contextlib.redirect_stdout(io.StringIO()):
            import unsloth
    except Exception as error:  # it raises what it likes: missing accelerator, other versions, a broken torchvision
        return f"it does not load here ({type(error).__name__}): reinstall it with requirements/unsloth.txt"
    return None if hasattr(unsloth, "FastLanguageModel") else "it is damaged: pip install --force-reinstall unsloth"


def trainer_arguments(device: Device) -> dict[str, Any]:
    """Of SFTConfig: none, for Unsloth sets gradient checkpointing its own way."""
    return {}


def load(base: Base, settings: Settings, quantization: str, device: Device) -> Any:
    """A PeftModel of the base with a fresh LoRA.

    The folder of the 16-bit weights is given, not the id, so that Unsloth does not take a copy that somebody else
    has quantised: both backends start from the same weights, and a merge later finds them.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        from unsloth import FastLanguageModel

        # The tokenizer that it returns may have been changed; rows were tokenised with the base's own.
        model, _ = FastLanguageModel.from_pretrained(
            model_name=str(base.folder),
            max_seq_length=settings.max_seq_length,
            dtype=device.dtype,
            load_in_4bit=quantization == "4bit",
            load_in_8bit=quantization == "8bit",
            load_in_16bit=quantization == "none",
            trust_remote_code=False,
            use_exact_model_name=True,
            use_gradient_checkpointing="unsloth",
            random_state=settings.seed,
            max_lora_rank=max(64, settings.lora_r),
        )
        check_targets(model, settings.target_modules)
        return FastLanguageModel.get_peft_model(
            model,
            r=settings.lora_r,
            target_modules=list(settings.target_modules),
            lora_alpha=settings.lora_alpha,
            lora_dropout=settings.lora_dropout,
            bias="none",
            use_gradient_checkpointing="unsloth",
            random_state=settings.seed,
            max_seq_length=settings.max_seq_length,
        )
