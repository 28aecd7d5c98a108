"""What follows go-live, in a real browser: declared, inspected and handed over, in both looks without a fault."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Agency, User
from catalog.models import InformationSystem, Purpose
from connections.choices import State
from connections.models import Connection, ConnectionRequest, Declaration, Inspection
from core import clock
from core.clock import VIETNAM
from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Look, Watch, faults_of, seen_on, show

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages"), pytest.mark.django_db(transaction=True)]
Keep = Callable[[Page, str], None]


@pytest.fixture
def live(world: World) -> Connection:
    """A connection of the sample agency that has been live since last year."""
    for command in ("load_checklist", "load_declaration_points", "load_purposes"):
        call_command(command, verbosity=0)
    officer = User.objects.get(email=world.people["agency_officer"]["email"])
    agency = Agency.objects.get(memberships__user=officer, memberships__role="agency_officer")
    system = register(agency, "H60.99.HT01", "Phần mềm một cửa điện tử (mẫu)")
    since = datetime(clock.today().year - 1, 6, 2, 9, tzinfo=VIETNAM)
    dossier = ConnectionRequest(number="H60.02-250602-0001", state=State.LIVE, agency=agency, system=system)
    dossier.purpose, dossier.created_by, dossier.technical_contact = Purpose.objects.first(), officer, officer
    dossier.created_at = dossier.changed_at = dossier.submitted_at = dossier.live_at = since
    dossier.save()
    return Connection.objects.create(system=system, request=dossier, opened_at=since, live_at=since)


def register(agency: Agency, code: str, name: str) -> InformationSystem:
    """Put a system into the register, as a row."""
    made = InformationSystem(code=code, code_base=code[:6], code_number=int(code[-2:]), name=name, owner=agency)
    made.operating_unit, made.purpose, made.security_level = agency, "Giải quyết thủ tục", 2
    made.environments, made.search = ["sandbox", "live"], "phan mem"
    made.save()
    made.register()
    made.save()
    return made


def as_it_stands(page: Page, keep: Keep, name: str) -> list[str]:
    """Say what is wrong with the open page in each look."""
    found = []
    for look in SIZES:
        show(page, look)
        found += [f"{page.url} {look}: {fault}" for fault in seen_on(page)]
        keep(page, f"{name}-{look[0]}-{look[1]}")
    show(page, SIZES[0])
    return found


def opened(page: Page, watch: Watch, address: str, keep: Keep, name: str) -> list[str]:
    """Open a page and say what is wrong with it in each look."""

    def picture(look: Look) -> None:
        keep(page, f"{name}-{look[0]}-{look[1]}")

    found = faults_of(page, watch, address, SIZES, picture)
    show(page, SIZES[0])
    return found


@pytest.mark.heavy
@pytest.mark.clause("QC15.4", "QC14.6")
def test_a_live_connection_is_declared_and_inspected(world: World, live: Connection, keep: Keep) -> None:
    address = reverse("declare_security", args=[live.pk])
    context = world.context()
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "agency_representative")
    expect(page.get_by_role("link", name="Cam kết an toàn thông tin năm")).to_be_visible()
    faults = opened(page, watch, address, keep, "declare")
    page.get_by_role("button", name="Gửi cam kết").click()
    faults += as_it_stands(page, keep, "declare-refused")
    for choice in page.get_by_label("Có", exact=True).all():
        choice.check()
    page.get_by_role("button", name="Gửi cam kết").click()
    expect(page.get_by_text("Đã ghi cam kết năm")).to_be_visible()
    assert Declaration.objects.get().complete
    faults += as_it_stands(page, keep, "declared") + watch.faults()
    context.close()
    assert faults + inspect(world, keep) == []
    assert Inspection.objects.get().met is False


def inspect(world: World, keep: Keep) -> list[str]:
    """Open, mark and conclude the inspection; say what is wrong with its pages."""
    context = world.context()
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "evaluator")
    listed = reverse("admin:connections_inspection_changelist")
    faults = opened(page, watch, f"{listed}?tab=owing", keep, "inspections-owing")
    faults += opened(page, watch, listed, keep, "inspections")
    page.get_by_role("button", name="Mở đợt kiểm tra").click()
    for part in page.locator("fieldset.criterion").all():
        part.get_by_label("Đạt", exact=True).check()
    first = page.locator("fieldset.criterion").first
    first.get_by_label("Không đạt", exact=True).check()
    page.get_by_role("button", name="Lưu kết quả").last.click()
    faults += as_it_stands(page, keep, "inspect-refused")
    first.get_by_label("Nhận xét").fill("Chứng thư hết hạn, chưa thay")
    page.get_by_label("Kết luận của đợt kiểm tra").fill("Cơ quan thay chứng thư trong tháng")
    page.get_by_role("button", name="Kết luận đợt kiểm tra").click()
    expect(page.get_by_text("Đã kết luận đợt kiểm tra")).to_be_visible()
    faults += opened(page, watch, f"{listed}?tab=done", keep, "inspections-done")
    page.locator("tbody a").first.click()
    faults += as_it_stands(page, keep, "inspected") + watch.faults()
    context.close()
    return faults


@pytest.mark.heavy
@pytest.mark.clause("QC2.1")
def test_what_an_ended_body_holds_is_handed_over(world: World, live: Connection, keep: Keep) -> None:
    ended = live.system.owner
    successor = Agency.objects.filter(is_operator=False, valid_to=None).exclude(pk=ended.pk)[0]
    context = world.context()
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "operator")
    faults = opened(page, watch, reverse("admin:connections_connection_handovers"), keep, "handovers-none")
    address = reverse("admin:connections_hand_over", args=[ended.pk])
    faults += opened(page, watch, address, keep, "hand-over-refused")
    yesterday = clock.today() - timedelta(days=1)
    Agency.objects.filter(pk=ended.pk).update(valid_to=yesterday, successor=successor)
    faults += opened(page, watch, reverse("admin:connections_connection_handovers"), keep, "handovers")
    page.get_by_role("link", name=ended.name).click()
    faults += as_it_stands(page, keep, "hand-over")
    page.get_by_label("Lý do").fill("Quyết định sắp xếp (mẫu)")
    page.get_by_role("button", name="Bàn giao", exact=True).click()
    expect(page.get_by_text("Đã bàn giao từ")).to_be_visible()
    assert faults + watch.faults() == []
    assert InformationSystem.objects.get(pk=live.system_id).owner == successor
    context.close()
