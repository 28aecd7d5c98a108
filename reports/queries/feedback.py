"""Feedback of agencies in a window (QC16, Q50-15.7)."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from reports.models import Feedback
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """Feedback of one theme, None: not grouped."""

    name: str | None
    filed: int
    agencies: int


@dataclass(frozen=True, slots=True)
class FeedbackFigures:
    """What was filed in the window, and how answers stood at its end."""

    filed: int
    difficulties: int
    proposals: int
    agencies: int
    answered: int
    late: int
    open: int
    overdue: int
    themes: tuple[ThemeRow, ...]


def feedback_figures(window: Window) -> FeedbackFigures:
    """Return what was filed and answered; two queries. An answer given again counts at its last time."""
    filed = window.happened("filed_at")
    unanswered = Q(filed_at__lt=window.until) & (Q(answered_at__isnull=True) | Q(answered_at__gte=window.until))
    answered = window.happened("answered_at")
    counts = Feedback.objects.filter(filed_at__lt=window.until).aggregate(
        filed=Count("pk", filter=filed),
        difficulties=Count("pk", filter=filed & Q(kind="difficulty")),
        proposals=Count("pk", filter=filed & Q(kind="proposal")),
        agencies=Count("agency", filter=filed, distinct=True),
        answered=Count("pk", filter=answered),
        late=Count("pk", filter=answered & Q(answered_at__gt=F("due_at"))),
        open=Count("pk", filter=unanswered),
        overdue=Count("pk", filter=unanswered & Q(due_at__lt=window.until)),
    )
    rows = (
        Feedback.objects.filter(filed)
        .order_by()
        .values("theme__name")
        .annotate(filed=Count("pk"), agencies=Count("agency", distinct=True))
    )
    themes = [ThemeRow(row["theme__name"], row["filed"], row["agencies"]) for row in rows]
    ordered = sorted(themes, key=lambda row: (row.name is None, -row.agencies, -row.filed, row.name or ""))
    return FeedbackFigures(**counts, themes=tuple(ordered))
