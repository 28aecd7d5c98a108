"""How far the statements of campaigns are, beside the campaigns themselves, for systems that read them (QC15.5)."""

from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from core import clock
from reports.campaign_choices import StatementState
from reports.models import Campaign, Statement, StatementRow, StatementVersion
from reports.selectors.statements import late_list

#: Names of the counts of :func:`with_progress`, in the order they are told.
COUNTS = ("asked", *StatementState.values, "late")


def with_progress(campaigns: QuerySet[Campaign]) -> QuerySet[Any]:
    """Return *campaigns*, without their results, with a number for each of ``COUNTS``: statements in all, by state,
    and those that came late or did not come."""
    of_state = {f"n_{state}": Count("statements", Q(statements__state=state)) for state in StatementState.values}
    came = Q(statements__first_submitted_at__gt=F("due_at"))
    owed = Q(statements__isnull=False, statements__first_submitted_at__isnull=True, due_at__lt=clock.now())
    return campaigns.defer("result").annotate(
        n_asked=Count("statements"), n_late=Count("statements", came | owed), **of_state
    )


def progress_of(campaign: Any) -> dict[str, int]:
    """Return the counts of a campaign read by :func:`with_progress`, by name."""
    return {name: getattr(campaign, f"n_{name}") for name in COUNTS}


def asking(campaigns: QuerySet[Campaign], agency: str) -> QuerySet[Campaign]:
    """Return those of *campaigns* that asked the agency with this code."""
    asked = Statement.objects.filter(agency__code=agency).values("campaign_id")
    return campaigns.filter(pk__in=asked)


def late_of(campaign: Campaign) -> list[Statement]:
    """Return who came late or did not come, the agencies in order; nobody while it is a draft."""
    return list(late_list(campaign))


def with_content(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Return *statements* with their rows, and with what was handed in, the newest first; two queries for them all."""
    rows = StatementRow.objects.select_related("service").order_by("service__code", "pk")
    versions = StatementVersion.objects.defer("paper").order_by("-number")
    return statements.prefetch_related(Prefetch("rows", rows), Prefetch("versions", versions))
