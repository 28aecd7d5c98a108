"""One deed on many dossiers: what is affected is shown, each is a deed of its own, each refusal is told (ux.md B1)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from catalog.models import InformationSystem
from connections.choices import State
from connections.models import Connection, ConnectionRequest
from connections.selectors.batches import batches
from connections.services import approval
from tests.connections.conftest import Chain, Desk
from tests.connections.numbered import numbered
from tests.connections.steps import step

pytestmark = pytest.mark.xdist_group("many")

ASSIGN = reverse("admin:connections_requests_assign_many")
APPROVE = reverse("admin:connections_requests_approve_many")
QUEUE = reverse("admin:connections_connectionrequest_changelist")
Several = Callable[..., list[ConnectionRequest]]


@step
def bring(chain: Chain, reach: str) -> ConnectionRequest:
    """Bring a dossier of a system of its own to the state that *reach* leads to."""
    number = InformationSystem.objects.count() + 1
    chain.system = numbered(
        chain, number, purpose="Giải quyết thủ tục", security_level=2, environments=["sandbox", "live"]
    )
    chain.system.save()
    chain.system.register()
    chain.system.save()
    reached: ConnectionRequest = getattr(chain, reach)()
    return reached


@pytest.fixture
def several(chain: Chain) -> Several:
    """Bring so many dossiers of systems of their own to a state."""
    return lambda count, reach: [bring(chain, reach) for _turn in range(count)]


def test_many_are_assigned_with_a_reason_and_every_refusal_is_told(
    chain: Chain, several: Several, desk: Desk, person: Callable[..., User]
) -> None:
    open_ones, ended = several(2, "receive"), several(1, "propose")
    other = person("tham-dinh-hai@lgsp.example", chain.operator, "evaluator")
    head = desk("division_head")
    assert 'name="chosen"' in head.get(QUEUE, {"tab": "all"}).content.decode()
    assert 'name="chosen"' not in desk("operator").get(QUEUE, {"tab": "all"}).content.decode()
    chosen = {"chosen": [item.pk for item in (*open_ones, *ended)]}
    shown = head.get(ASSIGN, chosen)
    assert all(item.number in shown.content.decode() for item in (*open_ones, *ended))
    facts = Fact.objects.count()
    answer = head.post(ASSIGN, {**chosen, "evaluator": other.pk})
    assert (answer.status_code, Fact.objects.count()) == (422, facts)
    assert "Nhập lý do phân công" in answer.content.decode()
    answer = head.post(ASSIGN, {**chosen, "evaluator": other.pk, "reason": "Chia lại việc"})
    assert [(row.ok, row.dossier.pk) for row in answer.context["done"]] == [
        (item in open_ones, item.pk) for item in (*open_ones, *ended)
    ]
    assert "Chờ phê duyệt" in answer.context["done"][2].text
    assert {item.evaluator for item in ConnectionRequest.objects.filter(pk__in=[i.pk for i in open_ones])} == {other}
    assert ConnectionRequest.objects.get(pk=ended[0].pk).evaluator == chain.users["evaluator"]
    told = Fact.objects.filter(deed="request.assigned", reason="Chia lại việc")
    assert {int(fact.subject_id) for fact in told} == {item.pk for item in open_ones}
    head.post(ASSIGN, {**chosen, "evaluator": other.pk, "reason": "Chia lại việc"})  # sent twice
    assert told.count() == 2
    assert desk("evaluator").get(ASSIGN, chosen).status_code == 403


@pytest.mark.parametrize("chosen", [[], ["x"], ["99999999999999999"], ["0"]])
def test_nothing_chosen_says_how_to_choose(chain: Chain, desk: Desk, chosen: list[str]) -> None:
    answer = desk("division_head").get(ASSIGN, {"chosen": chosen})
    assert answer.status_code == 200
    assert "Chưa chọn hồ sơ nào" in answer.content.decode()


@pytest.mark.clause("QC10.2")
def test_dossiers_alike_are_approved_together_each_by_itself(chain: Chain, several: Several, desk: Desk) -> None:
    first, second, third = several(3, "propose")
    leader = desk("department_leader")
    page = leader.get(APPROVE)
    (group,) = page.context["groups"]
    assert [item.pk for item in group.dossiers] == [first.pk, second.pk, third.pk]
    assert all(item.number in page.content.decode() for item in (first, second, third))
    chosen = [f"{item.pk}:{item.version}" for item in group.dossiers]
    approval.send_back(actor=chain.actors["department_leader"], request=third, reason="Xem lại")
    answer = leader.post(APPROVE, {"key": group.key, "chosen": chosen, "note": "Cùng loại"})
    assert [row.ok for row in answer.context["done"]] == [True, True, False]
    assert "không còn cùng loại" in answer.context["done"][2].text
    states = [ConnectionRequest.objects.get(pk=item.pk).state for item in (first, second, third)]
    assert states == [State.TECHNICALLY_APPROVED, State.TECHNICALLY_APPROVED, State.EVALUATING]
    assert Connection.objects.count() == 2
    facts = Fact.objects.filter(deed="request.approve")
    assert {fact.reason for fact in facts} == {"Cùng loại"}
    again = leader.post(APPROVE, {"key": group.key, "chosen": chosen, "note": "Cùng loại"})  # sent twice
    assert [row.ok for row in again.context["done"]] == [False, False, False]
    assert (facts.count(), Connection.objects.count()) == (2, 2)


def test_what_differs_in_anything_is_never_in_a_batch(chain: Chain, several: Several) -> None:
    leader, alike = chain.actors["department_leader"], several(5, "propose")
    assert [len(item.dossiers) for item in batches(leader)] == [5]
    national, narrowed, failed, own, _last = alike
    national.national_database = True
    national.save()
    line = narrowed.lines.get()
    line.operations = ["list"]
    line.save()
    narrowed.kind = "change"
    narrowed.save()
    mark = failed.evaluations.get().marks.get(criterion__code="network")
    mark.result, mark.remark = "not_applicable", "Không có"
    mark.save()
    system = InformationSystem.objects.get(pk=own.system_id)
    system.owner = chain.operator
    system.save()
    assert batches(leader) == []
    assert batches(chain.actors["evaluator"]) == []
    assert batches(chain.actors["division_head"]) == []


def test_a_version_the_leader_did_not_see_is_not_approved(chain: Chain, several: Several, desk: Desk) -> None:
    first, second = several(2, "propose")
    leader = desk("department_leader")
    (group,) = leader.get(APPROVE).context["groups"]
    chosen = [f"{first.pk}:{first.version}", f"{second.pk}:{second.version - 1}"]
    answer = leader.post(APPROVE, {"key": group.key, "chosen": chosen})
    assert [row.ok for row in answer.context["done"]] == [True, False]
    assert "vừa thay đổi hồ sơ" in answer.context["done"][1].text
    for bad in ({"key": group.key}, {"chosen": chosen}, {"key": "x" * 30, "chosen": chosen}):
        assert leader.post(APPROVE, bad).status_code == 422
    assert desk("division_head").get(APPROVE).status_code == 403


def test_batches_ask_the_database_as_often_for_many_as_for_two(chain: Chain, several: Several, desk: Desk) -> None:
    several(2, "propose")
    leader = desk("department_leader")
    leader.get(APPROVE)
    with CaptureQueriesContext(connection) as two:
        leader.get(APPROVE)
    several(3, "propose")
    with CaptureQueriesContext(connection) as five:
        assert [len(group.dossiers) for group in leader.get(APPROVE).context["groups"]] == [5]
    assert len(five) == len(two)
