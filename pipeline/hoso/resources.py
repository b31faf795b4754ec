"""Where the data that ships with Hoso lies: ``schemas/`` and ``ocr_models/``, in a wheel or in a checkout."""

from __future__ import annotations

from pathlib import Path

from hoso.errors import Misconfigured

__all__ = ["folder", "service"]


def folder(name: str) -> Path:
    """The folder of shipped data called ``name`` ("schemas", "ocr_models"). Raises :class:`Misconfigured`."""
    package = Path(__file__).resolve().parent
    for place in (package / "_data" / name, package.parents[1] / name):
        if place.is_dir():
            return place
    raise Misconfigured(f"the folder {name!r} that ships with Hoso is missing beside {package}; install Hoso again")


def service() -> Path:
    """The folder that holds ``prefect.yaml`` and ``flows/``. Raises :class:`Misconfigured`."""
    package = Path(__file__).resolve().parent
    for place in (package / "_data" / "service", package.parents[1]):
        if (place / "prefect.yaml").is_file():
            return place
    raise Misconfigured(f"prefect.yaml that ships with Hoso is missing beside {package}; install Hoso again")
