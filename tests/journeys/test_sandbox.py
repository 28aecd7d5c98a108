"""From an empty account to a 200 answer in a real browser, in six clicks at most (ux.md C1, C3)."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from audit.models import Fact
from catalog.models import ApiDescription, DataService, InformationSystem, ServiceVersion, Upstream
from catalog.services.data_services import create_service
from catalog.services.operations import set_operation
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, publish_version
from connections.models import Credential, Grant
from core import clock
from core.actor import system_actor
from tests.journeys.judging import Watch, on_a_telephone
from tests.journeys.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("filing"), pytest.mark.django_db(transaction=True)]
WHO = "ky-thuat.snnmt"
MOST_CLICKS, MOST_TO_TRY = 6, 4


class Hand:
    """One person at one browser, whose every click is counted; choosing from a list counts as one."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.clicks, self.watch = page, 0, Watch(page, url)

    def click(self, target: Locator) -> None:
        target.first.click()
        self.clicks += 1
        self.page.wait_for_load_state()

    def choose(self, name: str, words: str) -> None:
        label = self.page.locator(f"[name={name}] option").filter(has_text=words).first.text_content()
        self.page.select_option(f"[name={name}]", label=label)
        self.clicks += 1

    def sign_in(self, row: dict[str, Any]) -> None:
        self.page.goto("/dang-nhap/")
        self.page.fill("input[name=login]", row["email"])
        self.page.fill("input[name=password]", row["password"])
        self.click(self.page.locator("main button[type=submit]"))
        self.page.wait_for_url("**/co-quan/")


@pytest.fixture
def open_hand(browser: Browser, product: Product) -> Iterator[Callable[..., Hand]]:
    contexts: list[BrowserContext] = []

    def make(*, script: bool = True, width: int = 1280) -> Hand:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale="vi-VN",
            base_url=product.url,
            java_script_enabled=script,
        )
        contexts.append(context)
        return Hand(context.new_page(), product.url)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Callable[[Hand, str], None]:
    folder = request.config.getoption("--screenshots")

    def take(hand: Hand, name: str) -> None:
        def keep(width: int) -> None:
            if folder:
                Path(folder).mkdir(parents=True, exist_ok=True)
                hand.page.screenshot(path=str(Path(folder) / f"sandbox-{name}-{width}.png"), full_page=True)

        keep(1280)
        assert on_a_telephone(hand.page, lambda: keep(360)) == []

    return take


def without_sandbox_address() -> None:
    """Leave the sample service no sandbox address: the example server answers."""
    Upstream.objects.filter(environment="sandbox").update(active=False)


def run_shell(command: str, secret: str) -> str:
    """Run what the page gives to copy, with the secret where it says."""
    variables = {**os.environ, "LGSP_SECRET": secret}
    done = subprocess.run(["/bin/sh", "-c", command], env=variables, capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


def test_from_an_empty_account_to_an_answer_in_six_clicks(
    product: Product, open_hand: Callable[..., Hand], look: Callable[[Hand, str], None]
) -> None:
    without_sandbox_address()
    assert not InformationSystem.objects.filter(owner__code="H60.07").exists()
    hand = open_hand()
    hand.sign_in(product.people[WHO])
    hand.click(hand.page.get_by_role("link", name="Thử ngay trong môi trường thử nghiệm"))
    hand.choose("version", "administrative-units")
    hand.page.fill("[name=name]", "Phần mềm một cửa (thử)")
    look(hand, "start")
    hand.page.locator("main").get_by_role("button", name="Mở quyền gọi thử").dblclick()
    hand.clicks += 1
    secret = hand.page.locator("#khoa-bi-mat").text_content() or ""
    assert secret.startswith("sk_test_")
    look(hand, "opened")
    command = hand.page.locator("#lenh-curl").text_content() or ""
    said = run_shell(command, secret)
    assert said.startswith("HTTP/1.1 200"), said
    assert "(mẫu 1)" in said
    clicks_to_curl = hand.clicks + 1  # the copy button
    hand.click(hand.page.get_by_role("link", name="Gọi thử: Danh sách xã, phường"))
    look(hand, "try")
    hand.click(hand.page.get_by_role("button", name="Gửi cuộc gọi"))
    expect(hand.page.locator("#ket-qua-ten")).to_contain_text("200")
    expect(hand.page.locator("#than-tra-loi")).to_contain_text("Tên (mẫu 1)")
    look(hand, "answer")
    assert max(clicks_to_curl, hand.clicks) <= MOST_CLICKS
    assert (Grant.objects.count(), Credential.objects.count(), InformationSystem.objects.get().state) == (
        1,
        1,
        "draft",
    )
    hand.page.get_by_role("link", name="Xem trong nhật ký").click()
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Lượt gọi thành công")
    hand.page.goto("/nha-phat-trien/thu-nghiem/")
    expect(hand.page.get_by_text("2 trên 1.000")).to_be_visible()
    look(hand, "list")
    assert secret not in hand.page.content()
    assert hand.watch.faults() == []
    assert Fact.objects.filter(deed="sandbox.tried").count() == 1


def test_without_script_from_the_page_of_the_service(
    product: Product, open_hand: Callable[..., Hand], look: Callable[[Hand, str], None]
) -> None:
    version = ServiceVersion.objects.get(service__code="administrative-units")
    hand = open_hand(script=False)
    hand.sign_in(product.people[WHO])
    page = hand.page
    page.goto("/danh-muc/administrative-units/")
    hand.click(page.get_by_role("link", name="Thử ngay", exact=True))
    expect(page.locator("[name=version]")).to_have_value(str(version.pk))
    page.fill("[name=name]", "Phần mềm một cửa (thử)")
    hand.click(page.get_by_role("button", name="Mở quyền gọi thử"))
    page.goto("/danh-muc/administrative-units/")
    hand.clicks = 0
    hand.click(page.get_by_role("link", name="Một xã, phường theo mã"))
    page.fill("[name=path_code]", "02215")
    hand.click(page.get_by_role("button", name="Gửi cuộc gọi"))
    assert hand.clicks <= MOST_TO_TRY
    # The provider's own sandbox answers here.
    expect(page.locator("#than-tra-loi")).to_contain_text('"code": "02215"')
    page.fill("[name=path_code]", "99999")
    page.get_by_role("button", name="Gửi cuộc gọi").click()
    expect(page.locator("#ket-qua-ten")).to_contain_text("404")
    page.goto("/nha-phat-trien/thu-nghiem/")
    page.get_by_role("link", name="Thu hồi QK").click()
    page.get_by_role("button", name="Thu hồi quyền gọi thử").click()
    expect(page.get_by_text("Đã thu hồi quyền gọi thử")).to_be_visible()
    assert not Grant.objects.open().exists()


REPORTS: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Báo cáo kỳ", "version": "1"},
    "paths": {
        "/reports": {
            "post": {
                "operationId": "report",
                "summary": "Gửi báo cáo kỳ",
                "requestBody": {"content": {"application/json": {"example": {"kỳ": "2026-11", "số hồ sơ": 120}}}},
                "responses": {
                    "201": {
                        "description": "Đã nhận",
                        "content": {"application/json": {"example": {"code": "BC-1", "note": "Đã nhận (mẫu)"}}},
                    }
                },
            }
        }
    },
}


