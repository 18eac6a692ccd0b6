"""What the four scripts share at their edges: errors, exit codes, flags, tables and progress.

Exit codes: 0 done, 1 the work failed (UserError), 2 the call was wrong (UsageError, argparse), 130 interrupted.
Errors are one line on stderr that ends with what to do. Message text of chats never reaches an error or a log.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from rich.console import Console

Item = TypeVar("Item")

# Libraries that would phone home are told not to, before any of them is imported.
QUIET_LIBRARIES = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "WANDB_MODE": "disabled",
    "UNSLOTH_DISABLE_STATISTICS": "1",
    "TOKENIZERS_PARALLELISM": "false",  # says nothing to anyone, but warns about every fork otherwise
}

# Modules whose package has another name.
PIP_NAMES = {"re2": "google-re2"}


class UserError(Exception):
    """The work could not be done with what was given (exit 1); the text says what to do."""

    exit_code = 1


class UsageError(UserError):
    """The call itself was wrong: a flag, a path, a name (exit 2)."""

    exit_code = 2


class ArgumentParser(argparse.ArgumentParser):
    """argparse with one-line errors and the script's docstring as its --help."""

    def __init__(self, docstring: str | None) -> None:
        super().__init__(
            description=docstring,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: error: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags that every script has, under the same names."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("--force", action="store_true", help="overwrite outputs that this tool did not write")
    group.add_argument("--quiet", action="store_true", help="print nothing but errors and data")
    group.add_argument("--debug", action="store_true", help="show the traceback of an error")


def run(
    work: Callable[[argparse.Namespace], int],
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
) -> int:
    """Parse argv, do the work, and turn whatever goes wrong into one line and an exit code."""
    arguments = parser.parse_args(argv)
    for name, value in QUIET_LIBRARIES.items():
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not be UTF-8
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return work(arguments)
    except UserError as error:
        if arguments.debug:
            raise
        return _say(parser.prog, f"error: {plain(str(error))}", error.exit_code)
    except KeyboardInterrupt:
        return _say(parser.prog, "interrupted; finished files were kept, half-written ones removed", 130)
    except BrokenPipeError:  # the reader of our pipe went away (| head); not an error of ours
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if arguments.debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        return _say(
            parser.prog,
            f"error: {plain(str(where))}{reason}; check the path, its rights and the disk",
            1,
        )
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if arguments.debug or package in ("", "identity"):
            raise
        install = PIP_NAMES.get(package, package)
        return _say(parser.prog, f"error: this needs {package}, which is not installed; pip install {install}", 1)
    except Exception as error:
        if arguments.debug:
            raise
        # The text of a foreign exception may quote a chat, so only its type and place are told.
        place = _place_of(error)
        return _say(
            parser.prog,
            f"error: {type(error).__name__} at {place}: this is a bug; run again with --debug and report it",
            1,
        )


def _say(program: str, text: str, code: int) -> int:
    print(f"{program}: {' '.join(text.split())}", file=sys.stderr)
    return code


def _place_of(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


# Characters that turn the direction of what follows them, to the end of the line: overrides, embeddings, isolates.
_DIRECTIONS = frozenset({"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"})


def plain(text: str, limit: int | None = None) -> str:
    """Text from a chat or a file name, made safe to print: control and direction characters become spaces.

    Escape sequences in a title must not act on the terminal; `limit` shortens with an ellipsis.
    """
    safe = "".join(
        " "
        if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp")
        or unicodedata.bidirectional(char) in _DIRECTIONS
        else char
        for char in text
    )
    if limit is not None and len(safe) > limit:
        safe = safe[: limit - 1] + "…"
    return safe


def open_console(data_on_stdout: bool = False, quiet: bool = False) -> Console:
    """A rich console for what people read: stdout, or stderr when stdout carries data."""
    from rich.console import Console

    class Pipeable(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # `run` ends quietly and well; rich alone would exit with 1

    return Pipeable(stderr=data_on_stdout, quiet=quiet, highlight=False, markup=False, emoji=False)


def warn(text: str) -> None:
    """One line on stderr: something was skipped, downgraded or missing, and what to do about it."""
    print(f"note: {plain(text)}", file=sys.stderr)


def progress(
    items: Iterable[Item],
    label: str,
    total: int | None = None,
    size: Callable[[Item], int] | None = None,
    quiet: bool = False,
) -> Iterator[Item]:
    """Pass items through, showing a bar on a terminal and a line every ten seconds elsewhere (both on stderr).

    `total` and `size(item)` are in one unit of the caller's choice; without `size` every item counts one.
    """
    if quiet:
        yield from items
        return
    if not sys.stderr.isatty():
        yield from _lines_of_progress(items, label, total, size)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns: list[Any] = [TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()]
    with Progress(
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=total)
        for item in items:
            yield item
            bar.advance(task, size(item) if size else 1)


def _lines_of_progress(
    items: Iterable[Item],
    label: str,
    total: int | None,
    size: Callable[[Item], int] | None,
    every_seconds: float = 10.0,
) -> Iterator[Item]:
    done, last = 0, time.monotonic()
    for item in items:
        yield item
        done += size(item) if size else 1
        if time.monotonic() - last >= every_seconds:
            last = time.monotonic()
            print(
                f"{label}: {done:,}" + (f" of {total:,}" if total else ""),
                file=sys.stderr,
                flush=True,
            )


Watch = Callable[[Iterable[Item], str], Iterable[Item]]


@contextlib.contextmanager
def progress_over_many(unit: str, quiet: bool = False, every_seconds: float = 10.0) -> Iterator[Watch[Any]]:
    """As progress, for many streams in turn (a folder of a thousand chats): one bar, one count, one clock for all.

    What is yielded takes the items of one stream and its label and passes the items through.
    """
    if quiet:
        yield lambda items, label: items
        return
    if not sys.stderr.isatty():
        done, last = 0, time.monotonic()

        def watch(items: Iterable[Any], label: str) -> Iterator[Any]:
            nonlocal done, last
            for item in items:
                yield item
                done += 1
                if time.monotonic() - last >= every_seconds:
                    last = time.monotonic()
                    print(f"{label}: {done:,} {unit} so far", file=sys.stderr, flush=True)

        yield watch
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [TextColumn("{task.description}: {task.completed:,} " + unit), TimeElapsedColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading")

        def show(items: Iterable[Any], label: str) -> Iterator[Any]:
            bar.update(task, description=escape(label))
            for item in items:
                yield item
                bar.advance(task)

        yield show
