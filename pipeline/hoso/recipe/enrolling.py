"""Registers into the warehouse: agencies, procedures, the course of dossiers, administrative units.

Owns: which column of a register is which of the warehouse's, and that what was taken in can be taken in again from the
store when the warehouse is rebuilt. Each state of a register is taken in once. Never changes a register's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hoso import keys
from hoso.errors import Damaged, Misconfigured
from hoso.nouns import Batch, Effect, Fact, Roll
from hoso.recipe import turns
from hoso.registers import Register
from hoso.site import Site
from hoso.values import dates, numbers, units

__all__ = ["enrol", "enrolled", "finish"]

_COLUMNS: dict[str, tuple[str, Mapping[str, str]]] = {
    "co_quan": ("agencies", {
        "ma": "code", "ten": "name", "cap_tren": "parent", "tu_ngay": "since", "den_ngay": "until", "ke_tuc": "successor",
    }),
    "thu_tuc": ("procedures", {
        "ma": "code", "ten": "name", "linh_vuc": "area", "can_ket_qua": "needs_result", "cua_cong_dan": "citizens",
        "thoi_han": "days",
    }),
    "ho_so": ("progress", {
        "ma_ho_so": "code", "co_quan": "agency", "thu_tuc": "procedure", "ngay_tiep_nhan": "received",
        "ngay_hen_tra": "due", "ngay_ket_thuc": "ended", "trang_thai": "state", "kenh": "channel",
        "ngay_cho_bo_sung": "waited", "lan_bo_sung": "supplements", "so_hoa_thanh_phan": "component_digital",
        "tai_su_dung": "component_reused", "lay_tu_kho": "from_store", "ket_qua_dien_tu": "result_link",
        "xac_thuc_dinh_danh": "verified_identity", "dan_cu": "population", "dong_bo_luc": "synced",
    }),
}  # fmt: skip
"""The warehouse's table of each register, and the table's column for each of the register's (docs/registers.md)."""

_AGENCIES = {("agencies", "code"), ("agencies", "parent"), ("agencies", "successor"), ("progress", "agency")}
_WHOLE = frozenset({"days", "state", "channel", "waited", "supplements"})


def enrol(site: Site, with_units: bool = False) -> tuple[str, ...]:
    """Take in each register of the home that changed since it was last taken in; gives the names of their tables. Raises
    Misconfigured for a cell that is not what its column wants (nothing of that register is taken in then), Unavailable
    where another machine is at the registers."""
    with turns.only(site, "registers"):
        return _enrol(site, with_units)


def _enrol(site: Site, with_units: bool) -> tuple[str, ...]:
    finish(site)
    last = {fact.subject: fact.body["digest"] for fact in site.ledger.facts("enrolled")}
    taken = []
    for roll in _rolls(site, with_units):
        if last.get(roll.name) != roll.digest:
            kept = site.store.put(keys.encode(roll))
            at = site.stamp()
            body = {"roll": kept, "digest": roll.digest}
            key = keys.key("enrol", roll.name, roll.digest, at)
            _load(site, site.ledger.intend(Effect(key, "enrol", roll.name, at, body)))
            taken.append(roll.name)
    return tuple(taken)


def finish(site: Site) -> None:
    """Finish what was intended and has no receipt."""
    for effect in list(site.ledger.effects("enrol", open_only=True)):
        _load(site, effect)


def enrolled(site: Site, effect: Effect) -> Batch:
    """What that effect takes in, out of the store."""
    return Batch(effect.key, effect.at, (), (keys.decode(site.store.get(effect.body["roll"]), Roll),))


def _load(site: Site, effect: Effect) -> None:
    site.warehouse.load(enrolled(site, effect))
    site.ledger.tell(Fact("enrolled", effect.subject, effect.at, effect.body), once=keys.key("enrolled", effect.key))
    if site.ledger.receive(effect.key, {"roll": effect.body["roll"]}).receipt is None:
        raise Damaged(f"the ledger did not keep the receipt of register {effect.subject}")


def _rolls(site: Site, with_units: bool) -> Iterator[Roll]:
    for name, (table, columns) in _COLUMNS.items():
        register = site.registers.sound.get(name)
        if register is not None:
            yield Roll(table, register.day, register.digest, tuple(_row(register, table, columns)))
    if with_units:
        rows = tuple(dict(zip(_UNIT, row, strict=True)) for row in units.register())
        yield Roll("units", units.SINCE, keys.key(rows), rows)


_UNIT = ("level", "name", "district", "province", "province_code", "since", "until", "successor", "successor_province")


def _row(register: Register, table: str, columns: Mapping[str, str]) -> Iterator[Mapping[str, str | None]]:
    for number, row in enumerate(register.rows, 2):
        made: dict[str, str | None] = {}
        for name, column in columns.items():
            value = row.get(name, "")
            try:
                made[column] = _cell(table, column, value) if value else None
            except ValueError as error:
                raise Misconfigured(
                    f"{register.name}.csv, dòng {number}, cột {name}: {error}; hãy sửa rồi chạy lại."
                ) from error
        yield made


def _cell(table: str, column: str, value: str) -> str:
    """The cell as the warehouse wants it. Raises ValueError with a Vietnamese reason."""
    if (table, column) in _AGENCIES:
        found = numbers.agency(value)
        return value if found is None else ".".join((found[0], *found[1]))
    if column in _WHOLE and not value.isdecimal():
        raise ValueError("không phải số nguyên")
    if column == "synced" and dates.parse(value[:10]).value is None:
        raise ValueError("không phải thời điểm; hãy ghi như 2026-05-01T08:00:00+07:00")
    if table != "agencies" and column in _YES_NO and value.casefold() not in _SAID:
        raise ValueError("không phải có hoặc không; hãy ghi 1 hoặc 0")
    return value


_YES_NO = frozenset(
    {"needs_result", "citizens", "component_digital", "component_reused", "from_store", "result_link",
     "verified_identity", "population"}
)  # fmt: skip
_SAID = frozenset({"1", "0", "true", "false", "x", "có", "không"})
