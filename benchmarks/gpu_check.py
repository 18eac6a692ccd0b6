"""Check both training backends on a machine with an NVIDIA GPU; needs no network.

    python benchmarks/gpu_check.py --output gpu_check
    python benchmarks/gpu_check.py --output gpu_check --rows training_data.jsonl --size 1b
    python benchmarks/gpu_check.py --output gpu_check --cases peft-none unsloth-4bit --size 8b --epochs 0.1

Makes a Llama of random weights with the tokenizer of the built-in tiny base, trains a LoRA on it with every backend
and quantisation (each in a process of its own, for Unsloth changes the libraries as it is imported), and checks that
the loss falls, that the LoRA loads with PEFT and that it changes the output. Speed and memory do not depend on the
values of the weights, so --size 8b (the shape of Llama-3-8B, with the small vocabulary) tells what a real base needs.

Writes gpu_check.json to --output and the trained folders beside it. Exit codes: 0 all cases passed or were skipped
with a reason, 1 one failed, 2 the call was wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from identity.console import ArgumentParser, add_common_arguments, open_console, plain, run  # noqa: E402

CASES = ("peft-none", "peft-8bit", "peft-4bit", "unsloth-none", "unsloth-8bit", "unsloth-4bit")

# hidden size, MLP size, layers, heads, key-value heads; 1b and 8b are the shapes of Llama-3.2-1B and Llama-3-8B.
SIZES = {
    "small": (512, 1536, 8, 8, 4),
    "1b": (2048, 8192, 16, 32, 8),
    "8b": (4096, 14336, 32, 32, 8),
}


def build_parser() -> ArgumentParser:
    parser = ArgumentParser(__doc__)
    parser.add_argument("--output", required=True, help="folder for gpu_check.json, the base and the trained folders")
    parser.add_argument("--rows", help="training rows to use (default: 256 made ones)")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="which to run (default: all)")
    parser.add_argument("--size", choices=tuple(SIZES), default="small", help="of the base (default: %(default)s)")
    parser.add_argument("--epochs", type=float, default=2.0, help="default: %(default)s")
    parser.add_argument("--max-seq-length", type=int, default=512, help="tokens (default: %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="default: %(default)s")
    parser.add_argument("--batch-size", type=int, default=4, help="default: %(default)s")
    parser.add_argument("--case-seconds", type=int, default=500, help="limit for one case (default: %(default)s)")
    parser.add_argument("--one-case", choices=CASES, help=argparse.SUPPRESS)  # the process of a single case
    add_common_arguments(parser)
    return parser


def work(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.output).resolve()
    if arguments.one_case:
        print(json.dumps(run_case(arguments.one_case, folder, arguments)))
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    if not arguments.rows:
        arguments.rows = str(write_rows(folder / "rows.jsonl"))
    make_base(folder / f"base-{arguments.size}", arguments.size)
    results = []
    for case in arguments.cases:
        results.append(run_aside(case, arguments))
        write_results(folder / "gpu_check.json", results)
    print_table(results, arguments.quiet)
    return 1 if any(result["status"] == "failed" for result in results) else 0


def write_rows(file: Path, count: int = 256) -> Path:
    """Invented pairs with a length histogram as chats have it: many short replies, a few long ones."""
    randomly = random.Random(8)
    words = ("rain", "kettle", "letter", "slow", "evening", "garden", "sleeve", "lamp", "soft", "answer", "between")
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            length = min(400, round(randomly.lognormvariate(3, 0.9)) + 3)
            question = f"Tell me about {randomly.choice(words)} and {randomly.choice(words)}?"
            reply = "Well, well: " + " ".join(randomly.choice(words) for _ in range(length)) + "."
            row = {"instruction": question, "response": reply, "conversation_id": str(number)}
            lines.write(json.dumps(row) + "\n")
    return file


def make_base(folder: Path, size: str) -> None:
    """A Llama of the size with random bfloat16 weights and the tiny base's tokenizer, if it is not there yet."""
    if (folder / "config.json").is_file():
        return
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    from identity.training.bases import tiny_folder

    tokenizer = AutoTokenizer.from_pretrained(tiny_folder())
    hidden, mlp, layers, heads, key_values = SIZES[size]
    config = LlamaConfig(
        vocab_size=-(-len(tokenizer) // 64) * 64,
        hidden_size=hidden,
        intermediate_size=mlp,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=key_values,
        max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(8)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device(device):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def run_aside(case: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """One case in a process of its own; its result, or the last line that it said."""
    command = [sys.executable, __file__, "--one-case", case, "--output", arguments.output, "--rows", arguments.rows]
    for name in ("size", "epochs", "max_seq_length", "learning_rate", "batch_size"):
        command += ["--" + name.replace("_", "-"), str(getattr(arguments, name))]
    command += ["--debug"] if arguments.debug else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.case_seconds, check=False)
    except subprocess.TimeoutExpired:
        return {"case": case, "status": "failed", "told": f"took more than {arguments.case_seconds} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"case"')]
    if done.returncode == 0 and lines:
        result: dict[str, Any] = json.loads(lines[-1])
        return result
    said = done.stderr.strip().splitlines() or ["it said nothing"]
    return {"case": case, "status": "failed", "told": said[-1], "stderr": said[-40:]}


def run_case(case: str, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train, load, compare; the numbers of one case."""
    import torch

    from identity.training import unsloth_backend
    from identity.training.devices import find_device
    from identity.training.run import Request, train_lora
    from identity.training.settings import resolve

    backend, quantization = case.split("-")
    if backend == "unsloth" and (why := unsloth_backend.unavailable(find_device())):
        return {"case": case, "status": "skipped", "told": why}
    base = folder / f"base-{arguments.size}"
    flags = {name: getattr(arguments, name) for name in ("epochs", "max_seq_length", "learning_rate", "batch_size")}
    settings = resolve("llama-3-8b", {"base_model": str(base), "gradient_accumulation_steps": 2, **flags})
    said: list[str] = []
    started = time.monotonic()
    config = train_lora(
        Request(arguments.rows, folder / case, settings, quantization, backend == "unsloth", quiet=True), said.append
    )
    seconds = time.monotonic() - started
    cuda = torch.cuda.is_available()
    result = config["result"]
    checked = check_adapter(base, folder / case)
    passed = result["last_loss"] < result["first_loss"] and checked["changes_output"] and config["backend"] == backend
    return {
        "case": case,
        "status": "passed" if passed else "failed",
        "told": "" if passed else f"{config['backend']}: loss did not fall, or the LoRA changes nothing",
        "backend": config["backend"],
        "device": config["device"]["name"],
        **result,
        "steady_tokens_per_second": steady_speed(folder / case / "metrics.jsonl"),
        "seconds_with_loading": round(seconds, 1),
        "peak_allocated_gib": round(torch.cuda.max_memory_allocated() / 2**30, 3) if cuda else None,
        "peak_reserved_gib": round(torch.cuda.max_memory_reserved() / 2**30, 3) if cuda else None,
        **checked,
        "versions": config["versions"],
        "said": said,
    }


def steady_speed(metrics: Path) -> float | None:
    """Tokens a second after the first quarter of the steps, in which kernels are still compiled and chosen."""
    from identity.training.progress import read_metrics

    records = read_metrics(metrics, sys.maxsize)
    if len(records) < 4:
        return None
    first, last = records[len(records) // 4], records[-1]
    tokens = last.tokens_per_second * last.seconds - first.tokens_per_second * first.seconds
    return round(tokens / (last.seconds - first.seconds), 1)


def check_adapter(base: Path, adapter: Path) -> dict[str, Any]:
    """Load the LoRA with PEFT on the unquantised base: does it load, does it change the output, and how far?"""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    named = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"]
    plain_model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16).to(device)
    ids = torch.tensor([AutoTokenizer.from_pretrained(adapter)("Tell me about rain?")["input_ids"]], device=device)
    with torch.inference_mode():
        before = plain_model(input_ids=ids).logits.float()
        model = PeftModel.from_pretrained(plain_model, adapter)
        after = model(input_ids=ids).logits.float()
    return {
        "adapter_loads": True,
        "base_named": named == str(base),
        "changes_output": bool((before != after).any()),
        "largest_logit_change": round(float((before - after).abs().max()), 4),
    }


def write_results(file: Path, results: list[dict[str, Any]]) -> None:
    file.write_text(json.dumps({"written_by": "gpu_check.py", "results": results}, indent=2) + "\n", encoding="utf-8")


COLUMNS = (
    ("case", "case", "{}"),
    ("status", "status", "{}"),
    ("loss first", "first_loss", "{:.3f}"),
    ("last", "last_loss", "{:.3f}"),
    ("s", "seconds", "{:.1f}"),
    ("steady tokens/s", "steady_tokens_per_second", "{:,.0f}"),
    ("peak GiB", "peak_allocated_gib", "{:.2f}"),
    ("LoRA acts", "changes_output", "{}"),
)


def print_table(results: list[dict[str, Any]], quiet: bool) -> None:
    from rich.table import Table

    table = Table(title="Training backends", title_justify="left")
    for heading, _, _ in COLUMNS:
        table.add_column(heading)
    for result in results:
        cells = (("" if result.get(key) is None else form.format(result[key])) for _, key, form in COLUMNS)
        table.add_row(*map(plain, cells))
    console = open_console(quiet=quiet)
    console.print(table)
    for result in results:
        if result.get("told"):
            console.print(plain(f"{result['case']}: {result['told']}"), soft_wrap=True)


def main(argv: Sequence[str] | None = None) -> int:
    return run(work, build_parser(), argv)


if __name__ == "__main__":
    raise SystemExit(main())
