"""Deeds of the registries at the same time as themselves: one of two is done, the other is told."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import ConnectionPlan, InformationSystem, SystemContact
from catalog.services.readiness import enter_plan, revise_day
from catalog.services.system_codes import replace_system_code
from catalog.services.system_import import import_systems, open_preview, show_preview
from catalog.services.system_people import end_contact, name_contact
from catalog.services.system_table import TABLE
from core import clock
from core.problems import DomainError, InvalidInput, StateRefused
from core.sheets import write_csv
from tests.catalog.conftest import JOB

pytestmark = pytest.mark.django_db(transaction=True)
Systems = Callable[..., InformationSystem]


def twice(first: Callable[[], Any], second: Callable[[], Any] | None = None) -> list[type]:
    """Do a deed in two threads that start together; return what was refused."""
    gate, refused = threading.Barrier(2), []

    def run(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            deed()
        except DomainError as refusal:
            refused.append(type(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in (first, second or first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return refused


def test_a_file_confirmed_twice_is_done_once(agency: Callable[..., Agency]) -> None:
    agency("H60.90")
    fields = ("code", "name", "owner", "purpose", "security_level", "environments")
    row = ["", "Một cửa", "H60.90", "Thủ tục", "2", "Chính thức"]
    content = write_csv([TABLE.header_of(name) for name in fields], [row])
    preview = open_preview(actor=JOB, content=content, file_name="x.csv", max_rows=10)
    show_preview(actor=JOB, preview=preview)
    mark = preview.fingerprint
    refused = twice(lambda: import_systems(actor=JOB, preview=preview, fingerprint=mark, reason="Công văn"))
    assert refused == [StateRefused]
    assert InformationSystem.objects.count() == 1


def test_two_systems_do_not_get_one_code(system: Systems) -> None:
    one, two = system(), system(name="Hai")
    refused = twice(
        lambda: replace_system_code(actor=JOB, system=one, code="H60.90.TT1", basis="Văn bản"),
        lambda: replace_system_code(actor=JOB, system=two, code="H60.90.TT1", basis="Văn bản"),
    )
    assert refused == [InvalidInput]
    assert InformationSystem.objects.filter(code="H60.90.TT1").count() == 1
    assert Fact.objects.filter(deed="system.code_replaced").count() == 1


def test_a_contact_is_named_and_ended_once(
    system: Systems, person: Callable[..., User], agency: Callable[..., Agency]
) -> None:
    found, who = system(), person("ky-thuat@lgsp.example", agency("H60.90"), "technician")
    named = twice(lambda: name_contact(actor=JOB, system=found, side="owner", person=who, duty="Việc"))
    assert named == [InvalidInput]
    contact = SystemContact.objects.get()
    assert twice(lambda: end_contact(actor=JOB, contact=contact, reason="Thôi")) == [StateRefused]
    assert Fact.objects.filter(deed="system.contact_ended").count() == 1


def test_a_system_stands_in_the_plan_once_and_a_day_is_revised_once(system: Systems) -> None:
    found = system()
    entered = twice(
        lambda: enter_plan(actor=JOB, agency=found.owner, system=found, basis="x", planned_on=clock.today())
    )
    assert entered == [InvalidInput]
    plan = ConnectionPlan.objects.get()
    later = clock.today() + timedelta(days=90)
    revised = twice(lambda: revise_day(actor=JOB, plan=plan, revised_on=later, reason="Chờ", revision=plan.revision))
    assert revised == [StateRefused]
    assert Fact.objects.filter(deed="plan.revised").count() == 1
