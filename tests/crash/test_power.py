"""What a power cut can take: nothing that anything names. The job runs under strace: every file that gets its name is
synced before it does, its folder after, and nothing is told of an object before both."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from doors import INBOX, hoso

STRACE = shutil.which("strace")
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def calls(log: Path) -> list[tuple[str, str, str]]:
    """(what, path, second path) of each call that came to its end, in order."""
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _CALL.match(line)
        if match is None or int(match[3]) < 0:
            continue
        name, given = match[1], match[2]
        if name in ("fsync", "fdatasync"):
            path = re.search(r"<(.*)>", given)
            found.append(("sync", path[1] if path else "", ""))
        elif name.startswith("rename"):
            old, new = _NAMED.findall(given)[:2]
            found.append(("rename", old, new))
    return found


@pytest.mark.skipif(
    STRACE is None, reason="strace is missing (apt-get install strace): the order of syncs is NOT tested"
)
def test_what_gets_a_name_is_durable_first_and_its_name_after(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "calls"
    assert hoso(home, "init", "--demo").code == 0
    command = [
        str(STRACE), "-f", "-y", "-qq", "-s", "4096", "-e", "trace=rename,renameat,renameat2,fsync,fdatasync", "-o",
        str(log),
        str(Path(sys.executable).parent / "hoso"), "--home", str(home), "digitize", "--jobs", "1", str(INBOX / "HS0004"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if "ptrace" in done.stderr or (done.returncode and "Operation not permitted" in done.stderr):
        pytest.skip(f"strace may not trace here ({done.stderr.strip()[-200:]}): the order of syncs is NOT tested")
    assert done.returncode in (0, 4), done.stderr
    told = calls(log)
    named = [
        (at, old, new) for at, (what, old, new) in enumerate(told)
        if what == "rename" and new.startswith((f"{home}/store/", f"{home}/sealing/"))
    ]  # fmt: skip
    objects = [new for _, _, new in named if new.startswith(f"{home}/store/")]
    assert len(objects) > 5, "the job kept objects"
    for at, old, new in named:
        before = [path for what, path, _ in told[:at] if what == "sync"]
        after = [path for what, path, _ in told[at:] if what == "sync"]
        assert old in before, f"{new} got its name before its bytes were safe"
        assert str(Path(new).parent) in after, f"the name of {new} is not safe"
    # The ledger's log is synced after the object that its next line may name: between the name of an object and the
    # next sync of the ledger lies the sync of the object's folder.
    for at, _, new in named:
        nexts = [n for n in range(at, len(told)) if told[n][0] == "sync" and "ledger.sqlite" in told[n][1]]
        folder = next(n for n in range(at, len(told)) if told[n][:2] == ("sync", str(Path(new).parent)))
        assert not nexts or folder < nexts[0], f"the ledger was synced before the name of {new} was safe"
    # Every Parquet file of the lake is synced before the catalog is, which then names it.
    files = {path for what, path, _ in told if what == "sync" and path.endswith(".parquet")}
    there = {str(path) for path in (home / "warehouse" / "data").rglob("*.parquet")}
    assert there
    assert there <= files
