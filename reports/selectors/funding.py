"""Reading funding: lines with their balances, totals by kind and source beside the year before (QC13)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from core.actor import Actor
from reports.models import BudgetLine, BudgetYear, Spending


@dataclass(slots=True)
class Sums:
    """Money of one group of lines, in đồng; ``before`` is the same group a year earlier, None: it had no lines."""

    name: str
    planned: int = 0
    adjusted: int = 0
    spent: int = 0
    before: "Sums | None" = None

    def add(self, line: BudgetLine) -> None:
        """Count *line*, read with its sums."""
        self.planned += line.amount
        self.adjusted += line.adjusted  # type: ignore[attr-defined]
        self.spent += line.spent  # type: ignore[attr-defined]

    @property
    def allowed(self) -> int:
        """What may be spent: the first budget with its adjustments."""
        return self.planned + self.adjusted

    @property
    def left(self) -> int:
        """What is not spent yet."""
        return self.allowed - self.spent

    @property
    def share(self) -> float | None:
        """Spent of allowed, in percent with one place; None where nothing is allowed."""
        return round(100 * self.spent / self.allowed, 1) if self.allowed else None


@dataclass(frozen=True, slots=True)
class YearSums:
    """A budget year in sums."""

    total: Sums
    kinds: list[Sums] = field(default_factory=list)
    sources: list[Sums] = field(default_factory=list)


def years_for(actor: Actor) -> QuerySet[BudgetYear]:
    """Return the budget years the actor sees, the newest first."""
    return BudgetYear.objects.visible_to(actor)


def lines_of(actor: Actor, year: BudgetYear) -> QuerySet[BudgetLine]:
    """Return the lines of *year* with their balances, in the order of their codes."""
    found = BudgetLine.objects.visible_to(actor).filter(year=year).with_sums()  # type: ignore[attr-defined]
    return found.select_related("kind", "source").order_by("code")


def spendings_of(line: BudgetLine) -> QuerySet[Spending]:
    """Return what was entered under *line*, voided entries too, the newest day first."""
    return Spending.objects.filter(line=line).select_related("author", "voided_by", "file")


def year_sums(year: int) -> YearSums:
    """Return the sums of *year* beside those of the year before; one query."""
    found = BudgetLine.objects.filter(year__year__in=(year, year - 1)).with_sums()  # type: ignore[attr-defined]
    return sums_of(found.select_related("kind", "source", "year"), year)


def sums_of(lines: Iterable[BudgetLine], year: int) -> YearSums:
    """Return the sums of *lines* of *year* beside those of the year before it."""
    now = [line for line in lines if line.year.year == year]
    then = [line for line in lines if line.year.year == year - 1]
    total = _grouped(now, then, lambda line: (0, 0, ""))
    return YearSums(
        total=total[0] if total else Sums(""),
        kinds=_grouped(now, then, lambda line: (line.kind.place, line.kind_id, line.kind.name)),
        sources=_grouped(now, then, lambda line: (line.source.place, line.source_id, line.source.name)),
    )


Key = Callable[[BudgetLine], tuple[int, int, str]]


def _grouped(now: list[BudgetLine], then: list[BudgetLine], key: Key) -> list[Sums]:
    found: dict[tuple[int, int, str], Sums] = {}
    for line in now:
        found.setdefault(key(line), Sums(key(line)[2])).add(line)
    for line in then:
        row = found.setdefault(key(line), Sums(key(line)[2]))
        row.before = row.before or Sums(row.name)
        row.before.add(line)
    return [found[place] for place in sorted(found)]
