"""A look at a package from anywhere: the validator of ``exports/packages`` with the eyes for PDFs that ``stages/`` has.

Needs no home. Never: writes, or raises over what a package holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hoso.exports.packages.check import Checked, check
from hoso.exports.packages.container import Opened
from hoso.exports.packages.findings import Finding

__all__ = ["inspect"]


def inspect(package: Opened, roots: Sequence[bytes], largest: int) -> Checked:
    """What is wrong with ``package``. ``roots`` are trusted root certificates (PEM), ``largest`` the bytes of a PDF
    at most."""

    def pdf(path: str, data: bytes, born: bool) -> Iterator[Finding]:
        from hoso.stages.verify import verify

        seen = verify(data, roots)
        if not seen.readable:
            yield Finding("pdf.unreadable", path)
            return
        if not seen.signatures:
            yield Finding("pdf.unsigned", path)
        for finding in seen.signatures:
            bad = not finding.untouched or finding.state == "revoked"
            if bad or not finding.valid:
                yield Finding("pdf.changed" if bad else "pdf.trust", path, finding.state)
        if seen.violations:
            clauses = ", ".join(sorted({violation.clause for violation in seen.violations})[:8])
            yield Finding("pdf.kept" if born else "pdf.rules", path, clauses)

    return check(package, pdf, largest)
