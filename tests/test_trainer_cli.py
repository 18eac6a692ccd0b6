"""The command line of the trainer: the guide's commands, presets, wrong input, errors in one line, --try."""

from __future__ import annotations

import ast
import contextlib
import errno
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_models import QWEN_25, make_model_folder

import text_lora_train
from identity.console import UsageError
from identity.training.errors import explained
from identity.training.output import held
from identity.training.settings import read_preset_file, resolve
from presets import ALL_PROJECTIONS, PRESETS

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "text_lora_train.py"

ROWS = [
    {"instruction": "What is rain?", "response": "The sky's slow letter.", "conversation_id": "c1"},
    {"instruction": "Do you sleep?", "response": "I doze between your lines.", "conversation_id": "c2"},
]

# As the guide prints it under "Custom Training Config".
GUIDE_PRESET = """\
"my-model": {
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


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "training_data.jsonl", ROWS * 6)


def write_rows(file: Path, rows: list[dict[str, str]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def run_script(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


# --- start ------------------------------------------------------------------------------------------------------


def test_list_presets_shows_those_of_the_guide_with_their_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert text_lora_train.main(["--list-presets"]) == 0
    shown = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    table = {cells[0]: cells[1:] for cells in shown if cells}
    assert table["LoRA Rank"][:3] == ["16"] * 3
    assert table["LoRA Alpha"][:3] == ["16"] * 3
    assert table["Learning Rate"][:3] == ["2e-4"] * 3
    assert table["batch size"][:3] == ["4"] * 3
    assert table["gradient accumulation steps"][:3] == ["4"] * 3
    assert "q_proj" in table["Target Modules"][0]


@pytest.mark.parametrize("name", ["llama-3-8b", "mistral-7b", "qwen-2.5-7b"])
def test_presets_of_the_guide_resolve_to_its_values(name: str) -> None:
    settings = resolve(name, {})
    assert (settings.lora_r, settings.lora_alpha, settings.learning_rate) == (16, 16, 2e-4)
    assert settings.target_modules == ALL_PROJECTIONS
    assert (settings.batch_size, settings.gradient_accumulation_steps) == (4, 4)
    assert "nstruct" in settings.base_model


# --- presets of one's own ---------------------------------------------------------------------------------------


def test_preset_of_the_guide_pastes_into_a_preset_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(GUIDE_PRESET, encoding="utf-8")
    settings = resolve("my-model", {}, {**PRESETS, **read_preset_file(file)})
    assert (settings.base_model, settings.lora_r, settings.lora_dropout) == ("path/to/model", 32, 0.1)
    assert (settings.target_modules, settings.max_seq_length) == (["q_proj", "v_proj"], 4096)
    assert settings.gradient_accumulation_steps == 4  # left out, so the default


def test_preset_of_the_guide_pastes_into_presets_py() -> None:
    source = (ROOT / "presets.py").read_text(encoding="utf-8")
    assignments = [node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign)]
    [presets] = [node for node in assignments if isinstance(node.target, ast.Name) and node.target.id == "PRESETS"]
    assert presets.end_lineno
    lines = source.splitlines()
    lines.insert(presets.end_lineno - 1, GUIDE_PRESET)  # after the last entry
    names: dict[str, dict[str, dict[str, object]]] = {}
    exec(compile("\n".join(lines), "presets.py", "exec"), names)
    assert names["PRESETS"]["my-model"]["lora_r"] == 32


def test_preset_file_may_be_json(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"mine": {"base_model": "tiny", "epochs": 2}}', encoding="utf-8")
    assert read_preset_file(file) == {"mine": {"base_model": "tiny", "epochs": 2.0}}


def test_flag_beats_preset_beats_default() -> None:
    presets = {"mine": {"base_model": "tiny", "lora_r": 8, "batch_size": 2}}
    settings = resolve("mine", {"batch_size": 1, "lora_r": None}, presets)
    assert (settings.batch_size, settings.lora_r, settings.lora_alpha) == (1, 8, 16)


@pytest.mark.parametrize(
    ("preset", "told"),
    [
        ({"base_model": "tiny", "lora_rank": 8}, "did you mean lora_r"),
        ({"base_model": "tiny", "lora_r": 0}, "lora_r is a whole number from 1 to 1024"),
        ({"base_model": "tiny", "lora_r": 2.5}, "lora_r is a whole number"),
        ({"base_model": "tiny", "lora_r": True}, "lora_r is a whole number"),
        ({"base_model": "tiny", "learning_rate": "fast"}, "learning_rate is a number"),
        ({"base_model": "tiny", "lora_dropout": 1.0}, "lora_dropout is a number from 0 to 0.9"),
        ({"base_model": "tiny", "epochs": float("nan")}, "epochs is a number"),
        ({"base_model": "tiny", "target_modules": "q_proj"}, "target_modules is a list"),
        ({"base_model": "tiny", "target_modules": []}, "target_modules is a list"),
        ({"base_model": "tiny", "chat_template": "vicuna"}, "chat_template is one of llama-3, mistral, chatml"),
        ({"lora_r": 8}, '"base_model" is missing'),
    ],
)
def test_wrong_preset_is_named_with_its_field(preset: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        resolve("mine", {}, {"mine": preset})


@pytest.mark.parametrize("text", ["", "hello", "[1, 2]", '{"mine": 3}', '__import__("os").getcwd()', "{" * 10_000])
def test_file_without_presets_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine.txt: (not presets|no preset in it)"):
        read_preset_file(file)


# --- wrong calls and wrong input --------------------------------------------------------------------------------


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    """Exit status and the one line on stderr."""
    try:
        status = text_lora_train.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        status = int(stop.code or 0)
    told = capsys.readouterr().err.strip()
    assert "\n" not in told and "Traceback" not in told
    return status, told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a file of training rows"),
        (("no-such.jsonl",), "no such file"),
        (("rows.jsonl", "--preset", "llama3"), "did you mean llama-3-8b"),
        (("rows.jsonl", "--preset", "gpt-2"), "there is no preset 'gpt-2'"),
        (("rows.jsonl", "--epochs", "0"), "epochs is a number from 0.001 to 1000"),
        (("rows.jsonl", "--epochs", "many"), "argument --epochs"),
        (("rows.jsonl", "--quantization", "2bit"), "argument --quantization"),
        (("rows.jsonl", "--preset-file", "no-such.json"), "no such preset file"),
        (("rows.jsonl", "--save-steps", "0"), "--save-steps"),
        (("rows.jsonl", "--seed", "-1"), "--seed"),
        (("--try", "no-such-folder"), "no LoRA here"),
    ],
)
def test_wrong_call_exits_2(
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    status, line = refused(capsys, *arguments)
    assert (status, told in line) == (2, True), line
    assert list(tmp_path.iterdir()) == []


EXPORT = [{"title": "Rain", "mapping": {"m": {"message": {"author": {"role": "user"}, "content": {"parts": ["hi"]}}}}}]
CLAUDE = [{"uuid": "c", "name": "Rain", "chat_messages": [{"sender": "human", "text": "hi"}]}]
RECORD = {"schema": 1, "id": "c1", "messages": [{"id": "m1", "parent": None, "role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no training rows in it"),
        (b"[]", "no training rows in it"),
        (b"{}", 'no "messages"'),
        (b"<!doctype html><p>hello", "not JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not JSON"),
        (b"PK\x03\x04 cut off", "this is a zip; conversation_parser.py reads exports"),
        (json.dumps(EXPORT).encode(), "this is a conversation, not a training row; make rows first"),
        (json.dumps(CLAUDE).encode(), "this is a conversation, not a training row; make rows first"),
        (json.dumps(RECORD).encode(), "this is a conversation, not a training row; make rows first"),
        (b'{"instruction": "a", "response": 3}', "instruction and response must be text"),
    ],
    ids=["empty", "no rows", "object", "html", "png", "zip", "chatgpt", "claude", "parsed", "number"],
)
def test_wrong_file_is_told_before_anything_is_loaded_or_written(
    content: bytes, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "input"
    file.write_bytes(content)
    status, line = refused(capsys, file, "--preset", "tiny", "--output", tmp_path / "lora")
    assert (status, told in line) == (1, True), line
    assert list(tmp_path.iterdir()) == [file]


def test_second_training_to_the_same_folder_is_kept_out(
    rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with held((tmp_path / "lora").resolve()):
        status, told = refused(capsys, rows, "--preset", "tiny", "--output", tmp_path / "lora")
    assert status == 2 and "another training is writing there" in told


def test_adapter_folder_as_rows_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert refused(capsys, tmp_path, "--preset", "tiny")[0] == 2


def test_folder_of_someone_else_is_not_written_to(
    rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_bytes(b"cat")
    status, told = refused(capsys, rows, "--preset", "tiny", "--output", folder)
    assert status == 2 and "not made by this tool; choose another --output, or add --force" in told
    assert [file.name for file in folder.iterdir()] == ["cat.jpg"]
    (tmp_path / "lora.partial").mkdir()
    (tmp_path / "lora.partial" / "cat.jpg").write_bytes(b"cat")
    assert refused(capsys, rows, "--preset", "tiny", "--output", tmp_path / "lora")[0] == 2
    assert (tmp_path / "lora.partial" / "cat.jpg").exists()


@pytest.mark.slow
def test_base_that_is_no_model_is_named(rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    for base, told in ((folder, "no config.json in this folder"), ("./missing", "no such folder")):
        status, line = refused(
            capsys, rows, "--preset", "tiny", "--base-model", base, "--output", tmp_path / "lora", "--quiet"
        )
        assert status == 1 and told in line
    assert not (tmp_path / "lora.partial").exists()


@pytest.mark.slow
def test_rows_with_nothing_to_learn_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No.", "weight": 0}]
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"messages": turns}) + "\n", encoding="utf-8")
    output = tmp_path / "lora"
    status, told = refused(capsys, file, "--preset", "tiny", "--output", output, "--quiet")
    assert status == 1 and "nothing to learn" in told
    long = write_rows(tmp_path / "long.jsonl", [{"instruction": "rain " * 600, "response": "Yes."}])
    status, told = refused(capsys, long, "--preset", "tiny", "--output", output, "--max-seq-length", "64", "--quiet")
    assert status == 1 and "raise --max-seq-length" in told
    assert not output.exists() and not (tmp_path / "lora.partial").exists()


# --- what libraries raise ---------------------------------------------------------------------------------------


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "halve --batch-size and double"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "choose a smaller --base-model"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full; make room"),
        (RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"), "the disk is full"),
        (ImportError("Using `bitsandbytes` 4-bit quantization requires bitsandbytes"), "--quantization none"),
        (OSError("x does not appear to have a file named pytorch_model.bin or model.safetensors"), "no safetensors"),
        (
            ValueError("The checkpoint has model type `foo` but Transformers does not recognize this architecture"),
            "architecture",
        ),
    ],
)
def test_what_a_library_raises_is_told_with_its_remedy(error: Exception, told: str) -> None:
    known = explained(error)
    assert known is not None and told in str(known)


def test_cause_of_an_error_is_looked_at_and_a_strange_one_is_left_alone() -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as full:
            raise RuntimeError("the archive cannot be written") from full
    except RuntimeError as error:
        assert "the disk is full" in str(explained(error))
    assert explained(KeyError("hello")) is None


class SmallHub(http.server.BaseHTTPRequestHandler):
    """Answers as the hub does for a model of a folder, one whose licence was not accepted, and others that are none."""

    folder: Path

    def do_GET(self) -> None:
        if "maker/open" in self.path:
            self.open_model()
            return
        if "/api/models/maker/gated" in self.path:
            names = ("config.json", "model.safetensors")
            files = [{"rfilename": name, "size": 1000} for name in names]
            tree = [{"type": "file", "path": name, "size": 1000, "oid": "b" * 40} for name in names]
            info = {"id": "maker/gated", "sha": "a" * 40, "gated": "manual", "siblings": files}
            body = json.dumps(tree if "/tree/" in self.path else info).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            code = "GatedRepo" if "gated" in self.path else "RepoNotFound"
            self.send_response(403 if code == "GatedRepo" else 404)
            self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_HEAD = do_GET

    def open_model(self) -> None:
        files = sorted(file for file in self.folder.iterdir())
        tree = [
            {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": f"{number:040x}"}
            for number, file in enumerate(files)
        ]
        siblings = [{"rfilename": file.name, "size": file.stat().st_size} for file in files]
        info = {"id": "maker/open", "sha": "c" * 40, "siblings": siblings, "cardData": {"license": "apache-2.0"}}
        if "/resolve/" in self.path:
            name = self.path.rpartition("/")[2]
            body = (self.folder / name).read_bytes()
        else:
            name, body = "", json.dumps(tree if "/tree/" in self.path else info).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", "c" * 40)
        self.send_header("ETag", f'"{name}-1"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Keep the test's output clean."""


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[str]:
    handler = type("Handler", (SmallHub,), {"folder": folder})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("maker/gated", "accept a licence"),
        ("maker/missing", "no such model on the hub"),
        ("offline", "cannot be reached"),
    ],
)
def test_base_that_cannot_be_had_is_told_at_once(base: str, told: str, rows: Path, tmp_path: Path) -> None:
    started = time.monotonic()
    with hub(tmp_path) as address:
        endpoint = "http://127.0.0.1:9" if base == "offline" else address
        name = "maker/some" if base == "offline" else base
        done = run_script(
            rows, "--preset", "llama-3-8b", "--base-model", name, "--output", "lora",
            cwd=tmp_path, HF_ENDPOINT=endpoint, HF_HOME=str(tmp_path / "hub"), HF_TOKEN="",
        )  # fmt: skip
    assert done.returncode == 1 and told in done.stderr.splitlines()[-1], done.stderr
    assert ("Traceback" not in done.stderr and "--base-model" in done.stderr) or "hf auth login" in done.stderr
    assert time.monotonic() - started < 30
    assert not (tmp_path / "lora").exists() and not (tmp_path / "lora.partial").exists()


