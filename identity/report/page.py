"""A page as one file: a template with its data inside, that works from the disk, without a network.

The data are JSON in a script element that is never run. What could end that element or start another is escaped, and
the pages put text in only as text, so nothing of a chat can act as markup or code; a content security policy that
allows no connection stands behind that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from identity.files import open_output

TEMPLATES = Path(__file__).parent
PLACE = "{}/*data*/"

# In JSON these stand for themselves inside strings only, so the escape is the same value to a JSON parser.
ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def embedded(data: Mapping[str, Any]) -> str:
    """The data as JSON that can stand inside a script element."""
    import msgspec

    return msgspec.json.encode(data).decode().translate(ESCAPES)


def write_page(path: str | Path, template: str, data: Mapping[str, Any], force: bool = False) -> None:
    """Write the page; the template is a file of this folder with PLACE where the data go."""
    before, place, after = (TEMPLATES / template).read_text(encoding="utf-8").partition(PLACE)
    if not place:
        raise ValueError(f"{template}: has no {PLACE}")
    with open_output(path, force) as stream:
        for part in (before, embedded(data), after):
            stream.write(part.encode("utf-8"))


def write_report(path: str | Path, data: Mapping[str, Any], force: bool = False) -> None:
    """The account of a run of the filter, as made by identity.filters.report_data."""
    write_page(path, "filter_report.html", data, force)
