"""HTML answers as Markdown: paragraphs, lists, headings, code, tables, links and emphasis; other tags keep their text.

    <p>Two <strong>soft</strong> words:</p><ul><li>mizzle<li>drizzle</ul>   becomes   Two **soft** words:

                                                                                       - mizzle
                                                                                       - drizzle

Built on html.parser, event by event, without recursion; what is nested deeper than any answer is flattened, so that
no input costs more than time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import IO

from identity.formats.html_inline import INLINE, Span, longest_run
from identity.json_window import as_utf8

Attributes = list[tuple[str, str | None]]

# A "<" that no tag begins with: text to the reader. html.parser would look for the end of each over and over.
_NO_TAG = re.compile(r"<(?![a-zA-Z/][^<]*>)")
_COMMENT = re.compile(r"<![^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang)-([\w+#.-]+)")

_FURNITURE = frozenset({"script", "style", "button", "svg", "head", "template", "noscript"})  # nothing that was said
_BLOCKS = frozenset({"p", "div", "section", "article", "dl", "dt", "dd", "figure", "figcaption", "details", "summary"})
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_CONTAINERS = frozenset({"ul", "ol", "li", "blockquote"})
_LONGEST_RECORD = 16 << 20  # bytes
_MAX_DEPTH = 12  # of lists and quotes, and of emphasis in emphasis


def markdown(html: str) -> str:
    """The text of an HTML fragment."""
    writer = MarkdownWriter()
    parser = _Parser(writer)
    parser.feed(without_false_tags(html))
    parser.close()
    return writer.text()


def without_false_tags(html: str) -> str:
    """Without comments, and with every "<" that begins no tag written as text."""
    return _NO_TAG.sub("&lt;", _COMMENT.sub("", html))


def records_of(page: IO[bytes], opening: bytes) -> Iterator[str]:
    """The HTML of each record of a page, from one opening tag to the next; only one record is in memory.

    What stands before the first one is passed over, and so is what a record has beyond any real one's length.
    """
    rest = b""
    is_record = False
    for block in as_utf8(page):
        *whole, rest = (rest + block).split(opening)
        for html in whole:
            if is_record:
                yield _opened(opening, html)
            is_record = True
        if len(rest) > _LONGEST_RECORD:
            if is_record:
                yield _opened(opening, rest)
            rest, is_record = b"", False
    if is_record and rest:
        yield _opened(opening, rest)


def _opened(opening: bytes, html: bytes) -> str:
    return without_false_tags((opening + html).decode("utf-8", "replace"))


class _Parser(HTMLParser):
    """Hands its events to a writer."""

    def __init__(self, writer: MarkdownWriter) -> None:
        super().__init__(convert_charrefs=True)
        self.writer = writer

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self.writer.start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.writer.end(tag)

    def handle_data(self, data: str) -> None:
        self.writer.data(data)


@dataclass(eq=False)
class _Container:
    """A list, an item of one, or a quote. An item's marker stands before its first line, spaces before the others."""

    tag: str
    marker: str = ""
    is_begun: bool = False
    count: int = 0  # of items, in a list


