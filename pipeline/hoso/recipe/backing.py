"""Backups of a home, whatever its engines: every stored object under its digest, the ledger line by line, what was set up.

``TARGET/objects`` is a store of its own: what is there once is never copied again. ``TARGET/<instant>/`` is one backup: the
ledger as it was (JSON lines, packed), the digests it leans on, settings, registers and accounts, and a manifest with the
digest of each of these files, written last; a folder without it was not finished. The ledger is read before the objects, so
a backup of a home at work is whole: bytes are stored before they are told of, and never change. The warehouse is not in it:
it is built again from the two (``rebuilding``).

Erasures reach backups: the next one removes the erased bytes from ``objects``, and what an older one lost so is erased in
whatever is restored from it.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hoso import keys, lasting
from hoso.errors import Damaged, Unavailable, Usage
from hoso.ledgers.api import Line
from hoso.nouns import Effect
from hoso.recipe import care, erasing
from hoso.recipe.rebuilding import rebuild
from hoso.site import FOLDERS, Site
from hoso.stores.folder import FolderStore

__all__ = ["Backup", "back_up", "backups", "check", "restore"]

FORMAT = 1
_MANIFEST = "manifest.json"
_LEDGER, _DIGESTS, _ERASURES = "ledger.jsonl.gz", "digests.txt.gz", "erasures.jsonl"
_ACCOUNTS = Path("desk/accounts.sqlite")

Tick = Callable[[int, int], None]
"""Told (done, of all) while objects are copied or read."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: ``name`` is the instant it was begun at, as its folder is called. ``copied`` objects were new to the
    target, ``removed`` ones were erased in the home since; ``files`` gives the digest of each file of the folder."""

    name: str
    at: str
    lines: int
    objects: int
    copied: int
    removed: int
    keys: bool
    files: dict[str, str]


def back_up(
    site: Site, target: Path, *, with_keys: bool = False, keep: int = 0, tick: Tick = lambda *_: None
) -> Backup:
    """Add a backup to the folder ``target``, made where it is missing; ``keep`` (0: all) are the latest that stay. Keys go
    along only ``with_keys``. The home may be at work. Raises Usage for a target in the home or one that holds something
    else, Unavailable where another backup is at work or the disk is full, Damaged where an object is."""
    target = target.expanduser().resolve()
    if target.is_relative_to(site.home.resolve()) or site.home.resolve().is_relative_to(target):
        raise Usage(f"{target}: name a folder outside the home, on another disk: a backup dies with what it lies on")
    with _opened(target, new=True) as objects:
        at = site.stamp()
        name = "".join(letter for letter in at[:19] if letter.isalnum())
        folder = target / f"{name}.part"
        if (target / name).exists():
            raise Usage(f"{target / name}: is there already; wait a second")
        for left in target.glob("*.part"):
            shutil.rmtree(left)
        folder.mkdir()
        lines = _write_lines(folder / _LEDGER, site.ledger.lines())
        erased = set(erasing.erased(site))
        gone = erased - care.expected(site) if erased else erased
        wanted = [digest for digest in site.store.digests() if digest not in gone]
        known, copied = set(objects.digests()), 0
        for number, digest in enumerate(wanted, 1):
            if digest not in known:
                copied += _copied(site, objects, digest)
            tick(number, len(wanted))
        removed = sum(objects.erase(digest) for digest in known & gone)
        _packed(folder / _DIGESTS, (f"{digest}\n" for digest in wanted))
        _remember_erasures(site, target)
        _settings(site, folder, with_keys)
        files = {str(p.relative_to(folder)): _digest(p) for p in sorted(_files(folder))}
        made = Backup(name, at, lines, len(wanted), copied, removed, with_keys, files)
        told = {"format": FORMAT, **asdict(made)}
        lasting.write(folder / _MANIFEST, json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n")
        for path in folder.rglob("*"):
            lasting.sync(path)
        folder.rename(target / name)
        lasting.sync(target)
        if keep:
            for old in backups(target)[:-keep]:
                shutil.rmtree(target / old.name)
        return made


def backups(target: Path) -> tuple[Backup, ...]:
    """The finished backups in a folder, oldest first. Raises Damaged for a manifest that cannot be read."""
    return tuple(_told(path.parent) for path in sorted(target.glob(f"*/{_MANIFEST}")) if path.parent.suffix != ".part")


def check(target: Path, name: str = "", tick: Tick = lambda *_: None) -> Backup:
    """Re-read every byte of a backup (the latest) and compare it with its manifest. Raises Damaged, naming the file."""
    with _opened(target) as objects:
        made = _one(target, name)
        _compared(target, made)
        wanted, gone = _wanted(target / made.name), _forgotten(target)
        for number, digest in enumerate(wanted, 1):
            if digest not in gone:
                objects.get(digest)
            tick(number, len(wanted))
        return made


def restore(source: Path, home: Path, name: str = "", *, here: bool = False, tick: Tick = lambda *_: None) -> Backup:
    """Make the home that a backup (the latest) is of, in the empty folder ``home``, with the store and ledger its settings
    name, or, with ``here``, with those of this machine alone; then erase what was erased since, and build the warehouse.

    Raises Usage where home or ledger hold something, Damaged (and removes the half-made home) where the backup is not
    whole."""
    if home.exists() and any(home.iterdir()):
        raise Usage(f"{home}: is not empty; a backup is restored into an empty folder")
    with _opened(source) as objects:
        made = _one(source, name)
        _compared(source, made)
        folder, gone = source / made.name, _forgotten(source)
        wanted = [digest for digest in _wanted(folder) if digest not in gone]
        missing = sorted(set(wanted) - set(objects.digests()))
        if missing:
            raise Damaged(
                f"{source}: backup {made.name} lacks {len(missing)} of its objects ({missing[0][:12]}…); restore another"
            )
        was_there = home.exists()
        try:
            _unpacked(folder / "home", home, here)
            with Site(home) as site:
                if next(iter(site.ledger.lines()), None) is not None:
                    raise Usage("the ledger that settings.toml names is not empty; empty it, or restore with --here")
                for number, digest in enumerate(wanted, 1):
                    site.store.put(objects.get(digest))
                    tick(number, len(wanted))
                site.ledger.take(_read_lines(folder / _LEDGER))
                _erase_again(site, source, objects)
                rebuild(site, lambda _: None)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            if was_there:
                home.mkdir()
            raise
        return made


def _copied(site: Site, objects: FolderStore, digest: str) -> int:
    try:
        objects.put(site.store.get(digest))
    except Damaged:
        if digest in erasing.erased(site):  # erased while this was at work
            return 0
        raise
    return 1


def _remember_erasures(site: Site, target: Path) -> None:
    """Every erasure the home or an earlier backup knows: what restores an older backup does them again."""
    path = target / _ERASURES
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    told = [
        json.dumps({"key": effect.key, "at": effect.at, "erasure": effect.body["erasure"]})
        for effect in site.ledger.effects(erasing.EFFECT)
    ]
    lasting.write(path, "".join(f"{line}\n" for line in dict.fromkeys([*known, *told])).encode())


def _erase_again(site: Site, source: Path, objects: FolderStore) -> None:
    """The erasures that the ledger of this backup does not know, but a later one did."""
    known = {effect.key for effect in site.ledger.effects(erasing.EFFECT)}
    for line in _erasures(source):
        if line["key"] not in known:
            site.store.put(objects.get(line["erasure"]))
            effect = Effect(line["key"], erasing.EFFECT, line["erasure"], line["at"], {"erasure": line["erasure"]})
            site.ledger.intend(effect)
    erasing.finish(site)


def _erasures(target: Path) -> list[dict[str, str]]:
    path = target / _ERASURES
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _forgotten(target: Path) -> set[str]:
    """Digests that an erasure took out of ``objects``: a backup from before it lacks them rightly."""
    objects = FolderStore(target / "objects")
    told = (keys.decode(objects.get(line["erasure"]), erasing.Erasure) for line in _erasures(target))
    return {digest for one in told for digest in one.digests if not objects.has(digest)}


def _settings(site: Site, folder: Path, with_keys: bool) -> None:
    """What was set up, as files of a home: settings, registers, the office's calibration, the people of the desk, keys."""
    for name in ("settings.toml", "registers", "confidence", *(["keys"] if with_keys else [])):
        source, to = site.home / name, folder / "home" / name
        to.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to)
        elif source.exists():
            shutil.copy2(source, to)
    image = site.settings.seal.image
    for extra in [*site.settings.seal.roots, *([image] if image else [])]:
        path, to = site.home / extra, folder / "home" / extra
        if path.is_file() and not to.exists() and to.resolve().is_relative_to(folder.resolve()):
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
    accounts = site.home / _ACCOUNTS
    if accounts.exists():
        to = folder / "home" / _ACCOUNTS
        to.parent.mkdir(parents=True)
        with contextlib.closing(sqlite3.connect(accounts)) as mine, contextlib.closing(sqlite3.connect(to)) as theirs:
            mine.backup(theirs)
            theirs.execute("DELETE FROM sessions")
            theirs.commit()
            theirs.execute("PRAGMA journal_mode = DELETE")
        to.chmod(0o600)


