"""The validator: a package looked at from the outside in — container, METS, files, descriptions, preservation, PDFs.

Owns the order of the looks. Reads one file at a time, writes nothing, trusts nothing, raises over nothing that a package
holds. The look into a PDF is handed over (``stages/`` knows signatures and PDF/A). Never: repairs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from hoso.exports.packages import descriptions, markup
from hoso.exports.packages.assemble import MANIFEST
from hoso.exports.packages.container import Opened, safe, shown
from hoso.exports.packages.descriptions import Fixity, schema_faults, values
from hoso.exports.packages.findings import Finding
from hoso.exports.packages.profile import METS, XLINK, Kind, folder_of
from hoso.exports.packages.rules import findings_of, references

__all__ = ["Checked", "PdfLook", "check"]

PdfLook = Callable[[str, bytes, bool], Iterable[Finding]]
"""(path, bytes, born digital) → what is wrong with a PDF."""

_M, _X = f"{{{METS}}}", f"{{{XLINK}}}"
_EAD, _PREMIS = "metadata/descriptive/EAD.xml", "metadata/preservation/PREMIS.xml"
_MAGIC = {
    "application/pdf": (b"%PDF-",), "image/jpeg": (b"\xff\xd8\xff",), "image/png": (b"\x89PNG",),
    "image/tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a package told. ``kind`` is "" where its METS does not say; ``mets`` the SHA-256 of METS.xml."""

    kind: str
    objid: str
    mets: str
    files: int
    bytes: int
    documents: int
    findings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        """No error; warnings may be left to a person."""
        return all(finding.weight != "error" for finding in self.findings)


@dataclass(slots=True)
class _Listing:
    """One METS file read: its tree, folder, and the files and metadata it lists, by id."""

    tree: Any
    base: str
    files: dict[str, Fixity] = field(default_factory=dict)
    metadata: dict[str, Fixity] = field(default_factory=dict)


def check(package: Opened, pdf: PdfLook, largest: int) -> Checked:
    """Everything that is wrong with ``package``, in order of places. ``largest``: bytes a PDF may have to be looked
    into."""
    found: list[Finding] = list(package.findings)
    root = _mets(package, "METS.xml", found)
    kind, objid = _type(root.tree) if root else "", root.tree.get("OBJID", "") if root else ""
    listed: dict[str, Fixity] = {}
    documents = 0
    if root is not None:
        _named(package, objid, kind, found)
        parts = [part for part in (_mets(package, path, found) for path in _parts(package)) if part is not None]
        for listing in (root, *parts):
            _compare(package, listing, listed, found)
            if _type(listing.tree) != kind:
                found.append(Finding("mets.type", f"{listing.base}METS.xml", f"{_type(listing.tree)} ≠ {kind}"))
        documents = _contents(package, root, parts, "aip" if kind == "AIP" else "sip", pdf, largest, found)
        for path in package.paths():
            if path not in listed and path != "METS.xml":
                found.append(Finding("file.unlisted", path))
        _manifest(package, found)
    sizes = [sum_[1] for path in package.paths() if (sum_ := package.digest(path))]
    own = package.digest("METS.xml") if "METS.xml" in package else None
    unique = tuple(sorted(dict.fromkeys(found), key=lambda f: (f.weight, f.place)))
    return Checked(kind, objid, own[0] if own else "", len(package.paths()), sum(sizes), documents, unique)


def _named(package: Opened, objid: str, kind: str, found: list[Finding]) -> None:
    if objid and package.name != folder_of(objid):
        found.append(Finding("layout.name", "", f"{shown(package.name)} ≠ {shown(folder_of(objid))}"))
    must = [_EAD, "representations/rep1/METS.xml"]
    if kind == "AIP":
        must += [_PREMIS, "representations/rep1/metadata/preservation/PREMIS_rep1.xml"]
    found += [Finding("layout.missing", path) for path in must if path not in package]
    paths = package.paths()
    for folder in ("schemas/", "representations/rep1/data/", "representations/rep1/metadata/descriptive/"):
        if not any(path.startswith(folder) for path in paths):
            found.append(Finding("layout.missing", folder))


