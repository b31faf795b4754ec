"""What a worker that was taken over by a hostile page would try. Each function runs in a worker that is shut in."""

import os
import pickle
import signal
import socket
import stat
import time
from pathlib import Path
from typing import Any

from hoso.recipe import reading


def set_up_shut(home: str, max_memory_mb: int = 0) -> None:
    reading.set_up_shut(home, max_memory_mb)


def ways() -> tuple[str, ...]:
    return reading.ways()


def connect(port: int) -> str:
    return _tried(lambda: socket.create_connection(("127.0.0.1", port), 2))


def connect_below_python(port: int) -> int:
    """errno of connect(2), asked of the C library, past every hook of Python; 0 where it was let through."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.socket(2, 1, 0)
    address = (2).to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    return ctypes.get_errno() if libc.connect(handle, address, 16) else 0


def look_up() -> str:
    return _tried(lambda: socket.getaddrinfo("localhost", 80))


def open_file(path: str) -> str:
    return _tried(lambda: Path(path).read_bytes())


def write_file(path: str) -> str:
    return _tried(lambda: Path(path).write_bytes(b"x"))


def write_scratch(size: int) -> str:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(size))
        file.flush()
    return "done"


def end_parent() -> str:
    return _tried(lambda: os.kill(os.getppid(), signal.SIGTERM))


def fill_memory() -> int:
    return len(b"x" * (8 << 30))


def spin() -> None:
    while True:
        pass


def spin_and_tell(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    spin()


def half_an_answer() -> None:
    """Begin a message of 100 MB to whoever waits, and say no more."""
    _say((100_000_000).to_bytes(4, "big") + b"abc")


class _Trap:
    """Unpickled by somebody, it makes a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path(self._path),)


def trap(path: str) -> Any:
    return _Trap(path)


def trap_below(path: str) -> None:
    """The same, written to the pipe itself, as one who owns the process could."""
    data = pickle.dumps((_Trap(path), 0.0))
    _say(len(data).to_bytes(4, "big") + data)


def _say(message: bytes) -> None:
    """Write to every socket that is open: one of them leads to the parent."""
    for handle in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(handle).st_mode):
                os.write(handle, message)
        except OSError:
            continue
    time.sleep(600)


def _tried(act: Any) -> str:
    try:
        act()
    except OSError as error:
        return type(error).__name__
    return "done"
