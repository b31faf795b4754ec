"""A night whose timestamp server is down goes on; the next one stamps what waits, and signs nothing twice."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from authority import Authority, Service, serving
from doors import INBOX
from hoso import lasting, recipe
from hoso.recipe import approving
from hoso.signers.container import Container
from hoso.site import HANOI, Site

NIGHT = (datetime.now(HANOI) + timedelta(days=30)).replace(microsecond=0)  # within the demo mandate


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serving() as running:
        running.authority = Authority(NIGHT, running.address)
        yield running


@pytest.fixture(scope="module")
def digitized(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home at level B-LTA with two approved documents that nothing was sealed of; the servers answer."""
    base = tmp_path_factory.mktemp("unstamped")
    home = base / "home"
    (base / "inbox" / "HS1").mkdir(parents=True)
    (base / "inbox" / "HS2").mkdir()
    shutil.copy(INBOX / "QD-2024.pdf", base / "inbox" / "HS1")
    with pikepdf.open(INBOX / "QD-2024.pdf") as pdf:
        pdf.save(base / "inbox" / "HS2" / "again.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)
    from hoso.cli import main

    with pytest.raises(SystemExit):
        main(["--home", str(home), "init", "--demo"])
    assert service.authority is not None
    service.authority.write(home / "keys")
    settings = home / "settings.toml"
    text = settings.read_text()
    more = f'level = "B-LTA"\ntimestamp_url = "{service.address}/tsa"\npause = 0.01\nrest = 0\ntries = 1\n'
    text = text.replace("[seal]\n", "[seal]\n" + more) if "[seal]\n" in text else text + "\n[seal]\n" + more
    settings.write_text(text)
    service.moods["tsa"] = "status 503"
    with Site(home, clock=lambda: NIGHT) as site, recipe.crew_for(site, 0) as crew:
        for here in list(recipe.digitize(site, recipe.sources([base / "inbox"]), crew)):
            assert here.outcome is not None
            for record in here.outcome.records:
                if here.states[record.document.id] == "waiting":
                    approving.decide(site, record, "Trần Thị Mẫu", "approved", despite=True)
    shutil.rmtree(home / "sealing")
    (home / "sealing").mkdir()
    service.moods.clear()
    return home


@pytest.fixture
def home(digitized: Path, service: Service, tmp_path: Path) -> Path:
    service.moods.clear()
    shutil.copytree(digitized, tmp_path / "home")
    return tmp_path / "home"


def night(home: Path, said: list[str] | None = None, at: datetime = NIGHT, jobs: int = 0) -> dict[str, str]:
    """Release everything; gives the states of the documents."""
    with Site(home, clock=lambda: at) as site:
        progress = recipe.Progress(say=(said if said is not None else []).append)
        everything = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site)]
        with recipe.crew_for(site, jobs) as crew:
            recipe.release(site, (here.outcome for here in everything if here.outcome), progress, crew)
        after = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site)]
        assert recipe.balance(after).even
        return {id_: state for here in after for id_, state in here.states.items()}


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each use of the key."""
    told: list[int] = []
    real = Container.signed

    def counted(self: Container, *given: Any) -> bytes:
        told.append(1)
        return real(self, *given)

    monkeypatch.setattr(Container, "signed", counted)
    return told


def test_documents_wait_for_their_stamp_and_the_next_night_stamps_them(
    home: Path, service: Service, uses: list[int]
) -> None:
    service.moods["tsa"] = "status 503"
    said: list[str] = []
    states = night(home, said)
    assert states
    assert set(states.values()) == {"unstamped"}
    assert len(said) == len(states)
    assert all("HTTP" in text for text in said)
    assert len(list((home / "sealing").iterdir())) == len(states)
    assert set(night(home).values()) == {"unstamped"}
    service.moods.clear()
    assert set(night(home, at=NIGHT + timedelta(days=1)).values()) == {"sealed"}
    assert len(uses) == len(states)
    assert list((home / "sealing").iterdir()) == []


def killed(home: Path, point: int) -> int:
    """Release in a forked process, SIGKILL just before keeping state number ``point`` of a signed file; its exit code."""
    pid = os.fork()
    if pid == 0:
        real = lasting.write
        done = 0

        def counting(*given: Any) -> None:
            nonlocal done
            done += 1
            if done == point:
                os.kill(os.getpid(), signal.SIGKILL)
            real(*given)

        try:
            lasting.write = counting
            night(home)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_killed_between_signing_and_publishing_nothing_kept_is_asked_for_again(
    home: Path, service: Service, uses: list[int], tmp_path: Path
) -> None:
    documents = len(night(shutil.copytree(home, tmp_path / "count")))
    uses.clear()
    for point in (1, 2, 3):
        where = shutil.copytree(home, tmp_path / f"killed-{point}")
        assert killed(where, point) == -signal.SIGKILL
        uses.clear()
        service.asked.clear()
        assert set(night(where).values()) == {"sealed"}
        kept = point - 1  # states of the first document that were kept: signed, then stamped
        assert len(uses) == documents - (kept >= 1)
        assert service.asked["tsa"] == 2 * documents - (kept >= 2)


def test_workers_sign_in_parallel_what_the_night_seals(home: Path, service: Service, uses: list[int]) -> None:
    service.moods["tsa"] = "status 503"
    said: list[str] = []
    assert set(night(home, said, jobs=2).values()) == {"unstamped"}
    assert len(said) == 2
    kept = sorted(path.read_bytes() for path in (home / "sealing").iterdir())
    service.moods.clear()
    assert set(night(home, jobs=2).values()) == {"sealed"}
    assert uses == []  # of the key, in this process
    with Site(home, clock=lambda: NIGHT) as site:
        sealed = sorted(site.store.get(fact.body["after"]) for fact in site.ledger.facts("sealed"))
    assert len(sealed) == len(kept) == 2
    assert all(one[: len(other) // 2] == other[: len(other) // 2] for one, other in zip(sealed, kept, strict=True))
