"""The outbox alone, through a door that counts: nothing is lost, nothing comes twice, and what is stuck is seen."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import AT
from shelf import Shelf

from hoso import keys
from hoso.errors import Misconfigured, Unavailable, Usage
from hoso.exports.doors.api import Answer, Attempt, Case, Declined, Message, Unanswered
from hoso.nouns import Fact
from hoso.recipe import care, delivering, outbox, rebuilding
from hoso.site import Site

Opened = Callable[[str], Site]


class Counting:
    """A receiver that keeps what it took by idempotency key. ``mood(key, number)`` raises, before or after the taking."""

    name, rate = "counting", 0.0

    def __init__(self) -> None:
        self.taken: dict[str, bytes] = {}
        self.order: list[bytes] = []
        self.asked: list[Attempt] = []
        self.before: Callable[[Message, Attempt], Exception | None] = lambda message, attempt: None
        self.after: Callable[[Message, Attempt], Exception | None] = lambda message, attempt: None
        self.lock = threading.Lock()

    def wanted(self, case: Case) -> Iterable[Message]:
        return ()

    def send(self, message: Message, attempt: Attempt) -> Answer:
        with self.lock:
            self.asked.append(attempt)
            if error := self.before(message, attempt):
                raise error
            if attempt.key not in self.taken:
                self.taken[attempt.key] = message.payload
                self.order.append(message.payload)
            if error := self.after(message, attempt):
                raise error
        return Answer(f"id-{len(self.taken)}", "1", b'{"ok": true}')

    def close(self) -> None:
        pass


def told(
    number: int, group: str = "", text: str = "", faults: tuple[str, ...] = (), target: str = "counting"
) -> Message:
    name = f"s{number}"
    return Message(
        target, "thing", name, group or name, (text or name).encode(), f"dossier{number}", f"doc{number}", "", faults
    )


def states(site: Site) -> Counter[str]:
    return Counter(one.state for one in outbox.items(site, everything=True))


def test_each_message_is_sent_once_and_has_a_receipt_and_a_row(open_site: Opened) -> None:
    door = Counting()
    with open_site("") as site:
        assert outbox.put(site, [told(n) for n in range(7)]) == 7
        report = delivering.deliver(site, doors={"counting": door})
        assert (report.sent, report.left) == (7, 0)
        assert delivering.deliver(site, doors={"counting": door}).sent == 0
        assert sorted(door.order) == [f"s{n}".encode() for n in range(7)]
        assert states(site) == {"done": 7}
        rows = site.warehouse.query("SELECT tinh_trang, noi_nhan, tra_loi FROM v_giao_nhan").rows
        assert len(rows) == 7
        assert {row[:2] for row in rows} == {("done", "counting")}
        assert all(str(row[2]).startswith("1 id-") for row in rows)


def test_an_equal_message_is_queued_once_and_a_changed_one_again(open_site: Opened) -> None:
    door = Counting()
    with open_site("") as site:
        assert outbox.put(site, [told(1)]) == 1
        assert outbox.put(site, [told(1)]) == 0
        delivering.deliver(site, doors={"counting": door})
        assert outbox.put(site, [told(1)]) == 0
        for text in ("changed", "s1"):  # and back to what it was: that is a change too
            assert outbox.put(site, [told(1, text=text)]) == 1
            delivering.deliver(site, doors={"counting": door})
        assert door.order == [b"s1", b"changed", b"s1"]
        assert [attempt.existed for attempt in door.asked] == [False, True, True]


def test_a_newer_message_takes_the_place_of_one_not_sent(open_site: Opened) -> None:
    door = Counting()
    with open_site("") as site:
        outbox.put(site, [told(1, text="old")])
        outbox.put(site, [told(1, text="new")])
        report = delivering.deliver(site, doors={"counting": door})
        assert door.order == [b"new"]
        assert report.replaced == 1
        assert states(site) == {"done": 1, "replaced": 1}


def test_what_was_not_taken_is_tried_again_later_and_later(open_site: Opened, clock: Any) -> None:
    door = Counting()
    door.before = lambda message, attempt: Unavailable("away") if attempt.number < 5 else None
    with open_site("pause = 10.0\n") as site:
        outbox.put(site, [told(1)])
        waits = []
        for _ in range(4):
            assert delivering.deliver(site, doors={"counting": door}).failed == 1
            assert delivering.deliver(site, doors={"counting": door}).failed == 0, "it was tried before it was due"
            due = next(outbox.items(site)).next
            waits.append((type(site.now()).fromisoformat(due) - site.now()).total_seconds())
            clock.sleep(waits[-1])
        assert delivering.deliver(site, doors={"counting": door}).sent == 1
        assert all(10 * 2**n * 0.89 < wait < 10 * 2**n * 1.11 for n, wait in enumerate(waits))
        assert not any(attempt.unsure for attempt in door.asked), "what was surely not taken is told as unsure"


def test_a_server_that_says_when_to_come_again_is_asked_then(open_site: Opened, clock: Any) -> None:
    door = Counting()
    late = Unavailable("busy")
    late.after = 600.0
    door.before = lambda message, attempt: late if attempt.number == 1 else None
    with open_site("pause = 1.0\n") as site:
        outbox.put(site, [told(1)])
        delivering.deliver(site, doors={"counting": door})
        clock.sleep(599)
        assert delivering.deliver(site, doors={"counting": door}).sent == 0
        clock.sleep(1)
        assert delivering.deliver(site, doors={"counting": door}).sent == 1


def test_after_a_silence_the_door_is_told_that_it_may_be_there(open_site: Opened, clock: Any) -> None:
    door = Counting()
    door.after = lambda message, attempt: Unanswered("dropped") if attempt.number == 1 else None
    with open_site("pause = 1.0\n") as site:
        outbox.put(site, [told(1)])
        delivering.deliver(site, doors={"counting": door})
        clock.sleep(2)
        assert delivering.deliver(site, doors={"counting": door}).sent == 1
        assert [attempt.unsure for attempt in door.asked] == [False, True]
        assert len({attempt.key for attempt in door.asked}) == 1
        assert len(door.order) == 1


def test_what_is_refused_is_held_until_a_person_acts(open_site: Opened) -> None:
    door = Counting()
    door.before = lambda message, attempt: Declined("no", "refused", "Từ chối.", "số 030090000001 sai")
    with open_site("") as site:
        outbox.put(site, [told(1)])
        assert delivering.deliver(site, doors={"counting": door}).held == 1
        assert delivering.deliver(site, doors={"counting": door}).held == 0
        held = next(outbox.items(site))
        assert (held.state, held.reason, outbox.said(site, held.said)) == (
            "held",
            "no",
            "Từ chối.\nsố 030090000001 sai",
        )
        assert site.warehouse.query("SELECT state FROM first_known.deliveries").rows == (("refused",),)
        door.before = lambda message, attempt: None
        outbox.retry(site, held, "Lê Thị Duyệt")
        assert delivering.deliver(site, doors={"counting": door}).sent == 1
        assert site.warehouse.query("SELECT tinh_trang FROM v_giao_nhan").rows == (("done",),)
        with pytest.raises(Usage, match="is done"):
            outbox.drop(site, outbox.find(site, held.effect.key), "Lê Thị Duyệt", "")


def test_a_dead_letter_is_held_and_can_be_dropped(open_site: Opened, clock: Any) -> None:
    door = Counting()
    door.before = lambda message, attempt: Unavailable("away")
    with open_site("tries = 3\npause = 1.0\n") as site:
        outbox.put(site, [told(1)])
        for _ in range(3):
            delivering.deliver(site, doors={"counting": door})
            clock.sleep(100)
        letter = next(outbox.items(site))
        assert (letter.state, letter.reason, letter.tries) == ("held", "exhausted", 3)
        with pytest.raises(Usage, match="--who"):
            outbox.drop(site, letter, "", "")
        outbox.drop(site, letter, "Lê Thị Duyệt", "gửi bằng giấy")
        assert states(site) == {"dropped": 1}
        assert outbox.put(site, [told(1)]) == 0, "what was dropped came back by itself"


def test_a_faulty_message_is_held_unsent_until_the_record_is_corrected(open_site: Opened) -> None:
    door = Counting()
    with open_site("") as site:
        outbox.put(site, [told(1, faults=("thiếu: ngày cấp",))])
        assert delivering.deliver(site, doors={"counting": door}).sent == 0
        held = next(outbox.items(site))
        assert (held.state, outbox.said(site, held.said)) == ("held", "thiếu: ngày cấp")
        with pytest.raises(Usage, match="correct the record"):
            outbox.retry(site, held, "Lê Thị Duyệt")
        outbox.put(site, [told(1, text="corrected")])
        delivering.deliver(site, doors={"counting": door})
        assert door.order == [b"corrected"]
        assert states(site) == {"replaced": 1, "done": 1}


def test_messages_of_a_group_go_in_their_order(open_site: Opened, clock: Any) -> None:
    door = Counting()
    door.before = lambda message, attempt: (
        Unavailable("away") if (int(attempt.key[:4], 16) + attempt.number) % 3 == 0 else None
    )
    with open_site("pause = 1.0\ntogether = 6\nrest = 0.01\n") as site:
        outbox.put(site, [told(n, group=f"g{n % 5}") for n in range(40)])
        report = delivering.deliver(site, doors={"counting": door}, patience=20, sleep=clock.sleep)
        assert report.left == 0
        for group in range(5):
            mine = [int(payload[1:]) for payload in door.order if int(payload[1:]) % 5 == group]
            assert mine == sorted(mine)
            assert len(mine) == 8


def test_a_held_message_stops_its_group_and_no_other(open_site: Opened) -> None:
    door = Counting()
    door.before = lambda message, attempt: Declined("no", "refused") if message.payload == b"s1" else None
    with open_site("") as site:
        outbox.put(site, [told(1, "a"), told(2, "a"), told(3, "b")])
        delivering.deliver(site, doors={"counting": door})
        assert door.order == [b"s3"]


def test_a_door_that_cannot_be_used_is_told_and_the_others_go_on(open_site: Opened) -> None:
    bad, good = Counting(), Counting()
    good.name = "good"
    bad.before = lambda message, attempt: Misconfigured("no password")
    with open_site("together = 1\n") as site:
        outbox.put(site, [told(n) for n in range(3)])
        outbox.put(site, [told(9, target="good"), told(8, target="shut")])
        report = delivering.deliver(site, doors={"counting": bad, "good": good})
        assert good.order == [b"s9"]
        assert len(bad.asked) == 1
        assert report.told == ["counting: no password"]
        bad.before = lambda message, attempt: None
        assert delivering.deliver(site, doors={"counting": bad, "good": good}).sent == 3, "it cost tries or a pause"


def test_a_silent_server_is_left_alone(open_site: Opened) -> None:
    door = Counting()
    door.before = lambda message, attempt: Unavailable("away")
    with open_site("together = 1\nrest = 500.0\n") as site:
        outbox.put(site, [told(n) for n in range(30)])
        report = delivering.deliver(site, doors={"counting": door})
        assert len(door.asked) == delivering.SILENCES
        assert "left alone" in report.told[0]


def test_a_door_is_not_asked_faster_than_it_takes(open_site: Opened) -> None:
    door = Counting()
    door.rate = 50.0
    with open_site("") as site:
        outbox.put(site, [told(n) for n in range(11)])
        started = threading.Event()
        timer = threading.Timer(0.15, started.set)
        timer.start()
        delivering.deliver(site, doors={"counting": door})
        assert started.is_set(), "eleven messages at fifty a second took less than 0.15 s"


def test_no_personal_value_stands_in_the_ledger(open_site: Opened, home: Path) -> None:
    door = Counting()
    door.before = lambda message, attempt: Declined("no", "refused", "Từ chối.", "NGUYỄN VĂN THỬ 030090000001")
    with open_site("") as site:
        outbox.put(site, [told(1, text="NGUYỄN VĂN THỬ 030090000001")])
        delivering.deliver(site, doors={"counting": door})
        facts = keys.encode([fact.body for fact in site.ledger.facts()]).decode()
        effects = keys.encode([(effect.body, effect.receipt) for effect in site.ledger.effects()]).decode()
        assert "NGUY" not in facts + effects
        assert "030090000001" not in facts + effects
        assert {effect.body["document"] for effect in site.ledger.effects(outbox.EFFECT)} == {"doc1"}


def test_an_erased_message_is_not_sent(open_site: Opened, home: Path) -> None:
    door = Counting()
    with open_site("") as site:
        outbox.put(site, [told(1), told(2)])
        site.ledger.tell(Fact("erased", "doc1", AT, {}))
        delivering.deliver(site, doors={"counting": door})
        assert door.order == [b"s2"]
        assert states(site) == {"erased": 1, "done": 1}


def test_all_that_is_kept_of_a_document_is_named_for_its_erasure(open_site: Opened) -> None:
    door = Counting()
    door.before = lambda message, attempt: (
        Declined("no", "refused", "Từ chối.", "lời của cổng") if attempt.number == 1 else None
    )
    with open_site("") as site:
        outbox.put(site, [replace(told(1), about=("doc7",)), told(2)])
        delivering.deliver(site, doors={"counting": door})
        held = list(outbox.items(site))
        for one in held:
            outbox.retry(site, one, "Lê Thị Duyệt")
        door.before = lambda message, attempt: None
        delivering.deliver(site, doors={"counting": door})
        mine = {site.store.get(digest) for digest in outbox.kept(site, {"doc7"})}
        assert {keys.decode(data, Message).payload for data in mine if b"payload" in data} == {b"s1"}
        assert {"Từ chối.\nlời của cổng".encode(), b'{"ok": true}'} <= mine
        assert not list(outbox.kept(site, {"doc3"}))
        outbox.put(site, [replace(told(1, text="later"), about=("doc7",))])
        site.ledger.tell(Fact("erased", "doc7", AT, {}))
        assert delivering.deliver(site, doors={"counting": door}).sent == 0
        assert states(site)["erased"] == 1


def test_the_warehouse_is_rebuilt_with_its_deliveries_and_nothing_stored_is_an_orphan(open_site: Opened) -> None:
    door = Counting()
    with open_site("") as site:
        outbox.put(site, [told(n) for n in range(4)])
        delivering.deliver(site, doors={"counting": door})
        before = site.warehouse.query("SELECT * FROM first_known.deliveries ORDER BY key").rows
        rebuilding.rebuild(site, lambda count: None)
        assert site.warehouse.query("SELECT * FROM first_known.deliveries ORDER BY key").rows == before
        assert not list(rebuilding.audit(site, lambda count: None))
        assert not list(care.audit(site, lambda read, of: None))


def _rows(site: Site) -> list[tuple[object, ...]]:
    return list(site.warehouse.query("SELECT khoa, tinh_trang FROM v_giao_nhan ORDER BY khoa").rows)


Killed = Callable[[int, bool], int]


@pytest.fixture
def killed(home: Path, clock: Any) -> Killed:
    """Queue and deliver in a forked process, ended by SIGKILL before durable act number N (0: never); into a lake or a
    shelf."""

    def run(kill_at: int, lake: bool) -> int:
        pid = os.fork()
        if pid:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        code = 1
        try:
            _deliver_in_files(home, clock, kill_at, lake)
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    return run


class Filing(Counting):
    """A receiver whose memory outlives the sender: a file a key, and one line a taking."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def send(self, message: Message, attempt: Attempt) -> Answer:
        path = self.folder / attempt.key
        if not path.exists():
            path.write_bytes(message.payload)
            with (self.folder / "takings").open("a") as takings:
                takings.write(message.payload.decode() + "\n")
        if attempt.number == 1 and message.payload in (b"s1", b"s4"):
            raise Unanswered("dropped")
        if message.payload == b"s5":
            raise Declined("no", "refused")
        return Answer("id", "1")


