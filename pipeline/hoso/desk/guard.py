"""Who asks, and whether they may: sessions, the token against forged requests, headers that keep scripts out.

Every page says what it needs (:func:`allowed`); a change needs the session's token besides (:func:`changing`,
:func:`posted`). Programs come with a bearer token instead of a session.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Form, Header, HTTPException, Request, Response
from starlette.datastructures import MutableHeaders

from hoso.desk.accounts import Account, Accounts, Session
from hoso.recipe.board import Board
from hoso.site import Site

__all__ = ["COOKIE", "Desk", "Headers", "LoginFirst", "Signed", "allowed", "asked", "changing", "desk_of", "posted"]

COOKIE = "hoso"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HOST = re.compile(r":\d+$")
_HEADERS = {
    "content-security-policy": _POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()", "x-frame-options": "DENY",
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """What every page works with. ``titles`` are what types of papers are called, by their newest forms."""

    site: Site
    accounts: Accounts
    board: Board
    hosts: frozenset[str]
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Signed:
    """Who asks, with the desk."""

    desk: Desk
    account: Account
    session: Session | None = None
    stated: str = ""

    @property
    def purpose(self) -> str:
        """For what personal data may be seen now, "" for nothing: stated with the question, or in the session."""
        return self.stated or (self.session.purpose if self.session else "")


class LoginFirst(HTTPException):
    """Nobody is signed in: pages lead to the sign-in, programs are told."""

    def __init__(self, back: str) -> None:
        super().__init__(303, headers={"location": f"/login?next={quote(back, safe='/')}"})


def desk_of(request: Request) -> Desk:
    """The desk of this process."""
    desk: Desk = request.app.state.desk
    return desk


def asked(request: Request) -> Signed:
    """Who asks. Raises LoginFirst, or 401 for a program."""
    desk = desk_of(request)
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        account = desk.accounts.bearer(bearer[7:].strip())
        if account is None:
            raise HTTPException(401, "this token is not known, or shut", headers={"www-authenticate": "Bearer"})
        return Signed(desk, account)
    secret = request.cookies.get(COOKIE, "")
    session = desk.accounts.session(secret, desk.site.now()) if secret else None
    if session is None:
        if request.url.path.startswith("/api/"):
            raise HTTPException(401, "a bearer token is needed", headers={"www-authenticate": "Bearer"})
        if request.method != "GET":
            raise HTTPException(401, "Phiên làm việc đã hết; hãy đăng nhập lại.")
        raise LoginFirst(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    return Signed(desk, session.account, session)


def allowed(*needs: str) -> Callable[..., Signed]:
    """A dependency: the one who asks, where the role allows one of ``needs``; 403 otherwise."""

    def check(who: Annotated[Signed, Depends(asked)]) -> Signed:
        if not any(who.account.may(need) for need in needs):
            raise HTTPException(403, "Vai trò của bạn không được làm việc này.")
        return who

    return check


def changing(*needs: str) -> Callable[..., Signed]:
    """As :func:`allowed`, for a script of the desk's own pages that changes something: with the session's token in the
    header X-CSRF."""
    role = Depends(allowed(*needs))

    def check(
        request: Request,
        who: Signed = role,
        x_csrf: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Signed:
        return _own(request, who, x_csrf)

    return check


def posted(*needs: str) -> Callable[..., Signed]:
    """As :func:`changing`, for a form: the token is its field ``csrf``."""
    role = Depends(allowed(*needs))

    def check(
        request: Request,
        who: Signed = role,
        csrf: Annotated[str, Form(include_in_schema=False)] = "",
    ) -> Signed:
        return _own(request, who, csrf)

    return check


def _own(request: Request, who: Signed, token: str) -> Signed:
    if who.session is None:
        return who  # no browser sends a bearer token by itself
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "Yêu cầu đến từ trang khác.")
    if not secrets.compare_digest(token.encode(), who.session.csrf.encode()):
        raise HTTPException(403, "Trang đã cũ; hãy tải lại rồi làm lại.")
    return who


class Headers:
    """Puts the headers on every answer, and turns away requests for a host that is not ours (DNS rebinding)."""

    def __init__(self, app: Callable[..., Awaitable[None]], hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if _HOST.sub("", host) not in self._hosts:
            await Response("this host is not the desk's; see settings.toml [desk] hosts", 421)(scope, receive, send)
            return

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, told)
