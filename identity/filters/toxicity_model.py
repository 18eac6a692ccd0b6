"""Where the toxicity model comes from: detoxify by name, or a folder.

A name (original, unbiased, multilingual, original-small, unbiased-small) is loaded by detoxify, which keeps the
weights in torch's cache (from GitHub) and configuration and tokenizer in that of Hugging Face. What is cached is used
without any network; a download is announced, and without a network that is found out within seconds.

A folder is read without network. It holds either a transformers model (config.json with id2label, safetensors,
tokenizer; as unitary/toxic-bert is published), or a detoxify checkpoint (one *.ckpt beside config.json and tokenizer).
A .ckpt is a pickle: it is read as weights only, unless it is one of the published files, known by its SHA-256.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import pickle
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from identity.console import UsageError, UserError, warn
from identity.files import sha256_of


class Published(NamedTuple):
    """One of detoxify's models: where its weights are, their size, and its base on the Hugging Face hub."""

    weights: str  # below RELEASES; the name ends in the beginning of the file's SHA-256
    megabytes: int
    base: str


RELEASES = "https://github.com/unitaryai/detoxify/releases/download/"
# As in detoxify 0.5.4 (MODEL_URLS), repeated here because importing detoxify takes seconds, which nobody should wait
# for to learn that the weights are not there.
MODELS = {
    "original": Published("v0.1-alpha/toxic_original-c1212f89.ckpt", 418, "bert-base-uncased"),
    "unbiased": Published("v0.3-alpha/toxic_debiased-c7548aa0.ckpt", 476, "roberta-base"),
    "multilingual": Published("v0.4-alpha/multilingual_debiased-0b549669.ckpt", 1060, "xlm-roberta-base"),
    "original-small": Published("v0.1.2/original-albert-0e1d6498.ckpt", 45, "albert-base-v2"),
    "unbiased-small": Published("v0.1.2/unbiased-albert-c8519128.ckpt", 45, "albert-base-v2"),
}
MODEL_NAMES = tuple(MODELS)

REACH_SECONDS = 5.0  # after which a server counts as out of reach
# The names under which older checkpoints know the labels.
LABEL_NAMES = {"toxic": "toxicity", "severe_toxic": "severe_toxicity", "identity_hate": "identity_attack"}
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model")


class ToxicityUnavailable(UserError):
    """Package or weights cannot be had here; the text says how to get them."""


@dataclass(frozen=True)
class ToxicityModel:
    """A classifier ready to run: transformers model and tokenizer, labels in the order of its outputs."""

    network: Any
    tokenizer: Any
    labels: tuple[str, ...]
    device: str
    max_tokens: int
    one_label_only: bool = False  # softmax over exclusive labels instead of one sigmoid each


def load(name: str) -> ToxicityModel:
    """The model of that name or folder, on the best device there is.

    UsageError if it is neither, ToxicityUnavailable if package or weights are missing.
    """
    needed = _package_of(name)
    folder = Path(name)
    if importlib.util.find_spec(needed) is None:
        raise ToxicityUnavailable(f"{needed} not available; get it with: pip install detoxify")
    cached = name in MODELS and _cached(name)
    if name in MODELS and not cached:
        _require_network(name)
    try:
        import torch
        import transformers

        importlib.import_module(needed)
    except (ImportError, OSError, RuntimeError) as error:  # a torch build that does not fit raises the latter two
        raise ToxicityUnavailable(
            f"{needed} cannot be imported ({type(error).__name__}); get it with: pip install detoxify"
        ) from None
    transformers.logging.set_verbosity_error()
    with warnings.catch_warnings():  # the bar of "Loading weights"; hub downloads keep theirs, and it says so
        warnings.simplefilter("ignore")
        transformers.logging.disable_progress_bar()
    if name in MODELS:
        network, tokenizer, labels = _published(name, cached)
    elif _checkpoint_in(folder):
        network, tokenizer, labels = _checkpoint(folder)
    else:
        network, tokenizer, labels = _transformers_folder(folder)
    device = _device(torch)
    network.to(device).eval()
    kind = getattr(network.config, "problem_type", None)
    return ToxicityModel(
        network,
        tokenizer,
        tuple(LABEL_NAMES.get(label.lower(), label.lower()) for label in labels),
        device,
        max_tokens=_positions(network.config, tokenizer),
        one_label_only=kind == "single_label_classification",
    )


def is_here(name: str) -> bool:
    """Whether packages and weights are on this machine, as far as that shows without importing torch (seconds)."""
    packages = (_package_of(name), "transformers", "torch")
    if any(importlib.util.find_spec(package) is None for package in packages):
        return False
    return name not in MODELS or _cached(name)


def _package_of(name: str) -> str:
    """The package that loads a model; UsageError if it is neither a name nor a folder."""
    if name not in MODELS and not Path(name).is_dir():
        raise UsageError(f"--toxicity-model {name}: no such folder; give one, or one of {', '.join(MODELS)}")
    return "detoxify" if name in MODELS or _checkpoint_in(Path(name)) else "transformers"


