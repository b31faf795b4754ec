"""The run is killed at every durable point; the next run ends in the same state: nothing lost, nothing twice.

Each run is a forked process that the kernel ends with SIGKILL, as a power cut would leave the home (less what a disk may
lose by itself). The engine replays recorded readings, so that the only thing that varies is the kill.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from doors import INBOX
from hoso import lasting, recipe
from hoso.cli import view
from hoso.recipe import approving, care
from hoso.site import HANOI, Site

NIGHT = (datetime.now(HANOI) + timedelta(days=30)).replace(microsecond=0)  # within the demo certificate and mandate

for heavy in ("read", "compose", "seal", "survey"):  # once, before the forks: each child would import them again
    importlib.import_module(f"hoso.stages.{heavy}")
importlib.import_module("hoso.warehouses.ducklake")
importlib.import_module("hoso.signers.pkcs12")
importlib.import_module("hoso.pdf.render")

DURABLE = (
    ("store", "put"),
    ("ledger", "tell"),
    ("ledger", "keep"),
    ("ledger", "intend"),
    ("ledger", "receive"),
    ("warehouse", "load"),
)


def in_child(work: Callable[[], None]) -> int:
    """Run ``work`` in a forked process; its exit code, negative for the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def run(home: Path, inbox: Path, kill_at: int = 0, counter: Path | None = None) -> None:
    """Digitize the inbox; SIGKILL just before durable act number ``kill_at`` (0: never)."""
    site = Site(home, clock=lambda: NIGHT)
    done = 0

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **named: Any) -> Any:
            nonlocal done
            done += 1
            if done == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args, **named)

        return counting

    for room, act in DURABLE:
        tool = getattr(site, room)
        setattr(tool, act, counted(getattr(tool, act)))
    lasting.write = counted(lasting.write)
    with recipe.crew_for(site, 0) as crew:
        for here in list(recipe.digitize(site, recipe.sources([inbox]), crew)):
            assert here.outcome is not None
            for one in here.outcome.records:
                if here.states[one.document.id] == "waiting":
                    approving.decide(site, one, "Trần Thị Mẫu", "approved", despite=True)
            recipe.release(site, [here.outcome])
    site.close()
    if counter is not None:
        counter.write_text(str(done))


def state(home: Path) -> dict[str, Any]:
    """What a person would call the state: records, balance, warehouse rows, seals, audit."""
    with Site(home, clock=lambda: NIGHT) as site:
        standings = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site)]
        records = [row for here in standings for row in view.documents(here)]
        signed = {row.pop("archive_sha256") for row in records}
        assert all(signed)
        audited = [finding for finding in care.audit(site, lambda *_: None) if finding.kind != "orphan"]
        rows = site.warehouse.query("SELECT document, count(*) FROM documents GROUP BY ALL ORDER BY ALL").rows
        seals = site.warehouse.query('SELECT "after" FROM seals').rows
        assert {row[0] for row in seals} == signed
        return {
            "records": records,
            "balance": recipe.balance(standings),
            "wrong": audited,
            "documents": rows,
            "seals": len(list(site.ledger.facts("sealed"))),
            "loads open": len(list(site.ledger.effects(open_only=True))),
            "left in sealing": sorted(p.name for p in (home / "sealing").iterdir()),
        }


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A demo home whose engine replays what Tesseract read once, and an inbox of one dossier."""
    base = tmp_path_factory.mktemp("kill")
    inbox, home = base / "inbox", base / "home"
    (inbox / "HS1").mkdir(parents=True)
    shutil.copy(INBOX / "QD-2024.pdf", inbox / "HS1")
    (inbox / "HS1" / "damaged.tif").write_bytes(b"II*\0 and nothing more")
    from hoso.cli import main

    with pytest.raises(SystemExit) as left:
        main(["--home", str(home), "init", "--demo"])
    assert left.value.code == 0
    return home, inbox


def test_killed_anywhere_the_next_run_ends_in_the_same_state(template: tuple[Path, Path], tmp_path: Path) -> None:
    home, inbox = template
    whole, counter = tmp_path / "whole", tmp_path / "count"
    shutil.copytree(home, whole)
    assert in_child(lambda: run(whole, inbox, counter=counter)) == 0
    expected = state(whole)
    points = int(counter.read_text())
    assert points > 20
    assert expected["balance"].even
    assert expected["wrong"] == []
    assert all(count == 1 for _, count in expected["documents"])
    for point in range(1, points + 1):
        killed = tmp_path / f"killed-{point}"
        shutil.copytree(home, killed)
        assert in_child(lambda at=point, where=killed: run(where, inbox, kill_at=at)) == -signal.SIGKILL
        assert in_child(lambda where=killed: run(where, inbox)) == 0
        assert state(killed) == expected, f"killed before durable act {point} of {points}"
        shutil.rmtree(killed)
