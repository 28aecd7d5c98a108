"""What of the catalogue waits for this person."""

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import ServiceState, SystemState
from catalog.guards import SERVICE_MANAGE, SYSTEM_EDIT_OWN
from catalog.models import DataWish, InformationSystem, ServiceVersion
from catalog.wish_words import WishState
from core.actor import Actor
from core.web.boards import Task


def tasks_for(actor: Actor) -> list[Task]:
    """Return drafts that somebody began: systems for their agency, service versions for the operator."""
    return [*_systems(actor), *_versions(actor), *_wishes(actor)]


def _systems(actor: Actor) -> list[Task]:
    if not actor.may(SYSTEM_EDIT_OWN):
        return []
    drafts = InformationSystem.objects.filter(owner_id=actor.agency_id, state=SystemState.DRAFT)[:7]
    hint = _("Đăng ký xong mới lập được đề nghị kết nối")
    return [
        Task(_("Đăng ký hệ thống %(name)s") % {"name": item}, hint, reverse("system", args=[item.code]))
        for item in drafts
    ]


def _versions(actor: Actor) -> list[Task]:
    if not actor.may(SERVICE_MANAGE):
        return []
    count = ServiceVersion.objects.filter(state=ServiceState.DRAFT).count()
    if not count:
        return []
    address = f"{reverse('admin:catalog_serviceversion_changelist')}?state__exact=draft"
    return [Task(_("Xem phiên bản dịch vụ chưa công bố"), _("%(n)s bản nháp") % {"n": count}, address)]


def _wishes(actor: Actor) -> list[Task]:
    if not actor.may(SERVICE_MANAGE):
        return []
    count = DataWish.objects.filter(state=WishState.OPEN).count()
    late = DataWish.objects.overdue().count() if count else 0
    if not count:
        return []
    hint = _("%(n)s nhu cầu chờ trả lời, %(late)s quá hạn nội bộ") % {"n": count, "late": late}
    return [Task(_("Trả lời nhu cầu dữ liệu của các cơ quan"), hint, f"{reverse('wishes')}?tab=open")]
