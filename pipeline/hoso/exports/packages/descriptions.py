"""What EAD.xml, EAD_doc.xml and PREMIS say, held against the profile, against METS and against each other.

Never: opens a file; what is compared is handed over, and what is wrong is told as findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hoso.exports.packages import ead, markup
from hoso.exports.packages.findings import Finding
from hoso.exports.packages.premis import DIGEST, LOCAL
from hoso.exports.packages.profile import CODES, PREMIS, Item, Kind, document_items, dossier_items

__all__ = ["Fixity", "document", "dossier", "preserved", "schema_faults", "values"]

_P = f"{{{PREMIS}}}"
_NEEDED = ("information package creation", "fixity check")
"""Events that an AIP must tell of."""

Fixity = tuple[str, str, int]
"""(path, SHA-256, bytes) of a file as METS has it."""


def values(tree: Any) -> dict[str, str]:
    """The fields of a description by name."""
    return {str(one.tag): (one.text or "").strip() for one in tree}


def dossier(tree: Any, place: str, kind: Kind, documents: Sequence[Mapping[str, str]], files: int) -> Iterator[Finding]:
    """EAD.xml against the profile and against what is there: ``documents`` as described, ``files`` in ``data/``."""
    yield from _described(tree, place, dossier_items(kind))
    said = values(tree)
    for name, count in (
        ("totalDoc", files),
        ("numberOfPage", sum(markup.number(d.get("numberOfPage")) for d in documents)),
    ):
        if said.get(name) and markup.number(said[name]) != count:
            yield Finding("ead.count", place, f"{name} {said[name]} ≠ {count}")


def document(tree: Any, place: str, kind: Kind, of: Mapping[str, str]) -> Iterator[Finding]:
    """One EAD_doc.xml against the profile and against the dossier ``of`` which it is."""
    yield from _described(tree, place, document_items(kind))
    said = values(tree)
    if kind == "aip" and said.get("arcFileCode") and said["arcFileCode"] != of.get("arcFileCode"):
        yield Finding("ead.dossier", place, "arcFileCode")
    if kind == "sip" and said.get("docCode") and not said["docCode"].startswith(of.get("fileCode", "")):
        yield Finding("ead.dossier", place, "docCode")


def _described(tree: Any, place: str, items: Sequence[Item]) -> Iterator[Finding]:
    if tree.tag != ead.ROOT:
        yield Finding("xml.root", place, f"{str(tree.tag)[:60]} ≠ {ead.ROOT}")
        return
    said = values(tree)
    for item in items:
        value = said.get(item.name, "")
        if not value and item.need != "may":
            code = "ead.missing" if item.need == "must" else "ead.empty"
            yield Finding(code, place, f"{item.name} – {item.vi}")
        elif value and item.form in ("code", "codes"):
            parts = [value] if item.form == "code" else [one.strip() for one in value.replace(";", ",").split(",")]
            if any(one not in CODES[item.name] for one in parts):
                yield Finding("ead.code", place, item.name)
    yield from schema_faults(tree, place, ead.schema(items))


def schema_faults(tree: Any, place: str, schema: str | bytes) -> Iterator[Finding]:
    """Where ``tree`` breaks ``schema``; the sentences of libxml2 without the values they quote, which may be a person's."""
    for line, message in markup.faults(tree, schema)[:20]:
        what = re.sub(r"\{[^}]*\}", "", re.sub(r"[Tt]he value '.*?'(?= )", "the value", message, flags=re.DOTALL))
        what = re.sub(r": '.*?' is not", ": the value is not", what, flags=re.DOTALL)
        yield Finding("xml.schema", place, f"dòng {line}: {what.rstrip('.')}"[:240])


def preserved(
    tree: Any, place: str, kind: Kind, files: Mapping[str, Fixity], names: frozenset[str] = frozenset(), *, root: bool
) -> Iterator[Finding]:
    """A PREMIS file against METS: ``files`` are those of its representation by METS id; ``names`` objects known
    elsewhere."""
    if tree.tag != _P + "premis":
        yield Finding("xml.root", place, f"{str(tree.tag)[:60]} ≠ premis")
        return
    yield from schema_faults(tree, place, "premis-v3-0.xsd")
    objects = {identifiers.get(LOCAL, ""): (one, identifiers) for one, identifiers in _objects(tree)}
    if not root:
        for id_, (path, digest, size) in files.items():
            if id_ not in objects:
                if kind == "aip":
                    yield Finding("premis.missing", path)
                continue
            one, identifiers = objects[id_]
            sums = [e.findtext(_P + "messageDigest", "") for e in one.iter(_P + "fixity")]
            sizes = [markup.number(e.text) for e in one.iter(_P + "size")]
            wrong = any(s.lower() != digest for s in sums) or any(s != size for s in sizes)
            if not sums or wrong or identifiers.get(DIGEST, digest).lower() != digest:
                yield Finding("premis.fixity", path)
        for id_ in sorted(set(objects) - set(files)):
            yield Finding("premis.stray", place, id_[:60])
    yield from _linked(tree, place, {value for _, ids in _objects(tree) for value in ids.values()} | names)
    told = {event.findtext(_P + "eventType", "") for event in tree.iter(_P + "event")}
    for needed in _NEEDED if kind == "aip" and root else ():
        if needed not in told:
            yield Finding("premis.event", place, needed)


def _objects(tree: Any) -> Iterator[tuple[Any, dict[str, str]]]:
    for one in tree.iter(_P + "object"):
        found = one.iterchildren(_P + "objectIdentifier")
        yield (
            one,
            {e.findtext(_P + "objectIdentifierType", ""): e.findtext(_P + "objectIdentifierValue", "") for e in found},
        )


def _linked(tree: Any, place: str, objects: set[str]) -> Iterator[Finding]:
    """Events link agents and objects that are there; a digest may be that of a file which stayed with its owner."""
    agents = {e.findtext(_P + "agentIdentifierValue", "") for e in tree.iter(_P + "agentIdentifier")}
    for event in tree.iter(_P + "event"):
        for link in event.iterchildren(_P + "linkingAgentIdentifier"):
            if (value := link.findtext(_P + "linkingAgentIdentifierValue", "")) not in agents:
                yield Finding("premis.link", place, value[:60])
        for link in event.iterchildren(_P + "linkingObjectIdentifier"):
            value = link.findtext(_P + "linkingObjectIdentifierValue", "")
            foreign = link.findtext(_P + "linkingObjectIdentifierType", "") == DIGEST
            if value not in objects and not foreign:
                yield Finding("premis.link", place, value[:60])
