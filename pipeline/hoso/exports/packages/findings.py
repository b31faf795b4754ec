"""What a check says of a package: stable codes, each with its weight and, in Vietnamese and English, what is wrong
and what to do.

Owns the words. Never: judges. A place is a path in the package, or a rule of E-ARK CSIP; no value of a paper stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["TEXTS", "Finding"]

Weight = Literal["error", "warning"]

TEXTS: Mapping[str, tuple[Weight, str, str]] = {
    "container.too-large": (
        "error", "Gói bung ra lớn bất thường ({detail}); không mở gói này, hãy xin lại từ nơi gửi.",
        "Far more comes out of the container than it holds ({detail}); do not open it, ask the sender for it again.",
    ),
    "container.unsafe-name": (
        "error", "Tên tệp dẫn ra ngoài gói hoặc có ký tự cấm; không giải nén gói này, hãy xin gói đóng lại.",
        "A name leads out of the package or holds a forbidden character; do not unpack it, ask for a package made anew.",
    ),
    "container.link": (
        "error", "Có liên kết hoặc tệp thiết bị, không phải tệp thường; hãy thay bằng chính tệp đó.",
        "A link or device instead of a file; put the file itself there.",
    ),
    "container.encrypted": (
        "error", "Tệp bị đặt mật khẩu; lưu trữ không nhận tệp mã hóa, hãy xin gói không mật khẩu.",
        "A file behind a password; archives take none, ask for a package without.",
    ),
    "container.twice": (
        "error", "Hai tệp trùng tên; không biết tệp nào đúng, hãy đóng gói lại.",
        "Two files of one name; which one counts cannot be told, make the package anew.",
    ),
    "container.roots": (
        "error", "Tệp nén không chứa đúng một thư mục gói ({detail}); hãy nén cả thư mục mang tên OBJID.",
        "The archive does not hold exactly one package folder ({detail}); pack the folder named by its OBJID.",
    ),
    "layout.missing": (
        "error", "Thiếu thành phần bắt buộc của gói; hãy đóng gói lại từ hồ sơ.",
        "A part every package must have is missing; make the package anew from the dossier.",
    ),
    "layout.name": (
        "warning", "Tên thư mục gói khác OBJID ({detail}); hãy đổi tên thư mục theo OBJID, dấu “:” thành “_”.",
        "The folder is not named by the OBJID ({detail}); rename it, with each “:” as “_”.",
    ),
    "xml.broken": (
        "error", "XML hỏng, không đọc được ({detail}); hãy lấy lại tệp này từ bản gốc của gói.",
        "Broken XML ({detail}); take this file again from the package's master.",
    ),
    "xml.doctype": (
        "error", "XML có khai báo DOCTYPE, có thể kéo dữ liệu bên ngoài; không mở, hãy xin tệp không có DOCTYPE.",
        "The XML declares a DOCTYPE, which may pull in foreign data; do not open it, ask for a file without one.",
    ),
    "xml.too-large": (
        "error", "XML quá lớn để đọc an toàn; hãy chia hồ sơ thành nhiều gói.",
        "The XML is too large to be read safely; part the dossier into several packages.",
    ),
    "xml.root": (
        "error", "Phần tử gốc không đúng loại ({detail}); tệp này không phải là loại mà tên của nó nói.",
        "The root element is of another kind ({detail}); the file is not what its name says.",
    ),
    "xml.schema": (
        "error", "Trái lược đồ XSD: {detail}. Hãy sửa phần mềm đóng gói.",
        "Breaks its schema: {detail}. Have the packing software corrected.",
    ),
    "mets.rule": (
        "error", "Trái quy tắc {detail}. Hãy sửa phần mềm đóng gói.",
        "Breaks the rule {detail}. Have the packing software corrected.",
    ),
    "mets.advice": (
        "warning", "Không theo khuyến nghị {detail}.", "Does not follow the advice {detail}.",
    ),
    "mets.reference": (
        "error", "Tham chiếu đến mã không có trong METS này ({detail}); hãy sửa phần mềm đóng gói.",
        "A reference to an identifier that this METS does not have ({detail}); have the packing software corrected.",
    ),
    "mets.type": (
        "error", "Loại gói ở bản đại diện khác loại gói ở gốc ({detail}); hãy đóng gói lại.",
        "The representation says another kind of package than the root ({detail}); make the package anew.",
    ),
    "mets.undescribed": (
        "error", "Tài liệu không được nối với EAD_doc nào; người khai thác sẽ không biết đó là giấy tờ gì.",
        "A document is linked to no EAD_doc; nobody will know what paper it is.",
    ),
    "file.path": (
        "error", "Đường dẫn trong METS không phải đường dẫn tương đối bên trong gói ({detail}).",
        "A path in METS is not a relative one inside the package ({detail}).",
    ),
    "file.missing": (
        "error", "METS liệt kê tệp này nhưng trong gói không có; gói bị thiếu, hãy xin lại gói.",
        "METS lists this file and the package lacks it; ask for the package again.",
    ),
    "file.unlisted": (
        "error", "Tệp có trong gói mà METS không liệt kê; không rõ nguồn gốc, hãy bỏ ra hoặc đóng gói lại.",
        "The file is there and METS does not list it; take it out, or make the package anew.",
    ),
    "file.twice": (
        "error", "METS liệt kê tệp này nhiều lần với mã băm hoặc kích thước khác nhau.",
        "METS lists this file more than once, with different digests or sizes.",
    ),
    "file.damaged": (
        "error", "Không đọc được tệp từ gói; gói hỏng khi truyền hoặc lưu, hãy xin lại gói.",
        "The file cannot be read from the package; it was damaged on its way, ask for the package again.",
    ),
    "file.size": (
        "error", "Kích thước khác METS ({detail}); tệp đã bị thay đổi, hãy lấy lại từ bản gốc của gói.",
        "Its size differs from METS ({detail}); the file was changed, take it from the package's master.",
    ),
    "file.digest": (
        "error", "Mã băm SHA-256 khác METS; tệp đã bị thay đổi, hãy lấy lại từ bản gốc của gói.",
        "Its SHA-256 differs from METS; the file was changed, take it from the package's master.",
    ),
    "file.algorithm": (
        "error", "Mã băm không phải SHA-256 ({detail}); Thông tư 05/2025/TT-BNV lấy SHA-256.",
        "The digest is no SHA-256 ({detail}), which Circular 05/2025/TT-BNV takes.",
    ),
    "file.kind": (
        "error", "Nội dung tệp không phải {detail} như METS ghi.", "The file is no {detail}, as METS says it is.",
    ),
    "manifest.differs": (
        "error", "Tệp kê SHA-256 không khớp với các tệp trong gói ({detail}).",
        "The SHA-256 manifest does not fit the files of the package ({detail}).",
    ),
    "ead.missing": (
        "error", "Trường bắt buộc để trống: {detail}. Hãy điền khi đóng gói (hoso package --set TÊN=GIÁ-TRỊ).",
        "A required field is empty: {detail}. Give it when packing (hoso package --set NAME=VALUE).",
    ),
    "ead.empty": (
        "warning", "Trường nên có nhưng để trống: {detail}. Nếu giấy tờ có ghi, hãy bổ sung rồi đóng gói lại.",
        "A field that should be there is empty: {detail}. Where the paper says it, add it and pack again.",
    ),
    "ead.code": (
        "error", "Giá trị ngoài bảng mã của Thông tư 05/2025/TT-BNV: {detail}.",
        "A value outside of the code lists of Circular 05/2025/TT-BNV: {detail}.",
    ),
    "ead.count": (
        "error", "Con số trong EAD khác số đếm trong gói: {detail}.",
        "A number in EAD differs from what the package holds: {detail}.",
    ),
    "ead.dossier": (
        "error", "Mã hồ sơ của tài liệu khác mã của hồ sơ ({detail}); tài liệu thuộc hồ sơ khác?",
        "The document names another dossier than the package ({detail}); does it belong elsewhere?",
    ),
    "ead.twice": (
        "error", "Hai tài liệu cùng một mã ({detail}).", "Two documents of one code ({detail}).",
    ),
    "premis.missing": (
        "error", "PREMIS không nói gì về tệp này; AIP phải có siêu dữ liệu bảo quản của mọi tệp.",
        "PREMIS says nothing of this file; an AIP must have preservation metadata of every file.",
    ),
    "premis.stray": (
        "error", "PREMIS mô tả một tệp không có trong METS ({detail}).",
        "PREMIS tells of a file that METS does not have ({detail}).",
    ),
    "premis.fixity": (
        "error", "Mã băm hoặc kích thước trong PREMIS khác METS; không rõ bản nào đúng, hãy đóng gói lại.",
        "Digest or size in PREMIS differ from METS; which is right cannot be told, make the package anew.",
    ),
    "premis.link": (
        "error", "Sự kiện PREMIS dẫn đến tác nhân hoặc đối tượng không có ({detail}).",
        "A PREMIS event names an agent or object that is not there ({detail}).",
    ),
    "premis.event": (
        "error", "Thiếu sự kiện bắt buộc của AIP: {detail}.", "An event that an AIP must have is missing: {detail}.",
    ),
    "pdf.unreadable": (
        "error", "Không đọc được PDF; hãy lấy lại tệp từ bản gốc của gói.",
        "The PDF cannot be read; take it from the package's master.",
    ),
    "pdf.unsigned": (
        "error", "PDF không có chữ ký số; tài liệu số hóa phải được cơ quan ký số.",
        "The PDF bears no signature; a digitized document must be signed by its agency.",
    ),
    "pdf.changed": (
        "error", "Chữ ký số không đạt: {detail}. Không nhận tài liệu này.",
        "The signature does not hold: {detail}. Do not take this document.",
    ),
    "pdf.trust": (
        "warning", "Chữ ký số nguyên vẹn nhưng chưa tin cậy được: {detail}. Hãy thêm gốc tin cậy hoặc hỏi nơi gửi.",
        "The signature is untouched, and not trusted here: {detail}. Add its root, or ask the sender.",
    ),
    "pdf.rules": (
        "error", "Không đạt PDF/A-2u: {detail}.", "Breaks PDF/A-2u: {detail}.",
    ),
    "pdf.kept": (
        "warning", "Tệp gốc điện tử, giữ nguyên như khi nhận, không phải PDF/A-2u ({detail}).",
        "Born digital, kept as it was received, and no PDF/A-2u ({detail}).",
    ),
}  # fmt: skip
"""By code: weight, and what is wrong and what to do, in Vietnamese and English; ``{detail}`` is the finding's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: ``code`` of :data:`TEXTS`, ``place`` a path in the package ("" for all of it)."""

    code: str
    place: str
    detail: str = ""

    @property
    def weight(self) -> Weight:
        return TEXTS[self.code][0]

    def text(self, language: Literal["vi", "en"] = "vi") -> str:
        """The sentence, with what to do."""
        sentence = TEXTS[self.code][1 if language == "vi" else 2]
        return sentence.replace("{detail}", self.detail)
