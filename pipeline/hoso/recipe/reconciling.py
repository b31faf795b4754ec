"""Sealed papers against a register of the home, both ways, and the changes that its keeper is to be told.

Who sees numbers and names says what for; the ledger keeps it. Changes nothing in the register: its keeper does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from hoso import lasting
from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.recipe.asking import Asking
from hoso.recipe.releasing import everything_sealed
from hoso.registers import COLUMNS, Broken, Register
from hoso.site import Site
from hoso.stages import licences
from hoso.stages.reconcile import PAPERS, Both, Paper, changes, reconciled

__all__ = ["reconcile", "sentenced", "update"]


def reconcile(site: Site, name: str) -> Both:
    """The papers and the register of that name. Raises Usage for one that lists no papers or is not there, Misconfigured
    for a broken one."""
    return reconciled(_papers(site, name), _register(site, name))


def sentenced(site: Site) -> list[tuple[str, str]]:
    """(document, what was done) of sealed papers whose licence has an entry that stands today: sealed before the sentence,
    or in spite of it."""
    register = site.registers.get(licences.REGISTER)
    if not isinstance(register, Register):
        return []
    today = site.now().date().isoformat()
    found = []
    for _, record, _ in everything_sealed(site):
        form = site.forms.form(record.document.form)
        for rule in form.fields:
            if rule.kind == "licence-number" and (number := record.value(rule.name)):
                standing = [row for row in register.of(number) if licences.stands(row, today)]
                found += [(record.document.id, licences.measure(row)) for row in standing[:1]]
    return found


def update(asked: Asking, name: str, target: Path) -> int:
    """Write the changes that our papers show as a CSV file for the register's keeper (UTF-8 with a mark, for Excel); gives
    how many. Told to the ledger as unmasked personal data. Raises Usage where nobody said what for, and as
    :func:`reconcile`."""
    if not asked.purpose:
        raise Usage('an update file holds personal data: --unmask --purpose "…" --who NAME')
    columns = COLUMNS[name] if name in PAPERS else ()
    rows = changes(reconcile(asked.site, name), columns)
    asked.account(f"registers update {name}", len(rows))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns, "thay_doi", "cot_doi", "van_ban"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
    try:
        lasting.write(target, b"\xef\xbb\xbf" + out.getvalue().encode())
    except OSError as error:
        raise Unavailable(f"{target}: cannot be written: {error.strerror}; choose another place with --to") from error
    return len(rows)


def _papers(site: Site, name: str) -> Iterator[Paper]:
    type_, called = PAPERS.get(name, ("", {}))
    for _, record, sealed in everything_sealed(site):
        if record.document.type == type_:
            values = {column: record.value(called.get(column, column)) or "" for column in COLUMNS[name]}
            day = values.get("ngay_cap") or values.get("ngay_ket_luan") or ""
            yield Paper(record.document.id, f"{day} {sealed.at}", values)


def _register(site: Site, name: str) -> Register:
    if name not in PAPERS:
        raise Usage(f"{name}: lists no papers that could be held against it; known: {', '.join(PAPERS)}")
    register = site.registers.get(name)
    if register is None:
        raise Usage(f"{site.home / 'registers' / name}.csv is not there; lay the register's file there first")
    if isinstance(register, Broken):
        raise Misconfigured(register.text)
    return register


def _safe(text: str) -> str:
    """A text that a spreadsheet would take for a formula, behind an apostrophe."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
