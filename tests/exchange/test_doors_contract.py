"""What every door must keep, run for each that is found by its name.

A door has a worked example ``samples/exchange/<door>`` whose ``settings.toml`` opens it, a password in
``keys/<door>.password``, and a page ``docs/doors/<door>.md`` that says what is known and what is not.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import CERTIFICATE, application_case, filing
from servers import Server, serving

from doors import ROOT
from hoso import keys, settings
from hoso.errors import Misconfigured, Refused, Unavailable
from hoso.exports.doors.api import Attempt, Case, Door, Hands, Message, Unanswered
from hoso.recipe import outbox
from hoso.site import Site, found, module

DOORS = found("exports.doors")
PERSONAL = ("NGUYỄN", "Nguyễn", "030090000001", "0900000001", "Mao Điền", "mat-khau")
FACILITY = "51083"


def never(*_: object) -> Any:
    raise AssertionError("a door used its hands where it must be pure")


IDLE = Hands(never, never, never, never)


class Same(Server):
    """Answers everything alike, TLS or not."""

    def __init__(self, status: int = 200, body: Any = None) -> None:
        super().__init__()
        self.status, self.body = status, body if body is not None else {}

    def work(self, path: str, query: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        return self.status, self.body


def example(name: str) -> str:
    return (ROOT / "samples" / "exchange" / name / "settings.toml").read_text(encoding="utf-8")


def read(name: str, tmp_path: Path, url: str = "") -> settings.Settings:
    """The settings of a home with the door's example, at ``url``."""
    text = re.sub(r'(?m)^url = ".*"$', f'url = "{url}"\ntimeout = 0.4', example(name)) if url else example(name)
    path = tmp_path / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return settings.read(path)


def papers(site: Site) -> Case:
    """A dossier with a paper of every type a door may want, of the agency and the facility of the examples."""
    case = application_case(site.registers)
    number = CERTIFICATE["so"].replace("30001", FACILITY)
    its = [f for f in case.filings if f.record.document.type != "giay_kham_suc_khoe_lai_xe"]
    certificate = filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE, 1, so=number)
    its.append(certificate)
    stored = tuple(
        replace(f, sealed=replace(f.sealed, after=site.store.put(f.record.document.id.encode()))) for f in its
    )
    return replace(case, filings=stored)


@contextmanager
def opened(name: str, site: Site, tmp_path: Path, url: str) -> Iterator[Door]:
    """The door at ``url``, with hands of a real home."""
    own = read(name, tmp_path, url)
    hands = Hands(site.signer.plain, lambda: (site.signer.certificate, site.signer.numbers), site.store.get,
                  lambda digest, at, receiver: f"https://hoso.example/{digest}")  # fmt: skip
    door: Door | None = module("exports.doors", name).open(own, site.home, hands)
    assert door is not None
    try:
        yield door
    finally:
        door.close()


@pytest.fixture
def site(open_light: Callable[[str], Site], home: Path) -> Iterator[Site]:
    own = ROOT / "samples" / "exchange"
    with (home / "registers" / "ho_so.csv").open("a", encoding="utf-8") as rows:
        rows.write("000.26.36.H48-230620-0098,GPLX-DOI,2023-06-20,2023-07-04,4,1\n")
    assert own.is_dir()
    with open_light("") as made:
        for name in DOORS:
            (home / "keys" / f"{name}.password").write_text("mat-khau\n", encoding="utf-8")
        yield made


def messages(name: str, site: Site, tmp_path: Path) -> list[Message]:
    door = module("exports.doors", name).open(read(name, tmp_path), site.home, IDLE)
    assert door is not None
    case = replace(papers(site), code="000.26.36.H48-230620-0098")
    return list(door.wanted(case))


