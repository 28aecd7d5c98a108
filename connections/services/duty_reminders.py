"""Reminding of what live connections owe: declarations to the agency, inspections to SKHCN; safe to run twice.

It goes by the same rules as the deadlines of dossiers (``ReminderRule``) and runs before them, so that the day's one
letter gathers both. Of the rules reached only the latest is given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic
from accounts.selectors.calendar import work_calendar
from accounts.services.notices import Message, post_notices
from connections.choices import Chased, Duty
from connections.models import Connection, DutyReminder, Inspection, ReminderRule
from connections.selectors.compliance import (
    declaration_day,
    in_operation,
    inspection_span,
    owing_declaration,
    with_inspection_day,
)
from connections.selectors.people import holders_of
from core import clock
from core.workdays import WorkCalendar

_BEFORE = gettext_lazy("Hạn %(day)s – %(duty)s, %(system)s")
_AFTER = gettext_lazy("Quá hạn từ %(day)s – %(duty)s, %(system)s")
_BODY: Mapping[Duty, StrOrPromise] = {
    Duty.DECLARATION: gettext_lazy(
        "Cam kết an toàn thông tin năm %(year)s của kết nối %(system)s có hạn %(day)s (hạn nội bộ). "
        "Đại diện cơ quan đăng nhập cổng để trả lời từng nội dung."
    ),
    Duty.INSPECTION: gettext_lazy("Kết nối %(system)s đến kỳ kiểm tra định kỳ, hạn %(day)s (hạn nội bộ)."),
}


@dataclass(frozen=True, slots=True)
class _Due:
    connection: Connection
    duty: Duty
    day: date
    offset: int


def remind_of_duties() -> int:
    """Give every reminder of a duty that is due; return how many. Nothing before the morning hour and on days off."""
    calendar, now = work_calendar(), clock.local_now()
    if now.time() < settings.DIGEST_TIME or not calendar.is_working_day(now.date()):
        return 0
    rules = ReminderRule.objects.filter(active=True, audience=Chased.HOLDER).order_by("offset")
    offsets = list(rules.values_list("offset", flat=True))
    if not offsets:
        return 0
    return sum(_give(one) for one in [*_declarations(offsets, calendar), *_inspections(offsets, calendar)])


def _reached(day: date, offsets: Iterable[int], calendar: WorkCalendar) -> int | None:
    """Return the last rule whose day has come, none before the first."""
    found = [offset for offset in offsets if calendar.shifted(day, offset) <= clock.today()]
    return found[-1] if found else None


def _declarations(offsets: list[int], calendar: WorkCalendar) -> list[_Due]:
    year = clock.today().year
    day = declaration_day(year)
    offset = None if day is None else _reached(day, offsets, calendar)
    if day is None or offset is None:
        return []
    given = DutyReminder.objects.filter(duty=Duty.DECLARATION, due_on=day, offset=offset)
    owing = owing_declaration(Connection.objects.exclude(pk__in=given.values("connection_id")), year)
    return [_Due(item, Duty.DECLARATION, day, offset) for item in owing.order_by("pk")]


def _inspections(offsets: list[int], calendar: WorkCalendar) -> list[_Due]:
    horizon = calendar.shifted(clock.today(), max(-offsets[0], 0))
    waiting = in_operation(with_inspection_day(Connection.objects.all(), inspection_span()))
    under_way = Inspection.objects.open().values("connection_id")
    waiting = waiting.filter(inspect_on__lte=horizon).exclude(pk__in=under_way)
    kept = DutyReminder.objects.filter(duty=Duty.INSPECTION, connection__in=waiting.values("pk"))
    given = set(kept.values_list("connection_id", "due_on", "offset"))
    found = []
    for item in waiting.order_by("pk"):
        day = item.inspect_on
        offset = _reached(day, offsets, calendar)
        if offset is not None and (item.pk, day, offset) not in given:
            found.append(_Due(item, Duty.INSPECTION, day, offset))
    return found


@transaction.atomic
def _give(one: _Due) -> int:
    """Give one reminder, unless another run was faster or the connection was closed meanwhile."""
    stored = in_operation(Connection.objects.select_for_update(of=("self",), skip_locked=True))
    connection = stored.select_related("system__owner", "request").filter(pk=one.connection.pk).first()
    if connection is None:
        return 0
    _row, fresh = DutyReminder.objects.get_or_create(
        connection=connection,
        duty=one.duty,
        due_on=one.day,
        offset=one.offset,
        defaults={"given_at": clock.now()},
    )
    if fresh:
        _tell(connection, one)
    return int(fresh)


def _tell(connection: Connection, one: _Due) -> None:
    late = one.day < clock.today()
    owner, own = connection.system.owner, one.duty == Duty.DECLARATION
    values = {
        "duty": one.duty.label,
        "system": connection.system,
        "day": f"{one.day:%d/%m/%Y}",
        "year": one.day.year,
    }
    address = ("declare_security", [connection.pk]) if own else ("admin:connections_inspection_changelist", [])
    message = Message(
        event=f"duty.{'overdue' if late else 'before'}",
        topic=Topic.DEADLINES,
        subject=str((_AFTER if late else _BEFORE) % values),
        body=str(_BODY[one.duty]) % values,
        link=reverse(address[0], args=address[1]),
        number=connection.request.number,
    )
    if own:
        people = holders_of("connection.declare", owner.pk)
        post_notices(message=message, agency=owner, people=people, mailboxes=[owner.shared_mailbox])
    else:
        post_notices(message=message, agency=None, people=holders_of("connection.inspect"))
