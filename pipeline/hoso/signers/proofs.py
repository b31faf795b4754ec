"""Owns the steps of a signed PDF file from PAdES B-B to B-T, B-LT and B-LTA (ETSI EN 319 142-1, 5 and 6).

The timestamp of the signature goes into the room kept in it; proofs and the timestamp of the document are appended. Each
step gives a whole file that may be kept, so that nothing is asked for twice after a crash. Never signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import get_args

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.general import SigningError, extract_certificate_info, simple_cms_attribute
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from hoso.errors import Misconfigured, Refused
from hoso.nouns import SignatureSlot
from hoso.settings import Seal
from hoso.signers.api import Level, NoRoom
from hoso.signers.appender import Appender
from hoso.signers.witnesses import State, Witnesses

__all__ = ["Proofs"]

_FIELD = "DauThoiGian"
_FIRST_ROOM = 8192
_SPARE = 512
_STAMP = "signature_time_stamp_token"


@dataclass(frozen=True, slots=True)
class _Found:
    """The last signature of a file: its CMS, where its hexadecimal string stands, and what is added to the file."""

    cms: cms.ContentInfo
    gap: tuple[int, int]
    stamped: bool
    proofs: bool
    document_stamps: int

    @property
    def level(self) -> Level:
        if not self.stamped:
            return "B-B"
        return "B-LTA" if self.proofs and self.document_stamps else "B-LT" if self.proofs else "B-T"


class Proofs:
    """What the settings ask for. Raises :class:`Misconfigured`: an unknown level, none to ask for timestamps."""

    def __init__(self, seal: Seal, home: Path) -> None:
        levels: tuple[Level, ...] = get_args(Level)
        chosen = next((level for level in levels if level == seal.level), None)
        if chosen is None:
            raise Misconfigured(f"settings.toml [seal] level: there is no {seal.level!r}; known: {', '.join(levels)}")
        if chosen != "B-B" and not seal.timestamp_url:
            raise Misconfigured(f"settings.toml [seal]: the level {chosen} needs timestamp_url, a server of RFC 3161")
        self.level: Level = chosen
        self.room = 0 if chosen == "B-B" else _FIRST_ROOM
        self._learned = False
        self._witnesses = None if chosen == "B-B" else Witnesses(seal, home)

    def raised(
        self,
        signed: bytes,
        chain: Sequence[asn1_x509.Certificate],
        now: datetime,
        slots: Sequence[SignatureSlot] | None = None,
    ) -> bytes | None:
        """See :meth:`hoso.signers.pades.PadesSigner.raised`; ``chain`` are the authorities that came with the key."""
        if self._witnesses is None:
            return None
        found = _found(signed, slots)
        if not found.stamped:
            return self._stamped(signed, found, self._witnesses, now)
        wanted = self.level in ("B-LT", "B-LTA")
        if found.level == self.level or not wanted:
            return None
        try:
            return self._proved(signed, found, chain, self._witnesses, now)
        except NoRoom:  # nothing of it is kept: the next one has the room that this one asked for
            return self._proved(signed, found, chain, self._witnesses, now)

    def _proved(
        self,
        signed: bytes,
        found: _Found,
        chain: Sequence[asn1_x509.Certificate],
        witnesses: Witnesses,
        now: datetime,
    ) -> bytes:
        """Proofs, and at B-LTA the timestamp over them, as one appended revision."""
        stream = BytesIO(signed)
        writer: IncrementalPdfFileWriter = Appender(stream, strict=False)
        if not found.proofs:
            states = list(_states(found.cms, chain, witnesses, now))
            DocumentSecurityStore.supply_dss_in_writer(
                writer,
                None,
                certs=[one for state in states for one in state.certificates],
                ocsps=[one for state in states for one in state.ocsps],
                crls=[one for state in states for one in state.crls],
            )
        if self.level == "B-LTA":
            return self._document_stamped(writer, stream, found.document_stamps + 1, witnesses, now)
        writer.write_in_place()
        return stream.getvalue()

    def _stamped(self, signed: bytes, found: _Found, witnesses: Witnesses, now: datetime) -> bytes:
        (info,) = found.cms["content"]["signer_infos"]
        token = witnesses.token(sha256(info["signature"].native).digest(), now)
        self._learn(len(token.dump()))
        info["unsigned_attrs"] = cms.CMSAttributes([simple_cms_attribute(_STAMP, token)])
        start, end = found.gap
        data, room = found.cms.dump().hex().encode("ascii"), end - start - 2
        if len(data) > room:
            raise NoRoom(f"the timestamp of {len(token.dump())} bytes is larger than the room kept in the signature")
        return b"".join((memoryview(signed)[: start + 1], data.ljust(room, b"0"), memoryview(signed)[end - 1 :]))

    def _document_stamped(
        self, writer: IncrementalPdfFileWriter, stream: BytesIO, number: int, witnesses: Witnesses, now: datetime
    ) -> bytes:
        name = f"{_FIELD}{number}"
        process = PdfCMSEmbedder(SigFieldSpec(name)).write_cms(field_name=name, writer=writer)
        next(process)
        process.send(SigObjSetup(sig_placeholder=DocumentTimestamp(bytes_reserved=2 * self.room)))
        digest, _ = process.send(SigIOSetup(md_algorithm="sha256", in_place=True))
        token = witnesses.token(digest.document_digest, now)
        self._learn(len(token.dump()))
        try:
            process.send(token)
        except SigningError as error:
            raise NoRoom("the timestamp of the document is larger than the room kept for it") from error
        return stream.getvalue()

    def _learn(self, size: int) -> None:
        """Keep as much room as the tokens seen need: a parser reads every digit of what is kept, used or not."""
        self.room = max(size + _SPARE, self.room if self._learned else 0)
        self._learned = True


def _states(
    signature: cms.ContentInfo, chain: Sequence[asn1_x509.Certificate], witnesses: Witnesses, now: datetime
) -> Iterator[State]:
    """The state of the signer's certificate, and of that of its timestamp."""
    (info,) = signature["content"]["signer_infos"]
    stamps = [
        token["content"]
        for attribute in info["unsigned_attrs"]
        if attribute["type"].native == _STAMP
        for token in attribute["values"]
    ]
    for data in [signature["content"], *stamps]:
        told = extract_certificate_info(data)
        yield witnesses.state(told.signer_cert, [*told.other_certs, *chain], now)


