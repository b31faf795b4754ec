"""What the way to a server does with answers that servers give, well and badly."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers import Server, serving

from hoso.errors import Misconfigured, Unavailable
from hoso.exports import wire
from hoso.exports.doors.api import Declined, Unanswered
from hoso.exports.wire import Wire


class Scripted(Server):
    """Answers by a function."""

    answer: Callable[[Any], tuple[int, Any]] = staticmethod(lambda body: (200, {}))

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        return self.answer(body)


@pytest.fixture
def server() -> Iterator[Scripted]:
    made = Scripted()
    with serving(made):
        yield made


@pytest.fixture
def line(server: Scripted, tmp_path: Path) -> Iterator[Wire]:
    made = Wire("health_portal", server.url, tmp_path, timeout=0.5)
    yield made
    made.close()


def test_an_answer_without_end_is_not_read_to_its_end(
    server: Scripted, line: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST", 1000)
    server.answer = lambda body: (200, {"x": "y" * 5000})
    with pytest.raises(Unanswered, match="longer than 1000 bytes"):
        line.post("a", {})


def test_an_answer_that_drips_is_not_waited_for(server: Scripted, line: Wire) -> None:
    server.piece, server.dripping = 4, 0.1
    server.answer = lambda body: (200, {"x": "y" * 40})
    started = time.monotonic()
    with pytest.raises(Unanswered, match=r"longer than 0\.5 s"):
        line.post("a", {})
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize(("said", "after"), [("7", 7.0), ("", 0.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0)])
def test_a_server_says_when_to_come_again(server: Scripted, line: Wire, said: str, after: float) -> None:
    server.retry_after = said
    server.answer = lambda body: (429, {})
    with pytest.raises(Unavailable) as caught:
        line.post("a", {})
    assert caught.value.after == after


@pytest.mark.parametrize("answer", ["[]", "1", "null", '"text"'])
def test_json_that_is_no_object_is_no_answer(server: Scripted, line: Wire, answer: str) -> None:
    server.answer = lambda body: (200, json.loads(answer))
    with pytest.raises(Unanswered, match="not an object"):
        line.post("a", {}).table()


def test_the_environment_cannot_put_a_proxy_between(
    server: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    made = Wire("health_portal", server.url, tmp_path)
    assert made.post("a", {}).status == 200
    made.close()


def test_the_words_of_a_refusal_are_kept_apart_from_the_message(server: Scripted, line: Wire) -> None:
    server.answer = lambda body: (422, {"loi": body["ten"]})
    with pytest.raises(Declined) as caught:
        line.post("a", {"ten": "NGUYỄN VĂN THỬ"})
    assert "NGUYỄN" not in f"{caught.value} {caught.value.vi} {caught.value.reason}"
    assert "NGUYỄN VĂN THỬ" in caught.value.said


def test_a_query_never_stands_in_an_error(server: Scripted, line: Wire) -> None:
    server.answer = lambda body: (500, {})
    with pytest.raises(Unanswered) as caught:
        line.get("a", params={"so_cccd": "030090000001"})
    assert "030090000001" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "portal.example", "ftp://portal.example", "https://"])
def test_an_address_that_is_none_is_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(Misconfigured, match="is no address"):
        Wire("health_portal", url, tmp_path)


def test_roots_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(Misconfigured, match="cannot be read"):
            Wire("health_portal", "https://portal.example", tmp_path, ca=name)


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").write_text("from file\nsecond line\n", encoding="utf-8")
    assert wire.secret("x", "HOSO_X", "p", tmp_path) == "from file"
    monkeypatch.setenv("HOSO_X", "from environment")
    assert wire.secret("x", "HOSO_X", "p", tmp_path) == "from environment"
    monkeypatch.delenv("HOSO_X")
    with pytest.raises(Misconfigured, match="set the variable HOSO_X"):
        wire.secret("x", "HOSO_X", "q", tmp_path)
