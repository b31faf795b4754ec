"""Approve: papers ready for the seal with their first pages, let through or held one by one or together; mandates."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hoso.desk.guard import Signed, allowed, posted
from hoso.desk.show import render
from hoso.desk.sight import record_of
from hoso.errors import HosoError
from hoso.nouns import Record
from hoso.recipe import approving
from hoso.recipe.standing import mandates, record_digest
from hoso.site import HANOI

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Approver = Annotated[Signed, Depends(allowed("approve"))]
Posted = Annotated[Signed, Depends(posted("approve"))]
AT_ONCE = 24


@router.get("/approve")
def approve(request: Request, who: Approver, type: str = "", page: int = 1, done: int = -1, text: str = "") -> Response:
    """The contact sheet of what is ready."""
    board = who.desk.board
    board.follow()
    papers = board.papers("ready", type_=type, limit=AT_ONCE, skip=AT_ONCE * (max(1, page) - 1))
    rows = []
    for paper in papers:
        try:
            _, record = record_of(who, paper.id)
        except HTTPException:
            continue
        rows.append({"paper": paper, "seen": record_digest(record), "lines": _lines(who, record)})
    now = who.desk.site.stamp()
    given = [m for m in mandates(who.desk.site) if not m.withdrawn and m.until >= now]
    return render(
        request, "approve.html", who, rows=rows, types=board.types("ready"), type=type, page=page, mandates=given,
        more=len(papers) == AT_ONCE, done=done, text=text, every=sorted(who.desk.site.forms.types()),
    )  # fmt: skip


def _lines(who: Signed, record: Record) -> list[tuple[str, str]]:
    """(title, value) of the fields that tell what a paper is, five at most."""
    form = who.desk.site.forms.form(record.document.form)
    titled = [(rule.title, field.value) for field in record.fields if field.value and (rule := form.field(field.name))]
    return titled[:5]


@router.post("/approve")
def decide(
    who: Posted, chosen: Annotated[list[str] | None, Form()] = None, verdict: Annotated[str, Form()] = "approved",
    note: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Say of the papers chosen ("document:seen") that they are let through or held. One that changed since it was shown is
    left as it is and told."""
    done, left = 0, []
    if verdict not in ("approved", "held"):
        raise HTTPException(422, "Quyết định là duyệt hoặc giữ lại.")
    if verdict == "held" and not note.strip():
        raise HTTPException(422, "Hãy ghi lý do giữ lại.")
    for one in chosen or []:
        document, _, seen = one.partition(":")
        try:
            _, record = record_of(who, document)
            if record_digest(record) != seen:
                left.append(document)
                continue
            approving.decide(who.desk.site, record, who.account.person, verdict, note)
            done += 1
        except (HosoError, HTTPException):
            left.append(document)
    who.desk.board.follow()
    text = f"{len(left)} giấy tờ đã thay đổi hoặc không duyệt được: hãy xem lại." if left else ""
    return RedirectResponse(f"/approve?done={done}&text={text}", 303)


@router.post("/mandates")
def give(who: Posted, until: Annotated[str, Form()], types: Annotated[list[str] | None, Form()] = None) -> Response:
    """A standing order of the one who asks, until the end of that day."""
    try:
        end = datetime.fromisoformat(until).replace(hour=23, minute=59, second=59, tzinfo=HANOI)
    except ValueError:
        raise HTTPException(422, "Ngày hết hiệu lực không đúng.") from None
    approving.give_mandate(
        who.desk.site, who.account.person, end, tuple(types or ()), test=who.desk.site.settings.office.test
    )
    return RedirectResponse("/approve", 303)


@router.post("/mandates/{mandate}/end")
def withdraw(mandate: str, who: Posted) -> Response:
    """End it now."""
    approving.withdraw_mandate(who.desk.site, mandate)
    return RedirectResponse("/approve", 303)
