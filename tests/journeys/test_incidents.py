"""Incidents in a real browser: reported on a telephone in two minutes, from alert to public word in six clicks."""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import Agency
from catalog.models import DataService
from core import clock
from incidents.models import Alert, AlertRule, Incident
from incidents.selectors.incidents import public_incidents
from tests.connections.conftest import publish
from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Watch, seen_on, show

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages"), pytest.mark.django_db(transaction=True)]
Keep = Callable[[Page, str], None]
MOST_SECONDS, MOST_CLICKS = 120, 6


@pytest.fixture
def service(world: World) -> DataService:
    """A published service of another agency."""
    call_command("load_sectors", verbosity=0)
    return publish("administrative-units", Agency.objects.get(code="H60.03"))


def as_it_stands(page: Page, keep: Keep, name: str) -> list[str]:
    """Say what is wrong with the open page in each look."""
    found = []
    for look in SIZES:
        show(page, look)
        found += [f"{page.url} {look}: {fault}" for fault in seen_on(page)]
        keep(page, f"{name}-{look[0]}-{look[1]}")
    return found


class Hand:
    """One person whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, target: Locator) -> None:
        target.first.click()
        self.clicks += 1
        self.page.wait_for_load_state()


@pytest.mark.clause("QC15.4", "QC14.3")
def test_an_agency_reports_on_a_telephone_within_two_minutes(world: World, service: DataService, keep: Keep) -> None:
    context = world.context(width=360, height=640)
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "agency_officer")
    hand, begun = Hand(page), monotonic()
    page.goto(reverse("data_service", args=[service.code]))
    hand.click(page.get_by_role("link", name="Báo sự cố"))
    expect(page.locator("[name=service]")).to_have_value(service.code)
    hand.click(page.get_by_role("button", name="Gửi báo sự cố"))
    faults = as_it_stands(page, keep, "incident-report-refused")
    show(page, SIZES[1])
    hand.click(page.get_by_label("Không dùng được"))
    page.get_by_label("Cơ quan thấy gì").fill("Từ 8 giờ mọi lượt gọi đều báo lỗi 504")
    hand.click(page.get_by_role("button", name="Gửi báo sự cố"))
    expect(page.get_by_text("Đã gửi báo sự cố")).to_be_visible()
    assert monotonic() - begun < MOST_SECONDS
    assert hand.clicks <= MOST_CLICKS
    assert Incident.objects.get().agency is not None
    faults += as_it_stands(page, keep, "incident") + watch.faults()
    page.goto(reverse("incidents"))
    faults += as_it_stands(page, keep, "incidents") + watch.faults()
    context.close()
    assert faults == []


@pytest.mark.clause("QC8.6")
def test_from_an_alert_to_a_published_notice_in_six_clicks(world: World, service: DataService, keep: Keep) -> None:
    rule = AlertRule(code="error-ratio", name="Tỷ lệ lỗi", detector="error_ratio", severity="high", threshold=40)
    rule.basis = "kiểm thử"
    rule.save()
    begun = clock.now() - timedelta(minutes=4)
    alert = Alert(rule=rule, key="error-ratio", subject_kind="service", service=service, severity="high")
    alert.summary, alert.first_at, alert.last_at, alert.opened_at = "Tỷ lệ lỗi 40% trong 5 phút", begun, begun, begun
    alert.save()
    context = world.context()
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "operator")
    hand = Hand(page)
    # The page of the alert leads here with one click.
    page.goto(f"{reverse('admin:incidents_incident_open')}?canh-bao={alert.pk}")
    hand.clicks += 1
    faults = as_it_stands(page, keep, "incident-open")
    show(page, SIZES[0])
    hand.click(page.get_by_role("button", name="Mở sự cố"))
    hand.click(page.get_by_label("Công bố trên trang trạng thái"))
    hand.click(page.get_by_role("button", name="Ghi diễn biến"))
    expect(page.get_by_text("Đã ghi diễn biến.")).to_be_visible()
    assert hand.clicks <= MOST_CLICKS
    assert [row.services for row in public_incidents()] == [(service.title,)]
    faults += as_it_stands(page, keep, "incident-work") + watch.faults()
    page.goto(reverse("admin:incidents_incident_changelist"))
    faults += as_it_stands(page, keep, "incident-list") + watch.faults()
    context.close()
    assert faults == []
