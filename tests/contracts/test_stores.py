"""Every store keeps bytes under their digest, write-once, and says so when they changed."""

from __future__ import annotations

import errno
import hashlib
import importlib
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hoso.errors import Damaged, Misconfigured, Unavailable
from hoso.settings import Settings
from hoso.stores import folder
from hoso.stores.api import Store

PAGE = b"mot trang giay " * 1000


@pytest.fixture
def reopen(store_name: str, settings_for: Callable[[str], Settings], tmp_path: Path) -> Callable[[], Store]:
    settings = settings_for(store_name)
    module = importlib.import_module(f"hoso.stores.{store_name}")

    def give() -> Store:
        opened: Store = module.open(settings, tmp_path)
        return opened

    return give


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    return reopen()


def test_bytes_come_back_under_their_digest(store: Store) -> None:
    digest = store.put(PAGE)
    assert digest == hashlib.sha256(PAGE).hexdigest()
    assert store.get(digest) == PAGE
    assert store.has(digest)


@pytest.mark.parametrize(
    "data", [b"", b"\x00", random.Random(2).randbytes(6_000_000)], ids=["nothing", "one zero", "six megabytes"]
)
def test_every_size_comes_back(store: Store, data: bytes) -> None:
    assert store.get(store.put(data)) == data


def test_another_opening_finds_what_was_put(reopen: Callable[[], Store]) -> None:
    digest = reopen().put(PAGE)
    assert reopen().get(digest) == PAGE


def test_the_second_put_changes_nothing(store: Store) -> None:
    first = store.put(PAGE)
    assert store.put(PAGE) == first
    assert list(store.digests()) == [first]


def test_digests_are_listed_in_order(store: Store) -> None:
    assert list(store.digests()) == []
    put = {store.put(str(n).encode()) for n in range(40)}
    assert list(store.digests()) == sorted(put)


def test_what_is_erased_is_gone_and_may_come_again(store: Store) -> None:
    kept, digest = store.put(b"stays"), store.put(PAGE)
    assert store.erase(digest)
    assert not store.has(digest)
    assert list(store.digests()) == [kept]
    with pytest.raises(Damaged, match="missing"):
        store.get(digest)
    assert not store.erase(digest), "a second time there is nothing to erase"
    assert not store.erase("../../settings.toml")
    assert store.put(PAGE) == digest
    assert store.get(digest) == PAGE


def test_what_is_missing_is_damage(store: Store) -> None:
    absent = hashlib.sha256(b"never put").hexdigest()
    assert not store.has(absent)
    with pytest.raises(Damaged, match="missing"):
        store.get(absent)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "ab" * 31, "tmp"])
def test_what_is_no_digest_is_never_looked_up(store: Store, name: str) -> None:
    assert not store.has(name)
    with pytest.raises(Damaged, match="no SHA-256 digest"):
        store.get(name)


def test_putting_at_once_from_many_threads_keeps_each_object(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(lambda n: store.put(b"page %d" % (n % 10)), range(40)))
    assert list(store.digests()) == sorted(set(digests))
    assert len(set(digests)) == 10


# --- the folder alone ---


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def object_of(home: Path, digest: str) -> Path:
    return home / "store" / digest[:2] / digest[2:]


def test_a_changed_byte_on_the_disk_is_damage(home: Path) -> None:
    store = folder.open(Settings(), home)
    digest = store.put(PAGE)
    path = object_of(home, digest)
    path.chmod(0o644)
    path.write_bytes(PAGE[:-1] + b"X")
    with pytest.raises(Damaged, match="no longer match"):
        store.get(digest)
    with pytest.raises(Damaged, match="other bytes"):
        store.put(PAGE)
    assert path.read_bytes()[-1:] == b"X", "the evidence of damage must stay"


def test_an_object_is_read_only_and_leaves_no_temporary_file(home: Path) -> None:
    digest = folder.open(Settings(), home).put(PAGE)
    assert stat.S_IMODE(object_of(home, digest).stat().st_mode) == 0o444
    assert list((home / "store" / "tmp").iterdir()) == []