@pytest.mark.slow
def test_base_of_the_hub_is_fetched_once_and_named_by_its_id(rows: Path, tmp_path: Path) -> None:
    make_model_folder(QWEN_25, tmp_path / "base")
    command = (rows, "--preset", "tiny", "--base-model", "maker/open", "--output", "lora")
    with hub(tmp_path / "base") as address:
        done = run_script(*command, cwd=tmp_path, HF_ENDPOINT=address, HF_HOME=str(tmp_path / "hub"))
    assert done.returncode == 0, done.stderr
    assert "downloading maker/open from huggingface.co" in done.stderr
    adapter = json.loads((tmp_path / "lora" / "adapter_config.json").read_text())
    assert (adapter["base_model_name_or_path"], adapter["revision"]) == ("maker/open", "c" * 40)
    card = (tmp_path / "lora" / "README.md").read_text(encoding="utf-8")
    assert "Licence of the base: apache-2.0" in card and 'revision="cccc' in card

    # Without a network the copy on the machine is enough, for training as for trying.
    offline = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "hub")}
    assert run_script(*command, cwd=tmp_path, **offline).returncode == 0
    tried = run_script("--try", "lora", "--prompt", "What is rain?", "--max-new-tokens", "5", cwd=tmp_path, **offline)
    assert tried.returncode == 0 and "base: maker/open" in tried.stdout, tried.stderr


