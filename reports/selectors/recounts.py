"""Which figures of a report would be others now."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from core import clock
from reports.choices import RunState, Unit
from reports.content.figures import Figure, Section
from reports.models import Recount, ReportRun

# Reports are counted again by the schedule for so long after closing, each at most once in so long.
WATCHED, AGAIN = timedelta(days=400), timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure as it was frozen and as it would be now."""

    section: str
    code: str
    label: str
    unit: str
    frozen: float | None
    now: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the form the database keeps."""
        return asdict(self)


def differences(frozen: Iterable[Section], now: Iterable[Section]) -> list[Difference]:
    """Return the figures that differ, in the order of the report.

    A part without any figure had nothing to count: what it counts now differs from "no data". A figure the report does
    not know otherwise was added to the product later and is no correction.
    """
    counted = {section.code: {item.code: item for item in section.figures} for section in now}
    found = []
    for section in frozen:
        present, was = counted.get(section.code), {item.code: item for item in section.figures}
        if present is None:
            continue
        for code in was or present:
            old, new = was.get(code), present.get(code)
            if _value(old) != _value(new):
                known = old or new
                assert known is not None, "the code comes from one of them"  # noqa: S101 - for the reader
                found.append(
                    Difference(section.title, code, known.label, str(Unit(known.unit)), _value(old), _value(new))
                )
    return found


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure is not None else None


def last_recount(run: ReportRun) -> Recount | None:
    """Return the newest outcome of counting *run* again."""
    return run.recounts.order_by("-id").first()


def to_recount() -> QuerySet[ReportRun]:
    """Return the final reports in force whose figures are due to be counted again, those waiting longest first."""
    now = clock.now()
    found = ReportRun.objects.in_force().exclude(state__in=[RunState.REQUESTED, RunState.FAILED])
    found = found.filter(preliminary=False, period_end__gte=(now - WATCHED).date(), drafted_at__lt=now - AGAIN)
    found = found.annotate(counted=Max("recounts__last_at"))
    return found.filter(Q(counted__isnull=True) | Q(counted__lt=now - AGAIN)).order_by("counted", "pk")


def moment_of(run: ReportRun, recount: Recount | None) -> datetime | None:
    """Return when the figures of *run* were last compared."""
    return recount.last_at if recount is not None else run.drafted_at
