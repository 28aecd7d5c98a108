"""Results of tests: measured in the sandbox's own log, or typed with evidence; frozen in a record (QC10.4)."""

from math import ceil

from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from audit.selectors.calls import trial_figures
from connections.choices import Measure, PrintoutKind, Result, State, Step
from connections.models import ConnectionRequest, Trial, TrialCase
from connections.models.trials import content_hash
from connections.permissions import judge as judge_step
from connections.selectors.trials import tested_scope
from connections.services.clocks import start_clock, stop_clock
from connections.services.measures import Figures, Seen, judge
from connections.services.moves import lock, move, require
from connections.services.printouts import issue_printout
from connections.services.rounds import latest_round
from connections.services.telling import announce
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy

MANAGE = "environment.manage"
LONG = 4000


@transaction.atomic
def measure(*, actor: Actor, trial: Trial) -> Trial:
    """Judge the cases of the running round that come from the log; may be done again and again.

    By the operator, or by the technician of the agency whose system is tested. A case that lacks calls stays open and
    says which (``TrialCase.actual``). A fact is recorded when a result changed.
    """
    request = lock(trial.request)
    own = actor.agency_id == request.agency_id and actor.may("key.manage_own")
    if not (own or actor.may(MANAGE)):
        raise PermissionRefused(_("Đo kết quả kiểm thử thuộc Cán bộ vận hành hoặc Cán bộ kỹ thuật của cơ quan."))
    stored = _running(request, trial)
    if results := _measure(stored):
        after = {"round": stored.round, "results": results}
        record_fact(actor=actor, deed="request.tests_measured", subject=request, after=after, clause="QC10.4")
    return stored


@transaction.atomic
def judge_by_hand(*, actor: Actor, case: TrialCase, result: str, actual: str, evidence: str) -> TrialCase:
    """Keep a result that only people can see, with its evidence.

    Raises PermissionRefused for anybody but the operator, InvalidInput for a case that is measured in the log, without
    evidence, or when the log says otherwise.
    """
    request = lock(case.trial.request)
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Nhập kết quả kiểm thử thuộc Cán bộ vận hành."))
    trial = _running(request, case.trial)
    stored = trial.cases.select_for_update().get(pk=case.pk)
    actual, evidence = tidy(actual), tidy(evidence)
    _judge_typed(trial, stored, result, actual, evidence)
    before = {"result": stored.result, "actual": stored.actual}
    stored.result, stored.actual, stored.evidence = result, actual, evidence
    stored.judged_at, stored.judged_by_id = clock.now(), actor.user_id
    stored.save()
    record_fact(
        actor=actor,
        deed="request.case_judged",
        subject=request,
        before=before,
        after={"case": stored.code, "result": result, "actual": actual},
        clause="QC10.4",
    )
    return stored


@transaction.atomic
def finish_tests(*, actor: Actor, request: ConnectionRequest, version: int | None = None) -> Trial:
    """Freeze the record of a round in which every case passed, and put it before both sides.

    The log is asked once more, so that the record never says what the log contradicts by then.
    """
    stored = lock(request, version=version)
    if isinstance(judge_step(actor, stored, "finish_tests"), GuardRefused | None):
        _measure(latest_round(stored))
    require(actor, stored, "finish_tests")
    trial = latest_round(stored)
    trial.record = trial.present_record()
    trial.content_hash, trial.finished_at = content_hash(trial.record), clock.now()
    trial.save()
    after = {"round": trial.round, "content_hash": trial.content_hash}
    move(actor=actor, request=stored, action="finish_tests", after=after)
    stop_clock(stored, Step.TESTING)
    start_clock(stored, Step.CONFIRMATION)
    issue_printout(actor=actor, request=stored, kind=PrintoutKind.TEST_RECORD)
    announce(actor, stored, "finish_tests")
    return trial


def _running(request: ConnectionRequest, trial: Trial) -> Trial:
    """Return the round under way, locked, when it is the one the person sees. Raises StateRefused."""
    if request.state != State.TESTING:
        text = _("Hồ sơ đang ở tình trạng «%(state)s», không nhận kết quả kiểm thử.")
        raise StateRefused(text % {"state": State(request.state).label})
    stored = latest_round(request)
    if stored.pk != trial.pk:
        raise StateRefused(_("Đợt kiểm thử này đã được thay bằng đợt %(n)s.") % {"n": stored.round})
    return stored


def _figures(trial: Trial) -> Figures:
    """Return what the sandbox's log holds since the round began; versions of a service count together."""
    found = trial_figures(
        system_id=trial.request.system_id or 0, environment=Environment.SANDBOX, since=trial.started_at
    )
    operations: dict[tuple[str, str], Seen] = {}
    for row in found.operations:
        known = operations.get((row.service, row.operation), Seen())
        operations[row.service, row.operation] = Seen(
            calls=known.calls + row.admitted,
            answered=known.answered + row.success,
            provider_errors=known.provider_errors + row.provider_errors,
            p95_ms=max(known.p95_ms, ceil(row.p95_ms or 0)),
            late=known.late + row.over_30_s,
        )
    return Figures(operations, found.refused, found.peak, trial.request.peak_per_second or 0)


def _measure(trial: Trial) -> dict[str, str]:
    """Judge the log cases of a locked round; return the results that changed."""
    scope, seen = tested_scope(trial.request), _figures(trial)
    results = {}
    for case in trial.cases.select_for_update().filter(measure=Measure.LOG):
        finding = judge(case.parameters, scope, seen)
        if case.result != finding.result:
            results[case.code] = finding.result
        if case.measured != finding.measured() or case.result != finding.result:
            case.result, case.measured, case.actual = finding.result, finding.measured(), finding.actual
            case.judged_at = clock.now()
            case.save()
    return results


def _judge_typed(trial: Trial, case: TrialCase, result: str, actual: str, evidence: str) -> None:
    errors: dict[str, list[str]] = {}
    if case.measure == Measure.LOG:
        errors["result"] = [_("Ca này lấy kết quả từ nhật ký nền tảng thử nghiệm, không nhập tay")]
    elif result not in Result.values:
        errors["result"] = [_("Chọn đạt hoặc không đạt")]
    elif result == Result.PASS and case.parameters:
        finding = judge(case.parameters, tested_scope(trial.request), _figures(trial))
        if finding.result != Result.PASS:
            errors["result"] = [
                _("Nhật ký nền tảng thử nghiệm chưa cho thấy kết quả này: %(why)s") % {"why": finding.actual}
            ]
    if not actual or len(actual) > 500:
        errors["actual"] = [_("Nhập kết quả thực tế, tối đa 500 ký tự")]
    if not evidence or len(evidence) > LONG:
        errors["evidence"] = [
            _("Nêu minh chứng: ai kiểm tra, bằng cách nào, khi nào; tối đa %(n)s ký tự") % {"n": LONG}
        ]
    if errors:
        raise InvalidInput(errors)
