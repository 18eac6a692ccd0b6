"""Wherever batches are judged, the result is the same bytes; what happens to a worker changes nothing but the time."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import conversation_filter
import conversation_parser
from identity import filter_flags
from identity.console import UsageError, UserError
from identity.filters import engines, judge, prepare, stream, user_patterns
from identity.filters.by_workers import AHEAD, TRIES, ByWorkers
from identity.filters.engines import ENGINES, InThisProcess
from identity.filters.verdicts import Batch, Settings, UserPattern
from identity.filters.workers import OtherProcess, RemoteJudge, WorkerDied, WorkerFailed
from identity.records import Conversation, Message, encode, write_conversations

ROOT = Path(conversation_filter.__file__).parent
EXPORTS = sorted((ROOT / "examples").glob("*-export.zip"))
SETTINGS = Settings(patterns=(UserPattern("mizzle"),))

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed (requirements/cluster.txt)"
)

SAYINGS = (
    "ok",
    "It's worth noting that we should leverage our synergies here.",
    "A mizzle is a rain so soft that you only notice it on your sleeves.",
    "Write to anna{number}@example.org, she knows the harbour better than I do.",
    "Paint it small. Good names don't shout, and nobody reads them twice anyway.",
    "Three letters too few for a hurry, that is not nothing, number {number}.",
)


def conversations(count: int) -> Iterator[Conversation]:
    """Something for every part of a run: phrases, single words, addresses to number, replies said over and over."""
    chance = random.Random(5)
    for number in range(count):
        texts = [chance.choice(SAYINGS).format(number=chance.randrange(40)) for _ in range(chance.randrange(1, 9))]
        messages = [
            Message(
                id=f"m{at}",
                parent=f"m{at - 1}" if at else None,
                role="assistant" if at % 2 else "user",
                content=text,
            )
            for at, text in enumerate(texts)
        ]
        yield Conversation(id=f"c{number}", messages=messages)


def batches(count: int, size: int = 3) -> list[Batch]:
    return list(map(Batch, stream.in_batches(conversations(count), size, 100_000)))


def written(folder: Path, source: Path, *flags: str) -> list[bytes]:
    """Output, rejects and statistics of a run."""
    names = ("output", "rejects", "stats-json")
    paths = [folder / f"{name}.json" for name in names]
    files = [word for name, path in zip(names, paths, strict=True) for word in (f"--{name}", str(path))]
    call = [str(source), *files, "--toxicity", "off", "--quiet", "--redact", "pii", "--dedupe", "exact", *flags]
    assert conversation_filter.main(call) == 0
    return [path.read_bytes() for path in paths]


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An input of many batches."""
    monkeypatch.setattr(stream, "BATCH", (7, 100_000))
    path = tmp_path / "parsed.jsonl"
    write_conversations(path, conversations(300))
    return path


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "parsed.json"
    assert conversation_parser.main([*map(str, EXPORTS), "--output", str(path), "--quiet"]) == 0
    return path


