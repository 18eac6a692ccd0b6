"""The placeholders for names that character cards and the chats made with them hold: {{user}}, {{char}}."""

from __future__ import annotations

import re

# The angle brackets are the form of 2023, written in capitals.
_NAME = re.compile(r"\{\{\s*(?i:(user)|char|bot)\s*\}\}|<(USER)>|<(?:BOT|CHAR)>")


def with_names(text: str, user: str, character: str) -> str:
    """The text with names where the placeholders are; one whose name is not known ("") stays as it is."""
    if "{{" not in text and "<" not in text:
        return text
    return _NAME.sub(lambda found: (user if found.group(1) or found.group(2) else character) or found.group(), text)
