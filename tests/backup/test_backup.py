"""The drill: a home is lost, and an empty machine has it again, the same byte for byte; what was erased stays erased."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doors import INBOX, hoso
from hoso.recipe import backing
from hoso.site import Site

WHO = ("--who", "Nguyễn Văn Thử")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("backup") / "home"
    assert hoso(home, "init", "--demo").code == 0
    for name in ("HS0001", "HS0002"):
        shutil.copytree(INBOX / name, home / "inbox" / name)
    assert hoso(home, "watch", "--once").code in (0, 4)
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    assert hoso(home, "approve", *waiting[:2], "--with-problems", *WHO).code in (0, 4)
    (home / "registers" / "co_quan.csv").write_text("ma,ten\n000.00.16.H17,Sở Thử\n", encoding="utf-8")
    person = ("clerk.1", "--person", "Cán bộ thử", "--role", "clerk")
    assert hoso(home, "account", "add", *person, HOSO_PASSWORD="mat-khau-dai-1").code == 0
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "home")
    return tmp_path / "home"


def state(home: Path) -> dict[str, object]:
    """What a home holds: its ledger's lines, its objects, its warehouse's tables, and what the commands say of it."""
    with Site(home) as site:
        told = {
            "lines": list(site.ledger.lines()), "objects": list(site.store.digests()),
            "tables": site.warehouse.digests(),  # type: ignore[attr-defined]
        }  # fmt: skip
    for words in (("status", "--json"), ("balance", "--json"), ("audit", "--json"), ("records", "--json")):
        done = hoso(home, *words)
        assert done.code == 0, done.err
        told[words[0]] = done.rows()
    return told


def test_an_empty_machine_has_it_all_again(home: Path, tmp_path: Path) -> None:
    before, target = state(home), tmp_path / "ngoài" / "sao lưu"
    (row,) = hoso(home, "backup", target, "--with-keys", "--json").rows()
    assert (row["objects"], row["copied"]) == (len(before["objects"]), len(before["objects"]))  # type: ignore[arg-type]
    assert hoso(home, "backup", target, "--check").code == 0
    shutil.rmtree(home)
    again = tmp_path / "máy mới"
    done = hoso(again, "restore", target)
    assert done.code == 0, done.err
    assert state(again) == before
    assert hoso(again, "audit", "--warehouse").code == 0
    assert hoso(again, "doctor").code == 0, "the keys are there"
    assert (again / "registers" / "co_quan.csv").is_file()
    assert "clerk.1" in hoso(again, "account", "list").out
    waiting = [row["document"] for row in hoso(again, "approve", "--list", "--json").rows()]
    assert hoso(again, "approve", *waiting, "--with-problems", *WHO).code == 0, "and work goes on"
    copies = tmp_path / "copies"
    assert hoso(again, "copies", copies).code == 0
    for copy in copies.rglob("*.pdf"):
        assert hoso(again, "verify", copy).code == 0


def test_only_what_is_new_is_copied_and_an_older_backup_can_be_had_again(home: Path, tmp_path: Path) -> None:
    target, before = tmp_path / "out", state(home)
    (first,) = hoso(home, "backup", target, "--json").rows()
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    assert hoso(home, "approve", *waiting, "--with-problems", *WHO).code == 0
    (second,) = hoso(home, "backup", target, "--json").rows()
    assert 0 < second["copied"] == second["objects"] - first["objects"]
    assert [row["name"] for row in hoso(home, "backup", target, "--list", "--json").rows()] == [
        first["name"], second["name"],
    ]  # fmt: skip
    old = tmp_path / "old"
    assert hoso(old, "restore", target, "--backup", first["name"]).code == 0
    now, was = state(old), {**before}
    for told in (now, was):
        told.pop("tables")  # persons bear other keys: the backup is without them
        told.pop("objects")  # nor is anything missing (audit)
        told["audit"] = [row for row in told["audit"] if row["kind"] != "summary"]  # type: ignore[attr-defined]
    assert now == was
    assert hoso(old, "restore", target).code == 2, "a home is there already"
    assert hoso(tmp_path / "new", "restore", target, "--backup", "20200101T000000").code == 2
    assert hoso(home, "backup", target, "--keep", "1").code == 0
    assert len(hoso(home, "backup", target, "--list", "--json").rows()) == 1


@pytest.mark.parametrize("damage", ["object", "missing", "ledger", "manifest"])
def test_a_damaged_backup_is_refused_by_name_and_leaves_nothing(home: Path, tmp_path: Path, damage: str) -> None:
    target, again = tmp_path / "out", tmp_path / "again"
    (row,) = hoso(home, "backup", target, "--json").rows()
    victim = max((target / "objects").glob("??/*"), key=lambda path: path.stat().st_size)
    place = {"ledger": target / row["name"] / "ledger.jsonl.gz", "manifest": target / row["name"] / "manifest.json"}
    victim = place.get(damage, victim)
    if damage == "missing":
        victim.unlink()
    else:
        data = victim.read_bytes()
        victim.chmod(0o644)
        victim.write_bytes(data[: len(data) // 2] + b"!" + data[len(data) // 2 + 1 :])
    for command in (("backup", target, "--check"), ("restore", target)):
        done = hoso(again, *command)
        assert done.code == 7, done.err
        name = victim.name if damage in ("ledger", "manifest") else victim.name[:10]
        assert name in done.err or (victim.parent.name + victim.name)[:12] in done.err
    assert not again.exists()


def test_what_was_erased_leaves_the_next_backup_and_does_not_come_back_with_an_older_one(
    home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    (first,) = hoso(home, "backup", target, "--json").rows()
    name = next(
        field["value"]
        for row in hoso(home, "records", "--json").rows() if row["source"] == "HS0001"
        for field in row["fields"] if field["name"] == "ho_ten"
    )  # fmt: skip
    assert hoso(home, "erase", "HS0001", "--reason", "thử", "--order", "1", *WHO).code == 0
    (second,) = hoso(home, "backup", target, "--json").rows()
    assert second["removed"] > 5
    for backup in (first["name"], second["name"]):
        again = tmp_path / backup
        done = hoso(again, "restore", target, "--backup", backup)
        assert done.code == 0, done.err
        assert "erased" in {row["state"] for row in hoso(again, "status", "--json").rows()}
        assert hoso(again, "search", name, "--json").rows() == []
        assert hoso(again, "audit").code == 0
        assert hoso(again, "audit", "--warehouse").code == 0
        assert hoso(again, "balance").code == 0
    assert hoso(home, "backup", target, "--check").code == 0


def test_a_killed_backup_leaves_what_was_and_the_next_goes_on(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    command = [Path(sys.executable).parent / "hoso", "--home", home, "backup", target]
    for seconds in (0.7, 0.9, 1.1, 1.3):
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        running.send_signal(signal.SIGKILL)
        running.wait()
    done = hoso(home, "backup", target)
    assert done.code == 0, done.err
    assert not list(target.glob("*.part"))
    assert hoso(home, "backup", target, "--check").code == 0
    assert hoso(tmp_path / "again", "restore", target).code == 0


def test_a_wrong_place_is_refused(home: Path, tmp_path: Path) -> None:
    assert hoso(home, "backup", home / "sao-luu").code == 2
    assert hoso(home, "backup", home.parent).code == 2
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    assert hoso(home, "backup", tmp_path / "photos").code == 2
    assert hoso(tmp_path / "new", "restore", tmp_path / "photos").code == 2
    assert hoso(home, "backup", tmp_path / "out").code == 0
    with backing._opened(tmp_path / "out"):
        done = hoso(home, "backup", tmp_path / "out")
    assert (done.code, "at work there" in done.err) == (5, True)


def test_a_night_adds_one_where_the_settings_say(home: Path, tmp_path: Path) -> None:
    settings = home / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[backup]\ntarget = "{tmp_path / "out"}"\nkeep = 2\n', encoding="utf-8")
    (row,) = hoso(home, "night", "back-up", "--json").rows()
    assert row["objects"] == row["copied"] > 10
    assert [one.name for one in backing.backups(tmp_path / "out")] == [row["backup"]]
    manifest = json.loads((tmp_path / "out" / row["backup"] / "manifest.json").read_text())
    secret = [name for name in manifest["files"] if name.startswith("home/keys") and not name.endswith(".pem")]
    assert secret == [], "only the roots, which are public, are of the keys"
    assert (tmp_path / "out" / row["backup"] / "home/desk/accounts.sqlite").stat().st_mode & 0o077 == 0
