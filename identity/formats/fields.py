"""Careful getters: exports hold null, numbers and objects where text belongs, and one wrong field costs itself only."""

from __future__ import annotations

from typing import Any


def text_at(value: dict[str, Any], *keys: str) -> str:
    """The first of the keys that holds a string which is not empty; "" if none does."""
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found:
            return found
    return ""


def object_at(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under a key, an empty one if there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def list_at(value: dict[str, Any], key: str) -> list[Any]:
    """The list under a key, an empty one if there is none."""
    found = value.get(key)
    return found if isinstance(found, list) else []


def name_of(value: Any) -> str | None:
    """An id as text: strings and whole numbers are ids; None for anything else."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
