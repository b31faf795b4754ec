"""Two machines work on one home: separate processes with separate folders, one real PostgreSQL, one real S3 server."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from doors import INBOX, hoso
from hoso import recipe
from hoso.errors import Unavailable
from hoso.ledgers import postgres as ledgers
from hoso.nouns import Fact
from hoso.recipe import intake, turns
from hoso.settings import Settings
from hoso.site import Site
from hoso.stores import s3

TURN = 8.0  # s; long enough for a machine under load to renew in time, and for the other to start and see it


def section(name: str, values: Any) -> str:
    rows = (
        f'{key} = "{v}"' if isinstance(v, str) else f"{key} = {str(v).lower()}" for key, v in asdict(values).items()
    )
    return f"\n[{name}]\n" + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def machines(
    settings_shared: Callable[[str], Settings], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, Settings]:
    """Homes of two machines with the same settings and keys; the ledger was moved to the server from a file."""
    told = settings_shared("postgres")
    told = replace(told, postgres=replace(told.postgres, turn=TURN))
    base = tmp_path_factory.mktemp("many")
    one, two = base / "one", base / "two"
    assert hoso(one, "init", "--office", "CƠ QUAN THỬ NGHIỆM").code == 0
    file = one / "settings.toml"
    text = file.read_text(encoding="utf-8").replace("test = false", "test = true")
    text += '\n[rooms]\nstore = "s3"\nwarehouse = "postgres"\n'
    text += section("s3", told.s3) + section("postgres", told.postgres) + section("warehouse", told.warehouse)
    file.write_text(text, encoding="utf-8")
    assert hoso(one, "init", "--demo").code == 0
    done = hoso(one, "work", "--once")
    assert (done.code, "move-ledger" in done.err) == (2, True)
    done = hoso(one, "move-ledger", "--to", "postgres")
    assert done.code == 0, done.err
    assert 'ledger = "postgres"' in file.read_text(encoding="utf-8")
    (one / "keys" / "persons.key").write_text(os.urandom(32).hex())
    two.mkdir()
    shutil.copy(file, two)
    shutil.copytree(one / "keys", two / "keys")
    for name in ("sealing", "registers", "inbox"):
        (two / name).mkdir()
    return one, two, told


def receive(home: Path, *names: str) -> list[str]:
    """What the inbox's machine does: bytes to the store, the fact to the ledger; nothing is read."""
    inbox = home.parent / "-".join(names)
    for name in names:
        shutil.copytree(INBOX / name, inbox / name)
    with Site(home) as site, recipe.crew_for(site, 0) as crew:
        return [a.dossier.id for a in intake.arrivals(site, recipe.sources([inbox]), crew)]


@pytest.fixture
def at_work() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts ``hoso work --once`` on that machine; none outlives its test."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path) -> subprocess.Popen[str]:
        command = [Path(sys.executable).parent / "hoso", "--home", home, "work", "--once", "--jobs", "1", "--json"]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < give_up
        time.sleep(0.02)


def in_mid_work(site: Site, process: subprocess.Popen[str]) -> None:
    """Wait until the other machine has claimed dossiers and read some page of them."""
    before = len(list(site.ledger.results()))
    until(lambda: any(turn.claims for turn in site.ledger.turns()), process)
    until(lambda: len(list(site.ledger.results())) > before, process)


def told(site: Site) -> list[Any]:
    """All that lasts in the ledger."""
    return list(site.ledger.lines())


def sound(site: Site, dossiers: list[str]) -> None:
    """Each document sealed once and loaded once, nothing left open, the balance even."""
    standings = [recipe.standing(site, dossier) for dossier in dossiers]
    total = recipe.balance(standings)
    assert total.even
    assert total.underway == 0
    assert total.filed > 0
    for fact_kind in ("sealed", "loaded"):
        subjects = [f.subject for f in site.ledger.facts(fact_kind)]
        assert len(subjects) == len(set(subjects)), f"{fact_kind} once"
    for here in standings:
        assert here.outcome is not None
        assert len(list(site.ledger.facts("digitized", here.dossier.id))) == 1
        assert set(here.loaded) == {d for d, state in here.states.items() if state == "sealed"}
        assert "approved" not in here.states.values()
    assert list(site.ledger.effects("load", open_only=True)) == []
    rows = site.warehouse.query("SELECT document, count(*) FROM documents GROUP BY ALL").rows
    assert all(count == 1 for _, count in rows)
    assert {d for here in standings for d in here.loaded} <= {row[0] for row in rows}


def test_a_machine_killed_in_mid_work_is_followed_by_the_other(
    machines: tuple[Path, Path, Settings], at_work: Callable[[Path], subprocess.Popen[str]]
) -> None:
    one, two, _ = machines
    dossiers = receive(one, "HS0008", "HS0005")
    with Site(two) as site:
        killed = at_work(one)
        in_mid_work(site, killed)
        killed.kill()
        killed.communicate()
        left = hoso(two, "work", "--list", "--json").rows()
        assert sorted(c for row in left for c in row["at"]) == sorted(turns.dossier(d) for d in dossiers)
        early = hoso(two, "work", "--once", "--jobs", "1", "--json")
        assert (early.code, early.rows()) == (0, []), "its turn is respected until it ends"
        time.sleep(TURN)
        done = hoso(two, "work", "--once", "--jobs", "1", "--json")
        assert done.code == 0, done.err
        sound(site, dossiers)
        assert site.ledger.turns() == ()


