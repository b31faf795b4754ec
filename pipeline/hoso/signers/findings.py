"""Owns the wording and weighing of what was found of one signature: its state, its time, the Vietnamese sentence.

Never looks into a PDF: it is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from asn1crypto import x509
from pyhanko.sign.validation import EmbeddedPdfSignature

from hoso.nouns import SignatureFinding
from hoso.signers.changes import Follows
from hoso.verdicts import SignatureState, TimeProof

__all__ = ["broken", "common_name", "finding", "instant"]

_VIETNAM = timezone(timedelta(hours=7))
_TEXTS: dict[SignatureState, str] = {
    "valid": "Hợp lệ: nội dung toàn vẹn, chứng thư có hiệu lực lúc ký",
    "untrusted": "Chưa tin cậy: nội dung toàn vẹn, nhưng chứng thư không dẫn đến gốc tin cậy đã cấu hình",
    "revoked": "Không hợp lệ: chứng thư đã bị thu hồi",
    "weak": "Chưa tin cậy: nội dung khớp với chữ ký, nhưng thuật toán không còn được coi là an toàn",
    "unclear": "Không xác định được: không so sánh chắc chắn được phần thêm vào sau khi ký",
    "changed": "Không hợp lệ: tệp đã bị thay đổi sau khi ký",
    "broken": "Không hợp lệ: nội dung đã ký bị thay đổi hoặc chữ ký bị hỏng",
}
_ADDED = {"signature": "chữ ký khác", "timestamp": "dấu thời gian", "proofs": "chứng cứ xác thực (DSS)",
          "dates": "ngày sửa đổi"}  # fmt: skip


def finding(
    *,
    name: str,
    signer: str,
    issuer: str,
    certificate: x509.Certificate,
    algorithm: str,
    at: datetime | None,
    stamp: tuple[datetime, bool] | None,
    is_stamp: bool,
    intact: bool,
    trusted: bool,
    weak: bool,
    follows: Follows,
    revoked: bool,
    checked: bool,
) -> SignatureFinding:
    """The finding. ``at`` is the instant claimed, ``stamp`` that of a timestamp and whether it is trusted; ``checked``:
    revocation could be checked."""
    validity = certificate["tbs_certificate"]["validity"]
    since, until = validity["not_before"].native, validity["not_after"].native
    proof: TimeProof = "none" if at is None else "claimed"
    then = at
    if stamp is not None:
        proof = "timestamp" if stamp[1] else "timestamp-untrusted"
        then = stamp[0] if stamp[1] or at is None else at
    in_force = then is not None and since <= then <= until
    state = _state(intact, trusted and not weak, weak, follows, revoked)
    text = _TEXTS[state]
    if state == "untrusted" and not in_force:
        text = "Chưa tin cậy: nội dung toàn vẹn, nhưng chứng thư không có hiệu lực lúc ký"
    if state == "valid":
        text += " và chưa bị thu hồi" if checked else " (chưa kiểm tra thu hồi)"
    if follows.added:
        text += "; sau đó chỉ thêm: " + ", ".join(_ADDED[one] for one in follows.added)
    return SignatureFinding(
        name=name,
        signer=signer,
        issuer=issuer,
        signed_at="" if at is None else at.isoformat(),
        intact=intact,
        trusted=trusted and not weak and not revoked,
        whole_file=follows.kept,
        certificate_from=since.isoformat(),
        certificate_until=until.isoformat(),
        algorithm=algorithm,
        text=text,
        state=state,
        kind="timestamp" if is_stamp else "signature",
        proof=proof,
        proof_at=stamp[0].isoformat() if stamp else "" if at is None else at.isoformat(),
        after=follows.added,
        in_force=in_force,
        revocation="revoked" if revoked else "good" if checked else "not-checked",
    )


def broken(name: str, why: str) -> SignatureFinding:
    """The finding on a signature that cannot be read."""
    return SignatureFinding(
        name, "", "", "", intact=False, trusted=False, whole_file=False, text=f"Không hợp lệ: {why}"
    )


def instant(signature: EmbeddedPdfSignature) -> datetime | None:
    """When the signature says it was made; None where it says nothing readable.

    Without a zone it counts as Vietnam's: programs in use there write the local clock (seen beside timestamps that name
    the zone in published documents)."""
    try:
        at = signature.self_reported_timestamp
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=_VIETNAM)


def common_name(name: x509.Name) -> str:
    """The common name of a certificate's subject or issuer, or the whole of it where it has none."""
    said = name.native.get("common_name") or name.human_friendly
    return str(said[-1] if isinstance(said, list) else said)


def _state(intact: bool, trusted: bool, weak: bool, follows: Follows, revoked: bool) -> SignatureState:
    if not intact:
        return "broken"
    if not follows.kept:
        return "changed" if follows.clear else "unclear"
    if weak:
        return "weak"
    if revoked:
        return "revoked"
    return "valid" if trusted else "untrusted"
