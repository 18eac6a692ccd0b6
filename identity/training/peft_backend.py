"""The PEFT backend: a base model with transformers, a LoRA on it with peft; runs on every device."""

from __future__ import annotations

from typing import Any

from identity.console import UserError
from identity.training.bases import Base
from identity.training.devices import Device
from identity.training.settings import Settings

NAME = "peft"


def load_base(base: Base, quantization: str, device: Device) -> Any:
    """The base model on the device, its weights as `quantization` says (4bit, 8bit or none)."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        base.folder,
        dtype=device.dtype,
        quantization_config=_bitsandbytes(quantization, device),
        device_map={"": 0 if device.kind == "cuda" else device.kind},
        use_safetensors=True,
        trust_remote_code=False,
    )


def _bitsandbytes(quantization: str, device: Device) -> Any:
    if quantization == "none":
        return None
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return BitsAndBytesConfig(load_in_8bit=True)
    # Normal-float 4 with the scales quantised as well: the setting of the QLoRA paper.
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=device.dtype,
    )


def trainer_arguments(device: Device) -> dict[str, Any]:
    """Of SFTConfig: recompute activations on a GPU, where memory is short; a third more time for much less of it."""
    return {
        "gradient_checkpointing": device.kind != "cpu",
        "gradient_checkpointing_kwargs": {"use_reentrant": False},
    }


def load(base: Base, settings: Settings, quantization: str, device: Device) -> Any:
    """A PeftModel of the base with a fresh LoRA, in float32 whatever the base is in."""
    from peft import LoraConfig, get_peft_model

    model = load_base(base, quantization, device)
    check_targets(model, settings.target_modules)
    return get_peft_model(
        model,
        LoraConfig(
            r=settings.lora_r,
            lora_alpha=settings.lora_alpha,
            lora_dropout=settings.lora_dropout,
            target_modules=list(settings.target_modules),
            bias="none",
            task_type="CAUSAL_LM",
        ),
    )


def check_targets(model: Any, targets: list[str]) -> None:
    """Raise UserError if the model lacks one of the layers; peft alone would say nothing if it finds any of them."""
    layers = {name.rpartition(".")[2] for name, module in model.named_modules() if hasattr(module, "in_features")}
    missing = [target for target in targets if target not in layers]
    if missing:
        known = ", ".join(sorted(layers - {"lm_head"}))
        raise UserError(
            f"target_modules: the base model has no {', '.join(missing)}; name some of {known} with --target-modules"
        )
    if "lm_head" in targets:
        raise UserError("target_modules: lm_head cannot carry a LoRA here; leave it out")
