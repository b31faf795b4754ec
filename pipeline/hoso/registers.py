"""Registers that an office holds as CSV files under ``HOSO_HOME/registers/``, read into rows that can be asked by key.

Owns: which files and columns there are, how such files are written in practice (comma, semicolon or tab; UTF-8 with or
without a mark, UTF-16 from a spreadsheet; headings with or without diacritics; numbers that lost their leading nought),
and what is wrong with one that cannot be trusted. Never: compares a row with a paper (``stages/lookup``), writes a file.

A register that cannot be read is kept as :class:`Broken` beside the sound ones, so that a night goes on: papers that
needed it wait for a person, with the reason; ``hoso doctor`` says what to repair.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from hoso import keys
from hoso.errors import Misconfigured
from hoso.values import dates
from hoso.values.fold import fold
from hoso.values.text import nfc, squeeze

__all__ = ["COLUMNS", "NONE", "Asked", "Broken", "Register", "Registers", "Row", "load", "state"]

Row = Mapping[str, str]

COLUMNS = {
    "giay_kham_suc_khoe": ("so", "ho_ten", "ngay_sinh", "so_cccd", "hang", "ket_luan", "ngay_ket_luan", "co_so_kham"),
    "giay_phep_lai_xe": ("so", "ho_ten", "ngay_sinh", "so_cccd", "hang", "ngay_cap", "ngay_het_han"),
    "gplx_xu_ly": (
        "so",
        "so_cccd",
        "ho_ten",
        "ngay_sinh",
        "hang",
        "hinh_thuc",
        "so_quyet_dinh",
        "co_quan",
        "ngay_quyet_dinh",
        "tu_ngay",
        "den_ngay",
        "ngay_go",
    ),
    "dan_cu": ("so_cccd", "ho_ten", "ngay_sinh", "gioi_tinh", "dia_chi"),
    "co_quan": ("ma", "ten", "cap_tren", "tu_ngay", "den_ngay", "ke_tuc"),
    "don_vi_hanh_chinh": ("ma", "ten", "tinh"),
    "thu_tuc": ("ma", "ten", "linh_vuc", "can_ket_qua", "cua_cong_dan", "thoi_han", "ma_quoc_gia", "ma_linh_vuc"),
    "thanh_phan": ("thu_tuc", "ma", "ten", "loai", "ket_qua"),
    "dich_vu_cong": (
        "thu_tuc",
        "tu_ngay",
        "den_ngay",
        "thong_tin",
        "nop_ho_so",
        "giai_quyet",
        "tra_truc_tuyen",
        "tra_buu_chinh",
        "ghi_chu",
    ),
    "nhiem_vu": ("ma", "ten", "thu_tuc", "chu_tri", "ngay_giao", "han", "ngay_xong", "ghi_chu"),
    "ho_so": (
        "ma_ho_so",
        "co_quan",
        "thu_tuc",
        "ngay_tiep_nhan",
        "ngay_hen_tra",
        "ngay_ket_thuc",
        "trang_thai",
        "kenh",
        "ngay_cho_bo_sung",
        "lan_bo_sung",
        "so_hoa_thanh_phan",
        "tai_su_dung",
        "lay_tu_kho",
        "ket_qua_dien_tu",
        "xac_thuc_dinh_danh",
        "dan_cu",
        "dong_bo_luc",
    ),
}
"""The columns of each register; the first is its key and must be there, another may be left out, further ones are not
read. ``ma`` of ``co_quan`` is the agency code (Decision 20/2020/QĐ-TTg), of ``don_vi_hanh_chinh`` the commune code."""

_DATES = ("ngay_sinh", "ngay_ket_luan", "ngay_cap", "ngay_het_han", "tu_ngay", "den_ngay", "ngay_tiep_nhan", "ngay_hen_tra",
          "ngay_ket_thuc", "ngay_quyet_dinh", "ngay_go", "ngay_giao", "han", "ngay_xong")  # fmt: skip
_TOLD = frozenset({"thu_tuc", "thanh_phan", "ho_so", "dich_vu_cong", "nhiem_vu"})
"""Registers that no check of a paper asks: a change in one makes nothing be checked again."""
_HEADINGS = {
    "ho_va_ten": "ho_ten", "hoten": "ho_ten", "ngay_thang_nam_sinh": "ngay_sinh", "ngaysinh": "ngay_sinh",
    "cccd": "so_cccd",
    "so_dinh_danh": "so_cccd", "so_dinh_danh_ca_nhan": "so_cccd", "so_cccd_cmnd": "so_cccd", "so_can_cuoc": "so_cccd",
    "hang_gplx": "hang", "so_giay": "so", "so_giay_kham": "so", "so_gplx": "so", "ma_co_quan": "ma", "ma_don_vi": "ma",
    "ten_co_quan": "ten", "ten_don_vi": "ten", "ngay_het_gia_tri": "ngay_het_han",
    "hinh_thuc_xu_ly": "hinh_thuc", "ngay_go_canh_bao": "ngay_go", "han_hoan_thanh": "han", "ngay_hoan_thanh": "ngay_xong",
    "co_quan_chu_tri": "chu_tri", "ma_nhiem_vu": "ma", "ten_nhiem_vu": "ten",
}  # fmt: skip
"""Headings in use for the same columns."""
_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_ROUNDED = re.compile(r"\d[.,]\d+[eE][+]\d+")
"""What a spreadsheet makes of a long number: "3.3199E+10". Its figures are lost."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A register file that cannot be trusted: ``text`` says in Vietnamese what is wrong and what to do."""

    name: str
    text: str


