"""What is told of a dossier to the provincial dossier system or the National Public Service Portal.

Owns the portal's names of fields, states and marks, and what must be known before a dossier may go. All values are text;
what is not known is left out. A file stands as ``{"tep": digest}`` in its place: who sends puts an address or an id there.
Never makes up a number, a day or a code: a dossier without one is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hoso.exports.doors.api import Case
from hoso.nouns import Filing, Record
from hoso.registers import Registers
from hoso.settings import DossierSystem, Office
from hoso.values import numbers
from hoso.values.fold import fold
from hoso.values.text import squeeze

__all__ = ["STATES", "Told", "files", "holder_number", "moment", "results", "state_of", "told"]

STATES = (
    "Mới đăng ký", "Được tiếp nhận", "Không được tiếp nhận", "Đang xử lý", "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính", "Công dân yêu cầu rút hồ sơ", "Dừng xử lý", "Đã xử lý xong",
    "Đã trả kết quả",
)  # fmt: skip
"""TrangThaiHoSo 1 … 10."""

COURSE = frozenset({"giay_tiep_nhan", "phieu_kiem_soat", "phieu_chuyen", "phieu_gui", "phieu_bao"})
"""Papers of the course of a dossier: neither component nor result."""
RESULTS = frozenset(
    {"quyet_dinh", "giay_phep_lai_xe", "giay_xac_nhan_hon_nhan", "giay_khai_sinh", "gcn_ho_kinh_doanh", "cong_van",
     "thong_bao"}
)  # fmt: skip
"""Papers by which a procedure ends, where the register of components does not say: those issued on or after the receiving
day."""
ARRIVED = "kept"
"""The look of a PDF that came signed: it was born digital."""

_ISSUED = ("ngay_ban_hanh", "ngay_cap", "ngay_dang_ky", "ngay_ket_luan")
_CHANNELS = {"truc tiep": "1", "truc tuyen": "2", "buu chinh": "3", "buu chinh cong ich": "3"}
_SUMMARY, _PERSON, _FILE = 1000, 50, 4000
"""Characters of TrichYeuHoSo, NguoiXuLy and TenTepDinhKem that systems take."""
_NATIONAL = re.compile(r"(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?")
_YES = frozenset({"1", "true", "x", "co"})


@dataclass(frozen=True, slots=True)
class Told:
    """``dossier`` is the HoSo, ``steps`` its course, ``faults`` say in Vietnamese what is missing."""

    dossier: dict[str, Any]
    steps: tuple[dict[str, str], ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Course:
    """What receipt and register say of the course; "" for what neither does."""

    row: Mapping[str, str]
    receipt: Record | None
    procedure: Mapping[str, str]

    def of(self, column: str, field: str = "") -> str:
        printed = self.receipt.value(field) if self.receipt is not None and field else None
        return self.row.get(column, "") or printed or ""


def told(case: Case, own: DossierSystem, office: Office) -> Told | None:
    """The dossier of ``case``; None where it has no dossier code, or one of an agency that is not ours to tell of."""
    if not case.code or not _ours(case.code, own.ours):
        return None
    course = _course(case)
    received = course.of("ngay_tiep_nhan", "ngay_nhan")
    results = [f for f in case.filings if _is_result(f.record, course, case.registers, received)]
    components = [f for f in case.filings if f not in results and f.record.document.type not in COURSE]
    state = course.of("trang_thai") or ("9" if results else "2")
    ended = course.of("ngay_ket_thuc") or max((_issued(f.record) for f in results), default="")
    holder = squeeze(_holder(case, course))
    identities = _identities(case, holder)
    fields = _plain(case, own, office, course) | {
        "ChuHoSo": holder, "NgayTiepNhan": moment(received), "TrangThaiHoSo": state,
        "NgayKetThucXuLy": moment(ended) if state in ("9", "10") else "",
    }  # fmt: skip
    if len(identities) == 1:
        number = identities[0]
        fields["SoGiayToChuHoSo"] = number
        fields["DinhDanhCHS"] = [{"LoaiDinhDanh": "1" if len(number) == 12 else "2", "SoDinhDanh": number}]
    fields |= _files(case, course, components, results)
    faults = list(_faults(case, course, fields, identities))
    known = {name: value for name, value in fields.items() if value not in ("", None)}
    steps = (_step(known, own, office),) if own.progress and not faults else ()
    return Told(known, steps, tuple(faults))


def files(told: Any) -> Iterator[str]:
    """The digests of the files that stand in what is told, each once, in order."""
    seen: set[str] = set()

    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if "tep" in part and part["tep"] not in seen:
                seen.add(part["tep"])
                yield part["tep"]
            for inner in part.values():
                yield from walk(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from walk(inner)

    return walk(told)


def results(case: Case) -> dict[str, Mapping[str, str]]:
    """The papers (ids) by which the procedure of a dossier ended, each with its row of the register of components ({} where
    there is none)."""
    course = _course(case)
    received = course.of("ngay_tiep_nhan", "ngay_nhan")
    ended = [f.record for f in case.filings if _is_result(f.record, course, case.registers, received)]
    return {one.document.id: _component(one, course, case.registers, "1") for one in ended}


def holder_number(case: Case) -> str:
    """The personal number (12 figures) of who the dossier is of; "" where its papers give none, or several."""
    found = _identities(case, squeeze(_holder(case, _course(case))))
    return found[0] if len(found) == 1 and len(found[0]) == 12 else ""


def moment(day: str) -> str:
    """``yyyyMMddHHmmss`` of a day or an instant, "" for what is none."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}).*)?", day)
    return "".join(part or "00" for part in found.groups()) if found else ""


