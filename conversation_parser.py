#!/usr/bin/env python3
"""Read chat exports (ChatGPT, Claude and dozens more: --list-sources) and write conversations or training rows.

INPUT is a file, a folder, or the zip as downloaded; several are merged, and the same conversation found twice is kept
once. What a file is, its inside decides, never its name. Nothing is left out silently: --stats shows every reason.

  python conversation_parser.py conversations.json --output parsed.json --stats
  python conversation_parser.py chatgpt-export.zip claude-export.zip --export training_data.jsonl --format jsonl
  python conversation_parser.py parsed.json --preview 3

Writes what --output and --export name, whole or not at all: .json (an array, one conversation a line), .jsonl (one a
line), either with .gz. "-" is stdin or stdout, so the stages chain in a pipe. Without --output, --export, --preview or
--stats-json it shows the statistics.

Exit codes: 0 done, 1 nothing could be read or written, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from identity.console import (
    ArgumentParser,
    UsageError,
    add_common_arguments,
    open_console,
    plain,
    progress_over_many,
    run,
    warn,
)
from identity.files import STANDARD, check_output, write_text
from identity.limits import DEFAULT_LIMITS, FREE, Limits, shown_size, size_of

if TYPE_CHECKING:
    from rich.console import Console

    from identity.importing import Collection
    from identity.records import Conversation, Message

ROW_FORMATS = ("jsonl", "chat", "sharegpt", "alpaca", "preference", "kto")
PREFERENCE_FORMATS = ("preference", "kto")
MOST_NOTES = 20  # lines about single files that could not be read


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(__doc__)
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help='export file, folder or zip; "-" is stdin')

    outputs = parser.add_argument_group("what to write")
    outputs.add_argument("--output", metavar="FILE", help="conversations, for the filter and for further exports")
    outputs.add_argument("--export", metavar="FILE", help="training rows")
    outputs.add_argument(
        "--format",
        choices=ROW_FORMATS,
        default="jsonl",
        help="of --export (default: jsonl); preference and kto are for TRL's DPOTrainer and KTOTrainer",
    )
    outputs.add_argument(
        "--preferences",
        choices=("explicit", "rated", "all"),
        help="how sure they must be: explicit is what was picked of two shown side by side, rated adds thumbs, all "
        "adds answers that were merely asked for again; each row names its kind as its source (default: all for "
        "preference, rated for kto, whose labels somebody should have given)",
    )
    outputs.add_argument(
        "--stats", action="store_true", help="show counts, dates, months, models and what was left out"
    )
    outputs.add_argument("--stats-json", metavar="FILE", help="the same for programs; identity/statistics.py says how")
    outputs.add_argument(
        "--preview", nargs="?", type=_count, const=1, metavar="N", help="show the first N conversations"
    )

    reading = parser.add_argument_group("how to read")
    reading.add_argument("--source", default="auto", help="the kind of export, if it is not to be found out")
    reading.add_argument("--list-sources", action="store_true", help="list the kinds of export and how to get them")
    reading.add_argument(
        "--voice",
        action="append",
        metavar="WHO",
        help="who is learned: assistant (default), user, or a speaker's name; repeat it for each name of theirs",
    )
    reading.add_argument(
        "--branches", choices=("current", "all"), default="current", help="the path last held (default), or every path"
    )
    reading.add_argument(
        "--system", choices=("keep", "drop"), help="custom instructions as system messages (default: drop from exports)"
    )

    add_selecting_arguments(parser)

    limits = parser.add_argument_group("limits against zip bombs (of each archive, those inside it included)")
    for flag, convert, default, words in (
        ("--max-member-size", _size, DEFAULT_LIMITS.member_size, "of one file in it, unpacked, as 500M or 4G"),
        ("--max-total-size", _size, DEFAULT_LIMITS.total_size, "of all files that are read from it, unpacked"),
        ("--max-members", _count, DEFAULT_LIMITS.members, "files in it"),
        ("--max-ratio", _count, DEFAULT_LIMITS.ratio, f"unpacked to packed size, beyond {shown_size(FREE)} unpacked"),
    ):
        shown, metavar = (shown_size(default), "SIZE") if convert is _size else (f"{default:,}", "N")
        limits.add_argument(flag, type=convert, default=default, metavar=metavar, help=f"{words} (default: {shown})")
    add_common_arguments(parser)
    return parser


def _size(text: str) -> int:
    try:
        return size_of(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 500M or 4G") from None


def add_selecting_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("what to keep", "a flag that is repeated asks for any of what it names")
    group.add_argument("--model", action="append", metavar="GLOB", help="learn only replies by this model, as gpt-4o*")
    group.add_argument("--since", metavar="DATE", help="conversations begun on this day (UTC) or later, as 2025-03-31")
    group.add_argument("--until", metavar="DATE", help="conversations begun up to this day, which is included")
    group.add_argument(
        "--title", action="append", metavar="REGEX", help="conversations whose title matches; (?i) ignores case"
    )
    group.add_argument("--project", action="append", metavar="GLOB", help="conversations in this project or folder")
    group.add_argument(
        "--gpt", action="append", metavar="GLOB", help="conversations with this custom GPT, Gem or character"
    )
    group.add_argument(
        "--min-turns",
        type=_count,
        metavar="N",
        help="conversations with N turns or more; a turn is a reply to be learned together with what it answers",
    )
    group.add_argument(
        "--language",
        action="append",
        metavar="CODE",
        help="conversations that the one who is learned mostly writes in this language, as en or en,de",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    return run(_main, build_parser(), argv)


def _main(arguments: argparse.Namespace) -> int:
    carries_data = STANDARD in (arguments.output, arguments.export, arguments.stats_json)
    console = open_console(carries_data, arguments.quiet)
    if arguments.list_sources:
        from identity.formats import FORMATS
        from identity.formats.source_table import show

        show(FORMATS, console)
        return 0
    check_call(arguments)
    collection = read_inputs(arguments)
    note_problems(collection.account.problems)
    is_silent = not (arguments.output or arguments.export or arguments.preview or arguments.stats_json)
    if arguments.stats or arguments.stats_json or is_silent:
        tell_statistics(collection, arguments, console, on_screen=arguments.stats or is_silent)
    for conversation in islice(collection, arguments.preview or 0):
        preview(conversation, console)
    if arguments.output:
        write_records(collection, arguments, console)
    if arguments.export:
        write_rows(collection, arguments, console)
    return 0


def note_problems(problems: Sequence[str]) -> None:
    """Say what could not be read, file by file up to a number that a person still looks at."""
    for problem in problems[:MOST_NOTES]:
        warn(problem)
    if len(problems) > MOST_NOTES:
        warn(f"{len(problems) - MOST_NOTES:,} more files could not be read; --stats counts them by reason")


def check_call(arguments: argparse.Namespace) -> None:
    """What can be known to be wrong before anything is read. UsageError says what to do."""
    if not arguments.inputs:
        raise UsageError("no INPUT; name an export file, folder or zip, or - for stdin")
    if arguments.inputs.count(STANDARD) > 1:
        raise UsageError("stdin can be read once; name - once")
    if arguments.preferences and not (arguments.export and arguments.format in PREFERENCE_FORMATS):
        raise UsageError("--preferences goes with --export FILE --format preference or kto")
    written: dict[str, str] = {}
    for flag in ("--output", "--export", "--stats-json"):
        path = getattr(arguments, flag.removeprefix("--").replace("-", "_"))
        if not path:
            continue
        first = written.setdefault(path, flag)
        if first != flag and path == STANDARD:
            raise UsageError(f"{first} and {flag} cannot both go to stdout; name a file for one of them")
        if first != flag:
            raise UsageError(f"{first} and {flag} both name {path}; name two files")
        check_output(path, arguments.force)


def read_inputs(arguments: argparse.Namespace) -> Collection:
    """Every conversation that was asked for, each once."""
    import gc

    from identity.formats import by_name
    from identity.formats.format import Options
    from identity.formats.selection import selection
    from identity.importing import import_all

    # Millions of objects are made and let go again, next to none in cycles; looking for cycles seldom is enough.
    gc.set_threshold(100_000)
    wanted = selection(
        models=arguments.model or (),
        since=arguments.since,
        until=arguments.until,
        titles=arguments.title or (),
        projects=arguments.project or (),
        gpts=arguments.gpt or (),
        min_turns=arguments.min_turns or 0,
        languages=arguments.language or (),
    )
    with progress_over_many("conversations", arguments.quiet) as passing:
        return import_all(
            arguments.inputs,
            Options(
                voices=tuple(arguments.voice or ["assistant"]),
                all_branches=arguments.branches == "all",
                keep_system=None if arguments.system is None else arguments.system == "keep",
            ),
            wanted,
            by_name(arguments.source),
            lambda readings, name: passing(readings, f"reading {plain(name, 60)}"),
            Limits(arguments.max_member_size, arguments.max_total_size, arguments.max_members, arguments.max_ratio),
        )


# --- what people read -------------------------------------------------------------------------------------------


def tell_statistics(collection: Collection, arguments: argparse.Namespace, console: Console, on_screen: bool) -> None:
    """Count once, for the screen and for the file."""
    from identity.statistics import as_json, measure
    from identity.statistics_view import show

    found = measure(collection)
    if on_screen:
        show(found, collection.account, console)
    if arguments.stats_json:
        from identity.exporting import shown

        write_text(arguments.stats_json, as_json(found, collection.account), arguments.force)
        console.print(f"statistics written to {plain(shown(arguments.stats_json))}", soft_wrap=True)


def preview(conversation: Conversation, console: Console) -> None:
    """One conversation in readable form. Its text is only ever text: no markup, no escapes."""
    from rich.text import Text

    facts = (conversation.id, conversation.source, (conversation.created_at or "no date")[:10])
    console.rule(Text(plain(conversation.title or "(no title)", 80)), align="left")
    console.print(Text(plain("  ".join(facts)), style="dim"))
    for message in conversation.messages:
        console.print()
        console.print(Text(plain(_heading(message)), style="bold cyan" if message.role == "assistant" else "bold"))
        for line in message.content.splitlines():
            console.print(Text(plain(line)))
    console.print()


def _heading(message: Message) -> str:
    facts = [message.author or message.role]
    if message.model:
        facts.append(message.model)
    if message.rating:
        facts.append("rated up" if message.rating > 0 else "rated down")
    if message.weight == 0:
        facts.append("context only")
    if message.alternatives:
        facts.append(f"{len(message.alternatives)} other answers")
    return ", ".join(facts)


# --- what is written --------------------------------------------------------------------------------------------


def write_records(collection: Collection, arguments: argparse.Namespace, console: Console) -> None:
    from identity.exporting import shown
    from identity.records import write_encoded

    count = write_encoded(arguments.output, collection.encoded(), arguments.force)
    left_out = collection.account.messages_read - collection.account.messages_kept
    console.print(
        f"{count:,} conversations written to {plain(shown(arguments.output))}"
        f" ({collection.account.messages_kept:,} messages kept, {left_out:,} left out: --stats shows why)",
        soft_wrap=True,
    )
    if arguments.output != STANDARD:
        console.print(
            f"next: python conversation_filter.py {plain(arguments.output)} --output filtered.json", soft_wrap=True
        )


def write_rows(collection: Collection, arguments: argparse.Namespace, console: Console) -> None:
    from identity.exporting import export_rows, shown

    export = export_rows(collection, arguments.export, arguments.format, arguments.force, arguments.preferences)
    lost = "; ".join(export.lines()) or "none left out"
    console.print(
        f"{export.rows:,} rows ({arguments.format}) {export.kinds(arguments.format)} written to "
        f"{plain(shown(arguments.export))}; {lost}",
        soft_wrap=True,
    )
    if arguments.export != STANDARD:
        console.print(f"next: {plain(_next_step(arguments.export, arguments.format))}", soft_wrap=True)
    if arguments.format == "kto" and export.wanted in (0, export.rows):
        label = "true" if export.wanted else "false"
        warn(f"every row is labelled {label}, and KTO learns from the difference; --preferences all may find others")


def _next_step(path: str, row_format: str) -> str:
    if row_format in PREFERENCE_FORMATS:
        trainer = "DPOTrainer" if row_format == "preference" else "KTOTrainer"
        return f"TRL's {trainer} reads {path}; set its max_length, or rows beyond 1,024 tokens are cut or dropped"
    return f"python text_lora_train.py {path} --preset llama-3-8b --output ./text_lora"


if __name__ == "__main__":
    raise SystemExit(main())
