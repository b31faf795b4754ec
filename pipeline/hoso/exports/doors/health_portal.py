"""Drivers' health certificates to the portal for health insurance assessment (Cổng tiếp nhận dữ liệu giám định BHYT).

Owns which certificates go there, the rules a message must meet before it goes, the signed XML, and what the portal's
answers mean. One message for a number and class; it is added once, and edited when the certificate changes. What is known
of the portal and what is not: docs/doors/health_portal.md. Never sends a certificate of another facility.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoso.errors import Misconfigured
from hoso.exports.doors.api import Answer, Attempt, Case, Declined, Hands, Message, Unanswered
from hoso.nouns import Filing, Record
from hoso.registers import Register, Registers
from hoso.settings import HealthPortal, Settings
from hoso.values import addresses, units
from hoso.values.fold import fold
from hoso.values.text import squeeze

if TYPE_CHECKING:
    from hoso.exports.wire import Reply, Wire

__all__ = ["FIELDS", "Portal", "open"]

TYPE = "giay_kham_suc_khoe_lai_xe"
FIELDS = (
    "SO", "HOTEN", "GIOITINHVAL", "NGAYSINH", "DIACHITHUONGTRU", "MATINH_THUONGTRU", "MAHUYEN_THUONGTRU", "MAXA_THUONGTRU",
    "SOCMND_PASSPORT", "NGAYTHANGNAMCAPCMND", "NOICAP", "IDBENHVIEN", "BENHVIEN", "NONGDOCON", "DVINONGDOCON", "MATUY",
    "NGAYKETLUAN", "BACSYKETLUAN", "KETLUAN", "HANGBANGLAI", "NGAYKHAMLAI", "LYDO", "TINHTRANGBENH", "STATE", "SIGNDATA",
)  # fmt: skip
"""The fields of a message, in the order of the portal's description."""

_OPTIONAL = frozenset({"MAHUYEN_THUONGTRU", "NGAYKHAMLAI", "LYDO", "TINHTRANGBENH"})
_SO = re.compile(r"\d{5}/GKSKLX/([0-9A-Z]{5})/(\d{2})")
_FROM = {
    "SO": "số giấy", "HOTEN": "họ và tên", "GIOITINHVAL": "giới tính", "NGAYSINH": "ngày sinh (đủ ngày, tháng, năm)",
    "DIACHITHUONGTRU": "địa chỉ", "MATINH_THUONGTRU": "mã tỉnh của địa chỉ", "MAXA_THUONGTRU": "mã xã của địa chỉ",
    "SOCMND_PASSPORT": "số giấy tờ tùy thân", "NGAYTHANGNAMCAPCMND": "ngày cấp giấy tờ tùy thân",
    "NOICAP": "nơi cấp giấy tờ tùy thân", "BENHVIEN": "cơ sở khám", "NONGDOCON": "nồng độ cồn",
    "DVINONGDOCON": "đơn vị của nồng độ cồn", "MATUY": "kết quả ma túy", "NGAYKETLUAN": "ngày kết luận",
    "BACSYKETLUAN": "bác sĩ kết luận", "KETLUAN": "kết luận", "HANGBANGLAI": "hạng giấy phép lái xe",
}  # fmt: skip
"""What a clerk calls the field that is missing."""


def open(settings: Settings, home: Path, hands: Hands) -> Portal | None:
    """The portal, None where ``[health_portal]`` names no address or no facility. Raises Misconfigured for a setting that
    cannot be."""
    own = settings.health_portal
    if not own.url or not own.facility:
        return None
    if own.after_silence not in ("edit", "add"):
        raise Misconfigured(f"settings.toml [health_portal] after_silence is edit or add, not {own.after_silence!r}")
    if len(own.conclusions) != 3:
        raise Misconfigured("settings.toml [health_portal] conclusions must be three codes: fit, unfit, to come again")
    if own.alcohol_unit not in ("", "0", "1"):
        raise Misconfigured(
            "settings.toml [health_portal] alcohol_unit is 0 (mg/100 ml blood), 1 (mg/l breath) or empty"
        )
    return Portal(own, home, hands)


