"""Noting when pages are used, and bringing it together with deeds and calls once in a while (coverage page)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic

from django.core.cache import cache
from django.db.models import Max
from redis.exceptions import RedisError

from audit.models import Fact
from audit.selectors.rollups import last_called
from core import clock
from reports.coverage import coverage
from reports.models import LastUse

#: A process notes the same page at most this often, seconds; what it noted stays this long for the job.
EVERY, KEPT = 60.0, 7 * 86_400
# A deed is looked at again for a day: it shows when its transaction ends, not when it began.
_LATE = timedelta(days=1)
_noted: dict[str, float] = {}


def note_page(*, name: str) -> None:
    """Note that the page at the address called *name* answered somebody just now; no query, nothing of who."""
    now = monotonic()
    if name not in coverage().pages or now - _noted.get(name, -EVERY) < EVERY:
        return
    _noted[name] = now
    try:
        cache.set(_key(name), clock.now(), KEPT)
    except (RedisError, OSError):
        return


def count_last_use() -> int:
    """Bring what was noted, the deeds of the record and the calls of the log into the table; return how many."""
    found = {**_pages(), **_clauses(), **_calls()}
    return _keep(found.items())


def _key(name: str) -> str:
    return f"reports.last_use.{name}"


def _pages() -> dict[str, datetime]:
    keys = {_key(name): f"page:{name}" for name in coverage().pages}
    try:
        return {keys[key]: at for key, at in cache.get_many(keys).items()}
    except (RedisError, OSError):
        return {}


def _clauses() -> dict[str, datetime]:
    known = LastUse.objects.filter(name__startswith="clause:").aggregate(at=Max("at"))["at"]
    deeds = Fact.objects.exclude(clause="").order_by().values_list("clause")
    if known:
        deeds = deeds.filter(at__gt=known - _LATE)
    return {f"clause:{clause}": at for clause, at in deeds.annotate(at=Max("at"))}


def _calls() -> dict[str, datetime]:
    at = last_called()
    return {"calls": at} if at else {}


def _keep(found: Iterable[tuple[str, datetime]]) -> int:
    """Write each moment that is later than the one that stands."""
    stands = dict(LastUse.objects.values_list("name", "at"))
    rows = [LastUse(name=name, at=at) for name, at in sorted(found) if name not in stands or at > stands[name]]
    LastUse.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["at"])
    return len(rows)
