"""Which commune and province stand since 2025-07-01 for those that an address names. The only home of the library.

Owns: the way from an address of any time to the units of Decision 19/2025/QĐ-TTg, and how sure it is. Never: picks one of
several communes that an old one was divided into, and never replaces what was printed.

The pairs old → new come from ``vietnam-address-converter`` (Apache-2.0, no dependencies, no network). Its table, against
an independent one, agrees on 9,897 of the 9,936 old communes both hold (measured 2026-11). It is loaded when first asked
(0.3 s); its own free-text parser is not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hoso.values.addresses import Address, bare, province
from hoso.values.fold import fold
from hoso.values.text import squeeze

__all__ = ["SINCE", "Units", "in_force", "named", "register"]

SINCE = "2025-07-01"
"""The day from which the units stand."""

State = Literal["same", "mapped", "divided", "province", "unknown"]


@dataclass(frozen=True, slots=True)
class Units:
    """``commune`` and ``province`` (with its ``code``) in force since :data:`SINCE`.

    ``state``: "same" (the address names them already), "mapped" (one commune stands for the old one), "divided" (the old
    commune lies in several now: ``among`` names them, ``commune`` is ""), "province" (only that is known), "unknown".
    ``source`` names the table and its version.
    """

    state: State
    commune: str = ""
    province: str = ""
    code: str = ""
    among: tuple[str, ...] = ()
    source: str = ""


def in_force(address: Address) -> Units:
    """The units that stand for those of ``address``. "Phường Trần Phú" and "Tran Phu" are looked up alike; where marks or
    rank tell two communes apart, they decide."""
    top = province(address.province)
    if top is None:
        return Units("unknown")
    code, name, was_named = top
    if not address.commune:
        return Units("province", province=name, code=code)
    table = _table()
    if not address.district:
        now = [ward for ward in table.now.get(fold(name), ()) if _same(ward, address.commune)]
        if best := _best(now, address.commune):
            return Units("same", best, name, code, source=table.source)
    old = [
        (was, ward)
        for was, ward in table.old.get((fold(was_named), fold(bare(address.commune, "commune"))), ())
        if not address.district or _fits(was[0], address.district)
    ]
    exact = [pair for pair in old if fold(squeeze(pair[0][1])) == fold(squeeze(address.commune))] or old
    marked = [pair for pair in exact if _marks(pair[0][1], address.commune)] or exact
    names = tuple(sorted({ward for _, ward in marked}))
    if len(names) == 1:
        return Units("mapped", names[0], name, code, source=table.source)
    if names:
        return Units("divided", "", name, code, names, table.source)
    return Units("province", province=name, code=code, source=table.source)


def named() -> Iterator[tuple[str, str, str]]:
    """("province", "district" or "commune", name without rank, province it lies in without rank) of each unit there is or
    was; a commune that was lies in the province before 2025-07-01 and in the one since. Names may come more than once."""
    from vietnam_address_converter.data import DEFAULT_DATA

    data: dict[str, Any] = DEFAULT_DATA
    provinces = {code: _plain(entry["name"]) for code, entry in data["newProvinces"].items()}
    for province_ in provinces.values():
        yield "province", province_, province_
    for ward in data["newWards"].values():
        yield "commune", bare(ward["name_with_type"], "commune"), provinces[ward["parent_code"]]
    for row in data["mapping"]["rows"]:
        was, since = row["old"], _plain(row["new"]["province_name"])
        before = _plain(was["province_name"])
        yield "province", before, before
        for home in {before, since}:
            yield "district", bare(was["district_name"], "district"), home
            yield "commune", bare(was["ward_name"], "commune"), home


def register() -> Iterator[tuple[str | None, ...]]:
    """(level, name with rank, district, province, code of the province in force, since, until, successor, successor's
    province) of every unit before and since :data:`SINCE`, ordered; an old commune that was divided comes once for each
    part. None where a thing is not there; ``since`` is None for what was there before."""
    from vietnam_address_converter.data import DEFAULT_DATA

    data: dict[str, Any] = DEFAULT_DATA
    before = "2025-06-30"
    names = {code: entry["name_with_type"] for code, entry in data["newProvinces"].items()}
    found: set[tuple[str | None, ...]] = set()
    for name in names.values():
        found.add(("province", name, None, name, _code(name), SINCE, None, None, None))
    for ward in data["newWards"].values():
        top = names[ward["parent_code"]]
        found.add(("commune", ward["name_with_type"], None, top, _code(top), SINCE, None, None, None))
    for row in data["mapping"]["rows"]:
        was, new = row["old"], row["new"]
        top, now = was["province_name"].replace("Thành Phố", "Thành phố"), names[new["province_code"]]
        code = _code(now)
        found.add(("province", top, None, top, code, None, before, now, now))
        found.add(("district", was["district_name"], was["district_name"], top, code, None, before, None, now))
        found.add(("commune", was["ward_name"], was["district_name"], top, code, None, before, new["ward_name"], now))
    yield from sorted(found, key=lambda row: tuple(cell or "" for cell in row))


def _code(name: str) -> str | None:
    top = province(_plain(name))
    return top[0] if top else None


@dataclass(frozen=True, slots=True)
class _Table:
    """``now``: communes in force by folded province. ``old``: ((district, commune with rank), new commune) by (folded old
    province, folded commune)."""

    now: Mapping[str, tuple[str, ...]]
    old: Mapping[tuple[str, str], tuple[tuple[tuple[str, str], str], ...]]
    source: str


@cache
def _table() -> _Table:
    from vietnam_address_converter import __version__
    from vietnam_address_converter.data import DEFAULT_DATA

    data: dict[str, Any] = DEFAULT_DATA
    names = {code: entry["name"] for code, entry in data["newProvinces"].items()}
    now: dict[str, list[str]] = {}
    for ward in data["newWards"].values():
        now.setdefault(fold(names[ward["parent_code"]]), []).append(ward["name_with_type"])
    old: dict[tuple[str, str], list[tuple[tuple[str, str], str]]] = {}
    for row in data["mapping"]["rows"]:
        was, new = row["old"], row["new"]
        key = (fold(_plain(was["province_name"])), fold(bare(was["ward_name"], "commune")))
        old.setdefault(key, []).append(((was["district_name"], was["ward_name"]), new["ward_name"]))
    version = data["mapping"]["meta"]["version"]
    return _Table(
        {key: tuple(wards) for key, wards in now.items()},
        {key: tuple(pairs) for key, pairs in old.items()},
        f"vietnam-address-converter {__version__} ({version})",
    )


def _plain(name: str) -> str:
    """A province's name without rank and dashes ("Bà Rịa - Vũng Tàu", "Thừa Thiên-Huế")."""
    return squeeze(bare(name, "province").replace("-", " ").replace("–", " "))


def _same(ward: str, printed: str) -> bool:
    return fold(bare(ward, "commune")) == fold(bare(printed, "commune"))


def _best(wards: list[str], printed: str) -> str:
    """The one ward that fits; of several (xã and phường of one name) that of the printed rank and marks."""
    ranked = [w for w in wards if fold(w) == fold(squeeze(printed))] or wards
    marked = [w for w in ranked if _marks(w, printed)] or ranked
    return marked[0] if len(marked) == 1 else ""


def _marks(ward: str, printed: str) -> bool:
    return squeeze(bare(ward, "commune")).casefold() == squeeze(bare(printed, "commune")).casefold()


def _fits(district: str, printed: str) -> bool:
    return fold(bare(district, "district")) == fold(bare(printed, "district"))
