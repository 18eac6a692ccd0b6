"""The notation of source/*.md, read: chats of messages of blocks. It is described at the top of each source."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

Json = dict[str, Any]

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.com/wren-and-noor")
EMAIL = "noor.tamsin@example.com"

SPEAKER = re.compile(r"^(Noor|Wren)(?: \(([^)]*)\))?:(?: (.*))?$")
KINDS = "text|thinking|recap|call|result|image|null|file|budget|instructions"
BLOCK = re.compile(rf"^@({KINDS})(?: (.*))?$")


@dataclass
class Block:
    kind: str
    arg: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


@dataclass
class Message:
    speaker: str
    tags: list[str]
    blocks: list[Block]

    @property
    def length(self) -> int:
        return sum(len(block.text) for block in self.blocks)

    @property
    def pause(self) -> float:
        """Seconds asked for by a tag such as ``after 2h``."""
        for tag in self.tags:
            if found := re.fullmatch(r"after (\d+)([mhd])", tag):
                return int(found[1]) * {"m": 60.0, "h": 3600.0, "d": 86400.0}[found[2]]
        return 0.0


@dataclass
class Chat:
    title: str
    start: datetime
    model: str
    options: set[str]
    messages: list[Message] = field(default_factory=list)
    preface: Block = field(default_factory=lambda: Block("text"))


def uid(*names: object) -> str:
    return str(uuid.uuid5(NAMESPACE, "/".join(map(str, names))))


def split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def parse(path: Path) -> list[Chat]:
    """Read one source file; what stands before the first ``===`` line is explanation."""
    chats: list[Chat] = []
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("=== "):
            cells = [cell.strip() for cell in line[4:].split("|")] + ["", ""]
            start = datetime.strptime(cells[1], "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc)
            chats.append(Chat(cells[0], start, cells[2], set(split(cells[3]))))
            lines = chats[-1].preface.lines
        elif chats and (found := SPEAKER.match(line)):
            first = Block("text", "", [found[3] or ""])
            chats[-1].messages.append(Message(found[1], split(found[2] or ""), [first]))
            lines = first.lines
        elif chats and chats[-1].messages and (found := BLOCK.match(line)):
            chats[-1].messages[-1].blocks.append(Block(found[1], found[2] or ""))
            lines = chats[-1].messages[-1].blocks[-1].lines
        else:
            lines.append(line)
    for message in (message for chat in chats for message in chat.messages):
        message.blocks = [b for b in message.blocks if b.kind != "text" or b.text]
    return chats


def dump(value: Any) -> bytes:
    """One minified line, ASCII-escaped, as the services write it."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")
