"""The electronic data store of persons: results go there once, with their validity; what it holds is not scanned again."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import CERTIFICATE, CODE, application_case, filing
from servers import Server, serving

from doors import INBOX, ROOT, hoso
from hoso import settings
from hoso.errors import Misconfigured, NeedsPerson, Usage
from hoso.exports.doors import data_store
from hoso.exports.doors.api import Attempt, Case, Declined, Hands, Message, Unanswered
from hoso.exports.syncing.keeping import Keeping
from hoso.recipe import crew_for, storing
from hoso.recipe.standing import dossiers, standing
from hoso.registers import Registers, load
from hoso.site import Site

EXAMPLE = ROOT / "samples" / "exchange" / "data_store" / "settings.toml"
PERSON = CERTIFICATE["so_cccd"]
WHO = {"who": "Trần Thị Mẫu", "purpose": "đổi giấy phép lái xe"}


class Store(Server):
    """A store as the example's settings describe it."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, dict[str, str]] = {}
        self.put = 0

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if headers.get("authorization") != "Basic aG9zbzptYXQta2hhdQ==":
            return 401, {}
        if path == "/giay-to":
            self.put += 1
            id_ = next((k for k, one in self.held.items() if one["so"] == body["so"]), f"KHO-{len(self.held) + 1}")
            self.held[id_] = {**body, "MaGiayTo": id_}
            return 200, {"Ma": "OK", "DuLieu": {"MaGiayTo": id_}}
        found = [one for one in self.held.values()
                 if (one["SoDinhDanh"], one["loai"]) == (body["SoDinhDanh"], body["loai"])]  # fmt: skip
        return 200, {"Ma": "OK", "DuLieu": [{k: v for k, v in one.items() if k != "tep"} for one in found]}

    def asked(self, path: str, query: str, headers: dict[str, str], raw: bytes) -> tuple[str, int, bytes]:
        if path.endswith("/tep"):
            self.requests += 1
            return "send", 200, base64.b64decode(self.held[path.split("/")[2]]["tep"])
        return super().asked(path, query, headers, raw)


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    with serving(made):
        yield made


def own(url: str, tmp_path: Path, more: str = "") -> settings.Settings:
    path = tmp_path / "store.toml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("https://kho.example/api", url)
    path.write_text(f"{text}timeout = 0.5\n{more}", encoding="utf-8")
    return settings.read(path)


@pytest.fixture
def door(store: Store, tmp_path: Path) -> Iterator[data_store.Door]:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "data_store.password").write_text("mat-khau\n")
    hands = Hands(
        lambda *_: b"", lambda: (b"", None), lambda digest: b"%PDF-" + digest.encode(), lambda *_: "https://x"
    )
    made = data_store.open(own(store.url, tmp_path), tmp_path, hands)
    assert made is not None
    yield made
    made.close()


@pytest.fixture
def held(home: Path) -> Registers:
    return load(home / "registers")


def told(door: data_store.Door, case: Case) -> list[dict[str, str]]:
    return [json.loads(one.payload) for one in door.wanted(case)]


def test_results_go_there_and_components_do_not(door: data_store.Door, held: Registers) -> None:
    case = application_case(held)
    kinds = {one["loai"] for one in told(door, case)}
    assert "giay_phep_lai_xe" in kinds, "the licence that was issued"
    assert not kinds & {"don_doi_gplx", "giay_tiep_nhan"}


def test_a_paper_carries_its_validity(door: data_store.Door, held: Registers) -> None:
    case = application_case(held)
    (licence,) = [f for f in case.filings if f.record.document.type == "giay_phep_lai_xe"]
    endless = next(one for one in told(door, case) if one["loai"] == "giay_phep_lai_xe")
    assert "hieu_luc_den" not in endless
    fields = (*licence.record.fields, replace(licence.record.fields[0], name="ngay_het_han", value="2036-06-25"))
    dated = replace(licence, record=replace(licence.record, fields=fields))
    (one,) = [o for o in told(door, replace(case, filings=(*(f for f in case.filings if f is not licence), dated)))
              if o["loai"] == "giay_phep_lai_xe"]  # fmt: skip
    assert one["hieu_luc_den"] == "2036-06-25"


def test_a_paper_of_nobody_known_is_held(door: data_store.Door, held: Registers) -> None:
    paper = filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE, so_cccd=None)
    (one,) = door.wanted(Case(paper.dossier, CODE, (paper,), held, ""))
    assert one.faults == ("thiếu: số định danh của người được cấp",)


def message(door: data_store.Door, held: Registers, **changed: str | None) -> Message:
    paper = filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE, **changed)
    (one,) = door.wanted(Case(paper.dossier, CODE, (paper,), held, ""))
    return one


