"""What copiers, scanners, phones and years do to a page, as seeded operations on pixels.

Owns: the damage families and the geometry that truth boxes must follow. Never: knows what stands on the page.

Families: ``clean`` (a good scanner), ``office`` (an everyday one), ``photocopy`` (a copy of a copy, grey or bilevel),
``phone`` (a photo on a desk), and ``fax`` (held out: never used to tune anything).
Angles follow the product's convention: a positive skew makes lines rise to the right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np

__all__ = ["FAMILIES", "HELD_OUT", "Geometry", "Wear", "plan", "wear"]

FAMILIES = ("clean", "office", "photocopy", "phone", "fax")
HELD_OUT = "fax"

cv2.setNumThreads(1)  # the same bytes on every machine, and other work on this one goes on


@dataclass(frozen=True, slots=True)
class Wear:
    """What is to happen to one page; drawn by ``plan``. Angles in degrees, lengths in parts of the page's height."""

    family: str
    seed: int
    skew: float
    mode: str  # colour | grey | bilevel
    blur: float
    noise: float
    paper: tuple[int, int, int]
    shade: float
    show_through: float
    specks: int
    threshold: float
    borders: float
    holes: int
    staple: bool
    folds: int
    perspective: float
    curl: float
    quality: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where a point of the drawn page (pixels) lies after the damage: a curl downwards, then a homography."""

    matrix: np.ndarray
    curl: float
    phase: float
    width: int
    height: int
    out_width: int
    out_height: int

    def points(self, xy: np.ndarray) -> np.ndarray:
        """Map n x 2 points."""
        bent = xy.astype(np.float64).copy()
        bent[:, 1] += self.curl * np.sin(math.pi * xy[:, 0] / self.width + self.phase)
        mapped = np.c_[bent, np.ones(len(bent))] @ self.matrix.T
        return np.asarray(mapped[:, :2] / mapped[:, 2:3])

    def box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A box in fractions of the drawn page as fractions of the worn one."""
        left, top, right, bottom = box
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        mapped = self.points(corners * (self.width, self.height)) / (self.out_width, self.out_height)
        (x0, y0), (x1, y1) = mapped.min(axis=0), mapped.max(axis=0)
        return float(np.clip(x0, 0, 1)), float(np.clip(y0, 0, 1)), float(np.clip(x1, 0, 1)), float(np.clip(y1, 0, 1))

    def level(self) -> float:
        """The angle of a line through the middle of the page, in degrees; positive rises to the right."""
        ends = self.points(np.array([(self.width * 0.25, self.height * 0.5), (self.width * 0.75, self.height * 0.5)]))
        (x0, y0), (x1, y1) = ends
        return math.degrees(math.atan2(y0 - y1, x1 - x0))


