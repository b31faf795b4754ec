"""A site: the home of an office opened, one of each tool by its name. The clock lives here, and nowhere below.

Tools are opened when first asked for, so that ``hoso status`` loads no OCR engine and ``hoso --help`` nothing at all.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from hoso import resources, settings
from hoso.engines.api import Engine
from hoso.errors import Misconfigured, Usage
from hoso.ledgers.api import Ledger
from hoso.signers.api import Signer
from hoso.stores.api import Store
from hoso.warehouses.api import Warehouse

if TYPE_CHECKING:
    from hoso.calibration import Calibration
    from hoso.exports.population import Citizens
    from hoso.forms import Forms
    from hoso.registers import Registers

__all__ = ["HANOI", "Site", "found", "home_of", "make", "module"]

HANOI = timezone(timedelta(hours=7))
"""Vietnam's only zone; every instant Hoso writes carries it (Decree 30/2020, Appendix I: time zone +07:00)."""

FOLDERS = ("inbox", "keys", "store", "sealing", "registers", "warehouse")


def _clock() -> datetime:
    return datetime.now(HANOI).replace(microsecond=0)


class Site:
    """The home at ``home``, opened. ``clock`` is there for tests. Raises :class:`Misconfigured` where it is no home."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = _clock) -> None:
        self.home = home
        self.settings = settings.read(home / "settings.toml")
        self._clock = clock
        self._opened: list[Any] = []
        self._registers: tuple[object, Registers] | None = None

    def now(self) -> datetime:
        """The instant, to the second, in Vietnam's zone."""
        return self._clock()

    def stamp(self) -> str:
        """:meth:`now` in ISO 8601."""
        return self.now().isoformat()

    @cached_property
    def store(self) -> Store:
        store: Store = module("stores", self.settings.rooms.store).open(self.settings, self.home)
        return store

    @cached_property
    def ledger(self) -> Ledger:
        ledger: Ledger = self._closing(module("ledgers", self.settings.rooms.ledger).open(self.settings, self.home))
        return ledger

    @cached_property
    def warehouse(self) -> Warehouse:
        name = self.settings.rooms.warehouse
        warehouse: Warehouse = self._closing(module("warehouses", name).open(self.settings, self.home))
        return warehouse

    @cached_property
    def engine(self) -> Engine:
        engine: Engine = module("engines", self.settings.rooms.engine).open(self.settings.reading)
        return engine

    @cached_property
    def signer(self) -> Signer:
        signer: Signer = module("signers", self.settings.rooms.signer).open(self.settings.seal, self.home)
        return signer

    @cached_property
    def roots(self) -> tuple[bytes, ...]:
        """The trusted root certificates, PEM, as the settings name them; a missing file is Misconfigured."""
        found_roots = []
        for name in self.settings.seal.roots:
            path = self.home / name
            if not path.is_file():
                raise Misconfigured(f"{path}: the trusted root named in settings.toml [seal] roots is missing")
            found_roots.append(path.read_bytes())
        return tuple(found_roots)

    @cached_property
    def forms(self) -> Forms:
        from hoso import forms

        return forms.load(resources.folder("schemas"))

    @cached_property
    def population(self) -> Citizens | None:
        """The citizen look-up, None where the settings name none."""
        from hoso.exports import population

        found_line = population.open(self.settings.population, self.home)
        return self._closing(found_line) if found_line is not None else None

    @property
    def registers(self) -> Registers:
        """The registers that the home holds now, read again once a file changed; a broken one is told, not raised."""
        from hoso import registers

        state = registers.state(self.home / "registers")
        if self._registers is None or self._registers[0] != state:
            self._registers = state, registers.load(self.home / "registers")
        return self._registers[1]

    @cached_property
    def calibration(self) -> Calibration:
        """How likely fields are right: the home's own calibration where it has ``confidence/``, else the shipped one."""
        from hoso import calibration

        own = self.home / "confidence"
        if (own / "weights.json").exists():
            return calibration.load(own)
        return calibration.load(resources.folder("ocr_models") / calibration.FOLDER)

    def close(self) -> None:
        """Close what was opened."""
        while self._opened:
            self._opened.pop().close()

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _closing(self, tool: Any) -> Any:
        self._opened.append(tool)
        return tool


def home_of(given: str | Path | None = None) -> Path:
    """The home to work in: the one given, else ``HOSO_HOME``, else ``./hoso-home``."""
    return Path(given or os.environ.get("HOSO_HOME") or "hoso-home").expanduser().resolve()


def found(room: str) -> tuple[str, ...]:
    """Names of the tools in a room, found by file name ("stores" gives "folder", "s3")."""
    package = importlib.import_module(f"hoso.{room}")
    names = (item.name for item in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in names if name != "api"))


def module(room: str, name: str) -> ModuleType:
    """The module of that room and name. Raises :class:`Misconfigured`, with the nearest name that is there."""
    if name not in found(room):
        near = get_close_matches(name, found(room), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise Misconfigured(f"settings.toml [rooms]: there is no {name!r} in {room}{hint}")
    loaded = importlib.import_module(f"hoso.{room}.{name}")
    if not hasattr(loaded, "open"):
        raise Misconfigured(f"settings.toml [rooms]: {name!r} in {room} is no tool that can be opened")
    return loaded


def make(home: Path, text: str) -> bool:
    """Make a home with ``text`` as its settings; False (and nothing changed) where one is there already.

    Raises :class:`Usage` where the folder holds something else.
    """
    path = home / "settings.toml"
    if path.exists():
        settings.read(path)
        return False
    if home.exists() and any(p for p in home.iterdir() if p.name != "keys"):
        raise Usage(f"{home}: is not empty and holds no settings.toml; name another folder with --home or HOSO_HOME")
    home.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        (home / name).mkdir(exist_ok=True)
    (home / "keys").chmod(0o700)
    temporary = path.with_suffix(".new")
    temporary.write_text(text, encoding="utf-8")
    settings.read(temporary)
    temporary.rename(path)
    return True
