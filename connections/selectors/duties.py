"""What live connections owe, as rows of the workbench: declarations to make, inspections to take or conclude."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from connections.models import Inspection
from connections.selectors.compliance import days_left, declaration_day, live_connections, owing_declaration
from connections.selectors.inspections import inspection_list
from core import clock
from core.actor import Actor
from core.web.boards import Task

MOST = 50


def duties_for(actor: Actor) -> list[Task]:
    """Return one task for each duty that the actor may fulfil now."""
    found: list[Task] = []
    if actor.may("connection.declare"):
        found += _declarations(actor)
    if actor.may("connection.inspect"):
        found += _inspections(actor)
    return found


def _declarations(actor: Actor) -> Iterator[Task]:
    year = clock.today().year
    own = live_connections(actor).filter(system__owner_id=actor.agency_id or 0)
    owing = list(owing_declaration(own, year).select_related("system").order_by("pk")[:MOST])
    day = declaration_day(year) if owing else None
    left = None if day is None else days_left(day, work_calendar())
    for item in owing:
        yield Task(
            _("Cam kết an toàn thông tin năm %(year)s") % {"year": year},
            str(item.system),
            reverse("declare_security", args=[item.pk]),
            left,
        )


def _inspections(actor: Actor) -> Iterator[Task]:
    running = Q(pk__in=Inspection.objects.open().values("connection_id"))
    waiting = list(inspection_list(actor).filter(running | Q(inspect_on__lte=clock.today()))[:MOST])
    calendar = work_calendar() if waiting else None
    for item in waiting:
        under_way, day = item.under_way, item.inspect_on
        yield Task(
            _("Kết luận đợt kiểm tra định kỳ") if under_way else _("Kiểm tra định kỳ kết nối"),
            f"{item.system.owner}, {item.system}",
            reverse("admin:connections_inspection_change", args=[under_way[0].pk])
            if under_way
            else reverse("admin:connections_inspection_changelist") + "?tab=due",
            None if day is None or calendar is None else days_left(day, calendar),
        )
