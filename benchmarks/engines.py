"""Ways of running Tesseract, on the same line strips: the program and the library, and the models for Vietnamese.

    python -m benchmarks.engines [--draw COUNT] [--seed TEXT] [--readers NAME:LANGUAGE,…] [--keep]

COUNT papers a damage family are drawn, each page is turned and cleaned once, and every reader reads the same strips. CER
is that of ``benchmarks.reading.by_place``: each printed line against the words read where it stands. CPU seconds a page
are the least of two readings and hold recognition alone (child processes with it), not decoding and cleaning. ``same`` is
the share of strips on which a reader says letter by letter what the first one says.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine import cpu, write
from benchmarks.reading import FAMILIES, by_place, draw
from hoso.nouns import Word
from hoso.settings import Reading
from hoso.site import module
from hoso.stages import read as stage
from hoso.stages.survey import media_type

__all__ = ["compared"]

READERS = "tesseract:vie,tesserocr:vie,tesserocr:vie+Vietnamese,tesserocr:Vietnamese"


def compared(folders: list[Path], readers: list[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Figures of each reader by damage family: pages, strips, cer (%), cpu (seconds a page), same (share of strips)."""
    from hoso.imaging.clean import clean
    from hoso.imaging.pixels import turn_raster

    engines = {}
    for reader in readers:
        name, _, language = reader.partition(":")
        engines[reader] = module("engines", name).open(Reading(language=language or "vie"))
    sums: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for folder in folders:
        for file in sorted((folder / "truth").glob("*.json")):
            for page in json.loads(file.read_text(encoding="utf-8"))["pages"]:
                if page["kind"] != "paper":
                    continue
                data = (folder / "inbox" / page["scan"]).read_bytes()
                shown = stage.decode(data, media_type(data), page["page"], Reading())
                cleaned = clean(turn_raster(shown, page["rotation"]))
                first: list[str] = []
                for reader, engine in engines.items():
                    seconds, answers = _timed(engine, cleaned.lines)
                    words = [replace(word, box=cleaned.place(word.box)) for word in cleaned.level(answers)]
                    said = [_said(answer) for answer in answers]
                    first = first or said
                    here = sums[page["damage"], reader]
                    here["pages"] += 1
                    here["strips"] += len(said)
                    here["same"] += sum(a == b for a, b in zip(said, first, strict=True))
                    here["edits"] += by_place(page["lines"], words)[0]
                    here["letters"] += len(" ".join(str(page["text"]).split()))
                    here["cpu"] += seconds
    figures: dict[str, dict[str, dict[str, float]]] = {reader: {} for reader in readers}
    for (damage, reader), here in sums.items():
        figures[reader][damage] = {
            "pages": here["pages"],
            "strips": here["strips"],
            "cer": round(100 * here["edits"] / here["letters"], 2),
            "cpu": round(here["cpu"] / here["pages"], 3),
            "same": round(here["same"] / max(1.0, here["strips"]), 4),
        }
    return figures


def _timed(engine: Any, lines: Any) -> tuple[float, tuple[tuple[Word, ...], ...]]:
    best = 1e9
    for _ in range(2):
        started = cpu()
        answers = engine.lines(lines)
        best = min(best, cpu() - started)
    return best, answers


def _said(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


def main() -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--draw", type=int, default=4, help="papers a damage family")
    parser.add_argument("--seed", default="engines")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--readers", default=READERS)
    parser.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures = compared(
            draw(Path(scratch), given.draw, given.seed, given.families.split(",")), given.readers.split(",")
        )
    for reader, by_damage in figures.items():
        for damage, of in by_damage.items():
            print(
                f"{reader:26} {damage:10} pages {of['pages']:3.0f}  CER {of['cer']:6.2f} %  "
                f"CPU {of['cpu']:.3f} s  same {of['same']:.1%}"
            )
    if given.keep:
        print(write("engines", {"seed": given.seed, "draw": given.draw, "readers": figures}))


if __name__ == "__main__":
    main()
