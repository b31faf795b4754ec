"""XML out, the same bytes for the same tree; and in, without anything that a hostile file could do with it.

What is read has no document type (so no entities), no network, no text beyond libxml2's bounds, and at most :data:`LARGEST`
bytes. The only home of lxml. Never: knows what the elements mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

__all__ = ["LARGEST", "Unreadable", "child", "faults", "number", "parse", "root", "schema_file", "text_bytes"]

LARGEST = 64_000_000
"""Bytes an XML file of a package may have: METS of 50,000 files is 30 MB."""

_XSD = Path(__file__).parent / "_xsd"


class Unreadable(ValueError):
    """Bytes that are no XML we read; ``reason`` is "xml.too-large", "xml.doctype" or "xml.broken", ``place`` a line
    or ""."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason, self.place = reason, place


def root(namespace: str, name: str, prefixes: Mapping[str | None, str], attributes: Mapping[str, str] = {}) -> Any:
    """A root element; ``prefixes`` are declared on it (None: the default namespace)."""
    tag = f"{{{namespace}}}{name}" if namespace else name
    return etree.Element(tag, dict(attributes), nsmap=dict(prefixes))


def child(parent: Any, name: str, text: str | None = None, /, **attributes: str) -> Any:
    """A new child of ``parent``, in its namespace. An attribute "xlink__href" is that of the prefix ``xlink``."""
    namespace = etree.QName(parent).namespace
    element = etree.SubElement(parent, f"{{{namespace}}}{name}" if namespace else name)
    for key, value in attributes.items():
        prefix, parted, local = key.partition("__")
        element.set(f"{{{parent.nsmap[prefix]}}}{local}" if parted else key, clean(value))
    if text is not None:
        element.text = clean(text)
    return element


def clean(text: str) -> str:
    """``text`` without characters that XML 1.0 (2.2) cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or (ord(c) >= 32 and c not in "\ufffe\uffff" and not 0xD800 <= ord(c) < 0xE000)
    )


def text_bytes(tree: Any) -> bytes:
    """UTF-8, indented by two, with its declaration and an end of line."""
    etree.indent(tree, "  ")
    written: bytes = etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    return (
        written.replace(b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8"?>', 1) + b"\n"
    )


def parse(data: bytes) -> Any:
    """The root element of ``data``. Raises :class:`Unreadable`."""
    if len(data) > LARGEST:
        raise Unreadable("xml.too-large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise Unreadable("xml.broken", f"dòng {line}" if line else "") from error
    info = tree.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise Unreadable("xml.doctype")
    return tree


def number(text: str | None) -> int:
    """A whole number as XML may say it; 0 for nothing, -1 for what is none or has more digits than any number of bytes."""
    said = (text or "").strip()
    return int(said) if re.fullmatch(r"[0-9]{1,18}", said) else -1 if said else 0


def schema_file(name: str) -> bytes:
    """The bytes of a schema that ships with Hoso."""
    return (_XSD / name).read_bytes()


def faults(tree: Any, schema: str | bytes) -> list[tuple[int, str]]:
    """(line, what libxml2 says) for each place where ``tree`` breaks a shipped schema (by name) or one given as bytes."""
    compiled = _shipped(schema) if isinstance(schema, str) else _compiled(schema)
    if compiled.validate(tree):
        return []
    return [(entry.line, entry.message) for entry in compiled.error_log]


@lru_cache(maxsize=8)
def _shipped(name: str) -> Any:
    """Schemas import each other by addresses of their boards; here each is found beside the others."""

    class Beside(etree.Resolver):  # type: ignore[misc]
        def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
            path = _XSD / system_url.rsplit("/", 1)[-1]
            return self.resolve_filename(str(path), context) if path.is_file() else self.resolve_empty(context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(str(_XSD / name), parser))


@lru_cache(maxsize=8)
def _compiled(data: bytes) -> Any:
    return etree.XMLSchema(etree.fromstring(data, etree.XMLParser(no_network=True)))
