"""The older form: a login that gives a session, then every service at one address of an adapter.

``TraCuuHoSo`` looks a dossier up, ``DongBoHoSoMC`` makes or updates it, ``CapNhatTienDoHoSoMC`` adds a step of its course.
Files go as addresses from which the receiver fetches them. Never tries again, but once with a new session.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from hoso.errors import Misconfigured
from hoso.exports.doors.api import Answer, Declined, Unanswered
from hoso.exports.wire import Reply, Wire
from hoso.settings import DossierSystem

__all__ = ["Adapter"]


class Adapter:
    """An adapter behind ``wire``; ``link(digest)`` is an address of that file. Threads may share it."""

    def __init__(self, wire: Wire, own: DossierSystem, password: str, agency: str) -> None:
        self._wire, self._own, self._password, self._agency = wire, own, password, agency
        self._opening = threading.Lock()
        self._session = ""

    def dossier(self, told: dict[str, Any], link: Callable[[str], str]) -> Answer:
        """Make the dossier, or update it where the system has it."""
        code = told["MaHoSo"]
        linked = json.loads(json.dumps(told), object_hook=lambda one: link(one["tep"]) if "tep" in one else one)
        plain = {k: v for k, v in linked.items() if k != "TaiLieuNop"}
        plain["TaiLieuNop"] = [_without(one, "LoaiBan", "SoLuong") for one in linked.get("TaiLieuNop", ())]
        body = {"isUpdating": "True" if self._has(code) else "False", "data": [plain]}
        return self._done("DongBoHoSoMC", self._asked("DongBoHoSoMC", body), code)

    def step(self, told: dict[str, Any]) -> Answer:
        """Add a step of the course."""
        answer = self._asked("CapNhatTienDoHoSoMC", {"data": [told]})
        return self._done("CapNhatTienDoHoSoMC", answer, told["MaHoSo"])

    def _has(self, code: str) -> bool:
        reply, said = self._asked("TraCuuHoSo", {"mahoso": code})
        if said in self._own.missing:
            return False
        self._done("TraCuuHoSo", (reply, said), code)
        found = next((v for k, v in reply.table().items() if k.lower() in ("result", "data")), None)
        if isinstance(found, dict):
            found = [found]
        return any(_is(one, code) for one in found or ())

    def _asked(self, service: str, body: dict[str, Any]) -> tuple[Reply, str]:
        """(answer, its code) of a service. A no is asked once more with a new session, where the session was not made just
        now: the code by which an adapter says that it has ended is not known, and a no did nothing. What is neither yes
        nor no may have been done and is not."""
        for fresh in (False, True):
            session, new = self._opened(fresh)
            whole = {"session": session, "madonvi": self._agency, "service": service, **body}
            reply = self._wire.post(self._own.integration, whole)
            said = _code(reply)
            if not said or said in self._own.done or said in self._own.missing or new:
                break
        return reply, said

    def _done(self, service: str, answer: tuple[Reply, str], code: str) -> Answer:
        reply, said = answer
        if said in self._own.done:
            return Answer(code, said, reply.body)
        if not said:
            raise Unanswered(f"the answer to {service} has no error_code; it is asked again")
        raise Declined(
            "system-refused",
            f"{service} is refused (error_code {said[:8]})",
            f"Hệ thống một cửa từ chối ({service}, mã {said[:8]}).",
            reply.body[:2000].decode(errors="replace"),
        )

    def _opened(self, fresh: bool) -> tuple[str, bool]:
        """(session, whether it was made just now)."""
        with self._opening:
            if self._session and not fresh:
                return self._session, False
            reply = self._wire.post(self._own.auth, {"username": self._own.user, "password": self._password})
            table = reply.table()
            self._session = str(table.get("session") or "")
            if not self._session or _code(reply) not in ("0", "00", ""):
                self._session = ""
                raise Misconfigured(
                    f"{self._wire.host} gives no session (error_code {_code(reply)[:8]}); check user and password of "
                    "settings.toml [dossier_system]"
                )
            return self._session, True


def _code(reply: Reply) -> str:
    found = reply.table().get("error_code")
    return "" if found is None else str(found).strip()


def _is(one: Any, code: str) -> bool:
    """Whether what was found is of that dossier; what does not say of which is."""
    if not isinstance(one, dict):
        return False
    said = next((str(v) for k, v in one.items() if k.lower() == "mahoso"), code)
    return said == code


def _without(one: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in names}
