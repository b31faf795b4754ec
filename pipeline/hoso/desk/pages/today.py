"""Today: what came, what waits for whom, what was refused and why, the page balance, what runs now; live."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hoso import keys
from hoso.desk.guard import Signed, allowed, posted
from hoso.desk.show import render
from hoso.nouns import Outcome
from hoso.recipe import nights
from hoso.recipe.inbox import inboxes
from hoso.recipe.standing import standing

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
LOOKING = ("see", "find", "figures", "accounts")


@router.get("/")
def today(request: Request, who: Annotated[Signed, Depends(allowed(*LOOKING))]) -> Response:
    """The page."""
    return render(request, "today.html", who, **_told(who))


@router.get("/today/live")
def live(request: Request, who: Annotated[Signed, Depends(allowed(*LOOKING))]) -> Response:
    """The part of it that changes; asked for every few seconds."""
    return render(request, "today_live.html", who, **_told(who))


_kept: dict[tuple[object, ...], tuple[float, dict[str, Any]]] = {}
_FRESH = 2.0  # seconds for which all who look are shown the same, where nothing was told meanwhile


def _told(who: Signed) -> dict[str, Any]:
    who.desk.board.follow()
    key = (who.desk.site.home, who.desk.board.serial, who.account.may("see"))
    at, told = _kept.get(key, (0.0, {}))
    if not told or time.monotonic() - at > _FRESH:
        told = _made(who)
        _kept.clear()
        _kept[key] = time.monotonic(), told
    return told


def _made(who: Signed) -> dict[str, Any]:
    desk = who.desk
    now = desk.site.now()
    since = (now - timedelta(days=13)).date().isoformat()
    days = {day: (dossiers, pages) for day, dossiers, pages in desk.board.days(since)}
    every = [(now - timedelta(days=back)).date().isoformat() for back in range(13, -1, -1)]
    runs = [run for run in nights.last(desk.site.home) if run["alive"]]
    sees = who.account.may("see")
    return {
        "came": days.get(now.date().isoformat(), (0, 0))[0], "all": desk.board.counts(), "oldest": desk.board.oldest(),
        "balance": asdict(desk.board.balance()), "even": desk.board.balance().even,
        "types": desk.board.types("waiting"), "refusals": _refusals(who) if sees else [],
        "days": [(day, *days.get(day, (0, 0))) for day in every],
        "most": max((pages for _, pages in days.values()), default=0) or 1,
        "arrivals": desk.board.arrivals(8), "unread": desk.board.arrivals(5, unread=True), "runs": runs, "sees": sees,
    }  # fmt: skip


def _refusals(who: Signed) -> list[dict[str, str]]:
    """Files that could not be taken, with their names and what to do, as the store has them."""
    rows = []
    for one in who.desk.board.refusals(10):
        outcome = _outcome(who, one.dossier)
        lost = next((q for q in outcome.quarantined if q.scan.digest == one.scan), None) if outcome else None
        if lost is not None:
            rows.append({"dossier": one.dossier, "scan": one.scan, "received": one.received, "reason": one.reason,
                         "name": lost.scan.name, "text": lost.text})  # fmt: skip
    return rows


def _outcome(who: Signed, dossier: str) -> Outcome | None:
    told = list(who.desk.site.ledger.facts("digitized", dossier))
    return keys.decode(who.desk.site.store.get(told[-1].body["result"]), Outcome) if told else None


@router.post("/refused/{dossier}/{scan}/again")
def again(dossier: str, scan: str, who: Annotated[Signed, Depends(posted("correct"))]) -> Response:
    """Put the file back into the first inbox, as it came: for one that can be read by now (a password was told, a bound
    raised)."""
    site = who.desk.site
    here = standing(site, dossier)
    lost = next((q for q in here.outcome.quarantined if q.scan.digest == scan), None) if here.outcome else None
    if lost is None:
        raise HTTPException(404, "Không có tệp này trong danh sách bị loại.")
    box = inboxes(site)[0]
    folder = site.home / box.path / here.dossier.source.replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / lost.scan.name.rpartition("/")[2]
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(site.store.get(scan))
    fresh.replace(path)
    return RedirectResponse("/", 303)
