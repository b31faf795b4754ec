"""Owns objects as plain bytes: what was built once, a font or an image, written into any file under any numbers.

A font is the same from look to look; building, packing and parsing it for each file was half the work of drawing one.
Never reads a file.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Stream, String

__all__ = ["Pieces", "pieces", "plain", "written"]

Pieces = tuple[bytes | int, ...]
"""The body of an indirect object: bytes as they are, and in between whole numbers, each the place of another object in the
same sequence (from 0), for a reference to it."""


def pieces(top: Object, offset: int = 0) -> tuple[Pieces, ...]:
    """``top`` and all it refers to, ``top`` first, as if they were to stand from place ``offset`` on. Streams without a
    filter are packed."""
    order: dict[tuple[int, int], int] = {top.objgen: offset}
    waiting, done = [top], []  # type: list[Any], list[Pieces]
    while waiting:
        found = waiting.pop(0)
        out: list[bytes | int] = []
        if isinstance(found, Stream):
            data = bytes(found.read_raw_bytes())
            entries = {key: value for key, value in found.items() if key != "/Length"}
            if "/Filter" not in entries:
                data = zlib.compress(data, 9)
                entries["/Filter"] = Name.FlateDecode
            _dictionary({**entries, "/Length": len(data)}, out, order, waiting, offset)
            out += [b"\nstream\n", data, b"\nendstream"]
        else:
            _value(found, out, order, waiting, offset, top=True)
        done.append(_joined(out))
    return tuple(done)


def plain(entries: Sequence[bytes | int], data: bytes) -> Pieces:
    """A stream whose entries are written by hand, packed; whole numbers among them are references, as in Pieces."""
    packed = zlib.compress(data, 6)
    tail = b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    return _joined([b"<< ", *entries, tail, packed, b"\nendstream"])


def written(body: Pieces, first: int) -> bytes:
    """``body`` where the object of place 0 has the number ``first``."""
    return b"".join(piece if isinstance(piece, bytes) else b" %d 0 R" % (first + piece) for piece in body)


def _joined(out: list[bytes | int]) -> Pieces:
    """Neighbouring bytes in one."""
    joined: list[bytes | int] = []
    for piece in out:
        if joined and isinstance(piece, bytes) and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def _dictionary(
    entries: dict[str, Any],
    out: list[bytes | int],
    order: dict[tuple[int, int], int],
    waiting: list[Any],
    offset: int,
) -> None:
    out.append(b"<<")
    for key, value in entries.items():
        out += [b" ", Name(key).unparse(), b" "]
        _value(value, out, order, waiting, offset)
    out.append(b" >>")


def _value(
    value: Any,
    out: list[bytes | int],
    order: dict[tuple[int, int], int],
    waiting: list[Any],
    offset: int,
    *,
    top: bool = False,
) -> None:
    if isinstance(value, Object) and value.is_indirect and not top:
        if value.objgen not in order:
            order[value.objgen] = offset + len(order)
            waiting.append(value)
        out.append(order[value.objgen])
    elif isinstance(value, Dictionary):
        _dictionary(dict(value.items()), out, order, waiting, offset)
    elif isinstance(value, Array):
        out.append(b"[")
        for item in value:
            out.append(b" ")
            _value(item, out, order, waiting, offset)
        out.append(b" ]")
    elif isinstance(value, bool):
        out.append(b"true" if value else b"false")
    elif isinstance(value, Name | String):
        out.append(value.unparse())
    else:
        out.append(str(value).encode("ascii"))  # whole numbers and decimals
