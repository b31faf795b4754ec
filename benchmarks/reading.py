"""How well pages are read, by damage: Hoso's reading against plain pytesseract on the same generated pages.

    python -m benchmarks.reading [FOLDER …] [--draw COUNT] [--seed TEXT] [--engines NAMES] [--keep] [--plain]

FOLDER is what ``python -m tools.papers draw`` wrote (``inbox/`` and ``truth/``); without one, COUNT papers a damage
family are drawn into a temporary folder. Figures (text NFC, blanks collapsed): CER compares each printed line with the
words read where it stands, words read elsewhere counting as invented, so that reading order does not matter; words on a
stamp that says something (ĐẾN, KHẨN), which the truth's text leaves out, count neither for nor against. "print" leaves
out lines that bear handwriting. CER* compares the page's text in the order read, stamps and all. WER counts words as a
bag: words missed or invented over words there. CPU seconds a page include the engine's process. Plain pytesseract gets
the page as drawn, turned upright by nobody, with ``vie`` and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.machine import cpu, write
from hoso.nouns import Seen, Word
from hoso.settings import Reading
from hoso.site import module
from hoso.stages import read as stage
from hoso.stages.survey import media_type
from hoso.values.text import squeeze

__all__ = ["FAMILIES", "Sheet", "by_place", "draw", "reading_accuracy", "table"]

_TICKS = "\u2610\u2612"  # boxes to tick, which the truth does not spell
_NEAR = 0.02  # of the page: farther from any true word, a word counts as invented
_STAMPS = ("arrival", "urgency")
FAMILIES = ("clean", "office", "photocopy", "phone", "fax")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as read by one reader: edits and letters, words wrong and words there, CPU seconds."""

    damage: str
    page: str
    reader: str
    edits: int
    ordered: int
    letters: int
    wrong: int
    words: int
    seconds: float
    upright: bool
    skew_error: float
    pen_edits: int = 0
    pen_letters: int = 0


def reading_accuracy(
    folders: list[Path], *, engines: Sequence[str] = ("hoso",), plain: bool = True, limit: int = 0
) -> list[Sheet]:
    """Every page of the drawn ``folders`` read by Hoso with each of ``engines``, by plain pytesseract where ``plain``."""
    limits = Reading()
    opened = {name: module("engines", name).open(limits) for name in engines}
    sheets: list[Sheet] = []
    for folder in folders:
        for file in sorted((folder / "truth").glob("*.json")):
            for page in json.loads(file.read_text(encoding="utf-8"))["pages"]:
                if page["kind"] != "paper" or (limit and len(sheets) >= limit):
                    continue
                data = (folder / "inbox" / page["scan"]).read_bytes()
                for name, engine in opened.items():
                    started = cpu()
                    seen = stage.read(data, media_type(data), "0" * 64, page["page"], engine, limits)
                    sheets.append(_sheet(page, name, seen.reading.text(), seen.reading.words, cpu() - started, seen))
                if plain:
                    started = cpu()
                    text, words = _plain(data, page["page"], limits)
                    sheets.append(_sheet(page, "pytesseract", text, words, cpu() - started))
    return sheets


def table(sheets: list[Sheet]) -> str:
    """The sheets summed by damage and reader, as lines of text."""
    heads = ("CER %", "print %", "CER* %", "WER %")
    wide = " ".join(f"{head:>7}" for head in heads)
    lines = [f"{'damage':10} {'reader':12} {'pages':>5} {wide} {'CPU s':>6} {'upright':>8} {'skew err':>8}"]
    for damage in [*FAMILIES, "all"]:
        for reader in sorted({s.reader for s in sheets}, key=lambda name: (name != "pytesseract", name)):
            some = [s for s in sheets if s.reader == reader and damage in (s.damage, "all")]
            if some:
                cer = 100 * sum(s.edits for s in some) / max(1, sum(s.letters for s in some))
                printed = sum(s.letters - s.pen_letters for s in some)
                print_only = 100 * sum(s.edits - s.pen_edits for s in some) / max(1, printed)
                ordered = 100 * sum(s.ordered for s in some) / max(1, sum(s.letters for s in some))
                wer = 100 * sum(s.wrong for s in some) / max(1, sum(s.words for s in some))
                cpu = sum(s.seconds for s in some) / len(some)
                up = f"{sum(s.upright for s in some)}/{len(some)}" if reader != "pytesseract" else ""
                skew = f"{sum(s.skew_error for s in some) / len(some):8.2f}" if reader != "pytesseract" else ""
                figures = f"{cer:7.2f} {print_only:7.2f} {ordered:7.2f} {wer:7.2f} {cpu:6.2f}"
                lines.append(f"{damage:10} {reader:12} {len(some):5} {figures} {up:>8} {skew:>8}")
    return "\n".join(lines)


