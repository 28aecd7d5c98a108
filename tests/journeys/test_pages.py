"""Every page, two widths, two themes: no serious accessibility fault, no sideways scroll, nothing from elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import World

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VISITOR = {
    "home": "/",
    "agencies": "/danh-ba/",
    "agencies-found": "/danh-ba/?q=minh+xuan",
    "agencies-none": "/danh-ba/?q=khong+co+co+quan+nao",
    "agency": "/danh-ba/H60.02/",
    "commune": "/danh-ba/H60.02215/",
    "catalogue": "/danh-muc/",
    "catalogue-none": "/danh-muc/?q=khong+co+dich+vu+nao",
    "calendar": "/lich-lam-viec/",
    "clauses": "/quy-che/",
    "clause": "/quy-che/QC10.4/",
    "problems": "/loi/",
    "problem": "/loi/not-found/",
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
    "admin-system-add": "/quan-tri/catalog/informationsystem/add/",
    "admin-service-add": "/quan-tri/catalog/dataservice/add/",
    "admin-operation-add": "/quan-tri/catalog/operation/add/",
    "admin-health": "/quan-tri/incidents/upstreamhealth/",
}
SECURITY = {
    "admin-history": "/quan-tri/auditlog/logentry/",
    "admin-history-filtered": "/quan-tri/auditlog/logentry/?nguoi=quan+tri&timestamp_from=01/01/2026",
    "admin-history-none": "/quan-tri/auditlog/logentry/?q=khong+co",
    "admin-facts": "/quan-tri/audit/fact/",
    "admin-memberships": "/quan-tri/accounts/membership/",
    "admin-invitations": "/quan-tri/accounts/invitation/",
    "admin-role-changes": "/quan-tri/accounts/rolechange/",
}
SIZES = [(1280, "light"), (360, "dark")]
# A row of a long list is like the rows above it: judging eight of them costs a quarter of judging a hundred.
REPEATED = {"exclude": [["tbody tr:nth-of-type(n+9)"]]}


class Watch:
    """What one page asks of other hosts, and the errors its console tells, since it was last emptied."""

    def __init__(self, page: Page, base: str) -> None:
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.on(
            "request", lambda sent: None if sent.url.startswith((base, "data:")) else self.foreign.append(sent.url)
        )
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def empty(self) -> None:
        """Forget what was seen so far."""
        self.foreign.clear()
        self.errors.clear()


def faults_of(page: Page, watch: Watch, address: str) -> list[str]:
    """Open *address* and say what is wrong with it."""
    watch.empty()
    answer = page.goto(address)
    assert answer is not None
    found = [f"asks {url}" for url in watch.foreign]
    found += [f"console: {text}" for text in watch.errors if f"status of {answer.status}" not in text]
    if answer.status >= 500:
        found.append(f"answers {answer.status}")
    wide, seen = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]")
    if wide > seen:
        found.append(f"scrolls sideways: {wide} > {seen}")
    judged = Axe().run(page, context=REPEATED, options={"resultTypes": ["violations"]})
    for broken in judged.response["violations"]:
        if broken["impact"] in ("serious", "critical"):
            found.append(f"axe {broken['id']}: {broken['nodes'][0]['target']} ({len(broken['nodes'])})")
    return [f"{address}: {fault}" for fault in found]


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("", VISITOR),
        ("agency_officer", OFFICER),
        ("agency_admin", AGENCY_ADMIN),
        ("operator", OPERATOR),
        ("security_officer", SECURITY),
    ],
    ids=["visitor", "officer", "agency", "staff", "security"],
)
def test_pages_are_fit_for_everyone(
    world: World, keep: Callable[[Page, str], None], role: str, pages: dict[str, Any]
) -> None:
    faults: list[str] = []
    first = world.context()
    if role:
        world.sign_in(first.new_page(), role)
    kept = first.storage_state()
    for width, scheme in SIZES:
        context = world.context(width=width, scheme=scheme, storage_state=kept)
        page = context.new_page()
        watch = Watch(page, world.url)
        for name, address in pages.items():
            faults += [f"{width} {scheme} {fault}" for fault in faults_of(page, watch, address)]
            keep(page, f"{name}-{width}{'' if scheme == 'light' else '-dark'}")
        context.close()
    assert faults == []
