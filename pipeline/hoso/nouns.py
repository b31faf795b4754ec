"""The nouns of the trade: frozen values that every room may hold. Standard library only; no behaviour beyond derivation.

Conventions that hold for every noun
    * a *digest* is the lower-case hex SHA-256 of bytes; an *id* is the first 24 hex digits of such a digest;
    * a *box* is (left, top, right, bottom) as fractions 0..1 of the **upright** page, origin top-left;
    * *rotation* is what turns the received page upright, clockwise, one of 0, 90, 180, 270;
    * *skew* is the angle in degrees by which text lines of the upright page rise to the right (counter-clockwise
      positive); turning the upright page clockwise by it makes the lines level;
    * an instant is ISO 8601 with its zone; a date of a document is ISO 8601 ``YYYY-MM-DD`` and never an instant;
    * text is Unicode NFC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Batch",
    "Box",
    "Code",
    "Decision",
    "Document",
    "Dossier",
    "Effect",
    "Fact",
    "Field",
    "Filing",
    "Mandate",
    "Page",
    "PageRef",
    "Place",
    "Problem",
    "Quarantined",
    "Raster",
    "Reading",
    "Record",
    "Scan",
    "Sealed",
    "Seen",
    "SignatureFinding",
    "Survey",
    "Word",
]

Box = tuple[float, float, float, float]
PageKind = Literal["paper", "blank", "separator", "quarantined"]
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Scan:
    """One received file. ``name`` starts with the dossier's ``source`` ("HS0007/002.jpg"); ``position`` counts from 1."""

    source: str
    name: str
    digest: str
    media_type: str
    size: int
    position: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Scans that belong together. ``received`` is the instant of its first arrival."""

    id: str
    source: str
    scans: tuple[Scan, ...]
    received: str


@dataclass(frozen=True, slots=True)
class Raster:
    """Pixels handed from one tool to the next. ``data`` holds height x width x channels bytes, row by row.

    ``channels`` is 1 (grey, 0 black) or 3 (red, green, blue). ``dpi`` is of the pixels as they are here; ``dpi_known``
    is False where the file did not say and it was estimated.
    """

    width: int
    height: int
    channels: int
    data: bytes
    dpi: float
    dpi_known: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look into a file told, before any page is decoded. ``pages`` ≥ 1; ``signed`` is True for a signed PDF."""

    media_type: str
    pages: int
    signed: bool = False
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRef:
    """Which page: the digest of its scan and its index in it, from 1."""

    scan: str
    index: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a scan, as received and as turned upright.

    ``width`` and ``height`` are pixels of the upright page at ``dpi``. ``quality`` is 0..1. ``position`` counts the
    pages of a dossier from 1 in the order received (0 until it is known). ``seal`` and ``signature``: ink of a seal or
    of a signature was seen. ``reason`` says why a page is blank, a separator or quarantined.
    """

    ref: PageRef
    kind: PageKind
    width: int
    height: int
    dpi: float
    rotation: int
    skew: float
    quality: float
    seal: bool = False
    signature: bool = False
    position: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read: ``confidence`` 0..1; ``line`` and ``block`` count in reading order from 0 within the page."""

    text: str
    box: Box
    confidence: float
    line: int
    block: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A QR, barcode or MRZ as decoded; ``kind`` is "qr", "code128", "mrz" …"""

    kind: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine saw on a page; words in reading order. ``engine`` is the fingerprint of engine and models."""

    ref: PageRef
    engine: str
    words: tuple[Word, ...] = ()
    codes: tuple[Code, ...] = ()

    def lines(self) -> tuple[tuple[Word, ...], ...]:
        """Words grouped by line, in reading order."""
        grouped: dict[int, list[Word]] = {}
        for word in self.words:
            grouped.setdefault(word.line, []).append(word)
        return tuple(tuple(words) for words in grouped.values())

    def text(self) -> str:
        """The page's text in reading order, one line a line."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines())


@dataclass(frozen=True, slots=True)
class Seen:
    """A page and what was read on it: the answer of the read step."""

    page: Page
    reading: Reading


@dataclass(frozen=True, slots=True)
class Document:
    """A run of pages that is one paper of one type. ``form`` names the dated form: "quyet_dinh@2020-03-05"."""

    id: str
    dossier: str
    type: str
    form: str
    type_confidence: float
    pages: tuple[PageRef, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of ink: page position in the dossier (from 1) and box."""

    position: int
    box: Box


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a document with its evidence.

    ``value`` is normalised (None: nothing found), ``raw`` what was read. A table has its rows in ``rows`` and no
    ``value``. ``source`` is "ocr", "pdf", "qr", "person" … ``rule`` names the anchor or pattern that found it.
    ``status``: clear, doubtful (a check or a low confidence), missing (required and not found) or empty (optional).
    """

    name: str
    value: str | None = None
    raw: str = ""
    confidence: float = 0.0
    place: Place | None = None
    source: str = "ocr"
    rule: str = ""
    status: Literal["clear", "doubtful", "missing", "empty"] = "empty"
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    rows: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record or its pages. ``code`` is one of the stable codes; ``text`` is Vietnamese."""

    code: str
    severity: Severity
    text: str
    field: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A document's fields, its problems, and a verdict: "clear" or "needs-person"."""

    document: Document
    fields: tuple[Field, ...]
    problems: tuple[Problem, ...] = ()
    verdict: Literal["clear", "needs-person"] = "needs-person"

    def value(self, name: str) -> str | None:
        """The value of the field of that name, None where there is none."""
        return next((f.value for f in self.fields if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that could not be taken: ``reason`` is a code, ``text`` Vietnamese and says what to do."""

    scan: Scan
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a document's record, having seen the record of that digest."""

    document: str
    record: str
    who: str
    at: str
    verdict: Literal["approved", "held"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A dated, named, revocable standing order: clear documents of ``types`` may be sealed from ``since`` to ``until``.

    ``types`` empty means every type. ``withdrawn`` is the instant of withdrawal, "" while it stands.
    """

    id: str
    who: str
    types: tuple[str, ...]
    since: str
    until: str
    test: bool = False
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """The verdict on one signature of a PDF: never "valid" for a file changed after signing."""

    name: str
    signer: str
    issuer: str
    signed_at: str
    intact: bool
    trusted: bool
    whole_file: bool
    certificate_from: str = ""
    certificate_until: str = ""
    algorithm: str = ""
    text: str = ""

    @property
    def valid(self) -> bool:
        """Intact, covering the whole file, and leading to a configured root."""
        return self.intact and self.trusted and self.whole_file


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed archive copy. ``before`` and ``after`` are digests of the PDF before and after signing."""

    document: str
    record: str
    before: str
    after: str
    signer: str
    profile: str
    at: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """One released document with all that the warehouse holds of it. ``texts`` are the page texts, as ``pages``."""

    dossier: Dossier
    code: str
    record: Record
    pages: tuple[Page, ...]
    texts: tuple[str, ...]
    sealed: Sealed
    decisions: tuple[Decision, ...]
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Filings that become visible together, or not at all. ``key`` is the idempotency key, ``at`` the instant."""

    key: str
    at: str
    filings: tuple[Filing, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the ledger: digests, codes, times; no personal value. ``serial`` is 0 until the ledger gives one."""

    kind: str
    subject: str
    at: str
    body: Mapping[str, str] = field(default_factory=dict)
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """An act on the outside: intended at ``at``; done once ``receipt`` is there. ``key`` is its idempotency key."""

    key: str
    kind: str
    subject: str
    at: str
    body: Mapping[str, str] = field(default_factory=dict)
    receipt: Mapping[str, str] | None = None
