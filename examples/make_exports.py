"""Turn the conversations in ``source/`` into two chat exports, as zip files beside this script.

    python examples/make_exports.py            write chatgpt-export.zip and claude-export.zip
    python examples/make_exports.py --check    exit 1 if the zips differ from the sources

The notation of the sources is described at the top of each of them.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

from chatgpt_export import chatgpt_members
from claude_export import claude_members
from notation import parse

HERE = Path(__file__).resolve().parent
EXPORTED = (2026, 8, 14, 9, 0, 0)


def write_zip(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, EXPORTED)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def read_zip(path: Path) -> dict[str, bytes]:
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the example exports from source/.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    check: bool = parser.parse_args().check
    exports = {
        "chatgpt-export.zip": chatgpt_members(parse(HERE / "source" / "chatgpt.md")),
        "claude-export.zip": claude_members(parse(HERE / "source" / "claude.md")),
    }
    stale = 0
    for name, members in exports.items():
        if not check:
            write_zip(HERE / name, members)
            print(f"{name}: {len(members)} members")
        elif read_zip(HERE / name) != members:
            stale = 1
            print(f"{name}: differs from the sources; run examples/make_exports.py")
    return stale


if __name__ == "__main__":
    sys.exit(main())
