"""Made-up papers for the doors: nobody in them exists."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from hoso.exports.doors.api import Case
from hoso.nouns import Document, Dossier, Field, Filing, Page, PageRef, Record, Scan, Sealed
from hoso.registers import Registers, load

AT = "2026-06-22T08:30:00+07:00"
CODE = "000.00.16.H23-260620-0001"
FACILITY = "30001"

CERTIFICATE = {
    "so": "00012/GKSKLX/30001/26", "ho_ten": "NGUYỄN VĂN THỬ", "gioi_tinh": "Nam", "ngay_sinh": "1990-01-02",
    "so_cccd": "030090000001", "ngay_cap": "2021-05-10", "noi_cap": "Cục Cảnh sát QLHC về TTXH",
    "dia_chi": "Số 5, xã Mao Điền, thành phố Hải Phòng", "hang_gplx": "B", "nong_do_con": "0 mg/100ml máu",
    "ma_tuy": "Âm tính", "ket_luan": "Đủ điều kiện sức khỏe lái xe hạng B", "bac_si": "TRẦN THỊ GIẢ",
    "ngay_ket_luan": "2026-06-15", "co_so_kham": "TRUNG TÂM Y TẾ THỬ NGHIỆM",
}  # fmt: skip
RECEIPT = {
    "ma_ho_so": CODE, "ho_ten": "NGUYỄN VĂN THỬ", "dia_chi": "Số 5, xã Mao Điền, thành phố Hải Phòng",
    "so_dien_thoai": "0900000001", "noi_dung": "Đổi giấy phép lái xe do ngành Giao thông vận tải cấp",
    "ngay_nhan": "2026-06-20", "ngay_hen_tra": "2026-06-27",
}  # fmt: skip
APPLICATION = {
    "ho_ten": "NGUYỄN VĂN THỬ", "ngay_sinh": "1990-01-02", "so_cccd": "030090000001",
    "noi_cu_tru": "Số 5, xã Mao Điền, thành phố Hải Phòng", "so_gplx": "300123456789", "hang": "B2",
    "ngay_cap_gplx": "2016-06-01", "ly_do": "Hết hạn",
}  # fmt: skip
LICENCE = {
    "so": "300123456789",
    "ho_ten": "NGUYỄN VĂN THỬ",
    "ngay_sinh": "1990-01-02",
    "hang": "B",
    "ngay_cap": "2026-06-25",
}


def digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def dossier(number: int = 1) -> Dossier:
    scan = Scan(f"HS{number:04d}", f"HS{number:04d}/001.jpg", digest("scan", number), "image/jpeg", 1000, 1)
    return Dossier(digest("dossier", number)[:24], f"HS{number:04d}", (scan,), AT)


def filing(type_: str, values: dict[str, str], number: int = 1, code: str = CODE, **changed: str | None) -> Filing:
    of = dossier(number)
    told = {**values, **changed}
    document = Document(
        digest(type_, number)[:24], of.id, type_, f"{type_}@2025-01-01", 0.99, (PageRef(of.scans[0].digest, 1),)
    )
    fields = tuple(
        Field(name, value, value or "", 0.97, status="clear" if value else "missing") for name, value in told.items()
    )
    record = Record(document, fields, (), "clear")
    page = Page(document.pages[0], "paper", 1654, 2339, 200.0, 0, 0.0, 0.9, position=1)
    sealed = Sealed(
        document.id, digest("record", told), digest("before", told), digest("after", told), "Ký thử", "text", AT
    )
    return Filing(of, code, record, (page,), ("",), sealed, (), "replay")


def certificate(number: int = 1, **changed: str | None) -> Filing:
    return filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE, number, **changed)


def application_case(registers: Registers, number: int = 1) -> Case:
    """A dossier that asks for a licence: receipt, application, health certificate, and the licence issued."""
    code = CODE[:-4] + f"{number:04d}"
    papers = (
        filing("giay_tiep_nhan", RECEIPT, number, code, ma_ho_so=code), filing("don_doi_gplx", APPLICATION, number, code),
        filing("giay_kham_suc_khoe_lai_xe", CERTIFICATE, number, code), filing("giay_phep_lai_xe", LICENCE, number, code),
    )  # fmt: skip
    return Case(dossier(number), code, papers, registers, AT)


def case(*filings: Filing, registers: Registers) -> Case:
    return Case(filings[0].dossier, filings[0].code, filings, registers, AT)


def with_value(one: Filing, name: str, value: str | None) -> Filing:
    fields = tuple(replace(f, value=value) if f.name == name else f for f in one.record.fields)
    return replace(one, record=replace(one.record, fields=fields))


def registers(folder: Path) -> Registers:
    """The registers of an office, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "don_vi_hanh_chinh": "ma,ten,tinh\n10888,Xã Mao Điền,Hải Phòng\n11000,Phường Việt Hòa,Hải Phòng\n",
        "thu_tuc": "ma,ten,linh_vuc,can_ket_qua,cua_cong_dan,thoi_han,ma_quoc_gia,ma_linh_vuc\n"
        "GPLX-DOI,Đổi giấy phép lái xe,Đường bộ,1,1,5,1.002809,G04-GT01\n",
        "ho_so": "ma_ho_so,thu_tuc,ngay_tiep_nhan,ngay_hen_tra,trang_thai,kenh\n"
        + "".join(f"{CODE[:-4]}{n:04d},GPLX-DOI,2026-06-20,2026-06-27,4,1\n" for n in range(1, 6)),
        "thanh_phan": "thu_tuc,ma,ten,loai,ket_qua\n"
        "GPLX-DOI,000.00.00.G04-KQ0001,Đơn đề nghị đổi giấy phép lái xe,don_doi_gplx,0\n"
        "GPLX-DOI,000.00.00.G04-KQ0002,Giấy khám sức khỏe của người lái xe,giay_kham_suc_khoe_lai_xe,0\n"
        "GPLX-DOI,KQ.G04.000001,Giấy phép lái xe,giay_phep_lai_xe,1\n",
    }  # fmt: skip
    for name, text in written.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return load(folder)
