"""The pipeline: what is skipped and why, what a failure leaves, and a whole run on the example."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import identity_pipeline
import presets
from identity.ledger import Ledger, Step


@pytest.fixture
def step(tmp_path: Path) -> Step:
    """A finished step "export": rows.jsonl was made from input.json."""
    (tmp_path / "input.json").write_text("one")
    made = Step(
        "export", ("parser.py", "input.json"), (tmp_path / "input.json",), (tmp_path / "rows.jsonl",), {"r": 16}
    )
    ledger = Ledger(tmp_path)
    assert ledger.reason_to_run(made, 1) == "never run"
    ledger.begin(made, 1)
    assert Ledger(tmp_path).reason_to_run(made, 1) == "not finished"
    (tmp_path / "rows.jsonl").write_text("rows")
    ledger.finish(made)
    return made


def test_an_unchanged_step_is_skipped(tmp_path: Path, step: Step) -> None:
    assert Ledger(tmp_path).reason_to_run(step, 1) is None


def test_a_touched_but_equal_input_changes_nothing(tmp_path: Path, step: Step) -> None:
    os.utime(step.inputs[0], (1, 1))
    assert Ledger(tmp_path).reason_to_run(step, 1) is None


def input_edited(step: Step) -> Step:
    step.inputs[0].write_text("two!")
    return step


def output_edited(step: Step) -> Step:
    step.outputs[0].write_text("edited")
    return step


def output_removed(step: Step) -> Step:
    step.outputs[0].unlink()
    return step


def flag_added(step: Step) -> Step:
    return step._replace(command=(*step.command, "--voice", "user"))


def preset_edited(step: Step) -> Step:
    return step._replace(presets={"r": 32})


CHANGES: list[tuple[Callable[[Step], Step], int, str]] = [
    (input_edited, 1, "input changed"),
    (flag_added, 1, "other settings"),
    (preset_edited, 1, "presets edited"),
    (lambda step: step, 2, "new version"),
    (output_edited, 1, "output changed"),
    (output_removed, 1, "output missing"),
]


@pytest.mark.parametrize(("change", "version", "reason"), CHANGES, ids=[case[2] for case in CHANGES])
def test_a_change_runs_the_step_again_and_says_why(
    tmp_path: Path, step: Step, change: Callable[[Step], Step], version: int, reason: str
) -> None:
    assert Ledger(tmp_path).reason_to_run(change(step), version) == reason


def test_a_step_that_was_killed_is_known_as_interrupted(tmp_path: Path, step: Step) -> None:
    (tmp_path / "input.json").write_text("three")
    assert not Ledger(tmp_path).begin(step, 1)
    assert Ledger(tmp_path).begin(step, 1)


def test_a_damaged_ledger_only_means_that_everything_is_made_anew(tmp_path: Path, step: Step) -> None:
    (tmp_path / "phases.json").write_text('{"written_by": "identity_pipeline.py", "steps": ')
    assert Ledger(tmp_path).reason_to_run(step, 1) == "never run"


def pipeline(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "identity_pipeline.py", "wren", "--skip-probe", "--text-preset", "tiny", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | {"HF_HUB_OFFLINE": "1"}
    )


EXPORT = ("--conversations", "examples/claude-export.zip")


def test_a_dry_run_says_what_would_run_and_writes_nothing(checkout: Path) -> None:
    done = pipeline(checkout, *EXPORT, "--dry-run")
    assert done.returncode == 0, done.stderr
    for words in (
        "2B Textual Fulfillment",
        "3B Textual Embodiment",
        "never run",
        "conversation_parser.py",
        "--mode mask",
    ):
        assert words in done.stdout
    assert not (checkout / "outputs").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--conversations is missing"),
        (("--conversations", "nowhere.zip"), 2, "nowhere.zip: no such file"),
        ((*EXPORT, "--text-preset", "lama"), 2, "--text-preset lama: unknown"),
        ((*EXPORT, "--traits", "README.md"), 1, "README.md: not JSON"),
        ((*EXPORT, "--only", "3B"), 1, "run the earlier phases first"),
    ],
)
def test_a_wrong_call_is_one_line(checkout: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = pipeline(checkout, *arguments)
    assert done.returncode == code
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_failing_stages_exit_code_is_the_pipelines_and_the_rest_is_not_reached(checkout: Path) -> None:
    (checkout / "empty.json").write_text("[]")
    done = pipeline(checkout, "--conversations", "empty.json", "--output", "failed")
    assert done.returncode == 1
    assert "phase 2B failed at parse" in done.stderr
    manifest = json.loads((checkout / "failed/wren/identity.json").read_text(encoding="utf-8"))
    assert manifest["phases"] == {"2B": "failed at parse", "3B": "not reached"}
    assert manifest["files"] == {}


@pytest.mark.parametrize(
    ("name", "folder"),
    [("llama3.2", "llama3.2"), ("hf.co/a/b:8b", "hf.co-a-b-8b"), ("../..", "identity"), ("", "identity")],
)
def test_a_model_name_becomes_a_folder_name(name: str, folder: str) -> None:
    assert identity_pipeline.slug(name) == folder


def test_an_edited_phrase_list_concerns_the_filter_and_an_edited_preset_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = identity_pipeline.Settings("wren", (tmp_path / "in.json",), "tiny", None, tmp_path)

    def dependencies() -> dict[str, str]:
        return {s.name: repr(s.presets) for phase in identity_pipeline.PHASES for s in phase.steps(settings)}

    before = dependencies()
    monkeypatch.setitem(presets.PACKS, "ai_slop", presets.AI_SLOP_PHRASES[:-1])
    monkeypatch.setitem(presets.PRESETS["tiny"], "lora_r", 4)
    after = dependencies()
    assert {name for name in before if before[name] != after[name]} == {"filter", "train"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills a process group, which Windows has not")
def test_a_run_is_resumed_after_a_kill_and_skipped_when_nothing_changed(checkout: Path) -> None:
    folder = checkout / "outputs/identity/wren"
    command = [sys.executable, "identity_pipeline.py", "wren", "--skip-probe", "--text-preset", "tiny", *EXPORT]
    with subprocess.Popen(
        command, cwd=checkout, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as killed:
        deadline = time.monotonic() + 120
        while not (folder / "training_data.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(killed.pid, signal.SIGKILL)
    assert not (folder / "text_lora").exists()
    parsed = (folder / "parsed.json").stat().st_mtime_ns

    done = pipeline(checkout, *EXPORT)
    assert done.returncode == 0, done.stderr
    assert (folder / "parsed.json").stat().st_mtime_ns == parsed  # finished steps were kept
    first = (folder / "identity.json").read_bytes()

    again = pipeline(checkout, *EXPORT)
    assert again.returncode == 0
    assert again.stdout.count("unchanged") == 2
    assert "conversation_parser.py" not in again.stdout
    assert (folder / "identity.json").read_bytes() == first
