"""The rules of E-ARK CSIP 2.1 for METS.xml that XSD does not hold: one line a rule, named by its number in the
specification.

Owns what METS must say besides its schema, and that every reference leads somewhere. Never: looks at files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hoso.exports.packages.findings import Finding
from hoso.exports.packages.profile import CSIP, METS, XLINK

__all__ = ["findings_of", "references"]

_M, _X, _C = f"{{{METS}}}", f"{{{XLINK}}}", f"{{{CSIP}}}"
_TYPES = ("SIP", "AIP", "DIP", "AIU", "AIC")
_LISTED = ("ID", "MIMETYPE", "SIZE", "CREATED", "CHECKSUM", "CHECKSUMTYPE")
_REFERRED = ("MDTYPE", "MIMETYPE", "SIZE", "CREATED", "CHECKSUM", "CHECKSUMTYPE")

Rule = tuple[str, bool, str, Callable[[Any], bool]]
"""(number, whether it binds, what it asks, whether a METS root keeps it)."""


def _all(tree: Any, path: str) -> list[Any]:
    found: list[Any] = tree.findall(path.replace("m:", _M))
    return found


def _every(path: str, *names: str) -> Callable[[Any], bool]:
    return lambda tree: all(element.get(name) for element in _all(tree, path) for name in names)


def _map(tree: Any) -> Any:
    return next((one for one in _all(tree, "m:structMap") if one.get("LABEL") == "CSIP"), None)


def _divided(label: str) -> Callable[[Any], bool]:
    """Whether the CSIP structure has a division of that label (or one that begins so)."""

    def kept(tree: Any) -> bool:
        structure = _map(tree)
        found = [] if structure is None else _all(structure, "m:div/m:div")
        return any(div.get("LABEL", "").partition("/")[0] == label for div in found)

    return kept


def _grouped(use: str) -> Callable[[Any], bool]:
    return lambda tree: any(g.get("USE", "").partition("/")[0] == use for g in _all(tree, "m:fileSec/m:fileGrp"))


def _pointed(tree: Any) -> bool:
    pointers = _all(tree, ".//m:mptr") + _all(tree, ".//m:FLocat") + _all(tree, ".//m:mdRef")
    return all(p.get("LOCTYPE") == "URL" and p.get(_X + "type") == "simple" and p.get(_X + "href") for p in pointers)


def _made(tree: Any) -> bool:
    """A creating program, with its version."""
    for agent in _all(tree, "m:metsHdr/m:agent"):
        if agent.get("ROLE") == "CREATOR" and agent.get("OTHERTYPE") == "SOFTWARE" and agent.findtext(_M + "name"):
            return True
    return False


_COMMON: tuple[Rule, ...] = (
    ("CSIP1", True, "mets/@OBJID", lambda t: bool(t.get("OBJID"))),
    ("CSIP2", True, "mets/@TYPE", lambda t: bool(t.get("TYPE"))),
    ("CSIP4", True, "mets/@csip:CONTENTINFORMATIONTYPE", lambda t: bool(t.get(_C + "CONTENTINFORMATIONTYPE"))),
    ("CSIP6", True, "mets/@PROFILE", lambda t: bool(t.get("PROFILE"))),
    ("CSIP117", True, "metsHdr", lambda t: len(_all(t, "m:metsHdr")) == 1),
    ("CSIP7", True, "metsHdr/@CREATEDATE", _every("m:metsHdr", "CREATEDATE")),
    ("CSIP9", True, "metsHdr/@csip:OAISPACKAGETYPE", lambda t: any(
        h.get(_C + "OAISPACKAGETYPE") in _TYPES for h in _all(t, "m:metsHdr"))),
    ("CSIP10", True, "metsHdr/agent", lambda t: bool(_all(t, "m:metsHdr/m:agent"))),
    ("CSIP14", False, "agent[@ROLE=CREATOR][@OTHERTYPE=SOFTWARE]/name", _made),
    ("CSIP18", True, "dmdSec: @ID, @CREATED", _every("m:dmdSec", "ID", "CREATED")),
    ("CSIP25", True, "mdRef: " + ", ".join("@" + n for n in _REFERRED), _every(".//m:mdRef", *_REFERRED)),
    ("CSIP33", True, "digiprovMD/@ID", _every("m:amdSec/m:digiprovMD", "ID")),
    ("CSIP58", True, "fileSec", lambda t: len(_all(t, "m:fileSec")) == 1),
    ("CSIP59", True, "fileSec/@ID", _every("m:fileSec", "ID")),
    ("CSIP64", True, "fileGrp: @ID, @USE", _every("m:fileSec/m:fileGrp", "ID", "USE")),
    ("CSIP66", True, "fileGrp/file", lambda t: all(_all(g, ".//m:file") for g in _all(t, "m:fileSec/m:fileGrp"))),
    ("CSIP68", True, "file: " + ", ".join("@" + n for n in _LISTED), _every(".//m:file", *_LISTED)),
    ("CSIP76", True, "file/FLocat", lambda t: all(len(_all(f, "m:FLocat")) == 1 for f in _all(t, ".//m:file"))),
    ("CSIP77", True, "@LOCTYPE=URL, @xlink:type=simple, @xlink:href", _pointed),
    ("CSIP80", True, "structMap[@LABEL=CSIP]", lambda t: _map(t) is not None),
    ("CSIP81", True, "structMap/@TYPE=PHYSICAL", lambda t: _map(t) is None or _map(t).get("TYPE") == "PHYSICAL"),
    ("CSIP83", True, "structMap/@ID, div/@ID", lambda t: _map(t) is None or all(
        one.get("ID") for one in [_map(t), *_all(_map(t), ".//m:div")])),
    ("CSIP88", True, "div[@LABEL=Metadata]", _divided("Metadata")),
)  # fmt: skip
_ROOT: tuple[Rule, ...] = (
    ("CSIP17", True, "dmdSec/mdRef", lambda t: bool(_all(t, "m:dmdSec/m:mdRef"))),
    ("CSIP60", False, "fileGrp[@USE=Documentation]", _grouped("Documentation")),
    ("CSIP113", True, "fileGrp[@USE=Schemas]", _grouped("Schemas")),
    ("CSIP114", True, "fileGrp[@USE=Representations/…]", _grouped("Representations")),
    ("CSIP97", True, "div[@LABEL=Schemas]", _divided("Schemas")),
    ("CSIP105", True, "div[@LABEL=Representations/…]/mptr", lambda t: _divided("Representations")(t) and bool(
        _all(t, ".//m:mptr"))),
)  # fmt: skip
_PART: tuple[Rule, ...] = (
    ("TT05-Data", True, "fileGrp[@USE=Data]", _grouped("Data")),
    ("TT05-Data", True, "div[@LABEL=Data]/fptr", _divided("Data")),
)


def findings_of(tree: Any, place: str, *, root: bool) -> Iterator[Finding]:
    """What the METS ``tree`` at ``place`` breaks."""
    for number, binds, asked, kept in (*_COMMON, *(_ROOT if root else _PART)):
        if not kept(tree):
            yield Finding("mets.rule" if binds else "mets.advice", place, f"{number}: {asked}")


def references(tree: Any, place: str) -> Iterator[Finding]:
    """References that lead nowhere."""
    described = {one.get("ID") for one in _all(tree, "m:dmdSec")}
    preserved = {one.get("ID") for one in _all(tree, "m:amdSec") + _all(tree, "m:amdSec/*")}
    files = {one.get("ID") for one in _all(tree, ".//m:file")}
    for name, known in (("DMDID", described), ("ADMID", preserved), ("FILEID", files)):
        for element in tree.iter(_M + "div", _M + "fptr", _M + "file", _M + "fileGrp"):
            for one in element.get(name, "").split():
                if one not in known:
                    yield Finding("mets.reference", place, f"{name}={one[:60]}")
