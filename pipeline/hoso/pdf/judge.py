"""Owns the question whether bytes are a PDF/A-2u: our own check, and pikepdf's allow-list of PDF/A-2b beside it.

The allow-list approves only what it knows, so that other people's drawings are taken over only where nothing in them is
doubtful. What it does not know and our own check does is left to that: metadata (our own names, level U) and JPEG 2000.
"""

from __future__ import annotations

from io import BytesIO

from hoso.pdf.check import violations

__all__ = ["findings"]

_OURS = ("ISO_19005_2:6.6.2.3", "ISO_19005_2:6.6.4-3", "JPX")


def findings(data: bytes) -> tuple[str, ...]:
    """What is wrong, or doubtful, with ``data`` as a PDF/A-2u; empty where nothing is."""
    own = tuple(f"{violation.clause} {violation.text}" for violation in violations(data))
    if own:
        return own
    import pikepdf.pdfa  # slow to import, and wanted for received PDFs only

    report = pikepdf.pdfa.validate_written(BytesIO(data), "2b")
    return tuple(
        f"{found.rule} {found.message}"
        for found in report.findings
        if not any(word in f"{found.rule} {found.message}" for word in _OURS)
    )
