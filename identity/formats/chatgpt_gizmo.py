"""Which project a ChatGPT conversation is in and which custom GPT answered: all that an export tells is their ids."""

from __future__ import annotations

from typing import Any

from identity.formats.fields import text_at


def project_and_gpt(value: dict[str, Any]) -> tuple[str | None, str | None]:
    """`g-p-…` is a project, any other `g-…` a custom GPT. Some ages have the id only in conversation_template_id."""
    ids = [text_at(value, "gizmo_id"), text_at(value, "conversation_template_id")]
    projects = [name for name in ids if name.startswith("g-p-")]
    gpts = [name for name in ids if name.startswith("g-") and name not in projects]
    return next(iter(projects), None), next(iter(gpts), None)
