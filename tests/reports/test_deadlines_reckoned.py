"""Deadlines counted by the database are what each step by itself, reckoned one by one, says."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest

from accounts.models import Agency, DayOff, MakeUpDay, User
from accounts.selectors.calendar import work_calendar
from catalog.models import InformationSystem, Purpose
from connections.choices import Step
from connections.models import Clock, ClockPause, ConnectionRequest
from core.clock import VIETNAM
from core.workdays import Pause, WorkCalendar
from reports.queries.deadlines import Standings, standings
from reports.queries.window import Window
from tests.reports.register_draw import Draw

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC10.2", "QC14.5")]
SINCE, UNTIL = datetime(2026, 10, 1, tzinfo=VIETNAM), datetime(2026, 11, 1, tzinfo=VIETNAM)
#: Midnight, mid-day, and the edges of working and closing hours.
HOURS = (time(0), time(7, 30), time(9, 14, 3, 7), time(12), time(16, 30), time(16, 30, 0, 1), time(23, 59, 59, 1))


def one_by_one(window: Window) -> Standings:
    """Return the standings of *window* as one step after the other tells them."""
    found, calendar = Standings(), work_calendar()
    for item in Clock.objects.select_related("request").prefetch_related("pauses"):
        ended = item.ended_at if item.ended_at is not None and item.ended_at < window.until else None
        if item.request.submitted_at is None or (ended or window.until) < window.since:
            continue
        if ended is None and item.started_at >= window.until:
            continue
        standing = standing_of(item, ended, window.until, calendar)
        found.by_term.setdefault((item.step, item.amount, item.unit, item.statutory), Counter())[standing] += 1
        found.by_agency.setdefault(item.request.agency_id, Counter())[standing] += 1
        if ended is not None:
            found.finished[on(ended), standing == "late"] += 1
    return found


def standing_of(item: Clock, ended: datetime | None, until: datetime, calendar: WorkCalendar) -> str:
    """Return how one step stood at *until*."""
    spans = list(spans_of(item, until))
    if ended is None and any(end is None for _start, end in spans):
        return "paused"
    due = item.due_by([Pause(start, end or ended) for start, end in spans], calendar)
    assert due is not None
    if ended is None:
        return "running" if until <= due else "overdue"
    if ended > due:
        return "late"
    return "early" if on(ended) < on(due) else "on_time"


def spans_of(item: Clock, until: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Give the pauses of a step that had begun by *until*, open where they lasted."""
    for pause in item.pauses.all():
        if pause.started_at < until:
            yield pause.started_at, pause.ended_at if pause.ended_at and pause.ended_at < until else None


def on(moment: datetime) -> date:
    """Return the day of a moment in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def moment(draw: Draw) -> datetime:
    """Return an edge of the window, the microsecond before it, or an hour that matters of a day around it."""
    if draw.chance.random() < 0.2:
        return draw.moment()
    day = on(draw.edges[0]) + timedelta(days=draw.chance.randrange(-30, 45))
    return datetime.combine(day, draw.chance.choice(HOURS), tzinfo=VIETNAM)


def days_off(draw: Draw) -> None:
    """Enter days off and make-up days around the window."""
    days = [on(SINCE) + timedelta(days=number) for number in draw.chance.sample(range(-30, 60), 20)]
    DayOff.objects.bulk_create(DayOff(date=day, name="Nghỉ", kind="other", source="kiểm thử") for day in days[:14])
    MakeUpDay.objects.bulk_create(MakeUpDay(date=day, name="Làm bù", source="kiểm thử") for day in days[14:])


def steps(draw: Draw, requests: list[ConnectionRequest], count: int) -> None:
    """Write *count* steps under terms of every unit, with and without hour of closing, and up to three pauses each."""
    choice, made, pauses = draw.chance.choice, [], []
    for number in range(count):
        started = moment(draw)
        ended = choice((None, max(started, moment(draw)), max(started, moment(draw))))
        made.append(
            Clock(
                request=requests[number // 2],
                step=Step.values[number % 2],
                unit=choice(("working_day", "working_day", "calendar_day", "hour", "working_hour")),
                amount=choice((1, 2, 5, 10)),
                statutory=choice((True, False)),
                basis="Hạn nội bộ",
                cutoff=choice((None, time(16, 30))),
                started_at=started,
                ended_at=ended,
            )
        )
    made = Clock.objects.bulk_create(made)
    for item in made:
        begins, last = item.started_at, item.ended_at or UNTIL + timedelta(days=9)
        for _turn in range(choice((0, 0, 1, 2, 3))):
            begins = max(begins, moment(draw))
            if begins > last:
                break
            over = min(last, begins + choice((timedelta(0), timedelta(hours=3), timedelta(days=4, hours=5))))
            pauses.append(ClockPause(clock=item, started_at=begins, ended_at=over, reason="Chờ"))
            begins = over
        if item.ended_at is None and choice((True, False, False)):
            pauses.append(ClockPause(clock=item, started_at=max(begins, moment(draw)), reason="Chờ"))
    ClockPause.objects.bulk_create(pauses)


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 300), *(pytest.param(seed, 3_000, marks=pytest.mark.heavy) for seed in range(2, 12))]
)
def test_steps_counted_together_stand_as_each_by_itself(
    seed: int, count: int, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    draw = Draw(random.Random(seed), [SINCE, UNTIL])
    bodies = [agency(f"H60.5{number}") for number in range(4)]
    officer = person("nguoi@lgsp.example", bodies[0])
    purpose = Purpose.objects.create(code="thu-tuc", title="Thủ tục", source="kiểm thử")
    days_off(draw)
    owner = bodies[0]
    system = InformationSystem.objects.create(
        code="H60.HT1", code_base="H60", code_number=1, name="Hệ thống", owner=owner, operating_unit=owner
    )
    requests = ConnectionRequest.objects.bulk_create(
        ConnectionRequest(
            number=f"HS-{number}" if number % 10 else "",
            kind="change",
            agency=draw.chance.choice(bodies),
            system=system,
            purpose=purpose,
            created_by=officer,
            created_at=SINCE,
            changed_at=SINCE,
            submitted_at=SINCE if number % 10 else None,
            state="live" if number % 10 else "draft",
        )
        for number in range(count // 2)
    )
    steps(draw, requests, count)
    window = Window(SINCE, UNTIL)
    wanted = one_by_one(window)
    assert standings(window) == wanted
    seen: Counter[str] = sum(wanted.by_term.values(), Counter())
    assert set(seen) == {"early", "on_time", "late", "running", "overdue", "paused"}
    cut = Window(SINCE + timedelta(days=5), SINCE + timedelta(days=17, hours=9, minutes=14))
    assert standings(cut) == one_by_one(cut)