def publish_reports(product: Product) -> ServiceVersion:
    """Publish a service with one deed, described with an example and without a sandbox address."""
    actor = system_actor("kiểm thử")
    like = DataService.objects.get(code="administrative-units")
    names = ("data_scope", "eligible_consumers", "sharing_method", "sharing_class", "personal_data", "importance")
    given: dict[str, Any] = {name: getattr(like, name) for name in (*names, "data_layer", "sector", "provider")}
    service = create_service(actor=actor, code="reports", title="Báo cáo kỳ", not_state_secret=True, **given)
    version = create_version(actor=actor, service=service, name="v1")
    elements = [(name, label, "chuỗi", "public") for name, label in (("code", "Mã"), ("note", "Ghi chú"))]
    set_operation(
        actor=actor,
        version=version,
        code="report",
        title="Gửi báo cáo kỳ",
        method="POST",
        template="/reports",
        elements=elements,
    )
    set_upstream(actor=actor, version=version, environment="live", base_url=product.provider)
    content = json.dumps(REPORTS).encode()
    ApiDescription.objects.create(
        version=version,
        file_name="reports.json",
        sha256=sha256(content).hexdigest(),
        size=len(content),
        openapi="3.0.3",
        title="Báo cáo kỳ",
        content=content,
        handed_in_at=clock.now(),
        applied_at=clock.now(),
    )
    publish_version(actor=actor, version=version)
    return version


@pytest.mark.heavy
def test_a_body_that_is_no_json_is_kept_and_said_what_to_mend(
    product: Product, open_hand: Callable[..., Hand], look: Callable[[Hand, str], None]
) -> None:
    """On a wide screen and on a telephone: typed, wrong, mended, sent."""
    publish_reports(product)
    wrong = '{\n  "kỳ": "2026-11"\n  "số hồ sơ": 7\n}'
    for width in (1280, 360):
        hand = open_hand(width=width)
        page = hand.page
        hand.sign_in(product.people[WHO])
        page.goto("/danh-muc/reports/")
        page.get_by_role("link", name="Thử ngay", exact=True).click()
        if page.locator("[name=name]").count():
            page.fill("[name=name]", "Phần mềm một cửa (thử)")
        page.locator("main").get_by_role("button", name="Mở quyền gọi thử").click()
        page.get_by_role("link", name="Gọi thử: Gửi báo cáo kỳ").click()
        expect(page.locator("[name=body]")).to_contain_text('"số hồ sơ": 120')
        sent = Fact.objects.filter(deed="sandbox.tried").count()
        page.fill("[name=body]", wrong)
        page.get_by_role("button", name="Gửi cuộc gọi").click()
        expect(page.get_by_text("dòng 3, cột 3: thiếu dấu phẩy").first).to_be_visible()
        expect(page.locator("[name=body]")).to_have_value(wrong)
        expect(page.locator("#ket-qua")).to_have_count(0)
        assert Fact.objects.filter(deed="sandbox.tried").count() == sent
        look(hand, f"post-wrong-from-{width}")
        page.fill("[name=body]", wrong.replace('"2026-11"', '"2026-11",'))
        page.get_by_role("button", name="Gửi cuộc gọi").click()
        expect(page.locator("#ket-qua-ten")).to_contain_text("201")
        expect(page.locator("#than-tra-loi")).to_contain_text("Đã nhận (mẫu)")
        expect(page.locator("[name=body]")).to_have_value(wrong.replace('"2026-11"', '"2026-11",'))
        look(hand, f"post-sent-from-{width}")
        assert hand.watch.faults() == []
    assert Fact.objects.filter(deed="sandbox.tried").count() == 2
