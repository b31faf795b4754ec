"""What every store gives: bytes under their digest, write-once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

__all__ = ["Store"]


class Store(Protocol):
    """Bytes under their SHA-256. A second ``put`` of equal bytes changes nothing."""

    def put(self, data: bytes) -> str:
        """Keep ``data`` durably, read it back, compare, and give its digest. Raises Unavailable, Damaged."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes of ``digest``, compared with it. Raises Damaged where they are missing or differ."""
        ...

    def has(self, digest: str) -> bool:
        """Whether an object of that name is there (its bytes are not read)."""
        ...

    def digests(self) -> Iterator[str]:
        """Every digest that is kept, in order."""
        ...
