"""The desk put together: pages found by the names of their modules, static files, headers, errors told in plain words."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from hoso import __version__
from hoso.desk import pages
from hoso.desk.accounts import Accounts
from hoso.desk.guard import Desk, Headers, LoginFirst
from hoso.desk.show import render
from hoso.errors import HosoError, Misconfigured, NeedsPerson, Refused, Unavailable, Usage
from hoso.recipe.board import Board
from hoso.recipe.picturing import Pictures
from hoso.site import Site

__all__ = ["create"]

_HERE = Path(__file__).parent
_STATUS: dict[type[HosoError], int] = {Usage: 422, Refused: 409, NeedsPerson: 409, Unavailable: 503, Misconfigured: 500}


def create(home: Path, hosts: Sequence[str] = ()) -> FastAPI:
    """The application for that home. ``hosts`` are further names under which it may be asked."""
    site = Site(home)
    asked_by = urlsplit(site.settings.outbox.link).hostname
    known = frozenset(
        {"localhost", "127.0.0.1", "[::1]", *site.settings.desk.hosts, *hosts, *filter(None, (asked_by,))}
    )

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.pictures.close()
        app.state.desk.board.close()
        app.state.desk.accounts.close()
        site.close()

    app = FastAPI(
        title="Hoso", version=__version__, lifespan=life, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    told = site.settings.desk
    board = Board(site, home / "desk" / "board.sqlite")
    titles = {name: site.forms.latest(name).title for name in sorted(site.forms.types())}
    app.state.desk = Desk(site, Accounts(home, told.idle_minutes, 60 * told.session_hours), board, known, titles)
    app.state.pictures = Pictures(site)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    for found in sorted(one.name for one in pkgutil.iter_modules(pages.__path__)):
        app.include_router(importlib.import_module(f"hoso.desk.pages.{found}").router)
    app.add_exception_handler(HosoError, _told)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(Headers, hosts=known)
    return app


def _told(request: Request, error: Exception) -> Response:
    """An error of ours, in the words it has for people."""
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    text = getattr(error, "vi", "") or str(error)
    return _answer(request, status, text, getattr(error, "reason", type(error).__name__))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, LoginFirst):
        return RedirectResponse((error.headers or {})["location"], 303)
    return _answer(request, error.status_code, str(error.detail), "", error.headers)


def _answer(request: Request, status: int, text: str, code: str, headers: Any = None) -> Response:
    wants_page = "text/html" in request.headers.get("accept", "")
    if request.url.path.startswith("/api/") or not wants_page:
        return JSONResponse({"error": code or str(status), "text": text}, status, headers)
    page: HTMLResponse = render(request, "error.html", None, status=status, text=text)
    return page
