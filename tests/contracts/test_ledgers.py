"""Every ledger appends, never changes, and serves many processes at once."""

from __future__ import annotations

import importlib
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from conftest import found

from hoso.errors import Damaged, HosoError, Misconfigured, Overtaken, Unavailable
from hoso.ledgers import postgres, sqlite
from hoso.ledgers.api import EVERYTHING, Ledger
from hoso.nouns import Effect, Fact
from hoso.settings import Settings

AT = "2026-11-23T08:00:00+07:00"


OPENING = (
    "import sys, pathlib, importlib, json\nfrom dataclasses import replace\nfrom hoso.nouns import Effect, Fact\n"
    "from hoso.settings import Postgres, Settings\n"
    "home, name, told, who = sys.argv[1:]\n"
    "settings = replace(Settings(), postgres=Postgres(**json.loads(told)))\n"
    "ledger = importlib.import_module(f'hoso.ledgers.{name}').open(settings, pathlib.Path(home))\n"
    f"at = {AT!r}\n"
)
"""How the script of another process begins; see ``other``."""


@pytest.fixture
def told(ledger_name: str, settings_for: Callable[[str], Settings]) -> Settings:
    return settings_for(ledger_name)


@pytest.fixture
def other(ledger_name: str, told: Settings, tmp_path: Path) -> Callable[[str, object], subprocess.Popen[str]]:
    """Starts another process with the same ledger open as ``ledger``."""

    def start(body: str, who: object) -> subprocess.Popen[str]:
        given = [str(tmp_path), ledger_name, json.dumps(asdict(told.postgres)), str(who)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([sys.executable, "-c", OPENING + body, *given], text=True, **pipes)

    return start


@pytest.fixture
def reopen(ledger_name: str, told: Settings, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    settings = told
    module = importlib.import_module(f"hoso.ledgers.{ledger_name}")
    opened: list[Ledger] = []

    def give() -> Ledger:
        opened.append(module.open(settings, tmp_path))
        return opened[-1]

    yield give
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(reopen: Callable[[], Ledger]) -> Ledger:
    return reopen()


def fact(subject: str, kind: str = "received") -> Fact:
    return Fact(kind, subject, AT, {"digest": "ab" * 32})


def effect(key: str, kind: str = "warehouse") -> Effect:
    return Effect(key, kind, "hs1", AT, {"batch": "b1"})


def test_facts_come_back_in_the_order_told_with_rising_serials(reopen: Callable[[], Ledger]) -> None:
    told = [reopen().tell(fact(f"hs{n}")) for n in range(5)]
    kept = list(reopen().facts())
    assert kept == told
    assert [f.serial for f in kept] == sorted({f.serial for f in kept})
    assert kept[0].body == {"digest": "ab" * 32}
    assert min(f.serial for f in kept) > 0


def test_facts_are_found_by_kind_and_subject(ledger: Ledger) -> None:
    for subject, kind in (("hs1", "received"), ("hs2", "received"), ("hs1", "approved")):
        ledger.tell(fact(subject, kind))
    assert [f.subject for f in ledger.facts("received")] == ["hs1", "hs2"]
    assert [f.kind for f in ledger.facts(subject="hs1")] == ["received", "approved"]
    assert [f.kind for f in ledger.facts("approved", "hs1")] == ["approved"]
    assert list(ledger.facts("approved", "hs2")) == []


def test_who_follows_the_facts_by_serial_misses_none(ledger: Ledger) -> None:
    told = [ledger.tell(fact(f"hs{n}")) for n in range(5)]
    first = ledger.facts_after(0, 2)
    assert list(first) == told[:2]
    assert list(ledger.facts_after(first[-1].serial, 100)) == told[2:]
    assert ledger.facts_after(told[-1].serial, 100) == ()


def test_a_fact_told_once_stands(ledger: Ledger) -> None:
    first = ledger.tell(fact("hs1"), once="received hs1")
    again = ledger.tell(Fact("received", "hs1", "2027-01-01T00:00:00+07:00"), once="received hs1")
    assert again == first
    assert list(ledger.facts()) == [first]
    ledger.tell(fact("hs1"))
    ledger.tell(fact("hs1"))
    assert len(list(ledger.facts())) == 3


def test_more_facts_than_are_read_at_once_all_come(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[type(ledger).__module__], "_AT_ONCE", 10)
    for n in range(43):
        ledger.tell(fact(f"hs{n}"))
    assert [f.subject for f in ledger.facts()] == [f"hs{n}" for n in range(43)]


def test_a_reader_who_tells_while_reading_comes_to_an_end(ledger: Ledger) -> None:
    ledger.tell(fact("hs1"))
    for read in ledger.facts():
        ledger.tell(fact(f"of {read.subject}"))
    assert len(list(ledger.facts())) == 2


def test_the_first_result_of_a_step_stands(reopen: Callable[[], Ledger]) -> None:
    ledger = reopen()
    assert ledger.step("k1") is None
    assert ledger.keep("k1", "read", "p1", "digest-1", AT) == "digest-1"
    assert ledger.keep("k1", "read", "p1", "digest-2", AT) == "digest-1"
    assert reopen().step("k1") == "digest-1"
    ledger.keep("k2", "read", "p2", "digest-3", AT)
    assert list(ledger.results()) == ["digest-1", "digest-3"]


def test_an_effect_is_open_until_its_receipt_and_the_first_receipt_stands(reopen: Callable[[], Ledger]) -> None:
    ledger = reopen()
    assert ledger.intend(effect("e1")) == effect("e1")
    ledger.intend(effect("e2", "portal"))
    assert [e.key for e in ledger.effects(open_only=True)] == ["e1", "e2"]
    done = ledger.receive("e1", {"load": "7"})
    assert done.receipt == {"load": "7"}
    assert ledger.receive("e1", {"load": "8"}).receipt == {"load": "7"}
    assert reopen().intend(Effect("e1", "warehouse", "hs1", "2027-01-01T00:00:00+07:00")) == done
    assert [e.key for e in ledger.effects(open_only=True)] == ["e2"]
    assert [e.key for e in ledger.effects("portal")] == ["e2"]
    assert [e.key for e in ledger.effects()] == ["e1", "e2"]


def test_a_receipt_without_body_closes_the_effect_too(ledger: Ledger) -> None:
    ledger.intend(effect("e1"))
    assert ledger.receive("e1", {}).receipt == {}
    assert list(ledger.effects(open_only=True)) == []


def test_a_receipt_of_what_was_never_intended_is_damage(ledger: Ledger) -> None:
    with pytest.raises(Damaged, match="never intended"):
        ledger.receive("unknown", {})


def test_eight_processes_lose_nothing_and_agree(
    reopen: Callable[[], Ledger], other: Callable[[str, object], subprocess.Popen[str]]
) -> None:
    writer = (
        "for n in range(40):\n"
        "    ledger.tell(Fact('mine', f'{who}-{n}', at))\n"
        "    ledger.tell(Fact('ours', str(n), at, {'by': who}), once=f'ours-{n}')\n"
        "    kept = ledger.keep(f'k{n}', 'read', 'p', f'by-{who}', at)\n"
        "    assert ledger.step(f'k{n}') == kept\n"
        "    ledger.intend(Effect(f'e{n}', 'load', who, at))\n"
        "    ledger.receive(f'e{n}', {'by': who})\n"
        "ledger.close()\n"
    )
    ledger = reopen()
    writers = [other(writer, who) for who in range(8)]
    followed: list[Fact] = []
    while any(process.poll() is None for process in writers):
        followed += ledger.facts_after(followed[-1].serial if followed else 0, 50)
    for process in writers:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    while more := ledger.facts_after(followed[-1].serial if followed else 0, 50):
        followed += more
    assert followed == list(ledger.facts()), "who followed meanwhile missed none"
    mine = [f.subject for f in ledger.facts("mine")]
    assert sorted(mine) == sorted(f"{who}-{n}" for who in range(8) for n in range(40))
    for who in range(8):
        assert [s for s in mine if s.startswith(f"{who}-")] == [f"{who}-{n}" for n in range(40)], "in the order told"
    assert sorted(f.subject for f in ledger.facts("ours")) == sorted(str(n) for n in range(40))
    assert len(list(ledger.results())) == 40
    assert len(list(ledger.effects())) == 40
    assert list(ledger.effects(open_only=True)) == []


def test_what_was_acknowledged_outlives_a_kill(
    reopen: Callable[[], Ledger], other: Callable[[str, object], subprocess.Popen[str]]
) -> None:
    writer = (
        "n = 0\nwhile True:\n    n += 1\n    print(ledger.tell(Fact('told', f'{who}-{n}', at)).subject, flush=True)\n"
    )
    acknowledged: list[str] = []
    for attempt in range(5):
        process = other(writer, attempt)
        assert process.stdout is not None
        assert process.stderr is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(0.02 * attempt)
        process.kill()
        acknowledged += process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.stderr.close()
        process.wait()
    time.sleep(0.1)  # what was on its way to a server at the last kill
    kept = [f.subject for f in reopen().facts("told")]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept)) <= len(acknowledged) + 5, "at most the one in flight at each kill is more"


