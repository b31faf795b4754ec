"""What a worker process does: look into a scan, read a page. Opens its own site once; receives ids, gives bytes.

Workers that open what strangers sent are shut in (``hoso.shut``): of the home they see the store and the settings, and
they reach no network, unless the store itself is beyond one.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hoso import keys, shut
from hoso.errors import HosoError, Refused, Unavailable
from hoso.nouns import Page, PageRef, Reading, Seen, Survey
from hoso.site import Site

__all__ = [
    "Looked",
    "look",
    "look_key",
    "lost_page",
    "opened",
    "read",
    "read_key",
    "set_up",
    "set_up_shut",
    "signatures",
    "signatures_key",
    "ways",
]

_site: Site | None = None
_ways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer of the survey step: what is in a file, or why it is refused (reason code and Vietnamese text)."""

    survey: Survey | None = None
    reason: str = ""
    text: str = ""


def set_up(home: str, max_memory_mb: int = 0) -> None:
    """Open the site in this worker: one OCR thread, and a bound on memory (0: none), so that a bomb fails alone."""
    global _site
    os.environ["OMP_THREAD_LIMIT"] = "1"
    _site = Site(Path(home))
    if max_memory_mb:
        shut.limits(max_memory_mb)


def set_up_shut(home: str, max_memory_mb: int = 0) -> None:
    """As :func:`set_up`, in a worker for files of strangers: what it does not need is given up for good."""
    global _ways
    set_up(home, max_memory_mb)
    site = opened()
    with suppress(HosoError):
        _ = site.roots  # read while the folder of keys can be
    near = site.settings.rooms.store == "folder"
    if near:
        _ = site.store
    _ways = shut.network() if near else ()
    shown = (site.home / "store", site.home / "settings.toml")
    _ways += shut.files(site.home, shown, Path(tempfile.gettempdir()))
    shut.limits(max_memory_mb, site.settings.reading.max_bytes)


def ways() -> tuple[str, ...]:
    """How this worker is shut in: some of ``shut.WAYS``."""
    return _ways


def look_key(site: Site, digest: str) -> str:
    """The step key of a look into the scan of that digest."""
    from hoso.stages import survey

    limits = site.settings.reading
    bounds = limits.max_pixels, limits.max_bytes, limits.max_pages
    return keys.key("survey", survey.VERSION, digest, *bounds, *_anew(site, digest))


def look(digest: str) -> bytes:
    """The survey of a stored scan, or why it is refused: an encoded :class:`Looked`."""
    from hoso.stages.survey import survey

    site = opened()
    try:
        return keys.encode(Looked(survey(_bytes(digest), site.settings.reading)))
    except Refused as error:
        return keys.encode(Looked(None, error.reason, error.vi))
    except MemoryError:
        return keys.encode(Looked(None, "file.too-large", "Tệp cần quá nhiều bộ nhớ để mở; hãy quét lại ở 300 dpi."))


def read_key(site: Site, digest: str, index: int, turn: int | None = None) -> str:
    """The step key of reading a page: its bytes, the code's version, the engine and the limits that change the answer, and
    the rotation that a person said turns it upright."""
    from hoso.stages import read as stage

    turned = () if turn is None else ("turned", turn)
    limit = site.settings.reading.max_pixels
    return keys.key("read", stage.VERSION, digest, index, site.engine.fingerprint, limit, *turned, *_anew(site, digest))


def read(digest: str, media_type: str, index: int, turn: int | None = None) -> bytes:
    """The page of that index (from 1), decoded once, cleaned and read (turned upright by ``turn``, where a person said so):
    an encoded :class:`Seen`."""
    from hoso.stages.read import read as stage

    site = opened()
    try:
        return keys.encode(
            stage(_bytes(digest), media_type, digest, index, site.engine, site.settings.reading, turn=turn)
        )
    except Refused as error:
        return keys.encode(lost_page(digest, index, f"{error.reason}: {error.vi}", site.engine.fingerprint))
    except Unavailable as error:
        return keys.encode(lost_page(digest, index, f"page.unreadable: {error}", site.engine.fingerprint))
    except MemoryError:
        return keys.encode(lost_page(digest, index, "page.too-large: trang cần quá nhiều bộ nhớ", ""))


def signatures_key(site: Site, digest: str) -> str:
    """The step key of the check of a PDF that came signed: its bytes, the code's version, the roots trusted now."""
    from hoso.stages import arrived

    return keys.key(
        "signatures", arrived.VERSION, digest, [keys.digest(root) for root in site.roots], *_anew(site, digest)
    )


def signatures(digest: str) -> bytes:
    """What the signatures of a stored PDF are worth: an encoded tuple of SignatureFinding."""
    from hoso.stages.arrived import found

    return keys.encode(found(_bytes(digest), opened().roots))


def _anew(site: Site, digest: str) -> tuple[object, ...]:
    """What tells the steps of a scan that came again after it was erased from those whose answers are gone."""
    times = sum(1 for _ in site.ledger.facts("erased", digest))
    return ("erased", times) if times else ()


def lost_page(digest: str, index: int, reason: str, engine: str) -> Seen:
    """A page that could not be read: quarantined, with its reason."""
    ref = PageRef(digest, index)
    return Seen(Page(ref, "quarantined", 0, 0, 0.0, 0, 0.0, 0.0, reason=reason), Reading(ref, engine))


def opened() -> Site:
    """The site of this worker."""
    assert _site is not None, "set_up() comes first"
    return _site


@lru_cache(maxsize=2)
def _bytes(digest: str) -> bytes:
    """Neighbouring pages of one scan come one after the other: its bytes are fetched once."""
    return opened().store.get(digest)
