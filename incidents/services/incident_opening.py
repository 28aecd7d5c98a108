"""Opening incidents: by an alert, an outage, a failed verification of the log, or by hand; a sign opens one once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import Verification
from audit.record import record_fact
from catalog.models import DataService
from catalog.services.judging import Errors, judge, tidied
from core import clock
from core.actor import Actor, system_actor
from incidents.alert_choices import Severity as AlertSeverity
from incidents.alert_choices import SubjectKind
from incidents.models import Alert, Incident, IncidentSource, Outage
from incidents.register_choices import Audience, EntryKind, Origin, Severity
from incidents.selectors.incidents import incident_policy, still_served
from incidents.services.incident_deadlines import begin_deadlines
from incidents.services.incident_moves import CLAUSE, add_entry, next_code, require_manager, touch_incident
from incidents.services.incident_parties import add_services, refresh_parties, tell_new_parties
from incidents.services.incident_telling import tell_staff
from incidents.services.outage_notices import words_of

WATCH = system_actor("Theo dõi sự cố")
LOG_GROUP = "log"


@dataclass(frozen=True, slots=True)
class Sign:
    """What an incident is opened by: where it comes from and what keeps happening under which name."""

    kind: Origin
    ref: int
    group: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """An incident as it is opened."""

    title: str
    summary: str
    severity: int
    started_at: datetime
    services: Iterable[DataService] = ()
    fields: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def open_from_alert(*, alert: Alert, actor: Actor = WATCH) -> Incident:
    """Open an incident of an alert, or return the one that has it already; a new alert of its group joins it.

    Safe to call again and at once. The agencies touched are computed and wait until somebody tells them. Raises
    PermissionRefused for a person who does not handle incidents.
    """
    require_manager(actor)
    sign = Sign(Origin.ALERT, alert.pk, alert.key, alert.first_at)
    code = next_code()
    if (known := _known(sign)) is not None:
        return known
    if (lasting := _lasting(sign.group) or _cut_off(alert)) is not None:
        _join(actor, lasting, sign, alert.summary)
        return lasting
    return _open(actor, code, sign, wanted_of(alert))


def _cut_off(alert: Alert) -> Incident | None:
    """Return the open incident of an outage whose address an alert is about, locked: both tell of the same thing."""
    if alert.subject_kind != SubjectKind.UPSTREAM or alert.service is None:
        return None
    open_ones = Incident.objects.open().filter(origin=Origin.OUTAGE, affected__service=alert.service)
    found = open_ones.order_by("-id").values_list("pk", flat=True).first()
    return Incident.objects.select_for_update(of=("self",)).select_related("agency").get(pk=found) if found else None


def wanted_of(alert: Alert) -> Wanted:
    """Return the incident an alert would open: what «Tạo từ cảnh báo» is filled with."""
    service = alert.service
    name = service.title if service is not None else alert.rule.name
    severity = SEVERITIES[AlertSeverity(alert.severity)]
    services = [service] if service is not None else []
    return Wanted(f"{name}: {alert.summary}"[:200], alert.summary, severity, alert.first_at, services)


#: How an alert says how much it matters -> the severity of the incident it opens.
SEVERITIES = {
    AlertSeverity.CRITICAL: Severity.CRITICAL,
    AlertSeverity.HIGH: Severity.HIGH,
    AlertSeverity.WARNING: Severity.MEDIUM,
    AlertSeverity.INFO: Severity.LOW,
}


@transaction.atomic
def open_from_outage(*, outage: Outage) -> Incident | None:
    """Open an incident of an outage in the live environment and tell who uses the service; None for the sandbox.

    Once for each outage. Where another live address of the version still answers, nobody is cut off: the severity is
    the lowest and no agency is told.
    """
    upstream = outage.upstream
    if upstream.environment != "live":
        return None
    sign = Sign(Origin.OUTAGE, outage.pk, f"outage:{upstream.version_id}", outage.opened_at)
    code = next_code()
    if (known := _known(sign)) is not None:
        return known
    text = _("%(what)s không trả lời: %(detail)s") % {"what": words_of(upstream)["what"], "detail": outage.detail}
    if (lasting := _lasting(sign.group)) is not None:
        _join(WATCH, lasting, sign, text)
        return lasting
    service, served = upstream.version.service, still_served(outage)
    severity = Severity.LOW if served else incident_policy().outage_severity
    title = _("Mất kết nối hệ thống nguồn của dịch vụ %(service)s") % {"service": service.title}
    made = _open(WATCH, code, sign, Wanted(title[:200], text, severity, outage.opened_at, [service]))
    if not served:
        tell_new_parties(WATCH, made)
        touch_incident(made)
    return made


@transaction.atomic
def open_from_verification(*, verification: Verification) -> Incident:
    """Open an incident of a verification of the call log that failed; while it is open the next ones join it."""
    sign = Sign(Origin.LOG, verification.pk, LOG_GROUP, verification.at)
    code = next_code()
    if (known := _known(sign)) is not None:
        return known
    text = _("Kiểm tra nhật ký cuộc gọi thấy %(n)s chỗ sai. Chỗ đầu tiên: %(first)s") % {
        "n": verification.faults,
        "first": verification.detail or verification.table,
    }
    if (lasting := _lasting(LOG_GROUP)) is not None:
        _join(WATCH, lasting, sign, text)
        return lasting
    title = _("Nhật ký cuộc gọi không toàn vẹn")
    return _open(WATCH, code, sign, Wanted(title, text, incident_policy().log_severity, verification.at))


@transaction.atomic
def open_by_hand(
    *, actor: Actor, services: Iterable[DataService] = (), alert: Alert | None = None, **fields: Any
) -> Incident:
    """Open an incident as SKHCN's person: title, summary, severity, started_at; *alert* when it begins with one.

    One that belongs to an incident already gives that incident. Raises PermissionRefused, InvalidInput.
    """
    require_manager(actor)
    code = next_code()
    sign = Sign(Origin.ALERT, alert.pk, alert.key, alert.first_at) if alert is not None else None
    if sign is not None and (known := _known(sign)) is not None:
        return known
    values = tidied(Incident, fields, ("title", "summary", "severity", "started_at"))
    errors: Errors = {}
    if not values.get("title"):
        errors["title"] = [_("Nhập tên sự cố")]
    if values.get("severity") not in Severity.values:
        errors["severity"] = [_("Chọn mức độ")]
        values["severity"] = Severity.MEDIUM
    started = values.get("started_at") or clock.now()
    if started > clock.now():
        errors["started_at"] = [_("Thời điểm xảy ra không được ở tương lai")]
    return open_incident(
        actor=actor,
        code=code,
        origin=Origin.ALERT if sign else Origin.STAFF,
        sign=sign,
        errors=errors,
        wanted=Wanted(values.get("title", ""), values.get("summary", ""), values["severity"], started, services),
    )


def _known(sign: Sign) -> Incident | None:
    found = IncidentSource.objects.filter(kind=sign.kind, ref=sign.ref).select_related("incident").first()
    return found.incident if found else None


def _lasting(group: str) -> Incident | None:
    """Return the incident of *group* that is not ended, locked."""
    known = IncidentSource.objects.filter(group=group, incident__in=Incident.objects.open())
    found = known.order_by("-id").values_list("incident_id", flat=True).first()
    return Incident.objects.select_for_update(of=("self",)).select_related("agency").get(pk=found) if found else None


def _join(actor: Actor, incident: Incident, sign: Sign, text: str) -> None:
    """Let a new sign join a locked incident that is open."""
    _source(incident, sign)
    kind = {Origin.OUTAGE: EntryKind.OUTAGE, Origin.LOG: EntryKind.LOG}.get(sign.kind, EntryKind.ALERT)
    add_entry(actor, incident, kind, Audience.INTERNAL, text)
    incident.recovered_at = None
    touch_incident(incident)
    after = {"source": sign.kind, "ref": sign.ref}
    record_fact(actor=actor, deed="incident.joined", subject=incident, after=after, clause=CLAUSE)


def _source(incident: Incident, sign: Sign) -> None:
    IncidentSource.objects.create(incident=incident, kind=sign.kind, ref=sign.ref, group=sign.group, at=sign.at)


def _open(actor: Actor, code: str, sign: Sign, wanted: Wanted) -> Incident:
    return open_incident(actor=actor, code=code, origin=sign.kind, wanted=wanted, sign=sign)


def open_incident(
    *,
    actor: Actor,
    code: str,
    origin: Origin,
    wanted: Wanted,
    sign: Sign | None = None,
    errors: Errors | None = None,
) -> Incident:
    """Write an incident under *code* with its services, agencies, clocks and first line; SKHCN's people are told.

    The deed that calls it holds the lock of :func:`next_code` and has looked for an incident of the same sign. Raises
    InvalidInput.
    """
    made = Incident(
        code=code,
        title=wanted.title,
        summary=wanted.summary,
        origin=origin,
        severity=wanted.severity,
        started_at=wanted.started_at,
        detected_at=clock.now(),
        **wanted.fields,
    )
    judge(made, errors)
    made.save()
    if sign is not None:
        _source(made, sign)
    add_services(made, wanted.services)
    refresh_parties(made)
    touch_incident(made)
    begin_deadlines(made)
    add_entry(actor, made, EntryKind.OPENED, Audience.PARTIES, f"{made.get_origin_display()}: {made.title}")
    after = {"origin": made.origin, "severity": made.severity, "title": made.title}
    record_fact(actor=actor, deed="incident.opened", subject=made, after=after, clause=CLAUSE)
    _tell_opened(made)
    return made


def _tell_opened(incident: Incident) -> None:
    values = {"code": incident.code, "title": incident.title, "severity": incident.get_severity_display()}
    body = _("Sự cố %(code)s (%(severity)s): %(title)s. Tiếp nhận và phân loại trên cổng.")
    tell_staff(incident, "opened", _("Sự cố mới %(code)s – %(severity)s") % values, body % values)