def state_of(number: str) -> str:
    """What a state is called, "" for a number that is none."""
    return STATES[int(number) - 1] if number.isdecimal() and 1 <= int(number) <= len(STATES) else ""


def _ours(code: str, ours: tuple[str, ...]) -> bool:
    """Whether the agency that the code begins with is one of ``ours``, or below it; all are where none is named."""
    groups = _groups(code.partition("-")[0])
    return not ours or any(groups[: len(above)] == above for above in map(_groups, ours))


def _groups(agency: str) -> tuple[str, ...]:
    """An agency code, its main group first."""
    found = numbers.agency(agency)
    return (agency,) if found is None else (found[0], *found[1])


def _course(case: Case) -> _Course:
    papers = [f.record for f in case.filings if f.record.document.type == "giay_tiep_nhan"]
    receipt = next((r for r in papers if r.value("ma_ho_so") == case.code), papers[0] if papers else None)
    register = case.registers.sound.get("ho_so")
    rows = register.of(case.code) if register is not None else ()
    row: Mapping[str, str] = rows[-1] if rows else {}
    return _Course(row, receipt, _procedure(row.get("thu_tuc", ""), receipt, case.registers))


def _procedure(code: str, receipt: Record | None, registers: Registers) -> Mapping[str, str]:
    """The procedure's row: of its code, else the only one whose name the receipt prints."""
    register = registers.sound.get("thu_tuc")
    if register is None:
        return {"ma": code} if code else {}
    printed = (receipt.value("noi_dung") if receipt is not None else "") or ""
    found = register.of(code) if code else register.where("ten", printed) if printed else ()
    return found[0] if len({row["ma"] for row in found}) == 1 else {"ma": code} if code else {}