def _found(signed: bytes, slots: Sequence[SignatureSlot] | None) -> _Found:
    try:
        if slots is None:
            slots = _read(signed)
        numbers = [number for number, slot in enumerate(slots) if slot.kind == "/Sig"]
        if not numbers:
            raise ValueError("no signature")
        last = slots[numbers[-1]]
        _, start, end, _ = last.byte_range
        content = cms.ContentInfo.load(last.contents)
        (info,) = content["content"]["signer_infos"]
        kinds = [one["type"].native for one in info["unsigned_attrs"] or ()]
        stamps = sum(slot.kind == "/DocTimeStamp" for slot in slots[numbers[-1] :])
        return _Found(content, (start, end), _STAMP in kinds, last.proofs, stamps)
    except (PdfError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            "seal.unreadable",
            f"the signature of a file that was signed cannot be read ({type(error).__name__}); it cannot be stamped",
            "Không đọc được chữ ký của tệp đã ký nên không gắn được dấu thời gian. Hãy báo người vận hành.",
        ) from error


def _read(signed: bytes) -> list[SignatureSlot]:
    """The signatures of a file as the library reads them, in signing order."""
    reader = PdfFileReader(BytesIO(signed), strict=False)
    proofs = "/DSS" in reader.root
    return [
        SignatureSlot(
            one.field_name,
            one.sig_object_type,
            "",
            "",
            tuple(map(int, one.byte_range)),
            bytes(one.pkcs7_content),
            False,
            proofs,
        )
        for one in reader.embedded_signatures
    ]
