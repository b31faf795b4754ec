"""The API for programs of the office and of other systems, under the rules of the pages.

Submit a scan, follow it, fetch record, text and signed copy, ask once only. ``hoso account token`` makes bearer tokens.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, HTTPException, Query, UploadFile
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field

from hoso import keys
from hoso.desk.guard import Signed, allowed, asked
from hoso.desk.sight import account, here_of, is_open, record_of, unmasks, values
from hoso.nouns import Seen
from hoso.recipe import holding
from hoso.recipe.inbox import inboxes
from hoso.values import names

__all__ = ["WRONG", "router"]

WRONG: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body cannot be taken apart."}, 401: {"description": "No token, or one that is shut."},
    403: {"description": "The account may not."}, 404: {"description": "There is no such thing."},
    409: {"description": "It cannot be done as things stand; the text says why."}, 413: {"description": "Too large."},
    422: {"description": "Something asked for is missing or wrong."}, 503: {"description": "Try again later."},
}  # fmt: skip
router = APIRouter(prefix="/api", tags=["hoso"], responses=WRONG)
Finder = Annotated[Signed, Depends(allowed("find"))]
Purpose = Annotated[str, Query(description="What personal data are asked for; kept in the ledger.", max_length=200)]
_MOST = 500_000_000
_ENDINGS = (".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff")


class Submitted(BaseModel):
    """A scan that was put into the inbox: follow it under its source name."""

    source: str


class Paper(BaseModel):
    """A document of a dossier: where it stands and what it says. Values that tell of a person are null (masked) without a
    purpose."""

    document: str
    dossier: str
    type: str
    state: Literal["waiting", "ready", "approved", "unstamped", "sealed"]
    verdict: str
    fields: dict[str, str | None]
    masked: list[str]
    problems: list[dict[str, str]]


class Held(BaseModel):
    """A paper that the office holds."""

    document: str
    dossier: str
    code: str
    type: str
    title: str
    number: str
    issued: str
    until: str = Field(description='Last day of use; "" where the form knows no term, 9999-12-31 for one without end.')
    state: Literal["valid", "ended", "unknown"]
    archive: str


class Draw(BaseModel):
    """That a held paper stands in for one of another dossier."""

    code: str = Field(min_length=1, max_length=64, description="The dossier that it stands in for.")
    purpose: str = Field(min_length=1, max_length=200)


@router.get("/me")
def me(who: Annotated[Signed, Depends(asked)]) -> dict[str, str]:
    """Whose token this is."""
    return {"name": who.account.name, "person": who.account.person, "role": who.account.role}


@router.post("/scans", status_code=202)
def submit(
    who: Annotated[Signed, Depends(allowed("correct"))], file: Annotated[UploadFile, File()],
    source: Annotated[str, Query(min_length=1, max_length=120, description="Under what it comes; the dossier's name.")],
) -> Submitted:  # fmt: skip
    """Put a scan (PDF, JPEG, PNG, TIFF) into the inbox. It is taken within seconds where the service runs."""
    if who.session is not None:
        raise HTTPException(403, "a bearer token is needed")
    name = names.nfc((file.filename or "scan.pdf").replace("\\", "/").rpartition("/")[2])
    folder = names.nfc(source)
    if not name.lower().endswith(_ENDINGS) or names.ignored(name) or names.ignored(folder):
        raise HTTPException(422, f"a scan ends with one of {', '.join(_ENDINGS)}, and its name is no hidden one")
    if (
        not re.fullmatch(r"[^/\\\x00-\x1f\x7f-\x9f]+", folder)
        or folder.strip(". ") == ""
        or not names.shown(name) == name
    ):
        raise HTTPException(422, "the source is a plain name without slashes or control characters")
    if len(folder.encode()) > 200 or len(name.encode()) > 200:
        raise HTTPException(422, "the name is too long: 200 bytes at most")
    site = who.desk.site
    place = site.home / inboxes(site)[0].path / folder
    place.mkdir(parents=True, exist_ok=True)
    path, fresh, size = place / name, place / f".{name}.part", 0
    if path.exists():
        raise HTTPException(409, "a file of that name waits in that source already")
    with fresh.open("wb") as out:
        while part := file.file.read(1 << 20):
            size += len(part)
            if size > min(_MOST, site.settings.reading.max_bytes):
                fresh.unlink()
                raise HTTPException(413, "the file is too large")
            out.write(part)
    fresh.replace(path)
    return Submitted(source=folder)


@router.get("/scans/{source}")
def follow(source: str, who: Finder) -> list[dict[str, Any]]:
    """Where the dossiers stand that came under that source name; [] while none was taken."""
    site = who.desk.site
    found = []
    for fact in site.ledger.facts("source", keys.key("source", names.nfc(source))):
        here = here_of(who, fact.body["dossier"])
        found.append({
            "dossier": here.dossier.id, "received": here.dossier.received, "read": here.outcome is not None,
            "repeats": here.duplicate_of,
            "documents": [{"document": id_, "state": state} for id_, state in here.states.items()],
            "refused": [one.reason for one in here.outcome.quarantined] if here.outcome else [],
        })  # fmt: skip
    return found


@router.get("/documents/{document}")
def document(document: str, who: Finder, purpose: Purpose = "") -> Paper:
    """A record."""
    who = _for(who, purpose)
    here, record = record_of(who, document)
    shown = values(who, here, record)
    if is_open(who, here) and who.purpose:
        _account(who, document, len(shown))
    return Paper(
        document=document, dossier=here.dossier.id, type=record.document.type, state=here.states[document],
        verdict=record.verdict, fields={row["name"]: row["value"] for row in shown},
        masked=[row["name"] for row in shown if row["masked"]],
        problems=[{"code": one.code, "severity": one.severity, "field": one.field} for one in record.problems],
    )  # fmt: skip


@router.get("/documents/{document}/text")
def text(document: str, who: Finder, purpose: Annotated[str, Query(min_length=1, max_length=200)]) -> PlainTextResponse:
    """The text of its pages, a form feed between two."""
    who = _for(who, purpose)
    here, record = record_of(who, document)
    if not is_open(who, here) or here.outcome is None:
        raise HTTPException(403, "personal data may not be seen with this account")
    digests = {page.ref: seen for page, seen in zip(here.outcome.pages, here.outcome.seen, strict=True)}
    pages = [
        keys.decode(who.desk.site.store.get(digests[ref]), Seen) for ref in record.document.pages if ref in digests
    ]
    _account(who, document, len(pages))
    return PlainTextResponse("\f".join(page.reading.text() for page in pages))


@router.get("/documents/{document}/signed")
def signed(document: str, who: Finder, purpose: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """The signed copy (PDF/A, PAdES)."""
    who = _for(who, purpose)
    here, _ = record_of(who, document)
    if not is_open(who, here):
        raise HTTPException(403, "personal data may not be seen with this account")
    if document not in here.sealed:
        raise HTTPException(404, "this document is not sealed")
    _account(who, document, 1)
    headers = {"content-disposition": f'attachment; filename="{document}.pdf"', "content-security-policy": "sandbox"}
    return Response(who.desk.site.store.get(here.sealed[document].after), media_type="application/pdf", headers=headers)


@router.get("/held")
def held(
    who: Annotated[Signed, Depends(allowed("unmask"))], type: str,
    number: Annotated[str, Query(pattern=r"^(\d{9}|\d{12})$", description="Personal number, or the old identity card's.")],
    purpose: Annotated[str, Query(min_length=1, max_length=200)], on: date | None = None,
) -> list[Held]:  # fmt: skip
    """Does the office already hold a valid paper of this kind for this person? Valid ones first. Each question is kept with
    who asked, for what, and a key of the person."""
    if type not in who.desk.site.forms.types():
        raise HTTPException(422, f"{type!r} is no type of paper")
    if not unmasks(who):
        raise HTTPException(403, "settings.toml [personal] unmask does not name this account")
    found = holding.holdings(who.desk.site, number, type, who.account.person, purpose, on)
    return [Held(**asdict(one)) for one in found]


@router.post("/held/{document}/use", status_code=201)
def use(document: str, said: Draw, who: Annotated[Signed, Depends(allowed("unmask"))]) -> dict[str, str]:
    """A held paper stands in for one of that dossier; told once, and counted as true reuse."""
    if who.session is not None:
        raise HTTPException(403, "a bearer token is needed")
    fact = holding.draw_on(who.desk.site, document, said.code, who.account.person, said.purpose)
    return {"document": document, "for": fact.body["for"], "at": fact.at}


def _for(who: Signed, purpose: str) -> Signed:
    """Who asks, for that purpose where the role may unmask; a program states it with each question."""
    if not purpose.strip() or not who.account.may("unmask"):
        return who
    return Signed(who.desk, who.account, None, purpose.strip())


def _account(who: Signed, document: str, rows: int) -> None:
    account(who, "api: document", document, rows)
