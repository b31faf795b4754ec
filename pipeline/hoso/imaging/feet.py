"""Owns the dots of a leader that touch the feet of the letters filled in on it: they are no components of their own.

Left there, they read as dots below vowels ("chưa" as "chựa"). Never touches a dot that stands by itself, nor
what reaches to the side or further down than a dot of that leader: a serif, a descender, a comma.
"""

from __future__ import annotations

import numpy as np

from hoso.imaging.paper import Parts
from hoso.imaging.pixels import Pixels

__all__ = ["trim"]

_INK = 128
_WIDEST = 60  # dots of a leader that letters may cover in one run
_STEADY = 0.12  # of the pitch: by how much covered dots may be out of step, one with another
_LEVEL = 2.0  # pixels at 200 dpi between the levels of two dots that stand in one leader
_SIDE = 2  # pixels beside a dot that must be paper


def trim(page: Pixels, found: Parts, dots: Pixels, dpi: float) -> int:
    """Paint the covered dots of leaders white on the level grey ``page``, in place; ``dots`` are the indices of those that
    stand free. Gives how many were found.

    Between two free dots of a leader the covered ones stand at its pitch; of each the rows go that are narrow, from its
    foot upwards.
    """
    if len(dots) < 2:
        return 0
    x, y = _covered(found, dots, dpi)
    if not len(x):
        return 0
    high, wide = (int(np.median(side[dots])) for side in (found.height, found.width))
    half = wide // 2 + 1
    rows, columns = np.arange(-(high // 2) - 1, high - high // 2 + 2), np.arange(-half - _SIDE, half + _SIDE + 1)
    height, width = page.shape
    inside = (y + rows[0] >= 0) & (y + rows[-1] < height) & (x + columns[0] >= 0) & (x + columns[-1] < width)
    x, y = x[inside], y[inside]
    places = y[:, None, None] + rows[:, None], x[:, None, None] + columns
    dark = page[places] < _INK
    core = found.labels[y[:, None] + np.arange(-(high // 2), high - high // 2), x[:, None]]
    tall = np.concatenate(([0], found.height))[core].max(axis=1) > 2 * high
    narrow = ~(dark[:, :, :_SIDE].any(axis=2) | dark[:, :, -_SIDE:].any(axis=2))
    ends = ~dark[:, -2:, :].any(axis=(1, 2))
    inked = dark[:, :-2, _SIDE:-_SIDE].any(axis=(1, 2))
    gone = np.flip(np.logical_and.accumulate(np.flip(narrow, axis=1), axis=1), axis=1)
    chosen = np.flatnonzero(ends & inked & tall & gone[:, -3])
    for k in chosen:
        top = y[k] + rows[int(np.argmax(gone[k]))]
        page[top : y[k] + rows[-1] + 1, x[k] - half : x[k] + half + 1] = 255
    return len(chosen)


def _covered(found: Parts, dots: Pixels, dpi: float) -> tuple[Pixels, Pixels]:
    """(columns, rows) of where dots must stand between two free ones that are more than a pitch apart."""
    x = found.left[dots] + found.width[dots] / 2
    y = found.top[dots] + found.height[dots] / 2
    order = np.lexsort((x, np.round(y / (_LEVEL * dpi / 200))))
    x, y = x[order], y[order]
    gap, rise = np.diff(x), np.diff(y)
    nothing = np.empty(0, int), np.empty(0, int)
    close = gap[(gap > 0) & (np.abs(rise) <= _LEVEL * dpi / 200)]
    if not len(close):
        return nothing
    pitch = float(np.median(close[close <= 1.6 * np.percentile(close, 25)]))
    count = np.round(gap / pitch)
    wide = (count >= 2) & (count <= _WIDEST) & (np.abs(rise) <= _LEVEL * dpi / 200)
    wide &= np.abs(gap / np.maximum(count, 1) - pitch) <= _STEADY * pitch / np.sqrt(np.maximum(1, count))
    across, down = [], []
    for k in np.flatnonzero(wide):
        steps = np.arange(1, int(count[k])) / count[k]
        across.append(x[k] + gap[k] * steps)
        down.append(y[k] + rise[k] * steps)
    if not across:
        return nothing
    return np.concatenate(across).astype(int), np.concatenate(down).astype(int)
