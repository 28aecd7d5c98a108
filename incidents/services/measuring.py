"""Taking the figures of the machine each minute: disk, processor, oldest transaction, sealing, letters that wait."""

import shutil
import socket
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accounts.services.delivery import longest_wait
from audit.selectors.sealing import standing
from core import clock
from incidents.alert_choices import Detector
from incidents.models import Measure

_STAT = Path("/proc/stat")
# Figures further apart than this say nothing of the time between.
_LONGEST = timedelta(hours=1)
KEEP_DAYS = 35
_OLDEST = """
select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)::float
  from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
   and backend_type = 'client backend'
"""


@transaction.atomic
def take_measures() -> list[Measure]:
    """Take every figure of this machine once; two workers on one machine in one minute take them once between them."""
    now, host = clock.now(), socket.gethostname()[:80]
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"measure:{host}"])
    last = Measure.objects.filter(host=host, name=Detector.CPU).order_by("-at", "-id").first()
    if last is not None and timedelta() <= now - last.at < timedelta(seconds=30):
        return []
    busy, total = _counters()
    rows = [
        Measure(name=Detector.DISK, value=_disk()),
        Measure(name=Detector.CPU, value=_cpu(last, busy, total), busy=busy, total=total),
        Measure(name=Detector.SNAPSHOT, value=_oldest()),
        Measure(name=Detector.SEALING, value=standing().lag),
        Measure(name=Detector.LETTERS, value=round(longest_wait().total_seconds() / 60, 1)),
    ]
    for row in rows:
        row.at, row.host = now, host
        row.save()
    return rows


def _disk() -> float:
    used = shutil.disk_usage(settings.DATA_DIR)
    return round(100 * used.used / (used.used + used.free), 1)


def _cpu(last: Measure | None, busy: int, total: int) -> float | None:
    """Return the share of the time since *last* in which processors were busy; None when nothing is known of it."""
    if last is None or clock.now() - last.at > _LONGEST or total <= last.total or busy < last.busy:
        return None
    return round(100 * (busy - last.busy) / (total - last.total), 1)


def _counters() -> tuple[int, int]:
    """Return busy and all ticks of the processors since the machine started; (0, 0) where it does not tell."""
    try:
        words = _STAT.read_text(encoding="ascii").splitlines()[0].split()[1:]
    except OSError:
        return 0, 0
    ticks = [int(word) for word in words[:8]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)


def _oldest() -> float:
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST)
        return float(cursor.fetchone()[0])


def forget_old() -> int:
    """Delete figures older than is kept."""
    return Measure.objects.filter(at__lt=clock.now() - timedelta(days=KEEP_DAYS)).delete()[0]
