"""Run the stages in turn, phase by phase, from chat exports to a personality LoRA.

  identity_pipeline.py llama3.2 --skip-probe --traits traits.json --conversations chats.json --text-preset mistral-7b
  identity_pipeline.py llama3.2 --skip-probe --conversations export.zip --dry-run     what would run, and why
  identity_pipeline.py llama3.2 --skip-probe --conversations export.zip --from 3B     train again

Phases: 2B Textual Fulfillment (parse, filter, export) and 3B Textual Embodiment (train). Each step is one of the other
scripts, run as a person would type it; its command line is printed first. A step whose inputs (by content), settings
and version are those of its last run is skipped, and a run that was killed continues where it was.

Writes under OUTPUT/MODEL/: parsed.json, filtered.json, rejects.jsonl, training_data.jsonl, text_lora/, and
identity.json, the manifest. Exit codes: 0 done, 1 or 2 as the step that failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import presets
from identity.console import ArgumentParser, UsageError, UserError, add_common_arguments, open_console, plain, run
from identity.files import write_text
from identity.ledger import Ledger, Step

SCRIPTS = Path(__file__).resolve().parent
MANIFEST = "identity.json"
MANIFEST_SCHEMA = 1


class Settings(NamedTuple):
    """What a run was asked for, with every path resolved."""

    model: str
    conversations: tuple[Path, ...]
    text_preset: str
    traits: Path | None
    folder: Path


class Phase(NamedTuple):
    """A phase of the guide; `version` rises when the meaning of its outputs changes, so that they are made anew."""

    key: str
    name: str
    version: int
    steps: Callable[[Settings], list[Step]]


class Outcome(NamedTuple):
    """How a phase ended: done, unchanged, failed or not reached, and how long it took."""

    phase: Phase
    state: str
    seconds: float = 0.0


# --- the phases ---------------------------------------------------------------------------------------------------


def textual_fulfillment(settings: Settings) -> list[Step]:
    """Exports to training rows. Flagged replies are masked, not removed: whole conversations teach a voice better."""
    folder = settings.folder
    parsed, filtered = folder / "parsed.json", folder / "filtered.json"
    rejects, rows = folder / "rejects.jsonl", folder / "training_data.jsonl"
    sources = tuple(str(path) for path in settings.conversations)
    filter_command = ("conversation_filter.py", str(parsed), "--output", str(filtered), "--mode", "mask")
    return [
        Step(
            "parse",
            ("conversation_parser.py", *sources, "--output", str(parsed), "--stats"),
            settings.conversations,
            (parsed,),
        ),
        Step(
            "filter",
            (*filter_command, "--rejects", str(rejects)),
            (parsed,),
            (filtered, rejects),
            [presets.PACKS],
        ),
        Step(
            "export",
            ("conversation_parser.py", str(filtered), "--export", str(rows), "--format", "chat"),
            (filtered,),
            (rows,),
        ),
    ]


def textual_embodiment(settings: Settings) -> list[Step]:
    """Training rows to a LoRA folder."""
    rows, adapter = settings.folder / "training_data.jsonl", settings.folder / "text_lora"
    command = ("text_lora_train.py", str(rows), "--preset", settings.text_preset, "--output", str(adapter))
    depends = presets.PRESET_DEFAULTS | presets.PRESETS.get(settings.text_preset, {})
    return [Step("train", command, (rows,), (adapter,), depends)]


PHASES: tuple[Phase, ...] = (
    Phase("2B", "Textual Fulfillment", 1, textual_fulfillment),
    Phase("3B", "Textual Embodiment", 1, textual_embodiment),
)


# --- running ------------------------------------------------------------------------------------------------------


def build_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(__doc__)
    keys = [phase.key for phase in PHASES]
    parser.add_argument("model", metavar="MODEL", help="name of the identity's model, e.g. its Ollama name")
    parser.add_argument("--conversations", nargs="+", type=Path, metavar="FILE", help="exports: files, folders, zips")
    parser.add_argument("--text-preset", default="llama-3-8b", metavar="NAME", help="preset of the text LoRA")
    parser.add_argument("--skip-probe", action="store_true", help="do not run Discovery; see --traits")
    parser.add_argument("--traits", type=Path, metavar="FILE", help="traits.json of an earlier Discovery, or your own")
    parser.add_argument("--output", type=Path, default=Path("outputs/identity"), metavar="FOLDER", help="%(default)s")
    parser.add_argument("--from", dest="start", choices=keys, help="run this phase and the later ones again")
    parser.add_argument("--only", choices=keys, help="run this phase and no other")
    parser.add_argument("--dry-run", action="store_true", help="print what would run and why; write nothing")
    add_common_arguments(parser)
    return parser


def resolve(arguments: argparse.Namespace) -> Settings:
    """Check the call and make Settings of it; UsageError names the flag."""
    if not arguments.conversations:
        raise UsageError("--conversations is missing; name your exports: --conversations export.zip")
    for path in arguments.conversations:
        if not path.exists():
            raise UsageError(f"--conversations {path}: no such file; check the name")
    if arguments.text_preset not in presets.PRESETS:
        raise UsageError(f"--text-preset {arguments.text_preset}: unknown; known are {', '.join(presets.PRESETS)}")
    if arguments.traits:
        read_traits(arguments.traits)
    folder = arguments.output / slug(arguments.model)
    conversations = tuple(arguments.conversations)
    return Settings(arguments.model, conversations, arguments.text_preset, arguments.traits, folder)


def slug(name: str) -> str:
    """A folder name for a model name such as "hf.co/someone/model:8b"."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "identity"


