"""Counting checks by service and day, so that the status page never reads single checks."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from catalog.choices import CALLABLE
from core import clock
from core.choices import Environment
from incidents.models import HealthCheck, StatusDay
from incidents.selectors.maintenance import excused_spans, in_spans
from incidents.selectors.status import HISTORY_DAYS
from incidents.selectors.uptime import ANSWERED

# Days are kept longer than they are shown: a late question still finds them.
KEEP_DAYS = 400
_COUNTS = ("made", "answered", "planned")


@transaction.atomic
def count_days() -> int:
    """Count the last counted day and all since; return how many rows were written. Safe to run twice and at once.

    A worker that was away for days finds them all to do, as long as their checks are kept.
    """
    today = clock.today()
    last = StatusDay.objects.aggregate(last=Max("day"))["last"]
    oldest = today - timedelta(days=HISTORY_DAYS - 1)
    # A check of the last minute of yesterday may come in today.
    first = max(oldest, min(last, today - timedelta(days=1))) if last else oldest
    rows = _counted(first)
    StatusDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["service", "day"], update_fields=list(_COUNTS), batch_size=1000
    )
    StatusDay.objects.filter(day__lt=today - timedelta(days=KEEP_DAYS)).delete()
    return len(rows)


def _counted(first: date) -> list[StatusDay]:
    """Return for each service and day since *first*: checks made, answered, and those left out as planned."""
    since = clock.start_of(first)
    checks = HealthCheck.objects.filter(
        at__gte=since,
        upstream__environment=Environment.LIVE,
        upstream__version__state__in=CALLABLE,
    ).annotate(day=TruncDate("at", tzinfo=clock.VIETNAM))
    groups = checks.order_by().values_list("upstream__version__service_id", "day")
    planned = in_spans(excused_spans(since, clock.now()))
    counted = groups.annotate(
        made=Count("pk", filter=~planned),
        answered=Count("pk", filter=~planned & Q(state__in=ANSWERED)),
        planned=Count("pk", filter=planned),
    )
    return [
        StatusDay(service_id=pk, day=day, made=made, answered=answered, planned=out)
        for pk, day, made, answered, out in counted
    ]
