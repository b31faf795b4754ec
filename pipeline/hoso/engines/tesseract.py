"""Owns Tesseract: one raster in, words out, through pytesseract, in one thread and within a time-out.

Never cleans or turns a picture (see ``imaging/``) and never decides a reading order beyond Tesseract's own lines.
The page travels as an uncompressed ``.pgm`` in shared memory with its dpi: pytesseract would drop the dpi of a picture
and compress it again (measured: 0.2 s a page).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytesseract

from hoso.engines import tessdata
from hoso.errors import Misconfigured, Unavailable
from hoso.nouns import Raster, Word
from hoso.settings import Reading

__all__ = ["Tesseract", "open"]

_SWITCHES = tuple(part for name, value in tessdata.VARIABLES.items() for part in ("-c", f"{name}={value}"))
_MARK = "HOSO_ENGINE_RUN"


class Tesseract:
    """Tesseract as a program. Holds nothing but names; safe to open in every worker process."""

    def __init__(self, language: str, timeout: float, program: str, models: Path, fingerprint: str) -> None:
        self._language, self._timeout, self._program, self._models = language, timeout, program, models
        self._fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        """Version, digests of the models and the settings that change the answers, as one short text."""
        return self._fingerprint

    def orientation(self, raster: Raster) -> tuple[int, float]:
        """(rotation, confidence) by Tesseract's orientation model; confidence 0..1, (0, 0.0) with too little text."""
        if not (self._models / "osd.traineddata").is_file():
            return 0, 0.0
        try:
            answer = self._run((raster,), "osd", "osd", ("--psm", "0"))
        except pytesseract.TesseractError:
            return 0, 0.0  # "Too few characters": an honest don't-know
        rotate = re.search(r"Rotate: (\d+)", answer)
        sure = re.search(r"Orientation confidence: ([\d.]+)", answer)
        if rotate is None or sure is None:
            return 0, 0.0
        return tessdata.way_up(int(rotate.group(1)), float(sure.group(1)))

    def read(self, raster: Raster) -> tuple[Word, ...]:
        """Words in Tesseract's order, NFC, boxes as fractions of the raster, confidence 0..1.

        Raises Unavailable (time-out, crash), Misconfigured (program or model gone).
        """
        return self._table((raster,), tessdata.PAGE)[0]

    def lines(self, rasters: Sequence[Raster]) -> tuple[tuple[Word, ...], ...]:
        """The words of each raster, which is one line of print. One run of the program for all. Raises as ``read``."""
        return self._table(rasters, tessdata.LINE) if rasters else ()

    def _table(self, rasters: Sequence[Raster], psm: int) -> tuple[tuple[Word, ...], ...]:
        try:
            table = self._run(rasters, self._language, "tsv", ("--psm", str(psm), *_SWITCHES, *_TSV))
        except pytesseract.TesseractError as error:
            if "Failed loading language" in str(error) or "Error opening data file" in str(error):
                raise tessdata.missing(self._language) from error
            raise Unavailable(
                f"Tesseract ended with {error.status} on {tessdata.size(rasters)}: {str(error.message)[:200]}; "
                "the page is tried again alone"
            ) from error
        return tessdata.words(table.split("\n")[1:], rasters)

    def _run(self, rasters: Sequence[Raster], language: str, output: str, options: tuple[str, ...]) -> str:
        pytesseract.pytesseract.tesseract_cmd = self._program
        dpi = max(70, round(rasters[0].dpi))
        config = " ".join((f"--tessdata-dir {self._models}", "--dpi", str(dpi), *options))
        with _pictures(rasters) as path, _marked(str(path)):
            try:
                answer: str = pytesseract.pytesseract.run_and_get_output(
                    str(path), extension=output, lang=language, config=config, timeout=self._timeout
                )
            except pytesseract.TesseractNotFoundError as error:
                raise Misconfigured(f"the program tesseract is gone; {tessdata.INSTALL}") from error
            except pytesseract.TesseractError:
                raise
            except RuntimeError as error:  # pytesseract's time-out; it has ended its child
                _end_all(str(path))
                raise Unavailable(
                    f"Tesseract took longer than {self._timeout:g} s (reading.timeout) on {tessdata.size(rasters)}; "
                    "it was ended"
                ) from error
        return answer


_TSV = ("-c", "tessedit_create_tsv=1")


def open(settings: Reading) -> Tesseract:
    """Tesseract with the models of ``settings.language``. Raises Misconfigured with the command that installs them."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # before the first call: four times the CPU otherwise (measured)
    program = shutil.which("tesseract")
    if program is None:
        raise Misconfigured(f"the program tesseract is not on the PATH; {tessdata.INSTALL}")
    models = tessdata.models()
    told = tessdata.digests(settings.language, models)
    switches = "".join(s for s in _SWITCHES if s != "-c")
    fingerprint = f"tesseract {_version(program)} {told} psm{tessdata.PAGE}/{tessdata.LINE} {switches}"
    return Tesseract(settings.language, settings.timeout, program, models, fingerprint)


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    found = re.search(r"tesseract v?(\d[\w.-]*)", said.stdout + said.stderr)
    if found is None:
        raise Misconfigured(f"{program} does not say its version; {tessdata.INSTALL}")
    return found.group(1)


@contextmanager
def _pictures(rasters: Sequence[Raster]) -> Iterator[Path]:
    """The rasters as files in shared memory (where there is one), removed afterwards: the picture's path, or that of a
    list of them, which Tesseract reads as pages."""
    shared = Path("/dev/shm")
    place = str(shared) if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hoso-", dir=place) as folder:
        paths = []
        for number, raster in enumerate(rasters):
            path = Path(folder) / f"{number}.pgm"
            path.write_bytes(b"P5\n%d %d\n255\n" % (raster.width, raster.height) + tessdata.grey(raster).data)
            paths.append(path)
        if len(paths) == 1:
            yield paths[0]
            return
        listed = Path(folder) / "list.txt"
        listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        yield listed


@contextmanager
def _marked(path: str) -> Iterator[None]:
    """While a run lasts, whatever it starts carries its mark in its environment."""
    os.environ[_MARK] = path
    try:
        yield
    finally:
        os.environ.pop(_MARK, None)


def _end_all(path: str) -> None:
    """End every process that carries our mark: a wrapper script's children outlive the script (pytesseract#294)."""
    mark = f"{_MARK}={path}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if int(entry.name) != os.getpid() and mark in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