class Portal:
    """The portal as ``settings`` describe it."""

    name = "health_portal"

    def __init__(self, settings: HealthPortal, home: Path, hands: Hands) -> None:
        self.rate, self._settings, self._home, self._hands = settings.rate, settings, home, hands
        self._opening = threading.Lock()
        self._line: tuple[Wire, dict[str, str]] | None = None

    def wanted(self, case: Case) -> Iterator[Message]:
        """The certificates of our own facility among the papers."""
        for filing in case.filings:
            record = filing.record
            if record.document.type == TYPE and self._ours(record):
                yield self._message(case, filing)

    def send(self, message: Message, attempt: Attempt) -> Answer:
        """Add or edit it. After a silence it is edited first (it may be there), and added where the portal has none."""
        fields: dict[str, Any] = json.loads(message.payload)
        if attempt.existed:
            return self._told(fields, "EDIT")
        if attempt.unsure and self._settings.after_silence == "edit":
            try:
                return self._told(fields, "EDIT")
            except Declined:
                return self._told(fields, "ADD")
        return self._told(fields, "ADD")

    def close(self) -> None:
        if self._line is not None:
            self._line[0].close()

    def _ours(self, record: Record) -> bool:
        """Whether the certificate is of our facility: by the code in its number (another's is not ours to report)."""
        found = _SO.fullmatch(record.value("so") or "")
        return found is None or found[1] == self._settings.facility

    def _message(self, case: Case, filing: Filing) -> Message:
        record = filing.record
        fields = self._fields(record, case.registers)
        payload = json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()
        number, class_ = fields.get("SO", ""), fields.get("HANGBANGLAI", "")
        document = record.document.id
        subject = f"{number} {class_}" if number and class_ else f"document {document}"
        faults = tuple(self._faults(fields))
        return Message(
            self.name, "certificate", subject, subject, payload, case.dossier.id, document, case.code, faults
        )

    def _fields(self, record: Record, registers: Registers) -> dict[str, str]:
        """What the record tells, as the portal writes it; what it does not tell is left out."""
        own, value = self._settings, record.value
        alcohol, unit = _alcohol(value("nong_do_con") or "", own.alcohol_unit)
        address = value("dia_chi") or ""
        top, commune = _codes(address, registers.sound.get("don_vi_hanh_chinh"))
        told = {
            "SO": value("so"), "HOTEN": value("ho_ten"), "NGAYSINH": _day(value("ngay_sinh")),
            "GIOITINHVAL": {"nam": "0", "nu": "1"}.get(fold(value("gioi_tinh") or "")),
            "DIACHITHUONGTRU": address, "MATINH_THUONGTRU": top, "MAXA_THUONGTRU": commune,
            "MAHUYEN_THUONGTRU": addresses.parse(address).district if own.district else None,
            "SOCMND_PASSPORT": value("so_cccd"), "NGAYTHANGNAMCAPCMND": _day(value("ngay_cap")), "NOICAP": value("noi_cap"),
            "IDBENHVIEN": own.facility, "BENHVIEN": own.name or value("co_so_kham"),
            "NONGDOCON": alcohol, "DVINONGDOCON": unit,
            "MATUY": {"am tinh": "0", "duong tinh": "1"}.get(fold(value("ma_tuy") or "")),
            "NGAYKETLUAN": _day(value("ngay_ket_luan")), "BACSYKETLUAN": value("bac_si"),
            "KETLUAN": _conclusion(value("ket_luan") or "", own.conclusions), "HANGBANGLAI": value("hang_gplx"),
        }  # fmt: skip
        return {name: squeeze(text) for name, text in told.items() if text}

    def _faults(self, fields: dict[str, str]) -> Iterator[str]:
        missing = [name for name in FIELDS if name not in (*_OPTIONAL, *fields, "STATE", "SIGNDATA")]
        if missing:
            yield "thiếu: " + ", ".join(_FROM.get(name, name) for name in missing)
        number = _SO.fullmatch(fields.get("SO", ""))
        if "SO" in fields and number is None:
            yield "số giấy không đúng dạng 00000/GKSKLX/<mã cơ sở>/<năm>"
        elif number is not None and fields.get("NGAYKETLUAN", "")[-2:] not in ("", number[2]):
            yield "năm trong số giấy khác năm của ngày kết luận"

    def _told(self, fields: dict[str, Any], state: str) -> Answer:
        wire, headers = self._opened()
        own = self._settings
        whole = fields | {"STATE": state}
        signed = whole if own.signed_state else fields
        body = {name: whole[name] for name in FIELDS if name in whole}
        body["SIGNDATA"] = base64.b64encode(self._xml({n: signed[n] for n in FIELDS if n in signed})).decode()
        reply = wire.post(body=body, headers=headers)
        return self._judged(fields, reply)

    def _judged(self, fields: dict[str, Any], reply: Reply) -> Answer:
        said = reply.table()
        state = str(said.get("MSG_STATE", ""))
        if state == "1" and str(said.get("SO") or fields["SO"]) == fields["SO"]:
            return Answer(str(said.get("UUID") or ""), state, reply.body)
        if state == "0":
            text = str(said.get("MSG_TEXT") or "")
            raise Declined(
                "portal-refused", "the portal refuses the certificate (MSG_STATE 0)", "Cổng từ chối giấy.", text
            )
        raise Unanswered("the portal's answer has no MSG_STATE of 0 or 1, or is of another number; it is asked again")

    def _xml(self, fields: dict[str, Any]) -> bytes:
        from lxml import etree

        from hoso.exports import xmlsig

        root = etree.Element("root")
        for name, text in fields.items():
            etree.SubElement(root, name).text = text
        certificate, public = self._hands.certificate()
        return xmlsig.signed(root, self._settings.algorithm, self._hands.sign, certificate, public)

    def _opened(self) -> tuple[Wire, dict[str, str]]:
        from hoso.exports.wire import Wire, secret

        own = self._settings
        with self._opening:
            if self._line is None:
                password = secret("health_portal", own.password_env, own.password_file, self._home)
                # what the portal takes for its password; nothing is protected by it but the connection
                hashed = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
                wire = Wire("health_portal", own.url, self._home, ca=own.ca, plain=own.plain, timeout=own.timeout)
                self._line = wire, {"Username": own.user, "Password": hashed}
        return self._line


