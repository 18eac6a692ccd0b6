"""Hostile variants of real-shaped files, for fuzzing: JSON that is nearly of a sample's shape, and damaged bytes.

`shaped_like` is a hypothesis strategy made from a sample: its values with parts left out, doubled, of another type, in
another order or nested. `damaged` works on the bytes of a file of any kind: flip, cut, splice, nest, repeat.
"""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import strategies as st

# What stands in real and in hostile files where something else belongs.
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e308, 2**70, "", " ", "\x00", "\x1b[31m", "\u202e", "[bold]", "<script>"),
    *("\ud83d", "\ue200cite\ue202turn0search0", "```", "<think>", "{{user}}", "2026-13-45T99:99:99Z", "9" * 30),
    *([], {}, [[]], [None], [{}], {"": None}, {"text": 1}, [["a"], ["b"]], {"role": "user", "content": "x"}),
)
ODD_BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\x80",
)
NESTING = 200  # levels that "nest" wraps something in; beyond what any format has, far below what a file could hold


@st.composite
def shaped_like(draw: st.DrawFn, sample: Any) -> Any:
    """A value with the sample's shape in most places. Small on purpose: hypothesis chooses where it differs."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    return _varied(sample, chance, draw(st.sampled_from((0.01, 0.05, 0.2))))


def _varied(value: Any, chance: random.Random, rate: float) -> Any:
    if chance.random() < rate:
        return _replaced(value, chance)
    if isinstance(value, dict):
        items = [(key, _varied(item, chance, rate)) for key, item in value.items() if chance.random() > rate / 2]
        if chance.random() < rate:
            chance.shuffle(items)
        if items and chance.random() < rate:  # a value under another key
            items.append((chance.choice(items)[0], chance.choice(items)[1]))
        return dict(items)
    if isinstance(value, list):
        entries = [_varied(item, chance, rate) for item in value if chance.random() > rate / 2]
        if entries and chance.random() < rate:  # doubled, or out of order
            entries.insert(chance.randrange(len(entries) + 1), chance.choice(entries))
        if chance.random() < rate:
            chance.shuffle(entries)
        return entries
    return value


def _replaced(value: Any, chance: random.Random) -> Any:
    way = chance.randrange(6)
    if way == 0:
        return [value]
    if way == 1:
        return {"content": value}
    if way == 2 and isinstance(value, str):
        return value * chance.choice((2, 50))
    if way == 3:
        for _ in range(chance.choice((3, NESTING))):
            value = [value] if chance.random() < 0.5 else {"a": value}
        return value
    return chance.choice(ODD_VALUES)


def as_json(value: Any, chance: random.Random) -> bytes:
    """JSON text in one of the forms that files have: one line, indented, escaped or not, as lines, with a mark."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, None, 1)))
    raw = text.encode("utf-8", "surrogatepass")
    if isinstance(value, list) and chance.random() < 0.2:
        lines = [json.dumps(entry, ensure_ascii=True).encode() for entry in value]
        raw = b"\n".join(lines)
    return chance.choice((b"", b"", b"", b"\xef\xbb\xbf")) + raw


def damaged(raw: bytes, other: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four mutations; `other` is a second sample to splice from."""
    for _ in range(chance.randint(1, 4)):
        raw = _damaged_once(raw, other, chance)
    return raw


def _damaged_once(raw: bytes, other: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    to = min(len(raw), at + chance.choice((1, 1, 4, 40, 400)))
    way = chance.choice(("flip", "cut", "remove", "insert", "splice", "repeat", "nest", "swap", "recode"))
    if way == "flip" and at < len(raw):
        return raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :]
    if way == "cut":
        return raw[:at]
    if way == "remove":
        return raw[:at] + raw[to:]
    if way == "insert":
        return raw[:at] + chance.choice(ODD_BYTES) * chance.choice((1, 1, 3, 300)) + raw[at:]
    if way == "splice":
        start = chance.randrange(len(other) + 1)
        return raw[:at] + other[start : start + chance.choice((10, 200, 3000))] + raw[at:]
    if way == "repeat":
        return raw[:to] + raw[at:to] * chance.choice((1, 20)) + raw[to:]
    if way == "nest":
        opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<p>", b"</p>")))
        return raw[:at] + opening * NESTING + raw[at:to] + closing * chance.choice((0, NESTING)) + raw[to:]
    if way == "swap":
        middle = (at + to) // 2
        return raw[:at] + raw[middle:to] + raw[at:middle] + raw[to:]
    if way == "recode":
        return raw.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-8-sig", "latin-1")), "replace")
    return raw
