"""Owns the look into a received PDF: page count, signatures, and what in it is active, hidden or out of order.

Never draws a page and never changes a byte. Page counts of two readers (qpdf through pikepdf, and PDFium) must agree,
or pages could be lost in silence.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pikepdf

from hoso.errors import Refused
from hoso.nouns import Survey
from hoso.pdf.render import page_count
from hoso.settings import Reading

__all__ = ["look"]

_DEEPEST, _MOST = 64, 20_000  # of a field tree; a loop or a bomb stops here
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+\d+\s+\d+\s*\]")
_STREAM = re.compile(r"stream <[^>]*>: ")  # an address in memory: no part of a message
_ACTIVE = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData")

# What pikepdf raises on broken objects, met while walking them.
_ODD = (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, IndexError, RecursionError)


def look(data: bytes, limits: Reading) -> Survey:
    """What the PDF holds. ``findings`` may have: restricted, repaired, javascript, launch, attachments, xfa, form,
    redaction-pending, signature.orphan.

    Raises Refused: file.encrypted, file.damaged, file.no-pages, file.too-many-pages.
    """
    try:
        pdf = pikepdf.open(BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise Refused(
            "file.encrypted",
            "the PDF needs a password to open",
            "Tệp PDF có mật khẩu. Hãy gỡ mật khẩu rồi gửi lại.",
        ) from error
    except _ODD as error:
        raise _damaged(f"qpdf cannot open it: {_STREAM.sub('', str(error))}") from error
    with pdf:
        pages = _pages(pdf, data, limits)
        findings = _findings(pdf, pages)
        signed = _signed(pdf)
        if not signed and _BYTE_RANGE.search(data):
            signed = True
            findings.append("signature.orphan")
        return Survey("application/pdf", pages, signed, tuple(findings))


def _pages(pdf: Any, data: bytes, limits: Reading) -> int:
    try:
        pages = len(pdf.pages)
    except _ODD as error:
        raise _damaged(f"its page tree is broken: {error}") from error
    if pages > limits.max_pages:
        raise Refused(
            "file.too-many-pages",
            f"the PDF has {pages} pages, more than reading.max_pages = {limits.max_pages}",
            f"Tệp có {pages} trang, quá {limits.max_pages} trang. Hãy tách thành nhiều tệp nhỏ hơn.",
        )
    if pages == 0:
        raise Refused("file.no-pages", "the PDF has no page", "Tệp PDF không có trang nào. Hãy quét lại.")
    seen = page_count(data)
    if pages != seen:
        raise _damaged(f"qpdf counts {pages} pages, PDFium {seen}: a page could be lost in silence")
    return pages


def _damaged(why: str) -> Refused:
    return Refused(
        "file.damaged",
        f"the PDF is damaged: {why}",
        "Tệp PDF bị hỏng. Hãy quét lại hoặc xuất lại tệp rồi gửi tệp mới.",
    )


def _findings(pdf: Any, pages: int) -> list[str]:
    found = []
    if pdf.is_encrypted:
        found.append("restricted")
    try:
        if pdf.get_warnings():
            found.append("repaired")
    except _ODD:
        found.append("repaired")
    names, form = _get(pdf.Root, "/Names"), _get(pdf.Root, "/AcroForm")
    if _get(names, "/JavaScript") is not None:
        found.append("javascript")
    actions = [_get(pdf.Root, "/OpenAction"), *_annotation_actions(pdf, pages, found)]
    for action in actions:
        kind = _get(action, "/S")
        if kind is not None and str(kind) in _ACTIVE:
            word = {"/JavaScript": "javascript", "/Launch": "launch"}.get(str(kind), "submit")
            if word not in found:
                found.append(word)
    if _get(names, "/EmbeddedFiles") is not None:
        found.append("attachments")
    if _get(form, "/XFA") is not None:
        found.append("xfa")
    if form is not None:
        found.append("form")
    return found


def _annotation_actions(pdf: Any, pages: int, found: list[str]) -> list[Any]:
    """Actions of the annotations of the first pages; notes a redaction that was marked and never applied."""
    actions = []
    for number in range(min(pages, 200)):
        try:
            annotations = list(pdf.pages[number].obj.get("/Annots", []))[:500]
        except _ODD:
            continue
        for note in annotations:
            actions.append(_get(note, "/A"))
            extra = _get(note, "/AA")
            actions += [_get(extra, name) for name in ("/U", "/D", "/K", "/F", "/V", "/C", "/PO")]
            if str(_get(note, "/Subtype")) == "/Redact" and "redaction-pending" not in found:
                found.append("redaction-pending")
    return [action for action in actions if action is not None]


def _signed(pdf: Any) -> bool:
    """Whether a signature field holds a signature that covers bytes (ISO 32000-1, 12.8.1)."""
    waiting: list[tuple[Any, int]] = []
    form = _get(pdf.Root, "/AcroForm")
    waiting += [(field, 0) for field in _items(_get(form, "/Fields"))]
    visits = 0
    while waiting and visits < _MOST:
        field, depth = waiting.pop()
        visits += 1
        value = _get(field, "/V")
        if _get(value, "/ByteRange") is not None:
            return True
        if depth < _DEEPEST:
            waiting += [(kid, depth + 1) for kid in _items(_get(field, "/Kids"))]
    return False


def _get(holder: Any, name: str) -> Any:
    """``holder[name]`` of a dictionary, None where it is none or broken."""
    try:
        return holder.get(name) if isinstance(holder, pikepdf.Dictionary | pikepdf.Stream) else None
    except _ODD:
        return None


def _items(value: Any) -> list[Any]:
    try:
        return list(value)[:_MOST] if isinstance(value, pikepdf.Array) else []
    except _ODD:
        return []
