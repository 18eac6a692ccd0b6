"""Hostile variants of every sample: odd values in its places, its beginnings, and a small run of the fuzzer."""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from export_builders import assert_reconciles, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import ODD_VALUES

from identity.console import UserError
from identity.formats import FORMATS

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))

from fuzz_parser import Sample, run, samples


def test_hostile_variants_of_every_sample_are_read_or_told_in_one_line() -> None:
    """No other exception, every account adds up, none takes five seconds."""
    tally = run(inputs=1200, number=7, jobs=1)
    assert [wrong for _, _, wrong in tally.failures] == []
    assert set(tally.inputs) == {known.name for known in FORMATS}
    assert tally.outcomes["read"] > 300 and tally.outcomes["told in one line"] > 100


def test_every_sample_is_fuzzed() -> None:
    assert {sample.format for sample in samples()} == {known.name for known in FORMATS}


def places_of(value: Any) -> list[tuple[Any, Any]]:
    """(container, key or index) of everything inside a value."""
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        inside = stack.pop()
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        found += [(inside, key) for key in keys]
        stack += [inside[key] for key in keys if isinstance(inside[key], dict | list)]
    return found


def is_read_or_refused(sample: Sample, raw: bytes) -> None:
    """The account adds up; that nothing can be read is an answer too."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / sample.name
        file.write_bytes(raw)
        try:
            assert_reconciles(parse(file, source=sample.format, voices=("assistant", "Mira", "Anna")))
        except UserError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("sample", [one for one in samples() if one.values], ids=lambda one: f"{one.format} {one.name}")
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_an_odd_value_costs_no_more_than_what_it_stands_in(sample: Sample, data: st.DataObject) -> None:
    """Anything may stand in any place: no exception, and every message is kept or counted."""
    values = copy.deepcopy(sample.values)
    for _ in range(data.draw(st.integers(1, 4))):
        container, key = data.draw(st.sampled_from(places_of(values)))
        container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
    is_read_or_refused(sample, json.dumps(values[0]).encode())


@pytest.mark.parametrize("sample", samples(), ids=lambda one: f"{one.format} {one.name}")
def test_the_beginning_of_a_file_gives_what_is_whole(sample: Sample) -> None:
    for end in range(1, len(sample.raw), max(len(sample.raw) // 12, 1)):
        is_read_or_refused(sample, sample.raw[:end])
