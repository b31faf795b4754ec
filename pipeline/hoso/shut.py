"""What a process gives up before it opens files of strangers: the network, the office's keys and books, most of the disk.

Owns the ways that Linux has for it, through the C library: network namespaces (network_namespaces(7), user_namespaces(7)),
Landlock (landlock(7)) and limits (getrlimit(2)). Each way that this machine forbids is left out, and what is left is told;
nothing that was given up comes back before the process ends. Never decides who is shut in: see ``recipe.reading``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["WAYS", "budget", "files", "limits", "network"]

WAYS = {
    "namespace": "no network: a namespace of its own",
    "landlock-net": "no TCP: Landlock",
    "hook": "no network from Python: an audit hook",
    "landlock": "no keys, no ledger, nothing to write: Landlock",
    "scope": "no signal to other processes: Landlock",
}
"""What :func:`network` and :func:`files` may answer, in words."""

_NEWUSER, _NEWNET = 0x10000000, 0x40000000  # linux/sched.h
_NO_NEW_PRIVS = 38  # linux/prctl.h
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the three calls of Landlock, the same on every architecture
_READ = 1 << 0 | 1 << 2 | 1 << 3  # linux/landlock.h: execute, read files, read folders
_READ_FILE, _WRITE_FILE = 1 << 2, 1 << 1
_FS_RIGHTS = (13, 13, 14, 15, 15, 16)  # rights that versions 1, 2, … of Landlock know; later ones know 16
_NET_RIGHTS = 1 << 0 | 1 << 1  # bind and connect, TCP; from version 4
_SCOPES = 1 << 0 | 1 << 1  # abstract sockets and signals of others; from version 6
_OPEN_FILES = 256
_SOCKETS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
            "socket.gethostbyname", "socket.gethostbyaddr")  # fmt: skip


def limits(memory_mb: int, file_bytes: int = 0) -> None:
    """Bound this process: address space, bytes of a file it writes (0: no bound of ours), open files. A core dump would
    hold a person's page: there is none."""
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    if memory_mb:
        _lower(resource.RLIMIT_AS, memory_mb * 2**20)
    if file_bytes:
        _lower(resource.RLIMIT_FSIZE, file_bytes)


def budget(seconds: float) -> None:
    """From now on this process may use that much processor time. Who waits for it has a clock of its own; this one holds
    where nobody waits any longer."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1, for_good=False)


def network() -> tuple[str, ...]:
    """Give up the network; to be called before the process has threads. Which of :data:`WAYS` hold."""
    ways = []
    if _alone():
        ways.append("namespace")
    elif _landlock([], net=True, disk=False):
        ways.append("landlock-net")
    sys.addaudithook(_refuse)
    return (*ways, "hook")


def files(hidden: Path, shown: Iterable[Path] = (), scratch: Path | None = None) -> tuple[str, ...]:
    """Give up the folder ``hidden`` but for the paths ``shown`` in it, and writing everywhere but in ``scratch``; to be
    called before the process has threads. Which of :data:`WAYS` hold."""
    rules = [(path, _READ) for path in (*_beside(hidden.resolve()), *shown)]
    rules.append((Path("/dev"), _READ | _WRITE_FILE))
    if scratch is not None:
        rules.append((scratch, -1))
    version = _landlock(rules, net=False, disk=True)
    return ("landlock", "scope") if version >= 6 else ("landlock",) if version else ()


def _lower(what: int, value: int, *, for_good: bool = True) -> None:
    """Lower a bound, never raise it; ``for_good``: so that the process cannot raise it again."""
    hard = resource.getrlimit(what)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (value, value if for_good else hard))


def _refuse(event: str, given: tuple[object, ...]) -> None:
    if event in _SOCKETS and not (len(given) > 1 and isinstance(given[1], str | bytes)):  # a path: a Unix socket
        raise PermissionError(f"{event}: a process that reads files of strangers has no network")


def _c() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _alone() -> bool:
    """A network namespace without any device; as a user who is no root, in a user namespace that maps him to himself."""
    user, group = os.geteuid(), os.getegid()
    try:
        if _c().unshare(_NEWUSER | _NEWNET) != 0:
            return bool(_c().unshare(_NEWNET) == 0)
        for name, line in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with suppress(OSError):
                Path(f"/proc/self/{name}").write_text(line)
    except AttributeError:  # no Linux
        return False
    return True


def _landlock(rules: list[tuple[Path, int]], *, net: bool, disk: bool) -> int:
    """Restrict this process to ``rules``, (path, rights; -1: all); the version of Landlock, 0 where it cannot be had.
    ``net``: to no TCP; a version that knows none counts as 0."""
    try:
        call = _c().syscall
    except AttributeError:
        return 0
    version = int(call(_CREATE, None, ctypes.c_size_t(0), 1))
    if version < 1 or (net and version < 4):
        return 0
    rights = (1 << _FS_RIGHTS[min(version, len(_FS_RIGHTS)) - 1]) - 1 if disk else 0
    words = [rights]
    if version >= 4:
        words.append(_NET_RIGHTS if net else 0)
    if version >= 6:
        words.append(_SCOPES)
    attributes = struct.pack(f"={len(words)}Q", *words)
    ruleset = int(call(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0))
    if ruleset < 0:
        return 0
    try:
        for path, wanted in rules:
            _allow(call, ruleset, path, rights if wanted == -1 else wanted & rights)
        if _c().prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or call(_RESTRICT, ruleset, 0) != 0:
            return 0
    finally:
        os.close(ruleset)
    return version


def _allow(call: ctypes._NamedFuncPointer, ruleset: int, path: Path, rights: int) -> None:
    """One rule; a path that is not there, or may not be opened, is not allowed."""
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _READ_FILE | _WRITE_FILE | 1
        call(_ADD, ruleset, 1, struct.pack("=Qi", rights, handle), 0)
    finally:
        os.close(handle)


def _beside(hidden: Path) -> Iterator[Path]:
    """What lies beside the way down to ``hidden``: all of the disk but that folder."""
    for folder, below in zip(reversed(hidden.parents), (*reversed(hidden.parents), hidden)[1:], strict=True):
        with suppress(OSError):
            yield from (entry for entry in folder.iterdir() if entry != below and not entry.is_symlink())
