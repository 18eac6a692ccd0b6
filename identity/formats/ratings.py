"""Thumbs as services name them: 1 for up, -1 for down, None for neither."""

from __future__ import annotations

import re
from typing import Any

_UP = frozenset({"up", "thumbsup", "like", "liked", "good", "goodresponse", "positive", "upvote", "upvoted", "love"})
_DOWN = frozenset({"down", "thumbsdown", "dislike", "disliked", "bad", "badresponse", "negative", "downvote"})
_OTHER = re.compile(r"[^a-z]+")


def rating_of(value: Any) -> int | None:
    """The rating in a word, or in the field of an object that holds one."""
    if isinstance(value, dict):
        inside = (value.get(key) for key in ("type", "rating", "value", "reaction", "feedback_type"))
        value = next((word for word in inside if isinstance(word, str)), None)
    if not isinstance(value, str):
        return None
    word = _OTHER.sub("", value.lower())
    return 1 if word in _UP else -1 if word in _DOWN else None