def test_what_a_killed_process_left_is_cleaned_but_never_what_is_being_written(home: Path) -> None:
    folder.open(Settings(), home)
    old, new = home / "store" / "tmp" / "1-old", home / "store" / "tmp" / "2-new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    folder.open(Settings(), home)
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (errno.ENOSPC, Unavailable, "disk is full"),
        (errno.EDQUOT, Unavailable, "disk is full"),
        (errno.EIO, Unavailable, "check the disk"),
        (errno.EACCES, Misconfigured, "right to write"),
    ],
)
def test_a_disk_that_refuses_leaves_nothing_behind(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception], says: str
) -> None:
    store = folder.open(Settings(), home)
    real = os.fsync

    def refuse(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(kind, match=says):
        store.put(PAGE)
    assert list((home / "store" / "tmp").iterdir()) == []
    assert list(store.digests()) == []
    monkeypatch.undo()
    assert store.get(store.put(PAGE)) == PAGE


def test_file_and_folder_are_durable_before_put_returns(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = folder.open(Settings(), home)
    acts: list[str] = []
    real_sync, real_rename = os.fsync, Path.rename

    def sync(handle: int) -> None:
        acts.append("file" if stat.S_ISREG(os.fstat(handle).st_mode) else "folder")
        real_sync(handle)

    def rename(self: Path, target: Any) -> Path:
        acts.append("rename")
        return real_rename(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "rename", rename)
    store.put(PAGE)
    assert acts == ["file", "rename", "folder", "folder"]


def test_a_writer_killed_at_any_moment_leaves_whole_objects_only(home: Path) -> None:
    writer = (
        "import sys, pathlib\nfrom hoso.settings import Settings\nfrom hoso.stores import folder\n"
        "store = folder.open(Settings(), pathlib.Path(sys.argv[1]))\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    print(store.put(f'{sys.argv[2]}-{n} '.encode() * 40000), flush=True)\n"
    )
    acknowledged: list[str] = []
    for attempt in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", writer, str(home), str(attempt)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(0.013 * (attempt + 1))
        process.kill()
        acknowledged += [line for line in process.stdout.read().split("\n")[:-1] if len(line) == 64]
        process.stdout.close()
        process.wait()
    store = folder.open(Settings(), home)
    kept = list(store.digests())
    assert set(acknowledged) <= set(kept)
    for digest in kept:
        store.get(digest)


# --- the server alone ---


def test_a_wrong_key_is_a_wrong_setting(
    settings_for: Callable[[str], Settings], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = importlib.import_module("hoso.stores.s3")
    settings = settings_for("s3")
    monkeypatch.setenv("HOSO_S3_SECRET_KEY", "another secret")
    with pytest.raises(Misconfigured, match=r"\[s3\]"):
        s3.open(settings, home).put(PAGE)


def test_a_missing_key_or_bucket_is_a_wrong_setting(
    settings_for: Callable[[str], Settings], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = importlib.import_module("hoso.stores.s3")
    settings = settings_for("s3")
    with pytest.raises(Misconfigured, match="no such bucket"):
        s3.open(replace(settings, s3=replace(settings.s3, bucket="khong-co")), home)
    monkeypatch.delenv("HOSO_S3_ACCESS_KEY")
    with pytest.raises(Misconfigured, match="HOSO_S3_ACCESS_KEY"):
        s3.open(settings, home)


def test_a_dead_server_is_told_at_once(settings_for: Callable[[str], Settings], home: Path) -> None:
    s3 = importlib.import_module("hoso.stores.s3")
    settings = settings_for("s3")
    started = time.monotonic()
    with pytest.raises(Unavailable, match="run again later"):
        s3.open(replace(settings, s3=replace(settings.s3, endpoint="127.0.0.1:9")), home)
    assert time.monotonic() - started < 10


def test_an_object_changed_on_the_server_is_damage(settings_for: Callable[[str], Settings], home: Path) -> None:
    from io import BytesIO

    import minio

    s3 = importlib.import_module("hoso.stores.s3")
    settings = settings_for("s3")
    store = s3.open(settings, home)
    digest = store.put(PAGE)
    section = settings.s3
    keys = os.environ[section.access_key_env], os.environ[section.secret_key_env]
    minio.Minio(section.endpoint, *keys, secure=False).put_object(
        section.bucket, f"{digest[:2]}/{digest[2:]}", BytesIO(b"other"), 5
    )
    with pytest.raises(Damaged, match="no longer match"):
        store.get(digest)
    with pytest.raises(Damaged, match="other bytes"):
        store.put(PAGE)


def test_erasing_reaches_every_version_that_the_server_kept(
    settings_for: Callable[[str], Settings], home: Path
) -> None:
    import minio
    from minio.commonconfig import ENABLED
    from minio.versioningconfig import VersioningConfig

    s3 = importlib.import_module("hoso.stores.s3")
    settings = settings_for("s3")
    section = settings.s3
    keys = os.environ[section.access_key_env], os.environ[section.secret_key_env]
    client = minio.Minio(section.endpoint, *keys, secure=False)
    client.set_bucket_versioning(section.bucket, VersioningConfig(ENABLED))
    store = s3.open(settings, home)
    digest = store.put(PAGE)
    name = f"{digest[:2]}/{digest[2:]}"
    client.remove_object(section.bucket, name)  # hidden, and still there for who asks for versions
    assert store.put(PAGE) == digest
    assert store.erase(digest)
    left = list(client.list_objects(section.bucket, recursive=True, include_version=True))
    assert [entry for entry in left if entry.object_name == name and not entry.is_delete_marker] == []
