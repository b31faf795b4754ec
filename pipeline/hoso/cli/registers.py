"""hoso registers: what registers the home holds, papers beside a register, changes for its keeper, citizens asked about."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hoso.cli.ask import AS_JSON
from hoso.cli.masks import unmasking
from hoso.cli.show import lines, open_site, say, table
from hoso.errors import Unavailable

__all__ = ["registers"]


@click.group()
def registers() -> None:
    """Registers of the office: list them, hold the papers against one, write what is to be changed in one. Look-ups in the
    population database: list them, ask again."""


@registers.command("list")
@AS_JSON
@click.pass_obj
def list_(home: str | None, as_json: bool) -> None:
    """The registers under HOME/registers, with rows and date, and what is wrong with one."""
    with open_site(home) as site:
        held = site.registers
    rows = [
        {"register": name, "rows": len(one.rows), "day": one.day, "without_key": one.without_key, "problem": ""}
        for name, one in sorted(held.sound.items())
    ]
    rows += [
        {"register": name, "rows": 0, "day": "", "without_key": 0, "problem": one.text}
        for name, one in sorted(held.broken.items())
    ]
    if as_json:
        lines(rows)
        return
    table("", ("register", "rows", "day", "without_key", "problem"), [tuple(row.values()) for row in rows], ("rows",))
    if not rows:
        say("no register; docs/registers.md tells which there may be")


@registers.command("asked")
@AS_JSON
@click.pass_obj
def asked(home: str | None, as_json: bool) -> None:
    """Every look-up in the population database: when, of which paper, what for, what came. Persons are keys."""
    from hoso.recipe import population

    with open_site(home) as site:
        rows = [asdict(one) for one in population.asked(site)]
    if as_json:
        lines(rows)
        return
    names = ("at", "document", "person", "purpose", "state", "reason")
    shown = [tuple(row[name][:12] if name == "person" else row[name] for name in names) for row in rows]
    if shown:
        table("", names, shown)
    say(f"{len(rows)} look-ups")


@registers.command("ask")
@AS_JSON
@click.pass_obj
def ask(home: str | None, as_json: bool) -> None:
    """Ask the population database again about citizens whom no answer was to be had about.

    Papers that are sealed stay as they are. Exit code 5 where answers are still missing."""
    from hoso import recipe
    from hoso.recipe import population

    with open_site(home) as site, recipe.only_run(site):
        done, left = population.again(site)
    lines([{"dossiers": done, "left": left}]) if as_json else say(f"{done} dossiers asked about again, {left} left")
    if left:
        raise Unavailable(f"{left} dossiers have citizens without an answer; see: hoso registers asked")


@registers.command("reconcile")
@click.argument("name")
@unmasking
@AS_JSON
@click.pass_obj
def reconcile(home: str | None, name: str, unmask: bool, purpose: str, who: str, as_json: bool) -> None:
    """Sealed papers against the register NAME (giay_phep_lai_xe, giay_kham_suc_khoe), both ways.

    Told are: papers whose number the register lacks, rows of which no paper is held, numbers on which they differ, and
    sealed papers whose licence is under a sentence today. Numbers show their last three digits.
    """
    from hoso.recipe import reconciling
    from hoso.recipe.asking import asking

    with open_site(home) as site:
        asked = asking(site, unmask, purpose, who)
        both = reconciling.reconcile(site, name)
        under = reconciling.sentenced(site) if name == "giay_phep_lai_xe" else []
        key = site.registers.sound[name].key
        show = str if unmask else _masked
        rows: list[dict[str, Any]] = [
            {"state": "ours-only", "number": show(p.values.get(key, "")), "document": p.document, "columns": []}
            for p in both.ours
        ]
        rows += [
            {"state": "theirs-only", "number": show(row.get(key, "")), "document": "", "columns": []}
            for row in both.theirs
        ]
        rows += [
            {
                "state": "differs",
                "number": show(p.values.get(key, "")),
                "document": p.document,
                "columns": list(columns),
            }
            for p, _, columns in both.apart
        ]
        rows += [{"state": what, "number": "", "document": document, "columns": []} for document, what in under]
        if unmask:
            asked.account(f"registers reconcile {name}", len(rows))
    if as_json:
        lines(rows)
    else:
        shown = [(row["state"], row["number"], row["document"], " ".join(row["columns"])) for row in rows]
        table("", ("state", "number", "document", "columns"), shown)
    say(
        f"{name}: {both.same} agree, {len(both.apart)} differ, {len(both.ours)} in ours alone, {len(both.theirs)} in the "
        f"register alone, {both.unnumbered} papers without a number"
        + (f"; {len(under)} sealed papers of licences under a sentence" if under else "")
    )


@registers.command("update")
@click.argument("name")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The CSV file.")
@unmasking
@click.pass_obj
def update(home: str | None, name: str, target: Path, unmask: bool, purpose: str, who: str) -> None:
    """Write what our papers show to be new or changed in the register NAME, for its keeper. Holds personal data."""
    from hoso.recipe import reconciling
    from hoso.recipe.asking import asking

    with open_site(home) as site:
        count = reconciling.update(asking(site, unmask, purpose, who), name, target)
    say(f"{target}: {count} changes written")


def _masked(number: str) -> str:
    return "•" * max(0, len(number) - 3) + number[-3:]
