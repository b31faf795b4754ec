"""Drawn cards: every layout prints what its truth says, and its codes say the same."""

from datetime import date
from random import Random

import pytest

from hoso.values import citizen, mrz
from tools.papers.cards import ENDLESS, expires
from tools.papers.paper import Paper
from tools.papers.people import case
from tools.papers.types import found

KINDS = ("cccd", "giay_phep_lai_xe")
EVERY = [(kind, layout) for kind in KINDS for layout in found()[kind].LAYOUTS]


def drawn(kind: str, layout: str, seed: int, received: date = date(2026, 5, 4)) -> Paper:
    rng = Random(f"{kind}/{layout}/{seed}")
    return found()[kind].draw(rng, case(rng, received), layout)


@pytest.mark.parametrize(("kind", "layout"), EVERY)
def test_every_layout_prints_every_field_on_its_card(kind: str, layout: str) -> None:
    for seed in range(4):
        paper = drawn(kind, layout, seed)
        boxes = {name for sheet in paper.sheets for name in sheet.fields}
        assert boxes == set(paper.fields)
        printed = " ".join(line.text for sheet in paper.sheets for line in sheet.lines)
        assert str(paper.fields["ho_ten"]) in printed
        for sheet in paper.sheets:
            for line in sheet.lines:
                assert 0 <= line.box[0] < line.box[2] <= sheet.width, line.text
                assert 0 <= line.box[1] < line.box[3] <= sheet.height, line.text


@pytest.mark.parametrize("layout", found()["cccd"].LAYOUTS)
def test_codes_of_a_card_say_what_it_prints(layout: str) -> None:
    zones = codes = 0
    for seed in range(8):
        paper = drawn("cccd", layout, seed)
        for kind, text, _ in (code for sheet in paper.sheets for code in sheet.codes):
            if kind == "mrz":
                read = mrz.parse(text.split("\n"))
                assert read is not None
                zone = citizen.zone(read)
                assert zone is not None
                assert not zone.failed
                assert (zone.number, zone.born) == (paper.fields["so_cccd"], paper.fields["ngay_sinh"])
                assert zone.expires == paper.fields["ngay_het_han"]
                assert citizen.same_name(str(paper.fields["ho_ten"]), zone.name)
                zones += 1
            else:
                card = citizen.parse(text)
                assert card is not None
                assert citizen.same_words(card.name, str(paper.fields["ho_ten"]))
                assert (card.address, card.issued) == (paper.fields["dia_chi"], paper.fields["ngay_cap"])
                codes += 1
    assert zones == codes > 0


def test_a_drawn_card_ends_on_a_day_the_law_names() -> None:
    for seed in range(40):
        fields = drawn("cccd", "copy", seed).fields
        assert fields["ngay_het_han"] in citizen.ends(str(fields["ngay_sinh"]), str(fields["ngay_cap"]))
    assert expires(date(1960, 1, 1), date(2022, 1, 1)) is None
    assert ENDLESS == citizen.ENDLESS


def test_the_last_layout_is_held_out() -> None:
    for kind in KINDS:
        assert drawn(kind, "beside", 1).held_out == ("layout:beside",)
        assert drawn(kind, "alone", 1).held_out == ()