@pytest.fixture(scope="module")
def own_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Ray that is started reads the token of its cluster here (once per process), not in the runner's home."""
    token = tmp_path_factory.mktemp("ray") / "token"
    token.write_text(secrets.token_hex(32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
        yield


# --- the order and the bounds, with workers that are none ---------------------------------------------------------


class FakeWorker:
    """Answers in this process; dies at the requests whose numbers are given, and may have to be let go first."""

    def __init__(self, deaths: Sequence[int] = (), gate: threading.Event | None = None) -> None:
        self.deaths, self.gate = deaths, gate
        self.judge, self.asked = RemoteJudge(SETTINGS), 0

    def start(self) -> None:
        pass

    def ask(self, request: bytes) -> bytes:
        self.asked += 1
        if self.gate:
            self.gate.wait()
        if self.asked in self.deaths:
            raise WorkerDied("exit code -9")
        return self.judge.answer(request)

    def stop(self) -> None:
        if self.gate:
            self.gate.set()


def expected(given: Sequence[Batch]) -> list[object]:
    rules = prepare(SETTINGS)
    return [(batch, judge(batch.conversations, rules, SETTINGS)) for batch in given]


def test_every_engine_has_its_flag() -> None:
    assert tuple(ENGINES) == filter_flags.ENGINES


def test_the_order_is_that_of_the_input_when_a_worker_is_late() -> None:
    given = batches(40)
    gate = threading.Event()
    judged = ByWorkers([FakeWorker(gate=gate), FakeWorker()]).judgements(given)
    threading.Timer(0.2, gate.set).start()
    assert list(judged) == expected(given)


def test_no_more_batches_are_read_than_the_workers_have_under_way() -> None:
    read = 0

    def endless() -> Iterator[Batch]:
        nonlocal read
        while True:
            read += 1
            yield batches(3)[0]

    judged = ByWorkers([FakeWorker(), FakeWorker(), FakeWorker()]).judgements(endless())
    for number in range(10):
        next(judged)
        assert read <= number + 3 * AHEAD
    judged.close()


def test_a_batch_whose_worker_dies_is_judged_again() -> None:
    given = batches(40)
    assert list(ByWorkers([FakeWorker(deaths=(1, 5, 6))]).judgements(given)) == expected(given)


def test_a_batch_that_always_ends_its_worker_is_one_error_that_says_what_to_do() -> None:
    worker = FakeWorker(deaths=range(100))
    with pytest.raises(UserError, match=r"ended 3 times .*exit code -9.*fewer --jobs"):
        list(ByWorkers([worker]).judgements(batches(1)))
    assert worker.asked == TRIES


def test_what_a_person_can_mend_arrives_from_a_worker_as_it_was_said() -> None:
    worker = FakeWorker()
    worker.judge = RemoteJudge(Settings(patterns=(UserPattern("(open"),)))
    with pytest.raises(UsageError, match=r"--blacklist: missing \)"):
        list(ByWorkers([worker]).judgements(batches(1)))


def test_a_bug_in_a_worker_arrives_with_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = FakeWorker()
    monkeypatch.setattr(worker.judge, "settings", None)
    with pytest.raises(WorkerFailed, match=r"in answer\n"):
        list(ByWorkers([worker]).judgements(batches(1)))


def test_a_run_that_is_given_up_stops_its_workers() -> None:
    gate = threading.Event()
    gate.set()
    judged = ByWorkers([FakeWorker(gate=gate), FakeWorker(gate=gate)]).judgements(batches(40))
    next(judged)
    gate.clear()  # whatever they are at now they do not finish by themselves
    judged.close()
    assert gate.is_set()


# --- processes ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_jobs_change_no_byte_of_the_example(example: Path, tmp_path: Path) -> None:
    alone = written(tmp_path, example)
    assert [written(tmp_path, example, "--jobs", jobs) for jobs in ("2", "3")] == [alone, alone]


@pytest.mark.slow
def test_jobs_change_no_byte_of_many_batches(generated: Path, tmp_path: Path) -> None:
    alone = written(tmp_path, generated)
    assert [written(tmp_path, generated, "--jobs", jobs) for jobs in ("2", "3")] == [alone, alone]


@pytest.mark.slow
def test_processes_that_are_killed_are_replaced() -> None:
    given = batches(60)

    def with_kills() -> Iterator[Batch]:
        for number, batch in enumerate(given):
            if number in (5, 12):
                multiprocessing.active_children()[0].kill()
            yield batch

    assert list(engines.local([], SETTINGS, 2, None).judgements(with_kills())) == expected(given)


class Doomed(OtherProcess):
    """Killed as soon as it runs."""

    def start(self) -> None:
        super().start()
        self.process.kill()


@pytest.mark.slow
def test_processes_that_cannot_live_end_the_run_with_one_error() -> None:
    with pytest.raises(UserError, match="ended 3 times"):
        list(ByWorkers([Doomed(SETTINGS, 1), Doomed(SETTINGS, 1)]).judgements(batches(60)))
    assert not multiprocessing.active_children()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="process groups are those of POSIX")
def test_ctrl_c_ends_all_processes_at_once_with_one_line(tmp_path: Path) -> None:
    output = tmp_path / "filtered.jsonl"
    command = [sys.executable, str(ROOT / "conversation_filter.py"), "-", "--output", str(output), "--jobs", "2"]
    process = subprocess.Popen(
        [*command, "--toxicity", "off"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell starts background jobs, and so perhaps these tests, with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdin and process.stderr
    for conversation in conversations(3000):  # more than the look-ahead, so that workers are running
        process.stdin.write(encode(conversation) + b"\n")
    process.stdin.flush()
    while not list(tmp_path.glob(".filtered*")):
        time.sleep(0.05)
    time.sleep(1)  # until all is read and it waits for more, with its workers up
    os.killpg(process.pid, signal.SIGINT)
    guard = threading.Timer(60, process.kill)  # a failure must not wait for ever
    guard.start()
    assert process.wait() == 130
    guard.cancel()
    assert process.stderr.read().decode().splitlines() == [
        "conversation_filter.py: interrupted; finished files were kept, half-written ones removed"
    ]
    for _ in range(100):  # the last of the group may still be on its way out
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        pytest.fail("processes are left")
    assert not list(tmp_path.iterdir())


# --- Ray ----------------------------------------------------------------------------------------------------------


def test_without_ray_one_line_says_how_to_get_it(
    generated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert conversation_filter.main([str(generated), "--dry-run", "--toxicity", "off", "--engine", "ray"]) == 2
    assert capsys.readouterr().err.count("pip install -r requirements/cluster.txt") == 1


def test_an_address_without_ray_is_a_wrong_call(generated: Path) -> None:
    assert conversation_filter.main([str(generated), "--dry-run", "--toxicity", "off", "--ray-address", "a:1"]) == 2


@needs_ray
def test_a_cluster_out_of_reach_is_told_at_once(generated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    flags = ["--dry-run", "--toxicity", "off", "--engine", "ray", "--ray-address", address]
    assert conversation_filter.main([str(generated), *flags]) == 1
    assert f"the Ray cluster at {address} cannot be reached" in capsys.readouterr().err


@pytest.mark.slow
@needs_ray
@pytest.mark.usefixtures("own_token")
def test_ray_changes_no_byte(generated: Path, tmp_path: Path) -> None:
    alone = written(tmp_path, generated)
    assert written(tmp_path, generated, "--engine", "ray", "--jobs", "2") == alone


@pytest.mark.slow
@needs_ray
@pytest.mark.usefixtures("own_token")
def test_an_actor_that_is_killed_is_replaced() -> None:
    given = batches(60)
    engine = engines.on_ray([], SETTINGS, 2, None)
    assert isinstance(engine, ByWorkers)
    [worker, _] = engine.workers

    def with_a_kill() -> Iterator[Batch]:
        for number, batch in enumerate(given):
            if number == 10:
                actor, ray = worker.actor, worker.ray  # type: ignore[attr-defined]
                os.kill(ray.get(actor.__ray_call__.remote(lambda actor: os.getpid())), signal.SIGTERM)
            yield batch

    assert list(engine.judgements(with_a_kill())) == expected(given)


# --- patterns that take long --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "lines"), [(0.0, 1), (60.0, 0)])
def test_a_dear_pattern_is_told_once_and_nothing_is_lost(
    limit: float, lines: int, generated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(user_patterns, "COSTLY", limit)
    output = generated.with_name("filtered.jsonl")
    flags = ["--toxicity", "off", "--mode", "mask", "--blacklist", "mizzle"]
    assert conversation_filter.main([str(generated), "--output", str(output), *flags]) == 0
    assert capsys.readouterr().err.count("takes long for every message: mizzle") == lines
    assert len(output.read_bytes().splitlines()) == 300


def test_quiet_says_nothing_of_dear_patterns(
    generated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(user_patterns, "COSTLY", 0.0)
    flags = ["--dry-run", "--toxicity", "off", "--quiet", "--blacklist", "mizzle"]
    assert conversation_filter.main([str(generated), *flags]) == 0
    assert not capsys.readouterr().err


def test_one_job_is_this_process() -> None:
    assert isinstance(engines.local([], SETTINGS, 1, None), InThisProcess)
