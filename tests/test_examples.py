"""The bundled exports are what their readable sources say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_zips_hold_what_the_sources_say() -> None:
    done = subprocess.run(
        [sys.executable, "examples/make_exports.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
