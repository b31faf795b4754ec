"""An office that packs dossiers, for tests: its home, its command line, and the validator in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doors import Done, hoso
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
        """The JSON row of a package that was made."""
        done = self.run("package", dossier, "--as", kind, "--to", folder, *GIVEN, *more, "--json")
        assert done.code == 0, done.err
        return done.rows()[0]

    def look(self, path: Path) -> Checked:
        """What the validator says of a package, in this process."""
        roots = ((self.home / "keys" / "roots.pem").read_bytes(),)
        with opened(path) as package:
            return inspect(package, roots, Reading().max_bytes)
