"""What a night does beyond the main job, and how a run that was killed is noticed.

Owns: what is received and not digitized, told from the ledger alone; the watch over a run (``HOME/nights/``: a lock the
kernel frees, a heartbeat, how it ended); what a person reads of a night; the sweep of what a home need not keep. Nothing
here is the truth of a document: these files may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from hoso import recipe
from hoso.errors import Damaged, Unavailable
from hoso.nouns import Balance, Standing
from hoso.recipe import backing, care, delivering, enrolling, outbox, renewing, stamping
from hoso.site import Site
from hoso.values import periods
from hoso.work import Crew

__all__ = [
    "PAGES",
    "Night",
    "alone",
    "back_up",
    "backlog",
    "dead",
    "deliver",
    "dossier_page",
    "fixity",
    "jobs",
    "last",
    "main",
    "over",
    "page",
    "registers",
    "renew",
    "report",
    "stamp",
    "tidy",
]

BEAT = 30.0  # s between two heartbeats of a run
PAGES = 500
"""Dossiers of a night that get a page of their own on Prefect at most; the desk tells of the others."""
_DAY = 86_400.0
_KEPT = 500  # rows of the history of runs


@dataclass
class Night:
    """A run that is watched over. ``interrupted``: when the run before it was last alive, where it was killed. ``told`` are
    figures that end up in the history; no personal value among them."""

    name: str
    interrupted: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    balance: Balance | None = None
    problems: Counter[str] = field(default_factory=Counter)
    worked: list[str] = field(default_factory=list)
    """Ids of the dossiers that were read in it."""


@contextlib.contextmanager
def alone(site: Site, patience: float = 1800.0, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """As ``recipe.only_run``, once another run that is at work has ended. Raises :class:`Unavailable` where it has not
    within ``patience`` seconds."""
    until = time.monotonic() + patience
    while True:
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(recipe.only_run(site))
            except Unavailable:
                if time.monotonic() >= until:
                    raise
                sleep(min(1.0, patience))
                continue
            yield
            return


@contextlib.contextmanager
def over(site: Site, name: str, run: str = "") -> Iterator[Night]:
    """Watch over the run ``name``; ``run`` is its id with the one who scheduled it. Raises :class:`Unavailable` where a run
    of that name is at work. How it ends is kept, and a run that was killed is told to the next of its name."""
    folder = site.home / "nights"
    folder.mkdir(exist_ok=True)
    note = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"a run {name!r} is at work in {site.home} already") from error
        before = _read(note)
        killed = str(before.get("at", "")) if before.get("state") == "running" else ""
        if killed:
            _remember(site, before | {"state": "killed"})
        night = Night(name, killed)
        row = {
            "name": name,
            "run": run,
            "pid": os.getpid(),
            "began": site.stamp(),
            "state": "running",
            "told": night.told,
        }
        ended = threading.Event()

        def tell() -> None:
            _write(note, row | {"at": site.stamp(), "told": dict(night.told)})

        def beat() -> None:
            while not ended.wait(BEAT):
                tell()

        tell()
        heart = threading.Thread(target=beat, daemon=True, name=f"beat-{name}")
        heart.start()
        try:
            yield night
            row["state"] = "done"
        except BaseException as error:
            row |= {"state": "failed", "error": type(error).__name__}
            raise
        finally:
            ended.set()
            heart.join()
            row |= {"at": site.stamp(), "told": dict(night.told)}
            _write(note, row)
            _remember(site, row)


def last(home: Path) -> list[dict[str, Any]]:
    """The last run of each name, running ones with ``alive``: whether their process still holds its lock."""
    rows = []
    for note in sorted((home / "nights").glob("*.json")):
        row = _read(note)
        if "state" in row:
            rows.append(row | {"alive": row["state"] == "running" and _held(note.with_suffix(".lock"))})
    return rows


def dead(home: Path) -> list[str]:
    """Ids (with the one who scheduled them) of runs whose process is gone and that never told how they ended."""
    history = home / "nights" / "history.jsonl"
    rows = [row for row in last(home) if row["state"] == "running" and not row["alive"]]
    with contextlib.suppress(OSError, ValueError):
        lines = history.read_text(encoding="utf-8").splitlines()[-50:]
        rows += [row for row in map(json.loads, lines) if row["state"] == "killed"]
    return [run for row in rows if (run := str(row.get("run", "")))]


def backlog(site: Site) -> list[str]:
    """Ids of dossiers whose last arrival is not digitized, in the order received; read from the ledger alone."""
    done = {fact.subject: fact.serial for fact in site.ledger.facts("digitized")}
    came = {fact.subject: fact for fact in site.ledger.facts("received")}
    for fact in site.ledger.facts("erased"):
        came.pop(fact.subject, None)
    return [
        fact.subject
        for fact in sorted(came.values(), key=lambda fact: fact.serial)
        if not fact.body.get("duplicate_of") and done.get(fact.subject, -1) < fact.serial
    ]


def jobs(site: Site, told: int = 0) -> int:
    """How many pages are read side by side: as told, else by ``[service] jobs``, else one a core."""
    return told or site.settings.service.jobs or len(os.sched_getaffinity(0))


def main(site: Site, crew: Crew, night: Night) -> Balance:
    """Go on with every dossier that was left, release what is approved, and prove the page balance. Raises
    :class:`Damaged` where it is uneven."""
    night.told["backlog"] = len(backlog(site))
    failed: list[str] = []
    progress = recipe.Progress(say=failed.append, defect=lambda what, error: failed.append(what))
    for here in recipe.resume(site, crew, progress):
        night.worked.append(here.dossier.id)
    night.told["digitized"] = len(night.worked)
    night.told["failed"] = len(failed)
    standings = [recipe.standing(site, dossier) for dossier in recipe.dossiers(site, erased=True)]
    night.balance, night.problems = recipe.balance(standings), _problems(standings)
    night.told["balance"] = asdict(night.balance)
    if not night.balance.even:
        raise Damaged(f"the page balance is uneven: {asdict(night.balance)}")
    return night.balance


def stamp(site: Site, night: Night) -> int:
    """One timestamp over all that was sealed and has none; gives how many documents it is over."""
    night.told["stamped"] = sum(made.documents for made in stamping.night(site))
    return int(night.told["stamped"])


def renew(site: Site, night: Night) -> int:
    """Renew proofs of time that end soon; gives how many documents they are of."""
    night.told["renewed"] = sum(made.documents for made in renewing.renew(site))
    return int(night.told["renewed"])


def deliver(site: Site, night: Night) -> dict[str, int]:
    """Queue what released documents are to be told by, and send what is due; gives the counts."""
    queued = outbox.queue_all(site)
    done = delivering.deliver(site)
    night.told |= {"queued": queued, "sent": done.sent, "failed": done.failed, "held": done.held, "left": done.left}
    return dict(night.told)


def fixity(site: Site, night: Night) -> int:
    """Re-read the day's share of the store; gives how many objects. Raises :class:`Damaged` where one is damaged."""
    parts = max(1, site.settings.service.share)
    part = site.now().date().toordinal() % parts
    objects = 0

    def tick(done: int, total: int) -> None:
        nonlocal objects
        objects = done

    wrong = [finding for finding in care.audit(site, tick, (part, parts)) if finding.kind != "orphan"]
    night.told |= {"objects": objects, "part": part, "parts": parts, "wrong": len(wrong)}
    if wrong:
        raise Damaged(f"{len(wrong)} stored objects are damaged or missing: bring them back, then run hoso audit")
    return objects


