"""METS: what files a package or a representation holds, with their digests, and how they belong together (E-ARK CSIP 2.1).

Owns the form of METS.xml. Files are handed over as :class:`Listed`, their order is kept. Never: reads a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hoso.exports.packages import markup
from hoso.exports.packages.plan import Package
from hoso.exports.packages.profile import CSIP, METS, PROFILE, SIP, XLINK, XSI

__all__ = ["Link", "Listed", "of_package", "of_part"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as METS lists it: ``path`` from the METS file's own folder, ``id`` unique in the package. ``kind`` is
    its MDTYPE where it is metadata ("PREMIS", or "OTHER: name")."""

    path: str
    id: str
    media_type: str
    size: int
    digest: str
    created: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A file and what describes it: ids of dmdSec, and of digiprovMD."""

    file: str
    described: tuple[str, ...] = ()
    preserved: tuple[str, ...] = ()


def of_package(
    package: Package, described: Sequence[Listed], preserved: Sequence[Listed], schemas: Sequence[Listed],
    documentation: Sequence[Listed], parts: Sequence[Listed],
) -> bytes:  # fmt: skip
    """METS.xml of the package. ``parts`` are the METS files of its representations, in the order of ``package.parts``."""
    tree = _root(package, package.objid, package.described["title"], "schemas")
    _header(tree, package, root=True)
    _metadata(tree, package, described, preserved)
    section = markup.child(tree, "fileSec", ID=f"uuid-{package.id_of('fileSec')}")
    groups = [_group(section, package, "Schemas", schemas), _group(section, package, "Documentation", documentation)]
    for part, listed in zip(package.parts, parts, strict=True):
        groups.append(_group(section, package, f"Representations/{part.name}", [listed]))
    top = _structure(tree, package, package.objid, "")
    _division(top, package, "Metadata", DMDID=_ids(described), ADMID=_ids(preserved))
    for name, files in (("Documentation", documentation), ("Schemas", schemas)):
        element = _division(top, package, name)
        for listed in files:
            markup.child(element, "fptr", FILEID=listed.id)
    for part, listed, group in zip(package.parts, parts, groups[2:], strict=True):
        element = _division(top, package, f"Representations/{part.name}")
        markup.child(
            element, "mptr", LOCTYPE="URL", xlink__type="simple", xlink__href=listed.path, xlink__title=group.get("ID")
        )
        markup.child(element, "fptr", FILEID=listed.id)
    return markup.text_bytes(tree)


def of_part(
    package: Package, part: str, title: str, described: Sequence[Listed], preserved: Sequence[Listed],
    files: Sequence[Listed], links: Sequence[Link],
) -> bytes:  # fmt: skip
    """METS.xml of a representation; ``links`` say what describes each of its files."""
    tree = _root(package, part, title, "../../schemas")
    _header(tree, package, root=False)
    _metadata(tree, package, described, preserved)
    section = markup.child(tree, "fileSec", ID=f"uuid-{package.id_of(part, 'fileSec')}")
    _group(section, package, "Data", files, part)
    top = _structure(tree, package, part, "ORIGINAL" if part != "rep1" or package.kind == "sip" else "NORMALIZED")
    _division(top, package, "Metadata", part, DMDID=_ids(described), ADMID=_ids(preserved))
    data = _division(top, package, "Data", part)
    for listed in files:
        markup.child(data, "fptr", FILEID=listed.id)
    if any(link.described or link.preserved for link in links):
        linked = _division(top, package, "MetadataLink", part)
        for link in links:
            element = _division(
                linked, package, "MetadataLink/File", part, link.file,
                DMDID=" ".join(link.described), ADMID=" ".join(link.preserved),
            )  # fmt: skip
            markup.child(element, "fptr", FILEID=link.file)
    return markup.text_bytes(tree)


def _root(package: Package, identifier: str, label: str, schemas: str) -> Any:
    prefixes: dict[str | None, str] = {None: METS, "xlink": XLINK, "xsi": XSI, "csip": CSIP}
    where = {METS: "mets1_12.xsd", XLINK: "xlink.xsd", CSIP: "DILCISExtensionMETS.xsd"}
    if package.kind == "sip":
        prefixes["sip"] = SIP
        where[SIP] = "DILCISExtensionSIPMETS.xsd"
    tree = markup.root(METS, "mets", prefixes)
    tree.set("OBJID", identifier)
    tree.set("LABEL", markup.clean(label))
    tree.set("TYPE", "Mixed")
    tree.set("PROFILE", PROFILE)
    tree.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "MIXED")
    tree.set(f"{{{XSI}}}schemaLocation", " ".join(f"{space} {schemas}/{name}" for space, name in where.items()))
    return tree


def _header(tree: Any, package: Package, *, root: bool) -> None:
    status = "TEST" if package.test else "NEW"
    header = markup.child(
        tree, "metsHdr", CREATEDATE=package.at, LASTMODDATE=package.at, RECORDSTATUS=status,
        csip__OAISPACKAGETYPE=package.kind.upper(),
    )  # fmt: skip
    maker = markup.child(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    markup.child(maker, "name", "Hoso")
    markup.child(maker, "note", package.version, csip__NOTETYPE="SOFTWARE VERSION")
    owner = markup.child(header, "agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")
    markup.child(owner, "name", package.owner)
    markup.child(owner, "note", package.fonds or package.owner_code, csip__NOTETYPE="IDENTIFICATIONCODE")
    if root:
        markup.child(header, "altRecordID", package.file_code, TYPE="REFERENCECODE")


def _metadata(tree: Any, package: Package, described: Sequence[Listed], preserved: Sequence[Listed]) -> None:
    for listed in described:
        section = markup.child(tree, "dmdSec", ID=listed.id, CREATED=listed.created, STATUS="CURRENT")
        _reference(section, listed)
    if preserved:
        section = markup.child(tree, "amdSec", ID=f"uuid-{package.id_of('amdSec', tree.get('OBJID'))}")
        for listed in preserved:
            inner = markup.child(section, "digiprovMD", ID=listed.id, CREATED=listed.created, STATUS="CURRENT")
            _reference(inner, listed)


def _reference(section: Any, listed: Listed) -> None:
    kind, _, other = listed.kind.partition(": ")
    more = {"OTHERMDTYPE": other} if other else {"MDTYPEVERSION": "3.0"} if kind == "PREMIS" else {}
    markup.child(
        section, "mdRef", LOCTYPE="URL", xlink__type="simple", xlink__href=listed.path, MDTYPE=kind, **more,
        MIMETYPE=listed.media_type, SIZE=str(listed.size), CREATED=listed.created, CHECKSUM=listed.digest,
        CHECKSUMTYPE="SHA-256",
    )  # fmt: skip


def _group(section: Any, package: Package, use: str, files: Sequence[Listed], part: str = "") -> Any:
    group = markup.child(section, "fileGrp", ID=f"uuid-{package.id_of(part, 'fileGrp', use)}", USE=use)
    if use.startswith("Representations"):
        group.set(f"{{{CSIP}}}CONTENTINFORMATIONTYPE", "MIXED")
    for listed in files:
        element = markup.child(
            group, "file", ID=listed.id, MIMETYPE=listed.media_type, SIZE=str(listed.size), CREATED=listed.created,
            CHECKSUM=listed.digest, CHECKSUMTYPE="SHA-256",
        )  # fmt: skip
        markup.child(element, "FLocat", LOCTYPE="URL", xlink__type="simple", xlink__href=listed.path)
    return group


def _structure(tree: Any, package: Package, label: str, kind: str) -> Any:
    of = tree.get("OBJID")
    structure = markup.child(
        tree, "structMap", ID=f"uuid-{package.id_of('structMap', of)}", TYPE="PHYSICAL", LABEL="CSIP"
    )
    top = markup.child(structure, "div", ID=f"uuid-{package.id_of('div', of)}", LABEL=label)
    if kind:
        top.set("TYPE", kind)
    return top


def _division(parent: Any, package: Package, label: str, *of: str, **ids: str) -> Any:
    kept = {name: value for name, value in ids.items() if value}
    return markup.child(parent, "div", ID=f"uuid-{package.id_of('div', label, *of)}", LABEL=label, **kept)


def _ids(files: Sequence[Listed]) -> str:
    return " ".join(listed.id for listed in files)
