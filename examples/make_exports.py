"""Turn the conversations in ``source/`` into two chat exports, as zip files beside this script.

    python examples/make_exports.py            write chatgpt-export.zip and claude-export.zip
    python examples/make_exports.py --check    exit 1 if the zips differ from the sources

The notation of the sources is described at the top of each of them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

Json = dict[str, Any]

HERE = Path(__file__).resolve().parent
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.com/wren-and-noor")
EXPORTED = (2026, 8, 14, 9, 0, 0)
PER_SHARD = 25  # real exports have 100
EMAIL = "noor.tamsin@example.com"
UNSUPPORTED = "```\nThis block is not supported on your current device yet.\n```"
HIDDEN = {"is_visually_hidden_from_conversation": True, "is_user_system_message": True}
NULL_KEYS = """async_status context_scopes conversation_origin conversation_template_id gizmo_id
    gizmo_type is_do_not_remember is_read_only is_starred pinned_time plugin_ids sugar_item_id"""

SPEAKER = re.compile(r"^(Noor|Wren)(?: \(([^)]*)\))?:(?: (.*))?$")
KINDS = "text|thinking|recap|call|result|image|null|file|budget|instructions"
BLOCK = re.compile(rf"^@({KINDS})(?: (.*))?$")
CITE = re.compile(r"\{\{(cite|filecite|navlist)((?: \w+)+)\}\}")


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
    return json.dumps(value, separators=(",", ":")).encode("ascii")


# --- ChatGPT ------------------------------------------------------------------------------------


def ordered(value: Any, name: str = "") -> Any:
    """Sort the keys as the export does; only the nodes keep the order they were made in."""
    if isinstance(value, dict):
        keys = list(value) if name == "mapping" else sorted(value)
        return {key: ordered(value[key], key) for key in keys}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def cite(text: str) -> tuple[str, list[Json]]:
    """Replace ``{{cite turn0search0}}`` by the private-use span that the export has."""
    text = CITE.sub(lambda m: "\ue200" + "\ue202".join([m[1], *m[2].split()]) + "\ue201", text)
    return text, [
        {"matched_text": m[0], "start_idx": m.start(), "end_idx": m.end(), "alt": "", "type": "grouped_webpages"}
        for m in re.finditer("\ue200[^\ue201]*\ue201", text)
    ]


class GptChat:
    """Builds the node tree of one conversation."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.rich = "rich" in chat.options
        self.id = uid("chatgpt", chat.start.isoformat())
        self.clock = chat.start.timestamp()
        self.tail = "client-created-root" if self.rich else uid(self.id, "root")
        self.mapping: Json = {self.tail: {"id": self.tail, "message": None, "parent": None}}
        self.feedback: list[Json] = []
        if self.rich:
            empty = {"content_type": "text", "parts": [""]}
            self.tail = self.add(self.tail, "system", empty, dict(HIDDEN), weight=0.0)

    def add(self, parent: str, role: str, content: Json, metadata: Json, name: str | None = None, **more: Any) -> str:
        node = uid(self.id, len(self.mapping))
        created = round(self.clock + int(node[:4], 16) / 65536, 6)
        message: Json = {
            "author": {"role": role},
            "content": content,
            "create_time": created,
            "id": node,
            "metadata": metadata,
        }
        if self.rich:
            message["author"] |= {"name": name, "metadata": {}}
            message |= {
                "channel": None,
                "end_turn": None,
                "recipient": "all",
                "update_time": None,
                "status": "finished_successfully",
                "weight": 1.0,
            } | more
        self.mapping[node] = {"id": node, "message": message, "parent": parent}
        return node

    def content(self, parts: list[Any], direction: str) -> Json:
        if "voice" in self.chat.options:
            parts = [
                {
                    "content_type": "audio_transcription",
                    "direction": direction,
                    "text": " ".join(parts),
                    "decoding_id": None,
                }
            ]
        plain = all(isinstance(part, str) for part in parts)
        return {"content_type": "text" if plain else "multimodal_text", "parts": parts}

    def noor(self, message: Message, parent: str) -> str:
        parts: list[Any] = []
        for block in message.blocks:
            if block.kind == "instructions":
                profile, _, wishes = block.text.partition("\n---\n")
                content = {
                    "content_type": "user_editable_context",
                    "user_profile": profile,
                    "user_instructions": wishes,
                }
                parent = self.add(parent, "user", content, dict(HIDDEN), weight=0.0)
            elif block.kind == "image":
                pointer = f"sediment://file_{uid(self.id, block.arg).replace('-', '')}"
                parts.append(
                    {
                        "content_type": "image_asset_pointer",
                        "asset_pointer": pointer,
                        "width": 1536,
                        "height": 2048,
                        "size_bytes": 412_000,
                    }
                )
            else:
                parts.append(None if block.kind == "null" else block.text)
        return self.add(parent, "user", self.content(parts, "in"), {})

    def wren(self, message: Message, parent: str) -> str:
        model = next((tag for tag in message.tags if tag.startswith("gpt-")), self.chat.model)
        slug: Json = {} if "no slug" in self.chat.options else {"model_slug": model}
        content: Json
        tool = ""
        last = [block for block in message.blocks if block.kind == "text"][-1]
        for block in message.blocks:
            self.clock += 1 + len(block.text) // 60
            metadata = dict(slug)
            more: Json = {}
            if block.kind == "thinking":
                content = {
                    "content_type": "thoughts",
                    "source_analysis_msg_id": None,
                    "thoughts": [{"summary": block.arg, "content": block.text, "chunks": [], "finished": True}],
                }
            elif block.kind == "recap":
                content = {"content_type": "reasoning_recap", "content": block.arg}
            elif block.kind == "text":
                text, references = cite(block.text)
                content = self.content([text], "out")
                if references:
                    metadata["content_references"] = references
                if "cut" in message.tags:
                    metadata["finish_details"] = {"type": "max_tokens"}
                elif "continues" in message.tags:
                    metadata["is_complete"] = True
                more = {"end_turn": block is last, "channel": "final" if block is last else "commentary"}
            elif not self.rich:  # the slim export leaves out calls and results
                continue
            elif block.kind == "call":
                tool = block.arg
                content = {
                    "content_type": "code",
                    "text": block.text,
                    "response_format_name": None,
                    "language": "python" if tool == "python" else "unknown",
                }
                more = {"recipient": tool, "end_turn": False, "channel": "commentary"}
            else:
                content = {"content_type": "execution_output", "text": block.text}
                if tool == "browser":
                    content = {
                        "content_type": "tether_browsing_display",
                        "result": block.text,
                        "summary": None,
                        "assets": None,
                        "tether_id": None,
                    }
                parent = self.add(parent, "tool", content, {}, tool)
                continue
            parent = self.add(parent, "assistant", content, metadata, **more)
        for tag, rating in (("+", "thumbsUp"), ("-", "thumbsDown")):
            if tag in message.tags:
                when = datetime.fromtimestamp(int(self.clock) + 30, timezone.utc)
                self.feedback.append(
                    {
                        "id": parent,
                        "conversation_id": self.id,
                        "user_id": "user-wrenexample",
                        "rating": rating,
                        "create_time": when.strftime("%Y-%m-%dT%H:%M:%S.%f"),
                        "update_time": None,
                        "workspace_id": None,
                        "content": "{}",
                        "evaluation_name": None,
                        "evaluation_treatment": None,
                    }
                )
        return parent

    def build(self) -> Json:
        chat, before, draft = self.chat, self.tail, self.tail  # draft: what a "not kept" hangs on
        for message in chat.messages:
            human = message.speaker == "Noor"
            write = self.noor if human else self.wren
            self.clock += message.pause + (6.0 + message.length / 5 if human else 2.0)
            if "went back" in message.tags:
                write(message, before)
            elif "not kept" in message.tags:
                node = write(message, draft)
                draft = node if human else self.tail
            else:
                before, self.tail = self.tail, write(message, self.tail)
                draft = self.tail
        if self.rich:
            for node in self.mapping.values():
                node["children"] = [k for k, v in self.mapping.items() if v["parent"] == node["id"]]
        head: Json = dict.fromkeys(NULL_KEYS.split()) | {
            "blocked_urls": [],
            "conversation_id": self.id,
            "create_time": chat.start.timestamp(),
            "default_model_slug": chat.model,
            "disabled_tool_ids": [],
            "id": self.id,
            "is_archived": "archived" in chat.options,
            "is_study_mode": False,
            "memory_scope": "global_enabled",
            "moderation_results": [],
            "safe_urls": [],
            "title": None if chat.title == "~" else chat.title,
            "update_time": round(self.clock + 1, 6),
            "voice": "cove" if "voice" in chat.options else None,
        }
        if "shell" in chat.options:
            return head
        return head | {"current_node": self.tail, "mapping": self.mapping}


