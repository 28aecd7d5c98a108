"""Both sides confirm the record: two people, two bodies, one content (QC10.4, decisions 22)."""

from typing import Any

import pytest

from accounts.models import Letter
from audit.models import Fact
from connections.choices import State, Step
from connections.models import Clock, Confirmation, Trial
from connections.services import rounds
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC10.4")
SIDES = ("operator", "agency_representative")


@pytest.mark.parametrize(("first", "second"), [SIDES, SIDES[::-1]])
def test_the_second_agreement_makes_it_ready_whoever_begins(chain: Chain, first: str, second: str) -> None:
    trial = chain.finish()
    chain.confirm_as(first)
    assert chain.fresh().state == State.AWAITING_CONFIRMATION
    chain.confirm_as(second)
    assert chain.fresh().state == State.READY
    rows = {row.side: (row.user, row.agency, row.agreed, row.content_hash) for row in Confirmation.objects.all()}
    assert rows == {
        "operator": (chain.users["operator"], chain.operator, True, trial.content_hash),
        "agency": (chain.users["agency_representative"], chain.agency, True, trial.content_hash),
    }
    assert Fact.objects.filter(deed="request.side_confirmed", clause="QC10.4").count() == 2
    assert Fact.objects.get(deed="request.confirm").after["content_hash"] == trial.content_hash
    assert not Clock.objects.filter(step=Step.CONFIRMATION, ended_at__isnull=True).exists()
    assert Letter.objects.filter(subject__startswith="Đủ điều kiện vận hành").exists()


def test_only_representative_and_operator_speak_for_their_sides(
    chain: Chain, agency: Any, person: Any, actor: Any
) -> None:
    chain.finish()
    for role in chain.actors.keys() - set(SIDES):
        refused(PermissionRefused, lambda role=role: chain.confirm_as(role))
    chain.actors["stranger"] = actor(person("dai-dien@so-khac.example", agency("H60.11"), "agency_representative"))
    refused(PermissionRefused, lambda: chain.confirm_as("stranger"))


@pytest.mark.parametrize("role", SIDES)
def test_a_side_speaks_once(chain: Chain, person: Any, actor: Any, role: str) -> None:
    chain.finish()
    place = chain.operator if role == "operator" else chain.agency
    chain.actors["colleague"] = actor(person("dong-nghiep@lgsp.example", place, role))
    chain.confirm_as(role)
    for who in (role, "colleague"):
        refused(StateRefused, lambda who=who: chain.confirm_as(who))
        refused(StateRefused, lambda who=who: chain.confirm_as(who, agreed=False, remark="Chưa rõ"))


def test_one_person_never_speaks_for_both_sides(chain: Chain, person: Any, actor: Any) -> None:
    chain.finish()
    both = person("hai-vai@lgsp.example", chain.operator, "operator")
    person(both.email, chain.agency, "agency_representative")
    chain.actors["as operator"], chain.actors["as agency"] = actor(both, chain.operator), actor(both, chain.agency)
    chain.confirm_as("as operator")
    refused(PermissionRefused, lambda: chain.confirm_as("as agency"))
    refused(PermissionRefused, lambda: chain.confirm_as("as agency", agreed=False, remark="Không nhất trí"))
    chain.confirm_as("agency_representative")
    assert chain.fresh().state == State.READY


def test_a_system_of_the_operator_itself_needs_two_units(chain: Chain, agency: Any, person: Any, actor: Any) -> None:
    chain.finish()
    chain.agency.is_operator = True
    chain.agency.save()
    chain.actors["own operator"] = actor(person("van-hanh-2@lgsp.example", chain.agency, "operator"))
    found = refused(GuardRefused, lambda: chain.confirm_as("own operator"))
    assert "cùng một cơ quan" in str(found.detail)
    chain.confirm_as("agency_representative")
    refused(GuardRefused, lambda: chain.confirm_as("own operator"))
    chain.confirm_as("operator")
    assert chain.fresh().state == State.READY


@pytest.mark.parametrize("given", ["", "0" * 64])
def test_only_the_content_that_was_read_is_confirmed(chain: Chain, given: str) -> None:
    chain.finish()
    found = refused(StateRefused, lambda: chain.confirm_as("operator", content_hash=given))
    assert "bản bạn đọc" in str(found.detail)


def test_a_record_the_dossier_no_longer_fits_is_not_confirmed(chain: Chain) -> None:
    chain.finish()
    line = chain.request.lines.get()
    line.daily_quota = 800
    line.save()
    refused(GuardRefused, lambda: chain.confirm_as("operator"))


def test_a_disagreement_needs_words_and_voids_what_the_other_side_said(chain: Chain) -> None:
    first = chain.finish()
    chain.confirm_as("operator")
    refused(InvalidInput, lambda: chain.confirm_as("agency_representative", agreed=False, remark=" "))
    chain.confirm_as("agency_representative", agreed=False, remark="Thời gian trả lời chưa ổn định")
    assert chain.fresh().state == State.TESTING
    said = Confirmation.objects.filter(trial=first)
    assert {(row.side, row.agreed, row.voided_at is None) for row in said} == {
        ("operator", True, False),
        ("agency", False, False),
    }
    last = chain.fresh().trials.order_by("-round")[0]
    assert (last.round, last.content_hash) == (2, "")
    assert Trial.objects.get(pk=first.pk).record == first.record
    fact = Fact.objects.get(deed="request.reopen_tests")
    assert (fact.reason, sorted(fact.after["voided"])) == ("Thời gian trả lời chưa ổn định", ["agency", "operator"])
    assert Clock.objects.get(step=Step.TESTING).ended_at is None
    refused(StateRefused, lambda: chain.confirm_as("operator", content_hash=first.content_hash))


def test_after_a_disagreement_the_same_people_may_confirm_the_next_record(chain: Chain) -> None:
    chain.finish()
    chain.confirm_as("agency_representative", agreed=False, remark="Chạy lại giúp")
    chain.finish_again()
    chain.confirm_as("agency_representative")
    chain.confirm_as("operator")
    assert chain.fresh().state == State.READY


@pytest.mark.parametrize("role", SIDES)
def test_either_side_takes_its_word_back_before_go_live(chain: Chain, role: str) -> None:
    chain.ready()
    reopen = lambda reason: rounds.reopen_tests(  # noqa: E731
        actor=chain.actors[role], request=chain.request, reason=reason
    )
    refused(InvalidInput, lambda: reopen(""))
    reopen("Phát hiện lỗi cấu hình")
    assert chain.fresh().state == State.TESTING
    assert not Confirmation.objects.filter(voided_at__isnull=True).exists()


def test_nobody_else_reopens(chain: Chain) -> None:
    chain.finish()
    for role in chain.actors.keys() - set(SIDES):
        who = chain.actors[role]
        refused(PermissionRefused, lambda who=who: rounds.reopen_tests(actor=who, request=chain.request, reason="Thử"))
