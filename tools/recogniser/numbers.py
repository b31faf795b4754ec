"""Numbers as offices write them: days, codes of papers, amounts, phones, personal numbers, addresses of the net, MRZ."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

__all__ = ["Numbers"]

_DIGITS, _SMALL, _LARGE = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KINDS = ("QĐ", "KH", "TB", "BC", "NQ", "TTr", "GM", "CTr")
_OFFICES = ("UBND", "SYT", "STC", "HĐND", "VPCP", "BYT", "SNV")
_LAWS = ("NĐ-CP", "TT-BTC", "QH14", "QĐ-TTg", "TT-BYT")
_UNITS = (
    "đồng", "VNĐ", "m²", "ha", "km", "kg", "tấn", "năm", "tháng", "ngày", "người", "%", "triệu", "tỷ", "giờ", "phút",
    "mg/ml", "cm", "mm", "lít", "bộ", "bản", "tờ", "trang",
)  # fmt: skip
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


class Numbers:
    """Draws numbers and codes; ``word`` gives a word to stand between them."""

    def __init__(self, rng: Random, word: Callable[[], str]) -> None:
        self._rng, self._word = rng, word

    def several(self) -> str:
        """One to five of any kind."""
        rng, parts = self._rng, []
        for _ in range(rng.randint(1, 5)):
            parts.append(rng.choice((self.day, self.code, self.amount, self.phone, self.person, self.mail))())
            if rng.random() < 0.3:
                parts.append(self._word())
        return " ".join(parts)

    def day(self) -> str:
        """A day or an hour."""
        rng = self._rng
        d, m, y = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1930, 2035)
        written = [
            f"ngày {d:02d} tháng {m:02d} năm {y}",
            f"{d:02d}/{m:02d}/{y}",
            f"{d}/{m}/{y}",
            f"{d:02d}-{m:02d}-{y}",
        ]
        written += [f"{d:02d}.{m:02d}.{y}", f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"]
        return rng.choice([*written, f"{rng.randint(6, 18)} giờ {rng.randint(0, 59):02d} phút"])

    def code(self) -> str:
        """The number of a paper, a dossier, a certificate, a paragraph."""
        rng = self._rng
        n, year = rng.randint(1, 9999), rng.randint(2005, 2026)
        dossier = (
            f"{rng.randint(0, 999):03d}.{rng.randint(0, 99):02d}.{rng.randint(0, 99):02d}.H{rng.randint(1, 63):02d}"
        )
        return rng.choice(
            (
                f"{n:02d}/{rng.choice(_KINDS)}-{rng.choice(_OFFICES)}",
                f"{n}/{year}/{rng.choice(_LAWS)}",
                f"{dossier}-{rng.randint(200101, 261231)}-{n:04d}",
                f"{rng.randint(1, 99999):05d}/GKSKLX/{rng.randint(1, 99999):05d}/{rng.randint(2015, 2026)}",
                f"{rng.choice('ABCDEFGHKLM')}{rng.choice('ABCDEFGHKLM')} {rng.randint(100000, 999999)}",
                f"{rng.choice(_ROMAN)}.",
                f"{rng.randint(1, 20)}.",
                f"{rng.choice('abcdđe')})",
            )
        )

    def amount(self) -> str:
        """A count or a sum of money, with or without a unit."""
        rng = self._rng
        value = rng.choice((rng.randint(1, 999), rng.randint(1000, 999_999), rng.randint(1_000_000, 99_000_000_000)))
        text = f"{value:,}".replace(",", rng.choice((".", ".", ",", "")))
        return f"{text}{rng.choice(('', ' ', ' '))}{rng.choice(_UNITS) if rng.random() < 0.6 else ''}"

    def phone(self) -> str:
        """A telephone number in one of its groupings."""
        n = "0" + "".join(self._rng.choice(_DIGITS) for _ in range(9))
        grouped = (n, f"{n[:4]}.{n[4:7]}.{n[7:]}", f"{n[:4]} {n[4:7]} {n[7:]}", f"({n[:4]}) {n[4:]}")
        return self._rng.choice(grouped)

    def person(self) -> str:
        """Digits as many as personal, tax and insurance numbers have."""
        return "".join(self._rng.choice(_DIGITS) for _ in range(self._rng.choice((9, 10, 12, 12, 12, 13, 15))))

    def mail(self) -> str:
        """An address of the net."""
        rng = self._rng
        name = "".join(rng.choice(_SMALL) for _ in range(rng.randint(4, 10)))
        host = rng.choice(("gmail.com", "syt.gov.vn", "tinh.gov.vn"))
        return rng.choice((f"{name}@{host}", f"https://{name}.gov.vn", f"www.{name}.vn"))

    def mrz(self) -> str:
        """A machine-readable line of a card or passport (ICAO Doc 9303), its check digits not computed."""
        rng = self._rng
        n = "".join(rng.choice(_DIGITS) for _ in range(30))
        names = ["".join(rng.choice(_LARGE) for _ in range(rng.randint(2, 7))) for _ in range(3)]
        name = f"{names[0]}<<{names[1]}<{names[2]}"
        return rng.choice(
            (
                f"IDVNM{n[:10]}{n[10:22]}<<{n[23]}".ljust(30, "<"),
                f"{n[:7]}{rng.choice('MF')}{n[7:14]}VNM<<<<<<<<<<<{n[15]}",
                name.ljust(30, "<")[:30],
                f"P<VNM{name}".ljust(44, "<")[:44],
            )
        )
