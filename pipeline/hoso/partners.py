"""Systems around a home that it asks, as opposed to those it tells: their sections of ``settings.toml``. Values alone.

What of the real interfaces is not known stands here as a setting, and is listed in docs/doors.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DataStore", "Population"]


@dataclass(frozen=True, slots=True)
class Population:
    """The citizen look-up (docs/doors/population.md); shut while ``url`` is empty. ``asks`` are the parts of a question and
    ``tells`` those of an answer, as "our column=their name"; a name with points leads into an object ("HoVaTen.Ten"), names
    joined by + are put together with blanks. ``more`` are constant parts, "name=value". ``result`` leads to the citizen in
    the answer, ``code`` to the answer's code; ``missing`` are codes of "no such citizen". ``auth``: "basic", "bearer" or
    "none". ``wait``: a paper waits for a person while no answer is to be had. A server that failed is left alone for
    ``rest`` seconds."""

    url: str = ""
    path: str = ""
    auth: str = "basic"
    user: str = ""
    password_env: str = "HOSO_POPULATION_PASSWORD"
    password_file: str = "keys/population.password"
    ca: str = ""
    plain: bool = False
    timeout: float = 10.0
    rest: float = 300.0
    purpose: str = "Đối chiếu thông tin công dân trên giấy tờ của hồ sơ"
    asks: tuple[str, ...] = ("so_cccd=so_cccd", "ho_ten=ho_ten", "ngay_sinh=ngay_sinh")
    more: tuple[str, ...] = ()
    tells: tuple[str, ...] = ("so_cccd=so_cccd", "ho_ten=ho_ten", "ngay_sinh=ngay_sinh", "gioi_tinh=gioi_tinh")
    date: str = "%Y-%m-%d"
    men: tuple[str, ...] = ("Nam", "1")
    women: tuple[str, ...] = ("Nữ", "2")
    result: str = ""
    code: str = ""
    missing: tuple[str, ...] = ()
    wait: bool = False


@dataclass(frozen=True, slots=True)
class DataStore:
    """The electronic data store of persons (docs/doors/data_store.md); shut while ``url`` is empty. ``publish``, ``update``
    (where a paper put before is put otherwise), ``find`` and ``fetch`` (with {id}) are addresses behind ``url``. ``names``
    are "our name=their name" where they differ, ``kinds`` "our type=their kind". ``types`` are published besides results.
    ``file``: "bytes" (Base64) or "link". ``result`` leads to what was found, ``code`` to the answer's code; ``done`` are
    codes of a yes, ``missing`` those of "nothing found". ``national``: it is the national portal's own store."""

    url: str = ""
    auth: str = "basic"
    user: str = ""
    password_env: str = "HOSO_DATA_STORE_PASSWORD"
    password_file: str = "keys/data_store.password"
    ca: str = ""
    plain: bool = False
    timeout: float = 30.0
    rate: float = 5.0
    publish: str = "giay-to"
    update: str = ""
    find: str = "giay-to/tim"
    fetch: str = "giay-to/{id}/tep"
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    date: str = "%Y-%m-%d"
    file: str = "bytes"
    result: str = ""
    code: str = ""
    done: tuple[str, ...] = ("00", "0")
    missing: tuple[str, ...] = ()
    national: bool = False