def test_a_machine_that_slept_past_its_turn_writes_nothing(
    machines: tuple[Path, Path, Settings], at_work: Callable[[Path], subprocess.Popen[str]]
) -> None:
    one, two, _ = machines
    dossiers = receive(one, "HS0001", "HS0004")
    with Site(two) as site:
        asleep = at_work(one)
        in_mid_work(site, asleep)
        asleep.send_signal(signal.SIGSTOP)
        try:
            time.sleep(TURN + 0.5)
            done = hoso(two, "work", "--once", "--jobs", "1", "--json")
            assert done.code == 0, done.err
            assert len(done.rows()) == len(dossiers)
            sound(site, dossiers)
            before = told(site)
        finally:
            asleep.send_signal(signal.SIGCONT)
        _, said = asleep.communicate(timeout=60)
        assert asleep.returncode == Unavailable.exit_code
        assert "took over" in said
        assert told(site) == before
        assert hoso(one, "work", "--once", "--jobs", "1").code == 0
        assert told(site) == before, "nothing was left to do"
        assert list((one / "sealing").iterdir()) == []


def test_clocks_that_differ_by_minutes_change_nothing(machines: tuple[Path, Path, Settings]) -> None:
    one, two, _ = machines
    with Site(one) as slow:
        ahead = Site(two, clock=lambda: slow.now() + timedelta(minutes=30))
        with ahead, turns.claimed(slow, ("dossier/a", "dossier/b")) as mine:
            assert mine == {"dossier/a", "dossier/b"}
            with turns.claimed(ahead, ("dossier/b", "dossier/c")) as theirs:
                assert theirs == {"dossier/c"}
                with turns.claimed(ahead, ("dossier/b", "dossier/d"), whole=True) as none:
                    assert none == frozenset()
            assert [one.claims for one in slow.ledger.turns()] == [("dossier/a", "dossier/b")]
            with pytest.raises(Unavailable, match="others are at work"), turns.everything(ahead, 0.0, time.sleep):
                pass
            with turns.only(ahead, "stamps"), pytest.raises(Unavailable, match="stamps"), turns.only(slow, "stamps"):
                pass


class Cable:
    """A TCP cable to a server that can be pulled: nothing is closed, nothing comes through any more."""

    def __init__(self, host: str, port: int) -> None:
        self.whole = threading.Event()
        self.whole.set()
        self._to = (host, port)
        self._ends: list[socket.socket] = []
        self._here = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._here.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._here.accept()
                far = socket.create_connection(self._to)
            except OSError:
                return
            self._ends += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, a: socket.socket, b: socket.socket) -> None:
        try:
            while data := a.recv(65536):
                self.whole.wait()
                b.sendall(data)
        except OSError:
            pass

    def close(self) -> None:
        self.whole.set()
        for end in (self._here, *self._ends):
            end.close()


@pytest.fixture
def cable() -> Iterator[Callable[[str, int], Cable]]:
    laid: list[Cable] = []

    def lay(host: str, port: int) -> Cable:
        laid.append(Cable(host, port))
        return laid[-1]

    yield lay
    for one in laid:
        one.close()


# pg8000 leaves the socket of a connection that could not be made to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_cut_off_from_the_ledger_a_machine_says_so_and_goes_on_when_it_is_back(
    machines: tuple[Path, Path, Settings], cable: Callable[[str, int], Cable]
) -> None:
    *_, told = machines
    wire = cable(told.postgres.host, told.postgres.port)
    ledger = ledgers.open(replace(told, postgres=replace(told.postgres, port=wire.port, timeout=0.7)), Path())
    ledger.begin("cut", 30)
    ledger.claim(["dossier/x"])
    wire.whole.clear()
    for act in (lambda: ledger.tell(Fact("mine", "s", "2026-01-01")), lambda: ledger.renew(30), lambda: ledger.turns()):
        with pytest.raises(Unavailable, match="run again later"):
            act()
    wire.whole.set()
    ledger.renew(30)
    ledger.tell(Fact("mine", "s", "2026-01-01"), once="after the cut")
    assert ledger.claim(["dossier/x"]) == {"dossier/x"}
    ledger.end()
    ledger.close()


def test_cut_off_from_the_store_a_machine_says_so_and_goes_on_when_it_is_back(
    machines: tuple[Path, Path, Settings], cable: Callable[[str, int], Cable]
) -> None:
    *_, told = machines
    host, _, port = told.s3.endpoint.partition(":")
    wire = cable(host, int(port))
    near = replace(told.s3, endpoint=f"127.0.0.1:{wire.port}", connect_timeout=0.7, read_timeout=0.7)
    store = s3.open(replace(told, s3=near), Path())
    digest = store.put(b"before")
    wire.whole.clear()
    with pytest.raises(Unavailable, match="run again later"):
        store.get(digest)
    with pytest.raises(Unavailable, match="run again later"):
        store.put(b"meanwhile")
    wire.whole.set()
    assert store.get(digest) == b"before"
    assert store.get(store.put(b"meanwhile")) == b"meanwhile"
