"""Drawn certificates, requests and control sheets: each layout says what its truth says, inside the paper."""

import re
import unicodedata
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hoso import forms as form_files
from hoso.values import words
from tests.papers.conftest import folded
from tools.papers import civil
from tools.papers.people import case
from tools.papers.sheet import HEIGHT, WIDTH

ROOT = Path(__file__).parents[2]
TYPES = ("giay_khai_sinh", "giay_xac_nhan_hon_nhan", "gcn_ho_kinh_doanh", "don_doi_gplx", "phieu_kiem_soat")
MODULES: dict[str, Any] = {kind: import_module(f"tools.papers.types.{kind}") for kind in TYPES}
EVERY_LAYOUT = [(kind, layout) for kind in TYPES for layout in MODULES[kind].LAYOUTS]
FORMS = form_files.load(ROOT / "schemas")


def said(name: str, value: object) -> list[str]:
    """What must stand in print for a value to be true."""
    if isinstance(value, list):
        return [v for row in value for k, v in row.items() if v and k not in {"stt", "thoi_gian"}]
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return [str(date.fromisoformat(text).year)]
    return [f"{int(text):,}".replace(",", " ")] if name == "von" else [text]


@pytest.mark.parametrize(("kind", "layout"), EVERY_LAYOUT)
def test_every_layout_prints_what_its_truth_says(kind: str, layout: str) -> None:
    known = {f.name for form in FORMS.all if form.type == kind for f in form.fields}
    needed = {f.name for form in FORMS.all if form.type == kind for f in form.fields if f.required}
    for seed in range(4):
        rng = Random(f"{kind}{layout}{seed}")
        paper = MODULES[kind].draw(rng, case(rng), layout)
        assert set(paper.fields) <= known
        assert needed <= set(paper.fields)
        boxed = set().union(*(s.fields for s in paper.sheets))
        assert set(paper.fields) <= boxed
        printed = folded("\n".join(line.text for s in paper.sheets for line in s.lines))
        for name, value in paper.fields.items():
            for text in said(name, value):
                assert text == unicodedata.normalize("NFC", text)
                assert folded(text) in printed, (name, text)


@pytest.mark.parametrize(("kind", "layout"), EVERY_LAYOUT)
def test_nothing_of_them_is_written_past_the_edge(kind: str, layout: str) -> None:
    for seed in range(4):
        rng = Random(f"edge{kind}{layout}{seed}")
        for sheet in MODULES[kind].draw(rng, case(rng), layout, False, seed == 0).sheets:
            for line in sheet.lines:
                left, top, right, bottom = line.box
                assert left > 4, line.text
                assert top > 4, line.text
                assert right < WIDTH - 6, line.text
                assert bottom < HEIGHT - 4, line.text


@pytest.mark.parametrize("kind", TYPES)
def test_one_seed_draws_one_paper(kind: str) -> None:
    layout = MODULES[kind].LAYOUTS[0]
    one, again = (MODULES[kind].draw(Random("same"), case(Random("c")), layout) for _ in range(2))
    assert one.fields == again.fields
    assert [line.text for s in one.sheets for line in s.lines] == [line.text for s in again.sheets for line in s.lines]


def test_the_words_of_a_birth_day_agree_with_its_figures_and_a_sum_with_its_own() -> None:
    for seed in range(30):
        rng = Random(seed)
        born = MODULES["giay_khai_sinh"].draw(rng, case(rng), rng.choice(("law", "plain", "old", "copy"))).fields
        assert words.read_date(born["ngay_sinh_bang_chu"]).value == born["ngay_sinh"]
        number = rng.randrange(1, 10 ** rng.randint(1, 12))
        assert words.read_number(civil.in_words(number)).value == str(number)


def test_handovers_follow_one_another_in_time() -> None:
    for seed in range(10):
        rng = Random(seed)
        rows = MODULES["phieu_kiem_soat"].draw(rng, case(rng), "sheet").fields["qua_trinh"]
        times = [datetime.fromisoformat(row["thoi_gian"]) for row in rows]
        assert times == sorted(times)
        assert len(times) >= 2


def test_papers_of_one_case_share_the_person() -> None:
    for seed in range(10):
        of = case(Random(seed))
        status = MODULES["giay_xac_nhan_hon_nhan"].draw(Random(seed), of, "form").fields
        request = MODULES["don_doi_gplx"].draw(Random(seed), of, "typed").fields
        owner = MODULES["gcn_ho_kinh_doanh"].draw(Random(seed), of, "table").fields
        assert status["so_cccd"] == request["so_cccd"] == owner["so_cccd"] == of.person.number
        assert status["ho_ten"].casefold() == request["ho_ten"].casefold() == owner["chu_ho"].casefold()
