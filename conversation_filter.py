"""Take slop, insults and empty words out of parsed conversations, and account for every message.

  python conversation_filter.py parsed.json --output filtered.json
  python conversation_filter.py parsed.json --output filtered.json --blacklist "pattern1" "pattern2" --no-ai-slop
  python conversation_filter.py parsed.json --output filtered.json --mode mask --rejects rejects.jsonl
  python conversation_filter.py parsed.json --dry-run --min-length 20 --diff rejects.jsonl

INPUT is what conversation_parser.py --output wrote (.json, .jsonl, .gz, or - for a pipe). A message is judged by these
rules in turn, and the first that takes it decides:

  blacklist    your patterns, then the corporate and AI-slop phrases of presets.py. The phrases are searched in a
               message's own words (not in code, block quotes, links, quoted speech) and judged in context; your
               patterns are searched everywhere
  low quality  nothing visible, no words (an ellipsis, only emoji), exactly one word
  too short    fewer characters than --min-length; a Han character counts 3, kana and Hangul 2
  quality      a score under --min-quality: length against what is usual, repetition, characters, completeness and
               leftovers of templates (off unless asked for)
  toxicity     detoxify's toxicity, severe_toxicity, obscene, threat, insult or identity_attack at the threshold

A decision of --overrides stands above all rules. System messages are kept and never judged. Removing a message never
joins its neighbours: the links between messages stay, so that no answer is married to a question it did not answer.

With --dedupe, a reply of 40 characters or more that says once too often what earlier ones say goes as well.

Writes the output (.json or .jsonl, readable by you alone) and, if asked, one line of JSON per flagged message with
rule, pattern, place and score. Exit codes: 0 done, 1 the work failed, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from identity.console import (
    ArgumentParser,
    UsageError,
    UserError,
    add_common_arguments,
    open_console,
    plain,
    progress,
    run,
    warn,
)
from identity.files import STANDARD, check_output, open_input, open_output, read_twice, write_text
from identity.filter_flags import add_filter_arguments, chosen_packs, redactor_from, settings_from

if TYPE_CHECKING:
    from identity.filters.stream import Run
    from identity.filters.survey import Survey
    from identity.filters.verdicts import Evaluate, Settings, UserPattern
    from identity.records import Conversation


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(__doc__)
    add_filter_arguments(parser)
    add_common_arguments(parser)
    return parser


def check_paths(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be read or must not be overwritten, before any work is done."""
    if not arguments.input:
        raise UsageError("INPUT is missing; name the file that conversation_parser.py wrote, or - for a pipe")
    if arguments.input != STANDARD:
        with open_input(arguments.input):
            pass
    if arguments.ray_address and arguments.engine != "ray":
        raise UsageError("--ray-address is for --engine ray; add that, or leave the address out")
    if not arguments.output and not arguments.dry_run and not arguments.suggest_blacklist:
        raise UsageError("--output FILE is missing; name a file, or add --dry-run to see the account only")
    written: dict[str, str] = {}
    for flag in ("output", "rejects", "report", "stats_json"):
        path = getattr(arguments, flag)
        if not path:
            continue
        name = "--" + flag.replace("_", "-")
        if path in written:
            raise UsageError(f"{name} and {written[path]} are both {path}; give each a name of its own")
        written[path] = name
        check_output(path, arguments.force)


def prepare_rules(settings: Settings, toxicity: str, quiet: bool) -> tuple[list[Evaluate], Settings]:
    """The rules and their settings, without toxicity if that is automatic and cannot be had (one line says so)."""
    from identity.filters import prepare
    from identity.filters.toxicity import ToxicityUnavailable

    try:
        return prepare(settings), settings
    except ToxicityUnavailable as error:
        if toxicity == "on":
            raise
        if not quiet:
            warn(f"toxicity is not checked: {error}")
        settings = replace(settings, toxicity=False)
        return prepare(settings), settings


def read(path: str | Path, label: str, quiet: bool) -> Iterator[Conversation]:
    """The conversations of a file, with progress; UserError if there are none."""
    from identity.records import read_conversations

    conversations = read_conversations(path)
    first = next(conversations, None)
    if first is None:
        raise UserError(f"{path}: holds no conversations; give the file that conversation_parser.py wrote")
    return progress(chain([first], conversations), label, quiet=quiet)


def timed(conversations: Iterator[Conversation], patterns: Sequence[UserPattern]) -> Iterator[Conversation]:
    """Pass conversations through; one line says which patterns are dear on the first messages of them."""
    from identity.filters.user_patterns import SAMPLE, costly_patterns

    first: list[Conversation] = []
    texts: list[str] = []
    for conversation in conversations:
        first.append(conversation)
        texts += [message.content for message in conversation.messages]
        if len(texts) >= SAMPLE:
            break
    costly = costly_patterns(patterns, texts[:SAMPLE])
    if costly:
        told = ", ".join(f"{pattern} ({seconds * 1000:.1f} ms)" for pattern, seconds in costly)
        warn(f"takes long for every message: {told}; make it more specific, or give --jobs")
    yield from chain(first, conversations)


def filter_file(arguments: argparse.Namespace, source: str | Path, run: Run) -> None:
    """Read, filter and write, all as streams; UserError if there is nothing to read, NothingLeft to write."""
    from identity.filters.stream import some_left
    from identity.records import write_conversations

    with contextlib.ExitStack() as stack:
        if arguments.rejects:
            run.rejects = stack.enter_context(open_output(arguments.rejects, arguments.force))
        conversations = read(source, "filtering conversations", arguments.quiet)
        if run.settings.patterns and not arguments.quiet:
            conversations = timed(conversations, run.settings.patterns)
        kept = stack.enter_context(contextlib.closing(run.filtered(conversations)))
        if arguments.dry_run:
            for _ in kept:
                pass
        else:
            write_conversations(arguments.output, some_left(kept, run.account), arguments.force)


