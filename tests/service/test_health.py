"""The watcher watched: what raises an alarm, who is told of it and how often, and the figures others collect."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from hoso import site as sites
from hoso.cli import hoso
from hoso.errors import Misconfigured, Unavailable
from hoso.exports import prometheus
from hoso.exports.doors.api import Message
from hoso.nouns import Fact
from hoso.recipe import health, metrics, nights, outbox
from hoso.signers.demo import make_demo
from hoso.site import Site

sys.path[:0] = [str(Path(__file__).parents[1] / "warehouse"), str(Path(__file__).parents[1] / "contracts")]
from filings import decision_filing, receipt_filing  # noqa: E402
from homes import loaded, received  # noqa: E402

AT = datetime.fromisoformat("2026-11-23T08:00:00+07:00")  # a Monday
COMMAND = """import json, sys
with open(sys.argv[1], "a", encoding="utf-8") as file:
    file.write(sys.stdin.read() + "\\n")
sys.exit(int(sys.argv[2]))
"""


class Clock:
    now = AT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    sites.make(folder, "")
    make_demo(folder / "keys", AT - timedelta(days=1), "CƠ QUAN THỬ NGHIỆM")
    return folder


@pytest.fixture
def site(home: Path, clock: Clock) -> Iterator[Site]:
    with Site(home, clock) as opened:
        yield opened


def settle(site: Site, **alerts: Any) -> None:
    site.settings = replace(site.settings, alerts=replace(site.settings.alerts, **alerts))


def alarms(site: Site) -> set[str]:
    return {one.code for one in health.checks(site) if one.alarm}


def arrived(site: Site, number: int = 1) -> None:
    """A dossier that was received and not digitized."""
    outcome = next(iter(received(site, receipt_filing(number)).values()))
    body = {"manifest": site.store.put(repr(number).encode())}
    site.ledger.tell(Fact("received", outcome.dossier.id, site.stamp(), body))


def test_a_home_that_is_well_raises_no_alarm(site: Site) -> None:
    found = health.checks(site)
    assert {one.code for one in found} >= {"disk.low", "queue.old", "certificate.ends", "outbox.held"}
    assert not [one for one in found if one.alarm or one.do]


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-23T08:00", "2026-11-23T10:30", 2.5),
        ("2026-11-20T22:00", "2026-11-23T01:00", 3.0),  # Friday evening to Monday night
        ("2026-11-21T08:00", "2026-11-22T20:00", 0.0),
        ("2026-11-23T08:00", "2026-11-23T07:00", 0.0),
        ("2026-11-16T00:00", "2026-11-23T00:00", 120.0),
    ],
)
def test_silence_is_counted_in_hours_of_working_days(since: str, until: str, hours: float) -> None:
    assert health.office_hours(datetime.fromisoformat(since), datetime.fromisoformat(until)) == hours


def test_a_disk_below_its_floor_raises_an_alarm(site: Site) -> None:
    settle(site, disk_gb=1e9)
    assert alarms(site) == {"disk.low"}


def test_what_waits_too_long_to_be_read_raises_an_alarm(site: Site, clock: Clock) -> None:
    arrived(site)
    clock.now = AT + timedelta(hours=23)
    assert alarms(site) == set()
    clock.now = AT + timedelta(hours=25)
    assert alarms(site) == {"queue.old"}


def test_silence_raises_an_alarm_only_where_it_is_asked_for(site: Site, clock: Clock) -> None:
    received(site, decision_filing(1))
    clock.now = AT + timedelta(hours=9)
    assert alarms(site) == set()
    settle(site, silent_hours=8.0)
    assert alarms(site) == {"intake.silent"}


def test_a_certificate_near_its_end_raises_an_alarm(site: Site, clock: Clock) -> None:
    clock.now = site.signer.until.astimezone(AT.tzinfo) - timedelta(days=20)
    (one,) = [one for one in health.checks(site) if one.alarm]
    assert (one.code, one.value) == ("certificate.ends", 20.0)
    clock.now = site.signer.until.astimezone(AT.tzinfo) + timedelta(days=1)
    assert alarms(site) == {"certificate.ends"}


def test_a_missing_key_is_an_alarm_and_the_other_checks_go_on(site: Site, home: Path) -> None:
    (home / "keys" / "signer.p12").unlink()
    found = {one.code: one.alarm for one in health.checks(site)}
    assert found["certificate.unusable"]
    assert not found["disk.low"]
    assert not found["outbox.held"]


def test_a_copy_that_waits_too_long_for_its_stamp_raises_an_alarm(site: Site, clock: Clock) -> None:
    seal = replace(site.settings.seal, timestamp_url="http://127.0.0.1:9/never")
    site.settings = replace(site.settings, seal=seal)
    loaded(site, *received(site, decision_filing(1)).values())
    clock.now = AT + timedelta(hours=35)
    assert alarms(site) == set()
    clock.now = AT + timedelta(hours=37)
    assert alarms(site) == {"stamps.waiting"}


def test_a_night_that_failed_was_killed_or_did_not_come_raises_an_alarm(site: Site, home: Path, clock: Clock) -> None:
    with nights.over(site, "nightly"):
        pass
    assert alarms(site) == set()
    clock.now = AT + timedelta(hours=31)
    assert alarms(site) == {"night.missed"}
    with pytest.raises(Unavailable), nights.over(site, "nightly"):
        raise Unavailable("the store is away")
    assert alarms(site) == {"night.missed"}
    note = home / "nights" / "nightly.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"state": "running"}))
    (one,) = [one for one in health.checks(site) if one.alarm]
    assert "bị ngắt" in one.text


def test_a_damaged_store_found_at_night_raises_an_alarm(site: Site) -> None:
    loaded(site, *received(site, decision_filing(1)).values())
    digest = next(site.ledger.facts("received")).body["manifest"]
    held = next(path for path in (site.home / "store").rglob(f"*{digest[4:]}*") if path.is_file())
    held.chmod(0o600)
    held.write_bytes(b"harmed")
    site.settings = replace(site.settings, service=replace(site.settings.service, share=1))
    with pytest.raises(Exception, match="damaged"), nights.over(site, "fixity") as night:
        nights.fixity(site, night)
    assert alarms(site) == {"audit.failed"}


def test_a_message_that_is_held_raises_an_alarm(site: Site) -> None:
    outcome = next(iter(received(site, decision_filing(1)).values()))
    one = Message("health_portal", "card", "S1", "g", b"{}", outcome.dossier.id, faults=("thiếu số",))
    assert outbox.put(site, [one]) == 1
    assert alarms(site) == {"outbox.held"}


def test_a_ledger_that_does_not_answer_is_an_alarm_not_a_crash(home: Path, clock: Clock) -> None:
    with Site(home, clock) as first:
        arrived(first)
    for path in home.glob("ledger*"):
        path.write_bytes(b"no ledger" * 1000)
    with Site(home, clock) as site:
        assert {"ledger.away"} <= alarms(site)


def _told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


@pytest.fixture
def command(tmp_path: Path) -> Callable[[int], str]:
    program = tmp_path / "tell.py"
    program.write_text(COMMAND)
    return lambda code: f"{sys.executable} {program} {tmp_path / 'told.jsonl'} {code}"


def test_an_alarm_is_told_once_then_daily_and_once_when_it_ends(
    site: Site, clock: Clock, command: Callable[[int], str], tmp_path: Path
) -> None:
    told = tmp_path / "told.jsonl"
    settle(site, command=command(0), disk_gb=1e9)
    assert health.alert(site, health.checks(site)) == ("disk.low",)
    clock.now = AT + timedelta(hours=23)
    assert health.alert(site, health.checks(site)) == ()
    clock.now = AT + timedelta(hours=25)
    assert health.alert(site, health.checks(site)) == ("disk.low",)
    settle(site, command=command(0), disk_gb=0.0)
    assert health.alert(site, health.checks(site)) == ("disk.low",)
    assert health.alert(site, health.checks(site)) == ()
    rows = _told(told)
    assert [[one["code"] for one in row["alarms"]] for row in rows] == [["disk.low"], ["disk.low"], []]
    assert [row["ended"] for row in rows] == [[], [], ["disk.low"]]


def test_what_could_not_be_told_is_told_by_the_next_call(
    site: Site, command: Callable[[int], str], tmp_path: Path
) -> None:
    settle(site, command=command(3), disk_gb=1e9)
    with pytest.raises(Unavailable, match="ended with 3"):
        health.alert(site, health.checks(site))
    settle(site, command=command(0), disk_gb=1e9)
    assert health.alert(site, health.checks(site)) == ("disk.low",)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"command": "/no/such/program"}, Unavailable),
        ({"command": "'unfinished"}, Misconfigured),
        ({"to": ("a@office.test",), "smtp": "127.0.0.1:9"}, Unavailable),
        ({"to": ("a@office.test",), "smtp": "nowhere"}, Misconfigured),
    ],
)
def test_a_way_that_cannot_be_gone_is_named(site: Site, told: dict[str, Any], error: type[Exception]) -> None:
    settle(site, disk_gb=1e9, **told)
    with pytest.raises(error, match=r"\[alerts\]|mail server"):
        health.alert(site, health.checks(site))


class Letters:  # the server asks for these names
    """A mail server's hand: keeps letters, refuses one address."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address == "gone@office.test":
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.kept.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Letters, str]]:
    letters = Letters()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    yield letters, f"127.0.0.1:{port}"
    controller.stop()


