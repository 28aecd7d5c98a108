"""The life of an incident: taken on, classified, handled, mended, reviewed, closed, opened again (QC8.6, QC14.3)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, judge, tidied
from core import clock
from core.actor import Actor
from core.problems import StateRefused
from incidents.models import Incident
from incidents.register_choices import Audience, Cause, EntryKind, IncidentState, LegalClass, Severity
from incidents.services.incident_deadlines import ACKNOWLEDGE, begin_deadlines, meet
from incidents.services.incident_moves import (
    CLAUSE,
    add_entry,
    lock_incident,
    move_incident,
    require_manager,
    touch_incident,
)
from incidents.services.incident_telling import tell_every_party

CLASSIFIED = (
    "title",
    "severity",
    "legal_class",
    "cause",
    "personal_data",
    "beyond_capacity",
    "started_at",
)
EXPLAINED = ("root_cause", "measures")


@transaction.atomic
def acknowledge_incident(*, actor: Actor, incident: Incident, revision: int | None = None) -> Incident:
    """Take a new incident on: whoever does answers for it and the clock of acknowledgement stops."""
    stored = lock_incident(incident, revision=revision)
    stored.owner_id = actor.user_id
    move_incident(actor=actor, incident=stored, step="acknowledge")
    meet(stored, {ACKNOWLEDGE}, actor.name)
    return stored


@transaction.atomic
def classify_incident(*, actor: Actor, incident: Incident, revision: int | None = None, **fields: Any) -> Incident:
    """Say what kind of incident it is: the law's class, our severity, the group of causes, personal data or not.

    Clocks follow: what is no longer due goes, what is new begins at the detection. Raises PermissionRefused,
    StateRefused once it is ended, InvalidInput.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; mở lại rồi phân loại."))
    values = tidied(Incident, fields, CLASSIFIED)
    errors = _class_errors(values)
    before = {name: getattr(stored, name) for name in values}
    old, new = changed(before, values)
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored, errors)
    first, stored.classified_at = stored.classified_at is None, clock.now()
    touch_incident(stored)
    begin_deadlines(stored)
    if not new and not first:
        return stored
    text = _("Phân loại: %(severity)s; %(legal)s; nguyên nhân: %(cause)s") % {
        "severity": stored.get_severity_display(),
        "legal": stored.get_legal_class_display().lower(),
        "cause": stored.get_cause_display().lower(),
    }
    add_entry(actor, stored, EntryKind.STEP, Audience.INTERNAL, text)
    record_fact(actor=actor, deed="incident.classified", subject=stored, before=old, after=new, clause=CLAUSE)
    return stored


def _class_errors(values: dict[str, Any]) -> Errors:
    errors: Errors = {}
    for name, known, text in (
        ("severity", Severity.values, _("Chọn mức độ vận hành")),
        ("legal_class", LegalClass.values, _("Chọn phân loại theo quy định")),
        ("cause", Cause.values, _("Chọn nhóm nguyên nhân; chưa rõ thì chọn «Chưa xác định»")),
    ):
        if values.get(name) not in known:
            errors[name] = [text]
    if "title" in values and not values["title"]:
        errors["title"] = [_("Nhập tên sự cố")]
    started: datetime | None = values.get("started_at")
    if started is not None and started > clock.now():
        errors["started_at"] = [_("Thời điểm xảy ra không được ở tương lai")]
    return errors


@transaction.atomic
def handle_incident(*, actor: Actor, incident: Incident, revision: int | None = None) -> Incident:
    """Begin to mend a classified incident."""
    stored = lock_incident(incident, revision=revision)
    move_incident(actor=actor, incident=stored, step="handle")
    return stored


@transaction.atomic
def explain_incident(*, actor: Actor, incident: Incident, revision: int | None = None, **fields: Any) -> Incident:
    """Write down root cause and measures as far as they are known. Raises as :func:`classify_incident`."""
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    if stored.is_ended:
        raise StateRefused(_("Sự cố đã kết thúc; mở lại rồi sửa nội dung."))
    _explain(actor, stored, fields)
    touch_incident(stored)
    return stored


