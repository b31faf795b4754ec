"""Judges recognisers line by line on strips of drawn pages: the same strips, the same truth, one run.

Owns: the comparison; its table goes to the model's card and, as JSON, beside the other benchmarks. Pages are drawn with
``--held-out``: the font, the layouts and the damage family that nothing was trained or tuned on come apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from rapidfuzz.distance import Levenshtein

from benchmarks.machine import cpu, write
from hoso.imaging.clean import clean
from hoso.imaging.pixels import turn_raster
from hoso.nouns import Raster, Word
from hoso.settings import Reading
from hoso.site import module
from hoso.stages.read import decode
from hoso.stages.survey import media_type
from tools.recogniser.strips import lines_with_text

__all__ = ["main"]

Read = Callable[[Sequence[Raster]], tuple[tuple[Word, ...], ...]]
_FAMILIES = ("clean", "office", "photocopy", "phone", "fax")


def _readers(names: str) -> dict[str, Read]:
    readers: dict[str, Read] = {}
    for name in names.split(","):
        if name == "network":
            from hoso.engines.network import open_model

            readers[name] = open_model().lines
        else:
            engine, _, language = name.partition(":")
            readers[name] = module("engines", engine).open(Reading(language=language or "vie")).lines
    return readers


def main(words: list[str] | None = None) -> None:
    """``python -m tools.recogniser judge``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="judge")
    parser.add_argument("--count", type=int, default=3, help="dossiers a damage family")
    parser.add_argument("--readers", default="network,tesseract:vie,tesseract:vie+Vietnamese")
    parser.add_argument("--keep", action="store_true", help="write the figures to benchmarks/results")
    args = parser.parse_args(words)
    readers, limits = _readers(args.readers), Reading()
    rows = []
    for family in _FAMILIES:
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder) / "drawn"
            draw = [sys.executable, "-m", "tools.papers", "draw", str(drawn), "--count", str(args.count), "--held-out"]
            draw += ["--seed", f"{args.seed}-{family}", "--damage", family, "--dpi", "200,300", "--turned", "0"]
            subprocess.run(draw, check=True, capture_output=True)
            lines: list[tuple[Raster, str]] = []
            for file in sorted((drawn / "truth").glob("*.json")):
                for page in json.loads(file.read_text(encoding="utf-8"))["pages"]:
                    if page["kind"] == "paper":
                        data = (drawn / "inbox" / page["scan"]).read_bytes()
                        shown = decode(data, media_type(data), page["page"], limits)
                        lines += lines_with_text(clean(turn_raster(shown, page["rotation"])), page, Random(1))
        lines = [line for line in lines if line[1]]
        letters = sum(len(text) for _, text in lines)
        for name, read in readers.items():
            began = cpu()
            said = [" ".join(w.text for w in words) for words in read([raster for raster, _ in lines])]
            spent = cpu() - began
            wrong = sum(Levenshtein.distance(a, b) for a, (_, b) in zip(said, lines, strict=True))
            exact = sum(a == b for a, (_, b) in zip(said, lines, strict=True))
            row = {
                "family": family,
                "reader": name,
                "lines": len(lines),
                "cer": round(100 * wrong / letters, 3),
                "exact": round(100 * exact / len(lines), 2),
                "ms_a_line": round(1000 * spent / len(lines), 2),
            }
            rows.append(row)
            told = f"{family:10} {name:28} {row['lines']:5} lines  CER {row['cer']:6.2f} %  exact {row['exact']:6.2f} %"
            print(f"{told}  {row['ms_a_line']:6.2f} ms", flush=True)
    if args.keep:
        write("recogniser", {"seed": args.seed, "count": args.count, "rows": rows})


if __name__ == "__main__":
    main()
