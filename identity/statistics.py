"""What is in a set of conversations, in numbers and on a terminal: counts, dates, tokens, months, models, losses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from identity.console import plain
from identity.importing import Account
from identity.records import Conversation

if TYPE_CHECKING:
    from rich.console import Console

# Scripts whose characters are about one token each; other text is about four characters a token. That is the rule
# of thumb for byte-pair vocabularies of 32,000 to 150,000 entries, good to about a fifth either way.
_DENSE = re.compile("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
CHARACTERS_PER_TOKEN = 4
BAR = 40  # columns of the longest bar
MOST_MODELS = 12
MOST_MONTHS = 24


def estimated_tokens(text: str) -> int:
    """Tokens of a text without a tokenizer: one per CJK, Hangul or Thai character, one per 4 others, rounded up."""
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    return dense + -(-(len(text) - dense) // CHARACTERS_PER_TOKEN)


@dataclass
class Statistics:
    """Totals over conversations."""

    conversations: int = 0
    messages: Counter[str] = field(default_factory=Counter)  # by role
    tokens: Counter[str] = field(default_factory=Counter)  # by role, estimated
    sources: Counter[str] = field(default_factory=Counter)  # conversations by source
    months: Counter[str] = field(default_factory=Counter)  # messages by "2026-01"
    models: Counter[str] = field(default_factory=Counter)  # assistant messages by model
    alternatives: int = 0
    rated: int = 0
    context_only: int = 0  # assistant messages of weight 0
    first: str | None = None
    last: str | None = None


def measure(conversations: Iterable[Conversation]) -> Statistics:
    """Count over a stream of conversations."""
    found = Statistics()
    for conversation in conversations:
        found.conversations += 1
        found.sources[conversation.source or "unknown"] += 1
        for message in conversation.messages:
            found.messages[message.role] += 1
            found.tokens[message.role] += estimated_tokens(message.content)
            found.alternatives += len(message.alternatives)
            found.rated += message.rating is not None
            if message.role == "assistant":
                found.context_only += message.weight == 0
                found.models[message.model or "unknown"] += 1
            moment = message.created_at or conversation.created_at
            if moment:
                found.months[moment[:7]] += 1
                found.first = min(found.first or moment, moment)
                found.last = max(found.last or moment, moment)
    return found


def show(found: Statistics, account: Account, console: Console) -> None:
    """Print the table, the two charts, and what was left out."""
    console.print(_table("Conversations", _totals(found)))
    _show_bars("Messages by month", _filled_months(found.months), console)
    _show_bars("Replies by model", _most(found.models, MOST_MODELS), console)
    _show_left_out(account, console)


def _table(title: str, rows: Iterable[tuple[str, str]]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(Text(plain(name)), Text(plain(value)))
    return table


def _totals(found: Statistics) -> Iterator[tuple[str, str]]:
    yield "Conversations", f"{found.conversations:,}"
    for source, count in found.sources.most_common():
        yield f"  from {source}", f"{count:,}"
    yield "Messages", f"{found.messages.total():,}"
    for role in ("user", "assistant", "system"):
        if found.messages[role]:
            yield f"  {role}", f"{found.messages[role]:,}"
    yield "Estimated tokens", f"{found.tokens.total():,}"
    for role in ("user", "assistant", "system"):
        if found.tokens[role]:
            yield f"  {role}", f"{found.tokens[role]:,}"
    if found.first and found.last:
        yield "Dates", f"{found.first[:10]} to {found.last[:10]}"
    for name, count in (
        ("Other answers kept beside replies", found.alternatives),
        ("Rated replies", found.rated),
        ("Context only (weight 0)", found.context_only),
    ):
        if count:
            yield name, f"{count:,}"


def _filled_months(months: Counter[str]) -> list[tuple[str, int]]:
    """Months in order, those without messages too; long spans by year."""
    if not months:
        return []
    counts, span = months, _months_between(min(months), max(months))
    if len(span) > MOST_MONTHS:
        years: Counter[str] = Counter()
        for month, count in months.items():
            years[month[:4]] += count
        return [(str(year), years[str(year)]) for year in range(int(min(years)), int(max(years)) + 1)]
    return [(month, counts[month]) for month in span]


def _months_between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def _most(counts: Counter[str], limit: int) -> list[tuple[str, int]]:
    """The greatest counts; the rest as one."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(count for _, count in ordered[limit:])
    return ordered[:limit] + ([("others", rest)] if rest else [])


def _show_bars(title: str, counts: list[tuple[str, int]], console: Console) -> None:
    """A bar chart of characters, the longest bar BAR columns wide."""
    if not counts:
        return
    from rich.text import Text

    greatest = max(count for _, count in counts) or 1
    width = min(max(len(name) for name, _ in counts), 32)
    console.print(title)
    for name, count in counts:
        eighths = round(count / greatest * BAR * 8)
        bar = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
        console.print(Text(f"  {plain(name, width):<{width}}  {bar} {count:,}", no_wrap=True))
    console.print()


def _show_left_out(account: Account, console: Console) -> None:
    """Every reason with its count, so that read = kept + left out can be seen."""
    lines = [
        ("Conversations read", f"{account.conversations_read:,}"),
        ("  kept", f"{account.conversations_kept:,}"),
        *_reasons(account.conversations_left_out),
        ("Messages read", f"{account.messages_read:,}"),
        ("  kept", f"{account.messages_kept:,}"),
        *_reasons(account.messages_left_out),
    ]
    if account.messages_repeated:
        lines.append(("Copies of kept messages in other branches", f"{account.messages_repeated:,}"))
    if account.files_skipped:
        lines += [("Files not read", f"{account.files_skipped.total():,}"), *_reasons(account.files_skipped)]
    console.print(_table("Read, kept and left out", lines))


def _reasons(counts: Counter[str]) -> list[tuple[str, str]]:
    return [(f"  left out: {reason}", f"{count:,}") for reason, count in _most(counts, len(counts)) if count]
