"""Owns a signing key kept in a PKCS#12 file: opens it once, signs PDF files with it as PAdES B-B (ETSI EN 319 142-1).

RSA of at least 2,048 bits signs with RSASSA-PSS, elliptic keys of at least 256 bits with ECDSA; SHA-256, or as strong as
the curve (Decree 23/2025/NĐ-CP and its circular: RSASSA-PSS or ECDSA, no SHA-1). A signature is appended, never woven in:
the signed PDF starts with the bytes that came. Never reads a clock, never logs or repeats the password.
"""

from __future__ import annotations

import os
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import RSASSAPSSParams, SignedDigestAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.signers.pdf_cms import Signer as CmsSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hoso.errors import Misconfigured, Refused
from hoso.settings import Seal
from hoso.signers.api import Look
from hoso.signers.awaiting import finish

__all__ = ["Pkcs12Signer", "open"]

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_FIELD = "ChuKySo"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def open(seal: Seal, home: Path) -> Pkcs12Signer:
    """The signer whose key lies in ``home / seal.p12``. Raises :class:`Misconfigured`: no file, no or a wrong password,
    no key in it, a key that is too weak."""
    path = home / seal.p12
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Misconfigured(
            f"{path}: the signing key named in settings.toml [seal] p12 cannot be read ({error.strerror}); "
            "put the PKCS#12 file there, or make a test key with: hoso init --demo"
        ) from error
    password, where = _password(seal, home)
    try:
        held = pkcs12.load_pkcs12(data, password)
    except ValueError as error:
        raise Misconfigured(
            f"{path}: does not open with the password from {where}; correct it there, or the file is no PKCS#12"
        ) from error
    key, cert = held.key, held.cert
    if cert is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Misconfigured(f"{path}: holds no RSA or elliptic key with its certificate; export both into the file")
    if key.key_size < (2048 if isinstance(key, rsa.RSAPrivateKey) else 256):
        raise Misconfigured(f"{path}: its key of {key.key_size} bits is too weak (RSA from 2,048, ECDSA from 256 bits)")
    return Pkcs12Signer(key, cert.certificate, tuple(other.certificate for other in held.additional_certs))


def _password(seal: Seal, home: Path) -> tuple[bytes, str]:
    """(the password, where it came from): the variable where it is set, else the first line of the file."""
    if seal.password_env and seal.password_env in os.environ:
        return os.environ[seal.password_env].encode(), f"the variable {seal.password_env}"
    path = home / seal.password_file
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"no password for {home / seal.p12}: set the variable {seal.password_env}, or write it into {path}"
        ) from error
    return (lines[0] if lines else "").encode(), f"the file {path}"


class Pkcs12Signer:
    """One key, parsed once (measured: 21 ms a signature against 95 when it is parsed each time)."""

    def __init__(self, key: Key, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()) -> None:
        self._certificate = certificate
        self._cms = _Cms(key, certificate, chain)

    @property
    def name(self) -> str:
        """Common name of the certificate's subject, or the whole subject where it has none."""
        names = self._certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(names[0].value) if names else self._certificate.subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hex."""
        return self._certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def certificate(self) -> bytes:
        """The certificate, DER: part of the evidence that must be kept (circular to Decree 23/2025/NĐ-CP)."""
        return self._certificate.public_bytes(Encoding.DER)

    def sign(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        """``pdf`` with one PAdES B-B signature appended, that says it was made at ``at``.

        Raises Misconfigured (certificate not valid at ``at``), Refused("seal.unsignable") where the PDF cannot be
        appended to, ValueError where ``at`` has no zone or a visible look has no appearance.
        """
        if at.tzinfo is None:
            raise ValueError("the instant of a signature needs its zone")
        first, last = self._certificate.not_valid_before_utc, self._certificate.not_valid_after_utc
        if not first <= at <= last:
            raise Misconfigured(
                f"the certificate of {self.name} is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
                f"not at {at:%Y-%m-%d %H:%M}; put a valid PKCS#12 file at settings.toml [seal] p12"
            )
        try:
            return self._signed(pdf, look, at)
        except (PdfError, KeyError, IndexError, RecursionError, OSError) as error:
            raise Refused(
                "seal.unsignable",
                f"the PDF cannot take a signature: {type(error).__name__}: {error}",
                "Tệp PDF không ký được. Hãy tạo lại bản lưu trữ.",
            ) from error

    def _signed(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        writer = _Appender(BytesIO(pdf))
        name = _free_name(writer)
        process = PdfCMSEmbedder(_field(writer, look, name)).write_cms(field_name=name, writer=writer)
        field = next(process).get_object()
        if look.profile != "invisible":
            if not look.appearance:
                raise ValueError(f"the look {look.profile!r} needs its drawn appearance")
            drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(look.appearance)))
            field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): drawn})
        room = 2 * (4096 + self._cms.size)
        signature = SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=room)
        process.send(SigObjSetup(sig_placeholder=signature))
        digest, out = process.send(SigIOSetup(md_algorithm=self._cms.digest, in_place=False))
        cms = finish(self._cms.async_sign(digest.document_digest, self._cms.digest, use_pades=True))
        process.send(cms)
        signed: bytes = out.getvalue()
        return signed


def _free_name(writer: IncrementalPdfFileWriter) -> str:
    """A name for the field that no field of the form has yet."""
    fields = writer.root["/AcroForm"]["/Fields"] if "/AcroForm" in writer.root else []
    taken = {str(field.get_object().get("/T", "")) for field in fields}
    return next(name for number in range(1, len(taken) + 2) for name in [_FIELD + str(number)] if name not in taken)


def _field(writer: IncrementalPdfFileWriter, look: Look, name: str) -> SigFieldSpec:
    if look.profile == "invisible":
        return SigFieldSpec(name, on_page=look.page)
    page = writer.find_page_for_modification(look.page)[0].get_object()
    left, bottom, right, top = (float(value) for value in page["/MediaBox"])
    wide, high = right - left, top - bottom
    box = (
        left + look.box[0] * wide,
        top - look.box[3] * high,
        left + look.box[2] * wide,
        top - look.box[1] * high,
    )
    rounded: Any = tuple(round(value, 2) for value in box)  # PDF takes fractions of a point, the hint says int
    return SigFieldSpec(name, on_page=look.page, box=rounded)


class _Appender(IncrementalPdfFileWriter):
    """Appends the signature and nothing else: the metadata stay as they were composed, with their instant."""

    def _update_meta(self) -> None:
        return


class _Cms(CmsSigner):
    """Signs attributes with the parsed key."""

    def __init__(self, key: Key, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]) -> None:
        self._key = key
        own = _asn1(certificate)
        others = [_asn1(other) for other in chain]
        self.digest = "sha256"
        if isinstance(key, ec.EllipticCurvePrivateKey):
            self.digest = "sha256" if key.key_size < 384 else "sha384" if key.key_size < 512 else "sha512"
            mechanism = SignedDigestAlgorithm({"algorithm": f"{self.digest}_ecdsa"})
        else:
            mechanism = SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": _pss(self.digest)})
        self.size = sum(len(one.dump()) for one in (own, *others)) + key.key_size // 4
        registry = SimpleCertificateStore.from_certs(others)
        super().__init__(signing_cert=own, cert_registry=registry, signature_mechanism=mechanism, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        chosen = _HASHES[digest_algorithm]
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(chosen))
        return self._key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)


def _pss(digest: str) -> RSASSAPSSParams:
    """PSS with a salt as long as the digest (RFC 8017, 9.1; what most verifiers expect)."""
    return RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": _HASHES[digest].digest_size,
        }
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
