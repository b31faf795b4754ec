"""What every door to another system gives: what that system wants to know of a dossier, and the sending of it.

A module of this room has ``open(settings, home, hands)``: its door, or None where the settings do not open it. Opening
reads no secret and connects to nothing; that is for the first :meth:`Door.send`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from hoso.errors import Refused, Unavailable
from hoso.nouns import Dossier, Filing
from hoso.registers import Registers

__all__ = ["Answer", "Attempt", "Case", "Declined", "Door", "Hands", "Message", "Reused", "Unanswered"]


@dataclass(frozen=True, slots=True)
class Reused:
    """That a paper was not asked of the person again: ``code`` of the earlier result that stands for it; ``national``: it
    came from the store of the national portal."""

    code: str
    national: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A dossier with all of its papers that are released, as a door sees it. ``code`` is the dossier code, "" where there
    is none: then the papers are those of ``dossier`` without one, else all that bear the code, under whatever source they
    came (``dossier`` is the earliest). ``at`` is the instant of the release; ``registers`` are the home's; ``reused`` by
    the document's id."""

    dossier: Dossier
    code: str
    filings: tuple[Filing, ...]
    registers: Registers
    at: str
    reused: Mapping[str, Reused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to be told. ``subject`` names what it is about at the receiver ("00001/GKSKLX/34001/26 B2"): a newer
    message of the same subject takes the place of one that is not sent yet, and equal ones are sent once. Messages of one
    ``group`` go in their order, one by one. ``payload`` is what the door sends, in whatever form it likes, without secrets
    and without what depends on the time of sending. ``dossier`` and ``document`` are ids ("" for a whole dossier),
    ``code`` the dossier code. ``faults`` say in Vietnamese, without values, why it must not be sent as it is: it is held
    then. ``about`` are the ids of all further documents and dossiers of which the payload tells: it goes when one of them
    is erased."""

    target: str
    kind: str
    subject: str
    group: str
    payload: bytes
    dossier: str
    document: str = ""
    code: str = ""
    faults: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the sender must know: ``key`` is the idempotency key, the same at each try; ``number`` of the try from 1;
    ``existed``: the receiver confirmed an earlier message of this subject; ``unsure``: a try, or one of an earlier message,
    went out and no answer came, so that the receiver may hold it already. ``at`` is the instant, ISO 8601."""

    key: str
    number: int
    at: str
    existed: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The receiver's yes. ``id`` is its own id of the thing (a UUID), ``code`` its code of the answer; no personal value in
    either. ``body`` is the answer itself."""

    id: str = ""
    code: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Hands:
    """What a door may use of the home; threads may call all of it. ``sign(data, algorithm)`` with the office's key:
    "rsa-sha1", "rsa-sha256" …; ``certificate()`` is that key's, DER, with (modulus, exponent) of an RSA key;
    ``stored(digest)`` the bytes kept under it; ``link(digest, at, receiver)`` an address from which the file of that digest
    can be fetched for a while."""

    sign: Callable[[bytes, str], bytes]
    certificate: Callable[[], tuple[bytes, tuple[int, int] | None]]
    stored: Callable[[str], bytes]
    link: Callable[[str, str, str], str]


class Unanswered(Unavailable):
    """It went out, and no answer came that tells whether it was taken: the next try must look first."""


class Declined(Refused):
    """The receiver's no. ``said`` are its own words, which may repeat what was sent: they are kept in the store alone."""

    def __init__(self, reason: str, message: str, vi: str = "", said: str = "") -> None:
        super().__init__(reason, message, vi)
        self.said = said

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reason, str(self), self.vi, self.said)


class Door(Protocol):
    """One receiver. ``name`` is its module's; ``rate`` how many messages a second it takes at most (0: no bound)."""

    name: str
    rate: float

    def wanted(self, case: Case) -> Iterable[Message]:
        """What the receiver is to know of that dossier, in order. Pure, and the same for the same papers and registers."""
        ...

    def send(self, message: Message, attempt: Attempt) -> Answer:
        """Tell it; may be called by several threads. Raises Unavailable (it was surely not taken; with ``after`` seconds
        where the receiver said when to come again), :class:`Unanswered`, Refused (:class:`Declined`: it must not be sent
        again as it is), Misconfigured (nothing can be sent before the operator acts). No personal value in their texts."""
        ...

    def close(self) -> None: ...
