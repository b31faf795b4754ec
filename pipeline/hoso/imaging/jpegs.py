"""Owns the structure of JPEG streams (ITU-T T.81, annex B): their segments, and strips of one image joined into one stream.

Joined without decoding: each strip begins anew as after a restart marker, so the strips are set side by side with restart
markers between them and the interval told. Never changes a coefficient; what does not fit exactly is not joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["joined", "segments"]

_SOF, _DRI, _SOS, _EOI = 0xC0, 0xDD, 0xDA, b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\x00]")


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, body) of each JPEG segment up to the first scan."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2:
            return
        yield marker, data[at + 4 : at + 2 + size]
        if marker == _SOS:
            return
        at += 2 + size


def joined(strips: Sequence[bytes], width: int, height: int, rows: int) -> bytes | None:
    """One baseline JPEG of ``width`` x ``height`` from strips of ``rows`` rows (the last may have fewer), all of which use
    the same tables; None where they are not plainly such."""
    head: list[tuple[int, bytes]] = []
    scans = []
    for number, strip in enumerate(strips):
        told = list(segments(strip))
        frame = dict(told).get(_SOF, b"")
        high = min(rows, height - number * rows)
        if len(frame) < 6 or frame[1:5] != high.to_bytes(2, "big") + width.to_bytes(2, "big"):
            return None
        plain = [(marker, body[:1] + bytes(2) + body[3:] if marker == _SOF else body) for marker, body in told]
        head = head or plain
        scan = strip[2 + sum(4 + len(body) for _, body in told) :]
        scan = scan[: scan.rfind(_EOI)] if _EOI in scan else b""
        if plain != head or not scan or _MARKER.search(scan):
            return None
        scans.append(scan)
    marked = [marker for marker, _ in head]
    interval = _interval(dict(head), width, rows)
    if marked.count(_SOF) != 1 or marked[-1:] != [_SOS] or _DRI in marked or not 0 < interval < 65536:
        return None
    out = bytearray(b"\xff\xd8")
    for marker, body in head:
        if marker == _SOS:
            out += b"\xff\xdd\x00\x04" + interval.to_bytes(2, "big")
        if marker == _SOF:
            body = body[:1] + height.to_bytes(2, "big") + body[3:]
        out += bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body
    for number, scan in enumerate(scans):
        out += scan
        if number + 1 < len(scans):
            out += bytes([0xFF, 0xD0 + number % 8])
    return bytes(out + _EOI)


def _interval(head: dict[int, bytes], width: int, rows: int) -> int:
    """Units (MCUs) of a whole strip; 0 where it does not end with one, or its components are not in one scan."""
    frame, scan = head.get(_SOF, b""), head.get(_SOS, b"")
    count = frame[5] if len(frame) > 5 else 0
    if not count or len(frame) != 6 + 3 * count or not scan or scan[0] != count:
        return 0
    factors = [frame[7 + 3 * k] for k in range(count)] if count > 1 else [0x11]
    across, down = 8 * max(factor >> 4 for factor in factors), 8 * max(factor & 15 for factor in factors)
    return 0 if not across or not down or rows % down else -(-width // across) * (rows // down)
