"""Commands with which a person says otherwise than was read: correct, changes, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hoso.cli.approvals import WHO
from hoso.cli.ask import AS_JSON, chosen
from hoso.cli.show import lines, open_site, say, table
from hoso.cli.view import document_row
from hoso.errors import Usage

if TYPE_CHECKING:
    from hoso.nouns import Change, Record, Standing
    from hoso.site import Site

__all__ = ["changes", "correct", "undo"]


@click.command()
@click.argument("document")
@click.argument("values", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option(
    "--confirm",
    "confirmed",
    multiple=True,
    metavar="FIELD",
    help="This value is right as it stands ('': the whole paper).",
)
@click.option("--type", "type_", metavar="TYPE", help="The paper is of this type; its fields are found anew.")
@click.option("--split", type=click.IntRange(2), metavar="PAGE", help="A new paper begins at this page of the dossier.")
@click.option("--join", "other", metavar="DOCUMENT", help="The pages of that paper belong behind this one's.")
@click.option("--turn", nargs=2, type=int, metavar="PAGE DEGREES", help="Turn a page clockwise by 90, 180 or 270.")
@click.option(
    "--rescan", type=click.IntRange(1), metavar="PAGE", help="This page is to be scanned again; the paper waits."
)
@click.option(
    "--seen", metavar="DIGEST", help="The record you looked at (hoso records --json): refused where it changed since."
)
@click.option("--note", default="", help="A remark kept with the change.")
@WHO
@AS_JSON
@click.pass_obj
def correct(
    home: str | None, document: str, values: tuple[str, ...], confirmed: tuple[str, ...], type_: str | None,
    split: int | None, other: str | None, turn: tuple[int, int] | None, rescan: int | None, seen: str | None, note: str,
    who: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say of DOCUMENT (id, or its beginning) otherwise than was read: values as on the paper, FIELD= for none.

    The original reading stays; hoso changes lists what was said, hoso undo takes it back. What is sealed is not changed.
    """
    from hoso.recipe import correcting

    given = [name for name, told in (("values", values or confirmed), ("--type", type_), ("--split", split),
             ("--join", other), ("--turn", turn), ("--rescan", rescan)) if told]  # fmt: skip
    if len(given) != 1:
        raise Usage(
            f"say one thing at a time: values, a type, a split …{' not ' + ' and '.join(given) if given else ''}"
        )
    name = who or ""
    with open_site(home) as site:
        here, mine = _found(site, document)
        id_, now = mine.document.id, seen or _digest(mine)
        if values:
            here = correcting.correct(site, id_, now, dict(map(_value, values)), name, note)
        if confirmed:
            now = now if not values else _digest(_of(here, id_))
            here = correcting.confirm(site, id_, now, confirmed, name, note)
        if type_:
            here = correcting.retype(site, id_, now, type_, name, note)
        if split:
            here = correcting.split(site, id_, now, split, name, note)
        if other:
            second = _found(site, other)[1]
            here = correcting.join(site, id_, second.document.id, (now, _digest(second)), name, note)
        if turn:
            here = correcting.turn(site, here.dossier.id, turn[0], turn[1], name, note)
        if rescan:
            here = correcting.rescan(site, here.dossier.id, rescan, name, note)
        told = correcting.history(site, here.dossier.id)[-1]
        _show(here, told, as_json)


@click.command()
@click.argument("dossier")
@AS_JSON
@click.pass_obj
def changes(home: str | None, dossier: str, as_json: bool) -> None:
    """What people said of the papers of DOSSIER (code, source or id) otherwise than was read, in the order said."""
    from hoso.recipe import correcting
    from hoso.stages import correct as laid

    with open_site(home) as site:
        rows = []
        for here in chosen(site, dossier):
            every = correcting.history(site, here.dossier.id)
            rows += [_row(change) | {"undone": bool(laid.taken_back(every, change))} for change in every]
    if as_json:
        lines(rows)
        return
    shown = [
        (row["id"], row["at"][:16].replace("T", " "), row["who"], row["kind"], row["field"] or row["type"],
         _text(row["before"]), _text(row["after"]), "undone" if row["undone"] else row["note"])
        for row in rows
    ]  # fmt: skip
    if shown:
        table("", ("change", "at", "who", "what", "of", "before", "after", ""), shown)
    say(f"{len(shown)} changes" if shown else "nothing was changed")


@click.command()
@click.argument("change")
@click.option("--note", default="", help="Why; kept with it.")
@WHO
@AS_JSON
@click.pass_obj
def undo(home: str | None, change: str, note: str, who: str | None, as_json: bool) -> None:
    """Take CHANGE (id from hoso changes) back; an undo may itself be taken back."""
    from hoso.recipe import correcting

    with open_site(home) as site:
        here = correcting.undo(site, change, who or "", note)
        _show(here, correcting.history(site, here.dossier.id)[-1], as_json)


def _found(site: Site, word: str) -> tuple[Standing, Record]:
    """The one document of that id, or whose id begins so (6 letters at least)."""
    here = [
        (standing, record)
        for standing in chosen(site, word)
        for record in (standing.outcome.records if standing.outcome else ())
        if record.document.id == word or (len(word) >= 6 and record.document.id.startswith(word))
    ]
    if len(here) != 1:
        many = f"{len(here)} documents begin" if here else "no document begins"
        raise Usage(f"{many} with {word!r}; list them with: hoso records")
    return here[0]


def _of(here: Standing, document: str) -> Record:
    records = here.outcome.records if here.outcome else ()
    found = next((record for record in records if record.document.id == document), None)
    if found is None:
        raise Usage(f"document {document} is another by now; look at it with: hoso records")
    return found


def _digest(record: Record) -> str:
    from hoso.recipe.standing import record_digest

    return record_digest(record)


def _value(word: str) -> tuple[str, str | None]:
    name, sign, value = word.partition("=")
    if not sign or not name.strip():
        raise Usage(f"{word!r}: write FIELD=VALUE, as ho_ten='Nguyễn Văn A'; FIELD= where the paper has no such value")
    return name.strip(), value.strip() or None


def _row(change: Change) -> dict[str, Any]:
    names = ("id", "kind", "who", "at", "document", "type", "field", "before", "after", "of", "note")
    return {name: getattr(change, name) for name in names}


def _text(value: str | None) -> str:
    return "–" if value is None else value


def _show(here: Standing, told: Change, as_json: bool) -> None:
    rows = [document_row(here, record) for record in (here.outcome.records if here.outcome else ())]
    if as_json:
        lines([_row(told) | {"documents": rows}])
        return
    say(f"{told.id}: {told.kind} by {told.who}; take it back with: hoso undo {told.id.partition('.')[0]}")
    for row in rows:
        say(f"{row['document']} {row['type']}: {row['verdict']}, {row['state']}")
