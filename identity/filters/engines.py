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

import contextlib
import importlib
import importlib.util
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import msgspec

from identity.console import UsageError, UserError
from identity.filters import judge
from identity.filters.verdicts import Batch, Evaluate, Judgement, Settings
from identity.filters.workers import (
    OtherProcess,
    RayActor,
    Worker,
    WorkerDied,
    interrupted_later,
    judgement_from,
)

Judged = Generator[tuple[Batch, Judgement], None, None]  # to be closed: that ends the workers

AHEAD = 2  # batches per worker: the one that it judges, and the next
TRIES = 3  # of one batch
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


class ByWorkers:
    """Several workers, each served by a thread, which only waits; `close` is called when all is done."""

    def __init__(self, workers: Sequence[Worker], close: Callable[[], None] | None = None) -> None:
        self.workers, self.close = workers, close
        self.is_stopped = False
        self.requests: SimpleQueue[tuple[bytes, Future[Judgement]] | None] = SimpleQueue()

    def judgements(self, batches: Iterable[Batch]) -> Judged:
        threads = [threading.Thread(target=self._serve, args=(worker,), daemon=True) for worker in self.workers]
        encoder = msgspec.msgpack.Encoder()
        under_way: deque[tuple[Batch, Future[Judgement]]] = deque()
        try:
            with interrupted_later():
                for thread in threads:
                    thread.start()
            for batch in batches:
                future: Future[Judgement] = Future()
                self.requests.put((encoder.encode(batch), future))
                under_way.append((batch, future))
                if len(under_way) >= AHEAD * len(self.workers):
                    yield _oldest(under_way)
            while under_way:
                yield _oldest(under_way)
        finally:
            self._stop(threads)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        """End all workers, idle or not: what they are still judging is not wanted any more."""
        self.is_stopped = True
        for worker in self.workers:
            self.requests.put(None)
            worker.stop()
        for thread in threads:
            thread.join(timeout=5)
        if self.close:
            self.close()

    def _serve(self, worker: Worker) -> None:
        # Before a request is taken: a cluster may have room for this worker late or never. What goes wrong here is
        # tried again, and told, with the first request.
        with contextlib.suppress(Exception):
            worker.start()
        for request, future in iter(self.requests.get, None):
            if self.is_stopped:
                return
            try:
                future.set_result(judgement_from(self._answer(worker, request)))
            except Exception as error:
                future.set_exception(error)

    def _answer(self, worker: Worker, request: bytes) -> bytes:
        how = ""
        for _ in range(TRIES):
            try:
                return worker.ask(request)
            except WorkerDied as death:
                if self.is_stopped:
                    raise
                how = str(death)
        raise UserError(
            f"a worker ended {TRIES} times over the same messages ({how}), likely for want of memory; give fewer --jobs"
        )


def _oldest(under_way: deque[tuple[Batch, Future[Judgement]]]) -> tuple[Batch, Judgement]:
    """The oldest batch with its judgement. Waits in steps, because Windows sees Ctrl-C only between them."""
    batch, future = under_way.popleft()
    while not future.done():
        wait([future], timeout=1)
    return batch, future.result()


def local(rules: Sequence[Evaluate], settings: Settings, jobs: int, address: str | None) -> Engine:
    """This machine; with more jobs than one processes besides this one, which share its cores."""
    if address:
        raise UsageError("--ray-address is for --engine ray; add that, or leave the address out")
    if jobs == 1:
        return InThisProcess(rules, settings)
    threads = max(1, (os.cpu_count() or 1) // jobs)
    return ByWorkers([OtherProcess(settings, threads) for _ in range(jobs)])


def on_ray(rules: Sequence[Evaluate], settings: Settings, jobs: int, address: str | None) -> Engine:
    """Actors of the cluster at `address`, or of one that is started on this machine for the run.

    Nodes are sent this package, and must have what it imports (and toxicity weights) themselves. With toxicity the
    actors share what GPUs there are.
    """
    if importlib.util.find_spec("ray") is None:
        raise UsageError("--engine ray needs Ray; pip install -r requirements/cluster.txt")
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