def _unpacked(source: Path, home: Path, here: bool) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for name in FOLDERS:
        (home / name).mkdir(exist_ok=True)
    shutil.copytree(source, home, dirs_exist_ok=True)
    (home / "keys").chmod(0o700)
    if here:
        from hoso.recipe.moving import name_room

        for room, own in (("store", "folder"), ("ledger", "sqlite"), ("warehouse", "ducklake")):
            name_room(home / "settings.toml", room, own)


def _one(target: Path, name: str) -> Backup:
    made = backups(target)
    found = [one for one in made if not name or one.name == name]
    if not found:
        known = ", ".join(one.name for one in made) or "none"
        raise Usage(f"{target}: there is no finished backup {name!r}; there are: {known}")
    return found[-1]


def _told(folder: Path) -> Backup:
    path = folder / _MANIFEST
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        form = told.pop("format")
        made = Backup(**told)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Damaged(f"{path}: cannot be read ({type(error).__name__}); use another backup") from error
    if form != FORMAT:
        raise Usage(f"{path}: a backup of format {form}; this Hoso knows {FORMAT}")
    return made


def _compared(target: Path, made: Backup) -> None:
    folder = target / made.name
    there = {str(p.relative_to(folder)) for p in _files(folder)} - {_MANIFEST}
    for name, digest in made.files.items():
        if name not in there or _digest(folder / name) != digest:
            raise Damaged(f"{folder / name}: is not what the manifest tells; use another backup of {target}")


