"""A public-key authority on loopback for tests and benchmarks: timestamps, OCSP, revocation lists, and how they fail.

Everything is made on the spot and worth nothing. ``Authority`` holds a root, an intermediate, a signer, and a server of
timestamps; ``serving`` answers for it over HTTP. ``moods`` make a service time out, drip, answer garbage, refuse.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Authority:
    """Certificates valid two years around ``at``; ``address`` is where their OCSP and CRL are said to be.

    ``by`` says how the signer's state is published: "ocsp", "crl", "both" or "none". ``revoked`` holds serial numbers.
    ``extra`` more certificates go with each timestamp, to make it large.
    """

    at: datetime
    address: str
    kind: str = "rsa"
    by: str = "both"
    revoked: set[int] = field(default_factory=set)
    extra: int = 0

    def __post_init__(self) -> None:
        self.root_key, self.middle_key, self.key = (_key(self.kind) for _ in range(3))
        self.stamp_key = _key("rsa")
        self.root = self._issue("Root", self.root_key, None, ca=True)
        self.middle = self._issue("Middle", self.middle_key, (self.root, self.root_key), ca=True)
        self.signer = self._issue("Signer", self.key, (self.middle, self.middle_key))
        self.stamp = self._issue("Stamp", self.stamp_key, (self.root, self.root_key), stamps=True)
        self.ballast = [self._issue(f"Ballast {n}", self.key, (self.root, self.root_key)) for n in range(self.extra)]
        der = self.stamp_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._stamp_key = asn1_keys.PrivateKeyInfo.load(der)

    def write(self, keys: Path) -> None:
        """``signer.p12`` with its password, and ``roots.pem``."""
        keys.mkdir(parents=True, exist_ok=True)
        held = pkcs12.serialize_key_and_certificates(
            b"test", self.key, self.signer, [self.middle], BestAvailableEncryption(b"secret")
        )
        (keys / "signer.p12").write_bytes(held)
        (keys / "signer.password").write_text("secret\n")
        (keys / "roots.pem").write_bytes(self.root.public_bytes(Encoding.PEM))

    def timestamp(self, request: bytes, *, at: datetime | None = None) -> bytes:
        given = [_asn1(one) for one in self.ballast]
        server = DummyTimeStamper(_asn1(self.stamp), self._stamp_key, certs_to_embed=given, fixed_dt=at or self.at)
        answer: bytes = server.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return answer

    def ocsp(self, request: bytes) -> bytes:
        asked = ocsp.load_der_ocsp_request(request)
        serial = asked.serial_number
        issued = {one.serial_number: one for one in (self.middle, self.signer, self.stamp)}[serial]
        issuer, key = (self.middle, self.middle_key) if issued is self.signer else (self.root, self.root_key)
        gone = serial in self.revoked
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=issued, issuer=issuer, algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if gone else ocsp.OCSPCertStatus.GOOD,
            this_update=self.at, next_update=self.at + timedelta(days=7),
            revocation_time=self.at - timedelta(days=1) if gone else None,
            revocation_reason=x509.ReasonFlags.key_compromise if gone else None,
        ).responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)  # fmt: skip
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def crl(self, name: str) -> bytes:
        issuer, key = (self.root, self.root_key) if name == "root" else (self.middle, self.middle_key)
        builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
        builder = builder.last_update(self.at - timedelta(hours=1)).next_update(self.at + timedelta(days=7))
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        for serial in self.revoked:
            gone = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(self.at - timedelta(days=1))
            builder = builder.add_revoked_certificate(gone.build())
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _issue(
        self,
        name: str,
        key: Key,
        issuer: tuple[x509.Certificate, Key] | None,
        *,
        ca: bool = False,
        stamps: bool = False,
    ) -> x509.Certificate:
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "THỬ NGHIỆM / TEST ONLY"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{name} - TEST ONLY"),
            ]
        )
        by, with_ = issuer or (None, key)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at - timedelta(days=365))
            .not_valid_after(self.at + timedelta(days=365))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(_usage(ca), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(with_.public_key()), critical=False)
        )
        if stamps:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(usage, critical=True)
        if by is not None and self.by in ("ocsp", "both"):
            place = x509.UniformResourceIdentifier(f"{self.address}/ocsp")
            access = [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)]
            builder = builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        if by is not None and self.by in ("crl", "both"):
            where = "middle" if name == "Signer" else "root"
            place = x509.UniformResourceIdentifier(f"{self.address}/crl/{where}")
            points = x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])
            builder = builder.add_extension(points, critical=False)
        return builder.sign(with_, hashes.SHA256())


@dataclass
class Service:
    """A server on loopback: ``moods`` by the first part of the path ("tsa", "ocsp", "crl"); ``asked`` counts requests."""

    address: str
    moods: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    authority: Authority | None = None


@contextmanager
def serving() -> Iterator[Service]:
    """A service without an authority yet (its address must be known before the certificates are made)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    service = Service(f"http://127.0.0.1:{server.server_port}")
    server.service = service  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def log_message(self, *_: Any) -> None:
        return

    def _answer(self, body: bytes) -> None:
        service: Service = self.server.service  # type: ignore[attr-defined]
        kind = self.path.strip("/").split("/")[0]
        service.asked[kind] = service.asked.get(kind, 0) + 1
        mood, status = service.moods.get(kind, ""), 200
        if mood == "hangs":
            time.sleep(0.6)
            self.close_connection = True
            return
        data = self._data(service, kind, mood, body)
        if mood.startswith("status"):
            status = int(mood.split()[1])
            data = b"no"
        if mood == "once":  # fails the first time it is asked
            service.moods[kind] = ""
            status = 503
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if mood == "drips":
            for byte in data[:40]:
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)
            return
        self.wfile.write(data)

    def _data(self, service: Service, kind: str, mood: str, body: bytes) -> bytes:
        authority = service.authority
        assert authority is not None
        if mood == "garbage":
            return b"<html>" + b"\x30\x82" * 50
        if mood == "empty":
            return b""
        if mood == "refuses":
            status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": tsp.PKIFailureInfo({"bad_alg"})})
            return bytes(tsp.TimeStampResp({"status": status}).dump())
        if mood == "another":  # a timestamp over something else
            request = tsp.TimeStampReq.load(body)
            request["message_imprint"]["hashed_message"] = b"\1" * 32
            return authority.timestamp(request.dump())
        if mood == "spoilt":  # the signature within the timestamp is wrong
            answer = tsp.TimeStampResp.load(authority.timestamp(body))
            (info,) = answer["time_stamp_token"]["content"]["signer_infos"]
            signature = bytearray(info["signature"].native)
            signature[-1] ^= 1
            info["signature"] = bytes(signature)
            return bytes(answer.dump(force=True))
        if kind == "tsa":
            return authority.timestamp(body)
        return authority.ocsp(body) if kind == "ocsp" else authority.crl(self.path.rsplit("/", 1)[1])


def _key(kind: str) -> Key:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
