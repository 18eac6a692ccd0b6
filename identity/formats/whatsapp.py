"""WhatsApp's chat as text, one file a chat: _chat.txt from an iPhone, "WhatsApp Chat with Mira.txt" from Android.

    [01.02.26, 10:00:00] Anna: Hi                      01/02/2026, 10:00 - Messages and calls are end-to-end …
    second line                                        01/02/2026, 10:00 - Anna: Hi
    [01.02.26, 10:00:09] Mira: <U+200E>image omitted   01/02/2026, 10:01 - Mira: <Media omitted>

Shape of 2016 to 2026, in the language and with the dates of the phone. Messages have no ids: a conversation is known
again by its first message. Times have no zone and are taken for UTC. Lines of the service have no sender (Android) or
begin with U+200E (iPhone). The order of day and month is found in the whole file, which is therefore held in memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from identity.formats.cleaning import clean_typed
from identity.formats.format import Format, Options, Reading
from identity.formats.messenger import Chat, Entry, conversations
from identity.formats.nodes import DAMAGED_MESSAGE, NOTICE, Node
from identity.formats.peek import Peek
from identity.formats.whatsapp_lines import Line, header, messages, times
from identity.formats.whatsapp_notes import notice_of, words_of
from identity.json_window import as_utf8
from identity.sources import Document

_NAMES_IN_TITLE = 4
_LINES_LOOKED_AT = 200


def matches(peek: Peek) -> bool:
    """Text whose first line has a date in front, and with somebody who says something."""
    if peek.kind != "text":
        return False
    lines = [line for line in peek.prefix.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT] if line.strip()]
    begun = [header(line) for line in lines]
    return bool(begun) and begun[0] is not None and any(line.sender for line in begun if line)


def read(document: Document, options: Options) -> Iterator[Reading]:
    """One Reading for each stretch of the chat without a long silence."""
    with document.open() as stream:
        text = b"".join(as_utf8(stream)).decode("utf-8", "replace")
    found = list(messages(line.removesuffix("\r") for line in text.split("\n")))
    lines = [item for item in found if isinstance(item, Line)]
    entries = _entries(found, times(lines))
    yield from conversations(Chat(FORMAT.name, FORMAT.name, told_by=2, title=_title(entries)), entries, options)


def _entries(found: list[Line | str], seconds: list[float | None]) -> list[Entry]:
    """Messages in the order of the file; what cannot be one under the reason for it."""
    entries: list[Entry] = []
    names: Counter[str] = Counter()
    position = 0
    for item in found:
        if isinstance(item, str):
            entries.append(DAMAGED_MESSAGE)
            continue
        entry = _entry(item, seconds[position], is_first=position == 0)
        if isinstance(entry, Node):
            names[entry.id] += 1
            entry.id += f"~{names[entry.id]}" if names[entry.id] > 1 else ""
        entries.append(entry)
        position += 1
    return entries


def _entry(line: Line, time: float | None, is_first: bool) -> Entry:
    """The id is made of the content, and the same words to two friends in one minute have the same one: told_by."""
    words, reason = words_of(line.text, line.sender, is_first) if line.sender else ("", notice_of(line.text))
    if reason == NOTICE:
        return NOTICE
    content = f"{time}\0{line.sender}\0{words}".encode("utf-8", "replace")
    name = hashlib.sha256(content).hexdigest()[:12]
    return Node(name, None, "user", clean_typed(words), reason, time=time, author=clean_typed(line.sender) or None)


def _title(entries: list[Entry]) -> str:
    """Who speaks in the chat: its name is in the name of the file at best."""
    speakers = list(dict.fromkeys(entry.author for entry in entries if isinstance(entry, Node) and entry.author))
    more = f" and {len(speakers) - _NAMES_IN_TITLE} more" if len(speakers) > _NAMES_IN_TITLE else ""
    return ", ".join(speakers[:_NAMES_IN_TITLE]) + more


FORMAT = Format(
    name="whatsapp",
    label="WhatsApp (text)",
    how_to_export=(
        "WhatsApp: in a chat More, Export chat (iPhone: the contact's name, Export Chat), without media; give the txt "
        "or the zip, with --voice and your name in it"
    ),
    shape_age="2016 to August 2026",
    matches=matches,
    read=read,
)
