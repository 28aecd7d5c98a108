"""Voiding a second step its owner has lost: telephone gone, recovery codes gone (QC8.2, QC8.3)."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Membership, User
from accounts.services.letters import send_letter
from accounts.services.sessions import SignInDeed
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy


@transaction.atomic
def reset_second_step(*, actor: Actor, user: User, reason: str) -> User:
    """Void the second step of a person of the actor's own agency.

    Only of people whose every role is an agency's role there: who also works elsewhere, or in a role that demands a
    second step, takes two people of the operator. Raises PermissionRefused, InvalidInput, StateRefused.
    """
    stored = User.objects.select_for_update().get(pk=user.pk)
    if actor.user_id == stored.pk:
        raise PermissionRefused(_("Không tự đặt lại cho chính mình; cần người thứ hai."))
    if not (actor.may("people.manage_own") and _is_wholly_of(stored, actor.agency_id)):
        raise PermissionRefused(
            _("Người này giữ vai trò ngoài phạm vi của bạn. Sở Khoa học và Công nghệ đặt lại, qua hai người.")
        )
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do đặt lại")]})
    return void_second_step(actor=actor, stored=stored, reason=tidy(reason))


def _is_wholly_of(user: User, agency_id: int | None) -> bool:
    held = list(Membership.objects.in_force(clock.today()).filter(user=user).values_list("agency_id", "role"))
    return bool(held) and all(
        where == agency_id and roles.ROLES[role].side == "agency" and not roles.ROLES[role].second_step
        for where, role in held
    )


def has_second_step(user: User) -> bool:
    """Return whether *user* has set one up."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def void_second_step(*, actor: Actor, stored: User, reason: str) -> User:
    """Remove the authenticator and recovery codes of a locked person, end their sessions and write to them.

    The caller has judged who may. Raises StateRefused when there is nothing to void (any more).
    """
    gone, _rows = Authenticator.objects.filter(user=stored).delete()
    if not gone:
        raise StateRefused(_("%(name)s chưa bật xác thực hai bước, hoặc vừa được đặt lại.") % {"name": stored})
    stored.session_epoch += 1
    stored.save(update_fields=["session_epoch"])
    record_fact(actor=actor, deed=SignInDeed.SECOND_STEP_RESET, subject=stored, reason=reason, clause="QC8.3")
    send_letter(to=stored.email, subject=_("Xác thực hai bước đã được đặt lại"), body=_letter(stored, actor))
    return stored


def _letter(user: User, actor: Actor) -> str:
    return _(
        "Xác thực hai bước của ông/bà %(name)s trên cổng LGSP đã được %(agency)s đặt lại lúc %(when)s.\n\n"
        "Ứng dụng xác thực và mã dự phòng cũ không dùng được nữa; mọi phiên làm việc đã kết thúc. "
        "Đăng nhập bằng mật khẩu rồi thiết lập lại xác thực hai bước ngay.\n\n"
        "Nếu ông/bà không đề nghị việc này, đổi mật khẩu và báo ngay Sở Khoa học và Công nghệ."
    ) % {"name": user, "agency": actor.agency_name, "when": f"{clock.local_now():%H:%M ngày %d/%m/%Y}"}
