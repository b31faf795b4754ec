"""What pages of several kinds show of papers: pictures, ink of a field, the signed PDF; and who may see them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from hoso.desk.guard import Signed, allowed
from hoso.desk.sight import here_of, opened_to, page_of, record_of
from hoso.recipe.picturing import Pictures

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_KEPT = {"cache-control": "private, max-age=3600"}
_SHUT = {"content-security-policy": "sandbox; default-src 'none'", "cross-origin-resource-policy": "same-origin"}
"""For bytes that came from outside: were a browser to take them for a page, it would be one without scripts or origin."""


@router.get("/page/{dossier}/{position}.jpg")
def page(
    request: Request, dossier: str, position: int, who: Annotated[Signed, Depends(allowed("see", "find"))]
) -> Response:
    """A page, upright."""
    here = here_of(who, dossier)
    opened_to(who, here)
    shown, scan = page_of(here, position)
    pictures: Pictures = request.app.state.pictures
    return Response(pictures.page(shown, scan.media_type), media_type="image/jpeg", headers=_KEPT)


@router.get("/ink/{document}/{field}.jpg")
def ink(
    request: Request, document: str, field: str, who: Annotated[Signed, Depends(allowed("see", "find"))]
) -> Response:
    """Where a field stands on its page."""
    here, record = record_of(who, document)
    opened_to(who, here)
    place = next((f.place for f in record.fields if f.name == field and f.place is not None), None)
    if place is None:
        raise HTTPException(404, "Trường này không có vị trí trên giấy.")
    shown, scan = page_of(here, place.position)
    pictures: Pictures = request.app.state.pictures
    return Response(pictures.crop(shown, scan.media_type, place.box), media_type="image/jpeg", headers=_KEPT)


@router.get("/signed/{document}.pdf")
def signed(document: str, who: Annotated[Signed, Depends(allowed("see", "find"))]) -> Response:
    """The signed copy. Shown by the browser's own reader, in a frame that may run nothing."""
    here, _ = record_of(who, document)
    opened_to(who, here)
    sealed = here.sealed.get(document)
    if sealed is None:
        raise HTTPException(404, "Giấy tờ này chưa được ký số.")
    name = f'inline; filename="{document}.pdf"'
    data = who.desk.site.store.get(sealed.after)
    return Response(data, media_type="application/pdf", headers=_KEPT | _SHUT | {"content-disposition": name})
