"""Every ledger appends, never changes, and serves many processes at once."""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hoso.errors import Damaged, Misconfigured
from hoso.ledgers import sqlite
from hoso.ledgers.api import Ledger
from hoso.nouns import Effect, Fact
from hoso.settings import Settings

AT = "2026-11-23T08:00:00+07:00"


@pytest.fixture
def reopen(ledger_name: str, settings_for: Callable[[str], Settings], tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    settings = settings_for(ledger_name)
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
    monkeypatch.setattr(sqlite, "_AT_ONCE", 10)
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


def test_eight_processes_lose_nothing_and_agree(ledger_name: str, reopen: Callable[[], Ledger], tmp_path: Path) -> None:
    writer = (
        "import sys, pathlib, importlib\nfrom hoso.nouns import Effect, Fact\nfrom hoso.settings import Settings\n"
        "home, name, who = sys.argv[1:]\n"
        "ledger = importlib.import_module(f'hoso.ledgers.{name}').open(Settings(), pathlib.Path(home))\n"
        f"at = {AT!r}\n"
        "for n in range(40):\n"
        "    ledger.tell(Fact('mine', f'{who}-{n}', at))\n"
        "    ledger.tell(Fact('ours', str(n), at, {'by': who}), once=f'ours-{n}')\n"
        "    kept = ledger.keep(f'k{n}', 'read', 'p', f'by-{who}', at)\n"
        "    assert ledger.step(f'k{n}') == kept\n"
        "    ledger.intend(Effect(f'e{n}', 'load', who, at))\n"
        "    ledger.receive(f'e{n}', {'by': who})\n"
        "ledger.close()\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", writer, str(tmp_path), ledger_name, str(who)], stderr=subprocess.PIPE)
        for who in range(8)
    ]
    for process in writers:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    ledger = reopen()
    mine = [f.subject for f in ledger.facts("mine")]
    assert sorted(mine) == sorted(f"{who}-{n}" for who in range(8) for n in range(40))
    for who in range(8):
        assert [s for s in mine if s.startswith(f"{who}-")] == [f"{who}-{n}" for n in range(40)], "in the order told"
    assert sorted(f.subject for f in ledger.facts("ours")) == sorted(str(n) for n in range(40))
    assert len(list(ledger.results())) == 40
    assert len(list(ledger.effects())) == 40
    assert list(ledger.effects(open_only=True)) == []


def test_what_was_acknowledged_outlives_a_kill(ledger_name: str, reopen: Callable[[], Ledger], tmp_path: Path) -> None:
    writer = (
        "import sys, pathlib, importlib\nfrom hoso.nouns import Fact\nfrom hoso.settings import Settings\n"
        "ledger = importlib.import_module(f'hoso.ledgers.{sys.argv[2]}').open(Settings(), pathlib.Path(sys.argv[1]))\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        f"    print(ledger.tell(Fact('told', f'{{sys.argv[3]}}-{{n}}', {AT!r})).subject, flush=True)\n"
    )
    acknowledged: list[str] = []
    for attempt in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", writer, str(tmp_path), ledger_name, str(attempt)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(0.02 * attempt)
        process.kill()
        acknowledged += process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.wait()
    kept = [f.subject for f in reopen().facts("told")]
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept)) <= len(acknowledged) + 5, "at most the one in flight at each kill is more"


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
        base.execute("UPDATE format SET version = 2")
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
