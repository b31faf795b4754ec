"""Who may do what over HTTP: each page by each role, forged requests, headers, hosts, masks."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from desks import ROLES, Served, csrf

PAGES = {
    "/": set(ROLES), "/verify": {"clerk", "approver"}, "/group": {"clerk", "approver"}, "/approve": {"approver"},
    "/find": {"clerk", "approver", "archivist", "auditor"}, "/find?q=giay": {"clerk", "approver", "archivist", "auditor"},
    "/figures": {"approver", "archivist", "auditor", "admin"}, "/accounts": {"admin"}, "/today/live": set(ROLES),
    "/metrics": set(ROLES), "/find.csv?q=giay": {"clerk", "approver", "archivist", "auditor"},
    "/find.xlsx?q=giay": {"clerk", "approver", "archivist", "auditor"},
    "/find.parquet?q=giay": {"clerk", "approver", "archivist", "auditor"}, "/keying": {"clerk", "approver"},
    "/outbox": {"approver", "admin"},
    "/figures?kind=quality": {"approver", "archivist", "auditor", "admin"},
    "/figures?kind=digitization&by=procedure": {"approver", "archivist", "auditor", "admin"},
}  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_each_page_answers_those_who_may_and_no_others(shared: Served, path: str) -> None:
    for role in ROLES:
        with shared.client(role) as client:
            answer = client.get(path)
            if answer.status_code == 303 and path == "/verify":
                answer = client.get(answer.headers["location"])
            assert answer.status_code == (200 if role in PAGES[path] else 403), (role, answer.text[:300])


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_led_to_the_sign_in(shared: Served, path: str) -> None:
    with shared.client() as client:
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=")


def test_a_crawl_of_every_link_by_every_role_meets_no_error(shared: Served) -> None:
    for role in ROLES:
        with shared.client(role) as client:
            seen, left = set(), ["/"]
            while left and len(seen) < 120:
                path = left.pop()
                if path in seen:
                    continue
                seen.add(path)
                answer = client.get(path)
                assert answer.status_code in (200, 303), (role, path, answer.status_code, answer.text[:300])
                if "text/html" in answer.headers.get("content-type", ""):
                    found = re.findall(r'(?:href|src)="(/[^"#]*|\?[^"]*)"', answer.text)
                    left += [
                        (path.partition("?")[0] + one if one.startswith("?") else one).replace("&amp;", "&")
                        for one in found
                    ]
                elif answer.status_code == 303:
                    left.append(answer.headers["location"])
            assert len(seen) >= 5, role


def _forms(home: Any) -> list[tuple[str, dict[str, str]]]:
    return [
        ("/approve", {"chosen": "x:y"}), ("/mandates", {"until": "2027-01-01"}), ("/accounts", {
            "name": "gian", "person": "Gian", "role": "admin", "password": "mat-khau-dai-dai"}),
        ("/accounts/clerk/disable", {}), ("/purpose", {"purpose": "xem"}), ("/logout", {}),
    ]  # fmt: skip


def test_a_form_without_the_session_s_own_token_changes_nothing(shared: Served) -> None:
    for role in ("approver", "admin"):
        with shared.client(role) as client:
            for path, data in _forms(shared.home):
                assert client.post(path, data=data).status_code == 403
                assert client.post(path, data=data | {"csrf": "made-up"}).status_code == 403
    with shared.client("approver") as client:
        token = csrf(client)
        answer = client.post(
            "/purpose", data={"purpose": "xem", "csrf": token}, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
        said = {"seen": "x", "kind": "confirm", "field": "so"}
        assert client.post("/verify/x/say", json=said).status_code == 403


def test_a_sign_in_leads_nowhere_else(shared: Served) -> None:
    for away in ("https://evil.test/", "//evil.test", "/\\evil.test", "/ok\r\nx: y"):
        with shared.client() as client:
            answer = client.post("/login", data={"name": "clerk", "password": "mat-khau-thu-nghiem", "next": away})
            assert answer.headers["location"] == "/"


def test_a_request_for_another_host_is_turned_away(shared: Served) -> None:
    for host in ("evil.test", "evil.test:8640", "127.0.0.1.evil.test"):
        assert httpx.get(f"{shared.url}/login", headers={"host": host}, trust_env=False).status_code == 421
    assert httpx.get(f"{shared.url}/login", headers={"host": "localhost:9"}, trust_env=False).status_code == 200


def test_every_answer_keeps_scripts_and_frames_out(shared: Served) -> None:
    with shared.client("clerk") as client:
        for path in ("/", "/login", "/find", "/static/desk.css", "/no/such/page"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
    answer = httpx.post(
        f"{shared.url}/login", data={"name": "clerk", "password": "mat-khau-thu-nghiem"}, trust_env=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_no_page_has_a_script_a_style_or_an_address_of_its_own_making(shared: Served) -> None:
    with shared.client("approver") as client:
        for path in ("/", "/group", "/approve", "/find?q=giay", "/figures"):
            text = client.get(path).text
            assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|\sstyle=|javascript:|https?://", text), path


def test_words_of_a_person_never_become_markup(served: Served) -> None:
    with served.client("approver") as client:
        evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
        assert client.post("/purpose", data={"purpose": evil, "csrf": csrf(client), "back": "/find"}).status_code == 303
        for path in (
            f"/find?q={evil}",
            f"/find?q=giay&type={evil}",
            f"/approve?text={evil}&done=0",
            f"/login?next={evil}",
        ):
            text = client.get(path).text
            assert "<script>alert" not in text
            assert "<img src=x" not in text


def test_first_load_is_small(shared: Served) -> None:
    with shared.client("clerk") as client:
        sizes = [len(client.get(path).content) for path in ("/", "/static/desk.css", "/static/live.js")]
    assert sum(sizes) < 300_000
    with shared.client("clerk") as client:
        first = client.get("/verify")
        verify = [client.get(path) for path in (first.headers["location"], "/static/desk.css", "/static/verify.js")]
    assert sum(len(one.content) for one in verify) < 300_000


def test_a_paper_that_is_not_there_is_told(shared: Served) -> None:
    with shared.client("approver") as client:
        for path in (
            "/verify/nothing",
            "/dossier/nothing",
            "/page/nothing/1.jpg",
            "/signed/nothing.pdf",
            "/ink/nothing/so.jpg",
        ):
            assert client.get(path, headers={"accept": "text/html"}).status_code == 404
