"""``hoso outbox`` as an operator uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cases import FACILITY, case
from servers import Portal, serving
from test_health_portal import MD5, certificate, messages, section

from doors import hoso
from hoso.recipe import outbox
from hoso.site import Site


def test_what_is_stuck_is_seen_put_forward_and_given_up(open_light: Callable[[str], Site], home: Path) -> None:
    portal = Portal(f"{FACILITY}_GKSK", MD5)
    portal.check = lambda body: f"Số {body['SOCMND_PASSPORT']} không hợp lệ"
    with serving(portal):
        with open_light(section(portal)) as site:
            for number in (1, 2, 3):
                one = certificate(
                    number, so=f"0000{number}/GKSKLX/30001/26", bac_si=None if number == 3 else "LÊ VĂN MẪU"
                )
                outbox.put(site, messages(site, case(one, registers=site.registers)))

        sent = hoso(home, "outbox", "deliver", "--limit", "1")
        assert sent.code == 4
        assert "1 messages are held" in sent.err
        assert "030090000001" not in sent.out + sent.err
        assert hoso(home, "outbox", "deliver").code == 4
        rows = hoso(home, "outbox", "list", "--held", "--json").rows()
        assert [row["reason"] for row in rows] == ["portal-refused", "portal-refused", "faults"]
        assert "•••••••••001 không hợp lệ" in rows[0]["why"]
        assert "bác sĩ" in rows[2]["why"]

        wrong = hoso(home, "outbox", "retry", rows[2]["key"][:10], "--who", "Lê Thị Duyệt")
        assert (wrong.code, "correct the record" in wrong.err) == (2, True)
        assert hoso(home, "outbox", "retry", "ffffffff", "--who", "Lê Thị Duyệt").code == 2
        again = hoso(home, "outbox", "retry", rows[0]["key"][:10], "--who", "Lê Thị Duyệt", "--json").rows()
        assert again[0]["state"] == "waiting"
        drop = ("outbox", "drop", rows[1]["key"], "--who", "Lê Thị Duyệt", "--note", "nộp bằng giấy", "--json")
        assert hoso(home, *drop).rows()[0]["state"] == "dropped"

        portal.check = lambda body: ""
        done = hoso(home, "outbox", "deliver", "--to", "health_portal", "--json")
        assert (done.code, done.rows()[0]["sent"]) == (0, 1)
        states = [row["state"] for row in hoso(home, "outbox", "list", "--all", "--json").rows()]
        assert sorted(states) == ["done", "dropped", "held"]


def test_a_run_that_sends_keeps_others_from_sending(open_light: Callable[[str], Site], home: Path) -> None:
    from hoso.recipe import delivering

    with open_light(""), delivering._alone(Site(home)):
        second = hoso(home, "outbox", "deliver")
    assert (second.code, "another run sends" in second.err) == (5, True)
