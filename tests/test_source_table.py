"""The README's table of sources and --list-sources show every format, whichever there are."""

from __future__ import annotations

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from export_builders import call
from rich.cells import cell_len
from rich.console import Console

from identity.formats import FORMATS
from identity.formats.format import Format
from identity.formats.source_table import markdown, show

README = Path(__file__).parent.parent / "README.md"
PLACE = re.compile(r"(<!-- sources: .*? -->\n)(.*?)(<!-- end of sources -->)", re.DOTALL)


def made_up(**fields: str) -> Format:
    letters = Format(
        name="letters",
        label="Letters",
        how_to_export="give the box",
        shape_age="1890",
        matches=lambda peek: False,
        read=lambda document, options: iter(()),
    )
    return replace(letters, **fields)  # type: ignore[arg-type]  # all of them are texts


def printed(formats: tuple[Format, ...], is_terminal: bool) -> list[str]:
    file = io.StringIO()
    show(formats, Console(file=file, width=80, force_terminal=is_terminal, color_system=None))
    return file.getvalue().splitlines()


def test_the_readme_shows_the_table_of_all_formats() -> None:
    text = README.read_text(encoding="utf-8")
    assert PLACE.search(text)
    fresh = PLACE.sub(lambda found: f"{found[1]}\n{markdown(FORMATS)}\n\n{found[3]}", text)
    if os.environ.get("IDENTITY_REFRESH"):
        README.write_text(fresh, encoding="utf-8", newline="\n")
    assert README.read_text(encoding="utf-8") == fresh


def test_text_stays_text_in_a_cell_of_markdown() -> None:
    (_, _, row) = markdown([made_up(label="a|b <c>", how_to_export="write\n[x]")]).splitlines()
    assert row == r"| a\|b \<c\> | `letters` | 1890 | write \[x\] |"


def test_a_pipe_gets_one_line_a_format_with_tabs() -> None:
    assert printed((made_up(label="x" * 200),), is_terminal=False) == [f"letters\t{'x' * 200}\t1890\tgive the box"]


def test_a_terminal_of_80_columns_holds_the_table_and_loses_no_word() -> None:
    lines = printed(FORMATS, is_terminal=True)
    assert max(cell_len(line) for line in lines) <= 80
    shown = set(" ".join(lines).split())
    for known in FORMATS:
        words = f"{known.name} {known.label} {known.how_to_export} {known.shape_age}".split()
        assert {word for word in words if len(word) <= 20} <= shown  # longer ones may be broken


def test_the_list_is_shown_without_an_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--list-sources") == 0
    names = [line.partition("\t")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [known.name for known in FORMATS]
