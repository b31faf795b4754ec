"""Files to the store: bytes kept and re-read, then the fact ``received``; the source file is never touched here.

Which dossier a source is: the same source name with the same files is the dossier known already (nothing to do); with
some of its files among them, that dossier with late files; with none, a new one that happens to have its name (two
citizens' folders may both be called "HS0001"). The same files under another source name are a duplicate of the first.
What was erased is forgotten: the same files are a new dossier, with an id of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from hoso import keys
from hoso.errors import Unavailable
from hoso.nouns import Dossier, Fact, Quarantined, Scan
from hoso.recipe import reading
from hoso.recipe.reading import Looked
from hoso.site import Site
from hoso.stages.receive import Found, Source
from hoso.work import Crew, Lost, Task, known, record

__all__ = ["Arrival", "arrival", "arrivals", "looked", "pages_of", "refused", "room", "survey"]

_WHY = {
    "link": ("file.link", "Đây là một liên kết, không phải tệp; hãy chép chính tệp vào thư mục."),
    "not-a-file": ("file.not-a-file", "Đây không phải là tệp; hãy bỏ nó khỏi thư mục."),
    "unreadable": ("file.unreadable", "Không mở được tệp (quyền truy cập hoặc ổ đĩa); hãy kiểm tra rồi đưa vào lại."),
    "truncated": (
        "file.truncated",
        "Tệp bị cắt cụt (không có phần kết thúc); hãy sao chép hoặc quét lại rồi đưa vào lại.",
    ),
    "too-large": ("file.too-large", "Tệp quá lớn; hãy tách thành nhiều tệp hoặc quét lại ở 300 dpi."),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A source received: its dossier; ``new`` is False where nothing came that was not known; ``duplicate_of`` names the
    dossier whose files these are. ``manifest`` is the digest of the stored dossier."""

    dossier: Dossier
    manifest: str
    new: bool
    duplicate_of: str = ""


def room(site: Site) -> None:
    """Raises Unavailable where less is free on the home's disk than settings.toml [service] ``min_free_mb`` asks for: what
    is under way needs room to be finished, and a full disk stops ledger and warehouse too."""
    floor, free = site.settings.service.min_free_mb, shutil.disk_usage(site.home).free // 2**20
    if free < floor:
        raise Unavailable(
            f"{site.home}: only {free} MB are free on its disk, and settings.toml [service] min_free_mb asks for {floor}: "
            "nothing is taken in until there is room; the scans stay where they lie"
        )


def arrivals(site: Site, sources: Iterable[Source], crew: Crew) -> list[Arrival]:
    """Receive sources: bytes first (kept, re-read), what each file is next, the fact ``received`` last. Raises Unavailable
    where the disk has no room for more (:func:`room`)."""
    room(site)
    kept = [(source, [_keep(site, source, found, i) for i, found in enumerate(source.files, 1)]) for source in sources]
    survey(site, (scan.digest for _, scans in kept for scan in scans if scan.digest), crew)
    return [_received(site, source, tuple(_typed(site, scan) for scan in scans)) for source, scans in kept]


def arrival(site: Site, dossier: str) -> Arrival:
    """The dossier of that id as it was received last."""
    return _known(site, _dossier(site, dossier))


def survey(site: Site, digests: Iterable[str], crew: Crew) -> None:
    """Look into every scan that has not been looked into, in the crew: a hostile file may end a worker, not the run."""
    open_ = [d for d in dict.fromkeys(digests) if site.ledger.step(reading.look_key(site, d)) is None]
    seconds = site.settings.reading.timeout
    tasks = [Task(i, "hoso.recipe.reading:look", (digest,), seconds, shut=True) for i, digest in enumerate(open_)]
    for task, answer, _ in crew.run(tasks):
        digest = open_[task.id]
        if isinstance(answer, Lost):
            text = f"Tệp làm hỏng trình đọc ({answer.text}); hãy quét lại hoặc xuất lại tệp."
            answer = keys.encode(Looked(None, "file.damaged", text))
        elif isinstance(answer, BaseException):
            raise answer
        record(site, reading.look_key(site, digest), "survey", digest, answer)


def looked(site: Site, scan: Scan) -> Looked:
    """What the survey said of a scan; scans that were never stored carry their refusal in the media type."""
    if not scan.digest:
        reason, text = _WHY[scan.media_type]
        return Looked(None, reason, text)
    answer = known(site, reading.look_key(site, scan.digest), Looked)
    return answer or Looked(None, "file.not-surveyed", "Tệp chưa được kiểm tra.")


def pages_of(site: Site, scan: Scan) -> int:
    """Pages that came in with a scan; a file that cannot be opened counts as one."""
    survey_ = looked(site, scan).survey
    return survey_.pages if survey_ else 1