def test_a_letter_says_what_is_wrong_and_what_to_do(site: Site, mail: tuple[Letters, str]) -> None:
    letters, server = mail
    settle(site, to=("truong.phong@office.test",), smtp=server, disk_gb=1e9)
    assert health.alert(site, health.checks(site)) == ("disk.low",)
    (letter,) = letters.kept
    assert letter["Subject"] == "Hoso: 1 cảnh báo"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()
    assert "[disk.low]" in text
    assert "Việc cần làm: Giải phóng" in text


def test_an_address_that_is_refused_is_an_error(site: Site, mail: tuple[Letters, str]) -> None:
    letters, server = mail
    settle(site, to=("truong.phong@office.test", "gone@office.test"), smtp=server, disk_gb=1e9)
    with pytest.raises(Unavailable, match="refused 1 of 2"):
        health.alert(site, health.checks(site))
    assert len(letters.kept) == 1


def run(home: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(hoso, ["--home", str(home), *words])
    return getattr(done.exception, "exit_code", done.exit_code), done.output


def test_the_command_answers_scripts_and_people(home: Path) -> None:
    code, output = run(home, "health", "--json")
    assert code == 0
    rows = {row["code"]: row for row in map(json.loads, output.splitlines())}
    assert rows["disk.low"]["alarm"] is False
    with (home / "settings.toml").open("a") as file:
        file.write("\n[alerts]\ndisk_gb = 1000000000.0\n")
    code, output = run(home, "health", "--alert")
    assert code == 4
    assert "ALARM" in output
    assert "nobody is told" in output


def values(site: Site) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(prometheus.text(metrics.families(site)))
        for sample in family.samples
        if sample.name != "hoso_disk_free_bytes"
    }


