"""What waits for a person about incidents (``core.web.boards``), and the way to report one from a service's page."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from catalog.models import DataService
from core import clock
from core.actor import Actor
from core.web.boards import Task
from core.web.notes import Part
from core.workdays import WorkCalendar, remaining
from incidents.guards.incidents import MANAGE, REPORT
from incidents.models import Incident, IncidentDeadline, IncidentParty, IncidentTask
from incidents.register_choices import OPEN, IncidentState
from incidents.selectors.violation_desk import violation_tasks

MOST = 7


def tasks_for(actor: Actor) -> list[Task]:
    """Return incidents to take on and clocks that run for SKHCN; what to acknowledge and to do for an agency."""
    found = _of_staff(actor) if actor.may(MANAGE) and actor.is_person else []
    found += _of_agency(actor) if actor.may(REPORT) and actor.agency_id else []
    return found + (violation_tasks(actor) if actor.is_person else [])


def _of_staff(actor: Actor) -> list[Task]:
    new = list(Incident.objects.filter(state=IncidentState.NEW).order_by("severity", "pk")[:MOST])
    clocks = IncidentDeadline.objects.filter(met_at__isnull=True, incident__state__in=OPEN)
    running = list(clocks.exclude(incident__in=new).select_related("incident").order_by("due_at")[:MOST])
    calendar = work_calendar() if running else None
    return [
        *(Task(_("Tiếp nhận sự cố %(code)s") % {"code": row}, row.title, _page(row.pk), 0) for row in new),
        *(
            Task(
                _("%(what)s – %(code)s") % {"what": row.name, "code": row.incident},
                row.incident.title,
                _page(row.incident_id),
                remaining(clock.now(), row.due_at, calendar),  # type: ignore[arg-type]
            )
            for row in running
        ),
    ]


def _page(pk: int) -> str:
    return reverse("admin:incidents_incident_work", args=[pk])


def _of_agency(actor: Actor) -> list[Task]:
    told = IncidentParty.objects.filter(
        agency_id=actor.agency_id or 0,
        told_at__isnull=False,
        acknowledged_at__isnull=True,
        incident__state__in=OPEN,
    )
    waiting = list(told.select_related("incident").order_by("ack_due_at", "pk")[:MOST])
    todo: QuerySet[IncidentTask] = IncidentTask.objects.filter(agency_id=actor.agency_id or 0, done_at__isnull=True)
    tasks = list(todo.select_related("incident").order_by("due_at", "pk")[:MOST])
    calendar = work_calendar() if waiting or tasks else None
    return [
        *(
            Task(
                _("Xác nhận đã biết sự cố %(code)s") % {"code": row.incident},
                row.incident.title,
                reverse("incident", args=[row.incident.code]),
                _left(row.ack_due_at, calendar),
            )
            for row in waiting
        ),
        *(
            Task(
                _("Xử lý sự cố %(code)s: %(task)s") % {"code": row.incident, "task": row.text},
                row.incident.title,
                reverse("incident", args=[row.incident.code]),
                _left(row.due_at, calendar),
            )
            for row in tasks
        ),
    ]


def _left(due_at: object, calendar: WorkCalendar | None) -> int | None:
    return None if due_at is None or calendar is None else remaining(clock.now(), due_at, calendar)  # type: ignore[arg-type]


def parts_of_service(service_id: int, actor: Actor) -> list[Part]:
    """Return the button by which an agency reports an incident of the service."""
    if not actor.is_person or not actor.may(REPORT):
        return []
    code = DataService.objects.filter(pk=service_id).values_list("code", flat=True).first()
    title = _("Báo sự cố")
    return [
        Part(
            "report_incident", title, place="action", template="incidents/service_action.html", context={"code": code}
        )
    ]
