"""Boxes find free ground, first at the top right."""

from __future__ import annotations

import pytest

from hoso.stages.place import Ground, free_box, top_right

SIZE, MARGIN = (0.3, 0.05), (0.02, 0.02)


def test_the_first_place_on_empty_ground_is_the_upper_right_corner() -> None:
    box, share = free_box(Ground([]), SIZE, top_right(SIZE, MARGIN, 0.1))
    assert box == pytest.approx((0.68, 0.02, 0.98, 0.07))
    assert share == 0


def test_a_taken_corner_is_passed_over_downwards_then_leftwards() -> None:
    box, share = free_box(Ground([(0.6, 0.0, 1.0, 0.05)]), SIZE, top_right(SIZE, MARGIN, 0.1))
    assert share == 0
    assert box[0] == pytest.approx(0.68)
    assert box[1] >= 0.05
    box, share = free_box(Ground([(0.6, 0.0, 1.0, 0.3)]), SIZE, top_right(SIZE, MARGIN, 0.1))
    assert share == 0
    assert box[2] <= 0.6


def test_where_nothing_is_free_the_least_is_covered() -> None:
    ground = Ground([(0.0, 0.0, 1.0, 0.1), (0.0, 0.1, 0.9, 1.0)])
    box, share = free_box(ground, (0.2, 0.1), [(0.1, 0.3), (0.85, 0.3), (0.3, 0.5)])
    assert box == pytest.approx((0.8, 0.3, 1.0, 0.4))
    assert share == pytest.approx(0.5, abs=0.03)


def test_a_box_stays_on_the_page() -> None:
    box, _ = free_box(Ground([]), (0.5, 0.5), [(0.9, 0.9)])
    assert box == (0.5, 0.5, 1.0, 1.0)


def test_ground_counts_shares() -> None:
    ground = Ground([(0.0, 0.0, 0.5, 1.0)])
    assert ground.covered((0.25, 0.25, 0.75, 0.75)) == pytest.approx(0.5, abs=0.01)
    assert ground.covered((0.6, 0.6, 0.9, 0.9)) == 0
    assert ground.covered((0.5, 0.5, 0.5, 0.5)) == 1


def test_without_a_candidate_there_is_no_place() -> None:
    with pytest.raises(ValueError, match="candidate"):
        free_box(Ground([]), SIZE, [])
