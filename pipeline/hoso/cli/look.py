"""The command that shows how files are read: look. Works without a home, stores nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from hoso.cli import view
from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, say
from hoso.errors import Refused, Usage
from hoso.recipe.looking import FileLook, PageLook

__all__ = ["look"]


FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PAGE = click.Path(path_type=Path, dir_okay=False)
OUT = "Where to write the page (default: FILE.look.html here, hoso-look.html for several files)."


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=FILE)
@click.option("-o", "--out", metavar="OUT.html", type=PAGE, help=OUT)
@click.option("--pages", "chosen", metavar="1-3,5", help="Only these pages of each file.")
@AS_JSON
@click.pass_obj
def look(home: str | None, files: tuple[Path, ...], out: Path | None, chosen: str | None, as_json: bool) -> None:
    """Show how FILE is read: one self-contained HTML page with each page as it came, cleaned, what was taken off, its
    words by confidence, what was decided and why, CPU seconds a step. Works without a home and stores nothing.

    Exit code 3 where a file or page could not be taken; the page is written all the same and says why.
    """
    from hoso.cli.sheet import html
    from hoso.recipe import looking

    wanted = _numbers(chosen) if chosen else None
    settings, engine = looking.tools(home)
    target = out or Path(f"{files[0].stem}.look.html" if len(files) == 1 else "hoso-look.html")
    looked: list[FileLook | PageLook] = []
    for path in files:
        name = path.name if len(files) == 1 else f"{path.resolve().parent.name}/{path.name}"
        for one in looking.look(path, name, wanted, engine, settings.reading):
            looked.append(one)
            if isinstance(one, FileLook):
                file = one
                say(f"{name}: {one.refused or f'{one.pages} pages'}")
            else:
                say(f"{name}: page {one.index} of {file.pages}: {_told(one)}")
                if as_json:
                    lines([_row(file, one, target)])
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8") as written:
        written.writelines(html(looked, engine.fingerprint))
    say(f"open in a browser: {target}")
    if not as_json:
        click.echo(target)
    lost = sum(bool(one.refused) for one in looked)
    if lost:
        raise Refused("look.refused", f"{lost} of the files or pages could not be taken; {target} says why")
    if wanted and not any(isinstance(one, PageLook) for one in looked):
        raise Usage(f"--pages {chosen}: no file has such a page")


def _numbers(text: str) -> frozenset[int]:
    return frozenset(_spans(text))


def _spans(text: str) -> Iterator[int]:
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last:
            raise Usage(f"--pages {text}: write page numbers from 1 and ranges, as in 1-3,5")
        yield from range(first, last + 1)


def _told(one: PageLook) -> str:
    if one.seen is None:
        return one.refused
    page = one.seen.page
    return f"{page.kind}, quality {page.quality:.2f}, {len(one.seen.reading.words)} words, {one.seconds:.2f} CPU s"


def _row(file: FileLook, one: PageLook, target: Path) -> dict[str, Any]:
    """One object a page: as ``hoso pages --json`` has it, with seconds a step and what was decided."""
    row: dict[str, Any] = {"source": file.name, "scan": file.name, "page": one.index}
    if one.seen is None:
        return row | {"kind": "quarantined", "reason": one.refused, "text": "", "codes": [], "html": str(target)}
    grade = one.facts.get("grade.grade")
    return {
        **row,
        **view.page_row(one.seen.page),
        "position": one.index,
        "engine": one.seen.reading.engine,
        "words": len(one.seen.reading.words),
        "grades": {name: round(value, 3) for name, value in grade.grades.items()} if grade is not None else {},
        "fields": list(grade.fields) if grade is not None else [],
        "seconds": {name: round(seconds, 4) for name, seconds in one.steps},
        "text": one.seen.reading.text(),
        "codes": [{"kind": code.kind, "text": code.text} for code in one.seen.reading.codes],
        "html": str(target),
    }
