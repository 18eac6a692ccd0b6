"""Files that come with an export and hold no conversations, known by their keys: what each is, and what to give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from identity.formats.csv_rows import columns_of
from identity.formats.peek import Peek

_CLAUDE = "give the zip with the conversations (conversations-000.zip, data-….zip) or its conversations.json"
_CHATGPT = "give the export's zip, or its conversations.json or conversations-000.json …"


@dataclass(frozen=True)
class SideFile:
    """A known file without conversations."""

    what: str
    instead: str
    matches: Callable[[Peek], bool]


SIDE_FILES = (
    SideFile("Claude's memories", _CLAUDE, lambda peek: peek.has("conversations_memory")),
    SideFile("Claude's project settings", _CLAUDE, lambda peek: peek.has("prompt_template") and peek.has("docs")),
    SideFile(
        "Claude's design chats",
        _CLAUDE,
        lambda peek: peek.has("messages") and peek.has("project") and not peek.has("chat_messages"),
    ),
    SideFile("a list of users", _CLAUDE, lambda peek: peek.has("email_address") and peek.has("full_name")),
    SideFile(
        "Claude's manifest of download links",
        "download the zips that it lists and give those",
        lambda peek: peek.kind == "json" and "http" in peek.prefix and ".zip" in peek.prefix and _has_links(peek),
    ),
    SideFile("ChatGPT's list of the parts of an export", _CHATGPT, lambda peek: peek.has("logical_files")),
    SideFile("ChatGPT's account data", _CHATGPT, lambda peek: peek.has("email") and peek.has("chatgpt_plus_user")),
    SideFile(
        "ChatGPT's message feedback",
        _CHATGPT + "; feedback beside it is read along",
        lambda peek: peek.has("rating") and peek.has("conversation_id") and not peek.has("messages"),
    ),
    SideFile(
        "ChatGPT's list of shared links",
        _CHATGPT,
        lambda peek: peek.has("is_anonymous") and peek.has("conversation_id") and not peek.has("mapping"),
    ),
    SideFile(
        "the settings of a Jan thread",
        "give the folder threads, or the messages.jsonl beside it; this file beside it is read along",
        lambda peek: peek.has("object") and peek.has("assistants") and not peek.has("messages"),
    ),
    SideFile(
        "Open WebUI's feedback",
        "give the exported chats; their thumbs are in them",
        lambda peek: peek.has("data", "rating") and peek.has("meta", "chat_id"),
    ),
    SideFile(
        "the prompts of Copilot's Windows app without their answers",
        "give copilot-activity-history.csv or copilot-chat-activity.csv of the same export",
        lambda peek: columns_of(peek) >= {"timestamp", "clientapp", "prompt"},
    ),
    SideFile(
        "the settings of a LoRA adapter",
        "the parser reads chat exports; try an adapter with text_lora_train.py --try FOLDER",
        lambda peek: peek.has("peft_type"),
    ),
)


def _has_links(peek: Peek) -> bool:
    """A manifest: objects with links to files and no messages anywhere."""
    names = {key for path in peek.keys for key in path}
    return bool(names & {"url", "download_url", "href", "urls"}) and not names & {
        "messages",
        "chat_messages",
        "mapping",
        "role",
        "from",
        "instruction",
        "prompt",
    }


def side_file(peek: Peek) -> SideFile | None:
    """The known side file that this is, if any."""
    return next((known for known in SIDE_FILES if known.matches(peek)), None)
