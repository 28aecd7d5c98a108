"""Deeds on the hours in which offices are open."""

from datetime import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import OfficeHours
from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy
from core.workdays import OFFICE_HOURS

MANAGE = "calendar.manage"
FIELDS = ("name", "starts", "ends", "source", "active")
_SOURCE = "Mặc định hệ thống, chưa phải quy định"


@transaction.atomic
def save_office_hours(*, actor: Actor, hours: OfficeHours, reason: str = "", **fields: Any) -> OfficeHours:
    """Add or change one session of a working day; a stored one needs a *reason* and is never deleted.

    Raises InvalidInput when sessions overlap, when the end is not after the start, when a text or the reason is
    missing, or when the last session would go.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý lịch làm việc, thuộc vai trò Cán bộ vận hành."))
    known = list(OfficeHours.objects.select_for_update().order_by("pk"))
    stored = next((item for item in known if item.pk == hours.pk), None) or OfficeHours()
    before = {name: getattr(stored, name) for name in FIELDS} if stored.pk else {}
    after = {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items()}
    others = [item for item in known if item.pk != stored.pk and item.active]
    if errors := _errors(after, others, missing_reason=bool(stored.pk) and not tidy(reason)):
        raise InvalidInput(errors)
    for name, value in after.items():
        setattr(stored, name, value)
    stored.save()
    old, new = changed(before, after)
    record_fact(actor=actor, deed="officehours.saved", subject=stored, before=old, after=new, reason=tidy(reason))
    return stored


def _errors(after: dict[str, Any], others: list[OfficeHours], *, missing_reason: bool) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if missing_reason:
        errors["reason"] = [_("Nhập lý do thay đổi")]
    for name, text in (("name", _("Nhập tên buổi")), ("source", _("Nhập nguồn, ví dụ số và ngày văn bản"))):
        if not after.get(name):
            errors[name] = [text]
    starts, ends, active = after["starts"], after["ends"], after.get("active", True)
    if ends <= starts:
        errors["ends"] = [_("Giờ kết thúc phải sau giờ bắt đầu")]
    elif active and (other := _overlapped(starts, ends, others)):
        errors["starts"] = [_("Trùng giờ với %(other)s") % {"other": other}]
    elif not active and not others:
        errors["active"] = [_("Phải còn ít nhất một buổi làm việc đang áp dụng")]
    return errors


def _overlapped(starts: time, ends: time, others: list[OfficeHours]) -> OfficeHours | None:
    return next((item for item in others if item.starts < ends and starts < item.ends), None)


def load_office_hours(*, actor: Actor) -> int:
    """Enter the usual sessions where none is known; return how many."""
    if OfficeHours.objects.exists():
        return 0
    for name, (starts, ends) in zip((_("Buổi sáng"), _("Buổi chiều")), OFFICE_HOURS, strict=True):
        save_office_hours(
            actor=actor, hours=OfficeHours(), name=name, starts=starts, ends=ends, source=_SOURCE, active=True
        )
    return len(OFFICE_HOURS)
