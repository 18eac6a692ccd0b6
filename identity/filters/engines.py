"""Where the batches of a run are judged: in this process, in several, or on a Ray cluster.

The judgement of a batch depends on nothing but the batch and the settings (identity.filters.judge), so an engine only
chooses the place. Cutting into batches, redacting, counting copies and writing stay with the process that reads, in
the order of the input: output, rejects and statistics are the same bytes with any engine. Only the last digits of a
toxicity score depend on the device, the number of its threads and what is scored beside a text.

Every engine is bounded: AHEAD batches per worker are under way at most, however long the input is. A worker that dies
(killed, out of memory) is started again and given its batch again, TRIES times in all.

Ray's actors and not its Ray Data: what Ray Data reads must be readable again, by any node, when a block is lost. What
is judged here is a pipe as often as a file, and is redacted in order, with numbers that depend on all that came
before. Ray Data could only be given it whole, a second copy of the corpus in memory.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from identity.console import UsageError, UserError
from identity.filters import judge
from identity.filters.verdicts import Batch, Evaluate, Judgement, Settings

Judged = Generator[tuple[Batch, Judgement], None, None]  # to be closed: that ends the workers

REACH_SECONDS = 5.0  # after which a cluster counts as out of reach
ROOT = Path(__file__).resolve().parents[2]


class Engine(Protocol):
    """Judges batches, and gives each back with its judgement, in the order in which they came."""

    def judgements(self, batches: Iterable[Batch]) -> Judged: ...


class InThisProcess:
    """One batch after the other, with rules that are prepared already."""

    def __init__(self, rules: Sequence[Evaluate], settings: Settings) -> None:
        self.rules, self.settings = rules, settings

    def judgements(self, batches: Iterable[Batch]) -> Judged:
        for batch in batches:
            yield batch, judge(batch.conversations, self.rules, self.settings, batch.suspects)


def local(rules: Sequence[Evaluate], settings: Settings, jobs: int, address: str | None) -> Engine:
    """This machine; with more jobs than one processes besides this one, which share its cores."""
    if jobs == 1:
        return InThisProcess(rules, settings)
    from identity.filters.by_workers import ByWorkers  # what it needs is only loaded for it
    from identity.filters.workers import OtherProcess

    threads = max(1, (os.cpu_count() or 1) // jobs)
    return ByWorkers([OtherProcess(settings, threads) for _ in range(jobs)])


def on_ray(rules: Sequence[Evaluate], settings: Settings, jobs: int, address: str | None) -> Engine:
    """Actors of the cluster at `address`, or of one that is started on this machine for the run.

    Nodes are sent this package, and must have what it imports (and toxicity weights) themselves. With toxicity the
    actors share what GPUs there are.
    """
    if importlib.util.find_spec("ray") is None:
        raise UsageError("--engine ray needs Ray; pip install -r requirements/cluster.txt")
    from identity.filters.by_workers import ByWorkers
    from identity.filters.workers import RayActor, interrupted_later

    ray: Any = importlib.import_module("ray")
    place: dict[str, Any] = {"address": "local", "num_cpus": jobs, "include_dashboard": False}
    if address:
        modules = [str(ROOT / "identity"), str(ROOT / "presets.py")]
        place = {"address": address, "runtime_env": {"py_modules": modules}}
    try:
        if address:
            _reach(address)
        with interrupted_later():
            ray.init(**place, log_to_driver=False, logging_level="ERROR")
    except (OSError, ValueError, RuntimeError) as error:
        where = f"the Ray cluster at {address} cannot be reached" if address else "Ray does not start here"
        raise UserError(
            f"{where} ({type(error).__name__}); check `ray status` (RAY_AUTH_MODE=token if the cluster has a token),"
            " or leave --engine out"
        ) from None
    gpus = ray.cluster_resources().get("GPU", 0.0) if settings.toxicity else 0.0
    options = {"num_cpus": 1, "num_gpus": min(1.0, gpus / jobs)}
    return ByWorkers([RayActor(ray, settings, options) for _ in range(jobs)], close=ray.shutdown)


def _reach(address: str) -> None:
    """OSError if nothing answers at HOST:PORT or ray://HOST:PORT, which Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_SECONDS).close()


ENGINES: Mapping[str, Callable[[Sequence[Evaluate], Settings, int, str | None], Engine]] = {
    "local": local,
    "ray": on_ray,
}
