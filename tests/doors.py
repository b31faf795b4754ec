"""The doors a user has, for tests: the command line as a real subprocess."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
INBOX = ROOT / "samples" / "inbox"


@dataclass(frozen=True)
class Done:
    """What a command printed and ended with."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def hoso(home: Path, *words: str | Path, **env: str) -> Done:
    """``hoso --home HOME WORDS`` in a process of its own."""
    done = subprocess.run(
        [Path(sys.executable).parent / "hoso", "--home", home, *words],
        capture_output=True, text=True, env=os.environ | env, timeout=600,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def smallest_dossier() -> Path:
    """The sample folder with the fewest bytes."""
    folders = [entry for entry in INBOX.iterdir() if entry.is_dir()]
    return min(folders, key=lambda folder: sum(file.stat().st_size for file in folder.iterdir()))


def one_page_image() -> Path:
    """A sample page as an image file."""
    files = (file for folder in sorted(INBOX.iterdir()) if folder.is_dir() for file in sorted(folder.iterdir()))
    return next(file for file in files if file.suffix in (".jpg", ".png"))
