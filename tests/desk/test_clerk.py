"""A clerk and an approver at work in a browser, by the keyboard alone where the desk promises it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from desks import Served
from doors import hoso
from hoso.recipe.board import opened
from hoso.site import Site

Opened = Callable[[Served, str], Any]


def until(right: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for what a page shows; its policy lets no script be made of text, so the browser cannot wait for us."""
    end = time.monotonic() + seconds
    while not right():
        assert time.monotonic() < end
        time.sleep(0.03)


def doubts(served: Served) -> int:
    with Site(served.home) as site, opened(site) as board:
        return len(board.doubts(limit=1000))


def value(served: Served, document: str, name: str) -> str | None:
    rows = hoso(served.home, "records", "--json").rows()
    fields = next(row for row in rows if row["document"] == document)["fields"]
    return next(field["value"] for field in fields if field["name"] == name)  # type: ignore[no-any-return]


def first(page: Any) -> None:
    page.goto("/verify")
    page.wait_for_selector("#verify[data-ready]")


def doubtful(page: Any) -> list[str]:
    found = page.query_selector_all(".row.doubtful [name], .row.missing [name]")
    return [one.get_attribute("name") for one in found]


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.id"))


def typed_fields(page: Any) -> list[str]:
    found = page.query_selector_all(".row input[name]:not([readonly])")
    return [one.get_attribute("name") for one in found]


def test_a_clerk_settles_a_paper_by_the_keyboard_alone(served: Served, page_of: Opened) -> None:
    page = page_of(served, "clerk")
    first(page)
    before, left = doubts(served), doubtful(page)
    assert left
    settled = 0
    while left:
        assert focused(page) == left[0]
        page.keyboard.press("Enter" if page.input_value(f"[name={left[0]}]") else "F4")
        count = len(left)
        until(lambda: len(doubtful(page)) < count)  # noqa: B023
        left, settled = doubtful(page), settled + 1
    until(lambda: focused(page) == "done")
    assert doubts(served) == before - settled
    old = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != old and re.search(r"/verify/\w+$", url) is not None)


def test_what_is_typed_replaces_and_can_be_taken_back(served: Served, page_of: Opened) -> None:
    page = page_of(served, "clerk")
    first(page)
    document, name = page.url.rpartition("/")[2], typed_fields(page)[0]
    old = page.input_value(f"[name={name}]")
    page.focus(f"[name={name}]")
    page.keyboard.press("Control+A")
    page.keyboard.type("000.00.16.H17-240312-0123")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".row.said [name={name}], .row.doubtful [name={name}]")
    until(lambda: value(served, document, name) == "000.00.16.H17-240312-0123")
    page.focus(f"[name={name}]")
    page.keyboard.press("Control+Z")
    until(lambda: bool(page.input_value(f"[name={name}]") == old))
    assert value(served, document, name) == old


def test_of_two_clerks_the_second_is_told(served: Served, page_of: Opened) -> None:
    one, two = page_of(served, "clerk"), page_of(served, "approver")
    first(one)
    two.goto(one.url)
    two.wait_for_selector("#verify[data-ready]")
    name = doubtful(one)[0]
    one.focus(f"[name={name}]")
    one.keyboard.press("Enter" if one.input_value(f"[name={name}]") else "F4")
    until(lambda: name not in doubtful(one))
    other = next(found for found in reversed(typed_fields(two)) if found != name)
    two.focus(f"[name={other}]")
    two.keyboard.press("Control+A")
    two.keyboard.type("Người Đến Sau")
    with two.expect_response(lambda answer: answer.url.endswith("/say")) as said:
        two.keyboard.press("Enter")
    assert said.value.status == 409
    two.wait_for_selector("#told .wrong")
    until(lambda: name not in doubtful(two))
    assert two.input_value(f"[name={other}]") == "Người Đến Sau"  # what was typed is not lost, nor written
    assert value(served, one.url.rpartition("/")[2], other) != "Người Đến Sau"


def test_many_fields_are_accepted_in_one_grid(served: Served, page_of: Opened) -> None:
    page = page_of(served, "clerk")
    page.goto("/group")
    page.click("tbody a")
    before, boxes = doubts(served), page.query_selector_all(".cell .take")
    assert boxes
    for box in boxes:
        box.set_checked(True)
    page.keyboard.press("Control+Enter")
    until(lambda: doubts(served) < before)


def test_an_approver_lets_papers_through_and_a_run_seals_them(served: Served, page_of: Opened) -> None:
    page = page_of(served, "approver")
    page.goto("/approve")
    ready = len(page.query_selector_all(".chosen"))
    assert ready > 0
    page.check("#all")
    page.click("button[value=approved]")
    page.wait_for_selector("p.ok")
    assert f"Đã ghi {ready}" in page.inner_text("p.ok")
    assert page.query_selector(".chosen") is None
    assert hoso(served.home, "night").code in (0, 4)
    page.goto("/")
    assert 0 < int(page.inner_text(".card.good b")) <= ready
    page.goto("/find?q=giay")
    with Site(served.home) as site, opened(site) as board:
        sealed = board.papers("sealed")[0]
    page.goto(f"/dossier/{sealed.dossier}?paper={sealed.id}")
    if page.query_selector("#purpose") is not None:  # all of it is sealed: personal data for a purpose alone
        assert page.query_selector(".strip img") is None
        page.fill("#purpose", "đối chiếu theo yêu cầu của công dân")
        page.click(".purpose button")
        page.wait_for_selector(".strip img")
        assert page.query_selector(".masked") is None
        with Site(served.home) as site:
            told = [fact.body for fact in site.ledger.facts("unmasked")]
        assert (told[-1]["who"], told[-1]["purpose"]) == ("Người approver", "đối chiếu theo yêu cầu của công dân")
    assert page.query_selector(f"a[href='/signed/{sealed.id}.pdf']") is not None
    answer = page.request.get(f"/signed/{sealed.id}.pdf")
    assert answer.body().startswith(b"%PDF-")
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_a_mandate_is_given_and_withdrawn(served: Served, page_of: Opened) -> None:
    page = page_of(served, "approver")
    page.goto("/approve")
    page.click("summary")
    page.fill("#until", "2099-12-31")
    page.click("details button")
    page.wait_for_selector("form[action$='/end']")
    assert "Người approver" in page.content()
    page.click("form[action$='/end'] button")
    until(lambda: page.query_selector("form[action$='/end']") is None)


def test_today_follows_without_reloading(served: Served, page_of: Opened) -> None:
    page = page_of(served, "clerk")
    waiting = int(page.inner_text(".card.warn b"))
    with Site(served.home) as site, opened(site) as board:
        paper = board.papers("waiting")[0]
    said = hoso(served.home, "approve", paper.id, "--with-problems", "--who", "Người khác")
    assert said.code in (0, 4), said.err
    until(lambda: int(page.inner_text(".card.warn b")) == waiting - 1, 15)


def test_the_desk_speaks_english_where_asked(served: Served, page_of: Opened) -> None:
    page = page_of(served, "approver")
    page.click("button[lang=en]")
    page.wait_for_selector("html[lang=en]")
    assert page.inner_text("h1") == "Today"
    page.click("button[lang=vi]")
    page.wait_for_selector("html[lang=vi]")
    assert page.inner_text("h1") == "Hôm nay"


def test_a_page_is_turned_and_read_anew(served: Served, page_of: Opened) -> None:
    page = page_of(served, "clerk")
    first(page)
    with page.expect_response(lambda answer: answer.url.endswith("/say"), timeout=60_000) as said:
        page.keyboard.press("Alt+ArrowRight")
    assert said.value.status == 200
