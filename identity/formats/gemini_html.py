"""Gemini in Google Takeout's "My Activity" as a page, MyActivity.html: what one gets unless asking for JSON.

    <div class="outer-cell ..."><div class="mdl-grid"><div class="header-cell ..."><p ...>Gemini Apps<br></p></div>
    <div class="content-cell mdl-cell ...">Prompted&nbsp;A word for rain?<br>Attached 1 file.<br>
    Apr 12, 2026, 3:34:31&#8239;PM EDT<br><p><strong>Mizzle</strong>.</p></div><div class="content-cell ...">...

Shape of 2024 to 2026. In the first content cell stand the prompt, what was attached, the date in the account's
language, and the answer; drafts are not told apart there. Newest first as the JSON, and read the same (activity.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from identity.formats.activity import OTHER_PRODUCT, Activity, chat_of, conversations, gem_of, is_gemini
from identity.formats.format import Format, Options, Reading, skipped
from identity.formats.html_text import Attributes, MarkdownWriter, records_of
from identity.formats.local_dates import is_local_date, local_seconds
from identity.formats.peek import Peek
from identity.sources import Document

_RECORD = b'<div class="outer-cell'
_DAMAGED = "damaged: not a record of an activity"
_NAMED = re.compile(r"--title\"?>[^<]*(?:Gemini|Bard)")
_ANSWER_BEGINS = frozenset(
    {"p", "ul", "ol", "pre", "table", "blockquote", "hr", "div", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_ATTACHED = re.compile(r"Attached \d+ files?\.?")


def matches(peek: Peek) -> bool:
    """A page of activity cells, Gemini's among them."""
    return peek.kind == "html" and "outer-cell" in peek.prefix and _NAMED.search(peek.prefix) is not None


def read(document: Document, options: Options) -> Iterator[Reading]:
    """As the JSON is read; of the page only one record is in memory, of the records their texts."""
    activities: list[Activity] = []
    with document.open() as page:
        for html in records_of(page, _RECORD):
            record = _Record()
            record.feed(html)
            record.close()
            if not record.has_content:
                yield skipped(_DAMAGED)
            elif is_gemini([record.header.strip()]):
                activities.append(record.activity())
            else:
                yield skipped(OTHER_PRODUCT)
    activities.reverse()
    yield from conversations(activities, options)


class _Record(HTMLParser):
    """One outer cell: its header, the lines of the first content cell up to the date, and the answer after it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.header = ""
        self.has_content = False
        self._place = ""  # header, content, or "" for what is not read
        self._divs = 0  # open within the content cell
        self._line: list[str] = []
        self._lines: list[str] = []
        self._is_attachment = False  # the line is a link to a file of the archive
        self._has_files = False
        self._date = ""
        self._answer: MarkdownWriter | None = None
        self._chat = ""

    def activity(self) -> Activity:
        self._end_line()
        lines = self._lines
        if cut := next((index for index, line in enumerate(lines) if _ATTACHED.fullmatch(line.strip())), 0):
            lines, self._has_files = lines[:cut], True
        gem = next((gem for line in lines[1:] if (gem := gem_of(line))), "")
        lines = [line for line in lines if not gem or gem_of(line) != gem]
        answer = self._answer.text() if self._answer else ""
        return Activity(
            title="\n".join(lines).strip(),
            time=local_seconds(self._date),
            answers=(answer,) if answer else (),
            gem=gem,
            chat=self._chat,
            has_files=self._has_files,
            has_picture=self._answer is not None and self._answer.has_picture,
            is_cut_off=self._place == "content",
        )

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        names = next((value for key, value in attrs if key == "class" and value), "").split()
        if tag == "div" and "header-cell" in names:
            self._place = "header"
        elif tag == "div" and "content-cell" in names:
            self._place = "" if self.has_content else "content"
            self.has_content = True
        elif self._place != "content":
            return
        else:
            self._divs += tag == "div"
            if self._answer is None and tag in _ANSWER_BEGINS:
                self._end_line()
                self._answer = self._answer or MarkdownWriter()
            if self._answer is not None:
                self._answer.start(tag, attrs)
            elif tag == "br":
                self._end_line()
            elif tag == "a":
                self._link(next((value for key, value in attrs if key == "href" and value), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._place == "header":
            self._place = ""
        elif self._place == "content":
            if tag == "div" and not self._divs:
                self._place = ""
                return
            self._divs -= tag == "div"
            if self._answer is not None:
                self._answer.end(tag)

    def handle_data(self, data: str) -> None:
        if self._place == "header":
            self.header += data
        elif self._place == "content":
            if self._answer is not None:
                self._answer.data(data)
            else:
                self._line.append(data)

    def _link(self, href: str) -> None:
        self._chat = self._chat or chat_of(href)
        self._is_attachment = "://" not in href and not href.startswith("mailto:")

    def _end_line(self) -> None:
        """Take in the line that ends here; after the date the answer begins."""
        line = "".join(self._line)
        self._line = []
        if self._answer is not None:
            return
        if self._is_attachment:
            self._has_files, self._is_attachment = True, False
        elif self._lines and is_local_date(line.strip()):
            self._date = line.strip()
            self._answer = MarkdownWriter()
        elif line or self._lines:
            self._lines.append(line)


FORMAT = Format(
    name="gemini-html",
    label="Gemini from Google Takeout (page)",
    how_to_export=(
        "takeout.google.com: My Activity, only Gemini Apps; JSON, which is chosen in its options, keeps more (drafts)"
    ),
    shape_age="2024 to July 2026",
    matches=matches,
    read=read,
    last_resort=True,
)
