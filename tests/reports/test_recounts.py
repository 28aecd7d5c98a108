"""What came or was corrected after closing never changes a report; it is shown beside it (QC14.5)."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from core import clock
from core.problems import PermissionRefused, StateRefused
from reports import tasks
from reports.choices import Kind
from reports.content.figures import Figure, Frozen, Section
from reports.models import Recount, ReportRun
from reports.periods import CALENDAR, last_ended
from reports.selectors.recounts import differences, last_recount
from reports.services.recounting import recount_report
from reports.services.requesting import request_report
from reports.services.writing import freeze, write_report
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.reports.conftest import Desk


def section(code: str, **values: float | None) -> Section:
    """Return a part with these figures."""
    return Section(code, code, "", tuple(Figure(name, name, value, "") for name, value in values.items()))


def test_which_figures_differ() -> None:
    frozen = [section("a", one=1, two=0, three=None), section("b"), section("gone", x=1)]
    now = [section("a", one=1, two=2, three=0, later=5), section("b", calls=7), section("new", y=1)]
    found = [(item.code, item.frozen, item.now) for item in differences(frozen, now)]
    assert found == [("two", 0, 2), ("three", None, 0), ("calls", None, 7)]
    assert [(item.code, item.now) for item in differences([section("b", calls=7)], [section("b")])] == [
        ("calls", None)
    ]


@pytest.mark.clause("QC14.5")
def test_rows_that_come_late_are_told_and_the_report_stays(chain: Chain, desk: Desk) -> None:
    chain.live()
    grant = chain.request.grants.open().get(environment="live")
    log_calls(grant, count=4)
    run = desk.write()
    before = ReportRun.objects.get().figures
    officer = desk.actors["report_officer"]
    same = recount_report(actor=officer, run=run)
    assert same.differences == []
    log_calls(grant, count=2, received_at=run.data_until - timedelta(minutes=1))
    found = recount_report(actor=officer, run=run)
    told = {row["code"]: (row["frozen"], row["now"]) for row in found.differences}
    assert told["calls_total"] == (4, 6)
    assert ReportRun.objects.get().figures == before
    assert Fact.objects.filter(deed="report.recounted").count() == 1
    later = clock.now() + timedelta(hours=1)
    with patch.object(clock, "now", lambda: later):
        again = recount_report(actor=officer, run=run)
    assert (again.pk, again.first_at, again.last_at) == (found.pk, found.first_at, later)

    def overtaken(counted: ReportRun, within: float) -> Frozen:
        """Count, and come back after another count that began later and saw more."""
        known = freeze(counted, within=within)
        if counting.call_count > 1:
            return known
        log_calls(grant, count=1, received_at=run.data_until - timedelta(minutes=1))
        with patch.object(clock, "now", lambda: later + timedelta(hours=2)):
            recount_report(actor=officer, run=counted)
        return known

    slow = patch("reports.services.recounting.freeze")
    with patch.object(clock, "now", lambda: later + timedelta(hours=1)), slow as counting:
        counting.side_effect = overtaken
        stands = recount_report(actor=officer, run=run)
    assert stands == last_recount(run)
    told = {row["code"]: (row["frozen"], row["now"]) for row in stands.differences}
    assert told["calls_total"] == (4, 7), "the count that began first knew six"


def test_who_may_and_when(desk: Desk) -> None:
    run = desk.ask()
    with pytest.raises(StateRefused):
        recount_report(actor=desk.actors["report_officer"], run=run)
    written = desk.write()
    with pytest.raises(PermissionRefused):
        recount_report(actor=desk.actors["province_leader"], run=written)
    assert not Recount.objects.exists()


def test_nobody_waits_at_the_page_for_calls_to_be_summed(desk: Desk, signed_in: Callable[[User], Client]) -> None:
    run = desk.write()
    with (
        patch("reports.services.recounting.SHORTLY", 0.0),
        patch("reports.services.writing.summed_until", lambda: None),
    ):
        answer = signed_in(desk.users["report_officer"]).post(reverse("recount_report", args=[run.code]))
    assert answer.status_code == 409
    assert "Lượt gọi chưa cộng xong" in answer.content.decode()
    assert not Recount.objects.exists()


def test_the_schedule_compares_final_reports_once_a_night(desk: Desk) -> None:
    desk.write()
    ended, _fresh = request_report(
        actor=desk.actors["report_officer"], period=last_ended(Kind.MONTH, CALENDAR, clock.today())
    )
    write_report(run_id=ended.pk)
    tasks.recount_reports()
    assert not Recount.objects.exists(), "counted a moment ago"
    for hours, first in ((21, True), (22, False), (42, False)):
        night = ended.requested_at + timedelta(hours=hours)
        with patch.object(clock, "now", lambda night=night: night):
            tasks.recount_reports()
        found = Recount.objects.get()
        # A preliminary one is replaced anyway.
        assert found.run == ended
        assert (found.first_at == found.last_at) == (first or hours == 22)
