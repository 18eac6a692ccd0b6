"""One look at each message for all that a run may find in it by its words.

Redaction and the blacklist each have to read every message, and what nearly every message has for them is nothing. An
RE2 set costs the same however many patterns it holds (it is bound by the loads of its automaton, two nanoseconds a
byte here), so that one set of everything both are looking for takes half the time of two.

It only says where there may be something: what it lets pass has no verdict of the blacklist and nothing to redact,
what it points at is read by both as if there were no screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from identity.filters import blacklist
from identity.filters.phrases import gate_of
from identity.filters.privacy import Redactor
from identity.filters.verdicts import Settings
from identity.records import Conversation


class Screen:
    """Made of the patterns that one search and another ask for."""

    def __init__(self, phrases: Iterable[str], private: Iterable[str]) -> None:
        # Keys are told apart by case.
        self._match = gate_of([*phrases, *(f"(?-i:{pattern})" for pattern in private)]).Match

    def suspects(self, conversation: Conversation) -> frozenset[int]:
        """Numbers of the messages in which there may be something: a hit, or characters that do not read as written."""
        match = self._match
        found = []
        for position, message in enumerate(conversation.messages):
            content = message.content
            if content.isascii():
                if match(content.encode()):
                    found.append(position)
            elif not unicodedata.is_normalized("NFKC", content) or match(content.encode()):
                found.append(position)
        return frozenset(found)


def prepare(settings: Settings, redactor: Redactor | None) -> Screen | None:
    """None if every message is to be read by all.

    So it is where a pattern of the person's is beyond an RE2 set, or where what is private may have no form.
    """
    if redactor and redactor.further:
        return None
    phrases = blacklist.wanted(settings)
    return None if phrases is None else Screen(phrases, redactor.wanted if redactor else ())
