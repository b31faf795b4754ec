"""Planted faults found, and false alarms on faultless dossiers; registers given.

`python -m benchmarks.faults [--dossiers N] [--each N] [--seed S] [--pixels N] [--damage FAMILY]`. Dossiers come from
`tools.papers.faults`. In text mode the words of the drawn pages go to divide, extract, check and agree as an engine
without errors would give them, which measures the checks alone; with `--pixels` whole dossiers are drawn, worn out and
taken through the command line, which measures what a clerk sees.

    found         a problem above a note of one of the fault's codes, on one of its fields (or on the paper as a whole)
    false alarm   a faultless dossier with a problem above a note that is not about legibility (field.*, page.*)
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, write
from hoso import forms as form_files
from hoso import registers as register_files
from hoso.forms import Forms
from hoso.nouns import Code, Page, PageRef, Reading, Record, Seen, Word
from hoso.registers import COLUMNS, Registers
from hoso.stages import agree, check, divide, extract
from tools.papers import faults
from tools.papers.dossier import Batch, Side, write_truth
from tools.papers.dossier import Planted as Told
from tools.papers.faults import Dossier
from tools.papers.sheet import HEIGHT, WIDTH, Sheet

RECEIVED = "2026-11-23"


@dataclass(frozen=True)
class Problem:
    """A problem above a note: its code, and its field ("" for none)."""

    code: str
    field: str


def main() -> None:
    """Draw, understand, compare; print what was missed and keep the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--dossiers", type=int, default=200, help="faultless dossiers in text mode")
    asked.add_argument("--each", type=int, default=10, help="dossiers of each kind of fault in text mode")
    asked.add_argument("--pixels", type=int, default=0, help="dossiers drawn in pixels, half of them faultless")
    asked.add_argument("--damage", default="clean,office")
    asked.add_argument("--seed", default="faults")
    asked.add_argument("--held-out", action="store_true", help="only the font and layouts kept back from tuning")
    given = asked.parse_args()
    answer: dict[str, Any] = {"seed": given.seed, "held_out": given.held_out}
    if given.dossiers or given.each:
        answer["text"] = in_text(given.seed, given.dossiers, given.each, given.held_out)
        show("text", answer["text"])
    if given.pixels:
        answer["pixels"] = in_pixels(given.seed, given.pixels, given.damage.split(","))
        show("pixels", answer["pixels"])
    print(write("faults-held-out" if given.held_out else "faults", answer).relative_to(ROOT))


def in_text(seed: str, faultless: int, each: int, held_out: bool = False) -> dict[str, Any]:
    """Figures of dossiers whose words are handed over."""
    known = form_files.load(ROOT / "schemas")
    sound = [(d, told(d, known)) for d in drawn(f"{seed}/sound", "", faultless, held_out)]
    planted = [(d, told(d, known)) for kind in faults.FAULTS for d in drawn(f"{seed}/{kind}", kind, each, held_out)]
    return figures(sound, planted)


def drawn(seed: str, kind: str, count: int, held_out: bool = False) -> Iterator[Dossier]:
    """``count`` dossiers with that fault; those in which it cannot be planted are passed over."""
    number = 0
    for _ in range(count):
        while (made := faults.dossier(f"{seed}/{number}", kind, held_out)) is None:
            number += 1
        number += 1
        yield made


def told(dossier: Dossier, known: Forms) -> list[Problem]:
    """What the stages tell of a dossier, above a note."""
    with tempfile.TemporaryDirectory() as folder:
        write_registers(Path(folder), [dossier])
        held = register_files.load(Path(folder))
    return [
        Problem(p.code, p.field)
        for record in understood(read(dossier), known, held)
        for p in record.problems
        if p.severity != "note"
    ]


def understood(pages: Sequence[Seen], known: Forms, held: Registers) -> tuple[Record, ...]:
    """The stages behind one another, as the recipe runs them, before what is sure enough is weighed."""
    records = []
    by_ref = {seen.page.ref: seen for seen in pages}
    for document in divide.divide("dossier", pages, known, RECEIVED):
        mine = [by_ref[ref] for ref in document.pages]
        form = known.form(document.form)
        records.append(check.check(document, extract.extract(document, mine, form), form, mine, RECEIVED, held))
    return agree.agree(records, known, pages)


def read(dossier: Dossier) -> list[Seen]:
    """Every sheet as an engine without errors reads it."""
    sheets = [(n, i, sheet) for n, paper in enumerate(dossier.papers) for i, sheet in enumerate(paper.sheets, 1)]
    return [_seen(sheet, f"{n:064d}", i, position) for position, (n, i, sheet) in enumerate(sheets, 1)]


