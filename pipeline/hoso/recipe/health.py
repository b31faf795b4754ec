"""Whether a home is well: the watcher watched. Each check looks at one thing and says what to do; who must know is told.

Owns: what counts as an alarm (``[alerts]``), and who was told of which since when (``HOME/alerts.json``; without that file
everything is told once more). Reads the ledger and the disk, writes no fact. Nothing it says holds a personal value.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from hoso import lasting
from hoso.errors import HosoError
from hoso.exports import alerts
from hoso.nouns import Fact
from hoso.recipe import nights, outbox, renewing, stamping
from hoso.site import Site

__all__ = ["Check", "alert", "checks", "office_hours"]

STATE = "alerts.json"


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. ``value`` in the unit of the setting it is held against, None where there is nothing to
    measure; ``text`` and ``do`` are Vietnamese, ``do`` empty where all is well."""

    code: str
    alarm: bool
    text: str
    do: str = ""
    value: float | None = None


def checks(site: Site) -> tuple[Check, ...]:
    """Every check of this home, in a fixed order. A tool that does not answer is an alarm of its own, not an error."""
    found: list[Check] = []
    for code, look in _CHECKS.items():
        try:
            found += look(site)
        except (HosoError, OSError) as error:
            do = "Xem lý do, khôi phục kết nối hoặc sửa settings.toml, rồi chạy: hoso doctor"
            found.append(Check(code, True, f"không kiểm tra được: {error}", do))
    return tuple(found)


def alert(site: Site, found: Sequence[Check]) -> tuple[str, ...]:
    """Tell of alarms that are new, or were told of ``again_hours`` ago, and of those that ended; gives their codes.

    What could not be told is told by the next call. Raises what :func:`hoso.exports.alerts.send` raises."""
    to, now = site.settings.alerts, site.now()
    told = _told(site)
    new = [c for c in found if c.alarm and _due(told.get(c.code), now, to.again_hours)]
    ended = sorted(told.keys() - {c.code for c in found if c.alarm})
    if not (new or ended) or not alerts.wired(to):
        return ()
    subject = f"Hoso: {len(new)} cảnh báo" if new else "Hoso: đã trở lại bình thường"
    lines = [f"{site.settings.office.name}, {now:%d/%m/%Y %H:%M}", ""]
    for one in new:
        lines += [f"[{one.code}] {one.text}", f"   Việc cần làm: {one.do}", ""]
    texts = {one.code: one.text for one in found}
    lines += [f"[{code}] đã trở lại bình thường. {texts.get(code, '')}".rstrip() for code in ended]
    data = {
        "office": site.settings.office.name, "at": now.isoformat(),
        "alarms": [asdict(one) for one in new], "ended": ended,
    }  # fmt: skip
    alerts.send(to, subject, lines, data)
    for one in new:
        told[one.code] = now.isoformat()
    for code in ended:
        del told[code]
    lasting.write(site.home / STATE, json.dumps(told).encode())
    return (*(one.code for one in new), *ended)


def office_hours(since: datetime, until: datetime) -> float:
    """Hours from one instant to another, Saturdays and Sundays not counted (the week of Decision 188/1999/QĐ-TTg)."""
    hours, at = 0.0, since
    while at < until:
        end = min(until, (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0))
        if at.weekday() < 5:
            hours += (end - at) / timedelta(hours=1)
        at = end
    return hours


def _disk(site: Site) -> Iterator[Check]:
    free, floor = shutil.disk_usage(site.home).free / 1e9, site.settings.alerts.disk_gb
    do = "Giải phóng hoặc thêm ổ đĩa; khi hết chỗ Hoso ngừng nhận hồ sơ, không mất gì."
    yield _check("disk.low", free < floor, f"còn {free:.1f} GB trên ổ đĩa (ngưỡng {floor:g} GB)", do, free)


def _ledger(site: Site) -> Iterator[Check]:
    """What the ledger tells: how long ago something came, what waits to be read."""
    told, now = site.settings.alerts, site.now()
    last: Fact | None = None
    came: dict[str, Fact] = {}
    for last in site.ledger.facts("received"):
        came[last.subject] = last
    if told.silent_hours and last is not None:
        hours = office_hours(datetime.fromisoformat(last.at), now)
        do = "Kiểm tra máy quét, thư mục nhận và tiến trình: hoso status, hoso up."
        text = f"lần nhận gần nhất cách đây {hours:.0f} giờ làm việc (ngưỡng {told.silent_hours:g})"
        yield _check("intake.silent", hours > told.silent_hours, text, do, hours)
    left = nights.backlog(site)
    oldest = max((_hours(came[one].at, now) for one in left), default=0.0)
    do = "Chạy: hoso watch hoặc hoso up; nếu vẫn chậm, thêm máy hoặc thêm [service] jobs."
    text = f"{len(left)} hồ sơ chờ đọc, lâu nhất {oldest:.0f} giờ (ngưỡng {told.queue_hours:g})"
    yield _check("queue.old", bool(told.queue_hours) and oldest > told.queue_hours, text, do, oldest)


