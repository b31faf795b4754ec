"""People who may use the desk, their sessions and the tokens of programs: ``HOME/desk/accounts.sqlite``.

Passwords are kept as Argon2id (RFC 9106), session and token secrets as their SHA-256. Wrong passwords slow down the pair of
account and address that gave them, never an account for everybody: nobody can be locked out by a stranger.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hoso.errors import Refused, Usage

__all__ = ["MAY", "ROLES", "Account", "Accounts", "Session"]

MAY: dict[str, frozenset[str]] = {
    "clerk": frozenset({"see", "correct", "find", "unmask"}),
    "approver": frozenset({"see", "correct", "approve", "find", "unmask", "figures"}),
    "archivist": frozenset({"find", "unmask", "figures", "history"}),
    "auditor": frozenset({"find", "figures", "history"}),
    "admin": frozenset({"accounts", "figures", "history"}),
}
"""What each role may do: "see" papers that wait, "correct" and "approve" them, "find" (masked), "unmask" for a stated
purpose, read "figures" and "history", keep "accounts"."""
ROLES = tuple(MAY)

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_LEAST = 10  # letters of a password (NIST SP 800-63B asks for 8)
_FREE = 4  # wrong passwords before waiting begins
_LONGEST = 900.0  # seconds that a pair of account and address waits at most
_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, person TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, csrf TEXT NOT NULL, began TEXT NOT NULL, last TEXT NOT NULL,
    purpose TEXT NOT NULL DEFAULT '', purpose_until TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS attempts (who TEXT PRIMARY KEY, failures INTEGER NOT NULL, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, made TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody (or a program): ``name`` to sign in with, ``person`` as it stands in decisions."""

    name: str
    person: str
    role: str
    disabled: bool = False

    def may(self, what: str) -> bool:
        """Whether the role allows that."""
        return what in MAY.get(self.role, frozenset())


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person. ``csrf`` must come with every change; ``purpose``, while it lasts, lets personal data be seen."""

    account: Account
    csrf: str
    key: str
    purpose: str = ""


class Accounts:
    """The accounts of one home. Threads may share it. ``idle`` and ``whole`` are the minutes a session lasts unused, and at
    most."""

    def __init__(self, home: Path, idle: float = 30.0, whole: float = 720.0) -> None:
        folder = home / "desk"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "accounts.sqlite"
        path.touch(mode=0o600)
        self._base = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.executescript(_TABLES)
        self._turn = threading.Lock()
        self._idle, self._whole = timedelta(minutes=idle), timedelta(minutes=whole)
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def close(self) -> None:
        self._base.close()

    def add(self, name: str, person: str, role: str, password: str) -> Account:
        """A new account. Raises Usage for a name or role that cannot be, or a password that is too weak."""
        if not _NAME.fullmatch(name):
            raise Usage(f"{name!r} is no account name: small letters, figures, dot, dash; two at least")
        if role not in ROLES:
            raise Usage(f"{role!r} is no role; choose one of {', '.join(ROLES)}")
        if not person.strip():
            raise Usage("an account needs the full name of its person: it stands in every decision")
        if self.account(name) is not None:
            raise Usage(f"there is an account {name!r} already")
        told = (name, person.strip(), role, self._hashed(name, password))
        self._do("INSERT INTO accounts (name, person, role, hash) VALUES (?, ?, ?, ?)", told)
        return Account(name, person.strip(), role)

    def account(self, name: str) -> Account | None:
        """That account, None where there is none."""
        rows = self._do("SELECT name, person, role, disabled FROM accounts WHERE name = ?", (name,))
        return _account(rows[0]) if rows else None

    def all(self) -> list[Account]:
        """Every account, by name."""
        rows = self._do("SELECT name, person, role, disabled FROM accounts ORDER BY name")
        return [_account(row) for row in rows]

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password; its sessions end. Raises Usage."""
        self._known(name)
        self._do("UPDATE accounts SET hash = ? WHERE name = ?", (self._hashed(name, password), name))
        self._do("DELETE FROM sessions WHERE name = ?", (name,))

    def disable(self, name: str, disabled: bool = True) -> None:
        """Shut an account, or open it again; its sessions and tokens end. Raises Usage."""
        self._known(name)
        self._do("UPDATE accounts SET disabled = ? WHERE name = ?", (int(disabled), name))
        self._do("DELETE FROM sessions WHERE name = ?", (name,))

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> str:
        """The secret of a new session. Raises Refused (login.wrong, login.wait) with a Vietnamese text."""
        who = hashlib.sha256(f"{name}\0{address}".encode()).hexdigest()
        rows = self._do("SELECT failures, until FROM attempts WHERE who = ?", (who,))
        failures, until = rows[0] if rows else (0, "")
        if until > now.isoformat():
            left = (datetime.fromisoformat(until) - now).total_seconds()
            text = f"Sai nhiều lần. Hãy thử lại sau {left:.0f} giây."
            raise Refused("login.wait", f"{name}: too many wrong passwords from this address", text)
        rows = self._do("SELECT hash, disabled FROM accounts WHERE name = ?", (name,))
        kept, disabled = rows[0] if rows else (self._nobody, 1)
        if not self._fits(kept, password) or disabled:
            wait = min(_LONGEST, 2.0 ** (failures + 1 - _FREE)) if failures + 1 > _FREE else 0.0
            told = (who, failures + 1, (now + timedelta(seconds=wait)).isoformat() if wait else "")
            self._do("INSERT OR REPLACE INTO attempts VALUES (?, ?, ?)", told)
            raise Refused("login.wrong", f"{name}: wrong name or password", "Tên hoặc mật khẩu không đúng.")
        self._do("DELETE FROM attempts WHERE who = ?", (who,))
        if self._hasher.check_needs_rehash(kept):
            self._do("UPDATE accounts SET hash = ? WHERE name = ?", (self._hasher.hash(password), name))
        return self.begin(name, now)

    def begin(self, name: str, now: datetime) -> str:
        """The secret of a new session of that account, whoever vouched for it; old ones are swept."""
        secret = secrets.token_urlsafe(32)
        self._do("DELETE FROM sessions WHERE began < ?", ((now - self._whole).isoformat(),))
        row = (_digest(secret), name, secrets.token_urlsafe(24), now.isoformat(), now.isoformat())
        self._do("INSERT INTO sessions (id, name, csrf, began, last) VALUES (?, ?, ?, ?, ?)", row)
        return secret

    def session(self, secret: str, now: datetime) -> Session | None:
        """The session of that secret, None where it ended or its account is shut."""
        key = _digest(secret)
        rows = self._do(
            "SELECT a.name, a.person, a.role, s.csrf, s.began, s.last, s.purpose, s.purpose_until FROM sessions s"
            " JOIN accounts a USING (name) WHERE s.id = ? AND NOT a.disabled", (key,)
        )  # fmt: skip
        if not rows:
            return None
        name, person, role, csrf, began, last, purpose, until = rows[0]
        if datetime.fromisoformat(last) < now - self._idle or datetime.fromisoformat(began) < now - self._whole:
            self._do("DELETE FROM sessions WHERE id = ?", (key,))
            return None
        if datetime.fromisoformat(last) < now - timedelta(seconds=30):
            self._do("UPDATE sessions SET last = ? WHERE id = ?", (now.isoformat(), key))
        return Session(Account(name, person, role), csrf, key, purpose if until > now.isoformat() else "")

    def purpose(self, session: Session, purpose: str, now: datetime, minutes: float = 15.0) -> None:
        """State for what personal data are seen from now on, for ``minutes``; "" ends it."""
        until = (now + timedelta(minutes=minutes)).isoformat() if purpose else ""
        told = (purpose, until, session.key)
        self._do("UPDATE sessions SET purpose = ?, purpose_until = ? WHERE id = ?", told)

    def sign_out(self, session: Session) -> None:
        """End a session."""
        self._do("DELETE FROM sessions WHERE id = ?", (session.key,))

    def token(self, name: str, now: datetime) -> str:
        """The secret of a new token of that account, for programs; shown once. Raises Usage."""
        self._known(name)
        secret = f"hoso_{secrets.token_urlsafe(32)}"
        row = (secrets.token_hex(4), name, _digest(secret), now.isoformat())
        self._do("INSERT INTO tokens (id, name, hash, made) VALUES (?, ?, ?, ?)", row)
        return secret

    def tokens(self) -> list[tuple[str, str, str, bool]]:
        """(id, account, made, whether shut) of every token."""
        rows = self._do("SELECT id, name, made, disabled FROM tokens ORDER BY made")
        return [(*row[:3], bool(row[3])) for row in rows]

    def end_token(self, token: str) -> None:
        """Shut the token of that id."""
        self._do("UPDATE tokens SET disabled = 1 WHERE id = ?", (token,))

    def bearer(self, secret: str) -> Account | None:
        """The account of that token, None where token or account are shut."""
        rows = self._do(
            "SELECT a.name, a.person, a.role FROM tokens t JOIN accounts a USING (name)"
            " WHERE t.hash = ? AND NOT t.disabled AND NOT a.disabled", (_digest(secret),)
        )  # fmt: skip
        return Account(*rows[0]) if rows else None

    def _hashed(self, name: str, password: str) -> str:
        if len(password) < _LEAST or name in password.lower():
            raise Usage(f"a password has {_LEAST} letters at least, and not the account's name in it")
        return self._hasher.hash(password)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (Argon2Error, InvalidHashError):
            return False

    def _known(self, name: str) -> None:
        if self.account(name) is None:
            raise Usage(f"there is no account {name!r}; list them with: hoso account list")

    def _do(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._base.execute(sql, values).fetchall()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _account(row: tuple[Any, ...]) -> Account:
    name, person, role, disabled = row
    return Account(name, person, role, bool(disabled))
