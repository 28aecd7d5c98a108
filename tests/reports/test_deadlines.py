"""How steps kept their deadlines, and which dossiers a period counts (QC10; decisions, 23)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import Agency, User
from connections.models import Clock, ClockPause, ConnectionRequest
from core.clock import VIETNAM
from reports.queries.agencies import agencies_then
from reports.queries.connections import coverage
from reports.queries.dossiers import StepRow, dossier_figures
from reports.queries.window import Window
from tests.connections.conftest import Chain

NOVEMBER = Window(datetime(2026, 11, 1, tzinfo=VIETNAM), datetime(2026, 12, 1, tzinfo=VIETNAM))


def day(number: int, hour: int = 9, month: int = 11) -> datetime:
    """Return a moment of 2026 on the Vietnamese clock."""
    return datetime(2026, month, number, hour, tzinfo=VIETNAM)


@pytest.fixture
def clocks(chain: Chain) -> Callable[..., Clock]:
    """Start the clock of a step of a sent dossier, with its pauses."""
    request = chain.submit()
    Clock.objects.all().delete()

    def make(
        step: str, started: datetime, ended: datetime | None = None, *pauses: tuple[datetime, datetime | None]
    ) -> Clock:
        made = Clock.objects.create(
            request=request,
            step=step,
            amount=5,
            unit="working_day",
            statutory=False,
            basis="Hạn nội bộ",
            started_at=started,
            ended_at=ended,
        )
        for begins, ends in pauses:
            ClockPause.objects.create(clock=made, started_at=begins, ended_at=ends, reason="Chờ cơ quan hoàn thiện")
        return made

    return make


def standing(window: Window = NOVEMBER) -> dict[str, str]:
    """Return for each step the one count that is not zero."""
    names = ("early", "on_time", "late", "running", "overdue", "paused")
    found: dict[str, str] = {}
    for row in dossier_figures(window).steps:
        counted = [name for name in names if getattr(row, name)]
        assert counted == counted[:1]
        found[row.step] = counted[0]
    return found


@pytest.mark.clause("QC10.2")
def test_each_step_stands_as_its_term_and_pauses_say(clocks: Callable[..., Clock]) -> None:
    # Five working days from Monday 2 November end on Monday the 9th. With the 4th to the 7th paused the 3rd, 9th,
    # 10th, 11th and 12th count.
    clocks("intake", day(2), day(9, 17))
    clocks("evaluation", day(2), day(10))
    clocks("completion", day(26))
    clocks("result", day(16))
    clocks("environment", day(2), None, (day(4), None))
    clocks("testing", day(2), day(12, 17), (day(4), day(7)))
    assert standing() == {
        "intake": "on_time",
        "evaluation": "late",
        "completion": "running",
        "result": "overdue",
        "environment": "paused",
        "testing": "on_time",
    }


def test_a_period_that_closed_before_something_happened_does_not_know_it(clocks: Callable[..., Clock]) -> None:
    clocks("intake", day(26), day(4, month=12))
    clocks("evaluation", day(2), day(4, month=12))
    clocks("result", day(2, month=12))
    clocks("completion", day(2), day(6), (day(3), day(6)))
    assert standing() == {"intake": "running", "evaluation": "overdue", "completion": "early"}
    later = Window(NOVEMBER.until, NOVEMBER.until + timedelta(days=31))
    assert set(standing(later)) == {"intake", "evaluation", "result"}


def test_terms_that_differ_stand_apart(clocks: Callable[..., Clock]) -> None:
    clocks("intake", day(2), day(3))
    other = clocks("evaluation", day(2), day(3))
    other.step, other.amount, other.statutory = "intake", 2, True
    other.save()
    assert dossier_figures(NOVEMBER).steps == (
        StepRow("intake", 2, "working_day", True, 1, 0, 0, 0, 0, 0),
        StepRow("intake", 5, "working_day", False, 1, 0, 0, 0, 0, 0),
    )


@pytest.mark.parametrize(
    ("sent", "live", "ended", "open_still"),
    [
        (day(5), None, None, 1),
        (day(5), day(20), None, 0),
        (day(5), day(2, month=12), None, 1),
        (day(5), None, day(20), 0),
        (day(5), None, day(2, month=12), 1),
        (day(2, month=12), None, None, 0),
        (datetime(2026, 11, 30, 23, 59, tzinfo=VIETNAM), None, None, 1),
    ],
)
def test_which_dossiers_are_open_at_the_end(
    chain: Chain, sent: datetime, live: datetime | None, ended: datetime | None, open_still: int
) -> None:
    request = chain.submit()
    request.submitted_at, request.live_at, request.ended_at = sent, live, ended
    request.save()
    found = dossier_figures(NOVEMBER)
    assert found.open == open_still
    assert found.submitted == (1 if sent < NOVEMBER.until else 0)
    assert found.put_live == (1 if live and live < NOVEMBER.until else 0)


def test_drafts_count_nowhere(chain: Chain) -> None:
    chain.draft()
    found = dossier_figures(NOVEMBER)
    assert (found.submitted, found.received, found.open, found.steps) == (0, 0, 0, ())
    assert ConnectionRequest.objects.count() == 1


@pytest.mark.clause("QC11.7")
def test_bodies_without_connection_are_those_that_exist_and_may_file(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    chain.live()
    agency("H60.80", may_file=False)
    agency("H60.81", valid_to=day(15).date())
    agency("H60.82", valid_to=day(30).date())
    agency("H60.83", valid_from=day(1, month=12).date())
    connection = chain.connection()
    connection.live_at = day(10)
    connection.save()

    def codes() -> set[str]:
        known = agencies_then(NOVEMBER)
        return {known[pk].code for pk in coverage(NOVEMBER).missing}

    assert codes() == {"H60.02", "H60.03", "H60.82"}
    connection.closed_at = day(20)
    connection.save()
    assert "H60.07" in codes()


def test_the_figures_take_the_same_queries_for_one_dossier_and_for_many(
    clocks: Callable[..., Clock], django_assert_num_queries: Callable[..., object]
) -> None:
    clocks("intake", day(2), day(3))
    with django_assert_num_queries(5):
        dossier_figures(NOVEMBER)
    for step in ("evaluation", "completion", "result", "environment", "testing"):
        clocks(step, day(2), day(12), (day(4), day(6)))
    with django_assert_num_queries(5):
        assert len(dossier_figures(NOVEMBER).steps) == 6
