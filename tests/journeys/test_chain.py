"""One connection from filing to go-live in a real browser, as each person does it, with the real broker behind."""

import base64
import csv
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import Membership
from audit.models import Fact
from broker.signing import Credentials
from lgsp.demo.calls import System
from lgsp.launch.places import ROOT
from tests.journeys.conftest import fresh_code
from tests.journeys.judging import Watch, on_a_telephone
from tests.journeys.product import Product, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chain"), pytest.mark.django_db(transaction=True)]
SYSTEM = "Phần mềm một cửa điện tử (mẫu)"
TARGETS = ("communes?limit=5&level=phuong", "communes/search?q=minh+xuan", "communes/02215")
# Parts of the dossier: what is typed; nothing typed: the first choice offered.
PARTS: dict[str, dict[str, str]] = {
    "co-quan": {"responsible_leader": "Phó Giám đốc Sở (mẫu)", "technical_contact": ""},
    "he-thong": {"system": ""},
    "muc-dich": {
        "purpose": "",
        "purpose_text": "Điền sẵn tên xã, phường vào hồ sơ để người dân không phải khai lại",
        "legal_basis": "Chức năng, nhiệm vụ của Sở",
    },
    "ky-thuat": {"networks": "127.0.0.1", "daily_calls": "5000", "peak_per_second": "5"},
    "phuong-an": {
        "operation_plan": "Trực giờ hành chính",
        "security_plan": "Khóa giữ trong kho bí mật của máy chủ",
    },
}


class Stage:
    """Everybody's browser, opened when first needed, and pictures of what they see."""

    def __init__(self, product: Product, browser: Browser, folder: str) -> None:
        self.product, self.browser, self.folder = product, browser, folder
        self.contexts: dict[str, BrowserContext] = {}
        self.pages: dict[str, Page] = {}
        self.watches: dict[str, Watch] = {}
        self.faults: list[str] = []

    def page(self, name: str) -> Page:
        """Return the page of the person whose address begins with *name*, signed in."""
        if name not in self.pages:
            context = self.browser.new_context(
                viewport={"width": 1280, "height": 900}, locale="vi-VN", base_url=self.product.url
            )
            self.contexts[name], self.pages[name] = context, context.new_page()
            self.watches[name] = Watch(self.pages[name], self.product.url)
            self._sign_in(self.pages[name], self.product.people[name])
        return self.pages[name]

    def _sign_in(self, page: Page, row: dict[str, Any]) -> None:
        page.goto("/dang-nhap/")
        page.fill("input[name=login]", row["email"])
        page.fill("input[name=password]", row["password"])
        page.keyboard.press("Enter")
        if row["totp_secret"]:
            page.fill("input[name=code]", fresh_code(row["totp_secret"]))
            page.keyboard.press("Enter")
        page.wait_for_url("**/co-quan/")

    def look(self, name: str, picture: str) -> None:
        """Judge the page a person stands on as on a telephone in the dark, and keep its pictures when asked."""
        page = self.pages[name]
        self._keep(page, f"{picture}-1280")
        self.faults += on_a_telephone(page, lambda: self._keep(page, f"{picture}-360"))

    def told(self) -> list[str]:
        """Return everything that was wrong with anybody's pages."""
        return self.faults + [f"{name}: {fault}" for name, watch in self.watches.items() for fault in watch.faults()]

    def _keep(self, page: Page, name: str) -> None:
        if self.folder:
            Path(self.folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(self.folder) / f"{name}.png"))


