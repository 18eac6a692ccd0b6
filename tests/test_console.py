"""Errors, exit codes and what is printed of foreign text."""

from __future__ import annotations

import argparse

import pytest

from identity.console import ArgumentParser, UsageError, UserError, add_common_arguments, plain, progress, run


def parser() -> ArgumentParser:
    made = ArgumentParser("What it does.")
    made.prog = "script.py"
    add_common_arguments(made)
    return made


def failing(error: BaseException) -> int:
    def work(_: argparse.Namespace) -> int:
        raise error

    return run(work, parser(), [])


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UserError("a.json: empty; give another"), 1, "script.py: error: a.json: empty; give another\n"),
        (UsageError("--preset x: unknown; try y"), 2, "script.py: error: --preset x: unknown; try y\n"),
        (UserError("two\nlines \x1b[31mred"), 1, "script.py: error: two lines [31mred\n"),
        (KeyboardInterrupt(), 130, "script.py: interrupted; finished files were kept, half-written ones removed\n"),
        (PermissionError(13, "Permission denied", "b.json"), 1, "script.py: error: b.json: Permission denied; check"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, line: str
) -> None:
    assert failing(error) == code
    printed = capsys.readouterr().err
    assert printed.startswith(line)
    assert printed.count("\n") == 1


def test_an_unforeseen_error_tells_its_place_but_not_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(ValueError("private words of a chat")) == 1
    printed = capsys.readouterr().err
    assert "private" not in printed
    assert "ValueError at test_console.py:" in printed and "--debug" in printed


def test_debug_shows_the_traceback() -> None:
    def work(_: argparse.Namespace) -> int:
        raise UserError("x")

    with pytest.raises(UserError):
        run(work, parser(), ["--debug"])


def test_a_wrong_flag_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(lambda _: 0, parser(), ["--nonsense"])
    assert caught.value.code == 2
    printed = capsys.readouterr().err
    assert printed == "script.py: error: unrecognized arguments: --nonsense; see script.py --help\n"


def test_escapes_and_direction_marks_of_foreign_text_do_not_act() -> None:
    assert plain("a\x1b[2Jb\u202ec\x00\n\ue200") == "a [2Jb c   "
    assert plain("rain on the roof", limit=6) == "rain …"
    assert plain("naïve 日本 👩‍🌾") == "naïve 日本 👩‍🌾"


def test_progress_passes_items_through() -> None:
    assert list(progress([1, 2, 3], "reading", quiet=True)) == [1, 2, 3]
    assert list(progress([1, 2, 3], "reading")) == [1, 2, 3]
