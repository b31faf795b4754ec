"""Documents of every profile, sealed and then judged from outside: by our own check in full, and by poppler's ``pdfsig``.

Profiles are all pairings of page (colours, two levels, palette, a scanner's PDF, three of them), look, compression, PDF/A,
level and key; a shuffle with a seed makes few documents touch all values. Never the short check that sealing itself does.

    python -m benchmarks.sealing --check-all 1000
"""

from __future__ import annotations

import io
import itertools
import random
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.sealing import AT, OFFICE, composed, page
from hoso.nouns import Seen
from hoso.settings import Seal

__all__ = ["check"]

Kind = Callable[[Image.Image], tuple[bytes, str]]
LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")
LOOKS = ("text", "seal", "image", "invisible")
POOL = 6
"""Pages drawn of each kind."""


@dataclass(frozen=True)
class Profile:
    pages: str
    look: str
    archive: str
    pdfa: str
    level: str
    key: str


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, dpi=(200, 200), **options)
    return out.getvalue()


def scanned(image: Image.Image) -> tuple[bytes, str]:
    """As a scanner writes it: a PDF of one page that shows one JPEG."""
    out = io.BytesIO()
    image.save(out, "PDF", resolution=200.0, quality=40)
    return out.getvalue(), "application/pdf"


KINDS: dict[str, Kind] = {
    "jpeg": lambda image: (saved(image, "JPEG", quality=30), "image/jpeg"),
    "grey": lambda image: (saved(image.convert("L"), "JPEG", quality=40), "image/jpeg"),
    "progressive": lambda image: (saved(image, "JPEG", quality=30, progressive=True), "image/jpeg"),
    "g4": lambda image: (saved(image.convert("1"), "TIFF", compression="group4"), "image/tiff"),
    "palette": lambda image: (saved(image.quantize(16), "PNG"), "image/png"),
    "png": lambda image: (saved(image.resize((827, 1170)), "PNG"), "image/png"),
    "pdf": scanned,
}
PAGES: dict[str, tuple[str, ...]] = {**{name: (name,) for name in KINDS}, "three": ("jpeg", "g4", "pdf")}


@cache
def drawn(kind: str, seed: int) -> tuple[bytes, str, Seen]:
    data, seen = page(seed)
    made, media = KINDS[kind](Image.open(io.BytesIO(data)).convert("RGB"))
    turned = replace(seen, page=replace(seen.page, rotation=(0, 180)[seed % 2] if kind != "pdf" else 0))
    return made, media, turned


@lru_cache(maxsize=1)
def red() -> bytes:
    """The image of a seal, with its transparency."""
    y, x = np.mgrid[:236, :236] - 118
    ring = np.abs(np.hypot(x, y) - 105) < 10
    pixels = np.where(ring[..., None], np.array([214, 24, 32, 230], np.uint8), np.zeros(4, np.uint8))
    out = io.BytesIO()
    Image.fromarray(pixels, "RGBA").save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


@cache
def signer(home: str, level: str, address: str) -> Any:
    from hoso.signers import pkcs12

    return pkcs12.open(Seal(level=level, timestamp_url=f"{address}/tsa"), Path(home))


def profiles(count: int, seed: int) -> list[Profile]:
    """``count`` profiles: all pairings in an order by chance, again and again."""
    every = [
        Profile(*one)
        for one in itertools.product(PAGES, LOOKS, ("default", "mrc"), ("2u", "3u"), LEVELS, ("rsa", "ec"))
    ]
    random.Random(seed).shuffle(every)
    return list(itertools.islice(itertools.cycle(every), count))


def one(number: int, profile: Profile, homes: dict[str, tuple[str, str]]) -> tuple[Profile, str]:
    """(the profile, what is wrong with its document: "" for nothing)."""
    from hoso.errors import HosoError
    from hoso.pdf.check import violations
    from hoso.signers.validate import validate
    from hoso.stages.seal import seal

    home, address = homes[profile.key]
    roots = ((Path(home) / "keys" / "roots.pem").read_bytes(),)
    pages = [drawn(kind, (number + place) % POOL) for place, kind in enumerate(PAGES[profile.pages])]
    at = AT + timedelta(seconds=number % 60)
    image = red() if profile.look == "image" else b""
    look = "seal" if profile.look == "image" else profile.look
    try:
        pdf, plot = composed(pages, at, profile=profile.archive, pdfa=profile.pdfa)
        held = signer(home, profile.level, address)
        signed, _ = seal(pdf, held, look, at, roots, office=OFFICE.name, image=image, plot=plot)
    except HosoError as error:
        return profile, f"not sealed: {error}"[:300]
    broken = violations(signed)
    if broken:
        return profile, f"PDF/A: {broken[0].clause} {broken[0].text}"
    wrong = next((finding.text for finding in validate(signed, roots) if not finding.valid), "")
    return profile, wrong or poppler(signed)


def poppler(signed: bytes) -> str:
    """What ``pdfsig`` holds against a file; its trust is not asked: it knows no root of ours."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(signed)
        file.flush()
        told = subprocess.run(["pdfsig", "-nocert", file.name], capture_output=True, check=False, timeout=60)
    text = told.stdout.decode("utf-8", "replace")
    if "Signature Validation: Signature is Valid." not in text:
        return f"pdfsig: no valid signature ({told.returncode})"
    if "Signature is Invalid" in text or "Digest Mismatch" in text:
        return "pdfsig: an invalid signature"
    return ""


def check(count: int, jobs: int, homes: dict[str, tuple[str, str]], seed: int = 5) -> dict[str, Any]:
    """Figures of ``count`` documents; ``homes`` gives for "rsa" and "ec" a home and the address of its servers."""
    if shutil.which("pdfsig") is None:
        raise SystemExit("pdfsig is missing: install poppler-utils")
    chosen = profiles(count, seed)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        told = list(pool.map(one, range(count), chosen, [homes] * count, chunksize=4))
    touched: Counter[str] = Counter(f"{name}={value}" for profile in chosen for name, value in asdict(profile).items())
    failed = [{**asdict(profile), "why": why} for profile, why in told if why]
    return {
        "documents": count,
        "passed": count - len(failed),
        "failed": failed[:20],
        "touched": dict(sorted(touched.items())),
    }
