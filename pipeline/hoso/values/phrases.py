"""Words that stand together in official Vietnamese, and the syllables that names of persons are made of. Pure data.

Owns: the lists (streets' namesakes are one), and the form in which words are compared (the place of a tone mark aside:
"hoà", "hòa"). Never: judges a text (``known`` does).

Written down from general knowledge of administrative language (medium): they say which neighbours are usual, not which
are allowed. A word outside them is unproven, nothing worse.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from hoso.values.syllables import split_tone
from hoso.values.text import nfc

__all__ = ["ADDED", "FREE", "NAMES", "PAIRS", "STREETS", "canon"]

_PHRASES = """
trồng rau đậu các loại và trồng hoa|trồng lúa|trồng hoa|các loại|may trang phục|chăn nuôi gia cầm|gia súc|gia cầm|đấu giá
đồ ngũ kim|chuyên doanh|cửa hàng chuyên doanh|động cơ|xe có động cơ|trang phục|hàng da|giả da|các loại bánh|nhận phòng
ủy ban nhân dân|hội đồng nhân dân|cộng hòa xã hội chủ nghĩa việt nam|độc lập tự do hạnh phúc|văn phòng chính phủ
cục cảnh sát quản lý hành chính về trật tự xã hội|cục cảnh sát đăng ký quản lý cư trú và dữ liệu quốc gia về dân cư
cục cảnh sát giao thông|phòng cảnh sát giao thông|công an tỉnh|công an thành phố|công an huyện|bộ công an|công an xã
giám đốc|phó giám đốc|chủ tịch|phó chủ tịch|trưởng phòng|phó trưởng phòng|chánh văn phòng|phó chánh văn phòng
cục trưởng|phó cục trưởng|chi cục trưởng|bộ trưởng|thứ trưởng|tổng cục trưởng|viện trưởng|hiệu trưởng|trưởng ban
thủ trưởng|trưởng phòng tổ chức hành chính|trưởng phòng hành chính|phòng tổ chức hành chính|phòng kế hoạch
phòng nội vụ|phòng tài chính kế hoạch|phòng kinh tế|phòng quản lý đô thị|phòng tư pháp
phòng tài nguyên và môi trường|phòng y tế|phòng văn hóa thông tin|phòng văn hóa và thông tin|phòng văn hóa xã hội
phòng giáo dục và đào tạo|phòng chuyên môn|phòng lao động thương binh và xã hội
phòng nông nghiệp và phát triển nông thôn|phòng dân tộc|phòng kinh tế hạ tầng|phòng kinh tế hạ tầng và đô thị
phòng nghiệp vụ|phòng khám đa khoa|phòng đăng ký kinh doanh|tổ trưởng|đội trưởng|trung tâm phục vụ hành chính công
trung tâm y tế|bệnh viện đa khoa|bệnh viện phụ sản|bệnh viện giao thông vận tải|bệnh viện sản nhi
bệnh viện trung ương|trạm y tế|khoa khám bệnh|hội đồng giám định y khoa|bác sĩ|nhà hộ sinh
ban quản lý dự án đầu tư xây dựng các công trình dân dụng và công nghiệp|công trình giao thông|công trình thủy lợi
sở giao thông vận tải|sở xây dựng|sở y tế|sở tư pháp|sở nội vụ|sở tài chính|sở công thương|sở ngoại vụ|sở du lịch
sở giáo dục và đào tạo|sở khoa học và công nghệ|sở kế hoạch và đầu tư|sở nông nghiệp và phát triển nông thôn
sở nông nghiệp và môi trường|sở tài nguyên và môi trường|sở thông tin và truyền thông|sở văn hóa thể thao và du lịch
sở lao động thương binh và xã hội|sở dân tộc và tôn giáo|ban quản lý khu kinh tế|khu công nghiệp|thanh tra tỉnh
cục đường bộ việt nam|tổng cục đường bộ|bộ giao thông vận tải|bộ tài chính|bộ nội vụ|bộ y tế|bộ tư pháp|bộ xây dựng
bảo hiểm xã hội|bảo hiểm y tế|kho bạc nhà nước|chi cục thuế|cục thuế|tòa án nhân dân|viện kiểm sát nhân dân
chi nhánh văn phòng đăng ký đất đai|bộ phận tiếp nhận và trả kết quả|bộ phận một cửa|một cửa liên thông|thường trực
thường trực tỉnh ủy|thường trực hội đồng nhân dân|tỉnh ủy|huyện ủy|thành ủy|đảng ủy|đảng bộ|mặt trận tổ quốc
các tổ chức chính trị xã hội|báo và đài phát thanh truyền hình|đài phát thanh|phát thanh và truyền hình
cổng thông tin|cổng thông tin điện tử|trang thông tin điện tử|thông tin điện tử|để báo cáo|để phối hợp|để thực hiện
để đưa tin|để biết|để theo dõi|để chỉ đạo|lãnh đạo cơ quan|lãnh đạo sở|lãnh đạo ủy ban|chức vụ|giữ chức vụ
chánh thanh tra|phó chánh thanh tra|thông cáo|thông cáo báo chí|bộ chỉ huy quân sự|cấp tỉnh|cấp huyện
trung tâm công báo và tin học|công báo|các ban của đảng|một triệu|hai triệu|ba triệu|bốn triệu|năm triệu|sáu triệu
bảy triệu|tám triệu|chín triệu|mười triệu|triệu năm trăm|một trăm|hai trăm|ba trăm|bốn trăm|năm trăm|sáu trăm
bảy trăm|tám trăm|chín trăm|một tỷ|hai tỷ|ba tỷ|bốn tỷ|năm tỷ|tỷ một|tỷ hai|tỷ ba|tỷ bốn|tỷ năm|tỷ sáu|tỷ bảy|tỷ tám
tỷ chín|hai mươi|ba mươi|bốn mươi|năm mươi|sáu mươi|bảy mươi|tám mươi|chín mươi|mươi lăm|mươi mốt|địa chỉ tại
chức vụ trưởng|thị trấn|giữ chức|cơ sở bánh kẹo|tiêm chủng|tiêm chủng mở rộng|tin học|như trên|như điều
các phó chủ tịch|các phòng ban|các phòng đơn vị thuộc sở|các sở ban ngành|các cơ quan chuyên môn
các xã phường thị trấn|ủy ban nhân dân các xã|lưu văn thư|đơn vị trực thuộc|các đơn vị liên quan
cấp lại giấy phép lái xe|cấp mới giấy phép lái xe|cấp đổi giấy phép lái xe|đổi giấy phép lái xe|giấy phép lái xe
cho người đạt kết quả sát hạch hạng|do ngành giao thông vận tải cấp|do ngành công an cấp|bị mất|bị hỏng|hết hạn
sắp hết hạn|quá hạn|sai thông tin|thay đổi thông tin|thay đổi nơi cư trú|có nhu cầu đổi|nhu cầu|nâng hạng
hết thời hạn|đơn đề nghị đổi giấy phép lái xe theo mẫu quy định|bản sao giấy phép lái xe
giấy khám sức khỏe của người lái xe|do cơ sở y tế có thẩm quyền cấp|cơ sở y tế|có thẩm quyền|giấy khám sức khỏe
sức khỏe|khám sức khỏe|đủ điều kiện sức khỏe|đủ sức khỏe lái xe|không đủ điều kiện|đủ tiêu chuẩn sức khỏe lái xe
đủ điều kiện|tiêu chuẩn|sát hạch|đào tạo lái xe|bản sao thẻ căn cước công dân|căn cước công dân|thẻ căn cước
chứng minh nhân dân|hộ chiếu|hộ khẩu|sổ hộ khẩu|ảnh chân dung|giấy chứng nhận đăng ký hộ kinh doanh|hộ kinh doanh
chủ hộ|đăng ký kinh doanh|giấy chứng nhận|giấy xác nhận|giấy khai sinh|giấy chứng sinh|tờ khai|theo mẫu|bản chính
bản sao|bản photo|chứng thực|giấy tờ|hợp đồng|giấy ủy quyền|tờ trình|biên bản|trích lục|đăng ký khai sinh|khai sinh
đăng ký kết hôn|kết hôn|chưa đăng ký kết hôn với ai|hiện tại chưa đăng ký kết hôn|tình trạng hôn nhân|hôn nhân
ly hôn|đã ly hôn|bản án|quyết định ly hôn|có vợ|có chồng|đã chết|giấy chứng tử|độc thân|để làm thủ tục|làm thủ tục
thủ tục hành chính|giải quyết thủ tục hành chính|danh mục thủ tục hành chính|cải cách hành chính|kết quả giải quyết
tiếp nhận và trả kết quả|tiếp nhận hồ sơ|trả kết quả|hồ sơ|số hóa hồ sơ|giải quyết hồ sơ|bổ sung hồ sơ|vay vốn
mua bán|chuyển nhượng|quyền sử dụng đất|sử dụng đất|mục đích sử dụng đất|chuyển mục đích sử dụng đất|nhà ở
nhà ở riêng lẻ|giấy phép xây dựng|cấp giấy phép xây dựng|xây dựng|tài sản|gắn liền với đất|quyền sở hữu|nhà đất
bất động sản|về việc|phê duyệt|phê duyệt dự toán|phê duyệt kế hoạch|phê duyệt đề án|ban hành|ban hành kế hoạch
ban hành quy chế|ban hành quy định|công bố|công bố danh mục|thành lập|kiện toàn|tổ công tác|ban chỉ đạo|hội đồng
bổ nhiệm|điều động|luân chuyển|công nhận|danh hiệu|danh hiệu thi đua|thi đua|khen thưởng|tặng bằng khen|bằng khen
giấy khen|thu hồi|thu hồi đất|thu hồi giấy phép|bồi thường|hỗ trợ|tái định cư|giải phóng mặt bằng|giao đất
cho thuê đất|thuê đất|điều chỉnh|sửa đổi bổ sung|được sửa đổi bổ sung|bãi bỏ|thay thế|hướng dẫn|triển khai
triển khai thực hiện|thực hiện|tổ chức thực hiện|tăng cường|tiếp tục|đẩy mạnh|nâng cao|nâng cao hiệu lực|hiệu lực
hiệu quả|hiệu lực hiệu quả|góp phần nâng cao hiệu lực hiệu quả quản lý nhà nước về chuyên ngành|quản lý nhà nước
nhà nước|quản lý|quy định|trên địa bàn tỉnh|trên địa bàn thành phố|trên địa bàn|địa bàn|giai đoạn|định hướng
tầm nhìn|đến năm|năm học|cuối năm|đầu năm|hằng năm|hàng năm|trong thời gian|thời gian tới|thời gian|thời hạn
không thời hạn|kinh phí|kinh phí thực hiện|dự toán|dự toán kinh phí|dự toán ngân sách|ngân sách nhà nước|ngân sách
quyết toán|tạm ứng|chi tiết|nhiệm vụ|công tác|chương trình|chương trình mục tiêu quốc gia|mục tiêu|quốc gia|kế hoạch
kế hoạch xây dựng|đề án|dự án|phương án|quy chế|quy chế làm việc|quy chế phối hợp|phối hợp|báo cáo|báo cáo kết quả
thông báo|kết luận|chỉ thị|công điện|công văn|giấy mời|giấy giới thiệu|nghị quyết|nghị định|thông tư|quyết định
kết quả|tình hình|phát triển|kinh tế xã hội|phát triển kinh tế xã hội|an ninh|quốc phòng|quốc phòng an ninh|trật tự
trật tự xây dựng|trật tự an toàn giao thông|an toàn|an toàn giao thông|an toàn thực phẩm|vệ sinh|vệ sinh môi trường
môi trường|bảo vệ môi trường|bảo vệ|tài nguyên|khoáng sản|nước sạch|nông thôn|nông thôn mới|nông thôn mới nâng cao
xây dựng nông thôn mới|nông nghiệp|công nghiệp|thương mại|thương mại điện tử|dịch vụ|dịch vụ công
dịch vụ công trực tuyến|trực tuyến|du lịch|văn hóa|thể thao|gia đình|giáo dục|đào tạo|dạy nghề|nghề nghiệp
giáo dục nghề nghiệp|y tế|dân số|dân số và phát triển|phòng chống|phòng chống dịch|dịch bệnh|phòng chống thiên tai
phòng chống tham nhũng|tham nhũng|thiên tai|tìm kiếm cứu nạn|cứu nạn cứu hộ|bão lũ|phòng cháy chữa cháy|chữa cháy
đàn vật nuôi|vật nuôi|chăn nuôi|thú y|trồng trọt|lâm nghiệp|thủy lợi|thủy sản|người dân|doanh nghiệp|công dân
cá nhân|tập thể|tổ chức|cơ quan|đơn vị|tập thể cá nhân|cán bộ|công chức|viên chức|cán bộ công chức viên chức
người lao động|lao động|việc làm|tiền lương|chế độ|chính sách|chính quyền|địa phương|chính quyền địa phương
chính quyền điện tử|chuyển đổi số|công nghệ thông tin|công nghệ|thông tin|truyền thông|dữ liệu|cơ sở dữ liệu
cơ sở hạ tầng|hạ tầng|hệ thống|phần mềm|văn thư|lưu trữ|văn thư lưu trữ|tài liệu|tài liệu lưu trữ|bí mật|kiểm soát
kiểm tra|thanh tra|giám sát|xử lý|xử lý vi phạm|vi phạm hành chính|xử phạt|xử phạt vi phạm hành chính|vi phạm
khiếu nại|tố cáo|tiếp công dân|giải quyết|kiến nghị|phản ánh|cử tri|đại biểu|quốc hội|bầu cử|kỳ họp|phiên họp
cuộc họp|hội nghị|hội thảo|tập huấn|tổng kết|sơ kết|đánh giá|xếp loại|phân loại|thống kê|điều tra|rà soát|cập nhật
khảo sát|đối với|liên quan|thuộc phạm vi|phạm vi|chức năng|phạm vi chức năng quản lý|lĩnh vực|trong lĩnh vực
thẩm quyền|trách nhiệm|xuất sắc|thành tích xuất sắc|có thành tích|thành tích|hoàn thành|hoàn thành xuất sắc
tiên tiến|chiến sĩ|lao động tiên tiến|tổ dân phố|khu dân cư|khu đô thị|khu phố|thôn|đường phố|quốc lộ|tỉnh lộ|thị xã
thành phố|xã phường|dân cư|triệu đồng|nghìn đồng|ngàn đồng|tỷ đồng|trăm triệu|mươi triệu|đồng chẵn|đồng việt nam
vốn điều lệ|vốn kinh doanh|bằng chữ|bán lẻ|bán buôn|cửa hàng|đồ uống|phục vụ đồ uống|dịch vụ phục vụ đồ uống
nhà hàng|ăn uống|dịch vụ ăn uống|lưu trú|dịch vụ lưu trú ngắn ngày|ngắn ngày|khách sạn|nhà nghỉ|sản xuất
sản xuất giường tủ bàn ghế|bàn ghế|may mặc|quần áo|hàng may mặc|giày dép|lương thực|thực phẩm|tạp hóa|tạp phẩm
vật liệu xây dựng|vật liệu|thiết bị|lắp đặt|thiết bị khác|máy vi tính|máy móc|điện tử|điện thoại|viễn thông|sửa chữa
bảo dưỡng|ô tô|mô tô|xe máy|xe ô tô|phụ tùng|cắt tóc|gội đầu|làm đầu|làm đẹp|vận tải|vận tải hàng hóa|hàng hóa
vận tải hành khách|hành khách|đường bộ|đường sắt|hàng không|gia công|cơ khí|đồ gỗ|nội thất|đại lý|môi giới|tư vấn
cho thuê|quảng cáo|in ấn|cầm đồ|hoạt động|hoạt động khác|chưa được phân vào đâu|thuốc lá|thuốc lào|dược phẩm|mỹ phẩm
dụng cụ y tế|sách báo|văn phòng phẩm|phân bón|thức ăn chăn nuôi|thức ăn|rau quả|hiện nay|hiện tại|tạm trú|thường trú
nơi cư trú|cư trú|nơi ở hiện nay|quê quán|nơi sinh|dân tộc|quốc tịch|tôn giáo|quân đội|quân nhân|chuyên nghiệp
ra quân|tham gia|điều kiện|yêu cầu|nội dung|lý do|theo quy định|đề nghị|xác nhận|xin cấp
"""
_NAMES = """
an anh ánh ân ba bá bạch bách bài bảo băng bằng bích biên biển bình bội bốn bông bút bưởi cảnh canh cao cẩm cẩn cần
cúc cung cương cường châm chánh châu chi chí chiến chiểu chinh chính chung chuyên chức chương công dân diễm diên
diễn diện diệp diệu dinh dịu doan doanh dung dũng duy duyên dự dương dưỡng đa đài đàm đạm đan đang đào đạo đạt đăng
đắc điểm điền điển điệp đình đính định đoàn đoan đồng đông đỗ đôn độ đua đức được em gấm gia giang giáp giảng giao
hà hạ hải hai hàm hán hãn hạnh hào hảo hạo hân hằng hậu hên hiên hiến hiền hiển hiện hiếu hiệp hiệu hoa hòa hoài
hoan hoàn hoàng hoạt hoạch học hội hồ hồi hồng hợi hợp huân huấn huệ hùng huy huyên huyền huynh huỳnh hương hường
hưng hưởng hữu kha khải khai khang khanh khánh khiêm khiết khoa khoát khôi khởi khuê khương kiêm kiên kiểm kiến kiệt
kiều kiệu kim kỳ kỷ kính lai lài lam lan lãm lâm lân lập lê lệ lễ lên lịch liêm liên liễu lý linh lĩnh loan loát lộc
lợi long luân luận lung lụa lũy lực lượng lương lưu luyến luyện mai mạnh mao mão mận mẫn mậu mẫu men mến miên miền
minh mơ mùi mười muộn mừng mỹ na nam năm năng nên nết nga ngà ngạn ngân ngãi nghi nghị nghĩa nghiêm nghiệp ngoan ngọ
ngọc ngôn ngợi nguyên nguyện nguyệt nguyễn ngữ ngự nhã nhàn nhan nhân nhẫn nhất nhật nhi nhiên nhị nhu nhung nhuận
như nhường nhượng ninh nụ nữ nương oanh pha phái phan pháp phát phấn phi phong phòng phú phúc phục phùng phụng phước
phương phượng quân quang quảng quế qui quốc quy quý quyên quyền quyết quỳnh sa san sang sáng sanh sao sâm sen sinh
song sơn suối sử sửu sự sương tạ tài tam tám tâm tân tấn tần tập tây tề thạch thái thám thanh thành thạnh thao thảo
thắm thăng thắng thân thập thể thế thêm thêu thi thị thích thiêm thiên thiện thiết thiệp thiệu thìn thịnh thoa thoại
thọ thoan thơ thơm thông thời thu thuận thuần thuật thục thuý thúy thùy thủy thuyên thuyết thư thức thương thường
thưởng thượng thy tiên tiến tiền tiệp tin tín tinh tính tình tĩnh toan toán toàn toản tố tốn tôn tới tráng trang trà
trác trân trâm trầm trấn trí trì triết triều triệu trinh trình trịnh trọng trung trúc truyền trực trưng trường
trưởng tuân tuấn tuất túc tuệ tùng tung tư tứ từ tuyên tuyến tuyển tuyền tuyết tưởng tường tươi tương tựu tý tỵ ý uy
uyên uyển út văn vân vấn vạn vàng vi vĩ viên viễn việt vinh vĩnh vịnh vọng vở vui vũ vụ vượng vương vy xuân xuyên
xuyến xoan xinh ý yên yến yêu lạc lành lộ luật lữ ngát thỏa thuỵ thụy trọn tụ đệ đích đốc mạn mạch may miện muội
nhâm nhạn nhạc nậm phẩm phiến phiên phiếu quyến sắc sĩ sỹ sổ tảo thát thuấn thược tiếp toại tăng trãi
"""
_STREETS = """
Hai Bà Trưng|Trần Hưng Đạo|Lý Thường Kiệt|Nguyễn Trãi|Lê Lợi|Quang Trung|Nguyễn Huệ|Võ Thị Sáu|Bùi Thị Xuân
Hoàng Hoa Thám|Điện Biên Phủ|Yết Kiêu|Thống Nhất|Lê Duẩn|Trường Chinh|Phan Chu Trinh|Phan Châu Trinh|Phan Bội Châu
Phan Đình Phùng|Lê Hồng Phong|Nguyễn Văn Linh|Nguyễn Văn Cừ|Trần Phú|Hùng Vương|Lạc Long Quân|Âu Cơ|Ngô Quyền
Đinh Tiên Hoàng|Lý Thái Tổ|Lý Tự Trọng|Tôn Đức Thắng|Cách Mạng Tháng Tám|Nguyễn Thị Minh Khai|Hoàng Văn Thụ
Nguyễn Du|Nguyễn Công Trứ|Nguyễn Đình Chiểu|Nguyễn Bỉnh Khiêm|Lê Thánh Tông|Lê Lai|Lê Quý Đôn|Chu Văn An|Ngô Gia Tự
Nguyễn Chí Thanh|Phạm Văn Đồng|Võ Nguyên Giáp|Võ Văn Kiệt|Trần Quang Khải|Trần Nhật Duật|Trần Quốc Toản|Trần Quý Cáp
Trần Cao Vân|Nguyễn Thái Học|Nguyễn Tri Phương|Nguyễn Trường Tộ|Nguyễn Khuyến|Nguyễn Thiện Thuật|Phạm Ngũ Lão
Phạm Hồng Thái|Hồ Xuân Hương|Bà Triệu|Đào Duy Từ|Đào Duy Anh|Bạch Đằng|Đống Đa|Tô Hiệu|Tô Hiến Thành|Tôn Thất Tùng
Tôn Thất Thuyết|Hàm Nghi|Duy Tân|Tân Trào|Giải Phóng|Độc Lập|Hòa Bình|Kim Mã|Lương Thế Vinh|Lương Văn Can
Mạc Đĩnh Chi|Xuân Diệu|Xuân Thủy|Hoàng Diệu|Hoàng Quốc Việt|Huỳnh Thúc Kháng|Kim Đồng|Lê Văn Sỹ|Nam Kỳ Khởi Nghĩa
Pasteur|Quốc Tử Giám|Thái Học|An Dương Vương
"""


@lru_cache(maxsize=65536)
def canon(word: str) -> str:
    """A word as it is compared: NFC, small letters, its tone behind them ("Hoà" and "Hòa" are one)."""
    letters, tones, _ = split_tone(nfc(word).casefold())
    return letters + tones


def _pairs() -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for line in _PHRASES.strip().split("\n"):
        for phrase in line.split("|"):
            words = [canon(word) for word in phrase.split()]
            found.update(pairwise(words))
    return frozenset(found)


def _beside(pairs: frozenset[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for one, other in pairs:
        found.setdefault((one, ""), set()).add(other)
        found.setdefault(("", other), set()).add(one)
    return {key: frozenset(words) for key, words in found.items()}


PAIRS = _pairs()
"""Two words of a phrase, one behind the other, as :func:`canon` writes them."""
ADDED = _beside(PAIRS)
"""(word, "") gives what stands behind it in phrases, ("", word) what stands before it."""
NAMES = frozenset(canon(word) for word in _NAMES.split())
"""Syllables of middle and given names."""
STREETS = tuple(name for line in _STREETS.strip().split("\n") for name in line.split("|"))
"""Whom and what streets are named after in most towns."""
_FREE = """
của tại trong và các cho với về từ đến để do là khi theo trên dưới ở bị được có ông bà này đó mới tỉnh cũ số như hay hoặc
bằng cả một hai ba
"""
FREE = frozenset(canon(word) for word in _FREE.split())
"""Words that stand beside any other: from their neighbours nothing follows."""
