"""An office that packs dossiers, for tests: its home, its command line, and the validator in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from doors import Done, hoso
from hoso.cli import hoso as command
from hoso.exports.packages.check import Checked
from hoso.exports.packages.container import opened
from hoso.recipe.inspecting import inspect
from hoso.settings import Reading

GIVEN = ("--set", "maintenance=06", "--set", "mode=02")


@dataclass(frozen=True)
class Office:
    """The home, and the roots that its packages are checked with."""

    home: Path

    def run(self, *words: str | Path) -> Done:
        return hoso(self.home, *words)

    def pack(self, dossier: str, kind: str, folder: Path, *more: str | Path) -> dict[str, Any]:
        """The JSON row of a package that was made, by the command called in this process."""
        words = ["package", dossier, "--as", kind, "--to", folder, *GIVEN, *more, "--json"]
        done = CliRunner().invoke(command, ["--home", str(self.home), *map(str, words)])
        assert done.exit_code == 0, (done.output, done.exception)
        row: dict[str, Any] = json.loads(done.stdout)
        return row

    def look(self, path: Path) -> Checked:
        """What the validator says of a package, in this process."""
        roots = ((self.home / "keys" / "roots.pem").read_bytes(),)
        with opened(path) as package:
            return inspect(package, roots, Reading().max_bytes)
