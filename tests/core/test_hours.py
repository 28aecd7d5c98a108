"""Hours of the week: typed, kept, compared, asked at a moment."""

from datetime import datetime, timedelta

import pytest

from core.clock import VIETNAM
from core.hours import DAY, WEEK, inside, is_open, next_opening, read_hours, said, spans_of, week_of

MONDAY = datetime(2026, 11, 30, tzinfo=VIETNAM)
OFFICE = [{"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:30"}]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("T2-T6 07:00-17:30", OFFICE),
        ("t2 – t6: 7h-17h30", OFFICE),
        ("T2,T3,T4,T5,T6 7:00-12:00\nT2-T6 12:00-17:30", OFFICE),
        ("T7, CN 08:00-11:30", [{"days": [6, 7], "from": "08:00", "to": "11:30"}]),
        ("T2-CN 00:00-24:00", []),
        ("", []),
        # Over midnight: two spans, the second of the day after; Sunday's goes on on Monday.
        (
            "T4 22:00-06:00",
            [{"days": [3], "from": "22:00", "to": "24:00"}, {"days": [4], "from": "00:00", "to": "06:00"}],
        ),
        (
            "CN 22:00-06:00",
            [{"days": [1], "from": "00:00", "to": "06:00"}, {"days": [7], "from": "22:00", "to": "24:00"}],
        ),
        ("T2-T3 00:00-24:00", [{"days": [1, 2], "from": "00:00", "to": "24:00"}]),
    ],
)
def test_what_people_type_is_read_and_said_so_that_it_can_be_typed_again(text: str, spans: list[object]) -> None:
    found, wrong = read_hours(text)
    assert (found, wrong) == (spans, [])
    assert read_hours("\n".join(said(found))) == (found, [])
    assert spans_of(week_of(found)) == found


@pytest.mark.parametrize(
    "line",
    ["T8 07:00-08:00", "T6-T2 07:00-08:00", "T2 07:60-08:00", "T2 24:30-25:00", "T2 7-7", "07:00-17:30", "T2",
     "T2 7-8-9", "T2 24:00-06:00", "thứ hai 7:00-8:00", "T2 7:00"],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_an_example(line: str) -> None:
    found, wrong = read_hours(f"T2 07:00-08:00\n{line}")
    assert found == []
    assert len(wrong) == 1
    assert line in wrong[0]
    assert "T2-T6 07:00-17:30" in wrong[0]


def test_so_many_spans_and_no_more() -> None:
    assert read_hours("\n".join(["T2 7:00-8:00"] * 21))[1] == ["Tối đa 20 khung giờ"]


@pytest.mark.parametrize(
    ("day", "time", "is_in"),
    [
        (0, "06:59:59", False),
        (0, "07:00:00", True),
        (0, "17:29:59", True),
        (0, "17:30:00", False),
        (4, "12:00:00", True),
        (5, "12:00:00", False),
        (6, "23:59:59", False),
    ],
)
def test_the_first_minute_is_inside_and_the_last_is_not(day: int, time: str, is_in: bool) -> None:
    hour, minute, second = map(int, time.split(":"))
    at = MONDAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second)
    assert is_open(week_of(OFFICE), at) is is_in


def test_always_is_always_and_every_minute_agrees_with_the_next_opening() -> None:
    assert is_open((), MONDAY)
    for text in ("T2-T6 07:00-17:30", "CN 22:00-06:00", "T4 00:00-24:00", "T2-CN 08:00-08:01"):
        week = week_of(read_hours(text)[0])
        opened = [is_open(week, MONDAY + timedelta(minutes=minute)) for minute in range(WEEK)]
        assert sum(opened) == sum(end - begin for begin, end in week)
        for minute in range(0, WEEK, 7):
            if not opened[minute]:
                later = next(step for step in range(1, WEEK + 1) if opened[(minute + step) % WEEK])
                at = MONDAY + timedelta(minutes=minute, seconds=17)
                assert next_opening(week, at) == MONDAY + timedelta(minutes=minute + later)


def test_what_lies_inside_is_less_or_the_same() -> None:
    office, morning = week_of(OFFICE), week_of(read_hours("T2-T3 8:00-11:00")[0])
    assert inside(morning, office)
    assert inside(office, office)
    assert inside(office, ())
    assert not inside(office, morning)
    assert not inside((), office)
    assert not inside(week_of(read_hours("T2 6:59-8:00")[0]), office)


@pytest.mark.parametrize("spans", [[{"days": [1], "from": "08:00", "to": "08:00"}], [{"days": [1]}], [{"from": "1"}]])
def test_what_is_no_span_is_refused(spans: list[dict[str, object]]) -> None:
    with pytest.raises((KeyError, ValueError)):
        week_of(spans)


def test_a_day_has_its_minutes() -> None:
    assert WEEK == 7 * DAY