def chatgpt_members(chats: list[Chat]) -> dict[str, bytes]:
    built = [GptChat(chat) for chat in chats]
    talks = sorted((one.build() for one in built), key=lambda talk: -float(talk["create_time"]))
    shards = {
        f"conversations-{i // PER_SHARD:03}.json": dump(ordered(talks[i : i + PER_SHARD]))
        for i in range(0, len(talks), PER_SHARD)
    }
    manifest = {"version": 1, "logical_files": {"conversations.json": {"files": list(shards)}}}
    user = {"id": "user-wrenexample", "email": EMAIL, "chatgpt_plus_user": True}
    shared = [
        {"id": uid(one.id, "shared"), "conversation_id": one.id, "title": one.chat.title, "is_anonymous": True}
        for one in built
        if "shared" in one.chat.options
    ]
    return shards | {
        "export_manifest.json": dump(manifest),
        "user.json": dump(user),
        "user_settings.json": dump({"user_id": "user-wrenexample", "settings": {}}),
        "message_feedback.json": dump([row for one in built for row in one.feedback]),
        "shared_conversations.json": dump(shared),
    }


# --- Claude -------------------------------------------------------------------------------------


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def claude_blocks(message: Message, call: str, now: str) -> tuple[list[Json], str]:
    """The ``content`` blocks of one message, and the ``text`` that the export shows beside them."""
    blocks: list[Json] = []
    shown: list[str] = []
    for block in message.blocks:
        name, _, about = block.arg.partition(" ")
        base: Json = {"start_timestamp": now, "stop_timestamp": now, "flags": None}
        if block.kind == "text":
            base |= {"type": "text", "text": block.text, "citations": []}
        elif block.kind == "thinking":
            base |= {
                "type": "thinking",
                "thinking": block.text,
                "cut_off": False,
                "summaries": [{"summary": block.arg}],
            }
        elif block.kind == "call":
            note = {"id": "note", "command": "create", "type": "text/markdown", "title": about, "content": block.text}
            base |= {
                "type": "tool_use",
                "id": f"toolu_{call}",
                "name": name,
                "message": None,
                "input": note if name == "artifacts" else {"query": block.text},
            }
        elif block.kind == "result":
            base |= {
                "type": "tool_result",
                "tool_use_id": f"toolu_{call}",
                "name": name,
                "is_error": False,
                "content": [{"type": "text", "text": block.text}],
            }
        elif block.kind == "budget":
            base = {"type": "token_budget"}
        else:
            continue
        blocks.append(base)
        if block.kind != "budget":
            shown.append(block.text if block.kind in ("text", "thinking") else UNSUPPORTED)
    return blocks, "\n\n".join(shown)


