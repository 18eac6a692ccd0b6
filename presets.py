"""What a person may want to edit: model presets, phrase lists, probe questions. Plain data, standard library only.

The phrases themselves lie in identity/packs, one file a kind; its __init__.py tells what a phrase may have. PACKS,
at the end of this file, says which there are.

A preset of your own is one more entry of PRESETS (or a file of them, for `text_lora_train.py --preset-file`):

    "my-model": {
        "base_model": "path/to/model",
        "lora_r": 32,
        "lora_alpha": 32,
        "lora_dropout": 0.1,
        "target_modules": ["q_proj", "v_proj"],
        "learning_rate": 1e-4,
        "batch_size": 2,
        "max_seq_length": 4096,
    }

Fields that an entry leaves out have the values of PRESET_DEFAULTS.
"""

from __future__ import annotations

from typing import Any

from identity.packs.ai_slop import AI_SLOP_PHRASES
from identity.packs.assistant import AI_IDENTITY, REFUSALS
from identity.packs.corporate import CORPORATE_PHRASES
from identity.packs.courtesies import SERVICE_CLOSES, SYCOPHANT_OPENINGS
from identity.packs.style import CONTRASTS, FORMAT, VOCABULARY

__all__ = [
    "AI_IDENTITY",
    "AI_SLOP_PHRASES",
    "ALL_PROJECTIONS",
    "CONTRASTS",
    "CORPORATE_PHRASES",
    "FORMAT",
    "PACKS",
    "PHRASE_MENTIONED",
    "PRESETS",
    "PRESET_DEFAULTS",
    "REFUSALS",
    "SERVICE_CLOSES",
    "SYCOPHANT_OPENINGS",
    "VOCABULARY",
]

# All linear layers of the attention and of the MLP; attention alone learns a voice less well at equal size.
ALL_PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

PRESET_DEFAULTS: dict[str, Any] = {
    "lora_r": 16,
    "lora_alpha": 16,
    "lora_dropout": 0.0,
    "target_modules": ALL_PROJECTIONS,
    "learning_rate": 2e-4,
    "batch_size": 4,
    "gradient_accumulation_steps": 4,
    "epochs": 3,
    "max_seq_length": 2048,  # tokens; longer rows become windows of whole turns
    "warmup_share": 0.05,  # of all steps, then a cosine down to zero
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    # Used only if the base model's tokenizer has no chat template: llama-3, mistral or chatml.
    "chat_template": "chatml",
}

PRESETS: dict[str, dict[str, Any]] = {
    "llama-3-8b": {
        "base_model": "meta-llama/Meta-Llama-3-8B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "llama-3",
    },
    "mistral-7b": {
        "base_model": "mistralai/Mistral-7B-Instruct-v0.3",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "mistral",
    },
    "qwen-2.5-7b": {
        "base_model": "Qwen/Qwen2.5-7B-Instruct",
        "lora_r": 16,
        "lora_alpha": 16,
        "learning_rate": 2e-4,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "max_seq_length": 2048,
        "chat_template": "chatml",
    },
    # Built on the spot from a fixed seed: random weights, no download, trains on a laptop in seconds. It cannot
    # speak; it is for trying the commands and for tests.
    "tiny": {
        "base_model": "tiny",
        "lora_r": 16,
        "lora_alpha": 32,
        "learning_rate": 5e-3,
        "target_modules": ALL_PROJECTIONS,
        "batch_size": 4,
        "gradient_accumulation_steps": 1,
        "epochs": 1,
        "max_seq_length": 512,
        "chat_template": "llama-3",
    },
}

# --- phrases that the filter takes ------------------------------------------------------------------------------

# A phrase that is talked about is not used: "I hate the word synergy". Stands directly before the phrase.
PHRASE_MENTIONED = (
    r"\b(?:word|phrase|term|expression|idiom|saying|buzzword|clich[eé]|verb)s?(?: like| such as| of)?[\s*_:,–—-]*$"
)

# All packs by name, in the order in which they judge. The first two are on unless --no-corporate or --no-ai-slop says
# otherwise; --packs switches on others.
PACKS: dict[str, list[dict[str, Any]]] = {
    "corporate": CORPORATE_PHRASES,
    "ai_slop": AI_SLOP_PHRASES,
    "ai_identity": AI_IDENTITY,
    "refusal": REFUSALS,
    "service_close": SERVICE_CLOSES,
    "sycophant_open": SYCOPHANT_OPENINGS,
    "contrast": CONTRASTS,
    "vocab": VOCABULARY,
    "format": FORMAT,
}
