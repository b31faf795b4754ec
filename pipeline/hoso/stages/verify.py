"""Owns the look at a delivered PDF: signatures, PDF/A-2u, conversion mark. Never changes it, never raises over it."""

from __future__ import annotations

from collections.abc import Sequence

from hoso.nouns import SignatureFinding, Verification, Violation
from hoso.pdf import check, marks
from hoso.signers.validate import validate

__all__ = ["verify"]


def verify(data: bytes, roots: Sequence[bytes]) -> Verification:
    """What ``data`` is worth; a file that is no PDF gives a verification that is not readable.

    ``roots`` as for validate; raises Misconfigured for a root that is no certificate.
    """
    told = check.examine(data)
    findings = validate(data, roots)
    mark = marks.found(data) if told.readable else ""
    text = _verdict(told.readable, findings, told.violations, mark)
    return Verification(told.readable, told.pages, findings, told.violations, told.claim, mark, text)


def _verdict(
    readable: bool, findings: tuple[SignatureFinding, ...], violations: tuple[Violation, ...], mark: str
) -> str:
    if not readable:
        return "Không đọc được: tệp không phải PDF hoặc đã hỏng."
    parts = []
    if not findings:
        parts.append("Tệp không có chữ ký số.")
    elif all(finding.valid for finding in findings):
        parts.append(f"Chữ ký số hợp lệ ({len(findings)}).")
    else:
        wrong = next(finding for finding in findings if not finding.valid)
        parts.append(f"Chữ ký số không đạt. {wrong.text}.")
    if violations:
        parts.append(f"Không đạt PDF/A-2u: {len(violations)} lỗi.")
    else:
        parts.append("Đạt PDF/A-2u theo kiểm tra cấu trúc.")
    parts.append("Có dấu chuyển đổi từ văn bản giấy." if mark else "Không thấy dấu chuyển đổi từ văn bản giấy.")
    return " ".join(parts)
