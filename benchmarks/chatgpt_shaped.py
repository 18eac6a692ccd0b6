"""A ChatGPT-shaped export of any size, for benchmarks: `python benchmarks/chatgpt_shaped.py 300 conversations.json`.

The shape is that of the exports of early 2026: one line, keys in order, escaped to ASCII, nodes with children, hidden
system nodes, tool calls and results, regenerations, edits, commentary before a final answer, citations with their
references, pictures, curly quotes, dashes and emoji. Rates as counted on real accounts: nearly 2 KB a node, a quarter
of the nodes of tools, forks in every fifth conversation, tools and citations in some conversations only. The text is
drawn from a word list by Zipf's law and means nothing. Equal arguments give equal bytes.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

POOL = 400  # distinct conversations; further ones repeat their text under other ids (more than a zip's window apart)
MARK = "@@@@@@@@"  # in every id; replaced by the number of the conversation

SYLLABLES = re.findall(r"\w+", "ra mi to len sha ver ko du fin gar el ost ban ti pre sol um wek ing er ed ly al ous")
COMMON = re.findall(
    r"\w+",
    "the and to of a I you it in that is was for on but with my not so we at this be have as what if or do me just "
    "your like are they can when there about up one would out all then how some know think more no time from had go ",
)
ORNAMENTS = ("’s", "—", "“quite”", "…", "é", "ü", "🌧️", "💛")


def words(random_source: random.Random) -> list[str]:
    """20,000 words, the common ones first."""
    made = dict.fromkeys(COMMON)
    while len(made) < 20_000:
        made["".join(random_source.choices(SYLLABLES, k=random_source.randint(2, 4)))] = None
    return list(made)


class Writer:
    """Text and conversations from one source of chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.words = words(self.random)
        weights = [1 / (rank + 2) for rank in range(len(self.words))]
        self.stock = self.random.choices(self.words, weights, k=400_000)
        self.position = 0

    def sentence(self) -> str:
        count = self.random.randint(4, 18)
        self.position = (self.position + count) % (len(self.stock) - 20)
        taken = self.stock[self.position : self.position + count]
        if self.random.random() < 0.2:
            taken[self.random.randrange(count)] += self.random.choice(ORNAMENTS)
        return " ".join(taken).capitalize() + self.random.choice((".", ".", ".", "?", "!"))

    def text(self, median: int, plain: bool = False) -> str:
        """Paragraphs of a lognormal length; replies have some Markdown."""
        length = int(self.random.lognormvariate(0, 0.9) * median)
        pieces: list[str] = []
        size = 0
        while size < length or not pieces:
            paragraph = " ".join(self.sentence() for _ in range(self.random.randint(1, 5)))
            chance = self.random.random()
            if not plain and chance < 0.1:
                paragraph = "\n".join(f"- **{self.random.choice(self.words)}**: {self.sentence()}" for _ in range(3))
            elif not plain and chance < 0.12:
                paragraph = f"```python\nfor {self.random.choice(self.words)} in range(3):\n    print(1)\n```"
            pieces.append(paragraph)
            size += len(paragraph)
        return "\n\n".join(pieces)

    def conversation(self, number: int) -> Json:
        made = _Conversation(self, number)
        return made.build()


