"""Whether words that are selected in an archive copy stand where their ink is, as the generator drew it.

    python -m benchmarks.layer [--draw COUNT] [--seed TEXT] [--keep]

COUNT papers of each damage family are drawn, some turned, all a little skewed; each page is archived alone, its words
taken with poppler's ``pdftotext -bbox``. A word counts where the truth has one of the same letters on the page; it stands
right where each edge of its box is within 2 % of the page of the ink's. A tall font's box reaches beyond its ink: so much
is in the figures.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from benchmarks.machine import write
from benchmarks.size import _archived, _read
from hoso.nouns import Box
from hoso.settings import Reading
from hoso.site import module

__all__ = ["off", "words"]

FAMILIES = ("clean", "office", "photocopy", "phone")
NEAR = 0.02
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)"')
_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')


def words(pdf: Path) -> list[tuple[str, Box]]:
    """The words of page 1 with their boxes, fractions of the page."""
    told = subprocess.run(["pdftotext", "-bbox", "-l", "1", pdf, "-"], capture_output=True, check=True).stdout.decode()
    page = _PAGE.search(told)
    assert page
    wide, high = float(page[1]), float(page[2])
    return [
        (unescape(text), (float(a) / wide, float(b) / high, float(c) / wide, float(d) / high))
        for a, b, c, d, text in _WORD.findall(told)
    ]


def off(box: Box, truths: Sequence[Box]) -> float:
    """By how much of the page the edge that is farthest off is away from the nearest true box."""
    return min(max(abs(a - b) for a, b in zip(box, true, strict=True)) for true in truths)


def measured(folder: Path, engine: object) -> list[float]:
    """:func:`off` of each word of a drawn folder that the truth knows."""
    found = []
    for told in sorted((folder / "truth").glob("*.json")):
        for page in json.loads(told.read_text(encoding="utf-8"))["pages"]:
            if page["kind"] != "paper":
                continue
            data = (folder / "inbox" / page["scan"]).read_bytes()
            there: dict[str, list[Box]] = defaultdict(list)
            for line in page["lines"]:
                for text, *box in line:
                    there[text].append((box[0], box[1], box[2], box[3]))
            with tempfile.NamedTemporaryFile(suffix=".pdf") as copy:
                copy.write(_archived(data, [_read(data, page["page"], engine)], "default", page["dpi"]))
                copy.flush()
                found += [off(box, there[text]) for text, box in words(Path(copy.name)) if text in there]
    return found


def main() -> None:
    """The command; see the module's text."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--draw", type=int, default=4, help="papers a damage family")
    asked.add_argument("--seed", default="layer")
    asked.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    given = asked.parse_args()
    engine = module("engines", "hoso").open(Reading())
    rows = {}
    with tempfile.TemporaryDirectory() as scratch:
        for family in FAMILIES:
            folder = Path(scratch) / family
            line = ["--count", str(given.draw), "--seed", given.seed, "--damage", family, "--turned", "0.4"]
            subprocess.run(
                [sys.executable, "-m", "tools.papers", "draw", folder, *line], check=True, capture_output=True
            )
            away = sorted(measured(folder, engine))
            right = sum(one <= NEAR for one in away) / len(away)
            rows[family] = {
                "words": len(away), "right": round(right, 5), "p50": round(away[len(away) // 2], 4),
                "p99": round(away[int(0.99 * (len(away) - 1))], 4),
            }  # fmt: skip
            print(family, rows[family], flush=True)
    if given.keep:
        print(write("layer", {"seed": given.seed, "near": NEAR, "families": rows}))


if __name__ == "__main__":
    main()
