"""The dossiers of SKHCN's people as a queue: whose they are, how near the deadline is (ux.md B1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency, User
from connections.choices import State
from connections.models import ConnectionRequest
from connections.selectors.requests import with_clocks
from connections.selectors.workbench import waiting
from core import clock
from core.actor import Actor
from core.text import fold
from core.workdays import WorkCalendar

#: Working days before a deadline from which it counts as near; ours, not the law's.
NEAR = 2
#: Tab -> label, in the order shown; the first is the one a person starts with.
TABS: Mapping[str, StrOrPromise] = {
    "mine": _("Việc của tôi"),
    "today": _("Đến hạn hôm nay"),
    "unassigned": _("Chưa phân công"),
    "near": _("Sắp hạn"),
    "overdue": _("Quá hạn"),
    "agency": _("Chờ cơ quan"),
    "all": _("Tất cả"),
}
ASSIGNABLE = (State.SUBMITTED, State.EVALUATING, State.COMPLETION_REQUESTED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person narrows the queue by; what is empty does not narrow."""

    text: str = ""
    states: list[str] = field(default_factory=list)
    agency: Agency | None = None
    evaluator: User | None = None


def queue(actor: Actor, wanted: Wanted, tab: str, calendar: WorkCalendar) -> QuerySet[ConnectionRequest, int]:
    """Return the ids of the dossiers of *tab* that fit *wanted*, the nearest deadline on top.

    Ids alone, because their index holds the order: however far down a page lies, only its own rows are read.
    """
    return _ordered(_tab(actor, wanted, tab, calendar)).values_list("pk", flat=True)


def dossiers_of(actor: Actor, pks: Iterable[int]) -> QuerySet[ConnectionRequest]:
    """Return the dossiers of one page of the queue, in its order; ``waits`` says whether one waits for the actor."""
    found = with_clocks(ConnectionRequest.objects.filter(pk__in=list(pks))).select_related("work_mark__user")
    return _ordered(found.annotate(waits=ExpressionWrapper(waiting(actor), output_field=BooleanField())))


def _ordered(found: QuerySet[ConnectionRequest]) -> QuerySet[ConnectionRequest]:
    return found.order_by(F("due_at").asc(nulls_last=True), F("submitted_at").asc(nulls_last=True), "pk")


def tab_counts(actor: Actor, wanted: Wanted, calendar: WorkCalendar) -> dict[str, int]:
    """Return how many dossiers that fit *wanted* each tab holds; one query, each tab counted by its own index."""
    counted = [
        _tab(actor, wanted, tab, calendar).order_by().annotate(tab=Value(tab)).values("tab").annotate(n=Count("*"))
        for tab in TABS
    ]
    counts = {row["tab"]: row["n"] for row in counted[0].union(*counted[1:], all=True)}
    return {tab: counts.get(tab, 0) for tab in TABS}


def filing_agencies(actor: Actor) -> QuerySet[Agency]:
    """Return the agencies that have filed a dossier the actor may see."""
    filed = ConnectionRequest.objects.visible_to(actor).filter(agency_id=OuterRef("pk"))
    return Agency.objects.filter(Exists(filed)).order_by("sort_key", "pk").only("name")


def _tab(actor: Actor, wanted: Wanted, tab: str, calendar: WorkCalendar) -> QuerySet[ConnectionRequest]:
    found = ConnectionRequest.objects.visible_to(actor).filter(_conditions(actor, calendar)[tab])
    for word in fold(wanted.text).split():
        found = found.filter(search__contains=word)
    narrower: dict[str, Any] = {"state__in": wanted.states, "agency": wanted.agency, "evaluator": wanted.evaluator}
    return found.filter(**{name: value for name, value in narrower.items() if value})


def _conditions(actor: Actor, calendar: WorkCalendar) -> dict[str, Q]:
    now = clock.now()
    confirmed = Q(operator_agreed=True, state=State.AWAITING_CONFIRMATION)
    return {
        "mine": waiting(actor) & ~confirmed,
        "today": Q(due_at__gte=_midnight(clock.today()), due_at__lt=_midnight(clock.today() + timedelta(days=1))),
        "unassigned": Q(evaluator__isnull=True, state__in=ASSIGNABLE),
        "near": Q(due_at__gte=now, due_at__lt=_near_until(calendar)),
        "overdue": Q(due_at__lt=now),
        "agency": Q(state=State.COMPLETION_REQUESTED) | confirmed,
        "all": Q(),
    }


def _near_until(calendar: WorkCalendar) -> datetime:
    """Return the end of the last day that still counts as near."""
    return _midnight(calendar.add_working_days(clock.today(), NEAR) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.VIETNAM)
