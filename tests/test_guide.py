"""Every command of the user's guide works as printed, with the example export for the file and `tiny` for the base.

And every command of the README, which a reader will paste.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

QUICK_START = """
python conversation_parser.py conversations.json --output parsed.json --stats
python conversation_parser.py chatgpt_export.json --output parsed.json
python conversation_filter.py parsed.json --output filtered.json
python conversation_filter.py parsed.json --output filtered.json --blacklist "pattern1" "pattern2" \\
  --toxicity-threshold 0.7
python conversation_filter.py parsed.json --output filtered.json --no-ai-slop
python conversation_parser.py filtered.json --export training_data.jsonl --format jsonl
python text_lora_train.py --list-presets
"""
ADVANCED_USAGE = """
python conversation_filter.py input.json --output filtered.json --blacklist "my_pattern" "another_pattern"
python conversation_filter.py input.json --output filtered.json --toxicity-threshold 0.5
python conversation_parser.py input.json --output parsed.json
python conversation_parser.py parsed.json --export training.jsonl --format jsonl
"""
TRAINING = """
python text_lora_train.py training_data.jsonl --preset tiny --output ./text_lora
python text_lora_train.py training_data.jsonl --preset tiny --epochs 2
python text_lora_train.py training_data.jsonl --preset tiny --no-unsloth
"""
TEXT_ONLY_PIPELINE = """
python identity_pipeline.py llama3.2 --skip-probe --traits traits.json --conversations chats.json --text-preset tiny
"""
CUSTOM_PRESET = """"my-model": {
    "base_model": "path/to/model",
    "lora_r": 32,
    "lora_alpha": 32,
    "lora_dropout": 0.1,
    "target_modules": ["q_proj", "v_proj"],
    "learning_rate": 1e-4,
    "batch_size": 2,
    "max_seq_length": 4096,
}
"""


def commands(text: str) -> list[str]:
    return [line for line in text.replace("\\\n", "").splitlines() if line.strip()]


def call(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run one command line in the folder, offline, with this Python."""
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "NO_COLOR": "1", "COLUMNS": "120"}
    words = [sys.executable, *shlex.split(line)[1:]]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, env=offline, check=False)


@pytest.fixture(scope="module")
def home(checkout: Path) -> Path:
    """The checkout with the guide's file names beside it: each is a real-shaped export of the example."""
    with zipfile.ZipFile(checkout / "examples/claude-export.zip") as archive:
        (checkout / "conversations.json").write_bytes(archive.read("conversations.json"))
    with zipfile.ZipFile(checkout / "examples/chatgpt-export.zip") as archive:
        (checkout / "chatgpt_export.json").write_bytes(archive.read("conversations-000.json"))
        (checkout / "chats.json").write_bytes(archive.read("conversations-001.json"))
    (checkout / "traits.json").write_text('{"name": "Wren", "vibe": "dry"}')
    assert call(checkout, "python conversation_parser.py conversations.json --output input.json").returncode == 0
    return checkout


@pytest.mark.parametrize("line", commands(QUICK_START))
def test_quick_start(home: Path, line: str) -> None:
    done = call(home, line)
    assert done.returncode == 0, done.stderr


