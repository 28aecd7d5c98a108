"""The platform's own part in incidents: opens from what it sees, notes recovery, closes by rule, reminds of clocks.

A job runs it often; whatever it did already it does not do again, however many workers there are.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Verification
from core import clock
from core.problems import DomainError
from incidents.models import Incident, IncidentSource, Outage
from incidents.register_choices import RUNNING, Audience, EntryKind, IncidentState, Origin, Severity
from incidents.selectors.incidents import incident_policy
from incidents.services.incident_deadlines import claim_reminders, words_of
from incidents.services.incident_moves import add_entry, lock_incident, move_incident, touch_incident
from incidents.services.incident_opening import WATCH, open_from_outage, open_from_verification
from incidents.services.incident_steps import close_incident, reopen_incident, tell_mended
from incidents.services.incident_telling import tell_staff

#: Failed verifications older than this were somebody's before this register was.
LOOK_BACK = timedelta(days=7)


def follow() -> dict[str, int]:
    """Do what is due now; return how many of each. Safe to run at any time and at once with itself."""
    return {
        "opened": _open_outages() + _open_verifications(),
        "returned": _note_returned(),
        "recovered": _note_recovered(),
        "closed": _close_quiet(),
        "reminded": _remind(),
    }


def _open_outages() -> int:
    known = IncidentSource.objects.filter(kind=Origin.OUTAGE).values("ref")
    lasting = Outage.objects.open().filter(upstream__environment="live").exclude(pk__in=known)
    found = list(lasting.select_related("upstream__version__service"))
    return sum(open_from_outage(outage=outage) is not None for outage in found)


def _open_verifications() -> int:
    known = IncidentSource.objects.filter(kind=Origin.LOG).values("ref")
    failed = Verification.objects.filter(sound=False, at__gte=clock.now() - LOOK_BACK).exclude(pk__in=known)
    found = list(failed.order_by("pk")[:50])
    for verification in found:
        open_from_verification(verification=verification)
    return len(found)


def _note_returned() -> int:
    """Open incidents again whose outage came back: the same outage, opened again within its half hour."""
    lasting = Outage.objects.open().values("pk")
    back = IncidentSource.objects.filter(kind=Origin.OUTAGE, ref__in=lasting, recovered_at__isnull=False)
    return sum(_returned(source) for source in back)


@transaction.atomic
def _returned(source: IncidentSource) -> int:
    incident = lock_incident(source.incident)
    stored = IncidentSource.objects.select_for_update().get(pk=source.pk)
    if stored.recovered_at is None:
        return 0
    stored.recovered_at = None
    stored.save()
    reason = _("Hệ thống nguồn lại mất kết nối")
    if incident.state in (IncidentState.RESOLVED, IncidentState.CLOSED):
        reopen_incident(actor=WATCH, incident=incident, reason=reason)
        return 1
    if incident.is_ended:
        return 0
    incident.recovered_at = None
    add_entry(WATCH, incident, EntryKind.OUTAGE, Audience.INTERNAL, reason)
    touch_incident(incident)
    return 1


def _note_recovered() -> int:
    """Note which signs are over: outages that closed, a log a whole verification found sound again."""
    lasting = Outage.objects.open().values("pk")
    waiting = IncidentSource.objects.filter(recovered_at__isnull=True, incident__state__in=RUNNING)
    over = list(waiting.filter(kind=Origin.OUTAGE).exclude(ref__in=lasting).order_by("pk"))
    last = Verification.objects.filter(whole=True).order_by("-id").first()
    if last is not None and last.sound:
        over += list(waiting.filter(kind=Origin.LOG, ref__lt=last.pk).order_by("pk"))
    return sum(_recovered(source) for source in over)


@transaction.atomic
def _recovered(source: IncidentSource) -> int:
    incident = lock_incident(source.incident)
    stored = IncidentSource.objects.select_for_update().get(pk=source.pk)
    if stored.recovered_at is not None or not incident.is_running:
        return 0
    stored.recovered_at = clock.now()
    stored.save()
    if incident.sources.filter(recovered_at__isnull=True).exclude(kind=Origin.ALERT).exists():
        return 1
    incident.recovered_at = stored.recovered_at
    said = _said_of(stored)
    add_entry(WATCH, incident, EntryKind.RECOVERY, Audience.PARTIES, said)
    if incident.origin != Origin.OUTAGE or incident.severity <= Severity.HIGH:
        touch_incident(incident)
        values = {"code": incident.code}
        tell_staff(incident, "recovered", _("Sự cố %(code)s: đã khôi phục, chờ kết luận") % values, said)
        return 1
    incident.resolved_at = incident.recovered_at
    incident.root_cause = incident.root_cause or _("Hệ thống nguồn không trả lời")
    incident.measures = incident.measures or _("Hệ thống nguồn tự kết nối lại; nền tảng ghi nhận")
    move_incident(actor=WATCH, incident=incident, step="recover")
    tell_mended(incident)
    return 1


def _said_of(source: IncidentSource) -> str:
    if source.kind == Origin.LOG:
        return _("Kiểm tra toàn bộ nhật ký cuộc gọi: toàn vẹn")
    return _("Hệ thống nguồn trả lời trở lại")


def _close_quiet() -> int:
    """Close what recovered by itself and stayed quiet as long as the policy says; not severities 1 and 2."""
    until = clock.now() - timedelta(hours=incident_policy().close_after_hours)
    quiet = Incident.objects.filter(
        state=IncidentState.RESOLVED, origin=Origin.OUTAGE, severity__gt=Severity.HIGH, resolved_at__lt=until
    )
    closed = 0
    for incident in quiet.order_by("pk")[:100]:
        try:
            close_incident(actor=WATCH, incident=incident)
        except DomainError:
            # A person was faster, or left a task open: theirs to close.
            continue
        closed += 1
    return closed


@transaction.atomic
def _remind() -> int:
    """Claim and tell in one transaction: whoever dies in between has reminded nobody, and the next one does."""
    rows = claim_reminders()
    for row in rows:
        text = words_of(row)
        subject = _("Sự cố %(code)s: %(name)s") % {"code": row.incident.code, "name": row.name}
        owner = row.incident.owner
        only = [owner] if owner is not None and owner.is_active else []
        tell_staff(row.incident, "deadline", subject, text, only=only)
    return len(rows)
