"""The filter against the obvious loop on one file: `python benchmarks/filter.py --messages 200000`.

    python benchmarks/filter.py --messages 200000 --runs 5
    python benchmarks/filter.py --messages 2000000 --runs 1 --only filter

Makes conversations in a temporary folder: 680 characters a message in the mean, lognormal, a fifth of them not ASCII,
a phrase of the list below in 4 %, the rest drawn from 20,000 words by Zipf's law. Then runs in turn, each as a process
of its own: the whole command with those 17 phrases as --blacklist beside all its own rules (read, redact, judge,
write), and a straightforward program with the 17 alone (json.load, `re.search(p, text.lower(), re.IGNORECASE)` for
each, json.dump). What both take by the phrases must be the same messages with the same phrase. "matching" is the
blacklist rule alone (packs and phrases), in this process, on the same messages. Exit codes: 0 done, 1 the verdicts
differ.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from chatgpt_shaped import words  # noqa: E402
from parse import Figures, measured  # noqa: E402

from identity.records import Conversation, Message, encode, read_conversations  # noqa: E402

# Phrases that nobody says in passing, so that ours, which are judged in context, take none of their messages first.
PHRASES = [
    r"\bboil(?:ing)? the ocean\b",
    r"\bdeep dive\b",
    r"\bmission[- ]critical\b",
    r"\bbest[- ]in[- ]class\b",
    r"\bthought leaders?(?:hip)?\b",
    r"\bvalue[- ]adds?\b",
    r"\bgame[- ]changer\b",
    r"\bat the end of the day\b",
    r"\bactionable insights?\b",
    r"\bmove forward together\b",
    r"\bin today['’]s fast-paced\b",
    r"\bit['’]s worth noting\b",
    r"\bdelve into\b",
    r"\brich tapestry\b",
    r"\btestament to\b",
    r"\bnavigat(?:e|ing) the complexities\b",
    r"\blet['’]s dive in\b",
]
PLANTED = [
    *("boiling the ocean", "deep dive", "mission-critical", "best in class", "thought leadership", "value adds"),
    *("game-changer", "At the end of the day", "actionable insights", "move forward together", "In today’s fast-paced"),
    *(
        "it's worth noting",
        "delve into",
        "rich tapestry",
        "Testament to",
        "navigating the complexities",
        "Let’s dive in",
    ),
]
ORNAMENTS = ("’s", " —", " “quite”", "…", " café", " über", " 🌧️")
PER_CONVERSATION = 20


def write_messages(path: Path, count: int, seed: int = 1) -> None:
    """`count` messages in conversations of PER_CONVERSATION; equal arguments give equal bytes."""
    source = random.Random(seed)
    vocabulary = words(source)
    stock = source.choices(vocabulary, [1 / (rank + 2) for rank in range(len(vocabulary))], k=400_000)
    with path.open("wb") as file:
        for number in range(0, count, PER_CONVERSATION):
            messages = [
                Message(
                    id=f"m{at}",
                    parent=f"m{at - 1}" if at else None,
                    role="assistant" if at % 2 else "user",
                    content=_text(source, stock),
                )
                for at in range(min(PER_CONVERSATION, count - number))
            ]
            file.write((b"[\n" if number == 0 else b",\n") + encode(Conversation(id=f"c{number}", messages=messages)))
        file.write(b"\n]\n")


def _text(source: random.Random, stock: Sequence[str]) -> str:
    length = source.lognormvariate(0, 1.1) * 55  # words; the mean is 1.83 times that
    at = source.randrange(len(stock) - 20_000)
    taken = list(stock[at : at + max(3, int(length))])
    if source.random() < 0.22:
        taken[source.randrange(len(taken))] += source.choice(ORNAMENTS)
    if source.random() < 0.04:
        taken.insert(source.randrange(len(taken)), source.choice(PLANTED))
    for stop in range(9, len(taken), 10):
        taken[stop] += "."
    return " ".join(taken)


def obvious(source: str, output: str, rejects: str) -> None:
    """The straightforward program."""
    with Path(source).open(encoding="utf-8") as file:
        conversations = json.load(file)
    flagged = []
    for conversation in conversations:
        kept = []
        for message in conversation["messages"]:
            for pattern in PHRASES:
                if re.search(pattern, message["content"].lower(), re.IGNORECASE):
                    flagged.append([conversation["id"], message["id"], pattern])
                    break
            else:
                kept.append(message)
        conversation["messages"] = kept
    with Path(output).open("w", encoding="utf-8") as file:
        json.dump(conversations, file)
    with Path(rejects).open("w", encoding="utf-8") as file:
        json.dump(flagged, file)


def matching(path: Path) -> float:
    """Messages a second of the blacklist rule alone, with its packs and the phrases, on one core."""
    from identity.filters import blacklist
    from identity.filters.verdicts import Settings, UserPattern, candidates_of

    evaluate = blacklist.prepare(Settings(patterns=tuple(map(UserPattern, PHRASES))))
    assert evaluate is not None
    candidates = candidates_of(list(read_conversations(path)), ("user", "assistant"))
    began = time.process_time()
    evaluate(candidates)
    return len(candidates) / (time.process_time() - began)


def verdicts(path: Path) -> Iterator[tuple[str, str, str]]:
    """What --rejects says of the phrases."""
    with path.open(encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line["pattern"] in PHRASES:
                yield line["conversation_id"], line["message_id"], line["pattern"]


def started(command: Sequence[str], source: Path, few: Path) -> list[str]:
    """The command on a file of few messages: what it needs to start."""
    return [sys.executable, *(str(few) if word == str(source) else word for word in command)]


def compare(folder: Path, arguments: argparse.Namespace) -> int:
    source = folder / "parsed.json"
    write_messages(source, arguments.messages)
    print(f"{arguments.messages:,} messages, {source.stat().st_size / 1e6:,.0f} MB", flush=True)
    ours, theirs = folder / "rejects.jsonl", folder / "flagged.json"
    flags = ["--toxicity", "off", "--quiet", "--rejects", str(ours), "--blacklist", *PHRASES]
    commands = {
        "filter": ["conversation_filter.py", str(source), "--output", str(folder / "filtered.json"), *flags],
        "obvious": ["benchmarks/filter.py", "--obvious", str(source), str(folder / "obvious.json"), str(theirs)],
    }
    few = folder / "few.json"
    write_messages(few, PER_CONVERSATION)
    begun = statistics.median(measured(started(commands["filter"], source, few)).cpu for _ in range(arguments.runs))
    figures: dict[str, list[Figures]] = {name: [] for name in commands if arguments.only in (None, name)}
    for _ in range(arguments.runs):
        for name in figures:
            figures[name].append(measured([sys.executable, *commands[name]]))
    for name, runs in figures.items():
        cpu, wall, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        print(
            f"{name:9} CPU {cpu:6.2f} s, wall {wall:6.2f} s, RSS {memory:5.0f} MB,"
            f" {arguments.messages / cpu:9,.0f} messages/s"
        )
        if name == "filter":
            print(
                f"          of it {begun:.2f} s to start (a file of {PER_CONVERSATION} messages),"
                f" then {arguments.messages / (cpu - begun):,.0f} messages/s"
            )
    if arguments.messages <= 200_000:
        print(f"matching alone: {max(matching(source) for _ in range(arguments.runs)):,.0f} messages/s")
    if len(figures) < 2:
        return 0
    pairs = zip(figures["filter"], figures["obvious"], strict=True)
    ratios = [other.cpu / own.cpu for own, other in pairs]
    print(f"obvious / filter, CPU: {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})")
    same = set(verdicts(ours)) == set(map(tuple, json.loads(theirs.read_text(encoding="utf-8"))))
    print(f"verdicts on the shared phrases: {'equal' if same else 'DIFFERENT'}")
    return 0 if same else 1


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000, help="(default %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="of each program (default %(default)s)")
    parser.add_argument("--only", choices=("filter", "obvious"), help="run this program only")
    parser.add_argument("--obvious", nargs=3, help=argparse.SUPPRESS)  # the process of the straightforward program
    arguments = parser.parse_args(argv)
    if arguments.obvious:
        obvious(*arguments.obvious)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), arguments)


if __name__ == "__main__":
    raise SystemExit(main())
