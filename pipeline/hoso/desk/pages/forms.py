"""Electronic forms for programs: the JSON Schema of a type, and the taking of a filled form by a portal.

A form that is handed in is drawn and laid into the inbox, as a scan is (``api``): the service takes it within seconds.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel

from hoso.desk.guard import Signed, allowed
from hoso.desk.pages.api import WRONG
from hoso.recipe import eforms
from hoso.recipe.inbox import inboxes
from hoso.stages.eforms import MOST, schema

__all__ = ["router"]

router = APIRouter(prefix="/api/forms", tags=["hoso"], responses=WRONG)


class Handed(BaseModel):
    """A form whose paper was put into the inbox: follow it under its source name (``/api/scans/{source}``)."""

    source: str
    file: str


@router.get("/{type}")
def shape(type: str, who: Annotated[Signed, Depends(allowed("find"))]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a filled form of that type, as it is in force today."""
    site = who.desk.site
    if type not in site.forms.types():
        raise HTTPException(404, f"{type!r} is no type of paper")
    return schema(site.forms.choose(type, site.stamp()[:10]))


@router.post(
    "", status_code=202, openapi_extra={"requestBody": {"required": True, "content": {"application/json": {}}}}
)
async def hand_in(
    request: Request, who: Annotated[Signed, Depends(allowed("correct"))],
    code: Annotated[str, Query(max_length=64, description="The dossier that it belongs to.")] = "",
) -> Handed:  # fmt: skip
    """Hand in a filled form (JSON that fits the schema of its type). It is checked at once; its paper is read, checked and
    approved as any other; handed in twice it is one paper. Papers that an office issues are not taken here."""
    if who.session is not None:
        raise HTTPException(403, "a bearer token is needed")
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MOST:
            raise HTTPException(413, "the form is too large")
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(_laid, who, data, code)


def _laid(who: Signed, data: bytes, code: str) -> Handed:
    site = who.desk.site
    made = eforms.drawn(site, data, who.account.person, code)
    place = site.home / inboxes(site)[0].path / made.source
    place.mkdir(parents=True, exist_ok=True)
    fresh = place / f".{made.name}.part"
    fresh.write_bytes(made.pdf)
    fresh.replace(place / made.name)
    return Handed(source=made.source, file=made.name)
