"""One timestamp a night over what was sealed; what waits, what is renewed, and what the doors say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authority import Authority, Service, serving
from hoso import recipe
from hoso.errors import Misconfigured, Unstamped
from hoso.recipe import renewing, stamping
from hoso.signers.evidence_verdict import judged
from hoso.site import HANOI, Site
from stamps import LATER, NIGHT, follow, home_of, more, named, papers, settings


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        running.authority = Authority(NIGHT, running.address)
        yield running


@pytest.fixture
def home(service: Service, tmp_path: Path) -> Path:
    return home_of(tmp_path / "home", service, 5)


def night(home: Path, at: Any = NIGHT) -> tuple[stamping.Made, ...]:
    with Site(home, clock=lambda: at) as site:
        return stamping.night(site)


def renew(home: Path, at: Any, said: list[str] | None = None) -> tuple[stamping.Made, ...]:
    with Site(home, clock=lambda: at) as site:
        return renewing.renew(site, (said if said is not None else []).append)


def verdicts(home: Path, count: int, at: Any) -> list[str]:
    with Site(home, clock=lambda: at) as site:
        held = [(data, stamping.evidence_of(site, *named(data))) for data in papers(count)]
        return [judged(data, record or b"", site.roots, at).state for data, record in held]


def test_one_timestamp_covers_the_night_and_nothing_twice(home: Path, service: Service) -> None:
    (made,) = night(home)
    assert (made.kind, made.documents) == ("first", 5)
    assert night(home, NIGHT + timedelta(days=1)) == ()
    assert service.asked == {"tsa": 1}
    more(home, papers(8)[5:])
    (made,) = night(home, NIGHT + timedelta(days=1))
    assert (made.documents, service.asked["tsa"]) == (3, 2)
    assert verdicts(home, 8, NIGHT + timedelta(days=2)) == ["valid"] * 8


@pytest.mark.parametrize("mood", ["status 503", "garbage", "another", "spoilt", "refuses", "hangs"])
def test_a_silent_or_lying_server_leaves_the_copies_waiting_for_the_next_night(
    home: Path, service: Service, mood: str
) -> None:
    service.moods["tsa"] = mood
    settings(home, lambda text: text.replace("[seal]\n", "[seal]\ntimeout = 0.4\n"))
    with pytest.raises(Unstamped, match="5 sealed documents wait"):
        night(home)
    said: list[str] = []
    with Site(home, clock=lambda: NIGHT) as site:
        assert recipe.stamp(site, recipe.Progress(say=said.append)) == 0  # the night goes on
        assert len(list(stamping.waiting(site))) == 5
    assert len(said) == 1
    service.moods.clear()
    more(home, papers(6)[5:])
    (made,) = night(home, NIGHT + timedelta(days=1))
    assert made.documents == 6  # those that waited and the new one, under one timestamp
    assert verdicts(home, 6, NIGHT + timedelta(days=1)) == ["valid"] * 6


def test_a_home_without_a_timestamp_server_asks_for_nothing(home: Path, service: Service) -> None:
    settings(home, lambda text: text.replace("timestamp_url", "# timestamp_url"))
    assert night(home) == ()
    settings(home, lambda text: text.replace("# timestamp_url", "timestamp_url") + "night = false\n")
    assert night(home) == ()
    assert service.asked == {}


def test_evidence_is_renewed_before_its_certificate_ends_and_not_sooner(home: Path, service: Service) -> None:
    night(home)
    assert renew(home, NIGHT + timedelta(days=270)) == ()
    follow(home, service, LATER)
    (made,) = renew(home, LATER)
    assert (made.kind, made.documents, service.asked["tsa"]) == ("renewal", 5, 2)
    assert renew(home, LATER) == ()
    ended = NIGHT + timedelta(days=500)  # the first certificate has ended, the second has not
    assert verdicts(home, 5, ended) == ["valid"] * 5
    with Site(home, clock=lambda: ended) as site:
        first = next(fact.body["evidence"] for fact in site.ledger.facts("stamped"))
        old = judged(papers(1)[0], site.store.get(first), site.roots, ended)
        assert old.state == "expired"  # the record of the night, kept: it still fits the copy
        assert old.fits
        assert judged(papers(1)[0], site.store.get(first), site.roots, LATER).state == "valid"


def test_a_server_that_still_signs_with_the_old_certificate_wins_nothing(home: Path, service: Service) -> None:
    night(home)
    with pytest.raises(Unstamped, match="nothing would be won"):
        renew(home, LATER)
    assert verdicts(home, 5, LATER) == ["valid"] * 5
    with Site(home, clock=lambda: LATER) as site:
        assert len(list(renewing.due(site))) == 5
    follow(home, service, LATER)
    assert [made.documents for made in renew(home, LATER)] == [5]


def test_a_weak_algorithm_is_left_for_another_over_all_that_was(home: Path, service: Service) -> None:
    night(home)
    settings(home, lambda text: text + 'weak = ["sha256"]\n')
    with pytest.raises(Misconfigured, match="choose one of sha384"):
        renew(home, NIGHT + timedelta(days=1))
    settings(home, lambda text: text + 'hash = "sha3_512"\n')
    (made,) = renew(home, NIGHT + timedelta(days=1))
    assert (made.kind, made.documents) == ("rehash", 5)
    assert renew(home, NIGHT + timedelta(days=2)) == ()
    assert verdicts(home, 5, NIGHT + timedelta(days=2)) == ["valid"] * 5
    settings(home, lambda text: text.replace('"sha256"', '"sha526"'))
    with pytest.raises(Misconfigured, match="sha526"):
        renew(home, NIGHT + timedelta(days=3))


def test_evidence_that_has_ended_is_made_anew_for_nothing_proves_the_time_between(home: Path, service: Service) -> None:
    night(home)
    late = NIGHT + timedelta(days=400)
    assert verdicts(home, 5, late) == ["expired"] * 5
    follow(home, service, late)
    (made,) = renew(home, late)
    assert (made.kind, made.documents) == ("first", 5)
    with Site(home, clock=lambda: late) as site:
        found = judged(papers(1)[0], stamping.evidence_of(site, *named(papers(1)[0])) or b"", site.roots, late)
    assert (found.state, datetime.fromisoformat(found.since)) == ("valid", late)


def test_a_timestamp_is_renewed_with_the_state_of_its_certificate_and_without_it_where_none_is_had(
    home: Path, service: Service
) -> None:
    night(home)
    follow(home, service, LATER)
    service.moods |= {"ocsp": "status 503", "crl": "status 503"}
    said: list[str] = []
    (made,) = renew(home, LATER, said)
    assert made.kind == "renewal"
    assert len(said) == 1
    assert "without the state" in said[0]
    with Site(home, clock=lambda: LATER) as site:
        found = judged(papers(1)[0], stamping.evidence_of(site, *named(papers(1)[0])) or b"", site.roots, LATER)
    assert [one.revocation for one in found.stamps] == ["not-checked", "not-checked"]


def test_at_b_lt_the_night_s_timestamp_keeps_the_state_of_its_certificate(service: Service, tmp_path: Path) -> None:
    home = home_of(tmp_path / "home", service, 2, level="B-LT")
    service.moods |= {"ocsp": "status 503", "crl": "status 503"}
    with pytest.raises(Unstamped):
        night(home)
    service.moods.clear()
    night(home)
    with Site(home, clock=lambda: NIGHT) as site:
        found = judged(papers(1)[0], stamping.evidence_of(site, *named(papers(1)[0])) or b"", site.roots, LATER)
    assert (found.state, found.stamps[0].revocation) == ("valid", "good")


def test_the_commands_say_what_they_did(home: Path, service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    def hoso(*words: str) -> tuple[int, str, str]:
        from hoso.cli import main

        with pytest.raises(SystemExit) as left:
            main(["--home", str(home), *words])
        out, err = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, out, err

    code, out, err = hoso("status")
    assert "5 sealed copies wait for the night's stamp" in err
    code, out, err = hoso("stamp", "--dry-run", "--json")
    assert (code, len(out.splitlines()), service.asked) == (0, 5, {})
    service.moods["tsa"] = "status 503"
    code, out, err = hoso("stamp")
    assert code == 5
    assert "5 sealed documents wait" in err
    service.moods.clear()
    code, out, err = hoso("stamp", "--json")
    assert code == 0
    assert json.loads(out)["documents"] == 5
    code, out, err = hoso("stamp")
    assert (code, "nothing waits" in err) == (0, True)
    settings(home, lambda text: text + "renew_days = 9999\n")
    code, out, err = hoso("renew", "--dry-run", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert {(row["why"], row["how"]) for row in rows} == {("ends", "renewal")}
    assert len(rows) == 5
    code, out, err = hoso("renew")
    assert code == 5
    code, out, err = hoso("doctor", "--json")
    told = next(row for row in map(json.loads, out.splitlines()) if row["what"] == "proofs of time")
    assert told["state"] == "due"
    assert "2027-11-23" in told["found"]
    settings(home, lambda text: text.replace("timestamp_url", "# timestamp_url"))
    assert hoso("stamp")[0] == 6


def test_the_flows_stamp_and_renew(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their functions alone; that they are deployed and run is proven in ``tests/service``."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "flows"))
    from renew_evidence import renew_evidence
    from stamp_night import stamp_night

    service.authority = Authority(datetime.now(HANOI).replace(microsecond=0), service.address)
    home = home_of(tmp_path / "home", service, 3)
    service.moods["tsa"] = "status 503"
    with pytest.raises(Unstamped):
        stamp_night.fn(str(home))
    service.moods.clear()
    assert (stamp_night.fn(str(home)), stamp_night.fn(str(home)), renew_evidence.fn(str(home))) == (3, 0, 0)
