"""Terms are read as an office writes them, the longest counts, and its year ends before a dossier may go."""

from __future__ import annotations

import pytest

from hoso.values.retention import FOR_EVER, Term, free_on, longest, terms


def test_terms_are_read_as_an_office_writes_them() -> None:
    assert terms(["a=10", " b = vĩnh viễn ", "* = 5"]) == {"a": 10, "b": FOR_EVER, "*": 5}
    for line in ("a", "a=", "=5", "a = 0", "a = 5,5", "a = mười", "a = 999"):
        with pytest.raises(ValueError, match=r".*"):
            terms([line])
    with pytest.raises(ValueError, match="a = 6"):
        terms(["a = 5", "a = 6"])


def test_the_longest_counts_and_what_is_unknown_is_no_term() -> None:
    known = {"a": 10, "b": 20, "c": FOR_EVER}
    assert longest(["a", "b"], known) == Term("b", 20)
    assert longest(["a", "c", "b"], known) == Term("c", FOR_EVER)
    assert longest(["a", "x"], known) == Term("x", None)
    assert longest(["x", "c"], known) == Term("c", FOR_EVER)
    assert longest(["x"], {"*": 3}) == Term("x", 3)
    assert longest([], {"*": 3}) == Term("", 3)
    assert longest([], {}) == Term("", None)


def test_the_year_in_which_the_work_ended_is_not_counted() -> None:
    assert free_on(2026, Term("a", 10)) == "2037-01-01"
    assert free_on(2026, Term("a", FOR_EVER)) == ""
    assert free_on(2026, Term("a", None)) == ""
