"""Owns the redrawing of a barcode that toner filled in: its characters are told whole, by a model of what scanner and
copier do to bars.

Never decodes: what is redrawn is a picture of bars, which a decoder reads and checks (``engines/codes``), and no bars are
drawn where a second reading of a character is nearly as likely.

The model is that of ``imaging/qrgrid`` in one direction: bars are blurred and cut at a level. Of each character all the
drawings that its symbology has are compared with what is seen there.
Code 128: ISO/IEC 15417, 4.3 (six elements of 1 to 4 modules, 11 in all, an even number of them dark).
Code 39: ISO/IEC 16388, 4.3 (nine elements, three of them wide, wide ones 2 to 3 times as wide).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product

import numpy as np

from hoso.imaging.pixels import Pixels

__all__ = ["bars"]

Widths = tuple[float, ...]  # of the elements of a character, a bar first

_QUIET = 12  # modules of paper at both ends
_PER = 4  # samples a module
_DARK = 0.4  # darkness at which the outermost bars begin
_MODULE = 1.2, 9.0  # pixels a module may measure
_LETTERS = 6, 48  # of a barcode, start and stop included
Copier = tuple[float, float, float]  # blur in modules, level, steepness
_USUAL: Copier = (0.5, 0.45, 10.0)
_COARSE: tuple[Copier, ...] = tuple(product((0.4, 0.65, 0.9), (0.2, 0.35, 0.5), (7.0,)))
_FINER = (-0.12, 0.0, 0.12), (-0.08, 0.0, 0.08), (-2.0, 3.0)  # added to the best of these
_SHIFTS = (-0.25, 0.0, 0.25)  # modules that a character may stray from its place
_LIKELY = 16  # layouts compared with every copier by how they start and stop
_CLOSER = 4  # and told with every copier
_FIT = 0.018  # the most that a sample may differ from the drawing, mean square
_SURE = {
    "code128": 0.0,
    "code39": 0.008,
}  # how much better than the next one a character is: Code 39 has no check digit
_NORMAL = 0.7978845608, 0.044715  # of the normal distribution's integral by tanh


@dataclass(frozen=True, slots=True)
class _Layout:
    """So many characters of one symbology, across the bars as they are or reversed."""

    kind: str
    ratio: float  # of wide to narrow elements, Code 39
    letters: int
    reversed: bool

    @property
    def pitch(self) -> float:
        """Modules from character to character."""
        return 11.0 if self.kind == "code128" else 7 + 3 * self.ratio

    @property
    def whole(self) -> float:
        """Modules of the whole barcode; Code 128 ends with a bar of two more, Code 39 without the last gap."""
        return self.letters * self.pitch + (2 if self.kind == "code128" else -1)


@dataclass(frozen=True, slots=True)
class _Told:
    """The likeliest characters: their mean loss, by how much the least sure one is better than the next, and all."""

    loss: float
    margin: float
    letters: tuple[Widths, ...]
    layout: _Layout
    copier: Copier

    def rank(self) -> float:
        """Less is better."""
        return self.loss


def bars(profile: Pixels, fine: int) -> Iterator[Pixels]:
    """Rows (0 and 255) of the barcodes that a profile across bars (grey, ``fine`` samples a pixel) is likeliest to be."""
    low, high = np.percentile(profile, (3, 97))
    seen = np.clip((high - profile) / max(1.0, high - low), 0, 1).astype(np.float32)
    ends = _ends(seen, fine)
    if ends is None:
        return
    views = (seen, ends[0], ends[1]), (seen[::-1], len(seen) - ends[1], len(seen) - ends[0])
    layouts = tuple(_layouts((ends[1] - ends[0]) / fine))

    def told(layout: _Layout, copier: Copier) -> _Told:
        return _told(views[layout.reversed], layout, copier)

    def ends_fit(layout: _Layout, copiers: tuple[Copier, ...]) -> float:
        return min(_loss(views[layout.reversed], layout, copier) for copier in copiers)

    for kind in ("code128", "code39"):
        likely = [layout for layout in layouts if layout.kind == kind]
        for copiers, most in (((_USUAL,), _LIKELY), (_COARSE[1::3], _CLOSER)):
            likely = sorted(likely, key=lambda layout: ends_fit(layout, copiers))[:most]
        first = min((told(layout, copier) for layout in likely for copier in _COARSE), key=_Told.rank, default=None)
        if first is None or first.loss > 2 * _FIT:
            continue
        blur, level, steep = first.copier
        copiers = tuple((blur + a, level + b, steep + c) for a, b, c in product(*_FINER))
        ratios = (-0.25, 0.0, 0.25) if kind == "code39" else (0.0,)
        near = [replace(first.layout, ratio=first.layout.ratio + more) for more in ratios]
        best = min((told(layout, copier) for layout in near for copier in copiers), key=_Told.rank)
        if best.loss < _FIT and best.margin > _SURE[kind]:
            yield _row(best.letters)


def _ends(seen: Pixels, fine: int) -> tuple[float, float] | None:
    """Where the outermost bars begin and end, in samples; specks far from all others are left out."""
    dark = np.flatnonzero(seen > _DARK)
    if dark.size < 2:
        return None
    parts = np.split(dark, np.flatnonzero(np.diff(dark) > 5 * _MODULE[1] * fine / 2) + 1)
    part = max(parts, key=len)
    return float(part[0]), float(part[-1] + 1)


def _layouts(pixels: float) -> Iterator[_Layout]:
    for back, letters in product((False, True), range(_LETTERS[0], _LETTERS[1] + 1)):
        ratios = (("code128", 0.0), *(("code39", ratio) for ratio in (2.0, 2.5, 3.0)))
        for kind, ratio in ratios:
            layout = _Layout(kind, ratio, letters, back)
            if _MODULE[0] <= pixels / layout.whole <= _MODULE[1]:
                yield layout


@lru_cache(maxsize=16)
def _letters(kind: str, ratio: float) -> tuple[Widths, ...]:
    """The characters of a symbology: for Code 128 those that start (3), the one that stops, and then all; for Code 39 the
    one that does both, and then all."""
    if kind == "code128":
        starts = (2, 1, 1, 4, 1, 2), (2, 1, 1, 2, 1, 4), (2, 1, 1, 2, 3, 2)
        every = (w for w in product((1, 2, 3, 4), repeat=6) if sum(w) == 11 and sum(w[::2]) % 2 == 0)
        return (*starts, (2, 3, 3, 1, 1, 1), *every)
    wide = [(1, 3, 5), (1, 3, 7), (1, 5, 7), (3, 5, 7)]
    wide += [(space, *two) for space in (1, 3, 5, 7) for two in combinations((0, 2, 4, 6, 8), 2)]
    drawn = ((*(ratio if at in one else 1.0 for at in range(9)), 1.0) for one in ((1, 4, 6), *wide))
    return tuple(drawn)


@lru_cache(maxsize=256)
def _shapes(kind: str, ratio: float, copier: Copier) -> tuple[Pixels, Pixels]:
    """How dark each sample of each character is drawn, 0..1, and the mean square of it."""
    blur, level, steep = copier
    letters = np.array(_letters(kind, ratio), np.float32)
    whole = float(letters[0].sum())
    at = (np.arange(round(whole * _PER)) + 0.5) / round(whole * _PER) * whole
    edges = np.cumsum(np.pad(letters, ((0, 0), (1, 0))), axis=1)
    count = len(letters)
    before = np.broadcast_to(np.array([-2.5, -1.0], np.float32), (count, 2))
    after = np.broadcast_to(np.array([whole, whole + 1.5], np.float32), (count, 2))
    # bars begin at even edges; the last edge is where the next character begins
    edges = np.concatenate([before, edges[:, :-1], after], axis=1)
    z = (edges[:, :, None] - at) / blur
    below = 0.5 * (1 + np.tanh(_NORMAL[0] * (z + _NORMAL[1] * z**3)))
    dark = (below[:, 1::2] - below[:, ::2]).sum(axis=1)
    shapes = (1 / (1 + np.exp(-steep * (dark - level)))).astype(np.float32)
    return shapes, (shapes**2).mean(axis=1)


def _sampled(view: tuple[Pixels, float, float], layout: _Layout, copier: Copier, numbers: Pixels) -> Pixels:
    """What is seen of the characters of these numbers, once for each shift: shifts × characters × samples."""
    seen, start, stop = view
    blur, level, _ = copier
    far = np.linspace(-3, 3, 121)
    grown = (
        float(np.interp(level, 0.5 * (1 - np.tanh(_NORMAL[0] * (far + _NORMAL[1] * far**3)))[::-1], far[::-1])) * blur
    )
    module = (stop - start) / (layout.whole + 2 * grown)
    count = round(layout.pitch * _PER)
    places = (np.arange(count) + 0.5) / count * layout.pitch
    where = numbers[None, :, None] * layout.pitch + places + np.array(_SHIFTS)[:, None, None] + grown
    return np.asarray(np.interp(start + where * module - 0.5, np.arange(len(seen)), seen), np.float32)


def _losses(samples: Pixels, shapes: tuple[Pixels, Pixels], which: slice) -> Pixels:
    """Mean square a sample: characters seen × characters drawn, where each fits best."""
    flat = samples.reshape(-1, samples.shape[-1])
    losses = (flat**2).mean(axis=1)[:, None] - 2 / flat.shape[1] * (flat @ shapes[0][which].T) + shapes[1][which]
    return np.asarray(losses.reshape(*samples.shape[:2], -1).min(axis=0))


def _loss(view: tuple[Pixels, float, float], layout: _Layout, copier: Copier) -> float:
    """How badly start and stop fit."""
    samples = _sampled(view, layout, copier, np.array([0, layout.letters - 1]))
    shapes = _shapes(layout.kind, layout.ratio, copier)
    starts = slice(0, 3) if layout.kind == "code128" else slice(0, 1)
    stops = slice(3, 4) if layout.kind == "code128" else slice(0, 1)
    first, last = _losses(samples[:, :1], shapes, starts), _losses(samples[:, 1:], shapes, stops)
    return float(first.min() + last.min())


def _told(view: tuple[Pixels, float, float], layout: _Layout, copier: Copier) -> _Told:
    samples = _sampled(view, layout, copier, np.arange(layout.letters))
    shapes, letters = _shapes(layout.kind, layout.ratio, copier), _letters(layout.kind, layout.ratio)
    known = 4 if layout.kind == "code128" else 1
    losses = _losses(samples, shapes, slice(None))
    middle, starts, stops = losses[1:-1, known:], losses[0, : max(1, known - 1)], losses[-1, known - 1]
    two = np.partition(middle, 1, axis=1)
    drawn = (letters[int(starts.argmin())], *(letters[known + k] for k in middle.argmin(axis=1)), letters[known - 1])
    return _Told(
        float(two[:, 0].sum() + starts.min() + stops) / layout.letters,
        float((two[:, 1] - two[:, 0]).min()),
        (*drawn, (2.0,)) if layout.kind == "code128" else drawn,
        layout,
        copier,
    )


def _row(letters: tuple[Widths, ...]) -> Pixels:
    widths = np.array([round(4 * width) for letter in letters for width in letter])
    shades = np.where(np.arange(len(widths)) % 2 == 0, 0, 255)
    row = np.repeat(shades, widths).astype(np.uint8)
    return np.repeat(np.pad(row, 4 * _QUIET, constant_values=255)[None], 8, axis=0)
