"""Connections and bodies: what runs, what was opened and ended, who has none (QC7.5, QC11.7)."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import Agency
from connections.choices import Kind, State
from connections.models import Connection, ConnectionRequest, Hold
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class ConnectionFigures:
    """Connections at the end of the window, and what happened in it."""

    live: int
    suspended: int
    approved: int
    put_live: int
    terminated: int


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A body by code and name."""

    code: str
    name: str


def connection_figures(window: Window) -> ConnectionFigures:
    """Return the connections: live ones by the connection itself, events by their dossiers, which are never reused."""
    held = Exists(Hold.objects.filter(window.lasting("placed_at", "lifted_at"), connection=OuterRef("pk")))
    now = Connection.objects.filter(window.lasting("live_at", "closed_at")).aggregate(
        live=Count("pk"), suspended=Count("pk", filter=Q(held))
    )
    new = Q(kind=Kind.NEW)
    events = ConnectionRequest.objects.aggregate(
        approved=Count("pk", filter=new & window.happened("approved_at")),
        put_live=Count("pk", filter=new & window.happened("live_at")),
        terminated=Count("pk", filter=Q(state=State.TERMINATED) & window.happened("ended_at")),
    )
    return ConnectionFigures(**now, **events)


def agencies_without_connection(window: Window) -> tuple[AgencyRow, ...]:
    """Return the bodies that may file a dossier, exist at the end of the window, and have no live connection then."""
    connected = Connection.objects.filter(window.lasting("live_at", "closed_at"), system__owner=OuterRef("pk"))
    found = Agency.objects.in_force(window.last_day).filter(~Exists(connected), may_file=True)
    return tuple(AgencyRow(*row) for row in found.order_by("sort_key", "pk").values_list("code", "name"))
