"""Training held in a window (Q50-15.6, QC12.4)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from reports.models import TrainingSeat, TrainingSession
from reports.queries.window import Window
from reports.training_choices import Result, SeatState, SessionState


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """People of one agency."""

    name: str
    registered: int
    attended: int
    passed: int


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """Sessions that ended in the window, and who was there."""

    held: int
    cancelled: int
    registered: int
    attended: int
    passed: int
    agencies: tuple[TrainingRow, ...]


def training_figures(window: Window) -> TrainingFigures:
    """Return what was held; two queries. Attendance is as marked when read."""
    opened = TrainingSession.objects.filter(window.happened("ends_at"), opened_at__isnull=False)
    counts = opened.aggregate(
        held=Count("pk", filter=~Q(state=SessionState.CANCELLED)),
        cancelled=Count("pk", filter=Q(state=SessionState.CANCELLED)),
    )
    held = opened.exclude(state=SessionState.CANCELLED)
    rows = (
        TrainingSeat.objects.filter(session__in=held.values("pk"), state=SeatState.REGISTERED)
        .order_by("agency__sort_key", "agency_id")
        .values("agency_id", "agency__name", "agency__sort_key")
        .annotate(
            registered=Count("pk"),
            came=Count("pk", filter=Q(attended=True)),
            passed=Count("pk", filter=Q(result=Result.PASSED)),
        )
    )
    agencies = tuple(TrainingRow(row["agency__name"], row["registered"], row["came"], row["passed"]) for row in rows)
    return TrainingFigures(
        **counts,
        registered=sum(row.registered for row in agencies),
        attended=sum(row.attended for row in agencies),
        passed=sum(row.passed for row in agencies),
        agencies=agencies,
    )
