"""A small share of what was accepted is keyed again blindly; what differs is looked at by a third; the rate is measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hoso.errors import Refused, Usage
from hoso.nouns import Fact, Filing
from hoso.recipe import erasing, keying, reporting
from hoso.recipe.standing import standing
from hoso.site import Site
from hoso.values.periods import period

sys.path[:0] = [str(Path(__file__).parents[1] / "warehouse"), str(Path(__file__).parents[1] / "contracts")]
from filings import decision_filing  # noqa: E402
from homes import approved, loaded, opened, received  # noqa: E402

APPROVER, AN, BINH, CHI = "Cán bộ thử nghiệm", "Nguyễn Thị An", "Trần Văn Bình", "Lê Thị Chi"
EVERY = "[desk]\nsecond_keying = 1.0\n"


def filing(number: int) -> Filing:
    """A paper whose fields were all read clearly, but for one that is not printed."""
    made = decision_filing(number)
    fields = tuple(replace(f, status="clear" if f.value else f.status) for f in made.record.fields)
    return replace(made, record=replace(made.record, fields=fields))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A home with two filed papers, of which every accepted field is to be keyed again."""
    home = opened(tmp_path / "home", EVERY)
    loaded(home, *received(home, filing(1), filing(2)).values(), who=APPROVER)
    yield home
    home.close()


def first(site: Site, who: str = AN) -> keying.Due:
    return next(iter(keying.due(site, who)))


def test_only_what_was_accepted_unseen_is_chosen_and_told_once(site: Site) -> None:
    told = [(fact.subject, fact.body["field"]) for fact in site.ledger.facts(keying.TO_KEY)]
    assert len(told) == len(set(told)) == 12, "six clear fields with ink in each of two papers, none that is missing"
    record, _ = keying.record_of(site, told[0][0])
    assert keying.choose(site, record) == 6
    assert len(list(site.ledger.facts(keying.TO_KEY))) == 12
    said = [str(line) for line in site.ledger.lines()]
    assert not any("NGUYỄN" in line or "kinh phí" in line for line in said), "no value stands in the ledger"
    typed = replace(record.fields[0], source="person")
    assert not keying.accepted(typed)
    assert not keying.accepted(replace(record.fields[0], status="doubtful"))


def test_the_share_is_kept_and_is_the_same_however_often_it_is_drawn(tmp_path: Path) -> None:
    home = opened(tmp_path / "home", "[desk]\nsecond_keying = 0.05\n")
    records = [filing(n).record for n in range(400)]
    chosen = [keying.choose(home, record) for record in records]
    assert 80 <= sum(chosen) <= 160, "5 % of 2,400 fields"
    assert chosen == [keying.choose(home, record) for record in records]
    home.close()


def test_who_decided_on_a_paper_does_not_key_it_again(site: Site) -> None:
    assert list(keying.due(site, APPROVER)) == []
    with pytest.raises(Refused):
        keying.key_again(site, first(site).document, first(site).field, "x", APPROVER)


def test_the_same_value_counts_as_right_whatever_its_capitals(site: Site) -> None:
    one = first(site)
    value = keying.record_of(site, one.document)[0].value(one.field)
    assert keying.key_again(site, one.document, one.field, f"  {str(value).lower()} ", AN)
    assert one not in list(keying.due(site, AN))
    with pytest.raises(Refused):
        keying.key_again(site, one.document, one.field, str(value), BINH)
    (told,) = site.ledger.facts(keying.AGAIN)
    assert told.body["same"] == "yes"


def test_a_difference_is_settled_by_a_third_and_counts_only_then(site: Site) -> None:
    one = next(due for due in keying.due(site, AN) if due.field == "nguoi_ky")
    right = str(keying.record_of(site, one.document)[0].value("nguoi_ky"))
    assert not keying.key_again(site, one.document, "nguoi_ky", "NGUYỄN VĂN ĐỨT", AN)
    assert list(site.ledger.facts(keying.AGAIN)) == []
    assert not any((d.document, d.field) == (one.document, "nguoi_ky") for d in keying.due(site, AN)), "not by the same"
    third = keying.mine(site, one.document, "nguoi_ky", BINH)
    assert (third.first, third.keyed) == (AN, "NGUYỄN VĂN ĐỨT")
    with pytest.raises(Refused):
        keying.key_again(site, one.document, "nguoi_ky", right, CHI)
    assert keying.settle(site, one.document, "nguoi_ky", right, BINH), "the one who keyed again was wrong"
    other = next(due for due in keying.due(site, AN) if due.field == "nguoi_ky")
    assert not keying.key_again(site, other.document, "nguoi_ky", "TRẦN THỊ HOA", AN)
    assert not keying.settle(site, other.document, "nguoi_ky", "TRẦN THỊ HOA", BINH), "what was accepted was wrong"
    report = reporting.report(site, "quality", period("2026-11"), "month")
    sheet = next(sheet for sheet in report.sheets if sheet.name == "errors")
    rows = {(row[0], row[1]): row for row in sheet.rows}
    assert rows[("Tất cả", "")][2:4] == (2, 1)
    low, high = rows[("Tất cả", "")][5:7]
    assert float(str(low)) < 50.0 < float(str(high))


def test_that_the_paper_has_no_such_value_is_a_difference_too(site: Site) -> None:
    one = first(site)
    assert not keying.key_again(site, one.document, one.field, "", AN)
    assert keying.mine(site, one.document, one.field, BINH).keyed is None
    assert not keying.settle(site, one.document, one.field, "", BINH)


def test_nobody_and_unknown_papers_are_refused(site: Site) -> None:
    one = first(site)
    with pytest.raises(Usage):
        keying.key_again(site, one.document, one.field, "x", " ")
    with pytest.raises(Refused):
        keying.key_again(site, "0" * 24, one.field, "x", AN)
    with pytest.raises(Refused):
        keying.settle(site, one.document, one.field, "x", BINH)


def test_what_is_erased_is_not_keyed_and_what_was_keyed_of_it_goes_too(site: Site) -> None:
    one = first(site)
    keying.key_again(site, one.document, one.field, "KHÁC HẲN", AN)
    (told,) = site.ledger.facts(keying.OTHERWISE)
    erasing.erase(site, erasing.plan(site, (one.dossier,)), who="Thử", reason="thử", order="1")
    assert not site.store.has(told.body["change"])
    assert one.document not in {due.document for due in keying.due(site, BINH)}
    with pytest.raises(Refused):
        keying.record_of(site, one.document)


def test_a_paper_that_a_mandate_let_through_may_be_keyed_by_anybody(tmp_path: Path) -> None:
    home = opened(tmp_path / "home", EVERY)
    outcome = next(iter(received(home, filing(3)).values()))
    loaded(home, outcome, who="Người giao ủy quyền")
    approved(home, outcome.records[0], "Người giao ủy quyền")
    assert list(keying.due(home, AN))
    assert isinstance(next(iter(home.ledger.facts(keying.TO_KEY))), Fact)
    assert standing(home, outcome.dossier.id).loaded
    home.close()
