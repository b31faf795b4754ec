"""Owns the parting of a page into paper and ink, for archive copies of a fraction of the size (mixed raster content).

Two pictures: the paper, coarse, with what lay under the ink filled in from around it; and the colours of the ink, coarse
too, shown through a stencil of two levels as fine as the scan or finer (CCITT group 4, which keeps every pixel it is
given: no symbol is ever put in the place of another). Never judges whether an office may have its copies so, and gives
nothing for a page that would lose by it: photographs, fine shades, pages with hardly anything on them.
"""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from hoso.imaging.encode import group4
from hoso.imaging.paper import even, parts
from hoso.imaging.pixels import Pixels, array, grey, resize
from hoso.nouns import Box, Picture, Raster

__all__ = ["layers"]

_STENCIL_DPI = 300.0
"""Of the stencil at least: half a grey edge of a 200 dpi scan is half a pixel of ink, which only finer pixels can keep."""

_COARSE = 100.0
"""Resolution of the paper and of the colours of ink."""

_QUALITY_PAPER, _QUALITY_INK, _QUALITY_PICTURE = 45, 45, 70  # of JPEG (libjpeg)
_LOW, _HIGH = 120.0, 195.0  # levels of evened paper (250) between which Otsu's threshold is believed
_SURE = 25.0  # levels by which some of a stroke is darker than that threshold: shadows of edges are not
_BOLD = 165.0  # up to which bold strokes reach: lighter ones beside them are not lost to them
_THICK_MM = 6.0  # what is solid over more is no stroke: an edge of the glass, a photograph
_SPECK_MM2 = 0.08  # under which a spot away from all strokes is paper: half of a full stop of 8 point print
_NEAR_MM = 1.5  # of a stroke: there a spot may be a tone mark and stays ink
_CALM, _CALM_HUE = (
    20.0,
    7.0,
)  # levels by which ink of one tone, of one hue, varies: thin strokes and noise, smoothed away
_SURROUNDINGS = 8.0  # pixels of the coarse page over which it is smoothed

_LOOK_DPI = 25.4  # one pixel a millimetre: at which pictures are looked for
_PICTURE_MM = 9  # the smaller side of a picture at least
_DARK = 0.78  # of the paper around: a paragraph is lighter on the average, and a line of bold capitals is not as high
_MOST_PICTURES = 0.4  # of the page
_WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


def layers(page: Raster) -> tuple[tuple[Picture, Box], ...]:
    """What is drawn one over the other, each with its place on ``page``: the paper, the ink through its stencil, and, as
    scanned, photographs and hatched fields. Empty where the page does not suit.

    Deterministic. 0.2 to 0.6 s for an A4 page.
    """
    pixels = array(page)
    pictures = _pictures(pixels, page.dpi)
    if pictures is None:
        return ()
    flat = even(_dark(pixels), page.dpi)
    stencil = _stencil(flat, page.dpi)
    own = _sized(stencil, flat.shape[1::-1])
    pixels = np.atleast_3d(pixels)
    bare = (cv2.dilate(own, _disc(0.2 * page.dpi / 25.4)) == 0).astype(np.uint8)
    size = _size(page, _COARSE)
    paper, shades = _filled(pixels, bare, size), _calmed(_filled(pixels, _weights(own, flat), size))
    tiles = []
    for box in pictures:
        _clear(stencil, box)
        part = _window(pixels, box)
        place = (part[1].start / page.width, part[0].start / page.height,
                 part[1].stop / page.width, part[0].stop / page.height)  # fmt: skip
        tiles.append((_jpeg(pixels[part], _QUALITY_PICTURE), place))
    mask = group4(Image.fromarray(cv2.bitwise_not(stencil)).convert("1", dither=Image.Dither.NONE))
    return (_jpeg(paper, _QUALITY_PAPER), _WHOLE), (_jpeg(shades, _QUALITY_INK, mask), _WHOLE), *tiles


def _dark(pixels: Pixels) -> Pixels:
    """Grey in which coloured ink is nearly as dark as black: its darkest channel counts, some levels lighter."""
    if pixels.ndim == 2:
        return pixels
    least = cv2.min(cv2.min(pixels[..., 0], pixels[..., 1]), pixels[..., 2])
    return cv2.min(grey(pixels), np.minimum(least, 225) + np.uint8(30))


