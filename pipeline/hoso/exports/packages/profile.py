"""The profile of Circular 05/2025/TT-BNV as far as it is known: names, fields of EAD.xml and EAD_doc.xml, code lists,
paths.

Owns: what a package must be called and must say, as plain tables. Sources: Appendices I (AIP) and III (SIP) of the
circular as two independent implementers give them, and ``E-ARK CSIP`` 2.1; where they disagree the choice and the
other reading stand in ``docs/packages.md``. Never: builds or checks anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "AIP_DOCUMENT", "AIP_DOSSIER", "CODES", "CSIP", "METS", "PREMIS", "PROFILE", "SCHEMAS", "SIP", "SIP_DOCUMENT",
    "SIP_DOSSIER", "TYPE_CODES", "VERSION", "XLINK", "XSI", "Item", "Kind", "document_items", "dossier_items", "folder_of",
    "objid",
]  # fmt: skip

VERSION = "1"
"""Of what a package says and how; raised whenever the same dossier would give other bytes."""

Kind = Literal["sip", "aip"]

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
PREMIS = "http://www.loc.gov/premis/v3"
PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"

SCHEMAS: Mapping[Kind, tuple[str, ...]] = {
    "sip": (
        "mets1_12.xsd", "xlink.xsd", "DILCISExtensionMETS.xsd", "DILCISExtensionSIPMETS.xsd", "premis-v3-0.xsd", "EAD.xsd",
        "EAD_doc.xsd",
    ),
    "aip": ("mets1_12.xsd", "xlink.xsd", "DILCISExtensionMETS.xsd", "premis-v3-0.xsd", "EAD.xsd", "EAD_doc.xsd"),
}  # fmt: skip
"""Files of ``schemas/`` by kind of package."""

Need = Literal["must", "should", "may"]


@dataclass(frozen=True, slots=True)
class Item:
    """One field of a description. ``need``: "must" (empty is an error), "should" (the circular asks for it, and the
    paper itself may lack it: empty is a warning), "may". ``form``: "text", "number", "day" (DD/MM/YYYY), "days" (also
    MM/YYYY, YYYY), "code" (one of :data:`CODES`), "codes" (one or several, parted by ", "), "bit" (0 or 1)."""

    name: str
    vi: str
    length: int
    need: Need = "may"
    form: Literal["text", "number", "day", "days", "code", "codes", "bit"] = "text"


def _dossier(kind: Kind) -> tuple[Item, ...]:
    code = Item("fileCode", "Mã hồ sơ", 100, "must")
    if kind == "aip":
        code = Item("arcFileCode", "Mã hồ sơ lưu trữ", 100, "must")
    days: Literal["day", "days"] = "days" if kind == "aip" else "day"
    return (
        code,
        Item("title", "Tiêu đề hồ sơ", 1000, "must"),
        Item("maintenance", "Thời hạn lưu trữ", 100, "must", "code"),
        Item("mode", "Chế độ sử dụng", 30, "must", "code"),
        Item("language", "Ngôn ngữ", 100, "must", "codes"),
        Item("startDate", "Thời gian bắt đầu", 10, "must", days),
        Item("endDate", "Thời gian kết thúc", 10, "must", days),
        Item("keyword", "Từ khóa", 100),
        Item("totalDoc", "Tổng số tài liệu trong hồ sơ", 10, "must", "number"),
        Item("numberOfPaper", "Số lượng tờ", 10, "should", "number"),
        Item("numberOfPage", "Số lượng trang", 10, "must", "number"),
        Item("format", "Tình trạng vật lý", 50, "may", "code"),
        Item("inforSign", "Ký hiệu thông tin", 30),
        Item("confidenceLevel", "Mức độ tin cậy", 40, "may", "code"),
        Item("paperFileCode", "Mã hồ sơ gốc giấy", 100, "should"),
        Item("description", "Ghi chú", 2000),
        Item("riskRecovery", "Chế độ dự phòng", 1, "must", "bit"),
        Item("riskRecoveryStatus", "Tình trạng dự phòng", 2, "may", "code"),
    )


SIP_DOSSIER, AIP_DOSSIER = _dossier("sip"), _dossier("aip")

_CODE = Item("docCode", "Mã lưu trữ của tài liệu", 100, "must")
_TYPE = Item("typeName", "Tên loại tài liệu", 10, "must", "code")
_NUMBER = Item("codeNumber", "Số của tài liệu", 11, "should")
_NOTATION = Item("codeNotation", "Ký hiệu của tài liệu", 30)
_ISSUED = Item("issuedDate", "Ngày, tháng, năm tài liệu", 10, "should", "day")
_ORGAN = Item("organName", "Cơ quan, tổ chức, cá nhân ban hành", 200, "should")
_SUBJECT = Item("subject", "Trích yếu nội dung", 500, "must")
_LANGUAGE = Item("language", "Ngôn ngữ", 100, "must", "codes")
_PAGES = Item("numberOfPage", "Số lượng trang", 4, "must", "number")
_SIGN = Item("inforSign", "Ký hiệu thông tin", 30)
_KEYWORD = Item("keyword", "Từ khóa", 100)
_MODE = Item("mode", "Chế độ sử dụng", 20, "must", "code")
_TRUST = Item("confidenceLevel", "Mức độ tin cậy", 30, "may", "code")
_HAND = Item("autograph", "Bút tích", 2000)
_STATE = Item("format", "Tình trạng vật lý", 50, "may", "code")
_PROCESS = Item("process", "Quy trình xử lý", 1, "may", "bit")
_NOTE = Item("description", "Ghi chú", 500)

SIP_DOCUMENT = (
    Item("docId", "Mã định danh tài liệu", 25, "must"),
    _CODE,
    Item("maintenance", "Thời hạn lưu trữ", 100, "must", "code"),
    _TYPE, _NUMBER, _NOTATION, _ISSUED, _ORGAN, _SUBJECT, _LANGUAGE, _PAGES, _SIGN, _KEYWORD, _MODE, _TRUST, _HAND, _STATE,
    Item("riskRecovery", "Chế độ dự phòng", 1, "must", "bit"),
    Item("riskRecoveryStatus", "Tình trạng dự phòng", 2, "may", "code"),
    _PROCESS, _NOTE,
)  # fmt: skip
AIP_DOCUMENT = (
    Item("arcFileCode", "Mã hồ sơ lưu trữ", 100, "must"),
    _MODE, _LANGUAGE, _KEYWORD, _PAGES, _STATE, _SIGN, _TRUST, _NOTE, _CODE,
    Item("docOrdinal", "Số thứ tự tài liệu", 7, "must", "number"),
    _TYPE, _NUMBER, _NOTATION, _ISSUED, _ORGAN, _SUBJECT, _HAND, _PROCESS,
)  # fmt: skip


def dossier_items(kind: Kind) -> tuple[Item, ...]:
    """The fields of EAD.xml, in the order of the circular."""
    return SIP_DOSSIER if kind == "sip" else AIP_DOSSIER


def document_items(kind: Kind) -> tuple[Item, ...]:
    """The fields of one EAD_doc.xml, in the order of the circular."""
    return SIP_DOCUMENT if kind == "sip" else AIP_DOCUMENT


_TYPES = (
    ("nghi_quyet", "Nghị quyết"), ("quyet_dinh", "Quyết định"), ("chi_thi", "Chỉ thị"), ("quy_che", "Quy chế"),
    ("quy_dinh", "Quy định"), ("thong_cao", "Thông cáo"), ("thong_bao", "Thông báo"), ("huong_dan", "Hướng dẫn"),
    ("chuong_trinh", "Chương trình"), ("ke_hoach", "Kế hoạch"), ("phuong_an", "Phương án"), ("de_an", "Đề án"),
    ("du_an", "Dự án"), ("bao_cao", "Báo cáo"), ("to_trinh", "Tờ trình"), ("giay_uy_quyen", "Giấy ủy quyền"),
    ("phieu_gui", "Phiếu gửi"), ("phieu_chuyen", "Phiếu chuyển"), ("phieu_bao", "Phiếu báo"), ("bien_ban", "Biên bản"),
    ("hop_dong", "Hợp đồng"), ("cong_van", "Công văn"), ("cong_dien", "Công điện"), ("ban_ghi_nho", "Bản ghi nhớ"),
    ("ban_thoa_thuan", "Bản thỏa thuận"), ("giay_moi", "Giấy mời"), ("giay_gioi_thieu", "Giấy giới thiệu"),
    ("giay_nghi_phep", "Giấy nghỉ phép"), ("thu_cong", "Thư công"), ("ban_do", "Bản đồ"), ("ban_ve", "Bản vẽ kỹ thuật"),
    ("khac", "Khác"),
)  # fmt: skip
TYPE_CODES: Mapping[str, str] = {name: f"{number:02d}" for number, (name, _) in enumerate(_TYPES, 1)}
"""``typeName`` by type of document; a type that is not here is "32"."""

_LANGUAGES = (
    "Tiếng Việt", "Tiếng Anh", "Tiếng Pháp", "Tiếng Nga", "Tiếng Trung", "Việt – Anh", "Việt – Nga", "Việt – Pháp",
    "Hán Nôm",
    "Việt – Trung", "Khác",
)  # fmt: skip

CODES: Mapping[str, Mapping[str, str]] = {
    "typeName": {f"{number:02d}": title for number, (_, title) in enumerate(_TYPES, 1)},
    "maintenance": {
        "01": "Vĩnh viễn", "02": "70 năm", "03": "50 năm", "04": "30 năm", "05": "20 năm", "06": "10 năm", "07": "Khác",
    },
    "mode": {"01": "Công khai", "02": "Sử dụng có điều kiện", "03": "Mật"},
    "language": {f"{number:02d}": title for number, title in enumerate(_LANGUAGES, 1)},
    "confidenceLevel": {"01": "Gốc điện tử", "02": "Số hóa", "03": "Hỗn hợp"},
    "format": {"01": "Tốt", "02": "Bình thường", "03": "Hỏng"},
    "riskRecoveryStatus": {"01": "Đã dự phòng", "02": "Chưa dự phòng"},
}  # fmt: skip
"""The code lists, by field: code → what it means."""


def objid(kind: Kind, uuid: str, fonds: str) -> str:
    """``mets/@OBJID``: "uuid-…" for a SIP, "urn:<fonds>:uuid:…" for an AIP; the UUID in capitals."""
    assert kind in get_args(Kind)
    return f"uuid-{uuid}" if kind == "sip" else f"urn:{fonds}:uuid:{uuid}" if fonds else f"urn:uuid:{uuid}"


def folder_of(identifier: str) -> str:
    """The name of the package's folder: its OBJID with every ":" as "_"."""
    return identifier.replace(":", "_")
