"""Electronic forms by the API: the schema of a type, a form handed in and taken by the service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from desks import Served
from doors import hoso

VALUES = {
    "ho_ten": "NGUYỄN VĂN THỬ", "ngay_sinh": "1990-01-02", "so_cccd": "034090000001", "hang": "B2",
    "so_gplx": "300123456789", "ly_do": "Sắp hết hạn",
}  # fmt: skip
CODE = "000.26.36.H48-230620-0097"


@contextmanager
def program(served: Served, role: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {served.token(role)}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def test_the_schema_of_a_type_is_told(shared: Served) -> None:
    assert httpx.get(f"{shared.url}/api/forms/don_doi_gplx", trust_env=False).status_code == 401
    with program(shared, "clerk") as client:
        told = client.get("/api/forms/don_doi_gplx").json()
        assert told["properties"]["form"]["const"] == "don_doi_gplx@2025-03-01"
        assert client.get("/api/forms/khong_co").status_code == 404


def test_a_form_is_handed_in_followed_and_read(served: Served) -> None:
    told = {"form": "don_doi_gplx@2025-03-01", "values": VALUES}
    with program(served, "clerk") as client:
        answer = client.post("/api/forms", params={"code": CODE}, json=told)
        assert answer.status_code == 202, answer.text
        again = client.post("/api/forms", params={"code": CODE}, json=told)
        assert (again.status_code, again.json()) == (202, answer.json())
        source, file = answer.json()["source"], answer.json()["file"]
        assert source == CODE
        path: Path = served.home / "inbox" / source / file
        os.utime(path, (1_700_000_000, 1_700_000_000))
        assert hoso(served.home, "watch", "--once").code in (0, 4)
        (dossier,) = client.get(f"/api/scans/{source}").json()
        ((document),) = [one["document"] for one in dossier["documents"]]
        record = client.get(f"/api/documents/{document}", params={"purpose": "đổi giấy phép"}).json()
        assert {name: value for name, value in record["fields"].items() if value} == VALUES
        assert record["type"] == "don_doi_gplx"


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 409), (b"[]", 409), (b" " * 300_000, 413),
     (b'{"form":"quyet_dinh@2020-03-05","values":{}}', 409), (b'{"form":"don_doi_gplx@2025-03-01","values":{}}', 409)],
    ids=["nothing", "no form", "too large", "lacks fields", "lacks all"],
)  # fmt: skip
def test_what_is_no_form_is_refused_and_nothing_is_laid_in(shared: Served, body: bytes, status: int) -> None:
    with program(shared, "clerk") as client:
        assert client.post("/api/forms", content=body).status_code == status
    assert not list((shared.home / "inbox").glob("bieu-mau*"))


def test_what_an_office_issues_is_not_handed_in(shared: Served) -> None:
    values = {"so_ky_hieu": "12/QĐ-UBND", "ngay_ban_hanh": "2026-11-20", "co_quan_ban_hanh": "UBND XÃ AN BÌNH",
              "trich_yeu": "Về việc thử", "nguoi_ky": "Trần Văn Mẫu", "chuc_vu": "CHỦ TỊCH"}  # fmt: skip
    with program(shared, "clerk") as client:
        answer = client.post("/api/forms", json={"form": "quyet_dinh@2020-03-05", "values": values})
        assert (answer.status_code, "do cơ quan cấp" in answer.text) == (409, True)


def test_who_may_only_find_hands_nothing_in(shared: Served) -> None:
    with program(shared, "archivist") as client:
        assert client.post("/api/forms", json={}).status_code == 403