def plan(rng: Random, family: str, mode: str | None = None) -> Wear:
    """Draw the strengths for one page of a family. Raises ValueError for an unknown family."""
    tint = rng.randint(-4, 4)
    base: dict[str, object] = {
        "family": family, "seed": rng.randrange(1 << 31), "skew": rng.gauss(0, 0.12), "mode": "colour", "blur": 0.35,
        "noise": 1.2, "paper": (254, 254, 253), "shade": 0.0, "show_through": 0.0, "specks": 0, "threshold": 0.0,
        "borders": 0.0, "holes": 0, "staple": False, "folds": 0, "perspective": 0.0, "curl": 0.0, "quality": 88,
    }  # fmt: skip
    if family == "office":
        grey = rng.randint(226, 247)
        base |= {
            "skew": rng.uniform(-1.6, 1.6), "mode": rng.choice(("colour", "colour", "grey")),
            "blur": rng.uniform(0.5, 0.85),
            "noise": rng.uniform(2.0, 4.5),
            "paper": (grey + rng.randint(0, 6), grey + rng.randint(0, 4), grey - rng.randint(0, 9)),
            "shade": rng.uniform(0.02, 0.12), "show_through": rng.uniform(0, 0.1) if rng.random() < 0.6 else 0.0,
            "specks": rng.randint(0, 40), "holes": rng.choice((0, 0, 0, 2)), "staple": rng.random() < 0.25,
            "folds": rng.choice((0, 0, 0, 1, 2)), "quality": rng.randint(62, 82),
        }  # fmt: skip
    elif family == "photocopy":
        base |= {
            "skew": rng.uniform(-3.0, 3.0), "mode": rng.choice(("grey", "bilevel", "bilevel")),
            "blur": rng.uniform(0.7, 1.15),
            "noise": rng.uniform(7, 15), "paper": (238 + tint, 238 + tint, 238 + tint), "shade": rng.uniform(0.04, 0.16),
            "specks": rng.randint(80, 650), "threshold": rng.uniform(0.48, 0.66), "borders": rng.uniform(0.0, 0.02),
            "holes": rng.choice((0, 0, 2)), "staple": rng.random() < 0.3, "folds": rng.choice((0, 0, 1, 2)),
            "quality": rng.randint(55, 78),
        }  # fmt: skip
    elif family == "phone":
        grey = rng.randint(196, 236)
        base |= {
            "skew": rng.uniform(-3.0, 3.0), "blur": rng.uniform(0.7, 1.25), "noise": rng.uniform(3, 7),
            "paper": (grey + rng.randint(-2, 14), grey + rng.randint(-2, 6), grey - rng.randint(-4, 16)),
            "shade": rng.uniform(0.15, 0.45),
            "folds": rng.choice((0, 0, 1, 2, 3)), "perspective": rng.uniform(0.01, 0.045),
            "curl": rng.uniform(-0.007, 0.007),
            "quality": rng.randint(55, 75),
        }  # fmt: skip
    elif family == "fax":
        base |= {
            "skew": rng.uniform(-1.5, 1.5), "mode": "bilevel", "blur": rng.uniform(0.6, 0.9), "noise": rng.uniform(5, 9),
            "specks": rng.randint(20, 200), "threshold": rng.uniform(0.5, 0.62), "quality": 80,
        }  # fmt: skip
    elif family != "clean":
        raise ValueError(f"no damage family {family!r}; there are {', '.join(FAMILIES)}")
    if mode:
        base["mode"] = mode
    return Wear(**base)  # type: ignore[arg-type]


def _geometry(how: Wear, rng: Random, height: int, width: int) -> Geometry:
    turn = math.radians(how.skew)
    cos, sin = math.cos(turn), math.sin(turn)
    cx, cy = width / 2, height / 2
    # image rows grow downwards: lines rise to the right under [[cos, sin], [-sin, cos]]
    matrix = np.array(
        [[cos, sin, cx - cx * cos - cy * sin], [-sin, cos, cy + cx * sin - cy * cos], [0, 0, 1]], dtype=np.float64
    )
    out_w, out_h = width, height
    if how.perspective:
        wild = how.perspective * height
        out_w, out_h = round(width * 1.1), round(height * 1.08)
        dx, dy = (out_w - width) / 2, (out_h - height) / 2
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
        moved = corners + np.array([dx, dy], dtype=np.float32)
        moved += np.array([(rng.uniform(-wild, wild), rng.uniform(-wild, wild)) for _ in range(4)], dtype=np.float32)
        matrix = cv2.getPerspectiveTransform(corners, moved).astype(np.float64) @ matrix
    return Geometry(matrix, how.curl * height, rng.uniform(-0.6, 0.6), width, height, out_w, out_h)


def _warp(image: np.ndarray, geo: Geometry, border: tuple[int, int, int]) -> np.ndarray:
    size = (geo.out_width, geo.out_height)
    if not geo.curl:
        return np.asarray(
            cv2.warpPerspective(
                image, geo.matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border
            )
        )
    inverse = np.linalg.inv(geo.matrix)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    depth = (inverse[2, 0] * x + inverse[2, 1] * y + inverse[2, 2]).astype(np.float32)
    sx = ((inverse[0, 0] * x + inverse[0, 1] * y + inverse[0, 2]) / depth).astype(np.float32)
    sy = ((inverse[1, 0] * x + inverse[1, 1] * y + inverse[1, 2]) / depth).astype(np.float32)
    sy -= (geo.curl * np.sin(np.pi * sx / geo.width + geo.phase)).astype(np.float32)
    return np.asarray(cv2.remap(image, sx, sy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border))


