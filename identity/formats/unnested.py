"""Messages that hold their answers as children, cut out of the bytes one by one.

In such a tree each answer lies two brackets deeper than its question, so a chat of five hundred messages is too deep
for a JSON decoder. Here the tree is taken apart before anything is decoded, without recursion, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

_TOKEN = re.compile(rb'["\[\]{}]')
_STRING_STEP = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,4096}', re.DOTALL)
_COLON = re.compile(rb"\s*:")
_MESSAGE, _MESSAGES = b"message", b"messages"  # kinds of open brackets beside plain ones


@dataclass
class Piece:
    """The bytes of one object, with {} for each object of its lists of messages; `owner` is the piece around it."""

    owner: int | None
    resume: int  # what is before it is in `parts`, or belongs to another piece
    parts: list[bytes] = field(default_factory=list)

    @property
    def raw(self) -> bytes:
        return b"".join(self.parts)


def unnested(raw: bytes, lists: Collection[bytes], children: bytes = b"children") -> list[Piece]:
    """The object itself and then every message in the lists of these names and in their lists of children, in order.

    ValueError if the brackets do not fit together; whether a piece is JSON shows when it is decoded.
    """
    pieces: list[Piece] = []
    around: list[int] = []  # the pieces that are open
    stack: list[bytes] = []
    key = b""
    position = 0
    while token := _TOKEN.search(raw, position):
        start, position, mark = token.start(), token.end(), token.group()
        if mark == b'"':
            position = _string_end(raw, position)
            key = raw[start + 1 : position - 1] if _COLON.match(raw, position) else b""
        elif mark == b"[":
            wanted = key in lists if len(around) == 1 else key == children
            stack.append(_MESSAGES if stack and stack[-1] == _MESSAGE and wanted else mark)
        elif mark == b"{":
            is_message = not stack or stack[-1] == _MESSAGES
            stack.append(_MESSAGE if is_message else mark)
            if is_message:
                if around:
                    pieces[around[-1]].parts.append(raw[pieces[around[-1]].resume : start] + b"{}")
                pieces.append(Piece(around[-1] if around else None, start))
                around.append(len(pieces) - 1)
        else:
            opened = stack.pop() if stack else b""
            if opened not in ((b"{", _MESSAGE) if mark == b"}" else (b"[", _MESSAGES)):
                raise ValueError("brackets that do not fit together")
            if opened == _MESSAGE:
                closed = pieces[around.pop()]
                closed.parts.append(raw[closed.resume : position])
                if around:
                    pieces[around[-1]].resume = position
    if stack or not pieces:
        raise ValueError("brackets that do not fit together")
    return pieces


def _string_end(raw: bytes, position: int) -> int:
    """Behind the closing quote of a string that began before `position`; the end of the bytes if there is none."""
    while position < len(raw):
        step = _STRING_STEP.match(raw, position)
        position = step.end() if step else len(raw)
        if raw[position : position + 1] == b'"':
            return position + 1
        if raw[position : position + 1] == b"\\" and position + 1 >= len(raw):
            break
    return len(raw)