def _plain(case: Case, own: DossierSystem, office: Office, course: _Course) -> dict[str, Any]:
    national = course.procedure.get("ma_quoc_gia", "")
    matched = _NATIONAL.fullmatch(course.procedure.get("ma", ""))
    channel = course.of("kenh") or own.channel
    receipt = course.receipt
    told = {
        "MaHoSo": case.code, "MaTTHC": national or (matched[1] if matched else ""),
        "TenTTHC": course.procedure.get("ten", ""), "MaLinhVuc": course.procedure.get("ma_linh_vuc", ""),
        "TenLinhVuc": course.procedure.get("linh_vuc", ""), "KenhThucHien": _CHANNELS.get(fold(channel), channel),
        "LoaiDoiTuong": own.subject_kind, "NgayHenTra": moment(course.of("ngay_hen_tra", "ngay_hen_tra")),
        "DonViXuLy": course.of("co_quan") or own.agency or case.code.partition("-")[0], "NoiNopHoSo": office.name,
        "TrichYeuHoSo": _cut((receipt.value("noi_dung") if receipt else "") or course.procedure.get("ten", ""), _SUMMARY),
        "SoDienThoai": (receipt.value("so_dien_thoai") if receipt else "") or "",
        "TaiKhoanDuocXacThucVoiVNeID": "1" if fold(course.of("xac_thuc_dinh_danh")) in _YES else "",
    }  # fmt: skip
    if own.population and fold(course.of("dan_cu")) in _YES:
        return told | {"DSKetNoiCSDL": [{"MaCSDL": own.population}]}
    return told


def _files(case: Case, course: _Course, components: list[Filing], results: list[Filing]) -> dict[str, Any]:
    """TaiLieuNop, DanhSachTepDinhKemKhac (papers that are no component of the procedure) and DanhSachGiayToKetQua."""
    filed, others, issued = [], [], []
    for filing in components:
        row = _component(filing.record, course, case.registers, "0")
        file = {
            "TepDinhKemId": filing.record.document.id, "TenTepDinhKem": _cut(_title(filing, row), _FILE - 4) + ".pdf",
            "IsDeleted": "False", "DuongDanTaiTepTin": {"tep": filing.sealed.after},
        }  # fmt: skip
        if not row:
            others.append(file)
            continue
        replaced = case.reused.get(filing.record.document.id)
        filed.append(file | {
            "MaThanhPhanHoSo": row["ma"], "DuocSoHoa": "0" if filing.sealed.profile == ARRIVED else "1",
            "DuocTaiSuDung": "2" if replaced else "1",
            "DuocLayTuKhoDMQG": "1" if replaced and replaced.national else "0",
        } | ({"MaKetQuaThayThe": replaced.code} if replaced else {}) | _printed(row, course))  # fmt: skip
    for filing in results:
        row = _component(filing.record, course, case.registers, "1")
        issued.append({
            "TenGiayTo": _title(filing, row), "GiayToId": filing.record.document.id,
            "DuongDanTepTinKetQua": {"tep": filing.sealed.after},
        } | ({"MaThanhPhanHoSo": row["ma"], "MaGiayToKetQua": row["ma"]} if row else {}))  # fmt: skip
    return {
        "HoSoCoThanhPhanSoHoa": "1" if any(one["DuocSoHoa"] == "1" for one in filed) else "0",
        "TaiLieuNop": filed, "DanhSachTepDinhKemKhac": others, "DanhSachGiayToKetQua": issued,
    }  # fmt: skip


def _component(record: Record, course: _Course, registers: Registers, result: str) -> Mapping[str, str]:
    """The row of the register of components for that paper, {} where there is none, or several."""
    register = registers.sound.get("thanh_phan")
    rows = register.of(course.procedure.get("ma", "")) if register is not None and course.procedure else ()
    found = [
        r
        for r in rows
        if r.get("loai") == record.document.type and (fold(r.get("ket_qua", "")) in _YES) == (result == "1")
    ]
    return found[0] if len(found) == 1 else {}


def _is_result(record: Record, course: _Course, registers: Registers, received: str) -> bool:
    """Whether the paper was issued by the procedure: on or after the receiving day, and of a type that is a result."""
    if not received or _issued(record) < received[:10]:
        return False
    return bool(_component(record, course, registers, "1")) or (
        record.document.type in RESULTS and not _component(record, course, registers, "0")
    )


def _issued(record: Record) -> str:
    return next((day for name in _ISSUED if (day := record.value(name))), "")


def _title(filing: Filing, row: Mapping[str, str]) -> str:
    record = filing.record
    return squeeze(row.get("ten") or record.value("trich_yeu") or record.value("ten_loai") or record.document.type)


