"""Keying again on the desk: the accepted value is nowhere on the page, the keyboard is enough, a third person settles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desks import Served, csrf, started
from doors import hoso
from hoso.recipe import keying
from hoso.site import Site

Opened = Callable[[Served, str], Any]


@pytest.fixture
def filed(home: Path) -> Iterator[Served]:
    """A desk over a home with filed papers, of which every accepted field is to be keyed again."""
    settings = home / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[desk]\nsecond_keying = 1.0\n", encoding="utf-8")
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    done = hoso(home, "approve", *waiting, "--with-problems", "--who", "Người ngoài bàn làm việc")
    assert done.code == 0, done.err
    yield from started(home)


def due(served: Served, who: str) -> list[keying.Due]:
    with Site(served.home) as site:
        return list(keying.due(site, who))


def accepted(served: Served, one: keying.Due) -> str:
    with Site(served.home) as site:
        return str(keying.record_of(site, one.document)[0].value(one.field))


def shown(page: str) -> tuple[str, str]:
    """(document, field) of the form on the page."""
    return (re.search(r'name="document" value="(\w+)"', page) or [""])[1], (
        re.search(r'name="field" value="(\w+)"', page) or [""]
    )[1]


def test_the_page_shows_the_ink_and_not_the_value(filed: Served) -> None:
    one = due(filed, "Người clerk")[0]
    with filed.client("clerk") as client:
        page = client.get("/keying").text
        assert shown(page) == (one.document, one.field)
        assert accepted(filed, one) not in page
        ink = client.get(f"/keying/{one.document}/{one.field}.jpg")
        assert (ink.status_code, ink.content[:2]) == (200, b"\xff\xd8")
        assert client.get(f"/ink/{one.document}/{one.field}.jpg").status_code == 403, "the paper itself stays shut"
        token = csrf(client, "/keying")
        given = {"csrf": token, "document": one.document, "field": one.field}
        assert client.post("/keying", data=given).status_code == 422, "nothing was keyed"
        assert client.post("/keying", data=given | {"csrf": "x", "value": "a"}).status_code == 403
        answer = client.post("/keying", data=given | {"value": accepted(filed, one)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/keying?done=1")
        assert client.post("/keying", data=given | {"value": "again"}).status_code == 409
        assert client.get(f"/keying/{one.document}/{one.field}.jpg").status_code == 403, "it is done with"
    assert one not in due(filed, "Người clerk")


def test_what_differs_goes_to_a_third_who_sees_both(filed: Served) -> None:
    one = due(filed, "Người clerk")[0]
    right = accepted(filed, one)
    given = {"document": one.document, "field": one.field}
    with filed.client("clerk") as client:
        answer = client.post("/keying", data=given | {"csrf": csrf(client, "/keying"), "value": "KHÁC HẲN"})
        assert answer.headers["location"] == "/keying?done=1", "the answer does not say that it differs"
        assert shown(client.get("/keying").text) != (one.document, one.field)
    with filed.client("approver") as client:
        page = client.get("/keying").text
        assert shown(page) == (one.document, one.field)
        told = given | {"csrf": csrf(client, "/keying"), "third": "1", "value": right}
        assert client.post("/keying", data=told).status_code == 303
    with Site(filed.home) as site:
        (fact,) = site.ledger.facts(keying.AGAIN)
        assert (fact.subject, fact.body["same"]) == (one.document, "yes")
    with filed.client("auditor") as client:
        assert client.get("/keying").status_code == 403
        assert "/keying" not in client.get("/figures").text


def test_a_clerk_keys_by_the_keyboard_alone(filed: Served, page_of: Opened) -> None:
    page = page_of(filed, "clerk")
    page.goto("/keying")
    left = len(due(filed, "Người clerk"))
    for _ in range(6):
        document, field = (page.get_attribute(f"[name={name}]", "value") for name in ("document", "field"))
        one = next(d for d in due(filed, "Người clerk") if (d.document, d.field) == (document, field))
        assert page.evaluate("document.activeElement.id") == "value", "the cursor stands where one types"
        if page.evaluate("document.activeElement.tagName") == "SELECT":
            page.select_option("#value", label=accepted(filed, one))
            page.keyboard.press("Tab")
        else:
            page.keyboard.type(accepted(filed, one))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith("/keying?done=1")
    assert len(due(filed, "Người clerk")) == left - 6
    with Site(filed.home) as site:
        assert {fact.body["same"] for fact in site.ledger.facts(keying.AGAIN)} == {"yes"}
