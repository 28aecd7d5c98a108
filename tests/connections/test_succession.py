"""What an ended body holds goes to its successor: everything, once, with a fact each, and the broker knows (QC2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Agency, Notice, User
from accounts.selectors.actors import actor_for, standings_of
from accounts.services.agencies import end_agency
from audit.gates import gate_versions
from audit.models import Fact
from catalog.models import DataService, InformationSystem
from catalog.services.readiness import enter_plan
from connections.choices import State
from connections.models import Confirmation, Connection, ConnectionRequest, Credential, Grant, Hold, Printout
from connections.projection import load_keys
from connections.selectors.succession import ended_holders, held_by
from connections.selectors.workbench import tasks_for
from connections.services import drafts, holds
from connections.services.keys import make_key
from connections.services.succession import hand_over
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.numbered import numbered
from tests.connections.proving import take_key
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC2.1")
DECISION = "Quyết định 01/QĐ-UBND về sắp xếp (mẫu)"
SYSTEMS = 50


@dataclass
class Merger:
    """A body that ended yesterday, the one that succeeds it, and a stranger, with their people as actors."""

    chain: Chain
    successor: Agency
    heir: Actor
    heir_user: User
    stranger: Actor

    def end(self, days: int = 1, successor: Agency | None = None) -> Agency:
        """End the chain's agency *days* ago."""
        operator = self.chain.actors["operator"]
        day = clock.today() - timedelta(days=days)
        self.chain.agency.refresh_from_db()
        return end_agency(actor=operator, agency=self.chain.agency, valid_to=day, reason=DECISION, successor=successor)

    def hand_over(self, role: str = "operator", reason: str = DECISION) -> Any:
        """Hand over what it holds."""
        return hand_over(actor=self.chain.actors[role], agency=self.chain.agency, reason=reason)


def acting_for(user: User) -> Actor:
    return actor_for(user, standings_of(user), agency_id=None)


@pytest.fixture
def merger(chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]) -> Merger:
    """Two bodies about to merge, one of them with a live connection."""
    chain.live()
    return between(chain, agency, person)


def between(chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]) -> Merger:
    """Give the chain's agency a successor, and both a stranger."""
    successor = agency("H60.08", name="Sở Nông nghiệp, Môi trường và Xây dựng (mẫu)", shared_mailbox="vt@moi.example")
    other = agency("H60.55", name="Sở Y tế (mẫu)")
    roles = ("agency_representative", "agency_officer", "technician", "provider_officer")
    heir = person("ke-thua@lgsp.example", successor, *roles)
    stranger = person("nguoi-la@lgsp.example", other, *roles)
    return Merger(chain, successor, acting_for(heir), heir, acting_for(stranger))


def fill(chain: Chain, count: int) -> list[InformationSystem]:
    """Give the agency *count* more systems, each with a dossier that has ended, as rows."""
    made = []
    for number in range(2, count + 2):
        system = numbered(chain, number)
        system.save()
        dossier = ConnectionRequest(
            number=f"H60.02-260101-9{number:03}", state=State.CLOSED, system=system, agency=chain.agency
        )
        dossier.purpose, dossier.created_by = chain.purpose, chain.users["agency_officer"]
        dossier.created_at = dossier.changed_at = clock.now()
        dossier.save()
        made.append(system)
    return made


def test_fifty_systems_with_all_that_belongs_to_them_follow(merger: Merger) -> None:
    chain = merger.chain
    live = chain.request
    keys = [take_key(actor=chain.actors["technician"], system=chain.system, environment="live").credential]
    draft = drafts.begin_request(actor=chain.actors["agency_officer"])
    fill(chain, SYSTEMS - 1)
    services = [publish(f"own-{number}", chain.agency) for number in range(3)]
    codes = set(InformationSystem.objects.filter(owner=chain.agency).values_list("code", flat=True))
    papers = list(Printout.objects.order_by("pk").values("issuer_id", "sha256"))
    said = list(Confirmation.objects.order_by("pk").values("agency_id", "content_hash"))
    gates = list(Grant.objects.open().values_list("gate_id", flat=True))
    before, changed_at = gate_versions(gates), ConnectionRequest.objects.get(pk=live.pk).changed_at
    merger.end(successor=merger.successor)
    held = held_by(chain.agency)
    assert (held.systems, held.services, held.drafts, held.open_dossiers, held.closed_dossiers) == (50, 3, 1, 1, 49)
    assert (held.grants, held.keys, held.holds) == (2, 1, 0)
    facts = Fact.objects.count()
    begun = monotonic()
    merger.hand_over()
    assert monotonic() - begun < 5
    assert set(InformationSystem.objects.filter(owner=merger.successor).values_list("code", flat=True)) == codes
    assert InformationSystem.objects.filter(operating_unit=merger.successor).count() == SYSTEMS
    assert set(DataService.objects.filter(provider=merger.successor)) == set(services)
    assert ConnectionRequest.objects.filter(agency=merger.successor).count() == SYSTEMS + 1
    assert not held_by(chain.agency).anything
    counts = {deed: Fact.objects.filter(deed=deed).count() for deed in ("system.transferred", "service.transferred")}
    assert counts == {"system.transferred": SYSTEMS, "service.transferred": 3}
    assert Fact.objects.filter(deed="request.handed_over").count() == SYSTEMS + 1
    assert Fact.objects.count() == facts + SYSTEMS + 3 + SYSTEMS + 1 + 1
    fact = Fact.objects.get(deed="request.handed_over", subject_id=str(live.pk))
    names = (fact.before["agency"]["name"], fact.after["agency"]["name"], fact.reason)
    assert names == (chain.agency.name, merger.successor.name, DECISION)
    assert gate_versions(gates) == {gate: version + 1 for gate, version in before.items()}
    row = next(row for row in load_keys() if row.key_id == keys[0].pk)
    assert (row.agency_id, row.agency_code, row.active) == (merger.successor.pk, "H60.08", True)
    # Evidence keeps the old name.
    assert list(Printout.objects.order_by("pk").values("issuer_id", "sha256")) == papers
    assert list(Confirmation.objects.order_by("pk").values("agency_id", "content_hash")) == said
    assert ConnectionRequest.objects.get(pk=live.pk).changed_at == changed_at
    assert draft.pk in ConnectionRequest.objects.visible_to(merger.heir).values_list("pk", flat=True)


