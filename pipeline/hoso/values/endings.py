"""Whether a file has its end: told by what its kind puts there. Pure; reads through the function it is given.

Never says whether a file is sound: one that has its end may still be damaged, and the survey tells that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

__all__ = ["Read", "ended"]

Read = Callable[[int, int], bytes]
"""(offset, length) to the bytes there, fewer where the file ends before."""

_TAIL = 1024  # Adobe's implementation note 18 to ISO 32000-1, annex H: %%EOF may stand in the last 1024 bytes
_STEP = 1 << 20
_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_DIRECTORIES = 10_000


def ended(read: Read, size: int) -> bool | None:
    """True where a file of ``size`` bytes ends as its kind must, False where it is cut short, None where its kind is one
    whose end says nothing. PDF: ``%%EOF`` (ISO 32000-1, 7.5.5); JPEG: EOI (ITU-T T.81, B.1.1.3); PNG: IEND (ISO/IEC
    15948, 11.2.5); TIFF: every directory, and the pixels it names, lie within the file (TIFF 6.0, section 2)."""
    head = read(0, 1024)
    if b"%PDF-" in head:
        return _pdf(read, size)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(read, size)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(read, size)
    if head[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return _tiff(read, size)
    return None


def _pdf(read: Read, size: int) -> bool:
    """Padding of NUL and white space after the end, as some programs leave, does not count."""
    end = size
    while end > 0:
        start = max(0, end - _STEP)
        kept = read(start, end - start).rstrip(b"\x00 \t\r\n\f")
        if kept:
            end = start + len(kept)
            break
        end = start
    start = max(0, end - _TAIL)
    return b"%%EOF" in read(start, end - start)


def _jpeg(read: Read, size: int) -> bool:
    """EOI at the end, or somewhere after the first scan (cameras put more behind it)."""
    if read(max(0, size - 64), 64).rstrip(b"\x00").endswith(b"\xff\xd9"):
        return True
    at = 2
    while at + 4 <= size:
        marker = read(at, 4)
        if len(marker) < 4 or marker[0] != 0xFF:
            return False
        if marker[1] == 0xFF:
            at += 1
            continue
        length = int.from_bytes(marker[2:4], "big")
        at += 2 + max(2, length)
        if marker[1] == 0xDA:
            return _holds(read, at, size, b"\xff\xd9")
    return False


def _holds(read: Read, start: int, size: int, wanted: bytes) -> bool:
    while start < size:
        if wanted in read(start, _STEP + len(wanted) - 1):
            return True
        start += _STEP
    return False


def _png(read: Read, size: int) -> bool:
    if read(max(0, size - 12), 12)[4:8] == b"IEND":
        return True
    at = 8
    while at + 12 <= size:
        chunk = read(at, 8)
        at += 12 + int.from_bytes(chunk[:4], "big")
        if chunk[4:] == b"IEND":
            return at <= size
    return False


def _tiff(read: Read, size: int) -> bool:
    head = read(0, 16)
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    big = 43 in head[2:4]

    def number(data: bytes) -> int:
        return int.from_bytes(data, order)

    at = number(head[8:16]) if big else number(head[4:8])
    counted, entry, width = (8, 20, 8) if big else (2, 12, 4)
    seen: set[int] = set()
    while at and at not in seen and len(seen) < _DIRECTORIES:
        seen.add(at)
        count = number(read(at, counted))
        entries = read(at + counted, count * entry) if at + counted + count * entry + width <= size else b""
        if count == 0 or len(entries) < count * entry:
            return False
        tags = [entries[i : i + entry] for i in range(0, len(entries), entry)]
        named = {number(tag[:2]): _numbers(read, tag, number, big, size) for tag in tags if number(tag[:2]) in _PLACES}
        if None in named.values() or not _within(named, size):
            return False
        at = number(read(at + counted + count * entry, width))
    return bool(seen)


_PLACES = {273: 279, 279: 273, 324: 325, 325: 324}
"""StripOffsets, StripByteCounts, TileOffsets, TileByteCounts: where pixels begin, and how many bytes they are."""


def _numbers(read: Read, tag: bytes, number: Callable[[bytes], int], big: bool, size: int) -> list[int] | None:
    """The values of a tag; None where they lie beyond the file."""
    one = _TYPES.get(number(tag[2:4]), 1)
    count = number(tag[4:12] if big else tag[4:8])
    place = tag[12:20] if big else tag[8:12]
    if count * one > size:
        return None
    data = place if count * one <= len(place) else read(number(place), count * one)
    if len(data) < count * one:
        return None
    return [number(data[i : i + one]) for i in range(0, count * one, one)]


def _within(named: dict[int, list[int] | None], size: int) -> bool:
    for offsets, lengths in ((273, 279), (324, 325)):
        starts, counts = named.get(offsets) or [], named.get(lengths) or []
        if any(start + length > size for start, length in zip(starts, counts, strict=False)):
            return False
    return True
