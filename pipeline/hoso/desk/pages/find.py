"""Find: papers by words, by a number, by type, day, agency; a dossier with its papers and its course."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from hoso import keys
from hoso.desk.guard import Signed, allowed
from hoso.desk.show import render
from hoso.desk.sight import account, here_of, is_open, opened_to, values
from hoso.errors import HosoError, Usage
from hoso.nouns import Change, Decision, Fact
from hoso.recipe.asking import asking
from hoso.recipe.sighting import places
from hoso.recipe.standing import changes
from hoso.values.reports import Column, Report, Sheet
from hoso.warehouses.api import Found, Hit, Only

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Finder = Annotated[Signed, Depends(allowed("find"))]
AT_ONCE = 20
KINDS = (
    ("words", "Từ ngữ", "Words"), ("person", "Số định danh", "Personal number"),
    ("number", "Số, ký hiệu", "Number"), ("dossier", "Mã hồ sơ", "Dossier"),
)  # fmt: skip


@router.get("/find")
def find(
    request: Request, who: Finder, q: str = "", by: str = "words", type: str = "", agency: str = "", since: str = "",
    until: str = "", page: int = 1,
) -> Response:  # fmt: skip
    """The form and what it found."""
    rows, text = [], ""
    if q.strip():
        try:
            rows = _hits(who, q, Only(type, agency, since, until, ""), page) if by == "words" else _found(who, by, q)
        except (Usage, HosoError) as error:
            text = getattr(error, "vi", "") or str(error)
    told = {"q": q, "by": by, "type": type, "agency": agency, "since": since, "until": until}
    types = sorted((title, name) for name, title in who.desk.titles.items())
    more = by == "words" and len(rows) == AT_ONCE
    return render(
        request, "find.html", who, rows=rows, text=text, told=told, types=types, kinds=KINDS, page=page, more=more
    )


@router.get("/find.{form}")
def table(
    form: str,
    who: Finder,
    q: str,
    by: str = "words",
    type: str = "",
    agency: str = "",
    since: str = "",
    until: str = "",
) -> Response:
    """What was found, as a table: CSV with a byte order mark, an Excel workbook, or Parquet. Names of dossiers and papers;
    no personal value but where a folder's name holds one."""
    if form not in _FORMS:
        raise HTTPException(404, "Chỉ có csv, xlsx, parquet.")
    rows = _hits(who, q, Only(type, agency, since, until, ""), 1, 1000) if by == "words" else _found(who, by, q)
    cells = [tuple(_text(row[key]) for key, _, _ in _COLUMNS) for row in rows]
    media, made = _FORMS[form]
    headers = {"content-disposition": f'attachment; filename="ket-qua.{form}"'}
    return Response(made(cells), media_type=media, headers=headers)


_COLUMNS = (
    ("code", "ma_ho_so", "Mã hồ sơ"), ("source", "nguon", "Nguồn"), ("type", "loai", "Loại"), ("day", "ngay", "Ngày"),
    ("position", "trang", "Trang"), ("document", "van_ban", "Mã văn bản"),
)  # fmt: skip
_Cells = Sequence[tuple[str, ...]]


def _csv(rows: _Cells) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name for _, name, _ in _COLUMNS])
    for row in rows:
        writer.writerow([f"'{cell}" if cell[:1] in tuple("=+-@\t\r") else cell for cell in row])
    return ("\ufeff" + out.getvalue()).encode()


def _xlsx(rows: _Cells) -> bytes:
    from hoso.exports.reports.workbook import workbook

    columns = tuple(Column(name, title, "text") for _, name, title in _COLUMNS)
    return workbook(Report("find", "", "", "Kết quả tìm", "", (Sheet("found", "Kết quả tìm", columns, tuple(rows)),)))


def _parquet(rows: _Cells) -> bytes:
    from hoso.warehouses.ducklake.frames import parquet

    return parquet([(name, "VARCHAR") for _, name, _ in _COLUMNS], rows)


