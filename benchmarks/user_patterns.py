"""Patterns that make a backtracking engine hang, over 10,000 messages: `python benchmarks/user_patterns.py`.

Every hundredth message is one that the pattern cannot cope with. Given are the slowest message, the median
and how many messages ran out of time. Python's `re` takes longer than anyone waits for the first two.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from filter import write_messages  # noqa: E402

from identity.filters.user_patterns import UserPatterns  # noqa: E402
from identity.filters.verdicts import UserPattern  # noqa: E402
from identity.records import read_conversations  # noqa: E402

CATASTROPHES = {
    r"(a+)+$": "a" * 29 + "!é",
    r"^(?:\w+\s?)*$": "word " * 9 + "é!",
    r".*.*=.*;": "x" * 4000 + "é",
    r"\s+$": " " * 20_000 + "é",
}


def measure(patterns: Sequence[str], messages: Sequence[str]) -> None:
    judge, timeouts = UserPatterns([UserPattern(pattern) for pattern in patterns]), Counter[str]()
    seconds = []
    for message in messages:
        began = time.perf_counter()
        judge.first(message, timeouts)
        seconds.append(time.perf_counter() - began)
    name = patterns[0] if len(patterns) == 1 else "all together"
    print(
        f"{name:18} slowest {1000 * max(seconds):7.1f} ms, median {1e6 * statistics.median(seconds):7.1f} µs,"
        f" out of time {sum(timeouts.values()):4} of {len(messages):,}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000, help="(default %(default)s)")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parsed.json"
        write_messages(path, arguments.messages)
        texts = [message.content for one in read_conversations(path) for message in one.messages]
    for number, patterns in enumerate([*([one] for one in CATASTROPHES), list(CATASTROPHES)]):
        hard = list(CATASTROPHES.values())[number : number + 1] or list(CATASTROPHES.values())
        measure(patterns, [hard[at // 100 % len(hard)] if at % 100 == 0 else text for at, text in enumerate(texts)])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
