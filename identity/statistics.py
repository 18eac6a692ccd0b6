"""What is in a set of conversations, in numbers. `show` in statistics_view.py prints them; this is --stats-json:

    {"written_by": "conversation_parser.py", "version": 1,
     "conversations": 3,                                  with --branches all every path counts
     "messages": {"user": 4, "assistant": 4},             by role
     "estimated_tokens": {"user": 20, "assistant": 61},   by role
     "dates": {"first": "2026-01-02T03:04:05Z", "last": "2026-01-09T…"},     of messages; null where nothing is dated
     "sources": [{"source": "chatgpt", "conversations": 3, "messages": 8, "first": "2026-…", "last": "2026-…"}],
     "months": {"2026-01": 8}, "messages_without_date": 0,
     "models": {"gpt-4o": 3, "unknown": 1},               replies by model
     "projects": {"Garden": 1}, "conversations_without_project": 2,
     "gpts": {"g-abc": 1}, "conversations_without_gpt": 2,
     "languages": {"looked_at": 3, "conversations": {"en": 2}, "too_short_to_tell": 1},    null: eld is not installed
     "alternatives": 1, "rated": 0, "context_only": 0,    other answers kept; replies with a thumb; replies of weight 0
     "account": {
       "conversations": {"read": 4, "kept": 3, "left_out": {"no messages": 1}},
       "messages": {"read": 9, "kept": 8, "left_out": {"thinking": 1}, "repeated": 0},
       "files": {"read": 1, "skipped": {"system file": 1}}}}

The sums add up: `sources` to `conversations` and `messages`; `months` with `messages_without_date` to `messages`;
`models` to the assistant's messages; `projects` and `gpts` with those without to `conversations`; `languages` to
`looked_at` (of very many conversations every so manyth); in `account` kept and left out to read, and the messages kept
and repeated to `messages`. There is no text and no title in it, but there are the names of projects.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from identity.importing import Account, Collection
from identity.records import Conversation

# Scripts whose characters are about one token each; other text is about four characters a token. That is the rule
# of thumb for byte-pair vocabularies of 32,000 to 150,000 entries, good to about a fifth either way.
_DENSE = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_DATED = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-")
CHARACTERS_PER_TOKEN = 4
LANGUAGES_OF = 500  # conversations whose language is looked at for the statistics; takes about half a second


def estimated_tokens(text: str) -> int:
    """Tokens of a text without a tokenizer: one per CJK, Hangul or Thai character, one per 4 others, rounded up."""
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    return dense + -(-(len(text) - dense) // CHARACTERS_PER_TOKEN)


@dataclass
class Share:
    """What one source gave."""

    conversations: int = 0
    messages: int = 0
    first: str | None = None
    last: str | None = None

    def extend(self, moment: str) -> None:
        """Let the dates reach as far as this one."""
        self.first = min(self.first or moment, moment)
        self.last = max(self.last or moment, moment)


@dataclass
class Statistics:
    """Totals over conversations."""

    conversations: int = 0
    messages: Counter[str] = field(default_factory=Counter)  # by role
    tokens: Counter[str] = field(default_factory=Counter)  # by role, estimated
    sources: dict[str, Share] = field(default_factory=dict)
    months: Counter[str] = field(default_factory=Counter)  # messages by "2026-01"
    undated: int = 0  # messages
    models: Counter[str] = field(default_factory=Counter)  # assistant messages by model
    projects: Counter[str] = field(default_factory=Counter)  # conversations
    gpts: Counter[str] = field(default_factory=Counter)  # conversations
    languages: Counter[str | None] | None = None  # conversations, None: too short to tell; or nothing can tell
    languages_of_every: int = 1  # 3: every third conversation was looked at
    alternatives: int = 0
    rated: int = 0
    context_only: int = 0  # assistant messages of weight 0

    @property
    def first(self) -> str | None:
        return min((share.first for share in self.sources.values() if share.first), default=None)

    @property
    def last(self) -> str | None:
        return max((share.last for share in self.sources.values() if share.last), default=None)


def measure(conversations: Collection) -> Statistics:
    """Count over all conversations; their languages, if eld is installed, over an even sample of very many."""
    found = Statistics(languages_of_every=-(-len(conversations) // LANGUAGES_OF) or 1)
    for number, conversation in enumerate(conversations):
        _count(conversation, found)
        if number % found.languages_of_every == 0:
            _count_language(conversation, found)
    return found


def _count(conversation: Conversation, found: Statistics) -> None:
    share = found.sources.setdefault(conversation.source or "unknown", Share())
    found.conversations += 1
    share.conversations += 1
    share.messages += len(conversation.messages)
    if conversation.project:
        found.projects[conversation.project] += 1
    if conversation.gpt:
        found.gpts[conversation.gpt] += 1
    for message in conversation.messages:
        found.messages[message.role] += 1
        found.tokens[message.role] += estimated_tokens(message.content)
        found.alternatives += len(message.alternatives)
        found.rated += message.rating is not None
        if message.role == "assistant":
            found.context_only += message.weight == 0
            found.models[message.model or "unknown"] += 1
        moment = message.created_at or conversation.created_at
        if moment and _DATED.match(moment):
            found.months[moment[:7]] += 1
            share.extend(moment)
        else:
            found.undated += 1


def _count_language(conversation: Conversation, found: Statistics) -> None:
    from identity.languages import is_installed, language_of

    if not is_installed():
        return
    if found.languages is None:
        found.languages = Counter()
    found.languages[language_of(conversation)] += 1


def as_json(found: Statistics, account: Account) -> str:
    """The statistics and the account as described above, one top-level key a line."""
    values = _values(found, account)
    lines = [f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "{" + ",\n ".join(lines) + "}\n"


def _values(found: Statistics, account: Account) -> dict[str, Any]:
    return {
        "written_by": "conversation_parser.py",
        "version": 1,  # not "schema", which is the mark of a record
        "conversations": found.conversations,
        "messages": found.messages,
        "estimated_tokens": found.tokens,
        "dates": {"first": found.first, "last": found.last},
        "sources": [{"source": source} | vars(share) for source, share in found.sources.items()],
        "months": dict(sorted(found.months.items())),
        "messages_without_date": found.undated,
        "models": by_count(found.models),
        "projects": by_count(found.projects),
        "conversations_without_project": found.conversations - found.projects.total(),
        "gpts": by_count(found.gpts),
        "conversations_without_gpt": found.conversations - found.gpts.total(),
        "languages": _languages(found.languages),
        "alternatives": found.alternatives,
        "rated": found.rated,
        "context_only": found.context_only,
        "account": _account(account),
    }


def _languages(languages: Counter[str | None] | None) -> dict[str, Any] | None:
    if languages is None:
        return None
    told = Counter({code: count for code, count in languages.items() if code})
    return {"looked_at": languages.total(), "conversations": by_count(told), "too_short_to_tell": languages[None]}


def _account(account: Account) -> dict[str, Any]:
    return {
        "conversations": {
            "read": account.conversations_read,
            "kept": account.conversations_kept,
            "left_out": by_count(account.conversations_left_out),
        },
        "messages": {
            "read": account.messages_read,
            "kept": account.messages_kept,
            "left_out": by_count(account.messages_left_out),
            "repeated": account.messages_repeated,
        },
        "files": {"read": len(account.files_read), "skipped": by_count(account.files_skipped)},
    }


def by_count(counts: Counter[str]) -> dict[str, int]:
    """The greatest first, equal ones by name; without what came to nothing."""
    return {name: count for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count}
