"""Make the environment .venv and fill it: `python3.12 requirements/install.py [--dev]`.

torch comes first, because whatever asks for it later would take the build for NVIDIA cards (gigabytes). Where there
is an NVIDIA GPU that build is wanted, and Unsloth is installed too; elsewhere a CPU build is taken if one can be had:
a wheel that this machine's pip already knows (`pip config`, PIP_FIND_LINKS), else PyTorch's own CPU builds through
uv. Safe to repeat: what is there is kept; a .venv that is broken or of another Python is made anew.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
REQUIREMENTS = HERE.parent / "requirements.txt"
SUPPORTED = ((3, 10), (3, 13))


def pip(*arguments: str, quiet_failure: bool = False) -> bool:
    """Run pip in this environment; True if it succeeded."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, stderr=subprocess.DEVNULL if quiet_failure else None, check=False).returncode == 0


def has_nvidia_gpu() -> bool:
    """True if the driver's own tool lists a card."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return False
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU" in listed.stdout


def torch_pin() -> str:
    """The version of torch that requirements.txt names."""
    found = re.search(r"^torch==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SystemExit(f"{REQUIREMENTS.name}: no line torch==VERSION; restore it")
    return found.group(1)


def has_torch(version: str) -> bool:
    try:
        return importlib.metadata.version("torch").split("+")[0] == version
    except importlib.metadata.PackageNotFoundError:
        return False


def install_cpu_torch(version: str) -> None:
    """A CPU build for Linux without an NVIDIA card; on macOS and Windows the ordinary build is one already."""
    if not sys.platform.startswith("linux"):
        return
    if pip("--no-index", "--no-deps", f"torch=={version}", quiet_failure=True):
        return
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", sys.executable]
    if pip("uv", quiet_failure=True):
        done = subprocess.run(
            [*uv, f"torch=={version}", "--torch-backend", "cpu"], stderr=subprocess.DEVNULL, check=False
        )
        if done.returncode == 0:
            return
    print("note: no CPU build of torch could be had; taking the standard one, which is several gigabytes", flush=True)


def make_venv() -> None:
    """Make .venv with this Python, unless it is there, works, and is of the same version."""
    running = ".".join(map(str, sys.version_info[:2]))
    if VENV_PYTHON.exists():
        ask = "import sys, pip; print('.'.join(map(str, sys.version_info[:2])))"
        told = subprocess.run([VENV_PYTHON, "-c", ask], capture_output=True, text=True, check=False)
        if told.stdout.strip() == running:
            return
    print(f"making .venv with Python {running} ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)


def install(dev: bool) -> int:
    """Fill the environment of the running Python; returns an exit code."""
    version = torch_pin()
    gpu = has_nvidia_gpu()
    if not has_torch(version):
        print(f"installing torch {version} ({'for the NVIDIA GPU found' if gpu else 'for CPU'}) ...", flush=True)
        if not gpu:
            install_cpu_torch(version)
    print("installing requirements.txt ...", flush=True)
    if not pip("-r", str(REQUIREMENTS)):
        return 1
    if dev and not pip("-r", str(HERE / "dev.txt")):
        return 1
    if gpu and not pip("-r", str(HERE / "unsloth.txt")):
        print("note: Unsloth could not be installed; training uses PEFT, which is slower", flush=True)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="also what `make test` needs")
    parser.add_argument("--here", action="store_true", help="into the environment of this Python instead of .venv")
    arguments = parser.parse_args(argv)
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        running = ".".join(map(str, sys.version_info[:2]))
        print(f"error: this is Python {running}; use 3.10 to 3.13, e.g. make PYTHON=python3.12", file=sys.stderr)
        return 2
    if arguments.here:
        return install(arguments.dev)
    try:
        make_venv()
    except subprocess.CalledProcessError:
        print("error: .venv could not be made; on Debian and Ubuntu: apt install python3-venv", file=sys.stderr)
        return 1
    command = [str(VENV_PYTHON), __file__, "--here", *(["--dev"] if arguments.dev else [])]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
