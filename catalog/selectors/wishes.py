"""Reading wishes for data: lists, what comes near one, who answers, and by when."""

from datetime import datetime
from typing import cast

from django.db.models import QuerySet

from accounts import roles
from accounts.models import Membership, User
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from catalog.models import DataService, DataWish
from catalog.selectors.catalogue import find
from catalog.selectors.finding import Wanted
from catalog.wish_words import WishState
from core import clock
from core.actor import Actor
from core.workdays import Term, Unit, due

NEAR, POLICY = 5, "wish.answer"
TABS = ("open", "overdue", "answered")


def wishes_seen(actor: Actor, tab: str = "") -> QuerySet[DataWish]:
    """Return the wishes the actor may see, newest first; of one *tab* the most urgent first."""
    found = DataWish.objects.visible_to(actor).select_related("agency", "wanted_provider")
    if tab == "overdue":
        return found.overdue().order_by("due_at", "id")
    if tab == "open":
        return found.filter(state=WishState.OPEN).order_by("due_at", "id")
    return found.filter(state=WishState.ANSWERED).order_by("-answered_at") if tab == "answered" else found


def near_services(title: str) -> list[DataService]:
    """Return published services that come near what is asked for, five at most (QC4.4).

    The words of the title count; where no service holds them all, each of the two halves is tried.
    """
    words = title.split()
    half = len(words) // 2
    found: dict[int, DataService] = {}
    for part in dict.fromkeys([title, " ".join(words[:half]), " ".join(words[half:])]):
        if part and len(found) < NEAR:
            hits = find(Wanted.asked(part[:100], {}), start=0, size=NEAR).services
            found |= {service.pk: service for service in hits if service.pk not in found}
    return list(found.values())[:NEAR]


def answer_due(since: datetime) -> datetime | None:
    """Return when a wish sent at *since* is to be answered by the deadline in force; None where none is."""
    policy = deadlines_in_force(clock.today()).filter(code=POLICY).first()
    if policy is None:
        return None
    return due(since, Term(policy.amount, cast("Unit", policy.unit)), work_calendar(), cutoff=policy.cutoff)


def holders(permission: str, agency_id: int | None = None) -> list[User]:
    """Return the people who hold *permission* today, in one agency when it is given."""
    held = Membership.objects.in_force(clock.today()).filter(role__in=roles.roles_with(permission))
    if agency_id is not None:
        held = held.filter(agency_id=agency_id)
    return list(User.objects.filter(pk__in=held.values("user_id")))
