"""Watching a run: a record per step for metrics.jsonl, and a bar on a terminal or a line every ten seconds."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol

EVERY_SECONDS = 10.0
WRITTEN_BY = "text_lora_train.py"


class StepRecord(NamedTuple):
    """One optimiser step: loss in nats per trained token, seconds since the run began."""

    step: int
    epoch: float
    loss: float
    learning_rate: float
    gradient_norm: float
    seconds: float
    tokens_per_second: float
    trained_tokens_per_second: float


class CountsTokens(Protocol):
    """What the watch needs of the collator."""

    tokens: int
    trained_tokens: int


class TrainingWatch:
    """Called at every step; writes metrics.jsonl as it goes and shows how far the run is.

    `records` and `seconds` begin with what an interrupted run left, so that both tell of the whole run.
    """

    def __init__(self, metrics: Path, records: list[StepRecord], seconds: float, quiet: bool) -> None:
        self.collator: CountsTokens | None = None
        self.records = records
        self._metrics = metrics
        self._before = seconds
        self._quiet = quiet
        self._started = self._said = time.monotonic()
        self._first = self._total = 0
        self._bar: Any = None
        self._task: Any = None

    @property
    def seconds(self) -> float:
        return self._before + time.monotonic() - self._started

    def __enter__(self) -> TrainingWatch:
        write_metrics(self._metrics, self.records)
        if not self._quiet and sys.stderr.isatty():
            self._bar = _bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def begin(self, step: int, total: int) -> None:
        """The first step is about to come; `step` have been done before."""
        self._started = self._said = time.monotonic()
        self._first, self._total = step, total
        if self._bar:
            self._task = self._bar.add_task("training", total=total, completed=step, told="")

    def step(self, step: int, epoch: float, logs: dict[str, float]) -> None:
        """A step is done; `logs` are the trainer's."""
        passed = max(time.monotonic() - self._started, 1e-6)
        tokens = self.collator.tokens if self.collator else 0
        trained = self.collator.trained_tokens if self.collator else 0
        record = StepRecord(
            step=step,
            epoch=round(epoch, 4),
            loss=round(float(logs["loss"]), 6),
            learning_rate=float(logs.get("learning_rate", 0.0)),
            gradient_norm=round(float(logs.get("grad_norm", 0.0)), 6),
            seconds=round(self.seconds, 3),
            tokens_per_second=round(tokens / passed, 1),
            trained_tokens_per_second=round(trained / passed, 1),
        )
        self.records.append(record)
        with self._metrics.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(record._asdict()) + "\n")
        self._show(record, passed)

    def _show(self, record: StepRecord, passed: float) -> None:
        told = f"loss {record.loss:.3f}  {record.tokens_per_second:,.0f} tokens/s"
        if self._bar:
            self._bar.update(self._task, completed=record.step, told=told)
        elif not self._quiet and time.monotonic() - self._said >= EVERY_SECONDS:
            self._said = time.monotonic()
            left = passed / max(record.step - self._first, 1) * (self._total - record.step)
            line = f"training: step {record.step:,} of {self._total:,}  {told}  {_clock(left)} left"
            print(line, file=sys.stderr, flush=True)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def write_metrics(path: Path, records: list[StepRecord]) -> None:
    """Write metrics.jsonl anew: a first line that says whose it is, then a line per step."""
    with path.open("w", encoding="utf-8") as lines:
        lines.write(json.dumps({"written_by": WRITTEN_BY, "loss": "nats per trained token"}) + "\n")
        for record in records:
            lines.write(json.dumps(record._asdict()) + "\n")


def read_metrics(path: Path, until_step: int) -> list[StepRecord]:
    """The records of the steps up to `until_step`; a torn last line is left out."""
    records = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = StepRecord(**json.loads(line))
            except (ValueError, TypeError):  # the first line, or one cut by a kill
                continue
            if record.step <= until_step:
                records.append(record)
    return records
