"""Every page, two widths, two themes: no serious accessibility fault, no sideways scroll, nothing from elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Look, Watch, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VISITOR = {
    "home": "/",
    "agencies": "/danh-ba/",
    "agencies-found": "/danh-ba/?q=minh+xuan",
    "agencies-none": "/danh-ba/?q=khong+co+co+quan+nao",
    "agency": "/danh-ba/H60.02/",
    "commune": "/danh-ba/H60.02215/",
    "catalogue": "/danh-muc/",
    "standards": "/tieu-chuan/",
    "standards-none": "/tieu-chuan/?q=khong+co+van+ban+nao",
    "catalogue-none": "/danh-muc/?q=zzzz+qqqq",
    "catalogue-found": "/danh-muc/?q=ma+tinhh&method=online&sort=newest",
    "service": "/danh-muc/administrative-units/",
    "calendar": "/lich-lam-viec/",
    "clauses": "/quy-che/",
    "clause": "/quy-che/QC10.4/",
    "problems": "/loi/",
    "problem": "/loi/not-found/",
    "problem-brokered": "/loi/clock-skew/",
    "problem-en": "/loi/en/clock-skew/",
    "problems-en": "/loi/en/",
    "missing": "/khong-co-trang-nay/",
    "lookup": "/tra-cuu/",
    "lookup-filled": "/tra-cuu/?number=H60.02-260319-0001&code=0000-0000",
    "signin": "/dang-nhap/",
    "reset": "/quen-mat-khau/",
    "dead-invitation": "/loi-moi/khong-co/",
}
OFFICER = {
    "workbench-officer": "/co-quan/",
    "workbench-all": "/co-quan/?all=1",
    "requests": "/ket-noi/",
    "requests-none": "/ket-noi/?q=khong+co&waits=mine",
    "plans-empty": "/ke-hoach-ket-noi/",
    "plan-new": "/ke-hoach-ket-noi/moi/",
    "system-new": "/he-thong/moi/",
    "wishes": "/nhu-cau-du-lieu/",
    "wish-new": "/nhu-cau-du-lieu/moi/?title=don+vi+hanh+chinh",
}
AGENCY_ADMIN = {
    "workbench": "/co-quan/",
    "people": "/co-quan/nguoi-dung/",
    "invite": "/co-quan/nguoi-dung/moi/",
    "profile": "/tai-khoan/",
    "password": "/tai-khoan/mat-khau/",
    "second-step": "/tai-khoan/hai-buoc/",
    "people-none": "/co-quan/nguoi-dung/?q=khong+co+ai",
}
OPERATOR = {
    "admin": "/quan-tri/",
    "admin-agencies": "/quan-tri/accounts/agency/",
    "admin-agency-add": "/quan-tri/accounts/agency/add/",
    "admin-agency-import": "/quan-tri/accounts/agency/nhap/",
    "admin-days-off": "/quan-tri/accounts/dayoff/",
    "admin-deadlines": "/quan-tri/accounts/deadlinepolicy/",
    "admin-users": "/quan-tri/accounts/user/",
    "role-changes": "/co-quan/vai-tro/",
    "reset-proposal": "/co-quan/vai-tro/xac-thuc/",
    "people-operator": "/co-quan/nguoi-dung/",
    "systems": "/he-thong/",
    "agencies-silent": "/ke-hoach-ket-noi/chua-khai/",
    "admin-system-import": "/quan-tri/catalog/informationsystem/nhap/",
    "admin-standards": "/quan-tri/catalog/standard/",
    "admin-standard-add": "/quan-tri/catalog/standard/add/",
    "loads": "/tai-dich-vu/",
    "service-load": "/tai-dich-vu/administrative-units/",
    "admin-sectors": "/quan-tri/catalog/sector/",
    "admin-system-add": "/quan-tri/catalog/informationsystem/add/",
    "admin-service-add": "/quan-tri/catalog/dataservice/add/",
    "admin-operation-add": "/quan-tri/catalog/operation/add/",
    "admin-log": "/quan-tri/audit/verification/",
    "admin-health": "/quan-tri/incidents/upstreamhealth/",
}
SECURITY = {
    "admin-history": "/quan-tri/auditlog/logentry/",
    "admin-history-filtered": "/quan-tri/auditlog/logentry/?nguoi=quan+tri&timestamp_from=01/01/2026",
    "admin-history-none": "/quan-tri/auditlog/logentry/?q=khong+co",
    "admin-facts": "/quan-tri/audit/fact/",
    "admin-changes": "/quan-tri/audit/rowchange/",
    "admin-changes-outside": "/quan-tri/audit/rowchange/?quy-trinh=ngoai",
    "admin-memberships": "/quan-tri/accounts/membership/",
    "admin-invitations": "/quan-tri/accounts/invitation/",
    "admin-role-changes": "/quan-tri/accounts/rolechange/",
}


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("", VISITOR),
        ("agency_officer", OFFICER),
        ("agency_admin", AGENCY_ADMIN),
        ("operator", OPERATOR),
        pytest.param("security_officer", SECURITY, marks=pytest.mark.heavy),
    ],
    ids=["visitor", "officer", "agency", "staff", "security"],
)
def test_pages_are_fit_for_everyone(
    world: World, keep: Callable[[Page, str], None], role: str, pages: dict[str, Any]
) -> None:
    context = world.context()
    page = context.new_page()
    if role:
        world.sign_in(page, role)
    watch, faults = Watch(page, world.url), []
    for name, address in pages.items():

        def kept(look: Look, name: str = name) -> None:
            keep(page, f"{name}-{look[0]}{'' if look[1] == 'light' else '-dark'}")

        faults += faults_of(page, watch, address, SIZES, kept)
    context.close()
    assert faults == []
