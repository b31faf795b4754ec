"""What an operator sees with ``hoso status --watch``."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

from hoso.cli.live import Board
from hoso.cli.supervise import born
from hoso.recipe import nights
from watching import Clock, Desk, desk, jpeg

HOSO = Path(sys.executable).with_name("hoso")


def shown(board: Board) -> str:
    console = Console(file=io.StringIO(), width=160, no_color=True)
    console.print(board.picture())
    return "\n".join(" ".join(line.split()) for line in console.file.getvalue().splitlines())  # type: ignore[attr-defined]


def up(of: Desk, pid: int, **worker: object) -> None:
    one = {"state": "running", "pid": pid, "born": born(pid), "since": time.time() - 600, "restarts": 0, "log": ""}
    note = {"pid": pid, "prefect": "http://127.0.0.1:4200", "desk": "", "parts": {"watch": one, "worker": one | worker}}
    (of.site.home / "up.json").write_text(json.dumps(note), encoding="utf-8")


def test_a_board_tells_what_runs_and_what_does_not(tmp_path: Path) -> None:
    of = desk(tmp_path)
    board = Board(of.site, of.clock)
    assert "not up start it with: hoso up" in shown(board)
    up(of, os.getpid(), state="resting", restarts=2)
    text = shown(board)
    assert "watch running for 10 min" in text
    assert "worker resting for 10 min, started 3 times" in text
    assert "prefect http://127.0.0.1:4200" in text
    up(of, 0)
    assert "not up" in shown(board)


def test_a_board_tells_the_queue_and_a_watcher_that_is_silent(tmp_path: Path) -> None:
    of = desk(tmp_path)
    assert "watcher has not run here" in shown(Board(of.site))
    note = {"queue": 4, "reading": True, "inboxes": [
        {"name": "quay1", "away": False, "settling": 2}, {"name": "quay2", "away": True, "settling": 0},
    ], "at": of.site.stamp()}  # fmt: skip
    (of.site.home / "watch.json").write_text(json.dumps(note), encoding="utf-8")
    text = shown(Board(of.site))
    assert "to be read 4 dossiers" in text
    assert "quay1 2 settling" in text
    assert "quay2 away" in text
    assert "watcher silent for 10 min" in shown(Board(of.site, wall=lambda: time.time() + 600))


def test_a_board_counts_again_only_where_the_ledger_changed(tmp_path: Path) -> None:
    of, clock = desk(tmp_path), Clock()
    board = Board(of.site, clock)
    assert "balance even" in shown(board)
    jpeg(of.folder / "HS01" / "1.jpg")
    assert len(of.settle()) == 1
    assert "pages in 0" in shown(board), "not yet"
    clock.go(11)
    text = shown(board)
    assert "pages in 1" in text
    assert "underway 1" in text
    assert "balance underway" in text


def test_a_board_tells_how_nights_ended_and_what_is_wrong(tmp_path: Path) -> None:
    of = desk(tmp_path, "[alerts]\ndisk_gb = 1e9\n")
    assert "no night has run here" in shown(Board(of.site))
    with nights.over(of.site, "nightly"):
        pass
    try:
        with nights.over(of.site, "fixity"):
            raise OSError("gone")
    except OSError:
        pass
    text = shown(Board(of.site))
    assert "nightly done, 20" in text
    assert "fixity failed (OSError), 20" in text
    assert "disk.low" in text


def test_the_command_prints_it_once_where_there_is_no_terminal(tmp_path: Path) -> None:
    of = desk(tmp_path)
    done = subprocess.run([HOSO, "--home", of.site.home, "status", "--watch"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "pages in" in done.stdout
    done = subprocess.run([HOSO, "--home", of.site.home, "status", "--watch", "--json"], capture_output=True, text=True)
    assert done.returncode == 2