def registers(site: Site, night: Night) -> tuple[str, ...]:
    """Take the home's registers into the warehouse where they changed; gives the names of their tables."""
    taken = enrolling.enrol(site)
    night.told["taken"] = list(taken)
    return taken


def report(site: Site, night: Night) -> list[str]:
    """The indicators of this month and the last as workbooks in ``HOME/reports/``; gives their names."""
    from hoso.exports.reports.workbook import workbook
    from hoso.recipe import reporting

    folder, today = site.home / "reports", site.now().date()
    folder.mkdir(exist_ok=True)
    names = []
    for day in (today.replace(day=1) - timedelta(days=1), today):
        name = f"kpi-{day:%Y-%m}.xlsx"
        made = reporting.report(site, "kpi", periods.period(f"{day:%Y-%m}"), "agency")
        fresh = folder / f".{name}.new"
        fresh.write_bytes(workbook(made))
        fresh.replace(folder / name)
        names.append(name)
    night.told["reports"] = names
    return names


def back_up(site: Site, night: Night) -> str:
    """Add a backup where ``[backup] target`` says; gives its name, "" where none is asked for."""
    told = site.settings.backup
    if not told.target:
        return ""
    target = site.home / Path(told.target).expanduser()
    made = backing.back_up(site, target, with_keys=told.keys, keep=max(0, told.keep))
    night.told |= {"backup": made.name, "objects": made.objects, "copied": made.copied}
    return made.name