class MarkdownWriter:
    """Takes the events of an HTML parser and writes Markdown."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.has_picture = False
        self._spans = [Span("")]
        self._containers: list[_Container] = []
        self._too_deep = 0  # containers that were not opened because of the limit
        self._heading = ""
        self._hidden: list[str] = []  # furniture that is open
        self._code: list[str] | None = None  # the text of a code block that is open
        self._language = ""
        self._rows: list[list[str]] | None = None  # of a table that is open
        self._last_place: list[_Container] = []  # the containers of the last block

    def text(self) -> str:
        """What was written; nothing more can follow."""
        if self._code is not None:
            self._end_code()
        if self._rows is not None:
            self._end_table()
        self._end_paragraph()
        return "".join(self.blocks).strip("\n")

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in _FURNITURE:
            self._hidden.append(tag)
        elif self._hidden:
            return
        elif self._code is not None:
            self._start_in_code(tag, attributes)
        elif tag == "br":
            self._add("\n")
        elif tag == "img":
            self.has_picture = True
        elif tag in INLINE:
            if len(self._spans) <= _MAX_DEPTH:
                self._spans.append(Span(tag, _attribute(attributes, "href")))
        elif self._rows is not None:
            self._start_in_table(tag)
        else:
            self._start_block(tag, attributes)

    def end(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                del self._hidden[self._hidden.index(tag) :]
        elif self._code is not None:
            if tag == "pre":
                self._end_code()
        elif tag in INLINE:
            self._close_span(tag)
        elif self._rows is not None:
            if tag == "table":
                self._end_table()
            elif tag in ("td", "th"):
                self._end_cell()
        elif tag in _CONTAINERS:
            self._end_paragraph()
            self._close_container(tag)
        elif tag in _BLOCKS or tag in _HEADINGS:
            self._end_paragraph()

    def data(self, text: str) -> None:
        if self._hidden:
            return
        if self._code is not None:
            self._code.append(text)
        else:
            self._add(text if self._spans[-1].tag == "code" else _SPACE.sub(" ", text))

    # --- inline ---------------------------------------------------------------------------------------------------

    def _add(self, text: str) -> None:
        self._spans[-1].pieces.append(text)

    def _close_span(self, tag: str) -> None:
        if all(span.tag != tag for span in self._spans):
            return
        while True:
            span = self._spans.pop()
            self._add(span.markdown())
            if span.tag == tag:
                return

    def _paragraph(self) -> str:
        while len(self._spans) > 1:
            self._close_span(self._spans[-1].tag)
        lines = "".join(self._spans[0].pieces).split("\n")
        self._spans = [Span("")]
        return "\n".join(line.strip(" ") for line in lines).strip("\n")

    # --- blocks ---------------------------------------------------------------------------------------------------

    def _start_block(self, tag: str, attributes: Attributes) -> None:
        if tag in _CONTAINERS:
            self._end_paragraph()
            self._open_container(tag, attributes)
        elif tag == "pre":
            self._end_paragraph()
            self._code = []
            self._language = _language(attributes)
        elif tag == "table":
            self._end_paragraph()
            self._rows = []
        elif tag == "hr":
            self._end_paragraph()
            self._write("---")
        elif tag in _HEADINGS:
            self._end_paragraph()
            self._heading = _HEADINGS[tag]
        elif tag in _BLOCKS:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        text = self._paragraph()
        if text:
            self._write(self._heading + text.replace("\n", " ") if self._heading else text)
        self._heading = ""

    def _write(self, text: str) -> None:
        """A block, with the markers of the lists and quotes that it stands in before its lines."""
        first, further, between = "", "", ""
        begins_item = False
        for depth, container in enumerate(self._containers):
            if container.tag == "blockquote":
                first, further = first + "> ", further + "> "
                between = further if container in self._last_place[depth : depth + 1] else between
            elif container.tag == "li":
                first += " " * len(container.marker) if container.is_begun else container.marker
                further += " " * len(container.marker)
                begins_item = begins_item or not container.is_begun
                container.is_begun = True
        if self.blocks:
            is_tight = begins_item and any(container.tag == "li" for container in self._last_place)
            self.blocks.append("\n" if is_tight else f"\n{between.rstrip()}\n")
        lines = text.split("\n")
        self.blocks.append("\n".join([first + lines[0], *((further + line).rstrip() for line in lines[1:])]))
        self._last_place = list(self._containers)

    def _open_container(self, tag: str, attributes: Attributes) -> None:
        if len(self._containers) >= 2 * _MAX_DEPTH:
            self._too_deep += 1
            return
        if tag == "li":
            self._close_open_item()
            around = self._containers[-1] if self._containers else _Container("ul")
            around.count += 1
            marker = f"{around.count}. " if around.tag == "ol" else "- "
            self._containers.append(_Container(tag, marker))
            return
        start = _attribute(attributes, "start")
        count = int(start) - 1 if tag == "ol" and start.isdecimal() and len(start) < 7 else 0
        self._containers.append(_Container(tag, count=count))

    def _close_open_item(self) -> None:
        """An item ends where the next one of its list begins; its end tag may be left out."""
        if self._containers and self._containers[-1].tag == "li":
            self._containers.pop()

    def _close_container(self, tag: str) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif any(container.tag == tag for container in self._containers):
            while self._containers.pop().tag != tag:
                pass

    # --- code and tables ------------------------------------------------------------------------------------------

    def _start_in_code(self, tag: str, attributes: Attributes) -> None:
        if tag == "code":
            self._language = self._language or _language(attributes)
        elif tag == "br" and self._code is not None:
            self._code.append("\n")

    def _end_code(self) -> None:
        text = "".join(self._code or ()).strip("\n")
        self._code = None
        if text.strip():
            fence = "`" * max(3, longest_run(text) + 1)
            self._write(f"{fence}{self._language}\n{text}\n{fence}")

    def _start_in_table(self, tag: str) -> None:
        assert self._rows is not None
        if tag == "tr":
            self._end_cell()
            self._rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
            self._rows = self._rows or [[]]
            self._rows[-1].append("")
        elif tag in _BLOCKS or tag in _CONTAINERS or tag in _HEADINGS:
            self._add(" ")

    def _end_cell(self) -> None:
        text = self._paragraph().replace("\n", " ").replace("|", "\\|")
        if text and self._rows and self._rows[-1]:
            self._rows[-1][-1] = f"{self._rows[-1][-1]} {text}".strip()
        elif text:
            self._write(text)  # a caption, or text that stands in no cell

    def _end_table(self) -> None:
        self._end_cell()
        rows = [row for row in self._rows or () if any(row)]
        self._rows = None
        if not rows:
            return
        width = max(len(row) for row in rows[:200])  # hostile rows of very different widths are not filled up
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        self._write("\n".join(lines))


def _attribute(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes if key == name and value), "")


def _language(attributes: Attributes) -> str:
    found = _LANGUAGE.search(_attribute(attributes, "class"))
    return found.group(1) if found else ""
