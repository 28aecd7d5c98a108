"""Reminding of deadlines before, on and after the day, and passing overdue ones up: a job, safe to run twice.

Each run looks at every running deadline and gives, for each audience, only the latest rule that was reached: after a
time without a worker nobody gets yesterday's reminders beside today's. The row of a reminder is unique, so two runs
side by side give it once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.choices import Topic
from accounts.selectors.calendar import work_calendar
from accounts.services.digests import send_digests
from accounts.services.notices import Message, post_notices
from connections.choices import Chased, Side, Step
from connections.events import Audience
from connections.models import Clock, Confirmation, Reminder, ReminderRule
from connections.selectors.readers import readers_of
from core import clock
from core.workdays import WorkCalendar, remaining

_A = Audience
# Who holds a step, one group for each side: step -> groups of audiences.
HOLDERS: Mapping[str, tuple[tuple[Audience, ...], ...]] = {
    Step.INTAKE: ((_A.INTAKE,),),
    Step.EVALUATION: ((_A.EVALUATOR,),),
    Step.COMPLETION: ((_A.AGENCY,),),
    Step.RESULT: ((_A.APPROVERS,),),
    Step.ENVIRONMENT: ((_A.OPERATORS,),),
    Step.TESTING: ((_A.OPERATORS,), (_A.TECHNICIAN,)),
    Step.CONFIRMATION: ((_A.SIGNERS,), (_A.COUNTERSIGNERS,)),
}
_SIDES = {_A.SIGNERS: Side.AGENCY, _A.COUNTERSIGNERS: Side.OPERATOR}
_ABOVE: Mapping[str, tuple[Audience, ...]] = {Chased.HEAD: (_A.PROPOSERS,), Chased.LEADER: (_A.APPROVERS,)}
_BEFORE = gettext_lazy("Còn %(n)s ngày làm việc – %(step)s, hồ sơ %(number)s")
_ON = gettext_lazy("Đến hạn hôm nay – %(step)s, hồ sơ %(number)s")
_AFTER = gettext_lazy("Quá hạn %(n)s ngày làm việc – %(step)s, hồ sơ %(number)s")


@dataclass(frozen=True, slots=True)
class _Reached:
    rule: ReminderRule
    day: date


def remind_of_deadlines() -> int:
    """Give every reminder that is due, then the day's letters; return how many reminders were given.

    Does nothing before the morning hour (``LGSP_DIGEST_TIME``) and on days off.
    """
    calendar, now = work_calendar(), clock.local_now()
    if now.time() < settings.DIGEST_TIME or not calendar.is_working_day(now.date()):
        return 0
    rules = list(ReminderRule.objects.filter(active=True))
    given = sum(_give(item.pk, reached) for item, reached in _waiting(rules, now.date(), calendar))
    send_digests(day=now.date())
    return given


def _waiting(rules: list[ReminderRule], today: date, calendar: WorkCalendar) -> Iterator[tuple[Clock, list[_Reached]]]:
    """Yield running deadlines with the reminders that are due and were not given."""
    ahead = max([-rule.offset for rule in rules if rule.offset < 0], default=0)
    horizon = clock.start_of(calendar.shifted(today, ahead), after=True)
    running = Clock.objects.filter(ended_at__isnull=True, due_at__lt=horizon).order_by("pk")
    for item in running.prefetch_related("pauses", "reminders").iterator(chunk_size=500):
        given = {(row.audience, row.offset, row.day) for row in item.reminders.all()}
        due = _due(item, rules, today, calendar)
        if fresh := [one for one in due if (one.rule.audience, one.rule.offset, one.day) not in given]:
            yield item, fresh


def _due(item: Clock, rules: Iterable[ReminderRule], today: date, calendar: WorkCalendar) -> list[_Reached]:
    """Return for each audience the latest rule that was reached since the deadline began, or went on after a pause."""
    if item.due_at is None:
        return []
    last = item.due_at.astimezone(clock.VIETNAM).date()
    since = max([item.started_at, *(pause.ended_at for pause in item.pauses.all() if pause.ended_at is not None)])
    began = since.astimezone(clock.VIETNAM).date()
    latest: dict[str, _Reached] = {}
    for rule in sorted(rules, key=lambda one: one.offset):
        day = calendar.shifted(last, rule.offset)
        if began < day <= today:
            latest[rule.audience] = _Reached(rule, day)
    return list(latest.values())


@transaction.atomic
def _give(pk: int, reached: Iterable[_Reached]) -> int:
    """Give reminders of one deadline, unless it ended, paused, or is being looked at by another run."""
    locked = Clock.objects.select_for_update(of=("self",), skip_locked=True)
    item = locked.filter(pk=pk, ended_at__isnull=True, due_at__isnull=False).first()
    if item is None:
        return 0
    given = 0
    for one in reached:
        _row, fresh = Reminder.objects.get_or_create(
            clock=item,
            audience=one.rule.audience,
            offset=one.rule.offset,
            day=one.day,
            defaults={"given_at": clock.now()},
        )
        if fresh:
            _tell(item, Chased(one.rule.audience))
            given += 1
    return given


def _tell(item: Clock, chased: Chased) -> None:
    assert item.due_at is not None, "a paused deadline reminds nobody"  # noqa: S101 - judged under the lock
    request, left = item.request, remaining(clock.now(), item.due_at, work_calendar())
    subject, event = _words(left)
    values = {"n": abs(left), "step": str(item.get_step_display()), "number": str(request)}
    for group in _groups(item) if chased == Chased.HOLDER else (_ABOVE[chased],):
        readers = readers_of(request, group)
        message = Message(
            event=event if chased == Chased.HOLDER else "deadline.escalated",
            topic=Topic.DEADLINES,
            subject=str(subject % values),
            body=_body(item, chased),
            link=readers.link,
            number=request.number,
        )
        post_notices(message=message, agency=readers.agency, people=readers.people, mailboxes=readers.mailboxes)


def _words(left: int) -> tuple[StrOrPromise, str]:
    if left > 0:
        return _BEFORE, "deadline.before"
    return (_ON, "deadline.due") if left == 0 else (_AFTER, "deadline.overdue")


def _body(item: Clock, chased: Chased) -> str:
    text = _("Bước «%(step)s» của hồ sơ %(number)s (%(agency)s) có hạn %(when)s – %(kind)s.") % {
        "step": item.get_step_display(),
        "number": item.request,
        "agency": item.request.agency,
        "when": f"{item.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}" if item.due_at else "",
        "kind": _("hạn theo quy định") if item.statutory else _("hạn nội bộ"),
    }
    return f"{text} {_('Quá hạn, chuyển lên cấp trên theo quy tắc nội bộ.')}" if chased in _ABOVE else text


def _groups(item: Clock) -> list[tuple[Audience, ...]]:
    """Return who holds the step; of those who sign a record, only the sides that have not."""
    groups = list(HOLDERS[item.step])
    if item.step != Step.CONFIRMATION:
        return groups
    said = Confirmation.objects.filter(trial__request=item.request_id, voided_at__isnull=True)
    done = set(said.values_list("side", flat=True))
    return [group for group in groups if _SIDES[group[0]] not in done]
