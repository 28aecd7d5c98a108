"""Looking through every rule's windows since its mark: each once, what was missed caught up with, nothing twice.

The mark of a rule is held while it is looked at and moves in the transaction that writes the alerts. A worker that
dies leaves the mark where it was; two workers share the rules out between them.
"""

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from core import clock
from incidents.models import AlertRule, DetectionMark
from incidents.selectors.detection.findings import Look
from incidents.selectors.detection.registry import look
from incidents.services.alerts import raise_alerts, settle_old

# Rows of a call are written within milliseconds; windows overlap and catch what is later.
SETTLED = timedelta(seconds=2)
# After a longer absence than this, what is older is not looked at again.
FURTHEST = timedelta(hours=24)
# Windows one run catches up with, a rule; the next run goes on.
MOST_WINDOWS = 30
# No look takes longer; one that would is noted as a fault of its rule, the others go on.
LOOK_SECONDS = 20
log = structlog.get_logger("lgsp.detection")


def detect() -> int:
    """Look through every rule that is in force; return how many alerts were opened. Safe to run twice and at once."""
    opened = 0
    for rule in AlertRule.objects.filter(enabled=True).order_by("pk"):
        for _turn in range(MOST_WINDOWS):
            found = _advance(rule)
            if found is None:
                break
            opened += found
        settle_old(rule=rule)
    return opened


def pause_of(rule: AlertRule) -> timedelta:
    """Return how long after a look the next one is due: a minute, up to a quarter of an hour for windows of a day."""
    return timedelta(minutes=min(max(rule.window_minutes // 96, 1), 15))


def next_look(rule: AlertRule, mark: datetime, now: datetime) -> datetime | None:
    """Return where the next window of *rule* ends that was looked at up to *mark*; None while it is not due.

    Behind by more than a window, windows overlap by half; a mark in the future (a clock that was wrong) begins anew.
    """
    upto = now - SETTLED
    if mark > now:
        return upto
    mark = max(mark, upto - FURTHEST)
    pause = pause_of(rule)
    if upto - mark < pause - SETTLED:
        return None
    step = max(pause, timedelta(minutes=rule.window_minutes) / 2)
    return min(mark + step, upto)


def _advance(rule: AlertRule) -> int | None:
    """Look at the next window of *rule*; return how many alerts it opened, None when none is due or others look."""
    now = clock.now()
    with transaction.atomic():
        DetectionMark.objects.get_or_create(rule=rule, defaults={"until": now - timedelta(minutes=2), "ran_at": now})
        mark = DetectionMark.objects.select_for_update(skip_locked=True).filter(rule=rule).first()
        until = next_look(rule, mark.until, now) if mark else None
        if mark is None or until is None:
            return None
        opened, mark.fault = 0, ""
        try:
            with transaction.atomic():
                _bounded()
                found = look(Look(rule, until))
                mark.found, opened = found.total, len(raise_alerts(rule=rule, found=found))
        except Exception as error:  # one rule that cannot be looked at stops no other
            log.exception("rule not looked at", rule=rule.code)
            mark.fault = type(error).__name__
        mark.until, mark.ran_at = until, now
        mark.save()
        return opened


def _bounded() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [str(LOOK_SECONDS * 1000)])
