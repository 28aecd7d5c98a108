"""Deeds on wishes for data: send, answer."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Agency, User
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.models import DataService, DataWish
from catalog.models.wishes import MANAGE, SEND
from catalog.selectors.wishes import answer_due, holders
from catalog.services.judging import Errors, judge, tidied
from catalog.wish_words import WishOutcome, WishState
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused

FIELDS = ("title", "description", "purpose", "legal_basis", "wanted_provider")
ANSWER = ("outcome", "service", "planned_agency", "planned_on", "answer", "answer_basis")
# What each answer must say; the rest of the answer's fields are left empty with it.
_NEEDED = {
    WishOutcome.EXISTS: ("service",),
    WishOutcome.PLANNED: ("planned_agency", "answer"),
    WishOutcome.REFUSED: ("answer", "answer_basis"),
}
_ALLOWED = {
    WishOutcome.EXISTS: ("service", "answer"),
    WishOutcome.PLANNED: ("planned_agency", "planned_on", "answer"),
    WishOutcome.REFUSED: ("answer", "answer_basis"),
}


@transaction.atomic
def send_wish(*, actor: Actor, **fields: Any) -> DataWish:
    """Ask SKHCN for data that no service offers, in the name of the actor's agency (QC4.4, QC11.3).

    Who answers is told, and the agency said to hold the data. Raises PermissionRefused, InvalidInput.
    """
    if not actor.may(SEND) or not actor.agency_id or not actor.user_id:
        raise PermissionRefused(_("Nhu cầu dữ liệu do cán bộ lập hồ sơ của cơ quan gửi."))
    agency = Agency.objects.select_for_update().get(pk=actor.agency_id)
    now = clock.now()
    values = tidied(DataWish, fields, FIELDS)
    made = DataWish(agency=agency, created_by_id=actor.user_id, created_at=now, due_at=answer_due(now), **values)
    judge(made, _provider_errors(made, agency))
    if DataWish.objects.filter(agency=agency, state=WishState.OPEN, title=made.title).exists():
        raise InvalidInput({"title": [_("Cơ quan đã gửi nhu cầu này và đang chờ trả lời; xem trong danh sách")]})
    made.save()
    record_fact(actor=actor, deed="wish.sent", subject=made, after=values, clause="QC4.4")
    _tell_asked(made)
    return made


@transaction.atomic
def answer_wish(*, actor: Actor, wish: DataWish, **fields: Any) -> DataWish:
    """Answer: a service offers it, an agency will build it, or no, with reason and legal basis (QC11.3).

    The agency and its shared mailbox are told, and who is to build it. Raises PermissionRefused, StateRefused when it
    was answered before, InvalidInput.
    """
    if not actor.may(MANAGE) or not actor.user_id:
        raise PermissionRefused(_("Trả lời nhu cầu dữ liệu thuộc vai trò Cán bộ vận hành của Sở."))
    stored = DataWish.objects.select_for_update(of=("self",)).select_related("agency", "created_by").get(pk=wish.pk)
    if stored.state != WishState.OPEN:
        raise StateRefused(_("Nhu cầu này đã được trả lời."))
    values = tidied(DataWish, fields, ANSWER)
    errors = _answer_errors(values)
    if errors:
        raise InvalidInput(errors)
    allowed = _ALLOWED[WishOutcome(values["outcome"])]
    kept = {"outcome": values["outcome"], **{name: values[name] for name in allowed if values.get(name)}}
    for name, value in kept.items():
        setattr(stored, name, value)
    stored.state, stored.answered_by_id, stored.answered_at = WishState.ANSWERED, actor.user_id, clock.now()
    judge(stored)
    stored.save()
    record_fact(actor=actor, deed="wish.answered", subject=stored, after=kept, clause="QC11.3")
    _tell_answered(stored)
    return stored


def _provider_errors(wish: DataWish, agency: Agency) -> Errors:
    provider = wish.wanted_provider
    if provider is None:
        return {}
    if provider == agency:
        return {"wanted_provider": [_("Chọn cơ quan khác: đây là cơ quan của bạn")]}
    if provider.valid_to is not None and provider.valid_to < clock.today():
        return {"wanted_provider": [_("%(name)s đã kết thúc; chọn cơ quan còn hoạt động") % {"name": provider}]}
    return {}


def _answer_errors(values: dict[str, Any]) -> Errors:
    outcome = values.get("outcome", "")
    if outcome not in WishOutcome.values:
        return {"outcome": [_("Chọn kết quả trả lời")]}
    texts = {
        "service": _("Chọn dịch vụ đã công bố đáp ứng nhu cầu"),
        "planned_agency": _("Chọn cơ quan sẽ xây dựng dịch vụ"),
        "answer": _("Nhập nội dung trả lời"),
        "answer_basis": _("Nhập căn cứ pháp lý của việc chưa đáp ứng"),
    }
    errors: Errors = {name: [texts[name]] for name in _NEEDED[WishOutcome(outcome)] if not values.get(name)}
    day: date | None = values.get("planned_on")
    if outcome == WishOutcome.PLANNED and day is not None and day < clock.today():
        errors["planned_on"] = [_("Ngày dự kiến không thể trước hôm nay")]
    service: DataService | None = values.get("service")
    if (
        outcome == WishOutcome.EXISTS
        and service
        and not DataService.objects.published().filter(pk=service.pk).exists()
    ):
        errors["service"] = [_("Dịch vụ chưa công bố hoặc đã ngừng; chọn dịch vụ khác")]
    return errors


def _tell_asked(wish: DataWish) -> None:
    words = {"agency": wish.agency.name, "title": wish.title}
    subject = _("Nhu cầu dữ liệu mới của %(agency)s") % words
    body = (
        _("%(agency)s đề nghị dữ liệu chưa có trong danh mục: %(title)s. Nội dung và hạn nội bộ ghi trên cổng.")
        % words
    )
    _post(wish, "wish.sent", Topic.WORK, subject, body, None, holders(MANAGE))
    provider = wish.wanted_provider
    if provider is not None:
        _post(wish, "wish.sent", Topic.PROGRESS, subject, body, provider, holders("service.edit_own", provider.pk))


def _tell_answered(wish: DataWish) -> None:
    words = {"title": wish.title, "outcome": wish.get_outcome_display()}
    subject = _("Đã trả lời nhu cầu dữ liệu: %(title)s") % words
    body = _("Kết quả: %(outcome)s. Nội dung trả lời ghi trên cổng.") % words
    agency = wish.agency
    _post(wish, "wish.answered", Topic.PROGRESS, subject, body, agency, [wish.created_by], agency.shared_mailbox)
    builder = wish.planned_agency
    if builder is not None:
        text = _("Sở Khoa học và Công nghệ giao xây dựng dịch vụ dữ liệu: %(title)s") % words
        people = holders("service.edit_own", builder.pk)
        _post(wish, "wish.planned", Topic.WORK, text, body, builder, people, builder.shared_mailbox)


def _post(
    wish: DataWish,
    event: str,
    topic: Topic,
    subject: str,
    body: str,
    agency: Agency | None,
    people: list[User],
    mailbox: str = "",
) -> None:
    message = Message(event=event, topic=topic, subject=subject, body=body, link=reverse("wish", args=[wish.pk]))
    post_notices(message=message, agency=agency, people=people, mailboxes=[mailbox])
