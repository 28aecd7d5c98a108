"""The basket of a connected system: services put in from the catalogue, filled out, sent or taken back (QC11.3)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from audit.record import changed, record_fact
from catalog.models import DataService, InformationSystem, Purpose
from connections.choices import AccessState
from connections.guards.access import fills
from connections.models import AccessLine, AccessRequest, Grant
from connections.selectors.parts import LINE_FIELDS
from connections.services.access_moves import lock_access, move_access, touch_access
from connections.services.access_telling import announce_access
from connections.services.draft_parts import MAX_LINES, read_lines
from connections.services.numbering import next_access_code
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.networks import read_networks
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.workdays import Term, due

DETAILS = ("purpose", "purpose_text", "legal_basis", "frequency", "networks", "wanted_until")
LONGEST = {"purpose_text": 4000, "legal_basis": 2000, "frequency": 300}


@transaction.atomic
def add_to_basket(*, actor: Actor, system: InformationSystem, service: DataService) -> AccessRequest:
    """Put *service* into the basket of *system*, making the basket when there is none; twice is once.

    What the system may call of the service already comes along, to be renewed or widened.
    Raises PermissionRefused, InvalidInput for a service nobody may call, StateRefused for a full basket.
    """
    agency = Agency.objects.select_for_update(of=("self",)).get(pk=system.owner_id)
    basket = (
        AccessRequest.objects.select_for_update(of=("self",)).filter(system=system, state=AccessState.DRAFT).first()
    )
    if basket is None:
        basket = AccessRequest(agency=agency, system=system, created_by_id=actor.user_id or 0, created_at=clock.now())
    if not fills(basket, actor):
        raise PermissionRefused(_("Lập đề nghị khai thác thuộc cán bộ của cơ quan quản lý hệ thống."))
    if not DataService.objects.published().filter(pk=service.pk).exists():
        raise InvalidInput({"service": [_("Dịch vụ «%(s)s» không còn được cung cấp") % {"s": service.title}]})
    if basket.pk is None:
        basket.networks = _networks_of(system)
        touch_access(basket)
        record_fact(actor=actor, deed="access.begun", subject=basket, after={"system": system}, clause="QC11.3")
    if basket.lines.filter(service=service).exists():
        return basket
    if basket.lines.count() >= MAX_LINES:
        raise StateRefused(_("Một đề nghị có tối đa %(n)s dịch vụ (hạn nội bộ).") % {"n": MAX_LINES})
    _add_line(basket, service)
    touch_access(basket)
    record_fact(actor=actor, deed="access.line_added", subject=basket, after={"service": service.code})
    return basket


def _add_line(basket: AccessRequest, service: DataService) -> None:
    grants = Grant.objects.open().filter(system=basket.system, service=service, environment=Environment.LIVE)
    held = grants.first()
    line = AccessLine(access=basket, service=service, daily_quota=service.default_quota, renews=held)
    if held is not None:
        line.operations, line.fields, line.daily_quota = held.operations, held.fields or [], held.daily_quota
    line.save()


def _networks_of(system: InformationSystem) -> list[str]:
    """Return the networks the system's live grants name, else those of its entry in the register."""
    held = Grant.objects.open().filter(system=system, environment=Environment.LIVE).order_by("-id").first()
    return list(held.networks if held is not None and held.networks else system.networks)


@transaction.atomic
def set_basket_line(
    *, actor: Actor, access: AccessRequest, service: DataService, version: int | None = None, **fields: Any
) -> AccessRequest:
    """Set ``operations``, ``fields``, ``daily_quota`` of a service asked for. Raises InvalidInput, StateRefused."""
    stored = _editable(actor, access, version)
    line = stored.lines.filter(service=service).first()
    if line is None:
        raise StateRefused(_("Dịch vụ này không còn trong giỏ đề nghị."))
    values = read_lines([{"service": service, **fields}])[0]
    before = {name: getattr(line, name) for name in LINE_FIELDS}
    old, new = changed(before, {name: values[name] for name in LINE_FIELDS})
    if not new:
        return stored
    for name in LINE_FIELDS:
        setattr(line, name, values[name])
    line.save()
    touch_access(stored)
    record_fact(
        actor=actor,
        deed="access.line_changed",
        subject=stored,
        before={"service": service.code, **old},
        after={"service": service.code, **new},
    )
    return stored


