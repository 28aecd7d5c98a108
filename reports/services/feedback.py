"""Deeds on feedback: filed by agencies, grouped and answered by SKHCN (QC16)."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Topic
from accounts.models import Membership
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from audit.record import changed, record_fact
from catalog.selectors.terms import due_from
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from core import clock
from core.actor import Actor
from core.files import Upload, stored_fields
from core.problems import InvalidInput, PermissionRefused
from core.regulation import UnknownClause
from core.regulation import clause as known_clause
from core.text import tidy
from incidents.models import HelpRequest
from incidents.services.codes import next_code
from reports.feedback_choices import AnswerAudience, FeedbackState
from reports.models import Feedback, FeedbackFile, FeedbackTheme
from reports.models.feedback import ANSWER, FILE

TERM, CLAUSE = "feedback.answer", "QC16"
FIELDS = ("kind", "clause", "subject", "text")
THEME_FIELDS = ("name", "note", "active")


@transaction.atomic
def file_feedback(
    *,
    actor: Actor,
    form_token: UUID,
    upload: Upload | None = None,
    help_request: HelpRequest | None = None,
    **fields: Any,
) -> Feedback:
    """File a difficulty or a proposal in the name of the actor's agency; the term of the answer begins.

    *help_request* is one of the agency's it grew out of. A form sent twice files once. Raises PermissionRefused,
    InvalidInput.
    """
    if not actor.may(FILE) or actor.agency_id is None or actor.user_id is None:
        raise PermissionRefused(_("Vướng mắc, đề xuất do người dùng của cơ quan gửi."))
    kept = stored_fields(upload) if upload else None
    code, now = next_code(Feedback, "GY"), clock.now()
    if had := Feedback.objects.filter(author_id=actor.user_id, form_token=form_token).first():
        return had
    due_at, statutory = due_from(now, TERM)
    own = help_request is not None and help_request.agency_id == actor.agency_id
    made = Feedback(
        code=code,
        agency_id=actor.agency_id,
        author_id=actor.user_id,
        filed_at=now,
        due_at=due_at,
        statutory=statutory,
        form_token=form_token,
        help_request=help_request if own else None,
        **tidied(Feedback, fields, FIELDS),
    )
    judge(made, _filing_errors(made))
    made.save()
    if kept:
        FeedbackFile.objects.create(feedback=made, **kept)
    after = {"kind": made.kind, "clause": made.clause, "due_at": due_at}
    record_fact(actor=actor, deed="feedback.filed", subject=made, after=after, clause=CLAUSE)
    _tell_staff(made)
    return made


def _filing_errors(made: Feedback) -> Errors:
    if made.clause:
        try:
            known_clause(made.clause)
        except UnknownClause:
            return {"clause": [_("Chọn điều khoản trong danh sách")]}
    return {}


@transaction.atomic
def answer_feedback(
    *,
    actor: Actor,
    feedback: Feedback,
    answer: str,
    audience: str,
    public_question: str = "",
    revision: int | None = None,
) -> Feedback:
    """Answer, to the agency alone or to all; a later answer replaces the one before and is told again.

    Raises PermissionRefused, StateRefused for feedback changed meanwhile, InvalidInput for an answer to all without a
    question worded for all.
    """
    stored = _locked(actor, feedback, revision)
    before = {"answer": stored.answer, "audience": stored.audience}
    stored.answer, stored.audience = answer.strip(), audience
    stored.public_question = tidy(public_question) if audience == AnswerAudience.ALL else ""
    stored.state = FeedbackState.ANSWERED
    stored.answered_by_id, stored.answered_at = actor.user_id, clock.now()
    errors: Errors = {}
    if not tidy(answer):
        errors["answer"] = [_("Nhập nội dung trả lời")]
    if audience not in AnswerAudience.values:
        errors["audience"] = [_("Chọn ai đọc trả lời")]
    if audience == AnswerAudience.ALL and not stored.public_question:
        text = _("Viết lại câu hỏi cho mọi cơ quan, không ghi tên cơ quan, người, hệ thống")
        errors["public_question"] = [text]
    judge(stored, errors)
    stored.revision += 1
    stored.save()
    after = {"answer": stored.answer, "audience": stored.audience}
    record_fact(actor=actor, deed="feedback.answered", subject=stored, before=before, after=after, clause=CLAUSE)
    _tell_author(stored)
    return stored


@transaction.atomic
def group_feedback(
    *, actor: Actor, feedback: Feedback, theme: FeedbackTheme | None, revision: int | None = None
) -> Feedback:
    """Put feedback under a theme, or under none.

    Raises PermissionRefused, StateRefused, InvalidInput for a theme that is no longer in use.
    """
    stored = _locked(actor, feedback, revision)
    before, after = changed({"theme": stored.theme}, {"theme": theme})
    if not after:
        return stored
    if theme is not None and not FeedbackTheme.objects.select_for_update().get(pk=theme.pk).active:
        raise InvalidInput({"theme": [_("Nhóm này không còn dùng; chọn nhóm khác")]})
    stored.theme = theme
    stored.revision += 1
    stored.save()
    record_fact(actor=actor, deed="feedback.grouped", subject=stored, before=before, after=after, clause="Q50-15.7")
    return stored


@transaction.atomic
def save_theme(*, actor: Actor, theme: FeedbackTheme | None = None, **fields: Any) -> FeedbackTheme:
    """Enter or change a theme. Raises PermissionRefused, InvalidInput for a name that is there."""
    _require_answerer(actor)
    known = theme is not None and theme.pk is not None
    stored = FeedbackTheme.objects.select_for_update().get(pk=theme.pk) if known and theme else FeedbackTheme()
    values = tidied(FeedbackTheme, fields, THEME_FIELDS)
    before, after = changed({name: getattr(stored, name) for name in values} if known else {}, values)
    if known and not after:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored)
    store(stored, unique="name")
    record_fact(
        actor=actor, deed="feedback_theme.saved", subject=stored, before=before, after=after, clause="Q50-15.7"
    )
    return stored


def _require_answerer(actor: Actor) -> None:
    if not actor.may(ANSWER):
        raise PermissionRefused(_("Trả lời, xếp nhóm vướng mắc, đề xuất thuộc cán bộ của Sở được giao việc này."))


def _locked(actor: Actor, feedback: Feedback, revision: int | None) -> Feedback:
    _require_answerer(actor)
    found = Feedback.objects.select_for_update(of=("self",)).select_related("agency", "author", "theme")
    stored = found.get(pk=feedback.pk)
    require_fresh(stored, revision)
    return stored


def _tell_staff(made: Feedback) -> None:
    body = _("%(agency)s gửi: %(subject)s.") % {"agency": made.agency.name, "subject": made.subject}
    if made.due_at is not None:
        label = _("Hạn trả lời") if made.statutory else _("Hạn nội bộ để trả lời")
        body += f" {label}: {made.due_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}."
    message = Message(
        event="feedback.filed",
        topic=Topic.WORK,
        subject=_("Vướng mắc, đề xuất mới %(code)s") % {"code": made.code},
        body=body,
        link=reverse("admin:reports_feedback_change", args=[made.pk]),
    )
    post_notices(message=message, agency=None, people=holders_of(ANSWER))


def _tell_author(stored: Feedback) -> None:
    """Tell who filed it, while they still work there."""
    here = Membership.objects.in_force(clock.today()).filter(agency=stored.agency_id, user=stored.author_id)
    if not here.exists():
        return
    message = Message(
        event="feedback.answered",
        topic=Topic.WORK,
        subject=_("Đã trả lời vướng mắc, đề xuất %(code)s") % {"code": stored.code},
        body=_("Nội dung ghi trên cổng."),
        link=reverse("feedback", args=[stored.code]),
    )
    post_notices(message=message, agency=stored.agency, people=[stored.author])
