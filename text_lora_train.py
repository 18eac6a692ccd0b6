"""Train a personality LoRA on training rows, and try it.

    python text_lora_train.py training_data.jsonl --preset llama-3-8b --output ./text_lora
    python text_lora_train.py training_data.jsonl --preset mistral-7b --epochs 5
    python text_lora_train.py --try ./text_lora --prompt "Good evening. How was your day?"

Rows come from conversation_parser.py --export, or from any file of chat, ShareGPT, Alpaca or instruction rows; "-"
reads them from stdin. Loss falls on the replies and their end of turn only. Unsloth is used where there is an NVIDIA
GPU and the package; else PEFT, on CUDA, Apple GPUs or the CPU. --preset tiny needs no download and no GPU.

Writes to the --output folder: adapter_model.safetensors and adapter_config.json (the LoRA), the tokenizer with its
chat template, training_config.json, metrics.jsonl, loss.png and README.md (the model card). While it trains, the
folder is called NAME.partial and holds checkpoints, from which --resume continues.

Exit codes: 0 done, 1 the work failed, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from identity.console import ArgumentParser, UsageError, add_common_arguments, open_console, plain, run, warn
from identity.training import settings as settings_module
from identity.training.settings import FIELDS, QUANTIZATIONS, Settings
from presets import PRESET_DEFAULTS, PRESETS

DEFAULT_OUTPUT = "text_lora"
DEFAULT_PRESET = "llama-3-8b"


def build_parser() -> ArgumentParser:
    """The command line; a flag for every field of a preset is made from settings.FIELDS."""
    parser = ArgumentParser(__doc__)
    parser.add_argument("rows", nargs="?", help='training rows (.jsonl or .json), or "-" for stdin')
    parser.add_argument("--preset", default=DEFAULT_PRESET, help="settings to start from (default: %(default)s)")
    parser.add_argument("--output", default=DEFAULT_OUTPUT, help="folder of the LoRA (default: ./%(default)s)")
    parser.add_argument("--list-presets", action="store_true", help="show the presets with their values")
    parser.add_argument("--preset-file", metavar="FILE", help="presets of your own: JSON, or pasted as in presets.py")
    parser.add_argument("--no-unsloth", action="store_true", help="use PEFT even where Unsloth is installed")
    parser.add_argument("--quantization", choices=QUANTIZATIONS, help="of the base model's weights")
    parser.add_argument("--seed", type=int, default=42, help="of all random numbers (default: %(default)s)")
    parser.add_argument(
        "--resume", action="store_true", help="continue an interrupted run of the same rows and settings"
    )
    parser.add_argument("--save-steps", type=int, metavar="N", help="steps between checkpoints (default: one a minute)")
    fields = parser.add_argument_group("settings", "each overrides the preset")
    for field in FIELDS:
        flag = "--" + field.name.replace("_", "-")
        if field.kind is list:
            fields.add_argument(flag, nargs="+", metavar="NAME", help=field.help)
        else:
            fields.add_argument(flag, type=field.kind, choices=field.choices or None, help=field.help)
    trying = parser.add_argument_group("trying")
    trying.add_argument(
        "--try", dest="try_folder", metavar="FOLDER", help="talk with a trained LoRA; nothing is trained"
    )
    trying.add_argument("--prompt", help="answer this with base and LoRA side by side; without it, a chat")
    trying.add_argument("--max-new-tokens", type=int, default=200, help="longest reply (default: %(default)s)")
    trying.add_argument(
        "--temperature", type=float, default=0.7, help="0 takes the likeliest word (default: %(default)s)"
    )
    add_common_arguments(parser)
    return parser


def work(arguments: argparse.Namespace) -> int:
    presets = {**PRESETS, **(settings_module.read_preset_file(arguments.preset_file) if arguments.preset_file else {})}
    if arguments.list_presets:
        print_presets(presets)
        return 0
    if arguments.try_folder:
        return try_lora(arguments)
    if not arguments.rows:
        raise UsageError("name a file of training rows, or --try FOLDER, or --list-presets")
    if arguments.save_steps is not None and arguments.save_steps < 1:
        raise UsageError("--save-steps is a whole number from 1 on")
    if not 0 <= arguments.seed < 2**32:
        raise UsageError("--seed is a whole number from 0 to 4294967295")
    flags = {field.name: getattr(arguments, field.name) for field in FIELDS}
    settings = settings_module.resolve(arguments.preset, flags, presets, arguments.seed)
    return train(arguments, settings, presets)


def train(arguments: argparse.Namespace, settings: Settings, presets: Mapping[str, Mapping[str, Any]]) -> int:
    """Train and say what came of it."""
    from identity.training.run import Request, can_resume, train_lora

    console = open_console(quiet=arguments.quiet)
    changed = settings_module.differences(settings, presets)
    told = ", ".join(f"{name} {_shown(value)}" for name, value in changed.items())
    console.print(plain(f"preset {settings.preset}" + (f" with {told}" if told else "")), soft_wrap=True)
    request = Request(
        rows=arguments.rows,
        output=Path(arguments.output),
        settings=settings,
        quantization=arguments.quantization,
        use_unsloth=not arguments.no_unsloth,
        resume=arguments.resume,
        save_steps=arguments.save_steps,
        force=arguments.force,
        quiet=arguments.quiet,
    )
    try:
        report = train_lora(request, lambda line: console.print(plain(line), soft_wrap=True))
    except KeyboardInterrupt:
        if not can_resume(request):
            raise
        warn("interrupted; run the same command with --resume to continue from the last checkpoint")
        return 130
    result = report["result"]
    console.print(
        f"loss {result['first_loss']:.3f} -> {result['last_loss']:.3f} in {result['steps']:,} steps, "
        f"{result['seconds']:.1f} s ({result['trained_tokens_per_second']:,.0f} learned and "
        f"{result['tokens_per_second']:,.0f} read tokens a second)",
        soft_wrap=True,
    )
    console.print(
        plain(f"LoRA: {arguments.output}   loss curve: {Path(arguments.output) / 'loss.png'}"), soft_wrap=True
    )
    console.print(plain(f"try it: python text_lora_train.py --try {arguments.output}"), soft_wrap=True)
    return 0


def print_presets(presets: Mapping[str, Mapping[str, Any]]) -> None:
    """The presets side by side, with the values that count after defaults."""
    from rich.table import Table

    table = Table(title="Model presets", title_justify="left", show_lines=False)
    table.add_column("")
    for name in presets:
        table.add_column(plain(name), overflow="fold")
    for field in FIELDS:
        values = [{**PRESET_DEFAULTS, **preset}.get(field.name, "") for preset in presets.values()]
        table.add_row(LABELS.get(field.name, field.name.replace("_", " ")), *(_shown(value) for value in values))
    open_console().print(table)


# The guide's names for what it lists of every preset.
LABELS = {
    "lora_r": "LoRA Rank",
    "lora_alpha": "LoRA Alpha",
    "learning_rate": "Learning Rate",
    "target_modules": "Target Modules",
}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, float) and 0 < value < 0.01:
        return f"{value:.0e}".replace("e-0", "e-")
    return plain(f"{value:g}" if isinstance(value, float) else str(value))


def try_lora(arguments: argparse.Namespace) -> int:
    """Base and LoRA side by side for a prompt, or a chat with the LoRA."""
    if arguments.max_new_tokens < 1 or not 0 <= arguments.temperature <= 5:
        raise UsageError("--max-new-tokens is 1 or more, --temperature from 0 to 5")
    from identity.training.devices import find_device
    from identity.training.errors import explained
    from identity.training.fit import quiet_libraries
    from identity.training.generate import load_speaker, read_adapter

    try:
        read_adapter(Path(arguments.try_folder))  # a wrong folder is told before torch is loaded
        quiet_libraries()
        speaker = load_speaker(Path(arguments.try_folder), find_device(), arguments.quantization)
        options = (arguments.max_new_tokens, arguments.temperature, arguments.seed)
        if arguments.prompt is None:
            chat(speaker, options, lines_of_stdin())
            return 0
        turns = [("user", arguments.prompt)]
        print_side_by_side(speaker.base_name, *(speaker.reply(turns, lora, *options).text for lora in (False, True)))
        return 0
    except Exception as error:
        known = explained(error)
        if known is None or arguments.debug:
            raise
        raise known from None


def print_side_by_side(base_name: str, base_reply: str, lora_reply: str) -> None:
    """Two panels in one row, or below each other where the terminal is narrow."""
    from rich.columns import Columns
    from rich.panel import Panel
    from rich.text import Text

    console = open_console()
    width = (console.width - 1) // 2 if console.width >= 70 else console.width
    panels = [
        Panel(Text("\n".join(map(plain, reply.split("\n"))) or "(nothing)"), title=plain(title), width=width)
        for title, reply in ((f"base: {base_name}", base_reply), ("with LoRA", lora_reply))
    ]
    console.print(Columns(panels, padding=(0, 1)))


CHAT_HELP = "/base answers the last line with the base model, /reset begins anew, /quit ends"


def chat(speaker: Any, options: tuple[int, float, int], lines: Iterator[str]) -> None:
    """A conversation with the LoRA, a line at a time; each reply is in the context of the next."""
    console = open_console()
    console.print(f"Chat with the LoRA. {CHAT_HELP}.", style="dim")
    turns: list[tuple[str, str]] = []
    for line in lines:
        text = line.strip()
        if text == "/quit":
            return
        if text == "/reset":
            turns = []
            console.print("a new conversation", style="dim")
        elif text == "/base":
            question = turns[:-1]
            console.print(plain(speaker.reply(question, False, *options).text) if question else "say something first")
        elif text.startswith("/"):
            console.print(CHAT_HELP, style="dim")
        elif text:
            turns.append(("user", text))
            reply = speaker.reply(turns, True, *options).text
            turns.append(("assistant", reply))
            console.print("\n".join(map(plain, reply.split("\n"))) or "(nothing)")


def lines_of_stdin() -> Iterator[str]:
    """What is typed, with a prompt mark on a terminal; from a pipe, its lines."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    while True:
        try:
            yield input("> ")
        except EOFError:
            return


def main(argv: Sequence[str] | None = None) -> int:
    return run(work, build_parser(), argv)


if __name__ == "__main__":
    raise SystemExit(main())
