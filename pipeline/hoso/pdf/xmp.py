"""Owns the metadata of archive copies: the XMP packet, written by hand, with PDF/A's claim and the archive's own names.

The own names are those of Circular 05/2025/TT-BNV (docCode, typeName, codeNumber …), in a namespace that is described
in the packet as ISO 19005-2, 6.6.2.3 asks. Info dictionary and XMP say the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from xml.sax.saxutils import escape

from hoso.pdf.fonts import clean

__all__ = ["NAMESPACE", "PREFIX", "PROPERTIES", "Meta", "packet", "pdf_date"]

NAMESPACE, PREFIX = "urn:hoso:ns:archive:1.0#", "hoso"

PROPERTIES: Mapping[str, tuple[str, str]] = {
    "docCode": ("Text", "Code of the document in the archive (Circular 05/2025/TT-BNV)"),
    "fileCode": ("Text", "Code of the dossier that holds the document"),
    "typeName": ("Text", "Name of the type of document"),
    "codeNumber": ("Text", "Number of the document"),
    "codeNotation": ("Text", "Number and symbol of the document"),
    "issuedDate": ("Text", "Date of issue, ISO 8601"),
    "organName": ("Text", "Name of the issuing agency"),
    "subject": ("Text", "Abstract of the document"),
    "language": ("Text", "Language of the document"),
    "pageAmount": ("Integer", "Number of pages"),
    "autograph": ("Text", "Name of the person who signed the document"),
    "process": ("Text", "Title of the person who signed the document"),
    "mode": ("Text", "Access: public, conditional or secret"),
    "format": ("Text", "Physical state and format of the source"),
    "description": ("Text", "Remarks"),
    "conversion": ("Text", "Words of the conversion mark"),
    "converted": ("Text", "Instant of the conversion, ISO 8601 with zone"),
    "sources": ("Text", "SHA-256 of the received files with page numbers, in page order"),
    "taken": ("Text", "How each page was taken over, in page order"),
}
"""The own names: XMP value type and description of each."""


@dataclass(frozen=True)
class Meta:
    """What the metadata say. ``at`` carries its zone; ``names`` are keys of :data:`PROPERTIES`, empty values left out.
    ``part`` of ISO 19005 that is claimed, 2 or 3."""

    title: str
    at: datetime
    author: str = ""
    producer: str = "Hoso"
    names: Mapping[str, str] = field(default_factory=dict)
    part: int = 2


def pdf_date(at: datetime) -> str:
    """``at`` as a PDF date (ISO 32000-1, 7.9.4): D:20261123140509+07'00'."""
    zone = at.strftime("%z")
    return at.strftime("D:%Y%m%d%H%M%S") + f"{zone[:3]}'{zone[3:5]}'"


def packet(meta: Meta) -> bytes:
    """The XMP packet, UTF-8, claiming PDF/A-2u or 3u. Raises ValueError for an unknown name."""
    unknown = sorted(set(meta.names) - set(PROPERTIES))
    if unknown:
        raise ValueError(f"unknown archive names: {', '.join(unknown)}; known: {', '.join(PROPERTIES)}")
    names = {name: clean(meta.names[name]) for name in PROPERTIES if clean(meta.names.get(name, "")).strip()}
    if not re.fullmatch(r"\d+", names.get("pageAmount", "0")):
        del names["pageAmount"]
    instant = meta.at.isoformat(timespec="seconds")
    author = f"<dc:creator><rdf:Seq><rdf:li>{_text(meta.author)}</rdf:li></rdf:Seq></dc:creator>" if meta.author else ""
    own = "".join(f"<{PREFIX}:{name}>{_text(value)}</{PREFIX}:{name}>\n" for name, value in names.items())
    body = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{meta.part}</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_text(meta.title)}</rdf:li></rdf:Alt></dc:title>
{author}
<dc:language><rdf:Bag><rdf:li>vi</rdf:li></rdf:Bag></dc:language>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<xmp:CreatorTool>Hoso</xmp:CreatorTool>
<xmp:CreateDate>{instant}</xmp:CreateDate>
<xmp:ModifyDate>{instant}</xmp:ModifyDate>
<xmp:MetadataDate>{instant}</xmp:MetadataDate>
<pdf:Producer>{_text(meta.producer)}</pdf:Producer>
</rdf:Description>
{_schema(tuple(names))}
<rdf:Description rdf:about="" xmlns:{PREFIX}="{NAMESPACE}">
{own}</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""
    if not names:
        start = body.index(f'<rdf:Description rdf:about="" xmlns:{PREFIX}=')
        body = body[:start] + body[body.index("</rdf:RDF>") :]
    return f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{body}\n<?xpacket end="w"?>\n'.encode()


def _schema(names: tuple[str, ...]) -> str:
    """The extension schema of the names that are used (ISO 19005-2, 6.6.2.3.3)."""
    if not names:
        return ""
    properties = "".join(
        f"""<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{PROPERTIES[name][0]}</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{_text(PROPERTIES[name][1])}</pdfaProperty:description>
</rdf:li>
"""
        for name in names
    )
    return f"""<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Archive names of Hoso</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{properties}</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""


def _text(value: str) -> str:
    return escape(clean(value))