class _Conversation:
    def __init__(self, writer: Writer, number: int) -> None:
        self.writer, self.random = writer, writer.random
        self.id = f"{MARK}-{number:04x}-4000-8000-000000000000"
        self.clock = 1_700_000_000.0 + number * 9_000
        self.mapping: Json = {}
        self.count = 0
        self.model = self.random.choice(("gpt-4o", "gpt-4o", "gpt-5", "gpt-5-thinking"))
        self.searches = self.random.random() < 0.3

    def add(self, parent: str | None, role: str, content: Json | None, metadata: Json, **fields: Any) -> str:
        name = f"{MARK}-{self.count:04x}-4000-9000-{self.random.getrandbits(48):012x}"
        self.count += 1
        self.clock += self.random.uniform(2, 90)
        message: Json | None = None
        if content is not None:
            message = {
                "author": {"metadata": {}, "name": None, "role": role},
                "channel": None,
                "content": content,
                "create_time": round(self.clock, 6),
                "end_turn": role == "assistant" or None,
                "id": name,
                "metadata": metadata,
                "recipient": "all",
                "status": "finished_successfully",
                "update_time": None,
                "weight": 1.0,
            } | fields
        self.mapping[name] = {"children": [], "id": name, "message": message, "parent": parent}
        if parent is not None:
            self.mapping[parent]["children"].append(name)
        return name

    def asked(self, parent: str) -> str:
        content: Json = {"content_type": "text", "parts": [self.writer.text(150, plain=True)]}
        if self.random.random() < 0.05:
            pointer = {
                "asset_pointer": "sediment://file_00",
                "content_type": "image_asset_pointer",
                "fovea": None,
                "height": 1024,
                "metadata": {"dalle": None, "sanitized": True},
                "size_bytes": 400_000,
                "width": 768,
            }
            content = {"content_type": "multimodal_text", "parts": [pointer, *content["parts"]]}
        metadata: Json = {
            "message_source": None,
            "request_id": f"{self.random.getrandbits(64):016x}-LHR",
            "selected_github_repos": [],
            "selected_sources": [],
            "serialization_metadata": {"custom_symbol_offsets": []},
            "timestamp_": "absolute",
        }
        return self.add(parent, "user", content, metadata, end_turn=None)

    def answered(self, parent: str) -> str:
        is_searched = self.searches and self.random.random() < 0.6
        if is_searched:
            parent = self.searched(parent)
        text = self.writer.text(960)
        metadata = self.reply_metadata(parent)
        if is_searched:
            text, metadata["content_references"] = self.cited(text)
        content = {"content_type": "text", "parts": [text]}
        return self.add(parent, "assistant", content, metadata, channel="final")

    def searched(self, parent: str) -> str:
        said = {"content_type": "text", "parts": [self.writer.sentence()]}
        metadata = self.reply_metadata(parent)
        parent = self.add(parent, "assistant", said, metadata, channel="commentary", end_turn=False)
        for _ in range(self.random.randint(1, 3)):
            call = {
                "content_type": "code",
                "language": "unknown",
                "response_format_name": None,
                "text": 'search("rain")',
            }
            parent = self.add(parent, "assistant", call, metadata, recipient="web", end_turn=False)
            found = {"content_type": "execution_output", "text": self.writer.text(900, plain=True)}
            author = {"metadata": {}, "name": "web", "role": "tool"}
            parent = self.add(parent, "tool", found, {"model_slug": self.model}, author=author)
        return parent

    def reply_metadata(self, parent: str) -> Json:
        return {
            "can_save": True,
            "citations": [],
            "content_references": [],
            "default_model_slug": self.model,
            "finish_details": {"stop_tokens": [200002], "type": "stop"},
            "is_complete": True,
            "message_type": "next",
            "model_slug": self.model,
            "parent_id": parent,
            "request_id": f"{self.random.getrandbits(64):016x}-LHR",
            "thinking_effort": None,
            "timestamp_": "absolute",
            "turn_exchange_id": f"{self.random.getrandbits(64):016x}",
        }

    def cited(self, text: str) -> tuple[str, list[Json]]:
        span = "\ue200cite\ue202turn0search3\ue202turn0search7\ue201"
        head, _, tail = text.partition(". ")
        reference = {
            "alt": "([example.org](https://example.org/rain))",
            "end_idx": len(head) + 1 + len(span),
            "items": [self.found_page() for _ in range(4)],
            "matched_text": span,
            "start_idx": len(head) + 1,
            "type": "grouped_webpages",
        }
        return f"{head} {span}. {tail}", [reference]

    def found_page(self) -> Json:
        return {
            "attribution": "example.org",
            "pub_date": None,
            "snippet": self.writer.text(200, plain=True),
            "title": self.writer.sentence(),
            "url": "https://example.org/rain/falling/softly?utm_source=chatgpt.com",
        }

    def build(self) -> Json:
        root = self.add(None, "", None, {})
        hidden = {"content_type": "user_editable_context", "user_instructions": "Be kind.", "user_profile": "I sail."}
        at = self.add(root, "user", hidden, {"is_visually_hidden_from_conversation": True}, weight=0.0)
        for _ in range(max(1, int(self.random.lognormvariate(2.0, 0.7)))):
            if self.random.random() < 0.008:
                self.asked(at)  # edited before it was answered
            question = self.asked(at)
            if self.random.random() < 0.015:
                self.answered(question)  # regenerated
            at = self.answered(question)
        head: Json = dict.fromkeys(("async_status", "conversation_origin", "gizmo_id", "is_starred", "voice"))
        return head | {
            "conversation_id": self.id,
            "create_time": 1_700_000_000.0,
            "current_node": at,
            "default_model_slug": self.model,
            "disabled_tool_ids": [],
            "id": self.id,
            "is_archived": False,
            "mapping": self.mapping,
            "moderation_results": [],
            "safe_urls": [],
            "title": " ".join(self.writer.random.choices(self.writer.words[:400], k=4)).title(),
            "update_time": round(self.clock, 6),
        }


def conversations(seed: int = 11) -> Iterator[bytes]:
    """Conversations as JSON bytes without end, every one with ids of its own."""
    writer = Writer(seed)
    pool = [json.dumps(writer.conversation(number)).encode() for number in range(POOL)]
    for number in itertools.count():
        yield pool[number % POOL].replace(MARK.encode(), f"{number:08x}".encode())


def write_export(path: Path, megabytes: float) -> int:
    """Write an export of at least so many MB (10^6 bytes); returns the number of conversations."""
    size = count = 0
    with path.open("wb") as file:
        file.write(b"[")
        for conversation in conversations():
            size += file.write(b", " * bool(count) + conversation)
            count += 1
            if size >= megabytes * 1e6:
                break
        file.write(b"]\n")
    return count


def main(argv: Sequence[str] | None = None) -> int:
    size, path = (argv or sys.argv[1:])[:2]
    print(f"{write_export(Path(path), float(size)):,} conversations written to {path}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
