"""Owns the call of veraPDF, the reference judge of PDF/A, where an office has installed it. Never required.

The program ``verapdf`` is looked for on the PATH (it comes from the veraPDF consortium's installer and needs Java). Its
machine-readable report is read; what it says of single rules becomes violations like those of our own check.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from hoso.errors import Unavailable
from hoso.nouns import Violation

__all__ = ["available", "violations"]

_SECONDS = 120


def available() -> bool:
    """Whether the program is on the PATH."""
    return shutil.which("verapdf") is not None


def violations(data: bytes, flavour: str = "2u") -> tuple[Violation, ...]:
    """What veraPDF finds broken in ``data`` as PDF/A of that ``flavour``; empty where it says that the file complies.

    Raises Unavailable where the program is missing, does not end in two minutes, or gives no report.
    """
    program = shutil.which("verapdf")
    if program is None:
        raise Unavailable("verapdf is not on the PATH; install veraPDF (it needs Java) to have its judgement too")
    with TemporaryDirectory(prefix="hoso-verapdf-") as folder:
        path = Path(folder) / "copy.pdf"
        path.write_bytes(data)
        try:
            told = subprocess.run(
                [program, "--format", "xml", "--flavour", flavour, str(path)],
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"verapdf gave no judgement: {error}") from error
    return _read(told.stdout)


def _read(report: bytes) -> tuple[Violation, ...]:
    try:
        root = ElementTree.fromstring(report)
    except ElementTree.ParseError as error:
        raise Unavailable(f"verapdf gave a report that cannot be read: {error}") from error
    judged = root.find(".//validationReport")
    if judged is None:
        said = root.find(".//exceptionMessage")
        raise Unavailable(f"verapdf judged nothing: {said.text if said is not None else 'its report names no file'}")
    failed = tuple(
        Violation(
            rule.get("clause", ""),
            f"{(rule.findtext('description') or '').strip()} (test {rule.get('testNumber', '')})",
            f"{rule.get('failedChecks', '')} places, veraPDF",
        )
        for rule in judged.iter("rule")
        if rule.get("status") == "failed"
    )
    if not failed and judged.get("isCompliant") != "true":
        return (Violation("", judged.get("statement") or "veraPDF says the file does not comply", "veraPDF"),)
    return failed
