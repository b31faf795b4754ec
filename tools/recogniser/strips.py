"""Strips of whole drawn pages with the text that stands on them: what reading really hands to the recogniser.

Owns: drawing papers of all damage families but the held-out one, cleaning them as reading does, matching strips with
the truth. A strip is kept where the truth's words on it are sure; strips with handwriting are left out; a strip far
from any word is kept, now and then, as one that says nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import numpy as np

from hoso.imaging.clean import Cleaned, clean
from hoso.imaging.pixels import array, turn_raster
from hoso.nouns import Raster, Word
from hoso.settings import Reading
from hoso.stages.read import decode
from hoso.stages.survey import media_type
from tools.recogniser.draw import fit

__all__ = ["lines_with_text", "main", "matched"]

_FAMILIES = "clean,office,photocopy,photocopy,phone"


def matched(cleaned: Cleaned, page: dict[str, object], rng: Random) -> list[tuple[np.ndarray, str]]:
    """(fitted picture, text) of the strips of a cleaned page whose text the truth tells."""
    fitted = [(fit(array(raster), raster.dpi), text) for raster, text in lines_with_text(cleaned, page, rng)]
    return [(picture, text) for picture, text in fitted if picture is not None]


def lines_with_text(cleaned: Cleaned, page: dict[str, object], rng: Random) -> list[tuple[Raster, str]]:
    """(strip, text) of a cleaned page whose text the truth tells; "" for a few strips that say nothing."""
    words = [(w[0], *w[1:5], len(w) > 5) for line in page["lines"] for w in line]  # type: ignore[attr-defined]
    ink = [i["box"] for i in page["ink"]]  # type: ignore[attr-defined]
    whole = cleaned.level([[Word(str(k), (0.0, 0.0, 1.0, 1.0), 1.0, k)] for k in range(len(cleaned.lines))])
    ordered = sorted(words, key=lambda w: w[1])
    found = []
    for word in whole:
        if not word.text.isdigit():
            continue
        left, top, right, bottom = cleaned.place(word.box)
        on = [
            w
            for w in ordered
            if left - 0.002 <= (w[1] + w[3]) / 2 <= right + 0.002 and _shared(top, bottom, w[2], w[4]) > 0.5
        ]
        near = [
            w for w in words if w not in on and w[3] > left and w[1] < right and _shared(top, bottom, w[2], w[4]) > 0.2
        ]
        if near or any(w[5] for w in on):
            continue
        if not on:
            stamped = any(b[0] < right and b[2] > left and b[1] < bottom and b[3] > top for b in ink)
            if stamped and rng.random() < 0.5:
                found.append((word, ""))
            continue
        if on[0][1] < left - 0.004 or on[-1][3] > right + 0.004:
            continue
        if _rows(on) > 1:
            continue
        found.append((word, " ".join(w[0] for w in on)))
    return [(cleaned.lines[int(word.text)], text) for word, text in found]


def _rows(words: list[tuple[object, ...]]) -> int:
    """How many lines the words stand in."""
    rows: list[tuple[float, float]] = []
    for w in words:
        top, bottom = float(w[2]), float(w[4])  # type: ignore[arg-type]
        if not any(_shared(a, b, top, bottom) > 0.4 for a, b in rows):
            rows.append((top, bottom))
    return len(rows)


def _shared(a: float, b: float, top: float, bottom: float) -> float:
    return max(0.0, min(b, bottom) - max(a, top)) / max(1e-6, bottom - top)


def main(words: list[str] | None = None) -> None:
    """``python -m tools.recogniser strips OUT``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", default="train")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--shards", type=int, default=40, help="of two dossiers a damage family each")
    parser.add_argument("--families", default=_FAMILIES)
    args = parser.parse_args(words)
    args.out.mkdir(parents=True, exist_ok=True)
    limits = Reading()
    for number in range(args.first, args.first + args.shards):
        shard = args.out / f"{number:04}.npz"
        if shard.exists():
            continue
        rng, began = Random(f"{args.seed}{number}"), time.monotonic()
        lines: list[tuple[np.ndarray, str]] = []
        with tempfile.TemporaryDirectory() as folder:
            drawn = Path(folder) / "drawn"
            draw = [
                sys.executable,
                "-m",
                "tools.papers",
                "draw",
                str(drawn),
                "--count",
                "5",
                "--seed",
                f"{args.seed}-{number}",
            ]
            subprocess.run(
                [*draw, "--damage", args.families, "--dpi", "200,200,300", "--turned", "0"],
                check=True,
                capture_output=True,
            )
            for file in sorted((drawn / "truth").glob("*.json")):
                for page in json.loads(file.read_text(encoding="utf-8"))["pages"]:
                    if page["kind"] == "paper":
                        data = (drawn / "inbox" / page["scan"]).read_bytes()
                        shown = decode(data, media_type(data), page["page"], limits)
                        lines += matched(clean(turn_raster(shown, page["rotation"])), page, rng)
        pixels = np.concatenate([picture for picture, _ in lines], axis=1)
        widths = np.array([picture.shape[1] for picture, _ in lines])
        with (args.out / "new").open("wb") as to:
            np.savez_compressed(to, pixels=pixels, widths=widths, texts=np.array("\n".join(text for _, text in lines)))
        (args.out / "new").replace(shard)
        print(f"{shard}: {len(lines)} lines, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
