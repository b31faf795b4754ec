"""The way to another system's server: HTTP with verified TLS, time-outs, and what each silence or refusal means.

The only home of httpx. Never tries again, never follows a redirect, never goes through a proxy that the environment names
(what is sent holds personal data), never repeats an address's query, a header or a body in an error.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from hoso.errors import Misconfigured, Unavailable
from hoso.exports.doors.api import Declined, Unanswered

__all__ = ["Reply", "Wire", "secret"]

MOST = 4 * 2**20
"""Bytes of an answer that are read as a rule; a longer one is none that a door can understand."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a status of success. ``body`` are its bytes."""

    status: int
    body: bytes

    def table(self) -> dict[str, Any]:
        """The JSON object that it is. Raises :class:`Unanswered` where it is none: the server may have done the work."""
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise Unanswered(f"the answer of {len(self.body)} bytes is no JSON; ask who runs the server") from error
        if not isinstance(found, dict):
            raise Unanswered(f"the answer is a JSON {type(found).__name__}, not an object; ask who runs the server")
        return found


class Wire:
    """One server. ``section`` names its settings in errors; ``ca`` is a PEM file of the roots it is trusted by (those of
    the system where it is empty); ``plain`` lets http:// pass to other machines too; ``most`` bytes of an answer
    are read (0: MOST). Threads may share it.

    Raises Misconfigured for an address that is none, or that is not encrypted, and for a PEM file that cannot be read."""

    def __init__(
        self, section: str, url: str, home: Path, *, ca: str = "", plain: bool = False, timeout: float = 30.0,
        most: int = 0,
    ):  # fmt: skip
        parts = urlsplit(url)
        self._own_most = most
        self._section, self._url, self.host = section, url.rstrip("/"), parts.hostname or ""
        self._timeout = timeout
        if parts.scheme not in ("http", "https") or not self.host:
            raise Misconfigured(f"settings.toml [{section}] url: {url!r} is no address; write https://…")
        if parts.scheme == "http" and not plain and self.host not in _LOOPBACK:
            raise Misconfigured(
                f"settings.toml [{section}] url is not encrypted, and what is sent holds personal data; write https://, or "
                "plain = true where the way to the server is encrypted otherwise"
            )
        try:
            context = ssl.create_default_context(cafile=str(home / ca) if ca else None)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(
                f"{home / ca}: the roots named in settings.toml [{section}] ca cannot be read"
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # circular to Decree 23/2025/NĐ-CP: TLS from 1.2 on
        self._client = httpx.Client(verify=context, timeout=timeout, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        self._client.close()

    def post(
        self, path: str = "", body: Any = None, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None, files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Reply:  # fmt: skip
        """POST ``body`` as JSON, or ``files`` as a form. Raises Unavailable, Unanswered, Declined, Misconfigured."""
        return self._ask("POST", path, headers or {}, params, None if files else body, files)

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        """GET. Raises as :meth:`post`."""
        return self._ask("GET", path, headers or {}, params, None, None)

    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        body: Any,
        files: Any,
    ) -> Reply:
        url = (
            path
            if path.startswith(("http://", "https://"))
            else f"{self._url}/{path.lstrip('/')}"
            if path
            else self._url
        )
        until, most = time.monotonic() + self._timeout, self._own_most or MOST
        try:
            with self._client.stream(
                method, url, headers=dict(headers), params=params, json=body if body is not None else None, files=files
            ) as answer:
                data = bytearray()
                for piece in answer.iter_bytes():
                    data += piece
                    if time.monotonic() > until:
                        raise Unanswered(
                            f"{self.host}: the answer takes longer than {self._timeout:g} s; it is tried again"
                        )
                    if len(data) > most:
                        raise Unanswered(
                            f"{self.host}: the answer is longer than {most} bytes; ask who runs the server"
                        )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable(f"{self.host}: no connection ({_why(error)}); it is tried again") from error
        except httpx.TransportError as error:
            raise Unanswered(f"{self.host}: no answer ({type(error).__name__}); it is tried again") from error
        except httpx.HTTPError as error:  # too many redirects, an answer that cannot be unpacked
            raise Unanswered(f"{self.host}: an answer that is none ({type(error).__name__})") from error
        return self._judged(answer, bytes(data))

    def _judged(self, answer: httpx.Response, data: bytes) -> Reply:
        status, said = answer.status_code, data[:2000].decode(errors="replace")
        if 200 <= status < 300:
            return Reply(status, data)
        if status in (401, 403):
            raise Misconfigured(
                f"{self.host} does not let us in ({status}); check user and password of settings.toml [{self._section}]"
            )
        if 300 <= status < 400 or status in (404, 405):
            raise Misconfigured(f"{self.host} answers {status}; check the addresses in settings.toml [{self._section}]")
        if status in (425, 429, 503):
            late = Unavailable(f"{self.host} takes nothing now ({status}); it is tried again")
            wait = answer.headers.get("retry-after", "")
            late.after = float(wait) if wait.isdecimal() else 0.0
            raise late
        if status >= 500 or status < 200 or status == 408:
            raise Unanswered(f"{self.host} answers {status}; it is tried again")
        raise Declined(
            "refused", f"{self.host} refuses the message ({status})", f"Hệ thống nhận từ chối ({status}).", said
        )


def secret(section: str, variable: str, file: str, home: Path) -> str:
    """The password in the environment ``variable``, else the first line of ``home / file``. Raises Misconfigured."""
    if variable and variable in os.environ:
        return os.environ[variable]
    try:
        lines = (home / file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"no password for [{section}]: set the variable {variable}, or write it into {home / file}"
        ) from error
    return lines[0] if lines else ""


def _why(error: Exception) -> str:
    """The system's reason, without the address that httpx may put there."""
    cause = error.__cause__ or error.__context__
    inner = cause.__cause__ or cause.__context__ if cause else None
    found = next((e for e in (inner, cause, error) if isinstance(e, OSError)), None)
    if isinstance(found, ssl.SSLError):
        return f"TLS: {found.reason or 'no trust'}"
    return (found.strerror if found is not None else "") or type(error).__name__
