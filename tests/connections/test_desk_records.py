"""Records in the staff rooms: read without secrets, keys ended, versions of the checklist, plans of tests."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from connections.choices import State
from connections.models import Checklist, Credential, Criterion, EnvironmentTerms, Grant, TestTemplate
from connections.services.keys import make_key
from core import clock
from tests.connections.conftest import Chain, Desk
from tests.connections.desk import at, take
from tests.connections.refusing import everything

RECORDS = ("connection", "grant", "credential", "hold")


@pytest.mark.clause("QC8.4")
def test_records_are_read_and_never_show_a_secret(chain: Chain, desk: Desk) -> None:
    chain.live()
    made = make_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    take(desk("operator"), chain, "place_hold", reason="Thử")
    sealed = Credential.objects.get().sealed_secret
    for record in RECORDS:
        found = desk("security_officer").get(reverse(f"admin:connections_{record}_changelist"), {"q": "một cửa"})
        assert found.status_code == 200, record
        assert len(found.context["cl"].result_list) > 0, record
        for row in found.context["cl"].result_list:
            page = desk("security_officer").get(reverse(f"admin:connections_{record}_change", args=[row.pk]))
            assert page.status_code == 200, record
            text = page.content.decode() + found.content.decode()
            assert made.secret not in text
            assert sealed not in text
            before = everything()
            assert (
                desk("operator").post(reverse(f"admin:connections_{record}_change", args=[row.pk]), {}).status_code
                == 403
            )
            assert everything() == before


@pytest.mark.clause("Q50-11")
def test_the_operator_ends_a_key_with_a_reason(chain: Chain, desk: Desk) -> None:
    chain.live()
    key = make_key(actor=chain.actors["technician"], system=chain.system, environment="live").credential
    address = reverse("admin:connections_credential_revoke", args=[key.pk])
    page = reverse("admin:connections_credential_change", args=[key.pk])
    assert address in desk("operator").get(page).content.decode()
    before = everything()
    assert desk("evaluator").post(address, {"reason": "Thử"}).status_code == 403
    assert desk("operator").post(address, {"reason": " "}).status_code == 422
    assert everything() == before
    assert desk("operator").post(address, {"reason": "Lộ khóa"}).status_code == 302
    assert Credential.objects.get().revoke_reason == "Lộ khóa"
    assert address not in desk("operator").get(page).content.decode()
    again = desk("operator").post(address, {"reason": "Lần nữa"})
    assert again.status_code == 409
    assert "Lần nữa" in again.content.decode()


@pytest.mark.clause("QC10.3")
def test_the_operator_lowers_a_quota_and_the_record_is_void(chain: Chain, desk: Desk) -> None:
    chain.finish()
    line = chain.request.lines.get()
    fields: dict[str, Any] = {"networks": "10.20.30.0/24", f"quota-{line.pk}": "901", "reason": "Giảm tải"}
    before = everything()
    refused = desk("operator").post(at(chain, "adjust_scope"), fields)
    assert refused.status_code == 422
    assert "mức đã duyệt" in refused.content.decode()
    assert "Giảm tải" in refused.content.decode()
    assert desk("evaluator").post(at(chain, "adjust_scope"), fields).status_code == 403
    assert everything() == before
    take(desk("operator"), chain, "adjust_scope", **{**fields, f"quota-{line.pk}": "300"})
    assert Grant.objects.get(request=chain.request).daily_quota == 300
    assert chain.fresh().state == State.TESTING


def version_fields(page: Any, **changes: str) -> dict[str, str]:
    """Return the fields of a page of a new version as a browser would send them back."""
    rows = page.context["rows"]
    fields = {"criteria-TOTAL_FORMS": str(rows.total_form_count()), "criteria-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows.forms):
        for name, value in (row.initial or {}).items():
            if value is not False:
                fields[f"criteria-{number}-{name}"] = "on" if value is True else value
        fields.setdefault(f"criteria-{number}-group", "api")
    fields |= {"number": str(page.context["form"].initial["number"]), "source": "Quyết định mẫu", "note": ""}
    return fields | {"valid_from": f"{clock.today():%d/%m/%Y}"} | changes


@pytest.mark.clause("QC9")
def test_a_new_version_begins_from_the_last_one_and_leaves_it_alone(chain: Chain, desk: Desk) -> None:
    chain.receive()
    begun = chain.request.evaluations.get()
    address = reverse("admin:connections_checklist_add")
    page = desk("division_head").get(address)
    old = Criterion.objects.count()
    fields = version_fields(page, **{"criteria-0-text": "Phù hợp kiến trúc số", "criteria-1-drop": "on"})
    answer = desk("division_head").post(address, fields, follow=True)
    made = Checklist.objects.get(number=2)
    assert "Đã ban hành" in answer.content.decode()
    assert made.criteria.count() == old - 1
    assert made.criteria.first().text == "Phù hợp kiến trúc số"  # type: ignore[union-attr]
    assert Criterion.objects.filter(checklist__number=1).count() == old
    assert chain.request.evaluations.get().checklist_id == begun.checklist_id
    assert Fact.objects.get(deed="checklist.published", subject_id=str(made.pk)).after["number"] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"criteria-0-clause": "QC99.9"}, "không có điều khoản"),
        ({"criteria-0-code": "standards"}, "xuất hiện nhiều lần"),
        ({"criteria-0-text": ""}, "Tiêu chí số 1"),
        ({"valid_from": "31/02/2027"}, "Ngày phải theo dạng"),
        ({"source": " "}, "Nhập nguồn"),
        ({"number": "9"}, "xem lại trước khi ban hành"),
    ],
)
def test_a_version_with_a_fault_is_refused_whole_and_kept_on_the_page(
    chain: Chain, desk: Desk, changes: dict[str, str], said: str
) -> None:
    address = reverse("admin:connections_checklist_add")
    fields = version_fields(desk("division_head").get(address), **{"note": "Ghi lại", **changes})
    facts = Fact.objects.count()
    answer = desk("division_head").post(address, fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Ghi lại" in answer.content.decode()
    assert (Checklist.objects.count(), Fact.objects.count()) == (1, facts)


def test_a_version_is_the_head_of_divisions_to_issue_and_nobodys_to_change(chain: Chain, desk: Desk) -> None:
    address = reverse("admin:connections_checklist_add")
    fields = version_fields(desk("division_head").get(address))
    assert desk("operator").post(address, fields).status_code == 403
    known = Checklist.objects.get()
    page = desk("evaluator").get(reverse("admin:connections_checklist_change", args=[known.pk]))
    assert page.status_code == 200
    assert "Cấp độ an toàn hệ thống thông tin đã được phê duyệt" in page.content.decode()
    assert Checklist.objects.count() == 1


@pytest.mark.clause("QC10.4")
def test_a_test_case_is_changed_with_a_reason_and_plans_keep_theirs(chain: Chain, desk: Desk) -> None:
    chain.set_up()
    template = TestTemplate.objects.get(code="response-time")
    address = reverse("admin:connections_testtemplate_change", args=[template.pk])
    names = ("group", "title", "expectation", "measure", "basis", "place")
    fields = {name: getattr(template, name) for name in names} | {"active": "on"}
    wanted = '{"kind": "response_time", "calls": 5, "p95_ms": 2000, "most_late": 0}'
    refused = desk("operator").post(address, fields | {"parameters": wanted})
    assert "Nhập lý do thay đổi" in refused.content.decode()
    wrong = desk("operator").post(address, fields | {"parameters": '{"kind": "x"}', "reason": "Thử"})
    assert "Cách đo phải là một trong" in wrong.content.decode()
    template.refresh_from_db()
    assert template.parameters["p95_ms"] == 3000
    done = desk("operator").post(address, fields | {"parameters": wanted, "reason": "Siết ngưỡng"})
    assert done.status_code == 302
    template.refresh_from_db()
    assert template.parameters["p95_ms"] == 2000
    case = chain.request.trials.get().cases.get(code="response-time")
    assert case.parameters["p95_ms"] == 3000


def test_terms_of_an_environment_are_changed_by_operators_only(
    chain: Chain, desk: Desk, signed_in: Callable[[User], Client]
) -> None:
    terms = EnvironmentTerms.objects.get(environment="sandbox")
    address = reverse("admin:connections_environmentterms_change", args=[terms.pk])
    fields = {"quota_limit": "700", "key_days": "30", "basis": "Mặc định hệ thống", "reason": "Rút ngắn"}
    fields |= {"key_count": "3", "overlap_days": "7", "key_calls": "20", "trial_quota": "900", "trial_days": "60"}
    assert desk("evaluator").post(address, fields).status_code == 403
    terms.refresh_from_db()
    assert terms.key_days != 30
    assert desk("operator").post(address, fields).status_code == 302
    terms.refresh_from_db()
    assert (terms.quota_limit, terms.key_days, terms.key_calls) == (700, 30, 20)
    assert (terms.trial_quota, terms.trial_days) == (900, 60)
    assert terms.rate_per_second is None


def test_a_version_in_force_later_waits_for_its_day(chain: Chain, desk: Desk) -> None:
    address = reverse("admin:connections_checklist_add")
    day = clock.today() + timedelta(days=30)
    fields = version_fields(desk("division_head").get(address), valid_from=f"{day:%d/%m/%Y}")
    assert desk("division_head").post(address, fields).status_code == 302
    chain.receive()
    assert chain.request.evaluations.get().checklist.number == 1
