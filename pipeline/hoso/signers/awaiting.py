"""Owns the step from pyhanko's coroutines to plain calls. Never leaves a loop or a thread behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

__all__ = ["finish"]

T = TypeVar("T")


def finish(work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``; in a thread of its own where an event loop runs already (a flow, the desk)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
