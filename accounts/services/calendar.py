"""Deeds on the calendar: days off, make-up days, deadlines, periods of regulations."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import holidays
import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import DayOffKind
from accounts.models import DayOff, DeadlinePolicy, MakeUpDay, RegulationPeriod
from accounts.services.office_hours import load_office_hours
from audit.record import changed, record_fact
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.regulation import UnknownClause
from core.regulation import clause as known_clause
from core.text import tidy

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
SEED_YEARS = range(2026, 2029)
OUR_DEFAULT = "Mặc định hệ thống, chưa phải quy định"
_DAY_FIELDS = ("date", "name", "source", "active", "kind")
MANAGE = "calendar.manage"


def _judge(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý lịch làm việc, thuộc vai trò Cán bộ vận hành."))


@transaction.atomic
def save_day(*, actor: Actor, day: DayOff | MakeUpDay, reason: str = "", **fields: Any) -> DayOff | MakeUpDay:
    """Add or change a day off or a make-up day (QC10, deadlines are counted with them).

    *day* is a new or a stored row; *fields* are its new values; changing a stored one needs a *reason*. A day is never
    deleted, it stops being active. Raises InvalidInput when a date is both at once, when a make-up day is not on a
    weekend, or when a text or the reason is missing.
    """
    _judge(actor)
    kind = type(day)
    stored = kind.objects.select_for_update().get(pk=day.pk) if day.pk else kind()
    before = {name: getattr(stored, name) for name in _DAY_FIELDS if hasattr(stored, name)} if day.pk else {}
    after = _tidied(fields)
    _judge_day(kind, stored, after, tidy(reason))
    for name, value in after.items():
        setattr(stored, name, value)
    stored.from_seed = stored.from_seed and actor.kind == "system"
    stored.save()
    old, new = changed(before, after)
    record_fact(
        actor=actor, deed=f"{kind.__name__.lower()}.saved", subject=stored, before=old, after=new, reason=tidy(reason)
    )
    return stored


def _judge_day(
    kind: type[DayOff] | type[MakeUpDay], stored: DayOff | MakeUpDay, after: dict[str, Any], reason: str
) -> None:
    errors: dict[str, list[str]] = {}
    if stored.pk and not reason:
        errors["reason"] = [_("Nhập lý do thay đổi, ví dụ số và ngày thông báo mới")]
    when: date = after["date"]
    for name, text in (("name", _("Nhập tên ngày")), ("source", _("Nhập nguồn, ví dụ số và ngày thông báo"))):
        if not after.get(name):
            errors[name] = [text]
    other: Any = MakeUpDay if kind is DayOff else DayOff
    if after.get("active", True) and other.objects.filter(date=when, active=True).exists():
        errors["date"] = [
            _("Ngày %(day)s đang là %(other)s; ngừng áp dụng ngày đó trước")
            % {"day": f"{when:%d/%m/%Y}", "other": other._meta.verbose_name}
        ]
    elif kind.objects.filter(date=when).exclude(pk=stored.pk).exists():
        errors["date"] = [_("Ngày %(day)s đã có trong danh sách; sửa dòng đó") % {"day": f"{when:%d/%m/%Y}"}]
    elif kind is MakeUpDay and when.weekday() < 5:
        errors["date"] = [
            _("Ngày làm bù phải là thứ bảy hoặc chủ nhật; %(day)s là ngày thường") % {"day": f"{when:%d/%m/%Y}"}
        ]
    if errors:
        raise InvalidInput(errors)


@transaction.atomic
def set_deadline(*, actor: Actor, code: str, valid_from: date, **fields: Any) -> DeadlinePolicy:
    """Open a new version of the deadline *code* from *valid_from* and close the one in force the day before.

    Raises InvalidInput when the new version would begin before or with the present one or (for a person) in the past,
    or lacks a basis.
    """
    _judge(actor)
    last = DeadlinePolicy.objects.select_for_update().filter(code=code).order_by("-valid_from").first()
    fields = _tidied(fields)
    errors = _deadline_errors(fields)
    if last and valid_from <= last.valid_from:
        errors["valid_from"] = [
            _("Ngày áp dụng phải sau ngày %(day)s của phiên bản hiện có") % {"day": f"{last.valid_from:%d/%m/%Y}"}
        ]
    elif last and actor.is_person and valid_from < clock.today():
        errors["valid_from"] = [_("Thời hạn mới chỉ áp dụng từ hôm nay trở đi; hồ sơ đã nhận giữ thời hạn cũ")]
    if errors:
        raise InvalidInput(errors)
    if last and (last.valid_to is None or last.valid_to >= valid_from):
        last.valid_to = valid_from - timedelta(days=1)
        last.save(update_fields=["valid_to"])
    made = DeadlinePolicy.objects.create(code=code, valid_from=valid_from, **fields)
    record_fact(
        actor=actor,
        deed="deadline.set",
        subject=made,
        before=_told(last) if last else {},
        after={**_told(made), "valid_from": valid_from, "basis": made.basis},
        clause=made.clause,
    )
    return made


def _told(policy: DeadlinePolicy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in ("amount", "unit", "cutoff")}


def _deadline_errors(fields: dict[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not fields.get("basis"):
        errors["basis"] = [_("Nhập căn cứ; nếu là số của hệ thống, ghi rõ như vậy")]
    if int(fields.get("amount") or 0) < 1:
        errors["amount"] = [_("Số lượng phải là số nguyên từ 1")]
    if fields.get("clause") and not _is_clause(fields["clause"]):
        errors["clause"] = [
            _("Không có khoản %(clause)s; ghi dạng QC10.2 hoặc Q50-7.3") % {"clause": fields["clause"]}
        ]
    return errors


def _tidied(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items()}


def _is_clause(text: str) -> bool:
    try:
        known_clause(text)
    except UnknownClause:
        return False
    return True


@transaction.atomic
def set_regulation_period(*, actor: Actor, period: RegulationPeriod, **fields: Any) -> RegulationPeriod:
    """Say from when to when a regulation applies, with the source that says so."""
    _judge(actor)
    stored = RegulationPeriod.objects.select_for_update().get(pk=period.pk)
    fields = _tidied(fields)
    start, end = fields.get("valid_from"), fields.get("valid_to")
    if start and end and end < start:
        raise InvalidInput(
            {"valid_to": [_("Ngày hết hiệu lực phải sau ngày có hiệu lực (%(day)s)") % {"day": f"{start:%d/%m/%Y}"}]}
        )
    before = {name: getattr(stored, name) for name in fields}
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.save()
    old, new = changed(before, fields)
    record_fact(actor=actor, deed="regulation.period_set", subject=stored, before=old, after=new)
    return stored


@transaction.atomic
def load_calendar(*, actor: Actor) -> int:
    """Fill days, deadlines and periods from the seeds where nothing is known yet; return how many rows were made."""
    _judge(actor)
    known = holidays.country_holidays("VN", years=list(SEED_YEARS), language="vi")
    have = set(DayOff.objects.values_list("date", flat=True))
    made = 0
    for day, name in sorted(known.items()):
        if day not in have and day.year in SEED_YEARS:
            save_day(actor=actor, day=DayOff(from_seed=True), **_seed_day(day, name), kind=_kind(name))
            made += 1
    have = set(MakeUpDay.objects.values_list("date", flat=True))
    for day in sorted(getattr(known, "weekend_workdays", ())):
        if day.year in SEED_YEARS and day not in have:
            save_day(actor=actor, day=MakeUpDay(from_seed=True), **_seed_day(day, _make_up_name(day, known)))
            made += 1
    return made + _load_deadlines(actor) + _load_periods(actor) + load_office_hours(actor=actor)


def _seed_day(day: date, name: str) -> dict[str, Any]:
    return {"date": day, "name": name, "source": _seed_source(day), "active": True}


def _seed_source(day: date) -> str:
    if (day.month, day.day) == (11, 24):
        return "Nghị quyết 80-NQ/TW; chưa đối chiếu được việc sửa Điều 112 Bộ luật Lao động"
    if day.year > SEED_YEARS[0]:
        return "Dự kiến theo dữ liệu lịch kèm phần mềm; chờ thông báo chính thức của năm"
    return "Dữ liệu lịch kèm phần mềm; đối chiếu thông báo chính thức của năm"


def _make_up_name(day: date, known: dict[date, str]) -> str:
    """Name a make-up day after the day off it was exchanged for, which the package tells in that day's name."""
    taken = next((off for off, name in known.items() if f"{day:%d/%m/%Y}" in name), None)
    return f"Làm bù cho ngày {taken:%d/%m/%Y}" if taken else "Làm bù ngày nghỉ hoán đổi"