def is_measured(arguments: argparse.Namespace) -> bool:
    """Whether something is asked for that needs a first pass over the input."""
    from identity.filters.phrases import judged_by_habit

    packs = chosen_packs(arguments.packs, arguments.no_corporate, arguments.no_ai_slop)
    return bool(arguments.min_quality or arguments.report or judged_by_habit(packs))


def measure(
    arguments: argparse.Namespace, source: str | Path, label: str, portrait: bool, packs: Sequence[str] = ()
) -> Survey:
    """The first pass over the input: what is usual in it. What is redacted has no part in that."""
    from identity.filters.stream import redacted
    from identity.filters.survey import survey

    conversations = read(source, label, arguments.quiet)
    redactor = redactor_from(arguments)
    return survey(redacted(conversations, redactor) if redactor else conversations, portrait, packs)


def suggest(arguments: argparse.Namespace) -> int:
    """Print the phrases that set the voice apart, as lines of a --blacklist-file."""
    from identity.filters.survey import suggestion_lines

    found = measure(arguments, arguments.input, "counting phrases", portrait=True)
    console = open_console()
    for line in suggestion_lines(found):
        console.print(plain(line), soft_wrap=True)
    return 0


def list_rules(arguments: argparse.Namespace) -> int:
    """Print all packs and what their rules do."""
    from identity.filters.listing import rule_lines

    console = open_console()
    for line in rule_lines(chosen_packs(arguments.packs, arguments.no_corporate, arguments.no_ai_slop)):
        console.print(line, soft_wrap=True)
    return 0


def prepare_run(arguments: argparse.Namespace, source: str | Path) -> Run:
    """Everything that can be wrong with the call is found here, before the input is read to be filtered."""
    from identity.filters import screen
    from identity.filters.difference import Difference
    from identity.filters.duplicates import Duplicates
    from identity.filters.engines import ENGINES
    from identity.filters.overrides import read_overrides
    from identity.filters.stream import Run
    from identity.filters.user_patterns import TIME_LIMIT, slow_patterns

    settings = settings_from(arguments)
    slow = slow_patterns(settings.patterns)
    if slow and not arguments.quiet:
        warn(f"RE2 does not take {', '.join(slow)}: runs on a slower engine, {TIME_LIMIT} s at most per message")
    overrides = read_overrides(arguments.overrides) if arguments.overrides else None
    difference = Difference(arguments.diff) if arguments.diff else None
    duplicates = Duplicates(arguments.dedupe, arguments.dedupe_keep) if arguments.dedupe != "none" else None
    redactor = redactor_from(arguments)
    report = None
    if is_measured(arguments):
        usual = measure(arguments, source, "measuring the voice", bool(arguments.report), settings.packs)
        habits = tuple((name, spread.habit()) for name, spread in usual.habits.items())
        settings = replace(settings, lengths=tuple(usual.lengths.items()), habits=habits)
        if arguments.report:
            from identity.filters.report_data import ReportData

            report = ReportData(usual)
    rules, settings = prepare_rules(settings, arguments.toxicity, arguments.quiet)
    return Run(
        ENGINES[arguments.engine](rules, settings, arguments.jobs, arguments.ray_address),
        settings,
        arguments.mode,
        overrides=overrides,
        difference=difference,
        duplicates=duplicates,
        redactor=redactor,
        report=report,
        screen=screen.prepare(settings, redactor),
    )


def show(arguments: argparse.Namespace, run: Run) -> None:
    """The account, for people and for programs."""
    from identity.filters.account import statistics, statistics_lines

    if not arguments.quiet:
        console = open_console(
            STANDARD in (arguments.output, arguments.rejects, arguments.report, arguments.stats_json)
        )
        blocks = [statistics_lines(run.account), run.notes()]
        if run.difference:
            blocks.append(run.difference.lines())
        for block in filter(None, blocks):
            if block is not blocks[0]:
                console.print()
            for line in block:
                console.print(plain(line), soft_wrap=True)
    if arguments.stats_json:
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(statistics(run.account, run.mode)), indent=2).decode()
        write_text(arguments.stats_json, text + "\n", arguments.force)


def work(arguments: argparse.Namespace) -> int:
    if arguments.list_rules:
        return list_rules(arguments)
    check_paths(arguments)
    from identity.filters.stream import NothingLeft

    failure: NothingLeft | None = None  # told after the statistics, which show why
    with contextlib.ExitStack() as stack:
        source = arguments.input
        if arguments.suggest_blacklist:
            return suggest(arguments)
        if is_measured(arguments):  # what is usual is found out before
            source = stack.enter_context(read_twice(source))
        run = prepare_run(arguments, source)
        try:
            filter_file(arguments, source, run)
        except NothingLeft as error:
            failure = error
    show(arguments, run)
    if run.report:
        from identity.report.page import write_report

        shown = run.report.shown(Path(arguments.input).name, run.account, run.mode, run.placeholders.counts)
        write_report(arguments.report, shown, arguments.force)
    if failure:
        raise failure
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    return run(work, build_parser(), argv)


if __name__ == "__main__":
    raise SystemExit(main())
