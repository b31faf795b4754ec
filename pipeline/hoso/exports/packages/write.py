"""A package onto a disk: folder, ZIP or TAR, whole or not at all, the same bytes each time.

It is written beside its place under a hidden name, flushed to the disk, looked at by the caller, then renamed; what a
killed run left under a hidden name is taken away later. ZIP holds files uncompressed (scans and PDFs are compressed
already), so that no version of a compressor changes a byte. Never: overwrites anything."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from hoso import lasting
from hoso.errors import Damaged, Unavailable, Usage
from hoso.exports.packages.plan import Content

__all__ = ["Shape", "written"]

Shape = Literal["folder", "zip", "tar"]

_ZONE = timezone(timedelta(hours=7))
_STALE_SECONDS = 3600.0
_SUFFIX = {"folder": "", "zip": ".zip", "tar": ".tar"}


@contextmanager
def written(
    folder: Path, name: str, files: Mapping[str, Content], fetch: Callable[[str], bytes], at: str, shape: Shape
) -> Iterator[tuple[Path, Path]]:
    """Write a package called ``name`` into ``folder``; gives (where it lies for now, where it will lie).

    It gets its name when the block ends without an error; else nothing of it stays. ``fetch`` gives stored bytes by digest;
    ``at`` dates the members of an archive. Raises Usage where something of that name is there, Unavailable, Damaged.
    """
    target = folder / f"{name}{_SUFFIX[shape]}"
    with _answering(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _tidy(folder, target.name)
        if os.path.lexists(target):
            raise Usage(
                f"{target}: is there already and is left as it is; move it away, or name another folder with --to"
            )
        room = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=folder))
    try:
        made = room / target.name
        with _answering(made):
            _SHAPES[shape](made, name, files, fetch, at)
        yield made, target
        with _answering(target):
            if os.path.lexists(target):
                raise Usage(f"{target}: came into being meanwhile and is left as it is")
            made.rename(target)
            lasting.sync(folder)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _folder(made: Path, name: str, files: Mapping[str, Content], fetch: Callable[[str], bytes], at: str) -> None:
    stamp = datetime.fromisoformat(at).timestamp()
    made.mkdir()
    for path, content in files.items():
        target = made / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.write(_bytes(content, fetch))
            file.flush()
            os.fsync(file.fileno())
        os.utime(target, (stamp, stamp))
    for place in sorted((p for p in made.rglob("*") if p.is_dir()), reverse=True):
        lasting.sync(place)
        os.utime(place, (stamp, stamp))
    lasting.sync(made)
    os.utime(made, (stamp, stamp))
    lasting.sync(made.parent)


def _zip(made: Path, name: str, files: Mapping[str, Content], fetch: Callable[[str], bytes], at: str) -> None:
    moment = datetime.fromisoformat(at).astimezone(_ZONE).timetuple()[:6]
    with made.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for path, content in files.items():
                info = zipfile.ZipInfo(f"{name}/{path}", moment)
                info.create_system, info.external_attr = 3, 0o100644 << 16
                archive.writestr(info, _bytes(content, fetch))
        file.flush()
        os.fsync(file.fileno())


def _tar(made: Path, name: str, files: Mapping[str, Content], fetch: Callable[[str], bytes], at: str) -> None:
    stamp = int(datetime.fromisoformat(at).timestamp())
    with made.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path, content in files.items():
                info = tarfile.TarInfo(f"{name}/{path}")
                info.size, info.mtime, info.mode = content.size, stamp, 0o644
                archive.addfile(info, io.BytesIO(_bytes(content, fetch)))
        file.flush()
        os.fsync(file.fileno())


_SHAPES: Mapping[Shape, Callable[[Path, str, Mapping[str, Content], Callable[[str], bytes], str], None]] = {
    "folder": _folder, "zip": _zip, "tar": _tar,
}  # fmt: skip


def _bytes(content: Content, fetch: Callable[[str], bytes]) -> bytes:
    data = content.data if content.data is not None else fetch(content.digest)
    if len(data) != content.size:
        raise Damaged(
            f"{content.digest[:12]}: {len(data)} bytes are stored, the ledger says {content.size}; run hoso audit"
        )
    return data


def _tidy(folder: Path, name: str) -> None:
    """Take away what killed runs left of this package; a younger one may be another run's."""
    for left in folder.glob(f".{name}.*.partial"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _answering(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{place}: cannot be written ({error.strerror}); free the disk or name another folder"
        ) from error
