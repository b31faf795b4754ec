"""Owns a signing key kept in a PKCS#12 file: opens it once for the signatures of :mod:`hoso.signers.pades`.

Never logs or repeats the password, never takes it as an argument.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import pkcs12

from hoso.errors import Misconfigured
from hoso.settings import Seal
from hoso.signers.held import HASHES, PLAIN, Held
from hoso.signers.pades import PadesSigner
from hoso.signers.proofs import Proofs

__all__ = ["open"]

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def open(seal: Seal, home: Path) -> PadesSigner:
    """The signer whose key lies in ``home / seal.p12``. Raises :class:`Misconfigured`: no file, no or a wrong password,
    no key in it, a key that is too weak, a level without what it needs."""
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
    chain = tuple(other.certificate for other in held.additional_certs)
    return PadesSigner(Held(cert.certificate, chain, _raw(key), str(path), _plain(key)), Proofs(seal, home))


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


def _raw(key: Key) -> Callable[[bytes, str], bytes]:
    def signed(data: bytes, digest: str) -> bytes:
        chosen = HASHES[digest]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(chosen))
        return key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)

    return signed


def _plain(key: Key) -> Callable[[bytes, str], bytes]:
    def signed(data: bytes, algorithm: str) -> bytes:
        chosen = PLAIN[algorithm][1]
        if isinstance(key, ec.EllipticCurvePrivateKey):
            size = (key.curve.key_size + 7) // 8
            return b"".join(n.to_bytes(size, "big") for n in decode_dss_signature(key.sign(data, ec.ECDSA(chosen))))
        return key.sign(data, padding.PKCS1v15(), chosen)

    return signed
