"""Campaigns issued in a window, and how their statements stand at its end (QC15.5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum

from reports.campaign_choices import StatementState
from reports.models import Campaign, StatementRow
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign: whom it asked, who handed in by the window's end, in time or not, and the sums of calls."""

    code: str
    title: str
    due_at: datetime | None
    asked: int
    in_time: int
    late: int
    missing: int
    logged: int
    declared: int


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """The campaigns issued in the window, in order."""

    rows: tuple[CampaignRow, ...]


def campaign_figures(window: Window) -> CampaignFigures:
    """Return the campaigns issued inside the window; what was handed in after it does not count. Two queries.

    Sums are over statements that stand handed in or accepted.
    """
    before = Q(statements__first_submitted_at__lt=window.until)
    in_time = before & Q(statements__first_submitted_at__lte=F("due_at"))
    found: Any = Campaign.objects.filter(window.happened("issued_at")).defer("result", "questions")
    found = found.annotate(
        asked=Count("statements"),
        came=Count("statements", filter=before),
        in_time=Count("statements", filter=in_time),
    )
    sums = _sums(window)
    return CampaignFigures(tuple(_row(item, *sums.get(item.pk, (0, 0))) for item in found.order_by("issued_at", "pk")))


def _row(item: Any, logged: int, declared: int) -> CampaignRow:
    return CampaignRow(
        code=item.code,
        title=item.title,
        due_at=item.due_at,
        asked=item.asked,
        in_time=item.in_time,
        late=item.came - item.in_time,
        missing=item.asked - item.came,
        logged=logged,
        declared=declared,
    )


def _sums(window: Window) -> dict[int, tuple[int, int]]:
    rows = StatementRow.objects.filter(
        window.happened("statement__campaign__issued_at"),
        statement__state__in=[StatementState.SUBMITTED, StatementState.ACCEPTED],
        statement__submitted_at__lt=window.until,
    )
    found = rows.values("statement__campaign_id").annotate(l=Sum("logged"), d=Sum("declared"))
    return {row["statement__campaign_id"]: (int(row["l"] or 0), int(row["d"] or 0)) for row in found}