def _type(tree: Any) -> str:
    header = tree.find(_M + "metsHdr")
    found = [v for k, v in header.attrib.items() if k.endswith("}OAISPACKAGETYPE")] if header is not None else []
    return shown(str(found[0])) if found else ""


def _parts(package: Opened) -> list[str]:
    return [path for path in package.paths() if re.fullmatch(r"representations/[^/]+/METS\.xml", path)]


def _xml(package: Opened, path: str, found: list[Finding]) -> Any:
    """The tree of an XML file, None (and a finding) where it cannot be read."""
    data = package.read(path, markup.LARGEST)
    if data is None:
        found.append(Finding("xml.too-large" if package.digest(path) else "file.damaged", path))
        return None
    try:
        return markup.parse(data)
    except markup.Unreadable as error:
        found.append(Finding(error.reason, path, error.place or "?"))
        return None


def _mets(package: Opened, path: str, found: list[Finding]) -> _Listing | None:
    if path not in package:
        found.append(Finding("layout.missing", path))
        return None
    tree = _xml(package, path, found)
    if tree is None:
        return None
    if tree.tag != _M + "mets":
        found.append(Finding("xml.root", path, f"{str(tree.tag)[:60]} ≠ mets"))
        return None
    found += schema_faults(tree, path, "mets1_12.xsd")
    found += findings_of(tree, path, root=path == "METS.xml")
    found += references(tree, path)
    listing = _Listing(tree, path.removesuffix("METS.xml"))
    for element in tree.iter(_M + "file"):
        for where in element.iterchildren(_M + "FLocat"):
            _take(listing.files, element.get("ID", ""), element, where, listing.base, path, found)
    for section in (*tree.iter(_M + "dmdSec"), *tree.iter(_M + "digiprovMD")):
        for where in section.iterchildren(_M + "mdRef"):
            _take(listing.metadata, section.get("ID", ""), where, where, listing.base, path, found)
    return listing


def _take(
    into: dict[str, Fixity], id_: str, element: Any, where: Any, base: str, place: str, found: list[Finding]
) -> None:
    """One file as METS lists it, by its path from the package's root."""
    href = unquote(where.get(_X + "href", ""))
    if not safe(href):
        found.append(Finding("file.path", place, shown(href)))
        return
    if element.get("CHECKSUMTYPE", "SHA-256") != "SHA-256":
        found.append(Finding("file.algorithm", base + href, shown(element.get("CHECKSUMTYPE", ""))))
    size = markup.number(element.get("SIZE"))
    into[id_] = (base + href, element.get("CHECKSUM", "").lower(), size)


def _compare(package: Opened, listing: _Listing, listed: dict[str, Fixity], found: list[Finding]) -> None:
    """The files that a METS lists against those that are there."""
    types = {element.get("ID"): element.get("MIMETYPE", "") for element in listing.tree.iter(_M + "file")}
    for id_, fixity in (*listing.files.items(), *listing.metadata.items()):
        path, digest, size = fixity
        if path in listed:
            if listed[path] != fixity:
                found.append(Finding("file.twice", path))
            continue
        listed[path] = fixity
        if path not in package:
            found.append(Finding("file.missing", path))
            continue
        own = package.digest(path)
        if own is None:
            found.append(Finding("file.damaged", path))
        elif own[1] != size:
            found.append(Finding("file.size", path, f"{own[1]} ≠ {size}"))
        elif own[0] != digest:
            found.append(Finding("file.digest", path))
        elif magic := _MAGIC.get(types.get(id_, "")):
            begin = package.begin(path)
            if not any(mark in begin if mark == b"%PDF-" else begin.startswith(mark) for mark in magic):
                found.append(Finding("file.kind", path, types[id_]))


