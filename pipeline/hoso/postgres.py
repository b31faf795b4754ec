"""One connection to PostgreSQL, opened when first asked and again after it broke. The home of its driver; no type leaves.

Never says a password. What a statement got back from the server is told by its class: away (Unavailable), refused
(Misconfigured), or refused because another has taken over what the asker was at (Overtaken).
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

from hoso.errors import HosoError, Misconfigured, Overtaken, Unavailable
from hoso.settings import Postgres

__all__ = ["OVERTAKEN", "Server"]

OVERTAKEN = "HS001"
"""The SQLSTATE by which a function of Hoso's own says that another has taken over."""

Row = Sequence[Any]


class Server:
    """The server of ``settings``. Threads take turns. Raises Misconfigured where password, role or database is wrong."""

    def __init__(self, settings: Postgres, first: str = "") -> None:
        """``first``: statements that each new connection begins with."""
        self.settings = settings
        self._first = first
        self.name = f"{settings.host}:{settings.port}/{settings.database}"
        self._turn = threading.RLock()
        self._connection: Any = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection that was not seen to break."""
        return self._connection is not None

    @property
    def password(self) -> str:
        """The password, out of the environment."""
        return os.environ.get(self.settings.password_env, "")

    def schema(self, what: str) -> str:
        """The schema of Hoso's for that purpose: "hoso_lake"."""
        return f"{self.settings.schema}_{what}"

    def run(self, sql: str, **values: object) -> list[Row]:
        """The answer to one statement; ``:name`` in it are ``values``."""
        with self._turn, self._answering():
            return self._base().run(sql, **values) or []

    def copy(self, table: str, columns: Sequence[str], lines: BytesIO) -> None:
        """Append rows in the text form of COPY."""
        with self._turn, self._answering():
            self._base().run(f"COPY {table} ({', '.join(columns)}) FROM STDIN", stream=lines)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is run inside is kept at its end, or none of it."""
        with self._turn:
            self.run("BEGIN")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                with suppress(HosoError):
                    self.run("ROLLBACK")
                raise

    def other(self) -> Server:
        """A connection of its own to the same server."""
        return Server(self.settings, self._first)

    def close(self) -> None:
        """Let go of the connection; the next use opens another."""
        with self._turn:
            if self._connection is not None:
                with suppress(Exception):
                    self._connection.close()
                self._connection = None

    def _base(self) -> Any:
        if self._connection is None:
            self._connection = _connected(self)
            if self._first:
                self._connection.run(self._first)
        return self._connection

    @contextmanager
    def _answering(self) -> Iterator[None]:
        from pg8000.native import DatabaseError, InterfaceError

        try:
            yield
        except DatabaseError as error:
            told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            code, text = str(told.get("C", "")), str(told.get("M", error))
            if code == OVERTAKEN:
                raise Overtaken(f"{self.name}: {text}") from error
            # SQLSTATE classes: 28 wrong role or password, 3D no such database, 42501 not allowed; 53, 57 and 58: the
            # server is full, stopping or ill.
            if code[:2] in ("28", "3D") or code == "42501":
                raise Misconfigured(
                    f"{self.name}: {text}; correct settings.toml [postgres] or the role's rights"
                ) from error
            if code[:2] in ("08", "53", "57", "58", "40", "55"):
                self.close()
            raise Unavailable(f"{self.name}: the server answers: {text} ({code}); run again later") from error
        except (InterfaceError, OSError) as error:
            self.close()
            raise Unavailable(f"{self.name}: the server does not answer: {error}; run again later") from error


def _connected(server: Server) -> Any:
    try:
        from pg8000.native import Connection
    except ImportError as error:
        raise Misconfigured("the package pg8000 is missing; install Hoso with its extra: scale") from error
    told = server.settings
    return Connection(
        told.user, host=told.host, port=told.port, database=told.database, password=server.password,
        ssl_context=ssl.create_default_context() if told.tls else None, timeout=told.timeout, application_name="hoso",
    )  # fmt: skip
