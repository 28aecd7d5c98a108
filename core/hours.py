"""Hours of a week on a Vietnamese clock: typed by people, kept as data, asked minute by minute.

A span is ``{"days": [1, …, 7], "from": "07:00", "to": "17:30"}``: Monday is 1, the end is no longer inside, the last
one of a day is 24:00. A span never runs over midnight: one typed as 22:00-06:00 becomes two, the second of the day
after. No spans (None) is always.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.clock import VIETNAM

Span = Mapping[str, Any]
# Minutes of a week, Monday 00:00 is 0: starts and ends by turns, apart from each other and in order.
Week = tuple[tuple[int, int], ...]
DAY, WEEK = 24 * 60, 7 * 24 * 60
MOST_SPANS = 20
_NAMES = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_ENGLISH = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_TIME = re.compile(r"([01]?[0-9]|2[0-4])(?:[:hg.]([0-5][0-9])?)?")
_LINE = re.compile(r"\s*(?P<days>\S.*?)\s*[,:]?\s+(?P<from>[0-9][0-9:hg.]*)\s*[-–]\s*(?P<to>[0-9][0-9:hg.]*)\s*")


def read_hours(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the spans of *text*, one or several days and a span a line, and what is wrong, in Vietnamese.

    ``T2-T6 07:00-17:30`` and ``T7, CN 8h-11h30`` are read, diacritics and case do not matter. All the week is [].
    """
    found: list[tuple[int, int]] = []
    wrong: list[str] = []
    lines = [line for line in text.replace(";", "\n").splitlines() if line.strip()]
    for line in lines[:MOST_SPANS]:
        read = _read_line(line)
        found += read
        if not read:
            shown = line.strip() if len(line) <= 60 else f"{line.strip()[:60]}…"
            wrong.append(
                _("«%(line)s» chưa đọc được. Ghi dạng T2-T6 07:00-17:30, mỗi khung một dòng") % {"line": shown}
            )
    if len(lines) > MOST_SPANS:
        wrong.append(_("Tối đa %(n)s khung giờ") % {"n": MOST_SPANS})
    return ([] if wrong else spans_of(_merged(found))), wrong[:5]


def _read_line(line: str) -> list[tuple[int, int]]:
    """Return the minutes a line means; none when it cannot be read. An end not after its start is the next day's."""
    match = _LINE.fullmatch(line)
    if match is None:
        return []
    days, begin, end = _read_days(match["days"]), _read_time(match["from"]), _read_time(match["to"])
    if not days or begin is None or end is None or begin in (end, DAY):
        return []
    length = end - begin if end > begin else end + DAY - begin
    return [((day - 1) * DAY + begin, (day - 1) * DAY + begin + length) for day in days]


def _read_time(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    minutes = int(match[1]) * 60 + int(match[2] or 0)
    return minutes if minutes <= DAY else None


def _read_days(text: str) -> list[int]:
    """Return the weekdays of ``T2-T6, CN``; none when something is no day."""
    days: set[int] = set()
    for part in re.sub(r"\s*[-–]\s*", "-", text).replace(",", " ").split():
        first, _mark, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        if not begin or not end or begin > end:
            return []
        days.update(range(begin, end + 1))
    return sorted(days)


def _day(text: str) -> int:
    named = text.strip().upper()
    return _NAMES.index(named) + 1 if named in _NAMES else 0


def week_of(spans: Iterable[Span] | None) -> Week:
    """Return the minutes of *spans*, merged; () for always. Raises KeyError, ValueError for what is no span."""
    minutes: list[tuple[int, int]] = []
    for span in spans or ():
        begin, end = _read_time(span["from"]), _read_time(span["to"])
        if begin is None or end is None or begin >= end:
            raise ValueError("a span begins before it ends, on one day")
        minutes += [((int(day) - 1) * DAY + begin, (int(day) - 1) * DAY + end) for day in span["days"]]
    week = _merged(minutes)
    return () if week == ((0, WEEK),) else week


def _merged(minutes: Iterable[tuple[int, int]]) -> Week:
    """Return spans in order, those that touch made one; what runs over Sunday's midnight goes on on Monday."""
    parts: list[tuple[int, int]] = []
    for begin, end in minutes:
        parts += [(begin, end)] if end <= WEEK else [(begin, WEEK), (0, end - WEEK)]
    found: list[tuple[int, int]] = []
    for begin, end in sorted(parts):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def spans_of(week: Week) -> list[dict[str, Any]]:
    """Return the minutes as spans, days of like hours together; [] for all the week."""
    if week == ((0, WEEK),):
        return []
    days: dict[tuple[int, int], list[int]] = {}
    for begin, end in week:
        for day in range(begin // DAY, (end - 1) // DAY + 1):
            hours = max(begin - day * DAY, 0), min(end - day * DAY, DAY)
            days.setdefault(hours, []).append(day + 1)
    ordered = sorted(days.items(), key=lambda item: (item[1][0], item[0]))
    return [{"days": on, "from": _clock(begin), "to": _clock(end)} for (begin, end), on in ordered]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def inside(inner: Week, outer: Week) -> bool:
    """Return whether every minute of *inner* is one of *outer*; () is always."""
    if not outer:
        return True
    return bool(inner) and all(any(begin <= first and last <= end for begin, end in outer) for first, last in inner)


def minute_of_week(at: datetime) -> int:
    """Return the minute of the Vietnamese week that *at* (aware) lies in."""
    local = at.astimezone(VIETNAM)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def is_open(week: Week, at: datetime) -> bool:
    """Return whether *at* lies in *week*."""
    if not week:
        return True
    minute = minute_of_week(at)
    place = bisect_right(week, (minute, WEEK)) - 1
    return place >= 0 and minute < week[place][1]


def opened_at(week: Week, at: datetime) -> datetime | None:
    """Return when the span of *week* began that *at* lies in, on a Vietnamese clock; None when it lies in none."""
    if not week or not is_open(week, at):
        return None
    minute = minute_of_week(at)
    begin = next(begin for begin, end in week if begin <= minute < end)
    return at.astimezone(VIETNAM).replace(second=0, microsecond=0) - timedelta(minutes=minute - begin)


def next_opening(week: Week, at: datetime) -> datetime:
    """Return when *week*, not empty, opens for the first time after *at*, on a Vietnamese clock."""
    minute = minute_of_week(at)
    begins = min((begin - minute if begin > minute else begin - minute + WEEK) for begin, _end in week)
    local = at.astimezone(VIETNAM).replace(second=0, microsecond=0)
    return local + timedelta(minutes=begins)


def said(spans: Sequence[Span] | None, *, english: bool = False) -> list[str]:
    """Return the spans as people read and type them, one a line; [] for always."""
    names = _ENGLISH if english else _NAMES
    return [f"{_days_said(span['days'], names)} {span['from']}-{span['to']}" for span in spans or ()]


def _days_said(days: Sequence[int], names: Sequence[str]) -> str:
    """Return ``T2-T6, CN``: three days or more that follow each other are told by the first and the last."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    told = []
    for run in runs:
        listed = [names[day - 1] for day in run]
        told.append(f"{listed[0]}-{listed[-1]}" if len(run) > 2 else ", ".join(listed))
    return ", ".join(told)
