"""Every figure of a report equals what SQL over the raw rows says, whatever comes late or at midnight."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Agency
from audit.services.rollups import roll_up
from connections.models import Grant
from core.charts import Chart
from core.clock import VIETNAM
from reports.choices import Kind
from reports.comparing import windows
from reports.content.assembling import sections
from reports.content.figures import Section
from reports.periods import Period
from reports.queries.window import Window
from tests.reports.raw_calls import Call, Raw, edges, half_up, made_up, midnights, raw, write
from tests.reports.register_counts import counted
from tests.reports.register_draw import Draw
from tests.reports.register_rows import fill
from tests.reports.register_tables import listed
from tests.reports.yearly_counts import yearly_counted, yearly_rows
from tests.reports.yearly_rows import fill_yearly

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC7.5", "QC11.7", "QC14.5", "Q50-7.3")]
CALENDAR: Any
MID_MONTH: Any
CUSTOM: Any
# Codes of closing rules.
CALENDAR, MID_MONTH, CUSTOM = "calendar", "mid_month", "custom"
MONTH = Period(Kind.MONTH, CALENDAR, date(2026, 10, 1), date(2026, 10, 31))
PERIODS = {
    "month": (MONTH, None),
    "running": (MONTH, datetime(2026, 10, 20, 13, 7, 31, 500_000, tzinfo=VIETNAM)),
    "mid-month": (Period(Kind.MONTH, MID_MONTH, date(2026, 9, 15), date(2026, 10, 14)), None),
    "quarter": (Period(Kind.QUARTER, MID_MONTH, date(2026, 6, 15), date(2026, 9, 14)), None),
    "leap days": (Period(Kind.AD_HOC, CUSTOM, date(2028, 2, 20), date(2028, 2, 29)), None),
    "year": (Period(Kind.YEAR, CALENDAR, date(2026, 1, 1), date(2026, 12, 31)), None),
}


def figures(found: tuple[Section, ...]) -> dict[str, Any]:
    """Return the figures of *found* by code."""
    return {figure.code: figure for section in found for figure in section.figures}


def table(found: tuple[Section, ...], code: str) -> list[tuple[Any, ...]]:
    """Return the rows of one table."""
    return [row for section in found for one in section.tables if one.code == code for row in one.rows]


def chart(found: tuple[Section, ...], code: str) -> Chart:
    """Return one chart."""
    return next(one for section in found for one in section.charts if one.code == code)


def percent(part: int, whole: int) -> float | None:
    """Return a share as reports round it."""
    return half_up(Decimal(part * 100) / whole) if whole else None


def expected(span: Window) -> dict[str, Any]:
    """Return the figures of calls of one span from the raw rows."""
    got = raw(span.since, span.until)[0]
    return {
        "calls_total": got.calls,
        "calls_success": got.success,
        "calls_success_rate": percent(got.success, got.calls),
        "calls_consumer": got.consumer,
        "calls_provider": got.provider,
        "calls_platform": got.platform,
        "calls_unfinished": got.unfinished,
        "agencies_calling": got.agencies,
        "services_called": got.services,
        "calls_refused": got.refused,
        "calls_refused_rate": percent(got.refused, got.calls),
        "calls_p50": got.quantile(0.5),
        "calls_p95": got.quantile(0.95),
        "calls_mean": got.mean,
        "calls_over_30_s": got.over,
        "calls_over_30_s_rate": percent(got.over, got.ended),
    }


def shares(found: dict[Any, Raw]) -> list[tuple[Any, ...]]:
    """Return rows of a table of shares: key, calls, success, share, faults by side."""
    rows = []
    for key, one in found.items():
        names = key if isinstance(key, tuple) else (key,)
        sides = (one.consumer, one.provider, one.platform)
        rows.append((*names, one.calls, one.success, percent(one.success, one.calls), *sides))
    return sorted(rows)


def check(period: Period, until: datetime | None = None) -> tuple[Section, ...]:
    """Make the sections of *period* and compare each figure, table and chart of calls with the raw rows."""
    moment = until or period.until
    span, others = Window(period.since, moment), windows(period, moment)
    found = sections(span, others)
    got = figures(found)
    for place, one in (("value", span), ("previous", others.previous), ("last_year", others.last_year)):
        wanted = expected(one)
        assert {code: getattr(got[code], place) for code in wanted} == wanted, place
    inside = (span.since, span.until)
    assert sorted(row[1:] for row in table(found, "use_by_service")) == shares(raw(*inside, "service"))
    assert sorted(row[1:] for row in table(found, "use_by_purpose")) == shares(raw(*inside, "purpose"))
    by_agency = raw(*inside, "agency_code, agency_id")
    assert sorted(row[1:] for row in table(found, "use_by_agency")) == sorted(
        (row[0], *row[2:]) for row in shares(by_agency)
    )
    refused = raw(*inside, "coalesce(nullif(reason, ''), 'verdict-' || lower(verdict))", "and verdict <> 'A'")
    assert sorted(row[1:] for row in table(found, "refusals")) == sorted(
        (key, one.calls) for key, one in refused.items()
    )
    assert sorted(row[1:] for row in table(found, "response_by_service")) == sorted(
        (key, one.ended, one.quantile(0.5), one.quantile(0.95), one.over)
        for key, one in raw(*inside, "service").items()
    )
    check_charts(found, span)
    for code in ("use_by_service", "use_by_agency", "use_by_purpose"):
        assert sum(row[2] for row in table(found, code)) == got["calls_total"].value
    return found


def check_charts(found: tuple[Section, ...], span: Window) -> None:
    """Compare the calls drawn along time with the raw rows, and the greatest services."""
    drawn, slow = chart(found, "calls_by_time"), chart(found, "over_30_s_by_time")
    shape = "day" if len(drawn.labels[0]) == 5 else "month"
    by_time = raw(span.since, span.until, shape)
    nothing = Raw(*(0,) * 12, ())
    rows = [by_time.get(label, nothing) for label in drawn.labels]
    assert drawn.series[0].values == tuple(one.success for one in rows)
    assert drawn.series[1].values == tuple(one.calls - one.success for one in rows)
    assert slow.series[0].values == tuple(one.over for one in rows)
    top = sorted((-one.calls, key) for key, one in raw(span.since, span.until, "service").items())[:10]
    assert chart(found, "top_services").series[0].values == tuple(-calls for calls, _key in top)


@pytest.fixture
def bodies(agency: Callable[..., Agency]) -> Callable[[date], list[Any]]:
    """Return five systems' owners; two bodies of one name are merged into a third after a day."""

    def make(last: date) -> list[Any]:
        stays, heir = agency("H60.31", name="Sở ở lại"), agency("H60.32", name="Sở kế thừa")
        gone = [agency(f"H60.4{n}", name="Sở cũ", valid_to=last, successor=heir) for n in (1, 2)]
        since = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=VIETNAM)
        never = datetime.max.replace(tzinfo=UTC)
        return [
            (stays, stays, never),
            (heir, heir, never),
            *((one, heir, since) for one in gone),
            (stays, heir, since),
        ]

    return make


