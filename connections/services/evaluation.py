"""Judging a dossier by the checklist of Điều 9; the conclusion is computed (QC9, QC10.2)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record_fact
from connections.choices import Mark, PrintoutKind, State, Step
from connections.guards import messages_conform
from connections.models import Checklist, ConnectionRequest, CriterionMark, Evaluation, LineDecision
from connections.services.assigning import assign_request, may_evaluate
from connections.services.clocks import start_clock
from connections.services.moves import lock, move, require, touch
from connections.services.points import ask_points
from connections.services.printouts import issue_printout
from connections.services.telling import announce, day_of
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

EVALUATE = "request.evaluate"
LONG, SHORT = 4000, 300
#: What is judged of a criterion, in this order; the legal basis may be left out and then stays.
ASKED = ("result", "remark", "evidence", "legal_basis")
Given = Mapping[str, Sequence[str]]


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
            for name in (*ASKED, "marked_at", "marked_by_id"):
                setattr(mark, name, getattr(before, name))
        mark.save()
    _drop_stale_decisions(request)
    request.judged = not made.marks.filter(result="").exists()
    request.save(update_fields=["judged"])
    return made


def _drop_stale_decisions(request: ConnectionRequest) -> None:
    """Let go of decisions on lines the agency has changed since: they are decided anew."""
    for decision in LineDecision.objects.filter(line__request=request).select_related("line"):
        beyond_fields = decision.line.fields and set(decision.fields) - set(decision.line.fields)
        beyond_quota = decision.daily_quota and decision.daily_quota > decision.line.daily_quota
        if set(decision.operations) - set(decision.line.operations) or beyond_fields or beyond_quota:
            decision.delete()


def seen(mark: CriterionMark) -> str:
    """Return what stands for the content of a mark in a form: two people who saw the same carry the same."""
    return digest_of([getattr(mark, name) for name in ASKED])


def digest_of(values: Sequence[str]) -> str:
    """Return the short digest of what is judged of a criterion, in the order of ``ASKED``."""
    return hashlib.sha256(json.dumps(list(values)).encode()).hexdigest()[:16]


@transaction.atomic
def mark(
    *,
    actor: Actor,
    request: ConnectionRequest,
    marks: Given,
    summary: str | None = None,
    version: int | None = None,
    seen_before: Mapping[str, str] | None = None,
) -> Evaluation:
    """Keep marks of the round under way; *marks* maps criterion code to (result, remark, evidence, legal basis).

    The first to mark a dossier that nobody has takes it. *seen_before* maps codes to :func:`seen` of what the person
    saw: what they did not touch is left alone, and a criterion that somebody wrote meanwhile is refused. Raises
    PermissionRefused for anybody but its evaluator, StateRefused naming who wrote what meanwhile, InvalidInput with
    field ``<code>`` for each mark that lacks something.
    """
    stored = lock(request, version=version)
    require_evaluator(actor, stored)
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    rows = {row.criterion.code: row for row in evaluation.marks.select_related("criterion", "marked_by")}
    wanted = _wanted(stored, rows, marks, seen_before or {})
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for code, values in wanted.items():
        before[code], after[code] = {name: getattr(rows[code], name) for name in values}, values
        _write(actor, rows[code], values)
    if summary is not None and tidy(summary) != evaluation.summary:
        before["summary"], after["summary"] = evaluation.summary, tidy(summary)
        evaluation.summary = tidy(summary)
    if after:
        evaluation.evaluator = stored.evaluator
        evaluation.save()
        stored.judged = not any(row.result == "" for row in rows.values())
        touch(stored)
        record_fact(actor=actor, deed="request.marked", subject=stored, before=before, after=after, clause="QC10.2")
    return evaluation


def _write(actor: Actor, row: CriterionMark, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.marked_at = clock.now() if values["result"] else None
    row.marked_by_id = actor.user_id
    row.save()


def _wanted(
    request: ConnectionRequest, rows: Mapping[str, CriterionMark], marks: Given, seen_before: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return the values that change, by criterion code. Raises InvalidInput or StateRefused."""
    errors: dict[str, list[str]] = {}
    clashes: list[str] = []
    wanted: dict[str, dict[str, str]] = {}
    for code, given in marks.items():
        row = rows.get(code)
        if row is None:
            errors[code] = [_("Bộ tiêu chí không có tiêu chí này")]
            continue
        values = dict(zip(ASKED, (tidy(text) for text in given), strict=False))
        values.setdefault("legal_basis", row.legal_basis)
        untouched = seen_before.get(code) == digest_of(list(values.values()))
        if untouched or all(getattr(row, name) == value for name, value in values.items()):
            continue
        if code in seen_before and seen_before[code] != seen(row):
            clashes.append(_clash(row))
        errors |= _judge_mark(request, row, values)
        wanted[code] = values
    if errors:
        raise InvalidInput(errors)
    if clashes:
        raise StateRefused(" ".join([*clashes, _("Nội dung bạn nhập vẫn được giữ bên dưới; lưu lần nữa để thay.")]))
    return wanted


