"""Connections and bodies: what runs, what was opened and ended, who has none (QC7.5, QC11.7)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import TruncDate

from accounts.models import Agency
from connections.choices import Kind, State
from connections.models import Connection, ConnectionRequest, Hold
from core.clock import VIETNAM
from reports.queries.window import Window

EVENTS = ("approved", "put_live", "terminated")


@dataclass(frozen=True, slots=True)
class ConnectionFigures:
    """Connections at the end of the window, and what happened in it.

    ``by_agency`` by id: ``live``, ``suspended`` by who owns the system now, the events by who filed the dossier.
    ``moves``: days with the name of an event, and how many of it there were.
    """

    live: int
    suspended: int
    approved: int
    put_live: int
    terminated: int
    by_agency: dict[int, Counter[str]]
    moves: tuple[tuple[date, str, int], ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Bodies that may file a dossier at the end of the window, and the ids of those without a live connection."""

    bodies: int
    missing: tuple[int, ...]


def connection_figures(window: Window) -> ConnectionFigures:
    """Return the connections: live ones by the connection itself, events by their dossiers, which are never reused.

    Two queries.
    """
    held = Exists(Hold.objects.filter(window.lasting("placed_at", "lifted_at"), connection=OuterRef("pk")))
    standing = Connection.objects.filter(window.lasting("live_at", "closed_at")).order_by()
    by_agency: dict[int, Counter[str]] = {}
    counted = standing.values_list("system__owner_id").annotate(
        live=Count("pk"), suspended=Count("pk", filter=Q(held))
    )
    for pk, live, suspended in counted:
        by_agency[pk] = Counter({"live": live, "suspended": suspended})
    moves = Counter[tuple[date, str]]()
    for name, agency, day, count in _events(window):
        by_agency.setdefault(agency, Counter())[name] += count
        moves[day, name] += count
    totals = Counter[str]()
    for counts in by_agency.values():
        totals.update(counts)
    names = ("live", "suspended", *EVENTS)
    return ConnectionFigures(
        **{name: totals[name] for name in names},
        by_agency=by_agency,
        moves=tuple((day, name, count) for (day, name), count in sorted(moves.items())),
    )


def _events(window: Window) -> Iterable[tuple[str, int, date, int]]:
    """Give the events of the window, counted: what, which agency's, on which day, how many."""
    new, ended = Q(kind=Kind.NEW), Q(state=State.TERMINATED)
    fields = {"approved": ("approved_at", new), "put_live": ("live_at", new), "terminated": ("ended_at", ended)}
    counted = [
        ConnectionRequest.objects.filter(window.happened(field), right)
        .order_by()
        .values_list(Value(name, CharField()), "agency_id", TruncDate(field, tzinfo=VIETNAM))
        .annotate(Count("pk"))
        for name, (field, right) in fields.items()
    ]
    return counted[0].union(*counted[1:], all=True)


def coverage(window: Window) -> Coverage:
    """Return who exists at the end of the window and may file a dossier, and who of them has no live connection."""
    connected = Connection.objects.filter(window.lasting("live_at", "closed_at"), system__owner=OuterRef("pk"))
    bodies = Agency.objects.in_force(window.last_day).filter(may_file=True).annotate(has=Exists(connected))
    rows = list(bodies.order_by("sort_key", "pk").values_list("pk", "has"))
    return Coverage(len(rows), tuple(pk for pk, has in rows if not has))
