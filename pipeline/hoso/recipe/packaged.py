"""What happened to a dossier, for PREMIS: facts of the ledger as events, and who did them as agents.

Owns which fact is which event of the Library of Congress' list, and the words of it. Every instant is one that the
ledger or the store tells; the clock is not read. Never: writes XML, changes a fact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from hoso import __version__, keys
from hoso.exports.packages.plan import Agent, Event
from hoso.exports.packages.profile import Kind
from hoso.nouns import Record, Scan, Sealed, Seen, Standing
from hoso.recipe.standing import decisions
from hoso.site import Site
from hoso.stages.arrived import KEPT

__all__ = ["VERSION", "history", "notes"]

VERSION = "1"

_HOSO, _OFFICE = "software:hoso", "organization:office"


def history(
    site: Site, here: Standing, papers: Sequence[tuple[Record, Sealed]], scans: Sequence[Scan], kind: Kind, at: str
) -> tuple[tuple[Event, ...], tuple[Agent, ...]]:
    """(the events in the order they happened, who did them). ``scans`` are the received files that the package holds,
    ``at`` the instant of packing."""
    office, agents = site.settings.office, dict[str, Agent]()

    def agent(kind_: str, name: str, version: str = "") -> str:
        known = {_HOSO: _HOSO, _OFFICE: _OFFICE}.get(f"{kind_}:{name}")
        id_ = known or f"{kind_}:{keys.short(keys.key('agent', kind_, name))}"
        agents.setdefault(id_, Agent(id_, name, kind_, version))
        return id_

    agents[_HOSO] = Agent(_HOSO, "Hoso", "software", __version__)
    agents[_OFFICE] = Agent(_OFFICE, office.name, "organization")
    events = list(_arrival(site, here, papers, scans, office.converter))
    for record, sealed in papers:
        events += _paper(site, here, record, sealed, agent)
    if kind == "aip":
        fixed = "Đọc lại từng tệp trong kho và so với mã băm SHA-256 ghi khi nhận và khi ký."
        objects = [("rep1", "source"), *([("rep2", "source")] if scans else [])]
        events.append(Event("fixity check", at, fixed, "success", tuple(objects), ((_HOSO, "executing program"),)))
        for what in (*(record.document.id for record, _ in papers), *(scan.digest for scan in scans)):
            note = "So mã băm SHA-256 của tệp trong kho với sổ."
            events.append(
                Event("fixity check", at, note, "success", ((what, "source"),), ((_HOSO, "executing program"),))
            )
    made = f"Đóng gói {kind.upper()} theo Thông tư 05/2025/TT-BNV."
    by = ((_OFFICE, "implementer"), (_HOSO, "executing program"))
    events.append(Event("information package creation", at, made, "success", (("package", "outcome"),), by))
    return tuple(sorted(events, key=lambda event: event.at)), tuple(agents.values())


def _arrival(
    site: Site, here: Standing, papers: Sequence[tuple[Record, Sealed]], scans: Sequence[Scan], converter: str
) -> Iterator[Event]:
    """Received, then digitized: "transfer" is the word the circular takes for digitizing."""
    by = ((_OFFICE, "implementer"), (_HOSO, "executing program"))
    at = here.dossier.received
    yield Event("ingestion", at, f"Tiếp nhận {len(here.dossier.scans)} tệp.", "success", (("package", "outcome"),), by)
    for scan in scans:
        what = "Tiếp nhận tệp, ghi vào kho và đọc lại để so mã băm."
        yield Event("ingestion", at, what, "success", ((scan.digest, "outcome"),), by)
    for fact in list(site.ledger.facts("digitized", here.dossier.id))[-1:]:
        engines = sorted({_engine(site, here, record) for record, _ in papers} - {""})
        read = f"; máy đọc {', '.join(engines)}" if engines else ""
        what = f"Số hóa: làm sạch và đọc trang, chia giấy tờ, lấy dữ liệu ({converter}){read}."
        yield Event("transfer", fact.at, what, "success", (("package", "outcome"),), by)


def _engine(site: Site, here: Standing, record: Record) -> str:
    assert here.outcome is not None
    by_ref = dict(zip((page.ref for page in here.outcome.pages), here.outcome.seen, strict=True))
    first = by_ref.get(record.document.pages[0])
    return keys.decode(site.store.get(first), Seen).reading.engine if first else ""


def _paper(
    site: Site, here: Standing, record: Record, sealed: Sealed, agent: Callable[[str, str], str]
) -> Iterator[Event]:
    """Checked, approved by whom, converted, signed, stamped."""
    id_, program = record.document.id, ((_HOSO, "executing program"),)
    said = [decision for decision in decisions(site, record.document) if decision.record == sealed.record]
    digitized = [fact.at for fact in site.ledger.facts("digitized", here.dossier.id) if fact.at <= sealed.at]
    checked = digitized[-1] if digitized else sealed.at
    codes = ", ".join(sorted({problem.code for problem in record.problems})) or "không có vấn đề"
    outcome = "success" if record.verdict == "clear" else "needs-person"
    yield Event("quality review", checked, f"Kiểm tra dữ liệu: {codes}.", outcome, ((id_, "source"),), program)
    for decision in said:
        who = agent("person", decision.who)
        what = "Duyệt cho ký số" if decision.verdict == "approved" else "Giữ lại"
        yield Event(
            "quality review", decision.at, f"{what}.", decision.verdict, ((id_, "source"),), ((who, "authorizer"),)
        )
    scans = tuple((digest, "source") for digest in dict.fromkeys(ref.scan for ref in record.document.pages))
    signer = agent("organization", sealed.signer or "?")
    for fact in site.ledger.facts("stamped", id_):
        if fact.body["after"] == sealed.after:
            what = "Đóng dấu thời gian chung trên cây băm của đêm (RFC 4998)."
            yield Event("digital signature generation", fact.at, what, "success", ((id_, "outcome"),), program)
    if sealed.profile == KEPT:
        what = "Kiểm tra chữ ký số của tệp nhận được; giữ nguyên từng byte làm bản lưu trữ."
        yield Event("digital signature validation", sealed.at, what, _states(sealed), ((id_, "source"),), program)
        return
    made = "Chuyển đổi từ tệp quét sang PDF/A-2u có lớp văn bản và dấu chuyển đổi."
    yield Event("normalization", sealed.at, made, "success", (*scans, (id_, "outcome")), program)
    signed = "Ký số của cơ quan lên bản lưu trữ."
    by = ((signer, "implementer"), (_HOSO, "executing program"))
    yield Event("digital signature generation", sealed.at, signed, "success", ((id_, "outcome"),), by)
    for stamp in _stamps(sealed):
        what = "Đóng dấu thời gian (RFC 3161)."
        yield Event("digital signature generation", stamp, what, "success", ((id_, "outcome"),), program)
    what = "Kiểm tra bản đã ký: chữ ký, chuỗi chứng thư, PDF/A-2u."
    yield Event("validation", sealed.at, what, _states(sealed) or "success", ((id_, "source"),), program)


def _evidence(sealed: Sealed) -> dict[str, object]:
    try:
        found = json.loads(sealed.evidence) if sealed.evidence else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _findings(sealed: Sealed) -> list[dict[str, object]]:
    told = _evidence(sealed).get("signatures", [])
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _states(sealed: Sealed) -> str:
    return ",".join(sorted({str(one["state"]) for one in _findings(sealed) if one.get("state")}))


def _stamps(sealed: Sealed) -> list[str]:
    """Instants at which timestamps were put on, as their evidence tells."""
    told = [_evidence(sealed), *_findings(sealed)]
    stamped = [one for one in told if one.get("proof") in ("timestamp", "document-timestamp") and one.get("proof_at")]
    return sorted({str(one["proof_at"]) for one in stamped})


def notes(kind: Kind, test: bool, left_out: int) -> tuple[str, ...]:
    """What a reader of the package should know and its metadata cannot say."""
    lines = [
        f"Gói {kind.upper()} do Hoso {__version__} lập theo Thông tư 05/2025/TT-BNV (trên E-ARK CSIP).",
        "Kiểm tra mã băm: vào thư mục gói, chạy  sha256sum -c documentation/manifest-sha256.txt",
        "Kiểm tra toàn bộ gói: hoso package --check THƯ-MỤC-HOẶC-TỆP",
    ]
    if test:
        lines.append("BẢN THỬ NGHIỆM: chữ ký số trong gói này không có giá trị pháp lý.")
    if left_out:
        lines.append(f"{left_out} tệp gốc không có trong gói, vì trong đó có trang của hồ sơ khác.")
    return tuple(lines)
