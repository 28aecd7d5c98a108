"""The operations page: what SKHCN has to know at this moment, each thing with its age (Q50-7.4, QC12.5)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.module_loading import import_string

from audit.choices import RecoveryKind
from audit.models import Recovery
from audit.selectors.now import CallsNow, Pace, calls_now
from audit.selectors.sealing import Standing, standing
from catalog.models import ServiceVersion
from core import clock
from core.actor import Actor
from incidents.alert_choices import Severity
from incidents.models import Alert, HelpRequest, Incident, Measure, Outage
from incidents.selectors.incidents import incident_list
from incidents.selectors.maintenance import Planned, coming
from incidents.selectors.queues import Queues, queues
from incidents.selectors.weekly import recorded_this_week

SLOWEST, MOST = 5, 7
# Fewer calls in the hour say nothing about how fast a service is.
FEW = 5
_FRESH = timedelta(minutes=15)
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Slow:
    """A version of a service among the slowest of the hour."""

    version: ServiceVersion
    pace: Pace


@dataclass(frozen=True, slots=True)
class Safety:
    """Sealing, backups and drills: ``backup_at`` is the newest backup in the folder of the settings, None where none
    is; ``backups_seen``: that folder can be read from here."""

    sealing: Standing
    backup_at: datetime | None
    backups_seen: bool
    drill: Recovery | None
    restore_waiting: bool


@dataclass(frozen=True, slots=True)
class Operations:
    """Everything the page shows, read at ``at``."""

    at: datetime
    calls: CallsNow
    slowest: list[Slow]
    alerts: list[Alert]
    by_severity: dict[str, int]
    outages: list[Outage]
    outage_count: int
    incidents: list[Incident]
    incident_count: int
    windows: list[Planned]
    safety: Safety
    queues: Queues
    measures: list[Measure]
    workers: list[Any]
    help_waiting: int
    help_late: int
    weekly_done: bool


def operations(actor: Actor) -> Operations:
    """Return the page for *actor*, who sees all of SKHCN's; some twenty short queries whatever there is."""
    calls = calls_now()
    alerts, outages = Alert.objects.visible_to(actor).lasting(), Outage.objects.visible_to(actor).open()
    incidents = incident_list(actor, tab="open")
    counted = dict(alerts.order_by().values_list("severity").annotate(n=Count("pk")))
    return Operations(
        at=clock.now(),
        calls=calls,
        slowest=_slowest(calls),
        alerts=list(alerts.select_related("rule").order_by("-last_at", "-pk")[:MOST]),
        by_severity={level: counted.get(level, 0) for level in Severity.values},
        outages=list(outages.select_related("upstream__version__service").order_by("opened_at")[:MOST]),
        outage_count=outages.count(),
        incidents=list(incidents[:MOST]),
        incident_count=incidents.count(),
        windows=coming(actor, most=MOST),
        safety=_safety(),
        queues=queues(),
        measures=_measures(),
        workers=import_string(settings.BROKER_STANDING)(Path(settings.DATA_DIR)),
        help_waiting=HelpRequest.objects.waiting().count(),
        help_late=HelpRequest.objects.overdue().count(),
        weekly_done=recorded_this_week(),
    )


def _slowest(calls: CallsNow) -> list[Slow]:
    chosen = [pace for pace in calls.paces if pace.calls >= FEW][:SLOWEST]
    named = ServiceVersion.objects.filter(service__code__in={pace.service for pace in chosen})
    known = {(row.service.code, row.name): row for row in named.select_related("service__provider")}
    return [Slow(known[pace.service, pace.version], pace) for pace in chosen if (pace.service, pace.version) in known]


def _safety() -> Safety:
    drills = Recovery.objects.filter(kind=RecoveryKind.DRILL)
    waiting = Recovery.objects.filter(kind=RecoveryKind.RESTORE, accepted_at__isnull=True)
    made = _backups()
    newest = datetime.fromtimestamp(max(made), tz=clock.VIETNAM) if made else None
    return Safety(standing(), newest, made is not None, drills.order_by("-id").first(), waiting.exists())


def _backups() -> list[float] | None:
    """Return when the whole backups of the folder were made, seconds; None where it cannot be read from here."""
    try:
        folders = list(Path(settings.BACKUP_DIR).iterdir()) if Path(settings.BACKUP_DIR).exists() else []
        return [(folder / MANIFEST).stat().st_mtime for folder in folders if (folder / MANIFEST).is_file()]
    except OSError:
        return None


def _measures() -> list[Measure]:
    """Return the newest figure of each machine and kind, those of the last minutes only."""
    recent = Measure.objects.filter(at__gte=clock.now() - _FRESH).order_by("host", "name", "-at")
    return list(recent.distinct("host", "name"))
