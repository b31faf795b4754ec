"""Sending what the outbox holds: each message in its group's order, at its door's pace, until there is a receipt.

A try is told to the ledger before it goes out; what became of it, after. A run that was stopped in between leaves a try of
which nobody knows whether it arrived: the next one is told so (``Attempt.unsure``) and looks first, or sends the same
idempotency key again. The rows for the warehouse are kept before they are loaded, and a message is done only when its row
is there. One run at a time sends in a home. Messages go out in threads; ledger and store are this thread's alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hoso import keys
from hoso.errors import Damaged, HosoError, Misconfigured, Refused, Unavailable
from hoso.exports.doors.api import Answer, Attempt, Declined, Door, Message, Unanswered
from hoso.nouns import Batch, Delivery, Effect, Fact
from hoso.recipe import outbox, turns
from hoso.site import Site

__all__ = ["ROWS", "Report", "deliver", "delivered", "finish"]

ROWS, BATCH, SILENCES = "deliveries", 500, 10
"""The kind of the effect that loads rows of deliveries; how many at a time; failures in a row after which a door rests."""


@dataclass(slots=True)
class Report:
    """What a run did: messages ``sent``, ``failed`` (tried again later), ``held``, ``replaced`` by newer ones; ``left``
    wait still, of which ``shut`` for a door that is not open. ``told`` are sentences for the operator."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    replaced: int = 0
    left: int = 0
    shut: int = 0
    told: list[str] = field(default_factory=list)


class _Row(NamedTuple):
    """A row for the warehouse, and what the ledger is told once it is there: a receipt, or that the message is held."""

    delivery: Delivery
    subject: str
    receipt: dict[str, str]
    held: dict[str, str]


