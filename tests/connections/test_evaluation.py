"""Intake, evaluation, completion and approval (QC9, QC10.2)."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from catalog.models import MessageProfile
from connections.choices import Mark, State, Step
from connections.models import Checklist, Clock, ClockPause, Connection, Evaluation
from connections.selectors.requests import deadline_of, turn_of, with_clocks
from connections.selectors.timeline import timeline_of
from connections.selectors.workbench import waiting_for
from connections.services import approval, conformance, drafts, evaluation, intake, sending
from connections.services.answering import answer_points
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain

CITIZEN: dict[str, Any] = {
    "maThongDiep": "TD-0000001",
    "thoiDiem": "2026-11-25T08:00:00+07:00",
    "donViGui": "H60.07",
    "congDan": {"soDinhDanh": "000000000001", "hoTen": "Công dân mẫu", "ngaySinh": "2000-01-01"},
}
POINT = {"what": "Thiếu phương án dự phòng", "remedy": "Bổ sung người trực thay", "clause": "QC9.5"}


@pytest.mark.clause("QC9.1")
def test_receiving_begins_the_evaluation_under_the_checklist_in_force(chain: Chain) -> None:
    request = chain.receive()
    round_one = Evaluation.objects.get(request=request)
    assert round_one.checklist == Checklist.objects.get()
    assert not round_one.marks.filter(criterion__national_only=True).exists()
    assert round_one.marks.count() == 10
    running = Clock.objects.get(request=request, ended_at__isnull=True)
    assert running.step == Step.EVALUATION


@pytest.mark.clause("QC9.8", "QC10.2")
def test_the_national_branch_switches_on_by_itself_and_cannot_be_skipped(chain: Chain) -> None:
    request = chain.draft()
    officer = chain.actors["agency_officer"]
    drafts.save_part(
        actor=officer,
        request=request,
        part="scope",
        personal_data=False,
        state_secret=False,
        national_database=True,
    )
    assert chain.fresh().missing_parts() == ["technical"]
    drafts.save_part(
        actor=officer,
        request=request,
        part="technical",
        networks=["10.0.0.1"],
        daily_calls=5,
        peak_per_second=1,
        message_standard="Quy chuẩn do Bộ Công an ban hành",
    )
    request = sending.submit(actor=chain.actors["agency_representative"], request=request, committed=True)
    chain.request = intake.receive(
        actor=chain.actors["intake_officer"], request=request, evaluator=chain.users["evaluator"]
    )
    evaluator = chain.actors["evaluator"]
    with pytest.raises(InvalidInput):
        evaluation.mark(
            actor=evaluator, request=chain.request, marks={"message-structure": (Mark.NOT_APPLICABLE, "Bỏ qua", "")}
        )
    current = chain.request.evaluations.get()
    others = {
        mark.criterion.code: (Mark.PASS, "", "")
        for mark in current.marks.select_related("criterion")
        if mark.criterion.code != "message-structure"
    }
    evaluation.mark(actor=evaluator, request=chain.request, marks=others)
    with pytest.raises(GuardRefused):
        approval.propose(actor=chain.actors["division_head"], request=chain.request)
    with pytest.raises(InvalidInput):  # no conformance run yet
        evaluation.mark(actor=evaluator, request=chain.request, marks={"message-structure": (Mark.PASS, "", "")})
    call_command("load_profiles", verbosity=0)
    conformance.add_sample(actor=evaluator, request=chain.request, name="Mẫu 1", text=json.dumps(CITIZEN))
    run = conformance.run_messages(actor=evaluator, request=chain.request, profile=MessageProfile.objects.get())
    assert (run.passed, run.samples) == (True, [f"typed:{chain.request.samples.get().pk}"])
    evaluation.mark(actor=evaluator, request=chain.request, marks={"message-structure": (Mark.PASS, "", "Mẫu 1")})
    assert approval.propose(actor=chain.actors["division_head"], request=chain.request).state == "awaiting_approval"


def test_a_failure_needs_a_word_and_hinders_the_proposal(chain: Chain) -> None:
    chain.receive()
    evaluator = chain.actors["evaluator"]
    with pytest.raises(InvalidInput) as refused:
        evaluation.mark(actor=evaluator, request=chain.request, marks={"network": (Mark.FAIL, "", "")})
    assert list(refused.value.errors) == ["network"]
    chain.mark_all()
    evaluation.mark(
        actor=evaluator, request=chain.request, marks={"network": (Mark.FAIL, "Địa chỉ không thuộc cơ quan", "")}
    )
    with pytest.raises(GuardRefused):
        approval.propose(actor=chain.actors["division_head"], request=chain.request)
    assert evaluation.conclusion_of(chain.request.evaluations.get())[0] is False
    assert chain.fresh().state == State.EVALUATING


def test_only_the_evaluator_of_a_dossier_marks_it(chain: Chain, person: Any) -> None:
    chain.receive()
    user = person("tham-dinh-hai@lgsp.example", chain.operator, "evaluator")
    other = actor_for(user, standings_of(user), agency_id=None)
    with pytest.raises(PermissionRefused):
        evaluation.mark(actor=other, request=chain.request, marks={"network": (Mark.PASS, "", "")})
    with pytest.raises(PermissionRefused):
        intake.assign(actor=other, request=chain.request, evaluator=user)
    intake.assign(actor=chain.actors["division_head"], request=chain.request, evaluator=user)
    evaluation.mark(actor=other, request=chain.request, marks={"network": (Mark.PASS, "", "")})
    with pytest.raises(InvalidInput):
        intake.assign(
            actor=chain.actors["division_head"], request=chain.request, evaluator=chain.users["intake_officer"]
        )


@pytest.mark.clause("QC10.2")
def test_a_completion_is_answered_point_by_point_while_the_clock_stands_still(chain: Chain) -> None:
    request = chain.ask()
    assert request.state == State.COMPLETION_REQUESTED
    assert Clock.objects.get(request=request, step=Step.EVALUATION).due_at is None
    assert ClockPause.objects.get(ended_at__isnull=True).reason == "Chờ cơ quan hoàn thiện"
    assert Clock.objects.get(request=request, step=Step.COMPLETION).due_at is not None
    sender, point = chain.actors["agency_representative"], request.points.get()
    with pytest.raises(InvalidInput) as refused:
        sending.answer_completion(actor=sender, request=request)
    assert list(refused.value.errors) == [f"point-{point.pk}"]
    assert chain.fresh().state == State.COMPLETION_REQUESTED
    answer_points(actor=chain.actors["agency_officer"], request=request, answers={point.pk: "Đã bổ sung người trực"})
    drafts.save_part(
        actor=chain.actors["agency_officer"],
        request=request,
        part="plans",
        operation_plan="Trực giờ hành chính, có người thay",
        security_plan="Khóa giữ trong kho bí mật",
    )
    request = sending.answer_completion(actor=sender, request=chain.fresh())
    assert request.state == State.EVALUATING
    assert Clock.objects.get(request=request, step=Step.EVALUATION).due_at is not None
    assert not ClockPause.objects.filter(ended_at__isnull=True).exists()
    assert request.evaluations.count() == 2
    assert request.points.get().resolved_at is not None
    with pytest.raises(StateRefused):
        answer_points(actor=chain.actors["agency_officer"], request=request, answers={point.pk: "Muộn"})


def test_a_second_round_keeps_what_was_met(chain: Chain) -> None:
    chain.receive()
    chain.mark_all()
    evaluation.mark(
        actor=chain.actors["evaluator"], request=chain.request, marks={"network": (Mark.FAIL, "Sai mạng", "")}
    )
    request = evaluation.request_completion(actor=chain.actors["evaluator"], request=chain.request, points=[POINT])
    answers = {request.points.get().pk: "Đã sửa"}
    sending.answer_completion(actor=chain.actors["agency_representative"], request=request, answers=answers)
    second = request.evaluations.get(round=2)
    assert [mark.criterion.code for mark in second.marks.filter(result="")] == ["network"]


@pytest.mark.parametrize(
    "points",
    [[], [{**POINT, "what": ""}], [{**POINT, "remedy": " "}], [{**POINT, "clause": "QC99.9"}]],
)
def test_a_completion_request_says_what_how_and_by_which_clause(chain: Chain, points: list[dict[str, str]]) -> None:
    chain.receive()
    with pytest.raises(InvalidInput):
        evaluation.request_completion(actor=chain.actors["evaluator"], request=chain.request, points=points)
    assert chain.fresh().state == State.EVALUATING
    assert not chain.request.points.exists()
    assert not ClockPause.objects.exists()


def test_parts_returned_at_intake_come_back_into_evaluation(chain: Chain) -> None:
    chain.submit()
    request = intake.return_parts(actor=chain.actors["intake_officer"], request=chain.request, points=[POINT])
    assert request.state == State.COMPLETION_REQUESTED
    answers = {request.points.get().pk: "Đã bổ sung"}
    request = sending.answer_completion(actor=chain.actors["agency_representative"], request=request, answers=answers)
    assert (request.state, request.received_at is not None) == (State.EVALUATING, True)
    assert request.evaluations.count() == 1


def test_what_is_never_completed_is_closed_with_a_reason(chain: Chain) -> None:
    request = chain.ask()
    with pytest.raises(InvalidInput):
        intake.close(actor=chain.actors["intake_officer"], request=request, reason="")
    intake.close(actor=chain.actors["intake_officer"], request=request, reason="Quá hạn hoàn thiện")
    assert chain.fresh().state == State.CLOSED
    assert not Clock.objects.filter(request=request, ended_at__isnull=True).exists()


@pytest.mark.clause("QC9.6", "QC10.2")
def test_approval_opens_the_connection_with_its_contact(chain: Chain) -> None:
    request = chain.approve()
    opened = Connection.objects.get()
    assert request.state == State.TECHNICALLY_APPROVED
    assert (opened.system, opened.technical_contact, opened.live_at) == (chain.system, chain.users["technician"], None)
    deeds = set(Fact.objects.filter(clause="QC10.2").values_list("deed", flat=True))
    assert {"request.propose", "request.approve", "connection.opened"} <= deeds


def test_a_leader_returns_with_a_reason_and_it_is_proposed_again(chain: Chain) -> None:
    request = chain.propose()
    with pytest.raises(InvalidInput):
        approval.send_back(actor=chain.actors["department_leader"], request=request, reason="")
    request = approval.send_back(actor=chain.actors["department_leader"], request=request, reason="Xem lại tải")
    assert (request.state, request.proposed_by) == (State.EVALUATING, None)
    assert Clock.objects.get(request=request, step=Step.EVALUATION).ended_at is None
    request = approval.propose(actor=chain.actors["division_head"], request=request)
    assert request.state == State.AWAITING_APPROVAL


def test_each_side_reads_whose_turn_it_is(chain: Chain) -> None:
    request = chain.ask()
    assert turn_of(request, chain.actors["agency_officer"]).kind == "yours"
    assert "Sở Nông nghiệp" in turn_of(request, chain.actors["evaluator"]).text
    listed = with_clocks(type(request).objects.filter(pk=request.pk)).get()
    deadline = deadline_of(listed)
    assert deadline is not None
    assert deadline.label == "Cơ quan hoàn thiện hồ sơ"
    assert deadline.statutory is False


def test_what_waits_for_whom(chain: Chain) -> None:
    request = chain.receive()
    waits = {role for role, actor in chain.actors.items() if waiting_for(actor).filter(pk=request.pk).exists()}
    assert waits == {"evaluator"}
    chain.mark_all()
    waits = {role for role, actor in chain.actors.items() if waiting_for(actor).filter(pk=request.pk).exists()}
    assert waits == {"evaluator", "division_head"}


def test_the_agency_does_not_read_who_marked_what(chain: Chain) -> None:
    chain.propose()
    staff = timeline_of(chain.request, chain.actors["division_head"], everything=True)
    own = timeline_of(chain.request, chain.actors["agency_officer"], everything=True)
    assert "Đánh giá tiêu chí" in {str(entry.what) for entry in staff}
    assert "Đánh giá tiêu chí" not in {str(entry.what) for entry in own}
    assert [str(entry.what) for entry in own if entry.milestone][-1] == "Lập bản nháp"
    assert chain.users["evaluator"].full_name not in " ".join(entry.who for entry in own)
