"""How long `--help` of each script takes, beside a bare argparse script: `python benchmarks/start.py [--runs 21]`.

Medians of whole processes, the scripts in turn, so that a machine that slows down slows them all. Wanted: under 150 ms.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("conversation_parser.py", "conversation_filter.py", "text_lora_train.py", "identity_pipeline.py")
BARE = "import argparse; argparse.ArgumentParser().parse_args(['--help'])"


def seconds(arguments: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=21, help="counted runs of each (default %(default)s)")
    arguments = parser.parse_args(argv)
    commands = {"bare argparse": ("-c", BARE)} | {script: (script, "--help") for script in SCRIPTS}
    for command in commands.values():
        seconds(command)  # byte code and file cache
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(arguments.runs):
        for name, command in commands.items():
            taken[name].append(seconds(command))
    bare = statistics.median(taken["bare argparse"])
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:24} median {median * 1000:5.0f} ms   {median / bare:4.1f} x bare argparse")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
