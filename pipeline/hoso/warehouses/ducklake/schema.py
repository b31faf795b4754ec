"""The tables of the lake: their columns, types and Vietnamese comments. Pure text; never opens anything.

A star: facts (dossiers, documents, fields, field_rows, pages, problems, decisions, seals, deliveries, and what papers and
the one-stop system say of a dossier's course: cases, progress) about dimensions. Dimensions that come from registers are
tables (agencies, procedures, units); those that follow from the facts are views (persons out of ``mentions``, days).

Every table lies in the schema ``history``, is only ever appended to, and carries ``load`` (the number of the batch, rising)
and ``loaded_at``. A document that is loaded again gets further rows under a higher ``load``; the views of the same names in
the schema ``main`` show the rows of the latest, those in ``first_known`` the rows of the
first. Which those are, ``revisions`` tells: it has a row for each load that replaces another, and few there are, so a
question over everything costs hardly more than one over the bare tables. Instants are ISO 8601 text with their zone,
boxes are fractions of the upright page (left, top, right, bottom).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "FORMAT", "OWNERS", "PERSONAL", "TABLES", "Table", "current", "first", "making", "quoted", "revised", "statements",
]  # fmt: skip

FORMAT = 3
"""The version of these tables. A lake of a higher one is refused, one of a lower is brought up (``migrations``)."""


@dataclass(frozen=True, slots=True)
class Table:
    """``columns`` gives (name, SQL type, Vietnamese comment); ``of`` is what its rows are versions of: the latest load of
    that "document", "dossier", "code" (of a dossier), "key" (of a delivery) or whole "roll" stands, "" every row."""

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
_AGENCY = ("agency", "VARCHAR", "Mã cơ quan trong mã hồ sơ, cấp 1 đứng trước (Quyết định 20/2020/QĐ-TTg): H23.16")
_VERIFIED = (
    ("verified_by", "VARCHAR", "Người đã duyệt bản ghi; trống nếu theo ủy nhiệm"),
    ("verified_at", "VARCHAR", "Thời điểm duyệt"),
)
_DAY = "DATE"
_POSITION = ("position", "INTEGER", "Trang thứ mấy của hồ sơ, từ 1, theo thứ tự tiếp nhận")
_CASE = (
    ("code", "VARCHAR", "Mã hồ sơ hành chính"),
    ("agency", "VARCHAR", "Mã cơ quan, cấp 1 đứng trước"),
    ("procedure", "VARCHAR", "Mã thủ tục hành chính"),
    ("received", _DAY, "NgayTiepNhan"),
    ("due", _DAY, "NgayHenTra"),
    ("ended", _DAY, "NgayKetThucXuLy"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("about", "", "Phiên bản của kho dữ liệu", (
            ("format", "INTEGER", "Phiên bản các bảng"),
            ("views", "VARCHAR", "Dấu vân tay các khung nhìn"),
            ("people", "VARCHAR", "Dấu của khóa dùng để băm số định danh"),
        )),
        Table("receipts", "", "Biên nhận từng lần nạp", (
            *_LOAD,
            ("key", "VARCHAR", "Khóa của lô; một khóa chỉ nạp một lần"),
            ("documents", "INTEGER", "Số văn bản của lô"),
            ("pages", "INTEGER", "Số trang của lô"),
        )),
        Table("revisions", "", "Lần nạp thay một lần nạp trước của cùng văn bản, hồ sơ, tiến trình, lần gửi", (
            *_LOAD,
            ("what", "VARCHAR", "document, dossier, code hoặc key"),
            ("key", "VARCHAR", "Mã của văn bản, hồ sơ …"),
            ("before", "BIGINT", "Lần nạp bị thay"),
        )),
        Table("dossiers", "dossier", "Hồ sơ", (
            *_LOAD, _DOSSIER,
            ("code", "VARCHAR", "Mã hồ sơ hành chính"),
            ("source", "VARCHAR", "Tên tệp hoặc thư mục đã tiếp nhận"),
            ("received", "VARCHAR", "Thời điểm tiếp nhận"),
            ("scans", "INTEGER", "Số tệp quét"),
            _AGENCY,
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
            _AGENCY, *_VERIFIED,
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
            ("kind", "VARCHAR", "Kiểu giá trị theo mẫu: text, person, date, identity …; trống nếu mẫu không có trường này"),
            ("value_date", "DATE", "Giá trị kiểu ngày, trống nếu không phải ngày có thật"),
            ("value_number", "DOUBLE", "Giá trị kiểu số"),
            *_VERIFIED,
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
        Table("mentions", "document", "Người được nêu trong văn bản, theo số định danh", (
            *_LOAD, _DOCUMENT, _DOSSIER,
            ("person", "VARCHAR", "Khóa của người: băm có khóa của số định danh; nối được, không đọc ngược được"),
            ("ordinal", "INTEGER", "Trường mang số định danh: thứ tự trong bản ghi"),
            ("field", "VARCHAR", "Tên trường mang số định danh"),
            ("name", "VARCHAR", "Họ tên đứng cùng số ấy"),
            ("birth", "VARCHAR", "Ngày hoặc năm sinh"),
            ("sex", "VARCHAR", "Giới tính"),
        )),
        Table("cases", "document", "Tiến trình hồ sơ theo giấy tờ (giấy tiếp nhận và hẹn trả …)", (
            *_LOAD, _DOCUMENT, _DOSSIER, *_CASE,
        )),
        Table("progress", "code", "Tiến trình hồ sơ theo hệ thống một cửa; trống là chưa biết", (
            *_LOAD, *_CASE,
            ("state", "INTEGER", "TrangThaiHoSo: 1 mới đăng ký … 9 đã xử lý xong, 10 đã trả kết quả"),
            ("channel", "INTEGER", "KenhThucHien: 1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích"),
            ("waited", "INTEGER", "Số ngày chờ bổ sung giấy tờ, không tính vào thời hạn"),
            ("supplements", "INTEGER", "Số lần yêu cầu bổ sung"),
            ("component_digital", "BOOLEAN", "HoSoCoThanhPhanSoHoa = 1 hoặc TaiLieuNop.DuocSoHoa = 1"),
            ("component_reused", "BOOLEAN", "Có thành phần TaiLieuNop.DuocTaiSuDung = 2"),
            ("from_store", "BOOLEAN", "Có tệp TaiLieuNop.DuocLayTuKhoDMQG = 1"),
            ("result_link", "BOOLEAN", "Kết quả có đường dẫn tệp, đã đồng bộ"),
            ("verified_identity", "BOOLEAN", "TaiKhoanDuocXacThucVoiVNeID = 1"),
            ("population", "BOOLEAN", "Có kết nối cơ sở dữ liệu quốc gia về dân cư (MaCSDL)"),
            ("synced", "VARCHAR", "Thời điểm đồng bộ lên Cổng Dịch vụ công quốc gia"),
        )),
        Table("deliveries", "key", "Lần gửi sang hệ thống khác", (
            *_LOAD,
            ("key", "VARCHAR", "Khóa của lần gửi; một khóa chỉ gửi một lần"),
            ("target", "VARCHAR", "Hệ thống nhận"),
            ("code", "VARCHAR", "Mã hồ sơ hành chính"), _DOCUMENT,
            ("at", "VARCHAR", "Thời điểm dự định gửi"),
            ("state", "VARCHAR", "intended, done hoặc refused"),
            ("answered", "VARCHAR", "Thời điểm trả lời"),
            ("answer", "VARCHAR", "Trả lời của hệ thống nhận"),
        )),
        Table("rolls", "", "Sổ đăng ký đã nạp", (
            *_LOAD,
            ("name", "VARCHAR", "Bảng nhận các dòng"),
            ("day", "VARCHAR", "Ngày của sổ"),
            ("digest", "VARCHAR", "SHA-256 của tệp"),
            ("lines", "INTEGER", "Số dòng"),
        )),
        Table("agencies", "roll", "Danh mục cơ quan", (
            *_LOAD,
            ("code", "VARCHAR", "Mã cơ quan, cấp 1 đứng trước"),
            ("name", "VARCHAR", "Tên cơ quan"),
            ("parent", "VARCHAR", "Mã cơ quan cấp trên"),
            ("since", _DAY, "Có từ ngày"),
            ("until", _DAY, "Có đến hết ngày"),
            ("successor", "VARCHAR", "Mã cơ quan kế tục"),
        )),
        Table("procedures", "roll", "Danh mục thủ tục hành chính", (
            *_LOAD,
            ("code", "VARCHAR", "Mã thủ tục quốc gia: 1.001612"),
            ("name", "VARCHAR", "Tên thủ tục"),
            ("area", "VARCHAR", "Lĩnh vực"),
            ("needs_result", "BOOLEAN", "Thủ tục phải trả kết quả bằng văn bản"),
            ("citizens", "BOOLEAN", "Thủ tục của công dân"),
            ("days", "INTEGER", "Thời hạn giải quyết, ngày làm việc"),
        )),
        Table("units", "roll", "Đơn vị hành chính, trước và từ 2025-07-01 (Quyết định 19/2025/QĐ-TTg)", (
            *_LOAD,
            ("level", "VARCHAR", "province, district hoặc commune"),
            ("name", "VARCHAR", "Tên có cấp: Xã Minh Châu"),
            ("district", "VARCHAR", "Huyện, trống từ 2025-07-01"),
            ("province", "VARCHAR", "Tỉnh, thành phố"),
            ("province_code", "VARCHAR", "Mã tỉnh 2 chữ số của tỉnh từ 2025-07-01"),
            ("since", _DAY, "Có từ ngày, trống nếu từ trước"),
            ("until", _DAY, "Có đến hết ngày"),
            ("successor", "VARCHAR", "Đơn vị thay thế từ 2025-07-01; xã bị chia có nhiều dòng"),
            ("successor_province", "VARCHAR", "Tỉnh của đơn vị thay thế"),
        )),
    )
}  # fmt: skip

PERSONAL = frozenset(
    {("fields", "value"), ("fields", "raw"), ("fields", "value_date"), ("fields", "value_number"),
     ("field_rows", "value"), ("pages", "text"), ("problems", "text"), ("mentions", "name"), ("mentions", "birth"),
     ("mentions", "sex")}
)  # fmt: skip
"""(table, column) of what may tell who a person is; ``mentions.person`` joins and tells nobody."""


def quoted(text: str) -> str:
    """``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def making(name: str) -> Iterator[str]:
    """What makes that table, empty; the catalog must be the default one."""
    table = TABLES[name]
    columns = ", ".join(f'"{column}" {kind}' for column, kind, _ in table.columns)
    yield f"CREATE TABLE history.{name} ({columns})"
    yield f"COMMENT ON TABLE history.{name} IS {quoted(table.comment)}"
    for column, _, comment in table.columns:
        yield f'COMMENT ON COLUMN history.{name}."{column}" IS {quoted(comment)}'


