"""Owns the rules of PDF/A-2u on metadata: the XMP packet, its claim, its own names, its agreement with Info.

Rules: ISO 19005-2, 6.6; XMP of September 2005. Never resolves an entity: a packet with a document type is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from hoso.nouns import Violation

__all__ = ["Metadata", "parse", "rules"]

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC, _XMP, _PDF = "http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/pdf/1.3/"
_ID = "http://www.aiim.org/pdfa/ns/id/"
_EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
_SCHEMA = "http://www.aiim.org/pdfa/ns/schema#"
_PROPERTY = "http://www.aiim.org/pdfa/ns/property#"

_KNOWN: Mapping[str, Mapping[str, str]] = {
    _DC: {"contributor": "Bag", "coverage": "", "creator": "Seq", "date": "Seq", "description": "Alt", "format": "",
          "identifier": "", "language": "Bag", "publisher": "Bag", "relation": "Bag", "rights": "Alt", "source": "",
          "subject": "Bag", "title": "Alt", "type": "Bag"},
    _XMP: dict.fromkeys(("BaseURL", "CreateDate", "CreatorTool", "Label", "MetadataDate", "ModifyDate", "Nickname",
                         "Rating"), "") | {"Advisory": "Bag", "Identifier": "Bag"},
    _PDF: dict.fromkeys(("Keywords", "PDFVersion", "Producer", "Trapped"), ""),
    _ID: dict.fromkeys(("part", "conformance", "amd", "corr"), ""),
}  # fmt: skip
_TYPES = {"Text", "Integer", "Real", "Boolean", "Date", "URI", "URL", "MIMEType", "ProperName", "AgentName", "Locale"}
_CLAIMS = {"2U", "2A", "3U", "3A"}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([+-])(\d\d)'(\d\d)'?")


@dataclass
class Metadata:
    """A parsed packet: text of each simple property by (namespace, name), first item of a list; ``claim`` as "2U"."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)
    lists: dict[tuple[str, str], str] = field(default_factory=dict)
    described: dict[tuple[str, str], str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def claim(self) -> str:
        return self.values.get((_ID, "part"), "") + self.values.get((_ID, "conformance"), "")


def parse(packet: bytes) -> Metadata | None:
    """What the packet says; None where it is no XMP that can be read."""
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return None
    try:
        root = ElementTree.fromstring(packet.decode("utf-8").strip("\ufeff \r\n\t\0"))
    except (ElementTree.ParseError, UnicodeDecodeError, ValueError):
        return None
    rdf = root if root.tag == f"{_RDF}RDF" else root.find(f"{_RDF}RDF")
    if rdf is None:
        return None
    told = Metadata()
    for description in rdf.findall(f"{_RDF}Description"):
        for name, value in description.attrib.items():
            space, local = _split(name)
            if space and not name.startswith(_RDF) and name != _LANG:
                told.values[space, local] = value
        for element in description:
            _property(element, told)
    return told


def _property(element: ElementTree.Element, told: Metadata) -> None:
    name = _split(element.tag)
    if name == (_EXTENSION, "schemas"):
        _schemas(element, told)
        return
    if name in told.values:
        told.broken.append(f"{name[1]} is said twice")
    container = next((child for child in element if child.tag in {f"{_RDF}{k}" for k in ("Alt", "Bag", "Seq")}), None)
    if container is None:
        told.values[name] = (element.text or "") if len(element) == 0 else ""
        return
    items = [item.text or "" for item in container.findall(f"{_RDF}li")]
    told.values[name] = items[0] if items else ""
    told.lists[name] = container.tag.removeprefix(_RDF)
    if told.lists[name] == "Alt" and any(_LANG not in item.attrib for item in container):
        told.broken.append(f"{name[1]}: every alternative needs its xml:lang")


def _schemas(element: ElementTree.Element, told: Metadata) -> None:
    """Own names as described (6.6.2.3.3): every schema its name, namespace, prefix; every property its four facts."""
    bag = element.find(f"{_RDF}Bag")
    if bag is None:
        told.broken.append("pdfaExtension:schemas must be a bag")
        return
    for schema in bag.findall(f"{_RDF}li"):
        facts = {part: _fact(schema, _SCHEMA, part) for part in ("schema", "namespaceURI", "prefix")}
        told.broken += [f"a described schema lacks pdfaSchema:{part}" for part, text in facts.items() if not text]
        properties = schema.find(f"{{{_SCHEMA}}}property/{_RDF}Seq")
        for one in properties if properties is not None else ():
            said = {part: _fact(one, _PROPERTY, part) for part in ("name", "valueType", "category", "description")}
            told.broken += [f"a described name lacks pdfaProperty:{part}" for part, text in said.items() if not text]
            if said["category"] not in {"internal", "external", ""}:
                told.broken.append(f"{said['name']}: category must be internal or external")
            if said["valueType"] and said["valueType"].removeprefix("bag ").removeprefix("seq ") not in _TYPES:
                told.broken.append(f"{said['name']}: value type {said['valueType']!r} is not known")
            told.described[facts["namespaceURI"], said["name"]] = said["valueType"]


def _fact(element: ElementTree.Element, space: str, name: str) -> str:
    found = element.find(f"{{{space}}}{name}")
    return (found.text or "").strip() if found is not None else ""


def rules(packet: bytes, info: Mapping[str, str]) -> Iterator[Violation]:
    """Broken rules of 6.6 in ``packet``; ``info`` is the Info dictionary ("Title" → text), which must agree with it."""
    where = "metadata"
    told = parse(packet)
    if told is None:
        yield Violation("6.6.2.1", "the XMP packet is not well-formed XML in UTF-8, or holds no RDF", where)
        return
    opening = re.match(
        rb"<\?xpacket begin=(['\"])(.*?)\1 id=(['\"])W5M0MpCehiHzreSzNTczkc9d\3(.*?)\?>", packet.lstrip()
    )
    if opening is None:
        yield Violation("6.6.2.1", "the packet lacks its opening <?xpacket begin=… id=…?>", where)
    elif opening.group(4).strip():
        yield Violation("6.6.2.1", "the packet's opening may say neither bytes nor encoding", where)
    yield from (Violation("6.6.2.3.3", text, where) for text in told.broken)
    for (space, name), value in told.values.items():
        yield from _named(told, space, name, value)
    if told.claim not in _CLAIMS:
        yield Violation("6.6.4", f"the claim is {told.claim or 'missing'}, neither PDF/A-2u nor 3u", where)
    yield from _agreement(told, info)


def _named(told: Metadata, space: str, name: str, value: str) -> Iterator[Violation]:
    where = "metadata"
    if space in _KNOWN:
        if name not in _KNOWN[space]:
            yield Violation("6.6.2.3.1", f"{name!r} is no name of the schema {space}", where)
        elif told.lists.get((space, name), "") != _KNOWN[space][name]:
            yield Violation("6.6.2.3.1", f"{name!r} must be {_KNOWN[space][name] or 'a simple value'}", where)
        elif name.endswith("Date") and not _INSTANT.fullmatch(value):
            yield Violation("6.6.2.3.1", f"{name!r} is no instant with its zone", where)
    elif (space, name) not in told.described:
        yield Violation("6.6.2.3.1", f"{name!r} of {space} is neither predefined nor described in the packet", where)
    elif told.described[space, name] == "Integer" and not re.fullmatch(r"[+-]?\d+", value):
        yield Violation("6.6.2.3.1", f"{name!r} must be a whole number", where)


def _agreement(told: Metadata, info: Mapping[str, str]) -> Iterator[Violation]:
    """Info and XMP say the same (required of PDF/A-1, kept here: readers show either)."""
    pairs = {"Title": (_DC, "title"), "Author": (_DC, "creator"), "Creator": (_XMP, "CreatorTool"),
             "Producer": (_PDF, "Producer")}  # fmt: skip
    for key, name in pairs.items():
        if key in info and told.values.get(name) != info[key]:
            yield Violation("6.6.3", f"Info /{key} and XMP {name[1]} differ", "metadata")
    for key, name in {"CreationDate": (_XMP, "CreateDate"), "ModDate": (_XMP, "ModifyDate")}.items():
        if key in info and told.values.get(name) != _iso(info[key]):
            yield Violation("6.6.3", f"Info /{key} and XMP {name[1]} differ", "metadata")


def _iso(date: str) -> str:
    match = _PDF_DATE.fullmatch(date)
    if match is None:
        return ""
    year, month, day, hour, minute, second, sign, zone, part = match.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{sign}{zone}:{part}"


def _split(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        space, _, name = tag[1:].partition("}")
        return space, name
    return "", tag
