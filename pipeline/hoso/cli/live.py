"""What an operator watches in the terminal (``hoso status --watch``): the service, the queue, the balance, nights, alarms.

Reads the home, changes nothing. What costs (balance, alarms) is asked again only where the ledger changed, or a while
passed: a twentieth of the time at most.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoso.cli.supervise import alive
from hoso.errors import HosoError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from hoso.recipe.health import Check
    from hoso.site import Site

__all__ = ["Board", "watch"]

EVERY = 2.0  # s between two pictures
SLOW = 10.0  # s between two countings, where the ledger changed
CHECKED = 60.0  # s between two looks for alarms
SILENT = 30.0  # s after which a watcher that wrote nothing is told as silent


class Board:
    """What is shown. ``clock`` (monotonic) and ``wall`` are for tests."""

    def __init__(
        self, site: Site, clock: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._site, self._clock, self._wall = site, clock, wall
        self._next_count = self._checked = -1e9
        self._ledger: object = None
        self._rows: list[tuple[str, str]] = []
        self._alarms: tuple[Check, ...] = ()

    def picture(self) -> RenderableType:
        """How everything stands now."""
        from rich.console import Group
        from rich.text import Text

        site = self._site
        told = _read(site.home / "up.json")
        head = Text(f"{site.settings.office.name} · {site.home} · {site.now():%d/%m/%Y %H:%M:%S}", style="bold")
        shown: list[RenderableType] = [head, Text("")]
        shown += [_grid("service", self._service(told)), _grid("inboxes", self._inboxes())]
        shown += [_grid("papers", self._papers()), _grid("nights", self._nights()), _grid("alarms", self._health())]
        return Group(*shown)

    def _service(self, told: dict[str, Any]) -> list[tuple[str, ...]]:
        parts = told.get("parts", {})
        if not any(alive(int(one["pid"]), int(one["born"])) for one in parts.values()):
            return [("not up", "start it with: hoso up", "red")]
        rows: list[tuple[str, ...]] = []
        for name, one in parts.items():
            since = _ago(self._wall() - one["since"])
            more = f", started {one['restarts'] + 1} times" if one["restarts"] else ""
            style = "" if one["state"] in ("running", "done") else "red"
            rows.append((name, f"{one['state']} for {since}{more}", style))
        rows += [(name, told[name], "") for name in ("desk", "prefect") if told.get(name)]
        return rows

    def _inboxes(self) -> list[tuple[str, ...]]:
        told = _read(self._site.home / "watch.json")
        try:
            silent = self._wall() - datetime.fromisoformat(str(told["at"])).timestamp()
        except (KeyError, ValueError):
            return [("watcher", "has not run here", "")]
        if silent > SILENT:
            return [("watcher", f"silent for {_ago(silent)}", "red")]
        rows: list[tuple[str, ...]] = [("to be read", f"{told['queue']} dossiers", "")]
        for one in told["inboxes"]:
            state = "away" if one["away"] else f"{one['settling']} settling"
            rows.append((one["name"], state, "red" if one["away"] else ""))
        return rows

    def _papers(self) -> list[tuple[str, ...]]:
        from hoso import recipe

        now = self._clock()
        files = [path.stat() for path in self._site.home.glob("ledger*")]
        state = [(file.st_mtime_ns, file.st_size) for file in files] or now // CHECKED
        if now >= self._next_count and state != self._ledger:
            self._ledger = state
            total = recipe.balance(recipe.standing(self._site, one) for one in recipe.dossiers(self._site, erased=True))
            self._rows = [(name.replace("_", " "), f"{count}") for name, count in asdict(total).items()]
            uneven = "underway" if total.underway else "UNEVEN: keep the home as it is"
            self._rows.append(("balance", "even" if total.even else uneven))
            self._next_count = self._clock() + max(SLOW, 20 * (self._clock() - now))
        return [(name, text, "red" if "UNEVEN" in text else "") for name, text in self._rows]

    def _nights(self) -> list[tuple[str, ...]]:
        from hoso.recipe import nights

        rows: list[tuple[str, ...]] = []
        for row in nights.last(self._site.home):
            killed = row["state"] == "running" and not row["alive"]
            state = "killed; the next run goes on" if killed else str(row["state"])
            error = f" ({row['error']})" if row.get("error") else ""
            style = "red" if killed or row["state"] == "failed" else ""
            rows.append((str(row["name"]), f"{state}{error}, {str(row['at'])[:16].replace('T', ' ')}", style))
        return rows or [("", "no night has run here", "")]

    def _health(self) -> list[tuple[str, ...]]:
        from hoso.recipe import health

        now = self._clock()
        if now - self._checked >= CHECKED:
            self._checked = now
            self._alarms = tuple(one for one in health.checks(self._site) if one.alarm)
        return [(one.code, f"{one.text}. {one.do}", "red") for one in self._alarms] or [("", "none", "green")]


def watch(site: Site) -> None:
    """Show it until Ctrl-C; once, where standard output is no terminal."""
    from rich.console import Console
    from rich.live import Live

    console, board = Console(), Board(site)
    if not console.is_terminal:
        Console(width=160).print(board.picture())
        return
    with Live(board.picture(), console=console, screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(EVERY)
            try:
                live.update(board.picture(), refresh=True)
            except HosoError as error:
                live.update(f"cannot be read now: {error}", refresh=True)


def _grid(title: str, rows: list[tuple[str, ...]]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=10)
    grid.add_column(min_width=18)
    grid.add_column()
    for number, (name, text, style) in enumerate(rows):
        grid.add_row(Text(title if number == 0 else "", style="dim"), Text(name), Text(text, style=style))
    grid.add_row("", "", "")
    return grid


def _ago(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
