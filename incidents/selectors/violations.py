"""Reading violations: lists, what is known of their subject, counts for reports."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from catalog.models import InformationSystem
from connections.models import Credential, Grant
from core.actor import Actor
from core.text import fold
from incidents.models import Violation, ViolationEntry
from incidents.register_choices import AppealResult, Outcome, ViolationState
from incidents.selectors.affected import is_stopped_for_incident


@dataclass(frozen=True, slots=True)
class ViolationCounts:
    """Violations opened in a period, for reports: by act, and by outcome as they stood at its end.

    ``open`` were not settled then, ``appealed`` were appealed, ``overturned`` had lost their effect by it, and
    ``agencies`` is how many they were about.
    """

    total: int
    by_act: dict[str, int]
    by_outcome: dict[str, int]
    open: int
    appealed: int
    overturned: int
    agencies: int


def violation_counts(since: datetime, until: datetime) -> ViolationCounts:
    """Return the counts of violations opened from *since* up to, not including, *until*; one query."""
    opened = Violation.objects.filter(opened_at__gte=since, opened_at__lt=until)
    names = ("act", "outcome", "agency_id", "appeal_result", "decided_at", "appealed_at", "answered_at", "closed_at")
    rows = list(opened.values_list(*names, named=True))

    def done(moment: datetime | None) -> bool:
        return moment is not None and moment < until

    return ViolationCounts(
        total=len(rows),
        by_act=dict(Counter(row.act for row in rows)),
        by_outcome=dict(Counter(row.outcome for row in rows if row.outcome and done(row.decided_at))),
        open=sum(not done(row.closed_at) for row in rows),
        appealed=sum(done(row.appealed_at) for row in rows),
        overturned=sum(row.appeal_result == AppealResult.OVERTURNED and done(row.answered_at) for row in rows),
        agencies=len({row.agency_id for row in rows}),
    )


def violation_list(actor: Actor, *, words: str = "", state: str = "") -> QuerySet[Violation]:
    """Return the violations the actor may see, newest first."""
    found = Violation.objects.visible_to(actor).select_related("agency", "system", "opened_by")
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    return found.filter(state=state) if state in ViolationState.values else found


def grants_of(violation: Violation) -> QuerySet[Grant]:
    """Return the open grants a decision may suspend or revoke: the agency's, its system's where one is named."""
    found = Grant.objects.open().filter(system__owner_id=violation.agency_id)
    if violation.system_id:
        found = found.filter(system_id=violation.system_id)
    return found.select_related("system", "service").order_by("environment", "code")


def said_of(violation: Violation, *, inner: bool) -> list[ViolationEntry]:
    """Return what was said and done, oldest first; *inner*: with SKHCN's own lines."""
    found = violation.entries.select_related("agency").order_by("at", "id")
    return list(found if inner else found.filter(inner=False))


def named_in(words: Iterable[str]) -> tuple[Grant | None, InformationSystem | None]:
    """Return the grant and the system that *words* name: by code of a grant, an access key, or code of a system."""
    known = [word for word in words if word]
    grant = Grant.objects.filter(code__in=known).select_related("system__owner").first()
    if grant is not None:
        return grant, grant.system
    key = Credential.objects.filter(access_key__in=known).select_related("system__owner").first()
    if key is not None:
        return None, key.system
    return None, InformationSystem.objects.filter(Q(code__in=known)).select_related("owner").first()


def is_suspended_by(violation: Violation) -> bool:
    """Return whether the decision about *violation* keeps its grant suspended; not what an incident suspended."""
    found = violation.grant
    if found is None or violation.outcome != Outcome.SUSPENSION:
        return False
    suspended = Grant.objects.open().filter(pk=found.pk, suspended_at__isnull=False).exists()
    return suspended and not is_stopped_for_incident(found)