def _seen(sheet: Sheet, scan: str, index: int, position: int) -> Seen:
    ref = PageRef(scan, index)
    scale = (WIDTH, HEIGHT, WIDTH, HEIGHT)
    words = [
        Word(word.text, tuple(v / s for v, s in zip(word.box, scale, strict=True)), 0.97, number)  # type: ignore[arg-type]
        for number, line in enumerate(sheet.lines)
        for word in line.words
    ]
    codes = [
        Code(kind, text, tuple(v / s for v, s in zip(box, scale, strict=True)))  # type: ignore[arg-type]
        for kind, text, box in sheet.codes
    ]
    page = Page(ref, "paper", 1654, 2339, 200.0, 0, 0.0, 0.9, position=position)
    return Seen(page, Reading(ref, "drawn", tuple(words), tuple(codes)))


def write_registers(folder: Path, dossiers: Iterable[Dossier]) -> None:
    """The registers of an office that holds all rows of these dossiers."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in dossiers:
        for name, held in one.held.items():
            rows[name] += held
    folder.mkdir(parents=True, exist_ok=True)
    for name, held in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS[name])
            writer.writeheader()
            writer.writerows(held)


def in_pixels(seed: str, count: int, families: Sequence[str]) -> dict[str, Any]:
    """Figures of dossiers that went through drawing, damage, reading and the whole job."""
    kinds = list(faults.FAULTS)
    sound = [d for i in range(count // 2) for d in drawn(f"{seed}/pixels/{i}", "", 1)]
    planted = [
        d for i in range(count - count // 2) for d in drawn(f"{seed}/pixels/p{i}", kinds[(i * 7) % len(kinds)], 1)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(base / "home")]
        subprocess.run([*hoso, "init", "--demo"], check=True, capture_output=True)
        write_registers(base / "home" / "registers", [*sound, *planted])
        for number, dossier in enumerate([*sound, *planted]):
            _draw(dossier, base, f"D{number:04d}", families[number % len(families)])
        subprocess.run([*hoso, "digitize", "--jobs", "1", str(base / "inbox")], check=True, capture_output=True)
        done = subprocess.run([*hoso, "records", "--json"], check=True, capture_output=True, text=True)
    by_source: dict[str, list[Problem]] = defaultdict(list)
    for row in map(json.loads, done.stdout.splitlines()):
        found = [p for p in row["problems"] if p["severity"] != "note"]
        by_source[row["source"]] += [Problem(p["code"], p["field"] or "") for p in found]
    answers = [(d, by_source[f"D{number:04d}"]) for number, d in enumerate([*sound, *planted])]
    return figures(answers[: len(sound)], answers[len(sound) :]) | {"damage": list(families)}


def _draw(dossier: Dossier, base: Path, source: str, family: str) -> None:
    sides = [Side(n, i, family) for n, paper in enumerate(dossier.papers) for i in range(len(paper.sheets))]
    one = dossier.planted
    problems = [Told(code, field, ()) for code in sorted(one.codes) for field in sorted(one.fields)] if one else []
    batch = Batch(source, dossier.case.code, dossier.papers, sides, dossier.seed, problems)
    batch.jpegs(base / "inbox", [f"{i + 1:03d}.jpg" for i in range(len(sides))])
    write_truth(base / "truth" / f"{source}.json", batch.truth())


Answers = Sequence[tuple[Dossier, Sequence[Problem]]]


def figures(sound: Answers, planted: Answers) -> dict[str, Any]:
    """Shares, and what was missed or alarmed by kind."""
    alarmed = [(d.seed, alarms) for d, problems in sound if (alarms := _alarms(problems))]
    missed = Counter(d.planted.kind for d, problems in planted if d.planted and not _found(d, problems))
    seeds = [d.seed for d, problems in planted if not _found(d, problems)]
    return {
        "faultless": len(sound),
        "false_alarms": len(alarmed),
        "false_alarms_percent": round(100 * len(alarmed) / max(1, len(sound)), 2),
        "alarms": dict(Counter(f"{p.code} {p.field}".strip() for _, alarms in alarmed for p in alarms)),
        "alarmed_seeds": [seed for seed, _ in alarmed][:10],
        "planted": len(planted),
        "found": len(planted) - sum(missed.values()),
        "found_percent": round(100 * (1 - sum(missed.values()) / max(1, len(planted))), 2),
        "missed": dict(missed),
        "missed_seeds": seeds[:10],
    }


def _found(dossier: Dossier, problems: Iterable[Problem]) -> bool:
    fault = dossier.planted
    return fault is None or any(p.code in fault.codes and p.field in fault.fields for p in problems)


def _alarms(problems: Iterable[Problem]) -> list[Problem]:
    return [p for p in problems if not p.code.startswith(("field.", "page."))]


def show(mode: str, answer: dict[str, Any]) -> None:
    """One line of figures, then what went wrong."""
    print(
        f"{mode}: found {answer['found']}/{answer['planted']} ({answer['found_percent']} %), "
        f"false alarms {answer['false_alarms']}/{answer['faultless']} ({answer['false_alarms_percent']} %)",
        flush=True,
    )
    for name in ("missed", "missed_seeds", "alarms", "alarmed_seeds"):
        if answer[name]:
            print(f"    {name}: {answer[name]}")


if __name__ == "__main__":
    main()
