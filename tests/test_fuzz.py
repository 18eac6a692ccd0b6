"""A small run of benchmarks/fuzz_parser.py with a fixed seed: hostile variants of every sample through the parser."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fuzz_parser import run, samples

from identity.formats import FORMATS


def test_hostile_variants_of_every_sample_are_read_or_told_in_one_line() -> None:
    """No other exception, every account adds up, none takes five seconds."""
    tally = run(inputs=2000, number=7, jobs=1)
    assert [wrong for _, _, wrong in tally.failures] == []
    assert set(tally.inputs) == {known.name for known in FORMATS}
    assert tally.outcomes["read"] > 500 and tally.outcomes["told in one line"] > 100


def test_every_sample_is_fuzzed() -> None:
    assert {sample.format for sample in samples()} == {known.name for known in FORMATS}
