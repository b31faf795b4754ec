"""Rates, points, intervals and periods against numbers worked out by hand, and against what must always hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoso.errors import Usage
from hoso.values.periods import period
from hoso.values.rates import both, either, percent, points, share, wilson

FLAG = st.sampled_from([True, False, None])
MEMBERS = st.lists(st.tuples(FLAG, FLAG), max_size=6)


def test_two_decimals_with_halves_up() -> None:
    assert percent(1, 3) == Decimal("33.33")
    assert percent(2, 3) == Decimal("66.67")
    assert percent(1, 800) == Decimal("0.13")  # 0.125
    assert percent(0, 5) == Decimal("0.00")
    assert percent(0, 0) is None


def test_eighty_per_cent_earns_all_points_and_less_earns_in_proportion() -> None:
    assert points(80, 100, 4) == Decimal("4.00")
    assert points(97, 100, 4) == Decimal("4.00")
    assert points(60, 100, 4) == Decimal("3.00")  # 60 x 4 / 80
    assert points(1, 3, 2) == Decimal("0.83")  # 33.333… x 2 / 80 = 0.8333…
    assert points(0, 7, 2) == Decimal("0.00")
    assert points(0, 0, 2) is None


def test_an_unknown_member_makes_a_range_and_never_a_no() -> None:
    found = share([(True, True), (True, True), (True, False), (True, None)])
    assert (found.hits, found.of, found.unknown) == (2, 4, 1)
    assert (found.low, found.high, found.rate) == (Decimal("50.00"), Decimal("75.00"), Decimal("50.00"))
    assert not found.exact


def test_nothing_known_is_no_rate() -> None:
    assert share([(True, None), (True, False)]).rate is None
    assert share([]).rate is None
    assert share([(True, False)]).rate == Decimal("0.00")


@given(MEMBERS)
def test_the_range_is_that_of_every_way_the_unknown_may_turn_out(
    members: list[tuple[bool | None, bool | None]],
) -> None:
    def ways(flag: bool | None) -> tuple[bool, ...]:
        return (True, False) if flag is None else (flag,)

    rates = set()
    for turned in product(*(product(ways(belongs), ways(meets)) for belongs, meets in members)):
        within = [meets for belongs, meets in turned if belongs]
        if within:
            rates.add(percent(sum(within), len(within)))
    found = share(members)
    if not rates:
        assert found.low is None
        return
    assert found.high == max(rates)  # type: ignore[type-var]
    if found.low is not None:
        assert found.low == min(rates)  # type: ignore[type-var]
    if found.rate is not None:
        assert 0 <= found.rate <= (found.high or 0) <= 100
    if found.exact:
        assert found.low == found.high


@given(FLAG, FLAG)
def test_what_is_known_decides(one: bool | None, other: bool | None) -> None:
    assert both(one, other) is (False if False in (one, other) else None if None in (one, other) else True)
    assert either(one, other) is (True if True in (one, other) else None if None in (one, other) else False)


def test_wilson_as_in_the_textbook() -> None:
    low, high = wilson(5, 50) or (0, 0)  # p = 0.1, z² = 3.8415: (0.138415 ± 0.095097) / 1.076829
    assert (round(low, 4), round(high, 4)) == (0.0435, 0.2136)
    assert (wilson(0, 20) or (1, 0))[0] == 0.0
    assert round((wilson(0, 20) or (0, 0))[1], 4) == 0.1611  # z² / (n + z²) = 3.8415 / 23.8415
    assert wilson(0, 0) is None


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(drawn: tuple[int, int]) -> None:
    part, whole = drawn
    low, high = wilson(part, whole) or (1.0, 0.0)
    assert 0 <= low <= part / whole <= high <= 1
    assert low < high


def test_periods_end_on_their_last_day() -> None:
    assert (period("2024-02").first, period("2024-02").last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (period("2026-Q4").first, period("2026-Q4").last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert period("2026").months[0] == "2026-01"
    assert len(period("2026").months) == 12
    assert period("2026-q2").name == "2026-Q2"


@pytest.mark.parametrize(
    "written", ["", "2026-13", "2026-00", "2026-5", "2026-Q5", "05/2026", "26", "9999", "2026-05-01"]
)
def test_a_wrong_period_is_said(written: str) -> None:
    with pytest.raises(Usage, match="--period"):
        period(written)
