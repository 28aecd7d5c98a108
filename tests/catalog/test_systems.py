"""Deeds on the register of information systems."""

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Agency
from audit.models import Fact
from catalog.choices import SystemState
from catalog.models import InformationSystem
from catalog.selectors.workbench import tasks_for
from catalog.services.systems import change_system, move_system, register_system, retire_system
from core.actor import Actor
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB, SYSTEM

People = Callable[..., Actor]
Systems = Callable[..., InformationSystem]


@pytest.mark.clause("QC14.4", "Q50-7.7")
@pytest.mark.clause("QC3.2", "QC7.6")
def test_an_officer_registers_a_system_of_their_agency(people: People, agency: Callable[..., Agency]) -> None:
    made = register_system(
        actor=people("agency_officer"), owner=agency("H60.90"), name="  Một   cửa ", **SYSTEM, security_decision=""
    )
    assert (made.code, made.name, made.state) == ("H60.90.HT01", "Một cửa", SystemState.REGISTERED)
    assert made.operating_unit_id == made.owner_id
    assert [fact.deed for fact in Fact.objects.order_by("id")] == ["system.entered", "system.registered"]
    assert Fact.objects.filter(clause="QC7.6", actor_name__startswith="Cán bộ").count() == 2


@pytest.mark.parametrize(
    ("role", "code", "allowed"),
    [
        ("agency_officer", "H60.90", True),
        ("agency_officer", "H60.91", False),
        ("agency_representative", "H60.90", False),
        ("technician", "H60.90", False),
        ("provider_officer", "H60.90", False),
        ("operator", "H60.02", True),
        ("evaluator", "H60.02", False),
        ("inspector", "H60.02", False),
        ("province_leader", "H60.02", False),
    ],
)
@pytest.mark.clause("QC8.2")
def test_who_may_register_change_and_retire(
    people: People, system: Systems, agency: Callable[..., Agency], role: str, code: str, allowed: bool
) -> None:
    found, actor = system("H60.90"), people(role, code)
    deeds = [
        lambda: register_system(actor=actor, owner=agency("H60.90"), name="Khác", **SYSTEM),
        lambda: change_system(actor=actor, system=found, name="Tên mới"),
        lambda: retire_system(actor=actor, system=found, reason="Thay bằng hệ thống khác"),
    ]
    before = Fact.objects.count()
    for deed in deeds:
        if allowed:
            deed()
        else:
            with pytest.raises(PermissionRefused):
                deed()
    assert (Fact.objects.count() > before) is allowed
    assert (InformationSystem.objects.count(), InformationSystem.objects.get(pk=found.pk).name) == (
        (2, "Tên mới") if allowed else (1, "Hệ thống thử")
    )