@pytest.mark.parametrize("there", found("ledgers"))
def test_a_ledger_is_copied_into_any_other_and_goes_on_where_it_stopped(
    ledger: Ledger, there: str, settings_for: Callable[[str], Settings], tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    for n in range(1203):
        ledger.tell(fact(f"hs{n}"), once=f"once '{n}', {{a}} \\ \"b\"" if n % 2 else "")
    ledger.keep("k1", "read", "p1", "digest-1", AT)
    ledger.intend(effect("e1"))
    ledger.intend(effect("e2"))
    ledger.receive("e2", {"load": "7"})
    with closing(
        importlib.import_module(f"hoso.ledgers.{there}").open(settings_for(there), tmp_path / "there")
    ) as copy:
        assert copy.take(islice(ledger.lines(), 1100)) == 1100
        assert copy.take(ledger.lines()) == 1203 + 1 + 2 - 1100
        assert copy.take(ledger.lines()) == 0
        assert list(copy.lines()) == list(ledger.lines())
        assert [f.subject for f in copy.facts()] == [f"hs{n}" for n in range(1203)]
        assert copy.tell(fact("another"), once="once '1', {a} \\ \"b\"").subject == "hs1"
        assert copy.step("k1") == "digest-1"
        assert [(e.key, e.receipt) for e in copy.effects()] == [("e1", None), ("e2", {"load": "7"})]


# --- Turns and claims ---


def test_what_one_run_claims_no_other_is_given_until_it_lets_go(reopen: Callable[[], Ledger]) -> None:
    one, two = reopen(), reopen()
    assert one.begin("one", 60) < two.begin("two", 60)
    assert one.claim(["hs1", "hs2"]) == {"hs1", "hs2"}
    assert two.claim(["hs2", "hs3"]) == {"hs3"}
    assert one.claim(["hs1"]) == {"hs1"}, "a claim of one's own stands"
    assert [(t.holder, t.claims) for t in one.turns()] == [("one", ("hs1", "hs2")), ("two", ("hs3",))]
    assert all(50 < t.left <= 60 for t in one.turns())
    two.let_go(["hs1", "hs3"])
    assert two.claim(["hs1"]) == frozenset(), "nobody lets go what is another's"
    one.end()
    one.end()
    assert two.claim(["hs1", "hs2"]) == {"hs1", "hs2"}
    assert [t.holder for t in two.turns()] == ["two"]


def test_who_slept_past_its_turn_writes_nothing_over_its_successor(reopen: Callable[[], Ledger]) -> None:
    asleep, awake, clerk = reopen(), reopen(), reopen()
    asleep.begin("asleep", 0.2)
    asleep.claim(["hs1"])
    asleep.intend(effect("e1"))
    awake.begin("awake", 60)
    assert awake.claim(["hs1"]) == frozenset()
    time.sleep(0.25)
    asleep.tell(fact("hs1"))  # late, and nobody took over: nothing is lost by that
    assert awake.claim(["hs1"]) == {"hs1"}
    for write in (
        lambda: asleep.tell(fact("hs1", "digitized")),
        lambda: asleep.tell(fact("hs1"), once="o"),
        lambda: asleep.keep("k1", "read", "p1", "digest-1", AT),
        lambda: asleep.intend(effect("e2")),
        lambda: asleep.receive("e1", {"load": "7"}),
        lambda: asleep.claim(["hs9"]),
        lambda: asleep.renew(60),
    ):
        with pytest.raises(Overtaken, match="took over"):
            write()
    assert [f.kind for f in awake.facts()] == ["received"]
    assert awake.step("k1") is None
    assert [e.receipt for e in awake.effects()] == [None]
    assert awake.receive("e1", {"load": "8"}).receipt == {"load": "8"}
    clerk.tell(fact("hs1", "decided"))  # a person takes no turn
    asleep.end()
    asleep.begin("asleep", 60)
    asleep.tell(fact("hs2"))


def test_who_renews_in_time_keeps_its_claims(reopen: Callable[[], Ledger]) -> None:
    one, two = reopen(), reopen()
    one.begin("one", 0.3)
    one.claim(["hs1"])
    two.begin("two", 60)
    for _ in range(4):
        time.sleep(0.1)
        one.renew(0.3)
    assert two.claim(["hs1"]) == frozenset()
    one.tell(fact("hs1"))


def test_a_claim_on_everything_waits_for_the_others_and_lets_none_in(reopen: Callable[[], Ledger]) -> None:
    worker, other, night = reopen(), reopen(), reopen()
    for ledger, name in ((worker, "worker"), (other, "other"), (night, "night")):
        ledger.begin(name, 60)
    assert worker.claim(["hs1"]) == {"hs1"}
    assert night.claim([EVERYTHING]) == frozenset()
    assert worker.claim(["hs2"]) == other.claim(["hs3"]) == frozenset(), "nothing new is begun meanwhile"
    assert other.claim([EVERYTHING]) == frozenset(), "one at a time"
    worker.let_go(["hs1"])
    assert night.claim([EVERYTHING]) == {EVERYTHING}
    night.let_go([EVERYTHING])
    assert worker.claim(["hs2"]) == {"hs2"}


def test_of_many_that_claim_at_once_one_is_given_each(
    reopen: Callable[[], Ledger], other: Callable[[str, object], subprocess.Popen[str]]
) -> None:
    claimer = "ledger.begin(who, 60)\nfor n in range(30):\n    ledger.claim([f'hs{n}', f'hs{n + 1}'])\n"
    ledger = reopen()
    for process in [other(claimer, who) for who in range(4)]:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    held = [name for turn in ledger.turns() for name in turn.claims]
    assert sorted(held) == sorted(f"hs{n}" for n in range(31)), "each once"


# --- SQLite alone ---


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(sqlite.open(Settings(), tmp_path)) as ledger:
        ledger.tell(fact("hs1"), once="o")
        ledger.keep("k1", "read", "p1", "digest-1", AT)
        ledger.intend(effect("e1"))
        ledger.receive("e1", {"load": "7"})
        ledger.intend(effect("e2"))
    return tmp_path / "ledger.sqlite"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE facts SET subject = 'x'",
        "DELETE FROM facts",
        "INSERT OR REPLACE INTO facts VALUES (1, 'k', 's', 'a', '{}', NULL)",
        "INSERT OR REPLACE INTO facts (kind, subject, at, body, once) VALUES ('k', 's', 'a', '{}', 'o')",
        "UPDATE steps SET result = 'x'",
        "DELETE FROM steps",
        "INSERT OR REPLACE INTO steps (key, step, subject, result, at) VALUES ('k1', 's', 's', 'r', 'a')",
        "UPDATE effects SET receipt = '{}' WHERE key = 'e1'",
        "UPDATE effects SET receipt = NULL WHERE key = 'e1'",
        "UPDATE effects SET body = '{\"x\":\"y\"}', receipt = '{}' WHERE key = 'e2'",
        "DELETE FROM effects",
        "INSERT OR REPLACE INTO effects (key, kind, subject, at, body) VALUES ('e1', 'k', 's', 'a', '{}')",
    ],
)
def test_no_hand_changes_what_was_told(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        before = list(base.iterdump())
        with pytest.raises(sqlite3.IntegrityError, match=r"never|receipt"):
            base.execute(sql)
        assert list(base.iterdump()) == before


def test_a_newer_format_is_refused_and_left_alone(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute("UPDATE format SET version = 3")
    with pytest.raises(Misconfigured, match="newer Hoso"):
        sqlite.open(Settings(), file.parent)


def test_what_is_no_ledger_is_damage(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 400)
    with pytest.raises(Damaged, match=r"ledger\.sqlite"):
        sqlite.open(Settings(), tmp_path)


def test_a_home_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="folder exists"):
        sqlite.open(Settings(), tmp_path / "nowhere")


def test_every_commit_is_synced(file: Path) -> None:
    with closing(sqlite.open(Settings(), file.parent)) as ledger:
        base = ledger._base
        assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert base.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_ledger_of_the_first_format_is_brought_up_with_all_that_it_holds(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        for statement in ("DROP TABLE claims", "DROP TABLE turns", "UPDATE format SET version = 1"):
            base.execute(statement)
    with closing(sqlite.open(Settings(), file.parent)) as ledger:
        assert [f.subject for f in ledger.facts()] == ["hs1"]
        ledger.begin("one", 60)
        assert ledger.claim(["hs1"]) == {"hs1"}
    with closing(sqlite3.connect(file)) as base:
        assert base.execute("SELECT version FROM format").fetchall() == [(2,)]


# --- PostgreSQL alone ---


@pytest.fixture
def shared(settings_for: Callable[[str], Settings]) -> Iterator[Any]:
    """A ledger with something in it, and its settings."""
    ledger = postgres.open(settings_for("postgres"), Path())
    ledger.tell(fact("hs1"), once="o")
    ledger.keep("k1", "read", "p1", "digest-1", AT)
    ledger.intend(effect("e1"))
    ledger.receive("e1", {"load": "7"})
    ledger.intend(effect("e2"))
    yield ledger
    ledger.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE {s}.facts SET subject = 'x'",
        "DELETE FROM {s}.facts",
        "TRUNCATE {s}.facts",
        "INSERT INTO {s}.facts (kind, subject, at, body, once) VALUES ('k', 's', 'a', '{{}}', 'o')"
        " ON CONFLICT (once) DO UPDATE SET subject = 'x'",
        "UPDATE {s}.steps SET result = 'x'",
        "DELETE FROM {s}.steps",
        "TRUNCATE {s}.steps",
        "UPDATE {s}.effects SET receipt = '{{}}' WHERE key = 'e1'",
        "UPDATE {s}.effects SET receipt = NULL WHERE key = 'e1'",
        "UPDATE {s}.effects SET body = '{{}}', receipt = '{{}}' WHERE key = 'e2'",
        "DELETE FROM {s}.effects",
        "TRUNCATE {s}.effects",
    ],
)
def test_no_hand_changes_what_was_told_to_the_server(shared: Any, sql: str) -> None:
    server = shared._server.other()

    def everything() -> list[Any]:
        return [
            server.run(f"SELECT * FROM {shared._s}.{table} ORDER BY serial") for table in ("facts", "steps", "effects")
        ]

    before = everything()
    with pytest.raises(HosoError, match=r"never changed"):
        server.run(sql.format(s=shared._s))
    assert everything() == before
    server.close()


