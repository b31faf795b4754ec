"""Key again: a small share of what was accepted without a person is keyed once more by one who does not see what was
accepted; where both differ, a third person looks. Forms alone: it works without a script, and by the keyboard."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hoso.desk.guard import Signed, allowed, posted
from hoso.desk.show import render
from hoso.desk.sight import here_of, page_of
from hoso.errors import Refused
from hoso.recipe import keying
from hoso.recipe.picturing import Pictures

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Keyer = Annotated[Signed, Depends(allowed("correct"))]
Posted = Annotated[Signed, Depends(posted("correct"))]
_SHOWN = 100
"""What is counted of what is left at most: more is "100+"."""


@router.get("/keying")
def keying_(request: Request, who: Keyer, skip: int = 0, done: str = "") -> Response:
    """The field that has waited longest for this person, behind the first ``skip``."""
    site, person = who.desk.site, who.account.person
    left = list(islice(keying.due(site, person), _SHOWN + 1))
    one = left[min(max(0, skip), len(left) - 1)] if left else None
    told = None
    if one is not None:
        record, form = keying.record_of(site, one.document)
        rule = form.field(one.field)
        told = {
            "due": one, "title": rule.title if rule else one.field, "choices": rule.choices if rule else (),
            # Only the third person sees both, in an order that tells nothing of which came first.
            "both": sorted({one.keyed or "", record.value(one.field) or ""}) if one.first else [],
            "kind": rule.kind if rule else "text",
        }  # fmt: skip
    return render(request, "keying.html", who, told=told, left=len(left), most=_SHOWN, skip=skip, done=done)


@router.get("/keying/{document}/{field}.jpg")
def ink(request: Request, document: str, field: str, who: Keyer) -> Response:
    """Where the field stands on its page: shown to whom it is given to key, though the paper is filed."""
    try:
        one = keying.mine(who.desk.site, document, field, who.account.person)
    except Refused as error:
        raise HTTPException(403, error.vi) from None
    record, _ = keying.record_of(who.desk.site, document)
    place = next(f.place for f in record.fields if f.name == field)
    if place is None:
        raise HTTPException(404, "Trường này không có vị trí trên giấy.")
    shown, scan = page_of(here_of(who, one.dossier), place.position)
    pictures: Pictures = request.app.state.pictures
    return Response(pictures.crop(shown, scan.media_type, place.box), media_type="image/jpeg")


@router.post("/keying")
def key(
    who: Posted, document: Annotated[str, Form()], field: Annotated[str, Form()], value: Annotated[str, Form()] = "",
    absent: Annotated[str, Form()] = "", third: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """What stands on the paper; ``absent``: no such value. The answer never says whether it is as accepted."""
    if not value.strip() and not absent:
        raise HTTPException(422, "Hãy nhập giá trị trên giấy, hoặc chọn “Không có trên giấy”.")
    act = keying.settle if third else keying.key_again
    act(who.desk.site, document, field, "" if absent else value, who.account.person)
    return RedirectResponse("/keying?done=1", 303)
