"""Incidents of the register: how many, how grave, kept deadlines (QC8.6, QC14.3; Quyết định 05/2017/QĐ-TTg)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, Q, Value, When

from core.clock import VIETNAM
from incidents.models import Incident, IncidentDeadline
from incidents.register_choices import IncidentState, LegalClass
from reports.queries.window import Window


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """Incidents found in the window, mended in it, and open at its end; those that were none are left out.

    ``by_severity``: severity to opened, resolved, open; ``by_cause``: groups of causes of those found in the window;
    ``on_time``, ``late`` are deadlines met in the window, ``overdue`` those passed and not met at its end.
    """

    opened: int
    serious: int
    personal_data: int
    resolved: int
    open: int
    dismissed: int
    by_severity: dict[int, Counter[str]]
    by_cause: tuple[tuple[str, int], ...]
    days: tuple[date, ...]
    on_time: int
    late: int
    overdue: int


def incident_figures(window: Window) -> IncidentFigures:
    """Return the incidents of the window; two queries, one over the incidents it touches."""
    touched = (
        window.happened("detected_at") | window.happened("resolved_at") | window.lasting("detected_at", "closed_at")
    )
    by_severity: dict[int, Counter[str]] = {}
    totals, causes, days = Counter[str](), Counter[str](), []
    fields = ("state", "severity", "legal_class", "cause", "personal_data", "detected_at", "resolved_at", "closed_at")
    for row in Incident.objects.filter(touched).order_by("pk").values_list(*fields, named=True):
        found = window.since <= row.detected_at < window.until
        if row.state == IncidentState.DISMISSED:
            totals["dismissed"] += found
            continue
        mended = row.resolved_at is not None and window.since <= row.resolved_at < window.until
        lasting = row.detected_at < window.until and (row.closed_at is None or row.closed_at >= window.until)
        counts = {"opened": int(found), "resolved": int(mended), "open": int(lasting)}
        by_severity.setdefault(row.severity, Counter()).update(counts)
        totals.update(counts)
        if found:
            totals["serious"] += row.legal_class == LegalClass.SERIOUS
            totals["personal_data"] += row.personal_data
            causes[row.cause] += 1
            days.append(row.detected_at.astimezone(VIETNAM).date())
    names = ("opened", "serious", "personal_data", "resolved", "open", "dismissed")
    return IncidentFigures(
        **{name: totals[name] for name in names},
        by_severity=by_severity,
        by_cause=tuple(sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))),
        days=tuple(sorted(days)),
        **_deadlines(window),
    )


def _deadlines(window: Window) -> dict[str, int]:
    kept = Case(When(met_at__lte=F("due_at"), then=Value(True)), default=Value(False))
    rows = IncidentDeadline.objects.exclude(incident__state=IncidentState.DISMISSED).annotate(kept=kept)
    met = window.happened("met_at")
    not_met = Q(met_at__isnull=True) | Q(met_at__gte=window.until)
    return rows.aggregate(
        on_time=Count("pk", filter=met & Q(kept=True)),
        late=Count("pk", filter=met & Q(kept=False)),
        overdue=Count("pk", filter=Q(due_at__lt=window.until) & not_met),
    )
