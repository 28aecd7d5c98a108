"""Deeds on roles at the operator: one proposes, another decides (QC8.2)."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import ChangeKind, ChangeState
from accounts.models import Agency, Membership, RoleChange, User
from accounts.services.invitations import Issued, issue
from accounts.services.memberships import close_membership, give_role, judge_terms
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@transaction.atomic
def propose_role_change(
    *, actor: Actor, kind: str, role: str, email: str, full_name: str, reason: str, valid_to: date | None = None
) -> RoleChange:
    """Propose to give or end a role in the actor's own operating agency."""
    agency = Agency.objects.filter(pk=actor.agency_id or 0, is_operator=True).first()
    if agency is None or actor.user_id is None or not actor.may("role.propose"):
        raise PermissionRefused(_("Việc này thuộc Trưởng phòng hoặc Cán bộ vận hành của Sở."))
    email, full_name, reason = tidy(email).lower(), tidy(full_name), tidy(reason)
    user = User.objects.filter(email__iexact=email).first()
    own_roles = Membership.objects.filter(user=user, agency=agency, role=role) if user else Membership.objects.none()
    held = own_roles.in_force(clock.today()).exists()
    errors = {} if kind == ChangeKind.END else judge_terms(agency=agency, role=role, employer="", valid_to=valid_to)
    if kind not in ChangeKind:
        errors["kind"] = [_("Chọn giao hoặc thôi giao vai trò")]
    errors |= _judge_texts(email=email, reason=reason, full_name=user.full_name if user else full_name)
    if user is not None and user.pk == actor.user_id:
        errors["email"] = [_("Không tự đề nghị vai trò cho chính mình")]
    elif "email" not in errors and held != (kind == ChangeKind.END):
        errors["email"] = [_("Người này đang giữ vai trò đó") if held else _("Người này không giữ vai trò đó")]
    if errors:
        raise InvalidInput(errors)
    try:
        with transaction.atomic():
            made = RoleChange.objects.create(
                kind=kind,
                agency=agency,
                role=role,
                user=user,
                email=email,
                full_name=user.full_name if user else full_name,
                valid_to=valid_to,
                reason=reason,
                proposed_by_id=actor.user_id,
                proposed_at=clock.now(),
            )
    except IntegrityError as error:
        raise InvalidInput({"email": [_("Đã có đề nghị đang chờ duyệt cho người và vai trò này")]}) from error
    record_fact(actor=actor, deed="role_change.proposed", subject=made, reason=reason, clause="QC8.2")
    return made


def _judge_texts(**values: str) -> dict[str, list[str]]:
    asked = {
        "email": _("Nhập thư điện tử công vụ, ví dụ ten@tuyenquang.gov.vn"),
        "reason": _("Nhập lý do"),
        "full_name": _("Nhập họ và tên"),
    }
    errors = {name: [asked[name]] for name, value in values.items() if not value}
    try:
        validate_email(values["email"])
    except ValidationError:
        errors["email"] = [asked["email"]]
    return errors


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided change, with the invitation's secrets where one was made."""

    change: RoleChange
    issued: Issued | None = None


@transaction.atomic
def decide_role_change(*, actor: Actor, change: RoleChange, approve: bool, note: str = "") -> Decided:
    """Approve or return a proposal; never by the proposer or the person it is about."""
    stored = RoleChange.objects.select_for_update(of=("self",)).select_related("agency", "user").get(pk=change.pk)
    if not actor.may("role.decide") or stored.agency_id != actor.agency_id:
        raise PermissionRefused(_("Việc này thuộc Trưởng phòng hoặc Lãnh đạo Sở."))
    # An account may have been made for the address since the proposal.
    stored.user = stored.user or User.objects.filter(email__iexact=stored.email).first()
    if actor.user_id in (stored.proposed_by_id, stored.user_id):
        raise PermissionRefused(_("Người đề nghị và người được đề nghị không tự duyệt; cần người thứ hai."))
    if stored.state != ChangeState.PROPOSED:
        raise StateRefused(_("Đề nghị này đã được %(who)s quyết định.") % {"who": stored.decided_by})
    if not approve and not tidy(note):
        raise InvalidInput({"note": [_("Nhập lý do không duyệt")]})
    stored.state = ChangeState.APPROVED if approve else ChangeState.RETURNED
    stored.decided_by_id, stored.decided_at, stored.decision_note = actor.user_id, clock.now(), tidy(note)
    stored.save()
    record_fact(
        actor=actor,
        deed="role_change.decided",
        subject=stored,
        after={"state": stored.state},
        reason=tidy(note),
        clause="QC8.2",
    )
    return Decided(stored, _carry_out(actor, stored) if approve else None)


def _carry_out(actor: Actor, change: RoleChange) -> Issued | None:
    if change.kind == ChangeKind.END:
        held = Membership.objects.select_for_update(of=("self",)).filter(
            user=change.user, agency=change.agency, role=change.role, ended_at__isnull=True
        )
        for membership in held:
            close_membership(actor=actor, stored=membership, reason=change.reason)
        return None
    if change.user is None:
        return issue(
            actor=actor,
            agency=change.agency,
            email=change.email,
            full_name=change.full_name,
            role=change.role,
            valid_to=change.valid_to,
        )
    errors = judge_terms(agency=change.agency, role=change.role, employer="", valid_to=change.valid_to)
    if errors:
        raise InvalidInput({"note": [text for texts in errors.values() for text in texts]})
    give_role(
        actor=actor,
        user=change.user,
        agency=change.agency,
        role=change.role,
        valid_to=change.valid_to,
        reason=change.reason,
    )
    return None
