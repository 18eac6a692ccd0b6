"""What a pipeline's steps were last run on and what they made: the rule for skipping a step.

A step is skipped when its inputs (by content), its command line, the presets it depends on and its version are those
of its last finished run, and its outputs are still as that run left them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from identity.files import sha256_of, write_text


class Step(NamedTuple):
    """One command line, the files it reads and writes, and the presets that its result depends on."""

    name: str
    command: tuple[str, ...]  # script name and arguments
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]
    presets: Any = None


# (part of a signature, what to say when it differs), in the order in which they are told
REASONS = (
    ("version", "new version"),
    ("command", "other settings"),
    ("presets", "presets edited"),
    ("inputs", "input changed"),
)


class Ledger:
    """The last run of every step, kept in FOLDER/phases.json."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "phases.json"
        self.steps: dict[str, dict[str, Any]] = {}
        self.hashes: dict[str, list[Any]] = {}
        if self.path.exists():
            try:
                kept = json.loads(self.path.read_text(encoding="utf-8"))
                self.steps, self.hashes = dict(kept["steps"]), dict(kept["hashes"])
            except (ValueError, KeyError, TypeError):
                self.steps, self.hashes = {}, {}  # a damaged ledger only means that everything is made anew

    def save(self) -> None:
        kept = {"written_by": "identity_pipeline.py", "steps": self.steps, "hashes": self.hashes}
        write_text(self.path, json.dumps(kept, indent=1) + "\n")

    def hash_of(self, path: Path) -> str | None:
        """Content hash of a file or folder, None if it does not exist.

        It is taken again only when a size or a modification time has changed, as exports can be gigabytes.
        """
        if not path.exists():
            return None
        files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        stamp = [[file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files]
        known = self.hashes.get(str(path))
        if known and known[0] == stamp:
            return str(known[1])
        digest = sha256_of(path)
        self.hashes[str(path)] = [stamp, digest]
        return digest

    def signature(self, step: Step, version: int) -> dict[str, Any]:
        """Everything that a step's result depends on: equal signatures mean equal results."""
        presets = hashlib.sha256(repr(step.presets).encode()).hexdigest()
        inputs = {str(path): self.hash_of(path) for path in step.inputs}
        return {"version": version, "command": list(step.command), "presets": presets, "inputs": inputs}

    def reason_to_run(self, step: Step, version: int) -> str | None:
        """Why the step must run; None if its last result stands."""
        last = self.steps.get(step.name)
        if last is None:
            return "never run"
        if not self.is_finished(step):
            return "not finished"
        now = self.signature(step, version)
        for part, words in REASONS:
            if last["signature"].get(part) != now[part]:
                return words
        for path in step.outputs:
            if self.hash_of(path) != last["outputs"].get(str(path)):
                return "output changed" if path.exists() else "output missing"
        return None

    def is_finished(self, step: Step) -> bool:
        """True if the step's last run came to its end."""
        return "outputs" in self.steps.get(step.name, {})

    def begin(self, step: Step, version: int) -> bool:
        """Note that the step starts; True if this very run of it was started before and not finished."""
        now = self.signature(step, version)
        last = self.steps.get(step.name)
        interrupted = last is not None and not self.is_finished(step) and last["signature"] == now
        self.steps[step.name] = {"signature": now}
        self.save()
        return interrupted

    def finish(self, step: Step) -> None:
        """Note what the step made."""
        self.steps[step.name]["outputs"] = {str(path): self.hash_of(path) for path in step.outputs}
        self.save()