@pytest.fixture
def stage(
    browser: Browser, transactional_db: None, settings: Any, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    settings.DATA_DIR = tmp_path
    with running(tmp_path) as product:
        made = Stage(product, browser, request.config.getoption("--screenshots"))
        yield made
        for context in made.contexts.values():
            context.close()


def press(page: Page, words: str) -> None:
    """Press the button or follow the link with these words."""
    target = page.locator("main, #main, #content").get_by_text(words, exact=True).and_(page.locator("a, button"))
    target.first.click()
    page.wait_for_load_state()


def file(stage: Stage) -> str:
    """The officer registers the system and files every part; return the dossier's address."""
    page = stage.page("can-bo.snnmt")
    page.goto("/he-thong/moi/")
    page.fill("[name=name]", SYSTEM)
    page.fill("[name=purpose]", "Giải quyết thủ tục hành chính lĩnh vực đất đai")
    page.select_option("[name=security_level]", "2")
    for box in page.query_selector_all("[name=environments]"):
        box.check()
    press(page, "Đăng ký hệ thống")
    page.goto("/ket-noi/")
    press(page, "Tạo đề nghị đầu tiên")
    address = page.url
    for slug, values in PARTS.items():
        page.goto(f"{address}phan/{slug}/")
        for name, value in values.items():
            if value:
                page.fill(f"[name={name}]", value)
            else:
                page.select_option(f"[name={name}]", index=1)
        press(page, "Lưu và tiếp tục")
    page.goto(f"{address}dich-vu/administrative-units/")
    for box in page.query_selector_all("[name=operations]"):
        box.check()
    page.fill("[name=daily_quota]", "5000")
    press(page, "Thêm vào hồ sơ")
    for name in ("personal_data", "state_secret", "national_database"):
        page.check(f"[name={name}][value=False]")
    stage.look("can-bo.snnmt", "chain-part")
    press(page, "Lưu và tiếp tục")
    page.goto(address)
    expect(page.get_by_text("Đã xong 6/7 phần.")).to_be_visible()
    stage.look("can-bo.snnmt", "chain-tasks")
    return address


def send(stage: Stage, address: str) -> None:
    """The representative checks and sends."""
    page = stage.page("dai-dien.snnmt")
    page.goto(f"{address}kiem-tra/")
    press(page, "Gửi đề nghị")
    expect(page.locator(".error-summary")).to_be_visible()
    page.check("[name=committed]")
    stage.look("dai-dien.snnmt", "chain-check")
    press(page, "Gửi đề nghị")
    expect(page.get_by_role("heading", name="Đã gửi đề nghị kết nối")).to_be_visible()


def step(stage: Stage, name: str, desk: str, label: str, write: Callable[[Page], None] | None = None) -> Page:
    """Somebody of SKHCN opens the working page, takes the step *label* and is led back."""
    page = stage.page(name)
    page.goto(desk)
    press(page, label)
    if write is not None:
        write(page)
    if page.url.rstrip("/").endswith("change"):
        return page
    page.locator("form button[type=submit].btn").first.click()
    page.wait_for_load_state()
    expect(page.get_by_text("Đã thực hiện")).to_be_visible()
    return page


def receive(page: Page) -> None:
    """Tick every part and name the evaluator."""
    for box in page.query_selector_all("[name^=part-]"):
        box.check()
    page.select_option("[name=evaluator]", index=1)


def mark(failing: str = "") -> Callable[[Page], None]:
    """Return how an evaluator fills the criteria: all met, but one when *failing* names it."""

    def write(page: Page) -> None:
        names = {item.get_attribute("name") for item in page.query_selector_all("[name^=result-]")}
        for name in sorted(filter(None, names)):
            value = "fail" if name == f"result-{failing}" else "pass"
            if page.locator(f"select[name='{name}']").count():
                page.select_option(f"[name='{name}']", value)
            else:
                page.locator(f"[name='{name}'][value={value}]").focus()
                page.keyboard.press("Space")
        if failing:
            page.fill(f"[name='remark-{failing}']", "Phương án chưa nêu người trực thay")

    return write


def follow(stage: Stage, desk: str, address: str) -> None:
    """Both sides write in the thread; what was completed stands as a difference; nothing scrolls sideways."""
    sender, evaluator = stage.page("dai-dien.snnmt"), stage.page("tham-dinh.skhcn")
    sender.goto(f"{address}trao-doi/")
    sender.fill("[name=text]", "Phương án đã ghi người trực thay")
    press(sender, "Gửi trao đổi")
    expect(sender.locator(".thread li")).to_have_count(1)
    stage.look("dai-dien.snnmt", "chain-thread")
    sender.goto(f"{address}cac-lan-gui/")
    expect(sender.locator("td ins").first).to_be_visible()
    stage.look("dai-dien.snnmt", "chain-versions")
    evaluator.goto(f"{desk.removesuffix('change/')}trao-doi/")
    expect(evaluator.locator(".thread li").get_by_text("Mới", exact=True)).to_be_visible()
    stage.look("tham-dinh.skhcn", "chain-desk-thread")


def evaluate(stage: Stage, desk: str, address: str) -> None:
    """One criterion fails, the agency completes, everything is met, two people decide."""
    step(stage, "tiep-nhan.skhcn", desk, "Tiếp nhận", receive)
    page = stage.page("tham-dinh.skhcn")
    page.goto(desk)
    press(page, "Đánh giá theo tiêu chí")
    mark("operation-plan")(page)
    stage.look("tham-dinh.skhcn", "chain-evaluate")
    page.locator("form button[type=submit].btn").first.click()
    page.wait_for_load_state()
    step(
        stage,
        "tham-dinh.skhcn",
        desk,
        "Yêu cầu hoàn thiện",
        lambda page: page.fill("[name=points-0-remedy]", "Bổ sung người trực ngoài giờ"),
    )
    sender = stage.page("dai-dien.snnmt")
    sender.goto(f"{address}hoan-thien/")
    sender.locator("textarea").first.fill("Đã bổ sung hai người trực ngoài giờ")
    press(sender, "Gửi hoàn thiện")
    expect(sender.get_by_text("Chờ Sở Khoa học và Công nghệ").first).to_be_visible()
    follow(stage, desk, address)
    page.goto(desk)
    press(page, "Đánh giá theo tiêu chí")
    mark()(page)
    page.locator("form button[type=submit].btn").first.click()
    page.wait_for_load_state()
    step(stage, "truong-phong.skhcn", desk, "Trình phê duyệt")
    stage.page("lanh-dao.skhcn").goto(desk)
    stage.look("lanh-dao.skhcn", "chain-desk")
    step(stage, "lanh-dao.skhcn", desk, "Chấp thuận")


def take_key(stage: Stage, environment: str) -> System:
    """The technician makes a key and reads it from the one page that shows it."""
    page = stage.page("ky-thuat.snnmt")
    page.goto("/nha-phat-trien/H60.07.HT01/khoa/moi/")
    page.check(f"[name=environment][value={environment}]")
    press(page, "Tạo khóa")
    access_key = page.inner_text("#khoa-truy-xuat").strip()
    element = page.locator("#khoa-bi-mat")
    tag = element.evaluate("node => node.tagName")
    secret = (element.input_value() if tag in ("INPUT", "TEXTAREA") else element.inner_text()).strip()
    text = page.inner_text("#thach-do").strip()
    page.fill("[name=proof]", base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha256")).decode())
    press(page, "Kích hoạt khóa")
    page.goto("/nha-phat-trien/")
    word = {"sandbox": "Thử nghiệm", "live": "Chính thức"}[environment]
    grant = page.locator("tr", has=page.get_by_text(word)).locator("code", has_text="QK-").first.inner_text()
    return System(stage.product.url, Credentials(access_key, secret, grant.strip(), "administrative-procedures"))


def try_out(system: System) -> None:
    """Call every operation often enough, and what must be refused once."""
    base = "/api/data/administrative-units/v1/"
    for target in TARGETS:
        for _turn in range(22):
            system.send(system.signed("GET", base + target), status=200)
    call = system.signed("GET", base + TARGETS[0])
    system.send(call, status=200)
    system.send(call, status=401, code="nonce-reused")
    system.send(system.signed("GET", base + TARGETS[0], secret="khac"), status=401, code="signature-invalid")
    held = system.credentials
    system.credentials = Credentials(held.access_key, held.secret, held.grant, "another-purpose")
    system.send(system.signed("GET", base + TARGETS[0]), status=403, code="purpose-not-granted")
    system.close()


def prove(stage: Stage, name: str) -> None:
    """Type password and, where there is one, a new code: the word that follows binds."""
    row, page = stage.product.people[name], stage.pages[name]
    page.fill("[name=password]", row["password"])
    if row["totp_secret"]:
        page.fill("[name=code]", fresh_code(row["totp_secret"]))


def nothing_to_type(page: Page) -> None:
    """What the dossier says is asked of nobody again: every box of the step is filled or hidden (ux.md B5)."""
    asked = page.locator("form:has(button.btn[type=submit]) :is(input:not([type=hidden]), textarea, select)")
    empty = [item.get_attribute("name") for item in asked.all() if not item.input_value()]
    assert empty == [], empty


def confirm_by_phone(stage: Stage, address: str) -> None:
    """The representative reads and confirms on a telephone: two boxes, one button, no sideways scroll (ux.md A4)."""
    page, began = stage.page("dai-dien.snnmt"), monotonic()
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{address}kiem-thu/")
    stage.look("dai-dien.snnmt", "chain-confirm")
    prove(stage, "dai-dien.snnmt")
    press(page, "Nhất trí")
    expect(page.get_by_text("Đã xác nhận biên bản")).to_be_visible()
    assert monotonic() - began < 240
    page.set_viewport_size({"width": 1280, "height": 900})


def confirm_record(stage: Stage, desk: str, address: str) -> None:
    """Results from the log, one case by hand, both sides confirm, operation begins."""
    technician = stage.page("ky-thuat.snnmt")
    technician.goto(f"{address}kiem-thu/")
    press(technician, "Lấy kết quả từ nhật ký")
    operator = stage.page("van-hanh.skhcn")
    operator.goto(desk)
    operator.get_by_role("link", name="Nhập kết quả").first.click()
    operator.wait_for_load_state()
    operator.select_option("[name=result]", "pass")
    operator.fill("[name=actual]", "Địa chỉ khớp với cấu hình")
    operator.fill("[name=evidence]", "Biên bản đối chiếu cấu hình (mẫu)")
    operator.locator("form button[type=submit].btn").first.click()
    operator.wait_for_load_state()
    step(stage, "van-hanh.skhcn", desk, "Lập biên bản kiểm thử", nothing_to_type)
    confirm_by_phone(stage, address)

    def agree(page: Page) -> None:
        page.check("[name=agreed]")
        prove(stage, "van-hanh.skhcn")

    step(stage, "van-hanh.skhcn", desk, "Xác nhận biên bản", agree)
    stage.page("dai-dien.snnmt").goto(f"{address}kiem-thu/")
    stage.look("dai-dien.snnmt", "chain-trial")
    step(stage, "van-hanh.skhcn", desk, "Đưa vào vận hành", nothing_to_type)


def ask_live(stage: Stage, live: System) -> None:
    """From the page of the live grant: a supplier's person may not; the agency's own gives a reason and gets data."""
    page = stage.page("ky-thuat.snnmt")
    page.goto(f"/quyen-khai-thac/{live.credentials.grant}/")
    page.locator("a[href*=goi-chinh-thuc]").filter(has_text="Danh sách xã, phường").click()
    expect(page.get_by_text("Người của đơn vị cung ứng không gọi")).to_be_visible()
    email = stage.product.people["ky-thuat.snnmt"]["email"]
    Membership.objects.filter(user__email=email).update(employer="")
    page.reload()
    press(page, "Gọi môi trường chính thức")
    expect(page.get_by_text("Nhập lý do gọi môi trường chính thức").first).to_be_visible()
    page.fill("[name=reason]", "Kiểm tra kết nối sau khi đưa vào vận hành")
    page.check("[name=knows]")
    stage.look("ky-thuat.snnmt", "chain-live-try")
    press(page, "Gọi môi trường chính thức")
    expect(page.locator("#ket-qua-ten")).to_contain_text("200")
    stage.look("ky-thuat.snnmt", "chain-live-answer")
    assert list(Fact.objects.filter(deed__startswith="live.").order_by("pk").values_list("deed", flat=True)) == [
        "live.tried",
        "live.answered",
    ]


@pytest.mark.clause("QC10.1", "QC10.2", "QC10.3", "QC10.4", "QC10.5", "QC9.6", "QC9.7")
def test_a_connection_from_filing_to_go_live(stage: Stage) -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    address = file(stage)
    pk = address.rstrip("/").rsplit("/", 1)[1]
    desk = f"{stage.product.url}/quan-tri/connections/connectionrequest/{pk}/change/"
    send(stage, address)
    evaluate(stage, desk, address)
    approved = monotonic()
    step(stage, "van-hanh.skhcn", desk, "Thiết lập môi trường", nothing_to_type)
    try_out(take_key(stage, "sandbox"))
    confirm_record(stage, desk, address)
    assert monotonic() - approved < 600
    live = take_key(stage, "live")
    stage.look("ky-thuat.snnmt", "chain-keys")
    found, request_id = live.get("/api/data/administrative-units/v1/communes?limit=200")
    with (ROOT / "accounts" / "seeds" / "agencies.csv").open(encoding="utf-8", newline="") as rows:
        known = {row["admin_unit_code"] for row in csv.DictReader(rows) if row["kind"] == "commune"}
    assert {row["code"] for row in found["data"]} == known
    assert len(known) == 124
    ask_live(stage, live)
    page = stage.page("ky-thuat.snnmt")
    page.goto(f"/nha-phat-trien/nhat-ky/?q={request_id}")
    expect(page.get_by_text(request_id, exact=True).first).to_be_visible()
    page.goto("/nha-phat-trien/nhat-ky/")
    stage.look("ky-thuat.snnmt", "chain-calls")
    page.goto(f"/nha-phat-trien/vi-sao/{request_id}/")
    expect(page.get_by_role("heading", name="Lượt gọi thành công")).to_be_visible()
    stage.look("ky-thuat.snnmt", "chain-why")
    page.goto(address)
    expect(page.get_by_text("Đã xong cả 6 bước")).to_be_visible()
    live.close()
    assert stage.told() == []
