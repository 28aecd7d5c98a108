"""Saying that data was brought up to date, and telling providers of lapsed promises (QC4.5, QC11.4, QC15.2)."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from audit.record import record_fact
from catalog.duty_choices import Watched
from catalog.guards import SERVICE_EDIT_OWN, may_edit_services_of
from catalog.models import DataService, WatchMark
from catalog.selectors.freshness import overdue
from catalog.services.telling import about, tell_agency
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy


@transaction.atomic
def mark_updated(*, actor: Actor, service: DataService, day: date, reason: str = "") -> DataService:
    """Say that the data of *service* is up to date until *day*: the provider's catalogue staff or SKHCN's.

    Never a day to come; an earlier day than said before only with the reason. The same day twice is said once.
    Raises PermissionRefused, InvalidInput.
    """
    stored = DataService.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if not may_edit_services_of(actor, stored.provider_id):
        raise PermissionRefused(_("Chỉ cán bộ của cơ quan cung cấp hoặc cán bộ vận hành được xác nhận việc này."))
    before, reason = stored.data_updated_on, tidy(reason)
    if day > clock.today():
        text = _("Dữ liệu không thể cập nhật đến ngày ở tương lai; chọn ngày không sau %(day)s")
        raise InvalidInput({"day": [text % {"day": f"{clock.today():%d/%m/%Y}"}]})
    if day == before:
        return stored
    if before is not None and day < before and not reason:
        text = _("Ngày này sớm hơn ngày đã xác nhận (%(day)s); nhập lý do lùi lại")
        raise InvalidInput({"reason": [text % {"day": f"{before:%d/%m/%Y}"}]})
    if len(reason) > 300:
        raise InvalidInput({"reason": [_("Viết tối đa %(n)s ký tự") % {"n": 300}]})
    stored.data_updated_on = day
    stored.save(update_fields=["data_updated_on"])
    record_fact(
        actor=actor,
        deed="service.data_updated",
        subject=stored,
        before={"data_updated_on": before},
        after={"data_updated_on": day},
        reason=reason,
        clause="QC11.4",
    )
    return stored


def tell_lapses() -> int:
    """Tell each provider once of every promise that has lapsed; return how many were told now."""
    late = overdue(DataService.objects.select_related("provider"))
    return sum(_give(service, service.fresh_until) for service in late)


@transaction.atomic
def _give(service: DataService, until: date) -> int:
    _mark, fresh = WatchMark.objects.get_or_create(
        kind=Watched.FRESHNESS, thing_id=service.pk, due_on=until, late=True, defaults={"given_at": clock.now()}
    )
    if fresh:
        values = {"service": service.title, "day": f"{until:%d/%m/%Y}", "n": service.update_every_days}
        message = about(
            "freshness.overdue",
            Topic.DEADLINES,
            _("Quá hạn cập nhật dữ liệu từ %(day)s – %(service)s") % values,
            _(
                "Cơ quan cam kết cập nhật dữ liệu %(service)s ít nhất %(n)s ngày một lần; hạn là hết ngày %(day)s. "
                "Cập nhật dữ liệu rồi xác nhận trên cổng."
            )
            % values,
            reverse("mark_updated", args=[service.code]),
        )
        tell_agency(message, service.provider, [SERVICE_EDIT_OWN])
    return int(fresh)
