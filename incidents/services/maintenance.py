"""Planning maintenance, changing and calling it off, and the rules of telling (Q50-12.2b)."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.models import DataService
from catalog.services.judging import Errors, judge, tidied
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, tidy
from incidents.maintenance_words import WindowState
from incidents.models import MaintenancePolicy, MaintenanceWindow
from incidents.services.codes import next_code
from incidents.services.maintenance_telling import tell_cancelled, tell_changed

MANAGE = "environment.manage"
FIELDS = ("whole_platform", "starts_at", "ends_at", "reason", "public_text")
POLICY_FIELDS = ("first_hours", "last_hours", "remind_weekday")
CLAUSE = "Q50-12.2b"
LONGEST = timedelta(days=14)
FARTHEST = timedelta(days=366)
REASON_LENGTH = 300
# The form gives minutes, the clock seconds.
_GRACE = timedelta(minutes=1)


@transaction.atomic
def plan_window(*, actor: Actor, services: Iterable[DataService] = (), **fields: Any) -> MaintenanceWindow:
    """Plan maintenance from *starts_at* to *ends_at*, of *services* or of the *whole_platform*; jobs announce it.

    Raises PermissionRefused, InvalidInput: for a time of the past, for a service not public named in the public text.
    """
    _may(actor)
    now, chosen = clock.now(), list(services)
    made = MaintenanceWindow(planned_by_id=actor.user_id, planned_at=now, changed_at=now, timed_at=now)
    _set(made, fields)
    made.timed_end = made.ends_at or now
    errors = _time_errors(made) | _service_errors(made, chosen)
    judge(made, errors, besides=["code"])
    made.code = next_code(MaintenanceWindow, "BT")
    made.save()
    made.services.set([] if made.whole_platform else chosen)
    record_fact(actor=actor, deed="maintenance.planned", subject=made, after=_told(made), clause=CLAUSE)
    return made


@transaction.atomic
def change_window(
    *,
    actor: Actor,
    window: MaintenanceWindow,
    reason_of_change: str,
    services: Iterable[DataService] | None = None,
    **fields: Any,
) -> MaintenanceWindow:
    """Change a window with a reason; whoever was told of it is told what it is now. Begun, only its end may move.

    Raises PermissionRefused, StateRefused for one over or called off, InvalidInput.
    """
    _may(actor)
    stored = _locked(window)
    before, had, times = _told(stored), list(stored.services.all()), (stored.starts_at, stored.ends_at)
    chosen = had if services is None else list(services)
    errors = _apply(stored, fields, had, chosen)
    judge(stored, errors | _reason_errors(reason_of_change, "reason_of_change"))
    old, new = changed(before, _told(stored, chosen))
    if not new:
        return stored
    stored.revision, stored.changed_at = stored.revision + 1, clock.now()
    stored.change_reason = tidy(reason_of_change)
    stored.save()
    stored.services.set([] if stored.whole_platform else chosen)
    tell_changed(stored, before=times, besides=had)
    record_fact(
        actor=actor,
        deed="maintenance.changed",
        subject=stored,
        before=old,
        after=new,
        reason=stored.change_reason,
        clause=CLAUSE,
    )
    return stored


@transaction.atomic
def cancel_window(*, actor: Actor, window: MaintenanceWindow, reason: str) -> MaintenanceWindow:
    """Call a window off that has not begun; whoever was told of it is told. Twice is refused.

    Raises PermissionRefused, StateRefused, InvalidInput without a reason.
    """
    _may(actor)
    stored = _locked(window)
    if stored.standing == "running":
        raise StateRefused(_("Đợt bảo trì đã bắt đầu; muốn dừng thì sửa giờ kết thúc."))
    if errors := _reason_errors(reason, "reason"):
        raise InvalidInput(errors)
    stored.state, stored.change_reason, stored.changed_at = WindowState.CANCELLED, tidy(reason), clock.now()
    stored.save()
    tell_cancelled(stored)
    after = {"state": stored.state}
    record_fact(actor=actor, deed="maintenance.cancelled", subject=stored, after=after, reason=reason, clause=CLAUSE)
    return stored


@transaction.atomic
def set_maintenance_policy(*, actor: Actor, **fields: Any) -> MaintenancePolicy:
    """Change how long ahead maintenance is told and when the weekly check is called for. Raises InvalidInput."""
    _may(actor)
    policy = MaintenancePolicy.objects.select_for_update().get_or_create(pk=1)[0]
    values = {name: value for name, value in fields.items() if name in POLICY_FIELDS}
    old, new = changed({name: getattr(policy, name) for name in values}, values)
    for name, value in new.items():
        setattr(policy, name, value)
    judge(policy)
    if new:
        policy.save()
        record_fact(
            actor=actor, deed="maintenance_policy.changed", subject=policy, before=old, after=new, clause=CLAUSE
        )
    return policy


def _may(actor: Actor) -> None:
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Lập kế hoạch bảo trì thuộc vai trò Cán bộ vận hành."))


def _locked(window: MaintenanceWindow) -> MaintenanceWindow:
    stored = MaintenanceWindow.objects.select_for_update().get(pk=window.pk)
    if stored.state == WindowState.CANCELLED:
        raise StateRefused(_("Đợt bảo trì này đã hủy."))
    if stored.standing == "over":
        raise StateRefused(_("Đợt bảo trì này đã kết thúc; số liệu của nó không sửa nữa."))
    return stored


def _set(window: MaintenanceWindow, fields: Mapping[str, Any]) -> None:
    for name, value in tidied(MaintenanceWindow, fields, FIELDS).items():
        setattr(window, name, value)


def _apply(
    window: MaintenanceWindow, fields: Mapping[str, Any], had: list[DataService], chosen: list[DataService]
) -> Errors:
    """Set *fields*, and note when times were last set ahead; return what is wrong with them."""
    begun, old = window.standing == "running", (window.starts_at, window.ends_at)
    _set(window, fields)
    errors = _running_errors(window, old[0], had, chosen) if begun else _time_errors(window)
    if not begun and (window.starts_at, window.ends_at) != old:
        window.timed_at, window.timed_end = clock.now(), window.ends_at
    return errors | _service_errors(window, chosen)


def _told(window: MaintenanceWindow, services: Iterable[DataService] | None = None) -> dict[str, Any]:
    """Return what a window says, for its facts."""
    chosen = window.services.all() if services is None else services
    names = [] if window.whole_platform else sorted(service.code for service in chosen)
    return {**{name: getattr(window, name) for name in FIELDS}, "services": ", ".join(names)}


def _reason_errors(reason: str, field: str) -> Errors:
    """A reason is told to everybody who was told of the window, so it is judged as the public text is."""
    if not tidy(reason):
        return {field: [_("Nhập lý do")]}
    if len(tidy(reason)) > REASON_LENGTH:
        return {field: [_("Viết tối đa %(n)s ký tự") % {"n": REASON_LENGTH}]}
    return _naming_hidden(reason, field)


def _time_errors(window: MaintenanceWindow) -> Errors:
    begins, ends, now = window.starts_at, window.ends_at, clock.now()
    if begins is None or ends is None:
        return {}
    if begins < now - _GRACE:
        return {"starts_at": [_("Giờ bắt đầu đã qua; bảo trì chỉ ghi trước, không ghi cho thời gian đã qua")]}
    if begins > now + FARTHEST:
        return {"starts_at": [_("Giờ bắt đầu trong vòng một năm tới; kiểm tra lại năm")]}
    return _length_errors(begins, ends)


def _length_errors(begins: datetime, ends: datetime) -> Errors:
    if ends - begins > LONGEST:
        return {"ends_at": [_("Một đợt bảo trì dài nhất %(n)s ngày; chia thành nhiều đợt") % {"n": LONGEST.days}]}
    return {}


def _running_errors(
    window: MaintenanceWindow, start: datetime, had: list[DataService], chosen: list[DataService]
) -> Errors:
    errors = _length_errors(window.starts_at, window.ends_at)
    if window.starts_at != start:
        errors["starts_at"] = [_("Đợt bảo trì đã bắt đầu, không đổi giờ bắt đầu")]
    if window.ends_at < clock.now() - _GRACE:
        errors["ends_at"] = [_("Giờ kết thúc đã qua; nhập từ bây giờ trở đi")]
    if {service.pk for service in had} != {service.pk for service in chosen}:
        errors["services"] = [_("Đợt bảo trì đã bắt đầu, không đổi dịch vụ; lập đợt khác cho dịch vụ khác")]
    return errors


def _service_errors(window: MaintenanceWindow, chosen: list[DataService]) -> Errors:
    if window.whole_platform and chosen:
        return {"services": [_("Đã chọn toàn nền tảng thì bỏ chọn từng dịch vụ")]}
    if not window.whole_platform and not chosen:
        return {"services": [_("Chọn dịch vụ bị ảnh hưởng, hoặc đánh dấu toàn nền tảng")]}
    return _naming_hidden(window.public_text or "", "public_text")


def _naming_hidden(text: str, field: str) -> Errors:
    """Refuse a text for everybody that names a service only few may know of."""
    public = DataService.objects.named_in_public()
    titles = {fold(title) for title in public.values_list("title", flat=True)}
    folded = fold(text)
    words = set(re.findall(r"[\w-]+", folded))
    for title, code in DataService.objects.exclude(pk__in=public.values("pk")).values_list("title", "code"):
        if code in words or (fold(title) in folded and fold(title) not in titles):
            said = _("Nội dung mọi người đọc được nhắc dịch vụ không công khai «%(title)s»; bỏ tên dịch vụ này")
            return {field: [said % {"title": title}]}
    return {}
