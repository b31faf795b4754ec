"""How answers are shown: JSON Lines for programs, tables for people; progress on standard error."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hoso.recipe import Progress

if TYPE_CHECKING:
    from hoso.site import Site

__all__ = ["lines", "open_site", "progress", "say", "table"]


def open_site(home: str | None) -> Site:
    """The site a command works in."""
    from hoso.site import Site, home_of

    return Site(home_of(home))


def say(text: str) -> None:
    """A sentence for a person, on standard error."""
    click.echo(text, err=True)


def lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line on standard output."""
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """A table on standard output, as wide as the terminal (160 columns where there is none)."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console() if sys.stdout.isatty() else Console(width=160)
    shown = [["" if value is None else str(value) for value in row] for row in rows]
    if len(columns) * 14 > console.width:
        _blocks(title, columns, shown)
        return
    drawn = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        drawn.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in shown:
        drawn.add_row(*(escape(value) for value in row))
    console.print(drawn)


def _blocks(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows too wide for the terminal, one below the other: a name and its value a line."""
    wide = max(map(len, columns), default=0)
    if title:
        click.echo(title)
    for number, row in enumerate(rows, 1):
        click.echo(f"── row {number} " + "─" * 40)
        for name, value in zip(columns, row, strict=True):
            click.echo(f"{name:<{wide}}  {value}")


@contextmanager
def progress(label: str) -> Iterator[tuple[Progress, dict[str, float]]]:
    """A bar of pages on a terminal, a line now and then elsewhere; with it, worker seconds by dossier."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    seconds: dict[str, float] = {}
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=0)
        done = total = 0

        def expect(pages: int) -> None:
            nonlocal total
            total += pages
            bar.update(task, total=total)

        def read(dossier: str, took: float) -> None:
            nonlocal done
            done += 1
            seconds[dossier] = seconds.get(dossier, 0.0) + took
            bar.advance(task)
            if not console.is_terminal and done % 25 == 0 and took:
                say(f"{label}: {done} of {total} pages")

        def defect(what: str, error: Exception) -> None:
            console.print(f"a defect of Hoso: {what}; the others go on. Please report:", style="red", highlight=False)
            console.print("".join(traceback.format_exception(error)), highlight=False, markup=False)

        yield Progress(expect, read, lambda text: console.print(text, style="yellow", highlight=False), defect), seconds
