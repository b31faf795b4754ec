"""Commands that ask the warehouse: sql, search. Read-only by construction."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Usage

__all__ = ["search", "sql"]


@click.command()
@click.argument("query")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "json", "parquet"]), default="table", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: JSON Lines.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here (needed for parquet).")
@click.pass_obj
def sql(home: str | None, query: str, form: str, as_json: bool, output: Path | None) -> None:
    """Ask the warehouse: hoso sql "SELECT * FROM v_tai_lieu". Tables and views: SHOW TABLES, docs/warehouse.md."""
    form = "json" if as_json else form
    with open_site(home) as site:
        if form == "parquet":
            if output is None:
                raise Usage("parquet goes to a file: --output FILE.parquet")
            site.warehouse.export(query, str(output))
            say(f"{output}: written")
            return
        answer = site.warehouse.query(query)
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
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, help="Hits at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit.")
@click.pass_obj
def search(home: str | None, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find pages that hold all WORDS, with or without diacritics, best first ("…" for a phrase, word* for a beginning)."""
    with open_site(home) as site:
        hits = site.warehouse.search(" ".join(words), limit)
    if as_json:
        lines(
            {"source": h.source, "dossier": h.dossier, "document": h.document, "type": h.type, "position": h.position,
             "snippet": h.snippet, "score": round(h.score, 4)}
            for h in hits
        )  # fmt: skip
        return
    table(
        "",
        ("source", "type", "page", "found"),
        [(h.source, h.type, h.position, h.snippet) for h in hits],
        right=("page",),
    )
    say(f"{len(hits)} pages" + (" (more may match: --limit)" if len(hits) == limit else ""))
