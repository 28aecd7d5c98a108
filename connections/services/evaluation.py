"""Judging a dossier by the checklist of Điều 9; the conclusion is computed (QC9, QC10.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from connections.choices import Mark, State, Step
from connections.models import Checklist, ConnectionRequest, CriterionMark, Evaluation
from connections.services.clocks import start_clock
from connections.services.moves import lock, move, require, touch
from connections.services.points import ask_points
from connections.services.telling import announce, day_of
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

EVALUATE = "request.evaluate"
LONG = 4000
Given = Mapping[str, tuple[str, str, str]]


def begin_evaluation(*, actor: Actor, request: ConnectionRequest) -> Evaluation:
    """Open the next round under the checklist in force, inside the deed that starts it.

    A later round begins with the marks of the one before, so that only what was lacking is judged again.
    Raises GuardRefused where no checklist is in force.
    """
    checklist = Checklist.objects.filter(valid_from__lte=clock.today()).order_by("-number").first()
    if checklist is None:
        raise GuardRefused(_("Chưa có bộ tiêu chí đánh giá nào đang áp dụng."))
    last = request.evaluations.order_by("-round").first()
    known = {} if last is None else {mark.criterion.code: mark for mark in last.marks.select_related("criterion")}
    made = Evaluation.objects.create(
        request=request,
        round=last.round + 1 if last else 1,
        checklist=checklist,
        evaluator=request.evaluator,
        started_at=clock.now(),
    )
    for criterion in checklist.criteria.all():
        if criterion.national_only and not request.national_database:
            continue
        mark = CriterionMark(evaluation=made, criterion=criterion)
        before = known.get(criterion.code)
        if before is not None and before.result != Mark.FAIL:
            mark.result, mark.remark, mark.evidence = before.result, before.remark, before.evidence
            mark.marked_at = before.marked_at
        mark.save()
    return made


@transaction.atomic
def mark(
    *, actor: Actor, request: ConnectionRequest, marks: Given, summary: str | None = None, version: int | None = None
) -> Evaluation:
    """Keep marks of the round under way; *marks* maps criterion code to (result, remark, evidence).

    The first to mark a dossier that nobody has takes it. Raises PermissionRefused for anybody but its evaluator,
    InvalidInput with field ``<code>`` for each mark that lacks its remark.
    """
    stored = lock(request, version=version)
    _require_evaluator(actor, stored)
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    rows = {row.criterion.code: row for row in evaluation.marks.select_related("criterion")}
    errors: dict[str, list[str]] = {}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for code, given in marks.items():
        row = rows.get(code)
        if row is None:
            errors[code] = [_("Bộ tiêu chí không có tiêu chí này")]
            continue
        values = dict(zip(("result", "remark", "evidence"), (tidy(text) for text in given), strict=True))
        errors |= _judge_mark(row, values)
        old = {name: getattr(row, name) for name in values}
        if old != values and code not in errors:
            for name, value in values.items():
                setattr(row, name, value)
            row.marked_at = clock.now() if values["result"] else None
            row.save()
            before[code], after[code] = old, values
    if errors:
        raise InvalidInput(errors)
    if summary is not None and tidy(summary) != evaluation.summary:
        before["summary"], after["summary"] = evaluation.summary, tidy(summary)
        evaluation.summary = tidy(summary)
    if after:
        evaluation.evaluator = stored.evaluator
        evaluation.save()
        touch(stored)
        record_fact(actor=actor, deed="request.marked", subject=stored, before=before, after=after, clause="QC10.2")
    return evaluation


def _require_evaluator(actor: Actor, request: ConnectionRequest) -> None:
    if not actor.may(EVALUATE):
        raise PermissionRefused(_("Thẩm định thuộc vai trò Cán bộ thẩm định."))
    if request.state != State.EVALUATING:
        raise StateRefused(
            _("Hồ sơ đang ở tình trạng «%(s)s», không thẩm định được.") % {"s": State(request.state).label}
        )
    if request.evaluator_id is None:
        request.evaluator_id = actor.user_id
    elif request.evaluator_id != actor.user_id:
        raise PermissionRefused(_("Hồ sơ này do %(name)s thẩm định.") % {"name": request.evaluator})


def _judge_mark(row: CriterionMark, values: Mapping[str, str]) -> dict[str, list[str]]:
    criterion, found = row.criterion, []
    if values["result"] and values["result"] not in Mark.values:
        found.append(_("Chọn đạt, không đạt hoặc không áp dụng"))
    if values["result"] == Mark.NOT_APPLICABLE and (criterion.national_only or not criterion.may_not_apply):
        found.append(_("Tiêu chí này luôn phải đánh giá, không chọn «Không áp dụng»"))
    if values["result"] in (Mark.FAIL, Mark.NOT_APPLICABLE) and not values["remark"]:
        found.append(_("Nhập nhận xét: vì sao %(result)s") % {"result": str(Mark(values["result"]).label).lower()})
    if any(len(values[name]) > LONG for name in ("remark", "evidence")):
        found.append(_("Nhận xét và minh chứng tối đa %(n)s ký tự") % {"n": LONG})
    return {criterion.code: found} if found else {}


@transaction.atomic
def request_completion(
    *, actor: Actor, request: ConnectionRequest, points: Sequence[Mapping[str, Any]], version: int | None = None
) -> ConnectionRequest:
    """Ask the agency to complete what is not met; the clock of SKHCN stands still, the agency's begins."""
    stored = lock(request, version=version)
    require(actor, stored, "request_completion")
    _require_evaluator(actor, stored)
    ask_points(actor=actor, request=stored, points=points)
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    evaluation.concluded_at = clock.now()
    evaluation.save()
    running = start_clock(stored, Step.COMPLETION)
    move(actor=actor, request=stored, action="request_completion", after={"points": len(points)})
    announce(actor, stored, "request_completion", n=len(points), day=day_of(running))
    return stored


def conclusion_of(evaluation: Evaluation) -> tuple[bool, list[str]]:
    """Return whether every criterion is met, and the texts of those that hinder it (failed or not judged)."""
    hindering = evaluation.marks.exclude(result__in=[Mark.PASS, Mark.NOT_APPLICABLE]).select_related("criterion")
    texts = [mark.criterion.text for mark in hindering]
    return not texts, texts