def claude_chat(chat: Chat) -> Json:
    ident = uid("claude", chat.start.isoformat())
    now = chat.start
    tail: str | None = None
    draft: str | None = None
    rows: list[Json] = []
    for number, message in enumerate(chat.messages):
        own = uid(ident, number)
        human = message.speaker == "Noor"
        if human:  # the answer carries the time of its question
            now += timedelta(seconds=message.pause + 20 + message.length // 5)
        content, text = claude_blocks(message, uid(own, "call"), stamp(now))
        rows.append(
            {
                "uuid": own,
                "text": text,
                "content": [] if "bare" in chat.options else content,
                "sender": "human" if human else "assistant",
                "created_at": stamp(now),
                "updated_at": stamp(now),
                "attachments": [
                    {
                        "file_name": b.arg,
                        "file_type": b.arg.rpartition(".")[2],
                        "file_size": len(b.text.encode()),
                        "extracted_content": b.text,
                    }
                    for b in message.blocks
                    if b.kind == "file"
                ],
                "files": [
                    {"file_name": b.arg, "file_uuid": uid(own, b.arg)} for b in message.blocks if b.kind == "image"
                ],
            }
        )
        if "flat" not in chat.options:
            rows[-1]["parent_message_uuid"] = draft
        tail = tail if "not kept" in message.tags else own
        draft = own if human else tail
    return {
        "uuid": ident,
        "name": "" if chat.title == "-" else chat.title,
        "summary": "",
        "created_at": stamp(chat.start),
        "updated_at": stamp(now),
        "account": {"uuid": uid("account")},
        "chat_messages": rows,
    }


def claude_members(chats: list[Chat]) -> dict[str, bytes]:
    """Chats, and the sections ``@memory``, ``@project NAME`` and ``@doc NAME`` of the source."""
    memory: list[Json] = []
    projects: list[Json] = []
    for chat in chats:
        kind, _, name = chat.title.partition(" ")
        made, text = stamp(chat.start), chat.preface.text
        if kind == "@memory":
            memory.append({"account_uuid": uid("account"), "conversations_memory": text, "project_memories": {}})
        elif kind == "@project":
            projects.append(
                {
                    "uuid": uid("project", name),
                    "name": name,
                    "description": "",
                    "is_private": True,
                    "prompt_template": text,
                    "docs": [],
                    "creator": {"uuid": uid("account"), "full_name": "Noor Tamsin"},
                    "created_at": made,
                    "updated_at": made,
                }
            )
        elif kind == "@doc":
            projects[-1]["docs"].append(
                {"uuid": uid("doc", name), "filename": name, "content": text, "created_at": made}
            )
    talks = [claude_chat(chat) for chat in chats if not chat.title.startswith("@")]
    users = [{"uuid": uid("account"), "full_name": "Noor Tamsin", "email_address": EMAIL}]
    return {"conversations.json": dump(talks), "users.json": dump(users), "memories.json": dump(memory)} | {
        f"projects/{project['uuid']}.json": dump(project) for project in projects
    }


# --- Zip files ----------------------------------------------------------------------------------


def write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, EXPORTED)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def read_zip(path: Path) -> dict[str, bytes]:
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the example exports from source/.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check: bool = parser.parse_args().check
    exports = {
        "chatgpt-export.zip": chatgpt_members(parse(HERE / "source" / "chatgpt.md")),
        "claude-export.zip": claude_members(parse(HERE / "source" / "claude.md")),
    }
    stale = 0
    for name, members in exports.items():
        if not check:
            write_zip(HERE / name, members)
            print(f"{name}: {len(members)} members")
        elif read_zip(HERE / name) != members:
            stale = 1
            print(f"{name}: differs from the sources; run examples/make_exports.py")
    return stale


if __name__ == "__main__":
    sys.exit(main())
