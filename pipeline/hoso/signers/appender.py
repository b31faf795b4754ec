"""Owns how a revision is appended to a PDF file: what is asked for and nothing else. Never opens or saves a file anew."""

from __future__ import annotations

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

__all__ = ["Appender"]


class Appender(IncrementalPdfFileWriter):
    """The library's writer, less its care for metadata: they stay as they were composed, with their instant (PDF/A asks
    that the information dictionary and the metadata packet agree: ISO 19005-2, 6.6.3)."""

    def _update_meta(self) -> None:
        return
