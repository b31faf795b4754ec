"""EAD.xml (the dossier) and EAD_doc.xml (one document) as Circular 05/2025/TT-BNV has them, and the schemas of both.

The circular keeps the name EAD and has a flat list of fields under ``simpledc``; every field is there, empty where nothing
is known. Owns their order and their schemas, which are made from ``profile``. Never: decides what a field says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hoso.exports.packages import markup
from hoso.exports.packages.profile import CODES, XSI, Item, Kind, document_items, dossier_items

__all__ = ["ROOT", "document", "dossier", "fitted", "schema"]

ROOT = "simpledc"
_XS = "http://www.w3.org/2001/XMLSchema"
_DAY = r"[0-3][0-9]/[01][0-9]/[0-9]{4}"
_PATTERNS = {
    "number": r"[0-9]*", "bit": r"[01]?", "day": f"({_DAY})?", "days": f"({_DAY}|[01][0-9]/[0-9]{{4}}|[0-9]{{4}})?",
}  # fmt: skip


def dossier(kind: Kind, described: Mapping[str, str]) -> bytes:
    """EAD.xml. Raises ValueError for a value that is no field of it."""
    return _written(dossier_items(kind), described, "../../schemas/EAD.xsd")


def document(kind: Kind, described: Mapping[str, str]) -> bytes:
    """One EAD_doc.xml. Raises ValueError for a value that is no field of it."""
    return _written(document_items(kind), described, "../../../../schemas/EAD_doc.xsd")


def fitted(item: Item, value: str) -> str:
    """``value`` in one line, and no longer than the field may be: what is cut ends in "…" (the record keeps it whole)."""
    flat = " ".join(value.split())
    return flat if len(flat) <= item.length else flat[: item.length - 1].rstrip() + "…"


def schema(items: Sequence[Item]) -> bytes:
    """The schema of a description: every field once, in any order, each with its form and length."""
    tree = markup.root(_XS, "schema", {"xs": _XS}, {"elementFormDefault": "unqualified"})
    top = markup.child(markup.child(tree, "element", name=ROOT), "complexType")
    everything = markup.child(top, "all")
    for item in items:
        element = markup.child(everything, "element", name=item.name)
        note = markup.child(markup.child(element, "annotation"), "documentation", item.vi)
        note.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")
        limits = markup.child(markup.child(element, "simpleType"), "restriction", base="xs:string")
        markup.child(limits, "maxLength", value=str(item.length))
        if item.form in ("code", "codes"):
            one = "|".join(CODES[item.name])
            several = rf"(({one})([,;] ?({one}))*)?" if item.form == "codes" else f"({one})?"
            markup.child(limits, "pattern", value=several)
        elif item.form in _PATTERNS:
            markup.child(limits, "pattern", value=_PATTERNS[item.form])
    return markup.text_bytes(tree)


def _written(items: Sequence[Item], described: Mapping[str, str], where: str) -> bytes:
    unknown = sorted(set(described) - {item.name for item in items})
    if unknown:
        raise ValueError(f"no field of this description: {', '.join(unknown)}")
    tree = markup.root("", ROOT, {"xsi": XSI}, {f"{{{XSI}}}noNamespaceSchemaLocation": where})
    for item in items:
        markup.child(tree, item.name, fitted(item, described.get(item.name, "")))
    return markup.text_bytes(tree)
