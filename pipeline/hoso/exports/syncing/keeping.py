"""The electronic data store of persons (kho quản lý dữ liệu điện tử của tổ chức, cá nhân): put, find and fetch papers.

Owns how the store is asked, by the names and addresses of ``[data_store]`` (no description of the real one is public), and
what its answers mean. Never follows an address that an answer holds, tries again, or repeats a value in an error.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hoso import keys
from hoso.errors import Misconfigured
from hoso.exports.doors.api import Answer, Declined, Unanswered
from hoso.exports.wire import Reply, Wire, secret
from hoso.partners import DataStore
from hoso.values.text import nfc, squeeze

__all__ = ["NAMES", "Item", "Keeping"]

NAMES = ("ma", "so_dinh_danh", "ho_ten", "loai", "ten", "so", "ngay_cap", "co_quan", "hieu_luc_den", "ma_ho_so",
         "ma_ket_qua", "tep", "bam")  # fmt: skip
"""What is told of a paper: the store's id, person, name, type, title, number, day of issue, issuer, last day of use,
dossier code, code of the result, file (bytes in Base64, or an address), SHA-256 of the file."""
_DAYS = ("ngay_cap", "hieu_luc_den")


@dataclass(frozen=True, slots=True)
class Item:
    """A paper that the store holds; "" for what it does not say. Days are ISO 8601; ``until`` is the last day of use."""

    id: str
    type: str
    title: str
    number: str
    issued: str
    issuer: str
    until: str
    code: str
    digest: str


class Keeping:
    """The store as ``settings`` describe it. Threads may share it. Raises Misconfigured for settings that cannot be."""

    def __init__(self, settings: DataStore, home: Path) -> None:
        self._own, self._home = settings, home
        self._names = {name: name for name in NAMES} | _pairs("names", settings.names, NAMES)
        self._kinds = _pairs("kinds", settings.kinds)
        if settings.auth not in ("basic", "bearer", "none"):
            raise Misconfigured(f"settings.toml [data_store] auth is basic, bearer or none, not {settings.auth!r}")
        if settings.file not in ("bytes", "link"):
            raise Misconfigured(f"settings.toml [data_store] file is bytes or link, not {settings.file!r}")
        self._opening = threading.Lock()
        self._line: tuple[Wire, dict[str, str]] | None = None

    def put(self, told: Mapping[str, str], key: str, *, existed: bool) -> Answer:
        """Publish a paper, by NAMES. The store's id of it is the answer's. Raises as :class:`Wire`, and Declined."""
        wire, headers = self._opened()
        path = self._own.update if existed and self._own.update else self._own.publish
        reply = wire.post(path, self._written(told), headers={**headers, "Idempotency-Key": key})
        table = reply.table()
        code = self._code(table, reply)
        id_ = _at(self._inner(table), self._names["ma"]) or _at(table, self._names["ma"])
        if not code and not id_:
            raise Unanswered("the store's answer has neither an id nor a code; it is looked up before the next try")
        number = told.get("so_dinh_danh", "")
        return Answer("" if number and number in str(id_) else str(id_ or ""), code, reply.body)

    def find(self, number: str, type_: str) -> tuple[Item, ...]:
        """The papers of that type it holds of the person of that number. Raises as :class:`Wire`, and Declined."""
        wire, headers = self._opened()
        reply = wire.post(self._own.find, self._written({"so_dinh_danh": number, "loai": type_}), headers=headers)
        table = reply.table()
        if self._own.code and str(_at(table, self._own.code)) in self._own.missing:
            return ()
        self._code(table, reply)
        found = self._inner(table)
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise Unanswered("the store's answer holds no list of papers; check [data_store] result")
        back = {theirs: ours for ours, theirs in self._kinds.items()}
        items = []
        for one in found:
            said = {name: self._value(name, _at(one, theirs)) for name, theirs in self._names.items()}
            said["loai"] = back.get(said["loai"], said["loai"])
            if said["so_dinh_danh"] not in ("", number) or said["loai"] not in ("", type_):
                raise Unanswered("the store answers about another person or paper; ask who runs it")
            if said["ma"]:
                items.append(Item(said["ma"], type_, said["ten"], said["so"], said["ngay_cap"], said["co_quan"],
                                  said["hieu_luc_den"], said["ma_ket_qua"], said["bam"].lower()))  # fmt: skip
        return tuple(items)

    def fetch(self, item: Item) -> bytes:
        """The file of a paper: a PDF, of the digest that the store told where it told one. Raises as :class:`Wire`."""
        wire, headers = self._opened()
        data = wire.get(self._own.fetch.format(id=quote(item.id, safe="")), headers=headers).body
        if not data.startswith(b"%PDF-"):
            raise Unanswered(f"the store's answer of {len(data)} bytes is no PDF; ask who runs it")
        if item.digest and keys.digest(data) != item.digest:
            raise Unanswered("the store's file is not the one whose SHA-256 it tells; it is not taken")
        return data

    def ready(self) -> str:
        """The store's name, where everything is there that a question needs; nothing is asked. Raises Misconfigured."""
        return self._opened()[0].host

    def close(self) -> None:
        if self._line is not None:
            self._line[0].close()

    def _code(self, table: dict[str, Any], reply: Reply) -> str:
        """The answer's code where it is a yes. Raises Declined for a no, Unanswered for none where one must be."""
        if not self._own.code:
            return ""
        code = str(_at(table, self._own.code) or "")
        if not code:
            raise Unanswered("the store's answer has no code; check [data_store] code")
        if code not in self._own.done:
            raise Declined(
                "store-refused", f"the data store refuses (code {code[:8]})", f"Kho dữ liệu từ chối (mã {code[:8]}).",
                reply.body[:2000].decode(errors="replace"),
            )  # fmt: skip
        return code

    def _inner(self, table: dict[str, Any]) -> Any:
        return _at(table, self._own.result) if self._own.result else table

    def _written(self, told: Mapping[str, str]) -> dict[str, str]:
        body = {}
        for name, value in told.items():
            if name == "loai":
                value = self._kinds.get(value, value)
            if name in _DAYS and len(value) == 10:
                value = datetime.strptime(value, "%Y-%m-%d").strftime(self._own.date)
            if value:
                body[self._names[name]] = value
        return body

    def _value(self, name: str, said: Any) -> str:
        text = squeeze(nfc(str(said))) if said is not None and not isinstance(said, dict | list) else ""
        if name not in _DAYS or not text:
            return text
        try:
            return datetime.strptime(text, self._own.date).date().isoformat()
        except ValueError as error:
            raise Unanswered("the store writes days otherwise than [data_store] date says") from error

    def _opened(self) -> tuple[Wire, dict[str, str]]:
        own = self._own
        with self._opening:
            if self._line is None:
                headers = {}
                if own.auth != "none":
                    word = secret("data_store", own.password_env, own.password_file, self._home)
                    pair = base64.b64encode(f"{own.user}:{word}".encode()).decode()
                    headers["Authorization"] = f"Bearer {word}" if own.auth == "bearer" else f"Basic {pair}"
                wire = Wire(
                    "data_store", own.url, self._home, ca=own.ca, plain=own.plain, timeout=own.timeout, most=_MOST
                )
                self._line = wire, headers
        return self._line


_MOST = 100 * 2**20
"""Bytes of a file that is fetched."""


def _pairs(key: str, texts: tuple[str, ...], known: tuple[str, ...] = ()) -> dict[str, str]:
    pairs = {}
    for text in texts:
        ours, mark, theirs = (part.strip() for part in text.partition("="))
        if not ours or not mark or not theirs or (known and ours not in known):
            among = f", ours one of {', '.join(known)}" if known else ""
            raise Misconfigured(f"settings.toml [data_store] {key}: write {text!r} as ours=theirs{among}")
        pairs[ours] = theirs
    return pairs


def _at(table: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(table, dict):
            return None
        table = table.get(name)
    return table