def sum_all() -> None:
    """Sum until nothing is left: a run that finds more than it has time for leaves the rest to the next one."""
    while roll_up():
        pass


def rehearse(name: str, seed: int, count: int, bodies: Callable[[date], list[Any]]) -> None:
    """Let calls come, some of them and some of their ends late, and check the report each time."""
    period, until = PERIODS[name]
    draw = random.Random(seed)
    others = windows(period, until or period.until)
    spans = [Window(period.since, until or period.until), others.previous, others.last_year]
    moments = [edge for span in spans for edge in edges(span.since, span.until)]
    moments += [
        edge for span in spans for edge in edges(*midnights(span.since, span.until, draw, 2)) if edge < span.until
    ]
    for _ in range(count):
        span = draw.choice(spans)
        moments.append(
            span.since + timedelta(microseconds=draw.randrange((span.until - span.since) // timedelta(microseconds=1)))
        )
    draw.shuffle(moments)
    calls = made_up(draw, moments, bodies(period.start + (period.end - period.start) // 2))
    first, second, third = (
        calls[: len(calls) // 2],
        calls[len(calls) // 2 : len(calls) * 3 // 4],
        calls[len(calls) * 3 // 4 :],
    )
    write(first)
    write(second, ends=False)
    sum_all()
    check(period, until)
    write(second, begins=False)
    write(third)
    sum_all()
    found = check(period, until)
    assert roll_up() == 0
    merged = [row for row in table(found, "use_by_agency") if row[1] in ("H60.41", "H60.42")]
    assert merged
    assert all("cơ quan kế thừa: Sở kế thừa" in row[0] for row in merged)


@pytest.mark.parametrize(("name", "seed"), [("month", 1), ("running", 2), ("quarter", 3), ("leap days", 4)])
def test_every_figure_of_calls_is_what_the_raw_rows_say(
    name: str, seed: int, bodies: Callable[[date], list[Any]]
) -> None:
    rehearse(name, seed, 90, bodies)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(10, 15))
@pytest.mark.parametrize("name", sorted(PERIODS))
def test_every_figure_of_calls_is_what_many_raw_rows_say(
    name: str, seed: int, bodies: Callable[[date], list[Any]]
) -> None:
    rehearse(name, seed, 3_000, bodies)


@pytest.mark.parametrize(
    ("name", "seed", "count"),
    [
        ("month", 21, 24),
        ("running", 22, 24),
        *(pytest.param(name, seed, 300, marks=pytest.mark.heavy) for name in sorted(PERIODS) for seed in (31, 32)),
    ],
)
def test_every_other_figure_is_what_its_table_says(
    name: str, seed: int, count: int, bodies: Callable[[date], list[Any]], person: Callable[..., Any]
) -> None:
    period, until = PERIODS[name]
    others = windows(period, until or period.until)
    now = Window(period.since, until or period.until)
    spans = {"value": now, "previous": others.previous, "last_year": others.last_year}
    owners = bodies(period.start + timedelta(days=3))
    agencies = list({one.pk: one for pair in owners for one in pair[:2]}.values())
    people = [person(f"nguoi-{n}@lgsp.example", agencies[0]) for n in (1, 2)]
    draw = Draw(random.Random(seed), [edge for span in spans.values() for edge in (span.since, span.until)])
    fill(draw, agencies, people, count)
    fill_yearly(draw, agencies, people, count)
    write(_used(draw))
    sum_all()
    told = sections(spans["value"], others)
    got = figures(told)
    for place, span in spans.items():
        wanted = counted(span.since, span.until) | yearly_counted(span.since, span.until)
        assert {code: getattr(got.get(code), place, None) for code in wanted} == wanted, place
        # Whatever figure is added, its count is added here or above; a part without any says nothing.
        assert set(got) | {code for code in wanted if wanted[code] is None} == set(wanted) | set(expected(span))
    for code, (columns, rows) in listed(now.since, now.until).items():
        assert sorted((tuple(row[n] for n in columns) for row in table(told, code)), key=repr) == rows, code
    for code, rows in yearly_rows(now.since, now.until).items():
        known = not code.startswith("funding") or "funding_allowed" in got
        assert sorted(table(told, code), key=repr) == (rows if known else []), code


def _used(draw: Draw) -> list[Call]:
    """Return calls of some of the grants, which are made as the log of calls names them."""
    grants = list(Grant.objects.filter(environment="live").select_related("service").order_by("pk"))
    nobody = Agency(pk=0, code="")
    calls = made_up(draw.chance, [draw.moment() for _ in grants[::2]], [(nobody, nobody, draw.edges[0])])
    for n, (call, grant) in enumerate(zip(calls, grants[::2], strict=True)):
        call.intent.update(system_id=grant.system_id, service=grant.service.code, verdict="AAQ"[n % 3])
        # What was refused before anyone was known may stand for many calls; these callers are known.
        call.intent.update(refused=False, calls=1)
    return calls
