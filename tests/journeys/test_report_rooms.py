"""The rooms of issue 11 in the browser: money, training, feedback, review, coverage, reports, and their staff pages.

Each page in two looks: no serious accessibility fault, no sideways scroll, nothing from elsewhere. The leadership page
is judged in test_leadership.py, campaigns in test_campaigns.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from lgsp.demo.people import People
from reports.models import ReportRun
from reports.services.approving import approve_report, publish_report
from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Look, Watch, faults_of
from tests.journeys.loaded import procedure
from tests.journeys.yearly_screens import PROVINCE, REPORTER, yearly_shots
from tests.reports.conftest import Desk, desk

__all__ = ["desk"]
pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.xdist_group("browser")]
DESK = "/quan-tri/reports/"
#: Staff pages that stand without content of their own.
STAFF = (
    *("budgetyear/", "budgetyear/add/", "budgetterm/", "budgetterm/add/", "budgetline/add/"),
    *("trainingsession/", "trainingsession/add/", "feedbacktheme/", "feedbacktheme/add/"),
    *("yearlyreview/", "yearlyreview/add/", "reviewtheme/"),
    *("campaign/", "campaignquestion/", "campaignquestion/add/", "statement/"),
    *("reporttemplate/", "closingrule/", "closingrule/add/", "rankingpolicy/", "rankingpolicy/add/"),
)


def judged(
    context: BrowserContext, url: str, pages: Iterator[tuple[str, str]], keep: Callable[[Page, str], None]
) -> list[str]:
    """Say what is wrong with each of the named pages in both looks."""
    page = context.new_page()
    watch, faults = Watch(page, url), []
    for name, address in pages:

        def kept(look: Look, name: str = name) -> None:
            keep(page, f"{name}-{look[0]}-{look[1]}")

        faults += faults_of(page, watch, address, SIZES, kept)
    page.close()
    return faults


@pytest.mark.clause("QC13", "QC16", "Q50-15.6", "Q50-15.7")
def test_money_training_feedback_and_review(
    world: World, tmp_path: Path, keep: Callable[[Page, str], None], settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    procedure()
    call_command("load_budget_terms", verbosity=0)
    people = People(world.url, tmp_path)
    contexts: dict[str, BrowserContext] = {}

    def context(who: str) -> BrowserContext:
        """Return a browser with the session of somebody who is inside already."""
        if who not in contexts:
            contexts[who] = world.context()
            jar: Any = people.by_name(who).client.cookies.jar
            contexts[who].add_cookies([{"name": item.name, "value": item.value, "url": world.url} for item in jar])
        return contexts[who]

    faults: list[str] = []
    seen = 0
    for name, who, address, _title in yearly_shots(people):
        faults += judged(context(who), world.url, iter([(name, address)]), keep)
        seen += 1
    staff = ((f"desk-{place.strip('/').replace('/', '-')}", f"{DESK}{place}") for place in STAFF)
    faults += judged(context(REPORTER), world.url, staff, keep)
    faults += judged(context(PROVINCE), world.url, iter([("coverage", "/quy-che/thuc-hien/")]), keep)
    people.close()
    for opened in contexts.values():
        opened.close()
    assert faults == []
    assert seen == 18


@pytest.mark.clause("QC14.5")
@pytest.mark.django_db(transaction=True)
def test_reports_from_asking_to_their_files(
    live_server: Any,
    browser: Browser,
    desk: Desk,
    signed_in: Callable[..., Client],
    keep: Callable[[Page, str], None],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    contexts: dict[str, BrowserContext] = {}
    faults: list[str] = []

    def look(role: str, *pages: tuple[str, str]) -> None:
        if role not in contexts:
            held = signed_in(desk.users[role]).cookies[installed.SESSION_COOKIE_NAME]
            contexts[role] = browser.new_context(base_url=live_server.url, locale="vi-VN")
            contexts[role].add_cookies([{"name": held.key, "value": held.value, "url": live_server.url}])
        faults.extend(judged(contexts[role], live_server.url, iter(pages), keep))

    look("report_officer", ("reports-none", "/bao-cao/"), ("report-ask", "/bao-cao/lap/"))
    run: ReportRun = desk.write()
    here = f"/bao-cao/{run.code}/"
    look(
        "report_officer",
        ("report-drafted", here),
        ("report-words", f"{here}loi-van/"),
        ("report-history", f"{here}lich-su/"),
        ("report-submit", f"{here}viec/submit/"),
    )
    run = desk.submit(run, every=True)
    look("department_leader", ("report-submitted", here), ("report-approve", f"{here}viec/approve/"))
    leader = desk.actors["department_leader"]
    run = publish_report(actor=leader, run=approve_report(actor=leader, run=run))
    look("province_leader", ("reports", "/bao-cao/"), ("report", here))
    look("report_officer", ("report-published", here), ("report-supersede", f"{here}viec/supersede/"))
    look(
        "report_officer",
        ("verify-report-entry", "/xac-minh-bao-cao/"),
        ("verify-report", f"/xac-minh-bao-cao/{run.code}/"),
    )
    for opened in contexts.values():
        opened.close()
    assert faults == []
