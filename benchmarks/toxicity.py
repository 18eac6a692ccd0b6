"""CPU time of a toxicity score, ours and detoxify's: `python benchmarks/toxicity.py [--messages 96] [--rounds 3]`.

The model has the shape of `original` (BERT-base, 12 layers of 768) and random weights: time does not depend on what
the weights are. Score differences do, so take theirs as orders of magnitude. Messages are made-up words, their
lengths in tokens lognormal with median 93 and mean 151, then cut at 512: many short ones and a long tail. Every way
scores the same messages, in turn in each round, so that a machine that slows down slows all of them;
given is the median of the rounds, as processor time over all threads.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from identity.filters.toxicity import LABELS, in_precision, prepare, scores  # noqa: E402
from identity.filters.toxicity_model import load  # noqa: E402
from identity.filters.verdicts import Candidate, Settings  # noqa: E402
from identity.records import Message  # noqa: E402

MEDIAN, MEAN, MOST = 93, 151, 512  # tokens
VOCABULARY = 30_522  # of bert-base-uncased
BATCH = 32
Scores = list[dict[str, float]]


def make_checkpoint(folder: Path) -> Path:
    """A detoxify checkpoint beside its configuration and tokenizer, as toxicity_model.py reads it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [f"w{number}" for number in range(VOCABULARY - len(words))]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=MOST).save_pretrained(folder)
    torch.manual_seed(0)
    network = BertForSequenceClassification(BertConfig(vocab_size=VOCABULARY, num_labels=len(LABELS)))
    network.config.save_pretrained(folder)
    architecture = {
        "num_classes": len(LABELS),
        "model_type": str(folder),
        "model_name": "BertForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
    }
    config = {"arch": {"args": architecture}, "dataset": {"args": {"classes": list(LABELS)}}}
    torch.save({"config": config, "state_dict": network.state_dict()}, folder / "m.ckpt")
    return folder / "m.ckpt"


def make_messages(count: int, seed: int = 0) -> list[str]:
    """No two alike; one word is one token, and [CLS] and [SEP] are two more."""
    chance = random.Random(seed)
    spread = math.sqrt(2 * math.log(MEAN / MEDIAN))
    lengths = [min(MOST, max(4, round(chance.lognormvariate(math.log(MEDIAN), spread)))) for _ in range(count)]
    return [" ".join(f"w{chance.randrange(VOCABULARY - 5)}" for _ in range(length - 2)) for length in lengths]


def from_columns(predicted: dict[str, list[float]]) -> Scores:
    """What predict() says about a list, as one dictionary per text."""
    return [dict(zip(predicted, row, strict=True)) for row in zip(*predicted.values(), strict=True)]


def largest_difference(one: Scores, two: Scores) -> float:
    return max(abs(a[label] - b[label]) for a, b in zip(one, two, strict=True) for label in LABELS)


def ways_of(checkpoint: Path, texts: Sequence[str], fast: str) -> dict[str, Callable[[], Scores]]:
    """The ways to score all texts, with their models loaded."""
    from detoxify import Detoxify

    theirs: Any = Detoxify(checkpoint=str(checkpoint))
    folder = str(checkpoint.parent)
    exact, rounded = load(folder), in_precision(load(folder), fast)
    settings = Settings(
        toxicity=True, toxicity_model=folder, toxicity_precision=fast, toxicity_cache=f"{folder}/scores.sqlite"
    )
    candidates = [Candidate(Message(id="m", parent=None, role="user", content=text)) for text in texts]

    def in_batches() -> Scores:
        parts = (list(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH))
        return [found for part in parts for found in from_columns(theirs.predict(part))]

    def by_the_rule() -> Scores:  # prepared anew each time, as a run does
        rule = prepare(settings)
        assert rule is not None
        return [dict(found or {}) for found in rule(candidates).scores]

    by_the_rule()  # fills the cache
    return {
        "predict, one by one": lambda: [theirs.predict(text) for text in texts],
        f"predict, batches of {BATCH}": in_batches,
        "ours, fp32": lambda: scores(exact, texts),
        f"ours, {fast}": lambda: scores(rounded, texts),
        "ours, again from the cache": by_the_rule,
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=96, help="how many (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (default %(default)s)")
    parser.add_argument("--fast", default="auto", choices=("auto", "bf16", "int8"), help="the fourth way's precision")
    arguments = parser.parse_args(argv)
    logging.disable(logging.WARNING)
    texts = make_messages(arguments.messages)
    lengths = [len(text.split()) + 2 for text in texts]
    median = statistics.median(lengths)
    print(
        f"{len(texts)} messages, tokens: median {median:.0f}, mean {statistics.mean(lengths):.0f}, max {max(lengths)}"
    )
    with tempfile.TemporaryDirectory() as folder:
        ways = ways_of(make_checkpoint(Path(folder)), texts, arguments.fast)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        found: dict[str, Scores] = {}
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                began = time.process_time()
                found[name] = way()
                taken[name].append(time.process_time() - began)
    first = next(iter(ways))
    base = statistics.median(taken[first])
    print(f"{'':28}{'CPU ms a message':>17}{'faster than first':>19}{'largest difference':>20}")
    for name, times in taken.items():
        each = statistics.median(times)
        difference = largest_difference(found[first], found[name])
        print(f"{name:28}{each * 1000 / len(texts):17.2f}{base / each:17.1f} x{difference:20.6f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
