"""What an ended body has open with the watch goes to its successor: incidents, tasks, violations, alerts, questions.

One part of the deed ``connections.services.succession.hand_over``, which judges, locks and tells. What is done stays
as it was: closed cases, tasks that are finished, what was said, who was told and who reported.
"""

from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from connections.selectors.succession import Room
from core.actor import Actor
from core.text import fold
from incidents.models import Incident, IncidentParty, IncidentTask, Violation
from incidents.register_choices import Audience, EntryKind, Said, ViolationState
from incidents.selectors.succession import (
    TEXTS,
    held,
    holding,
    lasting_alerts,
    open_help,
    open_parties,
    open_tasks,
    open_violations,
)
from incidents.services.incident_moves import add_entry, lock_incident, touch_incident
from incidents.services.incident_parties import tell_new_parties
from incidents.services.violation_moves import add_said, lock_violation, tell_accused, touch_violation


def transfer(*, actor: Actor, agency: Agency, successor: Agency, reason: str) -> None:
    """Give all *agency* has open to *successor*, inside the deed, with a fact for each case."""
    told = open_parties(agency.pk, successor.pk).values("incident_id")
    tasks = open_tasks(agency.pk).values("incident_id")
    for incident in Incident.objects.filter(Q(pk__in=told) | Q(pk__in=tasks)).order_by("pk"):
        _move_incident(actor, lock_incident(incident), agency, successor, reason)
    for violation in open_violations(agency.pk).order_by("pk"):
        _move_violation(actor, lock_violation(violation), agency, successor, reason)
    for alert in lasting_alerts(agency.pk).select_for_update(of=("self",)).order_by("pk"):
        alert.consumer_agency = successor
        alert.save(update_fields=["consumer_agency"])
        _record(actor, "alert.handed_over", alert, agency, successor, reason)
    for request in open_help(agency.pk).select_for_update(of=("self",)).order_by("pk"):
        request.agency = successor
        request.search = fold(f"{request.code} {request.subject} {successor.name} {successor.code}")
        request.save(update_fields=["agency", "search"])
        _record(actor, "help.handed_over", request, agency, successor, reason)


def _move_incident(actor: Actor, incident: Incident, agency: Agency, successor: Agency, reason: str) -> None:
    """The successor is told of it and gets the tasks; the old body's line stays, without a clock."""
    old = incident.parties.filter(agency=agency).first()
    if old is not None and old.acknowledged_at is None:
        old.ack_due_at = None
        old.save(update_fields=["ack_due_at"])
    if not incident.is_ended and (old is None or old.told_at is not None):
        role = {"role": old.role} if old is not None else {}
        IncidentParty.objects.get_or_create(incident=incident, agency=successor, defaults=role)
    said = _("%(successor)s kế thừa %(agency)s") % {"successor": successor, "agency": agency}
    add_entry(actor, incident, EntryKind.PARTY, Audience.PARTIES, said)
    for task in IncidentTask.objects.select_for_update(of=("self",)).filter(
        incident=incident, agency=agency, done_at__isnull=True
    ):
        task.agency = successor
        task.save(update_fields=["agency"])
        text = _("%(successor)s nhận từ %(agency)s: %(task)s")
        values = {"successor": successor, "agency": agency, "task": task.text}
        add_entry(actor, incident, EntryKind.TASK, Audience.PARTIES, text % values)
    if not incident.is_ended:
        tell_new_parties(actor, incident, only=successor.pk)
    touch_incident(incident)
    _record(actor, "incident.handed_over", incident, agency, successor, reason)


def _move_violation(actor: Actor, violation: Violation, agency: Agency, successor: Agency, reason: str) -> None:
    """The successor answers for it from now on; its days stay."""
    violation.agency = successor
    touch_violation(violation)
    values = {"successor": successor, "agency": agency, "code": violation.code}
    said = _("%(successor)s kế thừa %(agency)s") % values
    add_said(actor, violation, Said.SUCCESSION, said)
    _record(actor, "violation.handed_over", violation, agency, successor, reason)
    if violation.state != ViolationState.OPENED:
        body = _("%(successor)s kế thừa %(agency)s và tiếp tục vụ việc %(code)s; các hạn giữ nguyên, ghi trên cổng.")
        subject = _("Vi phạm %(code)s chuyển cho cơ quan kế thừa") % values
        tell_accused(violation, "handed_over", subject, body % values)


def _record(actor: Actor, deed: str, subject: Model, agency: Agency, successor: Agency, reason: str) -> None:
    names: dict[str, Any] = {"before": {"agency": agency}, "after": {"agency": successor}}
    record_fact(actor=actor, deed=deed, subject=subject, reason=reason, clause="QC2", **names)


ROOM = Room(TEXTS, held, holding, transfer)
