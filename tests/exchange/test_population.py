"""Citizens on papers against the population database: asked with a purpose, told differences, patient with silence."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers import Server, serving

from doors import ROOT, Done, hoso
from hoso import settings
from hoso.errors import Misconfigured, Unavailable
from hoso.exports import population as lines
from hoso.exports.doors.api import Declined, Unanswered
from hoso.nouns import Record
from hoso.partners import Population
from hoso.recipe import digitizing, intake, population
from hoso.recipe.standing import dossiers, standing
from hoso.site import Site

EXAMPLE = ROOT / "samples" / "exchange" / "population" / "settings.toml"
SCAN = ROOT / "samples" / "exchange" / "licences" / "inbox"
ASKED = {"so_cccd": "034090000001", "ho_ten": "NGUYỄN VĂN THỬ", "ngay_sinh": "1990-01-02"}


class Database(Server):
    """Answers as the example's settings describe it; ``held`` by number."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, dict[str, Any]] = {}

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        if headers.get("authorization") != "Basic aG9zbzptYXQta2hhdQ==":
            return 401, {}
        if path != "/tra-cuu":
            return 404, {}
        found = self.held.get(body["SoDinhDanh"])
        return 200, {"Ma": "OK", "CongDan": found} if found else {"Ma": "KHONG_CO", "CongDan": None}

    def other(self, answer: Any) -> Any:
        return {"Ma": "OK", "CongDan": {**citizen(), "SoDinhDanh": "034090000009"}}


def citizen(
    number: str = ASKED["so_cccd"], name: str = "NGUYỄN VĂN THỬ", born: str = "19900102", sex: str = "1"
) -> Any:
    first, *middle, last = name.split()
    return {"SoDinhDanh": number, "HoVaTen": {"Ho": first, "ChuDem": " ".join(middle), "Ten": last},
            "NgaySinh": born, "GioiTinh": sex}  # fmt: skip


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    with serving(made):
        yield made


def told(url: str, more: str = "") -> str:
    return EXAMPLE.read_text(encoding="utf-8").replace("https://dan-cu.example/api", url) + more


@pytest.fixture
def ask(database: Database, tmp_path: Path) -> Iterator[Callable[..., lines.Citizens]]:
    open_: list[lines.Citizens] = []

    def opened(more: str = "", clock: Callable[[], float] = lambda: 0.0) -> lines.Citizens:
        (tmp_path / "keys").mkdir(exist_ok=True)
        (tmp_path / "keys" / "population.password").write_text("mat-khau\n")
        path = tmp_path / "settings.toml"
        path.write_text(told(database.url, "timeout = 0.4\n" + more), encoding="utf-8")
        made = lines.open(settings.read(path).population, tmp_path, clock)
        assert made is not None
        open_.append(made)
        return made

    yield opened
    for line in open_:
        line.close()


def test_a_citizen_is_told_in_our_columns(database: Database, ask) -> None:
    database.held[ASKED["so_cccd"]] = citizen()
    found = ask().ask(ASKED)
    assert (found.state, found.row) == ("found", {**ASKED, "gioi_tinh": "Nam"})
    ((_, _, body),) = database.seen
    assert body == {"MaDonVi": "H23.16", "SoDinhDanh": ASKED["so_cccd"], "HoVaTen": "NGUYỄN VĂN THỬ",
                    "NgaySinh": "19900102"}  # fmt: skip


def test_a_birth_year_alone_stays_one(database: Database, ask) -> None:
    database.held[ASKED["so_cccd"]] = citizen(born="1990", sex="?")
    assert ask().ask(ASKED).row == {**ASKED, "ngay_sinh": "1990"}


def test_a_number_that_nobody_has_is_absent(ask) -> None:
    assert ask().ask(ASKED).state == "absent"


def test_the_look_up_is_shut_until_it_is_named(tmp_path: Path) -> None:
    assert lines.open(Population(), tmp_path) is None


@pytest.mark.parametrize(
    ("mood", "error"),
    [("drop", Unanswered), ("busy", Unavailable), ("error", Unanswered), ("slow", Unanswered), ("nonsense", Unanswered),
     ("empty", Unanswered), ("other", Unanswered)],
)  # fmt: skip
def test_what_is_no_answer_is_none_and_holds_no_value(
    database: Database, ask, mood: str, error: type[Exception]
) -> None:
    database.held[ASKED["so_cccd"]] = citizen()
    database.mood = lambda number, path: mood
    with pytest.raises(error) as caught:
        ask().ask(ASKED)
    assert not [value for value in ASKED.values() if value in str(caught.value)]


