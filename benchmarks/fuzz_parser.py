"""Hostile variants of every sample through the parser: `python benchmarks/fuzz_parser.py --inputs 200000 --jobs 2`.

Half of the inputs are JSON shaped like a sample (hypothesis strategies, see tests/mutations.py), the others are a
sample's bytes after flips, cuts, splices and nesting; one in ten is packed in a zip whose bytes may be damaged too.
Each is read by the whole parser under random options. Allowed are a result whose account adds up, or one of the named
errors; not allowed are any other exception, an account that does not add up, and more than five seconds.

Writes the figures to --results; a failing input is kept beside it. Equal arguments make equal inputs.
Exit codes: 0 all inputs passed, 1 one failed.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from export_builders import assert_reconciles, parse  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from mutations import as_json, damaged, shaped_like  # noqa: E402

from identity.console import UserError  # noqa: E402

EXPORTS = ROOT / "tests" / "exports"
SECONDS = 5.0  # that one input may take
# A name that nobody bears is an error, which ends a run before its account is looked at. Names are for people's chats.
VOICES = (("assistant",), ("assistant",), ("user",))
BETWEEN_PEOPLE = frozenset({"discord", "kindroid", "telegram", "telegram-html", "whatsapp"})
VOICES_OF_PEOPLE = (("Mira",), ("Anna", "user"), ("assistant", "Mira", "Anna"), ("assistant",))


class Sample(NamedTuple):
    format: str
    name: str  # of the file as it is in the case folder
    raw: bytes
    values: list[Any]  # what it holds as JSON; empty if it is none


def samples() -> list[Sample]:
    """Every file of every case, in a fixed order."""
    found = []
    for case in sorted(EXPORTS.glob("*/*")):
        for file in sorted(
            path for given_input in case.glob("input*") for path in [given_input, *given_input.rglob("*")]
        ):
            if file.is_file():
                raw = file.read_bytes()
                found.append(Sample(case.parent.name, file.name, raw, list(values_of(raw))))
    return found


def values_of(raw: bytes) -> Iterator[Any]:
    """The JSON value of a file, or those of its lines."""
    text = raw.decode("utf-8-sig", "replace")
    try:
        yield json.loads(text)
    except ValueError:
        try:
            yield [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            return


class Tally:
    """What became of the inputs."""

    def __init__(self) -> None:
        self.inputs: Counter[str] = Counter()  # by format
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0
        self.failures: list[tuple[str, bytes, str]] = []  # name, input, what went wrong

    def add(self, other: Tally) -> None:
        self.inputs.update(other.inputs)
        self.outcomes.update(other.outcomes)
        self.slowest = max(self.slowest, other.slowest)
        self.failures += other.failures


def feed(raw: bytes, sample: Sample, chance: random.Random, folder: Path, tally: Tally) -> None:
    """Let the parser read one input and judge what comes of it."""
    name = sample.name
    if chance.random() < 0.1:
        raw, name = packed(raw, name, chance), "export.zip"
    file = folder / name
    file.write_bytes(raw)
    given_path = file if chance.random() < 0.6 else folder
    options = {
        "voices": chance.choice(VOICES_OF_PEOPLE if sample.format in BETWEEN_PEOPLE else VOICES),
        "all_branches": chance.random() < 0.3,
        "keep_system": chance.choice((None, True, False)),
    }
    source = sample.format if chance.random() < 0.2 else "auto"
    began = time.perf_counter()
    wrong = ""
    try:
        collection = parse(given_path, source=source, **options)
        tally.outcomes["read"] += 1
        assert_reconciles(collection)
    except UserError as error:
        tally.outcomes["told in one line"] += 1
        wrong = "an error of several lines" if "\n" in str(error) else ""
    except BaseException:
        wrong = traceback.format_exc(limit=-6)
    taken = time.perf_counter() - began
    file.unlink()
    tally.inputs[sample.format] += 1
    tally.slowest = max(tally.slowest, taken)
    if taken > SECONDS:
        wrong += f"took {taken:.1f} s"
    if wrong:
        tally.outcomes["FAILED"] += 1
        tally.failures.append((name, raw, f"{source} {options} {given_path.name}\n{wrong}"))


def packed(raw: bytes, name: str, chance: random.Random) -> bytes:
    """The file in a zip, in two of three cases a damaged one."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as written:
        written.writestr(zipfile.ZipInfo(name), raw)
        written.writestr(zipfile.ZipInfo("README.txt"), "Your export")
    content = archive.getvalue()
    return content if chance.random() < 0.34 else damaged(content, raw, chance)


def fuzz(sample: Sample, others: list[Sample], count: int, number: int) -> Tally:
    """So many inputs from one sample."""
    tally = Tally()
    chance = random.Random(number)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shaped = count // 2 if sample.values else 0
        for _ in range(count - shaped):
            feed(damaged(sample.raw, chance.choice(others).raw, chance), sample, chance, folder, tally)
        if shaped:
            _from_strategy(sample, shaped, number, lambda raw: feed(raw, sample, chance, folder, tally))
    return tally


def _from_strategy(sample: Sample, count: int, number: int, take: Callable[[bytes], None]) -> None:
    chance = random.Random(number)

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(value=st.one_of([shaped_like(value) for value in sample.values]))
    def run(value: Any) -> None:
        take(as_json(value, chance))

    run()


def _work(task: tuple[int, int, int]) -> Tally:
    index, count, number = task
    every = samples()
    return fuzz(every[index], every, count, number)


def run(inputs: int, number: int, jobs: int) -> Tally:
    """All inputs, shared out evenly over the samples."""
    every = samples()
    each, rest = divmod(inputs, len(every))
    tasks = [(index, each + (index < rest), number * 100_003 + index) for index in range(len(every))]
    whole = Tally()
    if jobs == 1:
        for task in tasks:
            whole.add(_work(task))
        return whole
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for done, tally in enumerate(pool.imap_unordered(_work, tasks), start=1):
            whole.add(tally)
            print(f"\r{done}/{len(tasks)} samples, {whole.inputs.total():,} inputs", end="", file=sys.stderr)
    print(file=sys.stderr)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=200_000, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default %(default)s")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default %(default)s)")
    parser.add_argument("--results", default="fuzz_parser.json", help="default %(default)s")
    arguments = parser.parse_args(argv)
    began = time.perf_counter()
    whole = run(arguments.inputs, arguments.seed, arguments.jobs)
    results = Path(arguments.results)
    results.parent.mkdir(parents=True, exist_ok=True)
    for index, (name, raw, wrong) in enumerate(whole.failures[:20]):
        kept = results.with_suffix(f".failed-{index}{Path(name).suffix}")
        kept.write_bytes(raw)
        print(f"{kept}: {wrong}", file=sys.stderr)
    told = {
        "inputs": whole.inputs.total(),
        "seed": arguments.seed,
        "outcomes": dict(sorted(whole.outcomes.items())),
        "slowest_seconds": round(whole.slowest, 2),
        "minutes": round((time.perf_counter() - began) / 60, 1),
        "inputs_by_format": dict(sorted(whole.inputs.items())),
    }
    results.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told, indent=1))
    return 1 if whole.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
