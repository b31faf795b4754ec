"""A home with a few samples read and none approved, the desk over a copy of it on loopback, and a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desks import PASSWORD, ROLES, Served, started
from doors import INBOX, hoso

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home without a mandate, three samples digitized, an account of each role (name = role)."""
    from hoso.desk.accounts import Accounts

    home = tmp_path_factory.mktemp("desk") / "home"
    assert hoso(home, "init", "--demo").code == 0
    mandate = hoso(home, "mandate", "list", "--json").rows()[0]["id"]
    assert hoso(home, "mandate", "withdraw", mandate).code == 0
    inbox = home.with_name("scans")
    for name in ("HS0001", "HS0002", "HS0007", "HS0009"):
        shutil.copytree(INBOX / name, inbox / name)
    hoso(home, "digitize", "--jobs", "2", inbox)
    accounts = Accounts(home)
    for role in ROLES:
        accounts.add(role, f"Người {role}", role, PASSWORD)
    accounts.close()
    return home


@pytest.fixture
def home(read: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(read, tmp_path / "home"))


@pytest.fixture
def served(home: Path) -> Iterator[Served]:
    """A desk over a home of its own."""
    yield from started(home)


@pytest.fixture(scope="module")
def shared(read: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk for tests that only look."""
    yield from started(Path(shutil.copytree(read, tmp_path_factory.mktemp("shared") / "home")))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Headless Chromium, ended with the module: while Playwright is there, an event loop runs in this thread, and tests
    that need one of their own could not start it. Skipped, loudly, where no Chromium is installed."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: apt-get install --no-install-recommends chromium")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        except Error as error:
            pytest.skip(f"Chromium is installed and does not start here: the desk is NOT tested in it: {error}")
        yield browser
        browser.close()


@pytest.fixture
def page_of(chromium: Any) -> Iterator[Callable[[Served, str], Any]]:
    """A page of a browser that is signed in; a message of an error on it fails the test."""
    wrong: list[str] = []
    contexts = []

    def opened(served: Served, role: str) -> Any:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=served.url)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda told: wrong.append(told.text) if told.type == "error" and "409" not in told.text else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/login")
        page.fill("#name", role)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in wrong if "409 (Conflict)" not in one] == []
