"""The papers of each type as typed rows, as ``hoso.open(home).records(type=…)`` gives them.

Written from the forms under ``schemas/`` by ``python -m tools.rowtypes``; change those, not this. A masked date is the year
as text; a value that the paper does not have is None; a table is a list of its lines.
"""

from __future__ import annotations

# fmt: off
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, Protocol, TypedDict, TypeVar, overload

__all__ = [
    "Answered",
    "Cccd",
    "DonDoiGplx",
    "GcnHoKinhDoanh",
    "GiayKhaiSinh",
    "GiayKhamSucKhoeLaiXe",
    "GiayPhepLaiXe",
    "GiayTiepNhan",
    "GiayXacNhanHonNhan",
    "Khac",
    "Paper",
    "PhieuKiemSoat",
    "QuyetDinh",
    "Records",
    "VanBan",
]

Row = TypeVar("Row", covariant=True)
Lines = list[dict[str, str | None]]


class Answered(Protocol[Row]):
    """Rows of a question: read one by one, or as a whole by :meth:`table` and :meth:`frame`."""

    def __iter__(self) -> Iterator[Row]: ...

    def table(self) -> Any:
        """A ``pyarrow.Table``. Raises Misconfigured without pyarrow."""
        ...

    def frame(self) -> Any:
        """A data frame of polars where that is installed, else of pandas."""
        ...


class Paper(TypedDict):
    """What every paper has: ids of Hoso, the dossier's code, where it came from, the verdict, the signed copy."""

    document: str
    dossier: str
    code: str | None
    source: str
    verdict: str
    type_confidence: float
    archive_sha256: str


class VanBan(Paper):
    """Bản ghi nhớ …."""

    so_ky_hieu: str | None
    ngay_ban_hanh: date | None
    dia_danh: str | None
    co_quan_ban_hanh: str | None
    co_quan_chu_quan: str | None
    ten_loai: str | None
    trich_yeu: str | None
    nguoi_ky: str | None
    chuc_vu: str | None
    noi_nhan: str | None


class Cccd(Paper):
    """Thẻ căn cước."""

    so_cccd: str | None
    ho_ten: str | None
    ngay_sinh: date | str | None
    gioi_tinh: str | None
    que_quan: str | None
    dia_chi: str | None
    ngay_cap: date | None
    ngay_het_han: str | None
    noi_dang_ky_khai_sinh: str | None


class DonDoiGplx(Paper):
    """Đề nghị đổi (cấp lại) giấy phép lái xe."""

    ho_ten: str | None
    ngay_sinh: date | str | None
    so_cccd: str | None
    ngay_cap: date | None
    noi_cap: str | None
    noi_thuong_tru: str | None
    noi_cu_tru: str | None
    hang: str | None
    so_gplx: str | None
    ngay_cap_gplx: date | None
    hang_de_nghi: str | None
    ly_do: str | None


class GcnHoKinhDoanh(Paper):
    """Giấy chứng nhận đăng ký hộ kinh doanh."""

    so: str | None
    ngay_dang_ky: date | None
    ten: str | None
    dia_diem: str | None
    nganh_nghe: Lines | None
    von: str | None
    von_bang_chu: str | None
    chu_ho: str | None
    ngay_sinh: date | str | None
    so_cccd: str | None
    noi_cap: str | None
    nguoi_ky: str | None


class GiayKhaiSinh(Paper):
    """Giấy khai sinh."""

    so: str | None
    quyen_so: str | None
    ho_ten: str | None
    gioi_tinh: str | None
    ngay_sinh: date | str | None
    ngay_sinh_bang_chu: str | None
    noi_sinh: str | None
    dan_toc: str | None
    quoc_tich: str | None
    que_quan: str | None
    so_dinh_danh: str | None
    cha_ho_ten: str | None
    cha_nam_sinh: str | None
    cha_dan_toc: str | None
    cha_quoc_tich: str | None
    cha_noi_cu_tru: str | None
    me_ho_ten: str | None
    me_nam_sinh: str | None
    me_dan_toc: str | None
    me_quoc_tich: str | None
    me_noi_cu_tru: str | None
    nguoi_di_khai_sinh: str | None
    giay_to_tuy_than: str | None
    noi_dang_ky: str | None
    ngay_dang_ky: date | None
    nguoi_ky: str | None


class GiayKhamSucKhoeLaiXe(Paper):
    """Giấy khám sức khỏe của người lái xe."""

    so: str | None
    ho_ten: str | None
    gioi_tinh: str | None
    ngay_sinh: date | str | None
    so_cccd: str | None
    ngay_cap: date | None
    noi_cap: str | None
    dia_chi: str | None
    hang_gplx: str | None
    nong_do_con: str | None
    ma_tuy: str | None
    ket_luan: str | None
    bac_si: str | None
    ngay_ket_luan: date | None
    co_so_kham: str | None


