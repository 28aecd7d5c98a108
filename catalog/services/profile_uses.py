"""The deed that says which structure the messages of an operation follow, and from when (QC4.9)."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from audit.gates import announce
from audit.record import record_fact
from catalog.choices import CALLABLE, WITH_BODY, Direction, ServiceState
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE
from catalog.message_forms import misfit
from catalog.models import MessageProfile, Operation, ProfileUse, ServiceVersion
from catalog.selectors.profiles import last_use
from catalog.services.telling import about, tell_agency
from catalog.services.versions import draft_for
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

LONGEST = 300
Errors = dict[str, list[str]]


@transaction.atomic
def set_profile_use(
    *,
    actor: Actor,
    operation: Operation,
    direction: str,
    profile: MessageProfile | None,
    since: date | None = None,
    reason: str = "",
    seen: int | None = None,
) -> ProfileUse:
    """Let messages of *operation* in one *direction* follow *profile* from *since* on (today), or none any more.

    In a draft its editors do it. Once the version is published SKHCN does, with a reason, not for a day that is past;
    the provider is told and the brokers judge by it from that day on. *seen* is :func:`last_use` as the person saw it.
    Raises PermissionRefused, StateRefused (also when somebody set another meanwhile), InvalidInput.
    """
    version = _locked(actor, operation.version)
    held = Operation.objects.select_for_update().get(pk=operation.pk, version=version)
    held.version = version
    if seen is not None and seen != last_use(version):
        raise StateRefused(_("Có người vừa đổi cấu trúc thông điệp của phiên bản này; xem lại rồi thực hiện lại."))
    draft, day, why = version.state == ServiceState.DRAFT, since or clock.today(), tidy(reason)
    before = held.profile_uses.on(day).filter(direction=direction).select_related("profile").first()
    errors = _errors(held, direction, profile, day, why, draft=draft)
    if said := _nothing_new(before, profile):
        errors.setdefault("profile", [said])
    if errors:
        raise InvalidInput(errors)
    if draft:
        # What a draft had before was never in force.
        for row in held.profile_uses.filter(direction=direction):
            row.delete()
    made, _new = ProfileUse.objects.update_or_create(
        operation=held,
        direction=direction,
        since=day,
        defaults={"profile": profile, "reason": why, "set_by_id": actor.user_id or None, "set_at": clock.now()},
    )
    _note(actor, version, before, made, draft=draft)
    return made


def copy_uses(*, actor: Actor, old: ServiceVersion, new: ServiceVersion) -> None:
    """Let the operations of a new draft follow what those of the same code and method follow today.

    One that a SOAP provider answers now follows no XSD any more.
    """
    places = {(item.code, item.method): item for item in new.operations.all()}
    today = ProfileUse.objects.applied(clock.today()).filter(operation__version=old)
    for row in today.select_related("operation", "profile"):
        operation = places.get((row.operation.code, row.operation.method))
        if operation is not None and row.profile is not None and not _misfit(operation, row.profile):
            set_profile_use(actor=actor, operation=operation, direction=row.direction, profile=row.profile)


def _locked(actor: Actor, version: ServiceVersion) -> ServiceVersion:
    stored = (
        ServiceVersion.objects.select_for_update(of=("self",)).select_related("service__provider").get(pk=version.pk)
    )
    if stored.state == ServiceState.DRAFT:
        return draft_for(actor, stored)
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(
            _("Phiên bản không còn là bản nháp; chỉ cán bộ vận hành được đổi cấu trúc thông điệp của nó.")
        )
    if stored.state not in CALLABLE:
        raise StateRefused(
            _("Phiên bản đang ở tình trạng «%(state)s» nên cấu trúc thông điệp được giữ nguyên.")
            % {"state": stored.get_state_display()}
        )
    return stored


def _nothing_new(before: ProfileUse | None, profile: MessageProfile | None) -> str:
    if before is None:
        return "" if profile else _("Chiều này chưa áp dụng cấu trúc nào; chọn một cấu trúc")
    same = before.profile_id == (profile.pk if profile else None)
    return _("Cấu trúc này đã áp dụng rồi; chọn cấu trúc khác") if same else ""


def _errors(
    operation: Operation, direction: str, profile: MessageProfile | None, day: date, reason: str, *, draft: bool
) -> Errors:
    errors: Errors = {}
    if direction not in Direction.values:
        errors["direction"] = [_("Chọn chiều của thông điệp trong danh sách")]
    elif direction == Direction.REQUEST and operation.method not in WITH_BODY:
        errors["direction"] = [
            _("Thao tác %(method)s không gửi nội dung, nên chỉ áp dụng cấu trúc cho câu trả lời")
            % {"method": operation.method}
        ]
    if profile is not None and not MessageProfile.objects.in_force(day).filter(pk=profile.pk).exists():
        errors["profile"] = [_("Cấu trúc này không còn hiệu lực vào ngày %(day)s") % {"day": f"{day:%d/%m/%Y}"}]
    elif profile is not None and (said := _misfit(operation, profile)):
        errors["profile"] = [said]
    if not draft and day < clock.today():
        errors["since"] = [_("Ngày áp dụng phải từ hôm nay trở đi")]
    if not draft and not reason:
        errors["reason"] = [_("Ghi lý do đổi: phiên bản này đang được khai thác")]
    if len(reason) > LONGEST:
        errors["reason"] = [_("Viết tối đa %(n)s ký tự") % {"n": LONGEST}]
    return errors


def _misfit(operation: Operation, profile: MessageProfile) -> str:
    return misfit(profile.form, message_form=operation.version.message_form, soap=bool(operation.soap_version))


def _note(actor: Actor, version: ServiceVersion, before: ProfileUse | None, made: ProfileUse, *, draft: bool) -> None:
    names = {"profile": str(made.profile or _("không kiểm tra")), "since": f"{made.since:%d/%m/%Y}"}
    record_fact(
        actor=actor,
        deed="profile.applied" if draft else "profile.use_changed",
        subject=made.operation,
        before={"profile": str(before.profile or _("không kiểm tra"))} if before else {},
        after={"direction": str(made.get_direction_display()), **names},
        reason=made.reason,
        clause="QC4.9",
    )
    if draft:
        return
    announce()
    text = _("Từ ngày %(since)s, «%(direction)s» của thao tác %(operation)s theo cấu trúc: %(profile)s.")
    message = about(
        "profile.use_changed",
        Topic.ACCESS,
        _("Đổi cấu trúc thông điệp: %(version)s") % {"version": version},
        text % {**names, "direction": made.get_direction_display(), "operation": made.operation},
        reverse("data_service", args=[version.service.code]),
    )
    tell_agency(message, version.service.provider, [SERVICE_EDIT_OWN])
