"""What every store gives: bytes under their digest, write-once; an erasure alone removes them."""

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

    def erase(self, digest: str) -> bool:
        """Remove the bytes of ``digest`` for good, durably, older versions of the object too; whether they were there. For
        what is to be destroyed by law (``recipe.erasing``) and nothing else. Raises Unavailable, Misconfigured."""
        ...
