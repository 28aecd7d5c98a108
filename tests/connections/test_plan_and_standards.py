"""What this floor does for the registers below: the plan follows dossiers, criteria cite standards."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import ConnectionPlan, Standard
from catalog.services.readiness import enter_plan
from catalog.services.standards import set_standard
from connections.models import Criterion, CriterionStandard
from connections.selectors.system_history import notes_of_system, progress_of
from connections.services.checklists import load_checklist, set_criterion_standards
from connections.services.ending import terminate
from connections.services.golive import go_live
from connections.services.sending import withdraw
from core.actor import system_actor
from core.problems import PermissionRefused
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at

JOB = system_actor("kiểm thử")


@pytest.fixture
def standard(db: None) -> Standard:
    """A standard in force."""
    values = {"kind": "standard", "number": "TCVN 1:2020", "title": "Trao đổi dữ liệu", "issuer": "Bộ", "source": "x"}
    return set_standard(actor=JOB, **values)


@pytest.mark.clause("QC15.1")
@pytest.mark.xdist_group("chain")
def test_sending_a_dossier_and_going_live_move_the_plan(chain: Chain) -> None:
    chain.draft()
    found = enter_plan(actor=JOB, agency=chain.agency, system=chain.system, basis="Kế hoạch")
    assert (found.state, progress_of(chain.system.pk)) == ("not_started", "")
    chain.receive_draft()
    assert ConnectionPlan.objects.get().state == "filed"
    assert Fact.objects.filter(deed="plan.filed").count() == 1


@pytest.mark.clause("QC3.2")
@pytest.mark.xdist_group("chain")
def test_the_page_of_a_system_tells_its_connections(chain: Chain, signed_in: Callable[[User], Client]) -> None:
    dossier, client = chain.live(), signed_in(chain.users["agency_officer"])
    found = enter_plan(actor=JOB, agency=chain.agency, system=chain.system, basis="Kế hoạch")
    assert (found.state, progress_of(chain.system.pk)) == ("connected", "connected")
    told = [(str(note.term).split(",", maxsplit=1)[0], str(note.text)) for note in notes_of_system(chain.system.pk)]
    assert told == [("Kết nối", "Đang vận hành"), (f"Hồ sơ {dossier.number}", "Đang vận hành")]
    text = client.get(f"/he-thong/{chain.system.code}/").content.decode()
    assert f"Hồ sơ {dossier.number}, kết nối mới" in text
    assert "Kế hoạch kết nối</a>: đã kết nối" in text


@pytest.mark.clause("QC15.1")
@pytest.mark.xdist_group("chain")
def test_a_system_that_goes_live_is_done_in_the_plan(chain: Chain) -> None:
    chain.ready()
    enter_plan(actor=JOB, agency=chain.agency, system=chain.system, basis="Kế hoạch")
    assert ConnectionPlan.objects.get().state == "filed"
    go_live(actor=chain.actors["operator"], request=chain.fresh())
    assert ConnectionPlan.objects.get().state == "connected"
    terminate(actor=chain.actors["operator"], request=chain.fresh(), reason="Hết nhu cầu")
    assert ConnectionPlan.objects.get().state == "preparing"
    assert Fact.objects.filter(deed="plan.reopened").count() == 1


@pytest.mark.clause("QC15.1")
@pytest.mark.xdist_group("chain")
def test_a_dossier_taken_back_leaves_the_system_in_preparation(chain: Chain) -> None:
    chain.submit()
    enter_plan(actor=JOB, agency=chain.agency, system=chain.system, basis="Kế hoạch")
    assert ConnectionPlan.objects.get().state == "filed"
    withdraw(actor=chain.actors["agency_representative"], request=chain.fresh(), reason="Làm lại")
    assert ConnectionPlan.objects.get().state == "preparing"


@pytest.mark.clause("QC4.1")
@pytest.mark.django_db
def test_a_criterion_names_its_standards_on_the_checklist(
    standard: Standard,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    load_checklist(actor=JOB)
    criterion = Criterion.objects.get(code="standards")
    body = agency("H60.02", is_operator=True)
    head = signed_in(person("truong-phong@lgsp.example", body, "division_head"))
    page = f"/quan-tri/connections/checklist/{criterion.checklist_id}/tieu-chi/standards/tieu-chuan/"
    assert "TCVN 1:2020" in head.get(page).content.decode()
    assert head.post(page, {"standards": [999]}).status_code == 200
    assert not CriterionStandard.objects.exists()
    assert head.post(page, {"standards": [standard.pk]}).status_code == 302
    checklist = head.get(f"/quan-tri/connections/checklist/{criterion.checklist_id}/change/").content.decode()
    assert re.search(rf'href="/tieu-chuan/{standard.pk}/">TCVN 1:2020</a>\s+Trao đổi dữ liệu', checklist)
    assert Fact.objects.filter(deed="criterion.standards_set").count() == 1
    assert head.get(page.replace("/standards/", "/nothing/")).status_code == 404
    other = signed_in(person("tham-dinh@lgsp.example", body, "evaluator"))
    assert other.get(page).status_code == 403
    assert other.post(page, {}).status_code == 403
    assert CriterionStandard.objects.count() == 1
    assert head.post(page, {}).status_code == 302
    assert not CriterionStandard.objects.exists()


@pytest.mark.django_db
def test_only_who_keeps_the_checklist_chooses_standards(standard: Standard) -> None:
    load_checklist(actor=JOB)
    criterion = Criterion.objects.get(code="standards")
    stranger: Any = system_actor("x")
    set_criterion_standards(actor=JOB, criterion=criterion, standards=[standard])
    facts = Fact.objects.count()
    nobody = type(stranger)(kind="person", name="x", permissions=frozenset())
    with pytest.raises(PermissionRefused):
        set_criterion_standards(actor=nobody, criterion=criterion, standards=[])
    assert (CriterionStandard.objects.count(), Fact.objects.count()) == (1, facts)
    set_criterion_standards(actor=JOB, criterion=criterion, standards=[standard])
    assert Fact.objects.count() == facts


@pytest.mark.clause("QC9.2")
@pytest.mark.xdist_group("chain")
def test_the_evaluator_sees_the_standards_beside_the_criterion(
    chain: Chain,
    desk: Desk,
    standard: Standard,
) -> None:
    chain.receive()
    client = desk("evaluator")
    with CaptureQueriesContext(connection) as before:
        assert "TCVN" not in client.get(at(chain, "evaluate")).content.decode()
    for criterion in Criterion.objects.all():
        set_criterion_standards(actor=JOB, criterion=criterion, standards=[standard])
    with CaptureQueriesContext(connection) as after:
        text = client.get(at(chain, "evaluate")).content.decode()
    assert text.count(f'href="/tieu-chuan/{standard.pk}/"') >= 8
    assert len(after) <= len(before)
