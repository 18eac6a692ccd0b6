"""The toxicity rule: detoxify's labels, scored in batches sorted by length.

detoxify's own predict() pads everything given to it into one forward pass and silently cuts each text at 512 tokens.
Here a text becomes overlapping windows of up to 512 tokens and has the highest score of any of them; windows of like
length share a pass of at most 4,096 tokens, padding included. For a short text the scores are those of predict().
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from identity.filters.toxicity_model import MODEL_NAMES, ToxicityModel, ToxicityUnavailable, load
from identity.filters.verdicts import Candidate, Evaluate, Findings, Settings, Verdict

__all__ = ["LABELS", "MODEL_NAMES", "ToxicityUnavailable", "prepare", "scores"]

# The guide's five, and the one kind of insult that detoxify scores by itself.
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")

WINDOW_TOKENS = 512  # what all of detoxify's models read at once
OVERLAP_TOKENS = 64  # so that no sentence is only seen cut in two
BATCH_TOKENS = 4096  # per forward pass; larger ones are not faster on a CPU and need more memory


@dataclass(frozen=True)
class Window:
    """Up to 512 tokens of one text."""

    text: int  # index of the text
    inputs: dict[str, list[int]]

    def __len__(self) -> int:
        return len(self.inputs["input_ids"])


def prepare(settings: Settings) -> Evaluate | None:
    """None when toxicity is off; ToxicityUnavailable when package or weights cannot be had."""
    if not settings.toxicity:
        return None
    model = load(settings.toxicity_model)
    judged = [label for label in model.labels if label in LABELS]

    def evaluate(candidates: Sequence[Candidate]) -> Findings:
        verdicts: list[Verdict | None] = []
        contents = [candidate.message.content for candidate in candidates]
        for content, found in zip(contents, scores(model, contents), strict=True):
            label = max(judged, key=lambda name: found[name])
            toxic = found[label] >= settings.toxicity_threshold
            verdicts.append(Verdict("toxicity", label, (0, len(content)), found[label]) if toxic else None)
        return Findings(verdicts)

    return evaluate


def scores(model: ToxicityModel, texts: Sequence[str]) -> list[dict[str, float]]:
    """For each text the highest score of any window, by label, between 0 and 1."""
    import torch

    best = torch.zeros(len(texts), len(model.labels))
    windows = sorted(windows_of(model, texts), key=len, reverse=True)
    with torch.inference_mode():
        for batch in batches(windows):
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


def batches(windows: Iterable[Window]) -> Iterator[list[Window]]:
    """Group windows, longest first, so that a group padded to its longest stays within BATCH_TOKENS."""
    batch: list[Window] = []
    for window in windows:
        if batch and (len(batch) + 1) * len(batch[0]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
