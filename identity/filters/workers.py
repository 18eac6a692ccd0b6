"""Other processes that judge: on this machine, or as actors of a Ray cluster. Each answers one request at a time.

A request is a batch as MessagePack, an answer what RemoteJudge makes of it. Packing and unpacking 76 MB took 0.1 and
0.4 s of CPU time as MessagePack, 0.3 and 1.0 s as pickle. Answers are pickles of our own processes, small, and exact
in their types.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.resource_tracker import ensure_running
from typing import Any, Protocol

import msgspec

from identity.console import UserError
from identity.filters import judge, prepare
from identity.filters.verdicts import Batch, Evaluate, Judgement, Settings

STEP = 0.5  # seconds between two looks whether the run has ended meanwhile


class WorkerDied(Exception):
    """The worker is gone, with whatever it was judging; the text says how it ended."""


class WorkerFailed(Exception):
    """A bug that showed in a worker; the text is the traceback there."""


class Worker(Protocol):
    """Where requests are sent."""

    def start(self) -> None:
        """Have it running; WorkerDied if that fails. Does nothing where it runs already."""

    def ask(self, request: bytes) -> bytes:
        """The answer of RemoteJudge; starts the worker if it must. WorkerDied."""

    def stop(self) -> None:
        """End it at once, from any thread; an `ask` under way then raises WorkerDied."""


@contextlib.contextmanager
def interrupted_later() -> Iterator[None]:
    """Ctrl-C is raised when the block has ended, and never in threads and processes that begin in it.

    A Ray that is half begun takes the interpreter down with it. A signal that another thread takes does not wake the
    main one from reading, and a process that has yet to come up would show a traceback.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class RemoteJudge:
    """The far side. Rules are prepared with the first request, so that what is wrong with them is an answer too."""

    def __init__(self, settings: Settings, threads: int | None = None) -> None:
        self.settings = settings
        self.rules: Sequence[Evaluate] | None = None
        self.decoder = msgspec.msgpack.Decoder(Batch)
        if threads:  # read by torch when it is first used; without it every worker would take all cores
            os.environ.setdefault("OMP_NUM_THREADS", str(threads))

    def answer(self, request: bytes) -> bytes:
        """A judgement, or the exception that stands in its way."""
        try:
            if self.rules is None:
                self.rules = prepare(self.settings)
            batch = self.decoder.decode(request)
            return pickle.dumps(judge(batch.conversations, self.rules, self.settings, batch.suspects))
        except UserError as error:
            return pickle.dumps(error)
        except Exception:
            return pickle.dumps(WorkerFailed(traceback.format_exc()))


def judgement_from(answer: bytes) -> Judgement:
    """What RemoteJudge answered; raises what it could not answer for."""
    found = pickle.loads(answer)
    if isinstance(found, Exception):
        raise found
    assert isinstance(found, Judgement)
    return found


class OtherProcess:
    """A new interpreter on this machine (spawned, alike on all systems), at the end of a pipe.

    It holds no other end of that pipe than its own, so that it ends when this process does, however that happens.
    Ctrl-C, which a terminal sends to all processes, is for this one alone: see interrupted_later.
    """

    def __init__(self, settings: Settings, threads: int) -> None:
        if sys.platform != "win32":
            ensure_running()  # else the first process would bring it along, and lift the mask of the thread
        self.arguments = (settings, threads)
        self.is_stopped = False
        self.process: Any = None
        self.connection: Any = None

    def start(self) -> None:
        if self.process:
            return
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        process = context.Process(target=_answer_all, args=(theirs, *self.arguments), daemon=True)
        process.start()
        theirs.close()
        self.process = process
        if self.is_stopped:  # while it was being started
            process.kill()

    def ask(self, request: bytes) -> bytes:
        self.start()
        try:
            self.connection.send_bytes(request)
            return bytes(self.connection.recv_bytes())
        except (EOFError, OSError):
            process, self.process = self.process, None
            self.connection.close()
            process.join()
            raise WorkerDied(f"exit code {process.exitcode}") from None

    def stop(self) -> None:
        self.is_stopped = True
        process = self.process
        if process:
            process.kill()


def _answer_all(connection: Any, settings: Settings, threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    far_side = RemoteJudge(settings, threads)
    with contextlib.suppress(EOFError, OSError):  # nobody asks any more
        while True:
            connection.send_bytes(far_side.answer(connection.recv_bytes()))


class RayActor:
    """An actor of a Ray cluster; `options` say what it needs of a node."""

    def __init__(self, ray: Any, settings: Settings, options: Mapping[str, float]) -> None:
        self.ray, self.settings, self.options = ray, settings, options
        self.is_stopped = False
        self.actor: Any = None

    def start(self) -> None:
        if self.actor:
            return
        self.actor = self.ray.remote(**self.options)(RemoteJudge).remote(self.settings)
        self._get(self.actor.__ray_ready__.remote())  # comes once the cluster has room

    def ask(self, request: bytes) -> bytes:
        self.start()
        return bytes(self._get(self.actor.answer.remote(request)))

    def _get(self, reference: Any) -> Any:
        """The result, waited for in steps: Ray must not be shut down under a thread that waits for it."""
        try:
            while not self.ray.wait([reference], timeout=STEP)[0]:
                if self.is_stopped:
                    raise WorkerDied("stopped")
            return self.ray.get(reference)
        except self.ray.exceptions.RayError as error:
            self.actor = None  # killed by Ray once nobody has a handle to it
            raise WorkerDied(type(error).__name__) from None

    def stop(self) -> None:
        self.is_stopped = True
        actor = self.actor
        if actor:
            self.ray.kill(actor)
