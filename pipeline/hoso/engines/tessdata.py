"""What the two ways of running Tesseract share: where its models lie, the settings that change answers, its table of words.

Starts no recognition and is no engine itself; see ``tesseract.py`` (the program) and ``tesserocr.py`` (in process).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from hoso.errors import Misconfigured
from hoso.nouns import Raster, Word

__all__ = ["INSTALL", "LINE", "PAGE", "VARIABLES", "digests", "grey", "missing", "models", "size", "way_up", "words"]

# psm 4 (a column of lines of varying size) is best on cleaned pages, psm 7 takes a picture as one line; without inverted
# text (a second pass over dark areas: seals, photographs) it is quicker.
PAGE, LINE = 4, 7
VARIABLES = {"tessedit_do_invert": "0"}
INSTALL = "apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd"
_OSD_SURE = 3.0  # Tesseract's orientation confidence from which it is right on our pages

_DEBIAN = Path("/usr/share/tesseract-ocr/5/tessdata")
_NAME = r"(?:script/)?[A-Za-z0-9_]+"
_COLUMNS = 12


def models() -> Path:
    """The folder of ``.traineddata`` files: that of ``TESSDATA_PREFIX``, else the one the program ``tesseract`` names,
    else Debian's. Raises Misconfigured where there is none."""
    given = os.environ.get("TESSDATA_PREFIX")
    if given and Path(given).is_dir():
        return Path(given)
    program = shutil.which("tesseract")
    if program is not None:
        said = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
        found = re.search(r'"([^"]+)"', said.stdout + said.stderr)
        if found is None or not Path(found.group(1)).is_dir():
            raise Misconfigured(f"{program} finds no models; {INSTALL}")
        return Path(found.group(1))
    if _DEBIAN.is_dir():
        return _DEBIAN
    raise Misconfigured(f"there is no folder of Tesseract's models; {INSTALL}")


def way_up(degrees: int, confidence: float) -> tuple[int, float]:
    """(rotation 0|90|180|270, confidence 0..1) from what Tesseract's orientation model says."""
    return degrees % 360, round(min(1.0, confidence / (2 * _OSD_SURE)), 3)


def digests(language: str, folder: Path) -> str:
    """Each model of ``language`` ("vie", "vie+Vietnamese") with the first 12 digits of its SHA-256. Raises Misconfigured,
    with the command that installs it, for a model that is not in ``folder``."""
    told = []
    for name in language.split("+"):
        model = folder / f"{name}.traineddata"
        if not re.fullmatch(_NAME, name) or not model.is_file():
            raise missing(name)
        told.append(f"{name}:{hashlib.sha256(model.read_bytes()).hexdigest()[:12]}")
    return "+".join(told)


def missing(name: str) -> Misconfigured:
    """The error for a model that is not installed."""
    package = "tesseract-ocr-script-viet" if name.removeprefix("script/") == "Vietnamese" else ""
    return Misconfigured(f"Tesseract's model {name!r} is not installed; {INSTALL} {package}".rstrip())


def grey(raster: Raster) -> Raster:
    """The raster, which must be grey: a coloured one is a defect of the caller (ValueError)."""
    if raster.channels != 1:
        raise ValueError(f"Tesseract takes grey pictures here, not {raster.channels} channels; clean them first")
    return raster


def size(rasters: Sequence[Raster]) -> str:
    """What was being read, for messages: measures only."""
    if len(rasters) == 1:
        return f"a picture of {rasters[0].width}×{rasters[0].height} pixels"
    return f"{len(rasters)} lines of a page"


def words(rows: Sequence[str], rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
    """The words of each raster, NFC, from rows of Tesseract's TSV without its head: level, page (from 1), block, paragraph,
    line, word, left, top, width, height, conf, text. Boxes are fractions of the raster, confidence 0..1."""
    found: list[list[Word]] = [[] for _ in rasters]
    lines: dict[tuple[str, ...], int] = {}
    blocks: dict[tuple[str, ...], int] = {}
    for row in rows:
        cells = row.split("\t")
        if len(cells) != _COLUMNS or cells[0] != "5":
            continue
        text = unicodedata.normalize("NFC", cells[11]).strip()
        if not text:
            continue
        page = int(cells[1]) - 1
        width, height = rasters[page].width, rasters[page].height
        left, top, wide, high = (int(cell) for cell in cells[6:10])
        if wide >= width - 4 and high >= height - 1:  # what Tesseract says of a picture without ink
            continue
        box = (left / width, top / height, min(1.0, (left + wide) / width), min(1.0, (top + high) / height))
        line = lines.setdefault((cells[1], cells[2], cells[3], cells[4]), len(lines))
        block = blocks.setdefault((cells[1], cells[2]), len(blocks))
        found[page].append(Word(text, box, min(1.0, max(0.0, float(cells[10]) / 100)), line, block))
    return tuple(tuple(some) for some in found)
