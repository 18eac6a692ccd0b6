"""The toxicity rule: detoxify's labels, scored in batches sorted by length.

detoxify's own predict() pads everything given to it into one forward pass and silently cuts each text at 512 tokens.
Here a text becomes overlapping windows of up to 512 tokens and has the highest score of any of them; windows of like
length share a pass of a few hundred tokens (thousands on a GPU), padding included. For a short text the scores are
those of predict().
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from identity.console import UsageError, UserError
from identity.filters.toxicity_model import MODEL_NAMES, ToxicityModel, ToxicityUnavailable, is_here, load
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings, Verdict

if TYPE_CHECKING:
    from identity.filters.toxicity_cache import ScoreCache

__all__ = ["LABELS", "MODEL_NAMES", "PRECISIONS", "ToxicityUnavailable", "parse_thresholds", "prepare", "scores"]

# The guide's five, and the one kind of insult that detoxify scores by itself.
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
# What some of the models score besides; judged only where a threshold is given for it.
UNJUDGED = ("sexual_explicit",)
PRECISIONS = ("auto", "fp32", "bf16", "int8")
_LABEL_HELP = f"labels are {', '.join((*LABELS, *UNJUDGED))}"

WINDOW_TOKENS = 512  # what all of detoxify's models read at once
OVERLAP_TOKENS = 64  # so that no sentence is only seen cut in two
# Per forward pass. On a CPU what lies between two layers must stay in its cache: of 256 to 4,096 tokens 512 took the
# least time, 4,096 half as much again. A GPU wants more to do at once.
BATCH_TOKENS_CPU, BATCH_TOKENS_GPU = 512, 4096


@dataclass(frozen=True)
class Window:
    """Up to 512 tokens of one text."""

    text: int  # index of the text
    inputs: dict[str, list[int]]

    def __len__(self) -> int:
        return len(self.inputs["input_ids"])


def prepare(settings: Settings) -> Evaluate | None:
    """None when toxicity is off; ToxicityUnavailable when package or weights cannot be had.

    Without a cache, or for a model whose scores it does not hold, the model is loaded here and now. For one that has
    filled the cache before and is still on this machine, loading (seconds) waits until a text is not in the cache;
    torch is not even imported until then. So what can be missing is found out here; only what broke since an earlier
    run and does not show from outside (a torch that no longer imports) ends a run later, before anything is written.
    """
    if not settings.toxicity:
        return None
    scored = Scorer(settings)
    thresholds = dict.fromkeys(LABELS, settings.toxicity_threshold) | dict(settings.toxicity_thresholds)
    for label, _ in settings.toxicity_thresholds:
        if label not in scored.labels:
            raise UsageError(
                f"toxicity model {settings.toxicity_model} has no label {label}; it has {', '.join(scored.labels)}"
            )

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        contents = [candidate.message.content for candidate in candidates]
        found = scored(contents)
        verdicts = [_verdict(content, by_label, thresholds) for content, by_label in zip(contents, found, strict=True)]
        return Findings(verdicts, scores=found)

    return evaluate


def _verdict(content: str, found: Mapping[str, float], thresholds: Mapping[str, float]) -> Verdict | None:
    """By the label with the highest score of those that reach their thresholds."""
    reached = [label for label in found if label in thresholds and found[label] >= thresholds[label]]
    if not reached:
        return None
    label = max(reached, key=lambda name: found[name])
    return Verdict("toxicity", label, (0, len(content)), found[label])


def parse_thresholds(texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """ "insult=0.95", "threat=0.5" as pairs; UsageError says which is wrong and what there is."""
    thresholds: dict[str, float] = {}
    for text in texts:
        label, equals, number = (part.strip() for part in text.partition("="))
        if label not in (*LABELS, *UNJUDGED):
            raise UsageError(f"toxicity label '{label}': there is none of that name; {_LABEL_HELP}")
        try:
            threshold = float(number)
        except ValueError:
            threshold = math.nan
        if not equals or not threshold >= 0:  # not a number, or the number that is none
            raise UsageError(
                f"toxicity threshold '{text}': write LABEL=NUMBER, from 0, above 1 for never; {_LABEL_HELP}"
            )
        if label in thresholds:
            raise UsageError(f"toxicity label '{label}': has two thresholds; give one")
        thresholds[label] = threshold
    return tuple(thresholds.items())


class Scorer:
    """Scores of texts: equal ones scored once, from the cache where they are there; else by the model.

    The cache keeps `auto` as its own precision, because finding out what it means here would need torch.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.toxicity_precision not in PRECISIONS:
            raise UsageError(f"toxicity precision '{settings.toxicity_precision}': give one of {', '.join(PRECISIONS)}")
        self._name, self._precision = settings.toxicity_model, settings.toxicity_precision
        self._model: ToxicityModel | None = None
        self._cache: ScoreCache | None = None
        if not is_here(self._name):
            self._loaded()  # downloads it, or says what is missing
        if settings.toxicity_cache is not None:
            from identity.filters.toxicity_cache import ScoreCache, identity_of

            self._cache = ScoreCache(settings.toxicity_cache, identity_of(self._name, self._precision))
        self.labels = (self._cache and self._cache.labels()) or self._loaded().labels

    def __call__(self, texts: Sequence[str]) -> list[dict[str, float]]:
        distinct = list(dict.fromkeys(texts))
        found = self._cache.find(distinct) if self._cache else {}
        missing = [text for text in distinct if text not in found]
        if missing:
            new = dict(zip(missing, scores(self._loaded(), missing), strict=True))
            if self._cache:
                self._cache.keep(self.labels, new)
            found |= new
        return [found[text] for text in texts]

    def _loaded(self) -> ToxicityModel:
        if self._model is None:
            self._model = in_precision(load(self._name), self._precision)
        return self._model


