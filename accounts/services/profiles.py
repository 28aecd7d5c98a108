"""What people change about themselves."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import nfc

_DIGITS = range(8, 16)


@transaction.atomic
def change_own_profile(*, actor: Actor, phone: str, position: str) -> User:
    """Change the actor's own phone and position; the same again is fine. Raises InvalidInput, PermissionRefused."""
    if not actor.may("self.manage"):
        raise PermissionRefused(_("Tài khoản không còn vai trò nào đang hiệu lực. Liên hệ quản trị cơ quan."))
    user = User.objects.select_for_update().get(pk=actor.user_id)
    given = {"phone": nfc(phone).strip(), "position": " ".join(nfc(position).split())}
    if given["phone"] and sum(char.isdigit() for char in given["phone"]) not in _DIGITS:
        raise InvalidInput({"phone": [_("Số điện thoại gồm 8 đến 15 chữ số, ví dụ 0207 382 1234")]})
    before, after = changed({"phone": user.phone, "position": user.position}, given)
    if after:
        user.phone, user.position = given["phone"], given["position"]
        user.save(update_fields=["phone", "position"])
        record_fact(actor=actor, deed="profile.changed", subject=user, before=before, after=after)
    return user
