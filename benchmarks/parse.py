"""The parser against loading the JSON and against the obvious way, on one export: `python benchmarks/parse.py`.

    python benchmarks/parse.py --megabytes 300 --runs 5
    python benchmarks/parse.py --megabytes 300 --zip --runs 3
    python benchmarks/parse.py --megabytes 2000 --runs 3 --only parser

Makes a ChatGPT-shaped export (see chatgpt_shaped.py) in a temporary folder, then runs in turn, each as a process of its
own: the whole command (read, find the conversation held, clean, write), `orjson.loads` of the file, `json.load` of it,
and a straightforward program for the same job. The first output of the last and of the parser must hold the same texts.
Figures are medians; ratios are taken run by run. orjson must be installed (`pip install orjson`), else it is left out.
Exit codes: 0 done, 1 the outputs differ.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

OPEN = "open(sys.argv[1], 'rb')"
OPEN_ZIP = "__import__('zipfile').ZipFile(sys.argv[1]).open('conversations.json')"
COMMANDS = {
    "parser": ["conversation_parser.py", "{export}", "--output", "{output}", "--quiet"],
    "orjson.loads": ["-c", "import sys, orjson; raw = {open}.read(); value = orjson.loads(raw)", "{export}"],
    "json.load": ["-c", "import sys, json; value = json.load({open})", "{export}"],
    "straightforward": ["benchmarks/parse.py", "--walk", "{export}", "{output}"],
}


class Figures(NamedTuple):
    cpu: float  # seconds, user and system
    wall: float  # seconds
    memory: float  # MB (10^6 bytes), the largest resident size


def measured(command: Sequence[str]) -> Figures:
    """Run a command to its end. POSIX only: the figures are the kernel's own."""
    import os

    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Figures(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit / 1e6)


# --- the obvious way --------------------------------------------------------------------------------------------

# The parser's patterns for ChatGPT's text, applied one after another to every reply.
CITATIONS = re.compile(" ?\ue200[^\ue200\ue201]*\ue201(?=[ .,;:!?)\n])|\ue200[^\ue200\ue201]*\ue201|[\ue200-\ue206]")
JUNK = [
    re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]"),
    CITATIONS,
    re.compile(r"(?:cite|filecite|navlist)?(?:turn\d+(?:search|news|view|image|file|fetch)\d+)+"),
    re.compile(r" ?【[^【】\n]{0,200}†[^【】\n]{0,200}】"),
    re.compile(r" ?:?contentReference\[oaicite:\d+\](?:\{[^{}\n]*\})?| ?\[oaicite:\d+\]"),
    re.compile(r"(?<=\])\(sandbox:[^()\s]*\)"),
    re.compile("[\u200b\u2060\ufeff]"),
]


def walk(export: str, output: str) -> None:
    """Load everything, go from current_node up to the root, clean what is shown, write one JSON object a line."""
    if export.endswith(".zip"):
        with zipfile.ZipFile(export) as archive, archive.open("conversations.json") as file:
            conversations = json.load(file)
    else:
        with Path(export).open(encoding="utf-8") as file:
            conversations = json.load(file)
    with Path(output).open("w", encoding="utf-8") as written:
        for conversation in conversations:
            path = []
            at = conversation["current_node"]
            while at:
                path.append(conversation["mapping"][at])
                at = conversation["mapping"][at]["parent"]
            record = {"id": conversation["id"], "title": conversation["title"], "messages": spoken(path[::-1])}
            written.write(json.dumps(record, ensure_ascii=False) + "\n")


def spoken(path: list[Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    pending = ""  # commentary that counts only if no answer follows
    for node in path:
        message = node["message"]
        if not message or message["weight"] == 0 or message["recipient"] != "all":
            continue
        role = message["author"]["role"]
        if role not in ("user", "assistant"):
            continue
        text = "\n".join(part for part in message["content"].get("parts", ()) if isinstance(part, str))
        for pattern in JUNK if role == "assistant" else JUNK[:1]:
            text = pattern.sub("", text)
        if not text.strip():
            continue
        if message["channel"] == "commentary":
            pending = text
            continue
        pending = ""
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(message["create_time"]))
        made = {"id": message["id"], "role": role, "content": text.strip(), "created_at": when}
        if role == "assistant":
            made["model"] = message["metadata"].get("model_slug")
        messages.append(made)
    assert not pending
    return messages


def texts(path: Path) -> list[list[tuple[str, str]]]:
    from identity.records import read_conversations

    if path.suffix == ".json":
        found = read_conversations(path)
        return [[(message.role, message.content) for message in one.messages] for one in found]
    with path.open(encoding="utf-8") as file:
        return [[(message["role"], message["content"]) for message in json.loads(line)["messages"]] for line in file]


# --- the comparison ---------------------------------------------------------------------------------------------


def compare(folder: Path, arguments: argparse.Namespace) -> int:
    from chatgpt_shaped import write_export

    export = folder / "conversations.json"
    count = write_export(export, arguments.megabytes)
    print(f"{count:,} conversations, {export.stat().st_size / 1e6:,.0f} MB of JSON", flush=True)
    if arguments.zip:
        with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(export, "conversations.json")
        export.unlink()
        export = folder / "export.zip"
        print(f"as a zip {export.stat().st_size / 1e6:,.0f} MB")
    names = [name for name in COMMANDS if not arguments.only or name in arguments.only]
    if importlib.util.find_spec("orjson") is None and "orjson.loads" in names:
        print("orjson is not installed and left out; pip install orjson")
        names.remove("orjson.loads")
    outputs = {name: folder / ("parsed.json" if name == "parser" else f"{name}.jsonl") for name in names}
    figures: dict[str, list[Figures]] = {name: [] for name in names}
    for _ in range(arguments.runs):
        for name in names:
            command = [
                part.format(export=export, output=outputs[name], open=OPEN_ZIP if arguments.zip else OPEN)
                for part in COMMANDS[name]
            ]
            figures[name].append(measured([sys.executable, *command]))
    show(figures, arguments.megabytes)
    if {"parser", "straightforward"} <= outputs.keys():
        same = texts(outputs["parser"]) == texts(outputs["straightforward"])
        print(f"texts of parser and straightforward: {'equal' if same else 'DIFFERENT'}")
        return 0 if same else 1
    return 0


def show(figures: dict[str, list[Figures]], megabytes: float) -> None:
    head = f"median of {len(next(iter(figures.values())))}"
    print(f"{head:18} {'CPU s':>7} {'wall s':>7} {'RSS MB':>7} {'ms/MB':>6}")
    for name, runs in figures.items():
        cpu, wall, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"{name:18} {cpu:7.2f} {wall:7.2f} {memory:7.0f} {cpu / megabytes * 1000:6.2f}", end="")
        if name != "parser" and "parser" in figures:
            pairs = zip(figures["parser"], runs, strict=True)
            ratios = [ours.cpu / theirs.cpu for ours, theirs in pairs]
            print(
                f"   parser / this, CPU: {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})", end=""
            )
        print()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=300, help="of JSON (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="of each program (default %(default)s)")
    parser.add_argument("--zip", action="store_true", help="give the export as a zip")
    parser.add_argument("--only", nargs="+", choices=tuple(COMMANDS), help="run these programs only")
    parser.add_argument("--folder", help="where the temporary folder is made (default: the system's)")
    parser.add_argument("--walk", nargs=2, help=argparse.SUPPRESS)  # the process of the straightforward program
    arguments = parser.parse_args(argv)
    if arguments.walk:
        walk(*arguments.walk)
        return 0
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        return compare(Path(folder), arguments)


if __name__ == "__main__":
    raise SystemExit(main())