@pytest.mark.parametrize("answer", [{"Ma": "OK"}, {"Ma": "OK", "CongDan": "x"}, {"Ma": "OK", "CongDan": {"a": 1}}])
def test_an_answer_of_another_shape_is_no_absence(database: Database, ask, answer: Any) -> None:
    database.work = lambda *_: (200, answer)  # type: ignore[method-assign]
    with pytest.raises(Unanswered):
        ask().ask(ASKED)


@pytest.mark.parametrize(("status", "error"), [(401, Misconfigured), (404, Misconfigured), (400, Declined)])
def test_a_no_is_told_apart_from_silence(database: Database, ask, status: int, error: type[Exception]) -> None:
    database.work = lambda *_: (status, {})  # type: ignore[method-assign]
    with pytest.raises(error):
        ask().ask(ASKED)


def test_a_database_that_failed_is_left_alone_for_a_while(database: Database, ask) -> None:
    now = [0.0]
    line = ask("rest = 60.0\n", lambda: now[0])
    database.mood = lambda number, path: "busy" if number == 1 else "ok"
    for _ in range(3):
        with pytest.raises(Unavailable):
            line.ask(ASKED)
    assert database.requests == 1
    now[0] = 61.0
    assert line.ask(ASKED).state == "absent"


@pytest.mark.parametrize("bad", ['asks = ["ho_ten=x"]', 'tells = ["ho=x"]', 'more = ["x"]', 'auth = "md5"'])
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(f'[population]\nurl = "https://x.example"\n{bad}\n', encoding="utf-8")
    with pytest.raises(Misconfigured, match="population"):
        lines.open(settings.read(path).population, tmp_path)


