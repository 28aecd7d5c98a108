"""One call of the live environment from the portal, with a reason (ux.md C3).

It reads real data, so it is a deed of a person before it is a call: who, why and what are a fact before anything is
sent. Only what asks and changes nothing is sent, and only where no citizen's data comes back onto a screen.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Membership
from audit.record import record_fact
from catalog.choices import PersonalData
from catalog.models import Operation
from connections.models import Credential, Grant, Hold
from connections.services.keys import is_technician
from connections.services.sandbox import signing_key
from connections.services.trying import Tried, Wish, count_try, path_of, send_try, told_of
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.problems import DomainError, GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

TRY_LIVE = "call.try_live"
LEAST, MOST = 10, 300
# What asks and changes nothing.
ASKING = ("GET", "HEAD")


def why_not_live(actor: Actor, grant: Grant, operation: Operation) -> DomainError | None:
    """Return what keeps *actor* from trying *operation* live under *grant*; None: nothing does."""
    try:
        _judge(actor, grant, operation)
    except DomainError as refusal:
        return refusal
    return None


def try_live(*, actor: Actor, grant: Grant, operation: Operation, wish: Wish, reason: str) -> Tried:
    """Send one call of *operation* under a live *grant*, signed with the system's own live key.

    By a technician of the system's agency who holds ``call.try_live`` and works for no supplier; the grant's purpose
    goes with the call, *reason* (10 to 300 characters) is kept in the facts, one before the call and one after it. The
    broker judges, counts and logs it like any call of the system.
    Raises PermissionRefused, StateRefused, GuardRefused, InvalidInput by field, TooMany, DomainError when the broker
    cannot be had.
    """
    key = _judge(actor, grant, operation)
    reason = tidy(reason)
    if not LEAST <= len(reason) <= MOST:
        said = {"least": LEAST, "most": MOST}
        raise InvalidInput({"reason": [_("Nhập lý do, từ %(least)s đến %(most)s ký tự") % said]})
    path = path_of(operation, wish)
    count_try(actor)
    before = {"key": key.access_key, "operation": operation.code}
    with transaction.atomic():
        record_fact(actor=actor, deed="live.tried", subject=grant, after=before, reason=reason, clause="QC11.3")
    tried = send_try(key, grant, operation, path, wish)
    with transaction.atomic():
        after = told_of(tried, operation)
        record_fact(actor=actor, deed="live.answered", subject=grant, after=after, reason=reason, clause="QC11.3")
    return tried


def _judge(actor: Actor, grant: Grant, operation: Operation) -> Credential:
    """Return the key that signs. Raises what keeps the actor from it, the right first, then the state."""
    _judge_person(actor, grant)
    _judge_standing(grant)
    if grant.service.personal_data != PersonalData.NONE:
        raise GuardRefused(
            _("Dịch vụ có dữ liệu cá nhân: chỉ hệ thống gọi, cổng không hiện câu trả lời cho người xem.")
        )
    if operation.method not in ASKING:
        raise GuardRefused(_("Từ cổng chỉ gọi thao tác đọc; thao tác làm thay đổi dữ liệu do hệ thống gọi."))
    key = signing_key(grant.system, Environment.LIVE)
    if key is None:
        raise StateRefused(_("Hệ thống không có khóa chính thức HMAC-SHA256 nào đang dùng."))
    return key


def _judge_person(actor: Actor, grant: Grant) -> None:
    if actor.user_id is None or not (actor.may(TRY_LIVE) and is_technician(actor, grant.system)):
        raise PermissionRefused(_("Gọi môi trường chính thức từ cổng thuộc Cán bộ kỹ thuật của cơ quan quản lý."))
    held = Membership.objects.in_force(clock.today()).filter(user=actor.user_id, agency=grant.system.owner_id)
    if not held.filter(role__in=roles.roles_with(TRY_LIVE), employer="").exists():
        raise PermissionRefused(_("Người của đơn vị cung ứng không gọi môi trường chính thức từ cổng."))


def _judge_standing(grant: Grant) -> None:
    if grant.environment != Environment.LIVE:
        raise StateRefused(_("Quyền %(code)s thuộc môi trường thử nghiệm; gọi ở trang gọi thử.") % {"code": grant})
    today, ended = clock.today(), grant.valid_to is not None and grant.valid_to < clock.today()
    if grant.revoked_at is not None or ended or grant.valid_from > today:
        raise StateRefused(_("Quyền %(code)s không còn hoặc chưa có hiệu lực.") % {"code": grant})
    if Hold.objects.filter(connection=grant.connection_id, lifted_at__isnull=True).exists():
        raise StateRefused(_("Kết nối của hệ thống đang bị tạm dừng."))
