"""Chats in the shape of ChatGPT's data export: slim nodes of 2026, and older ones with all their fields."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from notation import EMAIL, Chat, Json, Message, dump, uid

PER_SHARD = 25  # real exports have 100
HIDDEN = {"is_visually_hidden_from_conversation": True, "is_user_system_message": True}
NULL_KEYS = """async_status context_scopes conversation_origin conversation_template_id gizmo_id
    gizmo_type is_do_not_remember is_read_only is_starred pinned_time plugin_ids sugar_item_id"""
CITE = re.compile(r"\{\{(cite|filecite|navlist)((?: \w+)+)\}\}")


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
