"""Deeds on the yearly review: drafted from the year's feedback, edited, submitted, approved, issued (Q50-15.7)."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.services.judging import Errors, judge, require_fresh, store, tidied
from connections.models.trials import content_hash
from connections.printouts.letterheads import operating_body
from connections.services.paper_numbers import number_errors
from core import clock
from core.actor import Actor
from core.documents.frozen import freeze
from core.ids import spoken_code
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import carry
from reports.documents.review import compose_review
from reports.feedback_choices import ReviewState
from reports.models import ReviewTheme, YearlyReview
from reports.models.reviews import DRAFT
from reports.selectors.reviews import Gathered, gathered

SEED = Path(__file__).resolve().parents[1] / "seeds" / "review.yaml"
CLAUSE, CODE_LENGTH = "Q50-15.7", 20
FIELDS = ("opening", "closing", "addressee", "legal_bases", "recipients", "signer_lines")
THEME_FIELDS = ("title", "place", "representative", "our_answer", "proposal")


@transaction.atomic
def draft_review(*, actor: Actor, year: int, period_start: date, period_end: date) -> YearlyReview:
    """Begin the review of *year* from the feedback filed in its period. Asked twice, the first stands.

    Raises PermissionRefused, InvalidInput for a year that has one or a period reversed or not begun.
    """
    _require_drafter(actor)
    texts = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    made = YearlyReview(
        year=year,
        period_start=period_start,
        period_end=period_end,
        drafted_by_id=actor.user_id,
        drafted_at=clock.now(),
        **texts,
    )
    errors: Errors = {}
    if period_start > clock.today():
        errors["period_start"] = [_("Kỳ rà soát chưa bắt đầu")]
    if period_end < period_start:
        errors["period_end"] = [_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu")]
    judge(made, errors)
    store(made, unique="year")
    count = _gather(made)
    after = {"year": year, "period_start": period_start, "period_end": period_end, "themes": count}
    record_fact(actor=actor, deed="review.drafted", subject=made, after=after, clause=CLAUSE)
    return made


@transaction.atomic
def gather_again(*, actor: Actor, review: YearlyReview, revision: int | None = None) -> YearlyReview:
    """Bring a draft up to the feedback of its period: counts anew, new themes added; what was written stays."""
    stored = _editable(actor, review, revision)
    count = _gather(stored)
    _touch(stored)
    record_fact(actor=actor, deed="review.drafted", subject=stored, after={"themes": count}, clause=CLAUSE)
    return stored


@transaction.atomic
def edit_review(*, actor: Actor, review: YearlyReview, revision: int | None = None, **fields: Any) -> YearlyReview:
    """Write the texts of a draft. Raises PermissionRefused, StateRefused (submitted, or changed meanwhile)."""
    stored = _editable(actor, review, revision)
    values = tidied(YearlyReview, fields, FIELDS)
    before, after = changed({name: getattr(stored, name) for name in values}, values)
    if not after:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored)
    _touch(stored)
    record_fact(actor=actor, deed="review.edited", subject=stored, before=before, after=after, clause=CLAUSE)
    return stored


@transaction.atomic
def edit_theme(*, actor: Actor, theme: ReviewTheme, revision: int | None = None, **fields: Any) -> ReviewTheme:
    """Write one theme of a draft. Raises PermissionRefused, StateRefused (submitted, or changed meanwhile)."""
    _editable(actor, theme.review, None)
    stored = ReviewTheme.objects.select_for_update().get(pk=theme.pk)
    require_fresh(stored, revision)
    values = tidied(ReviewTheme, fields, THEME_FIELDS)
    before, after = changed({name: getattr(stored, name) for name in values}, values)
    if not after:
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    judge(stored)
    stored.revision += 1
    stored.save()
    record_fact(actor=actor, deed="review_theme.edited", subject=stored, before=before, after=after, clause=CLAUSE)
    return stored


@transaction.atomic
def move_review(
    *,
    actor: Actor,
    review: YearlyReview,
    step: str,
    reason: str = "",
    number: str = "",
    number_date: date | None = None,
    revision: int | None = None,
) -> YearlyReview:
    """Submit, send back, approve or issue. Issuing takes the number the clerk gave and freezes the document.

    Raises StateRefused, PermissionRefused (the approver is another person), InvalidInput, GuardRefused.
    """
    stored = _locked(review)
    require_fresh(stored, revision)
    before, now = stored.state, clock.now()
    taken = carry(stored, step, actor, reason=reason)
    if step == "submit":
        stored.submitted_by_id, stored.submitted_at, stored.sent_back_reason = actor.user_id, now, ""
    elif step == "approve":
        stored.approved_by_id, stored.approved_at = actor.user_id, now
    elif step == "send_back":
        stored.sent_back_reason = tidy(reason)[:300]
    else:
        _freeze(stored, actor, number, number_date)
    _touch(stored)
    after = {"state": stored.state, **({"sha256": stored.sha256} if stored.sha256 else {})}
    record_fact(
        actor=actor,
        deed=f"review.{step}",
        subject=stored,
        before={"state": before},
        after=after,
        reason=tidy(reason),
        clause=taken.custom["clause"],
    )
    return stored


def _freeze(review: YearlyReview, actor: Actor, number: str, day: date | None) -> None:
    issuer = operating_body()
    if issuer is None:
        raise GuardRefused(_("Danh bạ chưa có cơ quan quản lý, vận hành nền tảng; không ban hành được."))
    now, number = clock.now(), tidy(number)
    if errors := number_errors(review.approved_at or now, number, day):
        raise InvalidInput(errors)
    review.number, review.number_date, review.issued_at = number, day, now
    review.code = spoken_code(CODE_LENGTH)
    review.content = freeze(compose_review(review, issuer))
    review.sha256 = content_hash(review.content)


def _gather(review: YearlyReview) -> int:
    """Write counts and first words of each theme of the period; return how many themes there are."""
    known = {row.theme_id: row for row in review.themes.select_for_update()}
    found = gathered(review.period_start, review.period_end)
    for place, one in enumerate(found, start=1):
        row = known.pop(one.theme_id, None)
        if row is None:
            row = ReviewTheme(review=review, theme_id=one.theme_id, place=place, title=one.title, **_first_words(one))
        row.feedback, row.agencies, row.clauses = one.feedback, one.agencies, ", ".join(one.clauses)[:300]
        row.revision += 1
        row.save()
    for row in known.values():
        row.feedback, row.agencies, row.clauses = 0, 0, ""
        row.revision += 1
        row.save()
    return len(found)


def _first_words(one: Gathered) -> dict[str, str]:
    return {"representative": one.representative[:4000], "our_answer": one.our_answer[:4000]}


def _require_drafter(actor: Actor) -> None:
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Soạn báo cáo rà soát thuộc vai trò Cán bộ báo cáo."))


def _editable(actor: Actor, review: YearlyReview, revision: int | None) -> YearlyReview:
    _require_drafter(actor)
    stored = _locked(review)
    require_fresh(stored, revision)
    if stored.state != ReviewState.DRAFT:
        raise StateRefused(
            _("Báo cáo đang ở tình trạng «%(state)s» nên không sửa được.") % {"state": stored.get_state_display()}
        )
    return stored


def _locked(review: YearlyReview) -> YearlyReview:
    return YearlyReview.objects.select_for_update().get(pk=review.pk)


def _touch(stored: YearlyReview) -> None:
    stored.revision += 1
    stored.save()