def test_figures_followed_bit_by_bit_are_those_counted_anew(site: Site, home: Path, clock: Clock) -> None:
    loaded(site, *received(site, decision_filing(1, doubtful=True), receipt_filing(1)).values())
    first = values(site)
    assert first["hoso_documents_loaded_total", ()] == 2
    assert first["hoso_pages_total", (("kind", "paper"),)] >= 2
    arrived(site, 7)
    clock.now = AT + timedelta(hours=2)
    loaded(site, *received(site, decision_filing(5)).values())
    grown = values(site)
    assert grown["hoso_documents_total", (("type", "quyet_dinh"), ("verdict", "clear"))] >= 1
    assert grown["hoso_documents_loaded_total", ()] == 3
    (home / metrics.STATE).unlink()
    assert values(site) == grown
    (home / metrics.STATE).write_text("torn {")
    assert values(site) == grown


def test_the_backlog_and_the_wait_are_measured(site: Site, clock: Clock) -> None:
    outcome = next(iter(received(site, decision_filing(1)).values()))
    site.ledger.tell(Fact("received", "waits", AT.isoformat(), {"manifest": site.store.put(b"m")}))
    clock.now = AT + timedelta(seconds=90)
    found = values(site)
    assert found["hoso_backlog_dossiers", ()] == 1
    assert found["hoso_backlog_oldest_seconds", ()] == 90
    result = next(site.ledger.facts("digitized", outcome.dossier.id)).body["result"]
    site.ledger.tell(Fact("digitized", "waits", site.stamp(), {"result": result}))
    found = values(site)
    assert found["hoso_backlog_dossiers", ()] == 0
    assert found["hoso_dossier_wait_seconds_bucket", (("le", "60.0"),)] == 1
    assert found["hoso_dossier_wait_seconds_bucket", (("le", "600.0"),)] == 2
    assert found["hoso_dossier_wait_seconds_sum", ()] == 90


def test_the_figures_are_written_whole_for_a_collector(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "hoso.prom"
    assert run(home, "metrics", "--to", str(path))[0] == 0
    code, output = run(home, "metrics")
    assert code == 0
    assert {f.name for f in text_string_to_metric_families(path.read_text())} == {
        f.name for f in text_string_to_metric_families(output)
    }
    assert "hoso_alarm" in output
