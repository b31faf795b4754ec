"""A desk that answers on loopback, for tests: started as a user starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from doors import hoso

PASSWORD = "mat-khau-thu-nghiem"
ROLES = ("clerk", "approver", "archivist", "auditor", "admin")


@dataclass
class Served:
    """A desk that answers at ``url`` over ``home``."""

    url: str
    home: Path

    @contextmanager
    def client(self, role: str = "") -> Iterator[httpx.Client]:
        """A client, signed in as that role."""
        with httpx.Client(base_url=self.url, follow_redirects=False, timeout=30, trust_env=False) as client:
            if role:
                answer = client.post("/login", data={"name": role, "password": PASSWORD})
                assert answer.status_code == 303, answer.text
            yield client

    def token(self, role: str) -> str:
        """A bearer token of that role."""
        return hoso(self.home, "account", "token", role).out.strip()


def csrf(client: httpx.Client, page: str = "/") -> str:
    """The session's own token, out of a page."""
    return client.get(page).text.split('name="csrf" content="')[1].split('"')[0]


def started(home: Path) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (home / "desk.log").open("wb")
    process = subprocess.Popen(
        [Path(sys.executable).parent / "hoso", "--home", home, "desk", "--port", str(port)], stdout=log, stderr=log,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            if process.poll() is not None:
                break
            try:
                if httpx.get(f"{url}/alive", trust_env=False).text == "ok":
                    break
            except httpx.HTTPError:
                time.sleep(0.05)
        else:
            pytest.fail("the desk did not answer within 10 s")
        assert process.poll() is None, (home / "desk.log").read_text()
        yield Served(url, home)
    finally:
        process.terminate()
        process.wait(20)
        log.close()
    said = (home / "desk.log").read_text()
    assert "Traceback" not in said, said[-3000:]
