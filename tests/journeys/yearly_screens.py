"""Screens of funding, training, feedback and the yearly review, with the content they need, entered by hand."""

from collections.abc import Iterator
from datetime import timedelta

from core import clock
from lgsp.demo.browser import Person
from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
REPORTER, LEADER, PROVINCE = "bao-cao.skhcn", "lanh-dao.skhcn", "lanh-dao.ubnd"
OFFICER, OTHER = "can-bo.snnmt", "can-bo.syt"
DESK = "/quan-tri/reports/"
SESSION, TOLD, THEME = "Ký lượt gọi và đọc lỗi của LGSP (mẫu)", "Thời hạn kiểm thử ngắn", "Thời hạn của thủ tục"


def yearly_shots(people: People) -> Iterator[Shot]:
    """Give the pictures; what they show is entered where it is not there yet."""
    reporter, year = people.by_name(REPORTER), clock.today().year
    budget(reporter, year)
    session = trained(people)
    feedback = filed(people)
    review = reviewed(people, year)
    line = reporter.open(f"/kinh-phi/{year}/").link("Thuê hạ tầng")
    yield "budget-years", PROVINCE, "/kinh-phi/", "Kinh phí: các năm"
    yield "budget-year", PROVINCE, f"/kinh-phi/{year}/", "Kinh phí một năm, so với năm trước"
    yield "budget-line", PROVINCE, line, "Một dòng dự toán"
    yield "desk-budget-lines", REPORTER, f"{DESK}budgetline/", "Các dòng dự toán tại Sở"
    yield "desk-budget-line", REPORTER, reporter.open(f"{DESK}budgetline/").link("VH01"), "Ghi khoản chi, điều chỉnh"
    yield "training", OFFICER, "/tap-huan/", "Tập huấn"
    yield "training-session", OFFICER, session, "Một buổi tập huấn, người của cơ quan"
    yield "training-full", OTHER, session, "Buổi tập huấn hết chỗ"
    yield "desk-training", REPORTER, reporter.open(session).link("Quản lý buổi này"), "Buổi tập huấn tại Sở"
    yield "feedback", OFFICER, "/gop-y/", "Vướng mắc, đề xuất của cơ quan"
    yield "feedback-file", OFFICER, "/gop-y/gui/", "Gửi vướng mắc, đề xuất"
    yield "feedback-answer", OFFICER, feedback, "Một đề xuất và trả lời"
    yield "feedback-answers", OTHER, "/gop-y/tra-loi-chung/", "Trả lời chung"
    yield "desk-feedback", REPORTER, f"{DESK}feedback/", "Hàng đợi vướng mắc, đề xuất"
    yield "desk-feedback-one", REPORTER, reporter.open(feedback).link("Xử lý"), "Trả lời, xếp nhóm"
    yield "desk-review", REPORTER, review, "Soạn báo cáo rà soát"
    yield "desk-review-theme", REPORTER, reporter.open(review).link(THEME), "Một mục của báo cáo rà soát"
    yield "review", PROVINCE, f"/ra-soat/{year}/", "Báo cáo rà soát đã ban hành"


def budget(reporter: Person, year: int) -> None:
    """Open this year and the year before, with lines, an adjustment and spending."""
    if str(year) in reporter.open("/kinh-phi/").text:
        return
    lines = (
        ("VH01", "Thuê hạ tầng, vận hành", "Vận hành", 850_000_000),
        ("AT01", "Giám sát an toàn", "An toàn", 120_000_000),
    )
    for number in (year - 1, year):
        reporter.fill(f"{DESK}budgetyear/add/", "", year=number, last_day=f"31/01/{number + 1}")
        for code, title, kind, amount in lines:
            reporter.fill(
                f"{DESK}budgetline/add/",
                "",
                year=str(number),
                code=code,
                title=title,
                kind=kind,
                source="Ngân sách tỉnh",
                amount=amount,
                basis="Quyết định giao dự toán (mẫu)",
            )
        address = reporter.open(f"/kinh-phi/{number}/").link("Thuê hạ tầng")
        desk = f"{DESK}budgetline/{address.rstrip('/').rsplit('/', 1)[1]}/change/"
        day = f"01/01/{number}"
        reporter.fill(desk, "Ghi khoản chi", spent_on=day, amount="212.500.000", document="UNC 14", note="Quý I")
        said = {"decision": "Quyết định điều chỉnh (mẫu)", "decided_on": day, "reason": "Mở rộng máy chủ"}
        reporter.fill(desk, "Điều chỉnh dự toán", direction="raise", amount="50.000.000", **said)


