"""A person's own account as they see it."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from accounts import roles
from accounts.models import Membership, User
from accounts.selectors.notices import Choice, mail_choices
from core import clock


@dataclass(frozen=True, slots=True)
class Profile:
    """Roles held today, how the second step stands, and which letters are wanted."""

    memberships: list[Membership]
    second_step_on: bool
    second_step_required: bool
    mail: list[Choice]


def profile_of(user: User) -> Profile:
    """Return what *user* may know about their own account."""
    rows = Membership.objects.in_force(clock.today()).filter(user=user).select_related("agency")
    held = list(rows.order_by("agency__sort_key", "role"))
    return Profile(
        memberships=held,
        second_step_on=Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists(),
        second_step_required=any(roles.ROLES[item.role].second_step for item in held),
        mail=mail_choices(user),
    )
