"""The flags of conversation_filter.py, and what they mean as the settings of a run.

Only names and checks: nothing is imported that --help does not need.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from identity.console import UsageError

if TYPE_CHECKING:
    from identity.filters.privacy import Redactor
    from identity.filters.verdicts import Settings

ROLES = {"all": ("user", "assistant"), "assistant": ("assistant",), "user": ("user",)}
MODES = ("drop", "mask")
ENGINES = ("local", "ray")
TOXICITY_MODELS = ("original", "unbiased", "multilingual", "original-small", "unbiased-small")  # of detoxify


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """All flags of the script but those that every script has."""
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
    privacy.add_argument(
        "--names", metavar="F", help="names for --redact pii or presidio: a person a line, commas between names"
    )
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
    speed = parser.add_argument_group("speed")
    speed.add_argument(
        "--jobs",
        type=_at_least_one,
        default=1,
        metavar="N",
        help="processes that judge (default 1); for toxicity and slow patterns, phrases alone are quicker in one",
    )
    speed.add_argument(
        "--engine",
        choices=ENGINES,
        default="local",
        help="where they are: local (default), or actors of a Ray cluster, with the same result",
    )
    speed.add_argument("--ray-address", metavar="A", help="a cluster that runs already (default: one on this machine)")


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


def redactor_from(arguments: argparse.Namespace) -> Redactor | None:
    """What --redact and its flags ask for; UsageError for flags of another level or what cannot be read."""
    from identity.filters.privacy import Redactor, read_names

    level = arguments.redact
    if arguments.names and level not in ("pii", "presidio"):
        raise UsageError("--names is for --redact pii or presidio; add one, or leave the names out")
    if arguments.presidio_model and level != "presidio":
        raise UsageError("--presidio-model is for --redact presidio; add that, or leave the model out")
    names = read_names(arguments.names) if arguments.names else []
    if level == "presidio":
        from identity.filters import presidio

        return Redactor("pii", names, presidio.load(arguments.presidio_model))
    return Redactor(level, names) if level != "none" else None