def _sheet(
    page: dict[str, Any], reader: str, text: str, words: Iterable[Word], seconds: float, seen: Seen | None = None
) -> Sheet:
    truth, said = squeeze(str(page["text"])), squeeze("".join(c for c in text if c not in _TICKS))
    there, found = Counter(truth.split()), Counter(said.split())
    edits, pen_edits, pen_letters = by_place(
        page["lines"], words, [mark["box"] for mark in page["ink"] if mark["kind"] in _STAMPS]
    )
    missed, invented = sum((there - found).values()), sum((found - there).values())
    return Sheet(
        str(page["damage"]),
        f"{page['scan']}#{page['page']}",
        reader,
        edits,
        Levenshtein.distance(truth, said),
        len(truth),
        max(missed, invented),
        sum(there.values()),
        round(seconds, 3),
        seen is not None and seen.page.rotation == page["rotation"],
        round(abs(seen.page.skew - float(str(page["skew"]))), 3) if seen is not None else 0.0,
        pen_edits,
        pen_letters,
    )


def by_place(
    lines: list[list[tuple[str, float, float, float, float]]],
    words: Iterable[Word],
    stamps: Sequence[tuple[float, float, float, float]] = (),
) -> tuple[int, int, int]:
    """Edits between each true line and the words read there; a word belongs to the line that holds its middle best.
    A word of no line that stands on one of ``stamps`` is passed over. Gives (all edits, those on lines that bear
    handwriting, letters of those lines)."""
    spots = [(k, *word[1:5]) for k, line in enumerate(lines) for word in line]
    homes: list[list[Word]] = [[] for _ in lines]
    edits = pen_edits = pen_letters = 0
    for word in words:
        if word.text in _TICKS:
            continue
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        best, nearest = -1, _NEAR
        for k, left, top, right, bottom in spots:
            off = max(left - x, x - right, 0.0) + 2 * max(top - y, y - bottom, 0.0) + abs(y - (top + bottom) / 2) / 2
            if off < nearest:
                best, nearest = k, off
        if best < 0 and any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in stamps):
            continue
        if best < 0:
            edits += len(squeeze(word.text)) + 1
        else:
            homes[best].append(word)
    for line, home in zip(lines, homes, strict=True):
        said = " ".join(word.text for word in sorted(home, key=lambda word: word.box[0]))
        true = squeeze(" ".join(w[0] for w in line))
        wrong = Levenshtein.distance(true, squeeze(said))
        edits += wrong
        if any(len(w) > 5 for w in line):
            pen_edits, pen_letters = pen_edits + wrong, pen_letters + len(true) + 1
    return edits, pen_edits, pen_letters


def _plain(data: bytes, index: int, limits: Reading) -> tuple[str, list[Word]]:
    """What pytesseract says of the picture as it is, in a single thread."""
    import pytesseract
    from PIL import Image

    os.environ["OMP_THREAD_LIMIT"] = "1"
    shown = stage.decode(data, media_type(data), index, limits)
    mode = "L" if shown.channels == 1 else "RGB"
    picture = Image.frombytes(mode, (shown.width, shown.height), shown.data)
    cells = pytesseract.image_to_data(picture, lang="vie", output_type=pytesseract.Output.DICT)
    wide, high = picture.size
    words: list[Word] = []
    texts: dict[tuple[int, int, int], list[str]] = {}
    for k, text in enumerate(cells["text"]):
        if str(text).strip():
            x, y, w, h = (cells[name][k] for name in ("left", "top", "width", "height"))
            words.append(Word(str(text), (x / wide, y / high, (x + w) / wide, (y + h) / high), 1.0, 0))
            texts.setdefault((cells["block_num"][k], cells["par_num"][k], cells["line_num"][k]), []).append(str(text))
    return "\n".join(" ".join(line) for line in texts.values()), words


def draw(folder: Path, count: int, seed: str, families: Iterable[str] = FAMILIES) -> list[Path]:
    """``count`` papers of each family drawn into ``folder``; gives the folder of each."""
    drawn = []
    for family in families:
        target = folder / family
        subprocess.run(
            [sys.executable, "-m", "tools.papers", "draw", str(target), "--count", str(count), "--seed", seed,
             "--types", "giay_kham_suc_khoe_lai_xe,giay_tiep_nhan,khac,quyet_dinh", "--damage", family,
             "--dpi", "200,300", *(["--held-out"] if family == "fax" else [])],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        drawn.append(target)
    return drawn


def main() -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--draw", type=int, default=6, help="papers a damage family where no folder is given")
    parser.add_argument("--seed", default="reading")
    parser.add_argument("--keep", action="store_true", help="write every page's figures under benchmarks/results/")
    parser.add_argument("--plain", action="store_true", help="also plain pytesseract")
    parser.add_argument("--engines", default="hoso", help="names of engines, by commas")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = given.folders or draw(Path(scratch), given.draw, given.seed)
        sheets = reading_accuracy(folders, engines=given.engines.split(","), plain=given.plain)
    print(table(sheets))
    if given.keep:
        print(write("reading", {"seed": given.seed, "sheets": [asdict(sheet) for sheet in sheets]}))


if __name__ == "__main__":
    main()
