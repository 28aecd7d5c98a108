"""Contacts of a connection are replaced on either side; whoever has left is said to have (QC12.3, QC12.4)."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Notice, User
from accounts.services.memberships import close_membership
from audit.models import Fact
from connections.choices import Side
from connections.events import Audience
from connections.models import Connection
from connections.selectors.connections import connection_tasks
from connections.selectors.readers import readers_of
from connections.services import golive
from connections.services.contacts import replace_contact
from core.actor import system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, take
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC12.4", "QC9.5")
FIELDS = {Side.AGENCY: "technical_contact", Side.OPERATOR: "duty_contact"}
KEEPERS = {Side.AGENCY: {"agency_representative", "agency_admin"}, Side.OPERATOR: {"operator"}}


@pytest.fixture
def live(chain: Chain, person: Any) -> Chain:
    """A live connection, and one more person for each contact."""
    chain.live()
    chain.users["technician two"] = person("ky-thuat-hai@lgsp.example", chain.agency, "technician")
    chain.users["operator two"] = person("van-hanh-hai@lgsp.example", chain.operator, "operator")
    return chain


def replace(chain: Chain, side: Side, who: User | None, role: str = "") -> Connection:
    keeper = role or min(KEEPERS[side])
    return replace_contact(actor=chain.actors[keeper], connection=chain.connection(), side=side, person=who)


def leave(who: User) -> None:
    close_membership(actor=system_actor("Kiểm thử"), stored=who.memberships.get(), reason="Chuyển công tác")


NEW = {Side.AGENCY: "technician two", Side.OPERATOR: "operator two"}
OLD = {Side.AGENCY: "technician", Side.OPERATOR: "operator"}


@pytest.mark.clause("QC15.3")
@pytest.mark.clause("QC12.3")
@pytest.mark.parametrize("side", list(Side))
def test_a_contact_is_replaced_recorded_and_both_sides_are_told(live: Chain, side: Side) -> None:
    for role in sorted(KEEPERS[side]):
        now = getattr(live.connection(), FIELDS[side])
        other = next(live.users[name] for name in (NEW[side], OLD[side]) if live.users[name] != now)
        Notice.objects.all().delete()
        replace(live, side, other, role)
        assert getattr(live.connection(), FIELDS[side]) == other
        fact = Fact.objects.filter(deed="contact.replaced").order_by("-pk")[0]
        assert (fact.actor_name, fact.clause) == (str(live.users[role]), "QC12.4" if side == Side.AGENCY else "QC12.3")
        assert [kept[FIELDS[side]]["name"] for kept in (fact.before, fact.after)] == [str(now), str(other)]
        told = {row.recipient for row in Notice.objects.filter(event="connection.contact")}
        assert told >= {now, other, live.users["agency_representative"], live.connection().duty_contact}
        texts = " ".join(f"{row.subject} {row.body}" for row in Notice.objects.all())
        assert not [user for user in live.users.values() if user.full_name in texts]


@pytest.mark.parametrize("side", list(Side))
def test_only_its_own_side_names_a_contact(live: Chain, side: Side, agency: Any, person: Any, actor: Any) -> None:
    elsewhere = agency("H60.11")
    for role in ("agency_representative", "agency_admin"):
        live.actors[f"other {role}"] = actor(person(f"{role}@so-khac.example", elsewhere, role))
    for role in live.actors.keys() - KEEPERS[side]:
        refused(PermissionRefused, lambda role=role: replace(live, side, live.users[NEW[side]], role))


@pytest.mark.parametrize("side", list(Side))
def test_who_left_or_works_elsewhere_or_has_no_such_role_is_not_named(
    live: Chain, side: Side, agency: Any, person: Any
) -> None:
    stranger = person("nguoi-ngoai@so-khac.example", agency("H60.11"), "technician")
    leave(live.users[NEW[side]])
    for who in (live.users[NEW[side]], stranger, live.users["agency_officer"], live.users["evaluator"], None):
        found = refused(InvalidInput, lambda who=who: replace(live, side, who))
        assert set(found.errors) == {"person"}


def test_who_may_no_longer_sign_in_is_not_named(live: Chain) -> None:
    live.users["technician two"].is_active = False
    live.users["technician two"].save()
    refused(InvalidInput, lambda: replace(live, Side.AGENCY, live.users["technician two"]))


@pytest.mark.parametrize("side", list(Side))
def test_the_same_person_changes_nothing(live: Chain, side: Side) -> None:
    now = getattr(live.connection(), FIELDS[side])
    found = refused(StateRefused, lambda: replace(live, side, now))
    assert str(now) in str(found.detail)


@pytest.mark.parametrize("side", list(Side))
def test_a_closed_connection_keeps_its_contacts(chain: Chain, person: Any, side: Side) -> None:
    chain.end()
    role = "technician" if side == Side.AGENCY else "operator"
    body = chain.agency if side == Side.AGENCY else chain.operator
    other = person("nguoi-moi@lgsp.example", body, role)
    refused(StateRefused, lambda: replace(chain, side, other))


def test_the_duty_contact_is_first_chosen_with_the_environment(chain: Chain) -> None:
    chain.approve()
    refused(StateRefused, lambda: replace(chain, Side.OPERATOR, chain.users["operator"]))


@pytest.mark.clause("QC12.3")
def test_a_contact_who_left_no_longer_stops_the_way_to_operation(chain: Chain, person: Any) -> None:
    chain.ready()
    other = person("ky-thuat-hai@lgsp.example", chain.agency, "technician")
    leave(chain.users["technician"])
    replace(chain, Side.AGENCY, other)
    assert golive.go_live(actor=chain.actors["operator"], request=chain.request).live_at
    assert readers_of(chain.fresh(), [Audience.TECHNICIAN]).people == (other,)


def test_who_has_left_is_said_on_the_page_and_in_the_work_that_waits(live: Chain, desk: Desk) -> None:
    page = reverse("connection", args=[live.connection().pk])
    warning = "Không còn giữ vai trò, cần đổi người"
    assert warning not in desk("agency_representative").get(page).content.decode()
    assert not any(
        connection_tasks(live.actors[role]) for role in ("agency_representative", "agency_admin", "operator")
    )
    leave(live.users["technician"])
    assert desk("agency_representative").get(page).content.decode().count(warning) == 1
    address = reverse("replace_contact", args=[live.connection().pk])
    for role in ("agency_representative", "agency_admin"):
        assert [task.url for task in connection_tasks(live.actors[role])] == [address]
        assert desk(role).get(address).status_code == 200
    assert not connection_tasks(live.actors["operator"])
    live.users["operator two"].memberships.update(role="technician", agency=live.agency)
    Connection.objects.update(duty_contact=live.users["operator two"])
    assert [task.url for task in connection_tasks(live.actors["operator"])] == [at(live, "replace_duty")]
    assert desk("operator").get(at(live, "replace_duty")).status_code == 200
    assert desk("agency_representative").get(page).content.decode().count(warning) == 2


def test_the_agency_replaces_it_by_a_form_sent_twice(live: Chain, desk: Desk) -> None:
    address = reverse("replace_contact", args=[live.connection().pk])
    form = desk("agency_admin").get(address).content.decode()
    assert live.users["technician two"].full_name in form
    assert live.users["agency_officer"].full_name not in form
    wrong = desk("agency_admin").post(address, {"person": live.users["agency_officer"].pk})
    assert wrong.status_code == 200
    assert "Lỗi: " in wrong.content.decode()
    for _turn in range(2):
        answer = desk("agency_admin").post(address, {"person": live.users["technician two"].pk}, follow=True)
        assert answer.redirect_chain == [(reverse("connection", args=[live.connection().pk]), 302)]
    assert "đang là cán bộ kỹ thuật của kết nối này" in answer.content.decode()
    assert live.connection().technical_contact == live.users["technician two"]
    assert Fact.objects.filter(deed="contact.replaced").count() == 1


@pytest.mark.clause("QC12.3")
def test_the_operator_replaces_the_duty_contact_at_the_desk(live: Chain, desk: Desk) -> None:
    working = reverse("admin:connections_connectionrequest_change", args=[live.request.pk])
    assert at(live, "replace_duty") in desk("operator").get(working).content.decode()
    assert at(live, "replace_duty") not in desk("evaluator").get(working).content.decode()
    assert desk("evaluator").get(at(live, "replace_duty")).status_code == 403
    take(desk("operator"), live, "replace_duty", person=live.users["operator two"].pk)
    assert live.connection().duty_contact == live.users["operator two"]
    again = desk("operator").post(at(live, "replace_duty"), {"person": live.users["operator two"].pk})
    assert again.status_code == 409
    assert Fact.objects.filter(deed="contact.replaced").count() == 1


def test_an_agency_without_another_technician_is_told_whom_to_ask(chain: Chain, desk: Desk) -> None:
    chain.live()
    leave(chain.users["technician"])
    page = desk("agency_admin").get(reverse("replace_contact", args=[chain.connection().pk])).content.decode()
    assert "Quản trị cơ quan mời hoặc giao vai trò trước" in page
