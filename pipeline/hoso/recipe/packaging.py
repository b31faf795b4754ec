"""Archive packages of dossiers: what lies in store and ledger gathered, written, looked at, and told.

A package is an effect: intended with its instant, written beside its place, checked, renamed, then its receipt (the
digest of METS.xml) and the fact ``packaged``. Made again, it has the instant of the first time and the same bytes.
Never: packs a dossier with a paper that is not sealed, nor a file that holds pages of another dossier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from hoso import __version__, keys
from hoso.errors import Damaged, Misconfigured, NeedsPerson, Refused, Usage
from hoso.exports.packages import profile
from hoso.exports.packages.assemble import assembled, given
from hoso.exports.packages.check import Checked
from hoso.exports.packages.container import opened
from hoso.exports.packages.ead import fitted
from hoso.exports.packages.plan import Content, Copy, Original, Package
from hoso.exports.packages.profile import CODES, Kind
from hoso.exports.packages.write import Shape, written
from hoso.nouns import Effect, Fact, Outcome, Record, Scan, Sealed, Standing
from hoso.recipe import inspecting, packaged
from hoso.recipe.stamping import evidence_of
from hoso.recipe.standing import as_sealed
from hoso.site import Site
from hoso.stages import describe
from hoso.stages.arrived import KEPT

__all__ = ["Packed", "chosen", "codes_of", "known", "pack", "package_of", "received_of"]


@dataclass(frozen=True, slots=True)
class Packed:
    """A package that was written: where, what the look at it told, and how many received files stayed out of it."""

    path: Path
    package: Package
    checked: Checked
    left_out: int


def chosen(site: Site, kind: Kind, given_: Mapping[str, str]) -> dict[str, str]:
    """Fields of the dossier that the settings and a person gave. Raises :class:`Usage` for a field or code that is none,
    :class:`NeedsPerson` where nobody said how long it is kept and who may use it."""
    office = site.settings.packages
    values = {"maintenance": office.maintenance, "mode": office.mode, **given_}
    known = {item.name: item for item in profile.dossier_items(kind)}
    for name, value in values.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise Usage(f"--set {name}: no field of a dossier" + (f"; did you mean {near[0]}?" if near else ""))
        if value and known[name].form == "code" and value not in CODES[name]:
            codes = "; ".join(f"{code} {title}" for code, title in CODES[name].items())
            raise Usage(f"{name}: {value!r} is no code of the circular; known: {codes}")
    for name in ("maintenance", "mode"):
        if not values[name]:
            codes = "; ".join(f"{code} {title}" for code, title in CODES[name].items())
            raise NeedsPerson(
                f"a package must say {name} ({known[name].vi}), and no paper does: give --set {name}=CODE, or set it in "
                f"settings.toml [packages]; codes: {codes}"
            )
    return {name: fitted(known[name], value) for name, value in values.items()}


def codes_of(here: Standing, word: str | None) -> tuple[str, ...]:
    """The dossiers that lie in what arrived together, by code ("" for one without), or the one that ``word`` names."""
    assert here.outcome is not None
    found = dict.fromkeys(_code_of(here.outcome, record) for record in here.outcome.records)
    return (word,) if word in found and word else tuple(found)


def pack(
    site: Site, here: Standing, code: str, kind: Kind, folder: Path, *, shape: Shape = "folder", originals: bool = False,
    values: Mapping[str, str] = {},
) -> Packed:  # fmt: skip
    """Write the package of one dossier into ``folder`` and tell the ledger. An AIP holds the received files always.

    Raises NeedsPerson where a paper is not sealed, Usage where a package of that name is there, Refused
    ("package.check-failed") where what was written does not pass its own check (nothing of it stays), Damaged.
    """
    package, left_out = package_of(site, here, code, kind, originals=originals, values=values)
    files = assembled(package)
    with written(folder, package.folder, files, site.store.get, package.at, shape) as (made, target):
        with opened(made) as look:
            checked = inspecting.inspect(look, site.roots, site.settings.reading.max_bytes)
        if not checked.valid:
            first = next(finding for finding in checked.findings if finding.weight == "error")
            raise Refused(
                "package.check-failed",
                f"{target}: the package does not pass its own check and was not kept: {first.place}: {first.text('en')}",
                f"Gói không đạt kiểm tra và không được giữ lại: {first.place}: {first.text('vi')}",
            )
    _tell(site, here, package, checked.mets)
    return Packed(target, package, checked, left_out)


def package_of(
    site: Site, here: Standing, code: str, kind: Kind, *, originals: bool = False, values: Mapping[str, str] = {}
) -> tuple[Package, int]:
    """(all that the package of a dossier holds, how many received files stay out of it). The ledger is told the intent."""
    outcome = here.outcome
    if outcome is None:
        raise NeedsPerson(f"dossier {here.dossier.id} is not digitized yet; run: hoso digitize")
    papers = _papers(site, here, outcome, code)
    office = site.settings
    shown = code or (outcome.code if outcome.code else "") or Path(here.dossier.source).stem
    titled = [(record, site.forms.form(record.document.form).title, sealed) for record, sealed in papers]
    given_ = chosen(site, kind, values)
    described = describe.described_dossier(kind, shown, office.packages.archive, here.dossier, titled, given_)
    scans, left_out = received_of(outcome, code) if originals or kind == "aip" else ((), 0)
    parts = (
        kind, profile.VERSION, describe.VERSION, packaged.VERSION, __version__, [s.after for _, s in papers],
        [s.digest for s in scans], described, office.packages, office.office,
        packaged.history(site, here, papers, scans, kind, ""),
    )  # fmt: skip
    effect = site.ledger.intend(_intent(site, here, kind, keys.key("package", *parts)))
    copies = tuple(
        _copy(site, kind, record, title, sealed, described, shown, number)
        for number, (record, title, sealed) in enumerate(titled, 1)
    )
    received = tuple(_original(scan, here.dossier.received) for scan in scans)
    events, agents = packaged.history(site, here, papers, scans, kind, effect.at)
    package = Package(
        kind, effect.key, effect.at, office.packages.fonds or office.office.code, office.office.name, office.office.code,
        __version__, described, copies, received, events, agents, office.office.test,
        packaged.notes(kind, office.office.test, left_out),
    )  # fmt: skip
    return package, left_out


def _intent(site: Site, here: Standing, kind: Kind, key: str) -> Effect:
    return Effect(key, "package", here.dossier.id, site.stamp(), {"as": kind})


def _tell(site: Site, here: Standing, package: Package, mets: str) -> None:
    """The receipt, then the fact. A package made again must be the one that was made first."""
    effect = site.ledger.receive(package.key, {"mets": mets, "objid": package.objid})
    if effect.receipt is None or effect.receipt["mets"] != mets:
        raise Damaged(
            f"package {package.objid} is not the one made at {effect.at}: the same dossier gave other bytes; "
            "keep both and tell us"
        )
    body = {"as": package.kind, "mets": mets, "objid": package.objid}
    site.ledger.tell(Fact("packaged", here.dossier.id, effect.at, body), once=keys.key("packaged", package.key))


def _code_of(outcome: Outcome, record: Record) -> str:
    return outcome.codes.get(record.document.id, outcome.code)


def _papers(site: Site, here: Standing, outcome: Outcome, code: str) -> list[tuple[Record, Sealed]]:
    records = [record for record in outcome.records if _code_of(outcome, record) == code]
    if not records:
        raise Refused(
            "package.empty", f"dossier {here.dossier.id} has no papers to pack", "Hồ sơ không có giấy tờ nào."
        )
    open_ = [record for record in records if record.document.id not in here.sealed]
    if open_:
        kinds = ", ".join(f"{record.document.type} ({here.states[record.document.id]})" for record in open_)
        raise NeedsPerson(
            f"{len(open_)} of {len(records)} papers of dossier {here.dossier.id} are not sealed: {kinds}; a package holds "
            "whole dossiers: look with hoso approve --list, then pack again"
        )
    return [(as_sealed(site, record), here.sealed[record.document.id]) for record in records]


def received_of(outcome: Outcome, code: str) -> tuple[tuple[Scan, ...], int]:
    """The received files of a dossier, each once, and how many stay out because pages of another dossier are in them."""
    others = {
        ref.scan for record in outcome.records if _code_of(outcome, record) != code for ref in record.document.pages
    }
    mine = {
        ref.scan for record in outcome.records if _code_of(outcome, record) == code for ref in record.document.pages
    }
    alone = len({_code_of(outcome, record) for record in outcome.records}) == 1
    scans = {scan.digest: scan for scan in reversed(outcome.dossier.scans) if scan.digest}
    wanted = {digest: scan for digest, scan in scans.items() if alone or digest in mine}
    kept = sorted((s for d, s in wanted.items() if d not in others), key=lambda scan: scan.position)
    return tuple(kept), len(wanted) - len(kept)


def _copy(
    site: Site, kind: Kind, record: Record, title: str, sealed: Sealed, of: Mapping[str, str], code: str, number: int
) -> Copy:
    pattern = site.settings.packages.names
    try:
        name = describe.file_name(pattern, code, number)
    except (KeyError, ValueError, IndexError, AttributeError) as error:
        raise Misconfigured(
            f"settings.toml [packages] names: {pattern!r} is no pattern; use {{code}} and {{number}}, as in "
            "'{code}.{number:03d}'"
        ) from error
    applied = record.document.type.startswith("don_")
    described = describe.described_document(kind, record, title, sealed, of, number, applied)
    data = site.store.get(sealed.after)
    proof = evidence_of(site, record.document.id, sealed.after)
    return Copy(
        record.document.id, name, Content(sealed.after, len(data), "application/pdf"), described, sealed.at,
        tuple(dict.fromkeys(ref.scan for ref in record.document.pages)), sealed.signer,
        sealed.profile == KEPT,
        given(keys.encode(record), "application/json"),
        given(sealed.evidence.encode(), "application/json") if sealed.evidence else None,
        given(proof, "application/octet-stream") if proof else None,
    )  # fmt: skip


def _original(scan: Scan, received: str) -> Original:
    suffix = Path(scan.name).suffix.lower()
    name = describe.file_name("{number:04d}-{code}", Path(scan.name).stem, scan.position)
    safe = suffix if suffix.isascii() and suffix[1:].isalnum() else ""
    return Original(scan.name, f"{name}{safe}", Content(scan.digest, scan.size, scan.media_type), received)


def known(site: Site, mets: str) -> str:
    """The dossier of which a package with that METS.xml was made here, "" for none."""
    return next((fact.subject for fact in site.ledger.facts("packaged") if fact.body["mets"] == mets), "")
