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

if TYPE_CHECKING:
    from identity.filters.privacy import Redactor
    from identity.filters.stream import Run
    from identity.filters.survey import Survey
    from identity.filters.verdicts import Evaluate, Settings
    from identity.records import Conversation

ROLES = {"all": ("user", "assistant"), "assistant": ("assistant",), "user": ("user",)}
MODES = ("drop", "mask")
TOXICITY_MODELS = ("original", "unbiased", "multilingual", "original-small", "unbiased-small")  # of detoxify


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(__doc__)
    parser.add_argument(
        "input", metavar="INPUT", nargs="?", help="parsed conversations (.json, .jsonl, .gz; - for stdin)"
    )
    parser.add_argument("--output", metavar="FILE", help="filtered conversations; - for stdout")
    account = parser.add_argument_group("the account")
    account.add_argument("--rejects", metavar="FILE", help="JSON Lines of what was flagged, and why")
    account.add_argument("--report", metavar="FILE", help="a page to look through: statistics, voice, verdicts (HTML)")
    account.add_argument("--stats-json", metavar="FILE", help="the statistics for programs")
    account.add_argument("--dry-run", action="store_true", help="write the account only; needs no --output")
    account.add_argument("--diff", metavar="REJECTS", help="show what is judged otherwise than in an earlier --rejects")
    account.add_argument("--overrides", metavar="FILE", help="decisions by hand on single messages (JSON)")
    phrases = parser.add_argument_group("blacklist")
    phrases.add_argument(
        "--blacklist", nargs="+", action="extend", default=[], metavar="P", help="more patterns (regular expressions)"
    )
    phrases.add_argument("--blacklist-file", metavar="F", help="more patterns, one per line, # for comments")
    phrases.add_argument("--no-ai-slop", action="store_true", help="leave the AI-slop phrases alone")
    phrases.add_argument("--no-corporate", action="store_true", help="leave the corporate phrases alone")
    phrases.add_argument(
        "--packs", nargs="+", action="extend", default=[], metavar="NAME", help="further phrase packs (--list-rules)"
    )
    phrases.add_argument(
        "--suggest-blacklist",
        action="store_true",
        help="print what the voice says far more often than the other side, as patterns to choose from, and end",
    )
    phrases.add_argument("--list-rules", action="store_true", help="explain all packs and their rules, and end")
    toxicity = parser.add_argument_group("toxicity")
    toxicity.add_argument(
        "--toxicity",
        choices=("auto", "on", "off"),
        default="auto",
        help="auto (default): if detoxify and its weights are there",
    )
    toxicity.add_argument(
        "--toxicity-threshold", type=_share, default=0.8, metavar="S", help="score from which it counts (default 0.8)"
    )
    toxicity.add_argument(
        "--toxicity-model",
        default="original",
        metavar="NAME|FOLDER",
        help=f"{', '.join(TOXICITY_MODELS)}, or a folder with a checkpoint (default original)",
    )
    toxicity.add_argument(
        "--toxicity-labels",
        nargs="+",
        action="extend",
        default=[],
        metavar="LABEL=S",
        help="a threshold of its own for a label; above 1: never",
    )
    toxicity.add_argument(
        "--toxicity-precision",
        choices=("auto", "fp32", "bf16", "int8"),
        default="auto",
        help="of the model on a CPU: auto (default) is bf16 where the CPU has it, else fp32",
    )
    toxicity.add_argument(
        "--toxicity-cache",
        metavar="FILE|none",
        help="scores of earlier runs, by hash of the text (default: your cache)",
    )
    privacy = parser.add_argument_group("privacy")
    privacy.add_argument(
        "--redact",
        choices=("none", "secrets", "pii", "presidio"),
        default="secrets",
        help="put placeholders for keys and card numbers (secrets, default), for addresses and the like (pii), and for"
        " persons and places that a language model finds (presidio; slow: 140 messages a second)",
    )
    privacy.add_argument("--names", metavar="F", help="names for --redact pii: a person a line, commas between names")
    privacy.add_argument(
        "--presidio-model",
        metavar="NAME|FOLDER",
        help="spaCy pipeline for --redact presidio, of the language you write (default en_core_web_lg)",
    )
    judging = parser.add_argument_group("judging")
    judging.add_argument(
        "--min-length", type=_count, default=10, metavar="N", help="characters under which a message is too short"
    )
    judging.add_argument(
        "--min-quality",
        type=_share,
        default=0.0,
        metavar="S",
        help="quality score, 0 to 1, under which a message goes (default 0: not asked)",
    )
    judging.add_argument(
        "--dedupe",
        choices=("none", "exact", "near"),
        default="none",
        help="cap replies that are said over and over: the same, or nearly (default none)",
    )
    judging.add_argument(
        "--dedupe-keep", type=_at_least_one, default=3, metavar="N", help="copies of a reply that stay (default 3)"
    )
    judging.add_argument("--roles", choices=tuple(ROLES), default="all", help="whose messages are judged (default all)")
    judging.add_argument(
        "--mode",
        choices=MODES,
        default="drop",
        help="drop (default) removes a flagged message; mask keeps it as context that is not learned",
    )
    add_common_arguments(parser)
    return parser