@transaction.atomic
def drop_from_basket(*, actor: Actor, access: AccessRequest, service: DataService) -> AccessRequest:
    """Take *service* out of the basket; twice is once. An empty basket stays and costs nobody anything."""
    stored = _editable(actor, access, None)
    line = stored.lines.filter(service=service).first()
    if line is not None:
        line.delete()
        touch_access(stored)
        record_fact(actor=actor, deed="access.line_dropped", subject=stored, before={"service": service.code})
    return stored


@transaction.atomic
def set_basket(*, actor: Actor, access: AccessRequest, version: int | None = None, **fields: Any) -> AccessRequest:
    """Say what the basket is for: ``purpose``, ``purpose_text``, ``legal_basis``, ``frequency``, ``networks`` (a list
    or text), ``wanted_until``. What is not given stays; gaps are judged when it is sent. Raises InvalidInput by field.
    """
    stored = _editable(actor, access, version)
    values, errors = _read_details(fields)
    if errors:
        raise InvalidInput(errors)
    before = {name: getattr(stored, name) for name in values}
    old, new = changed(before, values)
    if not new:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    touch_access(stored)
    record_fact(actor=actor, deed="access.changed", subject=stored, before=old, after=new, clause="QC11.3")
    return stored


def _read_details(fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    values = {
        name: tidy(value) if isinstance(value, str) else value for name, value in fields.items() if name in DETAILS
    }
    errors: dict[str, list[str]] = {}
    for name, most in LONGEST.items():
        if len(values.get(name) or "") > most:
            errors[name] = [_("Tối đa %(n)s ký tự") % {"n": most}]
    purpose = values.get("purpose")
    if isinstance(purpose, Purpose) and not purpose.active:
        errors["purpose"] = [_("Mục đích này không còn áp dụng; chọn mục đích khác")]
    if "networks" in values:
        values["networks"], wrong = read_networks(fields["networks"])
        if wrong:
            errors["networks"] = wrong
    until: date | None = fields.get("wanted_until")
    if until is not None and until <= clock.today():
        errors["wanted_until"] = [_("Ngày cuối phải sau hôm nay (%(day)s)") % {"day": f"{clock.today():%d/%m/%Y}"}]
    return values, errors


def _editable(actor: Actor, access: AccessRequest, version: int | None) -> AccessRequest:
    stored = lock_access(access, version=version)
    if not fills(stored, actor):
        raise PermissionRefused(_("Sửa giỏ đề nghị thuộc cán bộ của cơ quan quản lý hệ thống."))
    if stored.state != AccessState.DRAFT:
        raise StateRefused(_("Đề nghị %(code)s đã gửi, không sửa được nữa.") % {"code": stored})
    return stored


@transaction.atomic
def send_basket(*, actor: Actor, access: AccessRequest, version: int | None = None) -> AccessRequest:
    """Send the basket to the providers and to SKHCN; both deadlines begin (ours, data).

    Raises PermissionRefused, StateRefused, GuardRefused naming what is missing or asked for already.
    """
    stored = lock_access(access, version=version)
    stored.code, stored.sent_by_id, stored.sent_at = stored.code or next_access_code(), actor.user_id, clock.now()
    stored.opinion_due_at, stored.due_at = _due("access.opinion"), _due("access.decision")
    move_access(actor=actor, access=stored, step="send", after={"services": services_of(stored)})
    announce_access(actor, stored, "sent")
    return stored


def _due(code: str) -> Any:
    policy = deadlines_in_force(clock.today()).filter(code=code).first()
    if policy is None:
        return None
    term = Term(policy.amount, policy.unit)  # type: ignore[arg-type]
    return due(clock.now(), term, work_calendar(), cutoff=policy.cutoff)


def services_of(access: AccessRequest) -> Sequence[str]:
    """Return the codes of the services asked for."""
    return sorted(access.lines.values_list("service__code", flat=True))


@transaction.atomic
def withdraw_access(*, actor: Actor, access: AccessRequest, reason: str) -> AccessRequest:
    """Take a request back before its decision is proposed. Raises PermissionRefused, StateRefused, InvalidInput."""
    stored = lock_access(access)
    was_sent = stored.state == AccessState.SENT
    stored.ended_at, stored.end_reason = clock.now(), tidy(reason)[:2000]
    move_access(actor=actor, access=stored, step="withdraw", reason=reason)
    if was_sent:
        announce_access(actor, stored, "withdrawn")
    return stored
