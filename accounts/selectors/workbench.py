"""What waits for this person, and how they stand."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import ChangeKind
from accounts.models import Invitation, Membership, RoleChange
from accounts.selectors.notices import outbox
from core import clock
from core.actor import Actor
from core.web.boards import Task

SOON_DAYS = 30


def tasks_for(actor: Actor) -> list[Task]:
    """Return what waits for *actor* under their present agency, most urgent first."""
    return [*_letters(actor), *_decisions(actor), *_ending(actor), *_unanswered(actor)]


def _letters(actor: Actor) -> list[Task]:
    """Warn those who run the platform while letters do not go out."""
    if not actor.may("environment.manage") or not (found := outbox()).in_trouble:
        return []
    said = [] if found.configured else [_("Chưa khai báo máy chủ thư")]
    if found.waiting and found.since is not None:
        since = f"{found.since.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
        said.append(_("%(n)s thư chưa gửi được, từ %(when)s") % {"n": found.waiting, "when": since})
    if found.given_up:
        said.append(_("%(n)s thư bị từ chối, cần xem địa chỉ") % {"n": found.given_up})
    return [Task(_("Kiểm tra thư không gửi được"), "; ".join(said), reverse("admin:accounts_letter_changelist"))]


def _decisions(actor: Actor) -> list[Task]:
    waiting = RoleChange.objects.waiting_for(actor).select_related("proposed_by").order_by("proposed_at")[:7]
    return [
        Task(
            _title(item) % {"name": item.full_name},
            _("%(who)s đề nghị ngày %(day)s")
            % {"who": item.proposed_by, "day": f"{item.proposed_at.astimezone(clock.VIETNAM):%d/%m/%Y}"},
            reverse("decide_role_change", args=[item.pk]),
        )
        for item in waiting
    ]


def _title(change: RoleChange) -> str:
    if change.kind == ChangeKind.RESET:
        return _("Duyệt đặt lại xác thực hai bước của %(name)s")
    return _("Duyệt thay đổi vai trò của %(name)s")


def _ending(actor: Actor) -> list[Task]:
    if not actor.may("people.manage_own"):
        return []
    today = clock.today()
    limit = today.fromordinal(today.toordinal() + SOON_DAYS)
    count = Membership.objects.in_force(today).filter(Q(agency_id=actor.agency_id), valid_to__lte=limit).count()
    if not count:
        return []
    text = ngettext("%(n)s vai trò hết hạn trong %(d)s ngày tới", "%(n)s vai trò hết hạn trong %(d)s ngày tới", count)
    return [Task(_("Xem vai trò sắp hết hạn"), text % {"n": count, "d": SOON_DAYS}, reverse("people"))]


def _unanswered(actor: Actor) -> list[Task]:
    if not actor.may("people.manage_own"):
        return []
    now = clock.now()
    count = Invitation.objects.filter(
        Q(agency_id=actor.agency_id), accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).count()
    if not count:
        return []
    detail = _("%(n)s lời mời chưa được nhận") % {"n": count}
    return [Task(_("Theo dõi lời mời đã gửi"), detail, reverse("people"))]