def _kind(name: str) -> str:
    if "thay cho" in name:
        return DayOffKind.SWAPPED
    return DayOffKind.SUBSTITUTE if "nghỉ bù" in name else DayOffKind.PUBLIC_HOLIDAY


def _load_deadlines(actor: Actor) -> int:
    known = set(DeadlinePolicy.objects.values_list("code", flat=True))
    rows = yaml.safe_load((SEEDS / "deadlines.yaml").read_text(encoding="utf-8"))
    fresh = [row for row in rows if row["code"] not in known]
    for row in fresh:
        set_deadline(
            actor=actor,
            valid_from=clock.today().replace(month=1, day=1),
            **{"statutory": False, "basis": OUR_DEFAULT, **_known(row)},
        )
    return len(fresh)


def _known(row: dict[str, Any]) -> dict[str, Any]:
    names = ("code", "name", "amount", "unit", "statutory", "cutoff", "basis")
    return {**{name: row[name] for name in names if name in row}, "clause": row.get("clause") or ""}


def _load_periods(actor: Actor) -> int:
    rows = yaml.safe_load((SEEDS / "regulations.yaml").read_text(encoding="utf-8"))
    known = set(RegulationPeriod.objects.values_list("regulation", flat=True))
    fresh = [row for row in rows if row["regulation"] not in known]
    for row in fresh:
        made = RegulationPeriod.objects.create(**row)
        record_fact(actor=actor, deed="regulation.period_set", subject=made, after=row)
    return len(fresh)
