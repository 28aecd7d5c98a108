"""Deeds on sessions, and the record of who came and went (QC8.5)."""

from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import PermissionRefused


class SignInDeed(StrEnum):
    """What happens around sign-in and is kept as a fact."""

    DONE = "signin.done"
    LEFT = "signin.left"
    LOCKED = "signin.locked"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 -- the name of a deed
    PASSWORD_RESET = "password.reset"  # noqa: S105 -- the name of a deed
    SECOND_STEP_ADDED = "second_step.added"
    SECOND_STEP_REMOVED = "second_step.removed"
    CODES_RENEWED = "second_step.codes_renewed"
    SECOND_STEP_RESET = "second_step.reset"
    SESSIONS_ENDED = "sessions.ended"


@transaction.atomic
def end_all_sessions(*, actor: Actor, user: User) -> None:
    """End every open session of *user* at once, on all devices.

    A person may do it to themselves, an agency administrator to people of their agency, a security officer to anyone.
    Raises PermissionRefused.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if not _may_end(actor, locked):
        raise PermissionRefused(_("Vai trò của bạn không cho phép kết thúc phiên làm việc của người này."))
    locked.session_epoch += 1
    locked.save(update_fields=["session_epoch"])
    user.session_epoch = locked.session_epoch
    record_fact(actor=actor, deed=SignInDeed.SESSIONS_ENDED, subject=locked, clause="QC8.3")


def _may_end(actor: Actor, user: User) -> bool:
    if actor.user_id == user.pk or actor.may("people.stop_any"):
        return True
    if actor.agency_id is None or not actor.may("people.manage_own"):
        return False
    return Membership.objects.filter(user=user, agency_id=actor.agency_id).exists()


@transaction.atomic
def record_signin(*, actor: Actor, user: User, deed: SignInDeed) -> None:
    """Record what *user* did around their sign-in."""
    record_fact(actor=actor, deed=deed, subject=user, clause="QC8.5")


@transaction.atomic
def record_lock(*, actor: Actor, email: str) -> None:
    """Record that sign-in for *email* was locked from the actor's address; the address need not belong to anyone."""
    subject = User.objects.filter(email__iexact=email).first() or User(pk=0, full_name=_("Địa chỉ không có tài khoản"))
    after = {"email": email, "locked_at": clock.now()}
    record_fact(actor=actor, deed=SignInDeed.LOCKED, subject=subject, after=after, clause="QC8.5")
