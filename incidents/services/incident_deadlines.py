"""Clocks of an incident: begun from the policies in force, met by what was done, reminded of once (domain-vn §b7)."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.selectors.calendar import deadlines_in_force, work_calendar
from core import clock
from core.workdays import Term, due
from incidents.models import Incident, IncidentDeadline
from incidents.register_choices import OPEN, Origin, Severity

ACKNOWLEDGE, REPORT, PERSONAL_DATA, PARTY = (
    "incident.acknowledge",
    "incident.report",
    "incident.personal_data",
    "incident.party",
)
#: Severity -> the internal clock of the first word to those concerned.
FIRST_WORD = {
    Severity.CRITICAL: "incident.serious",
    Severity.HIGH: "incident.high",
    Severity.MEDIUM: "incident.medium",
}
#: A deadline is told of when less than this is left, or once it has passed.
AHEAD = timedelta(hours=24)


def begin_deadlines(incident: Incident) -> None:
    """Begin the clocks a locked incident has as it stands, all from its detection; drop those it no longer has.

    What was met stays. An outage nobody has classified is not yet an incident the law wants a report of.
    """
    wanted = _wanted(incident)
    known = {row.code: row for row in incident.deadlines.select_for_update()}
    for code, row in known.items():
        if code not in wanted and row.met_at is None:
            row.delete()
    calendar = work_calendar()
    start = incident.detected_at
    for policy in deadlines_in_force(start.astimezone(clock.VIETNAM).date()).filter(code__in=wanted - known.keys()):
        IncidentDeadline.objects.create(
            incident=incident,
            code=policy.code,
            name=policy.name,
            amount=policy.amount,
            unit=policy.unit,
            statutory=policy.statutory,
            basis=policy.basis,
            due_at=due(start, Term(policy.amount, policy.unit), calendar, cutoff=policy.cutoff),  # type: ignore[arg-type]
        )


def _wanted(incident: Incident) -> set[str]:
    wanted = {ACKNOWLEDGE}
    if incident.severity in FIRST_WORD:
        wanted.add(FIRST_WORD[Severity(incident.severity)])
    if incident.classified_at or incident.origin != Origin.OUTAGE:
        wanted.add(REPORT)
    if incident.personal_data:
        wanted.add(PERSONAL_DATA)
    return wanted


def meet(incident: Incident, codes: set[str], by: str) -> list[str]:
    """Note that the clocks *codes* of a locked incident were met, once each; return which were running."""
    rows = list(incident.deadlines.select_for_update().filter(code__in=codes, met_at__isnull=True))
    for row in rows:
        row.met_at, row.met_by = clock.now(), by[:300]
        row.save()
    return [row.code for row in rows]


def meet_first_word(incident: Incident, by: str) -> None:
    """Note that those concerned had the first word."""
    meet(incident, set(FIRST_WORD.values()), by)


@transaction.atomic
def claim_reminders() -> list[IncidentDeadline]:
    """Return the clocks of open incidents that nearly run out and nobody was reminded of, each once for ever.

    Nearly: less than a day is left, and less than a quarter of the term, so that an hour is not told of as it begins.
    """
    now = clock.now()
    due_soon = IncidentDeadline.objects.filter(
        met_at__isnull=True, reminded_at__isnull=True, due_at__lt=now + AHEAD, incident__state__in=OPEN
    )
    found = due_soon.select_for_update(of=("self",), skip_locked=True).select_related("incident__owner")[:200]
    rows = [row for row in found if row.due_at - now < (row.due_at - row.incident.detected_at) / 4]
    for row in rows:
        row.reminded_at = now
        row.save()
    return rows


def words_of(deadline: IncidentDeadline) -> str:
    """Say what is due, until when, and whether the number is the law's."""
    text = _("%(name)s: trước %(when)s (%(label)s)")
    label = _("theo quy định") if deadline.statutory else _("hạn nội bộ")
    when = f"{deadline.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
    return text % {"name": deadline.name, "when": when, "label": label}
