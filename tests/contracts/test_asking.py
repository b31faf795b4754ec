"""What every warehouse answers alike: look-ups, narrowed searches, masked questions."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from filings import NAMES, batch, decision_filing, digest, receipt_filing

from hoso.errors import Usage
from hoso.nouns import Field, Filing, Place
from hoso.settings import Settings
from hoso.site import found
from hoso.warehouses.api import Only, Warehouse

PERSON, CITIZEN = "999190000123", "HOÀNG ÁNH MẪU"
BOX = (0.1, 0.2, 0.4, 0.22)


def application(number: int) -> Filing:
    """An application of a made-up person."""
    filing = decision_filing(number)
    fields = (
        Field("ho_ten", CITIZEN, CITIZEN, 0.9, Place(1, (0.1, 0.1, 0.4, 0.12)), status="clear"),
        Field("so_cccd", PERSON, PERSON, 0.9, Place(1, BOX), status="clear"),
    )
    document = replace(filing.record.document, id=digest("application", number)[:24], type="don_doi_gplx")
    record = replace(filing.record, document=document, fields=fields)
    return replace(filing, record=record, sealed=replace(filing.sealed, document=document.id))


@pytest.fixture(scope="module", params=found("warehouses"))
def asked(
    request: pytest.FixtureRequest,
    settings_shared: Callable[[str], Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Warehouse]:
    module = importlib.import_module(f"hoso.warehouses.{request.param}")
    opened: Warehouse = module.open(settings_shared(request.param), tmp_path_factory.mktemp("asked"))
    elsewhere = replace(decision_filing(40), code="000.00.17.H23-260620-0040")
    opened.load(batch("b1", *(decision_filing(n) for n in range(12)), receipt_filing(9), elsewhere))
    opened.load(batch("b2", application(51), application(52)))
    yield opened
    opened.close()


def sources(asked: Warehouse, typed: str, **only: str) -> set[str]:
    return {hit.source for hit in asked.search(typed, 1000, 0, Only(**only))}


@pytest.mark.parametrize("typed", [PERSON, "999 190 000 123", f" {PERSON[:3]}.{PERSON[3:]}"])
def test_a_person_is_found_by_number_with_the_place_of_its_ink(asked: Warehouse, typed: str) -> None:
    told = asked.lookup("person", typed)
    assert {f.source for f in told} == {"HS0051", "HS0052"}
    assert {(f.field, f.value, f.position, f.box) for f in told} == {("so_cccd", PERSON, 1, BOX)}


def test_papers_and_dossiers_are_found_however_they_are_typed(asked: Warehouse) -> None:
    assert [f.source for f in asked.lookup("number", "011 / qd-ubnd")] == ["HS0011"]
    assert {f.source for f in asked.lookup("dossier", "hs0009")} == {"HS0009"}
    assert asked.lookup("number", "1/QĐ-UBND")[0].source == "HS0001"
    assert asked.lookup("person", PERSON[:11]) == ()
    with pytest.raises(Usage):
        asked.lookup("person", " - ")


def test_a_search_is_narrowed(asked: Warehouse) -> None:
    assert sources(asked, "chủ tịch", agency="H23.17") == {"HS0040"}
    assert sources(asked, "chu tich", since="2026-03-05", until="2026-03-05") == {"HS0004"}
    assert sources(asked, "chủ tịch", dossier="000.00.16.H23-260620-0007") == {"HS0007"}
    assert sources(asked, NAMES[4], type="giay_tiep_nhan") == {"HS0009"}
    assert sources(asked, "chủ tịch", agency="H2") == set()


def test_a_masked_question_shows_no_name_and_no_number(asked: Warehouse) -> None:
    plain, masked = (
        str([ask(f"SELECT * FROM {table}").rows for table in ("fields", "pages", "v_giay_tiep_nhan", "mentions")])
        for ask in (asked.query, asked.query_masked)
    )
    assert PERSON in plain
    assert CITIZEN in plain
    assert PERSON not in masked
    assert CITIZEN not in masked
    assert "9991******23" in masked


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM history.fields",
        "SELECT * FROM lake.history.pages",
        "FROM duckdb_secrets()",
        "FROM glob('/etc/*')",
    ],
)
def test_no_masked_question_gets_around_its_views(asked: Warehouse, sql: str) -> None:
    try:
        told = str(asked.query_masked(sql).rows)
    except Usage:
        return
    assert PERSON not in told
    assert "passwd" not in told
    assert "hoso" not in told
