"""README.md of a trained LoRA: what it is, what it was made of, how to load it, what its maker should tell."""

from __future__ import annotations

import json
from typing import Any

from identity.training.bases import TINY

CARD = """\
---
{front_matter}
---

# {title}

A personality LoRA: it changes how a language model speaks. It was trained on conversations of a person, with loss on
the replies only. Who talks with it should know that it is an AI, and nobody should be imitated with it without their
consent. A LoRA can repeat what it was trained on: treat it as privately as the conversations themselves.

## Base model

{base}

## Data

| | |
|---|---:|
| rows | {rows:,} |
| training sequences | {sequences:,} |
| replies learned | {replies_learned:,} |
| replies cut at the length limit | {replies_cut:,} |
| tokens read per epoch | {tokens:,} |
| tokens learned per epoch | {trained_tokens:,} |

## Training

| | |
|---|---|
{settings}

Loss went from {first_loss:.3f} to {last_loss:.3f} nats per token in {steps:,} steps ({minutes:.1f} minutes); see
`loss.png` and `metrics.jsonl`. Everything else is in `training_config.json`.

## Use

Compare base and LoRA, or chat:

```
python text_lora_train.py --try FOLDER --prompt "Good evening. How was your day?"
python text_lora_train.py --try FOLDER
```

From Python:

```python
{code}
```

Replies end with `{end_of_turn}`. Use the chat template of this folder: the LoRA was trained with it.
"""

CODE = """\
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
{before}
tokenizer = AutoTokenizer.from_pretrained("FOLDER")
base = AutoModelForCausalLM.from_pretrained({base}{revision}, device_map="auto")
model = PeftModel.from_pretrained(base, "FOLDER")"""


def model_card(config: dict[str, Any]) -> str:
    """The card of the run that `config`, the content of training_config.json, describes."""
    base, result = config["base_model"], config["result"]
    is_tiny = base["name"] == TINY
    front = {"library_name": "peft", "pipeline_tag": "text-generation", "tags": ["lora", "personality"]}
    if not is_tiny:
        front["base_model"] = base["name"]
    if base["licence"] and not is_tiny:
        front["license"] = base["licence"]
    settings = {
        "method": f"LoRA, rank {config['settings']['lora_r']}, alpha {config['settings']['lora_alpha']}",
        "layers": ", ".join(config["settings"]["target_modules"]),
        "learning rate": f"{config['settings']['learning_rate']:g}, cosine",
        "epochs": f"{config['settings']['epochs']:g}",
        "rows per step": config["settings"]["batch_size"] * config["settings"]["gradient_accumulation_steps"],
        "longest sequence": f"{config['settings']['max_seq_length']:,} tokens",
        "weights of the base": {"none": config["device"]["weights"]}.get(
            config["quantization"], config["quantization"]
        ),
        "backend": f"{config['backend']} on {config['device']['name']}",
        "seed": config["settings"]["seed"],
    }
    return CARD.format(
        front_matter="\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items()),
        title=config["name"],
        base=_base_text(base),
        settings="\n".join(f"| {name} | {value} |" for name, value in settings.items()),
        code=_code(base, is_tiny),
        end_of_turn=config["end_of_turn"] or "the end of the text",
        minutes=result["seconds"] / 60,
        **{name: result[name] for name in ("steps", "first_loss", "last_loss")},
        **{
            name: config["counts"][name]
            for name in ("rows", "sequences", "replies_learned", "replies_cut", "tokens", "trained_tokens")
        },
    )


def _base_text(base: dict[str, Any]) -> str:
    if base["name"] == TINY:
        return (
            "`tiny`: a Llama of about a million random weights, built on the spot to try the commands with. It cannot "
            "speak; with this LoRA it only repeats."
        )
    revision = f", revision `{base['revision']}`" if base["revision"] else ""
    licence = base["licence"] or "not stated in its folder; look it up before you pass the LoRA on"
    return f"`{base['name']}`{revision}. Licence of the base: {licence}."


def _code(base: dict[str, Any], is_tiny: bool) -> str:
    if is_tiny:  # not on any hub: whoever has the project can build the same
        before = "from identity.training.bases import tiny_folder  # from this project's folder\n"
        return CODE.format(before=before, base="tiny_folder()", revision="")
    revision = f', revision="{base["revision"]}"' if base["revision"] else ""
    return CODE.format(before="", base=f'"{base["name"]}"', revision=revision)
