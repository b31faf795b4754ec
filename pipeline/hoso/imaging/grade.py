"""Owns the judgement of a page as a picture: how well it can be read, where it cannot, and whether anything is on it.

Never judges what was read. Grades are 0..1; 0.5 and above reads well with the engines we know, below it a new scan is
advised, in a sentence for the clerk that names the fault and its place among nine fields of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from hoso.imaging.paper import Parts, parts
from hoso.imaging.pixels import Pixels

__all__ = ["ADVICE", "GOOD", "Grade", "Received", "blank", "quality"]

ADVICE = "quét lại: "
"""How every advice begins; what follows is the fault and its place."""
GOOD = 0.5
"""The grade from which a page reads well."""

_MM = 25.4
_PICTURE = 0.004  # share of dark pixels, off the margins, from which something is there though it is no letter
_FADED = 40  # grey letters from which a page is faded or blurred print and no show-through
_HAZE = 0.35  # letters to every smaller spot, below which it is the haze of a copier and no print
_CELL = 5.0  # millimetres: haze is looked for in squares of three by three such cells
_SPECKS = 0.06  # mm²: the smallest spot that counts as a speck of haze
_DENSE, _SPARSE = (
    3.0,
    0.3,
)  # specks a cm² from which there is haze, and letters to each of them, from which there is print
_WIDE = 60.0  # cm² of such squares on the page from which it is haze: what is left of a pale seal lies close together
_SOLID, _CLOTTED = (
    110.0,
    145.0,
)  # mean grey level of ink in haze, and of ink on other parts of such a page; clots are paler
_TOUCHING = 15.0  # mm² of ink that is more than a letter: several that touch
_LOOKED_AT = 400  # components, which are enough to know
_PENCIL, _PALER = 150, 157.0  # darkest and mean grey level of a pencil's letters; clots of haze are paler in the mean
_GREY = 165  # grey level below which print seldom shines through paper, however blurred

_ROW_STEP = 8  # every eighth row tells the steepness of edges as well as all of them
_POINTS = 20_000
_LEAST_POINTS, _LEAST_SHARE = 60, 0.03  # of edges in a field, below which it tells nothing
_BLURRED, _CRISP = 0.22, 0.72  # step over two pixels at the edge of a letter, in shares of the full depth of its ink
_PALE, _DEEP = 18.0, 130.0  # grey levels of ink under the paper
_BLACK, _LIT = 8.0, 68.0  # brightness of the paper as it came
_PLACES = (
    ("góc trên bên trái", "mép trên", "góc trên bên phải"),
    ("bên trái", "giữa trang", "bên phải"),
    ("góc dưới bên trái", "mép dưới", "góc dưới bên phải"),
)
_COLUMNS, _ROWS = ("bên trái", "giữa trang", "bên phải"), ("phía trên", "giữa trang", "phía dưới")
_CUT_LINES = 3  # lines that run into a border, from which the page was cut there
_BORDER = 12.0  # millimetres of the border in which such a line is seen
_CUT = 0.4  # the grade of a cut page: it reads, but words are missing
_COARSE = 150.0  # dpi below which a new scan is advised though it may read: archive copies need 200 (Circular 05/2025)
_CLOUD = 15.0  # grey levels by which a line of text that is blurred away darkens the paper
_FAINT = 225  # grey level of the palest print; show-through is softer
_MASKED_BY = {
    "exposure": ("sharpness", "contrast", "noise"),
    "sharpness": ("contrast",),
}  # the fault and what it entails


@dataclass(frozen=True, slots=True)
class Received:
    """The page as it came, or a small copy of it, before it was made even and level: ``pixels`` (grey or RGB) and their
    ``mask`` of ink at ``dpi``; ``scan_dpi`` is that of the scan, estimated where it is not ``dpi_known``."""

    pixels: Pixels
    mask: Pixels
    dpi: float
    scan_dpi: float
    dpi_known: bool


@dataclass(frozen=True, slots=True)
class Grade:
    """``quality`` 0..1; ``weakest`` names what lowers it most; ``advice`` is "" or a sentence that begins with
    :data:`ADVICE`. ``grades`` by name: sharpness, contrast, exposure, noise, resolution, edges. ``fields`` are the
    sharpness of the nine fields, row by row, None where there is too little ink to tell."""

    quality: float
    weakest: str
    advice: str
    grades: dict[str, float] = field(default_factory=dict)
    fields: tuple[float | None, ...] = ()


def quality(evened: Pixels, mask: Pixels, dpi: float, specks: int, received: Received) -> Grade:
    """The grade of a page: ``evened`` grey with its ink ``mask`` at ``dpi``, the number of its ``specks``, and as it was
    ``received``."""
    sharp, deep = _by_field(evened, mask)
    sides = _cut_sides(received.mask, received.dpi)
    scan_dpi = received.scan_dpi
    grades = {
        "sharpness": _blend(sharp),
        "contrast": _blend(deep),
        "exposure": _exposure(received.pixels),
        "noise": _noise(evened, mask, dpi, specks),
        "resolution": _clip((scan_dpi - 20) / 110),
        "edges": _CUT if sides else 1.0,
    }
    weakest = min(grades, key=lambda name: grades[name])
    product = float(np.prod(list(grades.values()))) ** 0.5
    said = {
        "sharpness": f"mờ{_where(sharp)}",
        "contrast": f"chữ quá nhạt{_where(deep)}",
        "exposure": "quá tối",
        "noise": "nhiễu hạt",
        "resolution": f"độ phân giải thấp ({'' if received.dpi_known else 'khoảng '}{scan_dpi:.0f} dpi)",
        "edges": f"bị cắt {', '.join(sides)}",
    }
    worth = round(min(product, grades[weakest]), 3)
    poor = {name for name in grades if grades[name] < GOOD} or ({weakest} if worth < GOOD else set())
    poor |= {"resolution"} if scan_dpi < _COARSE else set()
    poor -= {entailed for name, others in _MASKED_BY.items() if name in poor for entailed in others}
    faults = [said[name] for name in sorted(poor, key=lambda name: grades[name])]
    fields = tuple(None if np.isnan(value) else round(float(value), 3) for value in sharp[0])
    return Grade(worth, weakest, ADVICE + "; ".join(faults[:2]) if faults else "", grades, fields)


def blank(found: Parts, mask: Pixels, evened: Pixels, colour: Pixels | None, dpi: float) -> str:
    """Why the page counts as blank, "" where it does not.

    Ink that counts is dark (show-through is pale), off the margins (edges, punched holes) or a stroke that only reaches
    into them, darker than the haze of a copier where there is one, and at least three letters' worth of it; or a coloured
    mark, or a picture, or many letters that are grey, or crisp however pale: a note or a seal on the back makes a page,
    and so does faded or blurred print.
    """
    height, width = mask.shape
    unit = dpi / _MM
    edge = 6 * unit
    inside = (found.left > edge) & (found.right < width - edge) & (found.top > edge) & (found.bottom < height - edge)
    inside |= _reaching(found, width, height, unit)
    sized = (found.height >= 1.0 * unit) & (np.maximum(found.width, found.height) >= 1.5 * unit)
    punched = _holes(found, width, height, unit)
    holes = float(found.area[punched].sum())
    chosen = np.flatnonzero(inside & sized & ~punched)
    hazy = _hazy(found, chosen, np.flatnonzero(inside & ~sized & (found.area >= _SPECKS * unit**2)), mask.shape, unit)
    dark = grey = 0
    for k, lost in _first(found, chosen, hazy):
        top, left = found.top[k], found.left[k]
        window = (slice(top, top + found.height[k]), slice(left, left + found.width[k]))
        levels = evened[window][found.labels[window] == k + 1]
        lowest, usual = levels.min(), levels.mean()
        pencil = lowest < _PENCIL and usual < _PALER
        if (lowest < 120 or pencil) if hazy is None else (pencil and usual < (_SOLID if lost else _CLOTTED)):
            sides = sorted((found.width[k], found.height[k]))
            if sides[1] >= 10 * unit and sides[0] >= 3 * unit:  # one stroke of a pen is many letters, a staple is not
                dark += 3
            else:
                dark += 2 if found.area[k] >= _TOUCHING * unit**2 else 1
            if dark >= 3:
                return ""
        elif lost:
            continue
        elif found.height[k] <= 6 * unit and (lowest < _GREY or _steepest(evened, window) > 0.6 * (250.0 - lowest)):
            grey += 1
            if grey >= _FADED:
                return ""
    if colour is not None and _coloured(colour, dpi):
        return ""
    if _faint(evened, unit):
        return ""
    rim = round(min(edge, 0.1 * min(height, width)))
    if (evened[rim : height - rim, rim : width - rim] < 120).mean() > _PICTURE + holes / evened.size:
        return ""
    return "nothing on it" if not len(chosen) else "only faint or stray marks"


def _hazy(found: Parts, chosen: Pixels, small: Pixels, shape: tuple[int, ...], unit: float) -> Pixels | None:
    """Which of the ``chosen`` components lie in the haze of a copier: among many specks (``small``) and few of their own
    size; None where the page has no haze. Toner clots there into spots as large as letters; print keeps company with
    print, and what is left of a pale seal lies close together."""
    if len(small) < _DENSE * _WIDE / 2:
        return None
    size = int(shape[0] / unit / _CELL) + 1, int(shape[1] / unit / _CELL) + 1

    def cells(index: Pixels) -> tuple[Pixels, Pixels]:
        rows = (found.top[index] + found.height[index] // 2) / (unit * _CELL)
        columns = (found.left[index] + found.width[index] // 2) / (unit * _CELL)
        return rows.astype(np.intp), columns.astype(np.intp)

    def density(index: Pixels) -> Pixels:
        counts = np.zeros(size, np.float32)
        np.add.at(counts, cells(index), 1)
        return cv2.blur(counts, (3, 3), borderType=cv2.BORDER_REFLECT) * (100 / _CELL**2)

    specks = density(small)
    if np.count_nonzero(specks >= _DENSE) * _CELL**2 / 100 < _WIDE:
        return None
    here = cells(chosen)
    hazy: Pixels = (specks[here] >= _DENSE) & (density(chosen)[here] < _SPARSE * specks[here])
    return hazy


def _first(found: Parts, chosen: Pixels, hazy: Pixels | None) -> list[tuple[int, bool]]:
    """The first components to be looked at, in haze the largest, and whether each is lost in it."""
    if hazy is None:
        return [(int(k), False) for k in chosen[:_LOOKED_AT]]
    order = np.argsort(-found.area[chosen], kind="stable")[:_LOOKED_AT]
    return [(int(chosen[k]), bool(hazy[k])) for k in order]


def _reaching(found: Parts, width: int, height: int, unit: float) -> Pixels:
    """Strokes of a pen that reach into the margin: large, loose, their middle off the margin, and clear of the border,
    which the edges of the glass are not."""
    x, y = found.left + found.width / 2, found.top + found.height / 2
    long, short = np.maximum(found.width, found.height), np.minimum(found.width, found.height)
    edge = 6 * unit
    middle = (x > edge) & (x < width - edge) & (y > edge) & (y < height - edge)
    clear = (found.left > unit) & (found.right < width - unit) & (found.top > unit) & (found.bottom < height - unit)
    sized = (long >= 10 * unit) & (long <= 110 * unit) & (short >= 3 * unit)
    reaching: Pixels = middle & clear & sized & (found.area < 0.5 * found.width * found.height)
    return reaching


def _faint(evened: Pixels, unit: float) -> bool:
    """Whether there are many crisp letters too pale for the ink mask."""
    edge = round(6 * unit)
    core = evened[edge:-edge, edge:-edge]
    if min(core.shape, default=0) < 40 * unit:
        return False
    found = parts(cv2.threshold(core, _FAINT, 255, cv2.THRESH_BINARY_INV)[1])
    sized = (found.height >= 1.2 * unit) & (found.height <= 6 * unit) & (found.width >= 0.4 * unit)
    if np.count_nonzero(sized) < _HAZE * np.count_nonzero(found.height < 1.2 * unit):
        return False
    crisp = 0
    for k in np.flatnonzero(sized & (found.width <= 20 * unit))[:400]:
        window = (slice(found.top[k], found.bottom[k]), slice(found.left[k], found.right[k]))
        crisp += _steepest(core, window) > 0.6 * (250.0 - float(core[window].min()))
    return crisp >= _FADED


def _steepest(evened: Pixels, window: tuple[slice, slice]) -> float:
    """The largest step over two pixels of a row in and beside a component: what shines through from behind is soft."""
    rows, columns = window
    piece = evened[rows, max(0, columns.start - 2) : columns.stop + 2]
    return float(cv2.absdiff(piece[:, 2:], piece[:, :-2]).max()) if piece.shape[1] > 2 else 0.0


def _holes(found: Parts, width: int, height: int, unit: float) -> Pixels:
    """Round dark spots of 3 to 9 mm near an edge: punched holes."""
    round_ = (np.abs(found.width - found.height) < 0.25 * found.width) & (found.area > 0.6 * found.width * found.height)
    sized = (found.width > 3 * unit) & (found.width < 9 * unit)
    side = (found.left < 22 * unit) | (found.right > width - 22 * unit)
    end = (found.top < 22 * unit) | (found.bottom > height - 22 * unit)
    holes: Pixels = round_ & sized & (side | end)
    return holes


def _coloured(mask: Pixels, dpi: float) -> bool:
    """Whether strong coloured ink covers as much as a mark of a few letters, off the margins."""
    edge = round(6 * dpi / _MM)
    core = mask[edge:-edge, edge:-edge]
    solid = cv2.morphologyEx(core, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return bool(np.count_nonzero(solid) > 4 * (dpi / _MM) ** 2)


Fields = tuple[Pixels, Pixels]
"""Nine grades row by row (NaN: too little ink to tell), and the share of the page's edges each has."""


