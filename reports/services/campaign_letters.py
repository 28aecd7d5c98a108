"""What is told of campaigns and statements: notices in the portal, letters by the outbox; each once (QC15.5)."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Agency, User
from accounts.selectors.calendar import work_calendar
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from connections.choices import Chased
from connections.models import ReminderRule
from core import clock
from core.documents.wording import short_date
from core.workdays import WorkCalendar, remaining
from reports.campaign_choices import HANDED_IN, CampaignState
from reports.campaign_guards import DRAFT, MANAGE, SEND
from reports.models import Statement, StatementReminder
from reports.succession import successors

#: So long before the hour of the day's one letter reminders are written, so that it gathers them.
AHEAD = timedelta(minutes=10)


def tell_of_campaigns() -> int:
    """Tell each agency that it is asked, and later of each new deadline, once; return how many were told.

    Safe to run twice and at once: what was told is noted on the statement in the transaction that tells it.
    """
    told = F("told_due_at")
    waiting = Statement.objects.filter(campaign__state=CampaignState.ISSUED).filter(
        Q(told_due_at__isnull=True) | ~Q(campaign__due_at=told)
    )
    return sum(_tell_due(pk) for pk in list(waiting.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _tell_due(pk: int) -> int:
    stored = _held(pk)
    if stored is None or stored.told_due_at == stored.campaign.due_at:
        return 0
    first = stored.told_due_at is None
    stored.told_due_at = stored.campaign.due_at
    stored.save(update_fields=["told_due_at"])
    if stored.state in HANDED_IN:
        return 0
    if first:
        subject, body = _("Đề nghị báo cáo khai thác: %(title)s"), stored.campaign.instructions
    else:
        subject = _("Gia hạn nộp báo cáo khai thác: %(title)s")
        body = _("Lý do: %(reason)s") % {"reason": stored.campaign.extension_reason}
    tell_agency(stored, "campaign.asked" if first else "campaign.extended", subject, body)
    return 1


def remind_of_statements() -> int:
    """Remind of statements that are due, before and after the day, by the rules for holders; return how many.

    Of the rules reached since the campaign began only the latest is given: after a time without a worker nobody gets
    yesterday's reminder beside today's. Nothing before the morning and on days off.
    """
    calendar, now = work_calendar(), clock.local_now()
    if (now + AHEAD).time() < settings.DIGEST_TIME or not calendar.is_working_day(now.date()):
        return 0
    rules = ReminderRule.objects.filter(active=True, audience=Chased.HOLDER)
    offsets = sorted(rules.values_list("offset", flat=True))
    owed = Statement.objects.open().filter(first_submitted_at__isnull=True)
    waiting = owed.select_related("campaign").prefetch_related("reminders").order_by("pk")
    given = 0
    for statement in waiting.iterator(chunk_size=500):
        reached = _reached(statement, offsets, calendar)
        if reached and reached not in {(row.offset, row.day) for row in statement.reminders.all()}:
            given += _remind(statement.pk, *reached)
    return given


def _reached(statement: Statement, offsets: list[int], calendar: WorkCalendar) -> tuple[int, date] | None:
    campaign, today = statement.campaign, clock.today()
    if campaign.due_at is None or campaign.issued_at is None:
        return None
    due, began = (at.astimezone(clock.VIETNAM).date() for at in (campaign.due_at, campaign.issued_at))
    days = [(offset, calendar.shifted(due, offset)) for offset in offsets]
    found = [(offset, day) for offset, day in days if began < day <= today]
    return found[-1] if found else None


@transaction.atomic
def _remind(pk: int, offset: int, day: date) -> int:
    stored = _held(pk)
    if stored is None or not stored.is_open or stored.first_submitted_at or stored.campaign.due_at is None:
        return 0
    _row, fresh = StatementReminder.objects.get_or_create(
        statement=stored, offset=offset, day=day, defaults={"given_at": clock.now()}
    )
    if not fresh:
        return 0
    left = remaining(clock.now(), stored.campaign.due_at, work_calendar())
    subject = _("Còn %(n)s ngày làm việc – báo cáo khai thác: %(title)s")
    if left <= 0:
        subject = _("Đến hạn hôm nay – báo cáo khai thác: %(title)s")
    if left < 0:
        subject = _("Quá hạn %(n)s ngày làm việc – báo cáo khai thác: %(title)s")
    _post(stored, "statement.reminder", subject, "", Topic.DEADLINES, n=abs(left))
    return 1


def tell_agency(statement: Statement, event: str, subject: str, body: str = "") -> None:
    """Tell officers and representatives of the body that answers, and its shared mailbox."""
    _post(statement, event, subject, body, Topic.WORK)


def tell_staff(statement: Statement, event: str, subject: str) -> None:
    """Tell who runs campaigns at SKHCN."""
    values = {"agency": statement.agency.name, "title": statement.campaign.title}
    message = Message(
        event=event,
        topic=Topic.WORK,
        subject=subject % values,
        body=_("Mã báo cáo: %(code)s.") % {"code": statement.code},
        link=reverse("admin:reports_statement_change", args=[statement.pk]),
        number=statement.code,
    )
    post_notices(message=message, agency=None, people=holders_of(MANAGE))


def _post(statement: Statement, event: str, subject: str, body: str, topic: Topic, **values: object) -> None:
    agency, campaign = _answering(statement), statement.campaign
    if agency is None:
        return
    said = {"title": campaign.title, **values}
    text = _("Số liệu từ ngày %(start)s đến hết ngày %(end)s. %(due)s.") % {
        "start": short_date(campaign.period_start),
        "end": short_date(campaign.period_end),
        "due": _due_words(statement),
    }
    if agency.pk != statement.agency_id:
        text += " " + _("%(heir)s trả lời thay %(ended)s đã kết thúc.") % {"heir": agency, "ended": statement.agency}
    message = Message(
        event=event,
        topic=topic,
        subject=subject % said,
        body=f"{body}\n\n{text}" if body else text,
        link=reverse("statement", args=[statement.code]),
        number=statement.code,
    )
    people: dict[int, User] = {person.pk: person for right in (DRAFT, SEND) for person in holders_of(right, agency.pk)}
    post_notices(message=message, agency=agency, people=people.values(), mailboxes=[agency.shared_mailbox])


def _due_words(statement: Statement) -> str:
    due = statement.campaign.due_at
    when = f"{due.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if due else ""
    return _("Hạn nộp %(when)s (%(whose)s)") % {"when": when, "whose": statement.campaign.due_label}


def _answering(statement: Statement) -> Agency | None:
    """Return who answers now: the agency, its successor once it ended, None where there is none."""
    agency = statement.agency
    if agency.valid_to is None or agency.valid_to >= clock.today():
        return agency
    heir = successors().get(agency.pk)
    return Agency.objects.filter(pk=heir).first() if heir else None


def _held(pk: int) -> Statement | None:
    """Return the statement under lock, None while another run has it."""
    locked = Statement.objects.select_for_update(of=("self",), skip_locked=True)
    return locked.select_related("campaign", "agency").filter(pk=pk).first()
