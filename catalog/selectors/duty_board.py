"""Duties around the catalogue that wait for this person (core.web.boards)."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors.calendar import work_calendar
from catalog.duty_choices import WAITING_FOR_PROVIDER, ErrorState
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE
from catalog.models import DataErrorReport, DirectSharing
from catalog.models.data_errors import FILE
from catalog.selectors.data_errors import days_left
from catalog.selectors.freshness import overdue, seen_by
from core import clock
from core.actor import Actor
from core.web.boards import Task

MOST = 7


def tasks_for(actor: Actor) -> list[Task]:
    """Return reports to answer or to judge, data to bring up to date, and SKHCN's overdue lists."""
    return [*_errors(actor), *_freshness(actor), *_lists(actor)]


def _errors(actor: Actor) -> list[Task]:
    """Reports that wait for the agency: for its answer as provider, for its word as who filed them."""
    own = actor.agency_id or 0
    told = Q(service__provider_id=own, state__in=WAITING_FOR_PROVIDER)
    filed = Q(agency_id=own, state=ErrorState.ANSWERED)
    sides = [(actor.may(SERVICE_EDIT_OWN), told), (any(map(actor.may, FILE)), filed)]
    held = [condition for holds, condition in sides if holds]
    if not held:
        return []
    mine = held[0] | held[-1]
    rows = list(DataErrorReport.objects.filter(mine).select_related("service").order_by("due_at", "pk")[:MOST])
    calendar = work_calendar() if any(row.state in WAITING_FOR_PROVIDER for row in rows) else None
    return [_error_task(row, None if calendar is None else days_left(row, calendar)) for row in rows]


def _error_task(report: DataErrorReport, left: int | None) -> Task:
    waiting = report.state in WAITING_FOR_PROVIDER
    text = _("Trả lời sai lệch dữ liệu %(code)s") if waiting else _("Xem trả lời về sai lệch dữ liệu %(code)s")
    return Task(text % {"code": report.code}, report.service.title, reverse("data_error", args=[report.code]), left)


def _freshness(actor: Actor) -> list[Task]:
    if not actor.may(SERVICE_EDIT_OWN):
        return []
    return [
        Task(
            _("Cập nhật dữ liệu %(service)s") % {"service": service.title},
            _("Hạn là hết ngày %(day)s") % {"day": f"{service.fresh_until:%d/%m/%Y}"},
            reverse("mark_updated", args=[service.code]),
        )
        for service in overdue(seen_by(actor))[:MOST]
    ]


def _lists(actor: Actor) -> list[Task]:
    if not actor.may(SERVICE_MANAGE):
        return []
    late = DataErrorReport.objects.aggregate(
        n=Count("pk", filter=Q(state__in=WAITING_FOR_PROVIDER, due_at__lt=clock.now()))
    )["n"]
    lists = [
        (
            _("Rà soát chia sẻ trực tiếp quá hạn"),
            DirectSharing.objects.overdue().count(),
            f"{reverse('admin:catalog_directsharing_changelist')}?overdue=1",
        ),
        (_("Đôn đốc dữ liệu quá hạn cập nhật"), overdue(seen_by(actor)).count(), f"{reverse('freshness')}?tab=late"),
        (_("Đôn đốc trả lời sai lệch dữ liệu"), late, f"{reverse('data_errors')}?tab=overdue"),
    ]
    return [Task(title, _("%(n)s trường hợp") % {"n": count}, address) for title, count, address in lists if count]
