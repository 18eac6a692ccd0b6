"""The cache of toxicity scores: what it finds, what it must never find, and what a broken file costs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from identity.console import UsageError
from identity.filters import toxicity as toxicity_rule
from identity.filters.toxicity import prepare
from identity.filters.toxicity_cache import ScoreCache, default_cache_path, identity_of, key_of
from identity.filters.toxicity_model import ToxicityModel, ToxicityUnavailable
from identity.filters.verdicts import Candidate, Evaluate, Settings
from identity.records import Message

LABELS = ("toxicity", "insult", "sexual_explicit")
SCORED = {"tea": {"toxicity": 0.25, "insult": 0.5, "sexual_explicit": 0.0}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "toxicity.sqlite"


def filled(path: Path, identity: str = "model") -> ScoreCache:
    cache = ScoreCache(path, identity)
    cache.keep(LABELS, SCORED)
    return cache


# --- what is found ----------------------------------------------------------------------------------------------


def test_scores_come_back_exactly_in_a_later_run(path: Path) -> None:
    filled(path)
    assert ScoreCache(path, "model").find(["rain", "tea"]) == SCORED
    assert ScoreCache(path, "model").labels() == LABELS


def test_another_model_or_precision_finds_nothing(path: Path) -> None:
    filled(path)
    assert ScoreCache(path, "other").find(["tea"]) == {}
    assert ScoreCache(path, "other").labels() is None
    assert (
        len({identity_of(name, precision) for name in ("original", "unbiased") for precision in ("fp32", "bf16")}) == 4
    )


def test_more_texts_than_one_query_takes_are_found(path: Path) -> None:
    many = {f"text {number}": {"toxicity": number / 4096} for number in range(2500)}
    cache = ScoreCache(path, "model")
    cache.keep(["toxicity"], many)
    assert cache.find(list(many)) == many
    assert cache.find([]) == {}


def test_text_that_is_not_valid_unicode_has_a_key(path: Path) -> None:
    cache = ScoreCache(path, "model")
    cache.keep(["toxicity"], {"\ud83d": {"toxicity": 1.0}})
    assert cache.find(["\ud83d"]) == {"\ud83d": {"toxicity": 1.0}}


def test_changed_weights_or_vocabulary_are_another_model_and_a_changed_readme_is_not(tmp_path: Path) -> None:
    for name in ("vocab.txt", "model.safetensors", "README.md"):
        (tmp_path / name).write_text("one")
    before = identity_of(str(tmp_path), "fp32")
    (tmp_path / "README.md").write_text("two")
    assert identity_of(str(tmp_path), "fp32") == before
    (tmp_path / "vocab.txt").write_text("two")
    changed = identity_of(str(tmp_path), "fp32")
    os.utime(tmp_path / "model.safetensors", ns=(0, 0))
    assert len({before, changed, identity_of(str(tmp_path), "fp32")}) == 3


# --- the file ---------------------------------------------------------------------------------------------------


def test_the_file_holds_no_text(path: Path) -> None:
    ScoreCache(path, "model").keep(["toxicity"], {"a secret that nobody knows": {"toxicity": 0.5}})
    assert b"secret" not in path.read_bytes()
    assert key_of("a secret that nobody knows") in path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes; the profile folder's rights apply")
def test_the_file_is_readable_by_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        filled(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_no_journal_is_left_behind(path: Path) -> None:
    filled(path).find(["tea"])
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_default_is_the_cache_folder_of_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("IDENTITY_CACHE", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    bases = {"linux": tmp_path / "xdg", "darwin": tmp_path / "Library" / "Caches", "win32": tmp_path / "local"}
    for platform, base in bases.items():
        monkeypatch.setattr(sys, "platform", platform)
        assert default_cache_path() == base / "identity" / "toxicity.sqlite"
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the specification says to ignore it
    assert default_cache_path() == tmp_path / ".cache" / "identity" / "toxicity.sqlite"
    monkeypatch.setenv("IDENTITY_CACHE", str(tmp_path / "own"))
    assert default_cache_path() == tmp_path / "own" / "toxicity.sqlite"


# --- a file that is broken, foreign, locked or out of reach -----------------------------------------------------


def scrambled_header(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def scrambled_pages(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def scrambled_scores(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE scores SET scores = x'00'")
    connection.close()


def scrambled_labels(path: Path) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE models SET labels = '{'")
    connection.close()


@pytest.mark.parametrize("damage", [scrambled_header, scrambled_pages, scrambled_scores, scrambled_labels])
def test_a_damaged_file_is_set_aside_with_one_note_and_made_anew(
    path: Path, damage: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(path)
    damage(path)
    damaged = path.read_bytes()
    cache = ScoreCache(path, "model")
    assert cache.find(["tea"]) == {}
    cache.keep(LABELS, SCORED)
    assert cache.find(["tea"]) == SCORED
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("note: the toxicity cache was damaged")
    assert path.with_name("toxicity.sqlite.damaged").read_bytes() == damaged


def test_what_was_set_aside_before_is_not_overwritten(path: Path) -> None:
    for _ in range(2):
        filled(path)
        scrambled_header(path)
        ScoreCache(path, "model").find(["tea"])
    names = {file.name for file in path.parent.iterdir()}
    assert names == {path.name, f"{path.name}.damaged", f"{path.name}.damaged-2"}


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    chats = tmp_path / "chat.db"
    connection = sqlite3.connect(chats)
    connection.execute("CREATE TABLE message (text)")
    connection.close()
    before = chats.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        ScoreCache(chats, "model").labels()
    assert chats.read_bytes() == before


def test_a_path_that_cannot_be_written_costs_one_note_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    cache = ScoreCache(tmp_path / "file" / "toxicity.sqlite", "model")
    cache.keep(LABELS, SCORED)
    assert cache.find(["tea"]) == {}
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "scores are not kept" in said[0]


def test_a_file_that_stays_locked_is_not_taken_for_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = filled(path)
    monkeypatch.setattr("identity.filters.toxicity_cache.BUSY_SECONDS", 0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.keep(LABELS, SCORED)
    other.close()
    assert "locked" in capsys.readouterr().err
    assert ScoreCache(path, "model").find(["tea"]) == SCORED


def test_several_writers_at_once_lose_nothing(path: Path) -> None:
    def write(number: int) -> None:
        ScoreCache(path, "model").keep(["toxicity"], {f"text {number}": {"toxicity": number / 64}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(64)))
    assert len(ScoreCache(path, "model").find([f"text {number}" for number in range(64)])) == 64


# --- the rule with a cache --------------------------------------------------------------------------------------


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A model that is here and scores a text by its length; the list tells what was loaded and scored."""
    seen: list[Any] = []

    def load(name: str) -> ToxicityModel:
        seen.append("loaded")
        return ToxicityModel(None, None, LABELS, "cpu", 512)

    def scores(_: ToxicityModel, texts: list[str]) -> list[dict[str, float]]:
        seen.append(list(texts))
        return [{"toxicity": len(text) / 64, "insult": 0.5, "sexual_explicit": 0.0} for text in texts]

    monkeypatch.setattr(toxicity_rule, "is_here", lambda name: True)
    monkeypatch.setattr(toxicity_rule, "load", load)
    monkeypatch.setattr(toxicity_rule, "scores", scores)
    monkeypatch.setattr(toxicity_rule, "in_precision", lambda model, precision: model)
    return seen


