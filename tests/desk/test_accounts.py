"""Accounts: passwords, sessions, tokens; wrong passwords slow down who gives them and nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hoso.desk.accounts import MAY, ROLES, Accounts
from hoso.errors import Refused, Usage

NOW = datetime.fromisoformat("2026-11-24T08:00:00+07:00")
PASSWORD = "mot-mat-khau-dai"


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    made = Accounts(tmp_path)
    made.add("thu", "Nguyễn Thị Thử", "clerk", PASSWORD)
    yield made
    made.close()


def wrong(accounts: Accounts, address: str, now: datetime = NOW, name: str = "thu") -> str:
    with pytest.raises(Refused) as caught:
        accounts.sign_in(name, "sai", address, now)
    return caught.value.reason


def test_who_knows_the_password_gets_a_session(accounts: Accounts) -> None:
    secret = accounts.sign_in("thu", PASSWORD, "10.0.0.1", NOW)
    session = accounts.session(secret, NOW)
    assert session is not None
    assert (session.account.person, session.account.role) == ("Nguyễn Thị Thử", "clerk")
    accounts.sign_out(session)
    assert accounts.session(secret, NOW) is None


def test_no_secret_lies_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    secret = accounts.sign_in("thu", PASSWORD, "10.0.0.1", NOW)
    token = accounts.token("thu", NOW)
    with sqlite3.connect(tmp_path / "desk" / "accounts.sqlite") as base:
        text = "\n".join(base.iterdump())
    assert "$argon2id$" in text
    for one in (PASSWORD, secret, token):
        assert one not in text
    assert (tmp_path / "desk" / "accounts.sqlite").stat().st_mode & 0o077 == 0


def test_wrong_passwords_slow_down_their_address_and_nobody_else(accounts: Accounts) -> None:
    for _ in range(5):
        assert wrong(accounts, "10.0.0.66") == "login.wrong"
    assert wrong(accounts, "10.0.0.66") == "login.wait"
    assert accounts.sign_in("thu", PASSWORD, "10.0.0.1", NOW)  # the clerk at her own desk
    with pytest.raises(Refused):
        accounts.sign_in("thu", PASSWORD, "10.0.0.66", NOW)  # not even with the right one, until the time is over
    assert accounts.sign_in("thu", PASSWORD, "10.0.0.66", NOW + timedelta(seconds=3))


def test_the_wait_grows_and_has_an_end(accounts: Accounts) -> None:
    now = NOW
    for _ in range(40):
        reason = wrong(accounts, "10.0.0.66", now)
        now += timedelta(seconds=901) if reason == "login.wait" else timedelta(0)
    assert wrong(accounts, "10.0.0.66", now + timedelta(seconds=901)) == "login.wrong"


def test_an_unknown_name_answers_as_a_known_one(accounts: Accounts) -> None:
    assert wrong(accounts, "10.0.0.7", name="khong-co") == wrong(accounts, "10.0.0.7") == "login.wrong"


def test_a_session_ends_unused_and_at_most_after_its_whole_time(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path, idle=30, whole=60)
    accounts.add("thu", "Nguyễn Thị Thử", "clerk", PASSWORD)
    secret = accounts.sign_in("thu", PASSWORD, "", NOW)
    assert accounts.session(secret, NOW + timedelta(minutes=29))
    assert accounts.session(secret, NOW + timedelta(minutes=58))
    assert accounts.session(secret, NOW + timedelta(minutes=61)) is None
    secret = accounts.sign_in("thu", PASSWORD, "", NOW)
    assert accounts.session(secret, NOW + timedelta(minutes=31)) is None
    accounts.close()


def test_a_purpose_ends(accounts: Accounts) -> None:
    secret = accounts.sign_in("thu", PASSWORD, "", NOW)
    session = accounts.session(secret, NOW)
    assert session is not None
    accounts.purpose(session, "tra cứu", NOW)
    later = accounts.session(secret, NOW + timedelta(minutes=14))
    assert later is not None
    assert later.purpose == "tra cứu"
    ended = accounts.session(secret, NOW + timedelta(minutes=16))
    assert ended is not None
    assert ended.purpose == ""


def test_a_shut_account_has_neither_session_nor_token(accounts: Accounts) -> None:
    secret, token = accounts.sign_in("thu", PASSWORD, "", NOW), accounts.token("thu", NOW)
    assert accounts.bearer(token) is not None
    accounts.disable("thu")
    assert accounts.session(secret, NOW) is None
    assert accounts.bearer(token) is None
    assert wrong(accounts, "10.0.0.9") == "login.wrong"
    accounts.disable("thu", False)
    assert accounts.sign_in("thu", PASSWORD, "", NOW)


def test_a_new_password_ends_the_sessions(accounts: Accounts) -> None:
    secret = accounts.sign_in("thu", PASSWORD, "", NOW)
    accounts.set_password("thu", "mat-khau-moi-khac")
    assert accounts.session(secret, NOW) is None
    assert accounts.sign_in("thu", "mat-khau-moi-khac", "", NOW)


def test_a_shut_token_is_nobody_s(accounts: Accounts) -> None:
    token = accounts.token("thu", NOW)
    (row,) = accounts.tokens()
    accounts.end_token(row[0])
    assert accounts.bearer(token) is None
    assert accounts.bearer("hoso_made-up") is None


@pytest.mark.parametrize(
    ("name", "person", "role", "password"),
    [
        ("A", "Ai Đó", "clerk", PASSWORD), ("a b", "Ai Đó", "clerk", PASSWORD), ("thu", "Ai Đó", "clerk", PASSWORD),
        ("khac", " ", "clerk", PASSWORD), ("khac", "Ai Đó", "boss", PASSWORD), ("khac", "Ai Đó", "clerk", "ngan"),
        ("khac", "Ai Đó", "clerk", "khac-khac-khac"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_account_is_refused(
    accounts: Accounts, name: str, person: str, role: str, password: str
) -> None:
    with pytest.raises(Usage):
        accounts.add(name, person, role, password)


def test_no_role_may_do_everything() -> None:
    assert not MAY["admin"] & {"see", "correct", "approve", "unmask", "find"}
    assert not MAY["auditor"] & {"see", "correct", "approve", "unmask", "accounts"}
    assert not MAY["clerk"] & {"approve", "accounts"}
    assert set(ROLES) == set(MAY)
