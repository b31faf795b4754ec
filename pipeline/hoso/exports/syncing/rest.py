"""The newer form: a token, then an address for each act; files are uploaded and named by the ids the system gives them.

Look up, upload, make or update, add a step, set the state. Paths are settings, as no description of them is public. Never
tries again, but once with a new token.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from hoso.errors import Misconfigured
from hoso.exports.doors.api import Answer, Declined, Unanswered
from hoso.exports.syncing import facts
from hoso.exports.wire import Reply, Wire
from hoso.settings import DossierSystem

__all__ = ["Rest"]


class Rest:
    """A system behind ``wire``; ``stored(digest)`` are the bytes of a file. Threads may share it."""

    def __init__(
        self, wire: Wire, own: DossierSystem, secret: str, agency: str, stored: Callable[[str], bytes]
    ) -> None:
        self._wire, self._own, self._secret, self._agency, self._stored = wire, own, secret, agency, stored
        self._opening = threading.Lock()
        self._token = ""

    def dossier(self, told: dict[str, Any], address: dict[str, str]) -> Answer:
        """Upload the files, then make the dossier, or update it where the system has it."""
        code = told["MaHoSo"]
        path = self._own.update if self._has(code) else self._own.create
        uploaded = {digest: self._uploaded(digest) for digest in facts.files(told)}
        return self._done(path, self._asked(path, _body(told, address, uploaded)), code)

    def step(self, told: dict[str, Any]) -> Answer:
        """Add a step of the course."""
        return self._done(self._own.steps, self._asked(self._own.steps, told), told["MaHoSo"])

    def state(self, told: dict[str, Any]) -> Answer:
        """Set the state."""
        return self._done(self._own.status, self._asked(self._own.status, told), told["MaHoSo"])

    def _has(self, code: str) -> bool:
        reply = self._asked(self._own.look_up, {"MaHoSo": code})
        table = reply.table()
        said = _code(table)
        if said in self._own.missing:
            return False
        self._done(self._own.look_up, reply, code, empty=True)
        found = _inner(table)
        return any(isinstance(one, dict) and str(one.get("MaHoSo", code)) == code for one in found if one)

    def _uploaded(self, digest: str) -> dict[str, str]:
        """IdTepTin and HashTepTin of a file."""
        name = f"{digest[:24]}.pdf"
        reply = self._asked(self._own.upload, None, {"file": (name, self._stored(digest), "application/pdf")})
        table = reply.table()
        found = next((one for one in (table, *_inner(table)) if isinstance(one, dict) and one.get("IdTepTin")), None)
        if found is None:
            self._done(self._own.upload, reply, "", empty=True)
            raise Unanswered("the answer to an upload names no IdTepTin; it is asked again")
        return {"IdGiayTo": str(found["IdTepTin"]), "HashTepTin": str(found.get("HashTepTin") or digest)}

    def _asked(self, path: str, body: Any, files: Any = None) -> Reply:
        """The answer of an address. A token that is refused is made anew once: nothing was done with it."""
        for fresh in (False, True):
            token, new = self._opened(fresh)
            headers = {"Authorization": f"Bearer {token}", "MaDonVi": self._agency}
            try:
                return self._wire.post(path, body, headers=headers, files=files)
            except Misconfigured:
                if new:
                    raise
        raise AssertionError("unreachable")

    def _done(self, path: str, reply: Reply, code: str, *, empty: bool = False) -> Answer:
        """``empty``: an answer without a code counts as a yes."""
        table = reply.table()
        said = _code(table)
        named = code and any(str(one.get("MaHoSo")) == code for one in (table, *_inner(table)) if isinstance(one, dict))
        if said in self._own.done or (not said and (named or (empty and _has_inner(table)))):
            return Answer(code, said, reply.body)
        if not said:
            raise Unanswered(f"the answer to {path} says neither yes nor no; it is asked again")
        raise Declined(
            "system-refused",
            f"{path} is refused (error_code {said[:8]})",
            f"Hệ thống một cửa từ chối ({path}, mã {said[:8]}).",
            reply.body[:2000].decode(errors="replace"),
        )

    def _opened(self, fresh: bool) -> tuple[str, bool]:
        """(token, whether it was made just now)."""
        with self._opening:
            if self._token and not fresh:
                return self._token, False
            asked = {"client_id": self._own.user, "client_secret": self._secret, "grant_type": "client_credentials"}
            table = self._wire.post(self._own.token, asked).table()
            found = next((table[name] for name in ("access_token", "token") if table.get(name)), "")
            if not found:
                raise Misconfigured(
                    f"{self._wire.host} gives no token; check user and password of settings.toml [dossier_system]"
                )
            self._token = str(found)
            return self._token, True


def _body(told: dict[str, Any], address: dict[str, str], uploaded: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The dossier in this form: who hands in, components and results with the ids of their files."""
    lists = {"TaiLieuNop", "DanhSachTepDinhKemKhac", "DanhSachGiayToKetQua", "DinhDanhCHS"}
    body = {name: value for name, value in told.items() if name not in lists}
    body["ThongTinNguoiNop"] = {"HoTen": told["ChuHoSo"], **told["DinhDanhCHS"][0], **address}
    body["ThanhPhanHoSo"] = [_component(one, uploaded) for one in told.get("TaiLieuNop", ())]
    body["TepDinhKemKhac"] = [
        {**uploaded[one["DuongDanTaiTepTin"]["tep"]], "TenGiayTo": one["TenTepDinhKem"]}
        for one in told.get("DanhSachTepDinhKemKhac", ())
    ]
    body["GiayToKetQua"] = [
        {
            "TenGiayTo": one["TenGiayTo"],
            "MaKetQua": one.get("MaGiayToKetQua", ""),
            "GiayToDinhKem": [{**uploaded[one["DuongDanTepTinKetQua"]["tep"]], "TenGiayTo": one["TenGiayTo"]}],
        }
        for one in told.get("DanhSachGiayToKetQua", ())
    ]
    return body


def _component(one: dict[str, Any], uploaded: dict[str, dict[str, str]]) -> dict[str, Any]:
    file = {**uploaded[one["DuongDanTaiTepTin"]["tep"]], "TenGiayTo": one["TenTepDinhKem"]}
    if "MaKetQuaThayThe" in one:
        file["MaKetQua"] = one["MaKetQuaThayThe"]
    marks = ("DuocSoHoa", "DuocTaiSuDung", "DuocLayTuKhoDMQG", "MaKetQuaThayThe")
    return {
        "MaThanhPhanHoSo": one["MaThanhPhanHoSo"], "TenThanhPhanHoSo": one["TenTepDinhKem"].removesuffix(".pdf"),
        "SoLuong": one.get("SoLuong", "1"), **({"LoaiBan": one["LoaiBan"]} if "LoaiBan" in one else {}),
        **{name: one[name] for name in marks if name in one}, "GiayToDinhKem": [file],
    }  # fmt: skip


def _code(table: dict[str, Any]) -> str:
    found = table.get("error_code")
    return "" if found is None else str(found).strip()


def _has_inner(table: dict[str, Any]) -> bool:
    return any(name in table for name in ("data", "result"))


def _inner(table: dict[str, Any]) -> list[Any]:
    found = next((table[name] for name in ("data", "result") if name in table), None)
    return found if isinstance(found, list) else [found]
