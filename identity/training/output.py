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
    return output.with_name(output.name + ".partial")


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
    partial = partial_of(output)
    if partial.is_dir() and any(partial.iterdir()) and not is_ours(partial / RUN):
        raise UsageError(f"{partial}: this folder is in the way; move it, or choose another --output")


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
    (partial / CHECKPOINTS).mkdir(parents=True)
    write_json(partial / RUN, {"written_by": WRITTEN_BY, **fingerprint})


def finish(partial: Path, output: Path, config: dict[str, Any]) -> None:
    """Write training_config.json, the last file, and put the folder in its place."""
    shutil.rmtree(partial / CHECKPOINTS)
    (partial / RUN).unlink()
    files = sorted(file.relative_to(partial).as_posix() for file in partial.rglob("*") if file.is_file())
    write_json(partial / CONFIG, {"written_by": WRITTEN_BY, **config, "files": [*files, CONFIG]})
    if not output.exists():
        partial.rename(output)
        return
    replaced = output.with_name(output.name + ".replaced")
    if replaced.exists():
        raise UserError(
            f"{replaced}: this is in the way of replacing {output}; move it, then rename {partial} yourself"
        )
    ours = set(read_json(output / CONFIG).get("files", [])) if is_ours(output / CONFIG) else set()
    output.rename(replaced)
    partial.rename(output)
    _carry_over(replaced, output, ours)
    shutil.rmtree(replaced)


def _carry_over(old: Path, new: Path, ours: set[str]) -> None:
    """Move what is not ours from the old folder to the new one; a name that both have is the new run's."""
    for entry in sorted(old.iterdir()):
        if entry.name not in ours and not (new / entry.name).exists():
            entry.rename(new / entry.name)
