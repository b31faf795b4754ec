"""Seals, stamps and signatures: ink that lies over print, drawn at any resolution from a seed.

Owns: round red seals with text on a circle, rectangular stamps, signatures, and their uneven inking.
Never: a real seal or a real hand; texts come from made-up offices.

Sizes: an office's round seal is 36 mm across (Circular of the Ministry of Public Security on seals); ink of arrival
stamps is red, violet or blue as offices have it.
"""

from __future__ import annotations

import math
from random import Random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tools.papers.fonts import Face
from tools.papers.sheet import Box, Colour, Ink

__all__ = ["BLUES", "PT_PER_MM", "REDS", "seal", "signature", "stamp"]

PT_PER_MM = 72 / 25.4
REDS: tuple[Colour, ...] = ((214, 32, 44), (196, 24, 60), (224, 52, 40), (205, 40, 70))
BLUES: tuple[Colour, ...] = ((28, 46, 160), (20, 30, 120), (50, 60, 190), (30, 90, 170))
_STAMP_INK: tuple[Colour, ...] = ((208, 36, 48), (110, 50, 150), (40, 60, 170))


def _uneven(alpha: np.ndarray, rng: Random, strength: float) -> np.ndarray:
    """Ink that took better in some places than in others."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    coarse = noise.random((7, 7), dtype=np.float32)
    smooth = cv2.resize(coarse, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_CUBIC)
    grain = noise.random(alpha.shape, dtype=np.float32)
    keep = np.clip(1.05 - strength * smooth - 0.35 * strength * grain, 0.12, 1.0)
    inked: np.ndarray = (alpha.astype(np.float32) * keep).astype(np.uint8)
    return inked


def _around(canvas: Image.Image, text: str, radius: float, face: Face, dpi: float, start: float) -> None:
    """Letters on a circle, their feet inwards, read clockwise; ``start`` in degrees from the top."""
    centre, k = canvas.width / 2, dpi / 72
    font = face.at(dpi)
    total = sum(face.width(c) for c in text)
    spread = min(1.6, 2 * math.pi * radius / max(1.0, total))  # the text fills the circle where it can
    angle = start - math.degrees(total * spread / radius) / 2
    cell = math.ceil(face.size * 2.2 * k)
    for letter in text:
        half = math.degrees(face.width(letter) * spread / radius) / 2
        angle += half
        if letter == "★":
            x, y = (
                centre + math.sin(math.radians(angle)) * radius * 1.06 * k,
                centre - math.cos(math.radians(angle)) * radius * 1.06 * k,
            )
            _star(ImageDraw.Draw(canvas), x, y, face.size * 0.42 * k)
        elif letter != " ":
            tile = Image.new("L", (cell, cell), 0)
            ImageDraw.Draw(tile).text((cell / 2, cell * 0.66), letter, fill=255, font=font, anchor="ms")
            tile = tile.rotate(-angle, resample=Image.Resampling.BICUBIC, center=(cell / 2, cell * 0.66))
            x = centre + math.sin(math.radians(angle)) * radius * k
            y = centre - math.cos(math.radians(angle)) * radius * k
            canvas.paste(255, (round(x - cell / 2), round(y - cell * 0.66)), tile)
        angle += half


def _star(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for index in range(10):
        reach = radius if index % 2 == 0 else radius * 0.4
        turn = math.pi * index / 5
        points.append((x + reach * math.sin(turn), y - reach * math.cos(turn)))
    pen.polygon(points, fill=255)


def seal(x: float, y: float, texts: tuple[str, str], face: Face, rng: Random, colour: Colour | None = None) -> Ink:
    """A round seal with its middle at (x, y): ``texts`` are what runs around and what stands in the middle."""
    radius = rng.uniform(17.0, 18.2) * PT_PER_MM
    outer, inner = texts
    tilt, strength, emblem = rng.uniform(-25, 25), rng.uniform(0.15, 0.7), rng.random() < 0.4
    seed = rng.randrange(1 << 30)

    def paint(dpi: float) -> np.ndarray:
        k = dpi / 72
        side = round(2 * radius * k) + 2
        canvas = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(canvas)
        middle, r = side / 2, radius * k
        pen.ellipse((middle - r, middle - r, middle + r, middle + r), outline=255, width=max(2, round(1.7 * k)))
        for share, width in ((0.93, 0.6), (0.64, 0.9)):
            rim = r * share
            pen.ellipse(
                (middle - rim, middle - rim, middle + rim, middle + rim), outline=255, width=max(1, round(width * k))
            )
        size = 7.6 if len(outer) < 44 else 6.6
        _around(canvas, outer, radius * 0.715, face.but(size=size, bold=True), dpi, 0)
        lines = _wrap(inner, 3 if emblem else 4)
        if emblem:
            _star(pen, middle, middle - r * 0.28, r * 0.26)
        small = face.but(size=6.8 if len(lines) < 4 else 6.0, bold=True)
        step = small.size * 1.25 * k
        top = middle + (r * 0.2 if emblem else -step * (len(lines) - 1) / 2 + small.size * 0.35 * k)
        for index, line in enumerate(lines):
            pen.text((middle, top + index * step), line, fill=255, font=small.at(dpi), anchor="ms")
        turned = canvas.rotate(tilt, resample=Image.Resampling.BICUBIC)
        return _uneven(np.asarray(turned), Random(seed), strength)

    box: Box = (x - radius, y - radius, x + radius, y + radius)
    return Ink("seal", box, colour or rng.choice(REDS), paint, f"{outer} / {inner}")


def _wrap(text: str, most: int) -> list[str]:
    """Words over up to ``most`` lines of about equal length."""
    words, lines = text.split(), [""]
    goal = max(8, math.ceil(len(text) / most))
    for word in words:
        if lines[-1] and len(lines[-1]) + len(word) >= goal + 3 and len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def signature(x: float, y: float, rng: Random, width: float | None = None, colour: Colour | None = None) -> Ink:
    """A made-up signature with its middle at (x, y): loops, a run of waves, and often a long closing stroke."""
    width = width or rng.uniform(70, 140)
    height = width * rng.uniform(0.28, 0.5)
    points: list[tuple[float, float]] = []
    at = 0.06
    for _ in range(rng.randint(4, 8)):
        top, low = rng.uniform(0.0, 0.4), rng.uniform(0.55, 1.0)
        points += [(at, low), (at + rng.uniform(-0.05, 0.1), top)]
        if rng.random() < 0.45:
            points += [(at + 0.1, (top + low) / 2), (at - 0.03, (top + low) / 2 + 0.1)]
        at += rng.uniform(0.06, 0.15)
    points.append((min(0.98, at + 0.2), rng.uniform(0.1, 0.9)))
    strokes = [points]
    if rng.random() < 0.7:
        level = rng.uniform(0.6, 0.95)
        strokes.append([(0.02, level), (0.45, level - rng.uniform(0.05, 0.3)), (0.98, level - rng.uniform(-0.2, 0.5))])
    nib, tilt = rng.uniform(0.8, 1.5), rng.uniform(-0.25, 0.1)
    strokes = [[(px * width, (py + tilt * px) * height) for px, py in s] for s in strokes]
    low = min(py for s in strokes for _, py in s)
    high = max(py for s in strokes for _, py in s)
    margin = width * 0.12

    def paint(dpi: float) -> np.ndarray:
        k = dpi / 72
        shape = (math.ceil((high - low + 2 * margin) * k), math.ceil((width + 2 * margin) * k))
        canvas = np.zeros(shape, np.uint8)
        for stroke in strokes:
            curve = _smooth(np.asarray(stroke)) + np.array([margin, margin - low])
            pixels = np.round(curve * k * 16).astype(np.int32)
            for step in range(len(pixels) - 1):
                press = 0.75 + 0.45 * math.sin(step * 0.13 + nib * 9)
                thick = max(1, round(nib * k * max(0.4, press)))
                a, b = tuple(int(v) for v in pixels[step]), tuple(int(v) for v in pixels[step + 1])
                cv2.line(canvas, a, b, 225, thick, cv2.LINE_AA, 4)
        return canvas

    left, top = x - width / 2 - margin, y - (high - low) / 2 - margin
    box = (left, top, left + width + 2 * margin, top + high - low + 2 * margin)
    return Ink("signature", box, colour or rng.choice(BLUES), paint)


def _smooth(p: np.ndarray) -> np.ndarray:
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, 15)[:-1, None]
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*parts, p[-2:-1]])


def stamp(x: float, y: float, rows: tuple[str, ...], face: Face, rng: Random, kind: str = "stamp") -> Ink:
    """A rectangular stamp with its top left at (x, y); the first row is a headline."""
    head, body = face.but(bold=True, size=9.5), face.but(bold=False, size=9)
    width = max(head.width(rows[0]), *(body.width(r) for r in rows[1:]), 70) + 14
    height = 15 + 14.5 * (len(rows) - 1) + 5
    tilt, strength, seed = rng.uniform(-4, 4), rng.uniform(0.15, 0.6), rng.randrange(1 << 30)

    def paint(dpi: float) -> np.ndarray:
        k = dpi / 72
        canvas = Image.new("L", (round((width + 12) * k), round((height + 12) * k)), 0)
        pen = ImageDraw.Draw(canvas)
        pen.rectangle((6 * k, 6 * k, (6 + width) * k, (6 + height) * k), outline=255, width=max(1, round(1.3 * k)))
        pen.text(((6 + width / 2) * k, 17.5 * k), rows[0], fill=255, font=head.at(dpi), anchor="ms")
        for index, row in enumerate(rows[1:]):
            pen.text((13 * k, (32.5 + 14.5 * index) * k), row, fill=255, font=body.at(dpi), anchor="ls")
        turned = canvas.rotate(tilt, resample=Image.Resampling.BICUBIC)
        return _uneven(np.asarray(turned), Random(seed), strength)

    box = (x - 6, y - 6, x + width + 6, y + height + 6)
    return Ink(kind, box, rng.choice(_STAMP_INK), paint, "\n".join(rows))
