"""Look-ups: documents by the number of a person, a paper or a dossier, whatever way it is typed."""

from __future__ import annotations

import fcntl
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hoso.cli import hoso
from hoso.errors import Usage
from hoso.nouns import Field, Filing, Place
from hoso.settings import Settings
from hoso.warehouses import ducklake
from hoso.warehouses.ducklake.house import House
from hoso.warehouses.ducklake.place import Folder

sys.path.insert(0, str(Path(__file__).parents[1] / "contracts"))
from filings import batch, decision_filing, digest, receipt_filing

PERSON = "999190000123"
BOX = (0.1, 0.2, 0.4, 0.22)


def application(number: int, person: str = PERSON) -> Filing:
    """An application of a made-up person."""
    filing = decision_filing(number)
    fields = (
        Field("ho_ten", "ĐẶNG MINH ÁNH", "ĐẶNG MINH ÁNH", 0.9, Place(1, (0.1, 0.1, 0.4, 0.12)), status="clear"),
        Field("so_cccd", person, person, 0.9, Place(1, BOX), status="clear"),
    )
    document = replace(filing.record.document, id=digest("application", number)[:24], type="don_doi_gplx")
    sealed = replace(filing.sealed, document=document.id)
    return replace(filing, record=replace(filing.record, document=document, fields=fields), sealed=sealed)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    opened = ducklake.open(Settings(), home)
    opened.load(batch("b1", application(1), decision_filing(12), decision_filing(7), receipt_filing(9)))
    opened.load(batch("b2", application(2), application(3, "999190000124")))
    yield opened
    opened.close()


@pytest.mark.parametrize("typed", [PERSON, "999 190 000 123", "999.190.000.123", f" {PERSON} "])
def test_a_person_is_found_by_number_newest_first(house: House, typed: str) -> None:
    found = house.lookup("person", typed)
    assert [f.source for f in found] == ["HS0002", "HS0001"]
    assert {(f.field, f.value, f.position, f.box) for f in found} == {("so_cccd", PERSON, 1, BOX)}


@pytest.mark.parametrize("typed", ["12/QĐ-UBND", "12/qd-ubnd", "12 / QĐ – UBND", "012/QĐ-UBND", "12/QĐ-UBND."])
def test_a_paper_is_found_by_number_and_symbol(house: House, typed: str) -> None:
    (found,) = house.lookup("number", typed)
    assert (found.source, found.type, found.field, found.value) == ("HS0012", "quyet_dinh", "so_ky_hieu", "12/QĐ-UBND")


@pytest.mark.parametrize("typed", ["000.00.16.H23-260620-0009", "000.00.16.h23-260620-0009", "HS0009", "hs0009"])
def test_a_dossier_is_found_by_code_and_by_what_it_came_under(house: House, typed: str) -> None:
    found = house.lookup("dossier", typed)
    assert {f.type for f in found} == {"giay_tiep_nhan"}
    assert {f.code for f in found} == {"000.00.16.H23-260620-0009"}


def test_a_part_of_a_number_is_another_number(house: House) -> None:
    assert house.lookup("person", PERSON[:11]) == ()
    assert house.lookup("number", "2/QĐ-UBND") == ()
    assert house.lookup("person", "12/QĐ-UBND") == ()


def test_a_corrected_number_is_found_and_the_old_one_no_more(house: House) -> None:
    house.load(batch("b3", application(1, "999190000555")))
    assert [f.source for f in house.lookup("person", PERSON)] == ["HS0002"]
    assert [f.source for f in house.lookup("person", "999190000555")] == ["HS0001"]


def test_look_ups_are_healed_after_a_loader_died(house: House) -> None:
    wanted = house.lookup("person", PERSON)
    house._index.make()
    assert house.lookup("person", PERSON) == wanted


@pytest.mark.parametrize(("kind", "value"), [("person", " - "), ("number", ""), ("name", "x"), ("dossier", "\t")])
def test_nothing_to_look_up_is_said(house: House, kind: str, value: str) -> None:
    with pytest.raises(Usage):
        house.lookup(kind, value)


def test_who_waits_for_the_lease_comes_before_who_wants_it_again(tmp_path: Path) -> None:
    place, order = Folder(tmp_path), []

    def wait() -> None:
        with place.lease(30):
            order.append("the one that waited")

    waiting = threading.Thread(target=wait)
    with place.lease(30):
        waiting.start()
        until = time.monotonic() + 30
        while time.monotonic() < until:  # until it stands in the gate
            with (tmp_path / "gate").open() as gate:
                try:
                    fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    break
            time.sleep(0.01)
    with place.lease(30):
        order.append("the one that came again")
    waiting.join()
    assert order == ["the one that waited", "the one that came again"]


def test_the_commands_give_page_and_box(tmp_path: Path) -> None:
    from hoso.site import make

    made = tmp_path / "home"
    make(made, "")
    house = ducklake.open(Settings(), made)
    house.load(batch("b1", application(1), decision_filing(12)))
    house.close()
    said = CliRunner().invoke(hoso, ["--home", str(made), "find", "--person", PERSON, "--json"], catch_exceptions=False)
    (line,) = map(json.loads, said.stdout.splitlines())
    assert (line["source"], line["position"], line["box"]) == ("HS0001", 1, list(BOX))
    said = CliRunner().invoke(hoso, ["--home", str(made), "search", "12/QĐ-UBND", "--json"], catch_exceptions=False)
    (line,) = map(json.loads, said.stdout.splitlines())
    assert (line["source"], line["day"], line["boxes"]) == ("HS0012", "2026-03-13", [])
    with pytest.raises(Usage, match="give one of"):
        CliRunner().invoke(hoso, ["--home", str(made), "find"], catch_exceptions=False)
