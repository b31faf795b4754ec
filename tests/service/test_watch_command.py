"""``hoso watch`` as real processes: taking within seconds whatever is read, going on whatever becomes of a part."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hoso import recipe
from hoso.cli.supervise import alive, born
from hoso.recipe import nights
from hoso.site import Site, make
from watching import jpeg

HOSO = Path(sys.executable).with_name("hoso")
SETTLE = 0.5


@contextlib.contextmanager
def watching(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``hoso watch``, ended by its own process id."""
    with (home / "said").open("ab") as said:
        process = subprocess.Popen([HOSO, "--home", home, "watch", "--jobs", "1"], stdout=said, stderr=said)
        try:
            eventually(lambda: "watching" in (home / "said").read_text(), 20)
            yield process
        finally:
            process.terminate()
            try:
                assert process.wait(30) == 0
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def home_in(folder: Path) -> Site:
    make(folder / "home", f'[office]\ntest = true\n[[inbox]]\nname = "quay"\npath = "../quay"\nsettle = {SETTLE}\n')
    (folder / "quay").mkdir()
    return Site(folder / "home")


def eventually(what: Callable[[], object], seconds: float) -> float:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "did not come true in time"
        time.sleep(0.05)
    return time.monotonic() - began


def told(site: Site) -> dict[str, Any]:
    """What the watcher says of itself."""
    with contextlib.suppress(OSError, ValueError):
        note: dict[str, Any] = json.loads((site.home / "watch.json").read_text(encoding="utf-8"))
        return note
    return {}


def reading(site: Site) -> int:
    """The process that reads for the watcher, 0 where there is none."""
    return int(told(site).get("reader", 0))


def test_scans_are_taken_within_seconds_while_others_are_being_read(tmp_path: Path) -> None:
    site = home_in(tmp_path)
    with watching(site.home):
        with recipe.only_run(site):  # another run is at work for as long as it likes
            for number in range(3):
                scan = jpeg(tmp_path / "quay" / f"HS{number}" / "1.jpg", 100 + number)
                assert eventually(lambda: not scan.exists(), 20) < SETTLE + 5  # noqa: B023
            eventually(lambda: told(site).get("queue") == 3, 5)
            eventually(lambda: told(site)["inboxes"] == [{"name": "quay", "away": False, "settling": 0}], 20)
            assert len(nights.backlog(site)) == 3
        eventually(lambda: not nights.backlog(site), 30)
    assert sorted(path.name for path in (tmp_path / "quay" / "da-nhan").iterdir()) == ["HS0", "HS1", "HS2"]
    assert "HS0" not in (site.home / "said").read_text(), "a name of a dossier may name a person"


def test_a_reading_process_that_is_killed_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    site = home_in(tmp_path)
    with watching(site.home):
        with recipe.only_run(site):
            jpeg(tmp_path / "quay" / "HS1" / "1.jpg")
            eventually(lambda: reading(site), 20)
            first = reading(site)
            os.kill(first, signal.SIGKILL)
            assert eventually(lambda: reading(site) not in (0, first), 20) < 10
        eventually(lambda: not nights.backlog(site), 30)
    assert "the reading process ended with code -9" in (site.home / "said").read_text()
    assert recipe.balance(recipe.standing(site, one) for one in recipe.dossiers(site)).even


def test_a_reading_process_ends_with_its_watcher_however_that_ends(tmp_path: Path) -> None:
    site = home_in(tmp_path)
    with contextlib.suppress(AssertionError), watching(site.home) as watcher:
        jpeg(tmp_path / "quay" / "HS1" / "1.jpg")
        eventually(lambda: reading(site), 20)
        reader, since = reading(site), born(reading(site))
        watcher.kill()
        watcher.wait()
    eventually(lambda: not alive(reader, since), 10)


def test_a_share_that_goes_away_is_told_once_and_looked_at_again_when_back(tmp_path: Path) -> None:
    site = home_in(tmp_path)
    with watching(site.home):
        (tmp_path / "quay").rename(tmp_path / "gone")
        eventually(lambda: "inbox quay is away" in (site.home / "said").read_text(), 20)
        jpeg(tmp_path / "gone" / "HS1" / "1.jpg")
        time.sleep(2.5)
        (tmp_path / "gone").rename(tmp_path / "quay")
        eventually(lambda: (tmp_path / "quay" / "da-nhan" / "HS1").exists(), 20)
    said = (site.home / "said").read_text()
    assert said.count("is away") == said.count("is back") == 1
