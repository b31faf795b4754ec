"""What a home did, counted for those who watch it: Prometheus names, in the order they are shown.

Owns: the counts so far (``HOME/metrics.json``: the last serial followed and the sums up to it; without that file they are
counted anew from the ledger). Each call follows only what was told since. Codes and counts alone, no personal value.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from hoso import keys, lasting
from hoso.exports.prometheus import Family, Sample
from hoso.nouns import Fact, Outcome
from hoso.recipe import health, nights, outbox
from hoso.site import Site

__all__ = ["families"]

STATE = "metrics.json"
FORMAT = 1
STEPS = (10.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 86_400.0, 3 * 86_400.0)
"""Upper ends, in seconds, of the classes of waiting."""

_FACTS = {
    "received": ("hoso_dossiers_received_total", "Dossiers that came in, late files and repeats included"),
    "digitized": ("hoso_dossiers_digitized_total", "Dossiers read through, once for each time"),
    "changed": ("hoso_corrections_total", "What people said of papers"),
    "sealed": ("hoso_documents_sealed_total", "Archive copies sealed"),
    "stamped": ("hoso_documents_stamped_total", "Archive copies that got or renewed a proof of time"),
    "loaded": ("hoso_documents_loaded_total", "Documents loaded into the warehouse"),
}
_COUNTED = {
    "pages": ("hoso_pages_total", "Pages read, by what they are", ("kind",)),
    "documents": ("hoso_documents_total", "Documents read, by type and verdict", ("type", "verdict")),
    "problems": ("hoso_problems_total", "Problems found, by code", ("code", "severity")),
    "refused": ("hoso_files_refused_total", "Files that could not be read, by reason", ("reason",)),
}


def families(site: Site) -> Iterator[Family]:
    """Everything that is counted or measured now. Raises what the ledger and the store raise."""
    told = _follow(site)
    for kind, (name, text) in _FACTS.items():
        yield Family(name, "counter", text, (), [Sample((), told["facts"].get(kind, 0))])
    for kind, (name, text, labels) in _COUNTED.items():
        rows = [Sample(tuple(json.loads(key)), count) for key, count in sorted(told["counts"].get(kind, {}).items())]
        yield Family(name, "counter", text, labels, rows)
    waits, text = told["waits"], "Seconds from a dossier's arrival until it was read"
    sums = [sum(waits["classes"][: n + 1]) for n in range(len(STEPS) + 1)]
    yield Family("hoso_dossier_wait_seconds", "histogram", text, (), [], (*STEPS, float("inf")), sums, waits["sum"])
    yield Family(
        "hoso_backlog_dossiers", "gauge", "Dossiers that came and are not read", (), [Sample((), len(told["open"]))]
    )
    oldest = max((_seconds(at, site.now()) for at in told["open"].values()), default=0.0)
    yield Family("hoso_backlog_oldest_seconds", "gauge", "Age of the oldest of them", (), [Sample((), oldest)])
    states = Counter((one.target, one.state) for one in outbox.items(site))
    rows = [Sample(key, count) for key, count in sorted(states.items())]
    yield Family("hoso_outbox_messages", "gauge", "Messages to other systems not done with", ("door", "state"), rows)
    runs = nights.last(site.home)
    ended = [Sample((str(run["name"]),), datetime.fromisoformat(str(run["at"])).timestamp()) for run in runs]
    yield Family("hoso_run_last_timestamp_seconds", "gauge", "When a run was last alive", ("run",), ended)
    good = [Sample((str(run["name"]),), float(run["state"] == "done" or bool(run["alive"]))) for run in runs]
    yield Family("hoso_run_good", "gauge", "1 where the last run ended well or is at work", ("run",), good)
    free = shutil.disk_usage(site.home).free
    yield Family("hoso_disk_free_bytes", "gauge", "Free bytes on the disk of the home", (), [Sample((), free)])
    alarms = [Sample((one.code,), float(one.alarm)) for one in health.checks(site)]
    yield Family("hoso_alarm", "gauge", "1 where hoso health raises that alarm", ("check",), alarms)


def _follow(site: Site) -> dict[str, Any]:
    """The sums up to the last fact told."""
    told = _read(site)
    while some := site.ledger.facts_after(told["serial"], 1000):
        for fact in some:
            _count(site, told, fact)
        told["serial"] = some[-1].serial
    lasting.write(site.home / STATE, json.dumps(told).encode())
    return told


def _count(site: Site, told: dict[str, Any], fact: Fact) -> None:
    if fact.kind in _FACTS:
        told["facts"][fact.kind] = told["facts"].get(fact.kind, 0) + 1
    if fact.kind == "received" and not fact.body.get("duplicate_of"):
        told["open"].setdefault(fact.subject, fact.at)
    if fact.kind != "digitized":
        return
    came = told["open"].pop(fact.subject, None)
    if came is not None:
        waited = max(0.0, _seconds(came, datetime.fromisoformat(fact.at)))
        told["waits"]["classes"][bisect_left(STEPS, waited)] += 1
        told["waits"]["sum"] += waited
    outcome = keys.decode(site.store.get(fact.body["result"]), Outcome)
    for kind, labels in _of(outcome):
        key = json.dumps(labels)
        counts = told["counts"].setdefault(kind, {})
        counts[key] = counts.get(key, 0) + 1


def _of(outcome: Outcome) -> Iterable[tuple[str, tuple[str, ...]]]:
    """(what is counted, its labels) of one outcome."""
    return chain(
        (("pages", (page.kind,)) for page in outcome.pages),
        (("documents", (record.document.type, record.verdict)) for record in outcome.records),
        (("problems", (one.code, one.severity)) for record in outcome.records for one in record.problems),
        (("refused", (lost.reason,)) for lost in outcome.quarantined),
    )


def _read(site: Site) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        told: Any = json.loads((site.home / STATE).read_text(encoding="utf-8"))
        if isinstance(told, dict) and told.get("format") == FORMAT:
            return told
    waits = {"classes": [0] * (len(STEPS) + 1), "sum": 0.0}
    return {"format": FORMAT, "serial": 0, "facts": {}, "counts": {}, "waits": waits, "open": {}}


def _seconds(since: str, until: datetime) -> float:
    return (until - datetime.fromisoformat(since)) / timedelta(seconds=1)
