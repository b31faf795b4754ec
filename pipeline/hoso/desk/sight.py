"""Who may see what of a paper, and finding it: papers that wait are open to those who work on them, all others for a stated
purpose alone, which the ledger keeps (Law 91/2025/QH15)."""

from __future__ import annotations

import re
from typing import Any

from fastapi import HTTPException

from hoso import keys
from hoso.desk.guard import Signed
from hoso.errors import Usage
from hoso.nouns import Fact, Page, Record, Scan, Standing
from hoso.recipe.standing import dossier_of, standing

__all__ = ["account", "here_of", "is_open", "opened_to", "page_of", "record_of", "unmasks", "values"]


def here_of(who: Signed, dossier: str) -> Standing:
    """Where that dossier stands; 404 for an unknown one."""
    try:
        return standing(who.desk.site, dossier)
    except LookupError:
        raise HTTPException(404, "Không có hồ sơ này.") from None


def record_of(who: Signed, document: str) -> tuple[Standing, Record]:
    """(its dossier, the record of that document); 404 for an unknown one."""
    paper = who.desk.board.paper(document)
    try:
        here = here_of(who, paper.dossier if paper else dossier_of(who.desk.site, document))
    except Usage:
        raise HTTPException(404, "Không có giấy tờ này.") from None
    records = here.outcome.records if here.outcome else ()
    record = next((one for one in records if one.document.id == document), None)
    if record is None:
        raise HTTPException(404, "Giấy tờ này không còn như khi bạn mở; hãy về danh sách.")
    return here, record


def page_of(here: Standing, position: int) -> tuple[Page, Scan]:
    """(the page at that position, its scan); 404 where there is none."""
    pages = here.outcome.pages if here.outcome else ()
    page = next((one for one in pages if one.position == position), None)
    scan = next((one for one in here.dossier.scans if page and one.digest == page.ref.scan), None)
    if page is None or scan is None:
        raise HTTPException(404, "Hồ sơ không có trang này.")
    return page, scan


def is_open(who: Signed, here: Standing) -> bool:
    """Whether who asks may see the personal data of that dossier: it waits for people like them, or they stated a purpose
    and the settings let them."""
    if who.purpose:
        return unmasks(who)
    return who.account.may("see") and any(state != "sealed" for state in here.states.values())


def unmasks(who: Signed) -> bool:
    """Whether role and settings let who asks see personal data for a purpose."""
    allowed = who.desk.site.settings.personal.unmask
    named = "*" in allowed or who.account.person in allowed or who.account.name in allowed
    return named and who.account.may("unmask")


def opened_to(who: Signed, here: Standing) -> None:
    """403 where it is not open; a look for a stated purpose is told to the ledger, once a session and dossier."""
    if not is_open(who, here):
        raise HTTPException(403, "Giấy tờ có dữ liệu cá nhân: hãy nêu mục đích xem (mục Tìm) rồi mở lại.")
    if who.purpose:
        account(who, "desk: dossier", here.dossier.id, len(here.states))


def account(who: Signed, question: str, about: str, rows: int) -> None:
    """Tell the ledger that personal data are shown for the stated purpose; once for the same in one session."""
    site, key = who.desk.site, who.session.key if who.session else who.account.name
    purpose = re.sub(r"\d(?:[ .]?\d){5,}", "***", who.purpose)
    body = {
        "who": who.account.person, "purpose": purpose, "question": question, "digest": keys.key("question", about),
        "rows": str(rows),
    }  # fmt: skip
    once = keys.key("desk-looked", key, who.purpose, question, about)
    site.ledger.tell(Fact("unmasked", "desk", site.stamp(), body), once=once)


def values(who: Signed, here: Standing, record: Record) -> list[dict[str, Any]]:
    """The fields of a record as a page shows them; what tells of a person is left out where it is not open."""
    form = who.desk.site.forms.form(record.document.form)
    opened, rows = is_open(who, here), []
    for field in record.fields:
        rule = form.field(field.name)
        masked = not opened and (rule is None or rule.personal)
        rows.append({
            "name": field.name, "title": rule.title if rule else field.name, "status": field.status,
            "value": None if masked else field.value, "masked": masked and field.value is not None,
            "rows": [] if masked else list(field.rows), "source": field.source, "rule": field.rule,
            "confidence": field.confidence, "position": field.place.position if field.place else None,
            "place": field.place is not None,
        })  # fmt: skip
    return rows