_FORMS: dict[str, tuple[str, Callable[[_Cells], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
    "parquet": ("application/vnd.apache.parquet", _parquet),
}


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _hits(who: Signed, words: str, only: Only, page: int, limit: int = AT_ONCE) -> list[dict[str, Any]]:
    ask = asking(who.desk.site, bool(who.purpose), who.purpose, who.account.person if who.purpose else "")
    skip = limit * (max(1, page) - 1)
    return [_of_hit(who, hit) for hit in ask.search(words, limit, skip, only)]


def _of_hit(who: Signed, hit: Hit) -> dict[str, Any]:
    boxes = [place.box for place in places(who.desk.site, hit)][:12] if who.purpose else []
    return {"document": hit.document, "dossier": hit.dossier, "code": hit.code, "source": hit.source, "type": hit.type,
            "day": hit.day, "position": hit.position, "snippet": _parts(hit.snippet), "boxes": boxes}  # fmt: skip


def _found(who: Signed, by: str, value: str) -> list[dict[str, Any]]:
    found = who.desk.site.warehouse.lookup(by, value.strip())
    if who.purpose:
        account(who, f"desk: find by {by}", value, len(found))
    return [_of_found(one) for one in found]


def _of_found(one: Found) -> dict[str, Any]:
    boxes = [one.box] if one.box else []
    return {"document": one.document, "dossier": one.dossier, "code": one.code, "source": one.source, "type": one.type,
            "day": "", "position": one.position, "snippet": [(False, one.field)], "boxes": boxes}  # fmt: skip


def _parts(snippet: str) -> list[tuple[bool, str]]:
    """A snippet as (whether it is a word found, text)."""
    parts: list[tuple[bool, str]] = []
    for piece in snippet.split("⟦"):
        found, end, rest = piece.partition("⟧")
        parts += [(True, found), (False, rest)] if end else [(False, found)]
    return [part for part in parts if part[1]]


@router.get("/dossier/{dossier}")
def dossier(
    request: Request, dossier: str, who: Annotated[Signed, Depends(allowed("see", "find"))], paper: str = ""
) -> Response:
    """A dossier: its papers with their values, pages, signed copy; its course out of the ledger."""
    here = here_of(who, dossier)
    opened = is_open(who, here)
    if opened:
        opened_to(who, here)
    outcome = here.outcome
    records = outcome.records if outcome else ()
    chosen = next((one for one in records if one.document.id == paper), records[0] if records else None)
    pages = {page.ref: page.position for page in outcome.pages} if outcome else {}
    papers = [
        {"id": one.document.id, "type": one.document.type, "state": here.states[one.document.id],
         "pages": sorted(pages[ref] for ref in one.document.pages if ref in pages), "verdict": one.verdict}
        for one in records
    ]  # fmt: skip
    return render(
        request, "dossier.html", who, here=here, papers=papers, chosen=chosen, opened=opened,
        fields=values(who, here, chosen) if chosen else [], course=_course(who, here.dossier.id, tuple(here.states)),
        positions=[page.position for page in outcome.pages] if outcome else [],
    )  # fmt: skip


_ACTS = {
    "received": ("Tiếp nhận", "received"), "digitized": ("Đọc xong", "read"), "sealed": ("Ký số", "sealed"),
    "stamped": ("Dấu thời gian", "timestamped"), "loaded": ("Nạp vào kho", "loaded"), "unmasked": ("Xem", "looked at"),
    "erased": ("Tiêu hủy", "erased"), "reused": ("Được dùng lại", "reused"),
}  # fmt: skip


def _course(who: Signed, dossier: str, documents: tuple[str, ...]) -> list[dict[str, str]]:
    """What happened to a dossier and its papers, out of the ledger, the earliest first. Names of who decided are theirs by
    office; values are left out."""
    site = who.desk.site
    facts: list[Fact] = list(site.ledger.facts("", dossier))
    for document in documents:
        facts += site.ledger.facts("", document)
    rows = []
    for fact in sorted(facts, key=lambda one: one.serial):
        if fact.kind in _ACTS:
            rows.append({"at": fact.at, "vi": _ACTS[fact.kind][0], "en": _ACTS[fact.kind][1], "who": ""})
        elif fact.kind == "decided":
            said = keys.decode(site.store.get(fact.body["decision"]), Decision)
            vi, en = ("Duyệt", "approved") if said.verdict == "approved" else ("Giữ lại", "held")
            rows.append({"at": fact.at, "vi": vi, "en": en, "who": said.who})
    for one in changes(site, dossier):
        rows.append({"at": one.at, "vi": _said(one), "en": f"{one.kind} {one.field}", "who": one.who})
    return sorted(rows, key=lambda row: row["at"])


def _said(one: Change) -> str:
    words = {"field": "Sửa", "confirm": "Xác nhận", "type": "Đổi loại", "split": "Tách", "join": "Ghép",
             "turn": "Xoay trang", "rescan": "Yêu cầu quét lại", "undo": "Hoàn tác"}  # fmt: skip
    return f"{words[one.kind]} {one.field}".strip()