def _store(site: Site) -> Iterator[Check]:
    """Whether the store answers: the first manifest is asked for."""
    gone = {fact.subject for fact in site.ledger.facts("erased")}
    for fact in islice((fact for fact in site.ledger.facts("received") if fact.subject not in gone), 1):
        here = site.store.has(fact.body["manifest"])
        do = "Khôi phục kho từ bản sao, rồi chạy: hoso audit"
        yield _check("store.damaged", not here, "kho lưu trữ trả lời" if here else "kho thiếu tệp đã nhận", do)


def _stamps(site: Site) -> Iterator[Check]:
    told, now = site.settings.alerts, site.now()
    if stamping.wanted(site):
        left = set(stamping.waiting(site))
        seals = site.ledger.facts("sealed") if left else ()
        ages = [_hours(fact.at, now) for fact in seals if (fact.subject, fact.body["after"]) in left]
        oldest = max(ages, default=0.0)
        do = "Kiểm tra máy chủ dấu thời gian ([seal] timestamp_url), rồi chạy: hoso stamp"
        text = f"{len(left)} bản đã ký chờ dấu thời gian, lâu nhất {oldest:.0f} giờ (ngưỡng {told.stamp_hours:g})"
        yield _check("stamps.waiting", bool(told.stamp_hours) and oldest > told.stamp_hours, text, do, oldest)
    nearest = renewing.nearest(site)
    if nearest is not None:
        due = sum(1 for _ in renewing.due(site))
        text = f"chứng thư dấu thời gian gần nhất hết hạn {nearest[0][:10]}; {due} bản phải gia hạn"
        yield _check("proofs.end", due > 0, text, "Chạy: hoso renew", float(due))


def _certificate(site: Site) -> Iterator[Check]:
    days = (site.signer.until - site.now()) / timedelta(days=1)
    least = site.settings.alerts.certificate_days
    do = "Xin cấp lại chứng thư số của cơ quan, rồi đặt vào chỗ ghi trong settings.toml [seal]."
    text = f"chứng thư số ký hết hạn {site.signer.until:%d/%m/%Y}, còn {days:.0f} ngày (ngưỡng {least:g})"
    yield _check("certificate.ends", days < least, text, do, days)


def _nights(site: Site) -> Iterator[Check]:
    """How the last runs ended; nothing where no night ever ran here."""
    runs = {str(row["name"]): row for row in nights.last(site.home)}
    if (main := runs.get("nightly")) is not None:
        hours, most = _hours(str(main["at"]), site.now()), site.settings.alerts.night_hours
        killed = main["state"] == "running" and not main["alive"]
        text = f"lần chạy đêm gần nhất cách đây {hours:.0f} giờ (ngưỡng {most:g})"
        do = "Xem hoso up có đang chạy không; nhật ký ở HOME/logs và trang Prefect."
        if killed or main["state"] == "failed":
            text += ", bị ngắt giữa chừng" if killed else f", dừng vì lỗi {main.get('error', '')}"
        late = bool(most) and hours > most
        yield _check("night.missed", late or killed or main["state"] == "failed", text, do, hours)
    if (fixity := runs.get("fixity")) is not None:
        bad = fixity["state"] == "failed"
        text = "lần đọc lại kho gần nhất " + (
            f"dừng vì lỗi {fixity.get('error', '')}" if bad else "không thấy sai lệch"
        )
        do = "Chạy: hoso audit; khôi phục tệp hỏng từ bản sao lưu, rồi chạy lại."
        yield _check("audit.failed", bad, text, do)


def _outbox(site: Site) -> Iterator[Check]:
    now, most = site.now(), site.settings.alerts.queue_hours
    held, oldest, waiting = 0, 0.0, 0
    for one in outbox.items(site):
        if one.state == "held":
            held += 1
        elif one.state in ("waiting", "sending"):
            waiting, oldest = waiting + 1, max(oldest, _hours(one.effect.at, now))
    if held or waiting:
        text = f"{held} thông điệp phải có người xử lý, {waiting} chờ gửi, lâu nhất {oldest:.0f} giờ (ngưỡng {most:g})"
        do = "Xem: hoso outbox list --held; sửa rồi chạy: hoso outbox retry"
        yield _check("outbox.held", held > 0 or (bool(most) and oldest > most), text, do, float(held))
    else:
        yield _check("outbox.held", False, "không có thông điệp nào chờ gửi", "", 0.0)


_CHECKS: dict[str, Callable[[Site], Iterator[Check]]] = {
    "disk.unknown": _disk, "ledger.away": _ledger, "store.away": _store, "stamps.unknown": _stamps,
    "certificate.unusable": _certificate, "nights.unknown": _nights, "outbox.unknown": _outbox,
}  # fmt: skip
"""Each check by the code of the alarm where it cannot be made."""


def _check(code: str, alarm: bool, text: str, do: str, value: float | None = None) -> Check:
    return Check(code, alarm, text, do if alarm else "", None if value is None else round(value, 2))


def _hours(since: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(since)) / timedelta(hours=1)


def _told(site: Site) -> dict[str, str]:
    """When each alarm was last told of, by its code."""
    with contextlib.suppress(OSError, ValueError):
        told: Any = json.loads((site.home / STATE).read_text(encoding="utf-8"))
        if isinstance(told, dict):
            return {str(code): str(at) for code, at in told.items()}
    return {}


def _due(last: str | None, now: datetime, hours: float) -> bool:
    try:
        return last is None or _hours(last, now) >= hours
    except ValueError:
        return True
