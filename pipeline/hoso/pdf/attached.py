"""Owns the files attached to an archive copy: how they are embedded, found, and which rules they must keep.

ISO 19005-3, 6.8 and annex E: any kind of file, associated with the document by /AF and told how it relates to it. ISO
19005-2, 6.8 allows PDF/A alone: there a file that is attached must itself keep the rules. Never opens what is attached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any, Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from hoso.nouns import Violation
from hoso.pdf.xmp import pdf_date

__all__ = ["Attached", "Files", "attach", "attachments"]

Relation = Literal["Source", "Data", "Alternative", "Supplement", "Unspecified"]
_RELATIONS = {
    "/Source",
    "/Data",
    "/Alternative",
    "/Supplement",
    "/Unspecified",
    "/EncryptedPayload",
    "/FormData",
    "/Schema",
}
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*")
_DATE = re.compile(r"D:\d{4}(\d\d){0,5}(Z|[+-]\d\d('\d\d'?)?)?")
_DEEPEST = 12  # of a name tree


@dataclass(frozen=True, slots=True)
class Attached:
    """A file to attach. ``name`` as it is to be saved, ``media_type`` as "application/json"."""

    name: str
    media_type: str
    data: bytes
    description: str
    relation: Relation = "Data"


def attach(pdf: Pdf, files: Sequence[Attached], at: datetime) -> None:
    """Embed ``files`` in ``pdf``, associated with the whole document; ``at`` is their date of change.

    Raises ValueError for two of one name or a media type that is none.
    """
    if not files:
        return
    if len({file.name for file in files}) < len(files):
        raise ValueError("two attached files have one name")
    told = []
    for file in sorted(files, key=lambda file: file.name):
        if not _MEDIA_TYPE.fullmatch(file.media_type):
            raise ValueError(f"{file.media_type!r} is no media type")
        parameters = Dictionary(
            Size=len(file.data),
            ModDate=String(pdf_date(at)),
            CheckSum=String(md5(file.data, usedforsecurity=False).digest()),
        )
        stream = Stream(pdf, file.data, Type=Name.EmbeddedFile, Subtype=Name("/" + file.media_type), Params=parameters)
        held = pdf.make_indirect(stream)
        told.append(
            pdf.make_indirect(
                Dictionary(
                    Type=Name.Filespec,
                    F=String(file.name),
                    UF=String(file.name),
                    Desc=String(file.description),
                    AFRelationship=Name("/" + file.relation),
                    EF=Dictionary(F=held, UF=held),
                )
            )
        )
    names = [part for one in told for part in (one.UF, one)]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(names)))
    pdf.Root.AF = Array(told)


def attachments(pdf: Pdf) -> dict[str, bytes]:
    """The files attached to the document, by name. Raises pikepdf's errors where one cannot be unpacked."""
    found = {}
    for one in _named(pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles"), 0):
        stream = _stream(one)
        if stream is not None:
            found[str(one.get("/UF", one.get("/F", "")))] = bytes(stream.read_bytes())
    return found


class Files:
    """Gathers file specifications and what is associated, dictionary by dictionary, and judges them at the end."""

    def __init__(self) -> None:
        self._found: list[tuple[Any, str]] = []
        self._associated: set[tuple[int, int]] = set()

    def see(self, one: Any, where: str) -> None:
        """Remember dictionary ``one`` if it embeds a file or associates some."""
        if "/EF" in one:
            self._found.append((one, where))
        if isinstance(one.get("/AF"), pikepdf.Array):
            self._associated |= {item.objgen for item in one["/AF"]}

    def rules(self, part: int, judge: Callable[[bytes], tuple[Violation, ...]]) -> Iterator[Violation]:
        """Broken rules of ISO 19005-``part``. ``judge`` tells what is wrong with a file as a PDF/A-2u."""
        for one, where in self._found:
            where = f"attached file, {where}"
            if not str(one.get("/F", "")) or not str(one.get("/UF", "")):
                yield Violation("6.8", "a file specification needs both F and UF", where)
            stream = _stream(one)
            if stream is None:
                yield Violation("6.8", "a file specification names an embedded file that is none", where)
            elif part < 3:
                if judge(bytes(stream.read_bytes())):
                    yield Violation("6.8", "a file is embedded that is no PDF/A-2u", where)
            else:
                if str(one.get("/AFRelationship", "")) not in _RELATIONS:
                    yield Violation("6.8", f"AFRelationship is {one.get('/AFRelationship', 'missing')}", where)
                if one.objgen not in self._associated:
                    yield Violation("6.8", "the file is associated with nothing: no /AF names it", where)
                yield from _file(stream, where)


def _file(stream: Any, where: str) -> Iterator[Violation]:
    if not _MEDIA_TYPE.fullmatch(str(stream.get("/Subtype", "")).removeprefix("/")):
        yield Violation("6.8", "an embedded file does not say its media type", where)
    parameters = stream.get("/Params", Dictionary())
    if not _DATE.fullmatch(str(parameters.get("/ModDate", ""))):
        yield Violation("6.8", "an embedded file does not say when it was changed", where)
    data = bytes(stream.read_bytes())
    if int(parameters.get("/Size", len(data))) != len(data):
        yield Violation("6.8", "the Size of an embedded file is not its size", where)
    if "/CheckSum" in parameters and bytes(parameters.CheckSum) != md5(data, usedforsecurity=False).digest():
        yield Violation("6.8", "the CheckSum of an embedded file is not its own", where)


def _stream(specification: Any) -> Any:
    held = specification.get("/EF", Dictionary())
    found = held.get("/UF", held.get("/F")) if isinstance(held, Dictionary) else None
    return found if isinstance(found, Stream) else None


def _named(node: Any, depth: int) -> Iterator[Any]:
    if not isinstance(node, Dictionary) or depth > _DEEPEST:
        return
    names = node.get("/Names", Array([]))
    for index in range(1, len(names), 2):
        if isinstance(names[index], Dictionary):
            yield names[index]
    for kid in node.get("/Kids", Array([])):
        yield from _named(kid, depth + 1)