@pytest.fixture(scope="module")
def digitized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the scanned application, read while no database was named; a sentence keeps it from the seal."""
    home = tmp_path_factory.mktemp("population") / "home"
    assert hoso(home, "init", "--demo").code == 0
    shutil.copy(SCAN.parent / "registers" / "gplx_xu_ly.csv", home / "registers")
    assert hoso(home, "digitize", SCAN).code == 0
    (home / "keys" / "population.password").write_text("mat-khau\n")
    return home


@pytest.fixture
def home(digitized: Path, tmp_path: Path, database: Database) -> Path:
    """It again, with the database opened and the citizen of the application in it."""
    made = Path(shutil.copytree(digitized, tmp_path / "home"))
    path = made / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + told(database.url), encoding="utf-8")
    with Site(made) as site:
        record = application(site)
        number, name, born = (record.value(n) or "" for n in ("so_cccd", "ho_ten", "ngay_sinh"))
    database.held[number] = citizen(number, name, born.replace("-", ""))
    return made


def application(site: Site) -> Record:
    (dossier,) = dossiers(site)
    outcome = standing(site, dossier).outcome
    assert outcome is not None
    return next(one for one in outcome.records if one.document.type == "don_doi_gplx")


def settled(site: Site) -> list[tuple[str, str]]:
    """(code, severity) of what the registers tell of the application, settled anew."""
    (dossier,) = dossiers(site)
    digitizing.settle(site, intake.arrival(site, dossier))
    return [
        (p.code, p.severity)
        for p in application(site).problems
        if p.code.startswith("register.") and p.code != "register.suspended"
    ]


def test_from_a_scan_to_an_answer_by_the_commands_users_have(home: Path, database: Database) -> None:
    done = hoso(home, "digitize", SCAN)
    assert done.code == 0, done.err
    (row,) = hoso(home, "registers", "asked", "--json").rows()
    assert (row["state"], row["purpose"]) == ("found", "Đối chiếu thông tin công dân trên giấy tờ của hồ sơ")
    assert row["person"] not in database.held
    assert hoso(home, "digitize", SCAN).code == done.code
    assert database.requests == 1, "asked twice about the same citizen of a dossier"
    logs = [path for path in home.rglob("*.log*") if path.is_file()]
    (number,) = database.held
    assert not [path for path in logs if number in path.read_text(encoding="utf-8")]
    again: Done = hoso(home, "registers", "ask")
    assert (again.code, database.requests) == (0, 1), again.err


def test_the_doctor_tells_what_a_look_up_lacks(home: Path, database: Database) -> None:
    def told() -> dict[str, Any]:
        return next(row for row in hoso(home, "doctor", "--json").rows() if row["what"] == "population database")

    assert told()["state"] == "ok"
    (home / "keys" / "population.password").unlink()
    assert (told()["state"], "no password" in told()["found"]) == ("missing", True)
    assert database.requests == 0


def test_a_paper_that_agrees_has_passed(home: Path) -> None:
    with Site(home) as site:
        assert settled(site) == []
        assert "as-register" in next(f for f in application(site).fields if f.name == "ho_ten").passed


def test_a_difference_is_a_problem_of_the_record_and_changes_no_value(home: Path, database: Database) -> None:
    (number,) = database.held
    database.held[number] |= {"NgaySinh": "19010203"}
    with Site(home) as site:
        before = application(site).value("ngay_sinh")
        assert settled(site) == [("register.differs", "error")]
        record = application(site)
        assert (record.verdict, record.value("ngay_sinh")) == ("needs-person", before)
        (text,) = [p.text for p in record.problems if p.code == "register.differs"]
        assert "cơ sở dữ liệu dân cư" in text
        assert not re.search(r"\d{4}", text)


def test_the_database_goes_before_the_offices_own_file(home: Path, database: Database) -> None:
    (number,) = database.held
    path = home / "registers" / "dan_cu.csv"
    path.write_text(f"so_cccd,ho_ten,ngay_sinh\n{number},NGƯỜI KHÁC HẲN,1901-02-03\n", encoding="utf-8")
    with Site(home) as site:
        assert settled(site) == []


def test_a_number_that_the_database_lacks_needs_a_person(home: Path, database: Database) -> None:
    database.held.clear()
    with Site(home) as site:
        assert settled(site) == [("register.missing", "error")]


def test_silence_is_a_note_and_is_asked_again_later(home: Path, database: Database) -> None:
    database.mood = lambda number, path: "busy" if number == 1 else "ok"
    clock = [datetime.fromisoformat("2026-06-22T08:30:00+07:00")]
    with Site(home, clock=lambda: clock[0]) as site:
        assert settled(site) == [("register.unreachable", "note")]
        assert settled(site) == [("register.unreachable", "note")]
        assert database.requests == 1, "asked again at once"
    clock[0] += timedelta(minutes=6)
    with Site(home, clock=lambda: clock[0]) as site:
        assert population.again(site) == (1, 0)
        assert not [p for p in application(site).problems if p.code == "register.unreachable"]
        assert [one.state for one in population.asked(site)] == ["silent", "found"]


def test_an_office_may_let_papers_wait_for_the_answer(home: Path, database: Database) -> None:
    path = home / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + "wait = true\n", encoding="utf-8")
    database.mood = lambda number, path: "drop"
    with Site(home) as site:
        assert settled(site) == [("register.unreachable", "warning")]
        assert application(site).verdict == "needs-person"


def test_no_number_stands_in_the_ledger(home: Path, database: Database) -> None:
    (number,) = database.held
    with Site(home) as site:
        settled(site)
        facts = [f for f in site.ledger.facts() if f.kind.startswith("population-")]
        assert [f.kind for f in facts] == ["population-asked", "population-told"]
        assert number not in json.dumps([dict(f.body) for f in facts])


def test_what_an_erasure_reaches_holds_the_answer(home: Path) -> None:
    from hoso.recipe.reach import reach

    with Site(home) as site:
        settled(site)
        (fact,) = site.ledger.facts("population-told")
        assert fact.body["result"] in reach(site, [fact.subject]).digests


def test_a_doubtful_number_is_asked_about_by_nobody(home: Path, database: Database) -> None:
    with Site(home) as site:
        record = application(site)
        known = population._columns(record, {"so_cccd": "so_cccd", "ho_ten": "ho_ten"})
        assert known["so_cccd"]
        fields = tuple(replace(f, status="doubtful") if f.name == "so_cccd" else f for f in record.fields)
        assert "so_cccd" not in population._columns(replace(record, fields=fields), {"so_cccd": "so_cccd"})


def test_the_page_tells_of_every_setting() -> None:
    page = (ROOT / "docs" / "doors" / "population.md").read_text(encoding="utf-8")
    assert "\n## Known\n" in page
    assert "\n## Not known\n" in page
    assert not [key for key in Population.__dataclass_fields__ if f"`{key}`" not in page]
