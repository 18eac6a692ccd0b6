"""A filter run that is killed at any moment leaves the old output or the new one, never a part of one."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import conversation_filter
from identity.records import Conversation, Message, write_conversations

SCRIPT = Path(conversation_filter.__file__)
KILLS = 30
CONVERSATIONS = 6_000  # about 20 MB
WORDS = [
    "harbour",
    "rain",
    "letter",
    "boat",
    "evening",
    "window",
    "because",
    "nothing",
    "stands",
    "still",
    "and",
    "then",
    "moves",
    "slowly",
    "again",
]


def conversation(number: int, generator: random.Random) -> Conversation:
    """Twenty messages in plain words, nothing in them to filter but the last."""
    contents = [" ".join(generator.choices(WORDS, k=12)) for _ in range(19)] + ["ok"]
    messages = [
        Message(
            id=f"m{position}",
            parent=f"m{position - 1}" if position else None,
            role="assistant" if position % 2 else "user",
            content=content,
        )
        for position, content in enumerate(contents)
    ]
    return Conversation(id=f"c{number}", messages=messages)


def start(source: Path, output: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(SCRIPT), str(source), "--output", str(output), "--toxicity", "off", "--quiet"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_old_output_or_the_complete_new_one(tmp_path: Path) -> None:
    generator = random.Random(1)
    source, output = tmp_path / "parsed.jsonl", tmp_path / "filtered.jsonl"
    write_conversations(source, (conversation(number, generator) for number in range(CONVERSATIONS)))
    began = time.monotonic()
    assert start(source, output).wait() == 0
    duration = time.monotonic() - began
    new = output.read_bytes()
    write_conversations(output, [conversation(0, generator)])
    old = output.read_bytes()

    killed = 0
    # One moment in each thirtieth of the run, so that none of its phases is left out by chance.
    for part in range(KILLS):
        output.write_bytes(old)
        process = start(source, output)
        time.sleep(duration * (part + generator.random()) / KILLS)
        process.kill()
        killed += process.wait() != 0
        assert output.read_bytes() in (old, new), f"killed in part {part} of {KILLS}"
    assert killed > KILLS / 2, "most runs had ended before they were killed"

    assert start(source, output).wait() == 0
    assert output.read_bytes() == new
