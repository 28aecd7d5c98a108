"""Filing as an officer does it: clicks counted, by keys alone, without script, in two browsers (ux.md U1, U2, U22)."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from connections.choices import State
from connections.models import ConnectionRequest
from connections.services import evaluation, intake
from tests.conftest import PASSWORD
from tests.connections.conftest import Chain, chain  # noqa: F401 - the fixture
from tests.journeys.judging import NARROW, Watch, faults_of, show

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("filing"), pytest.mark.django_db(transaction=True)]
# Real presses of the mouse, one for each; typing and keys are none. Choosing in a list takes two (ux.md A1).
COUNT = "addEventListener('mousedown', (event) => { if (event.isTrusted) pressed(); }, true)"
TEXTS = {
    "responsible_leader": "Phó Giám đốc Sở (mẫu)",
    "purpose_text": "Điền sẵn tên xã, phường vào hồ sơ để người dân không phải khai lại",
    "legal_basis": "Chức năng, nhiệm vụ của Sở",
    "networks": "10.20.30.40",
    "daily_calls": "5.000",
    "peak_per_second": "20",
    "operation_plan": "Trực giờ hành chính, có người thay",
    "security_plan": "Khóa giữ trong kho bí mật của máy chủ",
}


@dataclass
class Office:
    """The agency's people at their browsers."""

    url: str
    chain: Chain
    browser: Browser
    opened: list[BrowserContext] = field(default_factory=list)
    clicks: int = 0

    def page(self, role: str, **options: Any) -> Page:
        """Open a fresh browser profile, on another machine as it were, and sign in by keyboard."""
        values = {"viewport": {"width": 1280, "height": 900}, "locale": "vi-VN", "base_url": self.url, **options}
        context = self.browser.new_context(**values)
        self.opened.append(context)
        context.set_default_timeout(10_000)
        if options.get("java_script_enabled", True):
            context.expose_function("pressed", self._pressed)
            context.add_init_script(COUNT)
        page = context.new_page()
        self.sign_in(page, role)
        return page

    def sign_in(self, page: Page, role: str) -> None:
        """Sign in on this page, typing only."""
        if "/dang-nhap/" not in page.url:
            page.goto("/dang-nhap/")
        page.locator("input[name=login]").fill(self.chain.users[role].email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda address: "/dang-nhap/" not in address)

    def _pressed(self) -> None:
        self.clicks += 1

    def choose(self, page: Page, name: str, index: int = 1) -> None:
        """Choose in a list: one press opens it, one takes the line."""
        self.clicks += 2
        page.select_option(f"[name={name}]", index=index)

    def counted(self, page: Page) -> int:
        """Return the presses so far, when the last one has been told."""
        page.wait_for_load_state()
        page.evaluate("() => 1")
        return self.clicks


@pytest.fixture
def office(live_server: Any, browser: Browser, chain: Chain) -> Iterator[Office]:  # noqa: F811 - the fixture above
    made = Office(live_server.url, chain, browser)
    yield made
    for context in made.opened:
        context.close()


def press(page: Page, words: str) -> None:
    """Click the button or link with these words."""
    target = page.locator("main").get_by_text(words, exact=True).and_(page.locator("a, button:not([aria-hidden])"))
    target.first.click()
    page.wait_for_load_state()


def type_in(page: Page) -> None:
    """Type what belongs into the texts of the page."""
    for name, value in TEXTS.items():
        if page.locator(f"main [name={name}]").count():
            page.locator(f"main [name={name}]").fill(value)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def send(office: Office, page: Page, address: str) -> None:
    """The representative finds the dossier on the workbench, ticks the declaration and sends."""
    page.locator(f"main a[href='{address}']").first.click()
    press(page, "Gửi đề nghị")
    page.locator("[name=committed]").check()
    press(page, "Gửi đề nghị")
    heading(page, "Đã gửi đề nghị kết nối")


def file_first(office: Office, page: Page) -> str:
    """Every part by mouse and keyboard; return the dossier's address."""
    page.locator("nav[aria-label='Các mục chính']").get_by_text("Hồ sơ kết nối").click()
    press(page, "Tạo đề nghị đầu tiên")
    address = page.url.removeprefix(office.url)
    press(page, "Cơ quan và đầu mối")
    for _part in ("contacts", "system"):
        type_in(page)
        press(page, "Lưu và tiếp tục")
    office.choose(page, "purpose")
    type_in(page)
    press(page, "Lưu và tiếp tục")
    heading(page, "Phạm vi dữ liệu")
    press(page, "Chọn dịch vụ")
    press(page, "Đơn vị hành chính")
    for box in page.locator("[name=operations]").all():
        box.check()
    page.fill("[name=daily_quota]", "5.000")
    press(page, "Thêm vào hồ sơ")
    for name in ("personal_data", "state_secret", "national_database"):
        page.check(f"[name={name}][value=False]")
    for _part in ("scope", "technical", "plans"):
        type_in(page)
        press(page, "Lưu và tiếp tục")
    heading(page, "Kiểm tra và gửi")
    return address


