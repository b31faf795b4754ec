"""What a package holds before it is XML: the dossier described, its documents, files by digest, events and agents.

Frozen values that ``recipe`` fills and the writers read. Never: decides what is in a package, opens a file.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from hoso.exports.packages.profile import Kind, folder_of, objid

__all__ = ["Agent", "Content", "Copy", "Event", "Original", "Package", "Part", "uuid_of"]

_SPACE = uuid.UUID("6f0c6f5e-2f2a-5d0c-9d53-6a1b1f2f8c05")


def uuid_of(*parts: str) -> str:
    """A UUID (RFC 4122, version 5) that the same parts always give, in capitals as the circular writes them."""
    return str(uuid.uuid5(_SPACE, "\x1f".join(parts))).upper()


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that a file of a package will have: kept under ``digest`` in the store, or given as ``data``."""

    digest: str
    size: int
    media_type: str
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """The archive copy of one document and what goes with it. ``name`` is its file name without suffix; ``described`` the
    values of EAD_doc.xml by name; ``sources`` the digests of the scans it was made from; ``kept``: it is the received file
    itself; ``record`` and ``evidence`` are the record and what was kept of the seal's check, as JSON; ``proof`` is its
    evidence record (RFC 4998), DER."""

    document: str
    name: str
    content: Content
    described: Mapping[str, str]
    at: str
    sources: tuple[str, ...] = ()
    signer: str = ""
    kept: bool = False
    record: Content | None = None
    evidence: Content | None = None
    proof: Content | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """A file as received; ``name`` as it was called then, ``path`` below ``data/`` here."""

    name: str
    path: str
    content: Content
    at: str


@dataclass(frozen=True, slots=True)
class Agent:
    """Who or what did something: ``kind`` is "person", "organization" or "software"."""

    id: str
    name: str
    kind: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as the ledger tells it. ``type`` is a term of the Library of Congress; ``objects``: (what,
    role), what being "package", "rep1", "rep2", a document id or the digest of a received file; ``agents`` (id, role)."""

    type: str
    at: str
    detail: str
    outcome: str = ""
    objects: tuple[tuple[str, str], ...] = ()
    agents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One representation: "rep1" (archive copies) or "rep2" (files as received)."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Package:
    """A whole package. ``at`` is the instant of the act, ISO 8601 with zone; ``described`` the values of EAD.xml by name;
    ``owner`` and ``owner_code`` the agency whose records they are; ``key`` what the package's UUID is made from."""

    kind: Kind
    key: str
    at: str
    fonds: str
    owner: str
    owner_code: str
    version: str
    described: Mapping[str, str]
    copies: tuple[Copy, ...]
    originals: tuple[Original, ...] = ()
    events: tuple[Event, ...] = ()
    agents: tuple[Agent, ...] = ()
    test: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def uuid(self) -> str:
        return uuid_of("package", self.key)

    @property
    def objid(self) -> str:
        return objid(self.kind, self.uuid, self.fonds)

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return folder_of(self.objid)

    @property
    def file_code(self) -> str:
        """The dossier's code as the package states it."""
        return self.described["fileCode" if self.kind == "sip" else "arcFileCode"]

    @property
    def parts(self) -> tuple[Part, ...]:
        copies = Part("rep1", "Bản lưu trữ PDF/A có chữ ký số")
        received = Part("rep2", "Tệp gốc như khi nhận")
        return (copies, received) if self.originals else (copies,)

    def id_of(self, *parts: str) -> str:
        """A UUID for something of this package."""
        return uuid_of(self.uuid, *parts)

    def file_id(self, path: str) -> str:
        """The METS identifier of the file at ``path`` (from the package's root); PREMIS calls it the same."""
        return f"ID-{self.id_of('file', path)}"
