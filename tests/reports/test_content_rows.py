"""A figure of a report leads to the list of its rows, narrowed to the period, for whoever may open it (QC7.5)."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from accounts.models import Agency
from audit.models import Fact
from core.actor import Actor, system_actor
from reports.choices import Kind
from reports.comparing import windows
from reports.content.assembling import sections
from reports.content.assessing import figures_of
from reports.content.figures import Section
from reports.periods import Period
from reports.queries.window import Window
from reports.web.rows import ROWS, Span, url_of
from tests.reports.register_draw import Draw
from tests.reports.register_rows import fill

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC7.5")]
CALENDAR: Any = "calendar"
OCTOBER = Period(Kind.MONTH, CALENDAR, date(2026, 10, 1), date(2026, 10, 31))
SPAN = Span(OCTOBER.since, OCTOBER.until, OCTOBER.start, OCTOBER.end)
# Lists that show other rows than the figure counts: how things stood then, or what a list cannot tell apart.
WIDER = {
    *("connections_live", "connections_suspended", "dossiers_open", "grants_in_force", "versions_published"),
    *("steps_on_time", "steps_early", "steps_late", "steps_on_time_rate"),
    *("steps_running", "steps_overdue", "steps_paused"),
    *("services_new", "incidents_open", "sharing_in_force", "sharing_expired"),
    *("data_errors_on_time", "data_errors_late", "data_errors_waiting", "data_errors_overdue"),
    *("grants_declared", "silent_now", "violations_open"),
}


@pytest.fixture
def found(agency: Callable[..., Agency], person: Callable[..., Any]) -> tuple[Section, ...]:
    """Return the sections of October over random registers."""
    bodies = [agency(f"H60.3{n}") for n in range(3)]
    people = [person(f"nguoi-{n}@lgsp.example", bodies[0]) for n in (1, 2)]
    # The platform was there before October: missing rows are zero.
    Fact.objects.create(at=datetime(2020, 1, 1, tzinfo=UTC), deed="agency.created", actor_kind="system")
    fill(Draw(random.Random(8), [OCTOBER.since, OCTOBER.until]), bodies, people, 16)
    return sections(Window(OCTOBER.since, OCTOBER.until), windows(OCTOBER, OCTOBER.until))


def listed(url: str, actor: Actor) -> int:
    """Return how many rows the list of staff at *url* has."""
    place = urlsplit(url)
    request = RequestFactory().get(place.path, dict(parse_qsl(place.query)))
    request.actor = actor  # type: ignore[attr-defined]
    request.user = None  # type: ignore[assignment]
    model_admin = resolve(place.path).func.model_admin  # type: ignore[attr-defined]
    return int(model_admin.get_changelist_instance(request).result_count)


def test_the_list_behind_a_figure_has_as_many_rows_as_it_counts(found: tuple[Section, ...]) -> None:
    actor, figures, counted = system_actor("Kiểm thử"), figures_of(found), 0
    for code, rows in ROWS.items():
        url = url_of(code, SPAN, actor)
        assert url, code
        if rows.page.endswith("_changelist"):
            count = listed(url, actor)
            if code not in WIDER:
                assert (code, count) == (code, figures[code].value)
                counted += 1
    assert counted > 30
    assert set(ROWS) - set(figures) == {"unconnected"}


def test_the_call_log_is_narrowed_to_the_period_and_has_no_link_beyond_its_days() -> None:
    actor = system_actor("Kiểm thử")
    assert (
        url_of("calls_total", SPAN, actor)
        == "/nha-phat-trien/nhat-ky/?since=2026-10-01&until=2026-10-31&environment=live"
    )
    longest = Span(SPAN.since, SPAN.until, SPAN.last - timedelta(days=91), SPAN.last)
    assert url_of("calls_total", longest, actor)
    longer = Span(SPAN.since, SPAN.until, SPAN.last - timedelta(days=92), SPAN.last)
    assert url_of("calls_total", longer, actor) == ""


@pytest.mark.clause("QC8.2")
def test_a_list_the_reader_may_not_open_is_not_linked() -> None:
    nobody = Actor(kind="person", user_id=1, agency_id=1, name="Kiểm thử", permissions=frozenset())
    assert {code for code in ROWS if url_of(code, SPAN, nobody)} == {
        "services_published",
        "agencies_bound",
        "unconnected",
    }
    assert url_of("calls_success_rate", SPAN, system_actor("Kiểm thử")) == ""


@pytest.mark.parametrize("code", ["incidents_opened", "data_errors_filed", "silences", "calls_total", "grants_unused"])
def test_lists_open_as_they_are_linked(
    agency: Callable[..., Agency], person: Callable[..., Any], signed_in: Callable[..., Client], code: str
) -> None:
    reader = person("doc@lgsp.example", agency("H60.02", is_operator=True), "inspector")
    page = signed_in(reader).get(url_of(code, SPAN, system_actor("Kiểm thử")))
    assert page.status_code == 200