@pytest.mark.clause("QC10.1")
def test_a_first_filing_takes_at_most_35_clicks_and_a_second_12(
    office: Office, keep: Callable[[Page, str], None], capsys: Any
) -> None:
    officer, sender = office.page("agency_officer"), office.page("agency_representative")
    office.clicks = 0
    address = file_first(office, officer)
    keep(officer, "filing-check-1280")
    sender.goto("/co-quan/")
    send(office, sender, address)
    keep(sender, "filing-sent-1280")
    first, office.clicks = office.counted(sender), 0
    second_system(office.chain)
    officer.goto(address)
    press(officer, "Lập hồ sơ mới theo hồ sơ này")
    office.choose(officer, "system", index=2)
    press(officer, "Lưu và tiếp tục")
    heading(officer, "Kiểm tra và gửi")
    again = officer.url.removeprefix(office.url).removesuffix("kiem-tra/")
    sender.goto("/co-quan/")
    send(office, sender, again)
    second = office.counted(sender)
    with capsys.disabled():
        sys.stdout.write(f"\nclicks: first filing {first} (bar 35), second {second} (bar 12)\n")
    assert 20 < first <= 35
    assert 4 < second <= 12
    assert ConnectionRequest.objects.filter(state=State.SUBMITTED).count() == 2
    assert narrow(office, officer, address, keep) == []


def second_system(chain: Chain) -> None:  # noqa: F811 - a plain argument
    """The agency registers one more system."""
    own = chain.system
    own.pk, own.code, own.code_number, own.name = None, "H60.07.HT02", 2, "Phần mềm thứ hai"
    own._state.adding = True
    own.save()


def narrow(office: Office, page: Page, address: str, keep: Callable[[Page, str], None]) -> list[str]:
    """Look at the pages of filing on a narrow, dark screen; return what is wrong with them."""
    office.chain.request = ConnectionRequest.objects.get(pk=int(address.strip("/").rsplit("/", 1)[1]))
    watch, faults = Watch(page, office.url), []
    page.goto("/ket-noi/")
    show(page, NARROW)
    press(page, "Tạo đề nghị")
    begun = page.url.removeprefix(office.url)
    for place in ("", "phan/phuong-an/", "phan/pham-vi/", "kiem-tra/"):
        faults += faults_of(page, watch, begun + place)
        keep(page, f"filing-{place.strip('/').replace('/', '-') or 'tasks'}-360")
    return faults


