"""Stacks divided into papers: how many come out exactly right, by the way they were scanned.

    python -m benchmarks.stacks [--count N] [--seed S] [--misread 0,0.03,0.08] [--held-out] [--keep]
    python -m benchmarks.stacks --pixels --damage clean,office,photocopy [--count N] [--seed S]

Stacks come from ``tools/papers/stacks.py`` with the positions of each paper's pages in reading order. In text mode (the
default) pages are the words of the truth, a share of them spoiled, so that hundreds of stacks take a minute; with
``--pixels`` they are drawn, worn out, and go through the command line as a user's would.

    papers   of the papers, those whose pages are all there, in reading order, and no others
    typed    the same with the right type
    stacks   of the stacks, those with every paper right
    moved    papers that lay in order and were put into another: the harm that seeking order may do
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from benchmarks.machine import ROOT, cpu, write
from hoso import forms as form_files
from hoso.forms import Forms
from hoso.nouns import Box, Code, Page, PageKind, PageRef, Reading, Seen, Word
from hoso.stages import divide, sections
from tools.papers.stacks import MANNERS, Stack, stack

Papers = list[tuple[str, tuple[int, ...]]]


def main() -> None:
    """Draw, divide, compare; print a table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=70)
    asked.add_argument("--seed", default="stacks")
    asked.add_argument("--misread", default="0,0.03,0.08", help="shares of words that are spoiled, text mode")
    asked.add_argument("--pixels", action="store_true")
    asked.add_argument("--damage", default="clean,office,photocopy", help="pixels only")
    asked.add_argument("--held-out", action="store_true", help="only the font and layouts kept back from tuning")
    asked.add_argument("--manner", default="", choices=("", *MANNERS))
    asked.add_argument("--show", action="store_true", help="tell each stack that is not right")
    asked.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    given = asked.parse_args()
    stacks = [stack(given.seed, i, given.manner, held_out=given.held_out) for i in range(given.count)]
    answer: dict[str, Any] = {"seed": given.seed, "stacks": given.count, "held_out": given.held_out, "levels": {}}
    levels = given.damage.split(",") if given.pixels else given.misread.split(",")
    forms = form_files.load(ROOT / "schemas")
    for level in levels:
        before = cpu()
        found = _by_pixels(stacks, level) if given.pixels else _by_text(stacks, float(level), forms)
        figures = counted(stacks, found, given.show)
        figures["cpu_seconds"] = round(cpu() - before, 1)
        answer["levels"][level] = figures
        for name, value in figures.items():
            print(f"{level:10} {name:14} {value}", flush=True)
    if given.keep:
        print(write("stacks-pixels" if given.pixels else "stacks", answer).relative_to(ROOT))


def counted(stacks: Sequence[Stack], found: Sequence[Papers], show: bool = False) -> dict[str, Any]:
    """Figures over stacks, by manner of scanning and together."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for one, papers in zip(stacks, found, strict=True):
        truth = cast(list[dict[str, Any]], one.truth()["documents"])
        wanted = [(d["type"], tuple(d["positions"])) for d in truth]
        places = Counter(at for _, at in papers)
        right = [at for _, at in wanted if places[at]]
        for name in (one.manner, "all"):
            count = totals[name]
            count["papers"] += len(wanted)
            count["right"] += len(right)
            count["typed"] += sum(paper in papers for paper in wanted)
            count["stacks"] += 1
            count["whole"] += len(right) == len(wanted) == len(papers)
            count["moved"] += sum(at != tuple(sorted(at)) and not any(at == w for _, w in wanted) for _, at in papers)
        if show and not len(right) == len(wanted) == len(papers):
            print(f"  {one.source} {one.manner}: wanted {[w for w in wanted if w[1] not in places]}, got "
                  f"{[p for p in papers if p[1] not in {w for _, w in wanted}]}")  # fmt: skip
    return {name: _told(count) for name, count in totals.items()}


def _told(count: Counter[str]) -> str:
    papers, right, typed = count["papers"], count["right"], count["typed"]
    return (
        f"papers {100 * right / papers:.1f} % of {papers}, typed {100 * typed / papers:.1f} %, "
        f"stacks {100 * count['whole'] / count['stacks']:.1f} % of {count['stacks']}, moved wrongly {count['moved']}"
    )


def seen_of(one: Stack, misreading: float) -> list[Seen]:
    """The pages of a stack as a perfect reader would give them, but for a share of spoiled words."""
    pages = []
    for position, shown in enumerate(cast(list[dict[str, Any]], one.pages(misreading)), 1):
        scan, index = (f"{position:064d}", 1) if one.manner == "files" else ("0" * 64, position)
        ref = PageRef(scan, index)
        words = [
            Word(text, cast(Box, box), 0.95, number) for number, line in enumerate(shown["lines"]) for text, box in line
        ]
        page = Page(
            ref, cast(PageKind, shown["kind"]), 1654, 2339, 200.0, 0, 0.0, 0.9, seal=shown["seal"], position=position
        )
        marks = tuple(Code(kind, text, cast(Box, box)) for kind, text, box in shown["codes"])
        pages.append(Seen(page, Reading(ref, "truth", tuple(words), marks)))
    return pages


def _by_text(stacks: Iterable[Stack], misreading: float, forms: Forms) -> list[Papers]:
    found = []
    for one in stacks:
        seen = seen_of(one, misreading)
        at = {s.page.ref: s.page.position for s in seen}
        found.append([(d.type, tuple(at[r] for r in d.pages)) for d in divided(one.source, seen, forms)])
    return found


def divided(name: str, seen: Sequence[Seen], forms: Forms) -> list[Any]:
    """The documents of all dossiers of a stack."""
    parts = sections.parted(sections.marked(seen))
    return [document for part in parts for document in divide.divide(name, part.pages, forms)]


def _by_pixels(stacks: Sequence[Stack], family: str) -> list[Papers]:
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for one in stacks:
            one.write(root, family)
        hoso = [str(Path(sys.executable).parent / "hoso"), "--home", str(root / "home")]
        subprocess.run([*hoso, "init"], check=True, capture_output=True)
        subprocess.run([*hoso, "digitize", str(root / "inbox"), "--jobs", "1"], check=True, capture_output=True)
        told = subprocess.run([*hoso, "records", "--json"], check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    return [
        [(r["type"], tuple(p["position"] for p in r["pages"])) for r in rows if r["source"] == one.source]
        for one in stacks
    ]


if __name__ == "__main__":
    main()
