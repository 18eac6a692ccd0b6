"""The folder of a LoRA takes its place whole; a kill at any moment of that loses nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from identity.console import UsageError
from identity.training import output


def run_folder(folder: Path, adapter: str) -> Path:
    """A finished folder of ours."""
    folder.mkdir()
    (folder / output.ADAPTER).write_text(adapter)
    config = {"written_by": "text_lora_train.py", "files": [output.ADAPTER, output.CONFIG]}
    (folder / output.CONFIG).write_text(json.dumps(config))
    return folder


@pytest.fixture
def lora(tmp_path: Path) -> Path:
    """`lora` of an earlier run, with a note of the user's in it, and `lora.partial` of a new one that is whole."""
    folder = run_folder(tmp_path / "lora", "old")
    (folder / "notes.txt").write_text("mine")
    run_folder(tmp_path / "lora.partial", "new")
    return folder


def before_anything(lora: Path) -> None:
    pass


def after_the_old_one_is_aside(lora: Path) -> None:
    lora.rename(output.replaced_of(lora))


def after_the_new_one_is_in_place(lora: Path) -> None:
    lora.rename(output.replaced_of(lora))
    output.partial_of(lora).rename(lora)


def after_the_notes_are_carried_over(lora: Path) -> None:
    after_the_new_one_is_in_place(lora)
    (output.replaced_of(lora) / "notes.txt").rename(lora / "notes.txt")


@pytest.mark.parametrize(
    "killed",
    [
        before_anything,
        after_the_old_one_is_aside,
        after_the_new_one_is_in_place,
        after_the_notes_are_carried_over,
    ],
)
def test_a_replacement_that_a_kill_interrupted_is_finished(lora: Path, killed: Callable[[Path], None]) -> None:
    killed(lora)
    output.recover(lora)
    assert [path.name for path in lora.parent.iterdir()] == ["lora"]
    assert (lora / output.ADAPTER).read_text() == "new"
    assert (lora / "notes.txt").read_text() == "mine"


def test_an_old_run_comes_back_where_the_new_one_is_not_whole(lora: Path) -> None:
    lora.rename(output.replaced_of(lora))
    (output.partial_of(lora) / output.CONFIG).unlink()
    output.recover(lora)
    assert (lora / output.ADAPTER).read_text() == "old"


@pytest.mark.parametrize("name", ["lora.partial", "lora.replaced"])
def test_a_foreign_folder_in_the_way_is_named_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "letter.txt").write_text("Dear Noor")
    output.recover(tmp_path / "lora")
    with pytest.raises(UsageError, match=f"{name}: this"):
        output.check_output(tmp_path / "lora", force=False)
    assert (tmp_path / name / "letter.txt").exists()
