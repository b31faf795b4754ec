"""A report as an Excel workbook (Office Open XML): a sheet each, numbers as numbers, heads frozen, widths that fit.

Same report, same bytes: the file bears no clock. Text is never a formula, whatever it begins with. Never counts.
"""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from hoso.values.reports import Cell, Column, Report, Sheet, shown

__all__ = ["workbook"]

_FORMATS = {"count": "#,##0", "rate": "0.00", "date": "dd/mm/yyyy", "text": "@"}


def workbook(report: Report) -> bytes:
    """The workbook of ``report``; its last sheet holds the notes. N/A is text, so that a mean does not count it as 0."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": report.title, "author": report.office, "created": datetime(2000, 1, 1)})
        forms = {kind: book.add_format({"num_format": code, "valign": "top"}) for kind, code in _FORMATS.items()}
        forms["wrapped"] = book.add_format({"text_wrap": True, "valign": "top"})
        forms["right"] = book.add_format({"align": "right", "valign": "top"})
        forms["head"] = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E6E6E6"}
        )
        forms["title"] = book.add_format({"bold": True, "font_size": 13})
        for sheet in report.sheets:
            _sheet(book, sheet, report, forms)
        notes = book.add_worksheet("Ghi chú")
        notes.set_column(0, 0, 110)
        for row, text in enumerate((report.title, report.office, *report.notes)):
            notes.write_string(row, 0, text, forms["title" if row == 0 else "wrapped"])
        notes.set_paper(9)
    return written.getvalue()


_HEAD = 3
"""The row of column heads, from 0: above it stand the report's title and the sheet's."""


def _sheet(book: Any, sheet: Sheet, report: Report, forms: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, report.title, forms["title"])
    page.write_string(1, 0, f"{report.office} · {sheet.title}")
    for place, column in enumerate(sheet.columns):
        page.write_string(_HEAD, place, column.title, forms["head"])
        longest = max((len(shown(row[place], column)) for row in sheet.rows), default=0)
        page.set_column(place, place, min(60, max(11, longest + 2)))
    for number, row in enumerate(sheet.rows, _HEAD + 1):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _cell(page, number, place, cell, column, forms)
    if sheet.rows:
        page.autofilter(_HEAD, 0, _HEAD + len(sheet.rows), len(sheet.columns) - 1)
    page.freeze_panes(_HEAD + 1, 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEAD)
    page.set_footer("&C&P / &N")


def _cell(page: Any, row: int, place: int, cell: Cell, column: Column, forms: dict[str, Any]) -> None:
    if cell is None or isinstance(cell, str):
        if text := shown(cell, column):
            page.write_string(row, place, text, forms["text" if column.kind == "text" else "right"])
    elif isinstance(cell, int | Decimal):
        page.write_number(row, place, float(cell), forms[column.kind])
    else:
        page.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), forms["date"])
