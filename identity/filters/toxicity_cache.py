"""Toxicity scores kept between runs: one SQLite file, by the SHA-256 of each text.

Scoring is by far the dearest part of the filter (some messages a second on a small CPU), and the same history is
filtered many times over while thresholds and phrases are tried out. Kept are the scores of all labels, not verdicts,
so other thresholds need no new scoring. The file holds no text; who has it can still ask whether a known text was
scored, so it is readable by its owner alone.

Scores belong to a model, to the precision that was asked for, and to SCORING, the way texts are cut and scores
combined; a change of any of these starts anew beside the old scores. The file is opened anew for every batch: nothing
is held while a model runs, several processes can share it (WAL, a busy timeout), and whatever ended a run, the scores
of its finished batches stay. Trouble with the file costs the scores in it, never the run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import struct
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from identity.console import UsageError, warn
from identity.filters.toxicity_model import MODELS

Result = TypeVar("Result")

SCORING = 1  # to be raised when toxicity.scores would answer otherwise for the same model
APPLICATION = 0x49544F58  # "ITOX"; PRAGMA application_id, by which a cache is told from other SQLite files
BUSY_SECONDS = 30.0
TEXTS_PER_QUERY = 500  # SQLite before 3.32 takes 999 parameters
# Files of a model folder that decide about scores; what else lies there (a README, this cache) does not.
MODEL_SUFFIXES = (".json", ".txt", ".model", ".safetensors", ".ckpt")
READ_WHOLE = 32 << 20  # bytes; configuration and vocabularies are below, weights above

SCHEMA = (
    f"PRAGMA application_id = {APPLICATION}",
    "CREATE TABLE models (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, labels TEXT NOT NULL)",
    "CREATE TABLE scores (model INTEGER, text BLOB, scores BLOB NOT NULL, PRIMARY KEY (model, text)) WITHOUT ROWID",
)


def default_cache_path() -> Path:
    """Where the platform keeps what can be made again; $IDENTITY_CACHE names another folder."""
    own = os.environ.get("IDENTITY_CACHE")
    if own:
        return Path(own).expanduser() / "toxicity.sqlite"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or ".")
        if not base.is_absolute():  # to be ignored then, says the XDG Base Directory Specification
            base = Path.home() / ".cache"
    return base / "identity" / "toxicity.sqlite"


def identity_of(model: str, precision: str) -> str:
    """What scores depend on besides the text, found out without loading the model.

    A published model is known by its address, which ends in the beginning of the SHA-256 of its weights. Of a folder
    the small files are read; weights count by size and time of change, as reading them takes as long as many scores.
    """
    if model in MODELS:
        return f"{SCORING}/{precision}/{MODELS[model].weights}"
    digest = hashlib.sha256()
    for file in sorted(Path(model).iterdir()):
        if file.suffix not in MODEL_SUFFIXES or not file.is_file():
            continue
        state = file.stat()
        is_small = state.st_size <= READ_WHOLE and file.suffix not in (".safetensors", ".ckpt")
        content = hashlib.sha256(file.read_bytes()).hexdigest() if is_small else f"{state.st_size} {state.st_mtime_ns}"
        digest.update(f"{file.name}\0{content}\0".encode("utf-8", "surrogateescape"))
    return f"{SCORING}/{precision}/folder {digest.hexdigest()}"


class ScoreCache:
    """Scores of one model. Without a usable file it finds nothing and keeps nothing, after one note."""

    def __init__(self, path: str | Path, identity: str) -> None:
        self.path = Path(path).expanduser()
        self.identity = identity
        self._is_usable = True

    def labels(self) -> tuple[str, ...] | None:
        """The labels of the model; None if it never scored anything. UsageError if the file is another program's."""
        known = self._attempt(self._model, None)
        return known[1] if known else None

    def find(self, texts: Sequence[str]) -> dict[str, dict[str, float]]:
        """The scores of those texts that have been scored before."""

        def work(connection: sqlite3.Connection) -> dict[str, dict[str, float]]:
            known = self._model(connection)
            if known is None:
                return {}
            number, labels = known
            packed = struct.Struct(f"<{len(labels)}f")
            by_key = {key_of(text): text for text in texts}
            keys = list(by_key)
            found = {}
            for start in range(0, len(keys), TEXTS_PER_QUERY):
                some = keys[start : start + TEXTS_PER_QUERY]
                marks = ",".join("?" * len(some))
                query = f"SELECT text, scores FROM scores WHERE model = ? AND text IN ({marks})"
                for key, values in connection.execute(query, (number, *some)):
                    found[by_key[key]] = dict(zip(labels, packed.unpack(values), strict=True))
            return found

        return self._attempt(work, {})

    def keep(self, labels: Sequence[str], scored: Mapping[str, Mapping[str, float]]) -> None:
        """Add scores, as the float32 that the model gave."""
        packed = struct.Struct(f"<{len(labels)}f")

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "INSERT OR IGNORE INTO models (identity, labels) VALUES (?, ?)", (self.identity, json.dumps(labels))
            )
            [number] = connection.execute("SELECT id FROM models WHERE identity = ?", (self.identity,)).fetchone()
            rows = (
                (number, key_of(text), packed.pack(*(found[label] for label in labels)))
                for text, found in scored.items()
            )
            connection.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")

        self._attempt(work, None)

    def _model(self, connection: sqlite3.Connection) -> tuple[int, tuple[str, ...]] | None:
        row = connection.execute("SELECT id, labels FROM models WHERE identity = ?", (self.identity,)).fetchone()
        return (int(row[0]), tuple(json.loads(row[1]))) if row else None

    def _attempt(self, work: Callable[[sqlite3.Connection], Result], otherwise: Result) -> Result:
        """Do the work with an open file; a damaged one is set aside once, and the work done with a new one."""
        for _ in range(2):
            if not self._is_usable:
                break
            try:
                with self._opened() as connection:
                    return work(connection)
            except (sqlite3.OperationalError, OSError) as error:  # locked, full, read-only: not damage
                self._give_up(error)
            except (sqlite3.DatabaseError, struct.error, ValueError, TypeError) as error:
                self._set_aside(error)
        return otherwise

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):  # SQLite would make it readable to all, and -wal and -shm as it
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            if _application(connection) != APPLICATION:
                self._make(connection)
            connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last scores, not the file
            yield connection

    def _make(self, connection: sqlite3.Connection) -> None:
        """Fill an empty file, in one transaction, as several processes may come to it at once."""
        connection.execute("BEGIN IMMEDIATE")
        if _application(connection) != APPLICATION:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise UsageError(f"{self.path}: an SQLite file of another program; name another file as the cache")
            for statement in SCHEMA:
                connection.execute(statement)
        connection.execute("COMMIT")
        with contextlib.suppress(sqlite3.OperationalError):  # locked by another process, or no WAL on this file system
            connection.execute("PRAGMA journal_mode = WAL")

    def _set_aside(self, error: Exception) -> None:
        """Rename a damaged file, so that nothing of it is lost; its journal belongs to it alone."""
        aside = self.path.with_name(self.path.name + ".damaged")
        number = 1
        while aside.exists():
            number += 1
            aside = self.path.with_name(f"{self.path.name}.damaged-{number}")
        try:
            self.path.rename(aside)
            for journal in ("-wal", "-shm"):
                self.path.with_name(self.path.name + journal).unlink(missing_ok=True)
        except OSError as failure:
            self._give_up(failure)
            return
        warn(f"the toxicity cache was damaged ({type(error).__name__}) and is now {aside}; a new one is made")

    def _give_up(self, error: Exception) -> None:
        self._is_usable = False
        reason = error.strerror if isinstance(error, OSError) else str(error)  # SQLite's words, never a text
        warn(f"the toxicity cache {self.path} cannot be used ({reason}); scores are not kept")


def key_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])