def _day(value: str | None) -> str | None:
    """dd/MM/yyyy of an ISO day, None where it is no whole day."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value or "")
    return f"{found[3]}/{found[2]}/{found[1]}" if found else None


def _alcohol(text: str, unit: str) -> tuple[str | None, str | None]:
    """(amount, 0 for mg/100 ml of blood or 1 for mg/l of breath) of what the certificate says; ``unit`` is that of a result
    without one, such as "âm tính", where the office names it. None where it is not told."""
    low = fold(text)
    if re.fullmatch(r"(?:khong|am tinh|khong co|khong phat hien)(?: con)?", low):
        return ("0", unit) if unit else ("0", None)
    found = re.match(r"(\d+(?:[.,]\d+)?)\s*", low)
    if found is None:
        return None, None
    rest = low[found.end() :].replace(" ", "")
    amount = found[1].replace(",", ".")
    if re.match(r"(?:mg|miligam)/(?:100ml|100mililit|dl)", rest) and "tho" not in rest:
        return amount, "0"
    if re.match(r"(?:mg|miligam)/(?:1?l|lit|1lit)(?![a-z]*mau)", rest) and "mau" not in rest:
        return amount, "1"
    return amount, None


def _conclusion(text: str, codes: tuple[str, ...]) -> str | None:
    """The code of the conclusion: fit, unfit, to come again (the order of the form's three lines)."""
    low = fold(text)
    if "kham lai" in low:
        return codes[2]
    if low.startswith(("khong du", "khong dat")):
        return codes[1]
    return codes[0] if low.startswith(("du ", "dat")) else None


def _codes(address: str, register: Register | None) -> tuple[str | None, str | None]:
    """(province, commune) in force since 2025-07-01 for an address, by their codes: the province's two digits, the
    commune's as the office's ``don_vi_hanh_chinh.csv`` gives it. None where it is not certain which."""
    found = units.in_force(addresses.parse(address))
    if not found.code or register is None:
        return found.code or None, None
    rows: Iterable[dict[str, str]] = (dict(row) for row in register.where("ten", found.commune) if found.commune)
    codes = {row["ma"] for row in rows if not row.get("tinh") or _same_province(row["tinh"], found.code)}
    return found.code, codes.pop() if len(codes) == 1 else None


def _same_province(text: str, code: str) -> bool:
    top = addresses.province(text)
    return text.strip() == code or (top is not None and top[0] == code)
