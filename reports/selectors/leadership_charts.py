"""The three charts of the leadership page, from what was read for it. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from django.utils.translation import gettext as _

from audit.selectors.rollups import CallSums
from connections.choices import Step
from core import clock
from core.charts import Chart, Series
from reports.queries.leadership import StepCounts, total
from reports.selectors.leadership_periods import Chosen

MOST_AGENCIES = 10


def calls_chart(days: Mapping[date, CallSums], period: Chosen) -> Chart:
    """Show the calls of the period by day, week or month; a span before the first call of all has no data."""
    spans = _spans(period)
    found = [[days[day] for day in span if day in days] for _label, span in spans]
    sums = [total(part) if part else None for part in found]
    titles = {"day": _("theo ngày"), "week": _("theo tuần"), "month": _("theo tháng")}
    return Chart(
        "calls",
        _("Lượt khai thác %(grain)s") % {"grain": titles[period.grain]},
        "stacked",
        tuple(label for label, _span in spans),
        (
            Series(_("Thành công"), tuple(one.success if one else None for one in sums)),
            Series(_("Không thành công"), tuple(one.calls - one.success if one else None for one in sums)),
        ),
        _("lượt"),
    )


def _spans(period: Chosen) -> list[tuple[str, list[date]]]:
    """Return the spans of the period up to today, each with its label and its days."""
    first = period.current.since.astimezone(clock.VIETNAM).date()
    days = [first + timedelta(days=place) for place in range((period.current.last_day - first).days + 1)]
    labels = {
        "day": lambda day: f"{day:%d/%m}",
        "week": lambda day: f"{max(day - timedelta(days=day.weekday()), first):%d/%m}",
        "month": lambda day: f"{day:%m/%Y}",
    }
    spans: dict[str, list[date]] = {}
    for day in days:
        spans.setdefault(labels[period.grain](day), []).append(day)
    return list(spans.items())


def most_calling(found: Mapping[str, CallSums]) -> dict[str, CallSums]:
    """Return the agencies that called most, by code, the most first."""
    return dict(sorted(found.items(), key=lambda pair: (-pair[1].calls, pair[0]))[:MOST_AGENCIES])


def agencies_chart(most: Mapping[str, CallSums], names: Mapping[str, str]) -> Chart:
    """Show the agencies that called most."""
    return Chart(
        "agencies",
        _("Cơ quan khai thác nhiều nhất"),
        "bars",
        tuple(names.get(code) or code or _("Không xác định") for code in most),
        (Series(_("Lượt khai thác"), tuple(float(told.calls) for told in most.values())),),
        _("lượt"),
    )


def steps_chart(steps: tuple[StepCounts, ...]) -> Chart:
    """Show how each step of dossiers kept its deadline in the period."""
    shown = [row for row in steps if row.on_time.now or row.late.now or row.overdue.now]
    return Chart(
        "steps",
        _("Thời hạn xử lý hồ sơ theo bước"),
        "stacked",
        tuple(str(Step(row.step).label) for row in shown),
        (
            Series(_("Đúng hạn"), tuple(float(row.on_time.now) for row in shown)),
            Series(_("Quá hạn"), tuple(float(row.late.now) for row in shown)),
            Series(_("Đang quá hạn"), tuple(float(row.overdue.now) for row in shown)),
        ),
        _("bước"),
    )
