"""What the scripts here share: a tiny tokenizer, our own masks of the same rows, and the comparison of what is trained.

The tokenizer has Llama 3's control tokens and chat template and a vocabulary of a few hundred; nothing is downloaded.
Compared is the text under the labels: each unbroken stretch of trained tokens, decoded, in order. Where the peer
renders the same template as we do, tokens and labels are compared as well.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from tiny_models import LLAMA_3, make_tokenizer  # noqa: E402  it stands beside the tests

from identity.rows import Row, RowMessage, read_rows  # noqa: E402
from identity.training.masks import IGNORED, LessonMaker, TrainingSequence  # noqa: E402
from identity.training.template import ChatTemplate  # noqa: E402

FORMATS = ("chat", "sharegpt", "alpaca")
NO_LIMIT = 1 << 20  # tokens: no row is cut, by us or by a peer
DIFFERENCES_SHOWN = 3
LETTERS_SHOWN = 100


class Comparison(NamedTuple):
    """One row as we and the peer would train it; `unmasked` is ours if a reply of weight 0 were learned as well."""

    ours: list[str]
    theirs: list[str]
    unmasked: list[str]
    same_tokens: bool


def make_tokenizer_folder(folder: Path) -> Any:
    """The tiny tokenizer, also saved in `folder` for a peer that loads its own."""
    tokenizer = make_tokenizer(LLAMA_3)
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(folder)
    return tokenizer


def our_sequences(rows: Iterable[Row], tokenizer: Any) -> list[TrainingSequence]:
    """Tokens and labels as text_lora_train.py makes them, one sequence a row."""
    return list(LessonMaker(ChatTemplate(tokenizer), NO_LIMIT).sequences(rows))


def without_weights(row: Row) -> Row:
    return Row([RowMessage(turn.role, turn.content) for turn in row.messages])


def trained_text(sequence: TrainingSequence, tokenizer: Any) -> list[str]:
    """Every unbroken stretch of tokens with a label, as text."""
    tokens = zip(sequence.input_ids, sequence.labels, strict=True)
    stretches = groupby(tokens, key=lambda pair: pair[1] != IGNORED)
    return [tokenizer.decode([token for token, _ in stretch]) for is_trained, stretch in stretches if is_trained]


def compare(rows: list[Row], theirs: list[TrainingSequence], tokenizer: Any) -> list[Comparison]:
    """Row by row, in order; ValueError if the numbers of rows differ, for then no row can be told from another."""
    ours = our_sequences(rows, tokenizer)
    unmasked = our_sequences(map(without_weights, rows), tokenizer)
    if len(ours) != len(theirs):
        raise ValueError(f"{len(theirs)} rows came out of the peer, {len(ours)} out of our masks")
    return [
        Comparison(
            ours=trained_text(mine, tokenizer),
            theirs=trained_text(other, tokenizer),
            unmasked=trained_text(whole, tokenizer),
            same_tokens=mine == other,
        )
        for mine, other, whole in zip(ours, theirs, unmasked, strict=True)
    ]


def without_end(texts: list[str], ends: Sequence[str]) -> list[str]:
    """Trained answers without the token that ends them, and without the space around them."""
    stripped = []
    for text in texts:
        for end in ends:
            text = text.removesuffix(end)
        stripped.append(text.strip())
    return stripped


def main(
    peer: str,
    description: str,
    peer_sequences: Callable[[Path, str, Any, Path], list[TrainingSequence]],
    ends: Sequence[str],
    argv: Sequence[str] | None = None,
) -> int:
    """Compare the three files of a folder; 0 if the same answers are trained, but for those of weight 0.

    `ends` are the tokens that the peer may end an answer with.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds chat.jsonl, sharegpt.jsonl and alpaca.jsonl")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as work:
        os.environ["HF_HOME"] = work  # else the rows would stay in a cache of the person's own
        return compare_formats(peer, arguments.folder, peer_sequences, ends, Path(work))


def compare_formats(
    peer: str,
    folder: Path,
    peer_sequences: Callable[[Path, str, Any, Path], list[TrainingSequence]],
    ends: Sequence[str],
    work: Path,
) -> int:
    tokenizer = make_tokenizer_folder(work / "tokenizer")
    lines = [f"{peer} {version(peer)}, torch {version('torch')}, transformers {version('transformers')}"]
    is_same = True
    for row_format in FORMATS:
        file = folder / f"{row_format}.jsonl"
        theirs = peer_sequences(file, row_format, tokenizer, work)
        compared = list(enumerate(compare(list(read_rows(file)), theirs, tokenizer), start=1))
        same = [number for number, row in compared if is_alike(row.ours, row.theirs, ends)]
        other = [(number, row) for number, row in compared if number not in same]
        masked = [number for number, row in other if is_alike(row.unmasked, row.theirs, ends)]
        unexplained = [(number, row) for number, row in other if number not in masked]
        tokens = sum(row.same_tokens for _, row in compared)
        lines.append(
            f"{row_format:9} rows {len(compared):3}   same trained text {len(same):3}   "
            f"same but for replies of weight 0, which it learns {len(masked):3}   other {len(unexplained):3}   "
            f"(tokens and labels equal: {tokens})"
        )
        lines += shown_differences(unexplained)
        is_same = is_same and not unexplained
    print("\n".join(lines))
    return 0 if is_same else 1


def is_alike(ours: list[str], theirs: list[str], ends: Sequence[str]) -> bool:
    """True if the same answers are trained, whatever ends them."""
    return without_end(ours, ends) == without_end(theirs, ends)


def shown_differences(differing: list[tuple[int, Comparison]]) -> Iterator[str]:
    """The first differences, at the place where the texts part."""
    for number, row in differing[:DIFFERENCES_SHOWN]:
        yield f"  row {number}: {len(row.ours)} trained stretches, the peer's {len(row.theirs)}"
        for mine, other in zip(row.ours, row.theirs, strict=False):
            if mine != other:
                same = next((i for i, (a, b) in enumerate(zip(mine, other, strict=False)) if a != b), 0)
                begin = max(same - LETTERS_SHOWN // 2, 0)
                yield f"    ours   {mine[begin : begin + LETTERS_SHOWN]!r}"
                yield f"    theirs {other[begin : begin + LETTERS_SHOWN]!r}"
                break
