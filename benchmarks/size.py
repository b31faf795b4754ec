"""Bytes a page of archive copies and how well they are read again, against OCRmyPDF `-O1` and `-O3` on the same files.

    python -m benchmarks.size [--draw COUNT] [--seed TEXT] [--families NAMES] [--held-out] [--keep]

COUNT papers of each damage family are drawn; each file is archived by Hoso's default profile, by its profile "mrc" and by
OCRmyPDF (with Ghostscript, and pngquant for `-O3`; without jbig2enc, as Debian has it). Bytes are those of whole files,
without a signature. Each page is then drawn by PDFium at 300 dpi and read by Hoso, whatever wrote it; CER as in
`benchmarks.reading`. Pages that the profile "mrc" parts and those it leaves alone (two levels: photocopies) are told apart.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from benchmarks.machine import write
from benchmarks.reading import by_place
from benchmarks.speed import VERSION, ocrmypdf
from hoso.nouns import Document, Dossier, Outcome, Record, Scan, Seen
from hoso.settings import Office, Reading
from hoso.site import module
from hoso.stages import compose
from hoso.stages import read as stage
from hoso.stages.survey import media_type

__all__ = ["Copy", "measured", "table"]

FAMILIES = ("clean", "office", "photocopy", "phone")
WAYS = ("default", "mrc", "ocrmypdf-O1", "ocrmypdf-O3")
_STAMPS = ("arrival", "urgency")
_AT = datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=7)))


@dataclass(frozen=True, slots=True)
class Copy:
    """One file archived one way: its bytes, pages, edits and letters of the second reading. ``kinds`` names what its pages
    are: damage and whether the profile "mrc" parts them; a file of several kinds counts among "mixed"."""

    file: str
    damage: str
    kind: str
    way: str
    pages: int
    size: int
    edits: int
    letters: int


def measured(folder: Path, ways: Sequence[str], engine: Any) -> Iterator[Copy]:
    """Every file of a drawn folder, archived each way."""
    for told in sorted((folder / "truth").glob("*.json")):
        pages = [page for page in json.loads(told.read_text(encoding="utf-8"))["pages"] if page["kind"] == "paper"]
        for name in dict.fromkeys(page["scan"] for page in pages):
            truths = [page for page in pages if page["scan"] == name]
            data = (folder / "inbox" / name).read_bytes()
            seen = [_read(data, truth["page"], engine) for truth in truths]
            copies = {way: _archived(data, seen, way, truths[0]["dpi"]) for way in ways}
            kind = (
                "parted" if _parted(copies["mrc"]) == len(truths) else "kept" if not _parted(copies["mrc"]) else "mixed"
            )
            for way, copy in copies.items():
                edits, letters = zip(*_again(copy, truths, engine), strict=True)
                yield Copy(name, truths[0]["damage"], kind, way, len(truths), len(copy), sum(edits), sum(letters))


def _read(data: bytes, index: int, engine: Any) -> Seen:
    return stage.read(data, media_type(data), sha256(data).hexdigest(), index, engine, Reading())


def _archived(data: bytes, seen: Sequence[Seen], way: str, dpi: int) -> bytes:
    if not way.startswith("ocrmypdf"):
        scan = Scan("HS", "HS/1", seen[0].page.ref.scan, media_type(data), len(data), 1)
        parts = [(scan, data, one) for one in seen]
        refs = tuple(one.page.ref for one in seen)
        record = Record(Document("d" * 24, "h" * 24, "khac", "khac", 1.0, refs), ())
        dossier = Dossier("h" * 24, "HS", (scan,), _AT.isoformat())
        outcome = Outcome(dossier, "", tuple(one.page for one in seen), ("",) * len(seen), (record,))
        return compose.composed(parts, record, outcome, Office(), _AT, mark=False, profile=way)[0]
    with tempfile.TemporaryDirectory() as scratch:
        given, made = Path(scratch) / f"given{_SUFFIX[media_type(data)]}", Path(scratch) / "made.pdf"
        given.write_bytes(data)
        words = ["-q", "-l", "vie", "--output-type", "pdfa", "--jobs", "1", f"-{way[-2:]}"]
        words += [] if given.suffix == ".pdf" else ["--image-dpi", str(dpi)]
        done = subprocess.run(
            [ocrmypdf(), *words, given, made],
            capture_output=True,
            text=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return made.read_bytes()


_SUFFIX = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif"}


def _parted(copy: bytes) -> int:
    """Pages whose ink is shown through a stencil."""
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        return sum(any("/Mask" in one for one in page.obj.Resources.XObject.values()) for page in pdf.pages)


def _again(copy: bytes, truths: Sequence[dict[str, Any]], engine: Any) -> Iterator[tuple[int, int]]:
    """(edits, letters) of each page of a copy, drawn at 300 dpi and read. OCRmyPDF turns no page: Hoso does."""
    document = pypdfium2.PdfDocument(copy)
    for number, truth in enumerate(truths):
        drawn = io.BytesIO()
        document[number].render(scale=300 / 72).to_pil().save(drawn, "PNG", compress_level=1, dpi=(300, 300))
        words = _read(drawn.getvalue(), 1, engine).reading.words
        stamps = [mark["box"] for mark in truth["ink"] if mark["kind"] in _STAMPS]
        yield by_place(truth["lines"], words, stamps)[0], len(" ".join(str(truth["text"]).split()))
    document.close()


def table(copies: Sequence[Copy]) -> str:
    """Bytes a page, their share of ``-O1``'s, and CER by family, and by whether pages were parted."""
    lines = [f"{'pages of':22} {'way':12} {'pages':>5} {'bytes a page':>12} {'of -O1':>7} {'CER %':>6}"]
    groups: dict[str, list[Copy]] = defaultdict(list)
    for copy in copies:
        for name in (copy.damage, f"all {copy.kind}", "all"):
            groups[name].append(copy)
    for name in sorted(groups, key=lambda name: (name.startswith("all"), name)):
        peer = sum(copy.size for copy in groups[name] if copy.way == "ocrmypdf-O1")
        for way in WAYS:
            some = [copy for copy in groups[name] if copy.way == way]
            if some:
                pages, size = sum(copy.pages for copy in some), sum(copy.size for copy in some)
                cer = 100 * sum(copy.edits for copy in some) / max(1, sum(copy.letters for copy in some))
                share = f"{size / peer:7.3f}" if peer else " " * 7
                lines.append(f"{name:22} {way:12} {pages:5} {size / pages:12.0f} {share} {cer:6.2f}")
    return "\n".join(lines)