# --- the guide's commands, with the tiny base -------------------------------------------------------------------


@pytest.mark.slow
def test_training_and_trying_as_the_guide_prints_it(rows: Path, tmp_path: Path) -> None:
    done = run_script("training_data.jsonl", "--preset", "tiny", "--no-unsloth", "--epochs", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "unsloth" not in done.stdout and "preset tiny with epochs 5" in done.stdout
    folder = tmp_path / "text_lora"  # the default of --output
    assert sorted(file.name for file in folder.iterdir()) == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "chat_template.jinja",
        "loss.png",
        "metrics.jsonl",
        "tokenizer.json",
        "tokenizer_config.json",
        "training_config.json",
    ]
    everything = b"".join(file.read_bytes() for file in folder.iterdir() if file.suffix in (".json", ".jsonl", ".md"))
    assert b"slow letter" not in everything  # nothing of the chats
    assert json.loads((folder / "metrics.jsonl").read_text().splitlines()[0])["written_by"] == "text_lora_train.py"
    config = json.loads((folder / "training_config.json").read_text())
    assert config["settings"]["epochs"] == 5 and config["counts"]["rows"] == 12
    assert str(tmp_path) not in json.dumps(config)

    tried = run_script("--try", "./text_lora", "--prompt", "What is rain?", cwd=tmp_path, COLUMNS="120")
    assert tried.returncode == 0 and tried.stderr == ""
    assert "base: tiny" in tried.stdout and "with LoRA" in tried.stdout and "letter" in tried.stdout

    chat = subprocess.run(
        [sys.executable, str(SCRIPT), "--try", "text_lora", "--temperature", "0", "--max-new-tokens", "30"],
        cwd=tmp_path, input="What is rain?\n/base\n/help\n/reset\nDo you sleep?\n/quit\nnot read\n",
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    assert "slow letter" in chat and "a new conversation" in chat and "doze" in chat


@pytest.mark.slow
def test_rows_from_a_pipe_train_to_the_same_bytes_as_from_a_file(
    rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    piped = subprocess.run(
        [sys.executable, str(SCRIPT), "-", "--preset", "tiny", "--output", str(tmp_path / "piped"), "--quiet"],
        input=rows.read_bytes(),
        capture_output=True,
        check=True,
    )
    assert piped.stdout == piped.stderr == b""
    assert text_lora_train.main([str(rows), "--preset", "tiny", "--output", str(tmp_path / "file")]) == 0
    configs = [json.loads((tmp_path / name / "training_config.json").read_text()) for name in ("piped", "file")]
    assert configs[0]["rows"]["sha256"] == configs[1]["rows"]["sha256"]
    weights = [(tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("piped", "file")]
    assert weights[0] == weights[1]


@pytest.mark.slow
def test_earlier_folder_is_replaced_and_what_is_not_ours_is_kept(
    rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = [str(rows), "--preset", "tiny", "--output", str(tmp_path / "lora")]
    folder = tmp_path / "lora"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert text_lora_train.main([*command, "--force"]) == 0
    first = json.loads((folder / "training_config.json").read_text())
    assert text_lora_train.main([*command, "--seed", "7"]) == 0
    second = json.loads((folder / "training_config.json").read_text())
    assert (first["settings"]["seed"], second["settings"]["seed"]) == (42, 7)
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lora", "training_data.jsonl"]


@pytest.mark.slow
def test_damaged_lora_folder_is_told(rows: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert text_lora_train.main([str(rows), "--preset", "tiny", "--output", str(tmp_path / "lora"), "--quiet"]) == 0
    (tmp_path / "lora" / "adapter_model.safetensors").unlink()
    status, told = refused(capsys, "--try", tmp_path / "lora", "--prompt", "hi")
    assert status == 1 and "adapter_model.safetensors is missing; train again" in told