def in_precision(model: ToxicityModel, precision: str) -> ToxicityModel:
    """The model with other numbers inside; it is changed in place.

    fp32 has the scores of detoxify's predict(). bf16 (eight bits of mantissa) costs about half the CPU time where the
    CPU multiplies such numbers; `auto` is bf16 on such a CPU and fp32 everywhere else, GPUs included. int8 costs about
    a third, but is never chosen by itself: it rounds by the largest activation of a batch, so scores depend a little
    on the neighbours. With weights as BERT starts from, scores changed by up to 0.002 (bf16) and 0.009 (int8); with
    weights 2.5 times as large by 0.009 and 0.07. benchmarks/toxicity.py measures the former.
    """
    import torch

    if precision == "auto":
        precision = "bf16" if model.device == "cpu" and _cpu_multiplies_bf16(torch) else "fp32"
    if precision == "bf16":
        return replace(model, network=model.network.to(torch.bfloat16))
    if precision == "int8":
        return replace(model, network=_quantized(model.network.to("cpu")), device="cpu")
    return model


def _cpu_multiplies_bf16(torch: Any) -> bool:
    """By AVX-512 or AMX, says a torch that knows; the names are private and not in every version."""
    checks = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return bool(torch.backends.mkldnn.is_available()) and any(check is not None and check() for check in checks)


def _quantized(network: Any) -> Any:
    """Linear layers with int8 weights, activations rounded as they come (torch's dynamic quantisation)."""
    import torch

    try:
        with warnings.catch_warnings():  # deprecated, with no equal in torch itself
            warnings.simplefilter("ignore")
            return torch.ao.quantization.quantize_dynamic(network, {torch.nn.Linear}, dtype=torch.qint8)
    except (AttributeError, ImportError, RuntimeError) as error:  # gone from torch, or no engine for this CPU
        raise UserError(
            f"this torch cannot compute toxicity in int8 here ({type(error).__name__}); choose auto, fp32 or bf16"
        ) from None


def scores(model: ToxicityModel, texts: Sequence[str]) -> list[dict[str, float]]:
    """For each text the highest score of any window, by label, between 0 and 1."""
    import torch

    best = torch.zeros(len(texts), len(model.labels))
    windows = sorted(windows_of(model, texts), key=len, reverse=True)
    with torch.inference_mode():
        for batch in batches(windows, BATCH_TOKENS_CPU if model.device == "cpu" else BATCH_TOKENS_GPU):
            padded = model.tokenizer.pad({key: [window.inputs[key] for window in batch] for key in batch[0].inputs})
            inputs = {key: torch.tensor(values, device=model.device) for key, values in padded.items()}
            logits = model.network(**inputs).logits.float()
            probabilities = torch.softmax(logits, -1) if model.one_label_only else torch.sigmoid(logits)
            for window, row in zip(batch, probabilities.cpu(), strict=True):
                best[window.text] = torch.maximum(best[window.text], row)
    return [dict(zip(model.labels, row, strict=True)) for row in best.tolist()]


def windows_of(model: ToxicityModel, texts: Sequence[str]) -> Iterator[Window]:
    """Cut every text into windows; together they cover all its tokens."""
    if not texts:
        return
    size = min(WINDOW_TOKENS, model.max_tokens)
    encoded = model.tokenizer(
        list(texts),
        truncation=True,
        max_length=size,
        stride=min(OVERLAP_TOKENS, size // 4),
        return_overflowing_tokens=True,
    )
    owners = encoded.pop("overflow_to_sample_mapping")
    for index, text in enumerate(owners):
        yield Window(int(text), {key: values[index] for key, values in encoded.items()})


def batches(windows: Iterable[Window], tokens: int) -> Iterator[list[Window]]:
    """Group windows, longest first, so that a group padded to its longest stays within so many tokens."""
    batch: list[Window] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(batch[0]) > tokens:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
