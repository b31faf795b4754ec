"""What patch codes of separator sheets mean. Pure. Never looks for one (see ``imaging/patches``)."""

from __future__ import annotations

from collections.abc import Iterable

from hoso.nouns import Code

__all__ = ["separates"]

_PARTING = frozenset("23T")


def separates(codes: Iterable[Code]) -> str:
    """The patch among ``codes`` that parts documents, "" where none does.

    By custom 2 parts documents, 3 batches, T either; 1, 4 and 6 steer a scanner (colour, toggling) and part nothing.
    """
    return next((code.text for code in codes if code.kind == "patch" and code.text in _PARTING), "")
