"""LM Studio's conversation files (2024 to 2026), ~/.lmstudio/conversations/**/<milliseconds>.conversation.json.

    {"name": "Bees", "createdAt": 1730000000000, "systemPrompt": "", "messages": [
      {"currentlySelected": 0, "versions": [{"type": "singleStep", "role": "user",
        "content": [{"type": "text", "text": "Bees?"}]}]},
      {"currentlySelected": 0, "versions": [{"type": "multiStep", "role": "assistant", "steps": [
        {"type": "contentBlock", "style": {"type": "thinking"}, "content": [{"type": "text", "text": "hm"}]},
        {"type": "contentBlock", "content": [{"type": "text", "text": "Buzz."}], "genInfo": {"identifier": "ll"}}]}]}],
     "perChatPredictionConfig": {"fields": [{"key": "llm.prediction.systemPrompt", "value": "Be short."}]}}

There is no id inside; the moment of creation, in milliseconds, is one. Versions are regenerations of that turn only:
all that comes later followed the selected one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from identity.formats.cleaning import clean_reply, clean_typed
from identity.formats.fields import list_at, name_of, object_at, text_at
from identity.formats.format import Format, Options, Reading
from identity.formats.nodes import (
    DAMAGED_MESSAGE,
    EMPTY,
    MEDIA_ONLY,
    OTHER_BRANCH,
    SUPERSEDED,
    SYSTEM,
    THINKING,
    TOOL,
    UNKNOWN_ROLE,
    Node,
    Thread,
)
from identity.formats.peek import Peek
from identity.formats.times import epoch_seconds
from identity.formats.tree import linearize
from identity.formats.values import objects, read_each
from identity.records import Alternative
from identity.rows import ROLE_NAMES, TOOL_NAMES
from identity.sources import Document

_SYSTEM_FIELD = "llm.prediction.systemPrompt"
_INTERRUPTED = {"userStopped", "modelUnloaded", "failed", "maxPredictedTokensReached", "contextLengthReached"}


def matches(peek: Peek) -> bool:
    return peek.has("messages", "[]", "versions") and peek.has("messages", "[]", "currentlySelected")


def read(document: Document, options: Options) -> Iterator[Reading]:
    """The conversation of a file; several, where somebody put them into an array."""
    return read_each(objects(document), lambda value: linearize(thread_of(value, options), options))


def thread_of(value: dict[str, Any], options: Options) -> Thread:
    """The turns in their order, each as the version of it that was selected."""
    moments = [epoch_seconds(value.get(key)) for key in ("userLastMessagedAt", "assistantLastMessagedAt")]
    thread = Thread(
        source=FORMAT.name,
        id=name_of(value.get("createdAt")) or "",
        title=clean_typed(text_at(value, "name")),
        created=epoch_seconds(value.get("createdAt")),
        updated=max((moment for moment in moments if moment), default=None),
    )
    before: str | None = None
    if system := _system_prompt(value):
        before = "system"
        thread.add(Node(before, None, "system", clean_typed(system), None if options.keep_system else SYSTEM))
    for position, message in enumerate(list_at(value, "messages"), start=1):
        node = _node(message, f"m{position}", options, thread)
        node.parent = before
        thread.add(node)
        before = thread.leaf = node.id
    return thread


def _system_prompt(value: dict[str, Any]) -> str:
    """The prompt that was in force: that of the chat's own settings, else the older field."""
    for entry in list_at(object_at(value, "perChatPredictionConfig"), "fields"):
        if isinstance(entry, dict) and entry.get("key") == _SYSTEM_FIELD and text_at(entry, "value").strip():
            return text_at(entry, "value")
    return text_at(value, "systemPrompt")


