"""One training run from rows to a finished folder: which backend, which base, tokens, training, output."""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import IO, Any, cast

from identity.console import UserError, progress
from identity.files import open_input
from identity.rows import Row, read_row_stream
from identity.training import output, peft_backend, unsloth_backend
from identity.training.bases import Base, locate
from identity.training.card import model_card
from identity.training.chat_templates import give_template
from identity.training.devices import Device, choose_quantization, find_device
from identity.training.errors import explained
from identity.training.fit import FitResult, as_dataset, fit, last_checkpoint, quiet_libraries
from identity.training.loss_picture import draw_loss
from identity.training.masks import LessonCounts, LessonMaker
from identity.training.progress import StepRecord, TrainingWatch, read_metrics
from identity.training.settings import Settings
from identity.training.template import ChatTemplate

Say = Callable[[str], None]

VERSIONS = ("torch", "transformers", "trl", "peft", "accelerate", "bitsandbytes", "unsloth", "datasets", "tokenizers")
ENDS = 10  # steps whose mean is the first and the last loss of a run, at most a tenth of it


@dataclass(frozen=True)
class Request:
    """What is asked for: a row file ("-" is stdin), a folder to make, and how."""

    rows: str
    output: Path
    settings: Settings
    quantization: str | None = None
    use_unsloth: bool = True
    resume: bool = False
    save_steps: int | None = None
    force: bool = False
    quiet: bool = False


def train_lora(request: Request, say: Say) -> dict[str, Any]:
    """Train as asked and put the folder in place; returns the content of its training_config.json.

    `say` gets one line for whatever was decided, skipped or cut. UserError and UsageError name the remedy.
    """
    folder = request.output.expanduser().resolve()
    try:
        with output.held(folder):
            output.recover(folder)
            output.check_output(folder, request.force)
            return _train(request, folder, say)
    except UserError:
        raise
    except Exception as error:
        known = explained(error)
        if known is None:
            raise
        raise known from error


def can_resume(request: Request) -> bool:
    """True if an interrupted run at the output has a checkpoint to continue from."""
    folder = request.output.expanduser().resolve()
    return last_checkpoint(output.partial_of(folder) / output.CHECKPOINTS) is not None


def _train(request: Request, folder: Path, say: Say) -> dict[str, Any]:
    settings = request.settings
    with open_input(request.rows) as stream:
        rows = HashedRows(stream, request.rows)
        first = next(rows, None)  # a wrong file is told before a model is fetched
        if first is None:
            raise UserError(f"{request.rows}: no training rows in it; write some with conversation_parser.py --export")
        device = find_device()
        backend = choose_backend(request.use_unsloth, device, say)  # before anything imports transformers
        quiet_libraries()
        quantization, why = choose_quantization(request.quantization, device, backend is unsloth_backend)
        if why:
            say(why)
        base = locate(settings.base_model)
        tokenizer, template = load_tokenizer(base, settings, say)
        maker = LessonMaker(template, settings.max_seq_length)
        everything = progress(itertools.chain([first], rows), "reading rows", quiet=request.quiet)
        dataset = as_dataset(maker.sequences(everything))
    tell_counts(maker.counts, template, settings, say)
    fingerprint = {
        "settings": asdict(settings),
        "rows": {"sha256": rows.sha256, "count": maker.counts.rows},
        "backend": backend.NAME,
        "quantization": quantization,
        "device": device.kind,
        "versions": versions(),
    }
    model = load_model(backend, base, settings, quantization, device)
    try:
        result = run_fit(request, folder, model, tokenizer, dataset, device, backend, fingerprint, say)
    except BaseException:
        _drop_empty(output.partial_of(folder))
        raise
    config = {
        "schema": 1,
        "name": folder.name,
        **fingerprint,
        "rows": {"name": Path(request.rows).name, **fingerprint["rows"]},
        "device": {"kind": device.kind, "name": device.name, "weights": device.weights},
        "platform": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "base_model": {"name": base.name, "revision": base.revision, "licence": base.licence},
        "end_of_turn": template.end_of_turn,
        "counts": maker.counts.as_dict(),
        "result": summary(result),
    }
    write_folder(output.partial_of(folder), model, tokenizer, base, config, result.records)
    output.finish(output.partial_of(folder), folder, config)
    return config


class HashedRows(Iterator[Row]):
    """The rows of an open stream; `sha256` is that of the bytes read so far."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._rows = read_row_stream(cast(IO[bytes], self), name)

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._digest.update(block)
        return block

    def __next__(self) -> Row:
        return next(self._rows)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def choose_backend(use_unsloth: bool, device: Device, say: Say) -> ModuleType:
    """Unsloth where it is wanted and can be had, else PEFT; says why not."""
    if not use_unsloth:
        return peft_backend
    why_not = unsloth_backend.unavailable(device)
    if why_not is None:
        return unsloth_backend
    say(f"unsloth not available: {why_not}; training with PEFT")
    return peft_backend


def load_tokenizer(base: Base, settings: Settings, say: Say) -> tuple[Any, ChatTemplate]:
    """The base model's tokenizer with a chat template, and that template as training needs it."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base.folder, trust_remote_code=False)
    told = give_template(tokenizer, settings.chat_template)
    if told:
        say(told)
    template = ChatTemplate(tokenizer)
    if template.end_of_turn is None:
        say("the chat template writes no end of turn, so the LoRA will not learn when to stop")
    return tokenizer, template