def rule(path: Path | None, **more: Any) -> Evaluate:
    evaluate = prepare(Settings(toxicity=True, toxicity_cache=str(path) if path else None, **more))
    assert evaluate is not None
    return evaluate


def candidates(*contents: str) -> list[Candidate]:
    return [
        Candidate(Message(id=str(n), parent=None, role="user", content=content)) for n, content in enumerate(contents)
    ]


def test_a_text_that_occurs_twice_is_scored_once(model: list[Any]) -> None:
    findings = rule(None)(candidates("tea", "rain", "tea"))
    assert model == ["loaded", ["tea", "rain"]]
    assert [found and found["toxicity"] for found in findings.scores] == [3 / 64, 4 / 64, 3 / 64]


def test_the_second_run_loads_no_model_and_says_the_same(model: list[Any], path: Path) -> None:
    first = rule(path)(candidates("tea", "t" * 64))
    del model[:]
    assert rule(path)(candidates("tea", "t" * 64)) == first
    assert model == []


def test_only_what_is_new_is_scored_and_the_model_loaded_for_it(model: list[Any], path: Path) -> None:
    rule(path)(candidates("tea"))
    del model[:]
    evaluate = rule(path)
    assert model == []
    evaluate(candidates("tea", "rain"))
    assert model == ["loaded", ["rain"]]


def test_other_thresholds_need_no_new_scores(model: list[Any], path: Path) -> None:
    [before] = rule(path)(candidates("tea")).verdicts
    del model[:]
    [after] = rule(path, toxicity_threshold=0.04)(candidates("tea")).verdicts
    assert before is None
    assert after is not None
    assert model == []


def test_weights_that_are_gone_are_missed_at_once_though_scores_are_kept(
    model: list[Any], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(path)(candidates("tea"))

    def unavailable(name: str) -> ToxicityModel:
        raise ToxicityUnavailable("gone")

    monkeypatch.setattr(toxicity_rule, "is_here", lambda name: False)
    monkeypatch.setattr(toxicity_rule, "load", unavailable)
    with pytest.raises(ToxicityUnavailable):
        rule(path)


def test_a_new_model_is_loaded_at_once_so_that_what_is_wrong_shows_early(model: list[Any], path: Path) -> None:
    rule(path)
    assert model == ["loaded"]


def test_a_full_cache_needs_no_torch(path: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    ScoreCache(path, identity_of(str(tmp_path / "model"), "auto")).keep(LABELS, SCORED)
    program = (
        "import sys\n"
        "from identity.filters.toxicity import prepare\n"
        "from identity.filters.verdicts import Candidate, Settings\n"
        "from identity.records import Message\n"
        "rule = prepare(Settings(toxicity=True, toxicity_model=sys.argv[1], toxicity_cache=sys.argv[2]))\n"
        "print(rule([Candidate(Message(id='m', parent=None, role='user', content='tea'))]).scores[0]['insult'])\n"
        "assert 'torch' not in sys.modules and 'transformers' not in sys.modules\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model"), str(path)]
    root = Path(toxicity_rule.__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert (done.stdout.strip(), done.stderr) == ("0.5", "")
