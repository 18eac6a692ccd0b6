"""Base models: the built-in tiny one, folders, and models of the Hugging Face hub.

"tiny" is a Llama of about 1.1 million random weights with a byte-level BPE tokenizer and Llama-3's chat template. It
is built on the spot from a fixed seed, without a network, into the user's cache folder, and is there to try every
command with; it cannot speak.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from identity.console import UserError, warn

TINY = "tiny"
TINY_VERSION = "tiny-1"  # of what is built; a change of anything below needs a new name
TINY_SEED = 20_240_418
TINY_VOCABULARY = 1024  # tokens at most, control tokens included; the text below yields some 620
TINY_SHAPE = {
    "hidden_size": 128,
    "intermediate_size": 384,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "rope_theta": 500_000.0,
    "tie_word_embeddings": False,
    # Large enough for the layers to matter beside the residual stream, so that a LoRA on them has something to move.
    "initializer_range": 0.08,
}
TINY_SPECIAL = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")

# Text for the tokenizer: letters and words of everyday talk. What it says does not matter, that it never changes does.
TINY_TEXT = """\
Good morning. How did you sleep? I slept well, thank you, and I dreamed of the sea again.
What would you like to talk about today? I was thinking about the garden, and about what you said last night.
I don't know yet. It is raining here, and the kettle is on. Let me think about it for a moment.
That sounds like a good idea. We could start with something small, and see where it goes from there.
Do you remember the first time we spoke? You asked me for a word, and I gave you three of them.
The little house at the end of the road has a blue door, two windows and a very old apple tree.
She wanted to know why the light changes in autumn. He told her that the sun stands lower then.
You can write the code like this: def add(a, b): return a + b. Then call it with two numbers.
I would rather be here than anywhere else. There is nothing that we have to do right now.
Because of that, I think it's worth trying again tomorrow, when you are rested and it's quiet.
Yes, of course! No, not really. Maybe. Well, perhaps; it depends on what you mean by "soon".
Some people like coffee, others like tea; most of them like to be asked which one they would like.
"""


@dataclass(frozen=True)
class Base:
    """A base model ready to load: what it was called, the folder with its files, and what is known of it."""

    name: str
    folder: Path
    revision: str | None = None
    licence: str | None = None

    @property
    def reference(self) -> str:
        """What adapter_config.json names: the id or folder as given; for tiny its folder, so that PEFT loads it."""
        return str(self.folder) if self.name == TINY else self.name


def locate(name: str, revision: str | None = None) -> Base:
    """The base model of that name, built, found or downloaded; UserError with the remedy if it cannot be had.

    `revision` is of the hub, the newest if None.
    """
    if name == TINY:
        return Base(TINY, tiny_folder(), licence="none needed: random weights")
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            if (folder / "adapter_config.json").is_file():
                raise UserError(f"{folder}: this is a LoRA, not a base model; name the model that it was trained on")
            raise UserError(f"{folder}: no config.json in this folder, so it is no base model; check --base-model")
        return Base(name, folder, licence=_licence_of(folder))
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise UserError(f"{name}: no such folder; check --base-model")
    return _from_hub(name, revision)


# --- the hub ----------------------------------------------------------------------------------------------------

# Weights only as safetensors; Meta's and Mistral's repositories hold a second copy in their own layouts.
HUB_FILES = ["*.json", "*.safetensors", "*.jinja", "tokenizer.model", "README.md"]
HUB_SKIPPED = ["original/*", "consolidated*", "onnx/*", "*/*"]
HUB_PATIENCE = 10  # seconds for the first answer


def _from_hub(name: str, revision: str | None) -> Base:
    """A model of the hub: one quick question first, so that a missing network or licence is told at once.

    A revision that is on this machine already is taken without a question.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    try:
        if revision and (folder := _on_this_machine(name, revision)):
            return Base(name, folder, revision, _licence_of(folder))
        info = HfApi().model_info(name, revision=revision, timeout=HUB_PATIENCE, files_metadata=True)
    except HFValidationError:
        raise UserError(f"{name}: neither a folder nor the id of a model (owner/name); check --base-model") from None
    except GatedRepoError:
        raise _gated(name) from None
    except RepositoryNotFoundError:
        raise UserError(
            f"{name}: no such model on the hub, or it is private; check the name, or run: hf auth login"
        ) from None
    except (HfHubHTTPError, OSError, _network_error()) as error:
        if revision is None and (folder := _on_this_machine(name, "main")):
            return Base(name, folder, folder.name, _licence_of(folder))
        raise UserError(
            f"{name}: the model is not on this machine and the hub cannot be reached ({type(error).__name__}); "
            "connect to the internet, or give a folder with --base-model (--preset tiny needs neither)"
        ) from None
    if not _on_this_machine(name, info.sha or "main"):
        size = sum(file.size or 0 for file in info.siblings or [] if file.rfilename.endswith(".safetensors"))
        warn(f"downloading {name} from huggingface.co (up to {size / 1e9:.1f} GB, once); nothing is uploaded")
    try:
        # Not by the hash of info: a download by name leaves a note of what "main" is, for when there is no network.
        folder = Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=HUB_FILES,
                ignore_patterns=HUB_SKIPPED,
                etag_timeout=HUB_PATIENCE,
            )
        )
    except GatedRepoError:
        raise _gated(name) from None
    licence = getattr(info.card_data, "license", None) if info.card_data else None
    return Base(name, folder, folder.name, licence or _licence_of(folder))