def main() -> None:
    """The command; see the module's text."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--draw", type=int, default=3, help="papers a damage family")
    asked.add_argument("--seed", default="size")
    asked.add_argument("--families", default=",".join(FAMILIES))
    asked.add_argument("--held-out", action="store_true", help="font and layouts never used to tune, damage as asked")
    asked.add_argument("--keep", action="store_true", help="write the figures under benchmarks/results/")
    given = asked.parse_args()
    engine = module("engines", "hoso").open(Reading())
    copies: list[Copy] = []
    with tempfile.TemporaryDirectory() as scratch:
        for family in given.families.split(","):
            folder = Path(scratch) / family
            words = ["--count", str(given.draw), "--seed", given.seed, "--damage", family, "--dpi", "200,300"]
            words += ["--types", "giay_kham_suc_khoe_lai_xe,giay_tiep_nhan,khac,quyet_dinh", "--turned", "0"]
            words += ["--held-out", "--usual-damage"] if given.held_out else []
            subprocess.run(
                [sys.executable, "-m", "tools.papers", "draw", folder, *words], check=True, capture_output=True
            )
            copies += measured(folder, WAYS, engine)
            print(table([copy for copy in copies if copy.damage == family]), file=sys.stderr)
    print(table(copies))
    if given.keep:
        peer = f"ocrmypdf {VERSION} -l vie --output-type pdfa"
        told = {"seed": given.seed, "held_out": given.held_out, "peer": peer, "table": table(copies).splitlines()}
        print(write("size", told | {"copies": [asdict(copy) for copy in copies]}))


if __name__ == "__main__":
    main()