def read_traits(path: Path) -> dict[str, Any]:
    """The traits file, which is a JSON object."""
    try:
        traits = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UsageError(f"--traits {path}: no such file; check the name or leave it out") from None
    except ValueError as error:
        raise UserError(f"{path}: not JSON ({error}); traits are one JSON object") from None
    if not isinstance(traits, dict):
        raise UserError(f"{path}: traits are one JSON object, this is a {type(traits).__name__}")
    return traits


def chosen(phases: Sequence[Phase], only: str | None) -> list[Phase]:
    return [phase for phase in phases if only in (None, phase.key)]


def forced(phase: Phase, start: str | None, only: str | None) -> bool:
    """True if the person asked for this phase to run again."""
    keys = [each.key for each in PHASES]
    return only == phase.key or (start is not None and keys.index(phase.key) >= keys.index(start))


def command_line(step: Step, extra: Sequence[str] = ()) -> str:
    """The step as a person would type it here."""
    script = (
        os.path.relpath(SCRIPTS / step.command[0])
        if SCRIPTS.drive == Path.cwd().drive
        else str(SCRIPTS / step.command[0])
    )
    words = ["python", script, *step.command[1:], *extra]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def run_step(step: Step, extra: Sequence[str]) -> int:
    """Run a step's script with this Python; returns its exit code. Ctrl-C reaches it by the terminal."""
    words = [sys.executable, str(SCRIPTS / step.command[0]), *step.command[1:], *extra]
    with subprocess.Popen(words) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def run_phase(
    phase: Phase, settings: Settings, ledger: Ledger, again: bool, flags: list[str], say: Callable[[str], None]
) -> tuple[str, int]:
    """Run the steps of a phase that must run; returns the state of the phase and an exit code."""
    ran = False
    for step in phase.steps(settings):
        reason = "asked for" if again else ledger.reason_to_run(step, phase.version)
        if reason is None:
            continue
        for path in step.inputs:
            if not path.exists():
                raise UserError(
                    f"phase {phase.key}: {path} is not there; run the earlier phases first (leave out --only)"
                )
        ran = True
        interrupted = ledger.begin(step, phase.version)
        extra = [*flags, *(["--resume"] if interrupted and step.name == "train" else [])]
        say(f"\n[{phase.key} {step.name}: {'continuing' if interrupted else reason}]\n{command_line(step, extra)}\n")
        code = run_step(step, extra)
        if code:
            return f"failed at {step.name}", code
        ledger.finish(step)
    return ("done" if ran else "unchanged"), 0