@dataclass(frozen=True)
class Register:
    """One sound register. ``digest`` is of its bytes, ``rows`` their normalised values (dates ISO 8601), in file order;
    ``day`` the ISO date of the file; ``without_key`` how many rows had no key and were left out."""

    name: str
    digest: str
    rows: tuple[Row, ...]
    day: str = ""
    without_key: int = 0

    @property
    def key(self) -> str:
        """The column by which rows are asked."""
        return COLUMNS[self.name][0]

    def of(self, value: str) -> tuple[Row, ...]:
        """The rows of that key: blanks, capitals and leading noughts aside."""
        return self._index.get(_key(value), ())

    def where(self, column: str, value: str) -> tuple[Row, ...]:
        """The rows that say ``value`` in ``column``, compared without diacritics and capitals."""
        if column not in self._other:
            index: dict[str, list[Row]] = {}
            for row in self.rows:
                index.setdefault(fold(squeeze(row.get(column, ""))), []).append(row)
            self._other[column] = {key: tuple(found) for key, found in index.items()}
        return self._other[column].get(fold(squeeze(value)), ())

    @cached_property
    def _index(self) -> dict[str, tuple[Row, ...]]:
        index: dict[str, list[Row]] = {}
        for row in self.rows:
            index.setdefault(_key(row[self.key]), []).append(row)
        return {key: tuple(found) for key, found in index.items()}

    @cached_property
    def _other(self) -> dict[str, dict[str, tuple[Row, ...]]]:
        return {}


@dataclass(frozen=True)
class Asked:
    """What another system told when it was asked by key, in front of the home's own register of that name: ``rows`` by key,
    ``absent`` keys that it does not know, ``silent`` those it gave no answer about. ``blocks``: such a paper waits for a
    person."""

    name: str
    rows: Mapping[str, Row]
    absent: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    blocks: bool = False

    @cached_property
    def register(self) -> Register:
        """The rows that were told, as a register."""
        return Register(self.name, "", tuple(self.rows.values()))

    def state(self, value: str) -> str:
        """ "found", "absent" or "silent"; "" for a key that was not asked about."""
        return (
            "found" if value in self.rows else "absent" if value in self.absent else "silent" * (value in self.silent)
        )


@dataclass(frozen=True)
class Registers:
    """The registers of a home by name. ``fingerprint`` changes with any byte of any of them. ``asked`` is what other
    systems told: it goes before what the home's own register says."""

    sound: Mapping[str, Register]
    broken: Mapping[str, Broken]
    fingerprint: str = ""
    asked: Mapping[str, Asked] = field(default_factory=dict)

    def get(self, name: str) -> Register | Broken | None:
        """The register of that name, what is wrong with it, or None where the home has none."""
        return self.sound.get(name) or self.broken.get(name)


NONE = Registers({}, {})
"""No register at all."""


def load(folder: Path) -> Registers:
    """The registers in ``folder`` (a folder that is not there holds none). A file of another name is not read: it is told
    as broken, since whoever put it there expects it to be asked."""
    sound: dict[str, Register] = {}
    broken: dict[str, Broken] = {}
    seen: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
        try:
            data = path.read_bytes()
            digest = keys.digest(data)
            if path.stem not in _TOLD:
                seen.append((path.stem, digest))
            sound[path.stem] = _register(path, data, digest)
        except OSError as error:
            seen.append((path.stem, f"unreadable: {error.strerror}"))
            broken[path.stem] = Broken(
                path.stem, f"{path.name}: không mở được ({error.strerror}); hãy kiểm tra quyền đọc."
            )
        except Misconfigured as error:
            broken[path.stem] = Broken(path.stem, str(error))
    return Registers(sound, broken, keys.key("registers", seen) if seen else "")


