"""Functions that a crew's workers run in tests: each produces one failure, or the thing that should survive it."""

import os
import signal
import subprocess
import time
from pathlib import Path

from hoso.errors import Refused


def set_up(*_: object) -> None:
    """A worker needs nothing for these."""


def broken_set_up() -> None:
    raise Refused("test.set-up", "the worker cannot be set up")


def double(number: int) -> int:
    return 2 * number


def refuse(number: int) -> int:
    raise Refused("test.refused", f"number {number} is refused", "bị từ chối")


def defect() -> None:
    raise ZeroDivisionError("a defect of ours")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crash_once(flag: str) -> str:
    path = Path(flag)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second time lucky"


def hang_with_child(pid_file: str) -> None:
    child = subprocess.Popen(["sleep", "600"])
    Path(pid_file).write_text(str(child.pid))
    time.sleep(600)
