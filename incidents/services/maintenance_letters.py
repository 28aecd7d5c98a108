"""What is said of maintenance: to agencies that use or provide the services, to followers, to SKHCN's operators."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from catalog.models import DataService
from core import clock
from incidents.maintenance_words import Stage
from incidents.models import MaintenanceWindow
from incidents.selectors.concerned import Concerned, concerned_by
from incidents.selectors.maintenance import maintenance_policy
from incidents.services.followers import tell_followers

# Names of services in one notice; the rest are counted.
NAMED = 10
_SUBJECTS: Mapping[Stage, StrOrPromise] = {
    Stage.FIRST: gettext_lazy("Bảo trì %(what)s từ %(begins)s"),
    Stage.LAST: gettext_lazy("Sắp bảo trì %(what)s: từ %(begins)s"),
    Stage.STARTED: gettext_lazy("Đang bảo trì %(what)s đến %(ends)s"),
    Stage.ENDED: gettext_lazy("Đã kết thúc bảo trì %(what)s"),
    Stage.CHANGED: gettext_lazy("Đổi kế hoạch bảo trì %(what)s: từ %(begins)s"),
    Stage.CANCELLED: gettext_lazy("Hủy bảo trì %(what)s dự kiến từ %(begins)s"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What was planned before a change: the times, and the services."""

    before: tuple[datetime, datetime]
    besides: tuple[DataService, ...] = ()


def write_stage(window: MaintenanceWindow, stage: Stage, change: Change | None = None) -> tuple[int, int]:
    """Write the notices and letters of one stage; return how many agencies and followers are told."""
    services = services_of(window, change)
    concerned = concerned_by(services)
    for one in concerned:
        _tell_agency(window, stage, change, one)
    message = _message(window, stage, change, services)
    post_notices(message=message, agency=None, people=holders_of("environment.manage"))
    return len(concerned), _tell_followers(window, stage, change, services)


def services_of(window: MaintenanceWindow, change: Change | None = None) -> list[DataService]:
    """Return the services a window is about, with those it was about before a change."""
    if window.whole_platform:
        return list(DataService.objects.published())
    found = {service.pk: service for service in window.services.all()}
    found |= {service.pk: service for service in (change.besides if change else ())}
    return sorted(found.values(), key=lambda service: (service.sort_key, service.pk))


def _tell_agency(window: MaintenanceWindow, stage: Stage, change: Change | None, one: Concerned) -> None:
    """Tell an agency, naming only the services it uses or provides itself."""
    message = _message(window, stage, change, list(one.services.values()))
    agency = one.agency
    post_notices(message=message, agency=agency, people=one.people.values(), mailboxes=[agency.shared_mailbox])


def _tell_followers(
    window: MaintenanceWindow, stage: Stage, change: Change | None, services: list[DataService]
) -> int:
    public = list(DataService.objects.named_in_public().filter(pk__in=[service.pk for service in services]))
    if not public and not window.whole_platform:
        return 0
    message = _message(window, stage, change, public)
    return tell_followers(
        services=[service.pk for service in public],
        subject=message.subject,
        body=message.body,
        link=message.link,
    )


def _message(window: MaintenanceWindow, stage: Stage, change: Change | None, services: list[DataService]) -> Message:
    values = {"what": _what(window, services), "begins": moment(window.starts_at), "ends": moment(window.ends_at)}
    return Message(
        event=f"maintenance.{stage}",
        topic=Topic.MAINTENANCE,
        subject=str(_SUBJECTS[stage] % values),
        body="\n".join(_lines(window, stage, change, services)),
        link=reverse("status_maintenance", args=[window.code]),
    )


def _what(window: MaintenanceWindow, services: list[DataService]) -> str:
    if window.whole_platform:
        return _("toàn nền tảng")
    if len(services) == 1:
        return f"«{services[0].title}»"
    return _("%(n)s dịch vụ dữ liệu") % {"n": len(services)}


def _lines(window: MaintenanceWindow, stage: Stage, change: Change | None, services: list[DataService]) -> list[str]:
    times = {"begins": moment(window.starts_at), "ends": moment(window.ends_at)}
    lines = [_first(stage, times)]
    if change is not None and change.before != (window.starts_at, window.ends_at):
        before = {"begins": moment(change.before[0]), "ends": moment(change.before[1])}
        lines.append(_("Trước đây báo: từ %(begins)s đến %(ends)s.") % before)
    if stage in (Stage.CHANGED, Stage.CANCELLED) and window.change_reason:
        lines.append(_("Lý do: %(reason)s.") % {"reason": window.change_reason.rstrip(".")})
    if stage != Stage.CANCELLED:
        lines.append(window.public_text)
    if not window.whole_platform:
        lines += [f"– {service.title}" for service in services[:NAMED]]
        if len(services) > NAMED:
            lines.append(_("và %(n)s dịch vụ khác") % {"n": len(services) - NAMED})
    if stage != Stage.CANCELLED and window.excused(maintenance_policy()) is None:
        lines.append(_("Báo trước chưa đủ thời gian nên vẫn tính vào số liệu sẵn sàng."))
    return lines


def _first(stage: Stage, times: Mapping[str, str]) -> str:
    if stage == Stage.CANCELLED:
        return _("Đợt bảo trì dự kiến từ %(begins)s đến %(ends)s không thực hiện nữa.") % times
    if stage == Stage.ENDED:
        return _("Đợt bảo trì từ %(begins)s đến %(ends)s đã kết thúc.") % times
    if stage == Stage.STARTED:
        return _("Đợt bảo trì đã bắt đầu lúc %(begins)s, dự kiến xong lúc %(ends)s.") % times
    return _("Bảo trì từ %(begins)s đến %(ends)s.") % times


def moment(at: datetime) -> str:
    """Return a moment as letters say it."""
    return f"{at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
