"""Made-up people and the case that brings one of them to a counter.

Owns: names by combination, personal numbers that agree with province, sex and birth year, phones, and the numbers of
dossiers and health certificates. Never: a list of real persons; who resembles one does so by chance.

Rules (and where they stand): personal number = 3 digits province + 1 century and sex + 2 birth year + 6 (Decree
137/2015, art. 13); dossier code = agency, receiving date, serial; health certificate = 5 digits / GKSKLX / facility /
year of the conclusion; licence classes as of the Road Traffic Order and Safety Law, in force 2025-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.papers.world import MERGER, Office, Place, Province, hospital, one_stop, place, province

__all__ = ["LAST", "Case", "Person", "case", "certificate_number", "day", "full_name", "person", "written_number"]

#: no paper is younger than this day: the generator has no clock
LAST = date(2026, 10, 30)

_FAMILY = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng",
    "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đoàn", "Trịnh", "Đinh", "Mai", "Lương", "Tạ", "Quách", "Nghiêm", "Khổng",
)  # fmt: skip
_MIDDLE = (
    ("Văn", "Văn", "Đức", "Hữu", "Quang", "Minh", "Xuân", "Công", "Đình", "Ngọc", "Thế", "Trọng", "Tiến", "Bá", ""),
    ("Thị", "Thị", "Thị", "Thị Thu", "Thị Ngọc", "Ngọc", "Thanh", "Thị Kim", "Diệu", "Thúy", "Phương", "Thị Hồng"),
)  # fmt: skip
_GIVEN = (
    ("An", "Bình", "Cường", "Dũng", "Đạt", "Đông", "Giang", "Hải", "Hậu", "Hiếu", "Hùng", "Huy", "Khánh", "Kiên",
     "Lâm", "Long", "Luyện", "Mạnh", "Nghĩa", "Phong", "Quân", "Quyết", "Sơn", "Tài", "Thắng", "Thịnh", "Toàn",
     "Trường", "Tuấn", "Tùng", "Tuyển", "Việt", "Vượng", "Xuyên", "Ý"),
    ("Anh", "Ánh", "Bích", "Châu", "Diệp", "Dung", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Huệ", "Hương",
     "Hường", "Lan", "Liên", "Linh", "Loan", "Mai", "Mỹ", "Nga", "Ngân", "Nguyệt", "Nhung", "Oanh", "Phượng", "Quỳnh",
     "Thảo", "Thoa", "Thủy", "Trang", "Tuyết", "Vân", "Yến"),
)  # fmt: skip
_NEW_CLASSES = ("A1", "A", "B", "B", "C1", "C", "D1", "D2", "D", "BE", "C1E", "CE", "DE")
_OLD_CLASSES = ("A1", "A2", "B1", "B2", "B2", "C", "C", "D", "E", "FC")


def full_name(rng: Random, female: bool) -> str:
    """Family, middle and given name; some have no middle name."""
    parts = (rng.choice(_FAMILY), rng.choice(_MIDDLE[female]), rng.choice(_GIVEN[female]))
    return " ".join(p for p in parts if p)


def day(rng: Random, first: date, last: date) -> date:
    """A day between two, both included."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. ``issued`` is the day of the identity card, ``issuer`` who issued it."""

    name: str
    female: bool
    born: date
    number: str
    issued: date
    issuer: str
    lives: Place
    phone: str


def person(rng: Random, on: date, home: Province | None = None) -> Person:
    """A grown-up on that day, with an identity card that stood then."""
    home = home or province(rng)
    female = rng.random() < 0.42
    born = day(rng, date(on.year - 62, 1, 1), date(on.year - 19, 1, 1))
    birthplace = home if rng.random() < 0.8 else province(rng)
    century = (born.year // 100 - 19) * 2 + female
    number = f"{birthplace.number}{century}{born.year % 100:02d}{rng.randint(1, 29999):06d}"
    issued = day(rng, date(2016, 3, 1), on - timedelta(days=40)) if on > date(2016, 5, 1) else on - timedelta(days=40)
    if issued >= date(2024, 7, 1):
        issuer = "Bộ Công an"
    else:
        issuer = rng.choice(
            ("Cục Cảnh sát QLHC về TTXH", "Cục CS QLHC về TTXH", "Cục Cảnh sát quản lý hành chính về trật tự xã hội")
        )
    phone = rng.choice(("09", "03", "07", "08")) + "".join(str(rng.randint(0, 9)) for _ in range(8))
    return Person(full_name(rng, female), female, born, number, issued, issuer, place(rng, home, on), phone)


def certificate_number(rng: Random, facility: str, on: date) -> str:
    """``00001/GKSKLX/34001/20``: serial, kind, facility, year of the conclusion."""
    return f"{rng.randint(1, 9999):05d}/GKSKLX/{facility}/{on.year % 100:02d}"


def written_number(number: int) -> str:
    """Numbers below ten get a leading nought (Decree 30/2020, Appendix I)."""
    return f"{number:02d}"


@dataclass(frozen=True, slots=True)
class Case:
    """One person, one counter, one day: what the papers of a dossier have in common."""

    person: Person
    counter: Office
    clinic: Office
    received: date
    code: str
    examined: date
    vehicle_class: str


def case(rng: Random, received: date | None = None, home: Province | None = None) -> Case:
    """A person who files a dossier on a working day."""
    received = received or day(rng, date(2018, 3, 1), LAST)
    while received.weekday() > 4:
        received -= timedelta(days=1)
    home = home or province(rng, received)
    counter = one_stop(rng, received, home)
    if received < MERGER:
        code = f"{counter.code}-{received:%y%m%d}-{rng.randint(1, 380):04d}"
    else:
        code = f"{counter.code}-{received:%Y%m%d}-{rng.randint(1, 99999):07d}"
    examined = received - timedelta(days=rng.randint(1, 60))
    someone = person(rng, examined, home)
    classes = _NEW_CLASSES if examined >= date(2025, 1, 1) else _OLD_CLASSES
    return Case(someone, counter, hospital(rng, examined, home), received, code, examined, rng.choice(classes))
