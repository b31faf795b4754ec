"""Pages as pictures for people: decoded in a worker that may be killed, kept small, encoded anew, cut where asked.

What a scan's own bytes hold never reaches a browser: every picture is a JPEG made here. ``HOME/desk/cache`` may be
deleted at any time; what is longest unused goes when it grows too large.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from hoso.errors import Unavailable
from hoso.imaging import contact
from hoso.nouns import Box, Page
from hoso.recipe.reading import opened, set_up, set_up_shut
from hoso.site import Site
from hoso.work import Crew, Lost, Task

__all__ = ["WIDTH", "Pictures", "draw"]

WIDTH = 1500
"""Pixels across a page as shown: some 180 dpi of an A4 sheet, on which small print can be read."""
_MOST = 2_000_000_000  # bytes of the cache
_SWEEP = 500  # pictures made between two sweeps


class Pictures:
    """Draws pages of one home. Threads may share it."""

    def __init__(self, site: Site) -> None:
        self._site, self._folder = site, site.home / "desk" / "cache"
        self._crew = Crew(
            1, f"{set_up.__module__}:{set_up.__name__}", (str(site.home), site.settings.reading.max_memory_mb),
            shut=f"{set_up_shut.__module__}:{set_up_shut.__name__}",
        )  # fmt: skip
        self._turn, self._made = threading.Lock(), 0

    def close(self) -> None:
        self._crew.__exit__()

    def page(self, page: Page, media_type: str) -> bytes:
        """The page turned upright, as a JPEG. Raises Refused where it cannot be decoded, Unavailable where the worker
        died."""
        ref = page.ref
        path = self._folder / ref.scan[:2] / f"{ref.scan}-{ref.index}-{page.rotation}-{WIDTH}.jpg"
        with contextlib.suppress(OSError):
            data = path.read_bytes()
            os.utime(path)
            return data
        seconds = self._site.settings.reading.timeout
        task = Task(0, f"{__name__}:draw", (ref.scan, media_type, ref.index, page.rotation), seconds, shut=True)
        with self._turn:
            ((_, answer, _),) = list(self._crew.run([task]))
        if isinstance(answer, Lost):
            raise Unavailable(f"page {ref.index} of scan {ref.scan[:12]} could not be drawn: {answer.text}")
        if isinstance(answer, Exception):
            raise answer
        made: bytes = answer
        self._keep(path, made)
        return made

    def crop(self, page: Page, media_type: str, box: Box) -> bytes:
        """What stands in ``box`` of that page and a little around it, as a JPEG. Raises as :meth:`page` does."""
        return contact.cropped(self.page(page, media_type), box).data

    def _keep(self, path: Path, data: bytes) -> None:
        with contextlib.suppress(OSError):  # a full disk shows pages all the same
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
            fresh.write_bytes(data)
            fresh.replace(path)
            self._made += 1
            if self._made % _SWEEP == 0:
                self._sweep()

    def _sweep(self) -> None:
        files = sorted(
            ((p.stat().st_mtime, p.stat().st_size, p) for p in self._folder.rglob("*.jpg")), key=lambda f: f[:2]
        )
        left = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= _MOST:
                return
            path.unlink(missing_ok=True)
            left -= size


def draw(digest: str, media_type: str, index: int, rotation: int) -> bytes:
    """In a worker: that page of a stored scan, upright, as a JPEG."""
    from hoso.imaging.pixels import turn_raster
    from hoso.stages.read import decode

    site = opened()
    raster = decode(site.store.get(digest), media_type, index, site.settings.reading)
    return contact.photo(turn_raster(raster, rotation), WIDTH).data
