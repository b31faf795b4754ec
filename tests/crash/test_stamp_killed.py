"""The night's stamp and its renewal are killed at every durable point: no timestamp that was kept is asked for again."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import hoso.signers.notary  # noqa: F401 (once, before the forks)
from authority import Authority, Service, serving
from hoso import lasting
from hoso.recipe import care, renewing, stamping
from hoso.signers.evidence_verdict import judged
from hoso.site import Site
from stamps import LATER, NIGHT, follow, home_of, named, papers, settings

DURABLE = (("store", "put"), ("ledger", "tell"), ("ledger", "intend"), ("ledger", "receive"))
COPIES = 3


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        running.authority = Authority(NIGHT, running.address)
        yield running


def in_child(home: Path, work: Callable[[Site], object], at: Any, kill_at: int, told: Path) -> int:
    """``work`` in a forked process, SIGKILL just before durable act ``kill_at`` (0: never); acts done go to ``told``."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    done: list[str] = []

    def counted(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any, **named: Any) -> Any:
            done.append(name)
            if len(done) == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*given, **named)

        return counting

    try:
        with Site(home, clock=lambda: at) as site:
            for room, act in DURABLE:
                tool = getattr(site, room)
                setattr(tool, act, counted(act, getattr(tool, act)))
            lasting.write = counted("keep", lasting.write)
            work(site)
        told.write_text(" ".join(done))
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


def state(home: Path, at: Any) -> dict[str, Any]:
    with Site(home, clock=lambda: at) as site:
        roots, held = list(site.roots), [(data, stamping.evidence_of(site, *named(data))) for data in papers(COPIES)]
        return {
            "verdicts": [judged(data, record or b"", roots, at).state for data, record in held],
            "links": [len(judged(data, record or b"", roots, at).stamps) for data, record in held],
            "told": len(list(site.ledger.facts("stamped"))),
            "waiting": list(stamping.waiting(site)),
            "due": len(list(renewing.due(site))),
            "wrong": [finding for finding in care.audit(site, lambda *_: None) if finding.kind != "orphan"],
            "open": list(site.ledger.effects("stamp", open_only=True)),
            "left": sorted(path.name for path in (home / "sealing").iterdir()),
        }


def killed_everywhere(home: Path, service: Service, work: Callable[[Site], object], at: Any, tmp_path: Path) -> None:
    whole, told = tmp_path / "whole", tmp_path / "acts"
    shutil.copytree(home, whole)
    service.asked.clear()
    assert in_child(whole, work, at, 0, told) == 0
    acts, expected = told.read_text().split(), state(whole, at)
    assert service.asked["tsa"] == 1
    assert expected["verdicts"] == ["valid"] * COPIES
    assert not expected["waiting"] and not expected["left"] and not expected["open"] and not expected["wrong"]  # noqa: PT018
    for point in range(1, len(acts) + 1):
        where = shutil.copytree(home, tmp_path / f"killed-{point}")
        service.asked.clear()
        assert in_child(where, work, at, point, told) == -signal.SIGKILL
        assert in_child(where, work, at, 0, told) == 0
        assert state(where, at) == expected, f"killed before act {point}, {acts[point - 1]}"
        kept = "keep" in acts[: point - 1]
        answered = "keep" in acts[:point]
        assert service.asked["tsa"] == (1 if kept or not answered else 2), f"killed before act {point}"
        shutil.rmtree(where)


def test_a_night_killed_anywhere_stamps_once_what_was_kept(service: Service, tmp_path: Path) -> None:
    home = home_of(tmp_path / "home", service, COPIES)
    killed_everywhere(home, service, stamping.night, NIGHT, tmp_path)


@pytest.mark.parametrize("how", ["renewal", "rehash"])
def test_a_renewal_killed_anywhere_ends_in_the_same_state(how: str, service: Service, tmp_path: Path) -> None:
    home, at = home_of(tmp_path / "home", service, COPIES), LATER
    with Site(home, clock=lambda: NIGHT) as site:
        stamping.night(site)
    if how == "renewal":
        follow(home, service, LATER)
    else:
        at = NIGHT + timedelta(days=1)
        settings(home, lambda text: text.replace("[stamp]\n", '[stamp]\nhash = "sha384"\nweak = ["sha256"]\n'))
    killed_everywhere(home, service, renewing.renew, at, tmp_path)
