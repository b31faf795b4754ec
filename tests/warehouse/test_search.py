"""Search: narrowed, paged, located on the paper; nothing typed breaks it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.errors import Usage
from hoso.nouns import PageRef, Reading, Word
from hoso.recipe.sighting import boxes
from hoso.settings import Settings
from hoso.warehouses import ducklake
from hoso.warehouses.api import Only
from hoso.warehouses.ducklake import words
from hoso.warehouses.ducklake.house import House

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import NAMES, batch, decision_filing, receipt_filing


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = ducklake.open(Settings(), tmp_path_factory.mktemp("home"))
    elsewhere = replace(decision_filing(40), code="000.00.17.H23-260620-0040")
    opened.load(batch("b1", *(decision_filing(n) for n in range(30)), receipt_filing(9), elsewhere))
    yield opened
    opened.close()


def sources(house: House, typed: str, **only: str) -> set[str]:
    return {hit.source for hit in house.search(typed, 1000, 0, Only(**only))}


def test_a_search_is_narrowed_to_a_type(house: House) -> None:
    assert {"HS0009", "HS0004"} <= sources(house, NAMES[4])
    assert sources(house, NAMES[4], type="giay_tiep_nhan") == {"HS0009"}
    assert sources(house, NAMES[4], type="khong_co") == set()


def test_a_search_is_narrowed_to_days_and_papers_without_one_fall_out(house: House) -> None:
    assert sources(house, "chủ tịch", since="2026-03-28") == {"HS0027"}
    assert sources(house, "chủ tịch", since="2026-03-05", until="2026-03-05") == {"HS0004"}
    assert sources(house, "chủ tịch", until="2026-03-01") == {"HS0000", "HS0028"}


def test_a_search_is_narrowed_to_an_agency_and_those_below_it(house: House) -> None:
    assert sources(house, "chủ tịch", agency="H23.17") == {"HS0040"}
    assert len(sources(house, "chủ tịch", agency="H23")) == 31
    assert sources(house, "chủ tịch", agency="H2") == set()


@pytest.mark.parametrize("named", ["000.00.16.H23-260620-0007", "HS0007"])
def test_a_search_is_narrowed_to_a_dossier(house: House, named: str) -> None:
    assert sources(house, "chủ tịch", dossier=named) == {"HS0007"}


def test_pages_of_hits_follow_one_another(house: House) -> None:
    whole = [hit.document for hit in house.search("chủ tịch", 31)]
    assert [h.document for at in (0, 10, 20, 30) for h in house.search("chủ tịch", 10, at)] == whole
    assert len(set(whole)) == 31
    assert house.search("chủ tịch", 10, 31) == ()


def test_a_hit_tells_where_in_the_text_its_words_stand(house: House) -> None:
    (hit,) = house.search('"7/qd-ubnd"')
    text = decision_filing(7).texts[0]
    assert [text[first:behind] for first, behind in hit.spans] == ["7/QĐ-UBND"]
    assert (hit.code, hit.day) == ("000.00.16.H23-260620-0007", "2026-03-08")


def test_words_lead_to_the_boxes_of_their_ink() -> None:
    def word(text: str, left: float, line: int) -> Word:
        return Word(text, (left, line / 10, left + 0.1, line / 10 + 0.05), 0.9, line)

    reading = Reading(
        PageRef("0" * 64, 1), "e",
        (word("Số:", 0.1, 0), word("7/QĐ-UBND", 0.3, 0), word("Ủy", 0.1, 1), word("ban", 0.3, 1), word("nhân", 0.1, 2)),
    )  # fmt: skip
    text = reading.text()
    assert boxes(reading, words.spans(text, words.clauses("7/QĐ-UBND"))) == ((0.3, 0.0, 0.4, 0.05),)
    assert boxes(reading, words.spans(text, words.clauses('"uy ban nhan"'))) == (
        (0.1, 0.1, 0.4, 0.15000000000000002),
        (0.1, 0.2, 0.2, 0.25),
    )
    assert boxes(reading, ()) == ()


_TYPED = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ['"', "*", "(", ")", "-", "^", ":", "/", "AND", "OR", "NOT", "NEAR", "NEAR(", "folded", "{", "}", "\0", "đức",
             "12/QĐ-UBND", "+", "'", ";", "%", "_", "\u0301", "İ", "ß", "\ud800"]
        ),
        max_size=8,
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TYPED)
def test_nothing_that_is_typed_breaks_a_search(house: House, typed: str) -> None:
    try:
        hits = house.search(typed)
    except Usage:  # no word is left
        hits = ()
    assert all(0 <= first < behind for hit in hits for first, behind in hit.spans)


def test_a_prefix_and_a_phrase_are_more_than_their_words(house: House) -> None:
    assert len(sources(house, '"phí số 2*"')) == 11  # 2, 20 to 29
    assert sources(house, '"phí kinh"') == set()


def test_the_index_is_built_again_from_the_tables(house: House) -> None:
    before = house.search("chủ tịch", 50), house.lookup("number", "7/QĐ-UBND")
    house._index.make()
    house._index.settled()
    assert house._index.search("chủ tịch", 50, 0, Only()) == ()
    house.reindex()
    after = house.search("chủ tịch", 50), house.lookup("number", "7/QĐ-UBND")
    assert {h.document for h in after[0]} == {h.document for h in before[0]}
    assert after[1] == before[1]