def _by_field(evened: Pixels, mask: Pixels) -> tuple[Fields, Fields]:
    """(sharpness, depth of ink) of the nine fields.

    Sharpness is the upper quartile of the steps over two pixels where a row enters or leaves ink, in shares of the
    depth of ink: a crisp 200 dpi scan steps through most of black to white within two pixels, a blurred one takes five.
    """
    width = evened.shape[1]
    rows, inked = evened[::_ROW_STEP], mask[::_ROW_STEP]
    y, x = np.nonzero(cv2.bitwise_xor(inked[:, 2:], inked[:, :-2]))
    if len(x) < _LEAST_POINTS:  # all ink is paler than the mask takes, or there is none
        mask = cv2.threshold(evened, _FAINT, 255, cv2.THRESH_BINARY_INV)[1]
        inked = mask[::_ROW_STEP]
        y, x = np.nonzero(cv2.bitwise_xor(inked[:, 2:], inked[:, :-2]))
    thin = max(1, len(x) // _POINTS)
    y, x = y[::thin], x[::thin]
    steps = cv2.absdiff(rows[:, 2:], rows[:, :-2])[y, x].astype(np.float32)
    lower = np.minimum(rows[y, x], rows[y, x + 2]).astype(np.float32)  # the ink's side of the edge
    home = (y * 3 // max(1, len(rows))) * 3 + x * 3 // width
    counts = np.bincount(home, minlength=9)
    smeared, printed = _smears(evened, mask)
    weight = (smeared + printed) / max(1, (smeared + printed).sum())
    sharp, deep = np.full(9, np.nan), np.full(9, np.nan)
    known = (counts >= _LEAST_POINTS) & (weight >= _LEAST_SHARE)
    depths = {k: 250.0 - float(np.percentile(lower[home == k], 30)) for k in np.flatnonzero(known)}
    full = max(depths.values(), default=0.0)
    for k, depth in depths.items():
        steep = float(np.percentile(steps[home == k], 75))
        crisp = _clip((steep / max((full + depth) / 2, 30.0) - _BLURRED) / (_CRISP - _BLURRED))
        lost = smeared[k] / (smeared[k] + printed[k])
        sharp[k] = _clip((1 - lost) * crisp)
        deep[k] = _clip((depth - _PALE) / (_DEEP - _PALE))
    sharp[~known & (smeared >= 2 * printed) & (weight >= _LEAST_SHARE) & (smeared > 160)] = 0.05
    return (sharp, weight), (deep, weight)


def _smears(evened: Pixels, mask: Pixels) -> tuple[Pixels, Pixels]:
    """For each of nine fields the area (in squares of 4 pixels) of what is blurred beyond being ink, and of print.

    Blurred lines of text turn into grey clouds about as dark as their share of ink, far from any ink of the mask; what
    shines through from behind stays paler, and tinted cells have print in them.
    """
    levels, inked = cv2.blur(evened[::4, ::4], (5, 5)), cv2.blur(mask[::4, ::4], (5, 5)) > 12
    near = cv2.dilate(inked.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    high, wide = levels.shape
    rim_y, rim_x = high // 40 + 1, wide // 40 + 1
    near[:rim_y], near[-rim_y:], near[:, :rim_x], near[:, -rim_x:] = True, True, True, True
    paper = float(np.median(levels[::3, ::3]))
    cloud = (levels < paper - _CLOUD) & ~near
    cells = [(slice(high * k // 3, high * (k + 1) // 3), slice(wide * j // 3, wide * (j + 1) // 3))
             for k in range(3) for j in range(3)]  # fmt: skip
    smeared, printed = (np.array([np.count_nonzero(area[cell]) for cell in cells], float) for area in (cloud, inked))
    return smeared, printed


def _blend(graded: Fields) -> float:
    """One grade of nine: their mean by ink, drawn half way down to the worst of them; 1.0 where none tells anything."""
    values, weight = graded
    known = ~np.isnan(values)
    if not known.any():
        return 1.0
    mean = float(np.average(values[known], weights=weight[known]))
    return (mean + float(values[known].min())) / 2


def _where(graded: Fields) -> str:
    """ " ở …": where the poor fields are; "" where nearly all of the page is poor."""
    values, _ = graded
    known = ~np.isnan(values)
    poor = known & (np.nan_to_num(values, nan=1.0) < GOOD)
    if not poor.any() or np.count_nonzero(poor) > 0.7 * np.count_nonzero(known):
        return ""
    rows, columns = (sorted(set(side.tolist())) for side in np.divmod(np.flatnonzero(poor), 3))
    if len(rows) == len(columns) == 1:
        return f" ở {_PLACES[rows[0]][columns[0]]}"
    if len(columns) == 1:
        return f" ở {_COLUMNS[columns[0]]}"
    if len(rows) == 1:
        return f" ở {_ROWS[rows[0]]}"
    worst = int(np.nanargmin(np.where(poor, values, np.nan)))
    return f" ở nhiều chỗ, nhất là {_PLACES[worst // 3][worst % 3]}"


def _exposure(pixels: Pixels) -> float:
    """Brightness of the paper as it came: what is nearly black holds no more than a few levels of grey."""
    small = pixels[::9, ::9]
    paper = float(np.percentile(small if small.ndim == 2 else small.max(axis=2), 90))
    return _clip((paper - _BLACK) / (_LIT - _BLACK))


def _noise(evened: Pixels, mask: Pixels, dpi: float, specks: int) -> float:
    """Grain of the bare paper and specks a square inch."""
    rows = slice(None, None, 12)
    near = cv2.dilate(mask[rows], np.ones((3, 7), np.uint8))
    bare = evened[rows][near == 0].astype(np.float32)
    grain = float(bare.std()) if len(bare) > 100 else 0.0
    inches = mask.size / dpi**2
    return _clip(1.15 - grain / 40.0 - min(0.35, specks / inches / 120.0))


def _cut_sides(mask: Pixels, dpi: float) -> list[str]:
    """Names of the left and right borders that lines of print run into: letters cut off there, each with a neighbour.

    A dark edge of the glass has no letters beside it, and rules of a table are no letters.
    """
    wide = min(mask.shape[1], round(_BORDER * dpi / _MM))
    sides = (("mép trái", mask[:, :wide]), ("mép phải", mask[:, ::-1][:, :wide]))
    return [name for name, strip in sides if _cut_lines(np.ascontiguousarray(strip), dpi) >= _CUT_LINES]


def _cut_lines(strip: Pixels, dpi: float) -> int:
    """How many lines of print run into the left border of the ``strip``."""
    unit = dpi / _MM
    found = parts(strip)
    sized = (found.height >= 1.2 * unit) & (found.height <= 5.5 * unit) & (found.width <= 6 * unit)
    middles = found.top + found.height / 2
    lines: list[float] = []
    for k in np.flatnonzero(sized & (found.left <= 1)):
        gap = found.left - found.right[k]
        beside = sized & (np.abs(middles - middles[k]) < 0.6 * unit) & (gap > 0) & (gap < 2.0 * unit)
        if beside.any() and all(abs(middles[k] - other) > 2.5 * unit for other in lines):
            lines.append(float(middles[k]))
    return len(lines)


def _clip(value: float) -> float:
    return float(min(1.0, max(0.05, value)))
