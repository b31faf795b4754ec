"""Owns the way to servers that prove time and revocation: whole time-outs, back-off, rest after failure, a daily quota.

A server that gave no answer in all its tries is left alone for a while, so that a night of a thousand documents does not
wait a thousand times. Requests that are bounded by the day are counted in a file before they are made, so that neither a
crash nor a second process spends more than the quota. Never repeats a password, never reads what day it is: it is told.
"""

from __future__ import annotations

import base64
import fcntl
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from hoso.errors import Misconfigured, Unstamped
from hoso.settings import Seal

__all__ = ["MOST", "Line", "Quota"]

T = TypeVar("T")

MOST = 20_000_000
"""Bytes of an answer at most: the largest revocation lists of public authorities have some 10 MB."""

_AGAIN = {408, 425, 429, 500, 502, 503, 504}
"""Answers of HTTP after which asking again may help (RFC 9110, 15.5 and 15.6; RFC 6585)."""


class Quota:
    """How many requests of a day were made, kept in ``path`` for all processes of a home. ``most`` 0 means no bound."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most

    def spend(self, day: date) -> None:
        """Count one request of ``day``. Raises :class:`Unstamped` where the day's quota is spent."""
        if not self._most:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            spent = _spent(file.read(), day)
            if spent >= self._most:
                raise Unstamped(
                    f"the {self._most} timestamps of {day} (settings.toml [seal] timestamps_per_day) are spent; "
                    "the document waits for a stamp until the next day"
                )
            file.seek(0)
            file.truncate()
            file.write(json.dumps({"day": day.isoformat(), "spent": spent + 1}))
            file.flush()
            os.fsync(file.fileno())


class Line:
    """Asks servers over HTTP(S), TLS 1.2 or later (circular to Decree 23/2025/NĐ-CP), as the settings say."""

    def __init__(self, seal: Seal) -> None:
        self._timeout, self._tries, self._pause, self._rest = seal.timeout, max(seal.tries, 1), seal.pause, seal.rest
        self._down: dict[str, tuple[float, str]] = {}

    def ask(
        self,
        url: str,
        body: bytes | None,
        kind: str,
        accept: str,
        read: Callable[[bytes], T],
        *,
        login: tuple[str, str] | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> T:
        """What ``read`` makes of the answer; ``body`` None asks with GET. ``before`` is called before each request.

        ``read`` raises ValueError for an answer that is none: it counts as a failure, and the server is asked again.
        Raises :class:`Unstamped` where no try gave an answer, or the server failed within the last ``rest`` seconds;
        :class:`Misconfigured` for an address that is not of HTTP.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Misconfigured(f"the address {url!r} of a server for signatures is none of http(s)")
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        since, said = self._down.get(host, (0.0, ""))
        if said and time.monotonic() - since < self._rest:
            raise Unstamped(f"{host} failed shortly before ({said}) and is left alone for {self._rest:.0f} s")
        headers = {"Accept": accept, "User-Agent": "Hoso"}
        if body is not None:
            headers["Content-Type"] = kind
        if login is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode("ascii")
        why = ""
        for turn in range(self._tries):
            if turn:
                time.sleep(self._pause * 2 ** (turn - 1))
            before()
            try:
                answer = read(self._once(urllib.request.Request(url, body, headers)))
            except urllib.error.HTTPError as error:
                why = f"answer {error.code} of HTTP"
                error.close()
                if error.code not in _AGAIN:
                    break
            except (OSError, http.client.HTTPException) as error:
                why = _reason(error)
            except (ValueError, TypeError, KeyError, AttributeError) as error:  # what parsers raise over garbage
                why = f"an answer that cannot be read: {error}"[:200]
            else:
                self._down.pop(host, None)
                return answer
        self._down[host] = time.monotonic(), why
        raise Unstamped(f"{host} gave no proof: {why}; the document waits, and is tried again by the next run")

    def _once(self, request: urllib.request.Request) -> bytes:
        """One answer, all of it within the time-out: a server that drips bytes is cut off too."""
        deadline = time.monotonic() + self._timeout
        data = bytearray()
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:
            while part := answer.read1(65536):
                data += part
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no whole answer within {self._timeout:g} s")
                if len(data) > MOST:
                    raise ValueError(f"more than {MOST} bytes")
        return bytes(data)


def _spent(text: str, day: date) -> int:
    try:
        told = json.loads(text or "{}")
        return int(told["spent"]) if told.get("day") == day.isoformat() else 0
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    text = inner.strerror if isinstance(inner, OSError) and inner.strerror else str(inner)
    return f"{type(inner).__name__}: {text}"[:200]
