"""Approval gives an agency the restricted documents it needs; a merger hands them on with its other duties."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import DataErrorReport, DirectSharing, DocumentRelease, TechnicalDocument
from catalog.services import data_errors, document_releases, documents, exceptions
from connections.selectors.approved import agencies_approved_for
from connections.selectors.succession import held_by
from connections.services import approval
from connections.services.draft_lines import save_line
from connections.services.lines import decide_lines
from core import clock
from core.actor import system_actor
from core.problems import PermissionRefused, StateRefused
from tests.catalog.conftest import upload
from tests.connections.conftest import Chain, publish
from tests.connections.refusing import refused
from tests.connections.test_succession import DECISION, between

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.7")]
JOB = system_actor("Kiểm thử")


def document(title: str, level: str = "restricted", *, published: bool = True, **fields: Any) -> TechnicalDocument:
    made = documents.enter_document(actor=JOB, title=title, level=level, **fields)
    documents.add_document_version(actor=JOB, document=made, label="1.0", changes="Bản đầu", file=upload())
    return documents.move_document(actor=JOB, document=made, step="publish") if published else made


def seen(chain: Chain, role: str = "technician") -> set[str]:
    found = TechnicalDocument.objects.visible_to(chain.actors[role])
    return set(found.values_list("title", flat=True))


def write_documents(chain: Chain) -> None:
    other = publish("land-plots", chain.provider)
    document("Nền tảng")
    document("Nền tảng nội bộ", "internal")
    document("Dịch vụ", service=chain.service)
    document("Dịch vụ nháp", published=False, service=chain.service)
    document("Dịch vụ khác", service=other)


@pytest.mark.clause("QC10.2", "QC14.6")
def test_approval_releases_documents_of_the_services_and_of_the_platform(chain: Chain) -> None:
    write_documents(chain)
    chain.propose()
    assert seen(chain) == set()
    approval.approve(actor=chain.actors["department_leader"], request=chain.request)
    assert seen(chain) == {"Nền tảng", "Dịch vụ"}
    assert seen(chain, "agency_officer") == {"Nền tảng", "Dịch vụ"}
    rows = DocumentRelease.objects.all()
    assert {row.request_number for row in rows} == {chain.fresh().number}
    assert {row.released_by for row in rows} == {chain.users["department_leader"]}
    assert Fact.objects.filter(deed="document.released").count() == 2
    refused(
        StateRefused,
        lambda: approval.approve(actor=chain.actors["department_leader"], request=chain.request),
    )
    assert rows.count() == 2


def test_a_service_that_is_not_approved_brings_no_documents(chain: Chain) -> None:
    write_documents(chain)
    chain.draft()
    other = publish("tax-codes", chain.provider)
    document("Mã số thuế", service=other)
    fields = {"operations": ["list"], "fields": ["code"], "daily_quota": 10}
    save_line(actor=chain.actors["agency_officer"], request=chain.request, service=other, **fields)
    chain.receive_draft()
    line = chain.request.lines.get(service=other)
    decision = {"outcome": "refused", "reason": "Ngoài chức năng", "legal_basis": "Khoản 3 Điều 11"}
    decide_lines(actor=chain.actors["evaluator"], request=chain.request, decisions={line.pk: decision})
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    approval.approve(actor=chain.actors["department_leader"], request=chain.request)
    assert seen(chain) == {"Nền tảng", "Dịch vụ"}
    assert agencies_approved_for(chain.service.pk) == {chain.agency.pk}
    assert agencies_approved_for(other.pk) == set()


def test_a_document_published_later_reaches_those_who_are_approved(chain: Chain) -> None:
    chain.approve()
    document("Dịch vụ, bản chi tiết", service=chain.service)
    late = document("Từng công khai", "public")
    documents.change_level(actor=JOB, document=late, level="restricted", reason="Có chi tiết mạng")
    document("Dịch vụ khác", service=publish("land-plots", chain.provider))
    assert seen(chain) == {"Dịch vụ, bản chi tiết", "Từng công khai"}
    assert agencies_approved_for(None) == {chain.agency.pk}


def test_an_ended_connection_gets_no_new_documents(chain: Chain) -> None:
    chain.end()
    document("Sau khi hủy", service=chain.service)
    assert seen(chain) == set()


def test_who_approves_may_release_but_not_take_back(chain: Chain) -> None:
    found = document("Nền tảng")
    leader = chain.actors["department_leader"]
    made = document_releases.release_to_agency(actor=leader, document=found, agency=chain.agency, reason="thử")
    for role in ("evaluator", "agency_representative", "technician"):
        refused(
            PermissionRefused,
            lambda role=role: document_releases.end_release(actor=chain.actors[role], release=made, reason="x"),
        )
    assert (
        document_releases.release_documents(actor=leader, agency=chain.agency, services=[chain.service], reason="thử")
        == []
    )


@pytest.mark.clause("QC2.1", "QC11.8", "QC11.4")
def test_a_merger_hands_on_documents_sharing_and_open_reports(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    merger = between(chain, agency, person)
    write_documents(chain)
    chain.approve()
    both = TechnicalDocument.objects.get(title="Nền tảng")
    document_releases.release_to_agency(actor=JOB, document=both, agency=merger.successor, reason="Đã có")
    today = clock.today()
    days = {"decided_on": today, "valid_from": today, "valid_to": today, "review_on": today}
    texts = {"data": "a", "why": "b", "authority": "c", "legal_basis": "d", "decision_number": "e"}
    sides = {"provider": chain.agency, "receiver": agency("H60.55")}
    exceptions.enter_sharing(actor=JOB, **sides, **days, **texts)
    officer = chain.actors["agency_officer"]
    kept = data_errors.file_error(actor=officer, service=chain.service, wrong="x")
    data_errors.close_error(actor=officer, report=kept, text="thôi")
    moved = data_errors.file_error(actor=officer, service=chain.service, wrong="y")
    merger.end(successor=merger.successor)
    held = held_by(chain.agency)
    assert (held.documents, held.sharing, held.reports) == (2, 1, 1)
    merger.hand_over()
    assert not held_by(chain.agency).anything
    titles = {"Nền tảng", "Dịch vụ"}
    assert set(TechnicalDocument.objects.visible_to(merger.heir).values_list("title", flat=True)) == titles
    assert seen(chain) == set()
    assert DocumentRelease.objects.open().filter(agency=merger.successor).count() == 2
    assert DirectSharing.objects.get().provider == merger.successor
    assert list(DirectSharing.objects.matching("nong nghiep, moi truong va xay dung")) == [DirectSharing.objects.get()]
    assert DataErrorReport.objects.get(pk=moved.pk).agency == merger.successor
    assert DataErrorReport.objects.get(pk=kept.pk).agency == chain.agency
    facts = Fact.objects.filter(deed__endswith=".handed_over", reason=DECISION).values_list("deed", flat=True)
    assert {"sharing.handed_over", "data_error.handed_over"} <= set(facts)
    assert Fact.objects.filter(deed="document.release_handed_over", reason=DECISION).count() == 2