def settings_from(arguments: argparse.Namespace) -> Settings:
    """The flags as plain values; UsageError for a pattern file that cannot be read."""
    from identity.filters.toxicity import parse_thresholds
    from identity.filters.user_patterns import read_pattern_file
    from identity.filters.verdicts import Settings, UserPattern

    toxicity, cache = arguments.toxicity != "off", arguments.toxicity_cache
    if toxicity and cache is None:
        from identity.filters.toxicity_cache import default_cache_path

        cache = str(default_cache_path())
    patterns = [UserPattern(text) for text in arguments.blacklist]
    if arguments.blacklist_file:
        patterns += read_pattern_file(arguments.blacklist_file)
    return Settings(
        patterns=tuple(patterns),
        packs=chosen_packs(arguments.packs, arguments.no_corporate, arguments.no_ai_slop),
        min_length=arguments.min_length,
        min_quality=arguments.min_quality,
        toxicity=toxicity,
        toxicity_threshold=arguments.toxicity_threshold,
        toxicity_model=arguments.toxicity_model,
        toxicity_thresholds=parse_thresholds(arguments.toxicity_labels),
        toxicity_precision=arguments.toxicity_precision,
        toxicity_cache=None if cache == "none" else cache,
        roles=ROLES[arguments.roles],
    )


def chosen_packs(further: Sequence[str], no_corporate: bool, no_ai_slop: bool) -> tuple[str, ...]:
    """Names of packs in the order of presets.PACKS; UsageError for one that is not there."""
    from presets import PACKS

    unknown = [name for name in further if name not in PACKS]
    if unknown:
        raise UsageError(f"--packs {unknown[0]}: no such pack; there are {', '.join(PACKS)}")
    chosen = {"corporate": not no_corporate, "ai_slop": not no_ai_slop}
    return tuple(name for name in PACKS if name in further or chosen.get(name, False))


def check_paths(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be read or must not be overwritten, before any work is done."""
    if not arguments.input:
        raise UsageError("INPUT is missing; name the file that conversation_parser.py wrote, or - for a pipe")
    if arguments.input != STANDARD:
        with open_input(arguments.input):
            pass
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


def filter_file(arguments: argparse.Namespace, source: str | Path, run: Run) -> None:
    """Read, filter and write, all as streams; UserError if there is nothing to read, NothingLeft to write."""
    from identity.filters.stream import some_left
    from identity.records import write_conversations

    with contextlib.ExitStack() as stack:
        if arguments.rejects:
            run.rejects = stack.enter_context(open_output(arguments.rejects, arguments.force))
        kept = run.filtered(read(source, "filtering conversations", arguments.quiet))
        if arguments.dry_run:
            for _ in kept:
                pass
        else:
            write_conversations(arguments.output, some_left(kept, run.account), arguments.force)


def measure(arguments: argparse.Namespace, source: str | Path, label: str, portrait: bool) -> Survey:
    """The first pass over the input: what is usual in it. What is redacted has no part in that."""
    from identity.filters.stream import redacted
    from identity.filters.survey import survey

    conversations = read(source, label, arguments.quiet)
    redactor = redactor_from(arguments)
    return survey(redacted(conversations, redactor) if redactor else conversations, portrait)


def suggest(arguments: argparse.Namespace) -> int:
    """Print the phrases that set the voice apart, as lines of a --blacklist-file."""
    from identity.filters.survey import suggestion_lines

    found = measure(arguments, arguments.input, "counting phrases", portrait=True)
    console = open_console()
    for line in suggestion_lines(found):
        console.print(plain(line), soft_wrap=True)
    return 0


def redactor_from(arguments: argparse.Namespace) -> Redactor | None:
    """What --redact and its flags ask for; UsageError for flags of another level or what cannot be read."""
    from identity.filters.privacy import Redactor, read_names

    level = arguments.redact
    if arguments.names and level not in ("pii", "presidio"):
        raise UsageError("--names is for --redact pii; add that, or leave the names out")
    if arguments.presidio_model and level != "presidio":
        raise UsageError("--presidio-model is for --redact presidio; add that, or leave the model out")
    names = read_names(arguments.names) if arguments.names else []
    if level == "presidio":
        from identity.filters import presidio

        return Redactor("pii", names, presidio.load(arguments.presidio_model))
    return Redactor(level, names) if level != "none" else None


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
    if settings.min_quality or arguments.report:
        usual = measure(arguments, source, "measuring the voice", portrait=bool(arguments.report))
        settings = replace(settings, lengths=tuple(usual.lengths.items()))
        if arguments.report:
            from identity.filters.report_data import ReportData

            report = ReportData(usual)
    rules, settings = prepare_rules(settings, arguments.toxicity, arguments.quiet)
    return Run(
        rules,
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

    console = open_console(
        STANDARD in (arguments.output, arguments.rejects, arguments.report, arguments.stats_json), quiet=arguments.quiet
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
        if arguments.min_quality or arguments.report:  # what is usual is found out before
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


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return value


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    return run(work, build_parser(), argv)


if __name__ == "__main__":
    raise SystemExit(main())
