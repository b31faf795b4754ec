"""What leaves the warehouse as files: papers of a type as a folder for reuse (one data file and its description; the folder
appears whole or not at all), and the Parquet export of everything, remembered so that an erasure reaches it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from hoso import forms, lasting, resources
from hoso.errors import Unavailable, Usage
from hoso.exports import datasets
from hoso.exports.datasets import Column
from hoso.nouns import Fact
from hoso.recipe.asking import Asking
from hoso.recipe.erasing import published
from hoso.site import Site

__all__ = ["export", "forget", "publish"]

_FIXED = (
    Column("document", "Mã văn bản trong Hoso"), Column("dossier", "Mã hồ sơ trong Hoso"),
    Column("code", "Mã hồ sơ hành chính"), Column("source", "Tên tệp hoặc thư mục đã tiếp nhận"),
    Column("verdict", "clear hoặc needs-person"), Column("type_confidence", "Độ tin cậy của loại, 0 đến 1", "number"),
    Column("archive_sha256", "SHA-256 của bản PDF/A đã ký"),
)  # fmt: skip
_KINDS = {"DATE": "date", "JSON": "array"}


def export(asked: Asking, type_: str, target: Path, form: str) -> int:
    """Write the papers of that type under ``target``, a folder not yet there, as "csv", "jsonl" or "parquet" beside
    ``datapackage.json``, in the order of their ids; gives how many. Raises Usage, Unavailable."""
    title, columns = _columns(type_, masked=not asked.purpose)
    if target.exists():
        raise Usage(f"{target}: is there already; name a folder that is not, nothing is overwritten")
    beside, path = target.with_name(f".{target.name}.{os.getpid()}"), f"{type_}.{form}"
    names = ", ".join(f'"{column.name}"' for column in columns)
    sql = f"SELECT {names} FROM v_{type_} ORDER BY document"
    try:
        beside.mkdir(parents=True)
        if form == "parquet":
            asked.export(sql, str(beside / path))
            count = int(str(asked.site.warehouse.query_masked(f"SELECT count(*) FROM v_{type_}").rows[0][0]))
        else:
            answer = asked.query(sql)
            rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
            (beside / path).write_bytes((datasets.spreadsheet if form == "csv" else datasets.lines)(columns, rows))
            count = len(rows)
        content = (beside / path).read_bytes()
        package = datasets.described(type_, title, path, content, columns, "document")
        (beside / "datapackage.json").write_bytes(package)
        for file in (beside / path, beside / "datapackage.json"):
            lasting.sync(file)
        beside.rename(target)
    except OSError as error:
        raise Unavailable(f"{target}: cannot be written: {error.strerror}; choose another place") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return count


def publish(site: Site, target: str, tick: Callable[[int], None]) -> int:
    """Bring the export at ``target`` (an absolute path or an address) up to date; gives how many loads were added. That it
    is there is told before anything is written. ``tick`` as of ``Warehouse.publish``."""
    if target not in published(site):
        site.ledger.tell(Fact("published", target, site.stamp(), {}))
    return site.warehouse.publish(target, tick)


def forget(site: Site, target: str) -> None:
    """Say that the export at ``target`` is gone for good. Raises Usage where nothing was published there."""
    if target not in published(site):
        raise Usage(f"nothing was published to {target}; known: {', '.join(published(site)) or 'no place'}")
    site.ledger.tell(Fact("published", target, site.stamp(), {"gone": "1"}))


def _columns(type_: str, masked: bool) -> tuple[str, tuple[Column, ...]]:
    known = forms.load(resources.folder("schemas"))
    if type_ not in known.types():
        near = get_close_matches(type_, known.types(), 1)
        raise Usage(f"there is no type {type_!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    rules: dict[str, forms.FieldRule] = {}
    personal: set[str] = set()
    for form in (known.latest(type_), *(form for form in known.all if form.type == type_)):
        for rule in form.fields:
            rules.setdefault(rule.name, rule)
            personal |= {rule.name} if rule.personal else set()
    made = []
    for rule in rules.values():
        hidden = masked and rule.name in personal
        kind = _KINDS.get(rule.column, "string")
        kind = "string" if hidden and kind == "date" else kind
        made.append(Column(rule.name, rule.title, kind, "Dữ liệu cá nhân, đã che" if hidden else ""))
    return known.latest(type_).title, (*_FIXED, *made)
