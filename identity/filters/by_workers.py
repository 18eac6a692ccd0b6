"""Batches judged by several workers at once, given back in order, with a bounded number of them under way."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, wait
from queue import SimpleQueue

import msgspec

from identity.console import UserError
from identity.filters.verdicts import Batch, Judgement
from identity.filters.workers import Worker, WorkerDied, interrupted_later, judgement_from

AHEAD = 2  # batches per worker: the one that it judges, and the next
TRIES = 3  # of one batch


class ByWorkers:
    """Several workers, each served by a thread, which only waits; `close` is called when all is done."""

    def __init__(self, workers: Sequence[Worker], close: Callable[[], None] | None = None) -> None:
        self.workers, self.close = workers, close
        self.is_stopped = False
        self.requests: SimpleQueue[tuple[bytes, Future[Judgement]] | None] = SimpleQueue()

    def judgements(self, batches: Iterable[Batch]) -> Generator[tuple[Batch, Judgement], None, None]:
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