def _wanted(folder: Path) -> list[str]:
    with gzip.open(folder / _DIGESTS, "rt", encoding="ascii") as file:
        return file.read().split()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_lines(path: Path, lines: Iterator[Line]) -> int:
    count = 0

    def text() -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += 1
            yield json.dumps(line, ensure_ascii=False) + "\n"

    _packed(path, text())
    return count


def _read_lines(path: Path) -> Iterator[Line]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            table, columns = json.loads(line)
            yield table, tuple(columns)


def _packed(path: Path, lines: Iterator[str]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=6) as file:
        file.writelines(lines)


@contextlib.contextmanager
def _opened(target: Path, new: bool = False) -> Iterator[FolderStore]:
    """The objects of the backups in ``target``; nobody else writes there meanwhile."""
    mark = target / "hoso-backup"
    if new and not mark.exists():
        if target.exists() and any(target.iterdir()):
            raise Usage(f"{target}: is not empty and holds no backups of Hoso; name another folder")
        target.mkdir(parents=True, exist_ok=True)
        lasting.write(mark, b"Backups of a Hoso home. Look, and restore, with: hoso restore\n")
    if not mark.exists():
        raise Usage(f"{target}: holds no backups of Hoso")
    handle = os.open(mark, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"{target}: another backup or restore is at work there; run again later") from error
        yield FolderStore(target / "objects")
    finally:
        os.close(handle)