def walk_to(page: Page, target: Locator) -> None:
    """Go to a control by Tab alone."""
    sought = target.element_handle()
    for _step in range(90):
        if sought.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def act(page: Page, words: str) -> None:
    """Go to the button or link with these words by Tab, and press Enter."""
    found = page.locator("main").get_by_text(words, exact=True).and_(page.locator("a, button:not([aria-hidden])"))
    walk_to(page, found.first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_by_keys(page: Page) -> None:
    for name, value in TEXTS.items():
        target = page.locator(f"main [name={name}]")
        if target.count():
            walk_to(page, target)
            page.keyboard.press("Control+A")
            page.keyboard.type(value)


def tick(page: Page, selector: str) -> None:
    walk_to(page, page.locator(selector).first)
    page.keyboard.press("Space")


def test_filing_by_keyboard_alone_and_going_on_at_another_machine(office: Office) -> None:
    page = office.page("agency_officer")
    page.goto("/ket-noi/")
    act(page, "Tạo đề nghị đầu tiên")
    address = page.url
    act(page, "Cơ quan và đầu mối")
    for _part in ("contacts", "system"):
        type_by_keys(page)
        act(page, "Lưu và tiếp tục")
    walk_to(page, page.locator("[name=purpose]"))
    page.keyboard.press("ArrowDown")
    walk_to(page, page.locator("[name=purpose_text]"))
    page.keyboard.type("Gõ dở rồi")
    # Nobody pressed a button: the page says when it kept the text.
    expect(page.locator(".autosave")).to_contain_text("Đã lưu lúc")
    page.context.close()
    office.opened.remove(page.context)
    page = office.page("agency_officer")
    page.goto(address)
    act(page, "Mục đích và căn cứ")
    expect(page.locator("[name=purpose_text]")).to_have_value("Gõ dở rồi")
    type_by_keys(page)
    act(page, "Lưu và tiếp tục")
    act(page, "Chọn dịch vụ")
    act(page, "Đơn vị hành chính")
    tick(page, "[name=operations]")
    walk_to(page, page.locator("[name=daily_quota]"))
    page.keyboard.type("900")
    act(page, "Thêm vào hồ sơ")
    for name in ("personal_data", "state_secret", "national_database"):
        walk_to(page, page.locator(f"[name={name}]").first)
        page.keyboard.press("ArrowUp")  # the last of the two: no
    for _part in ("scope", "technical", "plans"):
        type_by_keys(page)
        act(page, "Lưu và tiếp tục")
    heading(page, "Kiểm tra và gửi")
    assert office.clicks == 0
    sender = office.page("agency_representative")
    sender.goto(f"{address}kiem-tra/")
    tick(sender, "[name=committed]")
    act(sender, "Gửi đề nghị")
    heading(sender, "Đã gửi đề nghị kết nối")
    assert office.clicks == 0


@pytest.mark.heavy
def test_filing_following_and_answering_without_script(office: Office, keep: Callable[[Page, str], None]) -> None:
    officer = office.page("agency_officer", java_script_enabled=False)
    address = file_first(office, officer)
    sender = office.page("agency_representative", java_script_enabled=False)
    sender.goto("/co-quan/")
    send(office, sender, address)
    chain = office.chain  # noqa: F811 - a plain name
    chain.request = ConnectionRequest.objects.get()
    chain.request = intake.receive(
        actor=chain.actors["intake_officer"], request=chain.request, evaluator=chain.users["evaluator"]
    )
    officer.goto(address)
    expect(officer.get_by_text("Bước 2/6 – Đánh giá")).to_be_visible()
    points = [{"what": "Thiếu phương án dự phòng", "remedy": "Bổ sung người trực thay", "clause": "QC9.5"}]
    evaluation.request_completion(actor=chain.actors["evaluator"], request=chain.request, points=points)
    sender.goto(address)
    press(sender, "Gửi hoàn thiện")
    press(sender, "Gửi hoàn thiện")
    expect(sender.locator(".error-summary")).to_contain_text("Trả lời nội dung số 1")
    keep(sender, "filing-answer-1280")
    sender.set_viewport_size({"width": 360, "height": 740})
    assert sender.evaluate("document.scrollingElement.scrollWidth") <= 360
    keep(sender, "filing-answer-360")
    sender.locator("textarea").first.fill("Đã bổ sung hai người trực thay")
    press(sender, "Gửi hoàn thiện")
    expect(sender.get_by_text("Đang đánh giá").first).to_be_visible()
    assert chain.fresh().state == State.EVALUATING


@pytest.mark.heavy
def test_two_browsers_and_a_session_that_ends_lose_no_word(office: Office) -> None:
    office.chain.draft()
    part = f"/ket-noi/{office.chain.request.pk}/phan/phuong-an/"
    fast, slow = office.page("agency_officer"), office.page("agency_officer")
    for page in (fast, slow):
        page.goto(part)
    fast.fill("[name=operation_plan]", "Của người nhanh")
    press(fast, "Lưu nháp")
    slow.locator("[name=operation_plan]").press("End")
    slow.locator("[name=operation_plan]").press_sequentially(" và người chậm")
    expect(slow.locator(".autosave")).to_contain_text("vừa sửa phần này ở cửa sổ khác lúc")
    press(slow, "Lưu và tiếp tục")
    expect(slow.locator(".error-summary")).to_be_focused()
    expect(slow.get_by_text("Của người nhanh").first).to_be_visible()
    expect(slow.locator("[name=operation_plan]")).to_have_value("Trực giờ hành chính và người chậm")
    assert office.chain.fresh().operation_plan == "Của người nhanh"
    press(slow, "Lưu nháp")
    assert office.chain.fresh().operation_plan == "Trực giờ hành chính và người chậm"
    slow.goto(part)
    slow.context.clear_cookies(name="lgsp_session")
    slow.locator("[name=security_plan]").fill("Gõ khi phiên đã hết")
    expect(slow.locator(".autosave")).to_contain_text("Phiên làm việc đã hết.")
    press(slow, "Lưu và tiếp tục")
    office.sign_in(slow, "agency_officer")
    expect(slow.locator("[name=security_plan]")).to_have_value("Gõ khi phiên đã hết")
    press(slow, "Lưu nháp")
    assert office.chain.fresh().security_plan == "Gõ khi phiên đã hết"