class GiayPhepLaiXe(Paper):
    """Giấy phép lái xe."""

    so: str | None
    ho_ten: str | None
    ngay_sinh: date | str | None
    dia_chi: str | None
    noi_cap: str | None
    ngay_cap: date | None
    hang: str | None
    ngay_het_han: str | None
    ngay_trung_tuyen: date | None


class GiayTiepNhan(Paper):
    """Giấy tiếp nhận hồ sơ và hẹn trả kết quả."""

    ma_ho_so: str | None
    ho_ten: str | None
    dia_chi: str | None
    so_dien_thoai: str | None
    noi_dung: str | None
    thanh_phan_ho_so: Lines | None
    ngay_nhan: date | None
    ngay_hen_tra: date | None


class GiayXacNhanHonNhan(Paper):
    """Giấy xác nhận tình trạng hôn nhân."""

    so: str | None
    ngay_cap: date | None
    noi_cap: str | None
    ho_ten: str | None
    ngay_sinh: date | str | None
    gioi_tinh: str | None
    dan_toc: str | None
    quoc_tich: str | None
    so_cccd: str | None
    noi_cu_tru: str | None
    tinh_trang_hon_nhan: str | None
    muc_dich: str | None
    nguoi_ky: str | None


class Khac(Paper):
    """Giấy tờ khác."""

    so_ky_hieu: str | None
    ngay_ban_hanh: date | None
    dia_danh: str | None
    co_quan_ban_hanh: str | None
    co_quan_chu_quan: str | None
    ten_loai: str | None
    trich_yeu: str | None
    nguoi_ky: str | None
    chuc_vu: str | None


class PhieuKiemSoat(Paper):
    """Phiếu kiểm soát quá trình giải quyết hồ sơ."""

    ma_ho_so: str | None
    co_quan: str | None
    co_quan_phoi_hop: str | None
    qua_trinh: Lines | None


class QuyetDinh(Paper):
    """Quyết định."""

    so_ky_hieu: str | None
    ngay_ban_hanh: date | None
    dia_danh: str | None
    co_quan_ban_hanh: str | None
    co_quan_chu_quan: str | None
    trich_yeu: str | None
    nguoi_ky: str | None
    chuc_vu: str | None


class Records(Protocol):
    """``home.records``: papers of a ``type``, dated ``since`` … ``until``, that name the ``person`` of that number."""

    @overload
    def __call__(
        self, *, type: Literal[
            "ban_ghi_nho", "ban_thoa_thuan", "bao_cao", "bien_ban", "chi_thi", "chuong_trinh",
            "cong_dien", "cong_van", "de_an", "du_an", "giay_gioi_thieu", "giay_moi", "giay_nghi_phep",
            "giay_uy_quyen", "hop_dong", "huong_dan", "ke_hoach", "nghi_quyet", "phieu_bao",
            "phieu_chuyen", "phieu_gui", "phuong_an", "quy_che", "quy_dinh", "thong_bao", "thong_cao",
            "thu_cong", "to_trinh",
        ],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[VanBan]: ...

    @overload
    def __call__(
        self, *, type: Literal["cccd"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[Cccd]: ...

    @overload
    def __call__(
        self, *, type: Literal["don_doi_gplx"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[DonDoiGplx]: ...

    @overload
    def __call__(
        self, *, type: Literal["gcn_ho_kinh_doanh"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GcnHoKinhDoanh]: ...

    @overload
    def __call__(
        self, *, type: Literal["giay_khai_sinh"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GiayKhaiSinh]: ...

    @overload
    def __call__(
        self, *, type: Literal["giay_kham_suc_khoe_lai_xe"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GiayKhamSucKhoeLaiXe]: ...

    @overload
    def __call__(
        self, *, type: Literal["giay_phep_lai_xe"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GiayPhepLaiXe]: ...

    @overload
    def __call__(
        self, *, type: Literal["giay_tiep_nhan"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GiayTiepNhan]: ...

    @overload
    def __call__(
        self, *, type: Literal["giay_xac_nhan_hon_nhan"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[GiayXacNhanHonNhan]: ...

    @overload
    def __call__(
        self, *, type: Literal["khac"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[Khac]: ...

    @overload
    def __call__(
        self, *, type: Literal["phieu_kiem_soat"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[PhieuKiemSoat]: ...

    @overload
    def __call__(
        self, *, type: Literal["quyet_dinh"],
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[QuyetDinh]: ...

    @overload
    def __call__(
        self, *, type: Literal[""] = "",
        since: date | str = "", until: date | str = "", person: str = "",
    ) -> Answered[dict[str, Any]]: ...
