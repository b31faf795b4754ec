"""Views of the dimensions, and the one view that every indicator is counted on. Pure text.

``v_chi_so_ho_so`` has one row a dossier with a flag for each condition that the indicators of Decision 766/QĐ-TTg (group
4, 1.4, 2.1) and the provincial digitization report ask about. A flag is true, false, or empty where nothing that Hoso
holds tells it: empty is not false. Never divides: rates, periods and points are the report's.
"""

from __future__ import annotations

from hoso.warehouses.ducklake.schema import current

__all__ = ["RESULTS", "VIEWS"]

_PROCESS = ("giay_tiep_nhan", "phieu_kiem_soat", "phieu_chuyen", "phieu_gui", "phieu_bao")
"""Papers about the course of a dossier (Circular 01/2018 and 03/2025/TT-VPCP): neither component nor result."""

RESULTS = (
    "quyet_dinh", "giay_phep_lai_xe", "giay_xac_nhan_hon_nhan", "giay_khai_sinh", "gcn_ho_kinh_doanh", "cong_van",
    "thong_bao",
)  # fmt: skip
"""Papers by which a procedure ends; one of a dossier is its result where it was issued on or after the receiving day."""

_ISSUED = "('ngay_ban_hanh', 'ngay_cap', 'ngay_dang_ky', 'ngay_ket_luan')"


