"""What a clerk reads in an inbox, in Vietnamese: why a file was refused, what waits for a person, what came before.

Owns the texts and where they stand; each ends with what to do. A text about a dossier ends with its id, by which it is
brought up to date or taken away. Decides nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from hoso.errors import HosoError
from hoso.nouns import Outcome, Quarantined, Standing
from hoso.recipe.inbox import WAITING
from hoso.recipe.intake import Arrival
from hoso.recipe.standing import standing
from hoso.site import Site
from hoso.values import names

__all__ = ["refresh", "refusal", "repeat", "show", "waiting_text", "write"]

_ID = "Mã trong hệ thống: "
_MOST = 30


def write(folder: Path, name: str, text: str) -> Path:
    """Write ``text`` as ``NAME.txt`` in ``folder``, whole or not at all; the name is shortened where it is too long."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / names.fitting(name, ".txt")
    fresh = folder / f".{abs(hash(name)):x}.new"
    fresh.write_text(text, encoding="utf-8", errors="replace")
    fresh.replace(place)
    return place


def refusal(lost: Iterable[Quarantined], *, alone: bool) -> str:
    """Why files were refused, and what to do."""
    lines = ["Không nhận được:"]
    lines += [f"- {names.shown(q.scan.name)}: {q.text}" for q in lost]
    if alone:
        lines.append("Việc cần làm: khắc phục theo lý do trên rồi đưa tệp vào lại thư mục quét.")
    else:
        lines.append(
            "Việc cần làm: khắc phục tệp này, rồi đưa lại cả thư mục hồ sơ (lấy trong da-nhan, thêm tệp đã sửa) "
            "vào thư mục quét; các trang đã nhận sẽ không bị nhận hai lần."
        )
    return "\n".join([*lines, ""])


def repeat(site: Site, arrival: Arrival) -> str:
    """Of what dossier an arrival is a repeat."""
    first = arrival.duplicate_of or arrival.dossier.id
    name, when = "", ""
    with contextlib.suppress(HosoError, IndexError):
        dossier = standing(site, first).dossier
        name, when = names.shown(dossier.source), dossier.received[:16].replace("T", " ")
    lines = [
        f"Trùng với hồ sơ {name} đã nhận lúc {when}; không xử lý lần thứ hai.",
        "Việc cần làm: không cần làm gì; nếu đây là hồ sơ khác, hãy kiểm tra xem có quét nhầm không.",
    ]
    return "\n".join([*lines, _ID + first, ""])


def show(folder: Path, here: Standing) -> Path | None:
    """Bring the text of a dossier in ``cho-xu-ly/`` up to date: written where something waits, removed where nothing does.
    A text of another dossier of the same name stays; gives where the text stands."""
    place, text = _place(folder / WAITING, here), waiting_text(here)
    if text:
        return write(place.parent, place.name.removesuffix(".txt"), text)
    if _id_in(place) == here.dossier.id:
        place.unlink(missing_ok=True)
    return None


def refresh(site: Site, folder: Path) -> None:
    """Bring every text in ``cho-xu-ly/`` up to date; what a person removed is not written again."""
    for place in sorted((folder / WAITING).glob("*.txt")):
        if dossier := _id_in(place):
            with contextlib.suppress(HosoError, IndexError):
                show(folder, standing(site, dossier))


def waiting_text(here: Standing) -> str:
    """What of a dossier waits for a person; "" where nothing does."""
    outcome = here.outcome
    if outcome is None or here.duplicate_of:
        return ""
    lines = [*_papers(here, outcome), *_pages(outcome)]
    if not lines:
        return ""
    head = f"Hồ sơ {names.shown(here.dossier.source)}" + (f" ({outcome.code})" if outcome.code else "")
    do = "Việc cần làm: mở bàn làm việc (hoso desk), hoặc xem: hoso approve --list"
    return "\n".join([f"{head}: chờ người xử lý", *lines, do, _ID + here.dossier.id, ""])


def _papers(here: Standing, outcome: Outcome) -> Iterable[str]:
    for record in outcome.records:
        state = here.states.get(record.document.id, "")
        if state == "ready":
            yield f"- {record.document.type}: mọi trường đều rõ, chờ phê duyệt"
        elif state == "waiting":
            doubtful = [f.name for f in record.fields if f.status == "doubtful"]
            missing = [f.name for f in record.fields if f.status == "missing"]
            yield f"- {record.document.type}: cần kiểm tra"
            if doubtful:
                yield f"    chưa chắc chắn: {', '.join(doubtful)}"
            if missing:
                yield f"    không đọc được: {', '.join(missing)}"
            yield from (f"    {problem.text}" for problem in record.problems[:_MOST] if problem.severity != "note")


def _pages(outcome: Outcome) -> Iterable[str]:
    for page in outcome.pages:
        if page.kind == "quarantined":
            yield f"- Trang {page.position}: {page.reason.partition(': ')[2] or page.reason}; hãy quét lại trang này"


def _place(folder: Path, here: Standing) -> Path:
    name = names.shown(here.dossier.source).replace("/", "_")
    place = folder / names.fitting(name, ".txt")
    if place.exists() and _id_in(place) != here.dossier.id:
        return folder / names.fitting(name, f" {here.dossier.id[:8]}.txt")
    return place


def _id_in(place: Path) -> str:
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.removeprefix(_ID).strip() for line in reversed(lines) if line.startswith(_ID)), "")
