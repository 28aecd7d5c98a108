"""A campaign in the browser, from asking to merging: SKHCN, an officer who fills in, who hands in (QC15.5).

Every page on the way is judged as it stands and narrow and dark: axe, sideways scroll, words that are not Vietnamese.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from audit.services.rollups import roll_up
from core import clock
from reports.models import Campaign
from tests.house.checkers.pages import of_page
from tests.journeys.judging import Watch, on_a_telephone, seen_on
from tests.reports.campaigning import FIRST, OPERATOR, SECOND, Round, campaigning, last_month

__all__ = ["campaigning"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.heavy,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("QC15.5"),
]
DESK = "/quan-tri/reports/"
# Added by the vendored scripts of the staff rooms, not by a page: Sunday in the calendar, the scroll bar's name.
BY_SCRIPTS = ("CN", "scrollable", "content")
REASON = "Chưa nêu kết quả bằng con số"


@dataclass
class Seats:
    """Who sits at which browser, and what was wrong on the pages they stood on."""

    url: str
    browser: Browser
    round: Round
    signed_in: Callable[..., Client]
    keep: Callable[[Page, str], None]
    faults: list[str] = field(default_factory=list)
    watches: list[Watch] = field(default_factory=list)

    def sit(self, role: str, code: str) -> Page:
        """Open a browser in which this person is signed in."""
        held = self.signed_in(self.round.users[role, code]).cookies[installed.SESSION_COOKIE_NAME]
        context = self.browser.new_context(
            base_url=self.url, locale="vi-VN", viewport={"width": 1280, "height": 800}, accept_downloads=True
        )
        context.set_default_timeout(15_000)
        context.add_cookies([{"name": held.key, "value": held.value, "url": self.url}])
        page = context.new_page()
        self.watches.append(Watch(page, self.url))
        return page

    def judge(self, page: Page, name: str) -> None:
        """Note what is wrong with the page somebody stands on, in both looks, and keep its pictures."""
        self.faults += [f"{page.url}: {fault}" for fault in seen_on(page)]
        self.faults += of_page(page.content(), page.url, BY_SCRIPTS)
        self.keep(page, f"{name}-1280")
        self.faults += on_a_telephone(page, lambda: self.keep(page, f"{name}-360-dark"))

    def asked_elsewhere(self) -> list[str]:
        """Say what pages asked of other hosts, and which of them broke."""
        return [fault for watch in self.watches for fault in watch.faults()]


@pytest.fixture
def seats(
    live_server: Any,
    browser: Browser,
    campaigning: Round,
    signed_in: Callable[..., Client],
    keep: Callable[[Page, str], None],
) -> Iterator[Seats]:
    roll_up()
    for place, user in enumerate(campaigning.users.values(), start=1):
        User.objects.filter(pk=user.pk).update(full_name=f"Cán bộ {place} (mẫu)")
    made = Seats(live_server.url, browser, campaigning, signed_in, keep)
    yield made
    for context in browser.contexts:
        context.close()


def press(page: Page, words: str) -> None:
    """Press the link or button with these words."""
    page.get_by_role("link", name=words).or_(page.get_by_role("button", name=words)).first.click()
    page.wait_for_load_state()


def test_from_asking_to_merging(seats: Seats) -> None:
    staff = seats.sit("report_officer", OPERATOR)
    issue(seats, staff)
    officer, sender = seats.sit("agency_officer", FIRST), seats.sit("agency_representative", FIRST)
    fill_in(seats, officer)
    hand_in(seats, sender, "L1")
    printout(seats, sender)
    send_back(seats, staff)
    mend(seats, officer)
    hand_in(seats, sender, "L2")
    merge(seats, staff)
    assert seats.faults == []
    assert seats.asked_elsewhere() == []


def issue(seats: Seats, staff: Page) -> None:
    """Draft with a mistake, mend it, look who is asked, issue."""
    start, end = last_month()
    staff.goto(f"{DESK}campaign/add/")
    seats.judge(staff, "campaign-add")
    staff.fill("[name=instructions]", "Đếm theo lượt gọi")
    staff.fill("[name=period_start]", "32/13/2026")
    staff.locator("[name=_save]").click()
    expect(staff.get_by_text("Nhập tên đợt báo cáo").first).to_be_visible()
    expect(staff.locator("[name=instructions]")).to_have_value("Đếm theo lượt gọi")
    expect(staff.locator("[name=period_start]")).to_have_value("32/13/2026")
    seats.judge(staff, "campaign-add-wrong")
    staff.fill("[name=title]", "Khai thác dữ liệu tháng trước")
    staff.fill("[name=period_start]", f"{start:%d/%m/%Y}")
    staff.fill("[name=period_end]", f"{end:%d/%m/%Y}")
    staff.locator("[name=_save]").click()
    staff.goto(f"{DESK}campaign/")
    seats.judge(staff, "campaign-list")
    press(staff, Campaign.objects.get().code)
    seats.judge(staff, "campaign-draft")
    press(staff, "Xem ai được hỏi")
    expect(staff.get_by_text("Có 2 cơ quan")).to_be_visible()
    seats.judge(staff, "campaign-audience")
    staff.go_back()
    press(staff, "Phát hành đợt báo cáo")
    seats.judge(staff, "campaign-issue")
    press(staff, "Phát hành đợt báo cáo")
    expect(staff.get_by_text("Tình trạng: Đang thu báo cáo")).to_be_visible()


def fill_in(seats: Seats, officer: Page) -> None:
    """Find it on the workbench with the log's figures in it, mistype one, and be told what is missing."""
    officer.goto("/co-quan/")
    press(officer, "Khai báo cáo khai thác")
    declared, said = officer.locator("input[name^=declared-]"), officer.locator("textarea[name^=explanation-]")
    expect(declared.nth(0)).to_have_value("3")
    expect(declared.nth(1)).to_have_value("20")
    seats.judge(officer, "statement-fill")
    declared.nth(1).fill("hai mươi")
    for answer in officer.locator("textarea[name^=answer-]").all():
        answer.fill("Không có")
    press(officer, "Lưu và kiểm tra")
    expect(officer.get_by_text("nhập số nguyên từ 0 đến").first).to_be_visible()
    expect(declared.nth(1)).to_have_value("hai mươi")
    expect(officer.locator("textarea[name^=answer-]").first).to_have_value("Không có")
    seats.judge(officer, "statement-fill-wrong")
    declared.nth(1).fill("1.030")
    press(officer, "Lưu và kiểm tra")
    expect(officer.get_by_text("Chưa nộp được")).to_be_visible()
    seats.judge(officer, "statement-check-missing")
    press(officer, "Giải trình chênh lệch của dịch vụ")
    said.nth(1).fill("Gồm cả lượt thử lại")
    press(officer, "Lưu và kiểm tra")
    expect(officer.get_by_text("Báo cáo đã đủ")).to_be_visible()
    expect(officer.get_by_role("button", name="Nộp báo cáo")).to_have_count(0)