def _in(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


_AGENCIES = f"""
SELECT code AS ma_co_quan, coalesce(r.name, 'chưa có trong danh mục') AS ten_co_quan, r.parent AS cap_tren,
       r.since AS tu_ngay, r.until AS den_ngay, r.successor AS ke_tuc, r.code IS NOT NULL AS trong_danh_muc
FROM (SELECT * FROM ({current("agencies")})) r
FULL JOIN (SELECT DISTINCT agency AS code FROM ({current("dossiers")}) WHERE agency IS NOT NULL
           UNION SELECT agency FROM ({current("progress")}) WHERE agency IS NOT NULL) m USING (code)
"""

_PROCEDURES = f"""
SELECT code AS ma_thu_tuc, coalesce(r.name, 'chưa có trong danh mục') AS ten_thu_tuc, r.area AS linh_vuc,
       r.needs_result AS can_ket_qua, r.citizens AS cua_cong_dan, r.days AS thoi_han, r.code IS NOT NULL AS trong_danh_muc
FROM ({current("procedures")}) r
FULL JOIN (SELECT DISTINCT procedure AS code FROM ({current("progress")}) WHERE procedure IS NOT NULL
           UNION SELECT procedure FROM ({current("cases")}) WHERE procedure IS NOT NULL) m USING (code)
"""

_UNITS = f"""
SELECT level AS cap, name AS ten, district AS huyen, province AS tinh, province_code AS ma_tinh, since AS tu_ngay,
       until AS den_ngay, successor AS thay_boi, successor_province AS tinh_moi
FROM ({current("units")})
"""

_ADDRESSES = f"""
SELECT d.code AS ma_ho_so, d.type AS loai, a.* EXCLUDE (document, load), d.document
FROM (SELECT document, load, name AS truong,
             max(value) FILTER (row = 1 AND item = 'commune') AS xa_tren_giay,
             max(value) FILTER (row = 1 AND item = 'district') AS huyen_tren_giay,
             max(value) FILTER (row = 1 AND item = 'province') AS tinh_tren_giay,
             max(value) FILTER (row = 2 AND item = 'state') AS tinh_trang,
             max(value) FILTER (row = 2 AND item = 'commune') AS xa_hien_hanh,
             max(value) FILTER (row = 2 AND item = 'province') AS tinh_hien_hanh,
             max(value) FILTER (row = 2 AND item = 'province_code') AS ma_tinh,
             max(value) FILTER (row = 2 AND item = 'source') AS nguon
      FROM ({current("field_rows")}) GROUP BY document, load, name
      HAVING bool_or(row = 1 AND item = 'as' AND value = 'printed')) a
JOIN ({current("documents")}) d USING (document, load)
"""

_PERSONS = f"""
SELECT person AS nguoi, max_by(name, load) AS ho_ten, max_by(birth, load) AS ngay_sinh, max_by(sex, load) AS gioi_tinh,
       count(DISTINCT document) AS so_van_ban, count(DISTINCT dossier) AS so_ho_so, max(loaded_at) AS thay_lan_cuoi
FROM ({current("mentions")}) GROUP BY person
"""

_DAYS = """
SELECT day::DATE AS ngay, date_trunc('week', day)::DATE AS tuan, strftime(day, '%Y-%m') AS thang,
       year(day) || '-Q' || quarter(day) AS quy, year(day) AS nam, isodow(day) AS thu
FROM generate_series(DATE '2000-01-01', DATE '2059-12-31', INTERVAL 1 DAY) AS days(day)
"""

_DELIVERIES = f"""
SELECT code AS ma_ho_so, target AS noi_nhan, d.at AS gui_luc, state AS tinh_trang, answered AS tra_loi_luc,
       answer AS tra_loi, document, key AS khoa
FROM ({current("deliveries")}) d
"""

# A document without a dossier code stands for itself under the id of its dossier. What the dossier system confirmed counts
# as synced, and its result as linked where the confirmation is younger than the last paper.
_DOSSIERS = f"""
WITH papers AS (
    SELECT coalesce(nullif(d.code, ''), d.dossier) AS one, d.code, d.dossier, d.agency, d.document, d.load, d.loaded_at,
           d.type, d.pages, d.verdict, d.verified_by, i.issued, coalesce(i.by_person, 0) AS by_person,
           coalesce(i.doubtful, 0) AS doubtful
    FROM ({current("documents")}) d
    LEFT JOIN (SELECT document, load, min(value_date) FILTER (name IN {_ISSUED}) AS issued,
                      count(*) FILTER (source = 'person') AS by_person,
                      count(*) FILTER (status IN ('doubtful', 'missing')) AS doubtful
               FROM ({current("fields")}) GROUP BY document, load) i USING (document, load)
), course AS (
    SELECT code AS one, max_by(procedure, load) AS procedure, max_by(received, load) AS received,
           max_by(due, load) AS due, max_by(ended, load) AS ended, max_by(agency, load) AS agency
    FROM ({current("cases")}) WHERE code <> '' GROUP BY code
), told AS (
    SELECT code AS one, * EXCLUDE (code) FROM ({current("progress")})
), sent AS (
    SELECT code AS one, bool_or(state = 'done') AS delivered, min(answered) FILTER (portal) AS since,
           max(answered) FILTER (portal) AS until
    FROM (SELECT *, state = 'done' AND target = 'dossier_system' AS portal FROM ({current("deliveries")})) GROUP BY code
), base AS (
    SELECT one, min(code) AS code, min(dossier) AS dossier, min(agency) AS agency, min(load) AS load,
           max(loaded_at) AS loaded_at
    FROM papers GROUP BY one
), dated AS (
    SELECT one, nullif(coalesce(b.code, t.one), '') AS code, b.dossier, t.load IS NOT NULL AS known, b.loaded_at,
           coalesce(t.agency, b.agency, c.agency) AS agency, coalesce(t.procedure, c.procedure) AS procedure,
           coalesce(t.received, c.received, {{coded}}) AS received,
           CASE WHEN t.received IS NOT NULL THEN 'mot_cua' WHEN c.received IS NOT NULL THEN 'giay_tiep_nhan'
                WHEN {{coded}} IS NOT NULL THEN 'ma_ho_so' END AS received_from,
           coalesce(t.due, c.due) AS due, coalesce(t.ended, c.ended) AS ended, t.* EXCLUDE (one, load, loaded_at, agency,
           procedure, received, due, ended)
    FROM base b FULL JOIN told t USING (one) LEFT JOIN course c USING (one)
), counted AS (
    SELECT one, count(*) AS documents, sum(pages)::BIGINT AS pages,
           count(*) FILTER (role = 'thanh_phan') AS components, count(*) FILTER (role = 'ket_qua') AS results,
           count(*) FILTER (verdict = 'clear' AND verified_by IS NULL AND by_person = 0) AS straight,
           sum(doubtful)::BIGINT AS doubtful, sum(by_person)::BIGINT AS by_person
    FROM (SELECT p.*, CASE WHEN type IN {_in(_PROCESS)} THEN 'tien_trinh'
                           WHEN type IN {_in(RESULTS)} AND issued >= received THEN 'ket_qua' ELSE 'thanh_phan' END AS role
          FROM papers p JOIN dated USING (one)) GROUP BY one
)
SELECT d.code AS ma_ho_so, d.dossier AS ho_so, d.agency AS ma_co_quan, a.name AS ten_co_quan, d.procedure AS ma_thu_tuc,
       p.name AS ten_thu_tuc, p.area AS linh_vuc, p.needs_result AS can_ket_qua, p.citizens AS cua_cong_dan,
       d.received AS ngay_tiep_nhan, d.received_from AS nguon_ngay_tiep_nhan, d.due AS ngay_hen_tra,
       d.ended AS ngay_ket_thuc, d.state AS trang_thai, d.channel AS kenh, d.waited AS so_ngay_cho_bo_sung,
       d.supplements AS so_lan_bo_sung,
       CASE WHEN d.supplements >= 2 THEN false
            ELSE d.ended - coalesce(d.waited, 0)::INTEGER <= d.due END AS dung_han,
       coalesce(c.documents, 0) AS so_van_ban, coalesce(c.pages, 0) AS so_trang,
       coalesce(c.components, 0) AS so_thanh_phan, coalesce(c.results, 0) AS so_ket_qua,
       coalesce(c.components, 0) > 0 AS co_so_hoa_thanh_phan, coalesce(c.results, 0) > 0 AS co_so_hoa_ket_qua,
       d.component_digital AS danh_dau_so_hoa, d.component_reused AS co_tai_su_dung, d.from_store AS lay_tu_kho,
       coalesce(d.result_link, CASE WHEN c.results > 0 AND s.until >= d.loaded_at THEN true END) AS co_ket_qua_dien_tu,
       d.verified_identity AS xac_thuc_dinh_danh,
       d.population AS ket_noi_dan_cu, coalesce(d.synced, s.since) AS dong_bo_luc, coalesce(s.delivered, false) AS da_gui,
       d.known AS trong_mot_cua, coalesce(c.straight, 0) AS so_van_ban_khong_can_nguoi,
       coalesce(c.doubtful, 0) AS so_truong_can_kiem_tra, coalesce(c.by_person, 0) AS so_truong_nguoi_nhap
FROM dated d
LEFT JOIN counted c USING (one)
LEFT JOIN sent s USING (one)
LEFT JOIN ({current("agencies")}) a ON a.code = d.agency AND coalesce(a.since <= d.received, true)
                                      AND coalesce(a.until >= d.received, true)
LEFT JOIN ({current("procedures")}) p ON p.code = regexp_extract(d.procedure, '^\\d\\.\\d{{6}}') OR p.code = d.procedure
QUALIFY row_number() OVER (PARTITION BY d.one ORDER BY a.since DESC NULLS LAST, a.name, p.name) = 1
"""

# The day within a dossier code: yymmdd or yyyymmdd before the serial (Circular 01/2018 and 03/2025/TT-VPCP).
_CODED = (
    "coalesce(TRY_STRPTIME(regexp_extract(coalesce(b.code, t.one), '-(\\d{8})-\\d+$', 1), '%Y%m%d'),"
    " TRY_STRPTIME('20' || regexp_extract(coalesce(b.code, t.one), '-(\\d{6})-\\d+$', 1), '%Y%m%d'))::DATE"
)

VIEWS: dict[str, tuple[str, str]] = {
    "v_co_quan": (_AGENCIES, "Cơ quan: theo danh mục và theo mã hồ sơ"),
    "v_thu_tuc": (_PROCEDURES, "Thủ tục hành chính: theo danh mục và theo hồ sơ"),
    "v_don_vi": (_UNITS, "Đơn vị hành chính trước và từ 2025-07-01"),
    "v_dia_chi": (_ADDRESSES, "Địa chỉ: như trên giấy và đơn vị hành chính thay thế từ 2025-07-01"),
    "v_nguoi": (_PERSONS, "Người theo khóa của số định danh; họ tên, ngày sinh, giới tính như thấy lần cuối"),
    "v_ngay": (_DAYS, "Ngày: tuần, tháng, quý, năm"),
    "v_giao_nhan": (_DELIVERIES, "Lần gửi sang hệ thống khác"),
    "v_chi_so_ho_so": (
        _DOSSIERS.replace("{coded}", _CODED),
        "Hồ sơ với mọi điều kiện của chỉ số (Quyết định 766/QĐ-TTg): mỗi hồ sơ một dòng, trống là chưa biết",
    ),
}
"""(query, Vietnamese comment) of each view by its name."""
