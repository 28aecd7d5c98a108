"""Deeds that take two people of the operator: one proposes, another decides (QC8.2)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.choices import ChangeKind, ChangeState
from accounts.models import Agency, Membership, RoleChange, User
from accounts.services.invitations import Issued, issue
from accounts.services.memberships import close_membership, give_role, judge_terms
from accounts.services.second_step import has_second_step, void_second_step
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

# Characters the columns hold.
LONGEST = {"email": 254, "full_name": 150, "reason": 300}
GIVE_OR_END = (ChangeKind.GIVE, ChangeKind.END)


@transaction.atomic
def propose_role_change(
    *,
    actor: Actor,
    kind: str,
    role: str,
    email: str,
    full_name: str,
    reason: str,
    valid_to: date | None = None,
    agency: Agency | None = None,
) -> RoleChange:
    """Propose to give or end a role: in the actor's own operating agency, or, of leaders and inspectors, in *agency*.

    Raises PermissionRefused, InvalidInput.
    """
    own = _own_agency(actor)
    email, full_name, reason = tidy(email).lower(), tidy(full_name), tidy(reason)
    errors: dict[str, list[str]] = {} if kind in GIVE_OR_END else {"kind": [_("Chọn giao hoặc thôi giao vai trò")]}
    place = _place(own, role, agency)
    if place is None:
        errors["agency"] = [_("Chọn cơ quan của người giữ vai trò này; vai trò của Sở để trống ô này")]
    elif kind != ChangeKind.END:
        errors |= judge_terms(agency=place, role=role, employer="", valid_to=valid_to)
    user = User.objects.filter(email__iexact=email).first()
    errors |= _judge_texts(email=email, reason=reason, full_name=user.full_name if user else full_name)
    errors |= _judge_person(actor, user, place, role=role, kind=kind) if "email" not in errors else {}
    if errors or place is None:
        raise InvalidInput(errors)
    name = user.full_name if user else full_name
    return _propose(
        actor,
        kind=kind,
        agency=place,
        role=role,
        user=user,
        email=email,
        full_name=name,
        valid_to=valid_to,
        reason=reason,
    )


@transaction.atomic
def propose_second_step_reset(*, actor: Actor, email: str, reason: str) -> RoleChange:
    """Propose to void the second step of a person who lost it. Raises PermissionRefused, InvalidInput."""
    own = _own_agency(actor)
    email, reason = tidy(email).lower(), tidy(reason)
    user = User.objects.filter(email__iexact=email).first()
    errors = _judge_texts(email=email, reason=reason)
    if user is not None and user.pk == actor.user_id:
        errors["email"] = [_("Không tự đề nghị cho chính mình")]
    elif "email" not in errors and (user is None or not has_second_step(user)):
        errors["email"] = [_("Không có người dùng nào với thư điện tử này đang bật xác thực hai bước")]
    if errors or user is None:
        raise InvalidInput(errors)
    return _propose(
        actor,
        kind=ChangeKind.RESET,
        agency=own,
        role="",
        user=user,
        email=email,
        full_name=user.full_name,
        reason=reason,
    )


def _own_agency(actor: Actor) -> Agency:
    """Return the operating agency the actor proposes for. Raises PermissionRefused."""
    agency = Agency.objects.filter(pk=actor.agency_id or 0, is_operator=True).first()
    if agency is None or actor.user_id is None or not actor.may("role.propose"):
        raise PermissionRefused(_("Việc này thuộc Trưởng phòng hoặc Cán bộ vận hành của Sở."))
    return agency


def _place(own: Agency, role: str, asked: Agency | None) -> Agency | None:
    """Return where *role* is held: at the operator itself, or in the agency asked for; None when they do not fit."""
    if role in roles.OUTSIDE:
        return asked
    return own if asked is None or asked.pk == own.pk else None


def _judge_person(
    actor: Actor, user: User | None, agency: Agency | None, *, role: str, kind: str
) -> dict[str, list[str]]:
    if user is None:
        return {"email": [_("Người này không giữ vai trò đó")]} if kind == ChangeKind.END else {}
    if user.pk == actor.user_id:
        return {"email": [_("Không tự đề nghị vai trò cho chính mình")]}
    held = Membership.objects.in_force(clock.today()).filter(user=user, agency=agency, role=role).first()
    if held is None:
        return {"email": [_("Người này không giữ vai trò đó")]} if kind == ChangeKind.END else {}
    if kind == ChangeKind.END:
        return {}
    until = f"{held.valid_to:%d/%m/%Y}" if held.valid_to else ""
    told = _("Người này đang giữ vai trò đó đến hết %(day)s") if until else _("Người này đang giữ vai trò đó")
    return {"email": [told % {"day": until} if until else told]}


def _propose(actor: Actor, **fields: Any) -> RoleChange:
    fields |= {"proposed_by_id": actor.user_id, "proposed_at": clock.now()}
    try:
        with transaction.atomic():
            made = RoleChange.objects.create(**fields)
    except IntegrityError as error:
        raise InvalidInput({"email": [_("Đã có đề nghị đang chờ duyệt cho người và việc này")]}) from error
    record_fact(actor=actor, deed="role_change.proposed", subject=made, reason=made.reason, clause="QC8.2")
    return made


def _judge_texts(**values: str) -> dict[str, list[str]]:
    asked = {
        "email": _("Nhập thư điện tử công vụ, ví dụ ten@tuyenquang.gov.vn"),
        "reason": _("Nhập lý do"),
        "full_name": _("Nhập họ và tên"),
    }
    errors = {name: [asked[name]] for name, value in values.items() if not value}
    for name, value in values.items():
        if len(value) > LONGEST[name]:
            errors[name] = [_("Rút gọn còn tối đa %(n)s ký tự") % {"n": LONGEST[name]}]
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
    if not actor.may("role.decide") or not _is_ours(actor, stored):
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


def _is_ours(actor: Actor, change: RoleChange) -> bool:
    """Return whether the actor's operating agency decides *change*: its own, or a role outside."""
    if change.agency_id != actor.agency_id and change.role not in roles.OUTSIDE:
        return False
    return Agency.objects.filter(pk=actor.agency_id or 0, is_operator=True).exists()


def _carry_out(actor: Actor, change: RoleChange) -> Issued | None:
    if change.kind == ChangeKind.RESET:
        void_second_step(
            actor=actor, stored=User.objects.select_for_update().get(pk=change.user_id), reason=change.reason
        )
        return None
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