def hand_in(seats: Seats, sender: Page, receipt: str) -> None:
    """Check, forget to confirm, confirm, hand in."""
    sender.goto("/co-quan/")
    press(sender, "Kiểm tra và nộp báo cáo khai thác")
    press(sender, "Nộp báo cáo")
    expect(sender.get_by_text("Đánh dấu để xác nhận").first).to_be_visible()
    seats.judge(sender, f"statement-check-{receipt}")
    sender.locator("input[name=committed]").check()
    press(sender, "Nộp báo cáo")
    expect(sender.get_by_text(f"-{receipt}").first).to_be_visible()
    expect(sender.get_by_text("1.030").first).to_be_visible()
    seats.judge(sender, f"statement-{receipt}")


def printout(seats: Seats, sender: Page) -> None:
    """Take the paper, and see the list as it stands now."""
    for words, begins in (("Bản in PDF", b"%PDF"), ("Tệp Word", b"PK")):
        with sender.expect_download() as got:
            sender.get_by_role("link", name=words).click()
        assert got.value.path().read_bytes().startswith(begins)
    sender.goto("/bao-cao-khai-thac/")
    expect(sender.get_by_text("Đã nộp").first).to_be_visible()
    seats.judge(sender, "statements")


def send_back(seats: Seats, staff: Page) -> None:
    """Compare declared with logged, and return it: not without a reason."""
    staff.reload()
    press(staff, "Đối chiếu số khai với nhật ký")
    expect(staff.get_by_text("Quá mức", exact=True)).to_be_visible()
    seats.judge(staff, "campaign-compare")
    press(staff, "Sở Nông nghiệp và Môi trường")
    expect(staff.get_by_text("Gồm cả lượt thử lại").first).to_be_visible()
    seats.judge(staff, "desk-statement")
    press(staff, "Trả lại để sửa")
    press(staff, "Trả lại để sửa")
    expect(staff.get_by_text("Nhập lý do").first).to_be_visible()
    seats.judge(staff, "desk-statement-return")
    staff.fill("[name=reason]", REASON)
    press(staff, "Trả lại để sửa")


def mend(seats: Seats, officer: Page) -> None:
    """Read why, mend it."""
    officer.goto("/co-quan/")
    press(officer, "Sửa báo cáo khai thác được trả lại")
    expect(officer.get_by_text(REASON).first).to_be_visible()
    seats.judge(officer, "statement-returned")
    press(officer, "Sửa báo cáo")
    officer.locator("textarea[name=answer-ket-qua]").fill("1.200 hồ sơ không phải nộp bản sao")
    press(officer, "Lưu và kiểm tra")
    expect(officer.get_by_text("Báo cáo đã đủ")).to_be_visible()


def merge(seats: Seats, staff: Page) -> None:
    """Accept, see who is late, close, merge, take the workbook."""
    seats.round.campaign = campaign = Campaign.objects.get()
    staff.goto(f"{DESK}statement/{seats.round.statement(FIRST).pk}/change/")
    for _page in ("the step", "its confirmation"):
        press(staff, "Chấp nhận báo cáo")
    Campaign.objects.update(due_at=clock.now())
    home = f"{DESK}campaign/{campaign.pk}/change/"
    staff.goto(home)
    press(staff, "Danh sách nộp muộn, chưa nộp")
    expect(staff.get_by_text("Sở Tư pháp").first).to_be_visible()
    expect(staff.get_by_text("Sở Nông nghiệp và Môi trường")).to_have_count(0)
    seats.judge(staff, "campaign-late")
    staff.goto(f"{DESK}statement/{seats.round.statement(SECOND).pk}/change/")
    seats.judge(staff, "desk-statement-unseen")
    staff.goto(f"{DESK}statement/")
    seats.judge(staff, "desk-statements")
    staff.goto(home)
    press(staff, "Gia hạn nộp")
    press(staff, "Gia hạn nộp")
    expect(staff.get_by_text("Nhập lý do").first).to_be_visible()
    seats.judge(staff, "campaign-extend")
    for step in ("Đóng đợt báo cáo", "Tổng hợp kết quả"):
        staff.goto(home)
        press(staff, step)
        press(staff, step)
    seats.judge(staff, "campaign-merged")
    press(staff, "Kết quả tổng hợp")
    expect(staff.get_by_text("Chấp nhận 1 trên 2")).to_be_visible()
    seats.judge(staff, "campaign-result")
    with staff.expect_download() as got:
        staff.get_by_role("link", name="Tải bảng tính").click()
    assert got.value.path().read_bytes().startswith(b"PK")
