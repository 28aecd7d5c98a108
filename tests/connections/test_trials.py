"""Tests: measured in the sandbox's own log, typed with evidence, frozen in a record (QC9.7, QC10.4)."""

import json
from typing import Any

import pytest

from audit.models import Fact
from connections.choices import State
from connections.models import Grant, TestTemplate, Trial, TrialCase
from connections.models.trials import content_hash
from connections.selectors.trials import trial_board
from connections.services import rounds, trials
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC10.4")


def case(trial: Trial, code: str) -> TrialCase:
    return trial.cases.get(code=code)


def by_hand(chain: Chain, which: TrialCase, role: str = "operator", **fields: Any) -> TrialCase:
    given = {"result": "pass", "actual": "Khớp", "evidence": "Hai bên đối chiếu qua điện thoại", **fields}
    return trials.judge_by_hand(actor=chain.actors[role], case=which, **given)


def test_measuring_again_and_again_says_what_is_missing_until_nothing_is(chain: Chain) -> None:
    trial = chain.set_up()
    trials.measure(actor=chain.actors["operator"], trial=trial)
    assert case(trial, "every-operation").result == ""
    assert "«list»" in case(trial, "every-operation").actual
    assert "«one»" in case(trial, "every-operation").actual
    grant = Grant.objects.get()
    log_calls(grant, operation="one", count=3)
    trials.measure(actor=chain.actors["technician"], trial=trial)
    assert "«one»" not in case(trial, "every-operation").actual
    assert case(trial, "steady-exchange").actual == "cần thêm 17 lượt gọi thành công"
    chain.call_sandbox()
    trials.measure(actor=chain.actors["technician"], trial=trial)
    assert not trial.cases.filter(measure="log").exclude(result="pass").exists()
    assert case(trial, "steady-exchange").measured["answered"] == 27
    assert case(trial, "every-operation").judged_by is None
    facts = Fact.objects.filter(deed="request.tests_measured")
    assert [set(fact.after["results"]) for fact in facts] == [
        set(trial.cases.filter(measure="log").values_list("code", flat=True))
    ]


@pytest.mark.clause("Q50-7.3")
def test_faults_in_the_log_are_failures(chain: Chain) -> None:
    trial, grant = chain.set_up(), Grant.objects.get()
    log_calls(grant, count=20)
    log_calls(grant, operation="one", count=2, status=502, side="provider", reason="provider-error")
    log_calls(grant, operation="one", total_ms=30_001)
    trials.measure(actor=chain.actors["operator"], trial=trial)
    assert case(trial, "steady-exchange").result == "fail"
    assert case(trial, "response-time").result == "fail"
    assert "1 lượt trả lời sau hơn 30 giây" in case(trial, "response-time").actual


def test_only_the_systems_own_sandbox_calls_of_this_round_count(chain: Chain) -> None:
    trial, grant = chain.set_up(), Grant.objects.get()
    log_calls(grant, count=30, system_id=chain.system.pk + 1)
    grant.environment = "live"
    log_calls(grant, count=30)
    trials.measure(actor=chain.actors["operator"], trial=trial)
    assert not trial.cases.exclude(result="").exists()


def test_only_the_operator_and_the_agencys_technician_measure(
    chain: Chain, agency: Any, person: Any, actor: Any
) -> None:
    trial = chain.set_up()
    stranger = actor(person("ky-thuat@so-khac.example", agency("H60.11"), "technician"))
    for who in (stranger, *(chain.actors[role] for role in chain.actors.keys() - {"operator", "technician"})):
        refused(PermissionRefused, lambda who=who: trials.measure(actor=who, trial=trial))


def test_a_measured_case_takes_no_typed_result(chain: Chain) -> None:
    trial = chain.set_up()
    for which in trial.cases.filter(measure="log"):
        found = refused(InvalidInput, lambda which=which: by_hand(chain, which))
        assert "nhật ký" in str(found.errors["result"][0])


def test_a_typed_result_the_log_contradicts_is_refused(chain: Chain) -> None:
    trial = chain.set_up()
    which = case(trial, "allowed-networks")
    found = refused(InvalidInput, lambda: by_hand(chain, which))
    assert "cần thêm 1 lượt gọi thành công" in str(found.errors["result"][0])
    log_calls(Grant.objects.get())
    assert by_hand(chain, which).result == "pass"
    assert case(trial, "allowed-networks").judged_by == chain.users["operator"]


def test_a_typed_failure_stands_without_the_log_and_may_be_corrected(chain: Chain) -> None:
    which = case(chain.set_up(), "allowed-networks")
    assert by_hand(chain, which, result="fail", actual="Thiếu một dải").result == "fail"
    log_calls(Grant.objects.get())
    by_hand(chain, which)
    fact = Fact.objects.filter(deed="request.case_judged").order_by("-pk")[0]
    assert (fact.before["result"], fact.after["result"]) == ("fail", "pass")