def plan(
    settings: Settings, phases: Sequence[Phase], ledger: Ledger, start: str | None, only: str | None
) -> list[tuple[Phase, Step, str | None]]:
    """(phase, step, why it would run, None if it would be skipped) for every step; a step follows a changed one."""
    rows: list[tuple[Phase, Step, str | None]] = []
    changed: set[Path] = set()
    for phase in phases:
        for step in phase.steps(settings):
            reason = "asked for" if forced(phase, start, only) else ledger.reason_to_run(step, phase.version)
            if reason is None and changed & set(step.inputs):
                reason = "an earlier step runs"
            if reason:
                changed |= set(step.outputs)
            rows.append((phase, step, reason))
    return rows


def manifest_of(settings: Settings, outcomes: Sequence[Outcome], ledger: Ledger) -> dict[str, Any]:
    """identity.json: who this is, what was made, from what, with checksums; paths relative to its folder."""
    files = {}
    states = {outcome.phase.key: outcome.state for outcome in outcomes}
    for phase in PHASES:
        steps = phase.steps(settings)
        if all(ledger.is_finished(step) for step in steps):  # in this run or an earlier one
            states[phase.key] = "done"
        for step in steps:
            for path in step.outputs:
                digest = ledger.hash_of(path)
                if digest:
                    files[path.relative_to(settings.folder).as_posix()] = {"sha256": digest, "phase": phase.key}
    manifest: dict[str, Any] = {
        "schema": MANIFEST_SCHEMA,
        "written_by": "identity_pipeline.py",
        "model": settings.model,
        "text_preset": settings.text_preset,
        "sources": [path.name for path in settings.conversations],
        "phases": states,
        "files": files,
    }
    if settings.traits:
        manifest["traits"] = read_traits(settings.traits)
    return manifest


def show_plan(rows: Sequence[tuple[Phase, Step, str | None]], quiet: bool) -> None:
    from rich.table import Table

    table = Table("Phase", "Step", "Would run", title="Plan", title_justify="left")
    for phase, step, reason in rows:
        table.add_row(f"{phase.key} {phase.name}", step.name, reason or "no, unchanged")
    console = open_console(quiet=quiet)
    console.print(table)
    for _, step, reason in rows:
        if reason:
            console.print(command_line(step), soft_wrap=True)


def show_outcomes(outcomes: Sequence[Outcome], settings: Settings, quiet: bool) -> None:
    from rich.table import Table

    table = Table("Phase", "State", "Time", title=f"Identity: {plain(settings.model)}", title_justify="left")
    for outcome in outcomes:
        seconds = f"{outcome.seconds:.0f} s" if outcome.seconds else ""
        table.add_row(f"{outcome.phase.key} {outcome.phase.name}", outcome.state, seconds)
    console = open_console(quiet=quiet)
    console.print()
    console.print(table)
    console.print(f"Manifest: {settings.folder / MANIFEST}", soft_wrap=True)


def work(arguments: argparse.Namespace) -> int:
    settings = resolve(arguments)
    ledger = Ledger(settings.folder)
    phases = chosen(PHASES, arguments.only)
    if arguments.dry_run:
        show_plan(plan(settings, phases, ledger, arguments.start, arguments.only), arguments.quiet)
        return 0
    flags = [flag for flag in ("--quiet", "--debug", "--force") if getattr(arguments, flag[2:])]
    outcomes: list[Outcome] = []
    code = 0
    for phase in phases:
        if code:
            outcomes.append(Outcome(phase, "not reached"))
            continue
        began = time.monotonic()
        again = forced(phase, arguments.start, arguments.only)
        say = (lambda _: None) if arguments.quiet else (lambda text: print(text, flush=True))
        state, code = run_phase(phase, settings, ledger, again, flags, say)
        outcomes.append(Outcome(phase, state, time.monotonic() - began))
    manifest = manifest_of(settings, outcomes, ledger)
    write_text(settings.folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    show_outcomes(outcomes, settings, arguments.quiet)
    if code:
        unfinished = next(outcome for outcome in outcomes if outcome.state.startswith("failed"))
        print(
            f"identity_pipeline.py: phase {unfinished.phase.key} {unfinished.state}; mend what the line above says "
            "and run the same command again, finished steps are kept",
            file=sys.stderr,
        )
    return code


def main(argv: Sequence[str] | None = None) -> int:
    return run(work, build_parser(), argv)


if __name__ == "__main__":
    raise SystemExit(main())
