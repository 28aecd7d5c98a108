"""Work that waits: jobs in Valkey, letters and news in the database; and whether anybody works it off."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Q
from redis import Redis
from redis.exceptions import RedisError

from accounts.models import Letter
from audit.selectors.use import counted_until
from core import clock
from incidents.models import AlertNews

QUEUE, TAKEN = "celery", "unacked"
_PATIENCE = 1.0


@dataclass(frozen=True, slots=True)
class Queues:
    """``jobs`` wait, ``taken`` are being done; None: Valkey does not answer. ``worked_at`` is the last job known done.

    ``letters`` are those due and not sent, ``oldest`` when the first of them was written.
    """

    jobs: int | None
    taken: int | None
    worked_at: datetime | None
    letters: int
    oldest: datetime | None
    refused: int
    news: int


def queues() -> Queues:
    """Return what waits; three queries and two questions to Valkey."""
    jobs, taken = _jobs()
    # One that was tried and rests until its next try waits as well.
    due = Q(given_up_at__isnull=True) & (Q(next_try_at__lte=clock.now()) | Q(tries__gt=0))
    waiting = Letter.objects.filter(sent_at__isnull=True).aggregate(
        letters=Count("pk", filter=due),
        oldest=Min("created_at", filter=due),
        refused=Count("pk", filter=Q(given_up_at__isnull=False) & ~Q(refusals=0)),
    )
    news = AlertNews.objects.filter(told_at__isnull=True).count()
    return Queues(jobs=jobs, taken=taken, worked_at=counted_until(), news=news, **waiting)


def _jobs() -> tuple[int | None, int | None]:
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    try:
        with Redis.from_url(
            settings.CELERY_BROKER_URL, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        ) as valkey:
            return int(valkey.llen(f"{prefix}{QUEUE}")), int(valkey.hlen(f"{prefix}{TAKEN}"))
    except (RedisError, OSError):
        return None, None
