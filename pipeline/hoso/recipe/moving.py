"""Moving a home's warehouse from one engine to another: every load in order, then both compared table by table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from hoso import settings
from hoso.errors import Damaged, Misconfigured, Usage
from hoso.site import Site, module

__all__ = ["move", "name_warehouse"]


def move(site: Site, to: str, tick: Callable[[int], None]) -> int:
    """Copy every load of the site's warehouse that the one called ``to`` has not yet; gives how many. ``tick`` is told the
    documents of each. Raises Damaged where a table differs afterwards."""
    if to == site.settings.rooms.warehouse:
        raise Usage(f"the home uses the warehouse {to!r} already")
    target = module("warehouses", to).open(site.settings, site.home)
    try:
        if not hasattr(target, "take") or not hasattr(site.warehouse, "digests"):
            raise Misconfigured(
                f"between {site.settings.rooms.warehouse!r} and {to!r} no rows can be moved: hoso rebuild"
            )
        count: int = target.take(site.warehouse, tick)
        ours, theirs = site.warehouse.digests(), target.digests()
        wrong = sorted(name for name in ours if ours[name] != theirs.get(name))
        if wrong:
            raise Damaged(f"the copy differs in {', '.join(wrong)}; the home keeps its warehouse; run the move again")
        return count
    finally:
        target.close()


def name_warehouse(path: Path, name: str) -> None:
    """Let the settings file say ``[rooms] warehouse = name``, whole or not at all; every other line stays as it is."""
    text = path.read_text(encoding="utf-8")
    line = f'warehouse = "{name}"'
    section = re.search(r"^\[rooms\][^\n]*\n(?:(?!^\[).*\n?)*", text, re.M)
    if section is None:
        new = text.rstrip("\n") + f"\n\n[rooms]\n{line}\n"
    elif re.search(r"^\s*warehouse\s*=", section[0], re.M):
        changed = re.sub(
            r"^\s*warehouse\s*=[^\n#]*?(\s*#[^\n]*)?$", lambda m: line + (m[1] or ""), section[0], flags=re.M
        )
        new = text[: section.start()] + changed + text[section.end() :]
    else:
        head, rest = section[0].split("\n", 1)
        new = text[: section.start()] + f"{head}\n{line}\n{rest}" + text[section.end() :]
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(new)
        file.flush()
        os.fsync(file.fileno())
    if settings.read(temporary).rooms.warehouse != name:
        temporary.unlink()
        raise Misconfigured(f"{path}: could not be changed; write [rooms] {line} yourself")
    temporary.rename(path)