def _clash(row: CriterionMark) -> str:
    """Say who wrote what on a criterion meanwhile."""
    when = row.marked_at.astimezone(clock.VIETNAM) if row.marked_at else clock.now().astimezone(clock.VIETNAM)
    said = ", ".join(filter(None, (row.get_result_display() or _("chưa đánh giá"), row.remark[:200])))
    return _("%(name)s vừa ghi tiêu chí «%(criterion)s» lúc %(time)s: %(said)s.") % {
        "name": row.marked_by or _("Người khác"),
        "criterion": row.criterion.text,
        "time": f"{when:%H:%M ngày %d/%m/%Y}",
        "said": said,
    }


def judge_evaluator(actor: Actor, request: ConnectionRequest) -> None:
    """Judge whether *actor* may evaluate a dossier now: theirs, or nobody's yet. Raises DomainError."""
    if not actor.may(EVALUATE):
        raise PermissionRefused(_("Thẩm định thuộc vai trò Cán bộ thẩm định."))
    if request.state != State.EVALUATING:
        raise StateRefused(
            _("Hồ sơ đang ở tình trạng «%(s)s», không thẩm định được.") % {"s": State(request.state).label}
        )
    if request.evaluator_id is not None and not may_evaluate(request=request, user_id=actor.user_id):
        raise PermissionRefused(_("Hồ sơ này do %(name)s thẩm định.") % {"name": request.evaluator})


def require_evaluator(actor: Actor, request: ConnectionRequest) -> None:
    """Judge it for a dossier the caller locked; one nobody has becomes theirs. Raises DomainError."""
    judge_evaluator(actor, request)
    if request.evaluator_id is None:
        assign_request(request=request, evaluator=User.objects.get(pk=actor.user_id))
        request.save(update_fields=["evaluator"])


def _judge_mark(request: ConnectionRequest, row: CriterionMark, values: Mapping[str, str]) -> dict[str, list[str]]:
    criterion, found = row.criterion, []
    if values["result"] and values["result"] not in Mark.values:
        found.append(_("Chọn đạt, không đạt hoặc không áp dụng"))
    if values["result"] == Mark.NOT_APPLICABLE and (criterion.national_only or not criterion.may_not_apply):
        found.append(_("Tiêu chí này luôn phải đánh giá, không chọn «Không áp dụng»"))
    if values["result"] in (Mark.FAIL, Mark.NOT_APPLICABLE) and not values["remark"]:
        found.append(_("Nhập nhận xét: vì sao %(result)s") % {"result": str(Mark(values["result"]).label).lower()})
    if values["result"] == Mark.PASS and criterion.national_only and not messages_conform(request):
        found.append(_("Chạy kiểm tra tuân thủ cấu trúc thông điệp và đạt trên mọi mẫu rồi mới chọn «Đạt»"))
    if any(len(values[name]) > LONG for name in ("remark", "evidence")) or len(values["legal_basis"]) > SHORT:
        found.append(_("Nhận xét, minh chứng tối đa %(n)s ký tự; căn cứ tối đa 300 ký tự") % {"n": LONG})
    return {criterion.code: found} if found else {}


@transaction.atomic
def request_completion(
    *, actor: Actor, request: ConnectionRequest, points: Sequence[Mapping[str, Any]], version: int | None = None
) -> ConnectionRequest:
    """Ask the agency to complete what is not met; the clock of SKHCN stands still, the agency's begins."""
    stored = lock(request, version=version)
    require(actor, stored, "request_completion")
    require_evaluator(actor, stored)
    ask_points(actor=actor, request=stored, points=points)
    evaluation = stored.evaluations.select_for_update().order_by("-round")[0]
    evaluation.concluded_at = clock.now()
    evaluation.save()
    running = start_clock(stored, Step.COMPLETION)
    move(actor=actor, request=stored, action="request_completion", after={"points": len(points)})
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.COMPLETION)
    announce(actor, stored, "request_completion", n=len(points), day=day_of(running))
    return stored


def conclusion_of(evaluation: Evaluation) -> tuple[bool, list[str]]:
    """Return whether every criterion is met, and the texts of those that hinder it (failed or not judged)."""
    texts = [mark.criterion.text for mark in hindering(evaluation)]
    return not texts, texts


def hindering(evaluation: Evaluation) -> list[CriterionMark]:
    """Return the marks that hinder a positive conclusion: failed, or not judged."""
    return list(evaluation.marks.exclude(result__in=[Mark.PASS, Mark.NOT_APPLICABLE]).select_related("criterion"))
