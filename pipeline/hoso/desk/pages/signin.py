"""Signing in and out, the language, a stated purpose, and whether the desk is alive."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from hoso.desk.guard import COOKIE, Signed, asked, desk_of, posted
from hoso.desk.show import LANGUAGE, render
from hoso.errors import Refused

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


def _inside(path: str) -> str:
    """``path`` where it is one of this desk's own, else the first page: no way out to another site."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
    return path if plain else "/"


@router.get("/login")
def login(request: Request, next: str = "/") -> Response:
    """The form."""
    return render(request, "login.html", None, back=_inside(next), text="", name="")


@router.post("/login")
def sign_in(
    request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> Response:
    """A session for who knows the password."""
    desk = desk_of(request)
    address = request.client.host if request.client else ""
    try:
        secret = desk.accounts.sign_in(name.strip().lower(), password, address, desk.site.now())
    except Refused as error:
        return render(request, "login.html", None, status=403, back=_inside(next), text=error.vi, name=name)
    answer = RedirectResponse(_inside(next), 303)
    answer.set_cookie(COOKIE, secret, httponly=True, samesite="strict", secure=desk.site.settings.desk.secure)
    return answer


@router.post("/logout")
def sign_out(who: Annotated[Signed, Depends(posted("see", "find", "figures", "accounts"))]) -> Response:
    """The session ends."""
    if who.session is not None:
        who.desk.accounts.sign_out(who.session)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language")
def language(
    who: Annotated[Signed, Depends(posted("see", "find", "figures", "accounts"))],
    lang: Annotated[str, Form()], back: Annotated[str, Form()] = "/",
) -> Response:  # fmt: skip
    """Vietnamese or English from now on."""
    answer = RedirectResponse(_inside(back), 303)
    answer.set_cookie(LANGUAGE, "en" if lang == "en" else "vi", max_age=31_536_000, samesite="strict", httponly=True)
    return answer


@router.post("/purpose")
def purpose(
    who: Annotated[Signed, Depends(posted("unmask"))],
    purpose: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/",
) -> Response:  # fmt: skip
    """State for what personal data are seen; empty: no longer."""
    if who.session is not None:
        minutes = who.desk.site.settings.desk.purpose_minutes
        who.desk.accounts.purpose(who.session, purpose.strip()[:200], who.desk.site.now(), minutes)
    return RedirectResponse(_inside(back), 303)


@router.get("/alive")
def alive() -> Response:
    """Whether the desk answers; tells nothing else, so that anybody may ask."""
    return PlainTextResponse("ok")


@router.get("/metrics")
def metrics(who: Annotated[Signed, Depends(asked)]) -> Response:
    """The figures of ``hoso metrics``, for a collector with a token."""
    from hoso.exports import prometheus
    from hoso.recipe import metrics as counted

    return PlainTextResponse(prometheus.text(counted.families(who.desk.site)), media_type=prometheus.MEDIA)
