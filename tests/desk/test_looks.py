"""How pages are to look to everybody: WCAG 2.2 AA by axe-core, no sideways scrolling, a print without the menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from desks import Served

Opened = Callable[[Served, str], Any]
PAGES = {
    "approver": ("/", "/verify", "/group", "/approve", "/find?q=giay", "/figures"), "admin": ("/accounts",),
    "archivist": ("/find?q=giay&by=words",),
}  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.mark.parametrize("role", PAGES)
def test_no_page_breaks_a_rule_of_accessibility(shared: Served, page_of: Opened, role: str) -> None:
    page = page_of(shared, role)
    for path in PAGES[role]:
        page.goto(path)
        if path == "/verify":
            page.wait_for_selector("#verify[data-ready]")
        broken = Axe().run(page, options=RULES).response["violations"]
        told = [(one["id"], one["nodes"][0]["html"][:160]) for one in broken]
        assert told == [], path


def test_a_grid_and_a_dossier_break_none_either(shared: Served, page_of: Opened) -> None:
    page = page_of(shared, "clerk")
    page.goto("/group")
    page.click("tbody a")
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.goto("/")
    page.click("section table a")
    broken = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in broken] == []


@pytest.mark.parametrize("wide", [1366, 1024, 800])
def test_pages_fit_an_old_office_screen(shared: Served, page_of: Opened, wide: int) -> None:
    page = page_of(shared, "approver")
    page.set_viewport_size({"width": wide, "height": 768})
    for path in ("/", "/verify", "/group", "/approve", "/find?q=giay"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= wide, path


def test_a_printed_page_has_no_menu(shared: Served, page_of: Opened) -> None:
    page = page_of(shared, "approver")
    page.goto("/figures")
    page.emulate_media(media="print")
    assert not page.is_visible("header")
    assert page.is_visible("main")
