"""A home on servers (S3, PostgreSQL) is backed up as files, comes back anywhere, and forgets for good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from doors import INBOX, hoso
from hoso.settings import Settings
from hoso.site import Site

WHO = ("--who", "Nguyễn Văn Thử")
ROOMS = 'store = "s3"\nledger = "postgres"\nwarehouse = "postgres"\n'


def sections(told: Settings) -> str:
    text = f"\n[rooms]\n{ROOMS}"
    for name in ("s3", "postgres", "warehouse"):
        rows: dict[str, Any] = asdict(getattr(told, name))
        lines = (f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {str(v).lower()}" for k, v in rows.items())
        text += f"\n[{name}]\n" + "\n".join(lines) + "\n"
    return text


def test_a_home_on_servers_comes_back_anywhere_and_what_is_erased_is_gone(
    settings_for: Callable[[str], Settings], tmp_path: Path
) -> None:
    home, target, told = tmp_path / "servers", tmp_path / "out", settings_for("postgres")
    assert hoso(home, "init", "--demo").code == 0
    file = home / "settings.toml"
    file.write_text(file.read_text(encoding="utf-8") + sections(told), encoding="utf-8")
    assert hoso(home, "init", "--demo").code == 0
    for name in ("HS0001", "HS0002"):
        shutil.copytree(INBOX / name, home / "inbox" / name)
    done = hoso(home, "watch", "--once")
    assert done.code in (0, 4), done.err
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    assert hoso(home, "approve", *waiting, "--with-problems", *WHO).code == 0
    records = hoso(home, "records", "--json").rows()
    assert hoso(home, "backup", target, "--with-keys").code == 0

    local = tmp_path / "one machine"
    done = hoso(local, "restore", target, "--here")
    assert done.code == 0, done.err
    assert 'store = "folder"' in (local / "settings.toml").read_text(encoding="utf-8")
    assert hoso(local, "records", "--json").rows() == records
    for words in (("audit",), ("audit", "--warehouse"), ("balance",)):
        assert hoso(local, *words).code == 0
    done = hoso(tmp_path / "again", "restore", target)
    assert (done.code, "not empty" in done.err) == (2, True), "the servers hold the home still"

    name = next(f["value"] for r in records if r["source"] == "HS0001" for f in r["fields"] if f["name"] == "ho_ten")
    with Site(home) as site:
        before = set(site.store.digests())
    done = hoso(home, "erase", "HS0001", "--reason", "thử", "--order", "1", *WHO, "--json")
    assert done.code == 0, done.err
    with Site(home) as site:
        gone = before - set(site.store.digests())
        assert len(gone) == done.rows()[0]["objects"] > 5
        for table in ("fields", "pages", "documents", "dossiers"):
            assert name not in str(site.warehouse.query(f"SELECT * FROM history.{table}").rows)
    assert hoso(home, "search", name, "--json").rows() == []
    for words in (("audit",), ("audit", "--warehouse"), ("balance",)):
        assert hoso(home, *words).code == 0, words

    (second,) = hoso(local, "backup", tmp_path / "moved", "--json").rows()
    assert second["objects"] == len(before)