def test_the_successors_people_see_it_and_nobody_else_of_the_agencies(
    merger: Merger, signed_in: Callable[[User], Client], client: Client
) -> None:
    chain = merger.chain
    make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    old = chain.actors["agency_officer"]
    seen: dict[Any, Callable[[Actor], Any]] = {
        model: lambda actor, model=model: model.objects.visible_to(actor).count()
        for model in (ConnectionRequest, Connection, Grant, Credential, InformationSystem)
    }

    def counts(actor: Actor) -> list[int]:
        return [count(actor) for count in seen.values()]

    assert counts(old) == [1, 1, 2, 1, 1]
    assert counts(merger.heir) == counts(merger.stranger) == [0] * 5
    merger.end(successor=merger.successor)
    merger.hand_over()
    assert counts(merger.heir) == [1, 1, 2, 1, 1]
    assert counts(old) == counts(merger.stranger) == [0] * 5
    browser = signed_in(merger.heir_user)
    page = browser.get(reverse("request", args=[chain.request.pk]))
    assert "Chuyển sang cơ quan kế thừa" in page.content.decode()
    history = browser.get(reverse("request_history", args=[chain.request.pk])).content.decode()
    assert "Gửi đề nghị" in history
    # The old code still resolves and points at the successor.
    text = client.get(reverse("agency", args=["H60.07"])).content.decode()
    assert merger.successor.name in text
    assert reverse("agency", args=["H60.08"]) in text
    told = {notice.recipient or notice.mailbox for notice in Notice.objects.filter(event="agency.handed_over")}
    assert told == {merger.heir_user, "vt@moi.example"}


def test_calls_made_before_the_merger_are_read_by_the_successors_people_alone(
    merger: Merger, signed_in: Callable[[User], Client], person: Callable[..., User]
) -> None:
    log_calls(Grant.objects.get(environment="live"), count=3)
    heir, stranger = merger.heir_user, User.objects.get(email="nguoi-la@lgsp.example")

    def read(user: User) -> int:
        return signed_in(user).get(reverse("calls")).content.decode().count("administrative-units")

    assert read(heir) == 0
    merger.end(successor=merger.successor)
    merger.hand_over()
    assert read(heir) > 0
    assert read(stranger) == 0


def test_the_successor_lifts_what_the_ended_body_had_suspended(merger: Merger) -> None:
    chain = merger.chain
    connection = chain.connection()
    representative = chain.actors["agency_representative"]
    holds.place_hold(actor=representative, connection=connection, side="agency", reason="Bảo trì")
    merger.end(successor=merger.successor)
    refused(
        PermissionRefused,
        lambda: holds.lift_hold(actor=merger.heir, connection=connection, side="agency", reason="Xong"),
    )
    merger.hand_over()
    hold = Hold.objects.get()
    assert (hold.agency, hold.lifted_at) == (merger.successor, None)
    assert Fact.objects.get(deed="hold.handed_over").before["agency"]["name"] == chain.agency.name
    holds.lift_hold(actor=merger.heir, connection=connection, side="agency", reason="Xong")
    assert not Hold.objects.filter(lifted_at__isnull=True).exists()


