"""Reports written before closing rules were data and files rows come over whole."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Agency, User
from core import clock
from reports.choices import RunState
from reports.models import ClosingRule, ReportRun, ReportTemplate
from reports.selectors.runs import files_of
from tests.migrating import by_steps
from tests.reports.conftest import Desk

BEFORE = [("reports", "0002_reports_are_frozen")]
SECTION = {"code": "use", "title": "Khai thác", "summary": "Trong kỳ có 5 lượt.", "figures": [], "tables": []}
FROZEN = {"format": "lgsp-report-figures-1", "letterhead": {}, "sections": [SECTION]}
# State, closing rule, first and last day.
RUNS = [
    ("published", "calendar", date(2026, 8, 1), date(2026, 8, 31)),
    ("superseded", "mid_month", date(2026, 8, 15), date(2026, 9, 14)),
    ("drafted", "mid_month", date(2026, 9, 15), date(2026, 10, 14)),
    ("failed", "calendar", date(2026, 10, 1), date(2026, 10, 31)),
]


def forward() -> None:
    """Bring every floor to where its migrations end."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
def test_what_was_reported_before_comes_over_whole(desk: Desk, agency: Any, person: Any) -> None:
    ReportTemplate.objects.exclude(kind="month").delete()
    leader = desk.users["department_leader"]
    by_steps().migrate(BEFORE)
    try:
        old = by_steps().loader.project_state(BEFORE).apps.get_model("reports", "ReportRun")
        for number, (state, rule, start, end) in enumerate(RUNS):
            written = state != "failed"
            old.objects.create(
                code=f"BC-T-{number}",
                kind="month",
                closing_rule=rule,
                period_start=start,
                period_end=end,
                data_until=clock.start_of(end, after=True),
                state=state,
                requested_at=clock.now(),
                figures=FROZEN if written else None,
                sha256="ab" * 32 if written else "",
                drafted_at=clock.now() if written else None,
                published_by_id=leader.pk if state == "published" else None,
                published_at=clock.now() if state == "published" else None,
            )
    finally:
        forward()
    runs = {run.state: run for run in ReportRun.objects.all()}
    assert len(runs) == len(RUNS)
    for state, rule, start, end in RUNS:
        run = runs[state]
        assert (run.closing_rule_id, run.period_start, run.period_end) == (rule, start, end)
        assert (run.year, run.number, run.title) == (2026, end.month, "")
        assert run.figures == (None if state == "failed" else FROZEN)
    for state in ("published", "superseded"):
        assert [(item.format, item.sha256) for item in files_of(runs[state])] == [("docx", "ab" * 32)]
    # Not published yet: worded and submitted anew, with the words it had.
    drafted = runs[RunState.DRAFTED]
    assert files_of(drafted) == []
    assert drafted.narratives.get().texts["use"] == "Trong kỳ có 5 lượt."
    assert ReportTemplate.objects.get().closing_rule.closing_day is None
    call_command("load_report_templates", verbosity=0)
    assert ReportTemplate.objects.count() == 6
    assert ClosingRule.objects.count() == 3
    assert Agency.objects.exists()
    assert User.objects.exists()
