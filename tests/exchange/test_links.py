"""Addresses of files: whoever was given one fetches that file, for a while, and nothing else."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cases import AT

from hoso.errors import Misconfigured, Refused
from hoso.exports.links import Links
from hoso.settings import Outbox

DIGEST, OTHER = "ab" * 32, "cd" * 32
NOW = datetime.fromisoformat(AT)
SETTINGS = Outbox(link="https://hoso.example/ho-so/", link_hours=2.0)


@pytest.fixture
def links(tmp_path: Path) -> Links:
    return Links(SETTINGS, tmp_path)


def test_an_address_holds_for_its_hours(links: Links) -> None:
    address = links.made(DIGEST, AT, "dossier_system")
    assert address.startswith(f"https://hoso.example/ho-so/tep/{DIGEST}.pdf?")
    for at in (NOW, NOW + timedelta(hours=2)):
        assert links.allowed(address, at) == (DIGEST, "dossier_system")
    with pytest.raises(Refused) as caught:
        links.allowed(address, NOW + timedelta(hours=2, seconds=1))
    assert caught.value.reason == "link.ended"


def test_path_and_query_alone_are_enough(links: Links) -> None:
    address = links.made(DIGEST, AT, "dossier_system").removeprefix("https://hoso.example")
    assert links.allowed(address, NOW) == (DIGEST, "dossier_system")


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (DIGEST, OTHER),
        ("den=dossier_system", "den=ke_khac"),
        (r"het_han=\d+", "het_han=99999999999"),
        (r"chu_ky=.", "chu_ky=_"),
        (r"&chu_ky=.*", ""),
        (r"het_han=\d+", "het_han=-1"),
        (r"het_han=\d+", "het_han=١٢"),
        ("/tep/", "/tep/../tep/x"),
        (r"\?.*", ""),
    ],
)
def test_an_altered_address_is_refused(links: Links, part: str, other: str) -> None:
    address = links.made(DIGEST, AT, "dossier_system")
    altered = re.sub(part, other, address)
    assert altered != address
    with pytest.raises(Refused) as caught:
        links.allowed(altered, NOW)
    assert caught.value.reason == "link.forged"
    assert DIGEST not in str(caught.value)


def test_an_address_of_another_home_is_refused(links: Links, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Links(SETTINGS, tmp_path / "other")
    other.made(DIGEST, AT, "dossier_system")
    with pytest.raises(Refused, match="no address that this home made"):
        other.allowed(links.made(DIGEST, AT, "dossier_system"), NOW)


def test_before_any_address_was_made_none_is_allowed(links: Links, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        links.allowed(f"/tep/{DIGEST}.pdf?den=x&het_han=99999999999&chu_ky=x", NOW)
    assert not (tmp_path / "keys").exists()


def test_many_that_begin_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    def made(_: int) -> str:
        return Links(SETTINGS, tmp_path).made(DIGEST, AT, "dossier_system")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(made, range(32)))) == 1
    secret = tmp_path / "keys" / "links.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert [path.name for path in secret.parent.iterdir()] == ["links.secret"]


def test_without_an_address_of_ours_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="link is empty"):
        Links(Outbox(), tmp_path).made(DIGEST, AT, "dossier_system")
