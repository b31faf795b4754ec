"""What archivists ask: a plain view of each table as it stands, and views in their own words. Pure text.

``v_tai_lieu`` uses the element names of Circular 05/2025/TT-BNV (document fields; the same words as Circular
02/2019/TT-BNV). Each type of paper has a wide view, ``v_quyet_dinh`` and so on, there even before the first such paper.
Never shows a row that a later load of the same document has replaced; those stay in the schema ``history``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hoso import forms, resources
from hoso.warehouses.ducklake import dimensions
from hoso.warehouses.ducklake.schema import TABLES, current, first, quoted

__all__ = ["ISSUED", "Column", "Paper", "first_known", "papers", "statements", "views"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a type as a column: ``kind`` is "text", "date" or "table"."""

    name: str
    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Paper:
    """A type of paper with the columns of all its dated forms."""

    type: str
    title: str
    columns: tuple[Column, ...]


# The first of these that a paper holds serves as the element; the order goes from the administrative document
# (Decree 30/2020, Appendix I) to what other papers call the same thing.
_NUMBER = ("so_ky_hieu", "so")
ISSUED = ("ngay_ban_hanh", "ngay_ket_luan", "ngay_dang_ky", "ngay_nhan", "ngay_cap")
_ISSUER = ("co_quan_ban_hanh", "co_so_kham", "noi_dang_ky", "noi_cap")
_SUBJECT = ("trich_yeu", "noi_dung")
_SIGNER = ("nguoi_ky", "bac_si")
_TITLE = ("chuc_vu",)
_TYPE = ("ten_loai",)


@cache
def papers() -> tuple[Paper, ...]:
    """The types of paper that the forms of this Hoso know, by name, with the fields of all their dated forms."""
    known = forms.load(resources.folder("schemas"))
    found = []
    for type_ in known.types():
        latest = known.latest(type_)
        columns: dict[str, Column] = {}
        for form in (latest, *(form for form in known.all if form.type == type_)):
            for rule in form.fields:
                columns.setdefault(rule.name, Column(rule.name, rule.title, _KIND.get(rule.column, "text")))
        found.append(Paper(type_, latest.title, tuple(columns.values())))
    return tuple(found)


_KIND = {"DATE": "date", "JSON": "table"}


def statements(known: tuple[Paper, ...]) -> Iterator[str]:
    """What makes all views anew, in order; the catalog must be the default one."""
    yield "CREATE SCHEMA IF NOT EXISTS first_known"
    for name, (sql, comment) in {**views(known), **first_known()}.items():
        schema, _, plain = name.rpartition(".")
        yield f"CREATE OR REPLACE VIEW {schema or 'main'}.{plain} AS {sql}"
        yield f"COMMENT ON VIEW {schema or 'main'}.{plain} IS {quoted(comment)}"


def first_known() -> dict[str, tuple[str, str]]:
    """(query, Vietnamese comment) of the views of what was first known, by name with the schema."""
    return {
        f"first_known.{name}": (first(name), f"{table.comment} (như lần nạp đầu)")
        for name, table in TABLES.items()
        if table.of
    }


def views(known: tuple[Paper, ...]) -> dict[str, tuple[str, str]]:
    """(query, Vietnamese comment) of every view by its name. A view reads tables only, never another view."""
    made = {name: (current(name), f"{table.comment} (hiện hành)") for name, table in TABLES.items() if name != "about"}
    made["v_ho_so"] = (_DOSSIERS, "Hồ sơ với số văn bản, số trang và số trường cần kiểm tra")
    made["v_tai_lieu"] = (_documents(known), "Văn bản với tên dữ liệu đặc tả của Thông tư 05/2025/TT-BNV")
    made["v_truong"] = (_FIELDS, "Trường thông tin với tệp quét, trang và vị trí nét mực")
    made["v_sua_doi"] = (_CHANGED, "Trường có giá trị khác lần nạp đầu: trước, sau, ai duyệt")
    made |= dimensions.VIEWS
    made["v_can_kiem_tra"] = (_DOUBTFUL, "Trường nghi ngờ hoặc thiếu và vấn đề đã phát hiện")
    for paper in known:
        made[f"v_{paper.type}"] = (_wide(paper), f"{paper.title}: mỗi văn bản một dòng, mỗi trường một cột")
    return made


_DOSSIERS = f"""
SELECT r.code AS ma_ho_so, r.source AS nguon, r.received AS ngay_tiep_nhan, r.scans AS so_tep,
       coalesce(d.documents, 0) AS so_van_ban, coalesce(d.pages, 0) AS so_trang,
       coalesce(f.doubtful, 0) AS so_truong_can_kiem_tra, d.loaded_at AS lan_nap_cuoi, r.dossier
FROM ({current("dossiers")}) r
LEFT JOIN (SELECT dossier, count(*) AS documents, sum(pages)::BIGINT AS pages, max(loaded_at) AS loaded_at
           FROM ({current("documents")}) GROUP BY dossier) d USING (dossier)
LEFT JOIN (SELECT dossier, count(*) AS doubtful FROM ({current("fields")})
           WHERE status IN ('doubtful', 'missing') GROUP BY dossier) f USING (dossier)
"""

