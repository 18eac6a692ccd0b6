"""How the scripts start: quickly, with nothing heavy imported, and for a person who installed only three packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ("conversation_parser.py", "conversation_filter.py", "text_lora_train.py", "identity_pipeline.py")
HEAVY = (
    *("torch", "transformers", "datasets", "detoxify", "trl", "peft", "numpy", "matplotlib"),
    *("re2", "regex", "rich", "eld"),
)
# All that reading and rule filtering may use beside the standard library.
LIGHT = ("rich", "msgspec", "re2", "markdown_it", "mdurl", "pygments", "absl")

RUN_AND_LIST = """
import json, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""

# An interpreter in which nothing else is installed.
BLOCK_ALL_BUT = """
import importlib.machinery, sys
class Bare(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in ALLOWED or top in ("identity", "presets"):
            return super().find_spec(name, path, target)
        return None
sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not importlib.machinery.PathFinder] + [Bare]
"""


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_imports_nothing_heavy(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_AND_LIST, script, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert not set(HEAVY) & set(modules)


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_the_docstring_and_every_flag_is_explained(script: str) -> None:
    done = subprocess.run([sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    docstring = (ROOT / script).read_text(encoding="utf-8").split('"""')[1]
    assert docstring.strip().splitlines()[0] in done.stdout
    assert "Exit codes" in docstring


def test_reading_imports_no_language_detector_unless_asked(tmp_path: Path) -> None:
    def modules(*flags: str) -> set[str]:
        command = ["conversation_parser.py", "examples/claude-export.zip", "--output", str(tmp_path / "p.json"), *flags]
        done = subprocess.run(
            [sys.executable, "-c", RUN_AND_LIST, *command], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return set(json.loads(done.stdout.splitlines()[-1])[1])

    assert not {"eld", "regex"} & modules()
    assert {"eld", "regex"} <= modules("--language", "en")


def run_light(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    prelude = BLOCK_ALL_BUT.replace("ALLOWED", repr(LIGHT))
    return subprocess.run(
        [sys.executable, "-c", prelude + code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_reading_and_rule_filtering_need_only_three_packages(tmp_path: Path) -> None:
    """No torch, no regex, no detoxify installed: the parser and the filter still do all their work."""
    parsed, filtered, rows = (str(tmp_path / name) for name in ("parsed.json", "filtered.json", "rows.jsonl"))
    for command in (
        ["conversation_parser.py", "examples/claude-export.zip", "--output", parsed, "--stats"],
        ["conversation_filter.py", parsed, "--output", filtered],
        ["conversation_parser.py", filtered, "--export", rows],
    ):
        done = run_light(RUN_AND_LIST, *command)
        assert json.loads(done.stdout.splitlines()[-1])[0] == 0, done.stderr
    assert Path(rows).stat().st_size > 1000


def test_training_without_its_packages_says_what_to_install(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"instruction":"Hi","response":"Hello!","conversation_id":"c"}\n')
    done = run_light(
        RUN_AND_LIST, "text_lora_train.py", str(rows), "--preset", "tiny", "--output", str(tmp_path / "out")
    )
    assert json.loads(done.stdout.splitlines()[-1])[0] == 1
    assert "pip install" in done.stderr
    assert done.stderr.count("\n") == 1
