"""Group verification: doubtful fields of one kind from many papers in one grid; the right ones accepted at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from hoso.desk.guard import Signed, allowed, changing
from hoso.desk.show import render
from hoso.desk.sight import record_of
from hoso.errors import HosoError
from hoso.recipe import correcting
from hoso.recipe.standing import record_digest

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
AT_ONCE = 48


class Cell(BaseModel):
    """A field of the grid as it was shown: confirmed where ``value`` is None, else corrected to it."""

    document: str
    seen: str
    field: str
    value: str | None = None


class Cells(BaseModel):
    """What was said of a whole grid."""

    cells: list[Cell]


@router.get("/group")
def group(
    request: Request, who: Annotated[Signed, Depends(allowed("correct"))], kind: str = "", type: str = "", name: str = "",
    page: int = 1,
) -> Response:  # fmt: skip
    """The kinds there are, or the grid of one."""
    who.desk.board.follow()
    if not (kind or type or name):
        return render(request, "groups.html", who, groups=who.desk.board.groups(), forms=who.desk.site.forms)
    skip = AT_ONCE * (max(1, page) - 1)
    cells = [
        cell
        for doubt in who.desk.board.doubts(kind, type, name, AT_ONCE, skip)
        if (cell := _cell(who, doubt.document, doubt.name))
    ]
    return render(
        request, "group.html", who, cells=cells, kind=kind, type=type, name=name, page=page, more=len(cells) == AT_ONCE
    )


def _cell(who: Signed, document: str, name: str) -> dict[str, Any] | None:
    try:
        _, record = record_of(who, document)
    except HTTPException:
        return None
    field = next((one for one in record.fields if one.name == name), None)
    if field is None or field.status not in ("doubtful", "missing"):
        return None
    rule = who.desk.site.forms.form(record.document.form).field(name)
    texts = [problem.text for problem in record.problems if problem.field == name]
    return {
        "document": document, "seen": record_digest(record), "field": name, "title": rule.title if rule else name,
        "type": record.document.type, "value": field.value or "", "choices": list(rule.choices) if rule else [],
        "ink": field.place is not None, "why": texts[0] if texts else "", "table": bool(field.rows),
    }  # fmt: skip


@router.post("/group/say")
def say(said: Cells, who: Annotated[Signed, Depends(changing("correct"))]) -> Response:
    """Confirm and correct; the answer tells of each cell whether it was taken, and why not. Fields of one paper in one grid
    are said one after the other, each upon what the one before left."""
    fresh: dict[str, str] = {}
    answers = []
    site, person = who.desk.site, who.account.person
    for cell in said.cells:
        seen = fresh.get(cell.document, cell.seen)
        try:
            if cell.value is None:
                after = correcting.confirm(site, cell.document, seen, [cell.field], person)
            else:
                after = correcting.correct(site, cell.document, seen, {cell.field: cell.value}, person)
        except HosoError as error:
            text = getattr(error, "vi", "") or str(error)
            answers.append({"document": cell.document, "field": cell.field, "done": False, "text": text})
            continue
        records = after.outcome.records if after.outcome else ()
        record = next((one for one in records if one.document.id == cell.document), None)
        if record is not None:
            fresh[cell.document] = record_digest(record)
        field = next((one for one in record.fields if one.name == cell.field), None) if record else None
        done = field is not None and field.status in ("clear", "empty")
        why = next((p.text for p in record.problems if p.field == cell.field), "") if record and not done else ""
        answers.append({"document": cell.document, "field": cell.field, "done": done, "text": why,
                        "seen": fresh.get(cell.document, "")})  # fmt: skip
    who.desk.board.follow()
    return JSONResponse({"cells": answers})