def load_model(backend: ModuleType, base: Base, settings: Settings, quantization: str, device: Device) -> Any:
    """Base and fresh LoRA. The seed is set first: nobody else does before the LoRA's weights are drawn."""
    from transformers import set_seed

    set_seed(settings.seed)
    return backend.load(base, settings, quantization, device)


def tell_counts(counts: LessonCounts, template: ChatTemplate, settings: Settings, say: Say) -> None:
    """One line on what is learned, and one for everything that was cut or left out; UserError if nothing is left."""
    longer = "a higher --max-seq-length would take them whole"
    if counts.trained_tokens == 0:
        if counts.replies_without_room:
            raise UserError(
                f"nothing to learn: what is asked is longer than {settings.max_seq_length} tokens in every row; "
                "raise --max-seq-length"
            )
        raise UserError(
            "nothing to learn: no row has an assistant reply after a user turn (or all have weight 0); "
            "see conversation_parser.py --voice for who the assistant is"
        )
    say(
        f"{counts.rows:,} rows, {counts.sequences:,} sequences, {counts.replies_learned:,} replies to learn "
        f"({counts.trained_tokens:,} of {counts.tokens:,} tokens)"
    )
    for count, told in (
        (counts.rows_in_windows, "rows were longer than --max-seq-length and became windows of whole turns"),
        (counts.replies_cut, f"replies were cut at {settings.max_seq_length:,} tokens; {longer}"),
        (counts.replies_without_room, f"replies were left out, for their question alone fills the length; {longer}"),
        (counts.rows_without_lesson, "rows have nothing to learn and were left out"),
        (counts.replies_without_question, "replies came before any question and were left out"),
        (counts.lookalikes, "turns quote a control token of the model; it stays text (marked with U+2060)"),
        (counts.system_turns_folded, "system turns went into the first user turn, for the chat template has none"),
    ):
        if count:
            say(f"{count:,} {told}")
    if template.rewrites_earlier_turns:
        say("the chat template rewrites earlier turns, so each reply is a sequence of its own")


def run_fit(
    request: Request,
    folder: Path,
    model: Any,
    tokenizer: Any,
    dataset: Any,
    device: Device,
    backend: ModuleType,
    fingerprint: dict[str, Any],
    say: Say,
) -> FitResult:
    """Train in NAME.partial, from the last whole checkpoint if that is asked for and there is one."""
    partial = output.partial_of(folder)
    found = last_checkpoint(partial / output.CHECKPOINTS)
    records: list[StepRecord] = []
    if request.resume and found:
        output.check_same_run(partial, fingerprint)
        records = read_metrics(partial / output.METRICS, found[1])
        say(f"continuing after step {found[1]:,}")
    else:
        if request.resume:
            say("nothing to resume: no interrupted run with a checkpoint is there, so training begins anew")
        elif found:
            say(f"an interrupted run (step {found[1]:,}) is replaced; --resume would have continued it")
        found = None
        output.begin(partial, fingerprint)
    watch = TrainingWatch(partial / output.METRICS, records, found[2] if found else 0.0, request.quiet)
    return fit(
        model,
        tokenizer,
        dataset,
        request.settings,
        device,
        partial / output.CHECKPOINTS,
        watch,
        request.save_steps,
        backend.trainer_arguments(device),
        checkpoint=found[0] if found else None,
    )


def summary(result: FitResult) -> dict[str, float]:
    """Steps, seconds, speed, and the loss at both ends of the run (means of a few steps)."""
    losses = [record.loss for record in result.records]
    few = max(1, min(ENDS, len(losses) // 10))
    return {
        "steps": result.steps,
        "seconds": round(result.seconds, 2),
        "first_loss": round(sum(losses[:few]) / few, 4),
        "last_loss": round(sum(losses[-few:]) / few, 4),
        "tokens_per_second": result.records[-1].tokens_per_second,
        "trained_tokens_per_second": result.records[-1].trained_tokens_per_second,
    }


def write_folder(
    partial: Path, model: Any, tokenizer: Any, base: Base, config: dict[str, Any], records: list[StepRecord]
) -> None:
    """Everything of the finished folder but training_config.json, which output.finish writes last."""
    for adapter in model.peft_config.values():
        adapter.base_model_name_or_path = base.reference
        adapter.revision = base.revision
        adapter.target_modules = list(config["settings"]["target_modules"])  # a set in peft, in any order
    model.save_pretrained(partial, safe_serialization=True, save_embedding_layers=False)
    tokenizer.save_pretrained(partial)
    draw_loss(records, partial / output.LOSS_PICTURE, f"{config['name']}: {base.name}, loss on replies")
    (partial / output.CARD).write_text(model_card(config), encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of the libraries that decide the result."""
    found = {}
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _drop_empty(partial: Path) -> None:
    """A folder of ours without a checkpoint holds nothing to resume from."""
    if output.is_ours(partial / output.RUN) and last_checkpoint(partial / output.CHECKPOINTS) is None:
        shutil.rmtree(partial)
