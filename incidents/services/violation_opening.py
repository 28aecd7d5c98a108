"""Opening violations: by what detection finds, or by hand (QC5.1–5.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import record_fact
from catalog.models import InformationSystem
from catalog.services.judging import Errors, judge, tidied
from connections.models import Grant
from core import clock
from core.actor import Actor, system_actor
from core.problems import PermissionRefused
from incidents.guards.violations import OPEN
from incidents.models import Alert, Incident, Violation
from incidents.register_choices import CLAUSES, Act, Said, ViolationState
from incidents.selectors.violations import named_in
from incidents.services.violation_moves import add_said, lock_violation, next_code, tell_staff_of, touch_violation

WATCH = system_actor("Phát hiện vi phạm")


@dataclass(frozen=True, slots=True)
class About:
    """Whose act it is: an agency, and where known its system and the grant that was used."""

    agency: Agency
    system: InformationSystem | None = None
    grant: Grant | None = None


def about_of(alert: Alert) -> About | None:
    """Return whose calls an alert is about: as it says, and the grant, key or system its subject names."""
    grant, found = named_in([alert.subject_id])
    system, agency = alert.system or found, alert.consumer_agency
    if agency is None and system is not None:
        agency = system.owner
    return About(agency, system, grant) if agency is not None else None


def act_of(alert: Alert) -> Act | None:
    """Return the prohibited act an alert's rule looks for, by the clause it names; None: none of the three."""
    return next((act for act, clause in CLAUSES.items() if clause == alert.rule.clause), None)


@transaction.atomic
def open_from_alert(*, alert: Alert, actor: Actor = WATCH) -> Violation | None:
    """Open a violation of an alert, once for what the alert is about while one is open.

    None when its rule names no clause of Điều 5, or nobody whose act it is: an alert about an address or about many is
    opened by hand. Safe to call again and at once. Raises PermissionRefused for a person who does not open violations.
    """
    about, act, group = about_of(alert), act_of(alert), alert.key
    if about is None or act is None:
        return None
    code = next_code()
    known = Violation.objects.filter(alert_group=group).exclude(state=ViolationState.CLOSED).first()
    if known is not None:
        return _again(actor, known, alert)
    fields = {"facts": alert.summary, "from_at": alert.first_at, "until_at": clock.now()}
    return _open(actor, code, act, about, {**fields, "alert_ref": alert.pk, "alert_group": group})


def _again(actor: Actor, known: Violation, alert: Alert) -> Violation:
    """Note a new alert of the same group once."""
    stored = lock_violation(known)
    if stored.alert_ref != alert.pk:
        stored.alert_ref, stored.until_at = alert.pk, max(stored.until_at, clock.now())
        touch_violation(stored)
        add_said(actor, stored, Said.OPENED, alert.summary, inner=True)
        record_fact(
            actor=actor, deed="violation.seen_again", subject=stored, after={"alert": alert.pk}, clause=stored.clause
        )
    return stored


@transaction.atomic
def open_violation(
    *,
    actor: Actor,
    act: str,
    agency: Agency | None,
    facts: str,
    from_at: datetime | None,
    until_at: datetime | None = None,
    system: InformationSystem | None = None,
    grant: Grant | None = None,
    incident: Incident | None = None,
) -> Violation:
    """Open a violation by hand. Raises PermissionRefused, InvalidInput: act, agency, facts and time are needed.

    A system must be the agency's, a grant the system's or the agency's.
    """
    code, now = next_code(), clock.now()
    ends = until_at or now
    errors: Errors = {}
    if agency is None:
        errors["agency"] = [_("Chọn cơ quan có hành vi")]
    if system is not None and agency is not None and system.owner_id != agency.pk:
        errors["system"] = [_("Hệ thống này không thuộc cơ quan đã chọn")]
    if grant is not None and agency is not None and grant.system.owner_id != agency.pk:
        errors["grant"] = [_("Quyền khai thác này không thuộc cơ quan đã chọn")]
    if from_at is None:
        errors["from_at"] = [_("Nhập thời điểm bắt đầu của hành vi")]
    elif from_at > min(ends, now):
        errors["from_at"] = [_("Thời điểm bắt đầu phải trước lúc kết thúc và không ở tương lai")]
    about = About(agency or Agency(), system or (grant.system if grant else None), grant)
    fields = {"facts": facts, "from_at": from_at or now, "until_at": max(ends, from_at or now), "incident": incident}
    return _open(actor, code, act, about, fields, errors)


def _open(
    actor: Actor, code: str, act: str, about: About, fields: dict[str, Any], errors: Errors | None = None
) -> Violation:
    if not actor.may(OPEN):
        raise PermissionRefused(_("Ghi nhận vi phạm thuộc vai trò Cán bộ vận hành, Cán bộ an toàn thông tin."))
    found: Errors = dict(errors or {})
    if act not in Act.values:
        found["act"] = [_("Chọn hành vi bị nghiêm cấm")]
    fields |= tidied(Violation, {"facts": fields["facts"]}, ("facts",))
    if not fields["facts"]:
        found["facts"] = [_("Mô tả hành vi: ai, việc gì, bằng chứng ở đâu")]
    made = Violation(
        code=code,
        act=act,
        agency_id=about.agency.pk,
        system=about.system,
        grant=about.grant,
        opened_by_id=actor.user_id,
        opened_at=clock.now(),
        **fields,
    )
    judge(made, found, besides=("agency",) if about.agency.pk is None else ())
    touch_violation(made)
    add_said(actor, made, Said.OPENED, made.facts)
    after = {"act": made.act, "agency": about.agency, "grant": about.grant}
    record_fact(actor=actor, deed="violation.opened", subject=made, after=after, clause=made.clause)
    values = {"code": made.code, "agency": about.agency, "act": made.get_act_display()}
    body = _("%(code)s: %(agency)s – %(act)s. Gắn bằng chứng và yêu cầu giải trình trên cổng.") % values
    tell_staff_of(made, OPEN, "opened", _("Vi phạm mới %(code)s – %(agency)s") % values, body)
    return made
