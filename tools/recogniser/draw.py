"""Draws one line of print as the reading engine gets it: worn, scanned, cleaned, cut out, fitted to the network.

Owns: faces, damage of a single line, the fitting. Never: whole pages (``strips`` takes those from ``tools.papers``).
The ink is thresholded and cut out by ``hoso.imaging`` itself, so that training sees what reading sees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from hoso.engines import network
from hoso.imaging.paper import even, ink
from tools.papers.fonts import uncovered

__all__ = ["HEIGHT", "Faces", "Pen", "fit"]

HEIGHT = network.ROWS
_DPI = 200.0  # at which reading works
_HELD = ("NotoSerif", "Gentium", "Charis", "Carlito", "Lato")  # families never drawn with: unseen fonts for judging
_TIMES = ("LiberationSerif", "Tinos", "texgyretermes", "FreeSerif", "TimesNewRoman")
_ARIAL = ("LiberationSans", "Arimo", "texgyreheros", "FreeSans")
_USE = (60, 22, 12, 6)  # of regular, bold, italic, bold italic
_MACHINE = (
    "OCRB.otf",
    "OCRBS.otf",
    "LiberationMono-Regular",
    "Cousine-Regular",
    "FreeMono.",
    "texgyrecursor-regular",
    "DejaVuSansMono",
)
_ODD = (
    "Junicode",
    "Mplus",
    "lmmono",
    "Comfortaa",
    "LeagueSpartan",
    "chorus",
    "cmunui",
    "cmunvi",
    "_RZ",
    "Display",
    "Alt",
    "5-",
    "dunh",
    "unsl",
    "caps",
    "Thin",
    "Black",
    "Hairline",
    "Extra",
)  # drawn seldom


def fit(piece: np.ndarray, dpi: float) -> np.ndarray | None:
    """A grey piece (rows x columns, ink dark) cropped to its ink and scaled to ``HEIGHT`` rows; None without ink.

    Where and how far is asked of the engine itself; Pillow's triangle filter is ONNX's antialiased linear one.
    """
    seen = network.fit(piece < network.DARK, dpi)
    if seen is None:
        return None
    cut, size = piece[seen.top : seen.bottom, seen.left : seen.right], (seen.wide, seen.high)
    small = np.asarray(Image.fromarray(cut).resize(size, Image.Resampling.BILINEAR))
    fitted = np.full((HEIGHT, size[0]), 255, np.uint8)
    start = (HEIGHT - size[1]) // 2
    fitted[start : start + size[1]] = small
    return fitted


class Faces:
    """Every installed font file that covers the alphabet, weighted by how often offices print with its like."""

    def __init__(self) -> None:
        roots = (Path("/usr/share/fonts"), Path("/usr/share/texmf/fonts"), Path("/usr/share/texlive/texmf-dist/fonts"))
        files = [p for root in roots if root.is_dir() for p in sorted(root.rglob("*.[to]tf"))]
        usual: dict[str, Path] = {}
        for path in files:
            if not path.name.startswith(_HELD) and not _lacks(path):
                usual.setdefault(path.name, path)
        self.machine = [p for p in files if p.name.startswith(_MACHINE)]
        self.times = _styles(p for p in usual.values() if p.name.startswith(_TIMES))
        self.arial = _styles(p for p in usual.values() if p.name.startswith(_ARIAL))
        self.rare = [p for p in usual.values() if any(odd in p.name for odd in _ODD)]
        known = {p for kind in (self.times, self.arial) for style in kind for p in style} | {*self.rare}
        families: dict[str, list[Path]] = {}
        for path in usual.values():
            if path not in known:
                families.setdefault(path.name.split("-")[0], []).append(path)
        self.others = list(families.values())
        self._loaded: dict[tuple[Path, int], ImageFont.FreeTypeFont] = {}

    def pick(self, rng: Random, machine: bool) -> Path:
        """A font file."""
        if machine:
            return rng.choice(self.machine)
        chance = rng.random()
        if chance < 0.48:
            return rng.choice(rng.choices(self.times, _USE)[0])
        if chance < 0.66:
            return rng.choice(rng.choices(self.arial, _USE)[0])
        return rng.choice(rng.choice(self.others)) if chance < 0.97 or not self.rare else rng.choice(self.rare)

    def load(self, path: Path, pixels: int) -> ImageFont.FreeTypeFont:
        """The face at a size, kept."""
        if (path, pixels) not in self._loaded:
            if len(self._loaded) > 400:
                self._loaded.clear()
            self._loaded[path, pixels] = ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
        return self._loaded[path, pixels]


def _styles(paths: Iterable[Path]) -> list[list[Path]]:
    """The files as regular, bold, italic, bold italic."""
    styles: list[list[Path]] = [[], [], [], []]
    for path in paths:
        name = path.stem.lower()
        styles[("bold" in name) + 2 * ("italic" in name or "oblique" in name)].append(path)
    return styles


def _lacks(path: Path) -> bool:
    try:
        return bool(uncovered(path))
    except Exception:
        return True


@dataclass(slots=True)
class Pen:
    """Draws lines of text with ``faces``; everything follows from the seed."""

    faces: Faces
    rng: Random
    noise: np.random.Generator
    worst: float = 1.5

    def line(self, text: str) -> np.ndarray | None:
        """The text as the network gets it (HEIGHT rows), or None where nothing legible is left. ``worst`` (0..1.5) bounds
        the damage."""
        rng = self.rng
        machine = "<" in text
        dpi = rng.choice((150, 200, 200, 200, 240, 300, 300))
        points = (
            rng.choice((13, 13, 13, 13.5, 14, 14, 12, 12, 11, 11, 10, 9, 8, 16)) if not machine else rng.uniform(9, 12)
        )
        face = self.faces.load(self.faces.pick(rng, machine), max(12, round(points * dpi / 72)))
        clean = self._set(text, face, dpi)
        page = self._worn(clean, dpi)
        left = np.count_nonzero(page < 150) / max(1, np.count_nonzero(clean < 150))
        if not 0.4 < left < 2.4:
            return None
        if dpi != _DPI:
            scale = _DPI / dpi
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=how)
        if rng.random() < 0.5:
            page = even(page, _DPI)
        mask = cv2.dilate(self._alone(ink(page)), np.ones((3, 3), np.uint8))
        return fit(np.where(mask > 0, page, 255).astype(np.uint8), _DPI)

    def _set(self, text: str, face: ImageFont.FreeTypeFont, dpi: int) -> np.ndarray:
        """Black on white; letters or words apart as printers put them."""
        rng = self.rng
        em = face.size
        pad = round(0.8 * em)
        spaced = 0.0
        if rng.random() < 0.06:
            spaced = rng.uniform(0.02, 0.12) * em
        digits = text.replace(" ", "").isdigit()
        if digits and rng.random() < 0.3:
            spaced = rng.uniform(0.1, 0.5) * em
        stretch = rng.uniform(0.8, 1.0) if rng.random() < 0.1 else 1.0 if rng.random() < 0.6 else rng.uniform(1.0, 2.2)
        blank = max(0.2 * em, face.getlength(" ") * stretch)
        words = text.split(" ")
        widths = [sum(face.getlength(c) + spaced for c in w) if spaced else face.getlength(w) for w in words]
        wide = round(sum(widths) + blank * (len(words) - 1)) + 2 * pad
        high = round(1.75 * em) + 2 * pad
        image = Image.new("L", (wide, high), 255)
        pen, x, y = ImageDraw.Draw(image), float(pad), pad + round(1.2 * em)
        shade = rng.choice((0, 0, 0, 20, 40, 60, 80))
        for word, width in zip(words, widths, strict=True):
            if spaced:
                at = x
                for c in word:
                    pen.text((at, y), c, fill=shade, font=face, anchor="ls")
                    at += face.getlength(c) + spaced
            else:
                pen.text((x, y), word, fill=shade, font=face, anchor="ls")
            x += width + blank
        if rng.random() < 0.05:  # an underline that cleaning takes away, and may hurt letters
            line = y + round(0.12 * em)
            thick = max(1, round(dpi / 150))
            pen.line((pad, line, wide - pad, line), fill=shade, width=thick)
            pixels = np.asarray(image).copy()
            pixels[line - thick : line + thick + 1] = 255
            return pixels
        if rng.random() < 0.06:  # a stump of the line below or above
            for _ in range(rng.randint(1, 3)):
                at, long = rng.uniform(pad, wide - pad), rng.uniform(0.1, 0.3) * em
                row = y + rng.choice((-1.15, 0.42)) * em
                pen.line(
                    (at, row, at + rng.uniform(0, 0.2) * em, row + long * 0.5), fill=shade, width=max(1, round(em / 14))
                )
        if rng.random() < 0.06:  # leaders under the words, as forms print them
            pitch, row = face.getlength(".") * rng.uniform(0.9, 1.6), y + rng.uniform(0.12, 0.24) * em
            for k in range(int((wide - 2 * pad) / pitch)):
                pen.text((pad + k * pitch, row), ".", fill=shade, font=face, anchor="ls")
        if rng.random() < 0.04:  # what is left of a table's rule
            at = pad - rng.uniform(0.1, 0.4) * em if rng.random() < 0.5 else wide - pad + rng.uniform(0.1, 0.4) * em
            long = rng.uniform(0.6, 1.4) * em
            pen.line((at, y - long, at, y + rng.uniform(0, 0.3) * em), fill=shade, width=max(1, round(em / 20)))
        return np.asarray(image)

    def _worn(self, page: np.ndarray, dpi: int) -> np.ndarray:
        """What printer, copier, paper, light and scanner did to it; harsher at one line in three."""
        rng, noise = self.rng, self.noise
        fine = dpi / 200
        harsh = min(self.worst, rng.choices((0.15, 0.6, 1.0, 1.5), (22, 36, 28, 14))[0])
        if rng.random() < 0.1:
            page = self._ghosted(page, fine)
        page = self._bent(page, harsh, fine)
        if rng.random() < 0.25 * harsh:
            size = rng.choice((2, 2, 3)) if fine > 1.1 else 2
            kernel = np.ones((size, size), np.uint8)
            page = cv2.dilate(page, kernel) if rng.random() < 0.4 else cv2.erode(page, kernel)
        grey = page.astype(np.float32)
        if rng.random() < 0.3 * harsh:  # toner that fails in patches
            grey += self._soft(page.shape, rng.uniform(3, 30) * fine) * rng.uniform(40, 150) * harsh * (grey < 128)
        if rng.random() < 0.12:  # where a seal was lifted
            at = rng.randrange(0, page.shape[1])
            long = round(rng.uniform(20, 160) * fine)
            grey[:, at : at + long] = 255 - (255 - grey[:, at : at + long]) * rng.uniform(0.45, 0.9)
            grey[:, at : at + long] += noise.normal(0, rng.uniform(3, 20), grey[:, at : at + long].shape)
        if rng.random() < 0.04:  # a fold
            at = rng.randrange(0, page.shape[1]) if rng.random() < 0.5 else None
            band = slice(at, at + rng.randint(1, 4)) if at is not None else slice(None)
            rows = (
                slice(None) if at is not None else slice(r := rng.randrange(page.shape[0] // 3, page.shape[0]), r + 2)
            )
            grey[rows, band] += rng.uniform(-50, 120)
        sigma = rng.uniform(0.2, 0.5 + 0.75 * harsh) * fine
        grey = cv2.GaussianBlur(grey, (0, 0), sigma)
        if rng.random() < 0.1 * harsh:  # a hand that shook
            long = rng.randint(2, 4)
            kernel = np.zeros((long, long), np.float32)
            cv2.line(kernel, (0, rng.randrange(long)), (long - 1, rng.randrange(long)), 1.0)
            grey = cv2.filter2D(grey, -1, kernel / kernel.sum())
        if rng.random() < 0.3:
            low, high = rng.uniform(0, 60 * harsh), rng.uniform(225, 255)
            grey = low + grey * (high - low) / 255
        grey += noise.normal(0, rng.uniform(0.5, 3 + 9 * harsh), grey.shape).astype(np.float32)
        chance = rng.random()
        if chance < 0.16 * harsh:  # copied: a steep curve, or black and white
            cut = rng.uniform(0.44, 0.68) * 255
            grey += (self._soft(page.shape, 8 * fine) - 0.5) * rng.uniform(0, 70) + (
                self._soft(page.shape, 60 * fine) - 0.5
            ) * 40
            grey = np.where(grey < cut, 0, 255) if rng.random() < 0.6 else (grey - cut) * 3.2 + 128
        page = np.clip(grey, 0, 255).astype(np.uint8)
        if rng.random() < 0.35 * harsh:
            self._specks(page, harsh)
        if rng.random() < 0.1 * harsh:  # a poor copy of a coarse scan
            scale = rng.uniform(0.5, 0.85)
            small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            page = cv2.resize(small, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
        if rng.random() < 0.6:
            _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(28, 90)])
            page = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        return page

    def _ghosted(self, page: np.ndarray, fine: float) -> np.ndarray:
        """Specks of the other side's print, as black and white scans keep them."""
        rng = self.rng
        ghost = np.roll(
            page[:, ::-1], (round(rng.gauss(0, 0.25) * page.shape[0]), rng.randrange(page.shape[1])), (0, 1)
        )
        bits = self._soft(page.shape, rng.uniform(1.5, 3) * fine) > rng.uniform(0.72, 0.9)
        bits &= self._soft(page.shape, 40 * fine) > rng.uniform(0.2, 0.7)
        return np.where(bits & (ghost < 120), 0, page).astype(np.uint8)

    def _bent(self, page: np.ndarray, harsh: float, fine: float) -> np.ndarray:
        """A little turned, slanted and curved: what levelling leaves."""
        rng = self.rng
        height, width = page.shape
        turn = rng.gauss(0, 0.12) * harsh
        slant = rng.gauss(0, 0.012) * harsh
        scale = 1 + rng.gauss(0, 0.02) * harsh
        rise = math.tan(math.radians(turn))
        rise = max(-4 * fine / width, min(4 * fine / width, rise))
        matrix = np.array([[scale, slant, -slant * height / 2], [rise, 1, -rise * width / 2]], np.float32)
        page = cv2.warpAffine(
            page, matrix, (round(width * max(1, scale)), height), flags=cv2.INTER_LINEAR, borderValue=255
        )
        if rng.random() < 0.2 * harsh:
            sway = rng.uniform(0.5, 2.5) * fine
            xs = np.arange(page.shape[1], dtype=np.float32)
            shift = sway * np.sin(xs / page.shape[1] * rng.uniform(1, 6) + rng.uniform(0, 6))
            mx = np.repeat(xs[None], height, 0)
            my = np.arange(height, dtype=np.float32)[:, None] + shift[None]
            page = cv2.remap(page, mx, my.astype(np.float32), cv2.INTER_LINEAR, borderValue=255)
        return page

    def _soft(self, shape: tuple[int, ...], cell: float) -> np.ndarray:
        size = (max(2, round(shape[0] / cell)), max(2, round(shape[1] / cell)))
        coarse = self.noise.random(size, dtype=np.float32)
        return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))

    def _specks(self, page: np.ndarray, harsh: float) -> None:
        rng = self.rng
        for _ in range(rng.randint(1, round(page.shape[1] / 60 * harsh) + 1)):
            x, y = rng.randrange(page.shape[1]), rng.randrange(page.shape[0])
            size = rng.choice((1, 1, 2, 2, 3))
            page[y : y + size, x : x + size] = rng.choice((0, 30, 80, 255))

    def _alone(self, mask: np.ndarray) -> np.ndarray:
        """The ink without what lies far off the line or touches the rim, as the line finder leaves it; some stays."""
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        keep = np.full(count, 255, np.uint8)
        keep[0] = 0
        tall = np.percentile(stats[1:, cv2.CC_STAT_HEIGHT], 75) if count > 1 else 0
        for k in range(1, count):
            x, y, w, h, area = stats[k]
            rim = x == 0 or y == 0 or x + w == mask.shape[1] or y + h == mask.shape[0]
            if rim or (area < 5 and h < 0.12 * tall and self.rng.random() < 0.6):
                keep[k] = 0
        return keep[labels]
