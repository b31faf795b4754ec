"""Digests, step keys and the one encoding of nouns: canonical JSON. Pure; the only home of msgspec."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

from hoso.errors import Damaged

__all__ = ["decode", "digest", "encode", "key", "short"]

T = TypeVar("T")


def digest(data: bytes) -> str:
    """The lower-case hex SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


def encode(value: Any) -> bytes:
    """A noun (or plain value) as canonical JSON: UTF-8, keys sorted, so that equal values give equal bytes."""
    return msgspec.json.encode(value, order="deterministic")


def decode(data: bytes, kind: type[T]) -> T:
    """The noun that :func:`encode` wrote. Raises :class:`Damaged` where the bytes are not such a noun."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise Damaged(f"stored {getattr(kind, '__name__', kind)} cannot be read back: {error}") from error


def key(*parts: Any) -> str:
    """The digest of the canonical encoding of ``parts``: the identity of a step, an effect, a dossier."""
    return digest(encode(parts))


def short(text: str) -> str:
    """The first 24 hex digits of a digest: an id long enough for every home."""
    return text[:24]
