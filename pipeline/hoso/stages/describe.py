"""What an archive calls a dossier and its papers: the fields of Circular 05/2025/TT-BNV, said from the records.

Owns which printed field of which paper fills which legal name. What no paper says and no person gave stays empty: no
term of keeping, no mode of use and no number of sheets is guessed. Never: cuts a value to a length, writes XML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from hoso.exports.packages.profile import TYPE_CODES, Kind
from hoso.nouns import Dossier, Record, Sealed
from hoso.stages.arrived import KEPT

__all__ = ["VERSION", "described_document", "described_dossier", "file_name", "issued", "own_title"]

VERSION = "1"

BORN, SCANNED, MIXED = "01", "02", "03"

_ISSUED = ("ngay_ban_hanh", "ngay_ket_luan", "ngay_dang_ky", "ngay_cap", "ngay_nhan", "ngay_don", "ngay")
_ISSUER = ("co_quan_ban_hanh", "co_so_kham", "noi_dang_ky", "co_quan_dang_ky", "noi_cap", "co_quan")
_ABSTRACT = ("trich_yeu", "noi_dung")
_HOLDER = ("ho_ten", "ten", "chu_ho")
_NUMBER = ("so_ky_hieu", "so", "so_gplx")
_SIGNER = ("nguoi_ky", "bac_si")


def own_title(record: Record, title: str) -> str:
    """What a paper is about in one line: its abstract, or its kind and whose it is ("Giấy khai sinh: NGUYỄN VĂN AN")."""
    kind = record.value("ten_loai") or title
    about = _first(record, _ABSTRACT)
    if about:
        return about
    whose = _first(record, _HOLDER)
    return f"{kind}: {whose}" if whose else kind


def issued(record: Record) -> date | None:
    """The day a paper bears, None where none was read or it is no day."""
    for name in _ISSUED:
        value = record.value(name)
        if value and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                continue
    return None


def described_document(
    kind: Kind, record: Record, title: str, sealed: Sealed, of: Mapping[str, str], number: int, applied: bool
) -> dict[str, str]:
    """The values of one EAD_doc.xml. ``title`` is that of its form, ``of`` the dossier's values, ``number`` its place in it
    from 1; ``applied``: its form is an application, which the person who files it issues."""
    code, notation = _numbered(_first(record, _NUMBER))
    day = issued(record)
    issuer = _first(record, _HOLDER) if applied else _first(record, _ISSUER)
    born = sealed.profile == KEPT
    values = {
        "docCode": f"{of['fileCode' if kind == 'sip' else 'arcFileCode']}.{number:07d}",
        "typeName": TYPE_CODES.get(record.document.type, TYPE_CODES["khac"]),
        "codeNumber": code,
        "codeNotation": notation,
        "issuedDate": _day(day) if day else "",
        "organName": issuer,
        "subject": own_title(record, title),
        "language": of["language"],
        "numberOfPage": str(len(record.document.pages)),
        "mode": of["mode"],
        "confidenceLevel": BORN if born else SCANNED,
        "description": _note(record),
    }
    if kind == "sip":
        more = ("maintenance", "riskRecovery", "riskRecoveryStatus")
        return values | {"docId": record.document.id} | {name: of[name] for name in more}
    return values | {"arcFileCode": of["arcFileCode"], "docOrdinal": str(number)}


def described_dossier(
    kind: Kind, code: str, archive: str, dossier: Dossier, papers: Sequence[tuple[Record, str, Sealed]],
    chosen: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    """The values of EAD.xml. ``papers`` are (record, title of its form, seal); ``chosen`` what the office or a person gave,
    which wins over what the papers say."""
    days = sorted(day for record, _, _ in papers if (day := issued(record)))
    received = datetime.fromisoformat(dossier.received).date()
    first, last = (days[0], days[-1]) if days else (received, received)
    born = {sealed.profile == KEPT for _, _, sealed in papers}
    name = "fileCode" if kind == "sip" else "arcFileCode"
    return {
        name: code if kind == "sip" or not archive else f"{archive}.{code}",
        "title": _title(code, papers),
        "language": "01",
        "startDate": _day(first),
        "endDate": _day(last),
        "totalDoc": str(len(papers)),
        "numberOfPage": str(sum(len(record.document.pages) for record, _, _ in papers)),
        "confidenceLevel": MIXED if len(born) > 1 else BORN if born == {True} else SCANNED,
        "riskRecovery": "0",
        "riskRecoveryStatus": "",
        **{key: value for key, value in chosen.items() if value},
    }


def file_name(pattern: str, code: str, number: int) -> str:
    """The name of a document's file, without suffix: ``pattern`` with {code} and {number}, in letters every system
    takes."""
    from hoso.values.fold import fold

    name = pattern.format(code=code, number=number)
    kept = "".join(c if re.fullmatch(r"[A-Za-z0-9._-]", c) else fold(c) if c.isalpha() else "_" for c in name)
    return re.sub(r"[^A-Za-z0-9._-]", "_", kept).strip("._-")[:120] or f"{number}"


def _title(code: str, papers: Sequence[tuple[Record, str, Sealed]]) -> str:
    """What the receipt says the dossier is for and whose it is; else its first paper that says what it is about."""
    receipts = [record for record, _, _ in papers if record.document.type == "giay_tiep_nhan"]
    for record in receipts:
        if about := record.value("noi_dung"):
            whose = _first(record, _HOLDER)
            return f"{about} – {whose}" if whose else about
    for record, title, _ in papers:
        if _first(record, _ABSTRACT) or _first(record, _HOLDER):
            return own_title(record, title)
    return f"Hồ sơ {code}"


def _first(record: Record, names: Sequence[str]) -> str:
    return next((value for name in names if (value := record.value(name))), "")


def _numbered(symbol: str) -> tuple[str, str]:
    """("123", "QĐ-UBND") of "123/QĐ-UBND"; a number without a symbol is a number where it is short enough for one."""
    number, slash, notation = symbol.partition("/")
    if slash and len(number) <= 11:
        return number.strip(), notation.strip()
    return (symbol, "") if len(symbol) <= 11 else ("", symbol)


def _note(record: Record) -> str:
    """Who signed: the circular's ``autograph`` is a note written by hand, and its ``process`` a file, so neither is
    the signer."""
    signer, title = _first(record, _SIGNER), record.value("chuc_vu") or ""
    return "; ".join(p for p in (f"Người ký: {signer}" if signer else "", f"Chức vụ: {title}" if title else "") if p)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