def _device(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _positions(config: Any, tokenizer: Any) -> int:
    """How many tokens the model can read; RoBERTa counts positions from behind its padding token."""
    positions = int(getattr(config, "max_position_embeddings", 512))
    if "roberta" in str(config.model_type):
        positions -= int(config.pad_token_id) + 1
    return min(positions, int(tokenizer.model_max_length))


# --- by name ----------------------------------------------------------------------------------------------------


def _published(name: str, cached: bool) -> tuple[Any, Any, list[str]]:
    """Through detoxify, which downloads what is not in the caches."""
    import detoxify

    with _offline() if cached else contextlib.nullcontext():
        try:
            model = detoxify.Detoxify(name)
        except (OSError, EOFError, ValueError, RuntimeError, pickle.UnpicklingError) as error:
            raise ToxicityUnavailable(
                f"the weights of '{name}' could not be loaded ({type(error).__name__}); delete"
                f" {_weights_file(name)} if it is damaged, and run again"
            ) from None
    return model.model, model.tokenizer, list(model.class_names)


def _weights_file(name: str) -> Path:
    """Where torch.hub keeps the weights."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or f"{cache}/torch"
    return Path(home).expanduser() / "hub" / "checkpoints" / MODELS[name].weights.rsplit("/", 1)[-1]


def _cached(name: str) -> bool:
    """Whether weights, configuration and vocabulary are all here."""
    return _weights_file(name).is_file() and _hub_has(MODELS[name].base)


def _hub_has(base: str) -> bool:
    """Whether configuration and vocabulary of a base model are in the Hugging Face cache."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(base, "config.json"), str) and any(
        isinstance(try_to_load_from_cache(base, vocabulary), str) for vocabulary in _VOCABULARIES
    )


def _require_network(name: str) -> None:
    """Announce the download, or raise ToxicityUnavailable within seconds if there is no way to it."""
    import urllib.request

    remedy = "connect once to fetch them, or give --toxicity-model a folder that holds them"
    if os.environ.get("HF_HUB_OFFLINE", "0").lower() not in ("", "0", "false", "no", "off"):
        raise ToxicityUnavailable(f"the weights of '{name}' are not here and HF_HUB_OFFLINE is set; {remedy}")
    have_weights = _weights_file(name).is_file()
    urls = [] if have_weights else [RELEASES + MODELS[name].weights]
    hub = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    urls.append(f"{hub}/{MODELS[name].base}/resolve/main/config.json")
    for url in urls:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=REACH_SECONDS):
                pass
        except OSError as error:  # HTTPError and URLError are OSErrors
            reason = getattr(error, "reason", error)
            raise ToxicityUnavailable(
                f"the weights of '{name}' are not here and {_host(url)} cannot be reached ({reason}); {remedy}"
            ) from None
    size = "" if have_weights else f" ({MODELS[name].megabytes} MB)"
    warn(f"downloading the toxicity model '{name}'{size}, once, from {' and '.join(map(_host, urls))}")


def _host(url: str) -> str:
    return url.split("/")[2]


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """Keep huggingface_hub from asking the hub about files that are here."""
    import huggingface_hub.constants as constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


# --- from a folder ----------------------------------------------------------------------------------------------


def _checkpoint_in(folder: Path) -> Path | None:
    """The detoxify checkpoint of a folder, if there is exactly one."""
    found = sorted(folder.glob("*.ckpt")) if folder.is_dir() else []
    if len(found) > 1:
        raise UsageError(f"--toxicity-model {folder}: holds {len(found)} .ckpt files; leave one in it")
    return found[0] if found else None


def _checkpoint(folder: Path) -> tuple[Any, Any, list[str]]:
    """A detoxify checkpoint, built by detoxify from the configuration and tokenizer beside it."""
    import detoxify.detoxify
    import torch

    path = _checkpoint_in(folder)
    assert path is not None
    if not (folder / "config.json").is_file():
        raise UserError(
            f"{folder}: no config.json beside {path.name}; put the base model's configuration and tokenizer there"
        )
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        if not _is_published(path):
            raise UserError(
                f"{path}: holds more than weights and is not one of detoxify's published files, so it is not opened;"
                " save it as a transformers folder with safetensors"
            ) from None
        loaded = torch.load(path, map_location="cpu", weights_only=False)
    try:
        arguments = {**loaded["config"]["arch"]["args"], "model_type": str(folder)}
        classes = list(loaded["config"]["dataset"]["args"]["classes"])
        network, tokenizer = detoxify.detoxify.get_model_and_tokenizer(**arguments, state_dict=loaded["state_dict"])
    except (KeyError, TypeError, OSError, ValueError) as error:
        raise UserError(
            f"{path}: not a detoxify checkpoint with its configuration and tokenizer ({type(error).__name__}:"
            f" {error}); see the folder layout in the docstring of identity/filters/toxicity_model.py"
        ) from None
    return network, tokenizer, classes


def _is_published(path: Path) -> bool:
    """Whether the file is, by its SHA-256, one that detoxify publishes."""
    digest = sha256_of(path)
    return any(digest.startswith(model.weights.rsplit("-", 1)[-1].removesuffix(".ckpt")) for model in MODELS.values())


def _transformers_folder(folder: Path) -> tuple[Any, Any, list[str]]:
    """A transformers sequence classifier with safetensors, labels from its configuration."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from identity.filters.toxicity import LABELS

    try:
        network = AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"--toxicity-model {folder}: {' '.join(str(error).split())[:160]}; it must hold config.json, safetensors"
            " and a tokenizer, or a detoxify .ckpt"
        ) from None
    labels = [str(network.config.id2label[index]) for index in range(network.config.num_labels)]
    if not any(LABEL_NAMES.get(label.lower(), label.lower()) in LABELS for label in labels):
        raise UserError(
            f"--toxicity-model {folder}: none of its labels ({', '.join(labels[:6])}) is one of {', '.join(LABELS)};"
            " set id2label in its config.json"
        )
    return network, tokenizer, labels
