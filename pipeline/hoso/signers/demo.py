"""Owns the throw-away test authority of a demo home: a root and one signer, plainly marked as worth nothing.

Never used for a real home: ``hoso init --demo`` alone calls it. The root's key is forgotten as soon as it has signed.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

__all__ = ["TEST", "make_demo"]

TEST = "THỬ NGHIỆM / TEST ONLY"
_YEARS = timedelta(days=730)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make_demo(folder: Path, at: datetime, organisation: str, *, kind: str = "rsa") -> None:
    """Write ``signer.p12``, ``signer.password`` (mode 0600) and ``roots.pem`` into ``folder``; valid two years from ``at``.

    ``kind`` is "rsa" (2,048 bits) or "ec" (P-256). Nothing is done where a key is there already. Every subject says
    that it is a test.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "signer.p12").exists():
        return
    since, until = at - timedelta(hours=1), at + _YEARS
    root_key, key = _key(kind), _key(kind)
    root_name = _name(f"Hoso Root CA - {TEST}", "Hoso")
    name = _name(f"{_cut(organisation, 61 - len(TEST.encode()))} - {TEST}", organisation)
    root = (
        _builder(root_name, root_name, root_key, since, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    signer = (
        _builder(name, root_name, key, since, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    password = secrets.token_urlsafe(24)
    encryption = BestAvailableEncryption(password.encode())
    # The key comes last: a home whose writing was cut short makes its test authority anew.
    _write(folder / "roots.pem", root.public_bytes(Encoding.PEM))
    _write(folder / "signer.password", password.encode() + b"\n")
    _write(folder / "signer.p12", pkcs12.serialize_key_and_certificates(b"hoso-demo", key, signer, [root], encryption))


def _key(kind: str) -> Key:
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _cut(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes of UTF-8, whole letters: what a certificate's name may hold (RFC 5280, A.1)."""
    return text.encode()[:most].decode(errors="ignore").strip() or "-"


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organisation, 64)),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, TEST),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common, 64)),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, for the owner's eyes alone."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
