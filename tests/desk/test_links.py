"""Files by signed addresses: who holds one fetches that file, nobody anything else, and no browser runs what it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from desks import Served, started
from doors import hoso
from hoso.exports.links import Links
from hoso.recipe import erasing
from hoso.site import Site


@pytest.fixture
def lent(home: Path) -> Iterator[tuple[Served, str, str]]:
    """(a desk, the digest of a signed copy, an address of it) of a home that lends files as hoso.example."""
    settings = home / "settings.toml"
    text = '\n[outbox]\nlink = "https://hoso.example"\nlink_hours = 2.0\n'
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()][:1]
    assert hoso(home, "approve", *waiting, "--with-problems", "--who", "Người duyệt").code == 0
    with Site(home) as site:
        digest = next(iter(site.ledger.facts("sealed"))).body["after"]
        made = urlsplit(Links(site.settings.outbox, home).made(digest, site.stamp(), "he-thong-tinh"))
    for served in started(home):
        yield served, digest, f"{made.path}?{made.query}"


def fetched(served: Served, address: str, method: str = "GET") -> httpx.Response:
    return httpx.request(method, served.url + address, headers={"host": "hoso.example"}, trust_env=False, timeout=30)


def test_who_holds_the_address_fetches_the_very_file(lent: tuple[Served, str, str]) -> None:
    served, digest, address = lent
    answer = fetched(served, address)
    with Site(served.home) as site:
        assert (answer.status_code, answer.content) == (200, site.store.get(digest))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert "set-cookie" not in answer.headers
    assert fetched(served, address, "HEAD").content == b""
    fetched(served, address)
    with Site(served.home) as site:
        (told,) = site.ledger.facts("fetched")
    assert (told.subject, told.body) == (digest, {"to": "he-thong-tinh"})


def test_no_other_address_opens_anything(lent: tuple[Served, str, str]) -> None:
    served, digest, address = lent
    with Site(served.home) as site:
        other = next(one for one in site.store.digests() if one != digest)
        ended = Links(site.settings.outbox, served.home).made(
            digest, (site.now() - timedelta(hours=3)).isoformat(), "he-thong-tinh"
        )
    past = urlsplit(ended)
    for wrong, status in (
        (address.replace(digest, other), 403), (address.replace("he-thong-tinh", "ke-khac"), 403),
        (address[:-3], 403), (address.partition("?")[0], 403), (f"/tep/{digest}.pdf?den=&het_han=9&chu_ky=", 403),
        (address.replace(".pdf", ".html"), 200), ("/tep/../settings.toml", 404), (f"{past.path}?{past.query}", 410),
    ):  # fmt: skip
        answer = fetched(served, wrong)
        assert answer.status_code == status, wrong
        if status == 200:
            assert answer.headers["content-type"] == "application/octet-stream", "never a page"
    assert httpx.get(served.url + address, headers={"host": "elsewhere.example"}, trust_env=False).status_code == 421
    assert fetched(served, "/find").status_code == 303, "nothing else of the desk is open there"


def test_what_was_erased_is_gone_for_the_holder_too(lent: tuple[Served, str, str]) -> None:
    served, digest, address = lent
    with Site(served.home) as site:
        document = next(fact.subject for fact in site.ledger.facts("sealed") if fact.body["after"] == digest)
        from hoso.recipe.standing import dossier_of

        plan = erasing.plan(site, (dossier_of(site, document),))
        erasing.erase(site, plan, who="Thử", reason="thử", order="1")
    assert fetched(served, address).status_code == 410
