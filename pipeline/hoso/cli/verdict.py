"""What a check of a PDF found, told to people: in Vietnamese, as the circular to Decree 23/2025 asks, or in English.

Owns the wording and the rows. Never judges: it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from hoso.nouns import SignatureFinding, Verification
from hoso.site import HANOI

__all__ = ["LANGUAGES", "lines_of", "row_of", "sentence"]

LANGUAGES = ("vi", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "good": ("HỢP LỆ", "VALID"),
    "person": ("NGUYÊN VẸN, CẦN NGƯỜI XEM", "UNTOUCHED, NEEDS A PERSON"),
    "bad": ("KHÔNG HỢP LỆ", "NOT VALID"),
    "signature": ("Chữ ký", "Signature"),
    "timestamp": ("Dấu thời gian", "Timestamp"),
    "signer": ("Người ký", "Signed by"),
    "issuer": ("Nơi cấp chứng thư", "Issuing CA"),
    "at": ("Thời điểm ký", "Signed at"),
    "proof": ("Căn cứ thời gian", "Proof of time"),
    "intact": ("Toàn vẹn", "Integrity"),
    "after": ("Sau khi ký", "After signing"),
    "certificate": ("Chứng thư", "Certificate"),
    "in-force": ("có hiệu lực lúc ký", "in force then"),
    "not-in-force": ("KHÔNG có hiệu lực lúc ký", "NOT in force then"),
    "revocation": ("Thu hồi", "Revocation"),
    "trust": ("Tin cậy", "Trust"),
    "trusted": ("dẫn đến gốc tin cậy đã cấu hình", "leads to a configured root"),
    "not-trusted": ("KHÔNG được tin cậy", "NOT trusted"),
    "algorithm": ("Thuật toán", "Algorithm"),
    "pdfa": ("PDF/A", "PDF/A"),
    "claims": ("tự nhận là", "claims"),
    "no-claim": ("không", "no"),
    "errors": ("lỗi", "rules broken"),
    "mark": ("Dấu chuyển đổi", "Conversion mark"),
    "no-mark": ("không có", "none"),
    "copy": ("Dấu sao văn bản", "Mark of a copy"),
    "warehouse": ("Trong kho", "In the warehouse"),
    "known": ("có, tài liệu", "yes, document"),
    "unknown": ("không", "no"),
    "kept": ("giữ nguyên như khi nhận", "kept as it was received"),
    "yes": ("có", "yes"),
    "no": ("KHÔNG", "NO"),
    "unsigned": ("không có chữ ký số", "no signature"),
    "unreadable": ("không đọc được: không phải PDF hoặc đã hỏng", "cannot be read: no PDF, or damaged"),
    # what stands behind the instant
    "none": ("không có", "none"),
    "claimed": ("đồng hồ của người ký, không có dấu thời gian", "the signer's own clock, no timestamp"),
    "timestamp-untrusted": ("dấu thời gian chưa tin cậy", "a timestamp that is not trusted"),
    "document-timestamp": ("dấu thời gian trên cả tài liệu", "a timestamp over the document"),
    "by-timestamp": ("dấu thời gian trong chữ ký", "a timestamp in the signature"),
    # what followed
    "nothing": ("không có gì thay đổi", "nothing was changed"),
    "cannot-tell": ("không xác định được", "cannot be told"),
    "only": ("chỉ thêm", "only added"),
    "changed-after": ("TỆP ĐÃ BỊ THAY ĐỔI", "THE FILE WAS CHANGED"),
    "signature-added": ("chữ ký khác", "other signatures"),
    "timestamp-added": ("dấu thời gian", "timestamps"),
    "proofs-added": ("chứng cứ xác thực (DSS)", "validation proofs (DSS)"),
    "dates-added": ("ngày sửa đổi", "the date of change"),
    "not-checked": ("chưa kiểm tra được", "could not be checked"),
    "revocation-good": ("chưa bị thu hồi", "not revoked"),
    "revoked-then": ("ĐÃ BỊ THU HỒI", "REVOKED"),
    # states
    "state-valid": ("hợp lệ", "valid"),
    "state-untrusted": ("nguyên vẹn, chưa tin cậy", "untouched, not trusted"),
    "state-revoked": ("chứng thư đã bị thu hồi", "certificate revoked"),
    "state-weak": ("nguyên vẹn, thuật toán không còn an toàn", "untouched, algorithm no longer safe"),
    "state-unclear": ("không xác định được phần thêm sau khi ký", "what follows cannot be compared"),
    "state-changed": ("tệp đã bị thay đổi sau khi ký", "the file was changed after signing"),
    "state-broken": ("nội dung bị thay đổi hoặc chữ ký bị hỏng", "content changed, or signature damaged"),
}  # fmt: skip


def sentence(seen: Verification, language: str) -> str:
    """The verdict on the whole file in one line."""
    if language == "vi":
        return seen.text
    if not seen.readable:
        return _said("unreadable", language)
    if not seen.signatures:
        return _said("unsigned", language)
    parts = [f"{f.name or '?'}: {_said('state-' + f.state, language)}" for f in seen.signatures]
    if seen.unproven:
        parts.append("note: the file keeps no proof (OCSP, CRL) that the certificate was not revoked when it signed")
    name = "PDF/A-3u" if seen.claim.startswith("3") else "PDF/A-2u"
    pdfa = f"{name}: {len(seen.violations)} rules broken" if seen.violations else f"{name} holds"
    return "; ".join([*parts, pdfa, "conversion mark found" if seen.mark else "no conversion mark"])


def row_of(
    file: str, seen: Verification, digest: str, known: Sequence[tuple[str, str]], language: str
) -> dict[str, Any]:
    """One JSON object of a file. ``known`` are (document, profile) of the warehouse for this digest."""
    return {
        "file": file,
        "valid": seen.valid,
        "untouched": seen.untouched,
        "text": sentence(seen, language),
        "sha256": digest,
        "in_warehouse": bool(known),
        "document": known[0][0] if known else None,
        "documents": [document for document, _ in known],
        "kept": any(profile == "kept" for _, profile in known),
        "pages": seen.pages,
        "pdfa": seen.claim or None,
        "violations": [{"clause": v.clause, "text": v.text} for v in seen.violations],
        "mark": seen.mark or None,
        "copy": seen.copy or None,
        "signatures": [_signature(finding, language) for finding in seen.signatures],
    }


def lines_of(file: str, seen: Verification, known: Sequence[tuple[str, str]], language: str) -> Iterator[str]:
    """The lines for a terminal."""

    def said(key: str) -> str:
        return _said(key, language)

    verdict = "good" if seen.valid else "person" if seen.untouched else "bad"
    yield f"{file}: {said(verdict)} – {sentence(seen, language)}"
    for finding in seen.signatures:
        yield from _of_signature(finding, language)
    if seen.readable:
        claim = f"{said('claims')} PDF/A-{seen.claim}" if seen.claim else said("no-claim")
        yield f"  {said('pdfa')}: {claim}" + (f", {len(seen.violations)} {said('errors')}" if seen.violations else "")
        yield from (f"    {violation.clause}: {violation.text}" for violation in seen.violations)
        yield f"  {said('mark')}: {seen.mark or said('no-mark')}"
        if seen.copy:
            yield f"  {said('copy')}: {seen.copy}"
    documents = ", ".join(document for document, _ in known)
    kept = f" ({said('kept')})" if any(profile == "kept" for _, profile in known) else ""
    yield f"  {said('warehouse')}: {said('known') + ' ' + documents + kept if known else said('unknown')}"


def _of_signature(finding: SignatureFinding, language: str) -> Iterator[str]:
    def said(key: str) -> str:
        return _said(key, language)

    text = finding.text if language == "vi" else said("state-" + finding.state)
    yield f"  {said(finding.kind)} {finding.name}: {text}"
    if not finding.signer:
        return
    force = said("in-force" if finding.in_force else "not-in-force")
    yield f"    {said('signer')}: {finding.signer}"
    yield f"    {said('issuer')}: {finding.issuer}"
    yield f"    {said('at')}: {_shown(finding.signed_at) or said('none')}"
    proof = said(_proof(finding))
    if finding.proof in {"timestamp", "timestamp-untrusted", "document-timestamp"}:
        proof += f", {_shown(finding.proof_at)}"
    yield f"    {said('proof')}: {proof}"
    yield f"    {said('intact')}: {said('yes' if finding.intact else 'no')}"
    yield f"    {said('after')}: {_after(finding, language)}"
    dates = f"{_shown(finding.certificate_from)} – {_shown(finding.certificate_until)}"
    yield f"    {said('certificate')}: {dates}, {force}"
    revocation = {"good": "revocation-good", "revoked": "revoked-then"}.get(finding.revocation, "not-checked")
    yield f"    {said('revocation')}: {said(revocation)}"
    yield f"    {said('trust')}: {said('trusted' if finding.trusted else 'not-trusted')}"
    yield f"    {said('algorithm')}: {finding.algorithm}"


def _after(finding: SignatureFinding, language: str) -> str:
    if not finding.intact:
        return _said("cannot-tell", language)
    if not finding.whole_file:
        return _said("state-unclear" if finding.state == "unclear" else "changed-after", language)
    if not finding.after:
        return _said("nothing", language)
    return f"{_said('only', language)} " + ", ".join(_said(one + "-added", language) for one in finding.after)


def _proof(finding: SignatureFinding) -> str:
    return "by-timestamp" if finding.proof == "timestamp" else finding.proof


def _shown(instant: str) -> str:
    """An instant in the zone of Vietnam: 23/11/2026 14:05:09 +07:00."""
    return f"{datetime.fromisoformat(instant).astimezone(HANOI):%d/%m/%Y %H:%M:%S} +07:00" if instant else ""


def _signature(finding: SignatureFinding, language: str) -> dict[str, Any]:
    return {
        "name": finding.name, "kind": finding.kind, "state": finding.state, "valid": finding.valid,
        "signer": finding.signer, "issuer": finding.issuer, "signed_at": finding.signed_at, "proof": finding.proof,
        "proof_at": finding.proof_at, "intact": finding.intact, "trusted": finding.trusted,
        "whole_file": finding.whole_file, "added_after": list(finding.after),
        "certificate_from": finding.certificate_from, "certificate_until": finding.certificate_until,
        "in_force": finding.in_force, "revocation": finding.revocation, "algorithm": finding.algorithm,
        "text": finding.text if language == "vi" else _said("state-" + finding.state, language),
    }  # fmt: skip


def _said(key: str, language: str) -> str:
    return _WORDS[key][LANGUAGES.index(language)]
