"""The board of what waits: it follows the ledger, tells the same made anew, and holds no value of a paper."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hoso import keys
from hoso.nouns import Decision, Fact, Mandate
from hoso.recipe import board
from hoso.recipe.standing import balance, record_digest, standing
from hoso.site import Site

sys.path[:0] = [str(Path(__file__).parents[1] / "warehouse"), str(Path(__file__).parents[1] / "contracts")]
from filings import decision_filing, receipt_filing  # noqa: E402
from homes import approved, loaded, opened, received  # noqa: E402


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path / "home") as made:
        yield made


def decided(site: Site, record, verdict: str) -> None:  # type: ignore[no-untyped-def]
    said = Decision(record.document.id, record_digest(record), "Người duyệt", site.stamp(), verdict)  # type: ignore[arg-type]
    site.ledger.tell(Fact("decided", said.document, said.at, {"decision": site.store.put(keys.encode(said))}))


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as base:
        tables = ("followed", "dossiers", "papers", "doubts", "refusals")
        found = {table: sorted(base.execute(f"SELECT * FROM {table}").fetchall()) for table in tables}
        return found | {"tally": sorted(base.execute("SELECT * FROM tally WHERE n <> 0").fetchall())}


def test_what_waits_is_told_with_its_doubtful_fields(site: Site) -> None:
    outcome = next(iter(received(site, decision_filing(1, verdict="needs-person", doubtful=True)).values()))
    (record,) = outcome.records
    with board.opened(site) as told:
        (paper,) = told.papers("waiting")
        assert (paper.id, paper.type, paper.state) == (record.document.id, record.document.type, "waiting")
        doubtful = [field.name for field in record.fields if field.status in ("doubtful", "missing")]
        assert [doubt.name for doubt in told.doubts()] == sorted(doubtful)
        assert paper.doubtful == len(doubtful) > 0
        assert {(type_, name) for _, type_, name, _, _ in told.groups()} == {(paper.type, name) for name in doubtful}
        assert told.next() == paper
        assert told.next(paper.id) is None
        assert told.oldest() == outcome.dossier.received


def test_a_held_paper_asks_nobody_and_stays_on_the_board(site: Site) -> None:
    outcome = next(iter(received(site, decision_filing(1, verdict="needs-person", doubtful=True)).values()))
    decided(site, outcome.records[0], "held")
    with board.opened(site) as told:
        (paper,) = told.papers("waiting")
        assert paper.held
        assert told.doubts() == []
        assert told.next() is None


def test_states_follow_the_ledger_and_are_those_counted_anew(site: Site) -> None:
    path = site.home / "desk" / "board.sqlite"
    first = received(
        site, decision_filing(1, verdict="needs-person", doubtful=True), receipt_filing(1), decision_filing(2)
    )
    with board.opened(site) as told:
        before = told.counts()
        assert before["dossiers"] == len(first)
        assert before["sealed"] == 0
        assert told.balance() == balance(standing(site, one) for one in first)
        loaded(site, *list(first.values())[:1])
        assert told.follow() > 0
        assert told.follow() == 0
        assert told.counts()["sealed"] == len(next(iter(first.values())).records)
        assert told.balance() == balance(standing(site, one) for one in first)
        assert all(paper.loaded and paper.sealed for paper in told.papers("sealed"))
    followed = everything(path)
    path.unlink()
    with board.opened(site):
        pass
    assert everything(path) == followed


def test_clear_papers_wait_for_approval_until_a_mandate_covers_them(site: Site) -> None:
    outcome = next(iter(received(site, decision_filing(2)).values()))
    (record,) = outcome.records
    assert record.verdict == "clear"
    with board.opened(site) as told:
        assert (told.counts()["ready"], told.counts()["approved"]) == (1, 0)
        mandate = Mandate("m1", "Trưởng phòng", (), "2026-01-01T00:00:00+07:00", "2027-01-01T00:00:00+07:00")
        site.ledger.tell(Fact("mandate", "m1", site.stamp(), {"mandate": site.store.put(keys.encode(mandate))}))
        told.follow()
        assert (told.counts()["ready"], told.counts()["approved"]) == (0, 1)
        site.ledger.tell(Fact("mandate-withdrawn", "m1", site.stamp(), {}))
        assert (told.counts()["ready"], told.counts()["approved"]) == (1, 0)
        approved(site, record, "Người duyệt")
        told.follow()
        assert told.papers("approved")[0].id == record.document.id


def test_the_board_holds_no_value_of_a_paper(site: Site) -> None:
    outcome = next(iter(received(site, decision_filing(1, verdict="needs-person", doubtful=True)).values()))
    with board.opened(site):
        pass
    path = site.home / "desk" / "board.sqlite"
    with sqlite3.connect(path) as base:
        text = "\n".join(base.iterdump())
    for field in outcome.records[0].fields:
        if field.value and len(field.value) > 5 and field.name != "ten_loai":
            assert field.value not in text


@pytest.mark.parametrize("harm", [b"no database at all", b""])
def test_a_torn_board_is_made_anew(site: Site, harm: bytes) -> None:
    received(site, decision_filing(1))
    path = site.home / "desk" / "board.sqlite"
    with board.opened(site) as told:
        before = told.counts()
    for old in path.parent.glob("board.sqlite*"):
        old.unlink()
    path.write_bytes(harm * 100)
    with board.opened(site) as told:
        assert told.counts() == before


def test_two_followers_do_not_undo_each_other(site: Site) -> None:
    with board.opened(site) as one, board.opened(site) as two:
        received(site, decision_filing(1), decision_filing(2))
        assert one.follow() > 0
        assert two.follow() == 0
        assert two.counts() == one.counts()


def test_what_is_gone_leaves_the_board(site: Site) -> None:
    first = received(site, decision_filing(1), decision_filing(2))
    gone = next(iter(first))
    with board.opened(site) as told:
        assert told.counts()["dossiers"] == 2
        result = next(site.ledger.facts("digitized", gone)).body["result"]
        path = next(p for p in (site.home / "store").rglob(f"*{result[4:]}*") if p.is_file())
        path.unlink()
        site.ledger.tell(Fact("erased", gone, site.stamp(), {"pages": "2"}))
        told.follow()
        assert (told.counts()["dossiers"], told.counts()["unread"]) == (1, 0)
        assert gone not in {row[0] for row in told.arrivals()}
        assert told.balance().erased == 2, "its pages are accounted for"
        assert told.papers(dossier=gone) == []


def test_lists_are_paged_in_the_order_of_waiting(site: Site) -> None:
    for number in range(1, 6):
        filing = decision_filing(number, verdict="needs-person", doubtful=True)
        received(
            site, replace(filing, dossier=replace(filing.dossier, received=f"2026-11-{20 - number}T08:00:00+07:00"))
        )
    with board.opened(site) as told:
        whole = told.papers("waiting")
        assert [paper.received for paper in whole] == sorted(paper.received for paper in whole)
        assert told.papers("waiting", limit=2) + told.papers("waiting", limit=3, skip=2) == whole
        walked = [told.next()]
        while len(walked) < len(whole):
            walked.append(told.next(walked[-1].id if walked[-1] else ""))
        assert walked == whole
        assert told.next(whole[-1].id) == whole[0]
