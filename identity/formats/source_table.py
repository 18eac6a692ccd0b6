"""The table of everything that can be read, made of FORMATS: for a terminal, for a pipe, and for the README."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from identity.formats.format import Format

if TYPE_CHECKING:
    from rich.console import Console


def show(formats: Iterable[Format], console: Console) -> None:
    """On a terminal a table; in a pipe one line a format: name, label, when seen, how to get it, with tabs between."""
    if not console.is_terminal:
        for known in formats:
            line = "\t".join((known.name, known.label, known.shape_age, known.how_to_export))
            console.file.write(line + "\n")  # rich would make spaces of the tabs
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("--source", no_wrap=True, style="bold")
    table.add_column("what it is, and how to get it", ratio=1)
    table.add_column("seen", max_width=20)
    for known in formats:
        table.add_row(known.name, Text.assemble(known.label, "\n", (known.how_to_export, "dim")), known.shape_age)
    console.print(table)


def markdown(formats: Iterable[Format]) -> str:
    """The same as a table of Markdown, without a line break at its end."""
    rows = [("Source", "`--source`", "Exports seen", "How to get it"), ("---",) * 4]
    for known in formats:
        rows.append((_cell(known.label), f"`{known.name}`", _cell(known.shape_age), _cell(known.how_to_export)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    """Text that stays text inside a cell, whatever its characters mean in Markdown."""
    for char in "\\|<>*_[]`":
        text = text.replace(char, "\\" + char)
    return " ".join(text.split())
