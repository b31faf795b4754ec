"""Fields of a home against the truth: the rows that the calibration is learned from and judged by.

Owns: understanding the readings of a home anew (nothing is read twice, nothing is told to the ledger), pairing its records
with truth files, and whether a value is the true one. Never: fits, or decides what is accepted.

A truth file is JSON as ``tools.papers`` writes it: ``source`` (the folder's name), and ``documents``, each with ``type``,
``positions`` of its pages in the dossier, and ``fields`` (name: value, null where the paper states none).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hoso.calibration import Judged
from hoso.errors import Usage
from hoso.nouns import Field, Record
from hoso.recipe import digitizing
from hoso.recipe.standing import dossiers, standing
from hoso.site import Site
from hoso.values import text as texts

__all__ = ["judged", "same", "truths"]

_EXACT = ("ngay", "so", "ma_", "hang", "gioi_tinh", "nong_do")
"""How names of fields begin that are codes, numbers and dates: right to the letter or wrong."""


def truths(folder: Path) -> dict[str, dict[str, Any]]:
    """Truth files under ``folder`` by the source they are of. Raises :class:`Usage` where there is none."""
    found = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Usage(f"{path}: is no truth file: {error}") from error
        if isinstance(told, dict) and "source" in told and "documents" in told:
            found[str(told["source"])] = told
    if not found:
        raise Usage(f"{folder}: holds no truth file (JSON with source and documents, as tools.papers writes it)")
    return found


def judged(site: Site, told: Mapping[str, dict[str, Any]], label: str = "") -> Iterator[tuple[Judged, Field, Any]]:
    """Every field that has a value, of papers whose type was told right: the row, the field, and the true value.

    ``label`` is put before the source in the row's group. Papers taken for another type are left out: their fields are
    other fields.
    """
    for id_ in dossiers(site):
        here = standing(site, id_)
        truth = told.get(here.dossier.source)
        if truth is None or here.outcome is None:
            continue
        outcome = digitizing.understood(site, here.dossier, here.outcome.seen)
        at = {page.ref: page.position for page in outcome.pages}
        by_position = {at[ref]: record for record in outcome.records for ref in record.document.pages}
        for document in truth["documents"]:
            record = by_position.get(document["positions"][0]) if document["positions"] else None
            if record is not None and record.document.type == document["type"]:
                yield from _fields(site, record, document["fields"], f"{label}{here.dossier.source}")


def _fields(site: Site, record: Record, wanted: Mapping[str, Any], group: str) -> Iterator[tuple[Judged, Field, Any]]:
    form = site.forms.form(record.document.form)
    for field in record.fields:
        rule = form.field(field.name)
        if rule is None or field.name not in wanted or (field.value is None and not field.rows):
            continue
        true = wanted[field.name]
        right = true not in (None, "", []) and same(
            field.name, true, field.value if field.value is not None else list(field.rows)
        )
        row = Judged(form.family, field.name, rule.kind, group, right, dict(field.features))
        yield row, field, true


def same(name: str, wanted: Any, found: Any) -> bool:
    """Whether a value is the true one: tables by the names of their rows, codes and dates to the letter, text case and
    blanks aside."""
    if isinstance(wanted, list):
        rows = found if isinstance(found, list) else []
        return len(rows) == len(wanted) and all(
            same("", _named(w), _named(f)) for w, f in zip(wanted, rows, strict=True)
        )
    if found is None or isinstance(found, list):
        return False
    one, other = texts.squeeze(str(wanted)), texts.squeeze(str(found))
    if name.startswith(_EXACT):
        return one == other
    if name == "chuc_vu":  # the truth joins its lines with a blank, a record with a dash
        one, other = one.replace(" - ", " "), other.replace(" - ", " ")
    return one.casefold() == other.casefold()


def _named(row: Any) -> Any:
    """What a row of a table is called: its ``ten``, else all of its cells."""
    return row.get("ten") or " | ".join(str(row[key]) for key in sorted(row)) if isinstance(row, dict) else row
