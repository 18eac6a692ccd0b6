"""Tests import the scripts and the package from the repository root."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Scores that tests make stay out of the cache of whoever runs them."""
    os.environ["IDENTITY_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a user has, in a folder with a space in its name, for running commands as a user would."""
    folder = tmp_path_factory.mktemp("home") / "my chats"
    folder.mkdir()
    for script in [*ROOT.glob("*.py"), ROOT / "README.md"]:
        shutil.copy(script, folder)
    for part in ("identity", "examples"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