def _soft(noise: np.random.Generator, shape: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise 0..1 of about ``cells`` hills across."""
    coarse = noise.random((max(2, cells * shape[0] // shape[1]), cells), dtype=np.float32)
    return np.asarray(np.clip(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), 0, 1))


def _lit(image: np.ndarray, how: Wear, noise: np.random.Generator) -> np.ndarray:
    """Paper colour and uneven light, in one multiplication."""
    height, width = image.shape[:2]
    light = np.full((height, width), 1.0, np.float32)
    if how.shade:
        angle = noise.random() * 2 * math.pi
        x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * math.cos(angle)
        y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * math.sin(angle)
        light -= how.shade * np.clip(x + y + 0.35, 0, 1) + how.shade * 0.25 * _soft(noise, (height, width), 4)
        if how.family == "phone":  # the shadow of a hand or of the phone itself
            edge = noise.random() * 0.5 + 0.1
            light *= 1 - 0.3 * how.shade / (1 + np.exp(np.clip((x * 1.7 - y + edge) * 26, -40, 40)))
    tint = np.asarray(how.paper, np.float32) / 255
    return np.clip(image.astype(np.float32) * (light[..., None] * tint), 0, 255).astype(np.uint8)


def _folded(image: np.ndarray, how: Wear, rng: Random) -> None:
    height = image.shape[0]
    for index in range(how.folds):
        y = round(height * ((index + 1) / (how.folds + 1) + rng.uniform(-0.02, 0.02)))
        reach = max(2, height // 500)
        for offset in range(-reach, reach + 1):
            if 0 <= y + offset < height:
                gain = 1 + (0.16 if offset < 0 else -0.2) * (1 - abs(offset) / (reach + 1))
                image[y + offset] = np.clip(image[y + offset].astype(np.float32) * gain, 0, 255).astype(np.uint8)


def _holed(image: np.ndarray, how: Wear, rng: Random) -> None:
    height, width = image.shape[:2]
    if how.holes:
        x, r = round(width * 0.045), round(width * 0.0135)
        for part in (0.5 - 0.135, 0.5 + 0.135):
            cv2.circle(image, (x, round(height * part)), r, (70, 70, 72), -1, cv2.LINE_AA)
    if how.staple:
        x, y = round(width * rng.uniform(0.03, 0.07)), round(height * rng.uniform(0.02, 0.05))
        long = round(width * 0.045)
        end = (x + round(long * 0.7), y - round(long * rng.uniform(-0.5, 0.7)))
        cv2.line(image, (x + 2, y + 3), (end[0] + 2, end[1] + 3), (120, 120, 124), max(1, width // 500), cv2.LINE_AA)
        cv2.line(image, (x, y), end, (64, 64, 70), max(2, width // 420), cv2.LINE_AA)


def _specked(image: np.ndarray, how: Wear, noise: np.random.Generator) -> None:
    """Dust: mostly single dots, a few larger ones, dark."""
    height, width = image.shape[:2]
    for _ in range(how.specks):
        x, y = int(noise.integers(0, width)), int(noise.integers(0, height))
        size = 1 if noise.random() < 0.75 else int(noise.integers(2, 4))
        image[y : y + size, x : x + size] = int(noise.integers(10, 120))


def _bordered(image: np.ndarray, how: Wear, rng: Random) -> None:
    """The black edges that a copier's open lid leaves."""
    if not how.borders:
        return
    height, width = image.shape[:2]
    for side in rng.sample(("left", "right", "top", "bottom"), rng.randint(1, 3)):
        deep = how.borders * width * rng.uniform(0.3, 1.2)
        slope = rng.uniform(-0.5, 0.8) * deep
        a, b = round(deep), round(max(0, deep + slope))
        shape = {
            "left": [(0, 0), (a, 0), (b, height), (0, height)],
            "right": [(width, 0), (width - a, 0), (width - b, height), (width, height)],
            "top": [(0, 0), (0, a), (width, b), (width, 0)],
            "bottom": [(0, height), (0, height - a), (width, height - b), (width, height)],
        }[side]
        cv2.fillPoly(image, [np.array(shape, np.int32)], (14, 14, 14))


def _copied(grey: np.ndarray, how: Wear, noise: np.random.Generator, bilevel: bool) -> np.ndarray:
    """A copier's steep curve: strokes break where toner was thin and fill where it was thick."""
    # the toner's thickness wanders over the page and from dot to dot
    wander = (_soft(noise, grey.shape[:2], 9) - 0.5) * 44 + (_soft(noise, grey.shape[:2], 240) - 0.5) * 64
    level = grey.astype(np.float32) + wander
    cut = how.threshold * 255
    if bilevel:
        return np.where(level < cut, 0, 255).astype(np.uint8)
    return np.clip((level - cut) * 3.2 + 128, 12, 250).astype(np.uint8)


def _desk(geo: Geometry, noise: np.random.Generator) -> np.ndarray:
    """A table top: brown or grey, with a grain."""
    tone = np.array(
        [(96, 72, 50), (150, 120, 88), (70, 74, 80), (176, 172, 164)][int(noise.integers(0, 4))], np.float32
    )
    grain = _soft(noise, (geo.out_height, geo.out_width), 40) * 26 - 13
    streaks = noise.random((geo.out_height, 1), dtype=np.float32) * 10
    wood: np.ndarray = np.clip(tone + grain[..., None] + streaks[..., None], 0, 255).astype(np.uint8)
    return wood


def wear(image: np.ndarray, how: Wear, behind: np.ndarray | None = None) -> tuple[np.ndarray, Geometry]:
    """Damage one upright RGB page (height x width x 3). ``behind`` is the other side of the sheet, if it may show.

    Gives RGB or grey pixels (bilevel ones hold 0 and 255 only) and where points went.
    """
    rng, noise = Random(how.seed), np.random.default_rng(how.seed)
    height, width = image.shape[:2]
    page = image
    if behind is not None and how.show_through:
        ghost = cv2.GaussianBlur(cv2.cvtColor(behind[:, ::-1], cv2.COLOR_RGB2GRAY), (0, 0), width / 700)
        keep = 1 - how.show_through * (1 - ghost.astype(np.float32) / 255)
        page = np.clip(page.astype(np.float32) * keep[..., None], 0, 255).astype(np.uint8)
    page = page.copy()
    _holed(page, how, rng)
    _folded(page, how, rng)
    page = _lit(page, how, noise)
    geo = _geometry(how, rng, height, width)
    if how.family == "phone":
        cover = _warp(np.full((height, width, 3), 255, np.uint8), geo, (0, 0, 0))
        sheet = _warp(page, geo, (0, 0, 0)).astype(np.float32)
        part = cover[..., :1].astype(np.float32) / 255
        shadow = cv2.GaussianBlur(cover, (0, 0), width / 90)[..., :1].astype(np.float32) / 255
        desk = _desk(geo, noise).astype(np.float32) * (1 - 0.45 * shadow)
        page = np.clip(sheet + desk * (1 - part), 0, 255).astype(np.uint8)
    else:
        page = _warp(page, geo, how.paper)
    if how.blur:
        page = cv2.GaussianBlur(page, (0, 0), how.blur * width / 1654)
    if how.mode != "colour":
        page = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    if how.noise:
        grain = noise.standard_normal(page.shape[:2], dtype=np.float32) * how.noise
        page = np.clip(page.astype(np.float32) + (grain if page.ndim == 2 else grain[..., None]), 0, 255).astype(
            np.uint8
        )
    if how.threshold:
        page = _copied(
            page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), how, noise, how.mode == "bilevel"
        )
    _specked(page, how, noise)
    _bordered(page, how, rng)
    if how.family == "fax":
        lost = noise.random(page.shape[0]) < 0.004
        page[lost] = 255
    if how.mode == "bilevel":
        page = np.where(page < 128, 0, 255).astype(np.uint8)
    return page, geo
