"""Dossiers to the provincial dossier system or the National Public Service Portal.

Owns which messages a dossier makes, in which order, and which of the two forms sends them: the dossier with its components
and results, then the step of its course, then (in the newer form) its state. Before a dossier is sent it is looked up: the
system may have it from elsewhere, or from a try whose answer was lost. What is known of such systems and what is not:
docs/doors/dossier_system.md. Never sends a dossier of which something is missing.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoso.errors import Misconfigured
from hoso.exports.doors.api import Answer, Attempt, Case, Hands, Message
from hoso.exports.syncing import facts
from hoso.settings import DossierSystem, Office, Settings
from hoso.values import addresses, units

if TYPE_CHECKING:
    from hoso.exports.syncing.adapter import Adapter
    from hoso.exports.syncing.rest import Rest
    from hoso.exports.wire import Wire

__all__ = ["System", "open"]


def open(settings: Settings, home: Path, hands: Hands) -> System | None:
    """The system, None where ``[dossier_system]`` names no address. Raises Misconfigured for a form that is none."""
    own = settings.dossier_system
    if not own.url:
        return None
    if own.form not in ("adapter", "rest"):
        raise Misconfigured(f"settings.toml [dossier_system] form is adapter or rest, not {own.form!r}")
    return System(own, settings.office, home, hands)


class System:
    """The system as ``own`` describes it."""

    name = "dossier_system"

    def __init__(self, own: DossierSystem, office: Office, home: Path, hands: Hands) -> None:
        self.rate, self._own, self._office, self._home, self._hands = own.rate, own, office, home, hands
        self._opening = threading.Lock()
        self._line: tuple[Wire, Adapter | Rest] | None = None

    def wanted(self, case: Case) -> Iterator[Message]:
        """The dossier, its step and its state; nothing for one without a code or of another agency."""
        told = facts.told(case, self._own, self._office)
        if told is None:
            return
        dossier: dict[str, Any] = {"HoSo": told.dossier}
        if self._own.form == "rest":
            dossier["DiaChi"] = _address(case)
        yield self._message(case, "dossier", case.code, dossier, told.faults)
        state = told.dossier["TrangThaiHoSo"]
        for step in told.steps:
            yield self._message(case, "step", f"{case.code} tien-trinh {state}", {"TienTrinh": step})
            if self._own.form == "rest":
                status = {"MaHoSo": case.code, "TrangThai": state, "ThoiDiem": step["ThoiDiemXuLy"]}
                yield self._message(case, "state", f"{case.code} trang-thai", {"TrangThai": status})

    def send(self, message: Message, attempt: Attempt) -> Answer:
        """Look up and send. A step or a state is sent as it is: no look-up of them is known."""
        from hoso.exports.syncing.adapter import Adapter

        line, told = self._opened(), json.loads(message.payload)
        if message.kind == "dossier":
            if isinstance(line, Adapter):
                return line.dossier(told["HoSo"], lambda digest: self._hands.link(digest, attempt.at, self.name))
            return line.dossier(told["HoSo"], told.get("DiaChi", {}))
        if message.kind == "state" and not isinstance(line, Adapter):
            return line.state(told["TrangThai"])
        return line.step(told["TienTrinh"])

    def close(self) -> None:
        if self._line is not None:
            self._line[0].close()

    def _message(
        self, case: Case, kind: str, subject: str, told: dict[str, Any], faults: tuple[str, ...] = ()
    ) -> Message:
        payload = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        of = [id_ for f in case.filings for id_ in (f.record.document.id, f.dossier.id)]
        about = tuple(dict.fromkeys(id_ for id_ in of if id_ != case.dossier.id))
        return Message(self.name, kind, subject, case.code, payload, case.dossier.id, "", case.code, faults, about)

    def _opened(self) -> Adapter | Rest:
        from hoso.exports.syncing.adapter import Adapter
        from hoso.exports.syncing.rest import Rest
        from hoso.exports.wire import Wire, secret

        own = self._own
        with self._opening:
            if self._line is None:
                password = secret(self.name, own.password_env, own.password_file, self._home)
                wire = Wire(self.name, own.url, self._home, ca=own.ca, plain=own.plain, timeout=own.timeout)
                agency = own.agency or self._office.code
                form = (
                    Adapter(wire, own, password, agency)
                    if own.form == "adapter"
                    else Rest(wire, own, password, agency, self._hands.stored)
                )
                self._line = wire, form
        return self._line[1]


def _address(case: Case) -> dict[str, str]:
    """The holder's address as the receipt prints it, and its codes where they are certain."""
    papers = [f.record for f in case.filings if f.record.document.type == "giay_tiep_nhan"]
    text = next((value for record in papers if (value := record.value("dia_chi"))), "")
    if not text:
        return {}
    found = units.in_force(addresses.parse(text))
    register = case.registers.sound.get("don_vi_hanh_chinh")
    rows = register.where("ten", found.commune) if register is not None and found.commune else ()
    tops = [(row["ma"], addresses.province(row.get("tinh", ""))) for row in rows]
    codes = {code for code, top in tops if top is not None and top[0] == found.code}
    told = {"DiaChi": text, "MaTinh": found.code, "MaXa": codes.pop() if len(codes) == 1 else ""}
    return {name: value for name, value in told.items() if value}
