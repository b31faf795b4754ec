"""PREMIS 3.0: what is kept (objects, fixity), what happened to it (events), who did it (agents), who may use it (rights).

Two files: PREMIS.xml tells of the dossier and its representations, PREMIS_repN.xml of each file; both name only objects and
agents that they hold. Owns their form. Never: knows where an event comes from, and gives no instant of its own.
"""

from __future__ import annotations

from typing import Any

from hoso.exports.packages import markup
from hoso.exports.packages.plan import Agent, Content, Event, Package
from hoso.exports.packages.profile import CODES, PREMIS, XSI

__all__ = ["DIGEST", "LOCAL", "of_package", "of_part"]

LOCAL, DIGEST = "local", "SHA-256"
"""Types of object identifiers: the file's ID in METS; the digest of its bytes."""

_FORMATS = {"application/pdf": "PDF/A-2u", "image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"}
_PRONOM = {"PDF/A-2u": "fmt/478"}


def of_package(package: Package) -> bytes:
    """PREMIS.xml of the whole package."""
    tree = _root()
    dossier = _object(tree, "intellectualEntity")
    _identifier(dossier, "object", LOCAL, package.objid)
    _level(dossier, package)
    markup.child(dossier, "originalName", package.file_code)
    for part in package.parts:
        _relation(dossier, "structural", "has part", [(LOCAL, _part_id(package, part.name))])
    for part in package.parts:
        shown = _object(tree, "representation")
        _identifier(shown, "object", LOCAL, _part_id(package, part.name))
        _level(shown, package)
        markup.child(shown, "originalName", part.title)
        if part.name == "rep1" and len(package.parts) > 1:
            _relation(shown, "derivation", "has source", [(LOCAL, _part_id(package, "rep2"))])
        _relation(shown, "structural", "is part of", [(LOCAL, package.objid)])
    names = {"package": (LOCAL, package.objid), **{p.name: (LOCAL, _part_id(package, p.name)) for p in package.parts}}
    used = _events(tree, package, [e for e in package.events if all(o in names for o, _ in e.objects)], names)
    _agents(tree, package, used)
    _rights(tree, package)
    return markup.text_bytes(tree)


def of_part(package: Package, part: str) -> bytes:
    """PREMIS_repN.xml: the files of one representation and what happened to them."""
    tree, names = _root(), dict[str, tuple[str, str]]()
    if part == "rep1":
        for copy in package.copies:
            path = f"representations/rep1/data/{copy.name}.pdf"
            named = "" if copy.kept else f"{copy.name}.pdf"
            element = _file(tree, package.file_id(path), copy.content, named, archive=not copy.kept)
            for source in () if copy.kept else copy.sources:
                _relation(element, "derivation", "has source", [(DIGEST, source)])
            names[copy.document] = (LOCAL, package.file_id(path))
    else:
        for original in package.originals:
            path = f"representations/{part}/data/{original.path}"
            _file(tree, package.file_id(path), original.content, original.name, archive=False)
            names[original.content.digest] = (LOCAL, package.file_id(path))
    some = any if part == "rep1" else all  # what was made of a received file is told where the archive copies are
    mine = [event for event in package.events if some(what in names for what, _ in event.objects)]
    used = _events(tree, package, mine, names)
    _agents(tree, package, used)
    return markup.text_bytes(tree)


def _root() -> Any:
    where = f"{PREMIS} http://www.loc.gov/standards/premis/premis.xsd"
    return markup.root(
        PREMIS, "premis", {None: PREMIS, "xsi": XSI}, {"version": "3.0", f"{{{XSI}}}schemaLocation": where}
    )


def _object(tree: Any, kind: str) -> Any:
    return markup.child(tree, "object", xsi__type=kind)


def _identifier(parent: Any, what: str, kind: str, value: str) -> None:
    element = markup.child(parent, f"{what}Identifier")
    markup.child(element, f"{what}IdentifierType", kind)
    markup.child(element, f"{what}IdentifierValue", value)


def _level(parent: Any, package: Package) -> None:
    """An archive's promise; a package that is handed over promises nothing yet."""
    if package.kind == "aip":
        level = markup.child(parent, "preservationLevel")
        markup.child(level, "preservationLevelType", "Bit preservation")
        markup.child(level, "preservationLevelValue", "High")
        markup.child(level, "preservationLevelRole", "intention")
        markup.child(level, "preservationLevelDateAssigned", package.at)