def _contents(
    package: Opened, root: _Listing, parts: list[_Listing], kind: Kind, pdf: PdfLook, largest: int, found: list[Finding]
) -> int:
    """Descriptions, preservation and PDFs; gives how many documents there are."""
    head = _xml(package, _EAD, found) if _EAD in package else None
    of = values(head) if head is not None else {}
    described: list[dict[str, str]] = []
    files = 0
    for part in parts:
        about = _described(package, part, kind, of, found)
        described += about.values()
        if part.base.endswith("/rep1/"):
            files += len(part.files)
            found += [Finding("mets.undescribed", path) for id_, (path, _, _) in part.files.items() if id_ not in about]
            _pdfs(package, part, about, pdf, largest, found)
        _preserved(package, part, kind, found)
    codes = Counter(one["docCode"] for one in described if one.get("docCode"))
    found += [Finding("ead.twice", _EAD, f"docCode × {count}") for count in codes.values() if count > 1]
    if head is not None:
        found += descriptions.dossier(head, _EAD, kind, described, files)
    names = frozenset(value for part in parts for value in part.files)
    if _PREMIS in package and (tree := _xml(package, _PREMIS, found)) is not None:
        found += descriptions.preserved(tree, _PREMIS, kind, {}, names, root=True)
    return files


def _described(
    package: Opened, part: _Listing, kind: Kind, of: dict[str, str], found: list[Finding]
) -> dict[str, dict[str, str]]:
    """What is said of each file of a representation, by the file's id, as the structure links them."""
    about: dict[str, dict[str, str]] = {}
    for div in part.tree.iter(_M + "div"):
        if not div.get("LABEL", "").startswith("MetadataLink/"):
            continue
        for id_ in div.get("DMDID", "").split():
            path = part.metadata.get(id_, ("", "", 0))[0]
            name = path.rsplit("/", 1)[-1].upper()
            if path not in package or not (name.startswith("EAD_DOC") and name.endswith(".XML")):
                continue
            tree = _xml(package, path, found)
            if tree is not None:
                found += descriptions.document(tree, path, kind, of)
                about |= {pointer.get("FILEID", ""): values(tree) for pointer in div.iterchildren(_M + "fptr")}
    return about


def _pdfs(
    package: Opened, part: _Listing, about: dict[str, dict[str, str]], pdf: PdfLook, largest: int, found: list[Finding]
) -> None:
    for id_, (path, _, _) in part.files.items():
        if not path.lower().endswith(".pdf") or path not in package:
            continue
        data = package.read(path, largest)
        born = about.get(id_, {}).get("confidenceLevel") == "01"
        found += [Finding("pdf.unreadable", path)] if data is None else pdf(path, data, born)


def _preserved(package: Opened, part: _Listing, kind: Kind, found: list[Finding]) -> None:
    paths = [path for path, _, _ in part.metadata.values() if re.search(r"/PREMIS[^/]*\.xml$", path)]
    for path in paths:
        if path in package and (tree := _xml(package, path, found)) is not None:
            found += descriptions.preserved(tree, path, kind, part.files, root=False)
    if not paths and kind == "aip":
        found += [Finding("premis.missing", path) for path, _, _ in part.files.values()]


def _manifest(package: Opened, found: list[Finding]) -> None:
    """The manifest, where there is one, names every file but METS.xml and itself, with the digest it has."""
    data = package.read(MANIFEST, markup.LARGEST) if MANIFEST in package else None
    if data is None:
        return
    lines = dict(_lines(data.decode("utf-8", "replace")))
    have = {path: sum_[0] for path in package.paths() if (sum_ := package.digest(path))}
    wanted = {path: digest for path, digest in have.items() if path not in ("METS.xml", MANIFEST)}
    for path in sorted(set(lines) ^ set(wanted) | {p for p in set(lines) & set(wanted) if lines[p] != wanted[p]})[:20]:
        found.append(Finding("manifest.differs", MANIFEST, shown(path)))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        digest, _, path = line.partition("  ")
        yield path, digest.lower()
