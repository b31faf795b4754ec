"""All files of a package from its plan: each path with its bytes or the digest under which the store keeps them.

Owns the tree of folders and the order in which files come to know each other's digests: descriptions, then METS of each
representation, then the manifest, then METS.xml. Never: reads or writes a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from hoso.exports.packages import ead, markup, mets, premis
from hoso.exports.packages.mets import Link, Listed
from hoso.exports.packages.plan import Content, Copy, Package
from hoso.exports.packages.profile import SCHEMAS, document_items, dossier_items

__all__ = ["MANIFEST", "NOTES", "assembled", "given"]

MANIFEST, NOTES = "documentation/manifest-sha256.txt", "documentation/NOTES.txt"
_XML, _JSON, _TEXT = "application/xml", "application/json", "text/plain"

Files = dict[str, Content]


def given(data: bytes, media_type: str) -> Content:
    """``data`` as the content of a file."""
    return Content(hashlib.sha256(data).hexdigest(), len(data), media_type, data)


def assembled(package: Package) -> Files:
    """Every file of the package by its path, sorted; the same package gives the same files."""
    files: Files = {
        "metadata/descriptive/EAD.xml": given(ead.dossier(package.kind, package.described), _XML),
        "metadata/preservation/PREMIS.xml": given(premis.of_package(package), _XML),
    }
    for name in SCHEMAS[package.kind]:
        files[f"schemas/{name}"] = given(_schema(package, name), _XML)
    for part in package.parts:
        files |= _part(package, part.name, part.title)
    if package.notes:
        files[NOTES] = given(("\n".join(package.notes) + "\n").encode(), _TEXT)
    files[MANIFEST] = given(manifest(files), _TEXT)
    files["METS.xml"] = given(_root(package, files), _XML)
    return dict(sorted(files.items()))


def manifest(files: Files) -> bytes:
    """One line a file, as ``sha256sum`` writes and checks it: all but METS.xml (which lists the manifest) and itself."""
    return "".join(f"{content.digest}  {path}\n" for path, content in sorted(files.items())).encode()


def _schema(package: Package, name: str) -> bytes:
    if name == "EAD.xsd":
        return ead.schema(dossier_items(package.kind))
    if name == "EAD_doc.xsd":
        return ead.schema(document_items(package.kind))
    return markup.schema_file(name)


def _root(package: Package, files: Files) -> bytes:
    def listed(paths: Iterable[str], kind: str = "") -> list[Listed]:
        return [_listed(package, path, path, files[path], package.at, kind) for path in paths]

    def under(folder: str) -> list[str]:
        return sorted(path for path in files if path.startswith(folder))

    return mets.of_package(
        package,
        listed(["metadata/descriptive/EAD.xml"], "OTHER: EAD"),
        listed(["metadata/preservation/PREMIS.xml"], "PREMIS"),
        listed(under("schemas/")),
        listed(under("documentation/")),
        listed(f"representations/{part.name}/METS.xml" for part in package.parts),
    )


def _part(package: Package, part: str, title: str) -> Files:
    """The files of one representation, by path from the package's root."""
    base, files = f"representations/{part}/", Files()
    data: list[Listed] = []
    described: list[Listed] = []
    preserved: list[Listed] = []
    links: list[Link] = []

    def add(path: str, content: Content, at: str, kind: str = "") -> Listed:
        files[base + path] = content
        return _listed(package, base + path, path, content, at, kind)

    path = f"metadata/preservation/PREMIS_{part}.xml"
    preserved.append(add(path, given(premis.of_part(package, part), _XML), package.at, "PREMIS"))
    if part == "rep1":
        for copy in package.copies:
            data.append(add(f"data/{copy.name}.pdf", copy.content, copy.at))
            about = [add(*entry) for entry in _about(package, copy)]
            proofs = [add(*entry) for entry in _evidence(package, copy)]
            described += about
            preserved += proofs
            links.append(Link(data[-1].id, tuple(one.id for one in about), tuple(one.id for one in proofs)))
    else:
        for original in package.originals:
            data.append(add(f"data/{original.path}", original.content, original.at))
    files[f"{base}METS.xml"] = given(mets.of_part(package, part, title, described, preserved, data, links), _XML)
    return files


def _about(package: Package, copy: Copy) -> Iterator[tuple[str, Content, str, str]]:
    xml = given(ead.document(package.kind, copy.described), _XML)
    yield f"metadata/descriptive/EAD_doc_{copy.name}.xml", xml, package.at, "OTHER: EAD"
    if copy.record is not None:
        yield f"metadata/other/RECORD_{copy.name}.json", copy.record, copy.at, "OTHER: HOSO-RECORD"


def _evidence(package: Package, copy: Copy) -> Iterator[tuple[str, Content, str, str]]:
    if copy.evidence is not None:
        yield f"metadata/preservation/EVIDENCE_{copy.name}.json", copy.evidence, copy.at, "OTHER: HOSO-EVIDENCE"
    if copy.proof is not None:
        yield f"metadata/preservation/PROOF_{copy.name}.ers", copy.proof, package.at, "OTHER: RFC4998"


def _listed(package: Package, whole: str, path: str, content: Content, at: str, kind: str) -> Listed:
    digest, size = content.digest, content.size
    return Listed(path, package.file_id(whole), content.media_type, size, digest, at, kind)
