"""Owns the one output profile of archive copies: sRGB as an ICC version 2 display profile, computed here.

The numbers: primaries and transfer curve of IEC 61966-2-1, Bradford-adapted to D50 (ICC.1:2001-04). Version 2, because
readers of PDF/A-2 know it best and files of PDF/A-1 need it. Never reads a profile of the system.
"""

from __future__ import annotations

import struct
from functools import lru_cache

__all__ = ["NAME", "srgb"]

NAME = "sRGB IEC61966-2.1"

# XYZ of the primaries and of the white, adapted to D50, as IEC 61966-2-1 colours stand in the profile connection space
_RED, _GREEN, _BLUE = (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)
_WHITE = (0.9642, 1.0, 0.8249)
_STEPS = 1024


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """The profile: 2.1, class ``mntr``, colour space ``RGB``, connection space ``XYZ``; the same bytes at each call."""
    curve = struct.pack(">4sII", b"curv", 0, _STEPS)
    curve += b"".join(struct.pack(">H", round(_linear(step / (_STEPS - 1)) * 65535)) for step in range(_STEPS))
    tags = {
        b"desc": _description(NAME),
        b"cprt": struct.pack(">4sI", b"text", 0) + b"No copyright: numbers of IEC 61966-2-1\0",
        b"wtpt": _xyz(_WHITE),
        b"rXYZ": _xyz(_RED),
        b"gXYZ": _xyz(_GREEN),
        b"bXYZ": _xyz(_BLUE),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    placed: dict[bytes, int] = {}
    for name, data in tags.items():
        if data not in placed:
            placed[data] = at
            padded = data + bytes(-len(data) % 4)
            body, at = body + padded, at + len(padded)
        table += struct.pack(">4sII", name, placed[data], len(data))
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4sIIII3i4s44x",
        at, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ",
        2026, 11, 23, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0", 0, 0, 0, 0,
        *(round(value * 65536) for value in _WHITE), b"\0\0\0\0",
    )  # fmt: skip
    return header + struct.pack(">I", len(tags)) + table + body


def _linear(value: float) -> float:
    """Light of an encoded sRGB value, both 0..1 (IEC 61966-2-1, 5.2)."""
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(value * 65536) for value in values))


def _description(text: str) -> bytes:
    """A textDescriptionType of version 2: ASCII, no Unicode, no ScriptCode."""
    ascii_text = text.encode("ascii") + b"\0"
    return struct.pack(">4sII", b"desc", 0, len(ascii_text)) + ascii_text + bytes(4 + 4 + 2 + 1 + 67)
