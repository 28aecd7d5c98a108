"""Whom an incident touches: services chosen, agencies computed from them, told and asked to acknowledge (QC8.6)."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import DataService
from catalog.selectors.terms import due_from
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents.guards.incidents import REPORT, VIEW_OWN
from incidents.models import Incident, IncidentParty, IncidentService
from incidents.register_choices import Audience, EntryKind, PartyRole
from incidents.selectors.affected import agencies_touched, services_of_party
from incidents.services.incident_deadlines import PARTY, meet_first_word
from incidents.services.incident_moves import CLAUSE, add_entry, lock_incident, require_manager, touch_incident
from incidents.services.incident_telling import services_said, tell_party


@transaction.atomic
def set_services(
    *, actor: Actor, incident: Incident, services: Iterable[DataService], revision: int | None = None
) -> Incident:
    """Say which services an incident touches; agencies follow from providers and live grants, nobody is told yet.

    An agency that was told stays. Raises PermissionRefused, StateRefused once the incident is ended.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; mở lại rồi sửa dịch vụ bị ảnh hưởng."))
    wanted = {service.pk: service for service in services}
    before = list(stored.affected.values_list("service__code", flat=True))
    stored.affected.exclude(service_id__in=wanted).delete()
    add_services(stored, wanted.values())
    refresh_parties(stored)
    touch_incident(stored)
    after = list(stored.affected.values_list("service__code", flat=True))
    if before != after:
        names = services_said(service.title for service in wanted.values()) or _("không có")
        text = _("Dịch vụ bị ảnh hưởng: %(names)s") % {"names": names}
        add_entry(actor, stored, EntryKind.UPDATE, Audience.INTERNAL, text)
        record_fact(
            actor=actor,
            deed="incident.services_set",
            subject=stored,
            before={"services": before},
            after={"services": after},
            clause=CLAUSE,
        )
    return stored


def add_services(incident: Incident, services: Iterable[DataService]) -> None:
    """Add services to a locked incident, once each."""
    for service in services:
        IncidentService.objects.get_or_create(incident=incident, service=service)


def refresh_parties(incident: Incident) -> None:
    """Compute the agencies of a locked incident anew; those already told stay."""
    roles = agencies_touched([row.service_id for row in incident.affected.all()])
    if incident.agency_id:
        roles[incident.agency_id] = PartyRole.REPORTER
    incident.parties.filter(told_at__isnull=True).exclude(agency_id__in=roles).delete()
    for agency_id, role in roles.items():
        IncidentParty.objects.update_or_create(incident=incident, agency_id=agency_id, defaults={"role": role})


@transaction.atomic
def tell_parties(*, actor: Actor, incident: Incident, revision: int | None = None) -> int:
    """Tell every agency the incident touches that was not told; return how many. The clock of each begins.

    Raises PermissionRefused, StateRefused once the incident is ended, InvalidInput when there is nobody to tell.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; không còn cơ quan nào cần báo."))
    told = tell_new_parties(actor, stored)
    if not told:
        raise InvalidInput(
            {"": [_("Không còn cơ quan nào chưa được báo; thêm dịch vụ bị ảnh hưởng để tính cơ quan liên quan")]}
        )
    touch_incident(stored)
    return told


def tell_new_parties(actor: Actor, incident: Incident, *, only: int | None = None) -> int:
    """Tell the agencies of a locked incident that do not know of it yet, or *only* one; return how many."""
    unheard = incident.parties.select_for_update(of=("self",)).filter(told_at__isnull=True)
    waiting = list(unheard if only is None else unheard.filter(agency_id=only))
    if not waiting:
        return 0
    now = clock.now()
    ack_due, _statutory = due_from(now, PARTY)
    for row in waiting:
        row.told_at, row.ack_due_at = now, ack_due
        if row.role == PartyRole.REPORTER:
            row.acknowledged_at, row.ack_due_at = now, None
        row.save()
    names = sorted(row.agency.name for row in waiting)
    text = _("Đã báo %(n)s cơ quan: %(names)s") % {"n": len(names), "names": services_said(names)}
    add_entry(actor, incident, EntryKind.PARTY, Audience.INTERNAL, text)
    meet_first_word(incident, text)
    record_fact(
        actor=actor, deed="incident.parties_told", subject=incident, after={"agencies": len(names)}, clause=CLAUSE
    )
    for row in waiting:
        _tell(row)
    return len(names)


def _tell(party: IncidentParty) -> None:
    incident = party.incident
    services = services_said(services_of_party(incident, party.agency_id))
    values = {"code": incident.code, "services": services or _("nền tảng")}
    body = _("Sự cố %(code)s ảnh hưởng %(services)s. Diễn biến và việc cần làm ghi trên cổng.") % values
    if party.role != PartyRole.REPORTER:
        body += " " + _("Xác nhận đã nhận thông tin để Sở Khoa học và Công nghệ biết cơ quan đã nắm được.")
    tell_party(party, "told", _("Sự cố %(code)s: %(services)s") % values, body)


@transaction.atomic
def acknowledge_party(*, actor: Actor, incident: Incident) -> IncidentParty:
    """Say for the actor's agency that it knows of the incident. Raises PermissionRefused, StateRefused when done."""
    if not (actor.may(REPORT) and actor.may(VIEW_OWN)) or actor.user_id is None:
        raise PermissionRefused(_("Xác nhận thuộc người báo sự cố của cơ quan."))
    stored = lock_incident(incident)
    party = stored.parties.select_for_update(of=("self",)).filter(agency_id=actor.agency_id or 0).first()
    if party is None or party.told_at is None:
        raise PermissionRefused(_("Sự cố này không thuộc cơ quan bạn."))
    if party.acknowledged_at is not None:
        raise StateRefused(_("Cơ quan đã xác nhận sự cố này rồi."))
    party.acknowledged_at, party.acknowledged_by_id = clock.now(), actor.user_id
    party.save()
    text = _("%(agency)s đã xác nhận nhận thông tin") % {"agency": actor.agency_name}
    add_entry(actor, stored, EntryKind.PARTY, Audience.INTERNAL, text)
    record_fact(actor=actor, deed="incident.party_acknowledged", subject=stored, clause="QC15.4")
    return party
