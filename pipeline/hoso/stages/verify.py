"""Owns the look at a delivered PDF: signatures, PDF/A-2u or 3u, conversion mark. Never changes it, never raises over it.

PDF/A is judged by our own structural check, and by veraPDF too where an office has it on the PATH.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hoso.errors import Unavailable
from hoso.nouns import Verification
from hoso.pdf import check, marks, verapdf
from hoso.signers.validate import validate
from hoso.stages.arrived import worst

__all__ = ["UNPROVEN", "verify"]

UNPROVEN = (
    "Lưu ý: tệp không giữ chứng cứ thu hồi (OCSP, CRL), nên về sau không chứng minh được chứng thư "
    "chưa bị thu hồi lúc ký."
)
"""Said of signatures below the level B-LT; no fault."""


def verify(data: bytes, roots: Sequence[bytes]) -> Verification:
    """What ``data`` is worth; a file that is no PDF gives a verification that is not readable.

    ``roots`` as for validate; raises Misconfigured for a root that is no certificate.
    """
    told = check.examine(data)
    findings = validate(data, roots)
    mark, copy = (marks.found(data), marks.copied(data)) if told.readable else ("", "")
    violations, judge = told.violations, "kiểm tra cấu trúc"
    if told.readable and verapdf.available():
        try:
            violations = (*violations, *verapdf.violations(data, _profile(told.claim)))
            judge = "kiểm tra cấu trúc và veraPDF"
        except Unavailable:
            judge = "kiểm tra cấu trúc (veraPDF không trả lời)"
    seen = Verification(told.readable, told.pages, findings, violations, told.claim, mark, copy=copy)
    return replace(seen, text=_verdict(seen, judge))


def _profile(claim: str) -> str:
    """The profile a file is judged by: that of part 3 where it claims part 3 (files may be attached), else "2u"."""
    return "3u" if claim.startswith("3") else "2u"


def _verdict(seen: Verification, judge: str) -> str:
    findings, violations = seen.signatures, seen.violations
    if not seen.readable:
        return "Không đọc được: tệp không phải PDF hoặc đã hỏng."
    parts = []
    if not findings:
        parts.append("Tệp không có chữ ký số.")
    elif all(finding.valid for finding in findings):
        parts.append(f"Chữ ký số hợp lệ ({len(findings)}).")
    elif all(finding.untouched for finding in findings):
        parts.append(f"Chữ ký số nguyên vẹn nhưng chưa đủ tin cậy. {worst(findings).text}.")
    else:
        parts.append(f"Chữ ký số không đạt. {worst(findings).text}.")
    if seen.unproven:
        parts.append(UNPROVEN)
    if violations:
        parts.append(f"Không đạt PDF/A-{_profile(seen.claim)}: {len(violations)} lỗi.")
    else:
        parts.append(f"Đạt PDF/A-{_profile(seen.claim)} theo {judge}.")
    parts.append("Có dấu chuyển đổi từ văn bản giấy." if seen.mark else "Không thấy dấu chuyển đổi từ văn bản giấy.")
    parts += [f"Là bản sao: {seen.copy.partition(';')[0]}."] if seen.copy else []
    return " ".join(parts)
