"""Who is told of a step in the life of a version: SKHCN when it is asked, the provider of everything SKHCN does."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import roles
from accounts.choices import Topic
from accounts.models import Membership, User
from accounts.services.notices import Message, post_notices
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE
from catalog.models import ServiceVersion
from core import clock
from core.actor import Actor
from core.regulation import cite


def tell(actor: Actor, version: ServiceVersion, step: str) -> None:
    """Write the notices of *step*, just taken by *actor*; whoever acts is not told of it."""
    if step == "ask":
        _tell_operator(actor, version)
    elif step != "recall":
        _tell_provider(actor, version, step)


def _tell_operator(actor: Actor, version: ServiceVersion) -> None:
    message = Message(
        event="version.ask",
        topic=Topic.WORK,
        subject=_("Đề nghị công bố dịch vụ dữ liệu: %(version)s") % {"version": version},
        body=_("%(provider)s đề nghị công bố %(version)s vào danh mục dịch vụ dữ liệu (%(clause)s).")
        % {"provider": version.service.provider.name, "version": version, "clause": cite("QC11.2")},
        link=reverse("admin:catalog_serviceversion_change", args=[version.pk]),
    )
    post_notices(message=message, agency=None, people=_holders(SERVICE_MANAGE, actor))


def _tell_provider(actor: Actor, version: ServiceVersion, step: str) -> None:
    provider, (subject, body) = version.service.provider, _TEXTS[step]()
    values = {"version": version, "day": f"{version.sunset_on:%d/%m/%Y}" if version.sunset_on else ""}
    message = Message(
        event=f"version.{step}",
        topic=Topic.ACCESS if step in ("deprecate", "redate", "withdraw") else Topic.PROGRESS,
        subject=subject % values,
        body=body % values,
        link=reverse("own_service", args=[version.service.code]),
    )
    people = list(_holders(SERVICE_EDIT_OWN, actor, provider.pk))
    post_notices(message=message, agency=provider, people=people, mailboxes=[provider.shared_mailbox])


def _holders(permission: str, actor: Actor, agency_id: int | None = None) -> Iterable[User]:
    held = Membership.objects.in_force(clock.today()).filter(role__in=roles.roles_with(permission))
    if agency_id is not None:
        held = held.filter(agency_id=agency_id)
    found = User.objects.filter(pk__in=held.values("user_id")).exclude(pk=actor.user_id)
    return found.order_by("sort_key", "pk")


# Subject and text of each step SKHCN takes; reasons stay on the portal.
_TEXTS = {
    "publish": lambda: (
        _("Đã công bố dịch vụ dữ liệu: %(version)s"),
        _("%(version)s đã đứng trong danh mục công khai và được khai thác khi có quyền."),
    ),
    "give_back": lambda: (
        _("Dịch vụ dữ liệu cần hoàn thiện: %(version)s"),
        _("%(version)s được trả lại bản nháp để hoàn thiện. Lý do ghi trên cổng."),
    ),
    "deprecate": lambda: (
        _("Dịch vụ dữ liệu sắp ngừng: %(version)s"),
        _("%(version)s ngừng cung cấp từ ngày %(day)s; đến ngày đó vẫn được gọi như thường. Lý do ghi trên cổng."),
    ),
    "redate": lambda: (
        _("Đổi ngày ngừng dịch vụ dữ liệu: %(version)s"),
        _("%(version)s nay ngừng cung cấp từ ngày %(day)s; đến ngày đó vẫn được gọi như thường. Lý do ghi trên cổng."),
    ),
    "resume": lambda: (
        _("Dịch vụ dữ liệu tiếp tục cung cấp: %(version)s"),
        _("%(version)s tiếp tục được cung cấp; thông báo ngừng trước đây không còn hiệu lực."),
    ),
    "withdraw": lambda: (
        _("Dịch vụ dữ liệu ngừng cung cấp: %(version)s"),
        _("Mọi lượt gọi tới %(version)s bị từ chối từ lúc này. Lý do ghi trên cổng."),
    ),
}
