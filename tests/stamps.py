"""Homes with sealed copies and a timestamp authority, for tests of proofs of time; an authority that follows another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from authority import Authority, Service
from hoso import keys
from hoso.nouns import Fact
from hoso.site import HANOI, Site, make

NIGHT = datetime(2026, 11, 23, 1, 0, tzinfo=HANOI)
LATER = NIGHT + timedelta(days=300)
"""The first certificate of timestamps ends 65 days later."""


class Successor(Authority):
    """The authority that an office trusts after ``before``; it still answers for the state of its certificates."""

    before: Authority | None = None

    def ocsp(self, request: bytes) -> bytes:
        try:
            return super().ocsp(request)
        except KeyError:
            assert self.before is not None
            self.before.at = self.at
            return self.before.ocsp(request)


def papers(count: int) -> list[bytes]:
    return [b"%%PDF-1.7 sealed copy %d" % number for number in range(count)]


def named(data: bytes) -> tuple[str, str]:
    """(document, digest of its sealed file)."""
    return keys.short(keys.digest(data)), keys.digest(data)


def home_of(folder: Path, service: Service, count: int, *, level: str = "B-B") -> Path:
    """A home that trusts the service's authority, with ``count`` sealed copies in store and ledger, none stamped."""
    asked = f'timestamp_url = "{service.address}/tsa"\nlevel = "{level}"\ntries = 1\npause = 0.01\nrest = 0\n'
    make(folder, f"[seal]\n{asked}[stamp]\n")
    assert service.authority is not None
    service.authority.write(folder / "keys")
    more(folder, papers(count))
    return folder


def more(home: Path, sealed: list[bytes]) -> None:
    with Site(home, clock=lambda: NIGHT) as site:
        for data in sealed:
            document, after = named(data)
            body = {"after": site.store.put(data), "record": after, "sealed": after}
            site.ledger.tell(Fact("sealed", document, site.stamp(), body), once=after)


def follow(home: Path, service: Service, at: datetime) -> Authority:
    """A new authority takes over at ``at``; the home trusts both."""
    successor = Successor(at, service.address)
    successor.before, service.authority = service.authority, successor
    roots = home / "keys" / "roots.pem"
    roots.write_bytes(roots.read_bytes() + successor.root.public_bytes(Encoding.PEM))
    return successor


def settings(home: Path, change: Callable[[str], str]) -> None:
    path = home / "settings.toml"
    path.write_text(change(path.read_text()))
