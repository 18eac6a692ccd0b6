"""Statistics on a terminal: a table of totals, one line a source, charts, and what was left out for which reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from identity.console import plain
from identity.importing import Account
from identity.statistics import Share, Statistics, by_count

if TYPE_CHECKING:
    from rich.console import Console

BAR = 40  # columns of the longest bar; fewer beside long names
LONGEST_NAME = 36  # an id of a project can be read whole, for it is what --project takes
MOST_NAMES = 12  # bars of a chart of names; the rest is one more
MOST_MONTHS = 24


def show(found: Statistics, account: Account, console: Console) -> None:
    """Print the tables, the charts, and what was left out."""
    console.print(_table("Conversations", _totals(found)))
    console.print(_source_table(found.sources))
    _show_bars("Messages by month", _filled_months(found.months), console)
    _show_bars("Replies by model", _most(found.models, MOST_NAMES), console)
    _show_bars("Conversations by project (--project)", _most(found.projects, MOST_NAMES), console)
    _show_bars("Conversations by custom GPT or character (--gpt)", _most(found.gpts, MOST_NAMES), console)
    _show_languages(found, console)
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


def _source_table(sources: dict[str, Share]) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title="By source", title_justify="left", box=box.SIMPLE)
    table.add_column("source")
    table.add_column("conversations", justify="right")
    table.add_column("messages", justify="right")
    table.add_column("dates")
    for source, share in sorted(sources.items(), key=lambda item: (-item[1].conversations, item[0])):
        counts = f"{share.conversations:,}", f"{share.messages:,}"
        table.add_row(Text(plain(source)), *counts, Text(plain(_dates(share.first, share.last))))
    return table


def _dates(first: str | None, last: str | None) -> str:
    return f"{first[:10]} to {last[:10]}" if first and last else "no dates"


def _totals(found: Statistics) -> Iterator[tuple[str, str]]:
    yield "Conversations", f"{found.conversations:,}"
    yield "Messages", f"{found.messages.total():,}"
    for role in ("user", "assistant", "system"):
        if found.messages[role]:
            yield f"  {role}", f"{found.messages[role]:,}"
    yield "Estimated tokens", f"{found.tokens.total():,}"
    for role in ("user", "assistant", "system"):
        if found.tokens[role]:
            yield f"  {role}", f"{found.tokens[role]:,}"
    if found.first:
        yield "Dates", _dates(found.first, found.last)
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
    ordered = list(by_count(counts).items())
    rest = sum(count for _, count in ordered[limit:])
    return ordered[:limit] + ([("others", rest)] if rest else [])


def _show_bars(title: str, counts: list[tuple[str, int]], console: Console) -> None:
    """A bar chart of characters, the longest bar at most BAR columns wide."""
    if not counts:
        return
    from rich.text import Text

    greatest = max(count for _, count in counts) or 1
    width = min(max(len(name) for name, _ in counts), LONGEST_NAME)
    longest = min(BAR, 70 - width)
    console.print(title)
    for name, count in counts:
        eighths = round(count / greatest * longest * 8)
        bar = "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip()
        console.print(Text(f"  {plain(name, width):<{width}}  {bar} {count:,}", no_wrap=True))
    console.print()


def _show_languages(found: Statistics, console: Console) -> None:
    if found.languages is None:
        if found.conversations:
            console.print("Languages: not counted, eld is not installed (pip install eld)\n")
        return
    counts = Counter({code or "too short to tell": count for code, count in found.languages.items()})
    every = found.languages_of_every
    sample = f", one in {every:,} looked at" if every > 1 else ""
    _show_bars(f"Conversations by language (--language){sample}", _most(counts, MOST_NAMES), console)


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
