"""Screens of maintenance, status, help and operations, with the content they need: entered by hand, as people do."""

from collections.abc import Iterator
from datetime import timedelta

from core import clock
from lgsp.demo.browser import Person
from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
OPERATOR, OFFICER = "van-hanh.skhcn", "can-bo.snnmt"
WINDOWS, ASKED, GUIDES = (
    f"/quan-tri/incidents/{kind}/" for kind in ("maintenancewindow", "helprequest", "guideanswer")
)
QUESTION = "Không gửi được hồ sơ kết nối"


def watch_shots(people: People) -> Iterator[Shot]:
    """Give the pictures; what they show is entered where it is not there yet."""
    operator, officer = people.by_name(OPERATOR), people.by_name(OFFICER)
    window = planned(operator)
    request = asked(officer, operator)
    desk = operator.open(ASKED).link("HT-")
    yield "status", "", "/trang-thai/", "Trạng thái dịch vụ"
    yield "status-service", "", "/trang-thai/dich-vu/administrative-units/", "Trạng thái của một dịch vụ"
    yield "status-maintenance", "", window, "Một đợt bảo trì"
    yield "status-follow", "", "/trang-thai/nhan-tin/", "Nhận tin trạng thái qua thư"
    yield "help", OFFICER, "/ho-tro/", "Yêu cầu hỗ trợ của cơ quan"
    yield "help-ask", OFFICER, "/ho-tro/gui/?trang=/ket-noi/", "Gửi yêu cầu hỗ trợ từ một trang"
    yield "help-request", OFFICER, request, "Một yêu cầu hỗ trợ"
    yield "guides-answers", "", "/huong-dan/", "Hỏi đáp"
    yield "desk-help", OPERATOR, ASKED, "Hàng đợi hỗ trợ tại Sở"
    yield "desk-help-request", OPERATOR, desk, "Trả lời yêu cầu hỗ trợ"
    yield "desk-maintenance", OPERATOR, WINDOWS, "Các đợt bảo trì"
    yield "desk-weekly", OPERATOR, "/quan-tri/incidents/weeklycheck/add/", "Ghi kiểm tra hằng tuần"
    yield "operations", OPERATOR, "/quan-tri/van-hanh/", "Trang Vận hành"


def planned(operator: Person) -> str:
    """Return the public page of a window of the whole platform, planned where none is."""
    if "BT-" not in operator.open(WINDOWS).text:
        begins = clock.local_now() + timedelta(days=2)
        operator.fill(
            f"{WINDOWS}add/",
            "",
            whole_platform=1,
            starts_at_0=f"{begins:%d/%m/%Y}",
            starts_at_1="22:00",
            ends_at_0=f"{begins:%d/%m/%Y}",
            ends_at_1="23:30",
            reason="Nâng cấp máy chủ cơ sở dữ liệu",
            public_text="Nâng cấp máy chủ. Lượt gọi trong thời gian này nhận mã lỗi 503; cơ quan dời lịch đồng bộ.",
        )
    code = next(word for word in operator.open(WINDOWS).text.split() if word.startswith("BT-"))
    return f"/trang-thai/bao-tri/{code}/"


def asked(officer: Person, operator: Person) -> str:
    """Return the page of a request for help that was answered and published, made where none is."""
    if QUESTION not in officer.open("/ho-tro/").text:
        text = "Bấm «Gửi chính thức» thì trang báo còn thiếu, nhưng các phần đều ghi đã xong."
        officer.fill("/ho-tro/gui/?trang=/ket-noi/", "Gửi yêu cầu hỗ trợ", subject=QUESTION, text=text)
        said = "Phần «Cơ quan và đầu mối» cần cán bộ kỹ thuật còn vai trò; chọn lại rồi gửi."
        desk = operator.open(operator.open(ASKED).link("HT-"))
        operator.send(desk, "Gửi trả lời", text=said)
        adding = operator.open(operator.open(desk.address).link("Đưa vào Hỏi đáp"))
        operator.send(adding, "", question=f"{QUESTION} dù các phần đã xong?", topic="Lập hồ sơ kết nối")
    return officer.open("/ho-tro/").link(QUESTION)
