"""A dossier evaluated without leaving its page, then approved on a telephone in three clicks, in a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from catalog.models import InformationSystem, Purpose
from connections.choices import State
from connections.models import ConnectionRequest, CriterionMark
from connections.services import approval, drafts, intake, sending
from connections.services.parts import Ticks
from tests.connections.conftest import FILING, publish
from tests.journeys.conftest import World
from tests.journeys.judging import Watch, on_a_telephone

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep what the window shows (the guide's pictures are small) when ``--screenshots`` names a folder."""
    folder = request.config.getoption("--screenshots")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=f"{folder}/{name}.png")

    return take


@pytest.fixture
def prepared(world: World, settings: Any) -> ConnectionRequest:
    """A received dossier of the sample agency, its evaluator named."""
    settings.LOOPBACK_UPSTREAMS = True
    for command in ("load_checklist", "load_parts", "load_purposes"):
        call_command(command, verbosity=0)
    people = {role: User.objects.get(email=row["email"]) for role, row in world.people.items()}
    actors = {role: actor_for(user, standings_of(user), agency_id=None) for role, user in people.items()}
    officer = actors["agency_officer"]
    agency = Agency.objects.get(pk=officer.agency_id)
    service = publish("communes", Agency.objects.exclude(pk=agency.pk).filter(is_operator=False).first())
    system = _system(agency)
    request = drafts.begin_request(actor=officer)
    parts: dict[str, dict[str, Any]] = {**FILING, "system": {"system": system}}
    parts["contacts"] = {**FILING["contacts"], "technical_contact": people["technician"]}
    parts["purpose"] = {**FILING["purpose"], "purpose": Purpose.objects.first()}
    line = {"service": service, "operations": ["list", "one"], "fields": ["code", "name"], "daily_quota": 900}
    parts["scope"] = {**FILING["scope"], "lines": [line]}
    for part, fields in parts.items():
        request = drafts.save_part(actor=officer, request=request, part=part, **fields)
    request = sending.submit(actor=actors["agency_representative"], request=request, committed=True)
    ticks: Ticks = {part.code: (True, "") for part in request.parts_asked()}
    return intake.receive(actor=actors["intake_officer"], request=request, evaluator=people["evaluator"], ticks=ticks)


def _system(agency: Agency) -> InformationSystem:
    made = InformationSystem(
        code="H60.99.HT01",
        code_base="H60.99",
        code_number=1,
        name="Phần mềm một cửa điện tử (mẫu)",
        owner=agency,
        operating_unit=agency,
        purpose="Giải quyết thủ tục",
        security_level=2,
        environments=["sandbox", "live"],
        search="phan mem mot cua",
    )
    made.save()
    made.register()
    made.save()
    return made


@pytest.mark.clause("QC10.2", "QC9")
def test_a_prepared_dossier_is_judged_without_leaving_its_page_and_approved_in_three_clicks(
    world: World, prepared: ConnectionRequest, keep: Callable[[Page, str], None]
) -> None:
    context = world.context()
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "evaluator")
    page.goto("/quan-tri/connections/connectionrequest/?tab=all")
    keep(page, "desk-queue-1280")
    address = f"/quan-tri/connections/connectionrequest/{prepared.pk}/tham-dinh/"
    page.goto(address)
    judge(page)
    expect(page.get_by_text("Đạt mọi tiêu chí, trình phê duyệt được")).to_be_visible()
    assert page.url.endswith(address)
    stored = CriterionMark.objects.filter(evaluation__request=prepared)
    assert {mark.result for mark in stored} == {"pass"}
    page.locator("fieldset.criterion").nth(2).scroll_into_view_if_needed()
    keep(page, "desk-evaluate-1280")
    faults = look(page, keep, "desk-evaluate") + watch.faults()
    context.close()
    head = User.objects.get(email=world.people["division_head"]["email"])
    approval.propose(actor=actor_for(head, standings_of(head), agency_id=None), request=prepared)
    faults += approve_on_a_telephone(world, prepared, keep)
    assert faults == []


def judge(page: Page) -> None:
    """Judge every criterion; each is kept by itself, one lacks its remark at first and says so."""
    parts = page.locator("fieldset.criterion[id^=tieu-chi-]")
    first = parts.first
    first.get_by_label("Không đạt").check()
    expect(first.locator(".autosave")).to_contain_text("Chưa lưu: Nhập nhận xét")
    first.get_by_label("Nhận xét").fill("Đối chiếu kiến trúc số của tỉnh")
    expect(first.locator(".autosave")).to_contain_text("Đã lưu lúc")
    for part in parts.all():
        part.get_by_label("Đạt", exact=True).check()
        expect(part.locator(".autosave")).to_contain_text("Đã lưu lúc")


def look(page: Page, keep: Callable[[Page, str], None], name: str) -> list[str]:
    """Judge the page on a telephone in the dark, and keep its picture."""
    return [f"{name} {fault}" for fault in on_a_telephone(page, lambda: keep(page, f"{name}-360"))]


def approve_on_a_telephone(world: World, request: ConnectionRequest, keep: Callable[[Page, str], None]) -> list[str]:
    """From the page after sign-in: the dossier, the step, its confirmation."""
    context = world.context(width=360, height=740)
    page = context.new_page()
    watch = Watch(page, world.url)
    world.sign_in(page, "department_leader")
    clicks = 0

    def click(target: Any) -> None:
        nonlocal clicks
        clicks += 1
        target.click()
        page.wait_for_load_state()

    click(page.get_by_role("link", name=re.compile("^Phê duyệt hồ sơ")).first)
    found = look(page, keep, "desk-request")
    click(page.get_by_role("link", name="Chấp thuận", exact=True))
    keep(page, "desk-approve-360")
    found += look(page, lambda *_: None, "desk-approve")
    click(page.get_by_role("button", name="Chấp thuận", exact=True))
    expect(page.get_by_text("Đã thực hiện")).to_be_visible()
    assert clicks == 3
    assert ConnectionRequest.objects.get(pk=request.pk).state == State.TECHNICALLY_APPROVED
    context.close()
    return found + watch.faults()
