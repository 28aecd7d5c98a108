"""Signs against what was declared: far more calls than said, nearly the whole quota, silence, grants nobody uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from audit.models import UseDay
from connections.models import Grant
from core import clock
from core.choices import Environment
from core.workdays import WorkCalendar
from incidents.alert_choices import Cadence, SubjectKind
from incidents.models import ExpectedUse
from incidents.selectors.detection.findings import Finding, Found, Look, found, number

# Days between two calls that a cadence allows; every working day is counted by the calendar.
_PERIODS = {Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
_Place = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class LastUse:
    """When a grant was used last (None: never), and how many calls of its day were served."""

    at: datetime | None
    calls: int


def live_grants() -> QuerySet[Grant]:
    """Return the grants that may be used for real, with what a finding names."""
    found = (
        Grant.objects.open()
        .approved()
        .filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()),
            environment=Environment.LIVE,
            connection__live_at__isnull=False,
            connection__closed_at__isnull=True,
        )
    )
    return found.select_related("system__owner", "service__provider").order_by("pk")


def uses_of(grants: Iterable[Grant], *, day: date | None = None) -> dict[int, LastUse]:
    """Return by grant when it was used last up to *day* (today), and its calls of that day; two queries."""
    places = {(grant.system_id, grant.service.code, grant.environment): grant.pk for grant in grants}
    until = day or clock.today()
    rows = UseDay.objects.filter(system_id__in={place[0] for place in places}, day__lte=until, admitted__gt=0)
    grouped = rows.order_by().values_list("system_id", "service", "environment")
    last = {place: at for *place_, at in grouped.annotate(at=Max("last_at")) if (place := _place(place_)) in places}
    today = grouped.filter(day=until).annotate(calls=Sum("admitted"))
    calls = {place: count for *place_, count in today if (place := _place(place_)) in places}
    return {pk: LastUse(last.get(place), calls.get(place, 0)) for place, pk in places.items()}


def _day(look: Look) -> date:
    return look.until.astimezone(clock.VIETNAM).date()


def _place(parts: list[object]) -> _Place:
    return parts[0], parts[1], parts[2]  # type: ignore[return-value]


def volume(look: Look) -> Found:
    """Find grants used far more than their agency declared, on the day the window ends."""
    declared = ExpectedUse.objects.filter(daily_calls__isnull=False, grant__in=live_grants())
    said = {grant: calls for grant, calls in declared.values_list("grant_id", "daily_calls") if calls}
    grants = list(live_grants().filter(pk__in=said))
    text = _("%(calls)s lượt gọi trong ngày %(day)s, bằng %(n)s%% mức khai báo %(said)s lượt.")
    return _against(look, grants, said, text)


def quota(look: Look) -> Found:
    """Find grants whose quota of the day is nearly used."""
    grants = list(live_grants())
    text = _("%(calls)s lượt gọi trong ngày %(day)s, bằng %(n)s%% hạn mức %(said)s lượt.")
    return _against(look, grants, {grant.pk: grant.daily_quota for grant in grants}, text)


def _against(look: Look, grants: list[Grant], said: dict[int, int], text: str) -> Found:
    day, made = _day(look), []
    uses = uses_of(grants, day=day)
    for grant in grants:
        use, floor = uses[grant.pk], said[grant.pk]
        share = 100 * use.calls / floor
        if use.calls < look.rule.least or share < look.rule.threshold or use.at is None:
            continue
        values = {"calls": number(use.calls), "day": f"{day:%d/%m/%Y}", "n": number(int(share)), "said": number(floor)}
        made.append(_finding(grant, text % values, int(share), clock.start_of(day), use.at, use.calls))
    return found(sorted(made, key=lambda item: -item.value))


def silence(look: Look) -> Found:
    """Find grants with a declared cadence that nobody used for longer than it and the grace of the rule (QC7.5)."""
    cadences = dict(ExpectedUse.objects.exclude(cadence=Cadence.NONE).values_list("grant_id", "cadence"))
    grants = list(live_grants().filter(pk__in=cadences))
    uses, calendar, made = uses_of(grants, day=_day(look)), work_calendar(), []
    for grant in grants:
        since = uses[grant.pk].at or grant.opened_at
        late = days_late(cadences[grant.pk], since, look.until, calendar)
        if late < max(look.rule.threshold, 1):
            continue
        text = _("Không có lượt gọi nào từ %(when)s; nhịp khai báo: %(cadence)s.")
        if uses[grant.pk].at is None:
            text = _("Chưa có lượt gọi nào từ khi cấp quyền lúc %(when)s; nhịp khai báo: %(cadence)s.")
        when = f"{since.astimezone(clock.VIETNAM):%H:%M %d/%m/%Y}"
        values = {"when": when, "cadence": str(Cadence(cadences[grant.pk]).label).lower()}
        made.append(_finding(grant, text % values, late, since, look.until, 0))
    return found(sorted(made, key=lambda item: -item.value))


def days_late(cadence: str, since: datetime, now: datetime, calendar: WorkCalendar) -> int:
    """Return by how many days the next call is late: working days for a daily cadence, else days; 0 when it is not."""
    first, last = since.astimezone(clock.VIETNAM).date(), now.astimezone(clock.VIETNAM).date()
    if cadence == Cadence.DAILY:
        # The day itself is not over: it counts from tomorrow on.
        passed = [first + timedelta(days=step) for step in range(1, min((last - first).days, 400))]
        return sum(calendar.is_working_day(day) for day in passed)
    return max((last - first).days - _PERIODS[Cadence(cadence)], 0)


def _finding(grant: Grant, text: str, value: float, first: datetime, last: datetime, calls: int) -> Finding:
    return Finding(
        subject_kind=SubjectKind.GRANT,
        subject_id=grant.code,
        label=_("%(system)s gọi %(service)s") % {"system": grant.system, "service": grant.service},
        summary=text,
        value=value,
        calls=calls,
        first_at=first,
        last_at=last,
        service_id=grant.service_id,
        system_id=grant.system_id,
        agency_id=grant.system.owner_id,
    )
