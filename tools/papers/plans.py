"""The plan of a dossier of planted faults: what is drawn, of whom, and what a fault changes of it before and after.

Owns: the plan and the names it uses. Never: draws a paper (``faults``) or knows a kind of fault (``fault_kinds``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from tools.papers.paper import Paper
from tools.papers.people import Case

__all__ = ["APPLICATION", "DECISION", "HEALTH", "LISTED", "NO_PAPER", "RECEIPT", "Plan", "Planted", "Row"]

HEALTH, RECEIPT, APPLICATION = "giay_kham_suc_khoe_lai_xe", "giay_tiep_nhan", "don_doi_gplx"

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Planted:
    """The fault: its ``kind``, the problem ``codes`` any of which tells it, and the fields any of which may be named ("":
    the paper or dossier as a whole)."""

    kind: str
    codes: frozenset[str]
    fields: frozenset[str]


@dataclass(slots=True)
class Plan:
    """What is drawn: the case of each paper (all of one, unless a fault says otherwise), the list on the receipt, the
    request; ``after`` are changes of the print, each of which must succeed."""

    seed: str
    case: Case
    kinds: list[str]
    listed: list[tuple[str, str]]
    request: str
    cases: dict[str, Case] = field(default_factory=dict)
    after: list[Callable[[Mapping[str, Paper]], bool]] = field(default_factory=list)
    held: Callable[[dict[str, list[Row]]], None] = lambda held: None
    stranger: bool = False

    def of(self, kind: str) -> Case:
        return self.cases.get(kind, self.case)

    def rng(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")


LISTED = {
    APPLICATION: (
        ("Đơn đề nghị đổi giấy phép lái xe theo mẫu quy định", "Bản chính"),
        ("Đơn đề nghị đổi giấy phép lái xe", "Bản chính"),
    ),
    HEALTH: (
        ("Giấy khám sức khỏe của người lái xe do cơ sở y tế có thẩm quyền cấp", "Bản chính"),
        ("Giấy khám sức khỏe của người lái xe", "Bản chính"),
    ),
    "giay_phep_lai_xe": (("Bản sao giấy phép lái xe", "Bản sao"),),
    "cccd": (("Bản sao căn cước công dân hoặc căn cước", "Bản sao"), ("Căn cước công dân", "Bản sao")),
}
NO_PAPER = (("Ảnh thẻ 3 x 4 cm nền xanh", "Bản chính"), ("Hồ sơ gốc của giấy phép lái xe", "Bản chính"))
DECISION = "quyet_dinh"
