"""Owns the verdict on the signatures of a PDF: intact, trusted, whole, since when; one finding each,
and never an exception.

Stricter than its library: see ``changes`` for what may follow a signature. Offline: no certificate or revocation list is
fetched; those kept in the file (DSS) count. Trust is judged at the instant a trusted timestamp proves, else at the one
the signature claims. Never logs: the library's own log names people.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from hoso.errors import Misconfigured
from hoso.nouns import SignatureFinding
from hoso.signers.awaiting import finish
from hoso.signers.changes import Follows, covered, follows
from hoso.signers.findings import broken, common_name, finding, instant
from hoso.signers.structure import algorithm, sound, weak

__all__ = ["certificates", "validate"]

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")


def validate(pdf: bytes, roots: Sequence[bytes]) -> tuple[SignatureFinding, ...]:
    """One finding a signature or document timestamp, in signing order; empty for a file without any (or that is no PDF).

    ``roots`` are certificates, PEM (several in one are fine) or DER. Raises :class:`Misconfigured` for a root that is
    no certificate, and nothing over the PDF.
    """
    trusted = [one for data in roots for one in certificates(data)]
    with _unlogged():
        return _validated(pdf, trusted)


def _validated(pdf: bytes, roots: list[asn1_x509.Certificate]) -> tuple[SignatureFinding, ...]:
    lost = _BYTE_RANGE.search(pdf) is not None
    try:
        reader = PdfFileReader(BytesIO(pdf), strict=False)
        if reader.encrypted and reader.decrypt("").status.name == "FAILED":
            return (broken("", "tệp có mật khẩu nên không kiểm tra được"),) if lost else ()
        fields = [(str(name), field) for name, _, field in enumerate_sig_fields(reader, filled_status=True)]
    except Exception as error:  # the library raises of every kind over broken files; one of them must not stop a batch
        return (broken("", f"không đọc được chữ ký ({type(error).__name__})"),) if lost else ()
    if not fields and lost:
        return (broken("", "tệp còn dấu vết một chữ ký mà không có trường chữ ký nào"),)
    signatures: list[EmbeddedPdfSignature] = []
    findings: list[SignatureFinding] = []
    for name, field in fields:
        try:
            signatures.append(EmbeddedPdfSignature(reader, field, name))
        except Exception as error:  # as above: this signature cannot be read, the next one may be
            findings.append(broken(name, f"không đọc được chữ ký ({type(error).__name__})"))
    signatures.sort(key=lambda one: (_end(pdf, one), one.signed_revision))
    for signature in signatures:
        try:
            findings.append(_finding(pdf, signature, signatures, roots))
        except Exception as error:  # as above
            findings.append(broken(signature.fq_name, f"không kiểm tra được chữ ký ({type(error).__name__})"))
    return _stamped(tuple(findings))


def _end(pdf: bytes, signature: EmbeddedPdfSignature) -> int:
    try:
        return covered(pdf, signature) or 0
    except Exception:  # a range of no numbers: its own finding will say so
        return 0


@contextmanager
def _unlogged() -> Iterator[None]:
    """The library logs tracebacks and the names of certificates: no line of it leaves here."""
    loggers = [logging.getLogger(name) for name in ("pyhanko", "pyhanko_certvalidator")]
    before = [(one.propagate, one.level) for one in loggers]
    for one in loggers:
        one.propagate = False
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, (propagate, level) in zip(loggers, before, strict=True):
            one.propagate = propagate
            one.setLevel(level)


def certificates(data: bytes) -> list[asn1_x509.Certificate]:
    """The trusted roots of one file, PEM or DER. Raises :class:`Misconfigured` where it holds none."""
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
    pdf: bytes,
    signature: EmbeddedPdfSignature,
    among: Sequence[EmbeddedPdfSignature],
    roots: list[asn1_x509.Certificate],
) -> SignatureFinding:
    certificate = signature.signer_cert
    claimed = instant(signature)
    is_stamp = signature.sig_object_type == "/DocTimeStamp"
    status, checked = _status(signature, roots, claimed, is_stamp)
    stamp = status if is_stamp else status.timestamp_validity
    if stamp is not None and not is_stamp and stamp.trusted and claimed != stamp.timestamp:
        status, checked = _status(signature, roots, stamp.timestamp, is_stamp)  # its time is proven: judge trust then
    own = _end(pdf, signature)
    later = [one for one in among if _end(pdf, one) > own]
    try:
        told = follows(pdf, signature, later)
    except Exception:  # later revisions too broken to be compared are changes
        told = Follows(kept=False)
    intact = bool(status.intact and status.valid) and sound(signature)
    if stamp is not None and not is_stamp:
        intact = intact and bool(stamp.intact and stamp.valid)
    at = stamp.timestamp if is_stamp else claimed
    return finding(
        name=signature.fq_name,
        signer=common_name(certificate.subject),
        issuer=common_name(certificate.issuer),
        certificate=certificate,
        algorithm=algorithm(signature),
        at=at,
        stamp=None if stamp is None else (stamp.timestamp, bool(stamp.trusted) and bool(roots)),
        is_stamp=is_stamp,
        intact=intact,
        trusted=bool(status.trusted) and bool(roots),
        weak=weak(signature),
        follows=told,
        revoked=bool(status.revoked),
        checked=checked,
    )


def _status(
    signature: EmbeddedPdfSignature, roots: list[asn1_x509.Certificate], at: datetime | None, is_stamp: bool
) -> tuple[Any, bool]:
    """(the library's status at ``at``, whether revocation could be checked by what the file keeps)."""
    try:
        store = DocumentSecurityStore.read_dss(signature.reader)
    except NoDSSFoundError:
        store = None
    if store is not None:
        status = _asked(signature, is_stamp, store.as_validation_context(_terms(roots, at, "require")))
        if status.trusted or status.revoked:
            return status, bool(status.trusted)
        return _asked(signature, is_stamp, store.as_validation_context(_terms(roots, at, "soft-fail"))), False
    return _asked(signature, is_stamp, ValidationContext(**_terms(roots, at, "soft-fail"))), False


def _terms(roots: list[asn1_x509.Certificate], at: datetime | None, mode: str) -> dict[str, Any]:
    return {
        "trust_roots": roots, "allow_fetching": False, "revocation_mode": mode, "moment": at,
        "retroactive_revinfo": True,
    }  # fmt: skip


def _asked(signature: EmbeddedPdfSignature, is_stamp: bool, context: ValidationContext) -> Any:
    if is_stamp:
        return finish(async_validate_pdf_timestamp(signature, context, skip_diff=True))
    return finish(async_validate_pdf_signature(signature, context, skip_diff=True))


def _stamped(findings: tuple[SignatureFinding, ...]) -> tuple[SignatureFinding, ...]:
    """``findings`` with the proof that the first valid timestamp over the document gives to what it covers."""
    told = []
    for number, one in enumerate(findings):
        stamp = next((f for f in findings[number + 1 :] if f.kind == "timestamp" and f.valid), None)
        if stamp and one.kind == "signature" and one.intact and one.proof in {"none", "claimed", "timestamp-untrusted"}:
            told.append(replace(one, proof="document-timestamp", proof_at=stamp.proof_at))
        else:
            told.append(one)
    return tuple(told)