def _file(tree: Any, identifier: str, content: Content, name: str, *, archive: bool) -> Any:
    element = _object(tree, "file")
    _identifier(element, "object", LOCAL, identifier)
    _identifier(element, "object", DIGEST, content.digest)
    traits = markup.child(element, "objectCharacteristics")
    markup.child(traits, "compositionLevel", "0")
    fixity = markup.child(traits, "fixity")
    markup.child(fixity, "messageDigestAlgorithm", "SHA-256")
    markup.child(fixity, "messageDigest", content.digest)
    markup.child(traits, "size", str(content.size))
    known = _FORMATS.get(content.media_type, content.media_type)
    shown = "PDF" if known == "PDF/A-2u" and not archive else known
    form = markup.child(traits, "format")
    markup.child(markup.child(form, "formatDesignation"), "formatName", shown)
    if shown in _PRONOM:
        registry = markup.child(form, "formatRegistry")
        markup.child(registry, "formatRegistryName", "PRONOM")
        markup.child(registry, "formatRegistryKey", _PRONOM[shown])
    if name:
        markup.child(element, "originalName", name)
    return element


def _relation(parent: Any, kind: str, sub: str, objects: list[tuple[str, str]]) -> None:
    element = markup.child(parent, "relationship")
    markup.child(element, "relationshipType", kind)
    markup.child(element, "relationshipSubType", sub)
    for type_, value in objects:
        related = markup.child(element, "relatedObjectIdentifier")
        markup.child(related, "relatedObjectIdentifierType", type_)
        markup.child(related, "relatedObjectIdentifierValue", value)


def _events(tree: Any, package: Package, events: list[Event], names: dict[str, tuple[str, str]]) -> list[str]:
    """Write ``events`` as told; gives the ids of the agents they name."""
    used: list[str] = []
    for event in events:
        element = markup.child(tree, "event")
        what = ",".join(what for what, _ in event.objects)
        _identifier(element, "event", "UUID", package.id_of("event", event.type, event.at, event.detail, what))
        markup.child(element, "eventType", event.type)
        markup.child(element, "eventDateTime", event.at)
        markup.child(markup.child(element, "eventDetailInformation"), "eventDetail", event.detail)
        if event.outcome:
            markup.child(markup.child(element, "eventOutcomeInformation"), "eventOutcome", event.outcome)
        for agent, role in event.agents:
            _linking(element, "Agent", LOCAL, agent, role)
            used.append(agent)
        for what, role in event.objects:
            type_, value = names.get(what, (DIGEST, what))
            _linking(element, "Object", type_, value, role)
    return used


def _linking(parent: Any, what: str, kind: str, value: str, role: str) -> None:
    element = markup.child(parent, f"linking{what}Identifier")
    markup.child(element, f"linking{what}IdentifierType", kind)
    markup.child(element, f"linking{what}IdentifierValue", value)
    if role:
        markup.child(element, f"linking{what}Role", role)


def _agents(tree: Any, package: Package, used: list[str]) -> None:
    for agent in package.agents:
        if agent.id in used:
            _agent(tree, agent)


def _agent(tree: Any, agent: Agent) -> None:
    element = markup.child(tree, "agent")
    _identifier(element, "agent", LOCAL, agent.id)
    markup.child(element, "agentName", agent.name)
    markup.child(element, "agentType", agent.kind)
    if agent.version:
        markup.child(element, "agentVersion", agent.version)


def _rights(tree: Any, package: Package) -> None:
    """The mode of use that the dossier was given, and the law it stands on."""
    mode = package.described["mode"]
    statement = markup.child(markup.child(tree, "rights"), "rightsStatement")
    _identifier(statement, "rightsStatement", "UUID", package.id_of("rights"))
    markup.child(statement, "rightsBasis", "statute")
    statute = markup.child(statement, "statuteInformation")
    markup.child(statute, "statuteJurisdiction", "VN")
    markup.child(statute, "statuteCitation", "Luật Lưu trữ số 33/2024/QH15; Thông tư 05/2025/TT-BNV")
    granted = markup.child(statement, "rightsGranted")
    markup.child(granted, "act", "disseminate")
    markup.child(granted, "restriction", f"{mode}: {CODES['mode'].get(mode, '')}".rstrip(": "))
    _linking(statement, "Object", LOCAL, package.objid, "")


def _part_id(package: Package, part: str) -> str:
    return f"{package.objid}/{part}"
