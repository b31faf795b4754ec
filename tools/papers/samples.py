"""The committed samples, one function a dossier: what is drawn, in which files, and why.

Owns: the content of ``samples/``. Never: chance; each dossier has its own seed, so that a new one changes no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

from tools.papers.dossier import Batch, Planted, Side, write_truth
from tools.papers.paper import Paper
from tools.papers.people import Case, case, full_name
from tools.papers.types import found
from tools.papers.world import place

__all__ = ["WHY", "draw_samples"]

_SEED = "hoso samples 1"


def _case(source: str, received: date) -> Case:
    return case(Random(f"{_SEED}/{source}"), received)


def _paper(source: str, number: int, kind: str, layout: str, of: Case, hand: bool | None = False) -> Paper:
    return found()[kind].draw(Random(f"{_SEED}/{source}/{number}"), of, layout, False, hand)


def _receipt_and_certificate(source: str, received: date, receipt: str, certificate: str) -> tuple[Case, list[Paper]]:
    of = _case(source, received)
    return of, [
        _paper(source, 1, "giay_tiep_nhan", receipt, of),
        _paper(source, 2, "giay_kham_suc_khoe_lai_xe", certificate, of, certificate == "handwritten"),
    ]


def _hs0001(root: Path, source: str) -> Batch:
    of, papers = _receipt_and_certificate(source, date(2023, 6, 20), "old", "circular")
    sides = [Side(0, 0, "clean"), Side(1, 0, "clean"), Side(1, 1, "clean")]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    batch.jpegs(root, ["001.jpg", "002.jpg", "003.jpg"])
    return batch


def _hs0002(root: Path, source: str) -> Batch:
    of, papers = _receipt_and_certificate(source, date(2024, 3, 12), "plain", "clinic")
    sides = [
        Side(0, 0, "office", "colour"), Side(0, None, "office", "colour"), Side(1, 0, "office", "grey", 90),
        Side(1, 1, "office", "grey"),
    ]  # fmt: skip
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    batch.jpegs(root, ["scan1.jpg", "scan2.jpg", "scan10.jpg", "scan11.jpg"])
    return batch


def _hs0003(root: Path, source: str) -> Batch:
    of, papers = _receipt_and_certificate(source, date(2022, 10, 4), "old", "circular")
    sides = [
        Side(0, 0, "photocopy", "bilevel"), Side(1, 0, "photocopy", "bilevel", 180), Side(1, 1, "photocopy", "bilevel"),
    ]  # fmt: skip
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    batch.tiff(root, "ho_so.tif", [0, 1, 2])
    return batch


def _hs0004(root: Path, source: str) -> Batch:
    of = _case(source, date(2025, 9, 16))
    papers = [
        _paper(source, 1, "cong_van", "classic", of), _paper(source, 2, "quyet_dinh", "dense", of, False),
        _paper(source, 3, "giay_tiep_nhan", "new", of),
    ]  # fmt: skip
    sides = [Side(0, i, "office", "colour") for i in range(len(papers[0].sheets))]
    sides += [Side(1, i, "office", "colour") for i in range(len(papers[1].sheets))]
    sides += [Side(2, 0, "office", "colour")]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    rotate = [0] * len(sides)
    rotate[-1] = 90
    batch.pdf(root, "quet.pdf", range(len(sides)), rotate)
    return batch


def _hs0005(root: Path, source: str) -> Batch:
    of = _case(source, date(2024, 8, 21))
    rng = Random(f"{_SEED}/{source}/other")
    other = full_name(rng, of.person.female)
    elsewhere = replace(
        of, person=replace(of.person, name=other, lives=place(rng, of.person.lives.province, of.examined))
    )
    papers = [
        _paper(source, 1, "giay_tiep_nhan", "old", elsewhere), _paper(source, 2, "giay_kham_suc_khoe_lai_xe", "clinic", of),
    ]  # fmt: skip
    problems = [Planted("dossier.value-differs", "ho_ten", (0, 1)), Planted("dossier.value-differs", "dia_chi", (0, 1))]
    sides = [Side(0, 0, "office", "colour"), Side(1, 0, "office", "colour"), Side(1, 1, "photocopy", "bilevel")]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}", problems)
    batch.jpegs(root, ["1.jpg", "2.jpg"])
    batch.png(root, "3.png", 2)
    return batch


def _hs0006(root: Path, source: str) -> Batch:
    of, papers = _receipt_and_certificate(source, date(2026, 4, 15), "new", "clinic")
    sides = [Side(0, 0, "phone"), Side(1, 0, "phone"), Side(1, 1, "phone")]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    batch.jpegs(root, ["IMG_0311.jpg", "IMG_0312.jpg", "IMG_0313.jpg"], [0, 90, 180], with_dpi=False)
    return batch


def _hs0007(root: Path, source: str) -> Batch:
    of = _case(source, date(2023, 11, 7))
    papers = [_paper(source, 1, "giay_tiep_nhan", "old", of, True), _paper(source, 2, "thong_bao", "classic", of, True)]
    sides = [Side(0, 0, "office", "colour")]
    sides += [Side(1, i, "photocopy", "grey") for i in range(len(papers[1].sheets))]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}")
    batch.jpegs(root, [f"{i + 1:03d}.jpg" for i in range(len(sides))])
    batch.broken(root, "099.jpg")
    return batch


def _hs0008(root: Path, source: str) -> Batch:
    of = _case(source, date(2024, 5, 28))
    born = of.person.born
    wrong = replace(of.person, born=born.replace(year=born.year + 3, day=min(born.day, 28)))
    papers = [
        _paper(source, 1, "giay_tiep_nhan", "plain", of),
        _paper(source, 2, "giay_kham_suc_khoe_lai_xe", "circular", replace(of, person=wrong)),
    ]
    problems = [Planted("value.implausible", "so_cccd", (1,))]
    sides = [Side(0, 0, "clean", "grey"), Side(1, 0, "office", "colour"), Side(1, 1, "office", "colour")]
    batch = Batch(source, of.code, papers, sides, f"{_SEED}/{source}", problems)
    batch.tiff(root, "01.tif", [0], "tiff_lzw")
    batch.pdf(root, "02.pdf", [1, 2])
    return batch


def _hs0009(root: Path, source: str) -> Batch:
    of = _case(source, date(2025, 10, 6))
    papers = [_paper(source, 1, "quyet_dinh", "full", of), _paper(source, 2, "giay_moi", "classic", of)]
    sides = [Side(number, i, "clean") for number, paper in enumerate(papers) for i in range(len(paper.sheets))]
    batch = Batch(source, None, papers, sides, f"{_SEED}/{source}")
    batch.jpegs(root, [f"{i + 1:02d}.jpg" for i in range(len(sides))])
    return batch


def _decision(root: Path, source: str) -> Batch:
    of = _case(source, date(2024, 1, 8))
    papers = [_paper(source, 2, "quyet_dinh", "full", of, True)]
    sides = [Side(0, i, "photocopy", "bilevel", 0, 300) for i in range(len(papers[0].sheets))]
    batch = Batch(source, None, papers, sides, f"{_SEED}/{source}")
    batch.pdf(root, "", range(len(sides)))
    return batch


_SAMPLES: dict[str, tuple[Callable[[Path, str], Batch], str]] = {
    "HS0001": (
        _hs0001,
        "clean colour scans, one JPEG a page: receipt with Code 128, certificate of two pages",
    ),
    "HS0002": (
        _hs0002,
        "office scans whose names need natural order; the blank back of a page; one page turned by 90°",
    ),
    "HS0003": (_hs0003, "multi-page bilevel TIFF (Group 4) of a bad photocopy; one page upside down"),
    "HS0004": (_hs0004, "one scanned PDF: letter, decision, receipt with QR; the last page has /Rotate"),
    "HS0005": (_hs0005, "planted contradiction: name and address differ between receipt and certificate; JPEG and PNG"),
    "HS0006": (_hs0006, "phone photos on a desk, two with EXIF orientation, no resolution in the header"),
    "HS0007": (_hs0007, "filled in by hand; a notice; and a file that cannot be read"),
    "HS0008": (
        _hs0008,
        "planted: birth year against the personal number; LZW TIFF and PDF",
    ),
    "HS0009": (_hs0009, "a decision and an invitation, clean scans, nothing by hand"),
    "QD-2024.pdf": (
        _decision,
        "a public decision alone, photocopied, bilevel PDF (Group 4, 300 dpi), number and day by hand",
    ),
}

WHY = {name: why for name, (_, why) in _SAMPLES.items()}


def draw_samples(out: Path) -> list[str]:
    """Write every sample under ``out``/inbox and its truth under ``out``/truth; gives the sources."""
    for source, (make, _) in _SAMPLES.items():
        batch = make(out / "inbox", source)
        write_truth(out / "truth" / f"{Path(source).stem}.json", batch.truth())
    return list(_SAMPLES)
