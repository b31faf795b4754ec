"""Owns the rules of PDF/A-2u on bytes: header, end, cross-reference tables, spacing of objects, lengths of streams.

Reads classic cross-reference tables, which are what archive copies and their signatures have; of a file with
cross-reference streams only header and end are judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoso.nouns import Violation

__all__ = ["revisions", "rules"]

_HEADER = re.compile(rb"%PDF-1\.[0-7](\r\n|\r|\n)%[\x80-\xff]{4}")
_XREF = re.compile(rb"xref(?:\r\n|\r|\n)")
_SECTION = re.compile(rb"(\d+) (\d+)(?:\r\n|\r|\n)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_OBJECT = re.compile(rb"(\d+) (\d+) obj(?:\r\n|\r|\n)")
_LENGTH = re.compile(rb"/Length (\d+)(?: (\d+) R)?(?=[\s/>])")
_STREAM = re.compile(rb"stream(\r\n|\n)")
_MOST_REVISIONS = 64


def rules(data: bytes) -> Iterator[Violation]:
    """Broken rules of 6.1.2 to 6.1.9 on the bytes themselves."""
    if not _HEADER.match(data):
        yield Violation("6.1.2", "the file must start with %PDF-1.n and a comment of four bytes above 127", "header")
    if not re.search(rb"%%EOF(\r\n|\r|\n)?\Z", data):
        yield Violation("6.1.3", "nothing but one end of line may follow the last %%EOF", "end of file")
    for start in revisions(data):
        if _XREF.match(data, start):
            yield from _table(data, start)


def revisions(data: bytes) -> list[int]:
    """Offsets of the cross-reference tables, the last revision's first, as far as the chain of /Prev can be followed."""
    found = re.findall(rb"startxref\s+(\d+)", data)
    at = int(found[-1]) if found else -1
    offsets: list[int] = []
    while 0 <= at < len(data) and at not in offsets and len(offsets) < _MOST_REVISIONS:
        offsets.append(at)
        end = data.find(b"startxref", at)
        previous = re.search(rb"/Prev (\d+)", data[at : end if end > 0 else len(data)])
        at = int(previous.group(1)) if previous else -1
    return offsets


def _table(data: bytes, start: int) -> Iterator[Violation]:
    match = _XREF.match(data, start)
    assert match is not None
    at = match.end()
    while section := _SECTION.match(data, at):
        first, count = int(section.group(1)), int(section.group(2))
        at = section.end()
        for number in range(first, first + count):
            entry = _ENTRY.match(data, at)
            if entry is None:
                yield Violation("6.1.4", f"the cross-reference entry of object {number} is malformed", f"byte {at}")
                return
            at = entry.end()
            if entry.group(3) == b"n":
                yield from _object(data, number, int(entry.group(1)))
    if not data.startswith(b"trailer", at):
        yield Violation("6.1.4", "a cross-reference table must lead straight to its trailer", f"byte {at}")


def _object(data: bytes, number: int, offset: int) -> Iterator[Violation]:
    where = f"object {number}"
    match = _OBJECT.match(data, offset)
    if match is None or int(match.group(1)) != number or data[offset - 1 : offset] not in {b"\n", b"\r"}:
        yield Violation("6.1.9", "an object must start a line, as 'number generation obj' with single blanks", where)
        return
    end = data.find(b"endobj", match.end())
    dictionary = data.find(b"stream", match.end(), end if end > 0 else len(data))
    opening = _STREAM.match(data, dictionary) if dictionary > 0 else None
    if opening and data[dictionary - 1 : dictionary] in {b"\n", b"\r", b">", b" "}:
        length = _length(data, data[match.end() : dictionary])
        if length is not None:
            stop = opening.end() + length
            if not re.match(rb"(\r\n|\r|\n)endstream", data[stop : stop + 12]):
                yield Violation("6.1.7.1", f"/Length says {length}, but endstream is not there on a line", where)
                return
            end = data.find(b"endobj", stop)
    if end < 0 or data[end - 1 : end] not in {b"\n", b"\r"} or data[end + 6 : end + 7] not in {b"\n", b"\r"}:
        yield Violation("6.1.9", "endobj must stand on a line of its own", where)


def _length(data: bytes, dictionary: bytes) -> int | None:
    """The stream's length, looked up where it is indirect; None where that cannot be told from the bytes alone."""
    found = _LENGTH.findall(dictionary)
    if not found:
        return None
    value, generation = found[-1]
    if not generation:
        return int(value)
    target = re.search(rb"[\r\n]" + value + rb" " + generation + rb" obj\s+(\d+)\s+endobj", data)
    return int(target.group(1)) if target else None