def refused(site: Site, dossier: Dossier) -> tuple[Quarantined, ...]:
    """The scans of a dossier that cannot be taken, each with its reason."""
    found = ((scan, looked(site, scan)) for scan in dossier.scans)
    return tuple(Quarantined(scan, seen.reason, seen.text) for scan, seen in found if seen.survey is None)


def _keep(site: Site, source: Source, found: Found, position: int) -> Scan:
    why, size = found.refused, 0
    if not why:
        try:
            size = found.path.stat().st_size
            if size <= site.settings.reading.max_bytes:
                data = found.path.read_bytes()
                return Scan(source.name, found.name, site.store.put(data), "", len(data), position)
            why = "too-large"
        except OSError:
            why = "unreadable"
    return Scan(source.name, found.name, "", why, size, position)


def _typed(site: Site, scan: Scan) -> Scan:
    survey_ = looked(site, scan).survey
    media_type = survey_.media_type if survey_ else scan.media_type or "application/octet-stream"
    return Scan(scan.source, scan.name, scan.digest, media_type, scan.size, scan.position)


def _received(site: Site, source: Source, scans: tuple[Scan, ...]) -> Arrival:
    content = keys.key("content", sorted(_content(scans)))
    name = keys.key("source", source.name)
    for fact in site.ledger.facts("source", name):
        if _erased(site, fact.body["dossier"]):
            continue
        earlier = _dossier(site, fact.body["dossier"])
        if _content(earlier.scans) == _content(scans):
            return _known(site, earlier)
        if _content(earlier.scans) & _content(scans):
            return _late(site, earlier, scans)
    same = (fact.body["dossier"] for fact in site.ledger.facts("content", content))
    first = next((id_ for id_ in same if not _erased(site, id_)), "")
    id_ = keys.short(keys.key("dossier", source.name, content))
    while _erased(site, id_):
        id_ = keys.short(keys.key("dossier", source.name, content, id_))
    dossier = Dossier(id_, source.name, scans, site.stamp())
    return _tell(site, dossier, duplicate_of=first if first != id_ else "")


def _late(site: Site, earlier: Dossier, scans: tuple[Scan, ...]) -> Arrival:
    """Late files join the dossier; files it had and this arrival lacks stay (nothing received is ever forgotten)."""
    new = [s for s in scans if s.digest not in _content(earlier.scans)]
    if not new:
        return _known(site, earlier)
    start = max(s.position for s in earlier.scans)
    late = tuple(Scan(s.source, s.name, s.digest, s.media_type, s.size, start + i) for i, s in enumerate(new, 1))
    dossier = Dossier(earlier.id, earlier.source, earlier.scans + late, earlier.received)
    return _tell(site, dossier)


def _tell(site: Site, dossier: Dossier, duplicate_of: str = "") -> Arrival:
    """``received`` first, then the look-ups that find it: told again after a kill, all of them come out the same."""
    content = keys.key("content", sorted(_content(dossier.scans)))
    body = {"manifest": site.store.put(keys.encode(dossier))} | ({"duplicate_of": duplicate_of} if duplicate_of else {})
    received = Fact("received", dossier.id, site.stamp(), body)
    stands = site.ledger.tell(received, once=keys.key("received", dossier.id, content))
    name, at, who = keys.key("source", dossier.source), stands.at, {"dossier": dossier.id}
    site.ledger.tell(Fact("source", name, at, who), once=keys.key("source", name, dossier.id))
    if not duplicate_of:
        again = any(_erased(site, fact.body["dossier"]) for fact in site.ledger.facts("content", content))
        once = keys.key("content", content, *([dossier.id] if again else []))
        site.ledger.tell(Fact("content", content, at, who), once=once)
    manifest = stands.body["manifest"]
    return Arrival(keys.decode(site.store.get(manifest), Dossier), manifest, True, duplicate_of)


def _erased(site: Site, dossier: str) -> bool:
    return any(site.ledger.facts("erased", dossier))


def _content(scans: Iterable[Scan]) -> frozenset[str]:
    return frozenset(scan.digest or keys.key("no bytes", scan.name) for scan in scans)


def _known(site: Site, dossier: Dossier) -> Arrival:
    received = list(site.ledger.facts("received", dossier.id))[-1]
    return Arrival(dossier, received.body["manifest"], False, received.body.get("duplicate_of", ""))


def _dossier(site: Site, dossier: str) -> Dossier:
    received = list(site.ledger.facts("received", dossier))[-1]
    return keys.decode(site.store.get(received.body["manifest"]), Dossier)
