"""Gemini (once Bard) in Google Takeout's "My Activity" as JSON: one record per prompt, newest first, no conversations.

    [{"header": "Gemini Apps", "title": "Prompted A word for rain?", "titleUrl": "https://gemini.google.com/app",
      "time": "2026-02-01T09:00:00.123Z", "products": ["Gemini Apps"], "subtitles": [{"name": "Gem: Poet"}],
      "safeHtmlItem": [{"html": "<p><strong>Mizzle</strong>.</p>"}, {"html": "<p>Drizzle.</p>"}]}]

Shape of 2023 to 2026. Answers are HTML; a second one is a draft that was shown beside the first. Files and keys of
other products (Search, YouTube) are alike: only records of Gemini are read. See activity.py for what is a prompt and
what a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from identity.formats.activity import OTHER_PRODUCT, Activity, chat_of, conversations, gem_of, is_gemini
from identity.formats.fields import list_at, text_at
from identity.formats.format import Format, Options, Reading, skipped
from identity.formats.html_text import markdown
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.values import objects
from identity.sources import Document

_NAMED = re.compile(r'"(?:header|products)"\s*:\s*\[?\s*"[^"]*(?:Gemini|Bard)')


def matches(peek: Peek) -> bool:
    """Records of My Activity, and Gemini's among them."""
    is_activity = peek.has("header") and peek.has("time") and peek.has("title")
    is_answered = peek.has("products") or peek.has("safeHtmlItem") or peek.has("titleUrl")
    return is_activity and is_answered and _NAMED.search(peek.prefix) is not None


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The records in the order in which they were made, grouped into conversations.

    The oldest record stands last, so those of one file are held until its end: prompts and answers only, some
    kilobytes each.
    """
    activities: list[Activity] = []
    for value in objects(document):
        if isinstance(value, Reading):
            yield value
        elif is_gemini(_labels(value)):
            activities.append(_activity(value))
        else:
            yield skipped(OTHER_PRODUCT)
    activities.reverse()
    yield from conversations(activities, options)


def _labels(value: dict[str, Any]) -> list[str]:
    return [text_at(value, "header"), *(name for name in list_at(value, "products") if isinstance(name, str))]


def _activity(value: dict[str, Any]) -> Activity:
    items = [text_at(item, "html") for item in list_at(value, "safeHtmlItem") if isinstance(item, dict)]
    subtitles = [text_at(item, "name") for item in list_at(value, "subtitles") if isinstance(item, dict)]
    return Activity(
        title=text_at(value, "title"),
        time=epoch_seconds(value.get("time")),
        answers=tuple(answer for item in items if (answer := markdown(item))),
        gem=next((gem for subtitle in subtitles if (gem := gem_of(subtitle))), ""),
        chat=chat_of(text_at(value, "titleUrl")),
        has_files=bool(list_at(value, "attachedFiles") or value.get("imageFile")),
        has_picture=any("<img" in item for item in items),
    )


FORMAT = Format(
    name="gemini",
    label="Gemini from Google Takeout (JSON)",
    how_to_export=(
        "takeout.google.com: deselect all, choose My Activity, in its options only Gemini Apps and the format JSON; "
        "give the zip"
    ),
    shape_age="2023 to July 2026",
    matches=matches,
    read=read,
)
