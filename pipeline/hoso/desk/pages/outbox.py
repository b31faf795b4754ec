"""The outbox for people: what other systems are to be told, why something is stuck; putting it forward or dropping it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hoso.desk.guard import Signed, allowed, posted
from hoso.desk.show import render
from hoso.errors import Usage
from hoso.recipe import outbox

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Looker = Annotated[Signed, Depends(allowed("approve", "accounts"))]
Actor = Annotated[Signed, Depends(posted("approve", "accounts"))]
AT_ONCE = 50
STATES = {
    "waiting": ("chờ gửi", "waits"), "sending": ("đang gửi", "being sent"), "held": ("cần người xử lý", "held"),
    "sent": ("đã gửi", "sent"), "done": ("xong", "done"), "dropped": ("đã bỏ", "dropped"),
    "replaced": ("đã thay", "replaced"), "erased": ("đã tiêu hủy", "erased"),
}  # fmt: skip


@router.get("/outbox")
def outbox_page(request: Request, who: Looker, to: str = "", state: str = "", page: int = 1) -> Response:
    """Messages that are not done with, in the order queued; of one system, in one state."""
    site = who.desk.site
    counts: Counter[tuple[str, str]] = Counter()
    fitting: list[outbox.Item] = []
    for one in outbox.items(site):
        counts[one.target, one.state] += 1
        if (not to or one.target == to) and (not state or one.state == state):
            fitting.append(one)
    page = max(1, page)
    shown = islice(fitting, AT_ONCE * (page - 1), AT_ONCE * page)
    return render(
        request, "outbox.html", who, rows=[_row(who, one) for one in shown], counts=sorted(counts.items()), to=to,
        state=state, said=STATES, page=page, more=len(fitting) > AT_ONCE * page,
        link=site.settings.outbox.link,
    )  # fmt: skip


@router.post("/outbox/{message}/{act}")
def act(message: str, act: str, who: Actor, note: Annotated[str, Form()] = "") -> Response:
    """Put a message forward ("retry"), or give it up for good ("drop", with a reason)."""
    site, person = who.desk.site, who.account.person
    try:
        one = outbox.find(site, message)
        if one.effect.key != message:
            raise HTTPException(404, "Không có bản tin này.")
    except Usage:
        raise HTTPException(404, "Không có bản tin này.") from None
    if act not in ("retry", "drop"):
        raise HTTPException(404, "Không có việc này.")
    if one.state not in ("held", "waiting"):
        raise HTTPException(409, "Bản tin này đã đổi trạng thái; hãy tải lại trang.")
    if act == "retry":
        if one.reason == "faults":
            raise HTTPException(409, "Bản tin này thiếu hoặc sai dữ liệu: hãy sửa giấy tờ, bản tin mới sẽ thay nó.")
        outbox.retry(site, one, person)
    else:
        if not note.strip():
            raise HTTPException(422, "Hãy ghi lý do bỏ bản tin.")
        outbox.drop(site, one, person, note.strip()[:500])
    return RedirectResponse("/outbox", 303)


def _row(who: Signed, one: outbox.Item) -> dict[str, Any]:
    body = one.effect.body
    return {
        "key": one.effect.key, "to": one.target, "kind": body["kind"], "dossier": body["dossier"],
        "document": body["document"], "state": one.state, "queued": one.effect.at, "tries": one.tries, "next": one.next,
        "why": _masked(outbox.said(who.desk.site, one.said)), "reason": one.reason,
        "acts": one.state in ("held", "waiting"), "again": one.reason != "faults",
    }  # fmt: skip


def _masked(text: str) -> str:
    """The text without the beginnings of long numbers: a receiver may repeat what was sent to it."""
    return re.sub(r"\d{6,}", lambda found: "•" * (len(found[0]) - 3) + found[0][-3:], text)
