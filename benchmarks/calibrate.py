"""The calibration of confidence made anew: draw papers of every type, digitize them, learn, report, with --write keep.

`python -m benchmarks.calibrate [--dossiers N] [--papers N] [--work FOLDER] [--target 0.001] [--write]`: for each damage
level N mixed dossiers and N papers of each type that the generator has, tuned fonts, layouts and damage only; what is held
out stays unseen. Under --work everything drawn and read is kept, and a run that was stopped, or run again after a form or
a type was added, goes on where it was: nothing is drawn twice, and only pages that the reading of today has not read are
read. Extraction is done anew each time. About eight minutes for 100 dossiers on one core the first time.

Every figure is out of fold: each dossier judged by what was learned from the others.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.machine import ROOT, write
from hoso import calibration, fitting, keys
from hoso.calibration import Judged
from hoso.nouns import Field
from hoso.recipe.calibrating import judged, truths
from hoso.site import Site
from tools.papers.types import found

SHIPPED = ROOT / "ocr_models" / calibration.FOLDER
LEVELS = ("clean", "office", "photocopy", "phone")
CHUNK = 8


@dataclass(frozen=True, slots=True)
class Chunk:
    """Papers drawn and digitized together: ``kind`` is a type, a module of many types, or "mixed" for whole dossiers."""

    level: str
    kind: str
    number: int
    count: int
    types: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.level}-{self.kind}-{self.number}"


@dataclass(frozen=True, slots=True)
class Case:
    """A judged field with what it says, for the list of what goes wrong."""

    row: Judged
    field: Field
    true: Any


def main() -> None:
    """Draw and digitize what is not there yet; learn; print, and keep where asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=40, help="mixed dossiers a damage level (default 40)")
    asked.add_argument("--papers", type=int, default=16, help="single papers of each type and level (default 16)")
    asked.add_argument("--damage", default=",".join(LEVELS))
    asked.add_argument("--types", default="", help="only these types beside the mixed dossiers (default: all)")
    asked.add_argument("--seed", default="calibrate")
    asked.add_argument("--work", type=Path, default=ROOT / ".bench" / "calibrate")
    asked.add_argument("--target", type=float, default=0.001, help="share of wrong fields among those accepted")
    asked.add_argument("--minutes", type=float, default=0.0, help="stop drawing and reading after so long (0: never)")
    asked.add_argument("--fresh", action="store_true", help="throw away what was drawn before")
    asked.add_argument("--show", type=int, default=0, help="tell so many of the surest wrong fields (made-up papers)")
    asked.add_argument("--write", action="store_true", help="keep as the shipped calibration")
    given = asked.parse_args()
    if given.fresh:
        shutil.rmtree(given.work, ignore_errors=True)
    began = time.monotonic()
    homes = []
    for chunk in _chunks(given):
        late = bool(given.minutes) and time.monotonic() - began > 60 * given.minutes
        folder = given.work / chunk.name
        if (folder / "read").exists() if late else _made(chunk, folder, given.seed):
            homes.append((chunk, folder))
    cases = [case for chunk, folder in homes for case in _cases(chunk, folder)]
    print(f"{len(cases)} fields of {len(homes)} chunks after {time.monotonic() - began:.0f} s", file=sys.stderr)
    rows = [case.row for case in cases]
    sure = fitting.held_out(rows)
    learned = fitting.fit(rows, given.target, sure)
    figures = _report(rows, fitting.accepted(rows, sure, given.target), learned)
    _show(cases, sure, given.show)
    print(write("calibration", figures | {"seed": given.seed, "target": given.target}).relative_to(ROOT))
    if given.write:
        keep(SHIPPED, learned, rows, figures)


def _chunks(given: argparse.Namespace) -> Iterator[Chunk]:
    """All chunks, the levels in turn, so that a run cut short has some of each. Types of one module share their layouts:
    they are drawn in turn, as one."""
    kinds = [kind for kind in given.types.split(",") if kind] or sorted(found())
    shared: dict[str, list[str]] = {}
    for kind in kinds:
        shared.setdefault(kind if isinstance(found()[kind], ModuleType) else type(found()[kind]).__name__, []).append(
            kind
        )
    most = max(given.dossiers, given.papers)
    for number in range(-(-most // CHUNK)):
        for name, members, wanted in [
            ("mixed", ["mixed"], given.dossiers),
            *((n, m, given.papers) for n, m in shared.items()),
        ]:
            count = min(CHUNK, wanted - number * CHUNK)
            if len(members) > 1:
                count = min(2 * CHUNK, 2 * (wanted - number * CHUNK))
            for place, level in enumerate(given.damage.split(",")):
                turn = (number * len(given.damage) + place * count) % len(members)
                if count > 0:
                    yield Chunk(level, name, number + 1, count, (*members[turn:], *members[:turn]))


def _made(chunk: Chunk, folder: Path, seed: str) -> bool:
    """Whether the chunk is drawn and digitized, by now or before; one that fails is told and left out."""
    hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(folder / "home")]
    words = ["--count", str(chunk.count), "--seed", f"{seed}-{chunk.name}", "--damage", chunk.level]
    words += ["--types", ",".join(chunk.types)]
    try:
        if not (folder / "drawn").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([sys.executable, "-m", "tools.papers", "draw", str(folder), *words])
            _run([*hoso, "init"])
            (folder / "drawn").touch()
        _run([*hoso, "digitize", "--jobs", "1", str(folder / "inbox")])
        (folder / "read").touch()
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:]
        print(f"{chunk.name}: left out, exit code {error.returncode}: {' '.join(last)}", file=sys.stderr)
        return False
    return True


