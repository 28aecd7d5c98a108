"""Reading campaigns and statements: the agency's list, one statement, SKHCN's comparison (QC15.5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Abs

from accounts.models import Agency
from accounts.selectors.calendar import work_calendar
from core import clock
from core.actor import Actor
from core.text import fold
from core.workdays import remaining
from reports.campaign_choices import HANDED_IN, CampaignState, StatementState
from reports.models import Campaign, Statement, StatementRow, StatementVersion
from reports.succession import successors

KINDS = {
    StatementState.NOT_BEGUN: "yours",
    StatementState.DRAFT: "yours",
    StatementState.RETURNED: "yours",
    StatementState.SUBMITTED: "progress",
    StatementState.ACCEPTED: "live",
}


def statements_for(actor: Actor) -> QuerySet[Statement]:
    """Return the statements of the actor's own body, the newest campaign first; SKHCN reads others at its desk."""
    return Statement.objects.answered_by(actor).select_related("campaign", "agency")


def kind_of(statement: Statement) -> str:
    """Return the kind of tag that says how a statement stands; once the campaign is closed none waits for anybody."""
    if statement.campaign.state != CampaignState.ISSUED and statement.state not in (
        StatementState.SUBMITTED,
        StatementState.ACCEPTED,
    ):
        return "quiet"
    return KINDS[StatementState(statement.state)]


def rows_of(statement: Statement) -> list[StatementRow]:
    """Return the rows of a statement with their services, in the order of their codes."""
    return list(statement.rows.select_related("service").order_by("service__code", "pk"))


def versions_of(statement: Statement) -> list[StatementVersion]:
    """Return what was handed in, the newest first, without the content."""
    return list(statement.versions.defer("content", "paper").select_related("submitted_by", "agency"))


def heir_of(agency: Agency) -> Agency | None:
    """Return who answers for *agency* since it ended; None while it goes on, or where nobody took it over."""
    found = successors().get(agency.pk)
    return Agency.objects.filter(pk=found).first() if found else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the statements of a campaign stand."""

    asked: int
    waiting: int
    accepted: int
    open: int
    late: int


def standing_of(campaign: Campaign) -> Standing:
    """Return how many statements stand where."""
    found = Statement.objects.filter(campaign=campaign).aggregate(
        asked=Count("pk"),
        waiting=Count("pk", filter=Q(state=StatementState.SUBMITTED)),
        accepted=Count("pk", filter=Q(state=StatementState.ACCEPTED)),
    )
    late = Statement.objects.filter(campaign=campaign).late().count()
    return Standing(**found, open=found["asked"] - found["waiting"] - found["accepted"], late=late)


def late_list(campaign: Campaign) -> QuerySet[Statement]:
    """Return the statements of *campaign* that came late or did not come, the agencies in order."""
    found = Statement.objects.filter(campaign=campaign).late()
    return found.select_related("agency__successor", "campaign", "submitted_by").order_by("agency__sort_key", "pk")


def with_days_late(statements: Iterable[Statement]) -> list[tuple[Statement, int]]:
    """Return each late statement with the working days from its deadline until it came, or until now: at least one."""
    calendar, now = work_calendar(), clock.now()
    return [
        (one, -remaining(one.first_submitted_at or now, one.campaign.due_at, calendar))
        for one in statements
        if one.campaign.due_at is not None
    ]


def compared(campaign: Campaign, *, words: str = "", state: str = "", only: str = "") -> QuerySet[StatementRow]:
    """Return declared beside logged, largest difference first, of statements that stand handed in or accepted.

    One that was returned is the agency's own again until it is handed in anew: what is typed there is not shown.

    *words* are of agency or service, *state* of the statement; *only* "khac" keeps what differs, "giai-trinh" what
    lies beyond the campaign's tolerance.
    """
    found: QuerySet[Any] = StatementRow.objects.filter(statement__campaign=campaign)
    found = found.filter(statement__state__in=HANDED_IN, declared__isnull=False)
    for word in fold(words).split():
        found = found.filter(Q(statement__agency__search__contains=word) | Q(service__search__contains=word))
    if state in HANDED_IN:
        found = found.filter(statement__state=state)
    found = found.annotate(gap=Abs(F("declared") - F("logged")))
    if only == "khac":
        found = found.filter(gap__gt=0)
    elif only == "giai-trinh":
        found = found.filter(gap__gt=F("logged") * campaign.tolerance_percent / 100.0)
    return found.select_related("statement__agency", "service").order_by("-gap", "statement__agency__sort_key", "pk")