_FIELDS = f"""
SELECT d.code AS ma_ho_so, d.type AS loai, f.name AS truong, f.value AS gia_tri, f.raw AS nguyen_van,
       f.confidence AS do_tin_cay, f.status AS tinh_trang, p.scan AS tep, p.page AS trang, f.position AS vi_tri,
       f.box_l, f.box_t, f.box_r, f.box_b, f.source AS nguon, f.rule AS quy_tac, f.document,
       f.kind AS kieu, f.value_date AS gia_tri_ngay, f.value_number AS gia_tri_so, f.engine AS bo_nhan_dang,
       f.form AS mau, f.verified_by AS nguoi_duyet, f.verified_at AS duyet_luc
FROM ({current("fields")}) f
JOIN ({current("documents")}) d USING (document, load)
LEFT JOIN ({current("pages")}) p USING (document, load, position)
"""

_CHANGED = f"""
SELECT d.code AS ma_ho_so, d.type AS loai, coalesce(x.name, y.name) AS truong, y.value AS truoc, x.value AS sau,
       x.verified_by AS nguoi_duyet, x.verified_at AS duyet_luc, y.loaded_at AS nap_truoc, d.loaded_at AS nap_sau,
       d.document
FROM ({current("documents")}) d
JOIN (SELECT document, name, min_by(value, ordinal) AS value, min(verified_by) AS verified_by,
             min(verified_at) AS verified_at FROM ({current("fields")}) GROUP BY document, name) x USING (document)
FULL JOIN (SELECT document, name, min_by(value, ordinal) AS value, min(loaded_at) AS loaded_at
           FROM ({first("fields")}) GROUP BY document, name) y USING (document, name)
WHERE d.document IS NOT NULL AND x.value IS DISTINCT FROM y.value
"""

_DOUBTFUL = f"""
SELECT d.code AS ma_ho_so, d.source AS nguon, d.type AS loai, x.truong, x.van_de, x.muc_do, x.dien_giai,
       x.position AS vi_tri, d.document
FROM (
    SELECT document, load, name AS truong, 'field.' || status AS van_de, 'warning' AS muc_do,
           coalesce(value, raw) AS dien_giai, position
    FROM ({current("fields")}) WHERE status IN ('doubtful', 'missing')
    UNION ALL
    SELECT document, load, field, code, severity, text, position FROM ({current("problems")})
) x JOIN ({current("documents")}) d USING (document, load)
"""


def _documents(known: tuple[Paper, ...]) -> str:
    titles = " ".join(f"WHEN {quoted(paper.type)} THEN {quoted(paper.title)}" for paper in known)
    return f"""
SELECT d.code AS fileCode,
       row_number() OVER (PARTITION BY d.dossier ORDER BY d.first_page, d.document) AS docOrdinal,
       coalesce(type_name, CASE d.type {titles} ELSE d.type END) AS typeName,
       nullif(regexp_extract(number, '^\\s*(\\d+)', 1), '') AS codeNumber,
       CASE WHEN contains(number, '/') THEN trim(substr(number, strpos(number, '/') + 1)) END AS codeNotation,
       issued AS issuedDate, issuer AS organName, subject, d.pages AS pageAmount, signer_name AS autograph,
       signer_title AS process, d.type, d.verdict, s.at AS signedAt, s.signer, d.archive_sha256, d.source, d.dossier,
       d.document
FROM ({current("documents")}) d
LEFT JOIN (SELECT document, load, {_first(_NUMBER)} AS number, TRY_CAST({_first(ISSUED)} AS DATE) AS issued,
                  {_first(_ISSUER)} AS issuer, {_first(_SUBJECT)} AS subject, {_first(_SIGNER)} AS signer_name,
                  {_first(_TITLE)} AS signer_title, {_first(_TYPE)} AS type_name
           FROM ({current("fields")}) GROUP BY document, load) USING (document, load)
LEFT JOIN ({current("seals")}) s USING (document, load)
"""


def _value(name: str) -> str:
    """The value of a field among the fields of a document; an aggregate, so that a field named twice breaks no view."""
    return f"min_by(value, ordinal) FILTER (name = {quoted(name)})"


def _first(names: tuple[str, ...]) -> str:
    return "coalesce(" + ", ".join(map(_value, names)) + ", NULL)"


def _wide(paper: Paper) -> str:
    columns, values, joins = [], [], []
    for column in paper.columns:
        if column.kind == "table":
            columns.append(f', "r_{column.name}".lines AS "{column.name}"')
            joins.append(_lines(column.name))
            continue
        value = _value(column.name)
        values.append(f', {f"TRY_CAST({value} AS DATE)" if column.kind == "date" else value} AS "{column.name}"')
        columns.append(f', f."{column.name}"')
    return f"""
SELECT d.document, d.dossier, d.code, d.source, d.verdict, d.type_confidence, d.archive_sha256{"".join(columns)}
FROM (SELECT * FROM ({current("documents")}) WHERE type = {quoted(paper.type)}) d
LEFT JOIN (SELECT document, load{"".join(values)}
           FROM ({current("fields")}) WHERE type = {quoted(paper.type)} GROUP BY document, load) f USING (document, load)
{"".join(joins)}
"""


def _lines(name: str) -> str:
    """The lines of a table field as a list of maps, one a line."""
    return f"""
LEFT JOIN (SELECT document, load, list(line ORDER BY row) AS lines
           FROM (SELECT document, load, row, map_from_entries(list((item, value))) AS line
                 FROM (SELECT document, load, row, item, min(value) AS value FROM ({current("field_rows")})
                       WHERE name = {quoted(name)} GROUP BY document, load, row, item)
                 GROUP BY document, load, row)
           GROUP BY document, load) "r_{name}" USING (document, load)
"""