def test_two_holds_of_the_same_side_become_one(merger: Merger) -> None:
    chain = merger.chain
    connection = chain.connection()
    placed = {"connection": connection, "side": "provider", "reason": "Rà soát", "placed_at": clock.now()}
    for body in (chain.agency, merger.successor):
        Hold.objects.create(agency=body, placed_by=chain.users["agency_officer"], **placed)
    merger.end(successor=merger.successor)
    merger.hand_over()
    left = Hold.objects.get(lifted_at__isnull=True)
    assert left.agency == merger.successor
    assert merger.successor.name in Hold.objects.get(agency=chain.agency).lift_reason


def test_what_cannot_be_handed_over_is_refused_with_the_way_out(merger: Merger, agency: Callable[..., Agency]) -> None:
    chain = merger.chain
    assert "đang hoạt động" in refused(StateRefused, merger.hand_over).detail
    merger.end(days=0, successor=merger.successor)
    assert "hoạt động đến hết ngày" in refused(StateRefused, merger.hand_over).detail
    yesterday = clock.today() - timedelta(days=1)
    Agency.objects.filter(pk=chain.agency.pk).update(valid_to=yesterday, successor=None)
    assert "không có cơ quan kế thừa" in refused(StateRefused, merger.hand_over).detail
    gone = agency("H60.77", valid_to=yesterday)
    Agency.objects.filter(pk=chain.agency.pk).update(successor=gone)
    assert "cũng đã kết thúc" in refused(StateRefused, merger.hand_over).detail
    Agency.objects.filter(pk=chain.agency.pk).update(successor=merger.successor)
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: merger.hand_over(role))
    assert list(refused(InvalidInput, lambda: merger.hand_over(reason=" ")).errors) == ["reason"]
    assert InformationSystem.objects.get(pk=chain.system.pk).owner == chain.agency
    merger.hand_over()
    assert "đã xong" in refused(StateRefused, merger.hand_over).detail


def test_the_preview_reads_as_often_for_many_systems_as_for_one(merger: Merger) -> None:
    with CaptureQueriesContext(database) as one:
        held_by(merger.chain.agency)
    fill(merger.chain, 20)
    with CaptureQueriesContext(database) as many:
        assert held_by(merger.chain.agency).systems == 21
    # Eleven here, five of the registers one floor up.
    assert len(one) == len(many) == 11 + 5


def test_it_is_done_on_the_pages_of_the_operator(merger: Merger, desk: Desk) -> None:
    chain = merger.chain
    client, address = desk("operator"), reverse("admin:connections_hand_over", args=[chain.agency.pk])
    ending = client.get(reverse("admin:accounts_agency_end", args=[chain.agency.pk])).content.decode()
    assert "Cơ quan còn giữ: 1 hệ thống thông tin, 1 hồ sơ đang mở, 2 quyền khai thác" in ending
    listed = reverse("admin:connections_connection_handovers")
    assert "Không còn gì phải bàn giao" in client.get(listed).content.decode()
    assert "Chưa bàn giao được" in client.get(address).content.decode()
    answer = client.post(address, {"reason": DECISION})
    assert (answer.status_code, "đang hoạt động" in answer.content.decode()) == (409, True)
    merger.end(successor=merger.successor)
    assert list(ended_holders()) == [chain.agency]
    assert [task.url for task in tasks_for(chain.actors["operator"]) if "Bàn giao" in str(task.title)] == [address]
    assert address in client.get(listed).content.decode()
    assert listed in client.get(reverse("admin:connections_connection_changelist")).content.decode()
    for role in ("evaluator", "security_officer"):
        assert desk(role).get(address).status_code == 403
        assert desk(role).post(address, {"reason": DECISION}).status_code == 403
    text = client.get(address).content.decode()
    assert "1 hồ sơ đang mở" in text
    assert merger.successor.name in text
    answer = client.post(address, {"reason": " "})
    assert answer.status_code == 422
    assert InformationSystem.objects.get(pk=chain.system.pk).owner == chain.agency
    answer = client.post(address, {"reason": DECISION}, follow=True)
    assert f"Đã bàn giao từ {chain.agency} sang {merger.successor}" in answer.content.decode()
    assert InformationSystem.objects.get(pk=chain.system.pk).owner == merger.successor
    assert "việc bàn giao đã xong" in client.get(address).content.decode()
    system = client.get(reverse("admin:catalog_informationsystem_history", args=[chain.system.pk]))
    assert "Chuyển hệ thống sang cơ quan kế thừa" in system.content.decode()
    assert client.get(reverse("admin:connections_hand_over", args=[0])).status_code == 404


def test_the_plan_of_what_must_connect_goes_along(merger: Merger) -> None:
    found = enter_plan(
        actor=merger.chain.actors["operator"], agency=merger.chain.agency, name="Hộ tịch", basis="Kế hoạch"
    )
    merger.end(successor=merger.successor)
    assert held_by(merger.chain.agency).plans == 1
    merger.hand_over()
    found.refresh_from_db()
    assert found.agency == merger.successor
    assert Fact.objects.filter(deed="plan.transferred", subject_id=str(found.pk), reason=DECISION).count() == 1
