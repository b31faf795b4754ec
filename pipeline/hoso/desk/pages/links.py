"""Files for other systems by signed, ending addresses: whoever holds one fetches that file, without an account.

The address itself is the guard (``exports.links``): nothing else of the desk opens with it, and no session with a file.
"""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response

from hoso import keys
from hoso.desk.guard import desk_of
from hoso.errors import Refused
from hoso.exports.links import Links
from hoso.nouns import Fact

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
_MEDIA = {"pdf": "application/pdf", "xml": "application/xml", "zip": "application/zip", "json": "application/json"}
_SHUT = {
    "content-security-policy": "sandbox; default-src 'none'",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}


@router.api_route("/tep/{name}", methods=["GET", "HEAD"])
def file(name: str, request: Request) -> Response:
    """The file of a signed address, to be kept and not shown (no browser runs it): 403 for an address that this home did
    not make, 410 for one that has ended or whose file was destroyed. Each address fetched is told to the ledger once."""
    site = desk_of(request).site
    address = f"{request.url.path}?{request.url.query}"
    try:
        digest, receiver = Links(site.settings.outbox, site.home).allowed(address, site.now())
    except Refused as error:
        status = 410 if error.reason == "link.ended" else 403
        return PlainTextResponse(error.vi, status, headers=_SHUT)
    if not site.store.has(digest):
        raise HTTPException(410, "Tệp này không còn trong kho.")
    data = site.store.get(digest)
    if request.method == "GET":
        fact = Fact("fetched", digest, site.stamp(), {"to": receiver})
        site.ledger.tell(fact, once=keys.key("fetched", address))
    ending = name.rpartition(".")[2]
    headers = _SHUT | {"content-disposition": f'attachment; filename="{digest[:16]}.{ending}"'}
    return Response(data, media_type=_MEDIA.get(ending, "application/octet-stream"), headers=headers)
