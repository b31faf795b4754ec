"""The outbox on the desk: what is stuck is seen with its reason, put forward or dropped by whom it is given to."""

from __future__ import annotations

import pytest

from desks import Served, csrf
from hoso.exports.doors.api import Message
from hoso.recipe import outbox
from hoso.site import Site


def message(number: int, *faults: str) -> Message:
    name = f"s{number}"
    return Message("he-thong", "thing", name, name, name.encode(), f"{number}" * 24, f"doc{number}", "", faults)


@pytest.fixture
def stuck(served: Served) -> Served:
    """A desk over a home with a faulty message, one refused with a person's number in the words, one that waits."""
    with Site(served.home) as site:
        outbox.put(site, [message(1, "thiếu số định danh"), message(2), message(3)])
        second = next(one for one in outbox.items(site) if one.effect.body["document"] == "doc2")
        body = second.effect.body
        outbox.tell(site, body["subject"], second.effect.key, "held", reason="refused", words="sai số 001099012345")
    return served


def item(served: Served, document: str) -> outbox.Item:
    with Site(served.home) as site:
        every = outbox.items(site, everything=True)
        return next(one for one in every if one.effect.body["document"] == document)


def key(served: Served, document: str) -> str:
    return item(served, document).effect.key


def state(served: Served, document: str) -> str:
    return item(served, document).state


def test_what_is_stuck_is_shown_with_its_reason_and_no_number(stuck: Served) -> None:
    with stuck.client("approver") as client:
        page = client.get("/outbox").text
        assert "thiếu số định danh" in page
        assert "sai số" in page
        assert "345" in page
        assert "001099012345" not in page
        assert page.count("<tr class=") == 3
        assert client.get("/outbox?state=held").text.count("<tr class=") == 2
        assert client.get("/outbox?to=khac").text.count("<tr class=") == 0
        client.cookies.set("lang", "en")
        assert "Correct the paper" in client.get("/outbox").text


def test_a_refused_message_is_put_forward_and_a_faulty_one_is_not(stuck: Served) -> None:
    with stuck.client("approver") as client:
        token = {"csrf": csrf(client, "/outbox")}
        assert client.post(f"/outbox/{key(stuck, 'doc2')}/retry", data=token).status_code == 303
        assert state(stuck, "doc2") == "waiting"
        assert client.post(f"/outbox/{key(stuck, 'doc1')}/retry", data=token).status_code == 409
        assert client.post(f"/outbox/{'0' * 64}/retry", data=token).status_code == 404
        assert client.post(f"/outbox/{key(stuck, 'doc2')}/burn", data=token).status_code == 404
        assert client.post(f"/outbox/{key(stuck, 'doc2')}/retry", data={"csrf": "x"}).status_code == 403


def test_dropping_needs_a_reason_and_is_for_good(stuck: Served) -> None:
    with stuck.client("admin") as client:
        token = {"csrf": csrf(client, "/outbox")}
        where = f"/outbox/{key(stuck, 'doc1')}/drop"
        assert client.post(where, data=token).status_code == 422
        assert client.post(where, data=token | {"note": "đã báo bằng văn bản"}).status_code == 303
        assert state(stuck, "doc1") == "dropped"
        assert client.post(where, data=token | {"note": "lần nữa"}).status_code == 409
    for role in ("clerk", "archivist", "auditor"):
        with stuck.client(role) as client:
            assert client.get("/outbox").status_code == 403, role
