"""The nouns of the trade: frozen values that every room may hold. Standard library only; no behaviour beyond derivation.

Conventions that hold for every noun
    * a *digest* is the lower-case hex SHA-256 of bytes; an *id* is the first 24 hex digits of such a digest;
    * a *box* is (left, top, right, bottom) as fractions 0..1 of the **upright** page, origin top-left;
    * *rotation* is what turns the received page upright, clockwise, one of 0, 90, 180, 270;
    * *skew* is the angle in degrees by which text lines of the upright page rise to the right (counter-clockwise
      positive); turning the upright page clockwise by it makes the lines level;
    * an instant is ISO 8601 with its zone; a date of a document is ISO 8601 ``YYYY-MM-DD``, no instant; text is NFC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hoso.pictures import Picture, Raster
from hoso.verdicts import SignatureFinding, SignatureSlot, Verification, Violation

__all__ = [
    "Balance", "Batch", "Box", "Change", "ChangeKind", "Code", "Decision", "Delivery", "Document", "DocumentState",
    "Dossier", "Effect", "Fact", "Field", "Filing", "Mandate", "Outcome", "Page", "PageRef", "Picture", "Place",
    "Problem", "Quarantined", "Raster", "Reading", "Record", "Roll", "Scan", "Sealed", "Seen", "SignatureFinding",
    "SignatureSlot", "Standing", "Survey", "Verification", "Violation", "Word",
]  # fmt: skip

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
    of a signature was seen. ``reason`` says why a page is blank, a separator or quarantined."""

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
    """One fact of a document. ``value`` is normalised (None: nothing found), ``raw`` what was read; a table has ``rows``,
    no ``value``. ``source``: "ocr", "pdf", "qr", "mrz", "person" … ``rule``: the anchor or pattern that found it.
    ``status``: clear, doubtful (a check, a low confidence), missing (required and not found) or empty. ``features`` are
    noted of it for ``calibration``, by name; ``said`` is what other witnesses state: (witness, value, place)."""

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
    features: tuple[tuple[str, float], ...] = ()
    said: tuple[tuple[str, str, Place | None], ...] = ()


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


ChangeKind = Literal["field", "confirm", "type", "split", "join", "turn", "rescan", "undo"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a person said of a dossier's papers otherwise than was read, bound to what outlives a new reading.

    ``id`` is "<dossier>-<number from 1>". ``page`` is the first page of the paper (split: the page that begins a new one;
    turn, rescan: that page), ``other`` the first page of the paper that is joined to it. Of a value ``type`` and ``field``
    say whose; ``before`` and ``after`` are values (None: none), types, or degrees of Page.rotation. ``document`` and
    ``record`` are what the person looked at. ``accepted`` are the tokens of the problems that a confirmation lets stand.
    ``of`` is the change that an undo takes back."""

    id: str
    dossier: str
    kind: ChangeKind
    who: str
    at: str
    page: PageRef | None = None
    other: PageRef | None = None
    document: str = ""
    record: str = ""
    type: str = ""
    field: str = ""
    before: str | None = None
    after: str | None = None
    accepted: tuple[str, ...] = ()
    of: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A dated, named, revocable standing order: clear documents of ``types`` may be sealed from ``since`` to ``until``.

    ``types`` empty means every type. ``withdrawn`` is the instant of withdrawal, "" while it stands."""

    id: str
    who: str
    types: tuple[str, ...]
    since: str
    until: str
    test: bool = False
    withdrawn: str = ""


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
class Delivery:
    """What was handed to another system. ``key`` is its idempotency key, ``target`` the system, ``code`` the dossier code,
    ``document`` empty for a whole dossier. ``state``: "intended", "done" or "refused"; ``answered`` is the instant of the
    ``answer``, "" where there is none yet."""

    key: str
    target: str
    code: str
    document: str
    at: str
    state: Literal["intended", "done", "refused"] = "intended"
    answered: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Roll:
    """The rows of a register as they stand on ``day``, under the name of the warehouse's table. ``digest`` is of the file
    they came from."""

    name: str
    day: str
    digest: str
    rows: tuple[Mapping[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What becomes visible together, or not at all. ``key`` is the idempotency key, ``at`` the instant."""

    key: str
    at: str
    filings: tuple[Filing, ...]
    rolls: tuple[Roll, ...] = ()
    deliveries: tuple[Delivery, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What digitizing a dossier came to: the answer the ``digitized`` fact points to.
    ``seen`` are the digests of the stored :class:`Seen`, one a page, as ``pages``. ``duplicates`` are scans that repeat
    another of the same dossier. ``code`` is the dossier code of its papers, "" where there is none; ``codes`` gives that of
    each document (by id) that lay under a cover sheet of another code. ``changes`` are the ids of what people said that
    it rests on."""

    dossier: Dossier
    code: str
    pages: tuple[Page, ...]
    seen: tuple[str, ...]
    records: tuple[Record, ...]
    quarantined: tuple[Quarantined, ...] = ()
    duplicates: tuple[Scan, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


DocumentState = Literal["waiting", "ready", "approved", "unstamped", "sealed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a dossier stands now, as the ledger tells it.
    ``outcome`` is None while it is received and not yet digitized. ``states`` gives each document's state: waiting (for a
    person), ready (clear, not approved), approved, unstamped (signed, waits for a stamp), sealed. ``loaded`` are the
    documents the warehouse holds.
    ``duplicate_of`` names the dossier that this arrival repeats. ``pages_in`` counts the pages that came in, each
    unreadable file as one. ``erased`` is the instant of its erasure: only its id and number of pages are known then."""

    dossier: Dossier
    pages_in: int
    outcome: Outcome | None = None
    states: Mapping[str, DocumentState] = field(default_factory=dict)
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    loaded: tuple[str, ...] = ()
    duplicate_of: str = ""
    erased: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """The page balance: pages in = filed + blank + duplicate + waiting + quarantined + erased. ``underway`` are pages
    received and not yet digitized: while there are any, a run is working or was stopped."""

    pages_in: int = 0
    filed: int = 0
    blank: int = 0
    duplicate: int = 0
    waiting: int = 0
    quarantined: int = 0
    erased: int = 0
    underway: int = 0

    @property
    def even(self) -> bool:
        """Whether every page that came in is accounted for, and none is underway."""
        parts = self.filed + self.blank + self.duplicate + self.waiting + self.quarantined + self.erased
        return self.underway == 0 and parts == self.pages_in