def _site(home: Path, clock: Any, lake: bool) -> Site:
    site = Site(home, clock=clock)
    if not lake:
        site.warehouse = Shelf(home / "shelf")  # type: ignore[assignment]
    return site


def _deliver_in_files(home: Path, clock: Any, kill_at: int, lake: bool) -> None:
    door = Filing(home.parent / "receiver")
    with _site(home, clock, lake) as site:
        done = 0

        def counted(act: Callable[..., Any]) -> Callable[..., Any]:
            def counting(*given: Any, **named: Any) -> Any:
                nonlocal done
                done += 1
                if done == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return act(*given, **named)

            return counting

        for room, act in (("ledger", "tell"), ("ledger", "intend"), ("ledger", "receive"), ("warehouse", "load")):
            tool = getattr(site, room)
            setattr(tool, act, counted(getattr(tool, act)))
        outbox.put(site, [told(n, group=f"g{n % 2}") for n in range(6)])
        clock.sleep(100)
        delivering.deliver(site, doors={"counting": door}, patience=30, sleep=clock.sleep)
        (home.parent / "acts").write_text(str(done))


class Swept:
    """Runs the kill at one point after another, each in a fresh copy of the home."""

    def __init__(self, home: Path, clock: Any, killed: Killed, lake: bool) -> None:
        path = home / "settings.toml"
        path.write_text(path.read_text() + "\n[outbox]\ntogether = 1\npause = 1.0\n")
        self.home, self.clock, self.killed, self.lake = home, clock, killed, lake
        self.kept = shutil.copytree(home, home.parent / "kept")
        assert killed(0, lake) == 0
        self.acts = int((home.parent / "acts").read_text())

    def at(self, point: int) -> Site:
        """The home after a run killed at that point, and one that was not."""
        shutil.rmtree(self.home)
        shutil.copytree(self.kept, self.home)
        shutil.rmtree(self.home.parent / "receiver", ignore_errors=True)
        assert self.killed(point, self.lake) == -signal.SIGKILL, point
        assert self.killed(0, self.lake) == 0, point
        takings = (self.home.parent / "receiver" / "takings").read_text().split()
        assert sorted(takings) == [f"s{n}" for n in range(6)], point
        return _site(self.home, self.clock, self.lake)


def test_a_kill_at_any_point_neither_loses_nor_doubles(home: Path, clock: Any, killed: Killed) -> None:
    swept = Swept(home, clock, killed, lake=False)
    assert swept.acts > 30
    for point in range(1, swept.acts + 1):
        with swept.at(point) as site:
            assert states(site) == {"done": 5, "held": 1}, point
            assert Shelf(home / "shelf").states() == {"done": 5, "refused": 1}, point


def test_a_kill_after_the_load_leaves_the_warehouse_as_the_ledger_tells(home: Path, clock: Any, killed: Killed) -> None:
    swept = Swept(home, clock, killed, lake=True)
    with swept.at(swept.acts) as site:
        assert states(site) == {"done": 5, "held": 1}
        assert Counter(row[1] for row in _rows(site)) == {"done": 5, "refused": 1}
        assert not list(rebuilding.audit(site, lambda count: None))
