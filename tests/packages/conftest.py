"""A demo home with two sealed dossiers (three scans of two papers; one PDF), and a package of each kind made of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from doors import INBOX
from packing import Office


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two sealed dossiers: HS0001 (three scans) and QD-2024.pdf; a third, OPEN, is held."""
    base = tmp_path_factory.mktemp("office")
    here = Office(base / "home")
    inbox = base / "in"
    shutil.copytree(INBOX / "HS0001", inbox / "HS0001")
    (inbox / "OPEN").mkdir()
    shutil.copy(INBOX / "HS0002" / "scan1.jpg", inbox / "OPEN")
    shutil.copy(INBOX / "QD-2024.pdf", inbox)
    assert here.run("init", "--demo").code == 0
    here.run("digitize", inbox, "--jobs", "1")
    for dossier in ("HS0001", "QD-2024.pdf"):
        done = here.run("approve", "--dossier", dossier, "--with-problems", "--who", "Trần Thị Thử")
        assert done.code == 0, done.err
    assert here.run("approve", "--dossier", "OPEN", "--hold", "--who", "Trần Thị Thử").code == 0
    return here


@pytest.fixture(scope="session")
def aip(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an AIP of QD-2024.pdf; tests change copies."""
    return Path(office.pack("QD-2024.pdf", "aip", tmp_path_factory.mktemp("aip"))["path"])


@pytest.fixture(scope="session")
def sip(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a SIP of QD-2024.pdf; tests change copies."""
    return Path(office.pack("QD-2024.pdf", "sip", tmp_path_factory.mktemp("sip"))["path"])


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a package that a test may change."""

    def made(package: Path) -> Path:
        return Path(shutil.copytree(package, tmp_path / package.name))

    return made
