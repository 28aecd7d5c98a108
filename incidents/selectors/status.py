"""The public status page: public services only, whoever asks; everything from rows counted ahead (QC7.5).

Nothing here takes an actor: what a visitor must not know of is never read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import DataService
from core import clock
from core.actor import ANONYMOUS
from core.web.notes import Note
from incidents.models import StatusDay
from incidents.selectors.health import worst_notes
from incidents.selectors.maintenance import Planned, coming, planned_now, windows_for
from incidents.selectors.maintenance import shown as shown_windows
from incidents.selectors.status_events import PublicEvent, events_now, events_since
from incidents.selectors.uptime import kind_of, percent

HISTORY_DAYS = 90
NO_DAY = "none"


@dataclass(frozen=True, slots=True)
class DayStanding:
    """One day of a service: its kind (live, progress, wrong, planned, none), the counts it comes from, in words."""

    day: date
    kind: str
    made: int = 0
    answered: int = 0
    planned: int = 0

    @property
    def share(self) -> str:
        """The share answered, "" where nothing was checked."""
        return percent(self.answered, self.made) if self.made else ""


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """A public service as the page shows it: how it stands now, the days, the share of all of them."""

    service: DataService
    text: str
    kind: str
    note: Note | None
    days: list[DayStanding]
    share: str
    planned: int


@dataclass(frozen=True, slots=True)
class Overall:
    """The first line of the page."""

    text: str
    kind: str


def public_services(words: str = "") -> QuerySet[DataService]:
    """Return the services everybody may know of, found by folded words."""
    return DataService.objects.named_in_public().matching(words).order_by("sort_key", "pk")


def standings(services: Sequence[DataService]) -> list[ServiceStanding]:
    """Return how *services*, public ones, stand now and stood for 90 days; seven queries whatever their number."""
    ids = [service.pk for service in services]
    notes, resting, days = worst_notes(ids), planned_now(ids), _days_of(ids)
    broken = {pk: event for event in events_now() for pk in event.service_ids}
    return [_standing(one, notes.get(one.pk), resting, broken, days.get(one.pk, {})) for one in services]


def overall(events: Iterable[PublicEvent], windows: Iterable[Planned]) -> Overall:
    """Return what the page says first."""
    broken = {pk for event in events for pk in event.service_ids}
    if any(one.window.whole_platform and one.window.standing == "running" for one in windows):
        return Overall(_("Nền tảng đang bảo trì theo kế hoạch"), "progress")
    if broken:
        return Overall(_("%(n)s dịch vụ đang gián đoạn") % {"n": len(broken)}, "wrong")
    if any(one.window.standing == "running" for one in windows):
        return Overall(_("Một số dịch vụ đang bảo trì theo kế hoạch"), "progress")
    return Overall(_("Không có dịch vụ nào đang gián đoạn"), "live")


def maintenance_ahead() -> list[Planned]:
    """Return maintenance everybody may know of, under way or ahead."""
    return coming(ANONYMOUS)


def history(service: DataService | None = None) -> list[PublicEvent]:
    """Return what happened in 90 days, newest first, of one service when asked."""
    found = events_since(clock.now() - timedelta(days=HISTORY_DAYS))
    return [event for event in found if service is None or not event.service_ids or service.pk in event.service_ids]


def past_maintenance() -> list[Planned]:
    """Return the maintenance of the last 90 days that is over or was called off, newest first."""
    since = clock.now() - timedelta(days=HISTORY_DAYS)
    rows = windows_for(ANONYMOUS).filter(ends_at__gte=since).order_by("-starts_at", "-pk")[:50]
    return [one for one in shown_windows(rows) if one.window.standing in ("over", "cancelled")]


def _days_of(ids: Iterable[int]) -> dict[int, dict[date, StatusDay]]:
    found: dict[int, dict[date, StatusDay]] = {}
    first = clock.today() - timedelta(days=HISTORY_DAYS - 1)
    for row in StatusDay.objects.filter(service_id__in=list(ids), day__gte=first):
        found.setdefault(row.service_id, {})[row.day] = row
    return found


def _standing(
    service: DataService,
    note: Note | None,
    resting: set[int],
    broken: dict[int, PublicEvent],
    rows: dict[date, StatusDay],
) -> ServiceStanding:
    text, kind = (str(note.text), note.kind) if note else (_("Chưa có số liệu"), "quiet")
    if service.pk in broken:
        text, kind = str(broken[service.pk].text), "wrong"
    if service.pk in resting:
        text, kind = _("Đang bảo trì theo kế hoạch"), "progress"
    made, answered = sum(row.made for row in rows.values()), sum(row.answered for row in rows.values())
    return ServiceStanding(
        service=service,
        text=text,
        kind=kind,
        note=note,
        days=[_day(day, rows.get(day)) for day in _last_days()],
        share=percent(answered, made) if made else "",
        planned=sum(row.planned for row in rows.values()),
    )


def _last_days() -> list[date]:
    today = clock.today()
    return [today - timedelta(days=ago) for ago in range(HISTORY_DAYS - 1, -1, -1)]


def _day(day: date, row: StatusDay | None) -> DayStanding:
    if row is None or not (row.made or row.planned):
        return DayStanding(day, NO_DAY)
    kind = kind_of(row.answered, row.made) if row.made else "planned"
    return DayStanding(day, kind, row.made, row.answered, row.planned)
