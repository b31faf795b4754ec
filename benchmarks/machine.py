"""On what, and of which commit, a figure was measured; and where results are written."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "cpu", "machine", "write"]

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def machine() -> dict[str, Any]:
    """Processor, cores, memory, systems, and the commit (with "+" where the tree has changes)."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next((int(line.split()[1]) // 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    commit = _said("git", "rev-parse", "--short=10", "HEAD")
    changed = "+" if _said("git", "status", "--porcelain", "pipeline", "schemas") else ""
    tesseract = _said("tesseract", "--version").splitlines()
    return {
        "commit": commit + changed,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": memory,
        "system": platform.platform(),
        "python": platform.python_version(),
        "tesseract": tesseract[0] if tesseract else "absent",
    }


def cpu() -> float:
    """CPU seconds of this process and of the children it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def write(name: str, answer: dict[str, Any]) -> Path:
    """Keep a result as ``results/NAME-COMMIT.json``; gives the path."""
    RESULTS.mkdir(exist_ok=True)
    told = {"machine": machine()} | answer
    path = RESULTS / f"{name}-{told['machine']['commit'].rstrip('+')}.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines()


def _said(*words: str) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False).stdout.strip()
    except OSError:
        return ""
