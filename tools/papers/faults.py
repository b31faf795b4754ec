"""Faultless dossiers, and the same with one fault planted: what is wrong stands in the truth.

Owns: what a complete dossier holds (receipt, application, health certificate, further papers) and the registers an office
would hold of it. Never: asks the product; how a dossier is read (words handed over, or pixels) is its user's matter.

A dossier of a seed is always the same; with a fault it differs only in what the fault changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from random import Random

from tools.papers.fault_kinds import FAULTS
from tools.papers.paper import Paper
from tools.papers.people import Case, case
from tools.papers.plans import APPLICATION, DECISION, HEALTH, LISTED, NO_PAPER, RECEIPT, Plan, Planted, Row
from tools.papers.stand_ins import application, household
from tools.papers.types import found

__all__ = ["FAULTS", "Dossier", "Planted", "dossier", "registers"]


@dataclass(slots=True)
class Dossier:
    """One dossier. ``held`` are rows of registers by name; ``planted`` is None for a faultless one."""

    seed: str
    case: Case
    papers: list[Paper]
    held: dict[str, list[Row]]
    planted: Planted | None = None


def dossier(seed: str, fault: str = "", held_out: bool = False) -> Dossier | None:
    """The dossier of a seed, with the named fault of :data:`FAULTS` planted; None where it cannot be planted in this one
    (a code printed without a QR code, a date whose days cannot be swapped)."""
    plan, planted = _plan(seed), None
    if fault:
        planted = FAULTS[fault](plan)
        if planted is None:
            return None
        planted = replace(planted, kind=fault)
    papers = [_paper(plan, kind, held_out) for kind in plan.kinds]
    by_type = {paper.type: paper for paper in papers}
    if not all(change(by_type) for change in plan.after):
        return None
    truth = _plan(seed)
    rows = registers(truth.case, _paper(truth, HEALTH, held_out))
    plan.held(rows)
    return Dossier(seed, plan.case, papers, rows, planted)


def registers(of: Case, health: Paper) -> dict[str, list[Row]]:
    """The rows that an office holds of the case's person: certificate and resident."""
    who, printed = of.person, {name: str(value) for name, value in health.fields.items()}
    resident = {
        "so_cccd": who.number, "ho_ten": who.name, "ngay_sinh": who.born.isoformat(),
        "gioi_tinh": "Nữ" if who.female else "Nam", "dia_chi": who.lives.text,
    }  # fmt: skip
    certificate = {
        "so": printed["so"], "ho_ten": who.name, "ngay_sinh": who.born.isoformat(), "so_cccd": who.number,
        "hang": of.vehicle_class, "ket_luan": printed["ket_luan"], "ngay_ket_luan": of.examined.isoformat(),
        "co_so_kham": printed["co_so_kham"],
    }  # fmt: skip
    return {"giay_kham_suc_khoe": [certificate], "dan_cu": [resident]}


def _plan(seed: str) -> Plan:
    rng = Random(f"{seed}/plan")
    of = case(rng)
    kinds = [RECEIPT, APPLICATION, HEALTH]
    if rng.random() < 0.4:
        kinds.append(DECISION)
    listed = [rng.choice(LISTED[APPLICATION]), rng.choice(LISTED[HEALTH])]
    listed += [one for one in NO_PAPER if rng.random() < 0.4]
    return Plan(seed, of, kinds, listed, f"Đổi giấy phép lái xe hạng {of.vehicle_class}")


def _paper(plan: Plan, kind: str, held_out: bool) -> Paper:
    of, rng = plan.of(kind), plan.rng(kind)
    if kind == APPLICATION:
        return application(rng, of)
    if kind == "gcn_ho_kinh_doanh":
        return household(rng, of)
    if kind == DECISION:
        return _decision(plan, rng, of, held_out)
    module = found()[kind]
    layouts = [one for one in module.LAYOUTS[:-1] if one != "handwritten"]
    layout = module.LAYOUTS[-1] if held_out else rng.choice(layouts)
    if kind == RECEIPT:
        from tools.papers.types import giay_tiep_nhan

        return giay_tiep_nhan.draw(rng, of, layout, held_out, False, plan.listed, plan.request)
    return module.draw(rng, of, layout, held_out, False)


def _decision(plan: Plan, rng: Random, of: Case, held_out: bool) -> Paper:
    """A decision that names nobody, or, where a fault wants it, one in the matter of licences that names somebody else."""
    module = found()[DECISION]
    for _ in range(2000):
        layout = module.LAYOUTS[-1] if held_out else rng.choice(module.LAYOUTS[:-1])
        state = rng.getstate()
        paper = module.draw(rng, of, layout, held_out, False)
        about = str(paper.fields["trich_yeu"])
        named = re.search(r"\b(?:ông|bà)\s+[A-ZĐ]", about) is not None
        if named == plan.stranger and (not named or "giấy phép lái xe" in about):
            return paper
        rng.setstate(state)
        rng.random()
    raise AssertionError("no decision of that kind is drawn any more")
