"""The folder of a trained LoRA: built as NAME.partial, put in its place when it is whole.

NAME.partial holds run.json (what the run is made of, so that --resume continues only the same), metrics.jsonl and
checkpoints/; at the end the LoRA and its companions, training_config.json last. A folder that is already at NAME is
replaced only then; what this tool did not write there is carried over, never deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from identity.console import UsageError, UserError
from identity.training.bases import cache_folder
from identity.training.progress import WRITTEN_BY

CONFIG = "training_config.json"
RUN = "run.json"
CHECKPOINTS = "checkpoints"
METRICS = "metrics.jsonl"
LOSS_PICTURE = "loss.png"
CARD = "README.md"
ADAPTER = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"


def partial_of(output: Path) -> Path:
    """Where a folder is built."""
    return output.with_name(output.name + ".partial")


def replaced_of(output: Path) -> Path:
    """Where the folder of an earlier run waits while its successor takes its place."""
    return output.with_name(output.name + ".replaced")


@contextlib.contextmanager
def held(output: Path) -> Iterator[None]:
    """Keep other trainings out of `output` for the time of the block; UsageError if one is at it already.

    The lock is the operating system's, so that of a killed process is gone with it.
    """
    import filelock  # comes with huggingface_hub

    locks = cache_folder() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(locks / f"{hashlib.sha256(str(output).encode()).hexdigest()[:32]}.lock", timeout=0):
            yield
    except filelock.Timeout:
        raise UsageError(
            f"{output}: another training is writing there; wait until it is done, or choose another --output"
        ) from None


def check_output(output: Path, force: bool) -> None:
    """Raise UsageError if `output` is something that this tool did not make, unless `force`."""
    for path in (output, partial_of(output)):
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path}: this is a file; name a folder with --output")
    if output.is_dir() and any(output.iterdir()) and not force and not is_ours(output / CONFIG):
        raise UsageError(
            f"{output}: this folder was not made by this tool; choose another --output, or add --force "
            "(what else is in it stays there)"
        )
    partial, replaced = partial_of(output), replaced_of(output)
    if partial.is_dir() and any(partial.iterdir()) and not is_ours(partial / RUN):
        raise UsageError(f"{partial}: this folder is in the way; move it, or choose another --output")
    if replaced.exists():
        raise UsageError(f"{replaced}: this is in the way; move it, or choose another --output")


def is_ours(file: Path) -> bool:
    return read_json(file).get("written_by") == WRITTEN_BY


def read_json(file: Path) -> dict[str, Any]:
    """The JSON object in a file; {} if there is none."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(file: Path, value: dict[str, Any]) -> None:
    """Write a JSON object so that it is there whole or not at all."""
    aside = file.with_name(file.name + ".new")
    aside.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(file)


def check_same_run(partial: Path, fingerprint: dict[str, Any]) -> None:
    """Raise UserError if the interrupted run in `partial` was made of something else; names what differs."""
    before = read_json(partial / RUN)
    differing = [name for name, value in fingerprint.items() if before.get(name) != value]
    if differing:
        raise UserError(
            f"--resume: the interrupted run had other {', '.join(differing)}; give the same rows and settings, "
            "or leave --resume out to start anew"
        )


def begin(partial: Path, fingerprint: dict[str, Any]) -> None:
    """An empty NAME.partial that says what its run is made of; an earlier one of ours is removed."""
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(mode=0o700, parents=True)  # a LoRA can repeat chats, so it is its owner's alone
    (partial / CHECKPOINTS).mkdir()
    write_json(partial / RUN, {"written_by": WRITTEN_BY, **fingerprint})


def finish(partial: Path, output: Path, config: dict[str, Any]) -> None:
    """Write training_config.json, the last file, and put the folder in its place."""
    shutil.rmtree(partial / CHECKPOINTS)
    (partial / RUN).unlink()
    files = sorted(file.relative_to(partial).as_posix() for file in partial.rglob("*") if file.is_file())
    write_json(partial / CONFIG, {"written_by": WRITTEN_BY, **config, "files": [*files, CONFIG]})
    put_in_place(partial, output)


def put_in_place(partial: Path, output: Path) -> None:
    """Make the whole folder `partial` the one at `output`; what is not ours in the old one is carried over.

    A kill between any two of these steps leaves what `recover` can go on from.
    """
    replaced = replaced_of(output)
    if output.exists():
        output.rename(replaced)
    partial.rename(output)
    if replaced.exists():
        _clear_away(replaced, output)


def recover(output: Path) -> None:
    """Finish what a kill in the middle of `put_in_place` left behind."""
    partial, replaced = partial_of(output), replaced_of(output)
    if is_ours(partial / CONFIG) and not (output.exists() and replaced.exists()):
        put_in_place(partial, output)
    elif is_ours(replaced / CONFIG):
        if output.exists():
            _clear_away(replaced, output)
        else:
            replaced.rename(output)


def _clear_away(replaced: Path, output: Path) -> None:
    ours = set(read_json(replaced / CONFIG).get("files", [])) if is_ours(replaced / CONFIG) else set()
    _carry_over(replaced, output, ours)
    shutil.rmtree(replaced)


def _carry_over(old: Path, new: Path, ours: set[str]) -> None:
    """Move what is not ours from the old folder to the new one; a name that both have is the new run's."""
    for entry in sorted(old.iterdir()):
        if entry.name not in ours and not (new / entry.name).exists():
            entry.rename(new / entry.name)
