"""A release is killed at every durable act from its load on: what others are to be told is queued, each thing once."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from doors import INBOX, ROOT, hoso
from hoso import recipe
from hoso.recipe import approving, outbox, releasing
from hoso.site import HANOI, Site

NIGHT = (datetime.now(HANOI) + timedelta(days=30)).replace(microsecond=0)  # within the demo certificate
DURABLE = (("ledger", "tell"), ("ledger", "intend"), ("ledger", "receive"), ("store", "put"), ("warehouse", "load"))


def opened(home: Path) -> Site:
    return Site(home, clock=lambda: NIGHT)


def release(home: Path) -> None:
    with opened(home) as site:
        standings = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site)]
        recipe.release(site, [here.outcome for here in standings if here.outcome is not None])


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with open doors, and a dossier of which the last paper is sealed and not loaded."""
    base = tmp_path_factory.mktemp("released")
    home, inbox = base / "home", base / "inbox"
    shutil.copytree(INBOX / "HS0001", inbox / "HS0001")
    assert hoso(home, "init", "--demo").code == 0
    with opened(home) as site, recipe.crew_for(site, 0) as crew:
        (here,) = recipe.digitize(site, recipe.sources([inbox]), crew)  # the certificate goes by the demo's mandate
        assert here.outcome is not None
        for one in here.outcome.records:
            if here.states[one.document.id] == "waiting":
                approving.decide(site, one, "Trần Thị Mẫu", "approved", despite=True)
                releasing.seal_record(site, here.outcome, one)
    with (home / "settings.toml").open("a", encoding="utf-8") as settings:
        for name in ("health_portal", "dossier_system"):
            example = ROOT / "samples" / "exchange" / name
            settings.write("\n" + (example / "settings.toml").read_text(encoding="utf-8"))
            for register in (example / "registers").iterdir():
                shutil.copy(register, home / "registers")
    return home


def killed(home: Path, at: int, counter: Path) -> int:
    """Release in a forked process that is ended by SIGKILL before durable act number ``at`` (0: never)."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        with opened(home) as site:
            done = 0

            def counted(act: Callable[..., Any]) -> Callable[..., Any]:
                def counting(*given: Any, **named: Any) -> Any:
                    nonlocal done
                    done += 1
                    if done == at:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return act(*given, **named)

                return counting

            for room, act in DURABLE:
                tool = getattr(site, room)
                setattr(tool, act, counted(getattr(tool, act)))
            standings = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site)]
            recipe.release(site, [here.outcome for here in standings if here.outcome is not None])
            counter.write_text(str(done))
        code = 0
    finally:
        os._exit(code)


def queued(home: Path) -> list[tuple[str, str, str]]:
    """(door, kind, state) of each message; nothing else may be left open."""
    with opened(home) as site:
        assert {effect.kind for effect in site.ledger.effects(open_only=True)} <= {outbox.EFFECT}
        found = list(outbox.items(site, everything=True))
        facts = [f for f in site.ledger.facts(outbox.FACT) if f.body["event"] == "queued"]
        assert len(facts) == len(found)
        return sorted((one.target, one.effect.body["kind"], one.state) for one in found)


def test_a_killed_release_queues_each_thing_once(sealed: Path, tmp_path: Path) -> None:
    counter, home = tmp_path / "acts", tmp_path / "home"
    shutil.copytree(sealed, home)
    assert killed(home, 0, counter) == 0
    acts = int(counter.read_text())
    expected = queued(home)
    assert expected == [
        ("dossier_system", "dossier", "waiting"), ("dossier_system", "step", "waiting"),
        ("health_portal", "certificate", "waiting"),
    ]  # fmt: skip
    assert acts > 10
    for at in range(1, acts + 1):
        shutil.rmtree(home)
        shutil.copytree(sealed, home)
        assert killed(home, at, counter) == -signal.SIGKILL, at
        release(home)
        assert queued(home) == expected, f"killed before durable act {at} of {acts}"
