"""Which keys a JSON file has: a bounded look at its beginning."""

from __future__ import annotations

import re

KeyPath = tuple[str, ...]

# The string that the prefix cuts off matches too, without its end: what it quotes is not looked into.
_KEY_TOKEN = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)(?:("\s*:)|")?|[\[\]{},]', re.DOTALL)
_MAX_DEPTH = 64  # deeper than any format puts a key that tells it


def key_paths(prefix: bytes) -> frozenset[KeyPath]:
    """The path of every key in a JSON prefix, arrays as "[]": ("[]", "mapping", "id1", "message", "author").

    Only structure counts: JSON that is quoted inside a chat's text is one string and yields nothing.
    """
    text = prefix.decode("utf-8", "replace")
    paths: set[KeyPath] = set()
    stack: list[str] = []  # "[]" for an open array, "{}" or the key being read for an open object
    for token in _KEY_TOKEN.finditer(text):
        char = token.group()[0]
        if char == '"':
            if token.group(2) and stack and stack[-1] != "[]" and len(stack) <= _MAX_DEPTH:
                stack[-1] = token.group(1)
                paths.add(tuple(stack))
        elif char == "[":
            stack.append("[]")
        elif char == "{":
            stack.append("{}")
        elif char in "]}" and stack:
            stack.pop()
    return frozenset(paths)
