"""Commands that find papers: search by words, find by a number. Read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoso.cli.masks import unmasking
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Usage

if TYPE_CHECKING:
    from hoso.nouns import Box

__all__ = ["find", "search"]


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--type", "type_", default="", metavar="NAME", help="Only documents of this type.")
@click.option("--agency", default="", metavar="CODE", help="Only dossiers of this agency and those below it (H23.16).")
@click.option("--since", default="", metavar="DAY", help="Only documents dated on or after it (2026-01-31).")
@click.option("--until", default="", metavar="DAY", help="Only documents dated on or before it.")
@click.option("--dossier", default="", metavar="CODE", help="Only this dossier: its code, or what it came under.")
@click.option("--limit", default=20, show_default=True, help="Hits at most.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1), help="The first, second … lot of hits.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a hit, with the place of its words on the paper."
)
@unmasking
@click.pass_obj
def search(
    home: str | None, words: tuple[str, ...], type_: str, agency: str, since: str, until: str, dossier: str, limit: int,
    page: int, as_json: bool, unmask: bool, purpose: str, who: str,
) -> None:  # fmt: skip
    """Find pages that hold all WORDS, with or without diacritics, best first ("…" for a phrase, word* for a beginning)."""
    from datetime import date

    from hoso.recipe.asking import asking
    from hoso.warehouses.api import Only

    for day in filter(None, (since, until)):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Usage(f"{day!r} is no day; give it as 2026-01-31") from None
    only = Only(type_, agency, since, until, dossier)
    with open_site(home) as site:
        hits = asking(site, unmask, purpose, who).search(" ".join(words), limit, (page - 1) * limit, only)
        if as_json:
            from hoso.recipe.sighting import places

            lines(
                {"source": h.source, "dossier": h.dossier, "code": h.code, "document": h.document, "type": h.type,
                 "day": h.day or None, "position": h.position, "snippet": h.snippet, "score": round(h.score, 4),
                 "boxes": [_rounded(place.box) for place in places(site, h)]}
                for h in hits
            )  # fmt: skip
            return
    table(
        "",
        ("source", "type", "page", "found"),
        [(h.source, h.type, h.position, h.snippet) for h in hits],
        right=("page",),
    )
    say(f"{len(hits)} pages" + (f" (more may match: --page {page + 1})" if len(hits) == limit else ""))


@click.command()
@click.option("--person", metavar="NUMBER", help="Documents that name this personal number (12 digits, or 9).")
@click.option("--number", metavar="SYMBOL", help="Documents of this number and symbol: 12/QĐ-UBND.")
@click.option("--dossier", metavar="CODE", help="Documents of this dossier: its code, or what it came under.")
@click.option("--limit", default=100, show_default=True, help="Documents at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a place where the number stands.")
@click.pass_obj
def find(
    home: str | None, person: str | None, number: str | None, dossier: str | None, limit: int, as_json: bool
) -> None:
    """Find documents by a number: of a person, of the paper, of the dossier. The newest come first."""
    given = [(k, v) for k, v in (("person", person), ("number", number), ("dossier", dossier)) if v is not None]
    if len(given) != 1:
        raise Usage("give one of --person, --number and --dossier")
    with open_site(home) as site:
        found = site.warehouse.lookup(*given[0], limit)
    if as_json:
        lines(
            {"document": f.document, "dossier": f.dossier, "code": f.code, "source": f.source, "type": f.type,
             "field": f.field or None, "value": f.value, "position": f.position,
             "box": None if f.box is None else _rounded(f.box)}
            for f in found
        )  # fmt: skip
        return
    shown = [(f.source, f.code, f.type, f.field, f.value, f.position) for f in found]
    table("", ("source", "code", "type", "field", "value", "page"), shown, right=("page",))
    say(f"{len({f.document for f in found})} documents" + (" (more may match: --limit)" if len(found) == limit else ""))


def _rounded(box: Box) -> list[float]:
    return [round(edge, 4) for edge in box]
