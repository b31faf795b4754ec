"""The command that prints cover sheets: cover."""

from __future__ import annotations

from pathlib import Path

import click

from hoso.cli.show import lines, say

__all__ = ["cover"]


@click.command()
@click.argument("codes", metavar="DOSSIER...", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The PDF to write (default: to-bia.pdf).")
@click.option("--procedure", metavar="TEXT", default="", help="Printed as the procedure (default: a line to write on).")
@click.option("--note", metavar="TEXT", default="", help="Printed as a note (default: a line to write on).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a sheet on standard output.")
@click.pass_obj
def cover(home: str | None, codes: tuple[str, ...], out: Path | None, procedure: str, note: str, as_json: bool) -> None:
    """Print cover sheets for dossiers: an A4 page for each code DOSSIER, to be laid on its papers before scanning.

    A stack scanned with such sheets is as many dossiers: what lies under a sheet is of its code, up to the next sheet. The
    sheets themselves belong to no paper. Needs no home; with one, its office is named on the sheets.
    """
    from hoso.stages.cover import cover as drawn
    from hoso.values import numbers

    path = out or Path("to-bia.pdf")
    path.write_bytes(drawn(codes, _office(home), procedure, note))
    rows = [{"dossier": code, "page": page, "file": str(path)} for page, code in enumerate(codes, 1)]
    if as_json:
        lines(rows)
    for code in codes:
        if (found := numbers.dossier_code(code)).value != code or found.fault:
            say(f"{code}: printed as it is, though it is no code of the form H23.16-230620-0001; check it for slips")
    if not as_json:
        say(f"{path}: {len(rows)} cover sheets; lay each on the papers of its dossier, then scan the stack")


def _office(home: str | None) -> str:
    """The name of the office of the home, "" without a home."""
    from hoso.settings import read
    from hoso.site import home_of

    path = home_of(home) / "settings.toml"
    return read(path).office.name if path.exists() else ""
