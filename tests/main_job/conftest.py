"""One demo home, digitized once through the command line a user has; tests look at it and change copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from doors import INBOX, Done, hoso


@pytest.fixture(scope="session")
def digitized(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """(home, what digitize printed): a demo home with every sample digitized."""
    home = tmp_path_factory.mktemp("demo") / "home"
    assert hoso(home, "init", "--demo").code == 0
    return home, hoso(home, "digitize", INBOX, "--json")


@pytest.fixture(scope="session")
def home(digitized: tuple[Path, Done]) -> Path:
    return digitized[0]