def test_a_typed_result_needs_words_and_evidence(chain: Chain) -> None:
    which = case(chain.set_up(), "allowed-networks")
    log_calls(Grant.objects.get())
    wrong: list[tuple[dict[str, str], str]] = [
        ({"result": ""}, "result"),
        ({"result": "tot"}, "result"),
        ({"actual": " "}, "actual"),
        ({"actual": "x" * 501}, "actual"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": "x" * 4001}, "evidence"),
    ]
    for fields, field in wrong:
        found = refused(InvalidInput, lambda fields=fields: by_hand(chain, which, **fields))
        assert list(found.errors) == [field]
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: by_hand(chain, which, role))


def test_a_record_is_frozen_with_the_hash_of_all_it_says(chain: Chain) -> None:
    trial = chain.finish()
    request = chain.fresh()
    assert request.state == State.AWAITING_CONFIRMATION
    assert trial.finished_at is not None
    assert trial.record == json.loads(json.dumps(trial.record))
    stored = Trial.objects.get(pk=trial.pk)
    assert content_hash(stored.record) == stored.content_hash
    assert stored.record_unchanged()
    assert stored.record["request"] == request.number
    assert stored.record["networks"] == ["10.20.30.0/24"]
    assert stored.record["lines"][0]["daily_quota"] == 900
    assert stored.record["sandbox_grants"][0]["code"] == Grant.objects.get().code
    assert {item["code"]: item["result"] for item in stored.record["cases"]} == dict.fromkeys(
        TestTemplate.objects.filter(active=True).values_list("code", flat=True), "pass"
    )
    assert Fact.objects.get(deed="request.finish_tests").after["content_hash"] == stored.content_hash


def test_renaming_a_body_or_a_system_leaves_the_record_as_it_was(chain: Chain) -> None:
    trial = chain.finish()
    chain.agency.name, chain.system.name = "Sở đổi tên", "Phần mềm đổi tên"
    chain.agency.save()
    chain.system.save()
    assert Trial.objects.get(pk=trial.pk).record_unchanged()


def test_no_record_while_a_case_is_open_and_the_log_is_asked_at_the_last_moment(chain: Chain) -> None:
    trial = chain.set_up()
    finish = lambda: trials.finish_tests(actor=chain.actors["operator"], request=chain.request)  # noqa: E731
    refused(GuardRefused, finish)
    chain.call_sandbox()
    chain.judge_typed_cases(trial)
    assert finish().content_hash, "measured by the deed itself"


def test_a_log_that_turned_against_a_passed_case_stops_the_record(chain: Chain) -> None:
    chain.pass_tests()
    log_calls(Grant.objects.get(), total_ms=30_001)
    refused(GuardRefused, lambda: trials.finish_tests(actor=chain.actors["operator"], request=chain.request))


def test_a_frozen_record_takes_no_results(chain: Chain) -> None:
    trial = chain.finish()
    refused(StateRefused, lambda: trials.measure(actor=chain.actors["operator"], trial=trial))
    refused(StateRefused, lambda: by_hand(chain, case(trial, "allowed-networks"), result="fail"))
    refused(StateRefused, lambda: trials.finish_tests(actor=chain.actors["operator"], request=chain.request))


def test_starting_over_forgets_the_figures_and_keeps_the_round(chain: Chain) -> None:
    first = chain.pass_tests()
    again = lambda reason: rounds.start_over(  # noqa: E731
        actor=chain.actors["operator"], request=chain.request, reason=reason
    )
    refused(InvalidInput, lambda: again(" "))
    second = again("Hệ thống nguồn lỗi cấu hình lúc đầu")
    assert (first.round, second.round) == (1, 2)
    trials.measure(actor=chain.actors["operator"], trial=second)
    assert not second.cases.exclude(result="").exists()
    assert first.cases.filter(result="pass").count() == first.cases.count()
    refused(StateRefused, lambda: trials.measure(actor=chain.actors["operator"], trial=first))
    refused(StateRefused, lambda: by_hand(chain, case(first, "allowed-networks"), result="fail"))


def test_the_board_reads_a_round_in_few_queries(chain: Chain, django_assert_num_queries: Any) -> None:
    chain.finish()
    request = chain.fresh()
    with django_assert_num_queries(3):
        board = trial_board(chain.actors["agency_representative"], request)
    assert board is not None
    assert (board.my_turn, board.open_cases, len(board.waiting_for)) == (True, 0, 2)
    assert [len(cases) for _group, cases in board.groups] == [2, 1, 2, 3]
    other = trial_board(chain.actors["evaluator"], request)
    assert other is not None
    assert not other.my_turn
