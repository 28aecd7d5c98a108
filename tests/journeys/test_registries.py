"""Pages of the registries with something on them, two widths, two themes: systems, plan, standards, files."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Agency, User
from catalog.models import InformationSystem, ReadinessCriterion, Standard
from catalog.services.code_entries import import_entries, open_preview, show_preview
from catalog.services.readiness import assess, enter_plan, revise_day
from catalog.services.readiness_criteria import load_criteria
from catalog.services.standards import load_standards, replace_standard
from catalog.services.system_people import end_contact, name_contact
from catalog.services.systems import change_system, register_system
from core import clock
from core.actor import system_actor
from core.sheets import write_csv
from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Look, Watch, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
JOB = system_actor("Trình diễn")
LONG = "Hệ thống thông tin giải quyết thủ tục hành chính và hồ sơ điện tử của các xã, phường trên địa bàn tỉnh (mẫu)"


def fill(person: User) -> dict[str, Any]:
    """Give the agency of *person* a system with people, a plan, and fill the register of standards."""
    load_criteria(actor=JOB)
    load_standards(actor=JOB)
    agency = Agency.objects.get(memberships__user=person)
    system = register_system(
        actor=JOB,
        owner=agency,
        name=LONG,
        operating_unit=agency,
        purpose="Giải quyết thủ tục hành chính",
        security_level=2,
        environments=["sandbox", "live"],
        networks=["10.20.30.0/24", "10.20.31.7"],
        technologies=["PostgreSQL", "Java"],
        is_sample=True,
    )
    contact = name_contact(actor=JOB, system=system, side="owner", person=person, duty="Giao diện lập trình")
    end_contact(actor=JOB, contact=contact, reason="Chuyển sang phụ trách hệ thống khác")
    name_contact(actor=JOB, system=system, side="owner", person=person, duty="Máy chủ, đường truyền")
    change_system(actor=JOB, system=system, supplier="Nhà thầu mẫu", hosting="Trung tâm dữ liệu tỉnh")
    plan = enter_plan(
        actor=JOB, agency=agency, system=system, basis="Kế hoạch (mẫu)", planned_on=clock.today() + timedelta(days=9)
    )
    plan = revise_day(actor=JOB, plan=plan, revised_on=clock.today() + timedelta(days=40), reason="Chờ đường truyền")
    questions = list(ReadinessCriterion.objects.all())
    answers = {item.pk: (number % 2 == 0, "Chưa bố trí") for number, item in enumerate(questions[:6])}
    plan = assess(actor=JOB, plan=plan, answers=answers)
    plan.revised_on = clock.today() - timedelta(days=1)
    plan.save()
    return {"system": system, "plan": plan, "codes": fill_codes()}


def fill_codes() -> Standard:
    """Give one code list codes, and let one standard be replaced."""
    found = Standard.objects.get(number="19/2025/QĐ-TTg")
    headers = ["Mã", "Tên", "Mã cấp trên", "Có hiệu lực từ"]
    rows = [["08", "Tỉnh Tuyên Quang", "", "01/07/2025"], ["00691", "Phường Hà Giang 2", "08", "01/07/2025"]]
    preview = open_preview(found, actor=JOB, content=write_csv(headers, rows), file_name="ma.csv", max_rows=10)
    show_preview(found, actor=JOB, preview=preview)
    import_entries(found, actor=JOB, preview=preview, fingerprint=preview.fingerprint, reason="Nạp mẫu")
    old, new = Standard.objects.get(number="60/KH-UBND"), Standard.objects.get(number="1539/QĐ-UBND")
    replace_standard(actor=JOB, standard=old, by=new, last_day=clock.today() - timedelta(days=1))
    return found


@pytest.mark.parametrize("role", ["", "agency_officer", "operator"], ids=["visitor", "officer", "staff"])
def test_registries_with_content_are_fit_for_everyone(
    world: World, keep: Callable[[Page, str], None], role: str
) -> None:
    held = fill(User.objects.get(email=world.people["agency_officer"]["email"]))
    context = world.context()
    page = context.new_page()
    if role:
        world.sign_in(page, role)
    watch, faults = Watch(page, world.url), []
    for name, address in addresses(held, role).items():

        def kept(look: Look, name: str = name) -> None:
            keep(page, f"registry-{name}-{look[0]}{'' if look[1] == 'light' else '-dark'}")

        faults += faults_of(page, watch, address, SIZES, kept)
    if role == "operator":
        faults += previewed(page, watch, held["system"], keep)
    context.close()
    assert faults == []


def addresses(held: dict[str, Any], role: str) -> dict[str, str]:
    """Return the pages that *role* reads."""
    system, plan, codes = f"/he-thong/{held['system'].code}/", f"/ke-hoach-ket-noi/{held['plan'].pk}/", held["codes"]
    if not role:
        return {"standards": "/tieu-chuan/", "codes": f"/tieu-chuan/{codes.pk}/"}
    if role == "agency_officer":
        forms = {"contact": f"{system}dau-moi/owner/moi/", "dossier": f"{system}ho-so-cap-do/"}
        forms |= {"assess": f"{plan}danh-gia/", "revise": f"{plan}doi-ngay/"}
        return {"system": system, "history": f"{system}lich-su/", "plan": plan, **forms}
    room = f"/quan-tri/catalog/standard/{codes.pk}"
    staff = {
        "standard": f"{room}/change/",
        "standard-services": f"{room}/dich-vu/",
        "codes-import": f"{room}/ma/nhap/",
    }
    staff["code"] = f"/quan-tri/catalog/informationsystem/{held['system'].pk}/thay-ma/"
    return {"systems": "/he-thong/", "plans": "/ke-hoach-ket-noi/", **staff}


def previewed(page: Page, watch: Watch, system: InformationSystem, keep: Callable[[Page, str], None]) -> list[str]:
    """Choose a file with a row of every kind and judge its preview."""
    headers = ["Mã hệ thống", "Tên hệ thống thông tin", "Mã cơ quan chủ quản", "Đơn vị cung cấp phần mềm"]
    rows = [[system.code, "Tên mới", "", "Nhà thầu khác"], ["", "Thiếu cơ quan", "H99", ""]]
    page.goto("/quan-tri/catalog/informationsystem/nhap/")
    file: Any = {"name": "danh-muc.csv", "mimeType": "text/csv", "buffer": write_csv(headers, rows)}
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Xem trước thay đổi").click()
    page.wait_for_url("**/nhap/*/")

    def kept(look: Look) -> None:
        keep(page, f"registry-preview-{look[0]}{'' if look[1] == 'light' else '-dark'}")

    return faults_of(page, watch, page.url, SIZES, kept)