def test_codes_count_up_and_are_never_used_again(system: Systems, agency: Callable[..., Agency]) -> None:
    first, second = system(), system()
    retire_system(actor=JOB, system=second, reason="Hết dùng")
    change_system(actor=JOB, system=first, owner=agency("H60.91"), operating_unit=agency("H60.91"))
    assert [first.code, second.code, system().code] == ["H60.90.HT01", "H60.90.HT02", "H60.90.HT03"]
    assert InformationSystem.objects.get(pk=first.pk).code == "H60.90.HT01"
    with pytest.raises(DatabaseError), transaction.atomic():
        InformationSystem.objects.filter(pk=second.pk).delete()
    assert InformationSystem.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_once_get_two_codes(agency: Callable[..., Agency]) -> None:
    owner, codes = agency(), []

    def enter() -> None:
        try:
            codes.append(register_system(actor=JOB, owner=owner, name="Cùng lúc", **SYSTEM).code)
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [f"H60.90.HT0{n}" for n in range(1, 5)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "x" * 301}, {"name"}),
        ({"purpose": ""}, {"purpose"}),
        ({"purpose": "x" * 2001}, {"purpose"}),
        ({"security_level": None}, {"security_level"}),
        ({"security_level": 6}, {"security_level"}),
        ({"security_decision": "1/QĐ"}, {"security_decided_on"}),
        ({"environments": []}, {"environments"}),
        ({"environments": ["production"]}, {"environments"}),
        ({"networks": ["10.0.0"]}, {"networks"}),
        ({"networks": ["0.0.0.0/0"]}, {"networks"}),
        ({"networks": [f"10.0.0.{n}" for n in range(51)]}, {"networks"}),
        ({"name": "", "networks": ["nơi nào đó"], "security_level": 0}, {"name", "networks", "security_level"}),
    ],
)
def test_wrong_fields_are_all_named_and_nothing_is_kept(
    agency: Callable[..., Agency], fields: dict[str, object], wrong: set[str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        register_system(actor=JOB, owner=agency(), **{"name": "Hệ thống", **SYSTEM, **fields})
    assert refused.value.errors.keys() == wrong
    assert not InformationSystem.objects.exists()
    assert not Fact.objects.exists()


def test_a_draft_may_have_gaps_and_says_what_registering_waits_for(
    people: People, agency: Callable[..., Agency]
) -> None:
    officer = people("agency_officer")
    draft = register_system(actor=officer, owner=agency("H60.90"), name="Bản nháp", draft=True)
    assert draft.state == SystemState.DRAFT
    with pytest.raises(
        DomainError, match="mục đích sử dụng, cấp độ an toàn hệ thống thông tin, môi trường"
    ) as refused:
        move_system(actor=officer, system=draft, step="register")
    assert refused.value.problem.code == "condition-not-met"
    change_system(actor=officer, system=draft, **SYSTEM)
    assert move_system(actor=officer, system=draft, step="register").state == SystemState.REGISTERED


@pytest.mark.clause("QC7.6")
@pytest.mark.parametrize("state", SystemState.values)
@pytest.mark.parametrize("step", ["register", "retire", "delete"])
def test_every_step_from_every_state(system: Systems, agency: Callable[..., Agency], state: str, step: str) -> None:
    found = register_system(actor=JOB, owner=agency(), name="Hệ thống", draft=True, **SYSTEM)
    if state != SystemState.DRAFT:
        move_system(actor=JOB, system=found, step="register")
    if state == SystemState.RETIRED:
        retire_system(actor=JOB, system=found, reason="Hết dùng")
    facts = Fact.objects.count()
    target = {("draft", "register"): "registered", ("draft", "retire"): "retired", ("registered", "retire"): "retired"}
    if expected := target.get((state, step)):
        assert move_system(actor=JOB, system=found, step=step, reason="Lý do").state == expected
        return
    with pytest.raises(StateRefused):
        move_system(actor=JOB, system=found, step=step, reason="Lý do")
    assert InformationSystem.objects.get(pk=found.pk).state == state
    assert Fact.objects.count() == facts


def test_retiring_needs_a_reason_and_ends_changes(system: Systems) -> None:
    found = system()
    with pytest.raises(InvalidInput):
        retire_system(actor=JOB, system=found, reason="  ")
    assert InformationSystem.objects.get().state == SystemState.REGISTERED
    retire_system(actor=JOB, system=found, reason="Thay bằng hệ thống khác")
    with pytest.raises(StateRefused):
        change_system(actor=JOB, system=found, name="Sửa")
    assert InformationSystem.objects.get().retire_reason == "Thay bằng hệ thống khác"


def test_a_registered_system_stays_whole(system: Systems) -> None:
    found = system()
    with pytest.raises(InvalidInput) as refused:
        change_system(actor=JOB, system=found, purpose=" ", security_level=None)
    assert refused.value.errors.keys() == {"purpose", "security_level"}
    assert InformationSystem.objects.get().purpose == SYSTEM["purpose"]


def test_whoever_was_slower_learns_who_was_faster(system: Systems, people: People) -> None:
    found = system()
    seen = found.revision
    change_system(actor=people("agency_officer"), system=found, supplier="Nhà thầu A", revision=seen)
    with pytest.raises(StateRefused, match="Cán bộ agency-officer"):
        change_system(actor=JOB, system=found, supplier="Nhà thầu B", revision=seen)
    assert InformationSystem.objects.get().supplier == "Nhà thầu A"


def test_only_the_operator_hands_a_system_over(system: Systems, people: People, agency: Callable[..., Agency]) -> None:
    found, other = system(), agency("H60.91")
    with pytest.raises(InvalidInput) as refused:
        change_system(actor=people("agency_officer"), system=found, owner=other)
    assert refused.value.errors.keys() == {"owner"}
    assert change_system(actor=people("operator", "H60.02"), system=found, owner=other).owner == other


@pytest.mark.clause("QC8.2")
def test_who_sees_which_system(system: Systems, people: People) -> None:
    own, other = system("H60.90"), system("H60.91")

    def seen(actor: Actor) -> set[str]:
        return {item.code for item in InformationSystem.objects.visible_to(actor)}

    for role in ("agency_officer", "agency_representative", "technician"):
        assert seen(people(role)) == {own.code}
    assert seen(people("operator", "H60.02")) == {own.code, other.code}
    assert seen(people("provider_officer")) == set()
    assert seen(people("province_leader", "H60.92")) == set()


def test_drafts_wait_on_the_workbench(people: People, agency: Callable[..., Agency]) -> None:
    officer = people("agency_officer")
    assert tasks_for(officer) == []
    draft = register_system(actor=officer, owner=agency("H60.90"), name="Dở dang", draft=True)
    assert [task.url for task in tasks_for(officer)] == [f"/he-thong/{draft.code}/"]
    assert tasks_for(people("agency_officer", "H60.91")) == []