def _node(message: Any, name: str, options: Options, thread: Thread) -> Node:
    versions = list_at(message, "versions") if isinstance(message, dict) else []
    selected = _selected(message, versions)
    if not isinstance(selected, dict):
        return Node(name, None, "user", left_out=DAMAGED_MESSAGE)
    speaker = text_at(selected, "role").lower()
    role = ROLE_NAMES.get(speaker)
    if role is None:
        is_tool = speaker in TOOL_NAMES
        return Node(name, None, "assistant" if is_tool else "user", left_out=TOOL if is_tool else UNKNOWN_ROLE)
    others = [version for version in versions if version is not selected]
    node = Node(name, None, role, _text(selected))
    if role == "assistant":
        node.model = _model(selected)
        node.is_cut_off = _is_interrupted(selected)
        for version in others:
            if isinstance(version, dict) and not _is_interrupted(version) and (text := _text(version).strip()):
                node.alternatives.append(Alternative(content=text, model=_model(version)))
            else:
                thread.drop(OTHER_BRANCH if isinstance(version, dict) else DAMAGED_MESSAGE)
    else:
        for _ in others:
            thread.drop(SUPERSEDED)
        node.left_out = SYSTEM if role == "system" and not options.keep_system else None
    if not node.text.strip():
        node.left_out = _reason(selected)
    return node


def _selected(message: Any, versions: list[Any]) -> Any:
    """The version that was on the screen; the last one where the file does not say."""
    if not versions:
        return None
    index = message.get("currentlySelected")
    return versions[index] if isinstance(index, int) and 0 <= index < len(versions) else versions[-1]


def _blocks(version: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a version that hold content: its steps, or itself if it has none."""
    if version.get("type") == "multiStep" or list_at(version, "steps"):
        return [step for step in list_at(version, "steps") if isinstance(step, dict)]
    return [version]


def _is_thinking(block: dict[str, Any]) -> bool:
    return text_at(object_at(block, "style"), "type") == "thinking"


def _parts(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in list_at(block, "content") if isinstance(part, dict)]


def _text(version: dict[str, Any]) -> str:
    """The words of a version without its thinking and what its tools said."""
    spoken: list[str] = []
    for block in _blocks(version):
        if _is_thinking(block) or text_at(block, "roleOverride").lower() in TOOL_NAMES:
            continue
        words = "".join(text_at(part, "text") for part in _parts(block) if part.get("type") == "text")
        if words.strip():
            spoken.append(words)
    text = "\n\n".join(spoken)
    return clean_reply(text) if text_at(version, "role").lower() == "assistant" else clean_typed(text)


def _model(version: dict[str, Any]) -> str | None:
    for block in _blocks(version):
        if identifier := text_at(object_at(block, "genInfo"), "identifier", "indexedModelIdentifier"):
            return identifier
    return text_at(object_at(version, "senderInfo"), "senderName") or None


def _is_interrupted(version: dict[str, Any]) -> bool:
    """True if the last piece of a reply ended for another reason than that the model was done."""
    reasons = [text_at(object_at(object_at(block, "genInfo"), "stats"), "stopReason") for block in _blocks(version)]
    return next((reason for reason in reversed(reasons) if reason), "") in _INTERRUPTED


def _reason(version: dict[str, Any]) -> str:
    """Why a version without words has none."""
    blocks = _blocks(version)
    kinds = {text_at(part, "type") for block in blocks for part in _parts(block)}
    kinds |= {text_at(block, "type") for block in blocks}
    if kinds & {"toolCallRequest", "toolCallResult", "toolStatus"}:
        return TOOL
    if any(_is_thinking(block) or any(text_at(part, "text").strip() for part in _parts(block)) for block in blocks):
        return THINKING
    return MEDIA_ONLY if kinds & {"file", "image"} else EMPTY


FORMAT = Format(
    name="lmstudio",
    label="LM Studio conversation",
    how_to_export="LM Studio: give the folder .lmstudio/conversations of your home (older: .cache/lm-studio)",
    shape_age="2024 to November 2026",
    matches=matches,
    read=read,
)
