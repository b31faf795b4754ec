"""A home of an office with doors, made once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from cases import AT, registers
from shelf import Shelf

from hoso import site as sites
from hoso.signers.demo import make_demo
from hoso.site import Site


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime.fromisoformat(AT)

    def __call__(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("exchange") / "home"
    sites.make(home, '[office]\nname = "TRUNG TÂM Y TẾ THỬ NGHIỆM"\ncode = "H23.16"\ntest = true\n')
    make_demo(home / "keys", datetime.fromisoformat(AT), "Trung tâm Y tế Thử nghiệm")
    (home / "keys" / "health_portal.password").write_text("mat-khau\n")
    (home / "keys" / "dossier_system.password").write_text("mat-khau\n")
    registers(home / "registers")
    return home


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_made, tmp_path / "home"))


@pytest.fixture
def open_site(home: Path, clock: Clock) -> Callable[[str], Site]:
    """A site of the home, with more settings; closed by the test's ``with``."""

    def opened(more: str = "") -> Site:
        path = home / "settings.toml"
        path.write_text(
            path.read_text(encoding="utf-8").split("\n[outbox]")[0] + "\n[outbox]\n" + more, encoding="utf-8"
        )
        return Site(home, clock=clock)

    return opened


@pytest.fixture
def open_light(open_site: Callable[[str], Site], home: Path) -> Callable[[str], Site]:
    """The same, over a shelf in the warehouse's place: no seconds go into opening a lake."""

    def opened(more: str = "") -> Site:
        site = open_site(more)
        site.warehouse = Shelf(home / "shelf")  # type: ignore[assignment]
        return site

    return opened
