"""Owns Hoso's own recogniser of printed Vietnamese lines: a small CTC network run by ONNX Runtime on one core.

Reads lines only: whole pages are cut into lines elsewhere (``imaging/lines.py``), and which way up a page lies is asked of
another engine. What of a line is cropped and how far it is scaled is said here, for reading and for training alike
(``tools/recogniser``); the graph does the scaling. Never rewrites what was read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import onnxruntime

from hoso import resources
from hoso.errors import Misconfigured, Unavailable
from hoso.nouns import Raster, Word

__all__ = ["DARK", "ROWS", "Fit", "Network", "fit", "open_model"]

MODEL = "hoso-line"
ROWS = 40  # of a line that the network sees
_STEP = 4  # columns that make one step of its answer
DARK = 176  # below it a pixel is ink
_AIR = 2  # rows of white around the ink; twice as many columns
_GROWS, _DPI = 1.25, 200.0  # small print is enlarged up to so much, seen from this resolution
_WIDEST = 6000  # columns after scaling: a longer "line" is none

Pixels = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a line's picture the network sees, in pixels of it, and the ``high`` x ``wide`` pixels it is scaled to."""

    top: int
    bottom: int
    left: int
    right: int
    scale: float
    high: int
    wide: int


def fit(dark: Pixels, dpi: float) -> Fit | None:
    """The fit of a line whose ink is True in ``dark`` (rows x columns): its ink with a rim, at most ROWS high, small print
    enlarged no more than 1.25 times of what it is at 200 dpi. None without ink."""
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return None
    top, bottom = max(0, int(rows[0]) - _AIR), min(dark.shape[0], int(rows[-1]) + 1 + _AIR)
    left, right = max(0, int(columns[0]) - 2 * _AIR), min(dark.shape[1], int(columns[-1]) + 1 + 2 * _AIR)
    scale = min(ROWS / (bottom - top), _GROWS * _DPI / dpi)
    high, wide = max(1, min(ROWS, round((bottom - top) * scale))), max(8, round((right - left) * scale))
    return Fit(top, bottom, left, right, scale, high, wide)


class Network:
    """The network, opened once a process."""

    def __init__(self, session: onnxruntime.InferenceSession, alphabet: str, fingerprint: str) -> None:
        self._session, self._alphabet, self._fingerprint = session, alphabet, fingerprint

    @property
    def fingerprint(self) -> str:
        """Name and digest of the model."""
        return self._fingerprint

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, which is one grey line of print; boxes as fractions of it, confidence 0..1 (that of
        the word's most doubtful letter). Raises Unavailable where the network breaks down."""
        return tuple(self._line(raster) for raster in rasters)

    def _line(self, raster: Raster) -> tuple[Word, ...]:
        if raster.channels != 1:
            raise ValueError(f"lines are read in grey, not in {raster.channels} channels; clean the page first")
        pixels = np.frombuffer(raster.data, np.uint8).reshape(raster.height, raster.width)
        dark = pixels < DARK
        seen = fit(dark, raster.dpi)
        if seen is None or seen.wide > _WIDEST:
            return ()
        above = (ROWS - seen.high) // 2
        feed = {
            "piece": np.ascontiguousarray(pixels[None, None, seen.top : seen.bottom, seen.left : seen.right]),
            "size": np.array([1, 1, seen.high, seen.wide], np.int64),
            "pads": np.array([0, 0, above, 0, 0, 0, ROWS - seen.high - above, -seen.wide % _STEP], np.int64),
        }
        try:
            likely = self._session.run(None, feed)[0]
        except Exception as error:
            raise Unavailable(f"the recogniser {MODEL} failed on a line of {seen.wide} columns: {error}") from error
        return self._words(likely, dark, seen.left, _STEP / seen.scale)

    def _words(self, likely: Pixels, dark: Pixels, left: int, step: float) -> tuple[Word, ...]:
        """Greedy decoding (Graves et al. 2006): the likeliest class of each step, repeats and blanks taken out."""
        best = likely.argmax(axis=1)
        begins = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
        if not len(begins):
            return ()
        ends = np.append(np.flatnonzero(best[1:] != best[:-1]) + 1, len(best))
        ends = ends[np.searchsorted(ends, begins, side="right")]
        sure = likely[np.arange(len(best)), best]
        sure[best == 0] = 0.0
        firm = np.maximum.reduceat(sure, begins).tolist()  # blanks up to the next letter count for nothing
        words: list[tuple[str, float, float]] = []  # text, confidence, column where the word's room begins
        text, low, room = "", 1.0, 0.0
        for letter, sureness, start, end in zip(
            best[begins].tolist(), firm, begins.tolist(), ends.tolist(), strict=True
        ):
            sign = self._alphabet[letter - 1]
            if sign == " ":
                if text:
                    words.append((text, low, room))
                text, low, room = "", 1.0, left + (start + end) / 2 * step
                continue
            text += sign
            low = min(low, sureness)
        if text:
            words.append((text, low, room))
        return _placed(words, dark) if words else ()


def _placed(words: Sequence[tuple[str, float, float]], dark: Pixels) -> tuple[Word, ...]:
    """The words (text, confidence, column where its room begins) with the boxes of their ink, each between two gaps."""
    height, width = dark.shape
    inked = np.flatnonzero(dark.any(axis=0))
    ends = [room for _, _, room in words[1:]] + [float(width)]
    placed = []
    for (text, confidence, room), end in zip(words, ends, strict=True):
        first = max(0, round(room))
        last = min(width, max(round(end), first + 1))
        a, b = np.searchsorted(inked, (first, last)).tolist()
        if a == b:
            box = first / width, 0.0, last / width, 1.0
        else:
            left, right = int(inked[a]), int(inked[b - 1]) + 1
            rows: Pixels = np.asarray(dark[:, left:right].any(axis=1))
            top, bottom = int(rows.argmax()), height - int(rows[::-1].argmax())
            box = left / width, top / height, right / width, bottom / height
        placed.append(Word(text, box, confidence, 0))
    return tuple(placed)


@lru_cache(maxsize=1)
def open_model() -> Network:
    """The shipped model. Raises Misconfigured where it is missing or damaged."""
    path = resources.folder("ocr_models") / MODEL / "model.onnx"
    if not path.is_file():
        raise Misconfigured(f"{path} is missing: install Hoso anew, or make the model by `python -m tools.recogniser`")
    data = path.read_bytes()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # every line has its own width
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        alphabet = session.get_modelmeta().custom_metadata_map["alphabet"]
    except Exception as error:
        raise Misconfigured(f"{path} is no model that this Hoso can open ({error}); install Hoso anew") from error
    return Network(session, alphabet, f"{MODEL} {hashlib.sha256(data).hexdigest()[:12]}")
