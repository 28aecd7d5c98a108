"""The weekly check for updates and maintenance: its points, its record, a reminder where there is none (Q50-12.2b)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.services.judging import Errors, judge
from connections.services.staff_rows import save_row
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import nfc, tidy
from incidents.maintenance_words import Outcome
from incidents.models import CheckItem, WeeklyCheck, WeeklyCheckLine, WeeklyReminder
from incidents.selectors.maintenance import maintenance_policy
from incidents.selectors.weekly import week_of, weeks_without_record

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
MANAGE = "environment.manage"
ITEM_FIELDS = ("text", "hint", "basis", "place", "active")
CLAUSE = "Q50-12.2b"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of one point: its outcome, and a remark, which a problem must have."""

    outcome: str
    remark: str = ""


@transaction.atomic
def record_check(
    *, actor: Actor, said: Mapping[int, Said], note: str = "", form_token: UUID | None = None
) -> WeeklyCheck:
    """Record this week's check: *said* of every point in use, by its id. The same *form_token* twice is one record.

    Raises PermissionRefused, InvalidInput with the fields ``outcome-<id>`` and ``remark-<id>``.
    """
    _may(actor)
    if actor.user_id is None:
        raise PermissionRefused(_("Kiểm tra hằng tuần do một cán bộ ghi."))
    items = list(CheckItem.objects.select_for_update().filter(active=True))
    if form_token and (had := WeeklyCheck.objects.filter(form_token=form_token, done_by=actor.user_id).first()):
        return had
    if errors := _said_errors(items, said):
        raise InvalidInput(errors)
    problems = sum(said[item.pk].outcome == Outcome.PROBLEM for item in items)
    made = WeeklyCheck(
        week=week_of(clock.today()),
        done_at=clock.now(),
        done_by_id=actor.user_id,
        problems=problems,
        note=nfc(note).strip(),
        form_token=form_token,
    )
    judge(made)
    made.save()
    for item in items:
        one = said[item.pk]
        line = WeeklyCheckLine(check_done=made, text=item.text, outcome=one.outcome, remark=tidy(one.remark))
        line.save()
    after = {"week": made.week, "problems": problems}
    record_fact(actor=actor, deed="weekly_check.recorded", subject=made, after=after, clause=CLAUSE)
    return made


def _said_errors(items: Iterable[CheckItem], said: Mapping[int, Said]) -> Errors:
    errors: Errors = {}
    rows = list(items)
    if not rows:
        errors[""] = [_("Chưa có nội dung kiểm tra nào đang áp dụng; thêm nội dung trước")]
    longest = WeeklyCheckLine._meta.get_field("remark").max_length or 0
    for item in rows:
        one = said.get(item.pk, Said(""))
        if one.outcome not in Outcome.values:
            errors[f"outcome-{item.pk}"] = [_("Chọn kết quả")]
        elif one.outcome == Outcome.PROBLEM and not tidy(one.remark):
            errors[f"remark-{item.pk}"] = [_("Ghi vấn đề là gì, ai xử lý, đến khi nào")]
        elif len(tidy(one.remark)) > longest:
            errors[f"remark-{item.pk}"] = [_("Viết tối đa %(n)s ký tự") % {"n": longest}]
    return errors


@transaction.atomic
def save_item(*, actor: Actor, item: CheckItem, reason: str = "", **fields: Any) -> CheckItem:
    """Add or change a point; changing one needs a *reason*. Records keep the words they were made with."""
    _may(actor)
    return save_row(
        actor=actor, row=item, names=ITEM_FIELDS, given=fields, reason=reason, deed="check_item.saved", clause=CLAUSE
    )


@transaction.atomic
def load_items(*, actor: Actor) -> int:
    """Enter the seeds where no point is known yet; return how many."""
    if CheckItem.objects.exists():
        return 0
    rows = yaml.safe_load((SEEDS / "weekly_checks.yaml").read_text(encoding="utf-8"))
    basis = "Mặc định hệ thống, chưa phải quy định; Q50-12.2b quy định kiểm tra hằng tuần"
    for place, row in enumerate(rows, 1):
        save_item(actor=actor, item=CheckItem(), place=place * 10, basis=basis, **row)
    return len(rows)


def remind_of_check() -> int:
    """Remind of weeks without a record, all in one notice, each week once; return how many weeks were told.

    From the morning of the day the rule names. A job that was away tells late, and of every week it missed.
    """
    now = clock.local_now()
    weeks = weeks_without_record(now, maintenance_policy().remind_weekday, settings.DIGEST_TIME)
    return _remind(weeks) if weeks else 0


@transaction.atomic
def _remind(weeks: Iterable[date]) -> int:
    fresh = [week for week in weeks if _mark(week)]
    if not fresh:
        return 0
    listed = ", ".join(f"{week:%d/%m}–{week + timedelta(days=6):%d/%m/%Y}" for week in fresh)
    message = Message(
        event="weekly_check.due",
        topic=Topic.DEADLINES,
        subject=_("Chưa ghi kiểm tra, bảo trì hằng tuần: %(weeks)s") % {"weeks": listed},
        body=_(
            "Tuần %(weeks)s chưa có bản ghi kiểm tra cập nhật và bảo trì nền tảng, việc phải làm hằng tuần theo "
            "điểm b khoản 2 Điều 12 Quyết định 50/2024/QĐ-UBND. Kiểm tra theo danh mục rồi ghi kết quả."
        )
        % {"weeks": listed},
        link=reverse("admin:incidents_weeklycheck_add"),
    )
    post_notices(message=message, agency=None, people=holders_of(MANAGE))
    return len(fresh)


def _mark(week: date) -> bool:
    return WeeklyReminder.objects.get_or_create(week=week, defaults={"given_at": clock.now()})[1]


def _may(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Kiểm tra, bảo trì hằng tuần thuộc vai trò Cán bộ vận hành."))
