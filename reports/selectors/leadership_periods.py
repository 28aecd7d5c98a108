"""The four periods of the leadership page, each with the one it is compared with. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from core import clock
from core.documents.wording import month_name, short_date
from reports.queries.window import Window

MONTH, LAST_MONTH, QUARTER, YEAR = "thang-nay", "thang-truoc", "quy-nay", "nam-nay"
CODES = (MONTH, LAST_MONTH, QUARTER, YEAR)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A period and what it is compared with.

    A running period ends with today and is compared with as much of the one before it: to the same hour.
    *days* is how the calls of it are told apart on charts: by day, by week, by month.
    """

    code: str
    name: str
    previous_name: str
    current: Window
    previous: Window
    running: bool
    grain: str


def names() -> tuple[tuple[str, str], ...]:
    """Return the periods to choose from, by their codes in addresses."""
    texts = (_("Tháng này"), _("Tháng trước"), _("Quý này"), _("Năm nay"))
    return tuple(zip(CODES, texts, strict=True))


def chosen(code: str, now: datetime) -> Chosen:
    """Return the period called *code* at the moment *now*; this month for anything else."""
    today = now.astimezone(clock.VIETNAM).date()
    month = today.replace(day=1)
    if code == LAST_MONTH:
        first = _months_before(month, 1)
        return _whole(first, month, month_name(first), grain="day")
    if code == QUARTER:
        first = date(today.year, today.month - (today.month - 1) % 3, 1)
        name = _("quý %(n)s năm %(year)s") % {"n": (today.month + 2) // 3, "year": today.year}
        return _running(code, first, _months_before(first, 3), now, name, _("quý trước"), "week")
    if code == YEAR:
        first = date(today.year, 1, 1)
        name = _("năm %(year)s") % {"year": today.year}
        return _running(code, first, date(today.year - 1, 1, 1), now, name, _("năm trước"), "month")
    return _running(MONTH, month, _months_before(month, 1), now, month_name(month), _("tháng trước"), "day")


def _months_before(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - count, 12)
    return date(year, month + 1, 1)


def _whole(first: date, after: date, name: str, *, grain: str) -> Chosen:
    before = _months_before(first, 1)
    return Chosen(
        LAST_MONTH,
        name,
        month_name(before),
        Window(clock.start_of(first), clock.start_of(after)),
        Window(clock.start_of(before), clock.start_of(first)),
        running=False,
        grain=grain,
    )


def _running(code: str, first: date, before: date, now: datetime, name: str, earlier: str, grain: str) -> Chosen:
    since = clock.start_of(first)
    hour = now.astimezone(clock.VIETNAM).replace(minute=0, second=0, microsecond=0)
    until = min(clock.start_of(before) + (hour - since), since)
    told = _("cùng kỳ %(earlier)s, đến %(hour)s giờ ngày %(day)s") % {
        "earlier": earlier,
        "hour": until.astimezone(clock.VIETNAM).hour,
        "day": short_date(until.astimezone(clock.VIETNAM).date()),
    }
    today = clock.start_of(now.astimezone(clock.VIETNAM).date(), after=True)
    return Chosen(
        code, name, told, Window(since, today), Window(clock.start_of(before), until), running=True, grain=grain
    )
