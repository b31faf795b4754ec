"""How pages are drawn: templates, two languages, names of things as people call them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hoso.desk.guard import Signed

__all__ = ["LANGUAGE", "NAV", "drawn", "render"]

LANGUAGE = "lang"
NAV = (
    ("/", "Hôm nay", "Today", "see find figures"), ("/verify", "Kiểm tra", "Verify", "correct"),
    ("/group", "Kiểm tra nhóm", "By group", "correct"), ("/keying", "Nhập lại", "Key again", "correct"),
    ("/approve", "Duyệt ký", "Approve", "approve"),
    ("/find", "Tìm", "Find", "find"), ("/outbox", "Gửi đi", "Outbox", "approve accounts"),
    ("/figures", "Số liệu", "Figures", "figures"), ("/accounts", "Tài khoản", "Accounts", "accounts"),
)  # fmt: skip
"""(address, Vietnamese, English, what one must be allowed one of) of each page in the menu."""

ROLES = {
    "clerk": ("cán bộ", "clerk"), "approver": ("người duyệt", "approver"), "archivist": ("lưu trữ viên", "archivist"),
    "auditor": ("kiểm tra viên", "auditor"), "admin": ("quản trị", "admin"),
}  # fmt: skip
STATES = {
    "waiting": ("chờ kiểm tra", "waits for a person"), "ready": ("chờ duyệt", "waits for approval"),
    "approved": ("đã duyệt, chờ ký", "approved"), "unstamped": ("đã ký, chờ dấu thời gian", "signed, waits for its stamp"),
    "sealed": ("đã ký số", "sealed"),
}  # fmt: skip

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


def render(request: Request, template: str, who: Signed | None, status: int = 200, **told: Any) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(drawn(request, template, who, **told), status)


def drawn(request: Request, template: str, who: Signed | None, **told: Any) -> str:
    """A template filled; ``t(vi, en)`` in it picks the language."""
    english = request.cookies.get(LANGUAGE) == "en"

    def t(vi: str, en: str) -> str:
        return en if english else vi

    here = request.url.path
    menu = [
        (path, t(vi, en), here == path or (path != "/" and here.startswith(path)))
        for path, vi, en, needs in NAV
        if who is not None and any(who.account.may(need) for need in needs.split())
    ]
    common = {
        "t": t, "lang": "en" if english else "vi", "menu": menu, "who": who, "path": here, "roles": ROLES, "states": STATES,
        "csrf": who.session.csrf if who and who.session else "", "day": day, "moment": moment, "test": False,
    }  # fmt: skip
    if who is not None:
        site = who.desk.site
        common |= {"office": site.settings.office.name, "test": site.settings.office.test}
        titles = who.desk.titles
        common["titled"] = lambda name: titles.get(name, name)
    return _environment.get_template(template).render(common | told)


def day(instant: str) -> str:
    """A day as people write it here: 24/11/2026."""
    return f"{instant[8:10]}/{instant[5:7]}/{instant[:4]}" if len(instant) >= 10 else instant


def moment(instant: str) -> str:
    """Day and time: 24/11/2026 08:15."""
    try:
        return f"{datetime.fromisoformat(instant):%d/%m/%Y %H:%M}"
    except ValueError:
        return instant