def trained(people: People) -> str:
    """Return a session with one seat, taken by one agency and waited for by another."""
    reporter = people.by_name(REPORTER)
    if SESSION not in reporter.open("/tap-huan/").text:
        begins = clock.local_now() + timedelta(days=9)
        day = f"{begins:%d/%m/%Y}"
        reporter.fill(
            f"{DESK}trainingsession/add/",
            "",
            title=SESSION,
            audience="Cán bộ kỹ thuật của cơ quan có hệ thống kết nối",
            starts_at_0=day,
            starts_at_1="08:00",
            ends_at_0=day,
            ends_at_1="11:30",
            place="Hội trường tầng 2, Sở Khoa học và Công nghệ",
            content="Tạo khóa, ký lượt gọi theo lgsp-1.\nĐọc mã lỗi và tự xử lý.",
            capacity=1,
        )
        address = reporter.open(reporter.open("/tap-huan/").link(SESSION)).link("Quản lý buổi này")
        reporter.send(reporter.open(address), "Mở đăng ký")
        for who, name in ((OFFICER, "Nguyễn Văn A (mẫu)"), (OTHER, "Trần Thị B (mẫu)")):
            person = people.by_name(who)
            person.fill(person.open("/tap-huan/").link(SESSION), "Đăng ký", name=name, position="Chuyên viên tin học")
    return people.by_name(OFFICER).open("/tap-huan/").link(SESSION)


def filed(people: People) -> str:
    """Return a proposal that was grouped and answered to all, and leave one that waits."""
    officer, reporter = people.by_name(OFFICER), people.by_name(REPORTER)
    if TOLD not in officer.open("/gop-y/").text:
        said = "Mười ngày không đủ khi có nhiều dịch vụ; đề xuất mười lăm ngày."
        values = {"kind": "proposal", "clause": "QC10.4", "text": said}
        made = officer.fill("/gop-y/gui/", "Gửi", subject=TOLD, **values).address
        people.by_name(OTHER).fill("/gop-y/gui/", "Gửi", subject="Mẫu đề nghị dài", **{**values, "kind": "difficulty"})
        reporter.fill(f"{DESK}feedbacktheme/add/", "", name=THEME)
        desk = reporter.open(made).link("Xử lý")
        reporter.send(reporter.open(desk), "Xếp nhóm", theme=THEME)
        question = "Kiểm thử trong bao lâu, có gia hạn được không?"
        answer = "Thời hạn là mười ngày làm việc; cơ quan đề nghị gia hạn bằng văn bản trước khi hết hạn."
        reporter.send(reporter.open(desk), "Trả lời", answer=answer, audience="all", public_question=question)
    return officer.open("/gop-y/").link(TOLD)


def reviewed(people: People, year: int) -> str:
    """Return the desk of a review that was issued."""
    reporter, leader = people.by_name(REPORTER), people.by_name(LEADER)
    listing = f"{DESK}yearlyreview/"
    if str(year) not in reporter.open("/ra-soat/").text:
        days = {"period_start": f"01/01/{year}", "period_end": f"31/12/{year}"}
        reporter.fill(f"{listing}add/", "", year=year, **days)
        desk = reporter.open(f"/ra-soat/{year}/").link("Mở trang xử lý")
        for title in (THEME, "Nội dung chưa xếp nhóm"):
            theme = reporter.open(reporter.open(desk).link(title))
            proposal = "Kéo dài thời hạn kiểm thử thành mười lăm ngày làm việc." if title == THEME else ""
            reporter.send(theme, "", our_answer="Sở ghi nhận, đã hướng dẫn chung.", proposal=proposal)
        reporter.send(reporter.open(desk), "Trình duyệt")
        leader.send(leader.open(desk), "Duyệt")
        issued = {"number": "05/BC-SKHCN", "number_date": f"{clock.today():%d/%m/%Y}"}
        reporter.send(reporter.open(desk), "Ban hành", **issued)
    return reporter.open(f"/ra-soat/{year}/").link("Mở trang xử lý")
