"""Moving a home's warehouse or ledger from one engine to another: all of it in order, then both compared."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from hoso import keys, settings
from hoso.errors import Damaged, Misconfigured, Usage
from hoso.site import Site, module

__all__ = ["move", "move_ledger", "name_room", "name_warehouse"]


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


def move_ledger(site: Site, to: str) -> int:
    """Copy what the ledger called ``to`` has not yet of the site's own; gives how many lines. Facts keep their order and
    words, not their serials. Raises Damaged where both differ afterwards, or the other held something else before."""
    if to == site.settings.rooms.ledger:
        raise Usage(f"the home uses the ledger {to!r} already")
    target = module("ledgers", to).open(site.settings, site.home)
    try:
        count: int = target.take(site.ledger.lines())
        ours, theirs = (_digest(ledger.lines()) for ledger in (site.ledger, target))
        if ours != theirs:
            raise Damaged(
                f"the copy in the ledger {to!r} differs; the home keeps its own. Empty that one, and move again"
            )
        return count
    finally:
        target.close()


def _digest(lines: Iterable[tuple[str, tuple[str | None, ...]]]) -> str:
    """One digest over all lines in order."""
    whole = hashlib.sha256()
    for line in lines:
        whole.update(keys.encode(line) + b"\n")
    return whole.hexdigest()


def name_warehouse(path: Path, name: str) -> None:
    """Let the settings file say ``[rooms] warehouse = name``; see :func:`name_room`."""
    name_room(path, "warehouse", name)


def name_room(path: Path, room: str, name: str) -> None:
    """Let the settings file say ``[rooms] room = name``, whole or not at all; every other line stays as it is."""
    text = path.read_text(encoding="utf-8")
    line = f'{room} = "{name}"'
    section = re.search(r"^\[rooms\][^\n]*\n(?:(?!^\[).*\n?)*", text, re.M)
    if section is None:
        new = text.rstrip("\n") + f"\n\n[rooms]\n{line}\n"
    elif re.search(rf"^\s*{room}\s*=", section[0], re.M):
        changed = re.sub(
            rf"^\s*{room}\s*=[^\n#]*?(\s*#[^\n]*)?$", lambda m: line + (m[1] or ""), section[0], flags=re.M
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
    if getattr(settings.read(temporary).rooms, room) != name:
        temporary.unlink()
        raise Misconfigured(f"{path}: could not be changed; write [rooms] {line} yourself")
    temporary.rename(path)