def test_a_paper_is_put_with_its_file(door: data_store.Door, held: Registers, store: Store) -> None:
    answer = door.send(message(door, held), Attempt("k", 1, "2026-06-22T08:30:00+07:00"))
    assert (answer.id, answer.code) == ("KHO-1", "OK")
    kept = store.held["KHO-1"]
    assert (kept["loai"], kept["SoDinhDanh"], kept["so"]) == ("GKSKLX", PERSON, CERTIFICATE["so"])
    assert base64.b64decode(kept["tep"]).startswith(b"%PDF-")


@pytest.mark.parametrize("mood", ["drop-after", "error-after", "slow", "nonsense", "empty"])
def test_a_lost_answer_puts_nothing_twice(door: data_store.Door, held: Registers, store: Store, mood: str) -> None:
    store.mood = lambda number, path: mood if number == 1 else "ok"
    one = message(door, held)
    with pytest.raises(Unanswered):
        door.send(one, Attempt("k", 1, "2026-06-22T08:30:00+07:00"))
    answer = door.send(one, Attempt("k", 2, "2026-06-22T08:31:00+07:00", unsure=True))
    assert (answer.id, answer.code, store.put) == ("KHO-1", "found", 1)


def test_a_corrected_paper_takes_the_place_of_the_earlier(door: data_store.Door, held: Registers, store: Store) -> None:
    first, second = message(door, held), message(door, held, ho_ten="NGUYỄN VĂN THỬ HAI")
    assert first.subject == second.subject
    door.send(first, Attempt("k", 1, "2026-06-22T08:30:00+07:00"))
    door.send(second, Attempt("l", 1, "2026-06-22T08:30:00+07:00", existed=True))
    assert [one["ho_ten"] for one in store.held.values()] == ["NGUYỄN VĂN THỬ HAI"]


def test_a_no_is_held(door: data_store.Door, held: Registers, store: Store) -> None:
    store.work = lambda *_: (200, {"Ma": "LOI", "NoiDung": PERSON})  # type: ignore[method-assign]
    with pytest.raises(Declined) as caught:
        door.send(message(door, held), Attempt("k", 1, "2026-06-22T08:30:00+07:00"))
    assert PERSON not in f"{caught.value}{caught.value.vi}"


def test_an_id_that_holds_the_persons_number_stays_out_of_the_ledger(
    door: data_store.Door, held: Registers, store: Store
) -> None:
    store.work = lambda *_: (200, {"Ma": "OK", "DuLieu": {"MaGiayTo": f"{PERSON}.X.1"}})  # type: ignore[method-assign]
    assert door.send(message(door, held), Attempt("k", 1, "2026-06-22T08:30:00+07:00")).id == ""


@pytest.mark.parametrize("bad", ['names = ["x=y"]', 'kinds = ["x"]', 'auth = "md5"', 'file = "fax"'])
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "s.toml"
    path.write_text(f'[data_store]\nurl = "https://x.example"\n{bad}\n', encoding="utf-8")
    with pytest.raises(Misconfigured, match="data_store"):
        Keeping(settings.read(path).data_store, tmp_path)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Store]:
    """A home whose certificate was scanned, released and delivered, and the store that has it now."""
    home, store = tmp_path_factory.mktemp("store") / "home", Store()
    inbox = home.parent / "inbox"
    shutil.copytree(INBOX / "HS0001", inbox / "HS0001")
    assert hoso(home, "init", "--demo").code == 0
    with serving(store):
        path = home / "settings.toml"
        text = EXAMPLE.read_text(encoding="utf-8").replace("https://kho.example/api", store.url)
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")
        (home / "keys" / "data_store.password").write_text("mat-khau\n", encoding="utf-8")
        assert hoso(home, "digitize", inbox).code == 0
        approved = hoso(home, "approve", "--all-clear", "--who", "Trần Thị Mẫu")
        assert approved.code == 0, approved.err
        sent = hoso(home, "outbox", "deliver", "--json")
        assert (sent.code, sent.rows()[0]["sent"]) == (0, 1), sent.err
    return home, store


@pytest.fixture
def again(done: tuple[Path, Store], tmp_path: Path) -> Iterator[tuple[Path, Store]]:
    """The same home and store, answering at a new address."""
    home, store = Path(shutil.copytree(done[0], tmp_path / "home")), done[1]
    before = store.url
    with serving(store):
        path = home / "settings.toml"
        path.write_text(path.read_text(encoding="utf-8").replace(before, store.url), encoding="utf-8")
        yield home, store
    store.url = before


OTHER = "000.26.36.H48-230620-0099"


