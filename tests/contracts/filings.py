"""Made-up filings for the warehouse suite: nobody in them exists."""

from __future__ import annotations

import hashlib

from hoso.nouns import (
    Batch,
    Decision,
    Document,
    Dossier,
    Field,
    Filing,
    Page,
    PageRef,
    Place,
    Problem,
    Record,
    Scan,
    Sealed,
)

AT = "2026-11-23T08:00:00+07:00"
NAMES = ("NGUYỄN VĂN ĐỨC", "TRẦN THỊ HÒA", "LÊ QUỐC ĐẠT", "PHẠM THU HƯƠNG", "ĐẶNG MINH ÁNH")


def digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def decision_filing(number: int, *, signer: str = "", verdict: str = "clear", doubtful: bool = False) -> Filing:
    """A public decision of two pages; ``number`` makes everything in it."""
    signer = signer or NAMES[number % len(NAMES)]
    symbol, issuer, status = f"{number}/QĐ-UBND", "ỦY BAN NHÂN DÂN XÃ HÒA THỬ", "doubtful" if doubtful else "clear"
    dated = Place(1, (0.5, 0.1, 0.9, 0.12))
    order = Problem("value.order", "warning", "Ngày không theo thứ tự", "ngay_ban_hanh", (dated,))
    return _filing(
        number,
        "quyet_dinh",
        (
            Field("so_ky_hieu", symbol, f"Số: {symbol}", 0.97, Place(1, (0.1, 0.1, 0.3, 0.12)), rule="anchor:Số"),
            Field("ngay_ban_hanh", f"2026-03-{number % 28 + 1:02d}", "ngày … tháng 3 năm 2026", 0.9, dated),
            Field("co_quan_ban_hanh", issuer, issuer, 0.95, Place(1, (0.1, 0.05, 0.4, 0.08))),
            Field("trich_yeu", f"Về việc cấp kinh phí số {number}", "", 0.9, Place(1, (0.2, 0.2, 0.8, 0.25))),
            Field("nguoi_ky", signer, signer, 0.88, Place(2, (0.6, 0.8, 0.9, 0.83)), status=status),
            Field("chuc_vu", "CHỦ TỊCH", "CHỦ TỊCH", 0.9, Place(2, (0.6, 0.6, 0.9, 0.63))),
            Field("dia_danh", None, "", 0.0, None, status="missing"),
        ),
        (
            f"{issuer}\nSố: {symbol}\nQUYẾT ĐỊNH\nVề việc cấp kinh phí số {number}\nCăn cứ Luật Tổ chức",
            f"Điều 2. Quyết định có hiệu lực kể từ ngày ký.\nCHỦ TỊCH\n{signer}",
        ),
        verdict=verdict,
        problems=(order,) if doubtful else (),
    )


def receipt_filing(number: int) -> Filing:
    """A receipt with a table of components."""
    return _filing(
        number,
        "giay_tiep_nhan",
        (
            Field("ma_ho_so", f"000.00.16.H23-260620-{number:04d}", "", 0.99, Place(1, (0.1, 0.1, 0.3, 0.12))),
            Field("ho_ten", NAMES[number % len(NAMES)], "", 0.9, Place(1, (0.1, 0.2, 0.3, 0.22))),
            Field("ngay_nhan", "2026-06-20", "20/6/2026", 0.9, Place(1, (0.1, 0.3, 0.3, 0.32))),
            Field(
                "thanh_phan_ho_so",
                status="clear",
                rows=({"stt": "1", "ten": "Đơn đề nghị"}, {"stt": "2", "ten": "Bản sao giấy phép", "so_luong": "1"}),
            ),
        ),
        (f"GIẤY TIẾP NHẬN HỒ SƠ\nHọ và tên: {NAMES[number % len(NAMES)]}\nĐiện thoại: 0900000{number:03d}",),
    )


def batch(key: str, *filings: Filing, at: str = AT) -> Batch:
    return Batch(key, at, filings)


def _filing(
    number: int,
    type_: str,
    fields: tuple[Field, ...],
    texts: tuple[str, ...],
    verdict: str = "clear",
    problems: tuple[Problem, ...] = (),
) -> Filing:
    source = f"HS{number:04d}"
    scan = Scan(source, f"{source}/001.tif", digest("scan", type_, number), "image/tiff", 12345, 1)
    dossier = Dossier(digest("dossier", number)[:24], source, (scan,), AT)
    refs = tuple(PageRef(scan.digest, index) for index, _ in enumerate(texts, 1))
    document = Document(digest(type_, number)[:24], dossier.id, type_, f"{type_}@2020-03-05", 0.98, refs, "anchors")
    pages = tuple(
        Page(ref, "paper", 1654, 2339, 200.0, 0, 0.1, 0.9, seal=True, position=position)
        for position, ref in enumerate(refs, 1)
    )
    record = digest("record", type_, number, fields)
    return Filing(
        dossier,
        f"000.00.16.H23-260620-{number:04d}",
        Record(document, fields, problems, "clear" if verdict == "clear" else "needs-person"),
        pages,
        texts,
        Sealed(document.id, record, digest("before", record), digest("after", record), "Ký thử", "text", AT),
        (Decision(document.id, record, "Cán bộ thử nghiệm", AT, "approved"),),
        "tesseract 5 vie",
    )
