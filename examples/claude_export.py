"""Chats in the shape of Claude's data export of 2026."""

from __future__ import annotations

from datetime import datetime, timedelta

from notation import EMAIL, Chat, Json, Message, dump, uid

UNSUPPORTED = "```\nThis block is not supported on your current device yet.\n```"


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
