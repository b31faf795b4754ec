"""The API: tokens, submitting and following a scan, records masked without a purpose, asking once only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from desks import Served, started
from doors import INBOX, hoso
from hoso.recipe.board import opened
from hoso.site import Site


@contextmanager
def program(served: Served, role: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {served.token(role)}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def papers(served: Served, *states: str) -> list[str]:
    with Site(served.home) as site, opened(site) as board:
        return [paper.id for paper in board.papers(*states)]  # type: ignore[arg-type]


def test_nobody_comes_without_a_token(shared: Served) -> None:
    for path in ("/api/me", "/api/documents/x", "/api/held?type=cccd&number=001099000001&purpose=x", "/api/scans/x"):
        assert httpx.get(shared.url + path, trust_env=False).status_code == 401
        wrong = httpx.get(shared.url + path, headers={"authorization": "Bearer hoso_made-up"}, trust_env=False)
        assert wrong.status_code == 401


def test_the_description_names_every_way(shared: Served) -> None:
    told = httpx.get(f"{shared.url}/api/openapi.json", trust_env=False).json()
    assert set(told["paths"]) == {
        "/api/me", "/api/scans", "/api/scans/{source}", "/api/documents/{document}", "/api/documents/{document}/text",
        "/api/documents/{document}/signed", "/api/held", "/api/held/{document}/use", "/api/forms", "/api/forms/{type}",
    }  # fmt: skip


def test_a_scan_is_submitted_and_followed(served: Served) -> None:
    data = (INBOX / "QD-2024.pdf").read_bytes()
    with program(served, "clerk") as client:
        answer = client.post("/api/scans", params={"source": "TỪ-CỔNG-1"}, files={"file": ("quet.pdf", data)})
        assert answer.status_code == 202, answer.text
        assert (served.home / "inbox" / "TỪ-CỔNG-1" / "quet.pdf").read_bytes() == data
        assert client.get("/api/scans/TỪ-CỔNG-1").json() == []
        again = client.post("/api/scans", params={"source": "TỪ-CỔNG-1"}, files={"file": ("quet.pdf", data)})
        assert again.status_code == 409
        for path in (served.home / "inbox" / "TỪ-CỔNG-1").iterdir():
            os.utime(path, (1_700_000_000, 1_700_000_000))
        assert hoso(served.home, "watch", "--once").code in (0, 4)
        (told,) = client.get("/api/scans/TỪ-CỔNG-1").json()
        assert told["read"]
        assert len(told["documents"]) == 1


@pytest.mark.parametrize("name", ["x.exe", ".hidden.pdf", "quet.pdf.part", "Thumbs.db", "q\x1b.pdf"])
def test_what_is_no_scan_is_refused(shared: Served, name: str) -> None:
    with program(shared, "clerk") as client:
        answer = client.post("/api/scans", params={"source": "S"}, files={"file": (name, b"%PDF-1.7")})
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("source", ["..", ".", "a/../../b", "a\\b", "", "x" * 200, "\n"])
def test_no_source_leads_out_of_the_inbox(shared: Served, source: str) -> None:
    before = {path for path in shared.home.rglob("*") if "desk" not in path.parts}
    with program(shared, "clerk") as client:
        answer = client.post("/api/scans", params={"source": source}, files={"file": ("a.pdf", b"%PDF-1.7")})
        assert answer.status_code == 422, answer.text
        named = client.post("/api/scans", params={"source": "S2"}, files={"file": ("../../ra-ngoai.pdf", b"%PDF-1.7")})
    assert named.status_code in (202, 409)
    fresh = {path for path in shared.home.rglob("*") if "desk" not in path.parts} - before
    assert all(path.is_relative_to(shared.home / "inbox") or path.name.startswith("ledger") for path in fresh), fresh


def test_a_record_comes_masked_without_a_purpose(shared: Served) -> None:
    (document, *_) = papers(shared, "waiting")
    with program(shared, "archivist") as client:
        masked = client.get(f"/api/documents/{document}").json()
        assert masked["masked"]
        assert all(masked["fields"][name] is None for name in masked["masked"])
        shown = client.get(f"/api/documents/{document}", params={"purpose": "đối chiếu"}).json()
        assert shown["masked"] == []
        assert any(shown["fields"][name] for name in masked["masked"])
        assert client.get(f"/api/documents/{document}/text", params={"purpose": "đối chiếu"}).text.strip()
        assert client.get(f"/api/documents/{document}/text").status_code == 422
    with program(shared, "auditor") as client:
        assert client.get(f"/api/documents/{document}", params={"purpose": "đối chiếu"}).json()["masked"]
        assert client.get(f"/api/documents/{document}/text", params={"purpose": "đối chiếu"}).status_code == 403
    with Site(shared.home) as site:
        told = [fact.body for fact in site.ledger.facts("unmasked")]
    assert told
    assert {body["who"] for body in told} == {"Người archivist"}


def test_what_the_office_holds_is_told_once_only_and_its_use_counted(served: Served) -> None:
    (document, *_) = papers(served, "ready")
    assert hoso(served.home, "approve", "--all-clear", "--who", "Người duyệt").code in (0, 4)
    sealed = [
        row for row in hoso(served.home, "records", "--json").rows() if row["document"] in papers(served, "sealed")
    ]
    health = next(row for row in sealed if row["type"] == "giay_kham_suc_khoe_lai_xe")
    number = next(field["value"] for field in health["fields"] if field["name"] == "so_cccd")
    asked = {"type": health["type"], "number": number, "purpose": "tiếp nhận hồ sơ mới"}
    with program(served, "clerk") as client:
        (held,) = client.get("/api/held", params=asked).json()
        assert held["document"] == health["document"]
        assert held["state"] == "unknown"  # the form knows no term of it
        assert client.get("/api/held", params=asked | {"number": "001099000001"}).json() == []
        assert client.get("/api/held", params=asked | {"type": "made_up"}).status_code == 422
        use = f"/api/held/{held['document']}/use"
        said = {"code": "000.00.16.H23-261124-0001", "purpose": "tiếp nhận hồ sơ mới"}
        first = client.post(use, json=said)
        assert first.status_code == 201
        assert client.post(use, json=said).json() == first.json()
        assert client.get(f"/api/documents/{held['document']}/signed", params={"purpose": "x"}).content.startswith(
            b"%PDF-"
        )
    with program(served, "auditor") as client:
        assert client.get("/api/held", params=asked).status_code == 403
    with Site(served.home) as site:
        asking = list(site.ledger.facts("held-asked"))
        assert [fact.body["found"] for fact in asking] == ["1", "0"]
        assert len(list(site.ledger.facts("drawn-on"))) == 1
    ledger = b"".join(path.read_bytes() for path in Path(served.home).glob("ledger*"))
    assert number.encode() not in ledger
    assert document


def test_whom_the_settings_do_not_name_sees_nothing_personal(home: Path) -> None:
    with (home / "settings.toml").open("a") as file:
        file.write('\n[personal]\nunmask = ["Người khác"]\n')
    for served in started(home):
        (document, *_) = papers(served, "waiting")
        with program(served, "archivist") as client:
            assert client.get(f"/api/documents/{document}", params={"purpose": "x"}).json()["masked"]
            asked = {"type": "cccd", "number": "001099000001", "purpose": "x"}
            assert client.get("/api/held", params=asked).status_code == 403
