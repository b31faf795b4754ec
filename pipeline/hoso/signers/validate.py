"""Owns the verdict on the signatures of a PDF: intact, trusted, whole; one finding each, and never an exception.

Stricter than its library: whatever follows the last signature makes the file not whole, and of what follows an earlier
one only further signatures and their proofs are let pass, no metadata and no form values. Offline: no certificate or
revocation list is fetched. Trust is judged at the instant the signature says it was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from hoso.errors import Misconfigured
from hoso.nouns import SignatureFinding
from hoso.signers.awaiting import finish

__all__ = ["validate"]

_STRICT = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)


def validate(pdf: bytes, roots: Sequence[bytes]) -> tuple[SignatureFinding, ...]:
    """One finding a signature, in signing order; empty for a file without any (or that is no PDF).

    ``roots`` are certificates, PEM (several in one are fine) or DER. Raises :class:`Misconfigured` for a root that is
    no certificate, and nothing over the PDF.
    """
    trusted = [one for data in roots for one in _certificates(data)]
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        embedded = list(reader.embedded_signatures)
        hybrid = bool(reader.xrefs.hybrid_xrefs_present)
    except Exception as error:  # the library raises of every kind over broken files; one of them must not stop a batch
        if b"/ByteRange" in pdf:
            return (_broken("", f"không đọc được chữ ký ({type(error).__name__})"),)
        return ()
    findings = []
    for signature in embedded:
        name = ""
        try:
            name = str(signature.field_name)
            last = signature is embedded[-1]
            findings.append(_finding(pdf, signature, trusted, last_is_whole=_covers(pdf, embedded[-1]), last=last))
            if hybrid:
                findings[-1] = _broken(name, "tệp dùng bảng tham chiếu kép, không kiểm tra chắc chắn được")
        except Exception as error:  # as above: this signature is not valid, the next one may be
            findings.append(_broken(name, f"không kiểm tra được chữ ký ({type(error).__name__})"))
    return tuple(findings)


def _certificates(data: bytes) -> list[asn1_x509.Certificate]:
    try:
        if pem.detect(data):
            found = [asn1_x509.Certificate.load(der) for _, _, der in pem.unarmor(data, multiple=True)]
        else:
            found = [asn1_x509.Certificate.load(data)]
        for one in found:
            one.subject.native  # noqa: B018 — the parser is lazy: look inside now
    except (ValueError, TypeError) as error:
        raise Misconfigured(
            "a trusted root certificate cannot be read; each file in settings.toml [seal] roots must be PEM or DER"
        ) from error
    return found


def _finding(
    pdf: bytes, signature: EmbeddedPdfSignature, roots: list[asn1_x509.Certificate], *, last_is_whole: bool, last: bool
) -> SignatureFinding:
    certificate = signature.signer_cert
    at = signature.self_reported_timestamp
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail", moment=_aware(at) if at else None
    )
    if signature.sig_object_type == "/DocTimeStamp":
        status: Any = finish(async_validate_pdf_timestamp(signature, context, skip_diff=True))
        at = status.timestamp
    else:
        status = finish(async_validate_pdf_signature(signature, context, skip_diff=True))
    intact = bool(status.intact and status.valid)
    whole = last_is_whole and (last or _only_signed_further(signature))
    trusted = bool(status.trusted) and bool(roots)
    validity = certificate["tbs_certificate"]["validity"]
    return SignatureFinding(
        name=str(signature.field_name),
        signer=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        signed_at=_aware(at).isoformat() if at else "",
        intact=intact,
        trusted=trusted,
        whole_file=whole,
        certificate_from=validity["not_before"].native.isoformat(),
        certificate_until=validity["not_after"].native.isoformat(),
        algorithm=_algorithm(signature),
        text=_verdict(intact, trusted, whole),
    )


def _covers(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the signature's two ranges are the whole file but for its own hexadecimal string, delimiters included."""
    ranges = [int(value) for value in signature.byte_range]
    if len(ranges) != 4 or ranges[0] != 0 or min(ranges) < 0:
        return False
    _, first, second, length = ranges
    gap = pdf[first:second]
    if second + length != len(pdf) or gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        content = bytes.fromhex(gap[1:-1].decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return False
    return content == bytes(signature.pkcs7_content) and not content[_der_size(content) :].strip(b"\0")


def _der_size(content: bytes) -> int:
    """Bytes of the DER value that ``content`` starts with; what follows it is padding (ITU-T X.690, 8.1.3)."""
    if len(content) < 2 or content[1] < 0x80:
        return 2 + (content[1] if len(content) > 1 else 0)
    count = content[1] & 0x7F
    return 2 + count + int.from_bytes(content[2 : 2 + count], "big")


def _only_signed_further(signature: EmbeddedPdfSignature) -> bool:
    """Whether later revisions add signatures and their proofs alone."""
    signature.compute_integrity_info(diff_policy=_STRICT)
    result: Any = signature.diff_result  # set by the call above, which the checker does not see
    if not isinstance(result, DiffResult):
        return False
    return bool(result.modification_level.value <= ModificationLevel.FORM_FILLING.value)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _common_name(name: asn1_x509.Name) -> str:
    said = name.native.get("common_name") or name.human_friendly
    return str(said[-1] if isinstance(said, list) else said)


def _algorithm(signature: EmbeddedPdfSignature) -> str:
    info = signature.signer_info
    digest = str(info["digest_algorithm"]["algorithm"].native).upper().replace("SHA", "SHA-")
    mechanism = str(info["signature_algorithm"].signature_algo)
    names = {"rsassa_pss": "RSASSA-PSS", "rsassa_pkcs1v15": "RSA PKCS#1 v1.5", "ecdsa": "ECDSA"}
    key = signature.signer_cert.public_key
    bits = key.bit_size if key.algorithm in {"rsa", "ec", "rsassa_pss"} else 0
    return f"{names.get(mechanism, mechanism)} {bits or ''} {digest}".replace("  ", " ")


def _verdict(intact: bool, trusted: bool, whole: bool) -> str:
    if not intact:
        return "Không hợp lệ: nội dung đã ký bị thay đổi hoặc chữ ký bị hỏng"
    if not whole:
        return "Không hợp lệ: tệp đã bị thay đổi sau khi ký"
    if not trusted:
        return "Chưa tin cậy: chứng thư không dẫn đến gốc tin cậy đã cấu hình, hoặc không có hiệu lực lúc ký"
    return "Hợp lệ: nội dung toàn vẹn, chứng thư có hiệu lực lúc ký (chưa kiểm tra thu hồi)"


def _broken(name: str, why: str) -> SignatureFinding:
    return SignatureFinding(
        name, "", "", "", intact=False, trusted=False, whole_file=False, text=f"Không hợp lệ: {why}"
    )
