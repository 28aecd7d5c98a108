"""Deeds on the register of direct sharing: enter, change, review, end; and the watch over its days (QC11.8)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from audit.record import changed, record_fact
from catalog.duty_choices import ReviewOutcome, Watched
from catalog.guards import SERVICE_EDIT_OWN, SERVICE_MANAGE
from catalog.models import DirectSharing, SharingReview, WatchMark
from catalog.selectors.terms import SHARING, ahead_of
from catalog.services.judging import Errors, judge, require_fresh, tidied
from catalog.services.telling import about, tell_agency, tell_operators
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from core.text import fold, tidy

FIELDS = (
    "provider",
    "receiver",
    "receiver_name",
    "data",
    "why",
    "authority",
    "legal_basis",
    "decision_number",
    "decided_on",
    "valid_from",
    "valid_to",
    "review_on",
)
TOLD = (SERVICE_EDIT_OWN, "request.draft")


@transaction.atomic
def enter_sharing(*, actor: Actor, **fields: Any) -> DirectSharing:
    """Enter a case of direct sharing that was decided. Raises PermissionRefused, InvalidInput."""
    _require(actor)
    values = tidied(DirectSharing, fields, FIELDS)
    made = DirectSharing(**values)
    _save(made)
    record_fact(actor=actor, deed="sharing.entered", subject=made, after=values, clause="QC11.8")
    return made


@transaction.atomic
def change_sharing(
    *, actor: Actor, sharing: DirectSharing, revision: int | None = None, **fields: Any
) -> DirectSharing:
    """Correct what the register says of a case that goes on. *revision* is the one the person saw."""
    _require(actor)
    stored = _locked(sharing)
    require_fresh(stored, revision)
    values = tidied(DirectSharing, fields, FIELDS)
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    if not new:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    stored.revision += 1
    _save(stored)
    record_fact(actor=actor, deed="sharing.changed", subject=stored, before=old, after=new, clause="QC11.8")
    return stored


@transaction.atomic
def review_sharing(
    *, actor: Actor, sharing: DirectSharing, outcome: str, note: str, until: date | None = None
) -> SharingReview:
    """Look at a case again: keep it *until* a day, move it onto the platform by a day, or end it today.

    The day becomes the next review, and the last day where that came earlier. Raises PermissionRefused, InvalidInput,
    StateRefused for a case that was ended.
    """
    _require(actor)
    stored = _locked(sharing)
    texts = tidied(SharingReview, {"note": note}, ("note",))
    made = SharingReview(
        sharing=stored, outcome=outcome, until=until, reviewed_at=clock.now(), reviewed_by_id=actor.user_id, **texts
    )
    judge(made, _review_errors(outcome, until))
    made.save()
    before = {"valid_to": stored.valid_to, "review_on": stored.review_on}
    if outcome == ReviewOutcome.END:
        stored.ended_on, stored.end_reason = clock.today(), tidy(made.note)[:300]
    elif until is not None:
        stored.review_on, stored.valid_to = until, max(stored.valid_to, until)
    stored.revision += 1
    stored.save()
    after = {"outcome": outcome, "valid_to": stored.valid_to, "review_on": stored.review_on}
    record_fact(
        actor=actor,
        deed="sharing.reviewed",
        subject=stored,
        before=before,
        after=after,
        reason=made.note,
        clause="QC11.8",
    )
    _tell_sides(stored, "sharing.reviewed", Topic.PROGRESS, _told(made))
    return made


@transaction.atomic
def end_sharing(*, actor: Actor, sharing: DirectSharing, reason: str) -> DirectSharing:
    """End a case today, with the reason. Raises PermissionRefused, InvalidInput, StateRefused when it has ended."""
    _require(actor)
    stored, reason = _locked(sharing), tidy(reason)
    if not reason:
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    stored.ended_on, stored.end_reason = clock.today(), reason[:300]
    stored.revision += 1
    stored.save()
    record_fact(
        actor=actor,
        deed="sharing.ended",
        subject=stored,
        after={"ended_on": stored.ended_on},
        reason=reason,
        clause="QC11.8",
    )
    text = _("Việc chia sẻ trực tiếp chấm dứt từ ngày %(day)s.") % {"day": f"{stored.ended_on:%d/%m/%Y}"}
    _tell_sides(stored, "sharing.ended", Topic.PROGRESS, text)
    return stored


def tell_of_days() -> int:
    """Tell SKHCN and both sides of days of review and last days that are near or passed, each once; how many."""
    horizon = clock.today() + ahead_of(SHARING)
    days = {Watched.REVIEW: "review_on", Watched.EXPIRY: "valid_to"}
    told = 0
    for kind, name in days.items():
        near = DirectSharing.objects.open().filter(**{f"{name}__lte": horizon})
        for sharing in near.select_related("provider", "receiver").order_by("pk"):
            told += _give(sharing, kind, getattr(sharing, name))
    return told


@transaction.atomic
def _give(sharing: DirectSharing, kind: Watched, day: date) -> int:
    late = day < clock.today()
    _mark, fresh = WatchMark.objects.get_or_create(
        kind=kind, thing_id=sharing.pk, due_on=day, late=late, defaults={"given_at": clock.now()}
    )
    if not fresh:
        return 0
    values = {"what": kind.label, "day": f"{day:%d/%m/%Y}", "sides": sharing}
    text = _("Quá ngày %(day)s – %(what)s, %(sides)s.") if late else _("Ngày %(day)s – %(what)s, %(sides)s.")
    _tell_sides(sharing, "sharing.overdue" if late else "sharing.near", Topic.DEADLINES, text % values)
    address = reverse("admin:catalog_directsharing_change", args=[sharing.pk])
    subject = _("Quá hạn: %(what)s") if late else _("Sắp đến ngày: %(what)s")
    event = "sharing.overdue" if late else "sharing.near"
    tell_operators(about(event, Topic.DEADLINES, subject % values, text % values, address))
    return 1


def _tell_sides(sharing: DirectSharing, event: str, topic: Topic, text: str) -> None:
    subject = _("Chia sẻ trực tiếp %(sides)s") % {"sides": sharing}
    message = about(event, topic, subject, text, reverse("direct_sharing"))
    for side in filter(None, (sharing.provider, sharing.receiver)):
        tell_agency(message, side, TOLD)


def _told(review: SharingReview) -> str:
    values = {"outcome": review.get_outcome_display(), "day": f"{review.until:%d/%m/%Y}" if review.until else ""}
    text = _("Kết quả rà soát: %(outcome)s, đến ngày %(day)s.") if review.until else _("Kết quả rà soát: %(outcome)s.")
    return text % values


def _require(actor: Actor) -> None:
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Sổ chia sẻ trực tiếp do Cán bộ vận hành của Sở Khoa học và Công nghệ quản lý."))


def _locked(sharing: DirectSharing) -> DirectSharing:
    found = DirectSharing.objects.select_for_update(of=("self",)).select_related("provider", "receiver")
    stored = found.get(pk=sharing.pk)
    if stored.ended_on is not None:
        raise StateRefused(
            _("Trường hợp này đã chấm dứt ngày %(day)s, nội dung được giữ nguyên.")
            % {"day": f"{stored.ended_on:%d/%m/%Y}"}
        )
    return stored


def _review_errors(outcome: str, until: date | None) -> Errors:
    if outcome == ReviewOutcome.END:
        return {"until": [_("Chấm dứt thì để trống ngày")]} if until else {}
    if until is None:
        return {"until": [_("Nhập ngày, cũng là ngày rà soát tiếp theo")]}
    if until <= clock.today():
        return {"until": [_("Chọn ngày sau hôm nay")]}
    return {}


def search_text(sharing: DirectSharing) -> str:
    """Return the folded text that a case is found by."""
    provider = sharing.provider.name if sharing.provider_id else ""
    return fold(f"{provider} {sharing.to_whom} {sharing.data} {sharing.decision_number}")


def _save(sharing: DirectSharing) -> None:
    errors: Errors = {}
    if sharing.receiver_id is not None and sharing.receiver_id == sharing.provider_id:
        errors["receiver"] = [_("Bên nhận phải khác cơ quan cung cấp")]
    if sharing.receiver_id is not None and sharing.receiver_name:
        errors["receiver_name"] = [_("Đã chọn cơ quan nhận trong danh bạ thì để trống ô này")]
    errors |= _day_errors(sharing)
    sharing.search = search_text(sharing)
    judge(sharing, errors)
    sharing.save()


def _day_errors(sharing: DirectSharing) -> Errors:
    decided, first, last, review = sharing.decided_on, sharing.valid_from, sharing.valid_to, sharing.review_on
    errors: Errors = {}
    if decided and decided > clock.today():
        errors["decided_on"] = [_("Ngày văn bản không được ở tương lai")]
    if first and last and last < first:
        errors["valid_to"] = [_("Ngày hết thời hạn phải từ ngày áp dụng trở đi")]
    elif first and last and review and not first <= review <= last:
        errors["review_on"] = [_("Ngày rà soát phải trong thời gian áp dụng")]
    return errors
