"""Deeds on roles held: give, end, prolong."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import roles
from accounts.choices import AgencyKind
from accounts.models import Agency, Membership, User
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

# Kinds of agency that send inspectors to the platform.
INSPECTING = frozenset(
    {
        AgencyKind.PROVINCIAL_COMMITTEE,
        AgencyKind.DEPARTMENT,
        AgencyKind.PARTY_BODY,
        AgencyKind.VERTICAL_AGENCY,
        AgencyKind.CENTRAL_AGENCY,
    }
)
Errors = dict[str, list[str]]


def judge_terms(*, agency: Agency, role: str, employer: str, valid_to: date | None) -> Errors:
    """Return what is wrong with giving *role* in *agency* on these terms."""
    errors: Errors = {}
    row = roles.ROLES.get(role)
    if row is None or not _has_place(row, agency):
        return {"role": [_("Chọn vai trò dùng được ở cơ quan này")]}
    today = clock.today()
    if agency.valid_to is not None and agency.valid_to < today:
        errors["role"] = [_("Cơ quan đã kết thúc hoạt động; không giao được vai trò")]
    limit = row.max_days or (roles.CONTRACTOR_MAX_DAYS if employer else None)
    if employer and not row.may_be_contractor:
        errors["employer"] = [_("Vai trò này không giao cho nhà thầu; để trống ô này hoặc chọn Cán bộ kỹ thuật")]
    if valid_to is not None and valid_to < today:
        errors["valid_to"] = [_("Ngày kết thúc phải từ hôm nay (%(day)s) trở đi") % {"day": f"{today:%d/%m/%Y}"}]
    elif limit and (valid_to is None or valid_to > today + timedelta(days=limit)):
        last = today + timedelta(days=limit)
        text = _("Nhập ngày kết thúc, muộn nhất %(day)s (hạn nội bộ %(n)s ngày)")
        errors["valid_to"] = [text % {"day": f"{last:%d/%m/%Y}", "n": limit}]
    return errors


def _has_place(row: roles.Role, agency: Agency) -> bool:
    """Return whether *agency* has people in this role."""
    if row.side == "operator":
        return agency.is_operator
    if row.side == "leadership":
        return agency.seats_leaders
    if row.side == "inspection":
        return not agency.is_operator and agency.kind in INSPECTING
    return not agency.is_operator


@transaction.atomic
def give_role(
    *,
    actor: Actor,
    user: User,
    agency: Agency,
    role: str,
    employer: str = "",
    valid_to: date | None = None,
    reason: str = "",
) -> Membership:
    """Give *role*; called by the deeds that decided it (invitation, approved change, sample people)."""
    held = Membership.objects.filter(user=user, agency=agency, role=role, ended_at__isnull=True)
    lapsed = held.filter(valid_to__lt=clock.today()).select_for_update().first()
    if lapsed is not None:
        lapsed.ended_at, lapsed.end_reason = clock.now(), _("Hết hạn")
        lapsed.save()
    elif held.exists():
        raise StateRefused(_("%(name)s đang giữ vai trò này.") % {"name": user})
    made = Membership.objects.create(
        user=user, agency=agency, role=role, employer=employer, valid_from=clock.today(), valid_to=valid_to
    )
    after = {"role": role, "agency": agency, "valid_to": valid_to, "employer": employer}
    record_fact(actor=actor, deed="membership.given", subject=made, after=after, reason=reason, clause="QC8.3")
    return made


@transaction.atomic
def end_membership(*, actor: Actor, membership: Membership, reason: str) -> Membership:
    """End a role at once; a person left without any role is signed out everywhere.

    Own agency's administrator, or ``people.stop_any``. Roles of the operator otherwise end by a change of two people.
    """
    # The agency first: two administrators who end each other wait in line instead of blocking one another.
    Agency.objects.select_for_update().get(pk=membership.agency_id)
    stored = Membership.objects.select_for_update(of=("self",)).select_related("agency", "user").get(pk=membership.pk)
    urgent = actor.may("people.stop_any")
    own = actor.may("people.manage_own") and stored.agency_id == actor.agency_id and not stored.agency.is_operator
    if not (urgent or own):
        raise PermissionRefused(_("Việc này thuộc quản trị của %(agency)s.") % {"agency": stored.agency})
    if stored.ended_at is not None:
        raise StateRefused(_("Vai trò này đã thôi từ trước."))
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do thôi giao vai trò")]})
    if not urgent and stored.role == "agency_admin" and not _other_admins(stored):
        raise GuardRefused(_("Cơ quan phải còn ít nhất một quản trị; mời người thay trước."))
    return close_membership(actor=actor, stored=stored, reason=tidy(reason))


def _other_admins(stored: Membership) -> bool:
    admins = Membership.objects.in_force(clock.today()).filter(agency_id=stored.agency_id, role="agency_admin")
    return admins.exclude(pk=stored.pk).exists()


def close_membership(*, actor: Actor, stored: Membership, reason: str) -> Membership:
    """End a locked membership that the caller has judged."""
    stored.ended_at, stored.end_reason = clock.now(), reason
    stored.save()
    user = User.objects.select_for_update().get(pk=stored.user_id)
    if not Membership.objects.in_force(clock.today()).filter(user=user).exists():
        user.session_epoch = F("session_epoch") + 1
        user.save(update_fields=["session_epoch"])
    record_fact(actor=actor, deed="membership.ended", subject=stored, reason=reason, clause="QC12.3")
    return stored


@transaction.atomic
def extend_membership(*, actor: Actor, membership: Membership, valid_to: date, reason: str) -> Membership:
    """Give a role a later end date."""
    stored = Membership.objects.select_for_update(of=("self",)).select_related("agency", "user").get(pk=membership.pk)
    if not (actor.may("people.manage_own") and stored.agency_id == actor.agency_id) or stored.agency.is_operator:
        raise PermissionRefused(_("Việc này thuộc quản trị của %(agency)s.") % {"agency": stored.agency})
    if not stored.is_agencys_own:
        raise PermissionRefused(_("Vai trò này do hai người của Sở Khoa học và Công nghệ giao và gia hạn."))
    if stored.ended_at is not None:
        raise StateRefused(_("Vai trò này đã thôi từ trước; mời lại nếu cần."))
    errors = judge_terms(agency=stored.agency, role=stored.role, employer=stored.employer, valid_to=valid_to)
    if stored.valid_to is None or valid_to <= stored.valid_to:
        errors.setdefault("valid_to", [_("Gia hạn chỉ cho vai trò có thời hạn, đến ngày muộn hơn ngày đang ghi")])
    if not tidy(reason):
        errors["reason"] = [_("Nhập lý do gia hạn")]
    if errors:
        raise InvalidInput(errors)
    before, stored.valid_to = stored.valid_to, valid_to
    stored.save()
    record_fact(
        actor=actor,
        deed="membership.extended",
        subject=stored,
        before={"valid_to": before},
        after={"valid_to": valid_to},
        reason=tidy(reason),
    )
    return stored