def _run(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True, text=True)


def _cases(chunk: Chunk, folder: Path) -> Iterator[Case]:
    with Site(folder / "home") as site:
        for row, field, true in judged(site, truths(folder / "truth"), f"{chunk.level}/{chunk.name}/"):
            yield Case(row, field, true)


def _report(rows: Sequence[Judged], taken: Sequence[bool], learned: calibration.Calibration) -> dict[str, Any]:
    """Figures by damage level, kind and field: rows, right, accepted, wrong; printed as a table."""
    bars = {kind: level.bar for kind, level in learned.kinds.items()}
    bars |= {name: bar for name, (_, bar) in learned.fields.items()}
    parts: dict[str, dict[str, Any]] = {}
    views = {
        "level": [row.group.split("/")[0] for row in rows],
        "kind": [row.kind for row in rows],
        "field": [f"{row.type}.{row.name}" for row in rows],
        "all": ["all"] * len(rows),
    }
    for view, labels in views.items():
        for label in sorted(set(labels)):
            mine = [i for i, one in enumerate(labels) if one == label]
            told = fitting.told([rows[i] for i in mine], [taken[i] for i in mine])
            share = told.accepted / told.rows
            parts.setdefault(view, {})[label] = {
                "rows": told.rows, "right": told.right, "accepted": told.accepted, "wrong": told.wrong,
                "bound": round(told.bound, 5), "bar": bars.get(label),
            }  # fmt: skip
            print(
                f"{view:6} {label:44} rows {told.rows:5}  right {told.right / told.rows:6.1%}  accepted {share:6.1%}"
                f"  wrong {told.wrong:2}  at most {told.bound:.2%}"
            )
    return {"rows": len(rows), "judged": parts}


def _show(cases: Sequence[Case], sure: Sequence[float], most: int) -> None:
    wrong = sorted(
        ((p, case) for p, case in zip(sure, cases, strict=True) if not case.row.right), key=lambda one: -one[0]
    )
    for p, case in wrong[:most]:
        true = case.true if not isinstance(case.true, list) else [row.get("ten", row) for row in case.true]
        told = case.field.value if not case.field.rows else [row.get("ten", row) for row in case.field.rows]
        print(
            f"{p:.4f} {case.row.group} {case.row.type}.{case.row.name}: {told!r}, not {true!r}; raw {case.field.raw!r}"
        )


def keep(folder: Path, learned: calibration.Calibration, rows: Sequence[Judged], figures: dict[str, Any]) -> None:
    """Write the calibration, its rows and its card into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    weights, data = calibration.encode(learned), calibration.encode_rows(rows)
    (folder / "weights.json").write_bytes(weights)
    (folder / "rows.csv.gz").write_bytes(data)
    levels = figures["judged"]["level"] | {"all": figures["judged"]["all"]["all"]}
    accuracy = [
        f"{label} = {{ {', '.join(f'{key} = {one[key]}' for key in ('rows', 'right', 'accepted', 'wrong'))} }}"
        for label, one in levels.items()
    ]
    card = [
        'name = "hoso-confidence"',
        'kind = "how likely a field is exactly right: one-way tables of points, one a measure (pipeline/hoso/fitting.py)"',
        'source = "make calibrate, in this repository (benchmarks/calibrate.py)"',
        'licence = "Apache-2.0, as Hoso"',
        f'training_data = "rows.csv.gz: {len(rows)} fields of papers drawn by tools/papers in tuned fonts, layouts and '
        'damage; measures only, the value of no field"',
        'held_out = "fonts, layouts and the damage family fax that tools/papers keeps back: never drawn for it"',
        f'digest = "{keys.digest(weights)}"',
        f'rows_digest = "{keys.digest(data)}"',
        f"target = {learned.target}",
        "",
        "# out of fold, five parts by dossier: fields with a value, of them right, accepted alone, of those wrong",
        "[accuracy]",
        *accuracy,
    ]
    told = "\n".join(card) + "\n"
    tomllib.loads(told)
    (folder / "card.toml").write_text(told, encoding="utf-8")
    print(f"{folder.relative_to(ROOT)}: {len(weights) // 1024} KiB of points, {len(data) // 1024} KiB of rows")


if __name__ == "__main__":
    main()
