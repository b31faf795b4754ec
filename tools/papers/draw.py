"""Random papers and dossiers for benchmarks and training: any number of them, each from its own seed.

Owns: what a drawn dossier holds and in which kind of file it arrives. Never: the committed samples (``samples``).

Dossier n of a seed depends on the seed, n and the options only: more of them change none drawn before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tools.papers import damage
from tools.papers.dossier import Batch, Side, write_truth
from tools.papers.paper import Paper
from tools.papers.people import Case, case
from tools.papers.types import found
from tools.papers.types.van_ban import MEMBERS

__all__ = ["draw"]

_BESIDE = dict.fromkeys(sorted(MEMBERS), 1) | {
    "cong_van": 12,
    "khac": 8,
    "quyet_dinh": 16,
    "thong_bao": 4,
    "bao_cao": 4,
}
"""What lies beside the forms of a dossier, and how often: the papers of Decree 30/2020, and papers of no form."""


def draw(
    out: Path, count: int, seed: str, kinds: Sequence[str], families: Sequence[str], dpis: Sequence[int], *,
    hand: str = "some", turned: float = 0.1, held_out: bool = False, usual_damage: bool = False,
) -> Iterator[int]:  # fmt: skip
    """Write ``count`` dossiers under ``out``/inbox with truth under ``out``/truth; yields the pages of each.

    ``kinds`` empty: whole dossiers; else one paper each, types and families in turn. ``held_out`` draws only with the
    font, layout and damage kept back; with ``usual_damage`` the font and layout are, the damage is as asked.
    """
    for index in range(count):
        rng = Random(f"{seed}/{index}")
        source = f"D{index + 1:06d}"
        of = case(rng)
        if kinds:
            family = families[index // len(kinds) % len(families)]
            papers = [_paper(kinds[index % len(kinds)], rng, of, hand, held_out)]
        else:
            family = families[index % len(families)]
            papers = [_paper(k, rng, of, hand, held_out) for k in _mixture(rng)]
        if held_out and not usual_damage:
            family = damage.HELD_OUT
        dpi = rng.choice(list(dpis))
        batch = Batch(source, of.code, papers, _sides(papers, family, dpi, turned, rng), f"{seed}/{source}")
        _pack(batch, out / "inbox", family, rng)
        write_truth(out / "truth" / f"{source}.json", batch.truth())
        yield len(batch.sides)


def _mixture(rng: Random) -> list[str]:
    kinds = ["giay_tiep_nhan"]
    if rng.random() < 0.8:
        kinds.append("giay_kham_suc_khoe_lai_xe")
    kinds += rng.choices(list(_BESIDE), weights=list(_BESIDE.values()), k=rng.choice((0, 0, 1, 1, 2)))
    return kinds


def _paper(kind: str, rng: Random, of: Case, hand: str, held_out: bool) -> Paper:
    module = found()[kind]
    layout = module.LAYOUTS[-1] if held_out else rng.choice(module.LAYOUTS[:-1])
    by_hand = {"never": False, "always": True}.get(hand)
    return module.draw(rng, of, layout, held_out, by_hand)


def _sides(papers: Sequence[Paper], family: str, dpi: int, turned: float, rng: Random) -> list[Side]:
    sides = []
    mode = "bilevel" if family == "fax" else None
    for number, paper in enumerate(papers):
        for index in range(len(paper.sheets)):
            rotation = rng.choice((90, 180, 270)) if rng.random() < turned else 0
            sides.append(Side(number, index, family, mode, rotation, dpi))
        if len(papers) > 1 and rng.random() < 0.12:
            sides.append(Side(number, None, family, mode, 0, dpi))
    return sides


def _pack(batch: Batch, root: Path, family: str, rng: Random) -> None:
    everything = range(len(batch.sides))
    manner = "jpeg" if family == "phone" else rng.choice(("jpeg", "jpeg", "pdf", "tiff"))
    if manner == "pdf":
        batch.pdf(root, "scan.pdf", everything)
    elif manner == "tiff":
        batch.tiff(root, "scan.tif", everything)
    else:
        batch.jpegs(root, [f"{i + 1:03d}.jpg" for i in everything], with_dpi=family != "phone")
