"""Which dossier papers are of: every place that may tell its code, the most trusted one first, and what contradicts it.

Owns: the order of trust. The code printed on the receipt comes from the office's own register; a barcode or QR code on any
paper may be of an earlier dossier; a cover sheet or the name of a folder was put there by a person. Never: decides which
papers lie together (see ``sections``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from hoso.nouns import Place, Problem, Record, Seen
from hoso.stages.check import with_verdict
from hoso.stages.sections import Section
from hoso.values import numbers
from hoso.values import text as texts
from hoso.values.cover import code_told

__all__ = ["VERSION", "named"]

VERSION = "1"

_FIELD = "ma_ho_so"
_TELLERS = {
    "receipt": "giấy tiếp nhận",
    "paper": "giấy tờ khác",
    "barcode": "mã vạch",
    "qr": "mã QR",
    "cover": "tờ bìa hồ sơ",
    "folder": "tên thư mục hoặc tệp",
}
"""Who may tell a dossier's code, the most trusted first, and its name for the clerk."""


@dataclass(frozen=True, slots=True)
class _Told:
    teller: str
    code: str
    place: Place | None = None


def named(section: Section, records: Sequence[Record], source: str) -> tuple[str, tuple[Record, ...]]:
    """(the dossier code of a section, "" where nothing tells; its records, with ``dossier.value-differs`` on those that
    bear the code, else on the first, where somebody tells another one).

    ``source`` is the name of the folder or file received ("000.00.16.H23-230620-0001.pdf"); it tells a code only where it
    is one, and only of a source without cover sheets.
    """
    told = [*_printed(records), *_decoded(section.pages)]
    if section.code:
        told.append(_Told("cover", section.code, Place(section.cover, (0.0, 0.0, 1.0, 1.0))))
    elif not section.cover and (code := _of_name(source)):
        told.append(_Told("folder", code))
    if not told:
        return "", tuple(records)
    order = list(_TELLERS)
    best = min(told, key=lambda t: order.index(t.teller))
    others = [t for t in told if not _same(t.code, best.code)]
    if not others:
        return best.code, tuple(records)
    names = list(dict.fromkeys(_TELLERS[t.teller] for t in others))
    sides = f"{_TELLERS[best.teller]} và {', '.join(names)}"
    text = f"Mã hồ sơ: {sides} ghi khác nhau; hãy xem giấy tờ có thuộc hồ sơ này không."
    places = tuple(t.place for t in (best, *others) if t.place is not None)
    problem = Problem("dossier.value-differs", "warning", text, _FIELD, places)
    bearers = {i for i, r in enumerate(records) if r.value(_FIELD)} or {0}
    return best.code, tuple(_with(r, problem) if i in bearers else r for i, r in enumerate(records))


def _printed(records: Sequence[Record]) -> Iterator[_Told]:
    """Codes read as a field, the surest first; one that failed a check tells nothing."""
    found = [(r, f) for r in records for f in r.fields if f.name == _FIELD and f.value and not f.failed]
    for record, field in sorted(found, key=lambda rf: -rf[1].confidence):
        receipt = record.document.type == "giay_tiep_nhan"
        yield _Told("receipt" if receipt else "paper", field.value or "", field.place)


def _decoded(pages: Sequence[Seen]) -> Iterator[_Told]:
    """Codes in barcodes and QR codes of papers: none is guessed, and only whole ones count."""
    for seen in pages:
        if seen.page.kind != "paper":
            continue
        for mark in seen.reading.codes:
            if mark.kind in ("patch", "mrz") or code_told([mark]):
                continue
            parsed = numbers.dossier_code(mark.text)
            if parsed.value and not parsed.fault and parsed.quality >= 0.99:
                teller = "barcode" if mark.kind in ("code128", "code39") else "qr"
                yield _Told(teller, parsed.value, Place(seen.page.position, mark.box))


def _of_name(source: str) -> str:
    """The dossier code that a folder or file is named by, "" for another name: it may go on behind a blank or "_"."""
    name = texts.nfc(PurePath(source).name)
    stem = name[: -len(PurePath(name).suffix)] if re.fullmatch(r"\.[A-Za-z]{3,4}", PurePath(name).suffix) else name
    parsed = numbers.dossier_code(re.split(r"[ ()]|_(?=\D)", stem.strip())[0])
    begins = parsed.value and _plain(stem).startswith(_plain(parsed.value))
    return parsed.value or "" if begins and not parsed.fault and parsed.quality >= 0.99 else ""


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(code: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", code.upper())


def _with(record: Record, problem: Problem) -> Record:
    return with_verdict(replace(record, problems=(*record.problems, problem)))