def test_from_a_scan_to_the_store_and_back_into_another_dossier(again: tuple[Path, Store], tmp_path: Path) -> None:
    home, store = again
    (kept,) = store.held.values()
    number, data = kept["SoDinhDanh"], base64.b64decode(kept["tep"])
    assert hashlib.sha256(data).hexdigest() == kept["Sha256"]
    (tmp_path / "n").write_text(number)
    words = ("--who", WHO["who"], "--purpose", WHO["purpose"])
    found = hoso(home, "store", "find", number, "giay_kham_suc_khoe_lai_xe", *words, "--json").rows()
    assert [(row["id"], row["state"], row["number"]) for row in found] == [("KHO-1", "unknown", kept["so"])]
    fetched = hoso(
        home, "store", "fetch", number, "giay_kham_suc_khoe_lai_xe", "KHO-1", "--for", OTHER, *words, "--json"
    )
    assert fetched.code == 0, fetched.err
    (row,) = fetched.rows()
    assert (len(row["documents"]), row["new"]) == (1, True)
    with Site(home) as site:
        here = standing(site, row["dossier"])
        assert here.outcome is not None
        assert (here.outcome.code, here.dossier.source) == (OTHER, OTHER)
        (record,) = here.outcome.records
        assert record.value("so") == kept["so"]
        assert site.store.get(here.dossier.scans[0].digest) == data, "kept byte for byte"
        (reused,) = site.ledger.facts("reused", record.document.id)
        assert (reused.body["code"], reused.body["national"]) == (kept["so"], "0")
        assert [fact.body["for"] for fact in site.ledger.facts(storing.DRAWN)] == [OTHER]
        asked = [dict(fact.body) for fact in site.ledger.facts("store-asked")]
        assert number not in json.dumps(asked)
        assert {one["purpose"] for one in asked} == {WHO["purpose"]}
    repeated = hoso(
        home, "store", "fetch", number, "giay_kham_suc_khoe_lai_xe", "KHO-1", "--for", OTHER, *words, "--json"
    )
    assert repeated.rows() == [row | {"new": False}]
    with Site(home) as site:
        assert len(list(dossiers(site))) == 2
        assert len(list(site.ledger.facts("reused", record.document.id))) == 1


def test_what_is_over_is_not_taken(again: tuple[Path, Store]) -> None:
    home, store = again
    (kept,) = store.held.values()
    kept["hieu_luc_den"] = "2020-01-01"
    try:
        with Site(home) as site:
            (one,) = storing.find(site, kept["SoDinhDanh"], "giay_kham_suc_khoe_lai_xe", **WHO)
            assert one.state == "ended"
            with crew_for(site, 0) as crew, pytest.raises(NeedsPerson):
                storing.fetch(site, kept["SoDinhDanh"], one.item.type, "KHO-1", OTHER, crew=crew, **WHO)
    finally:
        del kept["hieu_luc_den"]


def test_a_file_that_is_not_what_the_store_tells_is_not_taken(again: tuple[Path, Store]) -> None:
    home, store = again
    (kept,) = store.held.values()
    was = kept["tep"]
    kept["tep"] = base64.b64encode(b"%PDF-1.7 another").decode()
    try:
        with Site(home) as site, crew_for(site, 0) as crew, pytest.raises(Unanswered):
            storing.fetch(site, kept["SoDinhDanh"], "giay_kham_suc_khoe_lai_xe", "KHO-1", OTHER, crew=crew, **WHO)
        with Site(home) as site:
            assert len(list(dossiers(site))) == 1
    finally:
        kept["tep"] = was


def test_an_answer_about_somebody_else_is_refused(again: tuple[Path, Store]) -> None:
    home, store = again
    (kept,) = store.held.values()
    work = store.work
    store.work = lambda *_: (200, {"Ma": "OK", "DuLieu": [{**kept, "SoDinhDanh": "000000000001"}]})  # type: ignore[method-assign]
    try:
        with Site(home) as site, pytest.raises(Unanswered):
            storing.find(site, kept["SoDinhDanh"], "giay_kham_suc_khoe_lai_xe", **WHO)
    finally:
        store.work = work  # type: ignore[method-assign]


def test_nobody_asks_without_a_purpose_or_a_store(again: tuple[Path, Store]) -> None:
    home, _ = again
    with Site(home) as site, pytest.raises(Usage, match="purpose"):
        storing.find(site, PERSON, "giay_phep_lai_xe", "Trần Thị Mẫu", " ")
    (home / "settings.toml").write_text('[office]\nname = "X"\n', encoding="utf-8")
    with Site(home) as site, pytest.raises(Misconfigured):
        storing.find(site, PERSON, "giay_phep_lai_xe", **WHO)