def _stencil(flat: Pixels, dpi: float) -> Pixels:
    """255 where the evened page has ink, at the scan's resolution or, enlarged before it is parted, a finer one.

    A stroke ends where it is half as dark as its darkest within 0.4 mm, so that thin strokes keep their width.
    """
    darkest = cv2.erode(flat, _disc(0.4 * dpi / 25.4))
    otsu, _ = cv2.threshold(flat[::2, ::2], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    most = min(_HIGH, max(_LOW, otsu))
    half = np.clip(darkest // 2 + np.uint8(125), min(_BOLD, most), most).astype(np.uint8)
    scale = max(1.0, _STENCIL_DPI / dpi)
    if scale > 1:
        flat = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        half = cv2.resize(half, flat.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    mask = _without_solids(cv2.compare(flat, half, cv2.CMP_LT), dpi * scale)
    sure = cv2.bitwise_and(mask, cv2.threshold(flat, most - _SURE, 255, cv2.THRESH_BINARY_INV)[1])
    return _without_specks(mask, sure, dpi * scale)


def _without_solids(mask: Pixels, dpi: float) -> Pixels:
    step = max(1, round(dpi / 50))
    small = _sized(mask, (max(1, mask.shape[1] // step), max(1, mask.shape[0] // step)))
    side = round(_THICK_MM * dpi / step / 25.4)
    solid = cv2.threshold(small, 200, 255, cv2.THRESH_BINARY)[1]
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if not solid.any():
        return mask
    solid = cv2.dilate(solid, np.ones((3, 3), np.uint8))
    return cv2.bitwise_and(mask, cv2.bitwise_not(cv2.resize(solid, mask.shape[1::-1], interpolation=cv2.INTER_NEAREST)))


def _without_specks(mask: Pixels, sure: Pixels, dpi: float) -> Pixels:
    """Without the spots that are smaller than any dot of print, or nowhere ``sure``, and away from all strokes."""
    found = parts(mask)
    dark = np.bincount(found.labels[sure > 0], minlength=len(found.area) + 1)[1:] > 0
    small = (found.area <= max(1.0, _SPECK_MM2 * (dpi / 25.4) ** 2)) | ~dark
    if not small.any():
        return mask
    lost = np.concatenate(([False], small))[found.labels]
    strokes = cv2.bitwise_and(mask, (~lost).astype(np.uint8) * np.uint8(255))
    near = cv2.dilate(
        _sized(strokes, (mask.shape[1] // 4 + 1, mask.shape[0] // 4 + 1)), _disc(_NEAR_MM * dpi / 4 / 25.4)
    )
    index = np.flatnonzero(small)
    rows, columns = found.top[index] + found.height[index] // 2, found.left[index] + found.width[index] // 2
    away = np.zeros(len(small) + 1, bool)
    away[index[near[rows // 4, columns // 4] == 0] + 1] = True
    return np.where(away[found.labels], np.uint8(0), mask)


def _disc(reach: float) -> Pixels:
    side = 2 * max(1, round(reach)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def _size(page: Raster, dpi: float) -> tuple[int, int]:
    scale = min(1.0, dpi / page.dpi)
    return max(1, round(page.width * scale)), max(1, round(page.height * scale))


def _sized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return pixels if pixels.shape[1::-1] == size else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)


def _weights(own: Pixels, flat: Pixels) -> Pixels:
    """How much each pixel of ink says of the ink's colour: the darker, the more."""
    dark = cv2.bitwise_not(flat)
    return cv2.multiply(own, cv2.multiply(dark, dark, scale=1 / 255), scale=1 / 255)


def _filled(pixels: Pixels, weights: Pixels, size: tuple[int, int]) -> Pixels:
    """``pixels`` averaged by ``weights`` (8 bits) to ``size``; where nothing weighs, what stands around."""
    share = weights.astype(np.float32)
    top = float(share.max()) or 1.0
    share *= np.float32(1 / top)
    sums = [_sized(cv2.multiply(channel, share, dtype=cv2.CV_32F), size) for channel in cv2.split(pixels)]
    filled = _pulled(np.dstack(sums), _sized(share, size))
    return np.clip(np.rint(filled), 0, 255).astype(np.uint8)


def _pulled(sums: Pixels, share: Pixels) -> Pixels:
    """``sums`` by ``share``, and where the share is small the same at half the size (Burt's pyramid of weights)."""
    own = sums / np.maximum(share, 1e-6)[..., None]
    if min(share.shape) <= 2:
        total = float(share.sum())
        mean = sums.reshape(-1, sums.shape[2]).sum(axis=0) / total if total > 1e-3 else np.full(sums.shape[2], 255.0)
        return np.where(share[..., None] > 0.02, own, mean).astype(np.float32)
    size = (share.shape[1] + 1) // 2, (share.shape[0] + 1) // 2
    low = _pulled(np.atleast_3d(_sized(sums, size)), _sized(share, size))
    around = np.atleast_3d(cv2.resize(low, share.shape[1::-1], interpolation=cv2.INTER_LINEAR))
    trust = np.minimum(share * 8, 1.0)[..., None]
    mixed: Pixels = own * trust + around * (1 - trust)
    return mixed


def _calmed(shades: Pixels) -> Pixels:
    """Colours of ink in which only what differs plainly from its surroundings (a seal over print) keeps its detail."""
    values = shades.astype(np.float32)
    off = values - np.atleast_3d(cv2.GaussianBlur(values, (0, 0), _SURROUNDINGS))
    tone = np.abs(off).min(axis=2)
    strange = (tone - _CALM) / _CALM
    if shades.shape[2] == 3:
        hue = np.abs(off - off.mean(axis=2, keepdims=True)).max(axis=2)
        strange = np.maximum(strange, (hue - _CALM_HUE) / _CALM_HUE)
    calm = values - np.clip(1 - strange, 0, 1)[..., None] * off
    quiet: Pixels = np.clip(np.rint(calm), 0, 255).astype(np.uint8)
    return quiet


def _pictures(pixels: Pixels, dpi: float) -> list[Box] | None:
    """Spots darker, as a whole, than print ever is: photographs, hatching, as fractions of the page; None where the page is
    mostly such. What reaches the edge is the desk or the glass around the sheet, and no picture of its own."""
    small = grey(resize(pixels, min(1.0, _LOOK_DPI / dpi)))
    if min(small.shape) < 3 * _PICTURE_MM:
        return []
    light = cv2.GaussianBlur(cv2.dilate(small, np.ones((25, 25), np.uint8)), (0, 0), 5)
    share = cv2.divide(cv2.blur(small, (5, 5)), np.maximum(light, 1), scale=255)
    dark = cv2.threshold(share, 255 * _DARK, 1, cv2.THRESH_BINARY_INV)[1]
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((_PICTURE_MM, _PICTURE_MM), np.uint8))
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((2 * _PICTURE_MM, 2 * _PICTURE_MM), np.uint8))
    if dark.mean() > _MOST_PICTURES:
        return None
    found, (height, width) = parts(dark), dark.shape
    inside = (found.left > 2) & (found.top > 2) & (found.right < width - 2) & (found.bottom < height - 2)
    return [
        (
            max(0.0, float(found.left[k] - 4) / width),
            max(0.0, float(found.top[k] - 4) / height),
            min(1.0, float(found.right[k] + 4) / width),
            min(1.0, float(found.bottom[k] + 4) / height),
        )
        for k in np.flatnonzero(inside)
    ]


def _window(pixels: Pixels, box: Box) -> tuple[slice, slice]:
    height, width = pixels.shape[:2]
    left, top, right, bottom = box
    rows = slice(int(top * height), max(int(top * height) + 1, int(bottom * height)))
    return rows, slice(int(left * width), max(int(left * width) + 1, int(right * width)))


def _clear(stencil: Pixels, box: Box) -> None:
    """No ink, in place, where a picture is drawn over it; a rim stays, so that no seam shows."""
    rows, columns = _window(stencil, box)
    stencil[rows.start + 3 : rows.stop - 3, columns.start + 3 : columns.stop - 3] = 0


def _jpeg(pixels: Pixels, quality: int, stencil: Picture | None = None) -> Picture:
    coloured = pixels.shape[2] == 3
    written = BytesIO()
    options = {"subsampling": "4:4:4" if stencil else "4:2:0"} if coloured else {}
    Image.fromarray(pixels if coloured else pixels[..., 0]).save(
        written, "JPEG", quality=quality, optimize=True, **options
    )
    height, width = pixels.shape[:2]
    return Picture(
        width, height, 8, "jpeg", "rgb" if coloured else "gray", written.getvalue(), dpi=(0.0, 0.0), stencil=stencil
    )
