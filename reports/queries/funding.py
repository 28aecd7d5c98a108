"""Funding as of a moment: what may be spent in the budget year, what was spent (QC13, Q50-14)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from core import clock
from reports.models import BudgetAdjustment, BudgetLine, BudgetYear, Spending
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class FundingRow:
    """Money of one kind of spending or one source, in đồng; ``before`` was spent to the same day a year earlier."""

    name: str
    allowed: int
    period: int
    spent: int
    before: int | None


@dataclass(frozen=True, slots=True)
class FundingFigures:
    """Money of the budget year in which a window ends; ``known`` is False where no such year was opened."""

    year: int
    known: bool
    total: FundingRow
    kinds: tuple[FundingRow, ...]
    sources: tuple[FundingRow, ...]


@dataclass(slots=True)
class _Sums:
    place: tuple[int, int]
    name: str
    allowed: int = 0
    period: int = 0
    spent: int = 0
    before: int | None = None

    def row(self) -> FundingRow:
        return FundingRow(self.name, self.allowed, self.period, self.spent, self.before)


def funding_figures(window: Window) -> FundingFigures:
    """Return the money of the budget year of the window's last day, as it was entered before the window's end."""
    day = window.last_day
    known = BudgetYear.objects.filter(year=day.year, opened_at__lt=window.until).exists()
    lines = _lines(window, day)
    return FundingFigures(
        year=day.year,
        known=known,
        total=_grouped(lines, lambda line: (0, 0, ""))[0] if lines else FundingRow("", 0, 0, 0, None),
        kinds=tuple(_grouped(lines, lambda line: (line["kind__place"], line["kind_id"], line["kind__name"]))),
        sources=tuple(_grouped(lines, lambda line: (line["source__place"], line["source_id"], line["source__name"]))),
    )


def _lines(window: Window, day: date) -> list[dict[str, Any]]:
    """Return each line of the year and of the year before with its sums; three queries."""
    names = ("kind_id", "kind__name", "kind__place", "source_id", "source__name", "source__place")
    found = BudgetLine.objects.filter(entered_at__lt=window.until, year__year__in=(day.year, day.year - 1))
    lines = {line["pk"]: dict(line) for line in found.order_by().values("pk", "amount", "year__year", *names)}
    adjusted = dict(_sums(BudgetAdjustment.objects.filter(at__lt=window.until, line__in=list(lines)), "delta"))
    standing = Q(voided_at__isnull=True) | Q(voided_at__gte=window.until)
    entered = Spending.objects.filter(standing, at__lt=window.until, line__in=list(lines))
    first = max(window.since.astimezone(clock.VIETNAM).date(), date(day.year, 1, 1))
    last = _year_before(day)
    spent = (
        entered.order_by()
        .values("line_id")
        .annotate(
            period=Sum("amount", filter=Q(spent_on__gte=first, spent_on__lte=day), default=0),
            now=Sum("amount", filter=Q(spent_on__lte=day), default=0),
            then=Sum("amount", filter=Q(spent_on__lte=last), default=0),
        )
    )
    sums = {row["line_id"]: row for row in spent}
    for pk, line in lines.items():
        of_line = sums.get(pk, {"period": 0, "now": 0, "then": 0})
        line |= {"allowed": line["amount"] + adjusted.get(pk, 0), **of_line, "current": line["year__year"] == day.year}
    return list(lines.values())


def _sums(rows: Any, field: str) -> list[tuple[int, int]]:
    return list(rows.order_by().values_list("line_id").annotate(total=Sum(field)))


def _year_before(day: date) -> date:
    """Return the same day a year earlier; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _grouped(lines: list[dict[str, Any]], key: Any) -> list[FundingRow]:
    found: dict[tuple[int, int, str], _Sums] = {}
    for line in lines:
        place = key(line)
        sums = found.setdefault(place, _Sums(place[:2], place[2]))
        if line["current"]:
            sums.allowed += line["allowed"]
            sums.period += line["period"]
            sums.spent += line["now"]
        else:
            sums.before = (sums.before or 0) + line["then"]
    return [found[place].row() for place in sorted(found)]
