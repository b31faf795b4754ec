"""The tables of the lake: their columns, types and Vietnamese comments. Pure text; never opens anything.

Every table lies in the schema ``history``, is only ever appended to, and carries ``load`` (the number of the batch, rising)
and ``loaded_at``. A document that is loaded again gets further rows under a higher ``load``; the views of the same names in
the schema ``main`` show the rows of the latest. Instants are ISO 8601 text with their zone, boxes are fractions of the
upright page (left, top, right, bottom).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["FORMAT", "TABLES", "Table", "current", "quoted", "statements"]

FORMAT = 1
"""The version of these tables. A lake of a higher one is refused."""


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` gives (name, SQL type, Vietnamese comment); ``of`` is what its rows are versions of."""

    name: str
    of: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]


_LOAD = (
    ("load", "BIGINT", "Số thứ tự lần nạp"),
    ("loaded_at", "VARCHAR", "Thời điểm nạp"),
)
_BOX = (
    ("box_l", "DOUBLE", "Mép trái, phần của chiều rộng trang"),
    ("box_t", "DOUBLE", "Mép trên, phần của chiều cao trang"),
    ("box_r", "DOUBLE", "Mép phải, phần của chiều rộng trang"),
    ("box_b", "DOUBLE", "Mép dưới, phần của chiều cao trang"),
)
_DOCUMENT = ("document", "VARCHAR", "Mã văn bản trong Hoso")
_DOSSIER = ("dossier", "VARCHAR", "Mã hồ sơ trong Hoso")
_POSITION = ("position", "INTEGER", "Trang thứ mấy của hồ sơ, từ 1, theo thứ tự tiếp nhận")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("about", "", "Phiên bản của kho dữ liệu", (
            ("format", "INTEGER", "Phiên bản các bảng"),
            ("views", "VARCHAR", "Dấu vân tay các khung nhìn"),
        )),
        Table("receipts", "", "Biên nhận từng lần nạp", (
            *_LOAD,
            ("key", "VARCHAR", "Khóa của lô; một khóa chỉ nạp một lần"),
            ("documents", "INTEGER", "Số văn bản của lô"),
            ("pages", "INTEGER", "Số trang của lô"),
        )),
        Table("dossiers", "dossier", "Hồ sơ", (
            *_LOAD, _DOSSIER,
            ("code", "VARCHAR", "Mã hồ sơ hành chính"),
            ("source", "VARCHAR", "Tên tệp hoặc thư mục đã tiếp nhận"),
            ("received", "VARCHAR", "Thời điểm tiếp nhận"),
            ("scans", "INTEGER", "Số tệp quét"),
        )),
        Table("scans", "dossier", "Tệp quét của hồ sơ", (
            *_LOAD, _DOSSIER,
            ("position", "INTEGER", "Tệp thứ mấy của hồ sơ, từ 1"),
            ("name", "VARCHAR", "Tên tệp"),
            ("digest", "VARCHAR", "SHA-256 của tệp"),
            ("media_type", "VARCHAR", "Loại tệp"),
            ("size", "BIGINT", "Dung lượng, byte"),
        )),
        Table("documents", "document", "Văn bản đã phát hành vào kho", (
            *_LOAD, _DOCUMENT, _DOSSIER,
            ("code", "VARCHAR", "Mã hồ sơ hành chính"),
            ("source", "VARCHAR", "Tên tệp hoặc thư mục đã tiếp nhận"),
            ("type", "VARCHAR", "Loại văn bản"),
            ("form", "VARCHAR", "Mẫu đã dùng và ngày hiệu lực của mẫu"),
            ("type_confidence", "DOUBLE", "Độ tin cậy của loại, 0 đến 1"),
            ("reason", "VARCHAR", "Vì sao nhận ra loại này"),
            ("verdict", "VARCHAR", "clear hoặc needs-person"),
            ("engine", "VARCHAR", "Bộ nhận dạng đã đọc"),
            ("pages", "INTEGER", "Số trang"),
            ("first_page", "INTEGER", "Trang đầu là trang thứ mấy của hồ sơ"),
            ("record", "VARCHAR", "SHA-256 của bản ghi đã duyệt"),
            ("archive_sha256", "VARCHAR", "SHA-256 của bản PDF/A đã ký"),
        )),
        Table("fields", "document", "Trường thông tin và chứng cứ", (
            *_LOAD, _DOCUMENT, _DOSSIER,
            ("type", "VARCHAR", "Loại văn bản"),
            ("form", "VARCHAR", "Mẫu đã dùng"),
            ("ordinal", "INTEGER", "Thứ tự trong bản ghi, từ 1"),
            ("name", "VARCHAR", "Tên trường"),
            ("value", "VARCHAR", "Giá trị đã chuẩn hóa"),
            ("raw", "VARCHAR", "Nguyên văn đọc được"),
            ("confidence", "DOUBLE", "Độ tin cậy, 0 đến 1"),
            ("status", "VARCHAR", "clear, doubtful, missing hoặc empty"),
            _POSITION, *_BOX,
            ("source", "VARCHAR", "Nguồn: ocr, pdf, qr, person …"),
            ("rule", "VARCHAR", "Quy tắc đã tìm ra"),
            ("passed", "VARCHAR", "Các phép kiểm tra đạt"),
            ("failed", "VARCHAR", "Các phép kiểm tra không đạt"),
            ("engine", "VARCHAR", "Bộ nhận dạng đã đọc"),
        )),
        Table("field_rows", "document", "Các dòng của trường dạng bảng", (
            *_LOAD, _DOCUMENT,
            ("name", "VARCHAR", "Tên trường"),
            ("row", "INTEGER", "Dòng thứ mấy, từ 1"),
            ("item", "VARCHAR", "Tên cột"),
            ("value", "VARCHAR", "Giá trị"),
        )),
        Table("pages", "document", "Trang của văn bản, kèm toàn văn", (
            *_LOAD, _DOCUMENT, _DOSSIER, _POSITION,
            ("scan", "VARCHAR", "Tên tệp quét"),
            ("scan_digest", "VARCHAR", "SHA-256 của tệp quét"),
            ("page", "INTEGER", "Trang thứ mấy của tệp, từ 1"),
            ("kind", "VARCHAR", "paper, blank, separator hoặc quarantined"),
            ("width", "INTEGER", "Chiều rộng, điểm ảnh"),
            ("height", "INTEGER", "Chiều cao, điểm ảnh"),
            ("dpi", "DOUBLE", "Độ phân giải"),
            ("rotation", "INTEGER", "Độ xoay để trang thẳng đứng, theo chiều kim đồng hồ"),
            ("skew", "DOUBLE", "Độ nghiêng"),
            ("quality", "DOUBLE", "Chất lượng ảnh, 0 đến 1"),
            ("seal", "BOOLEAN", "Có dấu"),
            ("signature", "BOOLEAN", "Có chữ ký"),
            ("text", "VARCHAR", "Toàn văn"),
        )),
        Table("problems", "document", "Vấn đề đã phát hiện", (
            *_LOAD, _DOCUMENT, _DOSSIER,
            ("ordinal", "INTEGER", "Thứ tự, từ 1"),
            ("code", "VARCHAR", "Mã vấn đề"),
            ("severity", "VARCHAR", "error, warning hoặc note"),
            ("field", "VARCHAR", "Trường liên quan"),
            ("text", "VARCHAR", "Diễn giải"),
            _POSITION, *_BOX,
            ("places", "VARCHAR", "Mọi vị trí trên giấy, JSON"),
        )),
        Table("decisions", "document", "Quyết định của cán bộ", (
            *_LOAD, _DOCUMENT,
            ("record", "VARCHAR", "SHA-256 của bản ghi đã xem"),
            ("who", "VARCHAR", "Người quyết định"),
            ("at", "VARCHAR", "Thời điểm"),
            ("verdict", "VARCHAR", "approved hoặc held"),
            ("note", "VARCHAR", "Ghi chú"),
        )),
        Table("seals", "document", "Chữ ký số của cơ quan", (
            *_LOAD, _DOCUMENT,
            ("record", "VARCHAR", "SHA-256 của bản ghi"),
            ("before", "VARCHAR", "SHA-256 trước khi ký"),
            ("after", "VARCHAR", "SHA-256 sau khi ký"),
            ("signer", "VARCHAR", "Người ký"),
            ("profile", "VARCHAR", "Kiểu chữ ký"),
            ("at", "VARCHAR", "Thời điểm ký"),
            ("evidence", "VARCHAR", "Chứng cứ xác thực"),
        )),
    )
}  # fmt: skip


def quoted(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def statements() -> Iterator[str]:
    """What makes the empty tables, in order; the catalog must be the default one."""
    yield "CREATE SCHEMA IF NOT EXISTS history"
    for table in TABLES.values():
        columns = ", ".join(f'"{name}" {kind}' for name, kind, _ in table.columns)
        yield f"CREATE TABLE history.{table.name} ({columns})"
        yield f"COMMENT ON TABLE history.{table.name} IS {quoted(table.comment)}"
        for name, _, comment in table.columns:
            yield f'COMMENT ON COLUMN history.{table.name}."{name}" IS {quoted(comment)}'


def current(name: str) -> str:
    """A query that gives the rows of that table as they stand: those of the latest load of their document or dossier."""
    table = TABLES[name]
    if not table.of:
        return f"SELECT * FROM history.{name}"
    # The latest load of the *document* decides, so that a corrected record without problems hides the old ones.
    owner = {"document": "documents", "dossier": "dossiers"}[table.of]
    return (
        f"SELECT * FROM history.{name} SEMI JOIN "
        f"(SELECT {table.of}, max(load) AS load FROM history.{owner} GROUP BY {table.of}) USING ({table.of}, load)"
    )
