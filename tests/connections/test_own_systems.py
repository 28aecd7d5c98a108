"""SKHCN never judges its own system with one leader's word (decisions, 22; QC10.2)."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Agency, User
from accounts.selectors.actors import actor_for, standings_of
from connections.choices import State
from connections.models import Connection
from connections.services import approval
from core.problems import GuardRefused, PermissionRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, take, working
from tests.connections.refusing import refused


@pytest.fixture
def own(chain: Chain, agency: Callable[..., Agency]) -> Chain:
    """A proposed dossier of a system that SKHCN owns and a unit of its own runs."""
    chain.propose()
    unit = agency("H60.02.01", name="Trung tâm Chuyển đổi số", is_operator=True)
    chain.system.owner, chain.system.operating_unit = chain.operator, unit
    chain.system.save()
    chain.request = chain.fresh()
    return chain


@pytest.mark.clause("QC10.2")
def test_two_leaders_one_after_the_other(own: Chain, person: Callable[..., User], desk: Desk) -> None:
    first = own.actors["department_leader"]
    user = person("pho-giam-doc@lgsp.example", own.operator, "department_leader")
    second = actor_for(user, standings_of(user), agency_id=None)
    error = refused(GuardRefused, lambda: approval.approve(actor=first, request=own.request))
    assert "cần hai lãnh đạo" in str(error.detail)
    assert "Chưa thể thực hiện «Chấp thuận»" in desk("department_leader").get(working(own)).content.decode()
    take(desk("department_leader"), own, "endorse", note="Đồng ý")
    own.request = own.fresh()
    assert (own.request.state, own.request.endorsed_by) == (State.AWAITING_APPROVAL, own.users["department_leader"])
    refused(PermissionRefused, lambda: approval.approve(actor=first, request=own.request))
    refused(GuardRefused, lambda: approval.endorse(actor=second, request=own.request))
    approval.approve(actor=second, request=own.request)
    assert own.fresh().state == State.TECHNICALLY_APPROVED
    assert own.fresh().approved_by == user
    assert Connection.objects.count() == 1


def test_one_unit_for_both_is_blocked_with_the_reason(own: Chain) -> None:
    own.system.operating_unit = own.operator
    own.system.save()
    leader = own.actors["department_leader"]
    for deed in (approval.approve, approval.endorse):
        error = refused(GuardRefused, lambda deed=deed: deed(actor=leader, request=own.fresh()))
        assert "phải là hai đơn vị" in str(error.detail)
    assert own.fresh().state == State.AWAITING_APPROVAL


def test_a_system_of_another_body_needs_no_second_leader(chain: Chain, desk: Desk) -> None:
    chain.propose()
    leader = chain.actors["department_leader"]
    refused(GuardRefused, lambda: approval.endorse(actor=leader, request=chain.request))
    assert "chuyển lãnh đạo khác" not in desk("department_leader").get(working(chain)).content.decode()
    assert desk("evaluator").get(at(chain, "endorse")).status_code == 403


def test_sending_back_takes_the_first_word_away(own: Chain) -> None:
    leader = own.actors["department_leader"]
    approval.endorse(actor=leader, request=own.request)
    approval.send_back(actor=leader, request=own.fresh(), reason="Xem lại tải")
    assert own.fresh().endorsed_by is None


def test_the_database_refuses_one_person_twice(own: Chain) -> None:
    approval.endorse(actor=own.actors["department_leader"], request=own.request)
    stored = own.fresh()
    stored.approved_by = stored.endorsed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        stored.save()
