"""Running text of made-up official papers: subjects, grounds, articles, letters, put together from parts.

Owns: the sentences. Never: a real decision; numbers, days and names are drawn, wordings are the common ones of offices.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from tools.papers.people import full_name, written_number
from tools.papers.typeset import Run
from tools.papers.world import Office, place

__all__ = [
    "NAMES",
    "UNITS",
    "articles",
    "chapters",
    "grounds",
    "letter",
    "many_recipients",
    "recipients",
    "reference",
    "subject",
]

NAMES = {
    "cong_van": "Công văn", "thong_bao": "Thông báo", "ke_hoach": "Kế hoạch", "to_trinh": "Tờ trình", "bao_cao": "Báo cáo",
    "giay_moi": "Giấy mời", "chi_thi": "Chỉ thị", "bien_ban": "Biên bản", "nghi_quyet": "Nghị quyết",
    "huong_dan": "Hướng dẫn", "chuong_trinh": "Chương trình", "phuong_an": "Phương án", "cong_dien": "Công điện",
    "giay_gioi_thieu": "Giấy giới thiệu", "giay_uy_quyen": "Giấy ủy quyền", "giay_nghi_phep": "Giấy nghỉ phép",
    "phieu_gui": "Phiếu gửi", "phieu_chuyen": "Phiếu chuyển", "phieu_bao": "Phiếu báo", "quy_che": "Quy chế",
    "quy_dinh": "Quy định", "hop_dong": "Hợp đồng", "thong_cao": "Thông cáo", "de_an": "Đề án", "du_an": "Dự án",
    "ban_ghi_nho": "Bản ghi nhớ", "ban_thoa_thuan": "Bản thỏa thuận", "thu_cong": "Thư công",
}  # fmt: skip
"""The names of the types of Decree 30/2020/NĐ-CP, art. 7."""
_TOPICS = (
    "công tác cải cách hành chính", "số hóa hồ sơ, kết quả giải quyết thủ tục hành chính",
    "phòng cháy, chữa cháy và cứu nạn, cứu hộ", "bảo đảm trật tự, an toàn giao thông",
    "vệ sinh an toàn thực phẩm", "phòng, chống thiên tai và tìm kiếm cứu nạn", "quản lý đất đai, trật tự xây dựng",
    "khám sức khỏe cho người lái xe", "tiêm chủng mở rộng", "văn thư, lưu trữ", "chuyển đổi số",
    "phòng, chống dịch bệnh trên đàn gia súc, gia cầm", "thu gom, xử lý chất thải rắn sinh hoạt",
    "xây dựng nông thôn mới nâng cao", "giáo dục nghề nghiệp và giải quyết việc làm", "dân số và phát triển",
)  # fmt: skip
_BODIES = (
    "Tổ công tác", "Ban Chỉ đạo", "Đoàn kiểm tra liên ngành", "Hội đồng thẩm định", "Hội đồng nghiệm thu",
    "Tổ rà soát", "Ban Tổ chức", "Hội đồng thi đua, khen thưởng",
)  # fmt: skip
_LAWS = (
    "Căn cứ Luật Tổ chức chính quyền địa phương;",
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015; Luật sửa đổi, bổ sung một số điều của "
    "Luật Tổ chức Chính phủ và Luật Tổ chức chính quyền địa phương ngày 22 tháng 11 năm 2019;",
    "Căn cứ Luật Cán bộ, công chức;",
    "Căn cứ Luật Ban hành văn bản quy phạm pháp luật;",
    "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn thư;",
    "Căn cứ Nghị định số 61/2018/NĐ-CP ngày 23 tháng 4 năm 2018 của Chính phủ về thực hiện cơ chế một cửa, một cửa liên "
    "thông trong giải quyết thủ tục hành chính;",
    "Căn cứ Luật Giao dịch điện tử;",
    "Căn cứ Luật Lưu trữ;",
    "Căn cứ Luật Thi đua, khen thưởng;",
    "Căn cứ Luật Xây dựng và các văn bản hướng dẫn thi hành;",
    "Căn cứ Luật Đất đai;",
    "Căn cứ Luật Trật tự, an toàn giao thông đường bộ;",
)
UNITS = (
    "Chánh Văn phòng", "Trưởng phòng Tổ chức - Hành chính", "Trưởng phòng Kế hoạch - Tài chính", "Trưởng phòng Nội vụ",
    "Chánh Thanh tra", "Trưởng phòng Quản lý đô thị", "Trưởng phòng Nghiệp vụ", "Giám đốc Trung tâm Công nghệ thông tin",
)  # fmt: skip
_STEPS = (
    "Tổ chức tuyên truyền, phổ biến nội dung của kế hoạch tới toàn thể cán bộ, công chức, viên chức và người lao động",
    "Rà soát, cập nhật và công khai đầy đủ danh mục thủ tục hành chính tại nơi tiếp nhận hồ sơ",
    "Bố trí đủ máy quét, máy tính và đường truyền để số hóa giấy tờ ngay khi tiếp nhận",
    "Kiểm tra, đối chiếu bản điện tử với bản giấy trước khi ký số và lưu vào kho dữ liệu",
    "Chủ trì, phối hợp với các đơn vị có liên quan tổ chức thực hiện, định kỳ tổng hợp kết quả trước ngày 25 hằng tháng",
    "Bảo đảm kinh phí, vật tư và nhân lực theo đúng quy định của pháp luật về ngân sách nhà nước",
    "Báo cáo kịp thời những khó khăn, vướng mắc phát sinh để xem xét, giải quyết theo thẩm quyền",
    "Thực hiện nghiêm quy định về bảo vệ dữ liệu cá nhân trong quá trình thu thập, lưu trữ và chia sẻ",
    "Phân công cán bộ trực tiếp theo dõi, đôn đốc; chịu trách nhiệm về tiến độ và chất lượng công việc được giao",
    "Thống kê số hồ sơ đã giải quyết trước hạn, đúng hạn, quá hạn và nguyên nhân của từng trường hợp quá hạn",
)


def reference(rng: Random, on: date, office: Office) -> tuple[str, str]:
    """An earlier paper that this one leans on: its kind and number, and its day in short."""
    earlier = on - timedelta(days=rng.randint(8, 420))
    kind, symbol = rng.choice(
        (("Quyết định", "QĐ"), ("Kế hoạch", "KH"), ("Công văn", ""), ("Tờ trình", "TTr"), ("Thông báo", "TB"))
    )
    number = f"{written_number(rng.randint(3, 3900))}/{symbol + '-' if symbol else ''}{office.abbr}"
    if not symbol:
        number += rng.choice(("-VP", "-NVY", "-TCHC", "-KHTC", "-VX"))
    return f"{kind} số {number}", f"{earlier:%d/%m/%Y}"


def subject(rng: Random, office: Office, on: date, long: bool = False) -> str:
    """What a decision is about, as printed after "Về việc"."""
    year, topic = on.year, rng.choice(_TOPICS)
    where = office.province.title
    home = place(rng, office.province, on)
    name = full_name(rng, rng.random() < 0.5)
    call = rng.choice(("ông", "bà"))
    options = (
        f"thành lập {rng.choice(_BODIES)} {topic} năm {year}",
        f"kiện toàn {rng.choice(_BODIES)} {topic} trên địa bàn {where} giai đoạn {year} - {year + 4}",
        f"ban hành Kế hoạch {topic} năm {year + 1}",
        f"phê duyệt Đề án {topic} trên địa bàn {where} đến năm {year + 5}",
        f"cấp giấy phép xây dựng nhà ở riêng lẻ cho {call} {name}",
        f"công nhận danh hiệu thi đua cho tập thể, cá nhân có thành tích xuất sắc trong {topic} năm {year}",
        f"điều động, bổ nhiệm {call} {name} giữ chức vụ {rng.choice(UNITS)}",
        f"thu hồi giấy phép lái xe đối với {call} {name}",
        f"phê duyệt dự toán kinh phí thực hiện {topic} 6 tháng cuối năm {year}",
        f"công bố danh mục thủ tục hành chính được sửa đổi, bổ sung trong lĩnh vực {topic} "
        f"thuộc phạm vi quản lý của {office.short}",
        f"cho phép chuyển mục đích sử dụng đất đối với hộ {call} {name}, địa chỉ tại {home.commune}",
        f"giao chỉ tiêu kế hoạch {topic} năm {year + 1} cho các đơn vị trực thuộc",
    )
    text = rng.choice(options)
    if long:
        text += f", góp phần nâng cao hiệu lực, hiệu quả quản lý nhà nước về {rng.choice(_TOPICS)} trên địa bàn {where}"
    return text


def grounds(rng: Random, office: Office, on: date) -> list[str]:
    """What a decision rests on, and at whose proposal."""
    laws = rng.sample(_LAWS, rng.randint(2, 4))
    what, day = reference(rng, on, office)
    laws.append(f"Căn cứ {what} ngày {day} của {office.short} về {rng.choice(_TOPICS)};")
    closing = rng.choice(("Theo đề nghị của", "Xét đề nghị của"))
    laws.append(
        f"{closing} {rng.choice(UNITS)} tại Tờ trình số {rng.randint(11, 410)}/TTr-{rng.choice(('VP', 'TCHC', 'NV'))} "
        f"ngày {on - timedelta(days=rng.randint(1, 9)):%d/%m/%Y}."
    )
    return laws


def articles(rng: Random, office: Office, on: date, about: str, members: bool = False) -> list[list[Run | str]]:
    """The articles of a decision, as paragraphs."""
    point = rng.choice((".", ":"))

    def article(number: int, text: str) -> list[Run | str]:
        return [Run(f"Điều {number}{point}", bold=True), f" {text}"]

    first = about[0].upper() + about[1:]
    paragraphs: list[list[Run | str]] = [article(1, f"{first}" + (", gồm các ông, bà có tên sau:" if members else "."))]
    if members:
        for index in range(1, rng.randint(4, 9)):
            role = "Trưởng đoàn" if index == 1 else "Phó Trưởng đoàn" if index == 2 else "Thành viên"
            female = rng.random() < 0.5
            paragraphs.append(
                [f"{index}. {'Bà' if female else 'Ông'} {full_name(rng, female)}, {rng.choice(UNITS)} - {role};"]
            )
    steps = rng.sample(_STEPS, rng.randint(1, 4))
    paragraphs.append(article(2, rng.choice(("Nhiệm vụ và tổ chức thực hiện:", "Giao các đơn vị có liên quan:"))))
    paragraphs += [[f"{chr(97 + i)}) {s};"] for i, s in enumerate(steps[:-1])]
    paragraphs.append([f"{chr(96 + len(steps))}) {steps[-1]}."])
    number = 3
    if rng.random() < 0.5:
        what, day = reference(rng, on, office)
        paragraphs.append(
            article(
                number, f"Quyết định này có hiệu lực kể từ ngày ký và thay thế {what} ngày {day} của {office.short}."
            )
        )
        number += 1
    units = ", ".join(rng.sample(UNITS, 2))
    paragraphs.append(
        article(
            number,
            f"{units}; thủ trưởng các cơ quan, đơn vị và cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này./.",
        )
    )
    return paragraphs


def letter(rng: Random, office: Office, on: date, sections: int, closing: str) -> list[list[Run | str]]:
    """The body of a letter, notice, report or proposal."""
    what, day = reference(rng, on, office)
    topic = rng.choice(_TOPICS)
    opening = rng.choice(
        (
            f"Thực hiện {what} ngày {day} về {topic}, {office.short} đề nghị các cơ quan, đơn vị "
            "triển khai một số nội dung sau:",
            f"Căn cứ {what} ngày {day} và tình hình thực tế tại địa phương, {office.short} "
            f"thông tin một số nội dung về {topic} như sau:",
            f"Để bảo đảm tiến độ {topic} theo chỉ đạo tại {what} ngày {day}, {office.short} "
            "trân trọng nêu các việc cần làm ngay:",
        )
    )
    paragraphs: list[list[Run | str]] = [[opening]]
    steps = rng.sample(_STEPS, min(len(_STEPS), sections * 2))
    for index in range(sections):
        title = rng.choice(_TOPICS)
        paragraphs.append([Run(f"{index + 1}. Về {title}", bold=True)])
        for step in steps[index * 2 : index * 2 + 2]:
            until = on - timedelta(days=rng.randint(2, 30))
            share = f"{rng.randint(61, 99)},{rng.randint(0, 9)}%"
            amount = f" Số liệu đến ngày {until:%d/%m/%Y}: {rng.randint(12, 9800)} hồ sơ, đạt {share}."
            paragraphs.append([f"- {step}.{amount if rng.random() < 0.4 else ''}"])
    paragraphs.append([closing])
    return paragraphs


def recipients(rng: Random, first: str, unit: str) -> list[str]:
    """The lines under "Nơi nhận"."""
    middle = rng.sample(
        ("- Thường trực Tỉnh ủy (để báo cáo);", "- Các đơn vị trực thuộc;", "- Lãnh đạo cơ quan;",
         "- Cổng Thông tin điện tử;",
         "- Phòng Nội vụ;", "- Các phó giám đốc;", "- Trang thông tin điện tử;"),
        rng.randint(0, 3),
    )  # fmt: skip
    return [first, *middle, f"- Lưu: VT{unit}."]


def many_recipients(rng: Random, unit: str) -> list[str]:
    """A long list under "Nơi nhận", as circulars have it: some of its lines wrap."""
    lines = rng.sample(
        ("- Thường trực Tỉnh ủy, Thường trực HĐND tỉnh (để báo cáo);", "- Chủ tịch, các Phó Chủ tịch UBND tỉnh;",
         "- Ủy ban MTTQ Việt Nam tỉnh và các tổ chức chính trị - xã hội;", "- Các sở, ban, ngành cấp tỉnh;",
         "- Công an tỉnh, Bộ Chỉ huy quân sự tỉnh;", "- UBND các huyện, thị xã, thành phố;",
         "- Báo và Đài Phát thanh - Truyền hình tỉnh (để đưa tin);", "- Các phòng, đơn vị thuộc Sở;",
         "- Cổng Thông tin điện tử tỉnh;", "- VPUB: CVP, các PCVP, CV: NC, TH;", "- Trung tâm Công báo và Tin học;"),
        rng.randint(4, 8),
    )  # fmt: skip
    return [rng.choice(("- Như trên;", "- Như Điều 3;", "- Như phần II;")), *lines, f"- Lưu: VT, {unit}."]


def chapters(rng: Random, office: Office, kind: str) -> list[list[Run | str]]:
    """The chapters and articles of a regulation."""
    paragraphs: list[list[Run | str]] = []
    titles = ("QUY ĐỊNH CHUNG", "TRÁCH NHIỆM VÀ QUAN HỆ CÔNG TÁC", "TỔ CHỨC THỰC HIỆN")
    for number, title in enumerate(titles):
        paragraphs.append([Run(f"Chương {'I' * (number + 1)}. {title}", bold=True)])
        for index in (1, 2):
            name = rng.choice(("Phạm vi điều chỉnh", "Đối tượng áp dụng", "Nguyên tắc", "Trách nhiệm", "Kinh phí"))
            paragraphs.append([Run(f"Điều {2 * number + index}. {name}", bold=True)])
            paragraphs.append([f"{index}. {rng.choice(_STEPS)}."])
    paragraphs.append([f"{office.short} chịu trách nhiệm hướng dẫn, kiểm tra việc thực hiện {kind} này./."])
    return paragraphs
