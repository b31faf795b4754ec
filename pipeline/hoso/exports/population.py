"""The citizen look-up of the population database: one question over HTTP, the answer in the columns of ``dan_cu.csv``.

Owns how a question and an answer are written (as ``[population]`` says, since the real interface is not public), and that
a server that failed is left alone for a while. Never keeps an answer, judges a paper by it, or repeats a value of either
in an error. What is known and what is not: docs/doors/population.md.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from hoso.errors import Misconfigured, Unavailable
from hoso.exports.doors.api import Unanswered
from hoso.exports.wire import Wire, secret
from hoso.partners import Population
from hoso.values.fold import fold
from hoso.values.text import nfc, squeeze

__all__ = ["COLUMNS", "Citizen", "Citizens", "open"]

COLUMNS = ("so_cccd", "ho_ten", "ngay_sinh", "gioi_tinh", "dia_chi")
"""What a question or an answer may hold."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """An answer. "found": ``row`` holds what the database says by column (dates ISO 8601, a year alone where it knows no
    more; sex "Nam" or "Nữ"); "absent": it has nobody of that number."""

    state: Literal["found", "absent"]
    row: Mapping[str, str]


def open(settings: Population, home: Path, clock: Callable[[], float] = time.monotonic) -> Citizens | None:
    """The look-up, None where ``[population]`` names no server. Reads no secret and connects to nothing. Raises
    Misconfigured for a setting that cannot be."""
    return Citizens(settings, home, clock) if settings.url else None


class Citizens:
    """The database as ``settings`` describe it. Threads may share it."""

    def __init__(self, settings: Population, home: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._own, self._home, self._clock = settings, home, clock
        self._asks = _pairs("asks", settings.asks)
        self._tells = _pairs("tells", settings.tells)
        self._more = dict(_split("more", text) for text in settings.more)
        if "so_cccd" not in self._asks:
            raise Misconfigured("settings.toml [population] asks must hold the number: so_cccd=<their name>")
        if settings.auth not in ("basic", "bearer", "none"):
            raise Misconfigured(f"settings.toml [population] auth is basic, bearer or none, not {settings.auth!r}")
        self._opening = threading.Lock()
        self._line: tuple[Wire, dict[str, str]] | None = None
        self._closed_until = 0.0

    def ask(self, wanted: Mapping[str, str]) -> Citizen:
        """What the database says of the citizen with ``wanted["so_cccd"]``; further columns go along as the settings say.

        Raises Unavailable (also without asking, while a server that failed is left alone), Unanswered, Declined,
        Misconfigured."""
        if self._clock() < self._closed_until:
            raise Unavailable(f"the population database failed just now; it is left alone for {self._own.rest:g} s")
        wire, headers = self._opened()
        body: dict[str, Any] = dict(self._more)
        for column, name in self._asks.items():
            if value := wanted.get(column, ""):
                _put(body, name, self._written(column, value))
        try:
            said = wire.post(self._own.path, body, headers=headers).table()
        except Unavailable:
            self._closed_until = self._clock() + self._own.rest
            raise
        return self._read(said, wanted["so_cccd"])

    def ready(self) -> str:
        """The server's name, where everything is there that a question needs; nothing is asked. Raises Misconfigured."""
        return self._opened()[0].host

    def close(self) -> None:
        if self._line is not None:
            self._line[0].close()

    def _read(self, said: dict[str, Any], number: str) -> Citizen:
        code = str(_at(said, self._own.code)) if self._own.code else ""
        if code and code in self._own.missing:
            return Citizen("absent", {})
        found = _at(said, self._own.result) if self._own.result else said
        if isinstance(found, list):
            found = found[0] if len(found) == 1 else {} if not found else None
        if found is None and self._own.result.rpartition(".")[2] in _inner(said, self._own.result):
            found = {}
        if not isinstance(found, dict):
            raise Unanswered("the population database's answer holds no citizen; check [population] result")
        row = {column: text for column, name in self._tells.items() if (text := self._value(column, found, name))}
        told = row.get("so_cccd", "")
        if not row and not any(found.values()):
            return Citizen("absent", {})
        if not row.keys() & {"ho_ten", "ngay_sinh"}:
            raise Unanswered("the population database's answer holds no name or birth date; check [population] tells")
        if told and told != number:
            raise Unanswered("the population database answers about another number; ask who runs it")
        return Citizen("found", {**row, "so_cccd": number})

    def _value(self, column: str, found: dict[str, Any], names: str) -> str:
        parts = [_at(found, name) for name in names.split("+")]
        text = squeeze(nfc(" ".join(str(part) for part in parts if part is not None and not isinstance(part, dict))))
        if column == "ngay_sinh":
            return self._date(text)
        if column == "gioi_tinh":
            known = {fold(word): "Nam" for word in self._own.men} | {fold(word): "Nữ" for word in self._own.women}
            return known.get(fold(text), "")
        return text

    def _date(self, text: str) -> str:
        if len(text) == 4 and text.isdecimal():
            return text
        try:
            return datetime.strptime(text, self._own.date).date().isoformat() if text else ""  # a day
        except ValueError as error:
            raise Unanswered(
                "the population database writes birth dates otherwise than [population] date says"
            ) from error

    def _written(self, column: str, value: str) -> str:
        if column == "ngay_sinh" and len(value) == 10:
            return datetime.strptime(value, "%Y-%m-%d").strftime(self._own.date)  # a day
        return value

    def _opened(self) -> tuple[Wire, dict[str, str]]:
        own = self._own
        with self._opening:
            if self._line is None:
                headers = {}
                if own.auth != "none":
                    word = secret("population", own.password_env, own.password_file, self._home)
                    pair = base64.b64encode(f"{own.user}:{word}".encode()).decode()
                    headers["Authorization"] = f"Bearer {word}" if own.auth == "bearer" else f"Basic {pair}"
                wire = Wire("population", own.url, self._home, ca=own.ca, plain=own.plain, timeout=own.timeout)
                self._line = wire, headers
        return self._line


def _pairs(key: str, texts: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(_split(key, text) for text in texts)
    for column in pairs:
        if column not in COLUMNS:
            raise Misconfigured(f"settings.toml [population] {key}: {column!r} is none of {', '.join(COLUMNS)}")
    return pairs


def _split(key: str, text: str) -> tuple[str, str]:
    column, mark, name = (part.strip() for part in text.partition("="))
    if not column or not mark or not name:
        raise Misconfigured(f"settings.toml [population] {key}: write {text!r} as name=value")
    return column, name


def _at(table: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(table, dict):
            return None
        table = table.get(name)
    return table


def _inner(said: dict[str, Any], path: str) -> dict[str, Any]:
    """The object with the last part of ``path``: a null there is "no such citizen", its lack is nonsense."""
    above = path.rpartition(".")[0]
    found = _at(said, above) if above else said
    return found if isinstance(found, dict) else {}


def _put(body: dict[str, Any], path: str, value: str) -> None:
    *above, last = path.split(".")
    for name in above:
        body = body.setdefault(name, {})
    body[last] = value