def _on_this_machine(name: str, revision: str) -> Path | None:
    """The folder of a downloaded model with weights in it, without asking the network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        folder = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except HFValidationError:
        raise
    except (OSError, ValueError):  # LocalEntryNotFoundError is one of them
        return None
    return folder if any(folder.glob("*.safetensors")) else None


def _gated(name: str) -> UserError:
    return UserError(
        f"{name}: its maker asks you to accept a licence: do so at https://huggingface.co/{name}, then run: "
        "hf auth login; or choose an open model with --base-model (such as Qwen/Qwen2.5-7B-Instruct)"
    )


def _network_error() -> type[Exception]:
    import httpx

    return httpx.HTTPError


def _licence_of(folder: Path) -> str | None:
    """The licence that the model's own README.md states in its front matter."""
    readme = folder / "README.md"
    if readme.is_file():
        with readme.open(encoding="utf-8", errors="replace") as lines:
            for _, line in zip(range(60), lines, strict=False):
                key, _, value = line.partition(":")
                if key in ("license", "license_name") and value.strip() not in ("", "other"):
                    return value.strip().strip("\"'")
    return None


# --- tiny -------------------------------------------------------------------------------------------------------


def cache_folder() -> Path:
    """Where this project may keep what it can make again, by the custom of the platform."""
    if sys.platform == "win32":
        parent = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        parent = str(Path.home() / "Library" / "Caches")
    else:
        parent = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(parent) / "eager-beaver"


def tiny_folder() -> Path:
    """The folder of the tiny base model, built if it is not there yet.

    Two processes may build at once: each builds aside and the first to rename wins; the bytes are the same.
    """
    final = cache_folder() / TINY_VERSION
    if (final / "config.json").is_file():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{TINY_VERSION}.", dir=final.parent))
    try:
        build_tiny(building)
        with contextlib.suppress(OSError):  # the other process was faster
            building.rename(final)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    if not (final / "config.json").is_file():
        raise UserError(f"{final}: cannot be written; check the rights of this folder")
    return final


def build_tiny(folder: Path) -> None:
    """Write model and tokenizer of the tiny base into `folder`; the same bytes every time."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = _tiny_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.convert_tokens_to_ids("<|begin_of_text|>"),
        eos_token_id=tokenizer.convert_tokens_to_ids("<|eot_id|>"),
        **TINY_SHAPE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(TINY_SEED)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tiny_tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from identity.training.chat_templates import CHAT_TEMPLATES, END_OF_TURN

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=TINY_VOCABULARY - len(TINY_SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TINY_TEXT.splitlines(), trainer)
    tokenizer.add_special_tokens(list(TINY_SPECIAL))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        pad_token="<|end_of_text|>",
        additional_special_tokens=["<|start_header_id|>", "<|end_header_id|>"],
        clean_up_tokenization_spaces=False,
        model_max_length=TINY_SHAPE["max_position_embeddings"],
    )
    template = CHAT_TEMPLATES["llama-3"]
    fast.chat_template = template.jinja.replace(END_OF_TURN, template.end_of_turn)
    return fast
