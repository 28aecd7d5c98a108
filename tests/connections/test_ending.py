"""Disconnection takes every grant and key along (Q50-8.3, Q50-15.4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Letter, Notice
from audit.gates import gate_versions
from audit.models import Fact
from connections.choices import Kind, State
from connections.models import Clock, ConnectionRequest, Credential, EndingRequest, Grant
from connections.selectors.connections import connection_tasks
from connections.selectors.grants import impact_of
from connections.services.ending import terminate
from connections.services.endings import ask_ending, decline_ending, withdraw_ending
from connections.services.keys import make_key
from core import clock
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.desk import at, take, working
from tests.connections.refusing import everything, refused

pytestmark = pytest.mark.clause("Q50-8.3", "Q50-15.4")


def end(chain: Chain, role: str = "operator", reason: str = "Hệ thống ngừng sử dụng") -> None:
    terminate(actor=chain.actors[role], request=chain.request, reason=reason)


def test_everything_ends_with_the_connection(chain: Chain) -> None:
    chain.live()
    for environment in ("sandbox", "live"):
        make_key(actor=chain.actors["technician"], system=chain.system, environment=environment)
    gates = list(Grant.objects.values_list("gate_id", flat=True))
    before, impact = gate_versions(gates), impact_of(chain.connection())
    assert (len(impact.live_grants), len(impact.sandbox_grants), impact.keys) == (1, 1, 2)
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert (chain.fresh().end_reason, chain.connection().closed_at is None) == ("Hệ thống ngừng sử dụng", False)
    assert not Grant.objects.open().exists()
    assert not Credential.objects.open().exists()
    assert gate_versions(gates) == {gate: version + 1 for gate, version in before.items()}
    deeds = list(Fact.objects.order_by("pk").values_list("deed", flat=True))[-8:]
    assert deeds == [
        *["grant.revoked"] * 2,
        *["key.revoked"] * 2,
        *("request.terminate", "connection.closed"),
        *["printout.issued"] * 2,
    ]
    letter = Letter.objects.filter(subject__startswith="Thông báo hủy kết nối").first()
    assert letter is not None
    assert "sk_" not in letter.body


@pytest.mark.parametrize("step", ["approve", "pass_tests", "ready"])
def test_it_may_end_on_the_way(chain: Chain, step: str) -> None:
    getattr(chain, step)()
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert not Grant.objects.open().exists()
    assert not Clock.objects.filter(ended_at__isnull=True).exists()


def test_only_the_operator_ends_it_with_a_reason_and_once(chain: Chain) -> None:
    chain.live()
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: end(chain, role))
    refused(InvalidInput, lambda: end(chain, reason=" "))
    end(chain)
    refused(StateRefused, lambda: end(chain))


def test_a_change_that_is_given_up_leaves_the_live_connection_alone(chain: Chain) -> None:
    live = chain.live()
    change = ConnectionRequest(kind=Kind.CHANGE, state=State.TECHNICALLY_APPROVED, number=f"{live.number}-B")
    for name in ("agency", "system", "purpose", "created_by", "created_at", "changed_at"):
        setattr(change, name, getattr(live, name))
    change.save()
    chain.request = change
    end(chain)
    assert chain.fresh().state == State.TERMINATED
    assert Grant.objects.open().count() == 2
    assert chain.connection().closed_at is None


@pytest.mark.clause("QC10.1")
def test_a_new_dossier_brings_the_system_back_with_new_grants(chain: Chain) -> None:
    chain.end()
    old = list(Grant.objects.values_list("code", flat=True))
    chain.live()
    assert chain.connection().closed_at is None
    assert Grant.objects.open().count() == 2
    assert not set(old) & set(Grant.objects.open().values_list("code", flat=True))


ASKER = "agency_representative"


def ask(chain: Chain, role: str = ASKER, reason: str = "Thay hệ thống khác", **fields: Any) -> EndingRequest:
    return ask_ending(actor=chain.actors[role], connection=chain.connection(), reason=reason, **fields)


def decline(chain: Chain, role: str = "operator", reason: str = "Còn nghĩa vụ chia sẻ") -> EndingRequest:
    return decline_ending(actor=chain.actors[role], connection=chain.connection(), reason=reason)


def take_back(chain: Chain, role: str = ASKER) -> EndingRequest:
    return withdraw_ending(actor=chain.actors[role], connection=chain.connection())


def told_of(event: str) -> set[str]:
    rows = Notice.objects.filter(event=f"request.{event}", recipient__isnull=False)
    return {row.recipient.email.split("@")[0] for row in rows if row.recipient}


def test_asking_ends_nothing_and_waits_at_the_desk(chain: Chain, desk: Desk) -> None:
    chain.live()
    asked = ask(chain, wanted_day=clock.today() + timedelta(days=30))
    assert (asked.agency, asked.asked_by) == (chain.agency, chain.users[ASKER])
    assert Grant.objects.open().count() == 2
    assert chain.connection().closed_at is None
    fact = Fact.objects.get(deed="ending.asked")
    assert (fact.reason, fact.clause) == ("Thay hệ thống khác", "Q50-8.3")
    assert told_of("ending_asked") == {"operator"}
    assert not Letter.objects.filter(body__contains="Thay hệ thống khác").exists()
    assert [task.url for task in connection_tasks(chain.actors["operator"])] == [working(chain)]
    page = desk("operator").get(working(chain)).content.decode()
    assert "Thay hệ thống khác" in page
    assert f"{asked.wanted_day:%d/%m/%Y}" in page
    assert at(chain, "terminate") in page
    assert at(chain, "decline_ending") in page
    assert at(chain, "decline_ending") not in desk("evaluator").get(working(chain)).content.decode()
    assert "Thay hệ thống khác" in desk("operator").get(at(chain, "terminate")).content.decode()


def test_the_end_answers_what_was_asked_in_one_transaction(chain: Chain, desk: Desk) -> None:
    chain.live()
    ask(chain)
    refused(InvalidInput, lambda: end(chain, reason=" "))
    take(desk("operator"), chain, "terminate", reason="Theo đề nghị của cơ quan")
    asked = EndingRequest.objects.get()
    assert (asked.accepted, asked.answer, asked.answered_by) == (
        True,
        "Theo đề nghị của cơ quan",
        chain.users["operator"],
    )
    assert chain.connection().closed_at is not None
    assert Fact.objects.filter(deed="ending.accepted").count() == 1
    assert not connection_tasks(chain.actors["operator"])
    refused(StateRefused, lambda: decline(chain))


def test_the_provider_hears_of_the_end_without_its_reason(chain: Chain, person: Any) -> None:
    chain.live()
    officer = person("cung-cap@lgsp.example", chain.provider, "provider_officer")
    end(chain)
    notice = Notice.objects.get(event="connection.ended")
    assert (notice.recipient, notice.agency, notice.link) == (
        officer,
        chain.provider,
        reverse("data_service", args=[chain.service.code]),
    )
    assert "Hệ thống ngừng sử dụng" not in f"{notice.subject}{notice.body}"


def test_what_was_asked_is_read_at_the_desk_and_not_changed_there(chain: Chain, desk: Desk) -> None:
    chain.live()
    row = ask(chain)
    listed = desk("security_officer").get(reverse("admin:connections_endingrequest_changelist"), {"q": "mot cua"})
    assert list(listed.context["cl"].result_list) == [row]
    address = reverse("admin:connections_endingrequest_change", args=[row.pk])
    assert "Thay hệ thống khác" in desk("security_officer").get(address).content.decode()
    before = everything()
    assert desk("operator").post(address, {"reason": "Khác"}).status_code == 403
    assert everything() == before


def test_a_refusal_gives_its_reason_and_the_connection_stays(chain: Chain, desk: Desk) -> None:
    chain.live()
    ask(chain)
    take(desk("operator"), chain, "decline_ending", reason="Còn nghĩa vụ chia sẻ")
    asked = EndingRequest.objects.get()
    assert (asked.accepted, asked.answer) == (False, "Còn nghĩa vụ chia sẻ")
    assert chain.connection().closed_at is None
    assert told_of("ending_declined") == {"agency_officer", ASKER, "technician"}
    assert "Còn nghĩa vụ chia sẻ" in page_of(chain, desk)
    before = everything()
    assert desk("operator").post(at(chain, "decline_ending"), {"reason": "Lần nữa"}).status_code == 409
    assert everything() == before
    assert ask(chain).pk != asked.pk


def test_what_was_asked_is_taken_back_once(chain: Chain, desk: Desk) -> None:
    chain.live()
    ask(chain)
    take_back(chain)
    asked = EndingRequest.objects.get()
    assert (asked.withdrawn_by, asked.answered_at) == (chain.users[ASKER], None)
    assert told_of("ending_withdrawn") == {"operator"}
    assert "Cơ quan đã rút" in page_of(chain, desk)
    refused(StateRefused, lambda: take_back(chain))
    refused(StateRefused, lambda: decline(chain))
    ask(chain)


def test_only_the_representative_of_the_agency_asks_and_only_the_operator_answers(
    chain: Chain, agency: Any, person: Any, actor: Any
) -> None:
    chain.live()
    for body, name in ((agency("H60.11"), "other"), (chain.provider, "provider")):
        chain.actors[name] = actor(person(f"{name}@lgsp.example", body, ASKER, "provider_officer"))
    for role in chain.actors.keys() - {ASKER}:
        refused(PermissionRefused, lambda role=role: ask(chain, role))
    ask(chain)
    for role in chain.actors.keys() - {ASKER}:
        refused(PermissionRefused, lambda role=role: take_back(chain, role))
    for role in chain.actors.keys() - {"operator"}:
        refused(PermissionRefused, lambda role=role: decline(chain, role))


def test_it_is_asked_with_a_reason_once_for_a_day_to_come(chain: Chain) -> None:
    chain.live()
    refused(InvalidInput, lambda: ask(chain, reason=" "))
    found = refused(InvalidInput, lambda: ask(chain, wanted_day=clock.today() - timedelta(days=1)))
    assert set(found.errors) == {"wanted_day"}
    ask(chain, wanted_day=clock.today())
    refused(StateRefused, lambda: ask(chain))
    refused(InvalidInput, lambda: decline(chain, reason=" "))


def test_a_closed_connection_is_not_asked_to_end(chain: Chain) -> None:
    chain.end()
    refused(StateRefused, lambda: ask(chain))
    refused(StateRefused, lambda: take_back(chain))


def test_the_database_keeps_one_open_and_answers_whole(chain: Chain) -> None:
    chain.live()
    asked = ask(chain)
    row = {name: getattr(asked, name) for name in ("connection", "agency", "asked_by", "asked_at", "reason")}
    with pytest.raises(IntegrityError, match="ending_one_open"), transaction.atomic():
        EndingRequest.objects.create(**row)
    for wrong in ({"accepted": False}, {"answered_at": clock.now(), "accepted": True}):
        with pytest.raises(IntegrityError, match="ending_answer_whole"), transaction.atomic():
            EndingRequest.objects.filter(pk=asked.pk).update(**wrong)


def test_a_change_that_is_given_up_answers_nothing(chain: Chain, desk: Desk) -> None:
    live = chain.live()
    ask(chain)
    change = ConnectionRequest(kind=Kind.CHANGE, state=State.TECHNICALLY_APPROVED, number=f"{live.number}-B")
    for name in ("agency", "system", "purpose", "created_by", "created_at", "changed_at"):
        setattr(change, name, getattr(live, name))
    change.save()
    chain.request = change
    assert at(chain, "decline_ending") not in desk("operator").get(working(chain)).content.decode()
    end(chain)
    assert EndingRequest.objects.open().count() == 1
    assert [task.url for task in connection_tasks(chain.actors["operator"])] == [
        reverse("admin:connections_connectionrequest_change", args=[live.pk])
    ]


def page_of(chain: Chain, desk: Desk) -> str:
    text: str = desk(ASKER).get(reverse("connection", args=[chain.connection().pk])).content.decode()
    return text


def test_the_agency_asks_by_a_form_that_says_first_what_ends(chain: Chain, desk: Desk) -> None:
    chain.live()
    make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    grant = Grant.objects.get(environment="live")
    address = reverse("ask_ending", args=[chain.connection().pk])
    assert address in page_of(chain, desk)
    form = desk(ASKER).get(address).content.decode()
    said = ("1 quyền khai thác chính thức và 1 quyền thử nghiệm", grant.code, "1 khóa của hệ thống", "Sở Nội vụ")
    assert [text for text in said if text not in form] == []
    assert "báo trước cho các hệ thống đang khai thác" not in form
    before = everything()
    wrong = desk(ASKER).post(address, {"reason": "Thay hệ thống", "wanted_day": "01/01/2020"})
    assert "Nhập ngày từ hôm nay trở đi" in wrong.content.decode()
    assert "Thay hệ thống</textarea>" in wrong.content.decode()
    assert desk(ASKER).post(address, {}).status_code == 200
    assert everything() == before
    for _turn in range(2):
        answer = desk(ASKER).post(address, {"reason": "Thay hệ thống", "wanted_day": "31/12/2099"}, follow=True)
        assert answer.redirect_chain == [(reverse("connection", args=[chain.connection().pk]), 302)]
    assert "Cơ quan đã đề nghị hủy kết nối này lúc" in answer.content.decode()
    assert EndingRequest.objects.count() == 1
    back = reverse("withdraw_ending", args=[chain.connection().pk])
    assert back in page_of(chain, desk)
    assert "Sau này cơ quan vẫn đề nghị lại được" in desk(ASKER).get(back).content.decode()
    for _turn in range(2):
        assert desk(ASKER).post(back).status_code == 302
    assert Fact.objects.filter(deed="ending.withdrawn").count() == 1


def test_consumers_of_the_agencys_own_services_are_named(chain: Chain, desk: Desk) -> None:
    chain.live()
    own = publish("land-parcels", chain.agency)
    elsewhere = chain.system.__class__.objects.get(pk=chain.system.pk)
    elsewhere.pk, elsewhere.code, elsewhere.code_number, elsewhere.owner = None, "H60.03.HT01", 1, chain.provider
    elsewhere.code_base, elsewhere.name = "H60.03", "Hệ thống của bên khai thác"
    elsewhere.save(force_insert=True)
    taken = Grant.objects.get(environment="live")
    taken.pk, taken.code, taken.system, taken.service, taken.gate_id = None, "GT-THU", elsewhere, own, 999_999
    taken.save(force_insert=True)
    form = desk(ASKER).get(reverse("ask_ending", args=[chain.connection().pk])).content.decode()
    assert "Hệ thống của bên khai thác, Sở Nội vụ" in form
