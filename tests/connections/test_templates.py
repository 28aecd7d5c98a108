"""Templates of test cases and terms of the environments are data of the staff's (QC10.4)."""

from typing import Any

import pytest
from django.core.management import call_command

from audit.models import Fact
from connections.choices import TestGroup
from connections.models import EnvironmentTerms, TestTemplate
from connections.services.measures import wrong_parameters
from connections.services.templates import save_template, save_terms
from core.problems import InvalidInput, PermissionRefused
from tests.connections.refusing import refused

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC10.4")]


@pytest.fixture
def operator(agency: Any, person: Any, actor: Any) -> Any:
    """Somebody of the operating unit, with the seeds loaded."""
    call_command("load_trials", verbosity=0)
    return actor(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))


def test_the_seeds_cover_the_four_groups_say_their_basis_and_load_once(operator: Any) -> None:
    rows = list(TestTemplate.objects.all())
    assert {row.group for row in rows} == set(TestGroup.values)
    assert all(row.basis for row in rows)
    assert [row.code for row in rows if row.measure == "hand"] == ["allowed-networks"]
    assert all(wrong_parameters(row.parameters, required=row.measure == "log") == "" for row in rows)
    facts = Fact.objects.count()
    changed = save_template(actor=operator, template=rows[0], reason="Ngắn gọn", title="Tên khác")
    call_command("load_trials", verbosity=0)
    assert TestTemplate.objects.count() == len(rows)
    assert TestTemplate.objects.get(pk=changed.pk).title == "Tên khác"
    assert Fact.objects.count() == facts + 1


def test_what_is_wrong_with_a_template_is_told_at_its_field(operator: Any) -> None:
    template = TestTemplate.objects.get(code="steady-exchange")
    for fields, field in (
        ({"parameters": {"kind": "successes", "calls": 5}}, "parameters"),
        ({"parameters": {}}, "parameters"),
        ({"group": "khac"}, "group"),
        ({"title": ""}, "title"),
        ({"code": "response-time"}, "code"),
        ({"reason": " ", "title": "Khác"}, "reason"),
    ):
        given = {"reason": "Sửa", **fields}
        found = refused(InvalidInput, lambda given=given: save_template(actor=operator, template=template, **given))
        assert list(found.errors) == [field]


def test_terms_are_changed_with_a_reason_and_a_basis(operator: Any) -> None:
    refused(InvalidInput, lambda: save_terms(actor=operator, environment="sandbox", quota_limit=5, reason=""))
    refused(InvalidInput, lambda: save_terms(actor=operator, environment="sandbox", key_days=0, reason="Thử"))
    refused(InvalidInput, lambda: save_terms(actor=operator, environment="sandbox", basis="", reason="Thử"))
    save_terms(actor=operator, environment="sandbox", quota_limit=200, reason="Giảm tải")
    assert EnvironmentTerms.objects.get(environment="sandbox").quota(900) == 200
    assert EnvironmentTerms.objects.get(environment="live").quota(900) == 900
    fact = Fact.objects.filter(deed="environment.terms_set").order_by("-pk")[0]
    assert (fact.before, fact.after) == ({"quota_limit": 1000}, {"quota_limit": 200})


def test_only_the_operator_edits_them(operator: Any, agency: Any, person: Any, actor: Any) -> None:
    other = actor(person("tham-dinh@lgsp.example", agency("H60.02"), "evaluator"))
    template = TestTemplate.objects.all()[0]
    refused(PermissionRefused, lambda: save_template(actor=other, template=template, reason="Thử", title="Khác"))
    refused(PermissionRefused, lambda: save_terms(actor=other, environment="live", reason="Thử", key_days=5))
