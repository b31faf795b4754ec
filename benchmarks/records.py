"""Generated filings for the benchmark of the warehouse: seeded, made up, quick to make. Nobody in them exists.

Papers of eight types, each with twenty fields (those of its form, then notes that no form knows), one page of text of some
hundred words, or two; persons who come again, agencies and months of uneven weight, words by Zipf's law.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from hoso.nouns import (
    Batch,
    Box,
    Decision,
    Document,
    Dossier,
    Field,
    Filing,
    Page,
    PageRef,
    Place,
    Record,
    Scan,
    Sealed,
)  # fmt: skip
from hoso.warehouses.ducklake import derive
from hoso.warehouses.ducklake.views import papers

__all__ = ["FIELDS", "batches", "one", "person", "symbol"]

FIELDS = 20
_TYPES = {
    "quyet_dinh": 0.25, "cong_van": 0.2, "giay_tiep_nhan": 0.15, "giay_kham_suc_khoe_lai_xe": 0.12, "don_doi_gplx": 0.1,
    "giay_khai_sinh": 0.08, "giay_xac_nhan_hon_nhan": 0.06, "gcn_ho_kinh_doanh": 0.04,
}  # fmt: skip
_FAMILY = "NGUYỄN TRẦN LÊ PHẠM HOÀNG HUỲNH PHAN VŨ VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ".split()  # noqa: SIM905
_MIDDLE = "VĂN THỊ HỮU ĐỨC NGỌC MINH THANH QUỐC XUÂN THU KIM HỒNG".split()  # noqa: SIM905
_GIVEN = [
    "AN",
    "ANH",
    "ÁNH",
    "BÌNH",
    "CHÂU",
    "CƯỜNG",
    "DŨNG",
    "DUNG",
    "ĐẠT",
    "ĐỨC",
    "GIANG",
    "HÀ",
    "HẢI",
    "HẠNH",
    "HIỀN",
    "HÒA",
    "HOA",
    "HÙNG",
    "HUỆ",
    "HƯƠNG",
    "KHÁNH",
    "LAN",
    "LINH",
    "LOAN",
    "LONG",
    "MAI",
    "NAM",
    "NGA",
    "NGHĨA",
    "NHUNG",
    "PHONG",
    "PHÚC",
    "PHƯƠNG",
    "QUANG",
    "QUÂN",
    "SƠN",
    "TÂM",
    "THẢO",
    "THẮNG",
    "THỦY",
    "TIẾN",
    "TOÀN",
    "TRANG",
    "TRUNG",
    "TUẤN",
    "TÙNG",
    "VÂN",
    "VINH",
]
_ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()  # noqa: SIM905
_RHYMES = [
    "a",
    "ạ",
    "á",
    "ai",
    "ại",
    "an",
    "án",
    "ang",
    "áng",
    "anh",
    "ảnh",
    "ao",
    "ấp",
    "ắt",
    "ây",
    "âu",
    "ân",
    "ê",
    "ệ",
    "en",
    "ên",
    "ếch",
    "i",
    "ì",
    "ính",
    "iệc",
    "iến",
    "o",
    "ộ",
    "ôi",
    "ơ",
    "ọc",
    "ông",
    "ồng",
    "u",
    "ủa",
    "ui",
    "ứng",
    "ương",
    "ước",
    "uyết",
]
_NUMBERED = ("QĐ-UBND", "QĐ-SGTVT", "CV-VP", "UBND-VX", "TB-UBND", "GKSKLX", "UBND-TH")
_DAYS = [(date(2023, 1, 1) + timedelta(days=n)).isoformat() for n in range(1200)]
_AT = "2026-11-23T01:{:02d}:00+07:00"


def person(number: int) -> tuple[str, str]:
    """(personal number, name) of the made-up person of that number; no province has the code 999."""
    chance = number * 2654435761 % 2**32
    name = f"{_FAMILY[chance % 16]} {_MIDDLE[chance // 16 % 12]} {_GIVEN[chance // 192 % len(_GIVEN)]}"
    return f"999{number:09d}", name


def symbol(number: int) -> str:
    """The number and symbol of paper ``number``; those of a year begin anew."""
    return f"{number % 9000 + 1}/{_NUMBERED[number * 7 % len(_NUMBERED)]}"


@cache
def _words() -> Any:
    return np.array([onset + rhyme for onset in _ONSETS for rhyme in _RHYMES])


@cache
def _names(type_: str) -> tuple[str, ...]:
    paper = next(paper for paper in papers() if paper.type == type_)
    plain = [column.name for column in paper.columns if column.kind != "table"]
    return tuple([*plain, *(f"ghi_chu_{n}" for n in range(FIELDS))][:FIELDS])


def batches(documents: int, size: int, seed: int = 7, since: int = 0) -> Iterator[Batch]:
    """``documents`` filings, the first of them number ``since``, ``size`` a batch."""
    for start in range(since, since + documents, size):
        yield _batch(range(start, min(start + size, since + documents)), seed)


def one(number: int, seed: int = 7) -> Batch:
    """The batch of one document."""
    return _batch(range(number, number + 1), seed)


def _batch(numbers: range, seed: int) -> Batch:
    chance = np.random.default_rng((seed, numbers.start))
    many = len(numbers)
    vocabulary = _words()
    chances = 1 / np.arange(1, len(vocabulary) + 1) ** 1.05
    text = vocabulary[chance.choice(len(vocabulary), (many, 120), p=chances / chances.sum())].tolist()
    types = chance.choice(list(_TYPES), many, p=list(_TYPES.values())).tolist()
    agencies = (chance.zipf(1.4, many) % 40 + 1).tolist()
    # Of the persons of an office few come again and again.
    persons = (chance.random(many) ** 2 * max(1000, numbers.stop * 2)).astype(int).tolist()
    days = (np.sqrt(chance.random(many)) * len(_DAYS)).astype(int).tolist()
    boxes = (chance.random((many, 64, 2)) * 0.7).round(4).tolist()
    trust = chance.beta(20, 1, (many, FIELDS)).round(4).tolist()
    long = (chance.random(many) < 0.2).tolist()
    filings = tuple(
        _filing(n, types[i], agencies[i], persons[i], _DAYS[days[i]], text[i], boxes[i], trust[i], long[i])
        for i, n in enumerate(numbers)
    )
    return Batch(f"generated-{seed}-{numbers.start}-{many}", _AT.format(numbers.start // 5000 % 60), filings)


def _filing(
    number: int, type_: str, agency: int, person_: int, day: str, words: list[str],
    boxes: list[list[float]], trust: list[float], long: bool,
) -> Filing:  # fmt: skip
    identity, name = person(person_)
    kinds = derive.kinds()
    code = f"000.00.{agency:02d}.H23-{day[2:].replace('-', '')}-{number // 3 % 10000:04d}"
    fields = []
    for at, field in enumerate(_names(type_)):
        left, top = boxes[at]
        kind = kinds.get((type_, field), "text")
        if field == "ma_ho_so":
            value = code
        elif kind == "date":
            value = day
        elif kind == "identity":
            value = identity
        elif kind == "symbol":
            value = symbol(number)
        elif kind == "person":
            value = name if at < 10 else person(person_ + at)[1]
        else:
            value = " ".join(words[at * 5 : at * 5 + 5])
        box: Box = (left, top, round(left + 0.2, 4), round(top + 0.02, 4))
        status: Any = "clear" if trust[at] > 0.8 else "doubtful"
        fields.append(Field(field, value, value, trust[at], Place(1, box), rule=f"anchor:{field}", status=status))
    scan = Scan(f"HS{number:08d}", f"HS{number:08d}/001.tif", f"{number:064x}", "image/tiff", 123456, 1)
    dossier = Dossier(f"{number:024x}", scan.name[:10], (scan,), f"{day}T08:00:00+07:00")
    refs = tuple(PageRef(scan.digest, index) for index in range(1, 2 + long))
    document = Document(
        f"{number * 0x9E3779B97F4A7C15 % 2**96:024x}", dossier.id, type_, f"{type_}@2020-03-05", 0.98, refs, "anchors"
    )
    pages = tuple(
        Page(ref, "paper", 1654, 2339, 200.0, 0, 0.1, 0.9, position=position) for position, ref in enumerate(refs, 1)
    )
    printed = "\n".join(f"{field.name.replace('_', ' ')}: {field.value}" for field in fields[:10])
    texts = (f"{printed}\n{' '.join(words[100:])}", " ".join(words))[: len(refs)]
    record = f"{number:064x}"
    sealed = Sealed(document.id, record, record, record[::-1], "Ký thử", "text", f"{day}T09:00:00+07:00")
    told = (Decision(document.id, record, "Cán bộ thử nghiệm", f"{day}T08:30:00+07:00", "approved"),)
    return Filing(dossier, code, Record(document, tuple(fields), (), "clear"), pages, texts, sealed, told, "made up")
