"""Whether a text is whole by its first and last words. Pure.

Owns: the words after which a text goes on, and those that names of offices begin with (Decree 30/2020/NĐ-CP has none; from
papers and memory, medium). Never: says where the rest is.
"""

from __future__ import annotations

import re

__all__ = ["begins_as_office", "ends_open"]

_OPEN = re.compile(
    r"(?:[,\-–(/]|\b(?:và|của|cho|với|tại|theo|về|các|những|số|ngày|tháng|năm|tỉnh|xã|phường|huyện|thành phố|thị trấn|"
    r"thị xã|hoặc|thuộc|từ|đến|đối với|ông|bà|cấp|trên|trong|việc|do|để))$"
)
_HEADED = re.compile(
    r"(?:bộ|ubnd|ủy ban|uỷ ban|hđnd|hội|sở|tổng|cục|chi|trường|phòng|ban|trung tâm|văn phòng|bệnh viện|thanh tra|công|"
    r"bảo hiểm|tòa|toà|viện|đảng|đoàn|liên|tập đoàn|kho bạc|ngân hàng|học viện|đại|thành|tỉnh|huyện|quận|xã|phường|đội|"
    r"trạm|chính phủ|quốc hội|khoa|quỹ|mặt trận|nhà|báo|tạp chí|đơn vị|cửa hàng|hợp tác xã|vụ|hải quan|cơ sở|thuế)\b"
)


def ends_open(text: str) -> bool:
    """Whether ``text`` ends in a word or mark that something follows ("…, xã", "… năm", "… và")."""
    return _OPEN.search(text.casefold().rstrip()) is not None


def begins_as_office(name: str) -> bool:
    """Whether ``name`` begins as names of offices do; one that begins otherwise has lost its first line."""
    return _HEADED.match(name.casefold()) is not None