def deliver(
    site: Site, *, target: str = "", limit: int = 0, patience: float = 0.0, doors: Mapping[str, Door] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:  # fmt: skip
    """Send what is due through the open doors (or ``doors``): all of it, or ``limit`` messages, or those for ``target``.
    ``patience``: for so many seconds it also waits for what comes due. Raises Unavailable where another run sends."""
    with _alone(site):
        finish(site)
        if doors is not None:
            return _Run(site, doors, target, limit, sleep).run(patience)
        with outbox.opened(site) as opened:
            return _Run(site, opened, target, limit, sleep).run(patience)


def finish(site: Site) -> None:
    """Finish what was intended for the warehouse and has no receipt."""
    for effect in list(site.ledger.effects(ROWS, open_only=True)):
        _load(site, effect)


def delivered(site: Site, effect: Effect) -> Batch:
    """The rows that effect loads, out of the store."""
    rows = keys.decode(site.store.get(effect.body["deliveries"]), list[_Row])
    return Batch(effect.key, effect.at, (), (), tuple(row.delivery for row in rows))


class _Run:
    """One run. ``busy`` holds the groups that may not go on in this pass: one is on its way, waits, or is held."""

    def __init__(
        self, site: Site, doors: Mapping[str, Door], target: str, limit: int, sleep: Callable[[float], None]
    ) -> None:
        self.site, self.doors, self.target, self.limit, self.sleep = site, dict(doors), target, limit, sleep
        self.settings, self.report = site.settings.outbox, Report()
        self.rows: list[_Row] = []
        self.flying: dict[Future[Answer], tuple[outbox.Item, Message]] = {}
        self.silent: Counter[str] = Counter()
        self.rests: dict[str, float] = {}
        self.turn: dict[str, float] = {}
        self.busy: set[str] = set()
        self.soonest: datetime | None = None
        self.tried = 0

    def run(self, patience: float) -> Report:
        until = time.monotonic() + patience
        with ThreadPoolExecutor(max(1, self.settings.together)) as self.pool:
            while True:
                moved = self._pass()
                if self.limit and self.tried >= self.limit:
                    break
                if not moved:
                    pause = self._pause()
                    if pause is None or time.monotonic() + pause > until:
                        break
                    self.sleep(pause)
        return self.report

    def _pass(self) -> int:
        """Look once at all that waits; gives how many messages moved."""
        report, before = self.report, self.tried + self.report.replaced + self.report.sent
        report.left = report.shut = 0
        self.busy.clear()
        self.soonest = None
        try:
            for effect in self.site.ledger.effects(outbox.EFFECT, open_only=True):
                if self.target and effect.body["target"] != self.target:
                    continue
                if self.limit and self.tried >= self.limit:
                    break
                report.left += 1
                self._look(effect)
        finally:
            while self.flying:
                self._settle()
            self._publish()
        return self.tried + report.replaced + report.sent - before

    def _look(self, effect: Effect) -> None:
        name, group = effect.body["target"], effect.body["group"]
        if name not in self.doors:
            self.report.shut += 1
            return
        if group in self.busy:
            return
        item = outbox.item(self.site, effect)
        message = outbox.message(self.site, effect)
        if item.state == "sent" and item.answer is not None:
            self._done(item, message, item.answer)
        elif message is None:
            self.site.ledger.receive(effect.key, {"state": "erased", "at": self.site.stamp()})
            self.report.left -= 1
        elif item.newest != effect.key:
            self.site.ledger.receive(effect.key, {"state": "replaced", "at": self.site.stamp(), "by": item.newest})
            self.report.replaced += 1
            self.report.left -= 1
        elif item.state == "held" or self._waits(item):
            self.busy.add(group)
        elif time.monotonic() >= self.rests.get(name, 0.0):
            self.busy.add(group)
            self._send(item, message)

    def _waits(self, item: outbox.Item) -> bool:
        if not item.next:
            return False
        due = datetime.fromisoformat(item.next)
        if due <= self.site.now():
            return False
        self.soonest = min(self.soonest or due, due)
        return True

    def _send(self, item: outbox.Item, message: Message) -> None:
        door, number = self.doors[item.target], item.tries + 1
        while len(self.flying) >= max(1, self.settings.together):
            self._settle()
        self._pace(door)
        if item.target not in self.doors or time.monotonic() < self.rests.get(item.target, 0.0):
            return  # an answer that came while this one waited for its turn
        outbox.tell(self.site, item.effect.body["subject"], item.effect.key, "sending", more={"number": str(number)})
        attempt = Attempt(item.effect.key, number, self.site.stamp(), item.existed, item.unsure)
        self.flying[self.pool.submit(door.send, message, attempt)] = (item, message)
        self.tried += 1

    def _pace(self, door: Door) -> None:
        if door.rate > 0:
            now = time.monotonic()
            turn = max(now, self.turn.get(door.name, 0.0))
            self.turn[door.name] = turn + 1.0 / door.rate
            if turn > now:
                time.sleep(turn - now)

    def _settle(self) -> None:
        """Take in the answers that are there, waiting for one."""
        done, _ = wait(self.flying, return_when=FIRST_COMPLETED)
        for future in done:
            item, message = self.flying.pop(future)
            self._answered(item, message, future)

    def _answered(self, item: outbox.Item, message: Message, future: Future[Answer]) -> None:
        error = future.exception()
        if error is None:
            answer, self.silent[item.target] = future.result(), 0
            body = {
                "answer": self.site.store.put(answer.body) if answer.body else "",
                "id": answer.id,
                "code": answer.code,
            }
            fact = outbox.tell(self.site, item.effect.body["subject"], item.effect.key, "done", more=body)
            self._done(item, message, {**fact.body, "at": fact.at})
        elif isinstance(error, Refused):
            self.silent[item.target] = 0
            self._held(item, message, error.reason, error.said if isinstance(error, Declined) else "", error.vi)
        elif isinstance(error, Misconfigured):
            self.doors.pop(item.target, None)
            self.report.told.append(f"{item.target}: {error}")
            self._failed(item, message, "misconfigured", str(error), unsure=False)
        elif isinstance(error, Unavailable):
            self._silence(item.target)
            unsure = isinstance(error, Unanswered)
            self._failed(item, message, "unanswered" if unsure else "unavailable", str(error), unsure, error.after)
        else:  # another refusal of ours, or a defect: one message must not stop the others
            kind = type(error).__name__
            self.report.told.append(f"{item.target}: message {item.effect.key[:12]}: {kind} in Hoso itself")
            words = str(error) if isinstance(error, HosoError) else kind
            self._failed(item, message, "defect", words, unsure=True)

    def _failed(
        self, item: outbox.Item, message: Message, reason: str, words: str, unsure: bool, after: float = 0.0
    ) -> None:
        tries = item.tries + 1
        if reason != "misconfigured" and tries >= self.settings.tries:
            more = {"unsure": "1"} if unsure else {}
            outbox.tell(self.site, item.effect.body["subject"], item.effect.key, "failed", reason=reason, words=words,
                        more={"next": "", **more})  # fmt: skip
            self._held(item, message, "exhausted", "", f"Đã thử {tries} lần mà không gửi được: {words}")
            return
        pause = self._back_off(item.effect.key, tries) if reason != "misconfigured" else 0.0
        due = self.site.now() + timedelta(seconds=max(pause, after))
        more = {"next": due.isoformat(), "unsure": "1" if unsure else "0"}
        outbox.tell(
            self.site, item.effect.body["subject"], item.effect.key, "failed", reason=reason, words=words, more=more
        )
        self.soonest = min(self.soonest or due, due)
        self.report.failed += 1

    def _back_off(self, key: str, tries: int) -> float:
        """Seconds until the next try; parted by up to a fifth, so that what failed together does not come back together."""
        pause = min(self.settings.longest, self.settings.pause * 2.0 ** min(tries - 1, 40))
        return pause * (0.9 + int(key[:4], 16) / 65535 / 5)

    def _silence(self, target: str) -> None:
        self.silent[target] += 1
        if self.silent[target] >= SILENCES:
            self.silent[target] = 0
            self.rests[target] = time.monotonic() + self.settings.rest
            self.report.told.append(
                f"{target}: no answer {SILENCES} times in a row; left alone for {self.settings.rest:g} s"
            )

    def _pause(self) -> float | None:
        """Seconds until something comes due, None where nothing will by itself."""
        coming = [at - time.monotonic() for name, at in self.rests.items() if name in self.doors]
        if self.soonest is not None:
            coming.append((self.soonest - self.site.now()).total_seconds())
        if not coming or self.report.left <= self.report.shut:
            return None
        return max(0.05, min(coming))

    def _done(self, item: outbox.Item, message: Message | None, said: Mapping[str, str]) -> None:
        receipt = {name: said.get(name, "") for name in ("at", "id", "code", "answer")} | {"state": "done"}
        receipt["at"] = receipt["at"] or self.site.stamp()
        told = " ".join(filter(None, (said.get("code", ""), said.get("id", ""))))
        row = self._delivery(item.effect, message, "done", receipt["at"], told)
        self.rows.append(_Row(row, item.effect.body["subject"], receipt, {}))
        self.report.sent += 1
        self.report.left -= 1
        self._full()

    def _held(self, item: outbox.Item, message: Message, reason: str, said: str, words: str) -> None:
        at = self.site.stamp()
        kept = self.site.store.put("\n".join(filter(None, (words, said))).encode())
        held = {"event": "held", "effect": item.effect.key, "reason": reason, "said": kept}
        row = self._delivery(item.effect, message, "refused", at, reason)
        self.rows.append(_Row(row, item.effect.body["subject"], {}, held | {"at": at, "number": str(item.tries + 1)}))
        self.report.held += 1
        self._full()

    def _delivery(self, effect: Effect, message: Message | None, state: str, answered: str, answer: str) -> Delivery:
        code = message.code if message else ""
        body = effect.body
        return Delivery(effect.key, body["target"], code, body["document"], effect.at, state, answered, answer)  # type: ignore[arg-type]

    def _full(self) -> None:
        if len(self.rows) >= BATCH:
            self._publish()

    def _publish(self) -> None:
        """Rows into the warehouse, then receipts and facts into the ledger."""
        rows, self.rows = self.rows, []
        if rows:
            kept = self.site.store.put(keys.encode(rows))
            at = self.site.stamp()
            body = {"deliveries": kept}
            self.site.ledger.tell(Fact(ROWS, "warehouse", at, body), once=keys.key(ROWS, kept))
            _load(self.site, self.site.ledger.intend(Effect(keys.key(ROWS, kept), ROWS, "warehouse", at, body)))


def _load(site: Site, effect: Effect) -> None:
    site.warehouse.load(delivered(site, effect))
    for row in keys.decode(site.store.get(effect.body["deliveries"]), list[_Row]):
        if row.receipt:
            site.ledger.receive(row.delivery.key, row.receipt)
        else:
            once = keys.key("held", row.delivery.key, row.held["at"], row.held["number"])
            site.ledger.tell(Fact(outbox.FACT, row.subject, row.held["at"], row.held), once=once)
    if site.ledger.receive(effect.key, {"deliveries": effect.body["deliveries"]}).receipt is None:
        raise Damaged(f"the ledger did not keep the receipt of deliveries {effect.key[:12]}")


@contextmanager
def _alone(site: Site) -> Iterator[None]:
    """One run that sends at a time in a home; ends with the process."""
    import fcntl

    with (site.home / "outbox.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"another run sends messages of {site.home}; wait for it") from error
        with turns.only(site, "outbox"):
            yield
