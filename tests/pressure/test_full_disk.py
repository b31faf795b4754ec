"""A full disk stops the intake before it stops the rest; what it stopped goes on once there is room; nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from doors import hoso, smallest_dossier
from hoso.errors import Unavailable
from hoso.recipe import intake
from hoso.settings import Settings
from watching import desk, jpeg


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_nothing_is_taken_below_the_floor_and_it_goes_on_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk(tmp_path)
    free = {"mb": 499}
    monkeypatch.setattr(intake.shutil, "disk_usage", lambda _: Usage(10**12, 0, free["mb"] * 2**20))
    jpeg(here.folder / "giay.jpg")
    assert Settings().service.min_free_mb == 500
    for _ in range(3):
        assert here.settle() == []
    assert here.names() == ["giay.jpg"], "the scan stays where it lies"
    assert len(here.said) == 1, "it is said once"
    assert "499 MB are free" in here.said[0]
    with pytest.raises(Unavailable, match="min_free_mb"):
        intake.arrivals(here.site, [], here.taker._crew)
    free["mb"] = 501
    assert len(here.settle()) == 1
    assert "goes on" in here.said[1]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MB."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here ({made.stderr.strip()}): a full disk is NOT tested")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path, left: int) -> Path:
    """A file that leaves ``left`` KB free."""
    filler = place / "filler"
    filler.unlink(missing_ok=True)
    with filler.open("wb") as file:
        file.truncate(0)
        room = shutil.disk_usage(place).free - left * 1024
        block = bytes(2**16)
        while room > 0:
            room -= file.write(block[: min(room, len(block))])
    return filler


def test_a_disk_that_is_full_at_any_point_costs_nothing_but_time(small: Path) -> None:
    home, dossier = small / "home", smallest_dossier()
    assert hoso(home, "init", "--demo").code == 0
    settings = home / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[service]\nmin_free_mb = 0\n", encoding="utf-8")
    stopped = 0
    for left in (0, 40, 200, 500, 900, 1_400, 2_200):
        filler = fill(small, left)
        done = hoso(home, "digitize", "--jobs", "1", dossier)
        assert done.code in (0, 4, 5), (left, done.err)
        stopped += done.code == 5
        assert "Traceback" not in done.err, (left, done.err)
        filler.unlink()
        assert hoso(home, "audit").code == 0, left
    assert stopped >= 3, "the test fills the disk where it matters"
    done = hoso(home, "digitize", "--jobs", "1", dossier)
    assert done.code == 0, done.err
    for words in (("audit",), ("audit", "--warehouse"), ("balance",)):
        assert hoso(home, *words).code == 0, words
    (row,) = hoso(home, "balance", "--json").rows()
    assert row["filed"] + row["waiting"] + row["blank"] == row["pages_in"] > 0
    assert not list((home / "store" / "tmp").iterdir())
