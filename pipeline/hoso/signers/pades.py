"""Owns the signature appended to a PDF file: PAdES B-B (ETSI EN 319 142-1), then timestamps and proofs up to its level.

A signature is appended, never woven in: the signed PDF starts with the bytes that came. It is made once; what proves its
time and the state of its certificates is added in steps of their own, so that a server which does not answer costs no
second use of the key. Never reads a clock, never knows where the key lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import new
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from hoso.errors import Misconfigured, Refused
from hoso.nouns import SignatureFinding, SignatureSlot
from hoso.signers.api import Level, Look, NoRoom
from hoso.signers.appender import Appender
from hoso.signers.container import Container
from hoso.signers.held import Held
from hoso.signers.proofs import Proofs
from hoso.signers.vouching import Voucher

__all__ = ["PadesSigner"]

_FIELD = "ChuKySo"


class PadesSigner:
    """One key, opened once (measured: 21 ms a signature against 95 when it is parsed each time)."""

    def __init__(self, held: Held, proofs: Proofs) -> None:
        self._held, self._proofs = held, proofs
        self._container = Container(held)
        self._voucher = Voucher(held, self._container)

    @property
    def name(self) -> str:
        """Common name of the certificate's subject, or the whole subject where it has none."""
        subject = self._held.certificate.subject
        names = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return str(names[0].value) if names else subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hex."""
        return self._held.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def certificate(self) -> bytes:
        """The certificate, DER: part of the evidence that must be kept (circular to Decree 23/2025/NĐ-CP)."""
        return self._held.certificate.public_bytes(Encoding.DER)

    @property
    def until(self) -> datetime:
        """See :class:`hoso.signers.api.Signer`."""
        return self._held.certificate.not_valid_after_utc

    @property
    def numbers(self) -> tuple[int, int] | None:
        """(modulus, exponent) of an RSA key, None of another."""
        key = self._held.certificate.public_key()
        numbers = key.public_numbers() if isinstance(key, rsa.RSAPublicKey) else None
        return None if numbers is None else (numbers.n, numbers.e)

    def plain(self, data: bytes, algorithm: str) -> bytes:
        """The bare signature of ``data``: see :meth:`hoso.signers.api.Signer.plain`."""
        return self._held.plain(data, algorithm)

    @property
    def level(self) -> Level:
        """The level that :meth:`raised` leads to."""
        return self._proofs.level

    @property
    def digits(self) -> int:
        """Hexadecimal digits of room for a signature, with the timestamp of a higher level."""
        return 2 * (1024 + self._held.size + self._proofs.room)

    def fill(self, before: Sequence[bytes], digits: int, after: bytes, at: datetime) -> bytes:
        """The file ``before``, <, a PAdES B-B signature, >, ``after``: see :meth:`hoso.signers.api.Signer.fill`.

        Raises Misconfigured (certificate not valid at ``at``), ValueError where ``at`` has no zone, NoRoom, Unavailable
        where the token that holds the key is gone.
        """
        self._in_force(at)
        digest = new(self._held.digest)
        for part in (*before, after):
            digest.update(part)
        value = self._container.signed(digest.digest()).hex().encode("ascii")
        if len(value) > digits:
            raise NoRoom(f"the signature of {len(value)} digits is larger than the room of {digits} kept for it")
        return b"".join((*before, b"<", value.ljust(digits, b"0"), b">", after))

    def vouched(
        self, signed: bytes, slots: Sequence[SignatureSlot], roots: Sequence[bytes]
    ) -> tuple[SignatureFinding, ...]:
        """The findings on a file that this key signed: see :meth:`hoso.signers.api.Signer.vouched`."""
        return self._voucher.findings(signed, slots, roots)

    def sign(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        """``pdf``, of whatever make, with one PAdES B-B signature appended, that says it was made at ``at``.

        Room is kept for the timestamp of a higher level. Raises Misconfigured (certificate not valid at ``at``),
        Refused("seal.unsignable") where the PDF cannot be appended to, ValueError where ``at`` has no zone or a visible
        look has no appearance, Unavailable where the token that holds the key is gone.
        """
        self._in_force(at)
        try:
            return self._signed(pdf, look, at)
        except (PdfError, KeyError, IndexError, RecursionError, OSError) as error:
            raise Refused(
                "seal.unsignable",
                f"the PDF cannot take a signature: {type(error).__name__}: {error}",
                "Tệp PDF không ký được. Hãy tạo lại bản lưu trữ.",
            ) from error

    def _in_force(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("the instant of a signature needs its zone")
        certificate = self._held.certificate
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not first <= at <= last:
            raise Misconfigured(
                f"the certificate of {self.name} is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
                f"not at {at:%Y-%m-%d %H:%M}; put a valid key with its certificate at {self._held.where}"
            )

    def raised(self, signed: bytes, now: datetime, slots: Sequence[SignatureSlot] | None = None) -> bytes | None:
        """The next step of ``signed`` towards :attr:`level`, None where it is there: first the timestamp of the signature,
        then proofs of the certificates' state, with a timestamp of the document over all of it.

        ``now`` is the instant of asking, ``slots`` what a reader found in the file. Raises Unstamped where a proof is not
        to be had now, api.NoRoom where the timestamp is larger than the room kept (the next signature keeps enough),
        Misconfigured where the settings or a certificate forbid it for good: unknown authority, a revoked certificate, one
        that names no server to ask.
        """
        return self._proofs.raised(signed, self._held.chain, now, slots)

    def _signed(self, pdf: bytes, look: Look, at: datetime) -> bytes:
        held, stream = self._held, BytesIO(pdf)
        writer = Appender(stream)
        name = _free_name(writer)
        process = PdfCMSEmbedder(_field(writer, look, name)).write_cms(field_name=name, writer=writer)
        field = next(process).get_object()
        if look.profile != "invisible":
            if not look.appearance:
                raise ValueError(f"the look {look.profile!r} needs its drawn appearance")
            drawn = writer.import_page_as_xobject(PdfFileReader(BytesIO(look.appearance)))
            field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): drawn})
        signature = SignatureObject(timestamp=at, subfilter=SigSeedSubFilter.PADES, bytes_reserved=self.digits)
        process.send(SigObjSetup(sig_placeholder=signature))
        digest, _ = process.send(SigIOSetup(md_algorithm=held.digest, in_place=True))
        process.send(self._container.signed(digest.document_digest))
        return stream.getvalue()


def _free_name(writer: IncrementalPdfFileWriter) -> str:
    """A name for the field that no field of the form has yet."""
    fields: Sequence[Any] = writer.root["/AcroForm"]["/Fields"] if "/AcroForm" in writer.root else []
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