def test_the_exported_rows_are_the_guides(home: Path) -> None:
    rows = [json.loads(line) for line in (home / "training_data.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 50
    assert all(list(row) == ["instruction", "response", "conversation_id"] for row in rows)


def test_list_presets_shows_the_guides_presets_and_values(home: Path) -> None:
    printed = call(home, "python text_lora_train.py --list-presets").stdout
    for shown in ("llama-3-8b", "mistral-7b", "qwen-2.5-7b", "tiny", "16", "0.0002", "gate_proj"):
        assert shown in printed.replace("2e-4", "0.0002").replace("2e-04", "0.0002")


@pytest.mark.parametrize("line", commands(ADVANCED_USAGE))
def test_advanced_usage(home: Path, line: str) -> None:
    done = call(home, line)
    assert done.returncode == 0, done.stderr


def test_the_statistics_are_drawn_as_in_the_guide(home: Path) -> None:
    printed = call(home, "python conversation_filter.py parsed.json --output filtered.json").stdout
    order = [
        "Filtering Statistics",
        "Category",
        "Count",
        "%",
        "Total Messages",
        "100%",
        "Kept",
        "Filtered - Blacklist",
        "Filtered - Toxicity",
        "Filtered - Low Quality",
        "Filtered - Too Short",
        "Top Blacklist Matches:",
        "• \\b",
    ]
    places = [printed.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


@pytest.mark.slow
@pytest.mark.parametrize("line", commands(TRAINING))
def test_training(home: Path, line: str) -> None:
    done = call(home, line)
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (home / "text_lora").iterdir()}
    assert {
        "adapter_config.json",
        "adapter_model.safetensors",
        "training_config.json",
        "loss.png",
        "README.md",
    } <= written


def test_the_custom_preset_pastes_in_as_printed(home: Path) -> None:
    """As an entry of PRESETS, and as a file."""
    (home / "mine.txt").write_text(CUSTOM_PRESET)
    printed = call(home, "python text_lora_train.py --list-presets --preset-file mine.txt").stdout
    assert "my-model" in printed and "path/to/model" in printed
    source = (home / "presets.py").read_text(encoding="utf-8")
    head, brace, tail = source.partition("PRESETS: dict[str, dict[str, Any]] = {\n")
    assert brace
    (home / "presets.py").write_text(head + brace + CUSTOM_PRESET.rstrip() + ",\n" + tail, encoding="utf-8")
    printed = call(home, "python text_lora_train.py --list-presets").stdout
    (home / "presets.py").write_text(source, encoding="utf-8")
    assert "my-model" in printed and "path/to/model" in printed


@pytest.mark.slow
def test_the_text_only_pipeline(home: Path) -> None:
    done = call(home, commands(TEXT_ONLY_PIPELINE)[0])
    assert done.returncode == 0, done.stderr
    folder = home / "outputs" / "identity" / "llama3.2"
    manifest = json.loads((folder / "identity.json").read_text(encoding="utf-8"))
    assert manifest["traits"] == {"name": "Wren", "vibe": "dry"}
    assert manifest["phases"] == {"2B": "done", "3B": "done"}
    assert all((folder / name).exists() for name in manifest["files"])


def test_a_pipe_of_the_three_stages_gives_the_rows_of_the_three_commands(home: Path) -> None:
    stages = (
        "conversation_parser.py {} --output {}",
        "conversation_filter.py {} --output {} --toxicity off",
        "conversation_parser.py {} --export {} --format chat",
    )
    names = ["examples/chatgpt-export.zip", "p1.json", "p2.json", "p3.jsonl"]
    for stage, source, target in zip(stages, names, names[1:], strict=False):
        assert call(home, "python " + stage.format(source, target)).returncode == 0
    data = b""
    for stage, source in zip(stages, (names[0], "-", "-"), strict=True):
        words = [sys.executable, *stage.format(source, "-").split()]
        data = subprocess.run(words, cwd=home, input=data, capture_output=True, check=True).stdout
    assert data == (home / "p3.jsonl").read_bytes()
    assert data.count(b"\n") > 30


def test_the_generic_shape_of_the_troubleshooting_is_read(home: Path) -> None:
    turns = [{"role": "user", "content": "A soft word for rain?"}, {"role": "assistant", "content": "Mizzle."}]
    (home / "generic.json").write_text(json.dumps(turns))
    assert call(home, "python conversation_parser.py generic.json --export generic.jsonl").returncode == 0
    row = json.loads((home / "generic.jsonl").read_text())
    assert (row["instruction"], row["response"]) == ("A soft word for rain?", "Mizzle.")


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks that run one of the scripts."""
    blocks = re.findall(r"```bash\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("python ")]


@pytest.mark.slow
def test_every_command_of_the_readme_works_in_its_order(checkout: Path) -> None:
    assert len(readme_commands()) >= 7
    for line in readme_commands():
        if " | " in line:
            shell = line.replace("python ", f'"{sys.executable}" ')
            done = subprocess.run(shell, shell=True, cwd=checkout, capture_output=True, text=True, check=False)
        else:
            done = call(checkout, line)
        assert done.returncode == 0, f"{line}\n{done.stderr}"


def test_the_readme_shows_what_the_demo_prints(home: Path) -> None:
    exports = "examples/chatgpt-export.zip examples/claude-export.zip"
    assert call(home, f"python conversation_parser.py {exports} --output d.json").returncode == 0
    printed = call(home, "python conversation_filter.py d.json --output e.json --toxicity off").stdout
    shown = re.findall(r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown and all(block in printed for block in shown)


def test_every_make_command_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named and named <= targets
