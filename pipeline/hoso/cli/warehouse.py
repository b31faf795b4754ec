"""Commands that ask the warehouse (sql, search: read-only by construction), fill it from registers, and move it."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from hoso.cli.masks import unmasking
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Usage

__all__ = ["enrol", "move_warehouse", "publish", "sql"]


@click.command()
@click.argument("query")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "jsonl", "parquet", "arrow"]),
    default="table",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: JSON Lines.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here (needed for parquet, arrow)."
)
@unmasking
@click.pass_obj
def sql(
    home: str | None, query: str, form: str, as_json: bool, output: Path | None, unmask: bool, purpose: str, who: str
) -> None:
    """Ask the warehouse: hoso sql "SELECT * FROM v_tai_lieu". Tables and views: SHOW TABLES, docs/warehouse.md.

    Personal data come masked: 0010******45, initials, the year of a birth, … for text. Unmasked for a purpose only.
    json and jsonl are both JSON Lines; arrow is an Arrow IPC file.
    """
    from hoso.recipe.asking import asking

    form = "json" if as_json or form == "jsonl" else form
    with open_site(home) as site:
        asked = asking(site, unmask, purpose, who)
        if form in ("parquet", "arrow"):
            if output is None:
                raise Usage(f"{form} goes to a file: --output FILE.{form}")
            asked.export(query, str(output), form)
            say(f"{output}: written")
            return
        answer = asked.query(query)
        target = output.open("w", encoding="utf-8-sig", newline="") if output else sys.stdout
        if form == "csv":
            writer = csv.writer(target)
            writer.writerow(answer.columns)
            writer.writerows(answer.rows)
        elif form == "json":
            lines(dict(zip(answer.columns, row, strict=True)) for row in answer.rows)
        else:
            table("", answer.columns, answer.rows)
            say(f"{len(answer.rows)} rows")
        if output:
            target.close()


@click.command()
@click.pass_obj
def enrol(home: str | None) -> None:
    """Take the registers of agencies, procedures and dossiers, and the administrative units, into the warehouse.

    Only what changed since it was last taken in. Files and columns: docs/registers.md.
    """
    from hoso import recipe
    from hoso.recipe import enrolling

    with open_site(home) as site, recipe.only_run(site):
        taken = enrolling.enrol(site, with_units=True)
    say(f"taken in: {', '.join(taken)}" if taken else "nothing changed since the registers were last taken in")


@click.command()
@click.option("--to", "name", required=True, metavar="NAME", help="ducklake (a folder here) or postgres (servers).")
@click.option("--copy-only", is_flag=True, help="Copy and compare; the settings stay as they are.")
@click.pass_obj
def move_warehouse(home: str | None, name: str, copy_only: bool) -> None:
    """Move the warehouse of this home, history and all, and compare both; then settings.toml names the new one.

    A move that was stopped goes on where it was. The old warehouse stays where it is, unused, until you remove it.
    """
    from hoso import recipe
    from hoso.recipe import moving

    with open_site(home) as site, recipe.only_run(site, everything=True):
        count = moving.move(site, name, lambda documents: say(f"{documents} documents copied"))
        if not copy_only:
            moving.name_warehouse(site.home / "settings.toml", name)
    say(f"{count} loads copied; every table is equal" + ("" if copy_only else f"; the home uses {name} from now on"))


@click.command()
@click.option("--to", "target", metavar="PLACE", help="A folder, or s3://bucket/prefix.")
@click.option("--forget", metavar="PLACE", help="Say that the export there is gone for good: erasures pass it by.")
@click.pass_obj
def publish(home: str | None, target: str | None, forget: str | None) -> None:
    """Add to a Parquet export every load it lacks: a folder a table, parted by month, for Spark and other engines.

    Personal data stand in it unmasked: give it the rights of the warehouse itself. The home remembers where it published
    to, and hoso erase reaches the files there too.
    """
    from hoso.recipe import exporting

    if (target is None) == (forget is None):
        raise Usage("say where to: --to PLACE, or which export is gone for good: --forget PLACE")
    place = target or forget or ""
    place = place.rstrip("/") if "://" in place else str(Path(place).expanduser().resolve())
    with open_site(home) as site:
        if forget:
            exporting.forget(site, place)
            say(f"{forget}: erasures pass it by from now on")
            return
        count = exporting.publish(site, place, lambda loads: say(f"{loads} loads written"))
    say(f"{target}: {count} loads added" if count else f"{target}: up to date")
