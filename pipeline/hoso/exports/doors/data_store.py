"""Papers that a procedure ended with, published to the electronic data store of the person, with their validity.

Owns which papers go there and what must be known of them. One message for a number and day of issue; it is put once, and
put anew when the paper is corrected. How the store is asked: ``exports/syncing/keeping``; what is not known of it:
docs/doors/data_store.md. Never publishes a paper that was handed in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hoso.exports.doors.api import Answer, Attempt, Case, Hands, Message
from hoso.exports.syncing import facts, validity
from hoso.nouns import Filing
from hoso.partners import DataStore
from hoso.settings import Settings

if TYPE_CHECKING:
    from hoso.forms import Form, Forms

__all__ = ["Door", "open"]

_PERSON = ("so_dinh_danh_ca_nhan", "so_dinh_danh", "so_cccd")
"""Fields with the number of the person a paper is about ("me_so_dinh_danh" is another's)."""
_NUMBER = ("so", "so_ky_hieu", "ma_so")
_ISSUED = ("ngay_cap", "ngay_ban_hanh", "ngay_dang_ky", "ngay_ket_luan")
_ISSUER = ("co_quan_ban_hanh", "co_quan", "noi_cap", "noi_dang_ky", "co_so_kham")
_MISSING = {"so_dinh_danh": "số định danh của người được cấp", "so": "số giấy", "ngay_cap": "ngày cấp"}


def open(settings: Settings, home: Path, hands: Hands) -> Door | None:
    """The store, None where ``[data_store]`` names no address. Raises Misconfigured for a setting that cannot be."""
    own = settings.data_store
    return Door(own, home, hands, settings.office.name) if own.url else None


class Door:
    """The store as ``settings`` describe it."""

    name = "data_store"

    def __init__(self, settings: DataStore, home: Path, hands: Hands, office: str) -> None:
        from hoso.exports.syncing.keeping import Keeping

        self.rate, self._own, self._hands, self._office = settings.rate, settings, hands, office
        self._store = Keeping(settings, home)
        self._forms: Forms | None = None

    def wanted(self, case: Case) -> Iterator[Message]:
        """The results among the papers of a dossier, and papers of the types that the settings name."""
        results = facts.results(case)
        for filing in case.filings:
            record = filing.record
            if record.document.id in case.reused:
                continue  # the store had it before we did
            if record.document.id in results or record.document.type in self._own.types:
                yield self._message(case, filing, results.get(record.document.id, {}))

    def send(self, message: Message, attempt: Attempt) -> Answer:
        """Put it; after a silence it is looked up first, by its number and the digest of its file."""
        told: dict[str, str] = json.loads(message.payload)
        if attempt.unsure:
            for item in self._store.find(told["so_dinh_danh"], told["loai"]):
                if item.digest == told["bam"] and item.number == told["so"]:
                    return Answer("" if told["so_dinh_danh"] in item.id else item.id, "found")
        if self._own.file == "link":
            told["tep"] = self._hands.link(told["bam"], attempt.at, self.name)
        else:
            told["tep"] = base64.b64encode(self._hands.stored(told["bam"])).decode()
        return self._store.put(told, attempt.key, existed=attempt.existed)

    def close(self) -> None:
        self._store.close()

    def _message(self, case: Case, filing: Filing, row: Mapping[str, str]) -> Message:
        record = filing.record
        form = self._form(record.document.type, record.document.form)

        def first(names: tuple[str, ...]) -> str:
            return next((value for name in names if (value := record.value(name))), "")

        told = {
            "so_dinh_danh": first(_PERSON) or facts.holder_number(case), "ho_ten": record.value("ho_ten") or "",
            "loai": record.document.type, "ten": row.get("ten") or form.title, "so": first(_NUMBER),
            "ngay_cap": first(_ISSUED), "co_quan": first(_ISSUER) or self._office,
            "hieu_luc_den": validity.until(record, form), "ma_ho_so": case.code, "ma_ket_qua": row.get("ma", ""),
            "bam": filing.sealed.after,
        }  # fmt: skip
        told = {name: value for name, value in told.items() if value}
        lacking = [text for name, text in _MISSING.items() if name not in told]
        faults = (f"thiếu: {', '.join(lacking)}",) if lacking else ()
        subject = f"{told['loai']} {told['so']} {told['ngay_cap']}" if not lacking else f"document {record.document.id}"
        payload = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
        document = record.document.id
        return Message(self.name, "paper", subject, subject, payload, case.dossier.id, document, case.code, faults)

    def _form(self, type_: str, name: str) -> Form:
        """The form a paper was read by, else the latest of its type."""
        from hoso import forms, resources

        if self._forms is None:
            self._forms = forms.load(resources.folder("schemas"))
        known = {form.name: form for form in self._forms.all}
        return known.get(name) or self._forms.latest(type_)
