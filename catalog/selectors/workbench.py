"""What of the catalogue waits for this person."""

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import ServiceState, SystemState
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE, SYSTEM_EDIT_OWN
from catalog.models import DataWish, InformationSystem, ServiceVersion
from catalog.wish_words import WishState
from core.actor import Actor
from core.web.boards import Task


def tasks_for(actor: Actor) -> list[Task]:
    """Return drafts that somebody began: systems for their agency, service versions for provider and operator."""
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
    if actor.may(SERVICE_MANAGE):
        return _of_operator()
    return _of_provider(actor) if actor.may(SERVICE_EDIT_OWN) else []


def _of_operator() -> list[Task]:
    """Return what providers ask for, and what SKHCN began; announced ends come by themselves."""
    versions = ServiceVersion.objects
    found = (
        (_("Xem đề nghị công bố dịch vụ dữ liệu"), _("%(n)s phiên bản chờ công bố"), {"state": ServiceState.AWAITING}),
        (_("Xem phiên bản dịch vụ chưa công bố"), _("%(n)s bản nháp"), {"state": ServiceState.DRAFT}),
    )
    page = reverse("admin:catalog_serviceversion_changelist")
    return [
        Task(title, hint % {"n": count}, f"{page}?state__exact={wanted['state']}")
        for title, hint, wanted in found
        if (count := versions.filter(**wanted).count())
    ]


def _of_provider(actor: Actor) -> list[Task]:
    """Return the drafts of the agency's services."""
    drafts = ServiceVersion.objects.filter(service__provider_id=actor.agency_id, state=ServiceState.DRAFT)
    hint = _("Đủ nội dung thì đề nghị công bố")
    return [
        Task(
            _("Hoàn thiện dịch vụ %(name)s") % {"name": item},
            hint,
            reverse("own_version", args=[item.service.code, item.name]),
        )
        for item in drafts.select_related("service").order_by("id")[:7]
    ]


def _wishes(actor: Actor) -> list[Task]:
    if not actor.may(SERVICE_MANAGE):
        return []
    count = DataWish.objects.filter(state=WishState.OPEN).count()
    late = DataWish.objects.overdue().count() if count else 0
    if not count:
        return []
    hint = _("%(n)s nhu cầu chờ trả lời, %(late)s quá hạn nội bộ") % {"n": count, "late": late}
    return [Task(_("Trả lời nhu cầu dữ liệu của các cơ quan"), hint, f"{reverse('wishes')}?tab=open")]
