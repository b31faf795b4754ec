"""A watched folder, one look at a time: take what has settled, move it away once it is received, say why in place.

``da-nhan/`` holds what was received, ``tu-choi/`` what could not be taken, each with a text file in Vietnamese. A source
moves only after its bytes are stored and ``received`` is told, and only if its files still are the bytes that were stored.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from hoso import keys
from hoso.nouns import Standing
from hoso.site import Site
from hoso.stages.receive import Source, sources

__all__ = ["OWN", "move_away", "settled", "why"]

OWN = ("da-nhan", "tu-choi")
"""Folders of the inbox that are Hoso's own and never taken."""

Look = dict[str, tuple[int, int]]


def settled(folder: Path, seconds: float) -> Iterator[Source]:
    """Sources whose files have not changed for ``seconds``: by their times where those are past, else by looking twice
    (a share may give times in the future)."""
    now = time.time()
    quiet: list[tuple[Source, Look]] = []
    fresh: list[tuple[Source, Look]] = []
    for source in _listed(folder):
        looks = _look(source)
        newest = max((changed for _, changed in looks.values()), default=0) / 1e9
        (quiet if newest <= now - seconds else fresh).append((source, looks))
    yield from (source for source, _ in quiet)
    if fresh:
        time.sleep(seconds)
        again = {source.name: source for source in _listed(folder)}
        for source, looks in fresh:
            later = again.get(source.name)
            if later is not None and _look(later) == looks:
                yield later


def move_away(site: Site, folder: Path, source: Source, here: Standing) -> bool:
    """Move a received source out of the way; False where its files changed meanwhile (the next look takes them)."""
    stored = {scan.name: scan.digest for scan in here.dossier.scans}
    for found in source.files:
        expected = stored.get(found.name, "")
        if expected and keys.digest(found.path.read_bytes()) != expected:
            return False
    refused = here.outcome is not None and not here.outcome.records and bool(here.outcome.quarantined)
    target = folder / OWN[1 if refused else 0]
    target.mkdir(exist_ok=True)
    place = target / source.name
    if place.exists():
        place = target / f"{here.dossier.id[:8]}-{time.time_ns()}-{source.name}"
    (folder / source.name).rename(place)
    text = why(here)
    if text:
        place.with_name(place.name + ".txt").write_text(text, encoding="utf-8")
    return True


def why(here: Standing) -> str:
    """What the clerk reads beside a source that was refused in whole or in part; "" where all of it was taken."""
    lost = here.outcome.quarantined if here.outcome else ()
    pages = [page for page in (here.outcome.pages if here.outcome else ()) if page.kind == "quarantined"]
    lines = [f"{q.scan.name}: {q.text}" for q in lost]
    lines += [f"Trang {page.position}: {page.reason.partition(': ')[2] or page.reason}" for page in pages]
    return "\n".join(["Không nhận được:", *lines, ""]) if lines else ""


def _listed(folder: Path) -> list[Source]:
    return [source for source in sources([folder]) if source.name not in OWN]


def _look(source: Source) -> Look:
    seen: Look = {}
    for found in source.files:
        status = found.path.lstat()
        seen[found.name] = (status.st_size, max(status.st_mtime_ns, status.st_ctime_ns))
    return seen
