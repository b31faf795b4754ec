"""Verify: a paper's page beside its fields; what is doubtful is settled by the keyboard, each word a change."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from hoso.desk.guard import Signed, allowed, changing
from hoso.desk.show import render
from hoso.desk.sight import record_of
from hoso.errors import NeedsPerson, Stale, Usage
from hoso.nouns import Record, Standing
from hoso.recipe import approving, correcting
from hoso.recipe.standing import changes, record_digest

__all__ = ["router", "state"]

router = APIRouter(include_in_schema=False)
Worker = Annotated[Signed, Depends(allowed("correct"))]
Changer = Annotated[Signed, Depends(changing("correct"))]


class Said(BaseModel):
    """One thing said of a document that was looked at as ``seen``."""

    seen: str
    kind: Literal["field", "confirm", "absent", "type", "split", "join", "turn", "rescan", "undo", "hold"]
    field: str = ""
    value: str = ""
    position: int = 0
    other: str = ""
    other_seen: str = ""
    note: str = ""


class Typed(BaseModel):
    """What is being typed into a field of a type of paper."""

    type: str
    form: str = ""
    field: str
    value: str


@router.get("/verify")
def first(request: Request, who: Worker, after: str = "") -> Response:
    """The paper that waits longest, or the next behind ``after``."""
    who.desk.board.follow()
    paper = who.desk.board.next(after)
    if paper is None:
        return render(request, "nothing.html", who, counts=who.desk.board.counts())
    return RedirectResponse(f"/verify/{paper.id}", 303)


@router.get("/verify/{document}")
def verify(request: Request, document: str, who: Worker) -> Response:
    """The page; a script fills it from :func:`told`."""
    here, record = record_of(who, document)
    types = sorted((title, name) for name, title in who.desk.titles.items())
    return render(
        request, "verify.html", who, here=here, record=record, types=types, left=who.desk.board.counts()["waiting"]
    )


@router.get("/verify/{document}/state")
def told(document: str, who: Worker) -> Response:
    """The paper as it stands."""
    here, record = record_of(who, document)
    return JSONResponse(state(who, here, record))


@router.post("/verify/type")
def typed(said: Typed, who: Changer) -> Response:
    """What a typed text would become, and what would be wrong with it by itself."""
    value, problem = correcting.normalised(who.desk.site, said.type, said.field, said.value, said.form)
    return JSONResponse({"value": value, "problem": problem.text if problem else ""})


@router.post("/verify/{document}/say")
def say(document: str, said: Said, who: Changer) -> Response:
    """Say one thing; the answer is the paper as it stands then. 409 where another was sooner, with how it stands now."""
    here, _ = record_of(who, document)
    try:
        after = _do(who, here, document, said)
    except Stale as error:
        here, record = record_of(who, document)
        return JSONResponse({"error": "stale", "text": getattr(error, "vi", "") or str(error),
                             "state": state(who, here, record)}, 409)  # fmt: skip
    who.desk.board.follow()
    mine = _same(after, document)
    if mine is None:  # parted, joined or of another type: another document has its first page now
        return JSONResponse({"moved": _first_page(after, here, document)})
    return JSONResponse(state(who, after, mine))


def _do(who: Signed, here: Standing, document: str, said: Said) -> Standing:
    site, person, dossier = who.desk.site, who.account.person, here.dossier.id
    match said.kind:
        case "field":
            return correcting.correct(site, document, said.seen, {said.field: said.value}, person, said.note)
        case "absent":
            return correcting.correct(site, document, said.seen, {said.field: None}, person, said.note)
        case "confirm":
            return correcting.confirm(site, document, said.seen, [said.field], person, said.note)
        case "type":
            return correcting.retype(site, document, said.seen, said.value, person, said.note)
        case "split":
            return correcting.split(site, document, said.seen, said.position, person, said.note)
        case "join":
            return correcting.join(site, document, said.other, (said.seen, said.other_seen), person, said.note)
        case "turn":
            return correcting.turn(site, dossier, said.position, int(said.value), person, said.note)
        case "rescan":
            return correcting.rescan(site, dossier, said.position, person, said.note)
        case "undo":
            mine = [one for one in changes(site, dossier) if one.who == person and one.kind != "undo"]
            undone = {one.of for one in changes(site, dossier) if one.kind == "undo"}
            left = [one for one in mine if one.id not in undone and one.id.partition(".")[0] not in undone]
            if not left:
                raise Usage("Bạn chưa sửa gì trong hồ sơ này.")
            return correcting.undo(site, left[-1].id, person, said.note)
        case "hold":
            if not said.note.strip():
                raise Usage("Hãy ghi lý do giữ lại.")
            record = _same(here, document)
            if record is None or record_digest(record) != said.seen:
                raise NeedsPerson("Giấy tờ đã thay đổi; hãy xem lại.")
            approving.decide(site, record, person, "held", said.note)
            return here


def _same(here: Standing, document: str) -> Record | None:
    records = here.outcome.records if here.outcome else ()
    return next((one for one in records if one.document.id == document), None)


def _first_page(after: Standing, before: Standing, document: str) -> str:
    """The document that now begins with the first page of one that was, or that holds it."""
    was = _same(before, document)
    records = after.outcome.records if after.outcome else ()
    first = was.document.pages[0] if was else None
    return next((one.document.id for one in records if first in one.document.pages), "")


def state(who: Signed, here: Standing, record: Record) -> dict[str, Any]:
    """A paper as the page's script needs it: fields with the ink, the other readings and what is wrong in plain words; its
    pages; the paper behind it."""
    assert here.outcome is not None
    form = who.desk.site.forms.form(record.document.form)
    problems: dict[str, list[dict[str, str]]] = {}
    for problem in record.problems:
        problems.setdefault(problem.field, []).append({"text": problem.text, "severity": problem.severity})
    fields = []
    for field in record.fields:
        rule = form.field(field.name)
        others = list(dict.fromkeys(value for _, value, _ in field.said if value and value != field.value))
        fields.append({
            "name": field.name, "title": rule.title if rule else field.name, "kind": rule.kind if rule else "text",
            "choices": list(rule.choices) if rule else [], "value": field.value, "raw": field.raw, "status": field.status,
            "source": field.source, "confidence": round(field.confidence, 3), "rows": list(field.rows),
            "place": {"position": field.place.position, "box": field.place.box} if field.place else None,
            "others": others[:4], "problems": problems.get(field.name, []),
        })  # fmt: skip
    positions = {page.ref: page.position for page in here.outcome.pages}
    siblings = [one.document.id for one in here.outcome.records]
    at = siblings.index(record.document.id)
    following = here.outcome.records[at + 1] if at + 1 < len(siblings) else None
    return {
        "document": record.document.id, "dossier": here.dossier.id, "seen": record_digest(record),
        "type": record.document.type, "form": record.document.form, "verdict": record.verdict,
        "state": here.states[record.document.id], "fields": fields, "problems": problems.get("", []),
        "pages": sorted(positions[ref] for ref in record.document.pages if ref in positions),
        "next": {"document": following.document.id, "seen": record_digest(following)} if following else None,
    }  # fmt: skip