def statements() -> Iterator[str]:
    """What makes the empty tables, in order; the catalog must be the default one."""
    yield "CREATE SCHEMA IF NOT EXISTS history"
    for name in TABLES:
        yield from making(name)


OWNERS = {
    "document": ("documents", "document"), "dossier": ("dossiers", "dossier"), "code": ("progress", "code"),
    "key": ("deliveries", "key"),
}  # fmt: skip
"""What rows may be versions of: (the table that has a row for each load of one, the column that names it)."""


def revised(what: str, among: str = "") -> str:
    """A query that gives the rows of ``revisions`` that follow from the loads of what rows are versions of; with a table
    or a query in brackets that has the columns (key, load), those of its rows alone."""
    owner, column = OWNERS[what]
    some, these = (
        (f"WHERE {column} IN (SELECT key FROM {among})", f"SEMI JOIN {among} USING (key, load)") if among else ("", "")
    )
    return (
        f"SELECT load, loaded_at, {quoted(what)} AS what, key, before FROM "
        f"(SELECT key, load, loaded_at, lag(load) OVER (PARTITION BY key ORDER BY load) AS before "
        f"FROM (SELECT DISTINCT {column} AS key, load, loaded_at FROM history.{owner} {some})) {these} "
        "WHERE before IS NOT NULL ORDER BY key"
    )


def current(name: str) -> str:
    """A query that gives the rows of that table as they stand: those of the latest load of what they are versions of."""
    return _version(name, "max")


def first(name: str) -> str:
    """A query that gives the rows of that table as first known: those of the first load of what they are versions of."""
    return _version(name, "min")


def _version(name: str, which: str) -> str:
    table = TABLES[name]
    if not table.of:
        return f"SELECT * FROM history.{name}"
    if table.of == "roll":
        told = f"SELECT {which}(load) FROM history.rolls WHERE name = {quoted(name)}"
        return f"SELECT * FROM history.{name} WHERE load = ({told})"
    # The latest load of the *document* decides, so that a corrected record without problems hides the old ones.
    column, other = OWNERS[table.of][1], "before" if which == "max" else "load"
    return (
        f"SELECT * FROM history.{name} ANTI JOIN (SELECT key AS {column}, {other} AS load FROM history.revisions "
        f"WHERE what = {quoted(table.of)}) USING ({column}, load)"
    )
