"""Each indicator of Decision 766 on dossiers whose answer can be seen without counting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.stages.reports.digitization import Work, digitization
from hoso.stages.reports.kpi import kpi
from hoso.stages.reports.quality import FieldCount, Keyed, Paper, quality
from hoso.values.indicators import INDICATORS, Case, indicator, on_time, population_procedures, synchronised
from hoso.values.periods import period
from hoso.values.rates import Share
from hoso.values.reports import Cell, Report

MAY = period("2026-05")
DONE = Case(
    "H24.16-20260504-0000001", date(2026, 5, 4), "H24.16", procedure="1.001612", needs_result=True, citizens=True,
    due=date(2026, 5, 11), ended=date(2026, 5, 8), state=9, papers=2, components=1, results=1, marked_digital=True,
    reused=False, from_store=False, result_link=True, verified=False, population=True, synced="2026-05-08T10:00:00+07:00",
)  # fmt: skip
BARE = Case("HS-1", date(2026, 5, 5), papers=1, components=1)
"""What Hoso knows by its own papers alone."""


def of(id_: str, *cases: Case) -> Share:
    return indicator(next(one for one in INDICATORS if one.id == id_), cases, MAY)


def rows(report: Report, sheet: str) -> list[dict[str, Cell]]:
    found = next(one for one in report.sheets if one.name == sheet)
    return [{c.name: cell for c, cell in zip(found.columns, row, strict=True)} for row in found.rows]


def test_a_dossier_without_a_receiving_day_is_not_counted() -> None:
    undated = replace(DONE, received=None)
    for one in INDICATORS:
        assert indicator(one, [undated], MAY).of == 0
    assert of("4.3", DONE, undated, replace(DONE, received=date(2026, 6, 1))).of == 1


def test_digitization_needs_both_ends() -> None:
    no_result = replace(DONE, results=0, result_link=False)
    none_needed = replace(no_result, needs_result=False)
    no_component = replace(DONE, components=0, marked_digital=False)
    found = of("4.2", DONE, no_result, none_needed, no_component)
    assert (found.hits, found.of, found.rate) == (2, 4, Decimal("50.00"))


def test_a_result_counts_only_where_one_is_due_by_writing() -> None:
    found = of("4.1", DONE, replace(DONE, result_link=False), replace(DONE, result_link=True, needs_result=False))
    assert (found.hits, found.of, found.rate) == (1, 2, Decimal("50.00"))


def test_reuse_by_the_formula_is_the_mark_of_digitizing_and_true_reuse_its_own() -> None:
    reused = replace(DONE, reused=True)
    unmarked = replace(DONE, marked_digital=False)
    assert of("4.3", DONE, reused, unmarked).rate == Decimal("66.67")
    assert of("4.3*", DONE, reused, unmarked).rate == Decimal("33.33")


def test_sharing_is_a_file_of_the_store_or_a_synced_result() -> None:
    neither = replace(DONE, result_link=False)
    assert of("4.4", DONE, neither, replace(neither, from_store=True), neither).rate == Decimal("50.00")


def test_population_data_is_used_by_any_of_three_marks() -> None:
    none = replace(DONE, population=False)
    marked = (replace(none, verified=True), replace(none, from_store=True), DONE)
    assert of("4.5b", none, *marked).rate == Decimal("75.00")


def test_procedures_are_counted_once_among_those_for_citizens() -> None:
    other = replace(DONE, procedure="2.000815", population=False)
    ministry = replace(DONE, procedure="3.000001")
    citizens = frozenset({"1.001612", "2.000815", "1.004873", "1.000656"})
    found = population_procedures([DONE, DONE, other, ministry], MAY, citizens)
    assert (found.hits, found.of, found.rate) == (1, 4, Decimal("25.00"))


def test_syncing_is_measured_by_the_larger_count() -> None:
    assert synchronised([DONE, DONE], MAY, 3, 8).rate == Decimal("25.00")
    assert synchronised([DONE, BARE], MAY, 4, 3).high == Decimal("50.00")
    assert synchronised([DONE, DONE], MAY, 1, 1).rate is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"ended": date(2026, 5, 11)}, True),
        ({"ended": date(2026, 5, 12)}, False),
        ({"ended": date(2026, 5, 14), "waited": 3}, True),
        ({"ended": date(2026, 5, 15), "waited": 3}, False),
        ({"supplements": 1}, True),
        ({"supplements": 2}, False),
        ({"state": 4, "ended": None}, False),  # open: taken to 31 May, due on the 11th
        ({"state": 4, "ended": None, "due": date(2026, 6, 1)}, True),
        ({"state": 3}, True),
        ({"state": 8, "ended": date(2026, 5, 20)}, False),
        ({"state": None, "ended": None}, None),
        ({"due": None}, None),
        ({"state": 9, "ended": None}, None),
    ],
)
def test_on_time(change: dict[str, object], expected: bool | None) -> None:
    assert on_time(replace(DONE, **change), MAY.last) is expected  # type: ignore[arg-type]


def test_what_only_the_portal_knows_is_no_zero_on_hosos_own_papers() -> None:
    report = kpi([BARE, BARE], MAY, "agency", "Thử", frozenset(), None)
    lines = {str(row["id"]): row for row in rows(report, "indicators")}
    assert len(lines) == len(INDICATORS) + 2
    for id_, line in lines.items():
        assert line["rate"] is None, id_
        assert line["points"] is None
        assert line["reason"]
    assert "Cổng" in str(lines["4.3"]["reason"])


def test_points_are_given_where_their_rule_is_known() -> None:
    cases = [DONE] * 3 + [replace(DONE, results=0, result_link=False, marked_digital=True)] * 2
    lines = {str(row["id"]): row for row in rows(kpi(cases, MAY, "month", "Thử", frozenset(), None), "indicators")}
    assert (lines["4.2"]["rate"], lines["4.2"]["points"]) == (Decimal("60.00"), Decimal("3.00"))
    assert lines["4.3"]["points"] == Decimal("2.00")
    assert lines["4.4"]["points"] is None


def test_the_provincial_table_of_five_dossiers() -> None:
    cases = [
        DONE,  # components and result digital
        replace(DONE, agency="H24.20", components=0, marked_digital=False, reused=True),  # result only
        replace(DONE, results=0, result_link=False),  # settled, its result on paper
        replace(DONE, state=4, ended=None, results=0, from_store=True, result_link=False),  # open
        Case("x", date(2026, 5, 9), agency="H24.20"),  # nothing known but that it came
        replace(DONE, received=date(2026, 4, 30)),  # not of May
    ]
    report = digitization(cases, MAY, "agency", "Thử", [Work(MAY.first, 2, 9, 3, 7)], [("x", 1)], MAY.last)
    whole, first, second = rows(report, "province")
    assert list(whole.values()) == ["Tất cả", 5, 1, 3, 1, 1, 3, 1, 2]
    assert list(first.values()) == ["H24.16", 3, 0, 3, 0, 1, 2, 1, 1]
    assert list(second.values()) == ["H24.20", 2, 1, None, 1, None, 1, None, 1]
    assert list(rows(report, "unknown")[0].values())[1:] == [1, 1, 1, 1, 1, 1, 1]


def test_dossiers_past_or_near_their_day_are_named() -> None:
    late = replace(DONE, code="late", state=4, ended=None)
    soon = replace(late, code="soon", due=date(2026, 6, 3))
    later = replace(late, code="later", due=date(2026, 6, 4))
    waits = replace(late, code="waits", due=date(2026, 5, 30), waited=5)
    report = digitization([DONE, late, soon, later, waits], MAY, "month", "Thử", [], [], MAY.last)
    assert [(row["code"], row["days_left"]) for row in rows(report, "risks")] == [("late", -20), ("soon", 3)]


def paper(number: int, clear: bool, *fields: FieldCount, released: bool = True, group: str = "A") -> Paper:
    day = date(2026, 5, 2)
    return Paper(str(number), day, "quyet_dinh", group, clear, released, False, "engine", fields, (0.9, 0.5))


def test_quality_counts_what_waits_too() -> None:
    papers = [
        paper(1, True, FieldCount("so", "clear")),
        paper(2, True, FieldCount("so", "clear", person=True)),
        paper(3, False, FieldCount("so", "doubtful"), released=False, group="B"),
        paper(4, True, FieldCount("so", "missing"), group="B"),
    ]
    keyed = [Keyed("quyet_dinh", "so", n >= 5) for n in range(50)]
    report = quality(papers, keyed, MAY, "agency", "Thử")
    whole = rows(report, "straight")[0]
    assert (whole["straight"], whole["rate"], whole["waiting"], whole["corrected"]) == (2, Decimal("50.00"), 1, 1)
    assert rows(report, "fields")[0]["rate"] == Decimal("50.00")
    errors = rows(report, "errors")[0]
    assert (errors["keyed"], errors["errors"], errors["rate"]) == (50, 5, Decimal("10.00"))
    assert (errors["low"], errors["high"]) == (Decimal("4.35"), Decimal("21.36"))
    assert [row["pages"] for row in rows(report, "pages")] == [4, 0, 4, 0]


def test_without_second_keying_there_is_no_error_rate() -> None:
    line = rows(quality([paper(1, True)], [], MAY, "month", "Thử"), "errors")[0]
    assert (line["keyed"], line["errors"], line["rate"], line["low"]) == (0, None, None, None)


FLAGS = st.sampled_from([True, False, None])
CASES = st.lists(
    st.builds(
        Case, st.text("ab", max_size=3), st.sampled_from([None, date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]),
        st.sampled_from([None, "H24.16", "H24.20"]), procedure=st.sampled_from([None, "1.001612"]), needs_result=FLAGS,
        due=st.sampled_from([None, date(2026, 5, 9)]), ended=st.sampled_from([None, date(2026, 5, 8), date(2026, 6, 8)]),
        state=st.sampled_from([None, 4, 8, 9, 10]), papers=st.integers(0, 2), components=st.integers(0, 1),
        results=st.integers(0, 1), marked_digital=FLAGS, reused=FLAGS, from_store=FLAGS, result_link=FLAGS,
        verified=FLAGS, population=FLAGS,
    ), max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(CASES, st.sampled_from(["agency", "procedure", "month"]))
def test_rates_stay_within_bounds_and_groups_add_up_to_the_whole(cases: list[Case], by: str) -> None:
    lines = rows(kpi(cases, MAY, by, "Thử", frozenset({"1.001612"}), None), "indicators")
    for line in lines:
        low, high = line["rate"], line["rate_at_most"]
        if isinstance(low, Decimal):
            assert isinstance(high, Decimal)
            assert 0 <= low <= high <= 100
        if isinstance(line["points"], Decimal):
            assert isinstance(line["most"], int)
            assert 0 <= line["points"] <= line["most"]
    made = digitization(cases, MAY, by, "Thử", [], [], MAY.last)
    province, unknown = rows(made, "province"), rows(made, "unknown")
    for name in list(unknown[0])[1:]:
        assert unknown[0][name] == sum(int(str(row[name])) for row in unknown[1:])
        column = name.removeprefix("unknown_")
        assert int(str(province[0][column] or 0)) == sum(int(str(row[column] or 0)) for row in province[1:])
    assert province[0]["received"] == sum(int(str(row["received"])) for row in province[1:])
    whole = province[0]
    told = [int(str(whole[name] or 0)) for name in ("component_digital", "component_not_digital")]
    assert whole["received"] == sum(told) + int(str(unknown[0]["unknown_component_digital"]))
