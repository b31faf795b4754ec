"""The papers of the Decree 30/2020 family: every member, in every layout, prints what its truth says."""

import re
import unicodedata
from datetime import date
from pathlib import Path
from random import Random

import pytest

from hoso import forms as form_files
from hoso.values import numbers
from tests.papers.conftest import folded
from tools.papers.people import case
from tools.papers.prose import NAMES
from tools.papers.sheet import HEIGHT, WIDTH
from tools.papers.types import found
from tools.papers.types.van_ban import MEMBERS

ROOT = Path(__file__).parents[2]
ALWAYS = {"dia_danh", "co_quan_ban_hanh", "ten_loai", "trich_yeu", "nguoi_ky", "chuc_vu"}
SOMETIMES = {"so_ky_hieu", "ngay_ban_hanh", "co_quan_chu_quan", "noi_nhan"}
LAYOUTS = ("classic", "wide", "long", "older", "draft", "flush")


def drawn(kind: str, layout: str, seed: int, hand: bool | None = False):
    rng = Random(f"{kind}{layout}{seed}")
    return found()[kind].draw(rng, case(rng), layout, False, hand)


def test_the_family_is_that_of_the_decree_and_every_member_has_a_form() -> None:
    types = form_files.load(ROOT / "schemas").types()
    assert set(MEMBERS) <= set(types)
    assert {NAMES[kind] for kind in MEMBERS} >= set(numbers.TYPES.values()) - {"Quyết định"}
    assert set(MEMBERS) <= set(found())


@pytest.mark.parametrize("layout", [*LAYOUTS, "two"])
@pytest.mark.parametrize("kind", ["cong_van", "to_trinh", "bien_ban", "quy_che"])
def test_a_member_prints_what_its_truth_says_inside_the_paper(kind: str, layout: str) -> None:
    if layout not in MEMBERS[kind].LAYOUTS:
        assert layout == "two"
        return
    for seed in range(2):
        paper = drawn(kind, layout, seed)
        assert set(paper.fields) >= ALWAYS
        assert set(paper.fields) <= ALWAYS | SOMETIMES
        printed = folded("\n".join(line.text for s in paper.sheets for line in s.lines))
        for name, value in paper.fields.items():
            assert isinstance(value, str)
            assert value == unicodedata.normalize("NFC", value)
            if name == "ngay_ban_hanh":
                assert re.search(rf"\b0?{date.fromisoformat(value).day}\b", printed)
            elif not (name == "ten_loai" and kind == "cong_van"):
                assert folded(value) in printed, name
        for line in (line for s in paper.sheets for line in s.lines):
            left, top, right, bottom = line.box
            assert (left > 4, top > 4, right < WIDTH - 8, bottom < HEIGHT - 6) == (True,) * 4, line.text


def test_a_draft_leaves_number_and_day_open() -> None:
    paper = drawn("thong_bao", "draft", 1)
    assert {"so_ky_hieu", "ngay_ban_hanh"}.isdisjoint(paper.fields)
    text = "\n".join(line.text for line in paper.sheets[0].lines)
    assert re.search(r"Số: /TB-", text)
    assert re.search(r"ngày tháng năm 20\d\d", text)


def test_two_who_sign_stand_side_by_side_and_the_right_one_counts() -> None:
    paper = drawn("bien_ban", "two", 3)
    page = next(s for s in paper.sheets if "nguoi_ky" in s.fields)
    assert page.fields["nguoi_ky"][0][0] > WIDTH / 2
