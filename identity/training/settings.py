"""The settings of a training run: their kinds and ranges, and where each value came from.

FIELDS is the one list of them: a preset, a preset file and the command line are all checked against it. Precedence is
default < preset < flag.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from identity.console import UsageError
from identity.training.chat_templates import CHAT_TEMPLATES
from presets import PRESET_DEFAULTS, PRESETS

QUANTIZATIONS = ("4bit", "8bit", "none")


class Field(NamedTuple):
    """One setting: its type, the values that make sense, and a line for --help."""

    name: str
    kind: type
    low: float
    high: float
    help: str
    choices: tuple[str, ...] = ()


FIELDS = (
    Field("base_model", str, 0, 0, "base model: a hub id, a folder, or tiny"),
    Field("lora_r", int, 1, 1024, "rank of the LoRA"),
    Field("lora_alpha", int, 1, 4096, "scale of the LoRA (it is applied as alpha / rank)"),
    Field("lora_dropout", float, 0, 0.9, "dropout in the LoRA, 0 to 0.9"),
    Field("target_modules", list, 0, 0, "layers that get a LoRA, by name"),
    Field("learning_rate", float, 1e-8, 1, "peak learning rate"),
    Field("batch_size", int, 1, 4096, "sequences at a time on the device; lower it when memory runs out"),
    Field("gradient_accumulation_steps", int, 1, 4096, "batches per optimiser step"),
    Field("epochs", float, 0.001, 1000, "times through the rows"),
    Field("max_seq_length", int, 16, 1_048_576, "tokens; longer rows become windows of whole turns"),
    Field("warmup_share", float, 0, 0.9, "share of the steps in which the learning rate rises"),
    Field("weight_decay", float, 0, 10, "weight decay of the LoRA"),
    Field("max_grad_norm", float, 1e-6, 1000, "gradients are clipped to this norm"),
    Field("chat_template", str, 0, 0, "used if the base model has no chat template of its own", tuple(CHAT_TEMPLATES)),
)
FIELD_NAMES = tuple(field.name for field in FIELDS)


@dataclass(frozen=True)
class Settings:
    """Resolved settings of one run; the names are those of the presets, see FIELDS."""

    preset: str
    base_model: str
    lora_r: int
    lora_alpha: int
    lora_dropout: float
    target_modules: list[str]
    learning_rate: float
    batch_size: int
    gradient_accumulation_steps: int
    epochs: float
    max_seq_length: int
    warmup_share: float
    weight_decay: float
    max_grad_norm: float
    chat_template: str
    seed: int = 42

    @property
    def rows_per_step(self) -> int:
        return self.batch_size * self.gradient_accumulation_steps


def read_preset_file(path: str | Path) -> dict[str, dict[str, Any]]:
    """Presets of a file: a JSON object of them, or entries pasted as in presets.py; UsageError if it is neither."""
    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{file}: no such preset file; check the name")
    text = file.read_text(encoding="utf-8-sig", errors="replace").strip()
    try:
        found = msgspec.json.decode(text.encode())
    except msgspec.DecodeError:
        found = _pasted_entries(text)
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise UsageError(f'{file}: not presets; write {{"my-model": {{"base_model": "…", "lora_r": 16}}}}')
    if not found:
        raise UsageError(f"{file}: no preset in it; write one as in presets.py")
    return {str(name): check_preset(f"{file}: {name}", entry) for name, entry in found.items()}


def _pasted_entries(text: str) -> Any:
    """The entries of a Python dict without its braces, as the guide prints them, or with them."""
    for candidate in ("{" + text + "}", text):
        try:
            return ast.literal_eval(candidate)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    return None


def check_preset(where: str, preset: Mapping[str, Any]) -> dict[str, Any]:
    """The preset with its values checked; UsageError names `where` and the field that is unknown or out of range."""
    for name in preset:
        if name not in FIELD_NAMES:
            raise UsageError(f"{where}: there is no field {name!r}; {nearest(str(name), FIELD_NAMES)}")
    return {field.name: _checked(where, field, preset[field.name]) for field in FIELDS if field.name in preset}


def _checked(where: str, field: Field, value: Any) -> Any:
    if field.kind is list:
        if isinstance(value, list | tuple) and value and all(isinstance(item, str) and item for item in value):
            return list(value)
        raise UsageError(f'{where}: {field.name} is a list of layer names, such as ["q_proj", "v_proj"]')
    if field.kind is str:
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"{where}: {field.name} is a text in quotes")
        if field.choices and value not in field.choices:
            raise UsageError(f"{where}: {field.name} is one of {', '.join(field.choices)}")
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not field.low <= value <= field.high or (field.kind is int and value != int(value)):
        kind = "a whole number" if field.kind is int else "a number"
        raise UsageError(f"{where}: {field.name} is {kind} from {field.low:g} to {field.high:g}")
    return field.kind(value)


def resolve(
    preset_name: str, flags: Mapping[str, Any], presets: Mapping[str, Mapping[str, Any]] = PRESETS, seed: int = 42
) -> Settings:
    """Settings of a preset with the flags that were given; UsageError for an unknown preset or a bad value."""
    if preset_name not in presets:
        raise UsageError(f"there is no preset {preset_name!r}; {nearest(preset_name, tuple(presets))}")
    preset = check_preset(f"preset {preset_name}", presets[preset_name])
    given = check_preset("command line", {name: value for name, value in flags.items() if value is not None})
    values = {**PRESET_DEFAULTS, **preset, **given}
    if "base_model" not in values:
        raise UsageError(f'preset {preset_name}: "base_model" is missing; name the model to train on')
    return Settings(preset=preset_name, seed=seed, **values)


def differences(settings: Settings, presets: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What differs from the preset: field names and values, in the order of FIELDS."""
    plain = {**PRESET_DEFAULTS, **presets[settings.preset]}
    return {name: value for name in FIELD_NAMES if (value := getattr(settings, name)) != plain.get(name)}


def nearest(name: str, known: tuple[str, ...]) -> str:
    """A hint: the known names most like `name`, or all of them."""
    close = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"known are {', '.join(known)}"
