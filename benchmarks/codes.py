"""How many codes of damaged scans are decoded, by kind and damage, of those that zxing-cpp reads undamaged.

    python -m benchmarks.codes [--sheets COUNT] [--seed TEXT] [--dpi 200] [--families office,photocopy,phone] [--mrz CARDS]

Each sheet holds printed lines and one code of each kind: the QR code of a chip card (15 to 22 mm), a receipt's QR code
and Code 128, a Code 39 label and a Data Matrix. It is drawn at three times the resolution and averaged down, as a
scanner's glass does, then worn out and compressed; one sheet in four is turned. ``plain`` is one call of zxing-cpp on the
worn page, ``ours`` what the reading stage finds. CPU seconds are of a whole page, read once.

``--mrz`` also reads that many copied cards (front and back on A4) with the reading stage and counts the machine-readable
zones that are exact; a zone that is wrong and yet passes its checks is counted apart. ``--keep`` writes the figures down.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

from benchmarks.machine import write
from hoso.engines.codes import decode
from hoso.imaging.pixels import raster
from hoso.nouns import Code, Raster
from tools.papers import cards
from tools.papers import codes as marks
from tools.papers.damage import plan, wear
from tools.papers.fonts import Face
from tools.papers.people import case
from tools.papers.sheet import Glyphs, Sheet

__all__ = ["Worn", "drawn", "table"]

FAMILIES = ("clean", "office", "photocopy", "phone", "fax")
KINDS = ("card qr", "qr", "code128", "code39", "datamatrix")
_FINER = 3
_MM = 72 / 25.4
_LINES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Theo đề nghị của Giám đốc Sở tại Tờ trình số 125/TTr-SXD về việc công bố danh mục",
    "thủ tục hành chính được sửa đổi, bổ sung trong lĩnh vực giao thông vận tải.",
    "Bộ phận tiếp nhận và trả kết quả có trách nhiệm hướng dẫn đầy đủ, một lần.",
)


@dataclass(frozen=True, slots=True)
class Worn:
    """One sheet: the undamaged page, the worn one, and the codes (kind, text) that stand on it."""

    family: str
    clean: Raster
    worn: Raster
    truth: tuple[tuple[str, str], ...]


def drawn(count: int, seed: str, families: tuple[str, ...], dpi: int, with_codes: bool = True) -> Iterator[Worn]:
    """``count`` sheets, each once in every family. Sheet n depends on the seed and n only."""
    for number in range(count):
        rng = Random(f"{seed}/{number}")
        sheet, truth = _sheet(rng) if with_codes else (_text(Sheet(), 60, 80), ())
        fine = np.asarray(sheet.draw(dpi * _FINER))
        image = cv2.resize(fine, (round(595.28 * dpi / 72), round(841.89 * dpi / 72)), interpolation=cv2.INTER_AREA)
        turned = rng.choice((0, 0, 0, 1))
        for family in families:
            worn, _ = wear(image, plan(Random(f"{seed}/{number}/{family}"), family))
            quality = plan(Random(f"{seed}/{number}/{family}"), family).quality
            shown = np.rot90(_grey(worn), turned * rng.choice((1, 2, 3)))
            _, data = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, quality))
            stored = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
            yield Worn(family, raster(_grey(image), dpi), raster(stored, dpi), truth)


def _grey(pixels: np.ndarray) -> np.ndarray:
    return pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _sheet(rng: Random) -> tuple[Sheet, tuple[tuple[str, str], ...]]:
    of, sheet = case(rng), Sheet()
    truth: list[tuple[str, str]] = []
    x, y = rng.uniform(50, 260), rng.uniform(40, 70)
    cards.front(sheet, of.person, rng, x, y)
    _text(sheet, y + cards.CARD[1] + 20, 6)
    y += cards.CARD[1] + 150
    marks.code128(sheet, of.code, rng.uniform(60, 120), y, rng.uniform(0.25, 0.34) * _MM, rng.uniform(20, 32))
    marks.qr(sheet, of.code, rng.uniform(400, 440), y - 10, rng.uniform(52, 68))
    _text(sheet, y + 90, 5)
    y += 190
    marks.code39(
        sheet, f"HS{rng.randint(10**7, 10**8 - 1)}", rng.uniform(60, 110), y, rng.uniform(0.25, 0.38) * _MM,
        rng.uniform(20, 30), rng.uniform(2.2, 3.0),
    )  # fmt: skip
    text = f"{of.code}/{rng.randint(100, 999)}"
    marks.datamatrix(sheet, text, rng.uniform(420, 470), y - 6, rng.uniform(9, 15) * _MM)
    _text(sheet, y + 80, 8)
    for kind, text, _ in sheet.codes:
        truth.append(("card qr" if not truth else kind, text))
    return sheet, tuple(truth)


def _text(sheet: Sheet, y: float, lines: int) -> Sheet:
    face = Face("Liberation Serif", 12)
    for number in range(min(lines, int((800 - y) / 17))):
        at, words = 70.0, []
        for word in _LINES[number % len(_LINES)].split():
            words.append((at, (Glyphs(word, face),)))
            at += face.width(word + " ")
        sheet.write(words, y + 17 * number)
    return sheet


def plain(page: Raster) -> tuple[Code, ...]:
    """One call of zxing-cpp on the page as it came, all kinds at once."""
    return decode(page)


def ours(page: Raster) -> tuple[Code, ...]:
    """As the reading stage looks for codes."""
    from hoso.stages.codes import find

    return find(page)


def table(
    sheets: list[Worn], readers: dict[str, Callable[[Raster], tuple[Code, ...]]]
) -> tuple[str, dict[str, object]]:
    """Decoded of those that the plain reader finds undamaged, by damage and kind; wrong texts; CPU seconds a page."""
    hits: Counter[tuple[str, str, str]] = Counter()
    there: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    spent: Counter[tuple[str, str]] = Counter()
    for sheet in sheets:
        # the receipt's QR code and its Code 128 say the same: only the kind tells which of them was read
        known = {(code.kind, code.text) for code in plain(sheet.clean)}
        truth = [(kind, (kind.removeprefix("card "), text)) for kind, text in sheet.truth]
        legible = [(kind, mark) for kind, mark in truth if mark in known]
        there.update((sheet.family, kind) for kind, _ in legible)
        for name, reader in readers.items():
            started = time.process_time()
            found = {(code.kind, code.text) for code in reader(sheet.worn)}
            spent[name, sheet.family] += time.process_time() - started  # type: ignore[assignment]
            hits.update((name, sheet.family, kind) for kind, mark in legible if mark in found)
            wrong[name, sheet.family] += len(found - {mark for _, mark in truth})
    pages = Counter(sheet.family for sheet in sheets)
    lines = [f"{'damage':10} {'reader':6} " + " ".join(f"{k:>12}" for k in (*KINDS, "all")) + "  wrong  CPU s"]
    kept: dict[str, object] = {}
    for family in pages:
        for name in readers:
            cells = [(hits[name, family, kind], there[family, kind]) for kind in KINDS]
            cells.append((sum(h for h, _ in cells), sum(t for _, t in cells)))
            seconds = spent[name, family] / pages[family]
            shown = " ".join(f"{f'{h}/{t}':>8}{100 * h / max(1, t):4.0f}" for h, t in cells)
            lines.append(f"{family:10} {name:6} {shown} {wrong[name, family]:6} {seconds:6.3f}")
            kept[f"{family} {name}"] = {"hits": cells, "wrong": wrong[name, family], "seconds": round(seconds, 4)}
    return "\n".join(lines), kept


def zones(count: int, seed: str, families: tuple[str, ...], dpi: int) -> dict[str, Counter[str]]:
    """How many zones of copied cards are exact, false (wrong, yet every check passes), and there, by damage."""
    from hoso.engines import tesseract
    from hoso.settings import Reading
    from hoso.stages.read import read
    from hoso.values.mrz import parse

    limits = Reading()
    engine, told = tesseract.open(limits), {family: Counter[str]() for family in families}
    for number in range(count):
        rng = Random(f"{seed}/mrz/{number}")
        sheet = cards.copied(case(rng).person, rng)
        fine = np.asarray(sheet.draw(dpi * _FINER))
        image = cv2.resize(fine, (round(595.28 * dpi / 72), round(841.89 * dpi / 72)), interpolation=cv2.INTER_AREA)
        truth = next(text for kind, text, _ in sheet.codes if kind == "mrz")
        for family in families:
            how = plan(Random(f"{seed}/mrz/{number}/{family}"), family)
            worn, _ = wear(image, how)
            stored = worn if worn.ndim == 2 else cv2.cvtColor(worn, cv2.COLOR_RGB2BGR)
            data = cv2.imencode(".jpg", stored, (cv2.IMWRITE_JPEG_QUALITY, how.quality))[1].tobytes()
            seen = read(data, "image/jpeg", "0" * 64, 1, engine, limits)
            text = next((code.text for code in seen.reading.codes if code.kind == "mrz"), "")
            zone = parse(text.split("\n"))
            told[family]["there"] += 1
            told[family]["exact"] += text == truth
            told[family]["false"] += text != truth and zone is not None and not zone.failed
    return told


def main() -> None:
    """The command; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.codes", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sheets", type=int, default=20)
    parser.add_argument("--seed", default="codes")
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--families", default="office,photocopy,phone")
    parser.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    parser.add_argument("--mrz", type=int, default=0, metavar="CARDS", help="also read so many copied cards")
    given = parser.parse_args()
    sheets = list(drawn(given.sheets, given.seed, tuple(given.families.split(",")), given.dpi))
    told, kept = table(sheets, {"plain": plain, "ours": ours})
    print(told)
    for family, counted in zones(given.mrz, given.seed, tuple(given.families.split(",")), given.dpi).items():
        kept[f"{family} mrz"] = dict(counted)
        print(f"{family:10} mrz    exact {counted['exact']}/{counted['there']}, wrong and passing {counted['false']}")
    if given.keep:
        print(write("codes", {"seed": given.seed, "sheets": given.sheets, "dpi": given.dpi, "figures": kept}))


if __name__ == "__main__":
    main()
