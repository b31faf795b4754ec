"""What proves the time of a signature: a timestamp in it, one over the document, or nothing but the signer's clock."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from asn1crypto import keys, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hoso.signers.validate import validate


@dataclass(frozen=True)
class Office:
    """A signer and a timestamp server, each under a root of its own."""

    signer: SimpleSigner
    server: DummyTimeStamper
    roots: tuple[bytes, bytes]


def issued(
    name: str, at: datetime, days: tuple[int, int], *, stamps: bool
) -> tuple[x509.Certificate, keys.PrivateKeyInfo, bytes]:
    """(certificate, key, root) of a leaf in force from ``days[0]`` to ``days[1]`` after ``at``."""
    root_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in "ab")
    root_name = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, f"Root of {name}")])
    subject = certificates.Name([certificates.NameAttribute(NameOID.COMMON_NAME, name)])

    def build(subject: Any, public: Any, first: int, last: int) -> certificates.CertificateBuilder:
        return (
            certificates.CertificateBuilder().subject_name(subject).issuer_name(root_name).public_key(public)
            .serial_number(certificates.random_serial_number())
            .not_valid_before(at + timedelta(days=first)).not_valid_after(at + timedelta(days=last))
        )  # fmt: skip

    def usage(*, ca: bool) -> certificates.KeyUsage:
        return certificates.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False)

    root = build(root_name, root_key.public_key(), -999, 999)
    root = root.add_extension(certificates.BasicConstraints(ca=True, path_length=None), critical=True)
    root = root.add_extension(usage(ca=True), critical=True)
    leaf = build(subject, key.public_key(), *days).add_extension(usage(ca=False), critical=True)
    if stamps:
        leaf = leaf.add_extension(certificates.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    made = x509.Certificate.load(leaf.sign(root_key, hashes.SHA256()).public_bytes(Encoding.DER))
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return made, keys.PrivateKeyInfo.load(private), root.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def letters(at: datetime) -> Office:
    certificate, key, root = issued("Văn thư thử", at, (-401, -399), stamps=False)
    stamp, stamp_key, stamp_root = issued("Máy chủ thời gian thử", at, (-900, 900), stamps=True)
    signer = SimpleSigner(certificate, key, SimpleCertificateStore.from_certs([]))
    return Office(signer, DummyTimeStamper(stamp, stamp_key, fixed_dt=at - timedelta(days=400)), (root, stamp_root))


def writer(pdf: bytes) -> Any:
    made: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    made._update_meta = lambda: None
    return made


@pytest.fixture(scope="module")
def stamped(copy: bytes, letters: Office) -> bytes:
    meta = PdfSignatureMetadata(field_name="Ky", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out: Any = PdfSigner(meta, letters.signer, timestamper=letters.server).sign_pdf(writer(copy))
    done: bytes = out.getvalue()
    return done


def test_a_trusted_timestamp_is_the_time_that_counts(stamped: bytes, letters: Office, at: datetime) -> None:
    """The signer's clock is far from the two days of the certificate; the stamp is within them."""
    (finding,) = validate(stamped, letters.roots)
    assert finding.valid, finding
    assert (finding.proof, datetime.fromisoformat(finding.proof_at), finding.in_force) == (
        "timestamp",
        at - timedelta(days=400),
        True,
    )


def test_a_stamp_of_an_unknown_server_proves_nothing(stamped: bytes, letters: Office) -> None:
    (finding,) = validate(stamped, letters.roots[:1])
    assert finding.proof == "timestamp-untrusted"
    assert finding.untouched


def test_a_stamp_over_the_document_is_said_and_proves_the_time_of_what_it_covers(
    sealed: bytes, letters: Office, roots: tuple[bytes, ...], at: datetime
) -> None:
    out: Any = PdfTimeStamper(letters.server).timestamp_pdf(writer(sealed), "sha256")
    twice: bytes = out.getvalue()
    signature, stamp = validate(twice, (*roots, letters.roots[1]))
    assert signature.valid, signature
    assert stamp.valid, stamp
    assert (signature.proof, signature.after, stamp.kind) == ("document-timestamp", ("timestamp",), "timestamp")
    assert datetime.fromisoformat(signature.proof_at) == at - timedelta(days=400)
    signature, stamp = validate(twice, roots)
    assert (signature.proof, signature.valid, stamp.state) == ("claimed", True, "untrusted")
    assert not any(one.untouched and one.kind == "timestamp" for one in validate(twice + b"\n", roots))


def test_a_byte_flipped_in_a_timestamp_is_seen(stamped: bytes, letters: Office) -> None:
    start = stamped.index(b"/Contents <") + 11
    raw = bytes.fromhex(stamped[start : stamped.index(b">", start)].decode())
    used = len(raw.rstrip(b"\0"))
    for place in range(0, used, 23):
        changed = bytearray(raw)
        changed[place] ^= 1
        data = stamped[:start] + changed.hex().encode() + stamped[start + 2 * len(raw) :]
        findings = validate(data, letters.roots)
        assert not (findings and all(finding.valid for finding in findings)), f"byte {place} of {used}"
