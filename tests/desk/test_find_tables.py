"""A result list leaves the desk as a table that spreadsheets and other programs read, the same rows in each."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from lxml import etree

from desks import Served, started
from doors import hoso

Opened = Callable[[Served, str], Any]


@pytest.fixture
def filed(home: Path) -> Iterator[Served]:
    waiting = [row["document"] for row in hoso(home, "approve", "--list", "--json").rows()]
    assert hoso(home, "approve", *waiting, "--with-problems", "--who", "Người duyệt").code == 0
    yield from started(home)


def test_the_same_rows_in_every_form(filed: Served) -> None:
    with filed.client("archivist") as client:
        page = client.get("/find?q=giấy").text
        tables = {form: client.get(f"/find.{form}?q=giấy") for form in ("csv", "xlsx", "parquet")}
        assert all(f"/find.{form}?q=gi" in page for form in tables)
        assert client.get("/find.exe?q=giấy").status_code == 404
        nothing = client.get("/find.parquet?q=khongconaonhuvay")
    assert {answer.status_code for answer in tables.values()} == {200}
    rows = list(csv.reader(io.StringIO(tables["csv"].content.decode("utf-8-sig"))))
    assert rows[0] == ["ma_ho_so", "nguon", "loai", "ngay", "trang", "van_ban"]
    assert len(rows) > 3
    read = pyarrow.parquet.read_table(io.BytesIO(tables["parquet"].content))
    assert [list(row.values()) for row in read.to_pylist()] == rows[1:]
    with zipfile.ZipFile(io.BytesIO(tables["xlsx"].content)) as book:
        told = etree.fromstring(book.read("xl/sharedStrings.xml"))
    words = {"".join(one.itertext()) for one in told}
    assert {cell for row in rows[1:] for cell in row} - {""} <= words
    assert pyarrow.parquet.read_table(io.BytesIO(nothing.content)).num_rows == 0


def test_what_was_found_is_marked_on_its_page_for_whom_it_is_open(filed: Served, page_of: Opened) -> None:
    page = page_of(filed, "archivist")
    page.goto("/find?q=giấy")
    assert page.query_selector_all(".inked") == [], "no page is shown without a purpose"
    page.fill("#purpose", "đối chiếu")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    with page.expect_response(lambda answer: answer.url.endswith(".jpg")) as shown:
        page.goto("/find?q=giấy")
    assert shown.value.ok
    assert shown.value.finished() is None
    page.wait_for_selector(".inked rect")
    image, box = (page.query_selector(f".inked {what}").bounding_box() for what in ("img", "rect"))
    assert image["x"] <= box["x"] <= image["x"] + image["width"]
    assert image["y"] <= box["y"] <= image["y"] + image["height"]
    assert 0 < box["height"] < image["height"] / 10
