"""The staff rooms of a dossier through HTTP: intake, evaluation, completion, approval (QC10.1, QC10.2)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from connections.choices import Mark, State
from connections.models import CompletionPoint
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, take, working
from tests.connections.refusing import everything as rows_now


def rows(*points: tuple[str, str, str]) -> dict[str, Any]:
    """Return the fields of a page of points."""
    fields: dict[str, Any] = {"points-TOTAL_FORMS": len(points) + 1, "points-INITIAL_FORMS": 0}
    for number, (what, remedy, clause) in enumerate(points):
        fields |= {f"points-{number}-what": what, f"points-{number}-remedy": remedy, f"points-{number}-clause": clause}
    return fields


def marks(chain: Chain, result: str = Mark.PASS, **other: tuple[str, str, str]) -> dict[str, Any]:
    """Return the fields of the evaluation: *result* for every criterion but the ones given."""
    current = chain.request.evaluations.order_by("-round")[0]
    fields: dict[str, Any] = {"version": chain.fresh().version, "summary": "Đã đối chiếu"}
    for mark in current.marks.select_related("criterion"):
        code = mark.criterion.code
        given = other.get(code.replace("-", "_"), (result, "", ""))
        fields |= dict(zip((f"result-{code}", f"remark-{code}", f"evidence-{code}"), given, strict=True))
    return fields


@pytest.mark.clause("QC10.1", "QC10.2")
def test_a_dossier_goes_from_intake_to_approval_through_the_pages(chain: Chain, desk: Desk) -> None:
    chain.submit()
    take(desk("intake_officer"), chain, "receive", evaluator=chain.users["evaluator"].pk)
    assert chain.fresh().evaluator == chain.users["evaluator"]
    assert desk("evaluator").get(at(chain, "evaluate")).status_code == 200
    desk("evaluator").post(at(chain, "evaluate"), marks(chain))
    take(desk("division_head"), chain, "propose", note="Đủ điều kiện")
    take(desk("department_leader"), chain, "approve", note="")
    assert chain.fresh().state == State.TECHNICALLY_APPROVED


@pytest.mark.clause("QC10.1")
def test_wrong_parts_go_back_as_numbered_points(chain: Chain, desk: Desk) -> None:
    chain.submit()
    take(desk("intake_officer"), chain, "return_parts", **rows(("Thiếu quyết định", "Bổ sung bản chụp", "")))
    point = CompletionPoint.objects.get(request=chain.request)
    assert (point.number, point.what, point.remedy, point.clause) == (
        1,
        "Thiếu quyết định",
        "Bổ sung bản chụp",
        "QC10.1",
    )
    assert chain.fresh().state == State.COMPLETION_REQUESTED
    take(desk("intake_officer"), chain, "close", reason="Quá hạn bổ sung")
    assert chain.fresh().state == State.CLOSED


@pytest.mark.clause("QC10.2")
def test_a_completion_request_is_prefilled_from_what_failed(chain: Chain, desk: Desk) -> None:
    chain.receive()
    evaluator = desk("evaluator")
    evaluator.post(at(chain, "evaluate"), marks(chain, network=(Mark.FAIL, "Dải mạng quá rộng", "Biên bản 5")))
    page = evaluator.get(at(chain, "request_completion"))
    first = page.context["rows"].forms[0]
    assert (first.initial["what"], first.initial["clause"], first.initial["criterion"]) == (
        "Dải mạng quá rộng",
        "QC9.4",
        "network",
    )
    fields = rows(("Dải mạng quá rộng", "Khai từng địa chỉ", "")) | {"points-0-criterion": "network"}
    take(evaluator, chain, "request_completion", version=chain.fresh().version, **fields)
    point = CompletionPoint.objects.get(request=chain.request)
    assert point.criterion is not None
    assert (point.criterion.code, point.clause) == ("network", "QC9.4")


def test_a_row_with_one_half_comes_back_with_what_was_typed(chain: Chain, desk: Desk) -> None:
    chain.submit()
    facts = Fact.objects.count()
    answer = desk("intake_officer").post(at(chain, "return_parts"), rows(("Thiếu quyết định", "", "")))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Nhập cách khắc phục" in text
    assert "Thiếu quyết định</textarea>" in text.replace("\n", "")
    assert (chain.fresh().state, Fact.objects.count()) == (State.SUBMITTED, facts)


def test_more_rows_keep_what_was_typed_and_send_nothing(chain: Chain, desk: Desk) -> None:
    chain.submit()
    answer = desk("intake_officer").post(at(chain, "return_parts"), rows(("Thiếu", "Bổ sung", "")) | {"more": "1"})
    assert answer.status_code == 200
    assert answer.content.decode().count('-what"') >= 5
    assert chain.fresh().state == State.SUBMITTED


def test_a_failed_criterion_without_a_word_keeps_every_field_and_saves_nothing(chain: Chain, desk: Desk) -> None:
    chain.receive()
    answer = desk("evaluator").post(
        at(chain, "evaluate"), marks(chain, network=(Mark.FAIL, "", ""), standards=(Mark.PASS, "Dùng JSON", ""))
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Nhập nhận xét: vì sao không đạt" in text
    assert "Dùng JSON" in text
    assert not chain.request.evaluations.get().marks.exclude(result="").exists()


def test_the_conclusion_lists_what_is_not_judged_yet(chain: Chain, desk: Desk) -> None:
    chain.receive()
    fields = marks(chain, result="", network=(Mark.PASS, "", ""))
    answer = desk("evaluator").post(at(chain, "evaluate"), fields, follow=True)
    assert "Còn 9 tiêu chí chưa đánh giá" in answer.content.decode()
    assert len(answer.context["conclusion"][1]) == 9
    refused = desk("division_head").post(at(chain, "propose"), {"note": "Trình sớm"})
    assert refused.status_code == 422
    assert "Còn tiêu chí chưa được đánh giá" in refused.content.decode()
    assert "Trình sớm" in refused.content.decode()
    assert chain.fresh().state == State.EVALUATING


def test_who_was_faster_is_named_and_the_second_try_goes_through(chain: Chain, desk: Desk) -> None:
    chain.receive()
    fields = marks(chain) | {"version": chain.fresh().version - 1, "remark-network": "Đã gọi hỏi"}
    answer = desk("evaluator").post(at(chain, "evaluate"), fields)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "vừa thay đổi hồ sơ lúc" in text
    assert "Đã gọi hỏi" in text
    assert not chain.request.evaluations.get().marks.exclude(result="").exists()
    again = desk("evaluator").post(at(chain, "evaluate"), fields | {"version": answer.context["version"]})
    assert again.status_code == 302


@pytest.mark.clause("QC10.2")
def test_the_leader_sends_a_proposal_back_with_a_reason(chain: Chain, desk: Desk) -> None:
    chain.propose()
    refused = desk("department_leader").post(at(chain, "send_back"), {"reason": " "})
    assert refused.status_code == 422
    assert chain.fresh().state == State.AWAITING_APPROVAL
    take(desk("department_leader"), chain, "send_back", reason="Xem lại dải mạng")
    assert chain.fresh().state == State.EVALUATING


def test_an_evaluation_is_assigned_and_its_page_is_its_evaluators_own(
    chain: Chain, desk: Desk, person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    chain.receive()
    other = person("tham-dinh-hai@lgsp.example", chain.operator, "evaluator")
    assert signed_in(other).get(at(chain, "evaluate")).status_code == 403
    take(desk("division_head"), chain, "assign", evaluator=other.pk)
    assert chain.fresh().evaluator == other
    refused = desk("evaluator").post(at(chain, "evaluate"), marks(chain))
    assert refused.status_code == 403
    assert not chain.request.evaluations.get().marks.exclude(result="").exists()


def stored(chain: Chain) -> tuple[Any, ...]:
    """Return everything a refused step must leave as it was."""
    marks_now = chain.request.evaluations.values_list("marks__result", "marks__remark").order_by("marks__pk")
    return rows_now(), list(marks_now), CompletionPoint.objects.count()


# -- what is refused ---------------------------------------------------------------------------------
# Step -> (state it is tried in, people who may not, status).
WRONG_PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "receive": ("submit", ("evaluator", "division_head", "department_leader", "operator")),
    "return_parts": ("submit", ("evaluator", "department_leader")),
    "assign": ("receive", ("department_leader", "operator", "evaluator")),
    "close": ("ask", ("evaluator", "division_head")),
    "evaluate": ("receive", ("intake_officer", "division_head", "department_leader")),
    "request_completion": ("receive", ("intake_officer", "division_head")),
    "propose": ("propose", ("evaluator", "department_leader")),
    "approve": ("propose", ("evaluator", "division_head", "intake_officer")),
    "send_back": ("propose", ("evaluator", "division_head")),
}
WRONG_STATES: dict[str, tuple[str, str]] = {
    "receive": ("receive", "intake_officer"),
    "return_parts": ("receive", "intake_officer"),
    "assign": ("approve", "division_head"),
    "close": ("receive", "intake_officer"),
    "evaluate": ("propose", "evaluator"),
    "request_completion": ("propose", "evaluator"),
    "propose": ("propose", "division_head"),
    "approve": ("receive", "department_leader"),
    "send_back": ("approve", "department_leader"),
}


def everything(chain: Chain) -> dict[str, Any]:
    """Return fields that would satisfy any of the forms."""
    person = chain.users["evaluator"].pk
    return (
        rows(("Thiếu", "Bổ sung", "")) | {"evaluator": person, "reason": "Thử", "note": "Thử"} | marks_or_none(chain)
    )


def marks_or_none(chain: Chain) -> dict[str, Any]:
    return marks(chain) if chain.request.evaluations.exists() else {}


@pytest.mark.parametrize("action", WRONG_PEOPLE)
def test_a_direct_post_by_the_wrong_person_is_refused_and_changes_nothing(
    chain: Chain, desk: Desk, action: str
) -> None:
    state, people = WRONG_PEOPLE[action]
    getattr(chain, state)()
    before, fields = stored(chain), everything(chain)
    for role in people:
        answer = desk(role).post(at(chain, action), fields)
        assert answer.status_code == 403, role
        assert any(word in answer.content.decode() for word in ("thuộc vai trò", "thuộc", "do người khác")), role
        assert desk(role).get(at(chain, action)).status_code == 403
    assert stored(chain) == before


@pytest.mark.parametrize("action", WRONG_STATES)
def test_a_direct_post_in_the_wrong_state_is_refused_and_changes_nothing(
    chain: Chain, desk: Desk, action: str
) -> None:
    state, role = WRONG_STATES[action]
    getattr(chain, state)()
    before = stored(chain)
    answer = desk(role).post(at(chain, action), everything(chain))
    assert answer.status_code == 409
    assert "Hồ sơ đang ở tình trạng" in answer.content.decode()
    assert desk(role).get(at(chain, action)).status_code == 409
    assert stored(chain) == before


@pytest.mark.clause("QC10.2")
def test_the_same_person_does_not_approve_what_they_proposed(
    chain: Chain, person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    chain.propose()
    both = person("division_head@lgsp.example", chain.operator, "department_leader")
    client, before = signed_in(both), stored(chain)
    answer = client.post(at(chain, "approve"), {"note": ""})
    assert answer.status_code == 403
    assert "phải do người khác thực hiện" in answer.content.decode()
    assert "Chưa thể thực hiện «Chấp thuận»" in client.get(working(chain)).content.decode()
    assert stored(chain) == before


def test_agencies_and_visitors_find_no_staff_pages(chain: Chain, desk: Desk) -> None:
    chain.submit()
    for address in (working(chain), at(chain, "receive"), reverse("admin:connections_connectionrequest_changelist")):
        assert desk("agency_representative").get(address, follow=True).status_code == 404
        assert Client().get(address).status_code == 302
    assert desk("agency_representative").post(at(chain, "receive"), {}, follow=True).status_code == 404
    assert chain.fresh().state == State.SUBMITTED


def test_a_draft_is_nobodys_business_at_the_desk(chain: Chain, desk: Desk) -> None:
    chain.draft()
    assert desk("intake_officer").get(working(chain)).status_code == 404
    assert desk("intake_officer").post(at(chain, "receive"), {}).status_code == 404


def test_a_form_without_its_token_is_refused(chain: Chain, signed_in: Callable[[User], Client]) -> None:
    chain.submit()
    client = signed_in(chain.users["intake_officer"])
    client.handler.enforce_csrf_checks = True
    assert client.post(at(chain, "receive"), {}).status_code == 403
    assert chain.fresh().state == State.SUBMITTED