def state(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """(name, size, time of change) of each file in ``folder``: as long as it is the same, so are the registers."""
    found = ((path.name, path.stat()) for path in sorted(folder.glob("*.csv"))) if folder.is_dir() else ()
    return tuple((name, about.st_size, about.st_mtime_ns) for name, about in found)


def _register(path: Path, data: bytes, digest: str) -> Register:
    """Raises :class:`Misconfigured` with a Vietnamese sentence that names file, row and column, never a value."""
    if path.stem not in COLUMNS:
        known = ", ".join(f"{name}.csv" for name in COLUMNS)
        raise Misconfigured(f"{path.name}: không phải sổ Hoso biết; hãy đặt tên là một trong: {known}.")
    table = _table(path, data)
    wanted, header = COLUMNS[path.stem], [_heading(cell) for cell in table[0]]
    if wanted[0] not in header:
        raise Misconfigured(
            f"{path.name}: thiếu cột khóa {wanted[0]!r}; dòng đầu phải ghi tên cột: {', '.join(wanted)}."
        )
    places = {name: header.index(name) for name in wanted if name in header}
    rows: list[Row] = []
    without = 0
    for number, cells in enumerate(table[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise Misconfigured(
                f"{path.name}, dòng {number}: nhiều ô hơn dòng tên cột; giá trị có dấu phẩy phải đặt trong ngoặc kép."
            )
        row = {name: _value(path, number, name, cells[at] if at < len(cells) else "") for name, at in places.items()}
        if row[wanted[0]]:
            rows.append(row)
        else:
            without += 1
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return Register(path.stem, digest, tuple(rows), day, without)


def _table(path: Path, data: bytes) -> list[list[str]]:
    """The cells of a file; its separator is the one most frequent in its first line."""
    encoding = next((name for mark, name in _ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        text = nfc(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path.name}: không phải UTF-8; hãy lưu lại từ bảng tính với dạng 'CSV UTF-8'.") from error
    if "\0" in text:
        raise Misconfigured(f"{path.name}: không phải tệp văn bản; hãy lưu lại từ bảng tính với dạng 'CSV UTF-8'.")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=separator, strict=True))
    except csv.Error as error:
        raise Misconfigured(f"{path.name}: không đúng dạng CSV ({error}); hãy lưu lại từ bảng tính.") from error
    if not table or not any(cell.strip() for cell in table[0]):
        raise Misconfigured(f"{path.name}: tệp trống; dòng đầu phải ghi tên cột.")
    return table


def _heading(cell: str) -> str:
    """A heading as a column name: "Họ tên" is ho_ten, "Số CCCD" so_cccd."""
    name = re.sub(r"[^a-z0-9]+", "_", fold(cell)).strip("_")
    return _HEADINGS.get(name, name)


def _value(path: Path, number: int, name: str, cell: str) -> str:
    value = squeeze(cell).lstrip("'")
    if not value:
        return ""
    if name in ("so", "so_cccd") and _ROUNDED.fullmatch(value):
        raise Misconfigured(
            f"{path.name}, dòng {number}, cột {name}: bảng tính đã làm tròn số; hãy để cột này ở dạng văn bản rồi xuất lại."
        )
    if name in _DATES:
        return _date(path, number, name, value)
    if name == "so_cccd" and re.fullmatch(r"\d{10,11}", value):
        return value.zfill(12)
    return value


def _date(path: Path, number: int, name: str, value: str) -> str:
    """ISO 8601 of "2001-02-03", "03/02/2001", or a year alone. Raises where it is none."""
    if re.fullmatch(r"(?:19|20)\d{2}(?:-\d{2}-\d{2})?", value):
        return value
    parsed = dates.parse(re.sub(r"[ T]00:00(?::00)?$", "", value))
    if parsed.value is None:
        raise Misconfigured(
            f"{path.name}, dòng {number}, cột {name}: không phải ngày; hãy ghi như 2001-02-03 hoặc 03/02/2001."
        )
    return parsed.value


def _key(value: str) -> str:
    """A key without blanks, capitals, and the noughts that spreadsheets drop from its front."""
    return re.sub(r"\s", "", fold(value)).lstrip("0") or "0"
