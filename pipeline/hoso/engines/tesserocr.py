"""Owns Tesseract inside this process, through tesserocr: the answers of ``tesseract.py`` without a program and its files.

The models stay loaded, a line travels as bytes: a third less CPU than a run of the program for the same lines (0.39 s
a page against 0.61, measured on two). Never cleans
or turns a picture (see ``imaging/``). A crash in the library ends the process: it is meant for the crew's workers
(``work.py``), which are replaced, and which the crew ends when even the time-out in here does not help.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import tesserocr

from hoso.engines import tessdata
from hoso.errors import Misconfigured, Unavailable
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["Tesserocr", "open"]

_QUIET = {"debug_file": os.devnull}  # "Line cannot be recognized!!" for each speck is nobody's news


class Tesserocr:
    """Tesseract's library with its models, loaded when first asked; one call at a time."""

    def __init__(self, language: str, timeout: float, models: Path, fingerprint: str) -> None:
        self._language, self._timeout, self._models, self._fingerprint = language, timeout, models, fingerprint
        self._apis: dict[str, tesserocr.PyTessBaseAPI] = {}

    @property
    def fingerprint(self) -> str:
        """Version, digests of the models and the settings that change the answers, as one short text."""
        return self._fingerprint

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """(rotation, confidence) by Tesseract's orientation model; confidence 0..1, (0, 0.0) with too little text."""
        if not (self._models / "osd.traineddata").is_file():
            return 0, 0.0
        api = self._api("osd", tesserocr.PSM.OSD_ONLY)
        try:
            _show(api, raster)
            said = api.DetectOrientationScript()
        finally:
            api.Clear()
        if said is None:
            return 0, 0.0  # too few letters: an honest don't-know
        return tessdata.way_up(-int(said["orient_deg"]), said["orient_conf"])

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """Words in Tesseract's order, NFC, boxes as fractions of the raster, confidence 0..1.

        Raises Unavailable on a time-out, Misconfigured where the model is gone.
        """
        return self._table((raster,), tessdata.PAGE)[0]

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, which is one line of print. The time-out is for all of them. Raises as ``read``."""
        return self._table(rasters, tessdata.LINE) if rasters else ()

    def _table(self, rasters: Sequence[Raster], psm: int) -> tuple[tuple[Word, ...], ...]:
        api = self._api(self._language, psm)
        deadline = time.monotonic() + self._timeout
        rows: list[str] = []
        try:
            for number, raster in enumerate(rasters):
                if tessdata.grey(raster).data.count(raster.data[:1]) == len(raster.data):
                    continue  # of one tone: this version invents words there, the program's says none
                _show(api, raster)
                left = int(1000 * (deadline - time.monotonic()))
                if left <= 0 or not api.Recognize(left):  # it gives up between words; 0 would mean: for ever
                    raise self._late(rasters)
                rows += api.GetTSVText(number).split("\n")
        finally:
            api.Clear()
        return tessdata.words(rows, rasters)

    def _late(self, rasters: Sequence[Raster]) -> Unavailable:
        return Unavailable(
            f"Tesseract took longer than {self._timeout:g} s (reading.timeout) on {tessdata.size(rasters)}; it gave up"
        )

    def _api(self, language: str, psm: int) -> tesserocr.PyTessBaseAPI:
        if language not in self._apis:
            try:
                api = tesserocr.PyTessBaseAPI(path=f"{self._models}/", lang=language, psm=psm)
            except RuntimeError as error:
                raise tessdata.missing(language) from error
            for name, value in {**tessdata.VARIABLES, **_QUIET}.items():
                if not api.SetVariable(name, value):
                    raise Misconfigured(f"this Tesseract has no variable {name!r}; install the locked tesserocr")
            self._apis[language] = api
        self._apis[language].SetPageSegMode(psm)
        return self._apis[language]


def open(settings: Reading) -> Tesserocr:
    """Tesseract in process with the models of ``settings.language``. Raises Misconfigured with the command that installs
    them."""
    models = tessdata.models()
    version = tesserocr.tesseract_version().split()[1]
    told = tessdata.digests(settings.language, models)
    switches = " ".join(f"{name}={value}" for name, value in tessdata.VARIABLES.items())
    fingerprint = f"tesserocr {version} {told} psm{tessdata.PAGE}/{tessdata.LINE} {switches}"
    return Tesserocr(settings.language, settings.timeout, models, fingerprint)


def _show(api: tesserocr.PyTessBaseAPI, raster: Raster) -> None:
    data = tessdata.grey(raster).data
    # as the program's --dpi does; without it Tesseract guesses from the height of the letters
    api.SetVariable("user_defined_dpi", str(max(70, round(raster.dpi))))
    api.SetImageBytes(data, raster.width, raster.height, 1, raster.width)
