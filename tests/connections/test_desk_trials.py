"""The staff rooms of a dossier through HTTP: environment, tests, confirmation, operation, holds, end (QC10.3–10.5)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from connections.choices import HoldSide, Measure, Result, State
from connections.models import Grant, Hold, TrialCase
from connections.services import holds
from tests.accounts.signin_steps import proof
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, take, working
from tests.connections.refusing import everything


def hash_of(chain: Chain) -> str:
    """Return the hash of the latest record."""
    return chain.request.trials.order_by("-round")[0].content_hash


def me(chain: Chain) -> dict[str, str]:
    """Return what the operator types to prove again who they are."""
    return proof(chain.users["operator"])


def case_address(chain: Chain, case: TrialCase) -> str:
    return reverse("admin:connections_request_judge_case", args=[chain.request.pk, case.pk])


@pytest.mark.clause("QC10.3", "QC10.4", "QC10.5")
def test_a_dossier_goes_from_approval_to_operation_through_the_pages(chain: Chain, desk: Desk) -> None:
    chain.approve()
    operator = desk("operator")
    page = operator.get(at(chain, "set_up")).content.decode()
    assert "Mở quyền khai thác thử nghiệm" in page
    assert "10.20.30.0/24" in page
    take(operator, chain, "set_up", duty_contact=chain.users["operator"].pk)
    assert Grant.objects.get(request=chain.request).environment == "sandbox"
    chain.call_sandbox()
    operator.post(at(chain, "measure"))
    for case in TrialCase.objects.filter(trial__request=chain.request, measure=Measure.HAND):
        assert case_address(chain, case) in operator.get(working(chain)).content.decode()
        fields = {"result": "pass", "actual": "Khớp", "evidence": "Biên bản đối chiếu ngày 25/11/2026"}
        assert operator.post(case_address(chain, case), fields).status_code == 302
    take(operator, chain, "finish_tests")
    assert hash_of(chain) in operator.get(at(chain, "confirm")).content.decode()
    take(operator, chain, "confirm", content_hash=hash_of(chain), agreed="on", remark="", **me(chain))
    assert chain.fresh().state == State.AWAITING_CONFIRMATION
    chain.confirm_as("agency_representative")
    take(operator, chain, "go_live")
    assert chain.fresh().state == State.LIVE
    assert set(Grant.objects.filter(request=chain.request).values_list("environment", flat=True)) == {
        "sandbox",
        "live",
    }


def test_a_record_is_not_finished_while_a_case_is_open(chain: Chain, desk: Desk) -> None:
    chain.set_up()
    page = desk("operator").get(working(chain)).content.decode()
    assert "Chưa thể thực hiện «Lập biên bản kiểm thử»" in page
    assert "Còn ca kiểm thử chưa đạt hoặc chưa có kết quả" in page
    before = everything()
    answer = desk("operator").post(at(chain, "finish_tests"))
    assert answer.status_code == 422
    assert "Còn ca kiểm thử" in answer.content.decode()
    assert everything() == before


def test_a_result_without_evidence_comes_back_with_what_was_typed(chain: Chain, desk: Desk) -> None:
    chain.set_up()
    case = TrialCase.objects.filter(measure=Measure.HAND).first()
    assert case is not None
    before = everything()
    answer = desk("operator").post(case_address(chain, case), {"result": "fail", "actual": "Gọi không tới"})
    assert answer.status_code == 422
    assert "Gọi không tới" in answer.content.decode()
    assert "Nhập minh chứng" in answer.content.decode()
    assert everything() == before


def test_a_case_of_the_log_takes_no_typed_result(chain: Chain, desk: Desk) -> None:
    chain.set_up()
    case = TrialCase.objects.filter(measure=Measure.LOG).first()
    assert case is not None
    before = everything()
    fields = {"result": Result.PASS, "actual": "Tốt", "evidence": "Tự xem"}
    answer = desk("operator").post(case_address(chain, case), fields)
    assert answer.status_code == 409
    assert "không nhập tay" in answer.content.decode()
    assert everything() == before


@pytest.mark.clause("QC10.4")
def test_another_record_than_the_one_read_is_not_confirmed(chain: Chain, desk: Desk) -> None:
    chain.finish()
    operator, before = desk("operator"), everything()
    fields = {"content_hash": "0" * 64, "agreed": "on", "remark": "Đã đọc", **me(chain)}
    answer = operator.post(at(chain, "confirm"), fields)
    assert answer.status_code == 409
    assert "Đã đọc" in answer.content.decode()
    unticked = desk("operator").post(at(chain, "confirm"), {"content_hash": hash_of(chain)})
    assert unticked.status_code == 422
    assert everything() == before


@pytest.mark.clause("QC10.4")
def test_one_side_speaks_once_and_does_not_speak_for_the_other(chain: Chain, desk: Desk) -> None:
    chain.finish()
    take(desk("operator"), chain, "confirm", content_hash=hash_of(chain), agreed="on", **me(chain))
    before = everything()
    again = desk("operator").post(at(chain, "confirm"), {"content_hash": hash_of(chain), "agreed": "on", **me(chain)})
    assert again.status_code == 409
    assert "mỗi bên xác nhận một lần" in again.content.decode()
    assert everything() == before
    page = desk("operator").get(working(chain)).content.decode()
    assert at(chain, "confirm") not in page
    assert at(chain, "reopen_tests") in page


@pytest.mark.clause("QC10.4")
def test_a_side_that_disagrees_says_why_and_the_tests_begin_again(chain: Chain, desk: Desk) -> None:
    chain.finish()
    assert desk("operator").post(at(chain, "disagree"), {"content_hash": hash_of(chain)}).status_code == 422
    assert chain.fresh().state == State.AWAITING_CONFIRMATION
    take(desk("operator"), chain, "disagree", content_hash=hash_of(chain), remark="Số liệu chưa ổn định", **me(chain))
    assert chain.fresh().state == State.TESTING
    take(desk("operator"), chain, "start_over", reason="Cấu hình sai lúc đầu")
    assert chain.request.trials.count() == 3


def test_a_confirmed_record_is_reopened_with_a_reason(chain: Chain, desk: Desk) -> None:
    chain.ready()
    take(desk("operator"), chain, "reopen_tests", reason="Đổi dải mạng")
    assert chain.fresh().state == State.TESTING


@pytest.mark.clause("Q50-15.4")
def test_the_operator_holds_and_lifts_only_its_own_hold(chain: Chain, desk: Desk) -> None:
    chain.live()
    take(desk("operator"), chain, "place_hold", reason="Dấu hiệu lạm dụng")
    hold = Hold.objects.get()
    assert (hold.side, hold.lifted_at) == (HoldSide.OPERATOR, None)
    page = desk("operator").get(working(chain)).content.decode()
    assert "Dấu hiệu lạm dụng" in page
    assert at(chain, "place_hold") not in page
    take(desk("operator"), chain, "lift_hold", reason="Đã xử lý")
    holds.place_hold(
        actor=chain.actors["agency_representative"], connection=chain.connection(), side="agency", reason="Bảo trì"
    )
    before = everything()
    answer = desk("operator").post(at(chain, "lift_hold"), {"reason": "Thử"})
    assert answer.status_code == 409
    assert everything() == before


@pytest.mark.clause("Q50-8.3")
def test_the_page_says_what_ends_before_it_ends(chain: Chain, desk: Desk) -> None:
    chain.live()
    page = desk("operator").get(at(chain, "terminate")).content.decode()
    assert "1 quyền khai thác chính thức và 1 quyền thử nghiệm bị thu hồi ngay" in page
    assert "Sở Nội vụ" in page
    assert desk("operator").post(at(chain, "terminate"), {"reason": ""}).status_code == 422
    assert chain.fresh().state == State.LIVE
    take(desk("operator"), chain, "terminate", reason="Hệ thống ngừng sử dụng")
    assert chain.fresh().state == State.TERMINATED
    assert not Grant.objects.open().exists()
    assert "Hệ thống ngừng sử dụng" in desk("operator").get(working(chain)).content.decode()


WRONG = ("set_up", "measure", "finish_tests", "start_over", "confirm", "disagree", "reopen_tests", "go_live")
WRONG += ("terminate", "place_hold", "lift_hold")
IN_STATE = {"set_up": "approve", "measure": "set_up", "finish_tests": "set_up", "start_over": "set_up"}
IN_STATE |= {"confirm": "finish", "disagree": "finish", "reopen_tests": "finish", "go_live": "ready"}
IN_STATE |= {"terminate": "live", "place_hold": "live", "lift_hold": "live"}


def fields_of(chain: Chain) -> dict[str, Any]:
    """Return fields that would satisfy any of the forms."""
    known = chain.request.trials.order_by("-round").first()
    return {
        "duty_contact": chain.users["operator"].pk,
        "reason": "Thử",
        "remark": "Thử",
        "agreed": "on",
        "content_hash": known.content_hash if known else "",
    }


@pytest.mark.parametrize("action", WRONG)
def test_a_direct_post_by_the_wrong_person_is_refused_and_changes_nothing(
    chain: Chain, desk: Desk, action: str
) -> None:
    getattr(chain, IN_STATE[action])()
    before = everything()
    for role in ("evaluator", "division_head", "security_officer"):
        answer = desk(role).post(at(chain, action), fields_of(chain))
        assert answer.status_code == 403, role
        assert "thuộc" in answer.content.decode(), role
    assert everything() == before


@pytest.mark.parametrize("action", WRONG)
def test_a_direct_post_in_the_wrong_state_is_refused_and_changes_nothing(
    chain: Chain, desk: Desk, action: str
) -> None:
    chain.receive()
    before = everything()
    answer = desk("operator").post(at(chain, action), fields_of(chain))
    assert answer.status_code == 409
    assert everything() == before


def test_another_dossiers_case_is_not_found(chain: Chain, desk: Desk) -> None:
    chain.set_up()
    case = TrialCase.objects.filter(measure=Measure.HAND).first()
    assert case is not None
    address = reverse("admin:connections_request_judge_case", args=[chain.request.pk + 1, case.pk])
    assert desk("operator").post(address, {"result": "pass"}).status_code == 404


def test_every_state_has_a_page_for_every_role(chain: Chain, desk: Desk, signed_in: Callable[[User], Client]) -> None:
    chain.live()
    for role in ("intake_officer", "evaluator", "division_head", "department_leader", "operator", "security_officer"):
        answer = desk(role).get(working(chain), {"chi-tiet": "1"})
        assert answer.status_code == 200
        assert "Đưa vào vận hành chính thức" in answer.content.decode()