def tidy(site: Site, night: Night, now: Callable[[], float] = time.time) -> int:
    """Remove what a home need not keep: logs older than ``[service] keep_days``, half-written files a day old, rows of
    the history beyond the last ones; gives how many files. Touches no document, no fact, no inbox."""
    old = now() - site.settings.service.keep_days * _DAY
    half = now() - _DAY
    removed = 0
    for folder, pattern, before in (
        ("logs", "*.log*", old),
        ("", "*.new", half),
        ("nights", "*.new", half),
        ("reports", ".*.new", half),
    ):
        for path in (site.home / folder).glob(pattern):
            with contextlib.suppress(OSError):
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()
                    removed += 1
    history = site.home / "nights" / "history.jsonl"
    if history.is_file():
        kept = history.read_text(encoding="utf-8").splitlines()[-_KEPT:]
        _write_text(history, "".join(line + "\n" for line in kept))
    night.told["removed"] = removed
    return removed


def page(site: Site, night: Night) -> str:
    """What a person reads of a night, in Markdown: the balance, problems by code, where to go on. No personal value."""
    lines = [f"# {night.name}, {site.stamp()[:16].replace('T', ' ')}", ""]
    if night.interrupted:
        lines += [
            f"Lần chạy trước bị ngắt (còn hoạt động đến {night.interrupted}); lần này đã làm tiếp phần dở dang.",
            "",
        ]
    if night.balance is not None:
        lines += ["| trang | |", "|---|---:|"]
        lines += [f"| {_PARTS.get(name, name)} | {count} |" for name, count in asdict(night.balance).items()]
        lines += ["", "Cân bằng: " + ("đủ" if night.balance.even else "**LỆCH** – hãy giữ nguyên và báo quản trị"), ""]
    if night.problems:
        lines += ["| vấn đề | số lượng |", "|---|---:|"]
        lines += [f"| `{code}` | {count} |" for code, count in night.problems.most_common(30)]
        lines.append("")
    figures = {name: told for name, told in night.told.items() if name != "balance"}
    lines += [f"- {name}: {told}" for name, told in figures.items()]
    if desk := _read(site.home / "up.json").get("desk"):
        lines += ["", f"[Bàn làm việc]({desk}) – hồ sơ chờ xử lý, ảnh từng trang"]
    return "\n".join([*lines, ""])


def dossier_page(site: Site, dossier: str) -> str:
    """What a person reads of one dossier after a night, in Markdown: papers, states, codes of problems, and the way to its
    pages on the desk, where who may sees them. No personal value, no picture: what is shown there lies outside the home's
    store, where no erasure reaches it."""
    here = recipe.standing(site, dossier)
    lines = [f"# {here.outcome.code if here.outcome and here.outcome.code else dossier}", ""]
    lines += [f"{here.pages_in} trang, nhận {here.dossier.received[:16].replace('T', ' ')}", ""]
    if here.outcome is not None and here.outcome.records:
        lines += ["| giấy tờ | trang | trạng thái | cần người | vấn đề |", "|---|---:|---|---:|---|"]
        for record in here.outcome.records:
            doubtful = sum(field.status in ("doubtful", "missing") for field in record.fields)
            codes = sorted({f"`{problem.code}`" for problem in record.problems if problem.severity != "note"})
            state = here.states[record.document.id]
            cells = (record.document.type, len(record.document.pages), state, doubtful, " ".join(codes) or "–")
            lines.append("| " + " | ".join(map(str, cells)) + " |")
        lines.append("")
    for lost in here.outcome.quarantined if here.outcome else ():
        lines.append(f"- không nhận được một tệp: `{lost.reason}`")
    if desk := _read(site.home / "up.json").get("desk"):
        lines += ["", f"[Xem từng trang trên bàn làm việc]({desk}/dossier/{dossier})"]
    return "\n".join([*lines, ""])


_PARTS = {
    "pages_in": "đã đến", "filed": "đã lưu kho", "blank": "trắng, phân cách", "duplicate": "trùng",
    "waiting": "chờ người xử lý", "quarantined": "không nhận được", "underway": "đang xử lý", "erased": "đã tiêu hủy",
}  # fmt: skip


def _problems(standings: list[Standing]) -> Counter[str]:
    found: Counter[str] = Counter()
    for outcome in (here.outcome for here in standings if here.outcome is not None):
        found.update(lost.reason for lost in outcome.quarantined)
        found.update(problem.code for record in outcome.records for problem in record.problems)
        found.update(page.reason.partition(":")[0] for page in outcome.pages if page.kind == "quarantined")
    return found


def _held(lock: Path) -> bool:
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _write(path: Path, row: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        _write_text(path, json.dumps(row, ensure_ascii=False, default=str))


def _write_text(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _remember(site: Site, row: dict[str, Any]) -> None:
    with contextlib.suppress(OSError), (site.home / "nights" / "history.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
