"""What the filter can do, for --list-rules: the rules in their order, and every phrase of every pack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from presets import PACKS

_CONTEXT = {
    "need": "only in certain company",
    "veto": "not where it is meant literally",
    "earned_by": "not where it answers something",
}


def rule_lines(chosen: Sequence[str]) -> list[str]:
    """One line a phrase below its pack, with what it does, where and to whom; `chosen` packs are marked as on."""
    lines = []
    for pack, entries in PACKS.items():
        lines.append(f"{pack} ({'on' if pack in chosen else 'off; --packs ' + pack})")
        for entry in entries:
            lines.append(f"  {entry['name']}: {'; '.join(_properties(entry))}")
            lines.append(f"      {entry['pattern']}")
        lines.append("")
    return lines[:-1]


def _properties(entry: dict[str, Any]) -> list[str]:
    """What happens, then the conditions, in words."""
    properties = [entry.get("action", "drop")]
    if entry.get("role", "any") != "any":
        properties.append("the voice only" if entry["role"] == "assistant" else "the other side only")
    if entry.get("position", "anywhere") != "anywhere":
        properties.append(f"at the {entry['position']}")
    if entry.get("least", 1) > 1:
        kind = "different hits" if entry.get("distinct") else "hits"
        properties.append(f"from {entry['least']} {kind} in {entry.get('per_words', 'any number of')} words")
    return properties + [text for field, text in _CONTEXT.items() if field in entry]