def test_a_newer_format_on_the_server_is_refused(shared: Any, settings_for: Callable[[str], Settings]) -> None:
    shared._server.run(f"UPDATE {shared._s}.format SET version = 2")
    told = replace(Settings(), postgres=shared._server.settings)
    with pytest.raises(Misconfigured, match="newer Hoso"):
        postgres.open(told, Path())


def test_a_fact_that_is_committed_late_is_not_passed_over(shared: Any) -> None:
    """A writer stands still between its number and its commit: who follows the facts is shown none after it meanwhile."""
    slow = shared._server.other()
    slow.run("BEGIN")
    slow.run(f"SELECT * FROM {shared._s}.tell(0, 'late', 's', 'a', '{{}}', NULL)")
    quick = postgres.open(replace(Settings(), postgres=replace(shared._server.settings, timeout=20.0)), Path())
    waiting = threading.Thread(target=lambda: quick.tell(fact("quick")))
    waiting.start()
    try:
        time.sleep(0.3)
        seen = shared.facts_after(0, 100)
        assert [f.kind for f in seen] == ["received"]
    finally:
        slow.run("COMMIT")
        waiting.join(20)
    assert [f.kind for f in shared.facts_after(seen[-1].serial, 100)] == ["late", "received"]
    slow.close()
    quick.close()


def test_a_connection_that_the_server_ended_is_opened_anew(shared: Any) -> None:
    admin = shared._server.other()
    others = "pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'hoso'"
    ended = f"SELECT count(pg_terminate_backend(pid)) FROM {others}"

    def end() -> None:
        admin.run(ended)

    end()
    assert [f.subject for f in shared.facts()] == ["hs1"]
    end()
    assert shared.keep("k1", "read", "p1", "digest-2", AT) == "digest-1"
    end()
    with pytest.raises(Unavailable, match="run again later"):
        shared.tell(fact("hs2"))  # told without a word that would show a second telling: not tried twice
    shared.tell(fact("hs2"))
    assert [f.subject for f in shared.facts()] == ["hs1", "hs2"]
    admin.close()


def test_a_server_that_is_not_there_says_what_to_do(settings_for: Callable[[str], Settings]) -> None:
    told = settings_for("postgres")
    away = replace(told, postgres=replace(told.postgres, port=1, timeout=2.0))
    with pytest.raises(Unavailable, match="run again later"):
        postgres.open(away, Path())
    stranger = replace(told, postgres=replace(told.postgres, user="nobody"))
    with pytest.raises(Misconfigured, match=r"\[postgres\]"):
        postgres.open(stranger, Path())
