"""Nights: each part watched over, a killed one noticed by the next, none twice at a time, and nothing kept for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hoso import recipe
from hoso.errors import Damaged, Unavailable
from hoso.nouns import Balance
from hoso.recipe import intake, nights
from hoso.site import HANOI, Site, make
from hoso.stages import receive
from hoso.work import Crew
from watching import SETUP, jpeg

HOSO = Path(sys.executable).with_name("hoso")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    make(tmp_path / "home", "[office]\ntest = true\n[service]\nkeep_days = 10\nshare = 2\n")
    return Site(tmp_path / "home")


def at(home: Path, now: datetime) -> Site:
    """The home as on another day."""
    return Site(home, lambda: now)


def received(site: Site, folder: Path, name: str = "HS01", grey: int = 200) -> str:
    """A dossier received and not digitized; gives its id."""
    jpeg(folder / name / "1.jpg", grey)
    with Crew(0, SETUP, (str(site.home),)) as crew:
        (arrival,) = intake.arrivals(site, [receive.source(folder / name)], crew)
    return arrival.dossier.id


def history(site: Site) -> list[dict[str, object]]:
    return [json.loads(line) for line in (site.home / "nights" / "history.jsonl").read_text("utf-8").splitlines()]


def killed(home: Path, name: str, run: str) -> None:
    """A run of that name that was killed with no time for anything."""
    code = (
        f"import os,pathlib,signal,sys,time; from hoso.recipe import nights; from hoso.site import Site\n"
        f"with Site(pathlib.Path({str(home)!r})) as site, nights.over(site, {name!r}, {run!r}):\n"
        f"    note = pathlib.Path({str(home / 'nights' / name)!r} + '.json')\n"
        "    while not note.exists(): time.sleep(0.01)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9


def test_how_a_run_ended_is_kept(site: Site) -> None:
    with nights.over(site, "fixity", "run-1") as night:
        night.told["objects"] = 7
        (row,) = nights.last(site.home)
        assert (row["state"], row["alive"], row["run"]) == ("running", True, "run-1")
    with pytest.raises(ValueError, match="bad"), nights.over(site, "fixity", "run-2"):
        raise ValueError("bad")
    assert [(row["run"], row["state"], row["told"]) for row in history(site)] == [
        ("run-1", "done", {"objects": 7}),
        ("run-2", "failed", {}),
    ]
    assert history(site)[1]["error"] == "ValueError"
    assert nights.dead(site.home) == []


def test_a_run_of_one_name_is_never_at_work_twice(site: Site) -> None:
    with (
        nights.over(site, "nightly"),
        nights.over(site, "fixity"),
        pytest.raises(Unavailable, match="'nightly' is at work"),
        nights.over(site, "nightly"),
    ):
        pytest.fail("ran twice")
    with nights.over(site, "nightly"):
        pass


def test_a_run_that_was_killed_is_noticed_and_told_to_the_next(site: Site) -> None:
    killed(site.home, "nightly", "run-1")
    (row,) = nights.last(site.home)
    assert (row["state"], row["alive"]) == ("running", False)
    assert nights.dead(site.home) == ["run-1"]
    with nights.over(site, "nightly", "run-2") as night:
        assert night.interrupted == row["at"]
        assert "bị ngắt" in nights.page(site, night)
        assert nights.dead(site.home) == ["run-1"]
    assert [(one["run"], one["state"]) for one in history(site)] == [("run-1", "killed"), ("run-2", "done")]


def test_a_heart_beats_while_a_run_is_at_work(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nights, "BEAT", 0.02)
    with nights.over(site, "nightly") as night:
        night.told["digitized"] = 3
        until = time.monotonic() + 5
        while nights.last(site.home)[0]["told"] != {"digitized": 3}:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_a_night_waits_for_a_run_that_is_at_work_and_no_longer_than_told(site: Site) -> None:
    other = Site(site.home)
    slept: list[float] = []
    with recipe.only_run(other), pytest.raises(Unavailable), nights.alone(site, patience=0):
        pytest.fail("ran beside another")

    held = recipe.only_run(other)
    held.__enter__()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        held.__exit__(None, None, None)

    with nights.alone(site, patience=60, sleep=sleep):
        assert slept == [1.0]


def test_a_night_reads_what_was_left_and_proves_the_balance(site: Site, tmp_path: Path) -> None:
    dossier = received(site, tmp_path / "scans")
    assert nights.backlog(site) == [dossier]
    with Crew(0, SETUP, (str(site.home),)) as crew, nights.over(site, "nightly") as night:
        total = nights.main(site, crew, night)
    assert nights.backlog(site) == []
    assert total.even
    assert (total.pages_in, total.underway) == (1, 0)
    assert night.told["backlog"] == night.told["digitized"] == 1
    page = nights.page(site, night)
    assert "Cân bằng: đủ" in page
    assert "HS01" not in page, "a name of a dossier may name a person"


def test_an_uneven_balance_ends_the_night_as_failed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    uneven = replace(recipe.balance([]), pages_in=2, filed=1)
    assert isinstance(uneven, Balance)
    monkeypatch.setattr(recipe, "balance", lambda standings: uneven)
    with pytest.raises(Damaged, match="uneven"), nights.over(site, "nightly") as night:
        nights.main(site, Crew(0, SETUP, (str(site.home),)), night)
    assert "LỆCH" in nights.page(site, night)
    assert history(site)[-1]["state"] == "failed"


def test_every_object_is_re_read_within_the_days_of_a_share(tmp_path: Path) -> None:
    make(tmp_path / "home", "[office]\ntest = true\n[service]\nshare = 3\n")
    day = datetime(2026, 5, 4, 3, 15, tzinfo=HANOI)
    first = Site(tmp_path / "home", lambda: day)
    for number in range(6):
        received(first, tmp_path / "scans", f"HS{number}", 100 + 9 * number)
    every = {path.name for path in (tmp_path / "home" / "store").rglob("*") if path.is_file()}
    seen = 0
    for later in range(3):
        site = at(first.home, day + timedelta(days=later))
        with nights.over(site, "fixity") as night:
            objects = nights.fixity(site, night)
        assert objects < len(every)
        seen += objects
    assert seen == len(every)


def test_a_damaged_object_ends_fixity_as_failed(site: Site, tmp_path: Path) -> None:
    received(site, tmp_path / "scans")
    for path in (site.home / "store").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(path.read_bytes() + b"x")
    wrong = 0
    for later in range(2):
        again = at(site.home, site.now() + timedelta(days=later))
        try:
            with nights.over(again, "fixity") as night:
                nights.fixity(again, night)
        except Damaged:
            wrong += int(str(night.told["wrong"]))
    assert wrong >= 2


def test_reports_of_this_month_and_the_last_are_written(site: Site) -> None:
    with nights.over(site, "monthly-report") as night:
        made = nights.report(site, night)
    assert sorted(made) == sorted(path.name for path in (site.home / "reports").iterdir())
    assert len(made) == 2
    assert all((site.home / "reports" / name).read_bytes().startswith(b"PK") for name in made)


def test_tidying_removes_what_is_old_and_touches_no_document(site: Site, tmp_path: Path) -> None:
    received(site, tmp_path / "scans")
    (site.home / "logs").mkdir()
    kept = {path: path.read_bytes() for path in site.home.rglob("*") if path.is_file() and "ledger" not in path.name}
    (site.home / "inbox" / "old.new").write_text("a clerk's")
    old, half = site.home / "logs" / "watch.log.3", site.home / "up.new"
    fresh = site.home / "logs" / "watch.log"
    for path, age in ((old, 11), (half, 2), (fresh, 0), (site.home / "inbox" / "old.new", 400)):
        path.write_text("x")
        os.utime(path, (time.time() - age * 86_400,) * 2)
    with nights.over(site, "tidy-home") as night:
        assert nights.tidy(site, night) == 2
    assert not old.exists()
    assert not half.exists()
    assert fresh.exists()
    assert (site.home / "inbox" / "old.new").exists()
    assert all(path.read_bytes() == held for path, held in kept.items())


def test_the_history_of_runs_stays_short(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nights, "_KEPT", 3)
    for number in range(6):
        with nights.over(site, "deliver", str(number)):
            pass
    with nights.over(site, "tidy-home") as night:
        nights.tidy(site, night)
    assert [row["run"] for row in history(site)] == ["3", "4", "5", ""]


def test_a_night_by_hand_does_every_part_and_tells_the_first_failure(site: Site, tmp_path: Path) -> None:
    received(site, tmp_path / "scans")
    done = subprocess.run([HOSO, "--home", site.home, "night", "--json"], capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [(row["name"], row["state"]) for row in rows] == [
        (name, "done")
        for name in (
            "enrol-registers", "nightly", "fixity", "renew-evidence", "deliver", "monthly-report", "back-up", "tidy-home"
        )
    ]  # fmt: skip
    assert rows[1]["digitized"] == 1

    with recipe.only_run(Site(site.home)):
        words = ["night", "nightly", "tidy-home", "--patience", "0", "--json"]
        done = subprocess.run([HOSO, "--home", site.home, *words], capture_output=True, text=True)
    assert done.returncode == 5
    assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == ["failed", "done"]

    done = subprocess.run([HOSO, "--home", site.home, "night", "nigthly"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "known: enrol-registers, nightly" in done.stderr
