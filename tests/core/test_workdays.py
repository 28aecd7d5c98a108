"""Working days: the table of known cases, and what must hold for every calendar."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import VIETNAM
from core.workdays import END_OF_DAY, Pause, Term, Unit, WorkCalendar, due, due_with_pauses, remaining

OFF_2026 = [
    (1, 1),
    (2, 16),
    (2, 17),
    (2, 18),
    (2, 19),
    (2, 20),
    (4, 27),
    (4, 30),
    (5, 1),
    (8, 31),
    (9, 1),
    (9, 2),
    (11, 24),
]
Y2026 = WorkCalendar(frozenset(date(2026, month, day) for month, day in OFF_2026), frozenset({date(2026, 8, 22)}))
DAYS = st.dates(date(2025, 6, 1), date(2028, 6, 1))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(VIETNAM))  # noqa: DTZ001
COUNTS = st.integers(1, 60)
TERMS = st.builds(Term, COUNTS, st.sampled_from(["working_day", "calendar_day", "hour", "working_hour"]))
CALENDARS = st.builds(
    WorkCalendar,
    st.frozensets(DAYS, max_size=60),
    st.frozensets(DAYS, max_size=10),
    st.sampled_from([(5, 6), (6,), ()]),
)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


def pauses(*pairs: tuple[str, str]) -> list[Pause]:
    return [Pause(at(begins), at(ends) if ends else None) for begins, ends in pairs]


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 8, 21), True),
        (date(2026, 8, 22), True),  # make-up Saturday
        (date(2026, 8, 29), False),
        (date(2026, 8, 31), False),  # taken off in exchange
        (date(2026, 9, 3), True),
        (date(2026, 11, 24), False),
        (date(2026, 2, 15), False),
        (date(2026, 2, 23), True),
    ],
)
def test_days_worked(day: date, worked: bool) -> None:
    assert Y2026.is_working_day(day) is worked


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2026, 8, 21), 1, date(2026, 8, 22)),
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 2, 13), 1, date(2026, 2, 23)),
        (date(2026, 11, 23), 1, date(2026, 11, 25)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 8, 31), 0, date(2026, 8, 31)),
    ],
)
def test_working_days_added(start: date, n: int, expected: date) -> None:
    assert Y2026.add_working_days(start, n) == expected


@pytest.mark.parametrize(
    ("start", "amount", "unit", "cutoff", "expected"),
    [
        ("13/03/2026 16:30", 1, "working_day", None, "16/03/2026"),
        ("13/03/2026 16:30", 1, "working_day", time(16), "17/03/2026"),
        ("13/03/2026 16:00", 1, "working_day", time(16), "16/03/2026"),
        ("14/03/2026 09:00", 1, "working_day", None, "16/03/2026"),
        ("14/03/2026 09:00", 1, "working_day", time(16), "17/03/2026"),
        ("28/08/2026 10:00", 2, "working_day", None, "04/09/2026"),
        ("21/08/2026 10:00", 2, "working_day", None, "24/08/2026"),
        ("23/11/2026 08:00", 2, "working_day", None, "26/11/2026"),
        ("11/02/2026 08:00", 5, "calendar_day", None, "23/02/2026"),  # ends on Mùng một, moves past Tết
        ("17/08/2026 08:00", 5, "calendar_day", None, "22/08/2026"),  # a make-up Saturday is a day to end on
        ("02/03/2026 08:00", 5, "calendar_day", None, "09/03/2026"),  # Saturday moves to Monday
    ],
)
def test_terms_in_days(start: str, amount: int, unit: Unit, cutoff: time | None, expected: str) -> None:
    ends = due(at(start), Term(amount, unit), Y2026, cutoff=cutoff, day_end=time(17))
    assert ends == at(f"{expected} 17:00")


def test_hours_run_round_the_clock_over_tet() -> None:
    assert due(at("14/02/2026 22:15"), Term(72, "hour"), Y2026, cutoff=time(16)) == at("17/02/2026 22:15")


@pytest.mark.parametrize(
    ("start", "hours", "held", "expected"),
    [
        ("09/11/2026 08:00", 2, [], "09/11/2026 10:00"),
        ("09/11/2026 10:30", 2, [], "09/11/2026 14:30"),  # over the midday break
        ("13/11/2026 16:30", 1, [], "16/11/2026 08:00"),  # over the weekend
        ("13/11/2026 18:00", 4, [], "16/11/2026 11:30"),  # after hours
        ("13/02/2026 16:00", 8, [], "23/02/2026 16:30"),  # over Tết
        ("21/08/2026 16:00", 2, [], "22/08/2026 08:30"),  # a make-up Saturday
        ("09/11/2026 08:00", 2, [("09/11/2026 09:00", "09/11/2026 14:00")], "09/11/2026 15:00"),
        ("09/11/2026 08:00", 2, [("09/11/2026 11:30", "")], "09/11/2026 10:00"),
        ("09/11/2026 08:00", 2, [("09/11/2026 09:00", "")], None),
    ],
)
def test_working_hours_run_only_while_offices_are_open(
    start: str, hours: int, held: list[tuple[str, str]], expected: str | None
) -> None:
    found = due_with_pauses(at(start), Term(hours, "working_hour"), pauses(*held), Y2026)
    assert found == (at(expected) if expected else None)


@pytest.mark.parametrize(("n", "expected"), [(-1, (8, 28)), (-2, (8, 27)), (0, (9, 3)), (1, (9, 4)), (-6, (8, 22))])
def test_days_are_shifted_both_ways(n: int, expected: tuple[int, int]) -> None:
    assert Y2026.shifted(date(2026, 9, 3), n) == date(2026, *expected)


def test_a_moment_elsewhere_is_read_on_the_vietnamese_clock() -> None:
    late_evening = datetime.fromisoformat("2026-03-12T23:30:00+00:00")
    assert due(late_evening, Term(1, "working_day"), Y2026).date() == date(2026, 3, 16)


def test_the_last_day_lasts_until_midnight_unless_said_otherwise() -> None:
    assert due(at("09/03/2026 08:00"), Term(1, "working_day"), Y2026).time() == END_OF_DAY


@pytest.mark.parametrize(
    ("term", "held", "expected"),
    [
        # received Monday 02/03, asked on Wednesday, answered on the Tuesday after: Tuesday is used, four days are left
        (Term(5, "working_day"), [("04/03/2026 10:00", "10/03/2026 09:00")], "16/03/2026"),
        (Term(5, "working_day"), [("04/03/2026 10:00", "04/03/2026 15:00")], "09/03/2026"),
        (Term(1, "working_day"), [("03/03/2026 16:00", "09/03/2026 16:55")], "10/03/2026"),
        (Term(1, "working_day"), [("05/03/2026 08:00", "09/03/2026 08:00")], "03/03/2026"),
        (Term(5, "calendar_day"), [("04/03/2026 10:00", "10/03/2026 09:00")], "16/03/2026"),
        (
            Term(5, "working_day"),
            [("04/03/2026 10:00", "10/03/2026 09:00"), ("09/03/2026 10:00", "12/03/2026 09:00")],
            "18/03/2026",
        ),
    ],
)
def test_pauses_do_not_count(term: Term, held: list[tuple[str, str]], expected: str) -> None:
    ends = due_with_pauses(at("02/03/2026 09:00"), term, pauses(*held), Y2026, day_end=time(17))
    assert ends == at(f"{expected} 17:00")


def test_a_pause_over_tet() -> None:
    held = pauses(("12/02/2026 09:00", "24/02/2026 09:00"))
    assert due_with_pauses(at("11/02/2026 09:00"), Term(2, "working_day"), held, Y2026) == at(
        "26/02/2026 23:59"
    ) + timedelta(seconds=59)


def test_a_last_day_moved_on_may_meet_a_pause() -> None:
    held = pauses(("09/03/2026 08:00", "12/03/2026 08:00"))
    ends = due_with_pauses(at("02/03/2026 09:00"), Term(5, "calendar_day"), held, Y2026, day_end=time(17))
    assert ends == at("13/03/2026 17:00")


def test_an_open_pause_has_no_end_unless_the_term_ended_before_it() -> None:
    start, term = at("02/03/2026 09:00"), Term(3, "working_day")
    assert due_with_pauses(start, term, pauses(("04/03/2026 09:00", "")), Y2026) is None
    assert due_with_pauses(start, term, pauses(("06/03/2026 09:00", "")), Y2026) == due(start, term, Y2026)
    assert due_with_pauses(start, Term(72, "hour"), pauses(("03/03/2026 09:00", "")), Y2026) is None
    assert due_with_pauses(start, Term(2, "hour"), pauses(("03/03/2026 09:00", "")), Y2026) == at("02/03/2026 11:00")


def test_paused_hours_are_added_once_however_pauses_overlap() -> None:
    held = pauses(("02/03/2026 12:00", "02/03/2026 14:00"), ("02/03/2026 10:00", "02/03/2026 13:00"))
    assert due_with_pauses(at("02/03/2026 09:00"), Term(4, "hour"), held, Y2026) == at("02/03/2026 17:00")


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("28/08/2026 09:00", 1),
        ("03/09/2026 09:00", 0),
        ("03/09/2026 18:00", -1),
        ("05/09/2026 09:00", -1),
        ("08/09/2026 09:00", -3),
    ],
)
def test_remaining(now: str, left: int) -> None:
    assert remaining(at(now), at("03/09/2026 17:00"), Y2026) == left


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="working day"):
        WorkCalendar(weekend=tuple(range(7)))
    with pytest.raises(ValueError, match="forward"):
        Y2026.add_working_days(date(2026, 1, 5), -1)
    with pytest.raises(ValueError, match="at least one"):
        Term(0, "hour")
    with pytest.raises(ValueError, match="ends after"):
        Pause(at("02/03/2026 09:00"), at("02/03/2026 08:00"))
    with pytest.raises(ValueError, match="time zone"):
        due(at("02/03/2026 09:00").replace(tzinfo=None), Term(1, "hour"), Y2026)


@given(CALENDARS, DAYS, COUNTS)
def test_adding_and_counting_are_inverse(calendar: WorkCalendar, start: date, n: int) -> None:
    ends = calendar.add_working_days(start, n)
    assert calendar.is_working_day(ends)
    assert calendar.working_days_between(start, ends) == n
    assert calendar.working_days_between(ends, start) == -n


@given(CALENDARS, MOMENTS, MOMENTS, TERMS, st.sampled_from([None, time(16), time(11, 30)]))
def test_who_comes_later_is_due_no_earlier(
    calendar: WorkCalendar, one: datetime, other: datetime, term: Term, cutoff: time | None
) -> None:
    first, second = sorted([one, other])
    assert due(first, term, calendar, cutoff=cutoff) <= due(second, term, calendar, cutoff=cutoff)


@given(CALENDARS, MOMENTS, TERMS)
def test_a_longer_term_ends_no_earlier(calendar: WorkCalendar, start: datetime, term: Term) -> None:
    assert due(start, term, calendar) <= due(start, Term(term.amount + 1, term.unit), calendar)


@given(CALENDARS, MOMENTS, TERMS, st.lists(st.tuples(MOMENTS, MOMENTS), max_size=3))
def test_a_pause_never_brings_a_deadline_forward(
    calendar: WorkCalendar, start: datetime, term: Term, spans: list[tuple[datetime, datetime]]
) -> None:
    held = [Pause(*sorted(span)) for span in spans]
    ends = due_with_pauses(start, term, held, calendar)
    assert ends is not None
    assert ends >= due(start, term, calendar)
    if term.unit != "hour":
        assert calendar.is_working_day(ends.date())
