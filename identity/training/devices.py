"""What the machine trains on: CUDA, Apple's mps or the CPU, with which number format and quantisation."""

from __future__ import annotations

import importlib.util
from typing import Any, Literal, NamedTuple

from identity.console import UsageError

DeviceKind = Literal["cuda", "mps", "cpu"]


class Device(NamedTuple):
    """A device as torch calls it, and the number format of the base model's weights on it."""

    kind: DeviceKind
    name: str
    weights: Literal["bfloat16", "float16", "float32"]

    @property
    def dtype(self) -> Any:
        import torch

        return getattr(torch, self.weights)

    @property
    def is_nvidia(self) -> bool:
        return self.kind == "cuda" and not self.name.startswith("AMD")


def find_device() -> Device:
    """The best device there is. bfloat16 where the card computes in it, float16 on older cards, float32 on a CPU."""
    import torch

    if torch.cuda.is_available():
        name = torch.cuda.get_device_name(0)
        if torch.version.hip:
            name = f"AMD {name}"
        # Compute capability 8 (Ampere) is the first with bfloat16 in hardware; torch also says yes when it emulates.
        return Device("cuda", name, "bfloat16" if torch.cuda.get_device_capability(0)[0] >= 8 else "float16")
    if torch.backends.mps.is_available():
        return Device("mps", "Apple GPU", "bfloat16")
    return Device("cpu", "CPU", "float32")


def choose_quantization(asked: str | None, device: Device, unsloth: bool) -> tuple[str, str | None]:
    """The quantisation to use, and a line that says why if it was not asked for.

    As asked if the device can (UsageError if not); else the guide's choice for the backend: 4bit with Unsloth, 8bit
    with PEFT, none where there is no NVIDIA card.
    """
    has_bitsandbytes = importlib.util.find_spec("bitsandbytes") is not None
    if asked is None:
        if not device.is_nvidia:
            return "none", f"weights are not quantised on this device ({device.name})"
        if not has_bitsandbytes:
            return "none", "weights are not quantised, for bitsandbytes is not installed: pip install bitsandbytes"
        chosen = "4bit" if unsloth else "8bit"
        return chosen, f"weights are quantised to {chosen}; choose otherwise with --quantization"
    if asked != "none":
        if device.kind == "mps":
            raise UsageError(f"--quantization {asked} does not run on an Apple GPU; use --quantization none")
        if not has_bitsandbytes:
            raise UsageError(
                f"--quantization {asked} needs bitsandbytes; pip install bitsandbytes, or use --quantization none"
            )
    return asked, None