@transaction.atomic
def resolve_incident(*, actor: Actor, incident: Incident, revision: int | None = None, **fields: Any) -> Incident:
    """Note that it is mended, with *root_cause* and *measures*; agencies that know of it are told.

    Raises StateRefused, PermissionRefused, InvalidInput, GuardRefused without cause or measures.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    _explain(actor, stored, fields)
    stored.resolved_at = clock.now()
    stored.recovered_at = stored.recovered_at or stored.resolved_at
    move_incident(actor=actor, incident=stored, step="resolve")
    tell_mended(stored)
    return stored


def tell_mended(incident: Incident) -> None:
    """Tell the agencies of a locked incident that it is mended."""
    values = {"code": incident.code, "title": incident.title}
    subject = _("Sự cố %(code)s đã khắc phục") % values
    tell_every_party(incident, "resolved", subject, _("Sự cố %(code)s đã khắc phục: %(title)s.") % values)


def _explain(actor: Actor, stored: Incident, fields: dict[str, Any]) -> None:
    values = tidied(Incident, fields, EXPLAINED)
    old, new = changed({name: getattr(stored, name) for name in values}, values)
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored)
    if new:
        record_fact(actor=actor, deed="incident.explained", subject=stored, before=old, after=new, clause=CLAUSE)


@transaction.atomic
def review_incident(
    *, actor: Actor, incident: Incident, lessons: str, revision: int | None = None, **fields: Any
) -> Incident:
    """Write the review of a mended incident: lessons, what keeps it from coming back; severities 1–2 need it.

    Raises PermissionRefused, StateRefused before it is mended, InvalidInput without lessons.
    """
    require_manager(actor)
    stored = lock_incident(incident, revision=revision)
    if stored.state != IncidentState.RESOLVED:
        raise StateRefused(_("Rút kinh nghiệm khi sự cố đã khắc phục và chưa đóng."))
    values = tidied(Incident, {"lessons": lessons}, ("lessons",))
    stored.lessons = values["lessons"]
    judge(stored, {} if stored.lessons else {"lessons": [_("Ghi bài học và biện pháp phòng ngừa")]})
    _explain(actor, stored, fields)
    stored.reviewed_by_id, stored.reviewed_at = actor.user_id, clock.now()
    touch_incident(stored)
    add_entry(actor, stored, EntryKind.STEP, Audience.INTERNAL, _("Đã rút kinh nghiệm"))
    record_fact(
        actor=actor, deed="incident.reviewed", subject=stored, after={"lessons": stored.lessons}, clause=CLAUSE
    )
    return stored


@transaction.atomic
def close_incident(*, actor: Actor, incident: Incident, revision: int | None = None) -> Incident:
    """Close a mended incident; agencies are told when a person does. Raises GuardRefused while cause, measures, review
    or tasks are missing.

    What the platform closes was over for a day, and they were told then.
    """
    stored = lock_incident(incident, revision=revision)
    stored.closed_at = clock.now()
    move_incident(actor=actor, incident=stored, step="close")
    values = {"code": stored.code, "title": stored.title}
    subject = _("Sự cố %(code)s đã đóng") % values
    if actor.user_id is not None:
        tell_every_party(stored, "closed", subject, _("Sự cố %(code)s đã đóng: %(title)s.") % values)
    return stored


@transaction.atomic
def reopen_incident(*, actor: Actor, incident: Incident, reason: str, revision: int | None = None) -> Incident:
    """Open a mended or closed incident again with a reason; the review must be written anew."""
    stored = lock_incident(incident, revision=revision)
    stored.reopened += 1
    stored.recovered_at = stored.resolved_at = stored.closed_at = stored.reviewed_at = stored.reviewed_by = None
    move_incident(actor=actor, incident=stored, step="reopen", reason=reason)
    begin_deadlines(stored)
    values = {"code": stored.code, "title": stored.title}
    subject = _("Sự cố %(code)s được mở lại") % values
    tell_every_party(stored, "reopened", subject, _("Sự cố %(code)s được mở lại: %(title)s.") % values)
    return stored


@transaction.atomic
def dismiss_incident(*, actor: Actor, incident: Incident, reason: str, revision: int | None = None) -> Incident:
    """Say with a reason that it was none; who reported it reads the reason."""
    stored = lock_incident(incident, revision=revision)
    stored.closed_at = clock.now()
    move_incident(actor=actor, incident=stored, step="dismiss", reason=reason)
    values = {"code": stored.code}
    subject = _("Sự cố %(code)s: kết luận không phải sự cố") % values
    body = _("Sở Khoa học và Công nghệ xác minh %(code)s và kết luận không phải sự cố. Lý do ghi trên cổng.") % values
    tell_every_party(stored, "dismissed", subject, body)
    return stored


@transaction.atomic
def restore_incident(*, actor: Actor, incident: Incident, reason: str, revision: int | None = None) -> Incident:
    """Look again at what was said to be no incident."""
    stored = lock_incident(incident, revision=revision)
    stored.closed_at = None
    move_incident(actor=actor, incident=stored, step="restore", reason=reason)
    return stored