def _printed(row: Mapping[str, str], course: _Course) -> dict[str, str]:
    """Original or copy, and how many, as the receipt lists that component."""
    table = next((f.rows for f in course.receipt.fields if f.name == "thanh_phan_ho_so"), ()) if course.receipt else ()
    name = fold(row.get("ten", ""))
    for line in table:
        listed = fold(line.get("ten", ""))
        if name and listed and (name in listed or listed in name):
            copy = {"ban chinh": "0", "ban sao": "1", "ban dien tu": "2"}.get(fold(line.get("loai_ban", "")))
            number = re.fullmatch(r"0*(\d{1,3})", line.get("so_luong", "").strip())
            return ({"LoaiBan": copy} if copy else {}) | ({"SoLuong": number[1]} if number else {})
    return {}


def _holder(case: Case, course: _Course) -> str:
    """Who the dossier is of: as the receipt says, else the application."""
    asked = (f.record for f in case.filings if f.record.document.type.startswith("don_"))
    records = [course.receipt] if course.receipt is not None else list(asked)
    return next((name for record in records if (name := record.value("ho_ten"))), "")


def _identities(case: Case, holder: str) -> list[str]:
    """Personal numbers that papers of the holder give, 12 digits before 9; more than one means that they differ."""
    of = [f.record for f in case.filings if holder and fold(f.record.value("ho_ten") or "") == fold(holder)]
    numbers_ = dict.fromkeys(number for record in of if (number := record.value("so_cccd")))
    long = [number for number in numbers_ if re.fullmatch(r"\d{12}", number)]
    return long or [number for number in numbers_ if re.fullmatch(r"\d{9}", number)]


def _faults(case: Case, course: _Course, fields: Mapping[str, Any], identities: list[str]) -> Iterator[str]:
    missing = {
        "NgayTiepNhan": "ngày tiếp nhận (giấy tiếp nhận hoặc ho_so.csv)", "ChuHoSo": "chủ hồ sơ",
        "MaTTHC": "mã thủ tục quốc gia (cột ma_quoc_gia của thu_tuc.csv)", "TenTTHC": "tên thủ tục (thu_tuc.csv)",
        "KenhThucHien": "kênh thực hiện",
    }  # fmt: skip
    lacking = [name for field, name in missing.items() if not fields.get(field)]
    if not identities:
        lacking.append("số định danh của chủ hồ sơ")
    if lacking:
        yield "thiếu: " + ", ".join(lacking)
    if len(identities) > 1:
        yield "các giấy tờ của chủ hồ sơ ghi số định danh khác nhau"
    if numbers.dossier_code(case.code).value is None:
        yield "mã hồ sơ không đúng dạng"
    if not state_of(fields["TrangThaiHoSo"]):
        yield "trạng thái hồ sơ không phải từ 1 đến 10"
    if fields.get("KenhThucHien") not in ("1", "2", "3", "", None):
        yield "kênh thực hiện không phải 1, 2 hoặc 3"


def _step(fields: Mapping[str, Any], own: DossierSystem, office: Office) -> dict[str, str]:
    state = fields["TrangThaiHoSo"]
    made = {
        "MaHoSo": fields["MaHoSo"], "NguoiXuLy": _cut(own.officer or office.converter, _PERSON), "ChucDanh": own.title,
        "ThoiDiemXuLy": fields.get("NgayKetThucXuLy") or fields["NgayTiepNhan"], "PhongBanXuLy": own.unit or office.name,
        "NoiDungXuLy": state_of(state), "TrangThai": state, "NgayBatDau": fields["NgayTiepNhan"],
        "NgayKetThucTheoQuyDinh": fields.get("NgayHenTra", ""),
    }  # fmt: skip
    return {name: value for name, value in made.items() if value}


def _cut(text: str, most: int) -> str:
    """The text, cut at a blank where it is longer than systems take."""
    text = squeeze(text)
    if len(text) <= most:
        return text
    short = text[: most - 1]
    return (short[: short.rfind(" ")] if " " in short[most // 2 :] else short).rstrip() + "…"
