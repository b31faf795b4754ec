"""XML signed as a whole: an enveloped signature (W3C XML Signature 1.1), made by a key that somebody else holds.

lxml canonicalises; ``sign`` makes the bare signature, so that the key may lie in a token. Never
verifies, never holds a key.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from hashlib import new

from lxml import etree

from hoso.errors import Misconfigured

__all__ = ["ALGORITHMS", "signed"]

_DS = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_MORE, _DIGESTS = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"

ALGORITHMS: Mapping[str, tuple[str, str, str]] = {
    "rsa-sha1": (_DS + "rsa-sha1", _DS + "sha1", "sha1"),
    "rsa-sha256": (_MORE + "rsa-sha256", _DIGESTS + "sha256", "sha256"),
    "rsa-sha384": (_MORE + "rsa-sha384", _MORE + "sha384", "sha384"),
    "rsa-sha512": (_MORE + "rsa-sha512", _DIGESTS + "sha512", "sha512"),
    "ecdsa-sha256": (_MORE + "ecdsa-sha256", _DIGESTS + "sha256", "sha256"),
    "ecdsa-sha384": (_MORE + "ecdsa-sha384", _MORE + "sha384", "sha384"),
}
"""(identifier of the signature, of the digest, name of the digest) by our names (RFC 6931)."""


def signed(
    root: etree._Element, algorithm: str, sign: Callable[[bytes, str], bytes], certificate: bytes,
    public: tuple[int, int] | None = None,
) -> bytes:  # fmt: skip
    """``root`` with a signature over all of it as its last child (Reference URI ""), as a file. ``certificate`` is DER;
    ``public`` (modulus, exponent) of an RSA key goes beside it as RSAKeyValue. Raises Misconfigured for an algorithm that
    is none of :data:`ALGORITHMS`, and as ``sign`` does."""
    if algorithm not in ALGORITHMS:
        raise Misconfigured(f"no such algorithm of signatures: {algorithm!r}; known: {', '.join(ALGORITHMS)}")
    method, digest_method, digest = ALGORITHMS[algorithm]
    whole = new(digest, etree.tostring(root, method="c14n"), usedforsecurity=digest != "sha1").digest()
    signature = etree.SubElement(root, f"{{{_DS}}}Signature", nsmap={None: _DS})
    info = _child(signature, "SignedInfo")
    _child(info, "CanonicalizationMethod", Algorithm=_C14N)
    _child(info, "SignatureMethod", Algorithm=method)
    reference = _child(info, "Reference", URI="")
    _child(_child(reference, "Transforms"), "Transform", Algorithm=_DS + "enveloped-signature")
    _child(reference, "DigestMethod", Algorithm=digest_method)
    _child(reference, "DigestValue").text = _text(whole)
    _child(signature, "SignatureValue").text = _text(sign(_canonical(info), algorithm))
    key = _child(signature, "KeyInfo")
    if public is not None:
        value = _child(_child(key, "KeyValue"), "RSAKeyValue")
        for name, number in zip(("Modulus", "Exponent"), public, strict=True):
            _child(value, name).text = _text(number.to_bytes((number.bit_length() + 7) // 8, "big"))
    _child(_child(key, "X509Data"), "X509Certificate").text = _text(certificate)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _canonical(part: etree._Element) -> bytes:
    """The canonical form of a part that stands in no namespace but its own."""
    # Canonicalised where it stands, libxml2 writes xmlns="" into each child, and no other program finds the signature good.
    alone = etree.fromstring(etree.tostring(part, with_tail=False))
    written: bytes = etree.tostring(alone, method="c14n")
    return written


def _child(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_DS}}}{name}", attributes)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
