"""Telegram Desktop's export as pages, messages.html, messages2.html, …: what one gets unless asking for JSON.

    <div class="page_header">…<div class="text bold">Mira</div>…<div class="history">
    <div class="message service" id="message-1"><div class="body details">1 January 2026</div></div>
    <div class="message default clearfix" id="message2"><div class="body">
     <div class="pull_right date details" title="01.01.2026 10:00:00 UTC+01:00">10:00</div>
     <div class="from_name">Anna</div><div class="text">Hi<br>there</div></div></div>
    <div class="message default clearfix joined" id="message3">… no from_name: the one before goes on …</div>

Shape of 2018 to 2026. A page holds a thousand messages and is read by itself. There are no ids of accounts, so people
are known by name, and a bot is a person among others: --voice names it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import IO

from identity.formats.cleaning import clean_typed
from identity.formats.format import Format, Options, Reading
from identity.formats.html_text import Attributes, MarkdownWriter, records_of
from identity.formats.local_dates import local_seconds
from identity.formats.messenger import Chat, Entry, conversations
from identity.formats.nodes import CALL, EMPTY, FORWARDED, MEDIA_ONLY, NOTICE, UNKNOWN_ROLE, Node
from identity.formats.peek import Peek
from identity.sources import Document

_MESSAGE = b'<div class="message '
_TITLE = re.compile(r'<div class="text bold">\s*([^<]*)')
_PAGE = re.compile(r"messages(\d*)\.html?$")
_VIA = re.compile(r"\s+via @\w+$")


def matches(peek: Peek) -> bool:
    is_page = peek.kind == "html" and 'class="history"' in peek.prefix
    return is_page and re.search(r'<div class="message (?:default|service)\b', peek.prefix) is not None


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each stretch of the page without a long silence."""
    found = _TITLE.search(document.prefix.decode("utf-8", "replace"))
    title = clean_typed(unescape(found.group(1)).strip()) if found else ""
    chat = Chat(FORMAT.name, title or FORMAT.name, title=title)
    with document.open() as page:
        yield from conversations(chat, _entries(page, document), options)


def _entries(page: IO[bytes], document: Document) -> Iterator[Entry]:
    author: str | None = None
    for position, message in enumerate(_messages(page)):
        if message.is_service and not message.is_call:
            if not message.name.startswith("-"):  # the days, which nobody wrote, have numbers below zero
                yield NOTICE
            continue
        if message.is_joined and author is None:
            author = _last_author(document)
        author = message.author if message.author or not message.is_joined else author
        yield message.node(position, author)


def _last_author(document: Document) -> str | None:
    """Who spoke last on the page before: the first message of a page may go on with theirs."""
    found = _PAGE.search(document.name)
    number = int(found.group(1) or 1) if found and len(found.group(1)) < 9 else 1
    before = document.sibling(f"messages{number - 1 if number > 2 else ''}.html") if number > 1 else None
    return next(reversed([m.author for m in _messages(io.BytesIO(before or b"")) if m.author]), None)


def _messages(page: IO[bytes]) -> Iterator[_Message]:
    return map(_Message, records_of(page, _MESSAGE))


class _Message(HTMLParser):
    """One message: who, when, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.name = ""
        self.classes: list[str] = []
        self.time: float | None = None
        self.is_forwarded = self.has_media = self.is_call = False
        self._author: list[str] = []
        self._writer: MarkdownWriter | None = None
        self._place = ""  # the class of the element whose text is read
        self._depth = 0  # divs that are open in it
        self.feed(html)
        self.close()

    @property
    def is_service(self) -> bool:
        return "service" in self.classes

    @property
    def is_joined(self) -> bool:
        return "joined" in self.classes

    @property
    def author(self) -> str | None:
        return _VIA.sub("", self._author_line) or None

    @property
    def _author_line(self) -> str:
        return " ".join(clean_typed("".join(self._author)).split())

    def node(self, position: int, author: str | None) -> Node:
        text = clean_typed(self._writer.text()) if self._writer else ""
        node = Node(self.name or f"m{position}", None, "user", text, time=self.time, author=author)
        if self.is_call:
            node.left_out = CALL
        elif self.is_forwarded or _VIA.search(self._author_line):
            node.left_out = FORWARDED
        elif not text.strip():
            node.left_out = MEDIA_ONLY if self.has_media else EMPTY
        elif author is None:
            node.left_out = UNKNOWN_ROLE
        return node

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = {key: value or "" for key, value in attrs}
        names = values.get("class", "").split()
        if self._place:
            self._depth += tag == "div"
            if self._place == "text" and self._writer:
                # A name that is mentioned is a link too, which nobody typed.
                self._writer.start(tag, [] if values.get("href", "").startswith("https://t.me/") else attrs)
        elif tag == "div" and not self.classes:
            self.classes = names
            self.name = values.get("id", "").removeprefix("message")
        elif "date" in names and self.time is None:
            self.time = local_seconds(values.get("title", ""))
        elif "forwarded" in names:
            self.is_forwarded = True
        elif tag == "div" and names == ["text"]:
            self._place, self._writer = "text", self._writer or MarkdownWriter()
        elif tag == "div" and names == ["from_name"] and not self.is_forwarded:
            self._place = "from_name"
        elif "media_wrap" in names:
            self.has_media = True
        self.is_call = self.is_call or "media_call" in names

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._place:
            if not self._depth:
                self._place = ""
                return
            self._depth -= 1
        if self._place == "text" and self._writer:
            self._writer.end(tag)

    def handle_data(self, data: str) -> None:
        if self._place == "from_name":
            self._author.append(data)
        elif self._place == "text" and self._writer:
            self._writer.data(data)


FORMAT = Format(
    name="telegram-html",
    label="Telegram Desktop (pages)",
    how_to_export=(
        "Telegram Desktop: a chat's menu, Export chat history; machine-readable JSON, which is chosen there as the "
        "format, keeps more"
    ),
    shape_age="2018 to August 2026",
    matches=matches,
    read=read,
    last_resort=True,
)