@pytest.mark.parametrize("name", DOORS)
class TestDoor:
    def test_it_is_shut_until_it_is_named(self, name: str, tmp_path: Path) -> None:
        assert module("exports.doors", name).open(settings.Settings(), tmp_path, IDLE) is None

    def test_opening_reads_no_secret_and_connects_to_nothing(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(socket.socket, "connect", never)
        door = module("exports.doors", name).open(read(name, tmp_path), tmp_path / "no-home", IDLE)
        assert (door.name, door.rate >= 0) == (name, True)
        door.close()

    def test_its_page_says_what_is_known_and_what_is_not(self, name: str) -> None:
        page = (ROOT / "docs" / "doors" / f"{name}.md").read_text(encoding="utf-8")
        assert "\n## Known\n" in page
        assert "\n## Not known\n" in page
        section = settings._SECTIONS[name]
        lacking = [key for key in section.__dataclass_fields__ if f"`{key}`" not in page]
        assert not lacking, "settings that the page does not tell of"

    def test_what_it_wants_is_the_same_for_the_same_papers(self, name: str, site: Site, tmp_path: Path) -> None:
        first = messages(name, site, tmp_path)
        assert first == messages(name, site, tmp_path)
        door = module("exports.doors", name).open(read(name, tmp_path), site.home, IDLE)
        case = replace(papers(site), code="000.26.36.H48-230620-0098")
        assert first == list(door.wanted(replace(case, at="2031-01-01T00:00:00+07:00"))), "it depends on the time"
        for one in first:
            assert (one.target, keys.decode(keys.encode(one), Message)) == (name, one)
            assert one.payload or one.faults
            assert one.dossier
            assert re.fullmatch(r"[a-z][a-z_-]*", one.kind)

    def test_papers_of_which_nothing_was_read_do_it_no_harm(self, name: str, site: Site, tmp_path: Path) -> None:
        door = module("exports.doors", name).open(read(name, tmp_path), site.home, IDLE)
        case = papers(site)
        empty = tuple(
            replace(f, record=replace(f.record, fields=tuple(replace(x, value=None) for x in f.record.fields)))
            for f in case.filings
        )
        for filings in (empty, ()):
            for code in ("", case.code):
                for one in door.wanted(replace(case, filings=filings, code=code)):
                    assert one.faults, "what lacks everything would be sent"

    @pytest.mark.parametrize("mood", ["error", "drop", "slow", "nonsense", "empty"])
    def test_silence_is_told_as_such(self, name: str, site: Site, tmp_path: Path, mood: str) -> None:
        server = Same()
        server.mood = lambda number, path: mood
        with serving(server), opened(name, site, tmp_path, server.url) as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(Unanswered) as caught:
                    door.send(one, Attempt("k", 1, site.stamp()))
                private(caught.value)

    @pytest.mark.parametrize("mood", ["busy", "wait"])
    def test_what_was_surely_not_taken_is_told_as_such(self, name: str, site: Site, tmp_path: Path, mood: str) -> None:
        server = Same()
        server.mood = lambda number, path: mood
        with serving(server), opened(name, site, tmp_path, server.url) as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(Unavailable) as caught:
                    door.send(one, Attempt("k", 1, site.stamp()))
                assert not isinstance(caught.value, Unanswered)

    def test_a_server_that_is_not_there_is_unavailable(self, name: str, site: Site, tmp_path: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with opened(name, site, tmp_path, url) as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(Unavailable) as caught:
                    door.send(one, Attempt("k", 1, site.stamp()))
                assert not isinstance(caught.value, Unanswered)

    @pytest.mark.parametrize(
        ("status", "error"), [(401, Misconfigured), (404, Misconfigured), (400, Refused), (302, Misconfigured)]
    )
    def test_a_no_is_told_without_what_was_sent(
        self, name: str, site: Site, tmp_path: Path, status: int, error: type[Exception]
    ) -> None:
        server = Same(status, {"loi": "NGUYỄN VĂN THỬ 030090000001", "location": "http://elsewhere.example"})
        with serving(server), opened(name, site, tmp_path, server.url) as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(error) as caught:
                    door.send(one, Attempt("k", 1, site.stamp()))
                private(caught.value)

    def test_personal_data_go_encrypted(self, name: str, site: Site, tmp_path: Path) -> None:
        with opened(name, site, tmp_path, "http://portal.example") as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(Misconfigured, match="not encrypted"):
                    door.send(one, Attempt("k", 1, site.stamp()))

    def test_without_a_password_nothing_is_asked(self, name: str, site: Site, tmp_path: Path) -> None:
        (site.home / "keys" / f"{name}.password").unlink()
        server = Same()
        with serving(server), opened(name, site, tmp_path, server.url) as door:
            for one in messages(name, site, tmp_path)[:1]:
                with pytest.raises(Misconfigured, match="no password"):
                    door.send(one, Attempt("k", 1, site.stamp()))
        assert server.requests == 0

    def test_threads_may_send_at_a_time(self, name: str, site: Site, tmp_path: Path) -> None:
        server = Same(400)
        turn = threading.Lock()
        told: list[BaseException] = []
        with serving(server), opened(name, site, tmp_path, server.url) as door:

            def send(one: Message) -> None:
                try:
                    door.send(one, Attempt("k", 1, "2026-06-22T08:30:00+07:00"))
                except Exception as error:
                    with turn:
                        told.append(error)

            first = messages(name, site, tmp_path)[:1]
            threads = [threading.Thread(target=send, args=(one,)) for one in first for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert all(isinstance(error, Refused) for error in told), told
        assert len(told) == 6 * len(first)


def test_the_examples_open_doors_that_want_something(site: Site, tmp_path: Path) -> None:
    wanting = {name for name in DOORS if messages(name, site, tmp_path)}
    assert {"health_portal", "dossier_system"} <= wanting
    for name in ("health_portal", "dossier_system"):
        assert not messages(name, site, tmp_path)[0].faults


def test_a_door_that_errs_holds_its_message_and_stops_no_release(site: Site) -> None:
    class Broken:
        name, rate = "broken", 0.0

        def wanted(self, case: Case) -> Iterator[Message]:
            raise KeyError("ho_ten")

    (held,) = outbox._wanted(Broken(), papers(site))  # type: ignore[arg-type]
    assert "KeyError" in held.faults[0]
    assert "ho_ten" not in held.faults[0]


def private(error: BaseException) -> None:
    """No personal value stands in what is told of an error."""
    told = f"{error} {getattr(error, 'vi', '')} {getattr(error, 'reason', '')}"
    assert not [word for word in PERSONAL if word in told]
