"""Commands that look after a home: audit, rebuild, doctor."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Damaged, HosoError, Misconfigured

if TYPE_CHECKING:
    from hoso.registers import Registers
    from hoso.site import Site

__all__ = ["audit", "doctor", "rebuild"]


def _share(context: click.Context, option: click.Parameter, given: str | None) -> tuple[int, int]:
    """(part from 0, parts) of "1/30"."""
    part, _, parts = (given or "1/1").partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise click.BadParameter("write PART/PARTS, as 1/30", context, option)
    return int(part) - 1, int(parts)


@click.command()
@click.option("--warehouse", is_flag=True, help="Instead: compare every row of the warehouse with store and ledger.")
@click.option("--share", metavar="PART/PARTS", callback=_share, help="Only one part of the store: 1/30 … 30/30.")
@AS_JSON
@click.pass_obj
def audit(home: str | None, warehouse: bool, share: tuple[int, int], as_json: bool) -> None:
    """Re-read every stored byte and compare it with the ledger. Exit code 7 where a byte is damaged or missing.

    With --warehouse: rows that nothing in store and ledger tells, and evidence that no row holds.
    """
    if warehouse:
        _audit_warehouse(home, as_json)
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    from hoso.recipe import care

    with open_site(home) as site, Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("objects", total=None)
        objects = 0

        def tick(done: int, total: int) -> None:
            nonlocal objects
            objects = total
            bar.update(task, completed=done, total=total)

        findings = list(care.audit(site, tick, share))
    wrong = [finding for finding in findings if finding.kind != "orphan"]
    if as_json:
        lines({"kind": f.kind, "digest": f.digest, "text": f.text} for f in findings)
        lines([{"kind": "summary", "objects": objects, "wrong": len(wrong), "orphans": len(findings) - len(wrong)}])
    else:
        for finding in findings:
            click.echo(f"{finding.kind}: {finding.digest}: {finding.text}")
        say(f"{objects} objects read, {len(wrong)} damaged or missing, {len(findings) - len(wrong)} without a fact")
    if wrong:
        raise Damaged(
            f"{len(wrong)} objects are damaged or missing: bring them back from a copy, then run hoso audit again"
        )


def _audit_warehouse(home: str | None, as_json: bool) -> None:
    from hoso import recipe
    from hoso.recipe import rebuilding

    compared: list[int] = []
    with open_site(home) as site, recipe.only_run(site):
        found = list(rebuilding.audit(site, compared.append))
    if as_json:
        lines({"kind": f.kind, "table": f.table, "subject": f.subject} for f in found)
        lines([{"kind": "summary", "loads": len(compared), "documents": sum(compared), "wrong": len(found)}])
    else:
        for one in found:
            click.echo(f"{one.kind}: {one.table}: {one.subject}")
        say(f"{len(compared)} loads with {sum(compared)} documents compared, {len(found)} differences")
    if found:
        raise Damaged(
            f"{len(found)} differences between the warehouse and its evidence; build it again with: hoso rebuild"
        )


@click.command()
@click.option("--index", is_flag=True, help="Only the index of search and look-ups, from the warehouse's tables.")
@click.pass_obj
def rebuild(home: str | None, index: bool) -> None:
    """The warehouse again, from store and ledger alone."""
    from hoso import recipe
    from hoso.recipe import care

    with open_site(home) as site, recipe.only_run(site, everything=True):
        if index:
            site.warehouse.reindex()
            say("the index of search and look-ups is built again")
            return
        count = care.rebuild(site, lambda loaded: say(f"{loaded} documents loaded"))
    say(f"the warehouse holds {count} documents again")


@click.command()
@AS_JSON
@click.pass_obj
def doctor(home: str | None, as_json: bool) -> None:
    """What is installed, which models, what is missing and how to get it. Exit code 6 where something needed is missing."""
    rows = list(_checks(home))
    if as_json:
        lines(rows)
    else:
        signs = {"ok": "ok", "missing": "MISSING", "due": "DUE", "optional": "absent (optional)"}
        table(
            "",
            ("what", "state", "found", "what to do"),
            [(r["what"], signs[r["state"]], r["found"], r["do"]) for r in rows],
        )
    missing = [row["what"] for row in rows if row["state"] == "missing"]
    if missing:
        raise Misconfigured(f"missing: {', '.join(missing)}")


def _checks(home: str | None) -> Iterator[dict[str, Any]]:
    from hoso import resources
    from hoso.site import Site, home_of, module

    def row(what: str, probe: Callable[[], str], do: str, optional: bool = False) -> dict[str, Any]:
        try:
            return {"what": what, "state": "ok", "found": probe(), "do": ""}
        except (HosoError, OSError, ImportError) as error:
            return {"what": what, "state": "optional" if optional else "missing", "found": str(error), "do": do}

    folder = home_of(home)
    yield row(
        "tesseract", lambda: _program("tesseract"), "apt-get install tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd"
    )
    from hoso.settings import Reading, Rooms

    chosen = Site(folder).settings.rooms if (folder / "settings.toml").exists() else Rooms()
    yield row(
        "reading engine",
        lambda: f"{chosen.engine}: {module('engines', chosen.engine).open(Reading()).fingerprint}",
        "apt-get install tesseract-ocr-vie tesseract-ocr-osd; where our own model is missing, install Hoso again",
    )
    yield row(
        "forms", lambda: f"{sum(1 for _ in resources.folder('schemas').glob('*.toml'))} files", "install Hoso again"
    )
    yield row(
        "warehouse engine", lambda: f"DuckDB with DuckLake: {module('warehouses', 'ducklake').__name__}", "uv sync"
    )
    yield row("veraPDF", lambda: _program("verapdf"), "https://verapdf.org: PDF/A is checked by its judge too", True)
    yield row("qpdf", lambda: _program("qpdf"), "apt-get install qpdf", True)
    yield row("home", lambda: str(Site(folder).home), f"hoso --home {folder} init")
    if (folder / "settings.toml").exists():
        site = Site(folder)
        yield row(
            "signing key",
            lambda: site.signer.name,
            "put the PKCS#12 key and its password where settings.toml [seal] says",
        )
        yield row(
            "trusted roots", lambda: f"{len(site.roots)} files", "put the root certificates where [seal] roots says"
        )
        yield from _evidence(site)
        yield from _registers(site.registers)
        if site.settings.population.url:
            yield row("population database", lambda: _citizens(site), "mend [population]: docs/doors/population.md")
        if site.settings.data_store.url:
            yield row("data store", lambda: _store(site), "mend [data_store]: docs/doors/data_store.md")
        yield row("disk", lambda: _room(folder), "free some space: intake stops when the disk is full")
        site.close()


def _evidence(site: Site) -> Iterator[dict[str, Any]]:
    """When the nearest certificate of a timestamp ends, and what is due for renewal; nothing where nothing is stamped."""
    from hoso.recipe import renewing, stamping

    what = "proofs of time"
    nearest = renewing.nearest(site)
    if nearest is not None:
        due = sum(1 for _ in renewing.due(site))
        found = f"the nearest timestamp certificate ends {nearest[0]}, of {nearest[1]} copies; {due} due for renewal"
        yield {"what": what, "state": "due" if due else "ok", "found": found, "do": "hoso renew" if due else ""}
    elif not stamping.wanted(site):
        do = "name a timestamp server in settings.toml [seal] timestamp_url: one timestamp a night for all copies"
        yield {"what": what, "state": "optional", "found": "no timestamp server is named", "do": do}


def _registers(held: Registers) -> Iterator[dict[str, Any]]:
    """Each register found, with its rows and the day of its file; a broken one says what to repair."""
    from hoso.registers import COLUMNS

    for name, one in held.sound.items():
        left = f", {one.without_key} without key" if one.without_key else ""
        yield {"what": f"register {name}", "state": "ok", "found": f"{len(one.rows)} rows of {one.day}{left}", "do": ""}
    for name, wrong in held.broken.items():
        state = "missing" if name in COLUMNS else "optional"
        yield {"what": f"register {name}", "state": state, "found": wrong.text, "do": "repair or remove the file"}


def _citizens(site: Site) -> str:
    assert site.population is not None
    return f"{site.population.ready()}; not asked now"


def _store(site: Site) -> str:
    from hoso.exports.syncing.keeping import Keeping

    store = Keeping(site.settings.data_store, site.home)
    try:
        return f"{store.ready()}; not asked now"
    finally:
        store.close()


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(f"no program {name} on the PATH")
    return path


def _room(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < 2**30:
        raise OSError(f"only {free / 2**20:.0f} MiB free in {folder}")
    return f"{free / 2**30:.0f} GiB free"
