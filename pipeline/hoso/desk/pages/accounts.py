"""Accounts: who may use the desk, for an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from hoso.desk.accounts import ROLES
from hoso.desk.guard import Signed, allowed, posted
from hoso.desk.show import render
from hoso.errors import Usage

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
Posted = Annotated[Signed, Depends(posted("accounts"))]


@router.get("/accounts")
def accounts(request: Request, who: Annotated[Signed, Depends(allowed("accounts"))], text: str = "") -> Response:
    """Everybody, and the form for a new one."""
    return render(request, "accounts.html", who, accounts=who.desk.accounts.all(), every=ROLES, text=text)


@router.post("/accounts")
def add(
    request: Request, who: Posted, name: Annotated[str, Form()], person: Annotated[str, Form()],
    role: Annotated[str, Form()], password: Annotated[str, Form()],
) -> Response:  # fmt: skip
    """A new account."""
    try:
        who.desk.accounts.add(name.strip().lower(), person, role, password)
    except Usage as error:
        return render(
            request, "accounts.html", who, 422, accounts=who.desk.accounts.all(), every=ROLES, text=str(error)
        )
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/{name}/disable")
def disable(name: str, who: Posted, open: Annotated[str, Form()] = "") -> Response:
    """Shut it, or open it again; nobody shuts their own."""
    if name == who.account.name:
        raise Usage("Không thể tự khóa tài khoản của mình.")
    who.desk.accounts.disable(name, not open)
    return RedirectResponse("/accounts", 303)
